"""A backup plan made, changed or deleted."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.changes import Create, Prune, Write
from backup_apps.domain.normal_form import backup_plan
from backup_apps.domain.protection.classes import Class, Reason
from backup_apps.domain.protection.plan_rules import RuleChange, reasons_of_rule
from backup_apps.domain.protection.rule import Verdict, numbered, reasons_of

Document = Mapping[str, Any]

_DEFAULTS = {("EC2", "WindowsVSS"): "disabled"}
"""What AWS Backup takes for an option that is not set; of the others it is not documented."""


class PlanChange(NamedTuple):
    """Contents in normal form; None where the plan is not there."""

    name: str
    before: Document | None
    after: Document | None

    @property
    def rules(self) -> tuple[dict[str, Document], dict[str, Document]]:
        return _rules(self.before), _rules(self.after)

    @property
    def kept_rules(self) -> Iterator[RuleChange]:
        """The rules that are there before and after."""
        before, after = self.rules
        for name in sorted(before.keys() & after.keys()):
            yield RuleChange(name, before[name], after[name])


def plan_change(change: Write) -> PlanChange:
    """What a change of a plan is about. Live content that was not read counts as empty."""
    before = None if isinstance(change, Create) else _content(change.before)
    after = None if isinstance(change, Prune) else _content(change.after)
    return PlanChange(change.name, before, after)


def reasons_of_plan(change: PlanChange) -> Iterator[Reason]:
    yield from reasons_of(PLAN_RULES, change)
    if change.before is not None and change.after is not None:
        for rule in change.kept_rules:
            yield from reasons_of_rule(rule)


@numbered("C100", "a plan is made (strengthens) or deleted (irreversible)")
def whole_plan(change: PlanChange) -> Iterator[Verdict]:
    if change.before is None:
        yield Class.STRENGTHENS, f"plan {change.name} is new"
    elif change.after is None:
        yield Class.IRREVERSIBLE, f"plan {change.name} is deleted, with its versions: nothing can bring it back"


@numbered("C101", "a rule comes (strengthens), goes (weakens), or only gets another name (neutral)")
def rules_of_plan(change: PlanChange) -> Iterator[Verdict]:
    if change.before is None or change.after is None:
        return
    before, after = change.rules
    renamed = dict(_renamed(before, after))
    for name in sorted(before.keys() - after.keys() - renamed.keys()):
        yield Class.WEAKENS, f"rule {name} is gone: it makes no more recovery points"
    for name in sorted(after.keys() - before.keys() - set(renamed.values())):
        yield Class.STRENGTHENS, f"rule {name} is new"
    for old, new in sorted(renamed.items()):
        yield Class.NEUTRAL, f"rule {old} is called {new} now, and is the same otherwise"


def _renamed(before: Mapping[str, Document], after: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    free = sorted(after.keys() - before.keys())
    for old in sorted(before.keys() - after.keys()):
        same = next((new for new in free if {**after[new], "RuleName": old} == before[old]), None)
        if same is not None:
            free.remove(same)
            yield old, same


@numbered("C102", "an advanced setting goes off (weakens) or on (strengthens)")
def advanced_settings(change: PlanChange) -> Iterator[Verdict]:
    if change.before is None or change.after is None:
        return
    before, after = _options(change.before), _options(change.after)
    for option in sorted(before.keys() | after.keys()):
        old, new = before.get(option, _DEFAULTS.get(option)), after.get(option, _DEFAULTS.get(option))
        if old != new:
            kind, name = option
            class_ = Class.STRENGTHENS if new == "enabled" else Class.WEAKENS
            yield class_, f"{name} of {kind} is {new or 'not set'}, not {old or 'not set'}"


@numbered("C115", "a plan changes in a way that is not known here (weakens)")
def unknown_setting(change: PlanChange) -> Iterator[Verdict]:
    if change.before is None or change.after is None:
        return
    for key in sorted((change.before.keys() | change.after.keys()) - {"BackupPlanName", "Rules", _ADVANCED}):
        if change.before.get(key) != change.after.get(key):
            yield Class.WEAKENS, f"{key} changes, and what that does to protection is not known"


PLAN_RULES = (whole_plan, rules_of_plan, advanced_settings, unknown_setting)
_ADVANCED = "AdvancedBackupSettings"


def _content(document: Any) -> Document:
    return backup_plan((document or {}).get("BackupPlan") or {})


def _rules(plan: Document | None) -> dict[str, Document]:
    return {rule["RuleName"]: rule for rule in (plan or {}).get("Rules", ())}


def _options(plan: Document) -> dict[tuple[str, str], str]:
    return {
        (setting["ResourceType"], name): value
        for setting in plan.get(_ADVANCED, ())
        for name, value in setting.get("BackupOptions", {}).items()
    }
