"""Vault locks as bounds, and the way from one lock to another.

A lock is written as the input of PutBackupVaultLockConfiguration without the vault's name: ChangeableForDays makes it a
compliance lock, its absence a governance lock. A live lock has no ChangeableForDays but may have a `LockDate`.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.live import LiveLock

Lock = Mapping[str, Any]


def as_lock(live: LiveLock) -> dict[str, Any]:
    """A live lock in the words of the request, with its `LockDate` where it has one."""
    members = {"MinRetentionDays": live.min_days, "MaxRetentionDays": live.max_days, "LockDate": live.lock_date}
    return {name: value for name, value in members.items() if value is not None}


def same_lock(desired: Lock, live: Lock) -> bool:
    """Alike in mode and bounds. How long a compliance lock stays changeable is not compared: it can't be read back."""
    return (_is_compliance(desired), *_bounds(desired)) == (_is_compliance(live), *_bounds(live))


def is_looser(lock: Lock, than: Lock) -> bool:
    """Whether a lock admits some retention that the other refuses."""
    (low, high), (other_low, other_high) = _bounds(lock), _bounds(than)
    return low < other_low or high > other_high


def steps_between(live: Lock, desired: Lock) -> Iterator[tuple[Lock | None, Lock | None]]:
    """(before, after) for each write from the live to the desired lock: first widened as far as needed, then narrowed.

    A compliance lock that has not set yet becomes a governance lock by removing it: a Put without ChangeableForDays
    is not documented to take back the date.
    """
    if _is_compliance(live) and not _is_compliance(desired):
        yield live, None
        yield None, desired
        return
    widened = _widened(desired, live)
    if is_looser(widened, live):
        yield live, widened
        live = widened
    if not same_lock(desired, live):
        yield live, desired


def _widened(desired: Lock, live: Lock) -> dict[str, Any]:
    """Each bound as wide as the wider of both, in the live lock's mode: compliance only ever comes last."""
    (low, high), (live_low, live_high) = _bounds(desired), _bounds(live)
    low, high = min(low, live_low), max(high, live_high)
    mode = {"ChangeableForDays": desired.get("ChangeableForDays")} if _is_compliance(live) else {}
    bounds = {"MinRetentionDays": int(low) or None, "MaxRetentionDays": None if high == math.inf else int(high)}
    return {name: value for name, value in (bounds | mode).items() if value is not None}


def _bounds(lock: Lock) -> tuple[float, float]:
    return lock.get("MinRetentionDays") or 0, lock.get("MaxRetentionDays") or math.inf


def _is_compliance(lock: Lock) -> bool:
    return "ChangeableForDays" in lock or "LockDate" in lock
