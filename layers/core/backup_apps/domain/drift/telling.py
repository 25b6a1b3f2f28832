"""What people are told of drift: one message for all that a look at a target found, or for what a sweep found alike."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from backup_apps.domain.alerts import Alert, cut, fitting, one_line_subject
from backup_apps.domain.drift.findings import Direction, Finding, State
from backup_apps.domain.drift.healing import MOST_HEALS
from backup_apps.domain.drift.incidents import by_cause
from backup_apps.domain.drift.ways_back import ways_back

_VALUE_LIMIT = 300
_MOST_TOLD = 50
_MOST_TARGETS = 20
_MOST_NAMED = 10


def drift_alert(findings: Sequence[Finding], healing: Collection[str]) -> Alert:
    """Findings of one bundle, of one target or of several that one incident reached; what weakens first. `healing`: the
    ids of those that are put back now."""
    causes = by_cause(findings)
    first, where = causes[0][0], _where(findings)
    weakens = sum(one.direction is Direction.WEAKENS for one in findings)
    what = f"{weakens} weaken{'s' if weakens == 1 else ''} protection" if weakens else "nothing weakens protection"
    lines = [
        f"Drift in {first.bundle}, {where}: {len(findings)} found, {what}.",
        "",
        *(line for alike in causes[:_MOST_TOLD] for line in _told(alike, healing)),
        *([f"... and {len(causes) - _MOST_TOLD} more", ""] if len(causes) > _MOST_TOLD else []),
        f"Next: backup-apps drift {first.bundle}",
        *ways_back(one for one in findings if one.id not in healing and one.is_open),
    ]
    document = {
        "type": "drift",
        "bundle": first.bundle,
        "version": first.version,
        **_places(findings),
        "findings": [one.to_json() for alike in causes for one in alike][:_MOST_TOLD],
    }
    subject = one_line_subject(f"Drift in {first.bundle}, {where}: {_named(causes)}")
    alert = Alert(subject, "\n".join(lines), document, _severity(weakens), first.bundle)
    return fitting(alert, "findings", f"backup-apps drift {first.bundle}")


def _where(findings: Iterable[Finding]) -> str:
    targets = sorted({one.target for one in findings})
    return str(targets[0]) if len(targets) == 1 else f"{len(targets)} targets"


def _places(findings: Iterable[Finding]) -> dict[str, Any]:
    """`account` and `region` too where there is one target."""
    targets = sorted({one.target for one in findings})
    alone = targets[0]._asdict() if len(targets) == 1 else {}
    return {**alone, "targets": [one._asdict() for one in targets]}


def stopped_alert(finding: Finding) -> Alert:
    """Put back so often that something else must be at work."""
    lines = [
        f"{finding.kind.value} {finding.resource} in {finding.target} was put back {MOST_HEALS} times within an hour, "
        "and drifted again. The hub stops putting it back.",
        "",
        *_told([finding], ()),
        "Something or somebody keeps changing it. Find out who, and let it end:",
        f"Next: backup-apps drift {finding.bundle}",
        "Once it is as synced again, the finding closes, and healing goes on.",
    ]
    document = {"type": "healing-stopped", "bundle": finding.bundle, "findings": [finding.to_json()]}
    subject = one_line_subject(f"Healing stopped: {finding.resource} in {finding.target}")
    alert = Alert(subject, "\n".join(lines), document, "critical", finding.bundle)
    return fitting(alert, "findings", f"backup-apps drift {finding.bundle}")


def _severity(weakens: int) -> str:
    return "critical" if weakens else "info"


def _named(causes: Sequence[Sequence[Finding]]) -> str:
    more = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
    return f"{causes[0][0].kind.value} {causes[0][0].resource}{more}"


def _told(alike: Sequence[Finding], healing: Collection[str]) -> Iterator[str]:
    """Of one cause, as it is in the first target."""
    one = alike[0]
    yield f"{one.direction.value}: {one.kind.value} {one.resource}{f' of app {one.app}' if one.app else ''}"
    yield from _spread(alike)
    yield from (f"  {reason}" for reason in one.reasons)
    if one.actor:
        yield f"  by {one.actor.arn}, {one.actor.call} at {one.actor.at}"
    if one.desired is not None or one.live is not None:
        yield f"  synced: {_shown(one.desired)}"
        yield f"  live:   {_shown(one.live)}"
    yield f"  policy: {one.path or '-'}, as of version {one.version}"
    yield from _put_back(alike, healing)
    yield ""


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
