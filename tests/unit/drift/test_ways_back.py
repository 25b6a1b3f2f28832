"""What people are told to do about what has drifted."""

import re

import pytest
from botocore import xform_name
from botocore.session import Session

from backup_apps.domain.alerts import MESSAGE_LIMIT
from backup_apps.domain.cards.drift import drift_card, stopped_card
from backup_apps.domain.drift.findings import Direction, Finding, Kind
from backup_apps.domain.drift.ways_back import WAYS_BACK, ways_back
from backup_apps_cli.main import main

OURS = re.compile(r"backup-apps ([a-z]+)")
AWS = re.compile(r"aws ([a-z]+) ([a-z-]+)")
BY_HAND = set(Kind) - {
    Kind.PLAN,
    Kind.RULE,
    Kind.SELECTION,
    Kind.VAULT,
    Kind.LOCK,
    Kind.ACCESS_POLICY,
    Kind.NOTIFICATIONS,
    Kind.REGION_OPT_IN,
    Kind.MISSING_PLAN,
    Kind.MISSING_VAULT,
    Kind.RESTORE_TESTING,
}
"""What healing never touches."""


def finding(kind: Kind, direction: Direction = Direction.WEAKENS, resource: str = "it") -> Finding:
    return Finding(
        bundle="acme",
        version="v1",
        kind=kind,
        direction=direction,
        account="111111111111",
        region="eu-west-1",
        resource=resource,
        since="2026-01-01T00:00:00+00:00",
    )


def exists(service: str, operation: str) -> bool:
    model = Session().get_service_model(service)
    return operation in {xform_name(name, "-") for name in model.operation_names}


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_a_way_back_that_names_commands_that_exist(kind: Kind) -> None:
    for way in WAYS_BACK[kind]:
        ours, calls = OURS.findall(way), AWS.findall(way)
        assert ours or calls, way
        assert set(ours) <= set(main.commands)
        assert all(exists(*call) for call in calls), way


@pytest.mark.parametrize("kind", sorted(BY_HAND))
@pytest.mark.parametrize("direction", Direction)
def test_what_no_push_puts_back_is_promised_to_nobody(kind: Kind, direction: Direction) -> None:
    text = drift_card([finding(kind, direction)], ()).alert().text
    assert "selfHeal" not in text
    assert "push the bundle again" not in text
    assert "undo it with" not in text


def test_each_way_is_told_once_and_says_for_what() -> None:
    found = [
        finding(Kind.RULE),
        finding(Kind.JOB_FAILED, resource="one"),
        finding(Kind.JOB_FAILED, resource="two"),
        finding(Kind.SELECTION),
        finding(Kind.RULE, Direction.STRENGTHENS),
    ]
    told = ways_back(found)
    assert [one.partition(":")[0] for one in told] == ["rule, selection", "job-failed", "rule"]
    assert "With selfHeal: true" in told[0]
    assert "To keep it: backup-apps drift acme --patch" in told[2]


def test_what_is_put_back_now_asks_for_nothing() -> None:
    healed, left = finding(Kind.RULE), finding(Kind.JOB_MISSING)
    text = drift_card([healed, left], {healed.id}).alert().text
    assert "push the bundle again" not in text
    assert "job-missing: no push makes up for a run" in text


def shown(text: str) -> int:
    return text.count("\nweakens: ")


@pytest.mark.parametrize("length", [400, 8_000])
def test_very_much_still_fits_into_a_message(length: int) -> None:
    long = {"live": "x" * 50_000, "reasons": ("y" * length,)}
    found = [finding(Kind.RULE, resource=str(number)).model_copy(update=long) for number in range(60)]
    for alert in (drift_card(found, ()).alert(), stopped_card(found[0]).alert()):
        assert len(alert.message.encode()) <= MESSAGE_LIMIT
    alert = drift_card(found, ()).alert()
    assert alert.subject == "Drift in acme, 111111111111/eu-west-1: rule 0 and 59 more"
    assert 0 < len(alert.document["findings"]) < 60
    assert alert.document["findings"][0]["resource"] == "0"
    assert alert.document["omitted"] == 50 - len(alert.document["findings"])
    assert f"... and {60 - shown(alert.text)} more" in alert.text
