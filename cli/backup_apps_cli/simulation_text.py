"""A simulation for people: what changes first, then what it costs."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backup_apps.domain.simulation.assumptions import assumptions_of
from backup_apps.domain.simulation.costs import Month, counts_of
from backup_apps.domain.simulation.losses import Left, Loss, losses_of
from backup_apps.domain.simulation.points import Miss, Outcome, Point
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.what_if import Simulation
from backup_apps.domain.wording import spoken_span

_MARKS = (1, 7, 30, 90, 365)
"""After how many days recovery points are counted; and when the last is over."""
_ROWS = 40
_MISSES = 10
_DAY = timedelta(days=1)
_EVERYTHING = "Every recovery point with its dates"


class Telling(NamedTuple):
    """`at` is the end of the day that is asked about, `command` what was called."""

    simulation: Simulation
    loss: Loss | None
    at: datetime | None
    command: str


def tell(telling: Telling, terminal: Console) -> None:
    if telling.loss and telling.at:
        _tell_loss(telling.simulation, telling.loss, telling.at, terminal)
    elif telling.at:
        _tell_day(telling.simulation, telling.at, terminal)
    else:
        _tell_counts(telling.simulation, terminal)
        _tell_misses(telling.simulation.after.outcomes, terminal)
        _tell_costs(telling.simulation, terminal)
    _tell_assumptions(telling.simulation, terminal)
    terminal.print(Text(_next(telling)))


def _tell_assumptions(simulation: Simulation, terminal: Console) -> None:
    terminal.print(Text("\nTaken as given:", style="dim"))
    for assumption in assumptions_of(simulation.question):
        terminal.print(Text(f"  - {assumption}", style="dim"))


def _next(telling: Telling) -> str:
    question = telling.simulation.question
    if telling.loss is None and question.resources:
        region = question.resources[0].target.region
        return f"\nWhat a loss would leave: backup-apps {telling.command} --lose region={region}"
    return f"\n{_EVERYTHING}: backup-apps {telling.command} --output json"


def table(*headings: str, right: Iterable[int] = ()) -> Table:
    made = Table(box=None, pad_edge=False, header_style="dim")
    for index, heading in enumerate(headings):
        made.add_column(heading, overflow="fold", justify="right" if index in set(right) else "left")
    return made


def _tell_counts(simulation: Simulation, terminal: Console) -> None:
    question = simulation.question
    ends = question.ends
    marks = [ends[mark - 1] for mark in _MARKS if mark < question.days] + [ends[-1]]
    arrow = ", before → after the change" if simulation.before else ""
    terminal.print(Text(f"{question.after.bundle}: recovery points at the end of each day{arrow}"))
    rows = [row for row in _rows(simulation) if simulation.before is None or row.is_different]
    days = [f"{end - _DAY:%Y-%m-%d}" for end in marks]
    last = ["fewer from"] if simulation.before else []
    shown = table("resource", "target", *days, *last, right=range(2, 2 + len(marks)))
    for row in rows[:_ROWS]:
        fewer = [_fewer(row, question.ends)] if last else []
        shown.add_row(row.resource.shown, str(row.resource.target), *_counts(row, marks), *fewer)
    if rows:
        terminal.print(shown)
    if simulation.before and not rows:
        terminal.print(Text("no recovery point comes or goes otherwise", style="green"))
    if len(rows) > _ROWS:
        terminal.print(Text(f"and {len(rows) - _ROWS} more resources: --target ACCOUNT/REGION, or --output json"))
    elif simulation.before and len(rows) < len(question.resources):
        terminal.print(Text(f"{len(question.resources) - len(rows)} of {len(question.resources)} resources: no change"))


class _Row(NamedTuple):
    resource: Resource
    before: Outcome | None
    after: Outcome

    @property
    def is_different(self) -> bool:
        return self.before is not None and _lives(self.before) != _lives(self.after)


def _rows(simulation: Simulation) -> list[_Row]:
    resources = simulation.question.resources
    befores = simulation.before.outcomes if simulation.before else (None,) * len(resources)
    return [_Row(*one) for one in zip(resources, befores, simulation.after.outcomes, strict=True)]


def _fewer(row: _Row, ends: Sequence[datetime]) -> str:
    """The first day at whose end there are fewer than there would be."""
    before = counts_of(row.before.points, ends) if row.before else []
    after = counts_of(row.after.points, ends)
    days = (end - _DAY for end, then, now in zip(ends, before, after, strict=True) if now < then)
    return next((f"{day:%Y-%m-%d}" for day in days), "-")


def _lives(outcome: Outcome) -> list[tuple[object, ...]]:
    return [(point.vault, point.completed, point.cold, point.deleted) for point in outcome.points]


def _counts(row: _Row, marks: Sequence[datetime]) -> list[Text]:
    return [_count(row, mark) for mark in marks]


def _count(row: _Row, at: datetime) -> Text:
    then = _there(row.after.points, at)
    if row.before is None:
        return Text(str(then), style="" if then else "bold red")
    now = _there(row.before.points, at)
    return Text(f"{now} → {then}", style="red" if then < now else "green" if then > now else "")


def _there(points: Iterable[Point], at: datetime) -> int:
    return sum(point.is_there(at) for point in points)


def _tell_misses(outcomes: Iterable[Outcome], terminal: Console) -> None:
    misses = sorted((miss for outcome in outcomes for miss in outcome.misses), key=_kind_of_miss)
    groups = [list(group) for _, group in groupby(misses, key=_kind_of_miss)]
    if groups:
        terminal.print(Text("\nRuns and copies that leave nothing:", style="yellow"))
    for group in groups[:_MISSES]:
        first = min(group, key=lambda miss: miss.at)
        resources = len({miss.resource.place for miss in group})
        of = first.resource.shown if resources == 1 else f"{resources} resources"
        what = f"{first.resource.target}  {first.rule.plan}/{first.rule.name}, {of}"
        terminal.print(Text(f"  {what}: {len(group)} times from {first.at:%Y-%m-%d} on, {first.why}"))
    if len(groups) > _MISSES:
        terminal.print(Text(f"  and {len(groups) - _MISSES} more: --output json"))


def _kind_of_miss(miss: Miss) -> tuple[object, ...]:
    return miss.resource.target, miss.rule.plan, miss.rule.name, miss.why


def _tell_costs(simulation: Simulation, terminal: Console) -> None:
    prices = simulation.question.prices
    terminal.print(Text(f"\nCost by month, {prices.currency} ({prices.source}; as of {prices.as_of})"))
    after, before = simulation.after.bill.months, simulation.before.bill.months if simulation.before else None
    if before is None:
        shown = table("month", "days", "storage", "copying", "in all", right=range(1, 5))
        for month in after:
            shown.add_row(month.month, str(month.days), *map(_money, (month.storage, month.transfer, month.total)))
    else:
        shown = table("month", "days", "before", "after", "difference", right=range(1, 5))
        for old, new in zip(before, after, strict=True):
            shown.add_row(new.month, str(new.days), _money(old.total), _money(new.total), _difference(old, new))
    terminal.print(shown)


def _money(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 100 else f"{amount:,.4f}"


def _difference(old: Month, new: Month) -> Text:
    more = new.total - old.total
    return Text(f"{'+' if more >= 0 else '-'}{_money(abs(more))}", style="red" if more > 0 else "green" if more else "")


def _tell_day(simulation: Simulation, at: datetime, terminal: Console) -> None:
    terminal.print(Text(f"{simulation.question.after.bundle}: recovery points at the end of {at - _DAY:%Y-%m-%d}"))
    shown = table("resource", "vault", "rule", "form", "points", "cold", "oldest", "newest", right=(4, 5))
    groups = _groups([point for point in simulation.after.points if point.is_there(at)])
    for group in groups[:_ROWS]:
        first, dates = group[0], sorted(point.data_of(at) for point in group)
        shown.add_row(
            first.resource.shown,
            str(first.vault),
            f"{first.rule.plan}/{first.rule.name}",
            str(first.form),
            str(len(group)),
            str(sum(point.is_cold(at) for point in group)),
            *(f"{moment:%Y-%m-%d %H:%M}" for moment in (min(point.created for point in group), dates[-1])),
        )
    terminal.print(shown if groups else Text("none", style="bold red"))
    if len(groups) > _ROWS:
        terminal.print(Text(f"and {len(groups) - _ROWS} more rows: --target ACCOUNT/REGION, or --output json"))


def _groups(points: Iterable[Point]) -> list[list[Point]]:
    ordered = sorted(points, key=_group)
    return [list(group) for _, group in groupby(ordered, key=_group)]


def _group(point: Point) -> tuple[object, ...]:
    return point.resource.place, point.vault, point.rule.plan, point.rule.name, point.form


def _tell_loss(simulation: Simulation, loss: Loss, at: datetime, terminal: Console) -> None:
    found = losses_of(simulation.question.resources, simulation.after.points, loss, at)
    terminal.print(_verdict(found, loss, at))
    shown = table("resource", "target", "itself", "newest left", "where", "lost", "at worst", "left", right=(5, 6, 7))
    for left in found[:_ROWS]:
        shown.add_row(*_loss_row(left))
    if found:
        terminal.print(shown)
    if len(found) > _ROWS:
        terminal.print(Text(f"and {len(found) - _ROWS} more resources: --target ACCOUNT/REGION, or --output json"))
    if simulation.before:
        would = losses_of(simulation.question.resources, simulation.before.points, loss, at)
        terminal.print(Text(f"Without the change: {_verdict(would, loss, at)}"))


def _verdict(found: Sequence[Left], loss: Loss, at: datetime) -> Text:
    when = f"Lose {loss} at the end of {at - _DAY:%Y-%m-%d}:"
    lost = [left for left in found if left.is_lost]
    gone = sum(left.newest is None for left in lost)
    gaps = [left.gap for left in lost if left.gap is not None]
    if gone:
        others = f"; of the others at most {spoken_span(max(gaps))} is lost" if gaps else ""
        return Text(f"{when} {gone} of {len(lost)} resources are lost for good{others}", style="bold red")
    if gaps:
        return Text(f"{when} each of {len(lost)} resources can be restored; at most {spoken_span(max(gaps))} is lost")
    bare = sum(left.newest is None for left in found)
    style = "bold red" if bare else ""
    return Text(f"{when} no resource is lost; {len(found)} lose recovery points, {bare} of them all", style=style)


def _loss_row(left: Left) -> tuple[str | Text, ...]:
    newest = left.newest
    return (
        left.resource.shown,
        str(left.resource.target),
        Text("lost", style="red") if left.is_lost else "lives on",
        f"{newest.data:%Y-%m-%d %H:%M}" if newest else Text("nothing", style="bold red"),
        str(newest.point.vault) if newest else "-",
        spoken_span(left.gap) if left.gap is not None else Text("all", style="bold red"),
        spoken_span(left.worst + timedelta(seconds=1)) if left.worst is not None else Text("all", style="bold red"),
        f"{left.left} of {left.there}",
    )
