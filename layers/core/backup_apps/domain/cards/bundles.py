"""Cards of a bundle on its way: it is not valid, its sync did not get everywhere, its canaries are not well."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import About
from backup_apps.domain.cards.severity import Severity
from backup_apps.domain.commits import ATTESTATION, CommitRecord, State, TargetOutcome, Version
from backup_apps.domain.places import Finding

TRUST_POLICY = "TrustPolicy"
"""What a finding is about that is no fault of the upload."""


def rejection(version: Version, findings: Sequence[Finding], stored: str) -> Card:
    """A bundle that is not valid: what is wrong, line by line, and where all of it lies."""
    total, first = len(findings), findings[0] if findings else None
    command, remark = _next_step(findings)
    return Card(
        type="bundle-rejected",
        severity=Severity.ERROR,
        bundle=version.bundle,
        subject=f"{version.bundle} {version.version} rejected: {total} error{'s' if total != 1 else ''}",
        head=(
            f"Bundle {version.bundle}, version {version.version} is rejected. Nothing was changed.",
            *([f"Cause: {first.message}"] if first else []),
        ),
        blocks=tuple((str(one),) for one in findings),
        around=(f"All of them: {stored}",),
        next=(command,),
        remarks=(remark,),
        document={
            "version": version.version,
            "errors": [one._asdict() for one in findings],
            "omitted": 0,
            "stored": stored,
        },
        bulk="errors",
    )


def _next_step(findings: Sequence[Finding]) -> tuple[str, str]:
    files = {finding.file for finding in findings}
    if TRUST_POLICY in files:
        return "backup-apps push DIR", "Before that, correct TrustPolicy in the parameters of the hub's stack."
    if any(file.endswith(ATTESTATION) for file in files):
        return "backup-apps push DIR", "So approved pipelines commit. Before that, find out who uploaded it."
    return "backup-apps validate DIR", "Correct the files, and push them as a new version."


def sync_failure(record: CommitRecord, outcomes: Iterable[TargetOutcome]) -> Card:
    """A sync that did not reach every target: which not, why, and what to do next."""
    outcomes = sorted(outcomes, key=lambda outcome: outcome.target)
    failed = [outcome for outcome in outcomes if outcome.state is State.FAILED]
    extent = f"in {len(failed)} of {len(outcomes)} targets" if outcomes else "before any target"
    cause = record.error or next((one.error for one in failed if one.error), None)
    return Card(
        type="sync-failed",
        severity=Severity.CRITICAL,
        bundle=record.bundle,
        subject=f"{record.bundle} {record.version}: sync failed {extent}",
        head=(
            f"Bundle {record.bundle}, version {record.version}: the sync failed {extent}.",
            *([f"Cause: {cause}"] if cause else []),
        ),
        about=tuple(About(*one.target, version=record.version) for one in failed),
        blocks=(*((f"{one.target}: {one.error}",) for one in failed), *_others(outcomes)),
        around=(f"Commit: {record.version} of {record.committed}, {_pusher(record)}",),
        next=(f"backup-apps status {record.bundle} --version {record.version}",),
        remarks=(
            "Correct the cause, then push the bundle as a new version; what is synced already is not written again.",
        ),
        document={
            "version": record.version,
            "state": record.state.value,
            "error": record.error,
            "targets": [_outcome(outcome) for outcome in failed],
        },
        bulk="targets",
    )


def _pusher(record: CommitRecord) -> str:
    known = record.provenance
    return f"pushed by {known.actor or known.subject}" if known else "by nobody known"


def _others(outcomes: Iterable[TargetOutcome]) -> list[tuple[str]]:
    others = [outcome for outcome in outcomes if outcome.state is not State.FAILED]
    said = ", ".join(sorted({one.state.value for one in others}))
    return [(f"The other {len(others)}: {said}.",)] if others else []


def _outcome(outcome: TargetOutcome) -> dict[str, Any]:
    return outcome.model_dump(mode="json", include={"account", "region", "state", "error"}, exclude_none=True)


def canaries_not_well(version: Version, failed: Mapping[str, str], held_back: int) -> Card:
    """`failed`: the apps whose canaries are not well, and why."""
    apps = " and ".join(f"'{app}'" for app in sorted(failed))
    extent = f"{held_back} target{'' if held_back == 1 else 's'}"
    return Card(
        type="canaries-not-well",
        severity=Severity.CRITICAL,
        bundle=version.bundle,
        subject=f"{version.bundle} {version.version}: canaries of {apps} not well, {extent} held back",
        head=(
            f"Bundle {version.bundle}, version {version.version}: the canaries of {apps} are not well.",
            f"{extent} that would have come after them will not be changed by this version; others go on.",
        ),
        about=tuple(About(app=app, version=version.version) for app in sorted(failed)),
        blocks=tuple((f"'{app}': {cause}",) for app, cause in sorted(failed.items())),
        next=(f"backup-apps status {version.bundle} --version {version.version}",),
        remarks=("Correct the cause, then push the bundle as a new version.",),
        document={"version": version.version, "failed": dict(sorted(failed.items())), "held_back": held_back},
    )
