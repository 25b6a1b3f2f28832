"""Plans made by hand, imported, and taken over by the bundle: through a real boto3 client, tags and nothing else."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from backup_apps.adapters.backup_reads import BackupReads
from backup_apps.adapters.backup_writes import BackupWrites
from backup_apps.adapters.clients import Credentials, member_client
from backup_apps.adapters.live_plans import LivePlans
from backup_apps.domain.changes import ChangeSet
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.difference import diff
from backup_apps.domain.live import LiveTarget, known_selection, plan_version
from backup_apps.offline_wiring import resolve_documents
from backup_apps.usecases.import_plans import Imported, import_plans
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.service import BackupService
from tag_index import TagIndex

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERE = Target("111111111111", "eu-west-1")
VERSION = Version("imported", "v1")
ROLE = f"arn:aws:iam::{HERE.account}:role/backup"
KEY = f"arn:aws:kms:{HERE.region}:{HERE.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
RULE = {"RuleName": "nightly", "TargetBackupVaultName": "main", "Lifecycle": {"DeleteAfterDays": 35}}
PLAN = {"BackupPlanName": "By-Hand.1", "Rules": [RULE]}
SELECTIONS = [
    {"SelectionName": "Volumes", "IamRoleArn": ROLE, "Resources": ["arn:aws:ec2:*:*:volume/*"]},
    {"SelectionName": "Gold", "IamRoleArn": ROLE, "ListOfTags": [
        {"ConditionType": "STRINGEQUALS", "ConditionKey": "tier", "ConditionValue": "gold"}]},
]  # fmt: skip


class World:
    """One target, in which a person made a vault with a lock and tags, and a plan with two selections."""

    def __init__(self) -> None:
        self.service = BackupService(lambda: NOW)
        self.backup = member_client("backup", HERE.region, Credentials("testing", "testing", "testing"))
        connect(self.backup, self.service, HERE.account)
        self.index = TagIndex(self.service, HERE.account, HERE.region)
        self.versions: dict[str, Any] = {}
        self.backup.create_backup_vault(
            BackupVaultName="main", EncryptionKeyArn=KEY, BackupVaultTags={"zone": "a", "Team": "web"}
        )
        self.backup.put_backup_vault_lock_configuration(BackupVaultName="main", MinRetentionDays=7)
        self.plan_id = self.backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"]
        for selection in SELECTIONS:
            self.backup.create_backup_selection(BackupPlanId=self.plan_id, BackupSelection=selection)

    def imported(self) -> Imported:
        return import_plans(LivePlans(self.backup, HERE, NOW).plans(), "imported", "", resolve_documents)

    def read(self, desired: DesiredTarget) -> LiveTarget:
        live = BackupReads(self.backup, self.index, NOW).live(desired, "imported", self.versions)
        self.versions = {plan_version(one.id, one.version): one.content for one in live.plans if one.content}
        self.versions |= {
            known_selection(plan.id, one.id): one.content
            for plan in live.plans
            for one in plan.selections
            if one.content
        }
        return live

    def sync(self, desired: DesiredTarget) -> ChangeSet:
        live = self.read(desired)
        change_set = diff(desired, live, "imported")
        writes = BackupWrites(self.backup, live, VERSION)
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


def desired_of(imported: Imported) -> DesiredTarget:
    assert imported.problems == ()
    state = resolve_documents(imported.documents).state
    assert state
    (desired,) = state.targets
    return desired


def test_an_import_is_pushed_with_tags_alone(world: World) -> None:
    desired = desired_of(world.imported())
    before = len(world.service.journal.writes)
    assert world.sync(desired).conflicts == ()
    assert [call.operation for call in world.service.journal.writes[before:]] == ["TagResource"] * 3
    (listed,) = world.backup.list_backup_plans()["BackupPlansList"]
    assert listed["BackupPlanId"] == world.plan_id
    assert world.backup.list_tags(ResourceArn=listed["BackupPlanArn"])["Tags"] == {
        "backup-apps:bundle": "imported",
        "backup-apps:app": "by-hand-1",
    }
    vault = world.backup.describe_backup_vault(BackupVaultName="main")
    assert world.backup.list_tags(ResourceArn=vault["BackupVaultArn"])["Tags"] == {
        "backup-apps:bundle": "imported",
        "zone": "a",
        "Team": "web",
    }


def test_once_adopted_nothing_is_written_and_nothing_read_twice(world: World) -> None:
    desired = desired_of(world.imported())
    world.sync(desired)
    assert world.read(desired).plans[0].selections[0].content, "names by hand do not tell what is selected"
    assert world.calls_of(lambda: world.sync(desired)) == {
        "ListBackupVaults": 1,
        "ListBackupPlans": 1,
        "ListBackupSelections": 1,
        "GetBackupVaultAccessPolicy": 1,
        "GetBackupVaultNotifications": 1,
    }


def test_an_adopted_plan_changes_like_any_other_and_keeps_its_id(world: World) -> None:
    documents = dict(world.imported().documents)
    policy = documents["apps/by-hand-1.yaml"]["spec"]["policy"]["plans"]["By-Hand.1"]
    policy["rules"]["nightly"]["retention"] = {"delete": "70d"}
    policy["selections"]["Gold"] = {"anyTag": {"tier": ["gold", "silver"]}}
    state = resolve_documents(documents).state
    assert state
    world.sync(state.targets[0])
    assert [call.operation for call in world.service.journal.writes[-4:]] == [
        "UpdateBackupPlan",
        "TagResource",
        "CreateBackupSelection",
        "DeleteBackupSelection",
    ]
    (listed,) = world.backup.list_backup_plans()["BackupPlansList"]
    assert listed["BackupPlanId"] == world.plan_id
    kept = world.backup.list_backup_selections(BackupPlanId=world.plan_id)["BackupSelectionsList"]
    assert sorted(one["SelectionName"].split("-")[0] for one in kept) == ["Gold", "Volumes"]
    assert world.sync(state.targets[0]).changes == ()


def test_without_adopt_the_import_conflicts_and_says_the_way_out(world: World) -> None:
    desired = desired_of(world.imported()).model_copy(update={"handling": None})
    change_set = world.sync(desired)
    assert change_set.changes == ()
    assert ["adopt: {plans: [By-Hand.1]}" in one for one in change_set.conflicts] == [True, False]
    assert ["adopt: {vaults: [main]}" in one for one in change_set.conflicts] == [False, True]


def test_what_a_bundle_has_already_is_not_adopted_and_noted(world: World) -> None:
    (listed,) = world.backup.list_backup_plans()["BackupPlansList"]
    world.backup.tag_resource(ResourceArn=listed["BackupPlanArn"], Tags={"backup-apps:bundle": "other"})
    imported = world.imported()
    assert imported.documents["apps/by-hand-1.yaml"]["spec"]["adopt"] == {"vaults": ["main"]}
    assert imported.notes[0].startswith("111111111111/eu-west-1: plan 'By-Hand.1' belongs to the bundle 'other'")
