"""Reading and writing AWS Backup, against the local service through a real boto3 client."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backup_apps.adapters.backup_reads import BackupReads
from backup_apps.adapters.backup_writes import BackupWrites
from backup_apps.adapters.clients import Credentials, member_client
from backup_apps.domain.changes import ChangeSet, Keep
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.difference import diff
from backup_apps.domain.errors import ConflictError, InvalidError, LimitError
from backup_apps.domain.live import LiveTarget, plan_version
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.service import BackupService
from sync.targets import ACCOUNT, BUNDLE, KEY, OURS, REGION, TOPIC, plan, rule, selection, target, vault
from tag_index import TagIndex

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
VERSION = Version(BUNDLE, "v1")
POLICY = {
    "Policy": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "KeepPoints",
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": ["backup:DeleteRecoveryPoint"],
                    "Resource": "*",
                }
            ],
        }
    )
}
RULES = [
    rule(
        "nightly",
        Lifecycle={"DeleteAfterDays": 120, "MoveToColdStorageAfterDays": 7},
        RecoveryPointTags={"tier": "gold"},
        CopyActions=[
            {
                "DestinationBackupVaultArn": f"arn:aws:backup:eu-central-1:{ACCOUNT}:backup-vault:dr",
                "Lifecycle": {"DeleteAfterDays": 120},
            }
        ],
    ),
    rule("hourly", ScheduleExpression="cron(0 * * * ? *)", Lifecycle={"DeleteAfterDays": 35}),
]
FULL = target(
    vault(
        access_policy=POLICY,
        lock={"MinRetentionDays": 7, "MaxRetentionDays": 400},
        notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": ["COPY_JOB_FAILED", "BACKUP_JOB_COMPLETED"]},
    ),
    plan(rules=RULES),
    plan(
        "web-weekly",
        selections=[
            selection("all-00000001", "weekly"),
            {
                "SelectionName": "big-00000002",
                "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/acme-backup",
                "Resources": ["*"],
                "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/size", "ConditionValue": "big"}]},
            },
        ],
    ),
    region_settings={"ResourceTypeOptInPreference": {"EBS": False}},
)


class World:
    """One target of the local service, and the adapters on it."""

    def __init__(self) -> None:
        self.now = NOW
        self.service = BackupService(lambda: self.now)
        self.backup = member_client("backup", REGION, Credentials("testing", "testing", "testing"))
        connect(self.backup, self.service, ACCOUNT)
        self.index = TagIndex(self.service, ACCOUNT, REGION)
        self.versions: dict[str, Any] = {}

    def read(self, desired: DesiredTarget, bundle: str = BUNDLE) -> LiveTarget:
        live = BackupReads(self.backup, self.index, self.now).live(desired, bundle, self.versions)
        self.versions = {plan_version(one.id, one.version): one.content for one in live.plans if one.content}
        return live

    def plan(self, desired: DesiredTarget, bundle: str = BUNDLE) -> ChangeSet:
        return diff(desired, self.read(desired, bundle), bundle)

    def sync(self, desired: DesiredTarget, version: Version = VERSION) -> ChangeSet:
        live = self.read(desired, version.bundle)
        change_set = diff(desired, live, version.bundle)
        writes = BackupWrites(self.backup, live, version)
        for change in change_set.writes:
            writes.write(change)
        return change_set

    def calls_of(self, action: Any) -> Counter[str]:
        before = len(self.service.journal)
        action()
        return Counter(call.operation for call in self.service.journal[before:])


@pytest.fixture
def world() -> World:
    return World()


def test_what_was_synced_reads_back_as_rendered_and_leaves_no_difference(world: World) -> None:
    change_set = world.sync(FULL)
    assert change_set.conflicts == ()
    assert world.plan(FULL).changes == ()
    wanted = {one.name: one for one in FULL.plans}
    for listed in world.backup.list_backup_plans()["BackupPlansList"]:
        found = world.backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"])["BackupPlan"]
        for one in found["Rules"]:
            del one["RuleId"]
        assert found == wanted[listed["BackupPlanName"]].backup_plan


def test_each_change_is_one_write(world: World) -> None:
    change_set = world.sync(FULL)
    assert len(world.service.journal.writes) == len(change_set.writes) == 10


def test_an_unchanged_target_costs_one_read_a_plan_two_a_vault_and_no_write(world: World) -> None:
    world.sync(FULL)
    world.plan(FULL)  # remembers what the versions of plans hold
    indexed = world.index.calls
    assert world.calls_of(lambda: world.plan(FULL)) == {
        "ListBackupVaults": 1,
        "ListBackupPlans": 1,
        "ListBackupSelections": 2,
        "GetBackupVaultAccessPolicy": 1,
        "GetBackupVaultNotifications": 1,
        "DescribeRegionSettings": 1,
    }
    assert world.index.calls == indexed + 1


def test_a_changed_plan_is_read_again(world: World) -> None:
    world.sync(FULL)
    world.plan(FULL)
    listed = world.backup.list_backup_plans()["BackupPlansList"][0]
    other = {"BackupPlanName": listed["BackupPlanName"], "Rules": [rule(Lifecycle={"DeleteAfterDays": 8})]}
    world.backup.update_backup_plan(BackupPlanId=listed["BackupPlanId"], BackupPlan=other)
    change_set = world.sync(FULL)
    assert [(change.action, change.kind) for change in change_set.changes] == [("update", "plan")]
    assert world.plan(FULL).changes == ()


def test_an_index_of_tags_that_lags_makes_no_difference(world: World) -> None:
    world.index.lag()  # it knows nothing of what comes
    world.sync(FULL)
    assert world.plan(FULL) == diff(FULL, world.read(FULL), BUNDLE)
    assert world.plan(FULL).changes == ()
    pruned = world.sync(target(), Version(BUNDLE, "v2"))
    assert {change.kind for change in pruned.writes} == {"plan", "selection", "vault"}
    assert world.plan(target()).changes == ()


def test_an_index_that_still_knows_removed_tags_deletes_nothing(world: World) -> None:
    world.sync(FULL)
    world.index.lag()
    for listed in world.backup.list_backup_plans()["BackupPlansList"]:
        world.backup.untag_resource(ResourceArn=listed["BackupPlanArn"], TagKeyList=["backup-apps:bundle"])
    change_set = world.plan(target(*FULL.vaults))
    assert change_set.changes == ()


def test_what_has_no_tag_of_ours_is_neither_read_nor_changed(world: World) -> None:
    world.backup.create_backup_vault(BackupVaultName="primary")
    world.backup.create_backup_plan(BackupPlan={"BackupPlanName": "theirs", "Rules": [rule()]})
    assert world.calls_of(lambda: world.plan(target())) == {"ListBackupVaults": 1, "ListBackupPlans": 1}
    assert world.plan(target()).changes == ()


def test_a_plan_and_vault_of_another_bundle_are_conflicts(world: World) -> None:
    other = {"backup-apps:bundle": "other"}
    world.sync(target(vault(tags=other), plan(tags=other)), Version("other", "v1"))
    change_set = world.plan(target(vault(), plan()))
    assert change_set.changes == ()
    assert [conflict.split(";")[0] for conflict in change_set.conflicts] == [
        "plan shop-daily exists and belongs to bundle other",
        "vault primary exists and belongs to bundle other",
    ]


def test_a_selection_that_changes_is_replaced_with_coverage_kept(world: World) -> None:
    world.sync(target(vault(), plan()))
    changed = target(vault(), plan(selections=[selection("tagged-ffffffff", "weekly")]))
    world.sync(changed, Version(BUNDLE, "v2"))
    assert [call.operation for call in world.service.journal.writes[-2:]] == [
        "CreateBackupSelection",
        "DeleteBackupSelection",
    ]
    assert world.plan(changed).changes == ()


def test_a_selection_made_by_hand_is_read_and_removed(world: World) -> None:
    world.sync(target(vault(), plan()))
    (listed,) = world.backup.list_backup_plans()["BackupPlansList"]
    world.backup.create_backup_selection(
        BackupPlanId=listed["BackupPlanId"], BackupSelection=selection("extra", "everything")
    )
    (change,) = world.plan(target(vault(), plan())).changes
    assert (change.action, change.item) == ("prune", "extra")
    assert change.before["ListOfTags"][0]["ConditionValue"] == "everything"


def test_a_selection_replaced_by_hand_under_our_name_is_put_right(world: World) -> None:
    world.sync(target(vault(), plan()))
    (listed,) = world.backup.list_backup_plans()["BackupPlansList"]
    where = {"BackupPlanId": listed["BackupPlanId"]}
    (ours,) = world.backup.list_backup_selections(**where)["BackupSelectionsList"]
    world.backup.delete_backup_selection(SelectionId=ours["SelectionId"], **where)
    world.backup.create_backup_selection(BackupSelection=selection(value="nothing"), **where)
    righted = world.sync(target(vault(), plan()), Version(BUNDLE, "v2"))
    assert [(change.action, change.kind) for change in righted.changes] == [
        ("prune", "selection"),
        ("create", "selection"),
    ]
    assert world.plan(target(vault(), plan())).changes == ()


def test_a_sync_that_died_anywhere_is_carried_on(world: World) -> None:
    planned = world.plan(FULL).writes
    done = 0
    while done < len(planned):
        live = world.read(FULL)
        left = diff(FULL, live, BUNDLE).writes
        assert left == planned[done:]
        BackupWrites(world.backup, live, VERSION).write(left[0])
        done += 1
    assert len(world.service.journal.writes) == len(planned)


def test_the_same_creates_twice_do_no_harm(world: World) -> None:
    nothing = world.read(FULL)
    for _ in range(2):
        writes = BackupWrites(world.backup, nothing, VERSION)
        for change in diff(FULL, nothing, BUNDLE).writes:
            writes.write(change)
    assert world.plan(FULL).changes == ()


def test_the_same_deletes_of_plans_and_vault_settings_twice_do_no_harm(world: World) -> None:
    world.sync(FULL)
    live = world.read(target())
    pruned = [change for change in diff(target(), live, BUNDLE).writes if change.kind != "selection"]
    world.sync(target())
    for change in pruned:
        BackupWrites(world.backup, live, VERSION).write(change)
    assert world.plan(target()).changes == ()


def test_a_vault_that_appears_meanwhile_under_our_name_is_a_conflict(world: World) -> None:
    nothing = world.read(FULL)
    world.backup.create_backup_vault(BackupVaultName="primary")
    create = diff(FULL, nothing, BUNDLE).writes[1]
    with pytest.raises(ConflictError, match="vault primary exists and does not belong to acme"):
        BackupWrites(world.backup, nothing, VERSION).write(create)


def test_settings_of_a_vault_come_change_and_go(world: World) -> None:
    world.sync(FULL)
    changed = target(vault(lock={"MinRetentionDays": 30, "MaxRetentionDays": 500}, tags=OURS | {"tier": "gold"}))
    assert [(one.action, one.kind) for one in world.sync(changed).changes][:2] == [
        ("create", "vault-tag"),
        ("update", "lock"),
    ]
    assert world.plan(changed).changes == ()
    world.sync(target(vault()))
    assert world.plan(target(vault())).changes == ()
    found = world.backup.describe_backup_vault(BackupVaultName="primary")
    assert not found["Locked"]
    assert world.backup.list_tags(ResourceArn=found["BackupVaultArn"])["Tags"] == OURS


def test_a_compliance_lock_is_fixed_once_its_date_has_passed(world: World) -> None:
    locked = target(vault(lock={"MinRetentionDays": 7, "ChangeableForDays": 3}))
    world.sync(locked)
    assert world.plan(locked).changes == ()
    assert [one.action for one in world.plan(target(vault())).changes] == ["prune"]
    world.now += timedelta(days=4)
    assert world.plan(locked).conflicts == ()
    assert "nobody can change it" in world.plan(target(vault())).conflicts[0]


def test_a_vault_with_recovery_points_is_kept_and_reported(world: World) -> None:
    world.sync(target(vault()))
    live = world.read(target())
    full = live.model_copy(
        update={"vaults": tuple(one.model_copy(update={"recovery_points": 2}) for one in live.vaults)}
    )
    assert [type(one) for one in diff(target(), full, BUNDLE).changes] == [Keep]


def test_a_quota_is_permanent_and_told_at_once(world: World) -> None:
    world.service.quotas = Quotas(plans=0)
    world.sync(target(vault()))
    before = len(world.service.journal)
    with pytest.raises(LimitError):
        world.sync(target(vault(), plan()))
    attempts = [call for call in world.service.journal[before:] if call.operation == "CreateBackupPlan"]
    assert len(attempts) == 1


def test_what_aws_will_never_accept_is_invalid(world: World) -> None:
    with pytest.raises(InvalidError, match="CreateBackupPlan"):
        world.sync(target(plan(rules=[rule(StartWindowMinutes=1)])))
    with pytest.raises(InvalidError, match="ParamValidation"):
        world.sync(target(plan(rules=[rule(Unheard="of")])))


def test_key_of_a_vault_is_the_one_asked_for(world: World) -> None:
    world.sync(target(vault()))
    assert world.read(target(vault())).vaults[0].key_arn == KEY


def test_a_hundred_plans_over_four_regions_are_known_unchanged_with_140_reads_at_most(world: World) -> None:
    """Of a region: one DescribeKey (made by the use case, not seen here), the index of tags, and what is counted."""
    many = target(vault(), *[plan(f"shop-{number:02}") for number in range(25)])
    world.sync(many)
    world.plan(many)
    calls = world.calls_of(lambda: world.plan(many))
    described_keys, tag_indexes = 1, 1
    assert 4 * (sum(calls.values()) + described_keys + tag_indexes) <= 140
    assert not any(call.is_write for call in world.service.journal[-sum(calls.values()) :])
