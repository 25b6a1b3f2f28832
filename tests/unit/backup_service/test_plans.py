"""Plans and their versions. https://docs.aws.amazon.com/aws-backup/latest/devguide/about-backup-plans.html"""

from datetime import UTC, datetime
from typing import Any

import pytest

from backup_apps_local.backup.client import client
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.service import BackupService

from .conftest import ACCOUNT, REGION, Clock, code_of, message_of, plan, refused, rule, selection

VSS = [{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}]


@pytest.mark.behaviour("plan-reads-back")
def test_a_whole_plan_reads_back_with_a_rule_id(backup: Any, vault: str) -> None:
    written = rule(
        ScheduleExpression="cron(0 3 * * ? *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        StartWindowMinutes=60,
        CompletionWindowMinutes=480,
        Lifecycle={"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120},
        RecoveryPointTags={"tier": "gold"},
        EnableContinuousBackup=False,
        CopyActions=[
            {
                "DestinationBackupVaultArn": f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:acme-us",
                "Lifecycle": {"DeleteAfterDays": 90},
            }
        ],
    )
    made = backup.create_backup_plan(BackupPlan=plan(written))
    seen = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])
    rule_id = seen["BackupPlan"]["Rules"][0].pop("RuleId")
    assert rule_id
    assert seen["BackupPlan"] == plan(written)
    assert seen["BackupPlanArn"] == f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:{made['BackupPlanId']}"
    assert (seen["BackupPlanId"], seen["VersionId"]) == (made["BackupPlanId"], made["VersionId"])
    assert seen["CreationDate"] == made["CreationDate"]


@pytest.mark.behaviour("rule-default-windows")
def test_what_a_rule_leaves_out_reads_back_as_the_default(backup: Any, plan_id: str) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html"""
    (seen,) = backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlan"]["Rules"]
    assert seen == rule(
        RuleId=seen["RuleId"],
        ScheduleExpression="cron(0 5 ? * * *)",
        ScheduleExpressionTimezone="Etc/UTC",
        StartWindowMinutes=480,
        CompletionWindowMinutes=10_080,
        EnableContinuousBackup=False,
    )


@pytest.mark.behaviour("plan-advanced-settings-beside")
def test_advanced_settings_stand_beside_the_plan_and_not_in_it(backup: Any, vault: str) -> None:
    made = backup.create_backup_plan(BackupPlan=plan(AdvancedBackupSettings=VSS))
    seen = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])
    assert seen["AdvancedBackupSettings"] == made["AdvancedBackupSettings"] == VSS
    assert "AdvancedBackupSettings" not in seen["BackupPlan"]
    assert backup.list_backup_plans()["BackupPlansList"][0]["AdvancedBackupSettings"] == VSS


@pytest.mark.behaviour("plan-tags")
def test_tags_are_set_on_creation(backup: Any, vault: str) -> None:
    made = backup.create_backup_plan(BackupPlan=plan(), BackupPlanTags={"backup-apps:bundle": "acme"})
    assert backup.list_tags(ResourceArn=made["BackupPlanArn"])["Tags"] == {"backup-apps:bundle": "acme"}


@pytest.mark.behaviour("plan-request-id-pattern")
def test_a_request_id_outside_its_alphabet_is_refused(backup: Any, vault: str) -> None:
    request = {"BackupPlan": plan(), "CreatorRequestId": "with space"}
    assert code_of(backup.create_backup_plan, **request) == "InvalidParameterValueException"


@pytest.mark.behaviour("plan-retry")
def test_a_known_request_id_answers_with_its_plan(backup: Any, vault: str) -> None:
    first = backup.create_backup_plan(BackupPlan=plan(), CreatorRequestId="one")
    again = backup.create_backup_plan(BackupPlan=plan(name="other"), CreatorRequestId="one")
    assert again["BackupPlanId"] == first["BackupPlanId"]
    assert len(backup.list_backup_plans()["BackupPlansList"]) == 1


@pytest.mark.behaviour("plan-twin-is-refused")
def test_an_equal_body_is_refused_and_an_equal_name_is_not(backup: Any, vault: str) -> None:
    """https://github.com/ansible/ansible/pull/53655"""
    first = backup.create_backup_plan(BackupPlan=plan())
    answer = refused(backup.create_backup_plan, BackupPlan=plan(rule(StartWindowMinutes=480)))
    assert answer["Error"]["Code"] == "AlreadyExistsException"
    assert answer["Error"]["Message"] == "Backup plan with the same plan document already exists"
    assert answer["Arn"] == first["BackupPlanArn"]
    second = backup.create_backup_plan(BackupPlan=plan(rule(StartWindowMinutes=60)))
    assert second["BackupPlanId"] != first["BackupPlanId"]


@pytest.mark.behaviour("plan-twin-is-refused")
def test_the_body_of_a_deleted_plan_can_be_made_again(backup: Any, plan_id: str) -> None:
    backup.delete_backup_plan(BackupPlanId=plan_id)
    assert backup.create_backup_plan(BackupPlan=plan())["BackupPlanId"] != plan_id


@pytest.mark.behaviour("plan-update-is-a-version", "plan-versions-listed")
def test_an_update_is_a_new_version_and_earlier_ones_can_be_read(backup: Any, plan_id: str, clock: Clock) -> None:
    first = backup.get_backup_plan(BackupPlanId=plan_id)
    clock.advance(hours=1)
    updated = backup.update_backup_plan(
        BackupPlanId=plan_id, BackupPlan=plan(rule(StartWindowMinutes=60), rule(RuleName="weekly"))
    )
    now = backup.get_backup_plan(BackupPlanId=plan_id)
    before = backup.get_backup_plan(BackupPlanId=plan_id, VersionId=first["VersionId"])
    assert now["VersionId"] == updated["VersionId"] != first["VersionId"]
    assert [each["StartWindowMinutes"] for each in now["BackupPlan"]["Rules"]] == [60, 480]
    assert now["BackupPlan"]["Rules"][0]["RuleId"] == first["BackupPlan"]["Rules"][0]["RuleId"]
    assert before["BackupPlan"] == first["BackupPlan"]
    versions = backup.list_backup_plan_versions(BackupPlanId=plan_id)["BackupPlanVersionsList"]
    assert [each["VersionId"] for each in versions] == [first["VersionId"], updated["VersionId"]]
    assert [each["CreationDate"].hour for each in versions] == [12, 13]


@pytest.mark.behaviour("plan-update-is-a-version")
def test_an_update_with_the_same_body_is_still_a_new_version(backup: Any, plan_id: str) -> None:
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=plan())
    assert len(backup.list_backup_plan_versions(BackupPlanId=plan_id)["BackupPlanVersionsList"]) == 2


@pytest.mark.behaviour("plan-update-leaves-tags")
def test_an_update_leaves_the_tags_alone(backup: Any, vault: str) -> None:
    made = backup.create_backup_plan(BackupPlan=plan(), BackupPlanTags={"tier": "gold"})
    backup.update_backup_plan(BackupPlanId=made["BackupPlanId"], BackupPlan=plan(name="renamed"))
    assert backup.list_tags(ResourceArn=made["BackupPlanArn"])["Tags"] == {"tier": "gold"}
    assert backup.list_backup_plans()["BackupPlansList"][0]["BackupPlanName"] == "renamed"


@pytest.mark.behaviour("plan-update-is-all-or-nothing")
def test_a_refused_update_changes_nothing(backup: Any, plan_id: str) -> None:
    before = backup.get_backup_plan(BackupPlanId=plan_id)
    bad = plan(rule(TargetBackupVaultName="nowhere"))
    assert code_of(backup.update_backup_plan, BackupPlanId=plan_id, BackupPlan=bad) == "InvalidParameterValueException"
    assert backup.get_backup_plan(BackupPlanId=plan_id)["VersionId"] == before["VersionId"]


@pytest.mark.behaviour("plan-deleted-after-selections")
def test_selections_are_deleted_before_their_plan(backup: Any, plan_id: str) -> None:
    made = backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection())
    answer = refused(backup.delete_backup_plan, BackupPlanId=plan_id)
    assert answer["Error"]["Code"] == "InvalidRequestException"
    assert answer["Error"]["Message"].startswith("Related backup plan selections must be deleted prior to backup")
    backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=made["SelectionId"])
    backup.delete_backup_plan(BackupPlanId=plan_id)
    assert backup.list_backup_plans()["BackupPlansList"] == []


@pytest.mark.behaviour("plan-deleted-keeps-versions", "plans-listed")
def test_a_deleted_plan_is_found_by_its_earlier_versions_only(backup: Any, plan_id: str, clock: Clock) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html"""
    first = backup.get_backup_plan(BackupPlanId=plan_id)["VersionId"]
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=plan(name="last"))
    gone = backup.delete_backup_plan(BackupPlanId=plan_id)
    assert gone["DeletionDate"] == clock.now
    assert code_of(backup.get_backup_plan, BackupPlanId=plan_id) == "ResourceNotFoundException"
    last = {"BackupPlanId": plan_id, "VersionId": gone["VersionId"]}
    assert code_of(backup.get_backup_plan, **last) == "ResourceNotFoundException"
    assert backup.get_backup_plan(BackupPlanId=plan_id, VersionId=first)["DeletionDate"] == clock.now
    versions = backup.list_backup_plan_versions(BackupPlanId=plan_id)["BackupPlanVersionsList"]
    assert [each["VersionId"] for each in versions] == [first]
    (listed,) = backup.list_backup_plans(IncludeDeleted=True)["BackupPlansList"]
    assert (listed["BackupPlanName"], listed["DeletionDate"]) == ("last", clock.now)
    once = backup.create_backup_plan(BackupPlan=plan(name="once"))["BackupPlanId"]
    backup.delete_backup_plan(BackupPlanId=once)
    assert code_of(backup.list_backup_plan_versions, BackupPlanId=once) == "ResourceNotFoundException"
    for again in (backup.delete_backup_plan, backup.list_backup_selections):
        assert code_of(again, BackupPlanId=plan_id) in ("ResourceNotFoundException", "InvalidParameterValueException")


@pytest.mark.behaviour("plan-unknown-is-not-found")
def test_unknown_plans_and_versions_are_not_found(backup: Any, plan_id: str) -> None:
    for call in (backup.get_backup_plan, backup.delete_backup_plan, backup.list_backup_plan_versions):
        assert code_of(call, BackupPlanId="nowhere") == "ResourceNotFoundException"
    assert code_of(backup.update_backup_plan, BackupPlanId="nowhere", BackupPlan=plan()) == "ResourceNotFoundException"
    assert code_of(backup.get_backup_plan, BackupPlanId=plan_id, VersionId="x") == "ResourceNotFoundException"


@pytest.mark.behaviour("plan-preview")
def test_the_next_runs_of_all_rules_are_previewed_in_order(backup: Any, vault: str) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ScheduledPlanExecutionMember.html"""
    rules = (
        rule(ScheduleExpression="cron(0 3 * * ? *)"),
        rule(
            RuleName="pitr",
            ScheduleExpression="cron(0 4 * * ? *)",
            EnableContinuousBackup=True,
            Lifecycle={"DeleteAfterDays": 35},
        ),
    )
    made = backup.create_backup_plan(BackupPlan=plan(*rules))
    seen = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"], MaxScheduledRunsPreview=3)
    runs = [(run["ExecutionTime"], run["RuleExecutionType"]) for run in seen["ScheduledRunsPreview"]]
    assert runs == [
        (datetime(2026, 1, 2, 3, tzinfo=UTC), "SNAPSHOTS"),
        (datetime(2026, 1, 2, 4, tzinfo=UTC), "CONTINUOUS_AND_SNAPSHOTS"),
        (datetime(2026, 1, 3, 3, tzinfo=UTC), "SNAPSHOTS"),
    ]
    plain = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])
    assert "ScheduledRunsPreview" not in plain
    too_many = {"BackupPlanId": made["BackupPlanId"], "MaxScheduledRunsPreview": 11}
    assert code_of(backup.get_backup_plan, **too_many) == "InvalidParameterValueException"


@pytest.mark.behaviour("quota-plans")
def test_quotas_of_plans_and_versions_hold(clock: Clock) -> None:
    backup = client(BackupService(clock, Quotas(plans=1, versions_per_plan=2)), ACCOUNT, REGION)
    backup.create_backup_vault(BackupVaultName="acme")
    plan_id = backup.create_backup_plan(BackupPlan=plan())["BackupPlanId"]
    assert code_of(backup.create_backup_plan, BackupPlan=plan(name="second")) == "LimitExceededException"
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=plan())
    third = {"BackupPlanId": plan_id, "BackupPlan": plan()}
    assert message_of(backup.update_backup_plan, **third) == "A backup plan has at most 2 versions"
    backup.delete_backup_plan(BackupPlanId=plan_id)
    backup.create_backup_plan(BackupPlan=plan(name="second"))
