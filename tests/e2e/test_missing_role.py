"""One target that fails: the others are synced, and what failed is named, with its cause and what to do next."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

from .bundles import new_version, small_spec, written
from .conftest import LocalAws

GOOD, BAD = MEMBER_ACCOUNTS


@contextmanager
def without_role(iam: Any, name: str) -> Iterator[None]:
    """The account as it is where nobody deployed member.yaml, as far as this role goes."""
    role = iam.get_role(RoleName=name)["Role"]
    policies = {
        policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }
    for policy in policies:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)
    try:
        yield
    finally:
        trust = json.dumps(role["AssumeRolePolicyDocument"])
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Description=role.get("Description", ""))
        for policy, document in policies.items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


@pytest.mark.parametrize("role", ["plan", "sync"])
def test_a_missing_member_role_fails_its_target_alone(local_aws: LocalAws, role: str) -> None:
    bundle, version = f"no-{role}-role", new_version()
    archive = written(bundle, small_spec(bundle, accounts=MEMBER_ACCOUNTS))
    since = local_aws.last_call()
    with without_role(local_aws.client("iam", BAD), f"backup-apps-{role}"):
        status = local_aws.push(bundle, version, archive)
        calls = local_aws.calls(since)

    assert status["state"] == "partly-failed"
    synced, failed = status["targets"]
    assert synced == {"account": GOOD, "region": HOME_REGION, "state": "synced"}
    assert (failed["account"], failed["region"], failed["state"]) == (BAD, HOME_REGION, "failed")
    assert f"arn:aws:iam::{BAD}:role/backup-apps-{role}" in failed["error"]
    assert "AssumeRole: AccessDenied" in failed["error"]
    assert {call["account"] for call in calls if call["is_write"]} == {GOOD}
    assert has_plan(local_aws, GOOD, bundle)
    assert not has_plan(local_aws, BAD, bundle)

    alert = local_aws.inbox.wait_for(f"{bundle} {version}", timeout=20)
    assert f"{BAD}/{HOME_REGION}: {failed['error']}" in alert
    assert "The other 1: synced." in alert
    assert f"Next: backup-apps status {bundle} --version {version}" in alert

    since = local_aws.last_call()
    assert local_aws.push(bundle, new_version(), archive)["state"] == "synced"
    assert {call["account"] for call in local_aws.calls(since) if call["is_write"]} == {BAD}
    assert has_plan(local_aws, BAD, bundle)


def has_plan(local_aws: LocalAws, account: str, bundle: str) -> bool:
    plans = local_aws.client("backup", account).list_backup_plans()["BackupPlansList"]
    return f"{bundle}-daily" in {plan["BackupPlanName"] for plan in plans}
