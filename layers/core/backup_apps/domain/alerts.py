"""Alerts: one message an incident, text for people and JSON for machines.

https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from backup_apps.domain.commits import ATTESTATION, CommitRecord, State, TargetOutcome, Version

if TYPE_CHECKING:
    from backup_apps.domain.places import Finding

MESSAGE_LIMIT = 256 * 1024 - 4096
"""Bytes of an SNS message (256 KB with its attributes, for which 4 KB are left).

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""
SUBJECT_LIMIT = 100
TRUST_POLICY = "TrustPolicy"
"""What a finding is about that is no fault of the upload."""
_MACHINES = ("sqs", "lambda", "https")


class Alert(NamedTuple):
    """What is published."""

    subject: str
    text: str
    document: Mapping[str, Any]
    severity: str
    bundle: str

    @property
    def message(self) -> str:
        """The body of a publish with MessageStructure `json`: people get the text, machines the document with it."""
        document = json.dumps({**self.document, "text": self.text}, ensure_ascii=False)
        return json.dumps({"default": self.text, **dict.fromkeys(_MACHINES, document)}, ensure_ascii=False)


def rejection(version: Version, findings: Sequence[Finding], stored: str) -> Alert:
    """A bundle that is not valid: as many findings as a message holds, the count of the rest, where all of them lie."""

    def with_first(count: int) -> Alert:
        return _rejection(version, findings[:count], len(findings) - count, stored)

    counts = range(len(findings) + 1)
    fitting = bisect_right(counts, MESSAGE_LIMIT, key=lambda count: len(with_first(count).message.encode()))
    return with_first(max(fitting - 1, 0))


def _rejection(version: Version, findings: Sequence[Finding], omitted: int, stored: str) -> Alert:
    total = len(findings) + omitted
    lines = [
        f"Bundle {version.bundle}, version {version.version} is rejected. Nothing was changed.",
        "",
        *map(str, findings),
        *([f"... and {omitted} more"] if omitted else []),
        "",
        f"All of them: {stored}",
        _next_step(findings),
    ]
    document = {
        "type": "bundle-rejected",
        "bundle": version.bundle,
        "version": version.version,
        "errors": [finding._asdict() for finding in findings],
        "omitted": omitted,
        "stored": stored,
    }
    subject = f"{version.bundle} {version.version} rejected: {total} error{'s' if total != 1 else ''}"
    return Alert(one_line_subject(subject), "\n".join(lines), document, "error", version.bundle)


def _next_step(findings: Sequence[Finding]) -> str:
    files = {finding.file for finding in findings}
    if TRUST_POLICY in files:
        return "Next: correct TrustPolicy in the parameters of the hub's stack, then push again as a new version."
    if any(file.endswith(ATTESTATION) for file in files):
        return "Next: find out who uploaded it. Approved pipelines commit with: backup-apps push DIR"
    return "Next: backup-apps validate DIR, correct the files, and push them as a new version."


def sync_failure(record: CommitRecord, outcomes: Iterable[TargetOutcome]) -> Alert:
    """A sync that did not reach every target: which not, why, and what to do next."""
    outcomes = sorted(outcomes, key=lambda outcome: outcome.target)
    failed = [outcome for outcome in outcomes if outcome.state is State.FAILED]
    extent = f"in {len(failed)} of {len(outcomes)} targets" if outcomes else "before any target"
    lines = [
        f"Bundle {record.bundle}, version {record.version}: the sync failed {extent}.",
        *([f"Cause: {record.error}"] if record.error else []),
        "",
        *(f"{outcome.target}: {outcome.error}" for outcome in failed),
        *_others(outcomes),
        "",
        f"Next: backup-apps status {record.bundle} --version {record.version}",
        "Correct the cause, then push the bundle as a new version; what is synced already is not written again.",
    ]
    document = {
        "type": "sync-failed",
        "bundle": record.bundle,
        "version": record.version,
        "state": record.state.value,
        "error": record.error,
        "targets": [_outcome(outcome) for outcome in failed],
    }
    subject = one_line_subject(f"{record.bundle} {record.version}: sync failed {extent}")
    alert = Alert(subject, "\n".join(lines), document, "critical", record.bundle)
    return fitting(alert, "targets", f"backup-apps status {record.bundle}")


def _others(outcomes: Iterable[TargetOutcome]) -> list[str]:
    others = [outcome for outcome in outcomes if outcome.state is not State.FAILED]
    return [f"The other {len(others)}: {', '.join(sorted({one.state.value for one in others}))}."] if others else []


def _outcome(outcome: TargetOutcome) -> dict[str, Any]:
    return outcome.model_dump(mode="json", include={"account", "region", "state", "error"}, exclude_none=True)


def fitting(alert: Alert, longest: str, command: str) -> Alert:
    """Only a very long one exceeds a message: then machines get the document without its `longest` member, and where
    that does not suffice, people the beginning of the text, with the command that shows the rest."""
    if _fits(alert):
        return alert
    document = {name: value for name, value in alert.document.items() if name != longest}
    shorter = alert._replace(document=document)
    if _fits(shorter):
        return shorter
    text = alert.text.encode()[: MESSAGE_LIMIT // 16].decode(errors="ignore")
    return shorter._replace(text=f"{text}\n... cut; see {command}")


def _fits(alert: Alert) -> bool:
    return len(alert.message.encode()) <= MESSAGE_LIMIT


def one_line_subject(text: str) -> str:
    """ASCII, one line, at most 100 characters, as SNS wants subjects of e-mails."""
    return cut(" ".join(text.encode("ascii", "replace").decode().split()), SUBJECT_LIMIT)


def cut(text: str, limit: int) -> str:
    """Not longer than that, and it shows where something is left out."""
    return text if len(text) <= limit else text[: limit - 3] + "..."
