"""The life of findings: what is seen now, laid beside what was known before. The same look twice changes nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.accepting import accepted_by
from backup_apps.domain.drift.findings import Actor, Direction, Drift, Finding, Kind, State, found, identity_of
from backup_apps.domain.handling import Paused, Waived

GRACE = timedelta(seconds=30)
"""How long who opened a finding may take to tell of it; then the next one does."""


class Look(NamedTuple):
    """One look at a target: what drifted there, as of when, from which version."""

    bundle: str
    version: str
    target: Target
    at: datetime
    drifts: tuple[Drift, ...]
    scope: frozenset[Kind] = frozenset(Kind)
    """What was looked at: findings of other kinds stay as they are."""
    paused: tuple[Paused, ...] = ()
    waived: tuple[Waived, ...] = ()
    unseen: frozenset[tuple[str, str]] = frozenset()
    """Kind and resource of what could not be looked at: such findings stay as well."""

    @property
    def now(self) -> str:
        return self.at.isoformat(timespec="milliseconds")


class Step(NamedTuple):
    """What becomes of one finding: `before` is None for the first of its kind."""

    before: Finding | None
    after: Finding

    @property
    def opens(self) -> bool:
        """A new incident: it was not there before, now it weakens, or no waiver allows it any more."""
        before, is_news = self.before, self.after.is_incident and not self.after.told
        return is_news and (before is None or not before.is_incident or before.told)

    @property
    def accepts(self) -> bool:
        """A waiver allows it from now on."""
        return self.after.state is State.ACCEPTED and (self.before is None or self.before.state is not State.ACCEPTED)

    @property
    def ends(self) -> bool:
        return not self.after.is_open


def steps(previous: Iterable[Finding], look: Look, actor: Actor | None = None) -> Iterator[Step]:
    """Only what changes. `actor`: who is known to have done all that the look saw."""
    known = {one.id: one for one in previous}
    seen = set()
    for drift in look.drifts:
        identity = identity_of(look.bundle, look.target, drift.kind, drift.resource)
        seen.add(identity)
        before = known.get(identity)
        after = _after(before, drift, look, actor)
        if after != before:
            yield Step(before, after)
    for identity in sorted(known.keys() - seen):
        if _is_over(known[identity], look):
            yield Step(known[identity], known[identity].model_copy(update={"state": State.CLOSED}))


def _is_over(finding: Finding, look: Look) -> bool:
    """Of one that a look did not see."""
    was_seen = finding.kind in look.scope and (finding.kind.value, finding.resource) not in look.unseen
    return finding.is_open and was_seen


def _after(before: Finding | None, drift: Drift, look: Look, actor: Actor | None) -> Finding:
    seen = found(drift, look.bundle, look.version, look.target, look.now)
    pause, waiver = pause_of(drift, look), accepted_by(drift, look.waived, look.at.date())
    standing = State.ACCEPTED if waiver else State.PAUSED if pause else State.OPEN
    state = {"state": standing, "pause": pause, "waiver": waiver}
    if before is None or not before.is_open:
        again = {"heals": before.heals, "revision": before.revision} if before else {}
        return seen.model_copy(update={**state, "actor": actor, **again})
    worse = drift.direction is Direction.WEAKENS and before.direction is not Direction.WEAKENS
    kept = {
        "since": look.now if worse else before.since,
        "told": before.told and not worse and not waiver,
        "actor": before.actor or actor,
        "heals": before.heals,
        "stopped": before.stopped,
        "revision": before.revision,
    }
    return seen.model_copy(update={**state, **kept})


def pause_of(drift: Drift, look: Look) -> str | None:
    """The pause that holds healing, of any app that shares what drifted."""
    for one in look.paused:
        if one.app in drift.apps and datetime.fromisoformat(one.until) > look.at:
            return f"until {one.until} by {one.owner}: {one.reason}"
    return None


def overlooked(findings: Iterable[Finding], at: datetime) -> tuple[Finding, ...]:
    """Open findings of which whoever opened them never told."""
    return tuple(
        one for one in findings if one.is_incident and not one.told and datetime.fromisoformat(one.since) + GRACE <= at
    )
