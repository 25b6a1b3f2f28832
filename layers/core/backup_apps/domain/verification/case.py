"""What the checks look at, and how a check is written."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from backup_apps.domain.verification.facts import Facts, Manifest
from backup_apps.domain.verification.verdict import Finding, Verdict


class Case(NamedTuple):
    """One restore: what was restored, against what was backed up and asked for."""

    type: str
    """AWS Backup's name of the resource type."""
    restored: Facts | None
    """None where nothing could be read: it is not there, or nobody knows how."""
    manifest: Manifest | None = None
    asked_key: str | None = None
    """The ARN of the key that the restore was asked to use."""
    asked_network: str | None = None
    """The subnet group that a rehearsal was to restore into."""
    took: timedelta | None = None
    """From the start of the restore job to its end."""
    rto: timedelta | None = None
    newest_age: timedelta | None = None
    """Of the newest recovery point of the resource."""
    rpo: timedelta | None = None
    by_others: bool = False
    """Somebody restored it for a purpose of theirs: in part or into what existed, and may have changed it since."""


Found = tuple[Verdict, str]
Judge = Callable[[Case], Iterator[Found]]


class Check(NamedTuple):
    """A numbered check; it yields what is wrong, and what it can't tell."""

    rule: str
    judge: Judge

    def findings(self, case: Case) -> Iterator[Finding]:
        for verdict, message in self.judge(case):
            yield Finding(verdict, self.rule, message)


def numbered(rule: str) -> Callable[[Judge], Check]:
    """Make a function a check."""
    return lambda judge: Check(rule, judge)


def wrong(message: str) -> Found:
    return Verdict.FAILED, message


def unknown(message: str) -> Found:
    return Verdict.INCONCLUSIVE, message


def amiss(case: Case, message: str) -> Found:
    """A state that a restore does not have, unless somebody brought it there since."""
    return unknown(f"{message}; whoever restored it may have changed it since") if case.by_others else wrong(message)


def differs(case: Case, message: str) -> Found:
    """A difference from the manifest: it condemns a restore only if that is whole, and the source stood still while it
    was backed up."""
    if case.by_others:
        return unknown(f"{message}; whoever restored it may have wanted a part of it, or changed it since")
    return misses(case, message)


def misses(case: Case, message: str) -> Found:
    """A difference that no part of a source has, however it was restored."""
    if case.manifest is not None and not case.manifest.settled:
        return unknown(f"{message}; the source was being written while it was backed up")
    return wrong(message)
