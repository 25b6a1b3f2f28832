"""Member accounts, reached by their roles, on moto."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from backup_apps.adapters.clients import client, session
from backup_apps.adapters.member_accounts import MemberAccounts
from backup_apps.domain.changes import Create, Kind
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import NotFoundError, ThrottledError, UnavailableError, UnreachableError
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.session_policies import reading_policy
from backup_apps.domain.sessions import SyncSession, session_name
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.service import BackupService
from sync.targets import OURS, REGION

VERSION = Version("acme", "v1")
NOTHING = DesiredTarget(account="111111111111", region=REGION)


@pytest.fixture
def members(aws: None, monkeypatch: pytest.MonkeyPatch) -> MemberAccounts:
    return MemberAccounts(
        plan_role="backup-apps-plan",
        sync_role="backup-apps-sync",
        external_id="xid",
        clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_member_is_reached_by_its_role_with_the_external_id(
    members: MemberAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}
    client("sts").meta.events.register("provide-client-params.sts.AssumeRole", lambda params, **_: asked.update(params))
    key = boto3.client("kms", **_as_member("111111111111")).create_key()["KeyMetadata"]["Arn"]
    boto3.client("kms", **_as_member("111111111111")).create_alias(AliasName="alias/acme", TargetKeyId=key)
    member = members.for_planning(Target("111111111111", REGION), "acme-" + "v" * 64)
    assert asked == {
        "RoleArn": "arn:aws:iam::111111111111:role/backup-apps-plan",
        "RoleSessionName": session_name("acme-" + "v" * 64),
        "ExternalId": "xid",
        "DurationSeconds": 900,
    }
    assert member.key_arn(f"arn:aws:kms:{REGION}:111111111111:alias/acme") == key
    with pytest.raises(NotFoundError):
        member.key_arn("alias/unknown")


def test_a_sync_says_who_it_is_and_takes_no_more_than_it_needs(members: MemberAccounts) -> None:
    asked: dict[str, object] = {}
    client("sts").meta.events.register("provide-client-params.sts.AssumeRole", lambda params, **_: asked.update(params))
    members.for_syncing(NOTHING, SyncSession(VERSION, "jane@acme.example"))
    assert asked == {
        "RoleArn": "arn:aws:iam::111111111111:role/backup-apps-sync",
        "RoleSessionName": f"{VERSION.bundle}-{VERSION.version}",
        "SourceIdentity": f"{VERSION.bundle}@{VERSION.version}",
        "Tags": [
            {"Key": "backup-apps:bundle", "Value": VERSION.bundle},
            {"Key": "backup-apps:version", "Value": VERSION.version},
            {"Key": "backup-apps:approver", "Value": "jane@acme.example"},
        ],
        "Policy": reading_policy(NOTHING, "aws"),
        "ExternalId": "xid",
        "DurationSeconds": 900,
    }


def test_sessions_whose_policies_aws_can_not_pack_are_shared_by_fewer_changes(members: MemberAccounts) -> None:
    opened: list[int] = []
    service = BackupService(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    connect(session(), service, "111111111111")
    wanted = [
        Create(kind=Kind.VAULT, name=name, after={"BackupVaultName": name, "BackupVaultTags": OURS})
        for name in ("vault-a", "vault-b", "vault-c", "vault-d", "vault-e")
    ]
    member = members.for_syncing(NOTHING, SyncSession(VERSION))

    def too_large(params: dict[str, str], **_: object) -> None:
        opened.append(params["Policy"].count(":backup-vault:"))
        if opened[-1] > 1:
            told = {"Error": {"Code": "PackedPolicyTooLarge", "Message": "Packed size 110 percent"}}
            raise ClientError(told, "AssumeRole")

    client("sts").meta.events.register("provide-client-params.sts.AssumeRole", too_large)
    done = list(member.apply(wanted, LiveTarget(account="111111111111", region=REGION), VERSION))
    assert [(one.change.name, [call.operation for call in one.calls]) for one in done] == [
        (one.name, ["CreateBackupVault"]) for one in wanted
    ]
    assert opened == [5, 2, 1, 4, 2, 1, 3, 1, 2, 1, 1]
    assert len(service.journal.writes) == 5


def _as_member(account: str) -> dict[str, str]:
    role = f"arn:aws:iam::{account}:role/setup"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
    return {
        "region_name": REGION,
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [("AccessDenied", UnreachableError), ("Throttling", ThrottledError), ("ServiceUnavailable", UnavailableError)],
)
def test_a_role_that_can_not_be_assumed_is_unreachable_unless_it_is_worth_another_try(
    members: MemberAccounts, code: str, expected: type[Exception]
) -> None:
    with Stubber(client("sts")) as stubbed:
        stubbed.add_client_error("assume_role", code, "no")
        with pytest.raises(expected) as caught:
            members.for_syncing(NOTHING, SyncSession(VERSION))
    if expected is UnreachableError:
        assert "arn:aws:iam::111111111111:role/backup-apps-sync: no" in str(caught.value)
