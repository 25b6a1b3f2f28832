"""Plans at work: when rules run, and for which resources.

https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backup_apps_local.backup.resource_types import RESTORE_TEST

from .conftest import ACCOUNT, BEGINNING, BUCKET, DATABASE, FILES, REGION, TABLE, VOLUME, Story, refusal, rule

TAGGED = {"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}]}


def moments(story: Story) -> list[str]:
    return sorted({f"{point['CreationDate'].astimezone(UTC):%m-%d %H:%M}" for point in story.points()})


def backed_up(story: Story) -> set[str]:
    return {point["ResourceArn"] for point in story.points()}


@pytest.mark.behaviour("rule-tags", "plan-makes-points-that-know-it")
def test_a_rule_makes_recovery_points_that_know_it(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointCreator.html"""
    plan_id = story.plan(rule(Lifecycle={"DeleteAfterDays": 35}, RecoveryPointTags={"rule": "n"}))
    story.advance(days=1)
    plan = story.client().get_backup_plan(BackupPlanId=plan_id)
    assert plan["LastExecutionDate"] == BEGINNING + timedelta(hours=3)
    point = next(each for each in story.points() if each["ResourceArn"] == TABLE)
    assert point["CreatedBy"] == {
        "BackupPlanId": plan_id,
        "BackupPlanArn": plan["BackupPlanArn"],
        "BackupPlanName": "plan",
        "BackupPlanVersion": plan["VersionId"],
        "BackupRuleId": plan["BackupPlan"]["Rules"][0]["RuleId"],
        "BackupRuleName": "nightly",
        "BackupRuleCron": "cron(0 3 * * ? *)",
        "BackupRuleTimezone": "Etc/UTC",
    }
    assert story.client().list_tags(ResourceArn=point["RecoveryPointArn"])["Tags"]["rule"] == "n"
    by_plan = story.client().list_recovery_points_by_backup_vault(BackupVaultName="acme", ByBackupPlanId=plan_id)
    assert len(by_plan["RecoveryPoints"]) == len(story.points())


@pytest.mark.behaviour("rule-default-schedule")
def test_without_a_schedule_a_rule_runs_at_five_utc(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html, ScheduleExpression"""
    story.plan({"RuleName": "default", "TargetBackupVaultName": "acme"})
    story.advance(days=2)
    assert moments(story) == ["01-01 05:00", "01-02 05:00"]


@pytest.mark.behaviour("rule-zone")
def test_a_rule_keeps_to_its_time_zone_through_summer_time(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html, ScheduleExpressionTimezone"""
    story.advance(to=datetime(2026, 3, 28, 12, tzinfo=UTC))
    story.plan(rule(schedule="cron(30 2 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin"))
    story.advance(to=datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert moments(story) == ["03-30 00:30", "03-31 00:30"]


@pytest.mark.behaviour("plan-update-counts-from-now")
def test_the_new_version_of_a_plan_counts_from_now_on(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/updating-a-backup-plan.html: backups made stay"""
    plan_id = story.plan(rule(Lifecycle={"DeleteAfterDays": 30}))
    story.advance(days=1)
    body = {"BackupPlanName": "plan", "Rules": [rule(schedule="cron(0 9 * * ? *)", Lifecycle={"DeleteAfterDays": 5})]}
    story.client().update_backup_plan(BackupPlanId=plan_id, BackupPlan=body)
    story.advance(days=1)
    assert moments(story) == ["01-01 03:00", "01-02 09:00"]
    assert [point["Lifecycle"]["DeleteAfterDays"] for point in story.points() if point["ResourceArn"] == TABLE] == [
        5,
        30,
    ]


@pytest.mark.behaviour("plan-deleted-runs-no-more")
def test_a_deleted_plan_runs_no_more(story: Story) -> None:
    plan_id = story.plan(rule())
    story.advance(days=1)
    (selection,) = story.client().list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    story.client().delete_backup_selection(BackupPlanId=plan_id, SelectionId=selection["SelectionId"])
    story.advance(days=1)
    story.client().delete_backup_plan(BackupPlanId=plan_id)
    story.advance(days=1)
    assert moments(story) == ["01-01 03:00"]


LONG, SHORT = {"DeleteAfterDays": 90}, {"DeleteAfterDays": 7}


@pytest.mark.behaviour("rules-that-overlap")
def test_of_overlapping_rules_the_one_that_keeps_longer_runs(story: Story) -> None:
    """AWS takes "a backup for the rule with the longer retention time", and counts "the full start
    window": https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
    """
    story.plan(
        rule("daily", "cron(0 3 * * ? *)", Lifecycle=SHORT),
        rule("weekly", "cron(30 3 ? * SUN *)", Lifecycle=LONG),
        selection={"Resources": [TABLE]},
    )
    story.advance(days=4)
    assert [point["CreatedBy"]["BackupRuleName"] for point in reversed(story.points())] == ["daily"] * 3 + ["weekly"]


@pytest.mark.behaviour("rules-that-touch")
def test_rules_whose_windows_only_touch_do_not_overlap(story: Story) -> None:
    story.plan(
        rule("daily", "cron(0 3 * * ? *)", Lifecycle=SHORT),
        rule("weekly", "cron(0 4 ? * SUN *)", Lifecycle=LONG),
        selection={"Resources": [TABLE]},
    )
    story.advance(days=4)
    assert [point["CreatedBy"]["BackupRuleName"] for point in story.points()].count("daily") == 4
    assert len(story.points()) == 5


@pytest.mark.behaviour("rules-that-overlap")
def test_of_equal_retention_one_runs_and_rules_of_other_plans_do_not_matter(story: Story) -> None:
    rules = [rule(name, Lifecycle=SHORT) for name in ("first", "second")]
    story.plan(*rules, selection={"Resources": [TABLE]})
    story.plan(rule("other", Lifecycle=LONG), selection={"Resources": [TABLE]})
    story.advance(days=1)
    assert sorted(point["CreatedBy"]["BackupRuleName"] for point in story.points()) == ["first", "other"]


SELECTIONS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "everything is what the region opted in to": ({"Resources": ["*"]}, {TABLE, VOLUME, DATABASE, FILES}),
    "a tag, as far as its type is opted in": (TAGGED, {TABLE}),
    "an ARN goes before the opt-in": ({"Resources": ["arn:aws:s3:::*"]}, {BUCKET}),
    "ARNs or tags": ({"Resources": [VOLUME], **TAGGED}, {VOLUME, TABLE}),
    "but not those": ({"Resources": ["*"], "NotResources": ["arn:aws:ec2:*:*:volume/*", TABLE]}, {DATABASE, FILES}),
    "keys of tags have their case": (
        {"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "Backup", "ConditionValue": "daily"}]},
        {VOLUME},
    ),
    "a key with the prefix of conditions fits nothing": (
        {
            "ListOfTags": [
                {"ConditionType": "STRINGEQUALS", "ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}
            ]
        },
        set(),
    ),
    "conditions must all hold": (
        {
            "Resources": ["*"],
            "Conditions": {
                "StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}],
                "StringLike": [{"ConditionKey": "aws:ResourceTag/app", "ConditionValue": "sh*"}],
            },
        },
        {TABLE},
    ),
    "a negated condition holds for a tag that is not there": (
        {
            "Resources": ["*"],
            "Conditions": {
                "StringNotEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}],
                "StringNotLike": [{"ConditionKey": "aws:ResourceTag/Backup", "ConditionValue": "d*"}],
            },
        },
        {DATABASE, FILES},
    ),
}


@pytest.mark.behaviour(
    "selection-arns-or-tags", "selection-condition-keys", "selection-is-looked-up-at-the-run", "opt-in-decides-for-tags"
)
@pytest.mark.parametrize(("selection", "expected"), SELECTIONS.values(), ids=SELECTIONS)
def test_what_a_selection_assigns(story: Story, selection: dict[str, Any], expected: set[str]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html and, of the opt-in,
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
    """
    story.plan(rule(), selection=selection)
    story.advance(days=1)
    assert backed_up(story) == expected


CLUSTERS = {
    name: f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:{name.lower()}" for name in ("Aurora", "DocumentDB", "Neptune")
}


@pytest.mark.behaviour("opt-in-of-clusters")
@pytest.mark.parametrize("name", CLUSTERS)
def test_clusters_are_backed_up_only_where_they_are_opted_in_though_an_arn_names_them(story: Story, name: str) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-supported-services.html"""
    story.cloud.add(ACCOUNT, REGION, CLUSTERS[name], type=name)
    story.client().update_region_settings(ResourceTypeOptInPreference={name: False, "RDS": False})
    story.plan(rule(), selection={"Resources": [CLUSTERS[name], DATABASE]})
    story.advance(days=1)
    assert backed_up(story) == {DATABASE}
    story.client().update_region_settings(ResourceTypeOptInPreference={name: True})
    story.advance(days=1)
    assert backed_up(story) == {DATABASE, CLUSTERS[name]}


@pytest.mark.behaviour("selection-is-looked-up-at-the-run")
def test_what_is_new_or_tagged_since_is_in_the_next_run(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html"""
    story.plan(rule(), selection=TAGGED)
    story.advance(days=1)
    new = TABLE.replace("orders", "new")
    story.cloud.add(ACCOUNT, REGION, new, tags={"backup": "daily"})
    story.cloud.add(ACCOUNT, REGION, TABLE, tags={"backup": "never"})
    story.advance(days=1)
    assert [point["ResourceArn"] for point in story.points()] == [new, TABLE]


@pytest.mark.behaviour("rules-continuous-apart")
def test_a_continuous_rule_and_a_snapshot_at_the_same_time_both_run(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/understanding-backup-plan-summaries.html"""
    story.plan(
        rule("continuous", EnableContinuousBackup=True, Lifecycle=SHORT),
        rule("snapshots", Lifecycle=LONG),
        selection={"Resources": [DATABASE]},
    )
    story.advance(days=1)
    assert sorted(point["Status"] for point in story.points()) == ["AVAILABLE", "COMPLETED"]


@pytest.mark.behaviour("opt-in-decides-for-tags")
def test_opting_in_and_out_is_silent_and_of_the_region(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/service-opt-in.html"""
    story.client().update_region_settings(ResourceTypeOptInPreference={"S3": True, "DynamoDB": False})
    story.plan(rule(), selection=TAGGED)
    story.advance(days=1)
    assert backed_up(story) == {BUCKET}
    assert {job["State"] for job in story.client().list_backup_jobs()["BackupJobs"]} == {"COMPLETED"}


@pytest.mark.behaviour("selection-once")
def test_a_resource_that_two_selections_assign_is_backed_up_once(story: Story) -> None:
    plan_id = story.plan(rule(), selection={"Resources": [TABLE]})
    second = {"SelectionName": "two", "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/two", "Resources": [TABLE]}
    story.client().create_backup_selection(BackupPlanId=plan_id, BackupSelection=second)
    story.advance(days=1)
    assert len(story.points()) == 1


@pytest.mark.behaviour("test-is-not-backed-up")
def test_what_a_restore_test_made_is_left_out(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html"""
    restored = f"{TABLE}-restored"
    story.cloud.add(ACCOUNT, REGION, restored, tags={RESTORE_TEST: "x"})
    story.plan(rule())
    story.advance(days=1)
    assert restored not in backed_up(story)


@pytest.mark.behaviour("continuous-is-one-point", "point-disassociated", "update-not-of-continuous")
def test_a_continuous_rule_has_one_recovery_point_and_snapshots_for_the_rest(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html"""
    story.plan(
        rule(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 35}), selection={"Resources": [DATABASE, TABLE]}
    )
    story.advance(days=60)
    (continuous,) = [point for point in story.points() if point["ResourceArn"] == DATABASE]
    assert continuous["Status"] == "AVAILABLE"
    assert ":recovery-point:continuous:" in continuous["RecoveryPointArn"]
    assert len([point for point in story.points() if point["ResourceArn"] == TABLE]) == 35
    known = {"BackupVaultName": "acme", "RecoveryPointArn": continuous["RecoveryPointArn"]}
    assert refusal(story.client().update_recovery_point_lifecycle, **known, Lifecycle={"DeleteAfterDays": 1}) == (
        "InvalidRequestException"
    )
    story.client().disassociate_recovery_point(**known)
    story.advance(days=1)
    (renewed,) = [point for point in story.points() if point["ResourceArn"] == DATABASE]
    assert renewed["RecoveryPointArn"] != continuous["RecoveryPointArn"]
