"""The difference that a bundle would make, in all its targets, without pushing it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from backup_apps.domain.changes import ChangeSet
from backup_apps.domain.desired import DesiredState, DesiredTarget
from backup_apps.ports import Records

AT_ONCE = 8

Diff = Callable[[str, DesiredTarget], ChangeSet]


def diff_bundle(records: Records, diff: Diff, state: DesiredState) -> tuple[ChangeSet, ...]:
    """One change set a target, those included that the bundle had and has no more."""
    gone = records.known_targets(state.bundle) - {desired.target for desired in state.targets}
    emptied = tuple(DesiredTarget(account=target.account, region=target.region) for target in sorted(gone))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(lambda desired: diff(state.bundle, desired), (*state.targets, *emptied)))
