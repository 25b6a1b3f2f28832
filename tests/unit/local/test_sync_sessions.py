"""A sync through the role of member.yaml, with IAM enforced: its sessions allow what it calls, and nothing else.

Each session is opened once more without each of its permissions, and then the call that needs it is refused by name.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest

from backup_apps.adapters import clients
from backup_apps.adapters.member_accounts import MemberAccounts
from backup_apps.domain.changes import Write
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.errors import AccessDeniedError
from backup_apps.domain.handling import Adopted, Handling
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.sessions import SyncSession
from backup_apps.ports.members import SyncingMember
from backup_apps.usecases.compare_target import Comparison, compare
from sync.targets import (
    ACCOUNT,
    BUNDLE,
    OURS,
    REGION,
    TOPIC,
    plan,
    restore_testing,
    rule,
    selection,
    selection_of,
    target,
    vault,
)

from .in_process import HUB, MEMBER, LocalAws, allow, credentials
from .member_template import make_role

VERSION = Version(BUNDLE, "v1")
SESSION = SyncSession(VERSION, "jane@acme.example")
ALIAS = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/acme"
OPTED_IN = {"ResourceTypeOptInPreference": {"EBS": True}}
POLICY = {
    "Policy": '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"backup:DeleteRecoveryPoint","Resource":"*"}]}'
}
EMPTY = target()
FULL = target(
    vault(
        key_arn=ALIAS,
        tags=OURS | {"tier": "gold"},
        access_policy=POLICY,
        lock={"MinRetentionDays": 7},
        notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": ["BACKUP_JOB_COMPLETED"]},
    ),
    vault("second", key_arn=None),
    plan(),
    plan("web-weekly", selections=[selection("s-1"), selection("s-2", "weekly")]),
    region_settings=OPTED_IN,
    testing=(restore_testing("shop", "DynamoDB", "S3"),),
)
CHANGED = target(
    vault(key_arn=ALIAS, tags=OURS | {"tier": "silver"}),
    vault("third", key_arn=None, tags=OURS | {"new": "yes"}),
    plan(rules=[rule(Lifecycle={"DeleteAfterDays": 90})], selections=[selection("s-3", "hourly")]),
    plan("db-daily"),
    region_settings={"ResourceTypeOptInPreference": {"EBS": False}},
    testing=(
        restore_testing(
            "shop",
            tags=OURS | {"backup-apps:app": "shop", "new": "yes"},
            selections=[selection_of("EBS"), selection_of("S3", ValidationWindowHours=8)],
            SelectionWindowDays=60,
        ),
    ),
)


ADOPTING = FULL.model_copy(
    update={"handling": Handling(adopt=Adopted(vaults=("primary", "second"), plans=("shop-daily", "web-weekly")))}
)
WAYS = {
    "create": [FULL],
    "change": [FULL, CHANGED],
    "prune": [FULL, CHANGED, EMPTY],
    "adopt": [FULL, ADOPTING],
}


class Member:
    """A member account, and the hub's function that syncs it."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.policies: list[dict[str, Any]] = []
        """Of the sessions that were opened."""
        self.withheld: tuple[str, str] | None = None
        """An action and a resource that the next sessions do without."""
        self.accounts = MemberAccounts(
            plan_role="backup-apps-plan",
            sync_role="backup-apps-sync",
            external_id="external",
            clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        )

    def compare(self, desired: DesiredTarget) -> Comparison:
        return compare(self.accounts.for_syncing(desired, SESSION), desired, BUNDLE, {})

    def open(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What AssumeRole is asked with."""
        policy = json.loads(params["Policy"])
        self.policies.append(policy)
        return params | {"Policy": json.dumps(without(policy, self.withheld))} if self.withheld else params


def carry_out(syncing: SyncingMember, changes: Sequence[Write], live: LiveTarget) -> int:
    return len(list(syncing.apply(changes, live, VERSION)))


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value


def permissions(policy: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (action, resource)
        for one in policy["Statement"]
        for action in listed(one["Action"])
        for resource in listed(one["Resource"])
    }


def without(policy: dict[str, Any], withheld: tuple[str, str]) -> dict[str, Any]:
    statements = [
        {**one, "Action": action, "Resource": resource}
        for one in policy["Statement"]
        for action in listed(one["Action"])
        for resource in listed(one["Resource"])
        if (action, resource) != withheld
    ]
    return {**policy, "Statement": statements or [allow("sts:GetCallerIdentity", "*")]}  # none at all STS refuses


@pytest.fixture
def member(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Member]:
    caller = "backup-apps-sync-target"
    entering = allow(
        ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"], f"arn:aws:iam::{MEMBER}:role/backup-apps-sync"
    )
    function = aws.role(HUB, caller, {"AWS": f"arn:aws:iam::{HUB}:root"}, entering)
    parameters = {
        "HubAccount": HUB,
        "HubName": "backup-apps",
        "ExternalId": "external",
        "PassableRoles": ["*backup*", "service-role/AWSBackupDefaultServiceRole"],
    }
    make_role(aws, MEMBER, "SyncRole", parameters)
    for role in ("acme-backup", "backup-apps-restore"):
        aws.role(MEMBER, role, {"Service": "backup.amazonaws.com"})
    kms = aws.client("kms", MEMBER)
    kms.create_alias(AliasName="alias/acme", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    # Not by the environment: what stands there, MiniStack takes for keys of its own root.
    session = boto3.Session(region_name=REGION, **credentials(aws.client("sts", HUB), function))
    session.events.register("before-send", lambda request, **_: aws._answer(request))
    forget_clients()
    monkeypatch.setattr(clients, "session", lambda: session)
    made = Member(aws)
    session.events.register("provide-client-params.sts.AssumeRole", made.open)
    yield made
    forget_clients()


def forget_clients() -> None:
    clients.client.cache_clear()


@pytest.mark.parametrize("steps", WAYS.values(), ids=WAYS)
def test_without_any_permission_of_its_session_a_change_is_refused_by_name(
    member: Member, steps: list[DesiredTarget]
) -> None:
    *before, desired = steps
    for earlier in before:
        change_set, live = member.compare(earlier)
        carry_out(member.accounts.for_syncing(earlier, SESSION), change_set.writes, live)
    if desired is ADOPTING:
        disown(member)
    syncing, tried = member.accounts.for_syncing(desired, SESSION), 0
    change_set, live = member.compare(desired)
    for change in change_set.writes:
        _, live = member.compare(desired)
        for withheld in sorted(needed := permissions_for(member, syncing, change, live)):
            member.withheld = withheld
            with pytest.raises(AccessDeniedError, match=f"not authorized to perform: {withheld[0]}"):
                carry_out(syncing, [change], live)
            member.withheld = None
            assert change in member.compare(desired).change_set.writes
            tried += 1
        assert needed
        assert carry_out(syncing, [change], live) == 1
    assert tried >= len(change_set.writes) > 5
    assert member.compare(desired).change_set.writes == ()


def disown(member: Member) -> None:
    """Vaults and plans as if nobody managed them."""
    backup = member.aws.client("backup", MEMBER)
    arns = [one["BackupPlanArn"] for one in backup.list_backup_plans()["BackupPlansList"]]
    arns += [one["BackupVaultArn"] for one in backup.list_backup_vaults()["BackupVaultList"]]
    for arn in arns:
        backup.untag_resource(ResourceArn=arn, TagKeyList=list(backup.list_tags(ResourceArn=arn)["Tags"]))


def permissions_for(member: Member, syncing: Any, change: Any, live: Any) -> set[tuple[str, str]]:
    """Of the session that the change would be carried out in; nothing is carried out."""
    member.withheld = ("", "")
    seen = len(member.policies)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("backup_apps.adapters.backup_writes.BackupWrites.write", lambda *_: None)
        carry_out(syncing, [change], live)
    member.withheld = None
    (policy,) = member.policies[seen:]
    return permissions(policy)


@pytest.mark.parametrize("steps", WAYS.values(), ids=WAYS)
def test_what_sessions_allow_is_what_a_sync_asks_for(member: Member, steps: list[DesiredTarget]) -> None:
    *before, desired = steps
    for earlier in before:
        change_set, live = member.compare(earlier)
        carry_out(member.accounts.for_syncing(earlier, SESSION), change_set.writes, live)
    if desired is ADOPTING:
        disown(member)
    change_set, live = member.compare(desired)
    syncing = member.accounts.for_syncing(desired, SESSION)
    opened, decided = len(member.policies), len(member.aws.decisions.since(0))
    assert carry_out(syncing, change_set.writes, live) == len(change_set.writes)
    made = [one for one in member.aws.decisions.since(decided) if one.role == "backup-apps-sync"]
    allowed = set().union(*(permissions(policy) for policy in member.policies[opened:]))
    assert all(one.allowed for one in made)
    for action, resource in allowed:
        assert any(one.action == action and fnmatchcase(one.resource, resource) for one in made), (action, resource)
    for one in made:
        assert any(one.action == action and fnmatchcase(one.resource, resource) for action, resource in allowed), one


def test_a_comparison_needs_each_of_its_reads_and_makes_no_others(member: Member) -> None:
    change_set, live = member.compare(FULL)
    carry_out(member.accounts.for_syncing(FULL, SESSION), change_set.writes, live)
    backup = member.aws.client("backup", MEMBER)
    for one in backup.list_backup_plans()["BackupPlansList"]:
        backup.tag_resource(ResourceArn=one["BackupPlanArn"], Tags={"by": "hand"})
        backup.create_backup_selection(BackupPlanId=one["BackupPlanId"], BackupSelection=selection("by-hand"))
    for one in backup.list_backup_vaults()["BackupVaultList"]:
        backup.tag_resource(ResourceArn=one["BackupVaultArn"], Tags={"by": "hand"})
    for one in backup.list_restore_testing_plans()["RestoreTestingPlans"]:
        backup.tag_resource(ResourceArn=one["RestoreTestingPlanArn"], Tags={"by": "hand"})
    opened = len(member.policies)
    member.compare(FULL)
    (policy,) = member.policies[opened:]
    for withheld in sorted(permissions(policy)):
        member.withheld = withheld
        with pytest.raises(AccessDeniedError, match=f"not authorized to perform: {withheld[0]}"):
            member.compare(FULL)


def test_a_session_that_reads_writes_nothing(member: Member) -> None:
    syncing = member.accounts.for_syncing(FULL, SESSION)
    backup = clients.member_client("backup", REGION, syncing._credentials)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="not authorized to perform: backup:CreateBackupVault"):
        backup.create_backup_vault(BackupVaultName="primary", BackupVaultTags=OURS)


def test_sessions_say_which_commit_writes_and_who_let_it_through(member: Member) -> None:
    from ministack.services import sts

    member.compare(EMPTY)
    (session,) = (one for one in sts._sessions.values() if "backup-apps-sync/" in one["Arn"])
    assert session["Arn"].endswith(f"/{BUNDLE}-v1")
    assert session["SourceIdentity"] == f"{BUNDLE}@v1"
    assert {tag["Key"]: tag["Value"] for tag in session["SessionTags"]} == SESSION.tags
