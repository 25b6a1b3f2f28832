"""The page of a bundle that no hub was asked about: what it says, and what it will keep."""

from collections.abc import Callable
from datetime import date, datetime, tzinfo

from backup_apps.domain.desired import DesiredState
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.domain.page.ahead import Ahead, look_ahead
from backup_apps.domain.page.facts import Facts
from backup_apps.domain.page.tree import tree_of
from backup_apps.domain.resolution import Resolution


def offline_facts(
    after: Resolution, before: Resolution | None, at: datetime, days: tuple[date, int], zone_of: Callable[[str], tzinfo]
) -> Facts:
    """Of bundles in which nothing is wrong. Without `before`, as if `after` had always been in force. `days` are the
    first day of the timeline and how many there are."""
    state = _state(after)
    ahead = Ahead(*days, _state(before), state, zone_of) if before else Ahead(*days, state, None, zone_of)
    return Facts(
        bundle=state.bundle,
        at=at,
        tree=tree_of(after.heirs),
        asked=state.targets,
        leaves=governance_of(after).leaves,
        timeline=look_ahead(ahead),
        pending=None,
        hub=None,
    )


def _state(resolution: Resolution) -> DesiredState:
    return resolution.state or DesiredState(bundle=resolution.bundle or "")
