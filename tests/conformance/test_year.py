"""A year on the virtual clock, against a count that goes through the calendar day by day and knows nothing of jobs."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest

from .conftest import ACCOUNT, BEGINNING, OTHER_REGION, REGION, Story, bare_story, key_arn, rule, vault_arn

END = BEGINNING + timedelta(days=365)
RETENTION = {"daily": 35, "weekly": 90, "monthly": 365}
COPIES = {"daily": 14, "weekly": 60, "monthly": 400}

Runs = Callable[[date], Iterator[tuple[str, int]]]
"""The names of the rules that run on a day, each with its hour."""


def apart(day: date) -> Iterator[tuple[str, int]]:
    yield "daily", 1
    if day.isoweekday() == 7:
        yield "weekly", 5
    if day.day == 1:
        yield "monthly", 9


def at_once(day: date) -> Iterator[tuple[str, int]]:
    """All at five o'clock, so that only the one that keeps longest runs."""
    yield "monthly" if day.day == 1 else "weekly" if day.isoweekday() == 7 else "daily", 5


def expected(runs: Runs, retention: dict[str, int]) -> Counter[tuple[str, datetime]]:
    """What is left on the last day of one resource: rule and creation date of each recovery point."""
    left: Counter[tuple[str, datetime]] = Counter()
    for day in (BEGINNING + timedelta(days=number) for number in range(365)):
        for name, hour in runs(day.date()):
            created = day + timedelta(hours=hour)
            if created + timedelta(days=retention[name]) > END:
                left[name, created] += 1
    return left


def story_of(resources: int, hours: dict[str, int]) -> Story:
    story = bare_story()
    story.service.event_listeners.clear()
    for number in range(resources):
        arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-{number:04d}"
        story.cloud.add(ACCOUNT, REGION, arn, {"block": b"x"}, tags={"backup": "yes"})
    story.client(region=OTHER_REGION).create_backup_vault(
        BackupVaultName="copies", EncryptionKeyArn=key_arn(region=OTHER_REGION)
    )
    days = {"daily": "* * ?", "weekly": "? * SUN", "monthly": "1 * ?"}
    story.plan(
        *(
            rule(
                name,
                f"cron(0 {hours[name]} {days[name]} *)",
                Lifecycle={"DeleteAfterDays": RETENTION[name]},
                CopyActions=[
                    {
                        "DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION),
                        "Lifecycle": {"DeleteAfterDays": COPIES[name]},
                    }
                ],
            )
            for name in RETENTION
        ),
        selection={
            "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}]
        },
    )
    return story


def left(story: Story, region: str, vault: str) -> dict[str, Counter[tuple[str, datetime]]]:
    """By resource."""
    found: dict[str, Counter[tuple[str, datetime]]] = {}
    for point in story.service.world.region(ACCOUNT, region).vaults[vault].recovery_points.values():
        creator = point.created_by or {}
        found.setdefault(point.resource_arn, Counter())[creator["BackupRuleName"], point.created] += 1
    return found


@pytest.mark.behaviour("clock-a-year")
@pytest.mark.parametrize(
    ("resources", "runs", "hours"),
    [
        (1000, apart, {"daily": 1, "weekly": 5, "monthly": 9}),
        (20, at_once, {"daily": 5, "weekly": 5, "monthly": 5}),
    ],
    ids=["1000 resources, rules apart", "20 resources, rules at once"],
)
def test_a_year_ends_with_exactly_the_recovery_points_that_the_calendar_counts(
    resources: int, runs: Runs, hours: dict[str, int]
) -> None:
    story = story_of(resources, hours)
    story.advance(to=END)
    for region, vault, retention in ((REGION, "acme", RETENTION), (OTHER_REGION, "copies", COPIES)):
        found = left(story, region, vault)
        assert len(found) == resources
        assert set(map(frozenset, map(Counter.items, found.values()))) == {frozenset(expected(runs, retention).items())}
