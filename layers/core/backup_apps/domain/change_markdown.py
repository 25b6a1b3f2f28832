"""Change sets in Markdown, for the comment of a pull request: a table of what matters, and every target to unfold."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from backup_apps.domain.change_text import Group, apps_named, details_of, groups_of, headline, totals
from backup_apps.domain.desired import Target
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.classes import Assessment
from backup_apps.domain.protection.policy_changes import PolicyChange
from backup_apps.domain.protection.whole import joined_class

LIMIT = 60_000
"""Characters. GitHub takes 65,536 in a comment, and whoever posts it may want to add a few."""
_ROOM_OF_LIST = 20_000
"""For the conflicts, and for the table."""
_ROOM_OF_NOTE = 200
_CELL = 300
_ROOM_OF_MORE = 20
_FEWEST_LINES = 10

NEXT = "everything: `backup-apps diff DIR`"


def render_markdown(
    bundle: str, change_sets: Iterable[AssessedChangeSet], policy: Sequence[PolicyChange] = (), limit: int = LIMIT
) -> str:
    """Never longer than the limit: what matters least is left out first, and that is said."""
    change_sets = sorted(change_sets, key=lambda one: one.target)
    groups = groups_of(change_sets)
    head = "\n\n".join(_head(bundle, change_sets, policy, groups))
    room = limit - len(head) - _ROOM_OF_NOTE
    details = list(_details(groups))
    shown: list[str] = []
    for detail in details:
        text = detail.fitted(room)
        if text is None:
            break
        shown.append(text)
        room -= len(text) + 2
    left_out = len(details) - len(shown)
    note = [f"*The details of {left_out} of {len(details)} targets did not fit; {NEXT}.*"] if left_out else []
    return "\n\n".join([head, *shown, *note]) + "\n"


def _head(
    bundle: str, change_sets: Sequence[AssessedChangeSet], policy: Sequence[PolicyChange], groups: Sequence[Group]
) -> Iterator[str]:
    class_ = joined_class(change_sets, policy)
    yield f"### Backup changes of {_code(bundle)}: {class_}"
    yield "  \n".join(totals(change_sets, policy))
    conflicts = [
        f"- **{one.target}**: {_text(conflict)}" for one in change_sets for conflict in one.change_set.conflicts
    ]
    if conflicts:
        yield "\n".join(_first(conflicts, "conflicts"))
    rows = [*_policy_rows(policy), *_rows(groups)]
    if rows:
        yield "\n".join(["| class | change | where | why |", "|---|---|---|---|", *_first(rows, "changes")])


def _first(lines: Sequence[str], what: str) -> Iterator[str]:
    """As many as there is room for, and how many there are besides."""
    ends = list(accumulate(len(line) + 1 for line in lines))
    fitting = sum(1 for end in ends if end <= _ROOM_OF_LIST)
    yield from lines[:fitting]
    if fitting < len(lines):
        yield f"\n*{len(lines) - fitting} more {what}; {NEXT}.*"


def _policy_rows(policy: Iterable[PolicyChange]) -> Iterator[str]:
    for one in policy:
        if one.class_.needs_a_person:
            why = "; ".join(reason.message for reason in one.reasons)
            yield f"| **{one.class_}** | {_code(one.path)} | {_text(apps_named(one.apps))} | {_text(why)} |"


def _rows(groups: Iterable[Group]) -> Iterator[str]:
    """A row for what needs a person, once for all targets on which it is the same."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for group in groups:
        for change, assessment in group.changes:
            if assessment.class_.needs_a_person:
                row = (assessment.class_.value, headline(change), group.app, _why(assessment))
                alike.setdefault(row, []).append(str(group.target))
    for (class_, title, app, why), targets in alike.items():
        more = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
        yield f"| **{class_}** | {_code(title)} | {_text(app)} on {targets[0]}{more} | {_text(why)} |"


def _why(assessment: Assessment) -> str:
    """The reasons that need a person, as many as fit into a cell and one at least."""
    messages = [reason.message for reason in assessment.reasons if reason.class_.needs_a_person]
    ends = accumulate(len(message) + 2 for message in messages)
    fitting = max(1, sum(1 for end in ends if end <= _CELL - _ROOM_OF_MORE))
    more = f"; and {len(messages) - fitting} more" if fitting < len(messages) else ""
    return "; ".join(messages[:fitting]) + more


class _Detail(NamedTuple):
    """The changes of a target, to unfold."""

    summary: str
    lines: tuple[str, ...]

    def fitted(self, room: int) -> str | None:
        """Its text in that many characters, cut at a line if it is too long; None if next to nothing would be left."""
        fence = _fence("\n".join(self.lines))
        frame = (f"<details><summary>{self.summary}</summary>\n\n{fence}diff", f"{fence}\n\n</details>")
        room -= sum(map(len, frame)) + _ROOM_OF_NOTE
        ends = list(accumulate(len(line) + 1 for line in self.lines))
        fitting = sum(1 for end in ends if end <= room)
        left_out = len(self.lines) - fitting
        if left_out and fitting < _FEWEST_LINES:
            return None
        note = [f"# {left_out} more lines did not fit"] if left_out else []
        return "\n".join([frame[0], *self.lines[:fitting], *note, frame[1]])


def _details(groups: Sequence[Group]) -> Iterator[_Detail]:
    """One block to unfold for each target, the worst first."""
    worst = {group.target: position for position, group in reversed(list(enumerate(groups)))}
    ordered = sorted(groups, key=lambda group: worst[group.target])
    for target, of_target in groupby(ordered, key=lambda group: group.target):
        yield _detail(target, list(of_target))


def _detail(target: Target, groups: Sequence[Group]) -> _Detail:
    number = sum(len(group.changes) for group in groups)
    summary = f"{target}: {groups[0].class_}, {number} {'change' if number == 1 else 'changes'}"
    return _Detail(summary, tuple(line for group in groups for line in _group_lines(group)))


def _group_lines(group: Group) -> Iterator[str]:
    """As a diff, which GitHub colours by the first sign of a line."""
    yield f"@@ {group.app} @@"
    for change, assessment in group.changes:
        sign = "!" if change.action == "update" else ""
        yield f"{sign}{headline(change).removeprefix('~' if sign else '')}  [{assessment.class_}]"
        yield from (f"    {line}" for line in details_of(change, assessment))


def _fence(body: str) -> str:
    longest = max(map(len, re.findall("`+", body)), default=0)
    return "`" * max(3, longest + 1)


def _code(text: str) -> str:
    return f"`{_cut(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def _text(text: str) -> str:
    """No markup of its own, no mention of anybody, no end of a cell."""
    return re.sub(r"[\\|<>*`\[\]@#&~]", lambda sign: f"&#{ord(sign[0])};", _cut(text))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
