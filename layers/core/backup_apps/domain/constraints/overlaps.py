"""Leaves that back up the same resources of a target at the same times: each has a backup of its own, and its cost.

What is found is sure: everything that one part of a selection selects, a part of the other does as well. That two
different tags sit on one resource can't be known here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from backup_apps.domain.constraints.rule import Subject, Violation
from backup_apps.domain.cron import parse
from backup_apps.domain.desired import Target
from backup_apps.domain.handling import Overlap, OverlappingSelection, Sought
from backup_apps.domain.patterns import EVERYTHING, covers
from backup_apps.domain.places import Path, Place
from backup_apps.domain.policy import Plan, Selection
from backup_apps.domain.selecting import Condition, Term, fewer_conditions, on_target, terms

NUMBER = "L802"
SOURCE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html"

_UTC = frozenset({"Etc/UTC", "UTC", "Etc/UCT", "UCT", "Etc/Universal", "Universal", "Etc/Zulu", "Zulu"})
_LOOKED_AT = 1000
"""Of what covers a part: more of it that is excluded or of the same app is a bundle that somebody made to take long."""

Locate = Callable[[Subject, Path], Place]
"""Where the value at a path of a leaf is written."""


class Found(NamedTuple):
    """An overlap on one target, with the leaf in which it is reported: of the two, the one later in the alphabet."""

    subject: Subject
    path: Path
    overlap: Overlap


class _Part(NamedTuple):
    """One term of a selection that does not say `shared`."""

    subject: Subject
    path: Path
    term: Term
    selection: Selection

    @property
    def exclude(self) -> tuple[str, ...]:
        """Patterns on the target."""
        found = (on_target(arn, self.subject.target) for arn in self.selection.exclude)
        return tuple(pattern for pattern in found if pattern is not None)

    @property
    def place(self) -> tuple[str, Path]:
        return self.subject.app, self.path


class _Times(NamedTuple):
    """When a rule runs: equal for rules that run at the same times; as text, since a schedule names many years."""

    runs: str
    continuous: bool


def find_overlaps(subjects: Iterable[Subject]) -> tuple[Found, ...]:
    """By target and app, for each selection the first other one with which it overlaps."""
    parts: dict[tuple[Target, _Times], list[_Part]] = {}
    written: dict[_Times, str] = {}
    for subject in sorted(subjects, key=lambda subject: (subject.target, subject.app)):
        for path, plan in subject.plans:
            held = list(_parts(subject, path, plan))
            for key, text in _times(plan).items() if held else ():
                written.setdefault(key, text)
                parts.setdefault((subject.target, key), []).extend(held)
    found: dict[tuple[Target, str, Path], Found] = {}
    for (target, key), group in parts.items():
        for narrow, wide in _pairs(group):
            first, second = sorted((narrow, wide), key=lambda part: part.place)
            made = Found(second.subject, second.path, _overlap(first, second, narrow.term, written[key]))
            found.setdefault((target, *second.place), made)
    return tuple(found[place] for place in sorted(found))


def warnings_of(found: Sequence[Found], locate: Locate) -> Iterator[tuple[Subject, Violation]]:
    """One for each place and other selection, however many leaves inherit what is written there."""
    alike: dict[tuple[Place, OverlappingSelection], list[Found]] = {}
    for one in found:
        alike.setdefault((locate(one.subject, one.path), one.overlap.first), []).append(one)
    for group in alike.values():
        yield group[0].subject, Violation(group[0].path, f"{_message(group)} ({NUMBER})")


def _message(group: Sequence[Found]) -> str:
    overlap = group[0].overlap
    apps = sorted({one.overlap.second.app for one in group})
    targets = sorted({one.subject.target for one in group})
    who = f"'{apps[0]}'{_more(apps, 'app')} select" if len(apps) > 1 else f"'{apps[0]}' selects"
    where = f"{targets[0]}{_more(targets, 'target')} back" if len(targets) > 1 else f"{targets[0]} backs"
    return (
        f"{who} here what the selection {overlap.first} does too ({overlap.sought}), at the same times, so {where} it "
        "up twice: narrow one of the two, or write in either why that is meant, shared: {reason: …}"
    )


def _more(things: Sequence[object], what: str) -> str:
    """Those after the first."""
    return f" and {len(things) - 1} more {what}{'s' if len(things) > 2 else ''}"


def _times(plan: Plan) -> dict[_Times, str]:
    """When the rules of a plan run, with the text of each; a schedule that is wrong runs never, which B201 says."""
    found: dict[_Times, str] = {}
    for rule in plan.rules.values():
        runs = _runs(rule.schedule, rule.timezone)
        if runs is not None:
            found.setdefault(_Times(runs, rule.continuous), f"{rule.schedule} {rule.timezone}")
    return found


@lru_cache(maxsize=4096)
def _runs(schedule: str, timezone: str) -> str | None:
    """One text for all ways to write the same times. Every day can be said by days of the month and of the week."""
    try:
        cron = parse(schedule)
    except ValueError:
        return None
    week = tuple(cron.days.of(2024, 1)) == tuple(range(1, 32)) and tuple(cron.days.of(2024, 2)) == tuple(range(1, 30))
    days = "every day" if week else repr(cron.days)
    zone = "Etc/UTC" if timezone in _UTC else timezone
    return f"{cron.minutes} {cron.hours} {days} {cron.months} {cron.years} {zone}"


def _parts(subject: Subject, path: Path, plan: Plan) -> Iterator[_Part]:
    for key, selection in sorted(plan.selections.items()):
        if selection.shared is None:
            place = (*path, "selections", key)
            for term in terms(selection, subject.target):
                yield _Part(subject, place, term, selection)


_Index = dict[str, dict[frozenset[Condition], list[_Part]]]
"""Parts by pattern, then by conditions."""


def _pairs(group: Sequence[_Part]) -> Iterator[tuple[_Part, _Part]]:
    """For each part the first of another app that selects all that it does. Looked up, since leaves may be thousands:
    a pattern is covered by what it begins with, conditions by some of them."""
    if group[0].subject.app == group[-1].subject.app or not _may_overlap(group):
        return
    index: _Index = {}
    for part in group:
        index.setdefault(part.term.pattern, {}).setdefault(part.term.conditions, []).append(part)
    lengths = sorted({len(pattern) - 1 for pattern in index if pattern.endswith(EVERYTHING)})
    for part in group:
        for other in islice(_covering(part.term, index, lengths), _LOOKED_AT):
            if _is_twice(part, other):
                yield part, other
                break


def _may_overlap(group: Sequence[_Part]) -> bool:
    """Whether any two parts may overlap, told from all of them at once; of leaves that keep apart, none do."""
    tagged = [part.term.conditions for part in group if part.term.pattern == EVERYTHING]
    named = [part.term for part in group if part.term.pattern != EVERYTHING]
    if tagged and any(term.conditions for term in named):
        return True
    if any(len(held) != 1 for held in tagged) or len(set(tagged)) < len(tagged):
        return True
    # Of patterns in order, one that covers any other covers the next.
    patterns = sorted(term.pattern.removesuffix(EVERYTHING) for term in named)
    return any(later.startswith(earlier) for earlier, later in pairwise(patterns))


def _covering(term: Term, index: _Index, lengths: Sequence[int]) -> Iterator[_Part]:
    start = term.pattern.removesuffix(EVERYTHING)
    wider = {start[:length] + EVERYTHING for length in lengths if length <= len(start)}
    for pattern in (term.pattern, *sorted(wider - {term.pattern})):
        held = index.get(pattern)
        for fewer in fewer_conditions(term.conditions) if held else ():
            yield from held.get(fewer, ()) if held else ()


def _is_twice(part: _Part, other: _Part) -> bool:
    if part.subject.app == other.subject.app:
        return False
    return not any(covers(pattern, part.term.pattern) for pattern in (*part.exclude, *other.exclude))


def _overlap(first: _Part, second: _Part, term: Term, schedule: str) -> Overlap:
    exclude = tuple(sorted({*first.exclude, *second.exclude}))
    return Overlap(
        first=_named(first),
        second=_named(second),
        schedule=schedule,
        sought=Sought(pattern=term.pattern, conditions=tuple(sorted(term.conditions)), exclude=exclude),
    )


def _named(part: _Part) -> OverlappingSelection:
    _, plan, _, selection = part.path
    return OverlappingSelection(app=part.subject.app, plan=str(plan), selection=str(selection))
