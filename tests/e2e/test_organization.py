"""App sets that name an OU: who is in it is backed up, who moved out is emptied, and who is gone is left alone."""

import json
from typing import Any

from backup_apps_local.world import HOME_REGION, HUB_ACCOUNT, MEMBER_ACCOUNTS

from .bundles import new_version
from .conftest import LocalAws
from .organization import asking, unit_of
from .role_policies import withdrawn

ONE, OTHER = MEMBER_ACCOUNTS


def push(aws: LocalAws, bundle: str, ou: str) -> tuple[dict[str, Any], Any]:
    """The status, and the document beside it in the state bucket: the change set, or the errors."""
    version = new_version()
    status = aws.push(bundle, version, asking(bundle, {"ou": ou}))
    name = "errors" if status["state"] == "rejected" else "change-set"
    key = f"changes/{bundle}/{version}/{name}.json"
    body = aws.client("s3").get_object(Bucket=aws.outputs["StateBucket"], Key=key)["Body"]
    return status, json.loads(body.read())


def has_plan(aws: LocalAws, account: str, bundle: str) -> bool:
    found = aws.client("backup", account).list_backup_plans()["BackupPlansList"]
    return f"{bundle}-{account}-daily" in {one["BackupPlanName"] for one in found}


def test_accounts_come_and_go_with_the_ou(local_aws: LocalAws) -> None:
    bundle = "of-an-ou"
    with unit_of(local_aws, ONE, OTHER) as unit:
        status, changes = push(local_aws, bundle, unit.name)
        assert [(one["account"], one["state"]) for one in status["targets"]] == [(ONE, "synced"), (OTHER, "synced")]
        (generator,) = changes["organization"]["generators"]
        assert (generator["file"], generator["ou"], generator["accounts"]) == ("sets.yaml", unit.name, [ONE, OTHER])
        assert has_plan(local_aws, OTHER, bundle)

        unit.give_back(OTHER)
        status, changes = push(local_aws, bundle, unit.name)
        assert status["state"] == "synced"
        assert has_plan(local_aws, ONE, bundle)
        assert not has_plan(local_aws, OTHER, bundle)


def test_an_account_that_is_suspended_is_unreachable_and_the_others_go_on(local_aws: LocalAws) -> None:
    bundle = "of-a-closed-account"
    with unit_of(local_aws, ONE) as unit:
        closing = unit.client.create_account(Email="closing@acme.example", AccountName="closing")
        gone = closing["CreateAccountStatus"]["AccountId"]
        unit.take(gone)
        status, _ = push(local_aws, bundle, unit.id)
        assert {one["account"]: one["state"] for one in status["targets"]} == {ONE: "synced", gone: "failed"}

        unit.client.close_account(AccountId=gone)
        version = status["version"]
        status, changes = push(local_aws, bundle, unit.id)
        assert status["state"] == "partly-failed"
        assert status["version"] != version
        by_account = {one["account"]: one for one in status["targets"]}
        assert by_account[ONE] == {"account": ONE, "region": HOME_REGION, "state": "synced"}
        assert by_account[gone]["error"].startswith(f"unreachable: account {gone} is suspended (AWS Organizations, ")
        assert changes["organization"]["departed"] == {gone: "is suspended"}
        alert = local_aws.inbox.wait_for(f"{bundle} {status['version']}", timeout=20)
        assert f"{gone}/{HOME_REGION}: unreachable" in alert


def test_a_hub_that_may_not_read_the_organization_rejects_the_bundle(local_aws: LocalAws) -> None:
    iam = local_aws.client("iam", HUB_ACCOUNT)
    with unit_of(local_aws, ONE) as unit:
        with withdrawn(iam, "backup-apps-admit-bundle", "organizations:ListRoots"):
            status, errors = push(local_aws, "of-nobody", unit.name)
        assert status["state"] == "rejected"
        (error,) = errors["errors"]
        assert (error["file"], error["path"]) == ("sets.yaml", "generators")
        assert "is not authorized to perform: organizations:ListRoots" in error["message"]
        assert "deploy the hub in the management account" in error["message"]
        status, _ = push(local_aws, "of-nobody", unit.name)
        assert status["state"] == "synced"
