"""Plans that are live in AWS Backup, read through a real boto3 client and made into a bundle."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from backup_apps.adapters.live_plans import LivePlans, live_plans
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import UnreachableError
from backup_apps.domain.imports.found import FoundPlan
from backup_apps.offline_wiring import resolve_documents, resolve_source
from backup_apps.usecases.import_plans import Imported, import_plans
from backup_apps_cli.organizations_commands import import_group
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.service import BackupService

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACME = Path(__file__).parents[2] / "examples" / "acme"
HERE = Target("111111111111", "eu-west-1")
ROLE = f"arn:aws:iam::{HERE.account}:role/backup"
KEY = f"arn:aws:kms:{HERE.region}:{HERE.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def service() -> BackupService:
    return BackupService(lambda: NOW)


def client(service: BackupService, target: Target) -> Any:
    made = boto3.client(
        "backup", region_name=target.region, aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    connect(made, service, target.account)
    return made


def make(backup: Any, desired: DesiredTarget) -> None:
    """What a target asks for, as a person would have made it: without tags."""
    for vault in desired.vaults:
        key = KEY.replace(HERE.region, desired.region).replace(HERE.account, desired.account)
        backup.create_backup_vault(BackupVaultName=vault.name, EncryptionKeyArn=key)
        if vault.lock:
            backup.put_backup_vault_lock_configuration(BackupVaultName=vault.name, **vault.lock)
    for plan in desired.plans:
        identity = backup.create_backup_plan(BackupPlan=plan.backup_plan)["BackupPlanId"]
        for selection in plan.selections:
            backup.create_backup_selection(BackupPlanId=identity, BackupSelection=selection)


def made(service: BackupService, target: Target, plan: dict[str, Any], *selections: dict[str, Any]) -> Any:
    """One plan in a vault of its own."""
    backup = client(service, target)
    backup.create_backup_vault(BackupVaultName="main", EncryptionKeyArn=KEY)
    identity = backup.create_backup_plan(BackupPlan=plan)["BackupPlanId"]
    for selection in selections:
        backup.create_backup_selection(BackupPlanId=identity, BackupSelection=selection)
    return backup


def imported(plans: list[FoundPlan]) -> Imported:
    return import_plans(plans, "imported", "", resolve_documents)


RULE = {"RuleName": "nightly", "TargetBackupVaultName": "main", "Lifecycle": {"DeleteAfterDays": 35}}
PLAN = {"BackupPlanName": "By-Hand.1", "Rules": [RULE]}
SELECTION = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["arn:aws:ec2:*:*:volume/*"]}


def test_the_plans_of_the_example_come_back_as_they_were(service: BackupService) -> None:
    state = resolve_source(ACME).state
    assert state
    for desired in state.targets:
        make(client(service, desired.target), desired)

    found = [p for d in state.targets for p in LivePlans(client(service, d.target), d.target, NOW).plans()]
    result = imported(found)

    assert result.problems == ()
    again = resolve_documents(result.documents).state
    assert again
    assert [[(p.name, p.backup_plan) for p in t.plans] for t in again.targets] == [
        [(p.name, p.backup_plan) for p in t.plans] for t in state.targets
    ]
    assert [[p.selections for p in t.plans] for t in again.targets] == [
        [p.selections for p in t.plans] for t in state.targets
    ], "names of selections too, since these were ours"
    locks = {vault.name: vault.lock for vault in state.targets[0].vaults}
    assert {vault.name: vault.lock for vault in again.targets[0].vaults} == {"acme-primary": locks["acme-primary"]}


def test_a_plan_that_is_the_same_in_several_places_is_one_app(service: BackupService) -> None:
    places = [Target(account, region) for account in ("111111111111", "222222222222") for region in ("eu-west-1",)]
    for place in places:
        selection = SELECTION | {"IamRoleArn": f"arn:aws:iam::{place.account}:role/backup"}
        backup = client(service, place)
        backup.create_backup_vault(BackupVaultName="main", EncryptionKeyArn=KEY.replace(HERE.account, place.account))
        identity = backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"]
        backup.create_backup_selection(BackupPlanId=identity, BackupSelection=selection)

    result = imported([p for place in places for p in LivePlans(client(service, place), place, NOW).plans()])

    assert result.problems == ()
    assert sorted(result.documents) == ["app.yaml", "apps/by-hand-1.yaml"]
    spec = result.documents["apps/by-hand-1.yaml"]["spec"]
    assert spec["targets"] == {"accounts": ["111111111111", "222222222222"], "regions": ["eu-west-1"]}
    assert spec["policy"]["role"] == "arn:aws:iam::${account}:role/backup"


def test_only_the_plans_that_are_named_are_read(service: BackupService) -> None:
    backup = made(service, HERE, PLAN, SELECTION)
    backup.create_backup_plan(BackupPlan=PLAN | {"BackupPlanName": "other"})

    assert [plan.name for plan in LivePlans(backup, HERE, NOW).plans(["other"])] == ["other"]
    assert len(LivePlans(backup, HERE, NOW).plans()) == 2


def test_a_plan_of_organizations_is_named_and_left_out(service: BackupService) -> None:
    (found,) = LivePlans(made(service, HERE, PLAN, SELECTION), HERE, NOW).plans()
    theirs = found._replace(plan_id="orgs/544033d1-b19c-3f2a-9c20-40bcfa82ca68")

    result = imported([found, theirs._replace(plan={**PLAN, "BackupPlanName": "theirs"})])

    assert sorted(result.documents) == ["app.yaml", "apps/by-hand-1.yaml"]
    assert len(result.problems) == 1
    assert result.problems[0].startswith("plan 'theirs' in 111111111111/eu-west-1: Organizations manages it")
    assert imported([theirs]).documents == {}


def test_tags_of_a_plan_are_a_loss_but_for_those_of_aws_and_of_bundles(service: BackupService) -> None:
    backup = made(service, HERE, PLAN, SELECTION)
    (found,) = LivePlans(backup, HERE, NOW).plans()
    tag = "backup-apps:bundle"
    backup.tag_resource(ResourceArn=backup.list_backup_plans()["BackupPlansList"][0]["BackupPlanArn"], Tags={tag: "x"})

    assert imported(list(LivePlans(backup, HERE, NOW).plans())).problems == ()
    assert imported([found._replace(tags={"team": "shop"})]).problems == (
        "plan 'By-Hand.1' in 111111111111/eu-west-1: the policy language has no words for tags of plans: team",
    )


def test_a_selection_that_unites_resources_and_tags_is_refused_by_the_language(service: BackupService) -> None:
    both = SELECTION | {
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "x"}]
    }
    result = imported(list(LivePlans(made(service, HERE, PLAN, both), HERE, NOW).plans()))

    assert len(result.problems) == 1
    assert "AWS unites" in result.problems[0]
    assert result.problems[0].startswith("plan 'By-Hand.1' in 111111111111/eu-west-1: apps/by-hand-1.yaml:")


def test_a_compliance_lock_is_left_to_a_person(service: BackupService) -> None:
    backup = made(service, HERE, PLAN, SELECTION)
    backup.put_backup_vault_lock_configuration(BackupVaultName="main", MinRetentionDays=7, ChangeableForDays=3)

    result = imported(list(LivePlans(backup, HERE, NOW).plans()))

    assert result.problems == ()
    assert "lock" not in result.documents["apps/by-hand-1.yaml"]["spec"]["policy"]["vaults"]["main"]
    assert result.notes[0].startswith("111111111111/eu-west-1: vault 'main' has a compliance lock")
    assert result.documents["apps/by-hand-1.yaml"]["spec"]["adopt"] == {"plans": ["By-Hand.1"]}, "or its lock would go"


def test_credentials_of_another_account_read_nothing(aws: None) -> None:
    with pytest.raises(UnreachableError, match="of 123456789012, not of 111111111111: name a role of it with --role"):
        live_plans(HERE, None, NOW)


def test_a_role_of_the_account_reads_where_the_credentials_do_not(aws: None) -> None:
    assert isinstance(live_plans(HERE, "reader", NOW), LivePlans)
    assert isinstance(live_plans(Target("123456789012", "eu-west-1"), None, NOW), LivePlans)


def test_the_command_says_whose_credentials_they_are(aws: None, tmp_path: Path) -> None:
    arguments = ["plans", "333333333333/eu-west-1", "--to", str(tmp_path / "new")]

    result = CliRunner(mix_stderr=False).invoke(import_group, arguments)

    assert result.exit_code == 1
    assert "these credentials are of 123456789012, not of 333333333333" in result.stderr
    assert not (tmp_path / "new").exists()
