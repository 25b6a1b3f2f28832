"""The handlers of the machine that verifies restores."""

import json

import pytest
from deployed import Context, Deployed, event, handler, invoke


def test_a_verification_is_recorded_and_counted(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    result = invoke("record_verification")
    assert (result["verdict"], result["resource"]) == ("verified", "arn:aws:s3:::invoices")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [(one["VerificationVerified"], one["app"], one["type"]) for one in lines] == [([1.0], "shop", "S3")]
    assert invoke("record_verification")["at"] == result["at"], "once only"
    assert deployed.alerts() == []


def test_a_group_without_a_function_is_checked_as_one(deployed: Deployed) -> None:
    (member,) = invoke("check_restore_of_a_group", "check_restore")
    assert (member["verdict"], member["grouped"]) == ("verified", True)


def test_a_verification_that_broke_off_is_inconclusive(deployed: Deployed) -> None:
    result = invoke("record_verification_broke_off", "record_verification")
    (finding,) = result["findings"]
    assert (result["verdict"], finding["message"]) == (
        "inconclusive",
        "UnreachableError: the role can't be assumed",
    )


def test_no_verification_is_due_where_nothing_was_committed(deployed: Deployed) -> None:
    assert invoke("start_verifications") == {"started": [], "resumed": [], "overdue": []}
    assert invoke("hunt_leftovers") == {"leftovers": []}


def test_a_restore_that_has_not_ended_is_passed_over(deployed: Deployed) -> None:
    detail = {"restoreJobId": "job", "state": "CREATED"}
    assert handler("hear_restore")(event("hear_restore") | {"detail": detail}, Context()) == "passed over"


def test_what_was_never_synced_is_not_rehearsed(deployed: Deployed) -> None:
    (only,) = invoke("choose_points")["rehearsals"]
    assert only["problem"] == "no version of bundle acme was ever synced to 111111111111/eu-west-1"
