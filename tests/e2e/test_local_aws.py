"""The local AWS itself: it comes up with the real templates, keeps IAM, and goes down again."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from backup_apps_local import launcher, stack, world
from backup_apps_local.launcher import LocalAwsError, Server
from backup_apps_local.world import COPY_REGION, COPY_VAULT, KEY_ALIAS, MEMBERS

from .conftest import STATE, LocalAws

EXAMPLE = stack.ROOT / "examples" / "acme"
MEMBER_ROLES = {f"backup-apps-{name}" for name in ("plan", "sync", "backup", "restore", "events", "verify", "inspect")}


def test_status_tells_where_everything_is(local_aws: LocalAws) -> None:
    document = stack.status(STATE)
    assert list(document) == ["endpoint", "hub", "members"]
    assert list(document["hub"]) == ["account", "region", "stack", "outputs"]
    outputs = {"PolicyBucket", "StateBucket", "StateTable", "AlertTopic", "EventBus", "SyncStateMachine"}
    assert outputs <= set(document["hub"]["outputs"])
    assert document["members"] == [{"account": place.account, "region": place.region} for place in MEMBERS]


def test_up_again_changes_nothing_and_is_quick(local_aws: LocalAws) -> None:
    said: list[str] = []
    assert stack.up(said.append, STATE) == local_aws.document
    assert len(said) == 1
    assert "nothing changed" in said[0]


@pytest.mark.parametrize("place", MEMBERS, ids=str)
def test_a_member_has_its_stack_and_its_key(local_aws: LocalAws, place: world.Place) -> None:
    (deployed,) = local_aws.client("cloudformation", place.account, place.region).describe_stacks()["Stacks"]
    assert deployed["StackStatus"] == "CREATE_COMPLETE"
    key = local_aws.client("kms", place.account, place.region).describe_key(KeyId=KEY_ALIAS)["KeyMetadata"]
    assert key["Arn"].startswith(f"arn:aws:kms:{place.region}:{place.account}:key/")


@pytest.mark.parametrize("account", world.MEMBER_ACCOUNTS)
def test_the_home_region_made_the_roles(local_aws: LocalAws, account: str) -> None:
    """The stack's are just these; other tests make some of their own."""
    stacks = local_aws.client("cloudformation", account)
    (deployed,) = stacks.describe_stacks()["Stacks"]
    made = stacks.describe_stack_resources(StackName=deployed["StackName"])["StackResources"]
    assert {one["PhysicalResourceId"] for one in made if one["ResourceType"] == "AWS::IAM::Role"} == MEMBER_ROLES
    roles = {role["RoleName"] for role in local_aws.client("iam", account).list_roles()["Roles"]}
    assert roles >= MEMBER_ROLES | {world.BACKUP_ROLE}
    vaults = local_aws.client("backup", account, COPY_REGION).list_backup_vaults()["BackupVaultList"]
    assert [vault["BackupVaultName"] for vault in vaults] == [COPY_VAULT]


def test_a_commit_is_synced_by_roles_that_are_allowed_just_that(local_aws: LocalAws) -> None:
    calls, decisions = local_aws.last_call(), local_aws.last_decision()
    status = local_aws.push("acme", "local-aws-1", EXAMPLE)
    assert status["state"] == "synced", status
    writes = [call for call in local_aws.calls(calls) if call["is_write"]]
    assert {call["principal"].split("/")[1] for call in writes} == {"backup-apps-sync"}
    assert {(call["account"], call["region"]) for call in writes} == {(m.account, m.region) for m in MEMBERS}
    decided = local_aws.decisions(decisions)
    assert [one for one in decided if not one["allowed"]] == []
    assert {"backup:CreateBackupVault", "iam:PassRole", "sts:AssumeRole"} <= {one["action"] for one in decided}


def test_an_unchanged_commit_reads_and_writes_nothing(local_aws: LocalAws) -> None:
    assert local_aws.push("acme", "unchanged-1", EXAMPLE)["state"] == "synced"
    before = local_aws.last_call()
    assert local_aws.push("acme", "unchanged-2", EXAMPLE)["state"] == "synced"
    calls = local_aws.calls(before)
    assert [call["operation"] for call in calls if call["is_write"]] == []
    assert {(call["account"], call["region"]) for call in calls} == {(m.account, m.region) for m in MEMBERS}


def test_nobody_assumes_a_member_role_without_being_the_hub(local_aws: LocalAws) -> None:
    role = f"arn:aws:iam::{MEMBERS[0].account}:role/backup-apps-sync"
    external_id = stack.EXTERNAL_ID
    for account in (world.HUB_ACCOUNT, *world.MEMBER_ACCOUNTS):
        with pytest.raises(ClientError, match="AccessDenied"):
            local_aws.client("sts", account).assume_role(
                RoleArn=role, RoleSessionName="stranger", ExternalId=external_id
            )


@pytest.mark.parametrize("account", world.MEMBER_ACCOUNTS)
def test_a_member_does_not_say_what_the_organization_allows(local_aws: LocalAws, account: str) -> None:
    with pytest.raises(ClientError, match="not the management account"):
        local_aws.client("backup", account).update_global_settings(GlobalSettings={"isMpaEnabled": "true"})


def test_a_server_starts_answers_and_stops(tmp_path: Path) -> None:
    server = launcher.start(tmp_path)
    assert server.is_up()
    assert not Server(server.endpoint, server.pid + 1).is_up()
    launcher.stop(server)
    assert not server.is_up()
    launcher.stop(server)


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_SERVER", "backup_apps_local.not_there")
    with pytest.raises(LocalAwsError, match=r"No module named backup_apps_local\.not_there"):
        launcher.start(tmp_path)
