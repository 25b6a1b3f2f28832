"""What on-call reads of a restore that failed, and of one that never came."""

from datetime import timedelta

import pytest

from backup_apps.domain.alerts import SUBJECT_LIMIT, Alert
from backup_apps.domain.cards.verification import verification_failure, verification_overdue
from backup_apps.domain.desired import Target
from backup_apps.domain.verification.results import Trigger
from backup_apps.domain.verification.verdict import Verdict

from .test_judging_over_time import NOW, result

LONG = "a" * 120


def overdue(app: str) -> Alert:
    here, week = Target("111111111111", "eu-west-1"), timedelta(days=7)
    return verification_overdue("acme", app, here, NOW - 2 * week, None, NOW, week).alert()


@pytest.mark.parametrize(
    "alert",
    [verification_failure("acme", result(app=LONG, verdict=Verdict.FAILED)).alert(), overdue(LONG)],
    ids=["failed", "overdue"],
)
def test_a_subject_that_is_cut_says_so(alert: Alert) -> None:
    assert (len(alert.subject), alert.subject[-3:]) == (SUBJECT_LIMIT, "...")


def test_a_restore_of_no_app_has_a_next_command_too() -> None:
    by_hand = {"app": None, "trigger": Trigger.RESTORE, "job": "job-1", "created": "arn:aws:s3:::a-2"}
    alert = verification_failure("_hub", result(**by_hand, verdict=Verdict.FAILED)).alert()
    command = "aws backup describe-restore-job --restore-job-id job-1 --region eu-west-1"
    told = f"Next: {command}\nIn account 111111111111, and compare arn:aws:s3:::a-2 with arn:aws:s3:::a."
    assert told in alert.text
