"""Findings that are one incident, however many accounts it reached; and how many there are of each sort."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Direction, Finding, Kind, State

_TO_TELL = (State.OPEN, State.PAUSED, State.HEALED)
_ARN = "arn:"

Cause = tuple[str, ...]


class Sort(StrEnum):
    """What is told in one message, and what it is called there."""

    DRIFT = "drift"
    BACKUP_FAILED = "backup-failed"
    BACKUP_MISSING = "backup-missing"


_SORTS = {
    Kind.JOB_FAILED: Sort.BACKUP_FAILED,
    Kind.JOB_ISSUES: Sort.BACKUP_FAILED,
    Kind.JOB_MISSING: Sort.BACKUP_MISSING,
    Kind.COPY_MISSING: Sort.BACKUP_MISSING,
}


def sort_of(finding: Finding) -> Sort:
    return _SORTS.get(finding.kind, Sort.DRIFT)


def by_sort(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Each is one message about one target."""
    sorts: dict[Sort, list[Finding]] = {}
    for one in findings:
        sorts.setdefault(sort_of(one), []).append(one)
    return [tuple(found) for _, found in sorted(sorts.items())]


def is_untold(finding: Finding) -> bool:
    """What was put back before anybody was told is told as well."""
    return not finding.told and finding.state in _TO_TELL


def cause_of(finding: Finding) -> Cause:
    """The same change to the same thing by the same person, wherever; an ARN names one place, and is left out."""
    what = " ".join(word for word in finding.resource.split() if not word.startswith(_ARN))
    actor = finding.actor.arn if finding.actor else ""
    return finding.direction.value, finding.kind.value, finding.app or "", finding.path or "", what, actor


def by_cause(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """What weakens first."""
    groups: dict[Cause, list[Finding]] = {}
    for one in sorted(findings, key=lambda one: (one.target, one.resource)):
        groups.setdefault(cause_of(one), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: (item[0][0] != Direction.WEAKENS.value, item[0][2], item[0]))
    return [tuple(group) for _, group in ordered]


def incidents(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Each is one message: the causes of one bundle and sort that reached the same targets."""
    groups: dict[tuple[str, Sort, frozenset[Target]], list[Finding]] = {}
    bundles: dict[tuple[str, Sort], list[Finding]] = {}
    for one in findings:
        bundles.setdefault((one.bundle, sort_of(one)), []).append(one)
    for (bundle, sort), found in bundles.items():
        for alike in by_cause(found):
            groups.setdefault((bundle, sort, frozenset(one.target for one in alike)), []).extend(alike)
    return [tuple(group) for _, group in sorted(groups.items(), key=lambda item: (*item[0][:2], sorted(item[0][2])))]


class Count(NamedTuple):
    """How many findings of a bundle are of one sort."""

    bundle: str
    kind: str
    direction: str
    state: str
    number: int


def counts(findings: Iterable[Finding]) -> list[Count]:
    """Of those that have not ended."""
    present = (one for one in findings if one.is_open)
    sorts = Counter((one.bundle, one.kind.value, one.direction.value, one.state.value) for one in present)
    return [Count(*sort, number) for sort, number in sorted(sorts.items())]
