"""A year on the virtual clock, against the count of `calendar_year`."""

import ast
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from backup_apps_local.backup.event import Event

from . import calendar_year
from .calendar_year import END, FIRST_DAY, Runs, apart, at_once, expected
from .conftest import ACCOUNT, BEGINNING, OTHER_REGION, REGION, Story, bare_story, key_arn, rule, vault_arn

RETENTION = {"daily": 35, "weekly": 90, "monthly": 365}
COPIES = {"daily": 14, "weekly": 60, "monthly": 400}
FOREVER = dict.fromkeys(RETENTION, 9999)
APART = {"daily": 1, "weekly": 5, "monthly": 9}
"""The hours of rules whose windows do not overlap."""
JOB_STATES = ("CREATED", "RUNNING", "COMPLETED")


Told = Counter[tuple[str, str]]
"""How many events there were, by their kind and the state that they tell."""


def story_of(resources: int, hours: dict[str, int], is_told: bool = True) -> tuple[Story, Told]:
    """A year's events are counted, since nobody has the room to keep them; or nobody listens, which halves the time."""
    story, told = bare_story(), Told()

    def count(event: Event) -> None:
        told[event.detail_type, str(event.detail.get("state") or event.detail.get("status"))] += 1

    story.service.event_listeners[:] = [count] if is_told else []
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
    return story, told


def left(story: Story, region: str, vault: str) -> dict[str, Counter[tuple[str, datetime]]]:
    """By resource."""
    found: dict[str, Counter[tuple[str, datetime]]] = {}
    for point in story.service.world.region(ACCOUNT, region).vaults[vault].recovery_points.values():
        creator = point.created_by or {}
        found.setdefault(point.resource_arn, Counter())[creator["BackupRuleName"], point.created] += 1
    return found


@pytest.mark.timeout(900)
@pytest.mark.behaviour("clock-a-year")
@pytest.mark.parametrize(
    ("resources", "runs", "hours"),
    [
        (20, apart, APART),
        (20, at_once, {"daily": 5, "weekly": 5, "monthly": 5}),
    ],
    ids=["rules apart", "rules at once"],
)
def test_a_year_ends_with_exactly_the_recovery_points_that_the_calendar_counts(
    resources: int, runs: Runs, hours: dict[str, int]
) -> None:
    story, told = story_of(resources, hours)
    story.advance(to=END)
    assert_counted(story, resources, runs)
    made = expected(runs, FOREVER).total()
    deleted = sum(made - expected(runs, retention).total() for retention in (RETENTION, COPIES))
    assert {key: number for key, number in told.items() if key[0].endswith("Job State Change")} == {
        (f"{kind} Job State Change", state): made * resources for kind in ("Backup", "Copy") for state in JOB_STATES
    }
    assert told["Recovery Point State Change", "DELETING"] == deleted * resources


@pytest.mark.timeout(900)
@pytest.mark.behaviour("clock-a-year")
def test_a_year_of_a_thousand_resources_does_too() -> None:
    story, _ = story_of(1000, APART, is_told=False)
    story.advance(to=END)
    assert_counted(story, 1000, apart)


def assert_counted(story: Story, resources: int, runs: Runs) -> None:
    for region, vault, retention in ((REGION, "acme", RETENTION), (OTHER_REGION, "copies", COPIES)):
        found = left(story, region, vault)
        assert len(found) == resources
        described = story.client(region=region).describe_backup_vault(BackupVaultName=vault)
        assert described["NumberOfRecoveryPoints"] == expected(runs, retention).total() * resources
        assert set(map(frozenset, map(Counter.items, found.values()))) == {frozenset(expected(runs, retention).items())}


@pytest.mark.behaviour("clock-a-year")
def test_the_count_knows_nothing_of_the_service() -> None:
    """It imports the calendar, and begins when the story does."""
    tree = ast.parse(Path(calendar_year.__file__).read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {getattr(node, "module", None) for node in imports}
    assert modules == {"collections", "collections.abc", "datetime"}
    assert FIRST_DAY == BEGINNING


@pytest.mark.behaviour("clock-a-year")
def test_the_count_is_what_a_hand_counts() -> None:
    """35 nights, 13 Sundays within 90 days, 12 firsts; all at once, a night is left only where nothing longer ran."""
    kept = expected(apart, RETENTION)
    assert Counter(name for name, _ in kept.elements()) == {"daily": 35, "weekly": 13, "monthly": 12}
    assert ("monthly", FIRST_DAY.replace(hour=9)) in kept
    kept = expected(at_once, RETENTION)
    assert Counter(name for name, _ in kept.elements()) == {"daily": 29, "weekly": 12, "monthly": 12}
