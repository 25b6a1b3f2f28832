"""Whether a merged policy makes whole backup plans. One that does not withholds the effective policy as a whole.

Organizations does not check what AWS Backup would: 30 days until cold storage and 60 until deletion are fine here, and
so is cold storage inherited by a continuous rule. What several copies of a rule have wrong alike is said once.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListEffectivePolicyValidationErrors.html
https://docs.aws.amazon.com/organizations/latest/userguide/invalid-policy-alerts.html
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from backup_apps.domain.organizations.admission import ARCHIVE_GAP, LONGEST_CONTINUOUS
from backup_apps.domain.organizations.cadence import MONTHLY, runs_at_most
from backup_apps.domain.organizations.merge import NOT_INHERITED, Inherited

MOST_RULES = 10
UNDEFINED = "undefined"
ARCHIVE = "opt_in_to_archive_for_supported_resources"


class PlanError(NamedTuple):
    """A member of ListEffectivePolicyValidationErrors: code, path and message as AWS words them."""

    code: str
    path: str
    message: str
    policies: tuple[str, ...]
    """Those that contribute to it, in alphabetical order."""


def plan_errors(root: Inherited, now: datetime) -> tuple[PlanError, ...]:
    """What is wrong with the plans, each error once, plan by plan."""
    plans = root.children.get("plans", NOT_INHERITED).children
    found = [error for name, plan in plans.items() for error in _plan(plan, f"plans/{name}", now)]
    merged: dict[tuple[str, str, str], set[str]] = {}
    for error in found:
        merged.setdefault(error[:3], set()).update(error.policies)
    return tuple(PlanError(*key, tuple(sorted(policies))) for key, policies in merged.items())


def _plan(plan: Inherited, path: str, now: datetime) -> Iterator[PlanError]:
    yield from _required(plan, path, "rules", "regions", "selections")
    yield from _count(plan, path, "regions", 1)
    yield from _count(plan, path, "rules", 1, MOST_RULES)
    for name, rule in _below(plan, "rules"):
        where = f"{path}/rules/{name}"
        yield from _required(rule, where, "target_backup_vault_name")
        yield from _rule(rule, where, name, now)
        if "scan_actions" in rule.children and "scan_settings" not in plan.children:
            fields = [f"scan_actions({UNDEFINED})", f"scan_settings({UNDEFINED})"]
            yield _together(fields, where, name, (rule.children["scan_actions"],))
    selections = plan.children.get("selections", NOT_INHERITED)
    for kind, selection_path, selection in _selections(selections, f"{path}/selections"):
        yield from _selection(kind, selection, selection_path)


def _selections(selections: Inherited, path: str) -> Iterator[tuple[str, str, Inherited]]:
    for kind in ("tags", "resources"):
        for name, selection in _below(selections, kind):
            yield kind, f"{path}/{kind}/{name}", selection


def _selection(kind: str, selection: Inherited, path: str) -> Iterator[PlanError]:
    yield from _required(selection, path, "iam_role_arn")
    if kind == "tags":
        yield from _required(selection, path, "tag_key", "tag_value")
        yield from _count(selection, path, "tag_value", 1)
    elif "conditions" not in selection.children:
        yield from _required(selection, path, "resource_types")
    yield from _count(selection, path, "resource_types", 1)


def _rule(rule: Inherited, path: str, name: str, now: datetime) -> Iterator[PlanError]:
    lifecycle = rule.children.get("lifecycle", NOT_INHERITED)
    continuous, delete = _text(rule, "enable_continuous_backup"), _text(lifecycle, "delete_after_days")
    if continuous == "true" and (delete == UNDEFINED or int(delete) > LONGEST_CONTINUOUS):
        fields = [f"enable_continuous_backup={continuous}", f"delete_after_days={delete}"]
        yield _together(fields, path, name, _those(rule, "enable_continuous_backup", lifecycle, "delete_after_days"))
    copies = [copy for _, copy in _below(rule, "copy_actions")]
    for owner in (rule, *copies):
        yield from _archive(rule, owner.children.get("lifecycle", NOT_INHERITED), path, name, now)


def _archive(rule: Inherited, lifecycle: Inherited, path: str, name: str, now: datetime) -> Iterator[PlanError]:
    if _text(lifecycle, ARCHIVE) != "true":
        return
    schedule = _text(rule, "schedule_expression")
    delete, cold = _text(lifecycle, "delete_after_days"), _text(lifecycle, "move_to_cold_storage_after_days")
    if not runs_at_most(MONTHLY, schedule, now):
        fields = [f"{ARCHIVE}=true", f"schedule_expression={schedule}"]
        yield _together(fields, path, name, _those(lifecycle, ARCHIVE, rule, "schedule_expression"))
    if UNDEFINED in (delete, cold) or int(delete) - int(cold) < ARCHIVE_GAP:
        fields = [f"{ARCHIVE}=true", f"delete_after_days={delete}", f"move_to_cold_storage_after_days={cold}"]
        yield _together(fields, path, name, (lifecycle,))


def _required(owner: Inherited, path: str, *fields: str) -> Iterator[PlanError]:
    for field in fields:
        if field not in owner.children:
            yield PlanError("KEY_REQUIRED", path, f"'{field}' is missing", _policies((owner,)))


def _count(owner: Inherited, path: str, field: str, smallest: int, largest: int | None = None) -> Iterator[PlanError]:
    setting = owner.children.get(field)
    if setting is None:
        return
    count = len(setting.value) if isinstance(setting.value, tuple) else len(setting.children)
    where, policies = f"{path}/{field}", _policies((setting,))
    if count < smallest:
        message = f"'{field}' is less than the allowed minimum limit {smallest}"
        yield PlanError("ELEMENTS_TOO_FEW", where, message, policies)
    if largest is not None and count > largest:
        message = f"'{field}' exceeds the allowed maximum limit {largest}"
        yield PlanError("ELEMENTS_TOO_MANY", where, message, policies)


def _together(fields: list[str], path: str, rule: str, settings: Iterable[Inherited]) -> PlanError:
    message = f"Dependent fields {','.join(fields)} in policy block {rule} are invalid when used together"
    return PlanError("CROSS_ATTRIBUTE_VALIDATION", path, message, _policies(settings))


def _below(owner: Inherited, field: str) -> Iterable[tuple[str, Inherited]]:
    return owner.children.get(field, NOT_INHERITED).children.items()


def _text(owner: Inherited, field: str) -> str:
    value = owner.children.get(field, NOT_INHERITED).value
    return value if isinstance(value, str) else UNDEFINED


def _those(first: Inherited, field: str, second: Inherited, other: str) -> tuple[Inherited, Inherited]:
    return first.children.get(field, NOT_INHERITED), second.children.get(other, NOT_INHERITED)


def _policies(settings: Iterable[Inherited]) -> tuple[str, ...]:
    found = {policy for setting in settings for policy in _contributing(setting)}
    return tuple(sorted(found))


def _contributing(setting: Inherited) -> Iterator[str]:
    yield from setting.policies
    for child in setting.children.values():
        yield from _contributing(child)
