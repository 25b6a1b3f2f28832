"""Facts from restores that were verified."""

from collections.abc import Iterator
from datetime import timedelta

from backup_apps.domain.evidence.facts import Evidence, Fact
from backup_apps.domain.ledger.entries import Entry, Kind
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.due import minutes
from backup_apps.domain.verification.results import Result
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.domain.wording import spoken_span


def rehearsals_scheduled(evidence: Evidence) -> Iterator[Fact]:
    for leaf in evidence.leaves:
        schedule = leaf.verification.get("schedule")
        said = f"restores are rehearsed by {schedule}" if schedule else "no schedule of rehearsals"
        yield Fact(f"app {leaf.app}", said, bool(schedule), evidence.now)


def restored_within_max_age(evidence: Evidence) -> Iterator[Fact]:
    """Of apps that promise an age; each on each of its targets."""
    for leaf in evidence.leaves:
        most = minutes(leaf.verification.get("maxAge"))
        for target in leaf.targets if most else ():
            own = [one for one in _of(evidence, leaf) if (one.account, one.region) == target]
            clean = max((one for one in own if one.verdict is Verdict.VERIFIED), key=lambda one: one.at, default=None)
            said = f"last verified restore at {clean.at}" if clean else "no restore was ever verified"
            holds = clean is not None and most is not None and evidence.at - clean.moment <= most
            where = f"app {leaf.app} on {target}"
            yield Fact(where, f"{said}; promised within {_spoken(most)}", holds, evidence.now, _entry(evidence, clean))


def last_restores_verified(evidence: Evidence) -> Iterator[Fact]:
    for one in _last(evidence.results):
        first = f": {one.findings[0].message}" if one.findings else ""
        said = f"restore of {one.resource or one.type} was {one.verdict.value}{first}"
        holds = one.verdict is Verdict.VERIFIED
        whose = f"app {one.app}" if one.app else "no app"
        yield Fact(f"{whose} on {one.account}/{one.region}", said, holds, one.at, _entry(evidence, one))


def restored_within_rto(evidence: Evidence) -> Iterator[Fact]:
    """Of apps that promise a time; the last restore of each resource that was timed."""
    for leaf in evidence.leaves:
        most = minutes(leaf.verification.get("rto"))
        timed = [one for one in _of(evidence, leaf) if one.seconds is not None] if most else []
        for one in _last(timed):
            said = f"restore of {one.resource or one.type} took {one.seconds} s; promised within {_spoken(most)}"
            holds = most is not None and (one.seconds or 0) <= most.total_seconds()
            yield Fact(f"app {leaf.app} on {one.account}/{one.region}", said, holds, one.at, _entry(evidence, one))


def _spoken(span: timedelta | None) -> str:
    return spoken_span(span) if span else "no time"


def _of(evidence: Evidence, leaf: LeafGovernance) -> list[Result]:
    return [one for one in evidence.results if one.app == leaf.app and (one.account, one.region) in leaf.targets]


def _last(results: "list[Result] | tuple[Result, ...]") -> list[Result]:
    """Of each resource; what somebody restored for a purpose of theirs aside."""
    told = sorted((one for one in results if not one.tells_nothing), key=lambda one: one.at)
    last = {(one.app, one.account, one.region, one.type, one.resource): one for one in told}
    return sorted(last.values(), key=lambda one: (one.app or "", one.account, one.region, one.type, one.resource or ""))


def _entry(evidence: Evidence, result: Result | None) -> Entry | None:
    if result is None:
        return None
    wanted = f"verification/{result.identity}"
    return next((one for one in evidence.entries if one.kind == Kind.VERIFICATION and one.id == wanted), None)
