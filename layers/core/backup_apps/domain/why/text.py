"""What would mend it, for people, and what to do next."""

from backup_apps.domain.why.answer import PolicyEdit, Why
from backup_apps.domain.why.checks import Name
from backup_apps.domain.why.commands import Commands


def remedy_lines(why: Why) -> tuple[str, ...]:
    """Nothing where it is protected, or of the past."""
    if why.failed is None:
        return ()
    remedy = why.remedy
    if remedy is None:
        return (f"no single edit mends it: {_BY_HAND.get(why.failed.name, _ANY)}",)
    if isinstance(remedy, PolicyEdit):
        line, before, after = remedy.hunk
        where = f"this edit protects it: {remedy.file}:{line} of {remedy.bundle} {remedy.version}"
        return (where, *(f"- {one}" for one in before), *(f"+ {one}" for one in after))
    if isinstance(remedy, Commands):
        return ("this protects it, run in its account:", *remedy.lines)
    return ("this protects it:", remedy.command)


_ANY = "see what does not hold"
_BY_HAND = {
    Name.KEY: "the key is gone; declare a new vault with another key, and let the rule go there",
    Name.TARGET: "no app of a bundle would select it there; write one that does",
    Name.PLAN: "no plan selects anything there; write one that does",
}


def next_step(why: Why) -> str:
    """The command to run now."""
    if isinstance(why.remedy, PolicyEdit):
        return f"make the edit, then backup-apps diff DIR and backup-apps push DIR; then backup-apps why {why.arn}"
    if why.failed is not None:
        return f"backup-apps why {why.arn}, once that is done"
    lineage = why.lineage
    if lineage is None or lineage.app is None:
        return "backup-apps status"
    if why.judged is None:
        return f"backup-apps history {lineage.bundle}"
    return f"backup-apps verify {lineage.app} --bundle {lineage.bundle} --target {lineage.target}"
