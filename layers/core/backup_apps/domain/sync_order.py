"""The order in which changes are carried out, so that coverage and retention never dip on the way.

What is adopted is tagged first, since the member's role may write only to what carries a bundle's tag. Vaults come
before plans that write into them; a lock is loosened before a plan that needs it looser, and tightened only when no
plan breaks it any more; new selections come before old ones go; what is deleted goes last. Restores are
tested of what is backed up, so their plans come after; a selection of theirs that goes, goes before one of its name
comes, and before its plan.
"""

from __future__ import annotations

from enum import IntEnum

from backup_apps.domain.changes import Create, Keep, Kind, Prune, Update, Write
from backup_apps.domain.desired import BUNDLE_TAG
from backup_apps.domain.locks import is_looser


class Step(IntEnum):
    """One step of a sync. All changes of a step are done before the next begins."""

    REGION_SETTINGS = 1
    ADOPT = 2
    VAULT = 3
    VAULT_TAG = 4
    ACCESS_POLICY = 5
    LOOSEN_LOCK = 6
    PLAN = 7
    PLAN_TAG = 8
    FREE_SELECTION_NAME = 9
    NEW_SELECTION = 10
    OLD_SELECTION = 11
    TIGHTEN_LOCK = 12
    OLD_TESTING_SELECTION = 13
    TESTING_PLAN = 14
    TESTING_PLAN_TAG = 15
    TESTING_SELECTION = 16
    DELETE_TAG = 17
    DELETE_VAULT_SETTING = 18
    DELETE_TESTING_PLAN = 19
    DELETE_PLAN = 20
    DELETE_VAULT = 21
    REPORT = 22


_WRITTEN = {
    Kind.REGION_SETTINGS: Step.REGION_SETTINGS,
    Kind.VAULT: Step.VAULT,
    Kind.VAULT_TAG: Step.VAULT_TAG,
    Kind.ACCESS_POLICY: Step.ACCESS_POLICY,
    Kind.NOTIFICATIONS: Step.ACCESS_POLICY,
    Kind.PLAN: Step.PLAN,
    Kind.PLAN_TAG: Step.PLAN_TAG,
    Kind.SELECTION: Step.NEW_SELECTION,
    Kind.TESTING_PLAN: Step.TESTING_PLAN,
    Kind.TESTING_PLAN_TAG: Step.TESTING_PLAN_TAG,
    Kind.TESTING_SELECTION: Step.TESTING_SELECTION,
}
_PRUNED = {
    Kind.VAULT: Step.DELETE_VAULT,
    Kind.VAULT_TAG: Step.DELETE_TAG,
    Kind.ACCESS_POLICY: Step.DELETE_VAULT_SETTING,
    Kind.NOTIFICATIONS: Step.DELETE_VAULT_SETTING,
    Kind.PLAN: Step.DELETE_PLAN,
    Kind.PLAN_TAG: Step.DELETE_TAG,
    Kind.SELECTION: Step.OLD_SELECTION,
    Kind.TESTING_PLAN: Step.DELETE_TESTING_PLAN,
    Kind.TESTING_PLAN_TAG: Step.DELETE_TAG,
    Kind.TESTING_SELECTION: Step.OLD_TESTING_SELECTION,
}


def step_of(change: Write | Keep) -> Step:
    """The step that a change belongs to."""
    if isinstance(change, Keep):
        return Step.REPORT
    if change.kind is Kind.LOCK:
        return _lock_step(change)
    if isinstance(change, Create) and change.item == BUNDLE_TAG:
        return Step.ADOPT
    return (_PRUNED if isinstance(change, Prune) else _WRITTEN)[change.kind]


def in_sync_order(changes: tuple[Write | Keep, ...]) -> tuple[Write | Keep, ...]:
    """The changes as a sync carries them out; within a step by name, so that the same changes give the same bytes."""
    replaced = {_place(change) for change in changes if isinstance(change, Create)}
    return tuple(sorted(changes, key=lambda change: (_step_among(change, replaced), *_place(change))))


def _step_among(change: Write | Keep, replaced: set[tuple[str, str, str]]) -> Step:
    """A selection whose name is wanted for other content goes first: AWS Backup would refuse the new one."""
    step = step_of(change)
    frees_a_name = step is Step.OLD_SELECTION and _place(change) in replaced
    return Step.FREE_SELECTION_NAME if frees_a_name else step


def _place(change: Write | Keep) -> tuple[str, str, str]:
    return change.kind.value, change.name, change.item


def _lock_step(change: Write) -> Step:
    if isinstance(change, Update):
        return Step.LOOSEN_LOCK if is_looser(change.after, change.before) else Step.TIGHTEN_LOCK
    return Step.LOOSEN_LOCK if isinstance(change, Prune) else Step.TIGHTEN_LOCK
