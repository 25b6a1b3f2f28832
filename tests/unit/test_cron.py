"""AWS's cron: what is read and what is refused, and when it runs.

What AWS accepts and refuses was captured from AWS Organizations' admission of backup policies, which checks schedules
as AWS Backup does; other cases are the examples of
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.cron import Cron, includes, parse

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")


def runs(schedule: str, after: str, count: int = 3, zone: ZoneInfo | timezone = UTC) -> list[str]:
    """The next runs, on the wall clock of the zone."""
    moments = parse(schedule).occurrences(datetime.fromisoformat(after).replace(tzinfo=zone), zone)
    return [f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in islice(moments, count)]


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("cron(0 10 * * ? *)", "2026-01-01", ["2026-01-01 10:00", "2026-01-02 10:00", "2026-01-03 10:00"]),
        ("cron(15 12 * * ? *)", "2026-01-01T12:15", ["2026-01-02 12:15", "2026-01-03 12:15", "2026-01-04 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", "2026-01-01", ["2026-01-01 18:00", "2026-01-02 18:00", "2026-01-05 18:00"]),
        ("cron(0 8 1 * ? *)", "2026-01-01T08:00", ["2026-02-01 08:00", "2026-03-01 08:00", "2026-04-01 08:00"]),
        ("cron(0/15 * * * ? *)", "2026-01-01T23:31", ["2026-01-01 23:45", "2026-01-02 00:00", "2026-01-02 00:15"]),
        ("cron(1/10 5 * * ? *)", "2026-01-01", ["2026-01-01 05:01", "2026-01-01 05:11", "2026-01-01 05:21"]),
        ("cron(0 5 ? * * *)", "2026-01-01", ["2026-01-01 05:00", "2026-01-02 05:00", "2026-01-03 05:00"]),
        ("cron(0 5 ? * 3#2 *)", "2026-01-01", ["2026-01-13 05:00", "2026-02-10 05:00", "2026-03-10 05:00"]),
        ("cron(0 5 ? * MON#5 *)", "2026-01-01", ["2026-03-30 05:00", "2026-06-29 05:00", "2026-08-31 05:00"]),
        ("cron(0 5 ? * L *)", "2026-01-01", ["2026-01-03 05:00", "2026-01-10 05:00", "2026-01-17 05:00"]),
        ("cron(0 5 ? * 6L *)", "2026-01-01", ["2026-01-30 05:00", "2026-02-27 05:00", "2026-03-27 05:00"]),
        ("cron(0 5 ? * MONL *)", "2026-01-01", ["2026-01-26 05:00", "2026-02-23 05:00", "2026-03-30 05:00"]),
        ("cron(0 5 ? * 7-1 *)", "2026-01-01", ["2026-01-03 05:00", "2026-01-04 05:00", "2026-01-10 05:00"]),
        ("cron(0 5 ? * FRI-TUE/2 *)", "2026-01-01", ["2026-01-02 05:00", "2026-01-04 05:00", "2026-01-06 05:00"]),
        ("cron(0 5 ? * mon-fri/2 *)", "2026-01-01", ["2026-01-02 05:00", "2026-01-05 05:00", "2026-01-07 05:00"]),
        ("cron(0 5 1 NOV-FEB ? *)", "2026-02-02", ["2026-11-01 05:00", "2026-12-01 05:00", "2027-01-01 05:00"]),
        ("cron(0 22-1 * * ? *)", "2026-01-01T01:00", ["2026-01-01 22:00", "2026-01-01 23:00", "2026-01-02 00:00"]),
        ("cron(0 5 L * ? *)", "2028-01-31T05:00", ["2028-02-29 05:00", "2028-03-31 05:00", "2028-04-30 05:00"]),
        ("cron(0 5 L-3 * ? *)", "2026-01-01", ["2026-01-28 05:00", "2026-02-25 05:00", "2026-03-28 05:00"]),
        ("cron(0 5 L-30 * ? *)", "2026-01-02", ["2026-03-01 05:00", "2026-05-01 05:00", "2026-07-01 05:00"]),
        ("cron(0 5 LW * ? *)", "2026-01-01", ["2026-01-30 05:00", "2026-02-27 05:00", "2026-03-31 05:00"]),
        ("cron(0 5 L-3W * ? *)", "2026-03-01", ["2026-03-27 05:00", "2026-04-27 05:00", "2026-05-28 05:00"]),
        ("cron(0 5 15W * ? *)", "2026-02-01", ["2026-02-16 05:00", "2026-03-16 05:00", "2026-04-15 05:00"]),
        ("cron(0 5 1W * ? *)", "2026-07-30", ["2026-08-03 05:00", "2026-09-01 05:00", "2026-10-01 05:00"]),
        ("cron(0 5 31W * ? *)", "2026-05-01", ["2026-05-29 05:00", "2026-07-31 05:00", "2026-08-31 05:00"]),
        ("cron(0 5 29 2 ? *)", "2096-02-29T05:00", ["2104-02-29 05:00", "2108-02-29 05:00", "2112-02-29 05:00"]),
        ("cron(0 5 ? JAN * 2030)", "2030-01-30", ["2030-01-30 05:00", "2030-01-31 05:00"]),
        ("cron(0 5 1 1 ? 2027-2199/100)", "2026-01-01", ["2027-01-01 05:00", "2127-01-01 05:00"]),
        ("cron(0 5 1 1 ? 2025)", "2026-01-01", []),
    ],
)
def test_runs(schedule: str, after: str, expected: list[str]) -> None:
    assert runs(schedule, after) == expected


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ("cron(0 5 31W FEB ? *)", "it never runs"),
        ("cron(0 5 30 2 ? *)", "it never runs"),
        ("cron(0 5 29 2 ? 2100)", "it never runs"),
        ("cron(0 5 L-31 * ? *)", "days before the last: 31 is outside 0 to 30"),
        ("cron(0 5 ? * 0L *)", "day of week: 0 is outside 1 to 7 or SUN to SAT"),
        ("cron(0 5 ? * MON#0 *)", "after #: 0 is outside 1 to 5"),
        ("cron(0 5 ? * MON#6 *)", "after #: 6 is outside 1 to 5"),
        ("cron(0 5 ? * 1L,2L *)", "L and # stand alone"),
        ("cron(0 5 ? * 1-2L *)", "L and # stand alone"),
        ("cron(0 5 ? * 3#1,6#3 *)", "L and # stand alone"),
        ("cron(0 5 ? * 1#1,2 *)", "L and # stand alone"),
        ("cron(0 5 1W,15W * ? *)", "L and W stand alone"),
        ("cron(0 5 1-5W * ? *)", "L and W stand alone"),
        ("cron(0 5 L,15 * ? *)", "L and W stand alone"),
        ("cron(0 5 ? JAN * 2035-2030)", "year: the range 2035-2030 runs backwards; write 2030-2035"),
        ("cron(0 5 ? JAN * 1969)", "year: 1969 is outside 1970 to 2199"),
        ("cron(0 5 ? JAN * 2200)", "year: 2200 is outside 1970 to 2199"),
        ("cron(0 5 1 * ?)", "this has 5"),
        ("cron(0 5 1 * ? * *)", "this has 7"),
        ("cron(0 5 1 * ? * garbage)", "this has 7"),
        ("cron()", "this has 0"),
        ("cron(0 5 * * * *)", "neither is"),
        ("cron(0 5 1 * MON *)", "neither is"),
        ("cron(0 5 ? * ? *)", "both are"),
        ("cron(? 5 * * ? *)", "minutes: '?' is not a value; write 0 to 59, or * for all"),
        ("cron(60 5 * * ? *)", "minutes: 60 is outside 0 to 59"),
        ("cron(0 24 * * ? *)", "hours: 24 is outside 0 to 23"),
        ("cron(0 5 32 * ? *)", "day of month: 32 is outside 1 to 31"),
        ("cron(0 5 0 * ? *)", "day of month: 0 is outside 1 to 31"),
        ("cron(0 5 * 13 ? *)", "month: 13 is outside 1 to 12 or JAN to DEC"),
        ("cron(0 5 * FEBRUARY ? *)", "month: 'FEBRUARY' is not a value"),
        ("cron(0 5 ? * 8 *)", "day of week: 8 is outside"),
        ("cron(0 5 ? * JAN *)", "day of week: 'JAN' is not a value"),
        ("cron(0 */0 * * ? *)", "hours, after /: 0 is outside 1 to 23"),
        ("cron(0 */24 * * ? *)", "hours, after /: 24 is outside 1 to 23"),
        ("cron(/15 5 * * ? *)", "minutes: '' is not a value"),
        ("cron(0, 5 * * ? *)", "minutes: '' is not a value"),
        ("cron(1.5 5 * * ? *)", "minutes: '1.5' is not a value"),
        ("cron(\u0663 5 * * ? *)", "is not a value"),
        ("cron(0 5 * * ? *", "it is not a cron schedule"),
        ("0 5 * * *", "it is not a cron schedule; write 'cron(0 3 * * ? *)'"),
        ("rate(1 day)", "rate() is not a schedule of AWS Backup; write 'cron(0 3 * * ? *)' for every day"),
        ("rate(12 hours)", "write 'cron(0 0/12 * * ? *)'"),
        ("rate(90 minutes)", "write 'cron(0 0/2 * * ? *)'"),
        ("rate(5 minutes)", "write 'cron(0 * * * ? *)' for every hour"),
        ("rate(7 days)", "write 'cron(0 3 1/7 * ? *)'"),
        ("rate(often)", "write 'cron(0 3 * * ? *)'"),
    ],
)
def test_refused(schedule: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse(schedule)


@pytest.mark.parametrize("rate", ["rate(1 day)", "rate(2 hours)", "rate(90 minutes)", "rate(400 days)", "rate(x)"])
def test_what_is_offered_instead_of_a_rate_is_right(rate: str) -> None:
    with pytest.raises(ValueError, match="rate") as error:
        parse(rate)
    assert isinstance(parse(str(error.value).split("'")[1]), Cron)


@pytest.mark.parametrize(
    ("schedule", "gap"),
    [
        ("cron(0 3 * * ? *)", timedelta(days=1)),
        ("cron(0 * * * ? *)", timedelta(hours=1)),
        ("cron(0,59 7 ? * * *)", timedelta(minutes=59)),
        ("cron(30 0,23 * * ? *)", timedelta(hours=1)),
        ("cron(0,30 0,23 ? * MON *)", timedelta(minutes=30)),
        ("cron(30 0,23 ? * MON,WED *)", timedelta(hours=23)),
        ("cron(30 0,23 ? * SAT,SUN *)", timedelta(hours=1)),
        ("cron(0 3 1 * ? *)", timedelta(days=28)),
        ("cron(0 3 L * ? *)", timedelta(days=28)),
        ("cron(0 3 1,29 JAN,FEB ? *)", timedelta(days=3)),
        ("cron(0 3 31 12 ? 2026)", timedelta.max),
    ],
)
def test_shortest_gap(schedule: str, gap: timedelta) -> None:
    assert parse(schedule).shortest_gap() == gap


def test_a_skipped_hour_does_not_run() -> None:
    expected = ["2026-03-07 02:30", "2026-03-09 02:30"]
    assert runs("cron(30 2 * * ? *)", "2026-03-07", 2, NEW_YORK) == expected


def test_a_repeated_hour_runs_once_the_first_time() -> None:
    moments = list(islice(parse("cron(30 1 * * ? *)").occurrences(datetime(2026, 11, 1, tzinfo=NEW_YORK), NEW_YORK), 2))
    assert moments == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]


def test_a_day_in_spring_is_an_hour_short() -> None:
    moments = list(islice(parse("cron(0 12 * * ? *)").occurrences(datetime(2026, 3, 28, tzinfo=BERLIN), BERLIN), 2))
    assert moments[1] - moments[0] == timedelta(hours=23)


def test_after_the_first_of_a_repeated_hour_comes_the_next_day() -> None:
    second_half_past_one = datetime(2026, 11, 1, 1, 10, tzinfo=NEW_YORK, fold=1)
    moment = next(parse("cron(30 1 * * ? *)").occurrences(second_half_past_one, NEW_YORK))
    assert moment == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        next(parse("cron(0 3 * * ? *)").occurrences(datetime(2026, 1, 1)))


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high).map(str)
    spans = st.tuples(number, number).map("-".join)
    steps = st.tuples(st.one_of(st.just("*"), number, spans), st.integers(1, max(high // 2, 1)).map(str)).map("/".join)
    return st.lists(st.one_of(st.just("*"), number, spans, steps), min_size=1, max_size=3).map(",".join)


DAYS_OF_MONTH = st.one_of(
    _field(1, 31),
    st.sampled_from(["L", "LW"]),
    st.integers(0, 27).map("L-{}".format),
    st.integers(1, 28).map("{}W".format),
)
DAYS_OF_WEEK = st.one_of(
    _field(1, 7),
    st.sampled_from(["L", "MON-FRI", "SUN"]),
    st.integers(1, 7).map("{}L".format),
    st.tuples(st.integers(1, 7), st.integers(1, 4)).map(lambda pair: f"{pair[0]}#{pair[1]}"),
)
DAYS = st.one_of(DAYS_OF_MONTH.map(lambda day: (day, "?")), DAYS_OF_WEEK.map(lambda day: ("?", day)))
SCHEDULES = st.builds(
    lambda minutes, hours, days, months: f"cron({minutes} {hours} {days[0]} {months} {days[1]} *)",
    _field(0, 59),
    _field(0, 23),
    DAYS,
    st.one_of(st.just("*"), st.sampled_from(["1,3,5", "JUL-AUG", "*/3"])),
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["Etc/UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"])


@given(SCHEDULES, MOMENTS, ZONES)
def test_every_run_is_on_the_schedule_and_after_the_last(schedule: str, after: datetime, zone: str) -> None:
    cron, place = parse(schedule), ZoneInfo(zone)
    moments = [after, *islice(cron.occurrences(after, place), 5)]
    assert len(moments) == 6
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert all(cron.matches(moment.astimezone(place).replace(tzinfo=None)) for moment in moments[1:])


@given(SCHEDULES, MOMENTS, ZONES)
def test_no_run_is_missed(schedule: str, after: datetime, zone: str) -> None:
    """Minute by minute for two days: what matches, on the wall clock's first showing, is a run; nothing else is."""
    cron, place = parse(schedule), ZoneInfo(zone)
    start = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = [start + timedelta(minutes=passed) for passed in range(2 * 24 * 60)]
    walls = [(moment, moment.astimezone(place)) for moment in minutes]
    expected = [moment for moment, wall in walls if wall.fold == 0 and cron.matches(wall.replace(tzinfo=None))]
    found = []
    for moment in cron.occurrences(start - timedelta(minutes=1), place):
        if moment > minutes[-1]:
            break
        found.append(moment)
    assert found == expected


@given(SCHEDULES, MOMENTS)
def test_no_gap_is_shorter_than_the_shortest(schedule: str, after: datetime) -> None:
    cron = parse(schedule)
    moments, shortest = islice(cron.occurrences(after), 50), cron.shortest_gap()
    assert all(later - earlier >= shortest for earlier, later in pairwise(moments))


def _refusal(schedule: str) -> str:
    """Why a schedule is refused; nothing where it is read."""
    try:
        parse(schedule)
    except ValueError as error:
        return str(error)
    return ""


@given(st.text(alphabet="0123456789,-*/?LW# MONSUAJ", max_size=40))
def test_any_text_is_refused_with_words_or_runs(text: str) -> None:
    schedule = f"cron({text})"
    refusal = _refusal(schedule)
    assert " " in refusal if refusal else next(parse(schedule).dates(), None) is not None


FEW_DAYS = st.sampled_from([("*", "?"), ("1", "?"), ("1-7", "?"), ("L", "?"), ("?", "*"), ("?", "SUN"), ("?", "SUN#1")])
FEW = st.builds(
    lambda hours, days, months, years: f"cron(0 {hours} {days[0]} {months} {days[1]} {years})",
    st.sampled_from(["3", "3,15"]),
    FEW_DAYS,
    st.sampled_from(["*", "1,3"]),
    st.sampled_from(["*", "2026-2040"]),
)


@given(FEW, FEW)
def test_one_schedule_includes_another_if_it_has_all_its_times(wide: str, narrow: str) -> None:
    one, other = parse(wide), parse(narrow)
    has_all = set(one.times()) >= set(other.times()) and set(one.dates()) >= set(other.dates())

    assert includes(wide, narrow) == has_all


def test_a_schedule_that_is_wrong_includes_nothing() -> None:
    assert not includes("cron(0 3 * * ? *)", "cron(0 3 * * * *)")
    assert not includes("cron(0 3 * * * *)", "cron(0 3 * * ? *)")
