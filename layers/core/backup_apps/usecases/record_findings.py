"""What a look saw, laid beside what is known: recorded, told once, and put back where that is wanted."""

from collections.abc import Callable, Sequence
from typing import Any

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Actor, Finding, State
from backup_apps.domain.drift.incidents import by_sort
from backup_apps.domain.drift.life import Look, Step, overlooked, steps
from backup_apps.domain.ledger import happenings
from backup_apps.ports.drift import Findings
from backup_apps.ports.hub import Hub
from backup_apps.usecases.look_at_target import Looked, apps_that_heal

_TRIES = 10


def record_findings(
    hub: Hub, looked: Looked, previous: Sequence[Finding], actor: Actor | None = None, *, tells: bool = True
) -> dict[str, Any]:
    """`previous` was read before the look. Whoever else looks at the same time may come first; then they tell of it.
    Unless this one `tells`, that is left to the end of the sweep."""
    look = looked.look
    tried = (_taken(hub.findings, step, look, actor) for step in steps(previous, look, actor))
    done = [step for step in tried if step]
    opened = [step.after for step in done if step.opens]
    ended = [step.after for step in done if step.ends]
    accepted = [step.after for step in done if step.accepts]
    known = hub.findings.of_target(look.bundle, look.target)
    to_tell = [*opened, *overlooked(known, look.at)]
    healing = _to_heal(hub, looked, known)
    hub.ledger.record(look.bundle, [happenings.drifted(one) for one in (*to_tell, *accepted, *ended)])
    for alike in by_sort(to_tell) if tells else ():
        tell(hub, alike, healing)
    if healing:
        hub.healing.start(look.bundle, look.target)
    return _summary(look.bundle, look.target, opened, ended, done, healing)


def record_and_show(
    hub: Hub, looked: Looked, previous: Sequence[Finding], actor: Actor | None = None
) -> dict[str, Any]:
    """The same between sweeps, whose end has pages written: what changed is to stand on the page now."""
    result = record_findings(hub, looked, previous, actor)
    if result["opened"] or result["ended"] or result["changed"]:
        hub.pages.publish(looked.look.bundle)
    return result


def _taken(findings: Findings, step: Step | None, look: Look, actor: Actor | None) -> Step | None:
    """The step that was taken; None if another look came first. Who only told of the finding meanwhile, or stopped
    putting it back, has not looked."""
    while step and not findings.replace(step.before, step.after):
        present = _present(findings, step.after)
        if step.before is None or present is None or present.unmarked != step.before.unmarked:
            return None
        seen = tuple(one for one in look.drifts if one.identity == (present.kind.value, present.resource))
        step = next(steps([present], look._replace(drifts=seen), actor), None)
    return step


def _present(findings: Findings, finding: Finding) -> Finding | None:
    found = findings.of_target(finding.bundle, finding.target)
    return next((one for one in found if one.id == finding.id), None)


def amend(findings: Findings, finding: Finding, edit: Callable[[Finding], Finding]) -> None:
    """Change a finding as it is by now, whoever else changes it."""
    for _ in range(_TRIES):
        present = _present(findings, finding)
        if present is None or edit(present) == present or findings.replace(present, edit(present)):
            return
    where = f"{finding.bundle} in {finding.target}"
    raise RuntimeError(f"finding {finding.id} of {where} changed {_TRIES} times while it was to be changed")


def tell(hub: Hub, to_tell: Sequence[Finding], healing: frozenset[str]) -> None:
    """Of one sort, before it is marked as told: who is killed in between leaves it to the next look."""
    from backup_apps.domain.cards.drift import drift_card  # most looks find nothing to tell
    from backup_apps.usecases.tell_card import tell_card

    if not to_tell:
        return
    alert = tell_card(hub, drift_card(to_tell, healing))
    occasion = " ".join(f"{one.id}@{one.since}" for one in to_tell)
    hub.ledger.record(alert.bundle, [happenings.alerted(None, alert, occasion)])
    for one in to_tell:
        if not hub.findings.replace(one, _told(one)):
            amend(hub.findings, one, _told)


def _told(finding: Finding) -> Finding:
    return finding.model_copy(update={"told": True})


def _to_heal(hub: Hub, looked: Looked, known: Sequence[Finding]) -> frozenset[str]:
    """The ids of what is to be put back now. One that was put back too often goes there once more: who heals pages."""
    from backup_apps.domain.drift.healing import is_healable

    drifts = {drift.identity: drift for drift in looked.look.drifts}
    open_ones = [one for one in known if one.state is State.OPEN and not one.stopped]
    if not open_ones or not drifts:
        return frozenset()
    apps = apps_that_heal(hub.documents, looked)
    found = ((one, drifts.get((one.kind.value, one.resource))) for one in open_ones)
    return frozenset(one.id for one, drift in found if drift is not None and is_healable(drift, apps))


def _summary(
    bundle: str, target: Target, opened: Sequence[Finding], ended: Sequence[Finding], done: Sequence[Step], healing: Any
) -> dict[str, Any]:
    return {
        "bundle": bundle,
        "account": target.account,
        "region": target.region,
        "opened": len(opened),
        "ended": len(ended),
        "changed": len(done) - len(opened) - len(ended),
        "healing": len(healing),
    }
