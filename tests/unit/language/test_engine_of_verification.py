"""`verification.engine: aws`: what AWS Backup is asked for, and what stays as it was without it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_bundles import app, resolve_files

from backup_apps.domain import restore_testing
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.usecases.compare_target import with_keys

ALIAS = "arn:aws:kms:eu-west-1:111111111111:alias/sandbox"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"
ROOT = """
children: ["*-leaf.yaml"]
targets: {accounts: ["111111111111"], regions: [eu-west-1]}
policy:
  role: arn:aws:iam::${account}:role/backup
  vaults: {main: {name: main}, more: {name: more}}
  plans:
    daily:
      rules: {nightly: {vault: main, schedule: cron(0 3 * * ? *), retention: {delete: 35d}, tags: {tier: gold}}}
      selections: {own: {resources: ["arn:aws:dynamodb:*:*:table/${app}-*", "arn:aws:s3:::${app}"]}}
"""
WEEKLY = "engine: aws, schedule: cron(0 6 ? * MON *)"


def rendered(leaf: str, root: str = ROOT, name: str = "web-shop") -> DesiredTarget:
    files = {"app.yaml": app("acme", root), "a-leaf.yaml": app(name, leaf), "b-leaf.yaml": app("api", "{}")}
    resolution = resolve_files(files)
    assert resolution.errors == ()
    assert resolution.state
    (found,) = resolution.state.targets
    return found


def asked(verification: str, **more: Any) -> Any:
    """The plan that AWS is asked for."""
    (plan,) = rendered(f"policy: {{verification: {{{WEEKLY}, {verification}}}}}", **more).testing or ()
    return plan.to_json()


def test_a_plan_says_what_the_policy_says_already() -> None:
    plan = asked("maxAge: 7d")
    assert plan["app"] == "web-shop"
    assert plan["Tags"] == {"backup-apps:bundle": "acme", "backup-apps:app": "web-shop"}
    assert plan["RestoreTestingPlan"] == {
        "RestoreTestingPlanName": "web_shop",
        "ScheduleExpression": "cron(0 6 ? * MON *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowHours": 8,
        "RecoveryPointSelection": {
            "Algorithm": "LATEST_WITHIN_WINDOW",
            "IncludeVaults": ["arn:aws:backup:eu-west-1:111111111111:backup-vault:main"],
            "RecoveryPointTypes": ["CONTINUOUS", "SNAPSHOT"],
            "SelectionWindowDays": 30,
        },
    }
    tables, buckets = plan["Selections"]
    assert tables == {
        "RestoreTestingSelectionName": "DynamoDB",
        "ProtectedResourceType": "DynamoDB",
        "ProtectedResourceArns": ["*"],
        "ProtectedResourceConditions": {
            "StringEquals": [{"Key": "aws:ResourceTag/backup-apps:app", "Value": "web-shop"}]
        },
        "IamRoleArn": "arn:aws:iam::111111111111:role/backup-apps-restore",
        "ValidationWindowHours": 24,
    }
    assert buckets["ProtectedResourceType"] == "S3"


def test_recovery_points_of_the_app_say_whose_they_are_and_those_of_others_stay_as_they_are() -> None:
    tested, untouched = rendered(f"policy: {{verification: {{{WEEKLY}}}}}"), rendered("{}")
    by_app = {plan.app: plan.backup_plan["Rules"][0]["RecoveryPointTags"] for plan in tested.plans}
    assert by_app == {"web-shop": {"tier": "gold", "backup-apps:app": "web-shop"}, "api": {"tier": "gold"}}
    assert "RestoreTestingPlans" not in json.dumps(untouched.to_json())
    assert [plan for plan in tested.plans if plan.app == "api"] == [one for one in untouched.plans if one.app == "api"]
    sandbox = rendered("policy: {verification: {engine: sandbox, schedule: cron(0 6 ? * MON *)}}")
    assert sandbox.to_text() == untouched.to_text()


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("cron(0 3 * * ? *)", 30),
        ("cron(0 3 1 * ? *)", 64),
        ("cron(0 3 1 1 ? *)", 365),
        ("cron(0 3 ? * MON 2026-2030)", 365),
    ],
    ids=["daily", "monthly", "yearly", "not for ever"],
)
def test_what_is_backed_up_seldom_is_looked_for_longer(schedule: str, days: int) -> None:
    plan = asked("maxAge: 7d", root=ROOT.replace("cron(0 3 * * ? *)", schedule))
    assert plan["RestoreTestingPlan"]["RecoveryPointSelection"]["SelectionWindowDays"] == days


@pytest.mark.parametrize(
    ("type_", "own", "overrides"),
    [
        ("DynamoDB", "{}", {"encryptionType": "KMS", "kmsMasterKeyArn": ALIAS}),
        ("S3", "{}", {"encryptionType": "SSE-KMS", "kmsKey": ALIAS}),
        ("EBS", "{volumeType: gp3}", {"kmsKeyId": ALIAS, "volumeType": "gp3"}),
        ("EBS", "{KMSKEYID: other}", {"KMSKEYID": "other"}),
        ("EFS", "{}", {"kmsKeyId": ALIAS}),
        ("RDS", "{}", {"dbSubnetGroupName": "quiet", "vpcSecurityGroupIds": '["sg-1", "sg-2"]'}),
        ("EC2", "{subnetId: subnet-1}", {"subnetId": "subnet-1", "securityGroupIds": '["sg-1", "sg-2"]'}),
        ("FSx", "{subnetIds: a, securityGroupIds: b}", {"subnetIds": "a", "securityGroupIds": "b"}),
    ],
)
def test_restores_get_key_and_network_of_the_sandbox_and_what_the_type_says(
    type_: str, own: str, overrides: dict[str, str]
) -> None:
    sandbox = f"sandbox: {{kmsKey: {ALIAS}, subnetGroup: quiet, securityGroups: [sg-1, sg-2]}}"
    (selection,) = asked(f"types: {{{type_}: {own}}}, {sandbox}")["Selections"]
    assert selection["RestoreMetadataOverrides"] == overrides


def test_aliases_are_resolved_before_aws_is_asked() -> None:
    found = rendered(f"policy: {{verification: {{{WEEKLY}, sandbox: {{kmsKey: {ALIAS}}}}}}}")
    assert found.key_aliases == (ALIAS,)
    (plan,) = with_keys(found, {ALIAS: KEY}).testing or ()
    assert ALIAS not in plan.to_text()
    assert plan.selections[0]["RestoreMetadataOverrides"]["kmsMasterKeyArn"] == KEY


def test_the_role_is_that_of_the_sandbox() -> None:
    role = "arn:aws:iam::111111111111:role/backup-apps-restore-web"
    assert asked(f"sandbox: {{role: {role}}}")["Selections"][0]["IamRoleArn"] == role


def test_what_is_stored_reads_back() -> None:
    found = rendered(f"policy: {{verification: {{{WEEKLY}}}}}")
    assert DesiredTarget.model_validate_json(found.to_text()) == found
    assert found.target == Target("111111111111", "eu-west-1")


names = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


@given(st.lists(names, min_size=2, max_size=20, unique=True))
def test_no_two_apps_share_a_plan_and_every_name_is_one_that_aws_takes(apps: list[str]) -> None:
    found = [restore_testing.testing_plan_name(one) for one in apps]
    assert len(set(found)) == len(apps)
    assert all(len(one) <= 50 and one.replace("_", "a").isalnum() and one.isascii() for one in found)
