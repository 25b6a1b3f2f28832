"""A card is told with what is known around it, wherever its apps want it, and goes out whatever can't be looked up."""

import json
from datetime import datetime
from typing import Any

import pytest

from backup_apps.domain.cards.drift import drift_card
from backup_apps.domain.cards.verification import verification_failure
from backup_apps.domain.drift.findings import Direction, Kind
from backup_apps.domain.errors import AccessDeniedError, ThrottledError
from backup_apps.domain.lineage.lineage import Point
from backup_apps.domain.verification.results import Result
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.usecases.tell_card import tell_card
from cards.deck import finding, result
from lineage.stage import SHORTER, V1, V2, approved, hub, later, synced
from sync.memory import World

TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/orders"
ONCALL, AUDIT = "arn:aws:sns:eu-west-1:111111111111:oncall", "arn:aws:sns:us-east-1:111111111111:audit"
FAILED = finding(Kind.JOB_FAILED, "x", app="one", version="v2", path="policy.plans.daily.rules.nightly").model_copy(
    update={"resource": f"one-daily/nightly {TABLE}"}
)


def with_topic(hub: World, **alerts: str) -> World:
    """The bundle, once synced, says so of app `one`."""
    for key, text in hub.documents.texts.items():
        if key.endswith("/governance.json"):
            said = json.loads(text)
            leaves = [one | ({"alerts": alerts} if one["app"] == "one" else {}) for one in said["leaves"]]
            hub.documents.texts[key] = json.dumps(said | {"leaves": leaves})
    return hub


def told() -> World:
    """A hub whose app `one` keeps less since bob approved it."""
    there = later(approved(synced(hub(), V1), V2, SHORTER), hours=1)
    there.alerts.published.clear()
    there.members.good_points.append(point("2026-01-01T03:00:00+00:00"))
    there.members.good_points.append(point("2025-12-31T03:00:00+00:00"))
    return there


def point(created: str) -> Point:
    arn = f"arn:aws:backup:eu-west-1:111111111111:recovery-point:{created[:10]}"
    return Point(arn=arn, vault="acme-primary", created=created, resource=TABLE)


def verified(at: str) -> Result:
    known: dict[str, Any] = {"app": "one", "resource": TABLE, "type": "DynamoDB", "at": at}
    return result("x", "", 0, **known, verdict=Verdict.VERIFIED)


def test_the_card_alone_says_which_policy_line_commit_approver_point_and_verification() -> None:
    there = told()
    there.rehearsals().known.append(verified("2025-12-28T06:00:00+00:00"))  # type: ignore[attr-defined]
    text = tell_card(there.hub, drift_card([FAILED], ())).text
    assert "apps/one.yaml:13  plans.daily.rules.nightly.retention.delete: 50d  (one)" in text
    assert "commit:            v2 of 2026-01-01 12:00 UTC, pushed by" in text
    assert "approved by:       bob, 2026-01-01 12:00 UTC: asked by audit" in text
    assert "last good point:   arn:aws:backup:eu-west-1:111111111111:recovery-point:2026-01-01" in text
    assert "last verified:     2025-12-28 06:00 UTC" in text
    assert "approve" in text[text.index("changed in 24 h:") :]
    assert "\n\nNext: backup-apps drift acme\n" in text
    assert len(text.splitlines()) <= 40
    assert there.alerts.published[0].document["context"]["commit"]["version"] == "v2"


def test_an_app_is_told_on_its_topic_besides_the_hubs_from_its_severity_on() -> None:
    there = with_topic(told(), topic=ONCALL, severity="critical")
    tell_card(there.hub, drift_card([FAILED], ()))
    strengthened = FAILED.model_copy(update={"direction": Direction.STRENGTHENS})
    tell_card(there.hub, drift_card([strengthened], ()))
    assert [topic for topic, _ in there.alerts.elsewhere] == [ONCALL], "what strengthens is an info"
    assert len(there.alerts.published) == 2, "the hub's topic hears all"


def test_a_topic_that_nobody_may_publish_to_is_told_to_the_hub() -> None:
    there = with_topic(told(), topic=AUDIT)
    there.alerts.closed[AUDIT] = AccessDeniedError("Publish", "AuthorizationError", "not in AlertTopics")
    text = tell_card(there.hub, drift_card([FAILED], ())).text
    assert f"Could not be found out: whether anybody hears it on {AUDIT}, which alerts.topic names" in text
    assert "not in AlertTopics" in text
    assert len(there.alerts.published) == 1


def test_a_card_goes_out_though_nothing_can_be_looked_up() -> None:
    there = told()

    def throttled(*_: object) -> Any:
        raise ThrottledError("GetObject", "SlowDown", "too many calls")

    there.documents.read = throttled  # type: ignore[method-assign]
    alert = tell_card(there.hub, drift_card([FAILED], ()))
    assert there.alerts.published == [alert]
    assert "Could not be found out: the policy that applied" in alert.text
    assert "too many calls" in alert.text
    assert "Next: backup-apps drift acme" in alert.text


def test_a_bundle_that_is_gone_is_said_not_to_be_known() -> None:
    there = told()
    there.archives.uploads.clear()
    text = tell_card(there.hub, drift_card([FAILED], ())).text
    assert "policy:            not known" in text
    assert "approved by:       bob" in text


def test_a_bug_around_a_card_does_not_silence_it_and_is_no_secret() -> None:
    there = told()

    def broken(*_: object) -> datetime:
        raise RuntimeError("a bug")

    there.records.standing = broken  # type: ignore[assignment]
    with pytest.raises(RuntimeError, match="a bug"):
        tell_card(there.hub, drift_card([FAILED], ()))
    (alert,) = there.alerts.published
    assert "Could not be found out: anything around it" in alert.text


def test_what_can_not_be_published_is_to_be_tried_again() -> None:
    there = told()
    there.alerts.closed[None] = ThrottledError("Publish", "Throttling", "too many")  # type: ignore[index]
    with pytest.raises(ThrottledError):
        tell_card(there.hub, drift_card([FAILED], ()))


def test_a_restore_of_what_no_bundle_made_has_no_policy_and_says_so() -> None:
    there = told()
    text = tell_card(there.hub, verification_failure("_hub", result("arn:x", "V001", 1, app=None))).text
    assert "which policy applied: no app of a bundle made the recovery point" in text
    assert "Next: aws backup describe-restore-job --restore-job-id job-1 --region eu-west-1" in text
