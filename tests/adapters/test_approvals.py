"""Requests for approval, roles and waiting executions: what memory and AWS promise alike."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from backup_apps.adapters.iam_roles import IamRoles
from backup_apps.domain.errors import ThrottledError

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
