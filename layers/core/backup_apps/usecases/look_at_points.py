"""Recovery points of a target, beside what its configuration says."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache

from backup_apps.domain.drift.findings import Finding, Kind
from backup_apps.domain.drift.live_points import POINT_KINDS, LivePoint
from backup_apps.domain.live import belongs_to
from backup_apps.ports.members import Member
from backup_apps.usecases.look_at_target import Looked


def with_points(looked: Looked, member: Member, previous: Iterable[Finding]) -> Looked:
    """With all of them, vault after vault: also of a vault that is still asked for and lost its tag. `previous`: what
    was found before."""
    wanted = {vault.name for vault in looked.desired.vaults}
    bundle = looked.look.bundle
    ours = (one for one in looked.live.vaults if one.name in wanted or belongs_to(one.tags, bundle))
    vaults = [one.name for one in ours if one.recovery_points]
    known = [(one.kind.value, one.resource) for one in previous if one.is_open and one.kind in POINT_KINDS]
    return _with(looked, member, (point for vault in vaults for point in member.recovery_points(vault)), known)


def with_point(looked: Looked, member: Member, vault: str, arn: str) -> Looked:
    """With one: the list is read as far as to it, since vaults can be named in a permission and points hardly."""
    return _with(looked, member, _only(member.recovery_points(vault), arn))


def _only(points: Iterable[LivePoint], arn: str) -> Iterator[LivePoint]:
    for point in points:
        if point.arn == arn:
            yield point
            return


def _with(
    looked: Looked, member: Member, points: Iterable[LivePoint], known: Collection[tuple[str, str]] = ()
) -> Looked:
    from backup_apps.domain.drift.recovery_points import point_drift  # the judgement is loaded when it is needed

    drifts = point_drift(points, cache(member.rules_of_version), looked.desired, known)
    look = looked.look._replace(drifts=(*looked.look.drifts, *drifts), scope=frozenset(Kind))
    return looked._replace(look=look)
