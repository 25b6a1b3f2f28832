"""The handlers that ask people, and hear what they say."""

import json
from typing import Any

import boto3
import pytest
from deployed import APPROVER, SSO_PATH, Context, Deployed, admitted, event, handler, invoke


def decide(name: str, user: str, role_id: str) -> tuple[int, dict[str, Any]]:
    call = event(name)
    arn = f"arn:aws:sts::123456789012:assumed-role/{APPROVER}/{user}"
    call["requestContext"]["authorizer"]["iam"] |= {"userArn": arn, "userId": f"{role_id}:{user}"}
    answer = handler("decide_approval")(call, Context())
    return answer["statusCode"], json.loads(answer["body"])


def test_two_people_approve_what_an_unknown_pipeline_proposed(deployed: Deployed) -> None:
    admitted(deployed)
    invoke("plan_target")
    invoke("record_plan")
    assert invoke("request_approval") == {"standing": "waiting"}
    (alert,) = deployed.alerts()
    assert (alert["type"], alert["needed"]) == ("approval-waiting", 2)
    role = boto3.client("iam").create_role(RoleName=APPROVER, Path=SSO_PATH, AssumeRolePolicyDocument="{}")["Role"]

    shown = handler("decide_approval")(event("decide_approval_show"), Context())
    assert (shown["statusCode"], json.loads(shown["body"])["class"]) == (200, "weakens")
    assert [decide("decide_approval", user, role["RoleId"])[1]["standing"] for user in ("bob", "carol")] == [
        "waiting",
        "approved",
    ]
    status, answer = decide("decide_approval_reject", "bob", role["RoleId"])
    assert (status, "approved already" in answer["message"]) == (403, True)


@pytest.mark.parametrize("name", ["decide_approval_pipeline", "decide_approval_root"])
def test_who_is_no_approver_is_refused(deployed: Deployed, name: str) -> None:
    admitted(deployed)
    invoke("plan_target")
    invoke("record_plan")
    invoke("request_approval")
    assert handler("decide_approval")(event(name), Context())["statusCode"] == 403
    assert [one["type"] for one in deployed.alerts()] == ["approval-waiting", "approval-refused"]


@pytest.mark.parametrize("name", ["decide_approval_malformed", "decide_approval_wrong_words"])
def test_a_call_in_wrong_words_is_told_so(deployed: Deployed, name: str) -> None:
    assert handler("decide_approval")(event(name), Context())["statusCode"] == 400
