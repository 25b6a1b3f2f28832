"""Requests for approval, roles and waiting executions: what memory and AWS promise alike."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from backup_apps.adapters.approval_requests import ApprovalRequests
from backup_apps.adapters.clients import table as table_of
from backup_apps.adapters.iam_roles import IamRoles
from backup_apps.adapters.waiting_executions import WaitingExecutions
from backup_apps.domain.approvals.request import ApprovalRequest, Standing
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import ThrottledError
from backup_apps.domain.protection.classes import Class
from backup_apps.ports.people import Approvals
from sync.memory_approvals import Approvals as MemoryApprovals

V1 = Version("acme", "v1")
SSO_PATH = "/aws-reserved/sso.amazonaws.com/eu-west-1/"


@pytest.fixture
def iam(aws: None) -> Any:
    return boto3.client("iam")


def test_a_role_is_known_by_its_unique_id(iam: Any) -> None:
    made = iam.create_role(RoleName="Approvers", Path=SSO_PATH, AssumeRolePolicyDocument="{}")["Role"]
    assert IamRoles(lambda: iam).find("Approvers") == (made["Arn"], made["RoleId"])
    assert IamRoles(lambda: iam).find("Nobody") is None


def test_a_role_that_the_hub_may_not_read_is_no_role_of_identity_center(iam: Any) -> None:
    """The hub may read the roles of Identity Center alone, so of an administrator's own role AWS denies it to know."""
    with Stubber(iam) as stubber:
        stubber.add_client_error("get_role", "AccessDenied", "not authorized to perform: iam:GetRole", 403)
        assert IamRoles(lambda: iam).find("Administrator") is None
        stubber.add_client_error("get_role", "Throttling", http_status_code=400)
        with pytest.raises(ThrottledError):
            IamRoles(lambda: iam).find("Approvers")


@pytest.fixture(params=["memory", "dynamodb"])
def approvals(request: pytest.FixtureRequest) -> Approvals:
    if request.param == "memory":
        return MemoryApprovals()
    return ApprovalRequests(table_of(request.getfixturevalue("table")))


def asked(digest: str = "a" * 64, token: str = "token-1", **members: Any) -> ApprovalRequest:
    moments = {"requested": "2026-01-01T12:00:00+00:00", "expires": "2026-01-04T12:00:00+00:00"}
    named = {"bundle": "acme", "version": "v1", "digest": digest, "class_": Class.WEAKENS, "needed": 1, "token": token}
    return ApprovalRequest(**(named | moments | members))


def test_a_request_is_kept_and_written_over_by_who_read_it_last(approvals: Approvals) -> None:
    assert approvals.find(V1) is None
    first = approvals.ask(asked())
    assert approvals.find(V1) == first
    assert approvals.save(first.model_copy(update={"needed": 2}))
    assert not approvals.save(first), "somebody else did in between"
    assert approvals.find(V1).needed == 2
    approvals.ask(asked(version="v2"))
    approvals.ask(asked(bundle="other"))
    assert {one.version for one in approvals.waiting("acme")} == {"v1", "v2"}


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.EXPIRED])
def test_a_step_that_is_tried_again_changes_nothing_of_how_it_stands(approvals: Approvals, standing: Standing) -> None:
    approvals.save(approvals.ask(asked()).model_copy(update={"standing": standing}))
    kept = approvals.ask(asked(token="token-2"))
    assert (kept.standing, kept.token) == (standing, "token-2")
    assert approvals.find(V1) == kept


@pytest.mark.parametrize("standing", Standing)
def test_another_change_set_is_asked_for_anew(approvals: Approvals, standing: Standing) -> None:
    approvals.save(approvals.ask(asked()).model_copy(update={"standing": standing}))
    assert approvals.ask(asked("b" * 64)).standing is Standing.WAITING


def test_what_ran_out_of_time_can_be_asked_for_again(approvals: Approvals) -> None:
    approvals.save(approvals.ask(asked()).model_copy(update={"standing": Standing.EXPIRED}))
    assert approvals.ask(asked()).standing is Standing.WAITING


def test_whether_it_woke_is_told(aws: None) -> None:
    client = boto3.client("stepfunctions")
    waits = WaitingExecutions(client)
    with Stubber(client) as stubber:
        stubber.add_response("send_task_success", {})
        stubber.add_response("send_task_failure", {})
        assert waits.go_on("token", {})
        assert waits.give_up("token", "ApprovalRejected", "rejected by bob: no")
        for over in ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken"):
            stubber.add_client_error("send_task_success", over)
            stubber.add_client_error("send_task_failure", over)
            assert not waits.go_on("token", {})
            assert not waits.give_up("token", "ApprovalRejected", "rejected by bob: no")
        stubber.add_client_error("send_task_success", "ThrottlingException", http_status_code=400)
        with pytest.raises(ThrottledError):
            waits.go_on("token", {})
