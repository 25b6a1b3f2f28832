"""Which days a recovery point is there, and that the page counts as `simulate` does."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backup_apps.domain.desired import DesiredState
from backup_apps.domain.page.ahead import Ahead, look_ahead
from backup_apps.domain.page.timeline import Book, Side, Window
from backup_apps.domain.simulation.prices import Prices
from backup_apps.domain.simulation.resources import stand_ins
from backup_apps.domain.simulation.what_if import Question, past_of, simulate
from backup_apps.offline_wiring import read_written, resolve_source
from backup_apps.wiring import zone_of
from backup_apps_cli.simulation_commands import PRICES

EXAMPLE = Path(__file__).parents[3] / "examples" / "acme"
FIRST, DAYS = date(2027, 1, 1), 90
WINDOW = Window(FIRST, 10)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2027, 1, 1, hour, tzinfo=UTC) + timedelta(days=day)


@pytest.mark.parametrize(
    ("completed", "deleted", "days"),
    [
        (at(2, 3), at(5, 3), (2, 5)),
        (at(3), at(5), (2, 4)),  # at midnight the day before ends
        (at(-4, 3), at(1, 3), (-4, 1)),
        (at(2, 3), None, (2, None)),
        (at(2, 3), at(10, 3), (2, None)),
    ],
)
def test_from_the_first_day_at_whose_end_it_is_there(
    completed: datetime, deleted: datetime | None, days: tuple[int, int | None]
) -> None:
    assert WINDOW.days_of(completed, deleted) == days


@pytest.mark.parametrize(
    ("completed", "deleted"), [(at(-4), at(0, 3)), (at(2, 3), at(2, 9)), (at(10, 3), None), (at(-9), at(-3))]
)
def test_what_is_there_at_the_end_of_no_day_is_not_shown(completed: datetime, deleted: datetime) -> None:
    assert WINDOW.days_of(completed, deleted) is None


def example(folder: Path, **changes: str) -> DesiredState:
    for file in EXAMPLE.rglob("*.yaml"):
        text = file.read_text()
        for old, new in changes.items():
            text = text.replace(f"delete: {old.lstrip('_')}", f"delete: {new}")
        (folder / file.relative_to(EXAMPLE)).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.relative_to(EXAMPLE)).write_text(text)
    state = resolve_source(folder).state
    assert state
    return state


def counted(side: Side | None) -> list[int]:
    spans = [span for lines in (side or {}).values() for line in lines.values() for span in line]
    return [sum(first <= day and (end is None or end > day) for first, end in spans) for day in range(DAYS)]


def test_it_counts_as_a_simulation_does(tmp_path: Path) -> None:
    before, after = example(tmp_path / "before"), example(tmp_path / "after", _70d="30d", _14d="21d")
    prices = read_written(PRICES, Prices)
    assert isinstance(prices, Prices)
    resources = stand_ins([before, after])
    question = Question(after, before, past_of(before, FIRST), FIRST, DAYS, resources, prices, zone_of)
    simulated = simulate(question)
    assert simulated.before
    timeline = look_ahead(Ahead(FIRST, DAYS, before, after, zone_of))
    assert counted(timeline.stays) == [day.points for day in simulated.before.bill.days]
    assert counted(timeline.changes) == [day.points for day in simulated.after.bill.days]
    assert counted(timeline.stays) != counted(timeline.changes)


def test_the_first_version_has_nothing_before(tmp_path: Path) -> None:
    timeline = look_ahead(Ahead(FIRST, DAYS, None, example(tmp_path), zone_of))
    assert timeline.stays is None
    assert counted(timeline.changes)[0] < counted(timeline.changes)[-1]


def test_without_a_change_there_is_one_side(tmp_path: Path) -> None:
    timeline = look_ahead(Ahead(FIRST, DAYS, example(tmp_path), None, zone_of))
    assert timeline.changes is None
    assert counted(timeline.stays)[0] == counted(timeline.stays)[30] > 0


def test_equal_lines_are_written_once() -> None:
    book = Book()
    assert [book.number([(1, 2), (0, None)]), book.number([(0, None), (1, 2)]), book.number([(1, 2), (1, 2)])] == [
        0,
        0,
        1,
    ]
    assert json.dumps(book.to_json()) == "[[[0, null, 1], [1, 2, 1]], [[1, 2, 2]]]"
