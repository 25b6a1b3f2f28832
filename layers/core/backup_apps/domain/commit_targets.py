"""Where a commit goes: what it wants of which targets, those that it leaves, and those that it can't reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from backup_apps.domain.commits import State, TargetOutcome
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target

if TYPE_CHECKING:
    from backup_apps.domain.account_lookups import LookedUp


class CommitTargets(NamedTuple):
    """The targets of a commit when it is admitted."""

    planned: tuple[DesiredTarget, ...]
    """The bundle's, and those that it no longer names: there it wants nothing."""
    retired: frozenset[Target]
    """Those of the planned that it no longer names."""
    unreachable: Mapping[Target, str]
    """Why, for those whose account departed: not planned, and nothing in them is taken away."""
    looked_up: frozenset[str]
    """The accounts that AWS Organizations gave."""

    def outcomes(self, progress: State) -> list[TargetOutcome]:
        """What is recorded of each before anything is done."""
        planned = [self._planned(*one.target, progress) for one in self.planned]
        return planned + [self._left_alone(*target, why) for target, why in self.unreachable.items()]

    def _planned(self, account: str, region: str, progress: State) -> TargetOutcome:
        return TargetOutcome(
            account=account,
            region=region,
            state=progress,
            retired=Target(account, region) in self.retired,
            looked_up=account in self.looked_up,
        )

    def _left_alone(self, account: str, region: str, why: str) -> TargetOutcome:
        return TargetOutcome(account=account, region=region, state=State.FAILED, error=why, looked_up=True)


def commit_targets(state: DesiredState, known: Collection[Target], found: LookedUp | None) -> CommitTargets:
    """`known` are those in which the bundle may have something from before."""
    unwanted = set(known) - {desired.target for desired in state.targets}
    unreachable = found.unreachable(unwanted) if found else {}
    retired = sorted(unwanted - unreachable.keys())
    emptied = (DesiredTarget(account=account, region=region) for account, region in retired)
    looked_up = found.accounts if found else frozenset()
    return CommitTargets((*state.targets, *emptied), frozenset(retired), unreachable, looked_up)
