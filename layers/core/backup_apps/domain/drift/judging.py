"""A drift judged as if it were a change that somebody proposed: from what was synced to what is live."""

from collections.abc import Iterable, Iterator
from typing import Any

from backup_apps.domain.changes import ChangeSet, Create, Keep, Prune, Update, Write
from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction
from backup_apps.domain.live import LivePlan, LiveSelection, LiveTarget, LiveVault
from backup_apps.domain.normal_form import access_policy, backup_plan, backup_selection, notifications
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.classes import Class, Reason, join

Judged = Iterator[tuple[Write, tuple[Reason, ...]]]
_LOCK = "C310"


def of_kind(change_set: ChangeSet, *kinds: ChangeKind) -> list[Write]:
    return [change for change in change_set.writes if change.kind in kinds]


def sides_of(change: Write) -> tuple[Any, Any]:
    before = None if isinstance(change, Create) else change.before
    return before, None if isinstance(change, Prune) else change.after


def between(kind: ChangeKind, name: str, item: str, before: Any, after: Any) -> Write:
    if before is None:
        return Create(kind=kind, name=name, item=item, after=after)
    if after is None:
        return Prune(kind=kind, name=name, item=item, before=before)
    return Update(kind=kind, name=name, item=item, before=before, after=after)


def judged(changes: Iterable[Write], change_set: ChangeSet, desired: DesiredTarget) -> Judged:
    """Each change back, with what the drift that it takes back does to protection."""
    changes = tuple(changes)
    drifted = [between(one.kind, one.name, one.item, *reversed(sides_of(one))) for one in changes]
    return ((change, reasons) for change, (_, reasons) in zip(changes, assessed(drifted, desired), strict=True))


def assessed(drifted: Iterable[Write], desired: DesiredTarget) -> Judged:
    as_changes = ChangeSet(bundle="", account=desired.account, region=desired.region, changes=tuple(drifted))
    for change, assessment in assess_changes(as_changes, as_live(desired)).assessed:
        if not isinstance(change, Keep):
            yield change, assessment.reasons


def as_live(desired: DesiredTarget) -> LiveTarget:
    """What AWS Backup held when the target was synced, as far as judging a change needs it."""
    return LiveTarget(
        account=desired.account,
        region=desired.region,
        vaults=tuple(
            LiveVault(
                name=vault.name,
                arn="",
                key_arn=vault.key_arn,
                tags=vault.tags,
                access_policy=vault.access_policy and access_policy(vault.access_policy["Policy"]),
                notifications=vault.notifications and notifications(vault.notifications),
            )
            for vault in desired.vaults
        ),
        plans=tuple(
            LivePlan(
                name=plan.name,
                id=plan.name,
                arn="",
                version="",
                tags=plan.tags,
                content=backup_plan(plan.backup_plan),
                selections=tuple(
                    LiveSelection(name=one["SelectionName"], id="", content=backup_selection(one))
                    for one in plan.selections
                ),
            )
            for plan in desired.plans
        ),
    )


def direction_of(reasons: Iterable[Reason]) -> Direction:
    """Of what can't be undone, a lock protects, and a deletion does not."""
    classes = {reason.class_ if reason.number != _LOCK else _unfixed(reason.class_) for reason in reasons}
    worst = join(classes)
    return Direction.WEAKENS if worst.needs_a_person else Direction(worst.value)


def _unfixed(class_: Class) -> Class:
    return Class.STRENGTHENS if class_ is Class.IRREVERSIBLE else class_


def messages_of(reasons: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(reason.message for reason in reasons)


def apps_of_vault(name: str, desired: DesiredTarget) -> tuple[str, ...]:
    """Of those who back up into it; it may be shared."""
    users = {
        plan.app
        for plan in desired.plans
        for rule in plan.backup_plan.get("Rules", ())
        if rule.get("TargetBackupVaultName") == name
    }
    return tuple(sorted(users or {plan.app for plan in desired.plans}))


def quoted(key: str) -> str:
    return f'"{key}"' if "." in key else key
