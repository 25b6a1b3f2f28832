"""Rehearsals of a target that were due, beside those that came."""

from typing import TYPE_CHECKING

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import VERIFICATION_KINDS
from backup_apps.domain.state_documents import seen_schedules_key
from backup_apps.ports.hub import Hub
from backup_apps.ports.storage import Documents
from backup_apps.usecases.governed import promises_of
from backup_apps.usecases.look_at_target import Looked
from backup_apps.usecases.memories import recall, remember

if TYPE_CHECKING:
    from backup_apps.domain.drift.rehearsals import Scheduled, Schedules
    from backup_apps.domain.drift.restore_tests import RestoreTests
    from backup_apps.ports.verification import Rehearsed


def seen_schedules(documents: Documents, looked: Looked) -> "Schedules":
    """By app, those of the version in force there, with when a look first saw them."""
    from backup_apps.domain.drift.rehearsals import scheduled

    look = looked.look
    leaves = [one for one in promises_of(documents, looked.commit.id).leaves if look.target in one.targets]
    known = _known(documents, looked)
    schedules = scheduled(known, leaves, look.at)
    if schedules != known:
        kept = {app: one.model_dump(mode="json") for app, one in schedules.items()}
        remember(documents, seen_schedules_key(look.bundle, look.target), kept)
    return schedules


def tests_due(schedules: "Schedules", looked: Looked) -> "RestoreTests | None":
    """Of AWS; None where it tests nothing there."""
    from backup_apps.domain.drift.restore_tests import restore_tests

    return restore_tests(schedules, looked.desired, looked.live, looked.look.at) if looked.desired.testing else None


def with_rehearsals(hub: Hub, looked: Looked, schedules: "Schedules", tests: "RestoreTests | None" = None) -> Looked:
    """With those that did not come, of apps that have a schedule of them. `tests` have seen all recovery points."""
    from backup_apps.domain.drift.rehearsals import missed_rehearsals

    look = looked.look
    if not schedules:
        return looked.seeing((), VERIFICATION_KINDS)
    rehearsals = hub.rehearsals()
    results = [one for one in rehearsals.results(look.bundle) if (one.account, one.region) == look.target]
    begun = _begun(rehearsals, look.bundle, look.target)
    missed = [*missed_rehearsals(schedules, results, begun, look.at), *(tests.missed(results) if tests else ())]
    return looked.seeing(missed, VERIFICATION_KINDS)


def _begun(rehearsals: "Rehearsed", bundle: str, target: Target) -> frozenset[str]:
    """The apps whose rehearsals there were asked for, or have begun, and have not ended."""
    here = (bundle, *target)
    asked = (one["app"] for one in rehearsals.asked() if (one["bundle"], one["account"], one["region"]) == here)
    kept = (one.rehearsal for one in rehearsals.unfinished())
    begun = (one.app or "" for one in kept if one.trigger.is_ours and (one.bundle, *one.target) == here)
    return frozenset((*asked, *begun))


def _known(documents: Documents, looked: Looked) -> "dict[str, Scheduled]":
    from backup_apps.domain.drift.rehearsals import Scheduled

    kept = recall(documents, seen_schedules_key(looked.look.bundle, looked.look.target))
    return {app: Scheduled.model_validate(one) for app, one in (kept or {}).items()}
