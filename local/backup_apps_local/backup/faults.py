"""Faults on request: what can go wrong in AWS and does not here, unless it was asked for.

backup-fails, copy-fails, restore-fails     the job ends as FAILED with `message`; target: the resource's ARN
run-is-missed                               a rule makes no jobs, in silence; target: `PLAN/RULE`, by their names
backup-never-starts                         CREATED until the start window is over; then EXPIRED
backup-stuck                                RUNNING until the completion window is over; then EXPIRED
backup-is-partial                           the same, with a recovery point left behind that is PARTIAL
backup-has-issues                           COMPLETED with `message`, as "completed with issues"
continuous-backup-stops                     at the next run the recovery point is STOPPED, and a new one begun
copy-stuck, restore-stuck                   RUNNING for ever
restore-comes-back-empty                    COMPLETED, without the contents
restore-has-wrong-key                       COMPLETED, encrypted with the key `value`
deletion-fails                              the recovery point becomes EXPIRED and stays; target: its ARN
event-lost, event-doubled                   target: the detail type
event-late                                  arrives after `delay`, 15 minutes if it is not given
event-reordered                             arrives after the next event of the region
call-throttled, call-denied                 target: the operation
"""

from fnmatch import fnmatchcase

from backup_apps_local.backup.records import Fault
from backup_apps_local.backup.state import World

KINDS = frozenset(
    {
        "backup-fails",
        "backup-has-issues",
        "backup-is-partial",
        "backup-never-starts",
        "backup-stuck",
        "call-denied",
        "call-throttled",
        "continuous-backup-stops",
        "copy-fails",
        "copy-stuck",
        "deletion-fails",
        "event-doubled",
        "event-late",
        "event-lost",
        "event-reordered",
        "restore-comes-back-empty",
        "restore-fails",
        "restore-has-wrong-key",
        "restore-stuck",
        "run-is-missed",
    }
)


class UnknownFaultError(ValueError):
    """No fault has that name."""


def request(world: World, fault: Fault) -> None:
    """From now on it happens to what fits its target, `times` times. Raises UnknownFaultError."""
    if fault.kind not in KINDS:
        raise UnknownFaultError(f"{fault.kind!r} is none of {', '.join(sorted(KINDS))}")
    world.faults.append(fault)


def take(world: World, kind: str, target: str) -> Fault | None:
    """The first fault of that kind that fits, which then has happened once more."""
    for fault in world.faults:
        if fault.kind == kind and fnmatchcase(target, fault.target):
            _count(world, fault)
            return fault
    return None


def _count(world: World, fault: Fault) -> None:
    if fault.times is None:
        return
    fault.times -= 1
    if fault.times <= 0:
        world.faults.remove(fault)
