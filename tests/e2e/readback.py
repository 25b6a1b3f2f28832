"""What AWS Backup holds for a bundle, read with boto3 alone and put into the shape of what `render` prints.

Nothing of the product reads here, so that an error in its own reading can't hide one in its writing.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3

ADDED_TO_RULES = {"RuleId"}
"""AWS makes it for each rule."""
WRITTEN_OUT_WHEN_EMPTY = {"Resources", "NotResources", "ListOfTags", "Conditions"}
"""Of a selection, where nothing was asked for."""
MADE_FOR_TESTS = ("CreationTime", "CreatorRequestId", "LastExecutionTime", "LastUpdateTime", "RestoreTestingPlanArn")
"""What AWS adds to a restore testing plan, and to its selections."""
NOT_LIVE = {"app"}
"""Which app a plan comes from; AWS has it as a tag, which is compared with all others."""


class Account:
    """A region of an account, as its root sees it."""

    def __init__(self, endpoint: str, account: str, region: str) -> None:
        self._session: Any = boto3.session.Session(
            aws_access_key_id=account, aws_secret_access_key="any", region_name=region
        )
        self._endpoint = endpoint
        self.backup = self.client("backup")

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint)

    def key_of(self, alias: str) -> str:
        return str(self.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"])

    def vaults(self, bundle: str) -> dict[str, Any]:
        found = self._all("list_backup_vaults", "BackupVaultList")
        read = {vault["BackupVaultName"]: self._vault(vault) for vault in found}
        return {name: vault for name, vault in read.items() if belongs(vault["BackupVaultTags"], bundle)}

    def plans(self, bundle: str) -> dict[str, Any]:
        """Names of plans are not unique in AWS, so a second one of a name would show as a surplus."""
        read = [self._plan(plan) for plan in self._all("list_backup_plans", "BackupPlansList")]
        ours = [plan for plan in read if belongs(plan["BackupPlanTags"], bundle)]
        named = {plan["BackupPlan"]["BackupPlanName"]: plan for plan in ours}
        assert len(named) == len(ours), "a plan stands there twice"
        return named

    def region_settings(self, wanted: dict[str, dict[str, bool]]) -> dict[str, dict[str, bool]]:
        """Those that are asked for; the others are not the bundle's."""
        answer = self.backup.describe_region_settings()
        return {kind: {name: answer[kind][name] for name in names} for kind, names in wanted.items()}

    def _vault(self, listed: dict[str, Any]) -> dict[str, Any]:
        name = listed["BackupVaultName"]
        vault = {
            "BackupVaultName": name,
            "EncryptionKeyArn": listed["EncryptionKeyArn"],
            "BackupVaultTags": self._tags(listed["BackupVaultArn"]),
        }
        if listed["Locked"]:
            bounds = ("MinRetentionDays", "MaxRetentionDays")
            vault["Lock"] = {bound: listed[bound] for bound in bounds if bound in listed}
        missing = self.backup.exceptions.ResourceNotFoundException
        with contextlib.suppress(missing):
            vault["AccessPolicy"] = {
                "Policy": json.loads(self.backup.get_backup_vault_access_policy(BackupVaultName=name)["Policy"])
            }
        with contextlib.suppress(missing):
            answer = self.backup.get_backup_vault_notifications(BackupVaultName=name)
            vault["Notifications"] = {key: answer[key] for key in ("SNSTopicArn", "BackupVaultEvents")}
        return vault

    def _plan(self, listed: dict[str, Any]) -> dict[str, Any]:
        answer = self.backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"])
        rules = [
            {key: value for key, value in rule.items() if key not in ADDED_TO_RULES}
            for rule in answer["BackupPlan"]["Rules"]
        ]
        # AWS tells them beside the plan that they were asked for in.
        beside = {key: answer[key] for key in ("AdvancedBackupSettings",) if answer.get(key)}
        return {
            "BackupPlan": {**answer["BackupPlan"], **beside, "Rules": rules},
            "BackupPlanTags": self._tags(listed["BackupPlanArn"]),
            "Selections": self._selections(listed["BackupPlanId"]),
        }

    def _selections(self, plan: str) -> dict[str, Any]:
        read = {}
        for listed in self._all("list_backup_selections", "BackupSelectionsList", BackupPlanId=plan):
            answer = self.backup.get_backup_selection(BackupPlanId=plan, SelectionId=listed["SelectionId"])
            read[listed["SelectionName"]] = without_empty(answer["BackupSelection"])
        return read

    def tests(self, bundle: str) -> dict[str, Any]:
        """Restore testing plans, whose names are unique."""
        read = [self._test(plan) for plan in self._all("list_restore_testing_plans", "RestoreTestingPlans")]
        ours = [plan for plan in read if belongs(plan["Tags"], bundle)]
        return {plan["RestoreTestingPlan"]["RestoreTestingPlanName"]: plan for plan in ours}

    def _test(self, listed: dict[str, Any]) -> dict[str, Any]:
        name = {"RestoreTestingPlanName": listed["RestoreTestingPlanName"]}
        listed_selections = self._all("list_restore_testing_selections", "RestoreTestingSelections", **name)
        selections = [
            self.backup.get_restore_testing_selection(
                **name, RestoreTestingSelectionName=one["RestoreTestingSelectionName"]
            )["RestoreTestingSelection"]
            for one in listed_selections
        ]
        return {
            "RestoreTestingPlan": without_made(
                self.backup.get_restore_testing_plan(**name)["RestoreTestingPlan"], MADE_FOR_TESTS
            ),
            "Tags": self._tags(listed["RestoreTestingPlanArn"]),
            "Selections": {
                one["RestoreTestingSelectionName"]: without_made(one, (*MADE_FOR_TESTS, "RestoreTestingPlanName"))
                for one in selections
            },
        }

    def _tags(self, arn: str) -> dict[str, str]:
        return dict(self.backup.list_tags(ResourceArn=arn)["Tags"])

    def _all(self, operation: str, member: str, **arguments: Any) -> list[dict[str, Any]]:
        pages = self.backup.get_paginator(operation).paginate(**arguments)
        return [one for page in pages for one in page[member]]


def without_made(document: dict[str, Any], made: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in made}


def belongs(tags: dict[str, str], bundle: str) -> bool:
    return tags.get("backup-apps:bundle") == bundle


def without_empty(selection: dict[str, Any]) -> dict[str, Any]:
    shaped = {
        **selection,
        "Conditions": {operator: listed for operator, listed in selection.get("Conditions", {}).items() if listed},
    }
    return {key: value for key, value in shaped.items() if value or key not in WRITTEN_OUT_WHEN_EMPTY}


def rendered(bundle: Path, target: str | None = None) -> dict[str, Any]:
    """What the command prints."""
    command = [sys.executable, "-m", "backup_apps_cli.main", "render", str(bundle), "--output", "json"]
    command += ["--target", target] if target else []
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})
    return dict(json.loads(done.stdout))


def live(endpoint: str, bundle: str, target: dict[str, Any]) -> dict[str, Any]:
    """All that the bundle has in the account and region of a rendered target."""
    account = Account(endpoint, target["account"], target["region"])
    return {
        "vaults": account.vaults(bundle),
        "plans": account.plans(bundle),
        "tests": account.tests(bundle),
        "RegionSettings": account.region_settings(target.get("RegionSettings", {})),
    }


def expected(endpoint: str, target: dict[str, Any]) -> dict[str, Any]:
    """A rendered target as it must be read back: by name, aliases of keys resolved, policies parsed."""
    account = Account(endpoint, target["account"], target["region"])
    vaults = {vault["BackupVaultName"]: expected_vault(vault, account) for vault in target["vaults"]}
    plans = {plan["BackupPlan"]["BackupPlanName"]: expected_plan(plan) for plan in target["plans"]}
    tests = (expected_test(one, account) for one in target.get("RestoreTestingPlans", ()))
    return {
        "vaults": vaults,
        "plans": plans,
        "tests": {one["RestoreTestingPlan"]["RestoreTestingPlanName"]: one for one in tests},
        "RegionSettings": target.get("RegionSettings", {}),
    }


def expected_vault(vault: dict[str, Any], account: Account) -> dict[str, Any]:
    shaped = {**vault, "EncryptionKeyArn": account.key_of(vault["EncryptionKeyArn"])}
    if "AccessPolicy" in vault:
        shaped["AccessPolicy"] = {"Policy": json.loads(vault["AccessPolicy"]["Policy"])}
    return shaped


def expected_plan(plan: dict[str, Any]) -> dict[str, Any]:
    named = {one["SelectionName"]: one for one in plan["Selections"]}
    return {**{key: value for key, value in plan.items() if key not in NOT_LIVE}, "Selections": named}


def expected_test(test: dict[str, Any], account: Account) -> dict[str, Any]:
    named = {one["RestoreTestingSelectionName"]: dict(one) for one in test["Selections"]}
    for one in named.values():
        if "RestoreMetadataOverrides" in one:
            overrides = one["RestoreMetadataOverrides"].items()
            one["RestoreMetadataOverrides"] = {key: _resolved(value, account) for key, value in overrides}
    return {**{key: value for key, value in test.items() if key not in NOT_LIVE}, "Selections": named}


def _resolved(value: str, account: Account) -> str:
    return account.key_of(value) if ":alias/" in value else value
