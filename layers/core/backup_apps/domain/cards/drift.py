"""Cards of drift, and of backups that failed or did not come: one for all that a look at a target found of a sort, or
for what a sweep found alike."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from backup_apps.domain.alerts import cut
from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import About
from backup_apps.domain.cards.severity import Severity
from backup_apps.domain.drift.findings import Direction, Finding, Kind, State
from backup_apps.domain.drift.healing import MOST_HEALS
from backup_apps.domain.drift.incidents import Sort, by_cause, sort_of
from backup_apps.domain.drift.ways_back import ways_back

_VALUE_LIMIT = 280
_MOST_TOLD = 50
_MOST_TARGETS = 10
_MOST_NAMED = 10
_MOST_WAYS = 6
_CALLED = {Sort.DRIFT: "Drift", Sort.BACKUP_FAILED: "Backups failed", Sort.BACKUP_MISSING: "Backups did not come"}


def drift_card(findings: Sequence[Finding], healing: Collection[str]) -> Card:
    """Findings of one bundle and sort, of one target or of several that one incident reached; what weakens first.
    `healing`: the ids of those that are put back now."""
    causes = by_cause(findings)
    first, where = causes[0][0], _where(findings)
    sort, called = sort_of(first), _CALLED[sort_of(first)]
    weakens = sum(one.direction is Direction.WEAKENS for one in findings)
    what = f"{weakens} weaken{'s' if weakens == 1 else ''} protection" if weakens else "nothing weakens protection"
    told_already = len(first.reasons[:1])
    return Card(
        type=sort.value,
        severity=Severity.CRITICAL if weakens else Severity.INFO,
        bundle=first.bundle,
        subject=f"{called} in {first.bundle}, {where}: {_named(causes)}",
        head=(
            f"{called} in {first.bundle}, {where}: {len(findings)} found, {what}.",
            *([f"Cause: {first.reasons[0]}"] if first.reasons else []),
        ),
        about=_about(causes),
        blocks=tuple(
            tuple(_told(alike, healing, told_already if number == 0 else 0))
            for number, alike in enumerate(causes[:_MOST_TOLD])
        ),
        omitted=max(len(causes) - _MOST_TOLD, 0),
        next=(f"backup-apps drift {first.bundle}", *_why(first)),
        remarks=_ways([one for one in findings if one.id not in healing and one.is_open]),
        document={
            "version": first.version,
            **_places(findings),
            "findings": [one.to_json() for alike in causes for one in alike][:_MOST_TOLD],
        },
        bulk="findings",
    )


def _why(first: Finding) -> tuple[str, ...]:
    arn = _about_one(first).arn
    return (f"backup-apps why {arn}  # and all that applies to it",) if arn else ()


def _ways(findings: Iterable[Finding]) -> tuple[str, ...]:
    ways = ways_back(findings)
    more = [f"... and {len(ways) - _MOST_WAYS} ways more"] if len(ways) > _MOST_WAYS else []
    return (*ways[:_MOST_WAYS], *more)


def _about(causes: Sequence[Sequence[Finding]]) -> tuple[About, ...]:
    """Once for each app and target."""
    reached: dict[tuple[str | None, ...], About] = {}
    for one in (one for alike in causes for one in alike):
        reached.setdefault((one.account, one.region, one.app), _about_one(one))
    return tuple(reached.values())


_OF_PLANS = {Kind.PLAN, Kind.RULE, Kind.MISSING_PLAN, Kind.JOB_FAILED, Kind.JOB_ISSUES, Kind.JOB_MISSING}
_OF_PLANS |= {Kind.COPY_MISSING}
_OF_VAULTS = {Kind.VAULT, Kind.LOCK, Kind.ACCESS_POLICY, Kind.NOTIFICATIONS, Kind.MISSING_VAULT, Kind.VAULT_PRINCIPAL}


def _about_one(one: Finding) -> About:
    """As its resource names it: a vault, `plan/rule` and perhaps an ARN, `plan/selection`."""
    about = About(one.account, one.region, one.app, one.resource, one.path, one.version)
    name, _, rest = one.resource.partition(" ")
    plan, _, item = name.partition("/")
    if one.kind in _OF_PLANS:
        return about._replace(plan=plan, rule=item or None, arn=rest.partition(" ")[0] or None)
    if one.kind is Kind.SELECTION:
        return about._replace(plan=plan, selection=item or None)
    return about._replace(vault=name) if one.kind in _OF_VAULTS else about


def _where(findings: Iterable[Finding]) -> str:
    targets = sorted({one.target for one in findings})
    return str(targets[0]) if len(targets) == 1 else f"{len(targets)} targets"


def _places(findings: Iterable[Finding]) -> dict[str, Any]:
    """`account` and `region` too where there is one target."""
    targets = sorted({one.target for one in findings})
    alone = targets[0]._asdict() if len(targets) == 1 else {}
    return {**alone, "targets": [one._asdict() for one in targets]}


def stopped_card(finding: Finding) -> Card:
    """Put back so often that something else must be at work."""
    return Card(
        type="healing-stopped",
        severity=Severity.CRITICAL,
        bundle=finding.bundle,
        subject=f"Healing stopped: {finding.resource} in {finding.target}",
        head=(
            f"{finding.kind.value} {finding.resource} in {finding.target} was put back {MOST_HEALS} times within an "
            "hour, and drifted again. The hub stops putting it back.",
            "Cause: something or somebody keeps changing it. Find out who, and let it end.",
        ),
        about=_about([[finding]]),
        blocks=(tuple(_told([finding], (), 0)),),
        next=(f"backup-apps drift {finding.bundle}",),
        remarks=("Once it is as synced again, the finding closes, and healing goes on.",),
        document={"findings": [finding.to_json()]},
        bulk="findings",
    )


def _named(causes: Sequence[Sequence[Finding]]) -> str:
    more = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
    return f"{causes[0][0].kind.value} {causes[0][0].resource}{more}"


def _told(alike: Sequence[Finding], healing: Collection[str], skipped: int = 0) -> Iterator[str]:
    """Of one cause, as it is in the first target. `skipped`: reasons that are told already."""
    one = alike[0]
    yield f"{one.direction.value}: {one.kind.value} {one.resource}{f' of app {one.app}' if one.app else ''}"
    yield from _spread(alike)
    yield from (f"  {reason}" for reason in one.reasons[skipped:])
    if one.actor:
        yield f"  by {one.actor.arn}, {one.actor.call} at {one.actor.at}"
    if one.desired is not None or one.live is not None:
        yield f"  synced: {_shown(one.desired)}"
        yield f"  live:   {_shown(one.live)}"
    yield f"  policy: {one.path or '-'}, as of version {one.version}"
    yield from _put_back(alike, healing)


def _spread(alike: Sequence[Finding]) -> Iterator[str]:
    targets = list(dict.fromkeys(str(one.target) for one in alike))
    resources = list(dict.fromkeys(one.resource for one in alike))
    if len(alike) > 1:
        yield f"  {len(alike)} alike, in {_listed(targets, _MOST_TARGETS)}; of the first:"
    if len(resources) > 1:
        yield f"  also: {_listed(resources[1:], _MOST_NAMED)}"


def _listed(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _put_back(alike: Sequence[Finding], healing: Collection[str]) -> Iterator[str]:
    held = next((one.pause for one in alike if one.pause), None)
    done = sum(one.state is State.HEALED for one in alike)
    if held:
        yield f"  healing is paused {held}"
    if done:
        yield "  it was put back (selfHeal)" + (f" in {done} of {len(alike)}" if done < len(alike) else "")
    elif any(one.id in healing for one in alike):
        yield "  it is being put back (selfHeal)"


def _shown(value: Any) -> str:
    return "(none)" if value is None else cut(json.dumps(value, sort_keys=True, ensure_ascii=False), _VALUE_LIMIT)
