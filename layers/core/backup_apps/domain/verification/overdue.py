"""Restores that should have been verified by now, and were not: silence would look like success."""

from collections.abc import Sequence

from backup_apps.domain.verification.results import Result
from backup_apps.domain.verification.verdict import Verdict


def last_clean(results: Sequence[Result]) -> Result | None:
    """The last restore of an app on a target that was verified, by whomever it was made."""
    clean = [one for one in results if one.verdict is Verdict.VERIFIED]
    return max(clean, key=lambda one: one.at, default=None)
