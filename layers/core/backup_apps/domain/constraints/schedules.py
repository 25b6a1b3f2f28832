"""When rules run, and how long a job may wait and take."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.cron import Cron, parse, shortest_gap
from backup_apps.domain.places import Path

CRON = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html"
RULE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html"
FREQUENCY = "https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html"

SHORTEST_CADENCE = timedelta(hours=1)
SHORTEST_START_WINDOW = 60
LONGEST_WINDOW = 52_560_000


@numbered("B201", CRON)
def schedule_is_cron(subject: Subject) -> Iterator[Violation]:
    for path, schedule in _schedules(subject):
        try:
            parse(schedule)
        except ValueError as error:
            yield Violation(path, f"'{schedule}' is not a schedule that AWS accepts: {error}")


@numbered("B202", FREQUENCY)
def at_most_hourly(subject: Subject) -> Iterator[Violation]:
    """AWS looks at the next two runs only, so its answer may change within a day; ours is that of the worst moment."""
    for path, rule in subject.rules:
        gap = shortest_gap(rule.schedule)
        if gap is not None and gap < SHORTEST_CADENCE:
            minutes = gap // timedelta(minutes=1)
            yield Violation(
                (*path, "schedule"),
                f"AWS Backup runs a rule once an hour at most, but {rule.schedule} has runs {minutes} minutes apart; "
                "for a shorter gap write continuous: true",
            )


@numbered("B203", RULE)
def timezone_is_known(subject: Subject) -> Iterator[Violation]:
    for path, rule in subject.rules:
        if rule.timezone not in subject.catalog.timezones:
            message = (
                f"'{rule.timezone}' is not a time zone of the IANA list; write a name such as Europe/Berlin or Etc/UTC"
            )
            yield Violation((*path, "timezone"), message)


@numbered("B204", RULE)
def start_window_is_long_enough(subject: Subject) -> Iterator[Violation]:
    for path, rule in subject.rules:
        if rule.start_window < SHORTEST_START_WINDOW:
            message = f"a job is given 1h at least to start, not {rule.start_window}m: write startWindow: 1h or more"
            yield Violation((*path, "startWindow"), message)


@numbered("B205", RULE)
def completion_follows_start(subject: Subject) -> Iterator[Violation]:
    for path, rule in subject.rules:
        if rule.complete_window <= rule.start_window:
            yield Violation(
                (*path, "completeWindow"),
                f"a job may start {window(rule.start_window)} late, so completeWindow must be longer than that, not "
                f"{window(rule.complete_window)}",
            )


@numbered("B206", RULE)
def windows_are_short_enough(subject: Subject) -> Iterator[Violation]:
    for path, rule in subject.rules:
        for key, minutes in (("startWindow", rule.start_window), ("completeWindow", rule.complete_window)):
            if minutes > LONGEST_WINDOW:
                message = f"{key} is {window(LONGEST_WINDOW)} (100 years) at most, not {window(minutes)}"
                yield Violation((*path, key), message)


@numbered("B207", CRON)
def schedule_runs_again(subject: Subject) -> Iterator[Violation]:
    """The day before today is still today somewhere on earth."""
    since = subject.catalog.today - timedelta(days=1)
    for path, schedule in _schedules(subject):
        last = _last_run_before(schedule, since)
        if last is not None:
            message = f"{schedule} never runs again: it last ran in {last.year}; write * as the year, or a later one"
            yield Violation(path, message)


@lru_cache(maxsize=4096)
def _last_run_before(schedule: str, since: date) -> date | None:
    """The last day of a schedule that never runs again; None for any other, and for one that B201 refuses."""
    cron = _parsed(schedule)
    if cron is None or next(cron.dates(since), None) is not None:
        return None
    return max(cron.dates())


def window(minutes: int) -> str:
    """A window as it is written: `8h`, `90m`."""
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _schedules(subject: Subject) -> Iterator[tuple[Path, str]]:
    for path, rule in subject.rules:
        yield (*path, "schedule"), rule.schedule
    if subject.policy.verification.schedule is not None:
        yield ("verification", "schedule"), subject.policy.verification.schedule


def _parsed(schedule: str) -> Cron | None:
    """None where the schedule is wrong, which B201 says."""
    try:
        return parse(schedule)
    except ValueError:
        return None


SCHEDULES = (
    schedule_is_cron,
    at_most_hourly,
    timezone_is_known,
    start_window_is_long_enough,
    completion_follows_start,
    windows_are_short_enough,
    schedule_runs_again,
)
