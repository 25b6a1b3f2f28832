"""The difference that a bundle would make, in all its targets, without pushing it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from backup_apps.domain.desired import DesiredState, DesiredTarget
from backup_apps.ports.storage import Records

if TYPE_CHECKING:  # every function of the hub loads this file for the name `Diff`
    from backup_apps.domain.protection.assessed import AssessedChangeSet

AT_ONCE = 8

Diff = Callable[[str, DesiredTarget], "AssessedChangeSet"]


def diff_bundle(records: Records, diff: Diff, state: DesiredState) -> tuple["AssessedChangeSet", ...]:
    """One change set a target, those included that the bundle had and has no more."""
    gone = records.known_targets(state.bundle) - {desired.target for desired in state.targets}
    emptied = tuple(DesiredTarget(account=target.account, region=target.region) for target in sorted(gone))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(lambda desired: diff(state.bundle, desired), (*state.targets, *emptied)))
