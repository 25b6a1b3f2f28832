"""What on-call gets on a phone: jobs and restores that failed, told by their events, with the policy that applied."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from backup_apps.domain.cards.layout import MOST_LINES

from .conftest import LocalAws
from .shop import Shop
from .waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]
WHY = "the role may not use the key"


@pytest.fixture(scope="module")
def shop(local_aws: LocalAws) -> Iterator[Shop]:
    shop = Shop(local_aws)
    shop.back_up()
    yield shop
    shop.retire()


def envelope(shop: Shop, type_: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        for one in shop.aws.inbox.messages():
            told = json.loads(one["Message"]) if one["Message"].startswith("{") else {}
            if (told.get("type"), told.get("bundle")) == (type_, shop.name):
                return dict(one)
        return None

    try:
        return dict(until(look, f"the card {type_}", 60))
    except AssertionError as error:
        raise AssertionError(f"{error}\n{shop.aws.tracebacks()}") from None


def check(shop: Shop, told: dict[str, Any], type_: str) -> str:
    """It says which policy, line, commit and approver, the last good recovery point, and how to go on."""
    document = json.loads(told["Message"])
    text, context = str(document["text"]), document["context"]
    assert len(text.splitlines()) <= MOST_LINES
    assert "unknown" not in context, context["unknown"]
    assert any(line["file"] == "app.yaml" and line["line"] > 1 for line in context["policy"])
    assert context["commit"]["version"]
    assert "approval" in context
    assert context["last_good"]["arn"] in shop.points_of_table()
    assert "\nNext: " in text
    attributes = {name: one["Value"] for name, one in told["MessageAttributes"].items()}
    assert attributes == {
        "severity": "critical",
        "type": type_,
        "bundle": shop.name,
        "app": shop.name,
        "account": shop.account,
        "region": "eu-west-1",
    }
    return text


def test_a_restore_by_hand_that_fails_is_told(shop: Shop) -> None:
    shop.tell("faults", {"kind": "restore-fails", "target": shop.table_arn, "times": 1, "message": WHY})
    job = shop.restore_by_hand(shop.points()["DynamoDB"], targetTableName=f"{shop.name}-again")
    shop.advance(hours=1)
    text = check(shop, envelope(shop, "restore-failed"), "restore-failed")
    assert f"Cause: the restore job failed: {WHY}" in text
    assert job in text


def test_a_backup_that_fails_is_told_by_its_event(shop: Shop) -> None:
    shop.tell("faults", {"kind": "backup-fails", "target": shop.table_arn, "times": 4, "message": WHY})
    shop.advance(days=1)
    text = check(shop, envelope(shop, "backup-failed"), "backup-failed")
    assert f"ended as FAILED: {WHY}" in text
    assert f"Next: backup-apps drift {shop.name}" in text
