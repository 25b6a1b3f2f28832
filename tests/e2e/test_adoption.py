"""What exists already is taken over by tags alone, with IAM enforced; and what two leaves back up twice is named."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from backup_apps.adapters.live_plans import LivePlans
from backup_apps.domain.desired import Target
from backup_apps.offline_wiring import resolve_documents
from backup_apps.usecases.import_plans import import_plans
from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

from .bundles import new_version, small_spec, zipped
from .conftest import LocalAws
from .readback import Account

PROD = MEMBER_ACCOUNTS[0]
ROLE = f"arn:aws:iam::{PROD}:role/acme-backup"


@pytest.fixture
def legacy(local_aws: LocalAws) -> Account:
    """A vault and a plan with a selection that a person made."""
    account = Account(local_aws.endpoint, PROD, HOME_REGION)
    key = account.key_of("alias/acme-backup")
    account.backup.create_backup_vault(BackupVaultName="legacy", EncryptionKeyArn=key, BackupVaultTags={"Team": "web"})
    rule = {"RuleName": "r", "TargetBackupVaultName": "legacy", "Lifecycle": {"DeleteAfterDays": 35}}
    plan = {"BackupPlanName": "legacy", "Rules": [rule]}
    identity = account.backup.create_backup_plan(BackupPlan=plan)["BackupPlanId"]
    selection = {"SelectionName": "All-Of-It", "IamRoleArn": ROLE, "Resources": ["arn:aws:dynamodb:*:*:table/legacy-*"]}
    account.backup.create_backup_selection(BackupPlanId=identity, BackupSelection=selection)
    return account


def push(local_aws: LocalAws, documents: Any) -> tuple[dict[str, Any], list[str], str]:
    """Its status, the calls that wrote, and its version."""
    version, since = new_version(), local_aws.last_call()
    name = documents["app.yaml"]["metadata"]["name"]
    archive = zipped({path: json.dumps(document) for path, document in documents.items()})  # JSON is YAML
    status = local_aws.push(name, version, archive)
    return status, [call["operation"] for call in local_aws.calls(since) if call["is_write"]], version


@pytest.fixture(autouse=True)
def nothing_was_denied(local_aws: LocalAws) -> Iterator[None]:
    since = local_aws.last_decision()
    yield
    assert [one for one in local_aws.decisions(since) if not one["allowed"]] == []


def test_an_import_of_what_a_person_made_is_pushed_with_tags_alone(local_aws: LocalAws, legacy: Account) -> None:
    target = Target(PROD, HOME_REGION)
    found = LivePlans(legacy.backup, target, datetime.now(UTC)).plans(["legacy"])
    imported = import_plans(found, "legacy-import", "", resolve_documents)
    assert imported.problems == ()

    status, writes, _ = push(local_aws, imported.documents)
    assert (status["state"], writes) == ("synced", ["TagResource"] * 3)
    assert legacy.vaults("legacy-import")["legacy"]["BackupVaultTags"] == {
        "Team": "web",
        "backup-apps:bundle": "legacy-import",
    }
    assert list(legacy.plans("legacy-import")["legacy"]["Selections"]) == ["All-Of-It"]

    documents = json.loads(json.dumps(imported.documents))
    rules = documents["apps/legacy.yaml"]["spec"]["policy"]["plans"]["legacy"]["rules"]
    rules["r"]["retention"] = {"delete": "70d"}
    del documents["apps/legacy.yaml"]["spec"]["adopt"]
    status, writes, _ = push(local_aws, documents)
    assert (status["state"], writes) == (
        "synced",
        ["UpdateBackupPlan", "CreateBackupSelection", "DeleteBackupSelection"],
    )


def test_what_two_leaves_back_up_twice_is_named_in_the_change_set(local_aws: LocalAws) -> None:
    arn = local_aws.client("dynamodb", PROD).create_table(
        TableName="twice-seen",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        Tags=[{"Key": "team", "Value": "data"}],
    )["TableDescription"]["TableArn"]
    head = {"apiVersion": "backup-apps/v1", "kind": "BackupApp"}
    documents = {
        "app.yaml": {
            **head,
            "metadata": {"name": "twice"},
            "spec": {**small_spec("twice"), "children": ["*-leaf.yaml"]},
        },
        "a-leaf.yaml": {**head, "metadata": {"name": "twice-a"}, "spec": {}},
        "b-leaf.yaml": {**head, "metadata": {"name": "twice-b"}, "spec": {}},
    }
    status, _, version = push(local_aws, documents)
    assert status["state"] == "synced"
    key = f"changes/twice/{version}/change-set.txt"
    stored = local_aws.client("s3").get_object(Bucket=local_aws.outputs["StateBucket"], Key=key)
    text = stored["Body"].read().decode()
    assert f"\n      {arn}\n" in text
