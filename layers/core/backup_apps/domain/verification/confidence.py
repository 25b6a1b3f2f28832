"""How far the restores of an app can be trusted, and why: from what was really restored, never from what is planned."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.verification.results import Basis, Result
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.domain.wording import spoken_span

DEFAULT_MAX_AGE = timedelta(days=7)
HALVES_AFTER = 4
"""Times `maxAge`: after that, a clean restore says half as much."""
_WORTH = {Verdict.VERIFIED: 100.0, Verdict.INCONCLUSIVE: 40.0, Verdict.FAILED: 0.0}
_AFTER_A_CHANGE = 25.0
"""What a restore is worth at most that rested on another key, role or vault."""


class Confidence(NamedTuple):
    """In percent, with a sentence for everything that takes from it; the resource that fares worst decides."""

    percent: int
    reasons: tuple[str, ...]


def confidence(results: Sequence[Result], basis: Basis, now: datetime, max_age: timedelta | None = None) -> Confidence:
    """Of an app on a target, from the results there. `basis` is what it rests on now."""
    if not results:
        return Confidence(0, ("nothing of it was ever restored",))
    judged = [_of(one, basis, now, max_age or DEFAULT_MAX_AGE) for one in _that_count(results)]
    return Confidence(min(one.percent for one in judged), tuple(reason for one in judged for reason in one.reasons))


def _that_count(results: Sequence[Result]) -> list[Result]:
    """The last of each resource. That a type could not be restored counts where nothing of it ever was; that nothing of
    the app could, where nothing was since."""
    told = [one for one in results if not one.tells_nothing] or results
    last = {(one.type, one.resource or ""): one for one in sorted(told, key=lambda one: one.at)}
    restored = {type_ for type_, resource in last if resource}
    newest = max((one.at for (_, resource), one in last.items() if resource), default="")
    return [one for (_, resource), one in sorted(last.items()) if resource or _still_counts(one, restored, newest)]


def _still_counts(one: Result, restored: Collection[str], newest: str) -> bool:
    """What was found of no resource."""
    return one.type not in restored if one.type else one.at > newest


def _of(result: Result, basis: Basis, now: datetime, max_age: timedelta) -> Confidence:
    reasons, what = [], _named(result)
    age = max(now - result.moment, timedelta())
    worth = _WORTH[result.verdict] * 0.5 ** (age / (HALVES_AFTER * max_age))
    if result.verdict is not Verdict.VERIFIED:
        first = f": {result.findings[0].message}" if result.findings else ""
        reasons.append(f"{what} was {result.verdict.value} at {result.at}{first}")
    if age > max_age:
        reasons.append(f"{what} was last restored {spoken_span(age)} ago, longer than maxAge ({spoken_span(max_age)})")
    for change in _changes(result, basis):
        worth = min(worth, _AFTER_A_CHANGE)
        reasons.append(f"{what} was last restored before its {change} changed")
    return Confidence(int(worth), tuple(reasons))


def _named(result: Result) -> str:
    return " ".join(part for part in (result.type, result.resource) if part) or "the app"


def _changes(result: Result, basis: Basis) -> list[str]:
    """Aliases can't be compared with the keys behind them, so a key counts only where all of them are known."""
    keys = basis.keys if all(":key/" in key for key in basis.keys) else ()
    pairs = (("key", result.key, keys), ("role", result.role, basis.roles), ("vault", result.vault, basis.vaults))
    return [name for name, had, has in pairs if had and has and had not in has]
