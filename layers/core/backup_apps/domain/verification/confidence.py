"""How far the restores of an app can be trusted, and why: from what was really restored, never from what is planned."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.verification.every_type import spoken
from backup_apps.domain.verification.results import Basis, Result
from backup_apps.domain.verification.verdict import Verdict

DEFAULT_MAX_AGE = timedelta(days=7)
HALVES_AFTER = 4
"""Times `maxAge`: after that, a clean restore says half as much."""
_WORTH = {Verdict.VERIFIED: 100.0, Verdict.INCONCLUSIVE: 40.0, Verdict.FAILED: 0.0}
_AFTER_A_CHANGE = 25.0
"""What a restore is worth at most that rested on another key, role or vault."""


class Confidence(NamedTuple):
    """In percent, with a sentence for everything that takes from it; a type that fares worst decides."""

    percent: int
    reasons: tuple[str, ...]


def confidence(results: Sequence[Result], basis: Basis, now: datetime, max_age: timedelta | None = None) -> Confidence:
    """Of an app on a target, from the results there. `basis` is what it rests on now."""
    if not results:
        return Confidence(0, ("nothing of it was ever restored",))
    by_type: dict[str, Result] = {}
    for one in sorted(results, key=lambda one: one.at):
        by_type[one.type] = one
    judged = [_of(one, basis, now, max_age or DEFAULT_MAX_AGE) for _, one in sorted(by_type.items())]
    return Confidence(min(one.percent for one in judged), tuple(reason for one in judged for reason in one.reasons))


def _of(result: Result, basis: Basis, now: datetime, max_age: timedelta) -> Confidence:
    reasons = []
    age = max(now - result.moment, timedelta())
    worth = _WORTH[result.verdict] * 0.5 ** (age / (HALVES_AFTER * max_age))
    if result.verdict is not Verdict.VERIFIED:
        first = f": {result.findings[0].message}" if result.findings else ""
        reasons.append(f"{result.type} was {result.verdict.value} at {result.at}{first}")
    if age > max_age:
        reasons.append(f"{result.type} was last restored {spoken(age)} ago, longer than maxAge ({spoken(max_age)})")
    for change in _changes(result, basis):
        worth = min(worth, _AFTER_A_CHANGE)
        reasons.append(f"{result.type} was last restored before its {change} changed")
    return Confidence(int(worth), tuple(reasons))


def _changes(result: Result, basis: Basis) -> list[str]:
    """Aliases can't be compared with the keys behind them, so a key counts only where all of them are known."""
    keys = basis.keys if all(":key/" in key for key in basis.keys) else ()
    pairs = (("key", result.key, keys), ("role", result.role, basis.roles), ("vault", result.vault, basis.vaults))
    return [name for name, had, has in pairs if had and has and had not in has]
