"""The main job: what a bundle says is what AWS Backup holds, in every account and region, and each commit writes just
the difference."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backup_apps.offline_wiring import archive_of
from backup_apps_local import stack
from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS, MEMBERS

from .bundles import full_spec, new_version, written
from .conftest import LocalAws
from .eventbridge import deliver, executions, upload_in_silence
from .readback import Account, expected, live, rendered

EXAMPLE = stack.ROOT / "examples" / "acme"
PAYMENTS = "apps/prod/payments.yaml"
PROD, DEV = MEMBER_ACCOUNTS

Calls = list[dict[str, Any]]


class Acme:
    """The example bundle, synced; a test edits its files and commits them, each time under a version of its own."""

    def __init__(self, local_aws: LocalAws, folder: Path) -> None:
        self.aws = local_aws
        self.folder = folder

    def edit(self, file: str, before: str, after: str) -> None:
        text = (self.folder / file).read_text()
        assert before in text
        (self.folder / file).write_text(text.replace(before, after))

    def commit(self) -> Calls:
        """The calls to AWS Backup that the commit makes."""
        since = self.aws.last_call()
        status = self.aws.push("acme", new_version(), self.folder)
        assert status["state"] == "synced", status
        return self.aws.calls(since)

    def assert_live(self) -> None:
        """Everywhere; where the bundle has no target any more, it has nothing."""
        targets = {(target["account"], target["region"]): target for target in rendered(self.folder)["targets"]}
        for place in MEMBERS:
            nothing = {"account": place.account, "region": place.region, "vaults": [], "plans": []}
            target = targets.pop((place.account, place.region), nothing)
            assert live(self.aws.endpoint, "acme", target) == expected(self.aws.endpoint, target)
        assert targets == {}


@pytest.fixture
def acme(local_aws: LocalAws, tmp_path: Path) -> Acme:
    acme = Acme(local_aws, tmp_path / "acme")
    shutil.copytree(EXAMPLE, acme.folder)
    acme.commit()
    return acme


@pytest.fixture(scope="module", autouse=True)
def nothing_was_denied(local_aws: LocalAws) -> Iterator[None]:
    """IAM is enforced, and the whole story goes through it."""
    since = local_aws.last_decision()
    yield
    decided = local_aws.decisions(since)
    assert decided
    assert [one for one in decided if not one["allowed"]] == []


def writes(calls: Calls) -> Calls:
    return [call for call in calls if call["is_write"]]


def written_by(calls: Calls) -> list[str]:
    return [call["operation"] for call in writes(calls)]


def places(calls: Calls) -> set[tuple[str, str]]:
    return {(call["account"], call["region"]) for call in calls}


def test_aws_backup_holds_what_render_prints(acme: Acme) -> None:
    targets = rendered(acme.folder)["targets"]
    assert [(target["account"], target["region"]) for target in targets] == [(m.account, m.region) for m in MEMBERS]
    assert {vault["BackupVaultName"] for target in targets for vault in target["vaults"]} == {"acme-primary", "acme-dr"}
    assert sum(len(plan["Selections"]) for target in targets for plan in target["plans"]) == 7
    acme.assert_live()


def test_every_part_of_a_bundle_reaches_aws_backup_and_leaves_it_again(local_aws: LocalAws, tmp_path: Path) -> None:
    """Access policies, notifications, opt-ins, advanced settings and the like, which the example has not."""
    archive = tmp_path / "every-part.zip"
    spec = full_spec("every-part")
    archive.write_bytes(written("every-part", spec))
    assert local_aws.push("every-part", new_version(), archive.read_bytes())["state"] == "synced"
    for target in rendered(archive)["targets"]:
        found = live(local_aws.endpoint, "every-part", target)
        assert found == expected(local_aws.endpoint, target)
        assert set(found["vaults"]["every-part"]) >= {"Lock", "AccessPolicy", "Notifications"}
        assert found["RegionSettings"]["ResourceTypeOptInPreference"] == {"DynamoDB": True, "EFS": False}

    for part in ("lock", "accessPolicy", "notifications", "tags"):
        del spec["policy"]["vaults"]["main"][part]
    archive.write_bytes(written("every-part", spec))
    assert local_aws.push("every-part", new_version(), archive.read_bytes())["state"] == "synced"
    for target in rendered(archive)["targets"]:
        found = live(local_aws.endpoint, "every-part", target)
        assert found == expected(local_aws.endpoint, target)
        assert set(found["vaults"]["every-part"]) == {"BackupVaultName", "EncryptionKeyArn", "BackupVaultTags"}


def test_the_same_bundle_again_writes_nothing_and_reads_little(acme: Acme) -> None:
    acme.commit()  # reads each version of a plan, once for all
    calls = acme.commit()
    assert writes(calls) == []
    targets = rendered(acme.folder)["targets"]
    vaults = sum(len(target["vaults"]) for target in targets)
    plans = sum(len(target["plans"]) for target in targets)
    assert Counter(call["operation"] for call in calls) == {
        "ListBackupVaults": len(targets),
        "ListBackupPlans": len(targets),
        "GetBackupVaultAccessPolicy": vaults,
        "GetBackupVaultNotifications": vaults,
        "ListBackupSelections": plans,
    }


def test_a_childs_change_is_one_update(acme: Acme) -> None:
    acme.edit(PAYMENTS, "delete: 70d", "delete: 100d")
    calls = acme.commit()
    (update,) = writes(calls)
    assert update["operation"] == "UpdateBackupPlan"
    assert (update["account"], update["region"]) == (PROD, HOME_REGION)
    assert update["parameters"]["BackupPlan"]["BackupPlanName"] == "payments-daily"
    acme.assert_live()


def test_a_changed_selection_is_there_before_the_old_one_goes(acme: Acme) -> None:
    acme.edit(PAYMENTS, "table/payments-cache", "table/payments-scratch")
    assert written_by(acme.commit()) == ["CreateBackupSelection", "DeleteBackupSelection"]
    acme.assert_live()


def test_a_removed_leaf_takes_its_plan_along(acme: Acme) -> None:
    (acme.folder / "apps/dev/data.yaml").unlink()
    calls = acme.commit()
    assert written_by(calls) == ["DeleteBackupSelection", "DeleteBackupPlan"]
    assert places(writes(calls)) == {(DEV, HOME_REGION)}
    acme.assert_live()


def test_a_target_that_is_dropped_is_emptied_and_then_left_alone(acme: Acme) -> None:
    dropped = (DEV, "us-east-1")
    acme.edit("apps/dev.yaml", "regions: [eu-west-1, us-east-1]", "regions: [eu-west-1]")
    calls = acme.commit()
    assert written_by(calls) == ["DeleteBackupSelection", "DeleteBackupPlan", "DeleteBackupVault"]
    assert places(writes(calls)) == {dropped}
    acme.assert_live()
    assert dropped not in places(acme.commit())


@pytest.fixture
def strangers(local_aws: LocalAws) -> Iterator[Account]:
    """A vault, and plans with selections, that the bundle did not make: without a tag, and with another bundle's."""
    account = Account(local_aws.endpoint, DEV, "us-east-1")
    account.backup.create_backup_vault(BackupVaultName="by-hand")
    rule = {"RuleName": "r", "TargetBackupVaultName": "by-hand", "ScheduleExpression": "cron(0 1 * * ? *)"}
    role = f"arn:aws:iam::{DEV}:role/acme-backup"
    selection = {"SelectionName": "all", "IamRoleArn": role, "Resources": ["*"]}
    made = []
    for name, tags in (("by-hand", {}), ("of-another", {"backup-apps:bundle": "another"})):
        plan = {"BackupPlanName": name, "Rules": [rule]}
        made.append(account.backup.create_backup_plan(BackupPlan=plan, BackupPlanTags=tags)["BackupPlanId"])
        account.backup.create_backup_selection(BackupPlanId=made[-1], BackupSelection=selection)
    yield account
    for identity in made:
        for one in account.backup.list_backup_selections(BackupPlanId=identity)["BackupSelectionsList"]:
            account.backup.delete_backup_selection(BackupPlanId=identity, SelectionId=one["SelectionId"])
        account.backup.delete_backup_plan(BackupPlanId=identity)
    account.backup.delete_backup_vault(BackupVaultName="by-hand")


def test_what_carries_no_tag_of_the_bundle_is_left_alone(acme: Acme, strangers: Account) -> None:
    """Even where the bundle takes away all that is its own."""
    before = snapshot(strangers, {"by-hand", "of-another"})
    assert [len(found) for found in before] == [1, 2, 2]
    acme.edit("apps/dev.yaml", "regions: [eu-west-1, us-east-1]", "regions: [eu-west-1]")
    acme.commit()
    acme.assert_live()
    assert snapshot(strangers, {"by-hand", "of-another"}) == before


def snapshot(account: Account, names: set[str]) -> tuple[Any, Any, Any]:
    """Vaults, plans and selections of these names, as AWS lists them."""
    backup = account.backup
    vaults = [one for one in backup.list_backup_vaults()["BackupVaultList"] if one["BackupVaultName"] in names]
    plans = [one for one in backup.list_backup_plans()["BackupPlansList"] if one["BackupPlanName"] in names]
    selections = [
        backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"] for plan in plans
    ]
    return vaults, plans, selections


def test_an_event_that_comes_again_changes_nothing(acme: Acme) -> None:
    acme.edit(PAYMENTS, "delete: 70d", "delete: 101d")
    version = new_version()
    started = len(executions(acme.aws))
    since = acme.aws.last_call()
    upload_in_silence(acme.aws, "acme", version, archive_of(acme.folder))
    assert deliver(acme.aws, "acme", version)["state"] == "planned"
    assert deliver(acme.aws, "acme", version)["state"] in ("planned", "syncing", "synced")
    status = acme.aws.wait("acme", version)
    assert written_by(acme.aws.calls(since)) == ["UpdateBackupPlan"]

    acme.aws.rest()
    since = acme.aws.last_call()
    assert deliver(acme.aws, "acme", version)["state"] == "synced"
    assert len(executions(acme.aws)) == started + 1
    assert acme.aws.status("acme", version) == status
    assert acme.aws.calls(since) == []


def test_an_event_that_comes_late_changes_nothing(acme: Acme) -> None:
    """The upload of 71 days is older than that of 72, and is heard of after it was synced."""
    acme.edit(PAYMENTS, "delete: 70d", "delete: 71d")
    late = new_version()
    upload_in_silence(acme.aws, "acme", late, archive_of(acme.folder))
    acme.edit(PAYMENTS, "delete: 71d", "delete: 72d")
    acme.commit()
    acme.aws.rest()
    started, since = len(executions(acme.aws)), acme.aws.last_call()
    assert deliver(acme.aws, "acme", late)["state"] == "superseded"
    assert acme.aws.status("acme", late)["state"] == "superseded"
    assert len(executions(acme.aws)) == started
    assert acme.aws.calls(since) == []
    acme.assert_live()


@pytest.mark.parametrize("pause", [0, 0.5, 1.5], ids=lambda seconds: f"{seconds}-s-apart")
def test_of_two_versions_in_quick_succession_the_later_wins(acme: Acme, pause: float) -> None:
    first, second = new_version(), new_version()
    acme.edit(PAYMENTS, "delete: 70d", "delete: 81d")
    archive = archive_of(acme.folder)
    acme.edit(PAYMENTS, "delete: 81d", "delete: 82d")
    acme.aws.upload("acme", first, archive)
    time.sleep(pause)
    acme.aws.upload("acme", second, archive_of(acme.folder))
    assert acme.aws.wait("acme", second)["state"] == "synced"
    assert acme.aws.wait("acme", first)["state"] in ("synced", "superseded")
    acme.assert_live()
