"""What people are told of drift: one message for all that one look at a target found."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from backup_apps.domain.alerts import MESSAGE_LIMIT, SUBJECT_LIMIT, Alert
from backup_apps.domain.drift.findings import Direction, Finding
from backup_apps.domain.drift.healing import MOST_HEALS

_VALUE_LIMIT = 300
_MOST_TOLD = 50


def drift_alert(findings: Sequence[Finding], healing: Collection[str]) -> Alert:
    """Findings of one bundle and target, what weakens first. `healing`: the ids of those that are put back now."""
    ordered = sorted(findings, key=lambda one: (one.direction is not Direction.WEAKENS, one.app or "", one.resource))
    first, weakens = ordered[0], sum(one.direction is Direction.WEAKENS for one in ordered)
    what = f"{weakens} weaken{'s' if weakens == 1 else ''} protection" if weakens else "nothing weakens protection"
    lines = [
        f"Drift in {first.bundle}, {first.target}: {len(ordered)} found, {what}.",
        "",
        *(line for one in ordered[:_MOST_TOLD] for line in _told(one, healing)),
        *([f"... and {len(ordered) - _MOST_TOLD} more", ""] if len(ordered) > _MOST_TOLD else []),
        f"Next: backup-apps drift {first.bundle}",
        *_ways_back(ordered, healing),
    ]
    document = {
        "type": "drift",
        "bundle": first.bundle,
        "version": first.version,
        "account": first.account,
        "region": first.region,
        "findings": [one.to_json() for one in ordered[:_MOST_TOLD]],
    }
    subject = f"Drift in {first.bundle}, {first.target}: {_named(ordered)}"
    return _fitting(Alert(_cut(subject, SUBJECT_LIMIT), "\n".join(lines), document, _severity(weakens), first.bundle))


def stopped_alert(finding: Finding) -> Alert:
    """Put back so often that something else must be at work."""
    lines = [
        f"{finding.kind.value} {finding.resource} in {finding.target} was put back {MOST_HEALS} times within an hour, "
        "and drifted again. The hub stops putting it back.",
        "",
        *_told(finding, ()),
        "Something or somebody keeps changing it. Find out who, and let it end:",
        f"Next: backup-apps drift {finding.bundle}",
        "Once it is as synced again, the finding closes, and healing goes on.",
    ]
    document = {"type": "healing-stopped", "bundle": finding.bundle, "findings": [finding.to_json()]}
    subject = f"Healing stopped: {finding.resource} in {finding.target}"
    return _fitting(Alert(_cut(subject, SUBJECT_LIMIT), "\n".join(lines), document, "critical", finding.bundle))


def _severity(weakens: int) -> str:
    return "critical" if weakens else "info"


def _named(ordered: Sequence[Finding]) -> str:
    more = f" and {len(ordered) - 1} more" if len(ordered) > 1 else ""
    return f"{ordered[0].kind.value} {ordered[0].resource}{more}"


def _told(one: Finding, healing: Collection[str]) -> Iterator[str]:
    yield f"{one.direction.value}: {one.kind.value} {one.resource}{f' of app {one.app}' if one.app else ''}"
    yield from (f"  {reason}" for reason in one.reasons)
    if one.actor:
        yield f"  by {one.actor.arn}, {one.actor.call} at {one.actor.at}"
    if one.desired is not None or one.live is not None:
        yield f"  synced: {_shown(one.desired)}"
        yield f"  live:   {_shown(one.live)}"
    yield f"  policy: {one.path or '-'}, as of version {one.version}"
    if one.pause:
        yield f"  healing is paused {one.pause}"
    elif one.id in healing:
        yield "  it is being put back (selfHeal)"
    yield ""


def _ways_back(ordered: Sequence[Finding], healing: Collection[str]) -> Iterator[str]:
    left = [one for one in ordered if one.id not in healing]
    if any(one.direction is Direction.WEAKENS for one in left):
        yield "To put it back: push the bundle again, as a new version. With selfHeal: true the hub does it by itself."
    if any(one.direction is not Direction.WEAKENS for one in left):
        yield f"What does not weaken stays until the next push. To keep it: backup-apps drift {left[0].bundle} --patch"


def _shown(value: Any) -> str:
    return "(none)" if value is None else _cut(json.dumps(value, sort_keys=True, ensure_ascii=False), _VALUE_LIMIT)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _fitting(alert: Alert) -> Alert:
    """Very large documents stay with the findings; the text is within its limits by itself."""
    if len(alert.message.encode()) <= MESSAGE_LIMIT:
        return alert
    return alert._replace(document={name: value for name, value in alert.document.items() if name != "findings"})
