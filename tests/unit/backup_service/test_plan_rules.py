"""What is refused in a plan. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html"""

from typing import Any

import pytest

from .conftest import ACCOUNT, message_of, plan, refused, rule

COPY = {"DestinationBackupVaultArn": f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:acme-us"}
GAP = "Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays"
DELETE_RANGE = "Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days"
COLD_RANGE = "Invalid lifecycle. MoveToColdStorageAfterDays cannot be less than 1 or more than 36500 days"
PITR_RANGE = "Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 35 days"
MONTHLY = "cron(0 5 1 * ? *)"


def lifecycle(cold: int | None = None, delete: int | None = None, **members: Any) -> dict[str, Any]:
    days = {"MoveToColdStorageAfterDays": cold, "DeleteAfterDays": delete}
    return {"Lifecycle": {name: value for name, value in days.items() if value is not None} | members}


ACCEPTED: dict[str, dict[str, Any]] = {
    "no lifecycle": {},
    "delete only": lifecycle(delete=1),
    "the longest": lifecycle(delete=36_500),
    "cold only": lifecycle(cold=30),
    "a gap of 90 days": lifecycle(cold=30, delete=120),
    "for ever, as -1": lifecycle(cold=-1, delete=-1),
    "continuous for a day": {"EnableContinuousBackup": True, **lifecycle(delete=1)},
    "continuous for 35 days": {"EnableContinuousBackup": True, **lifecycle(delete=35)},
    "archive 28 days apart, from February to March": {
        "ScheduleExpression": MONTHLY,
        **lifecycle(cold=30, delete=120, OptInToArchiveForSupportedResources=True),
    },
    "archive once a quarter": {
        "ScheduleExpression": "cron(0 5 1 3,6,9,12 ? *)",
        **lifecycle(cold=30, delete=120, OptInToArchiveForSupportedResources=True),
    },
    "an equal window": {"StartWindowMinutes": 60, "CompletionWindowMinutes": 60},
    "the longest window": {"StartWindowMinutes": 52_560_000},
    "the shortest completion": {"CompletionWindowMinutes": 1},
    "the longest completion": {"CompletionWindowMinutes": 52_560_000},
    "five copies": {"CopyActions": [COPY] * 5},
    "a copy with a lifecycle": {"CopyActions": [COPY | lifecycle(delete=90)]},
    "ten tags": {"RecoveryPointTags": {f"tag{number}": "" for number in range(10)}},
    "an index": {"IndexActions": [{"ResourceTypes": ["S3"]}]},
    "a zone": {"ScheduleExpressionTimezone": "America/New_York"},
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "cold and delete too close": (lifecycle(cold=30, delete=119), GAP),
    "deleted before the first day": (lifecycle(delete=0), DELETE_RANGE),
    "kept too long": (lifecycle(delete=36_501), DELETE_RANGE),
    "cold before the first day": (lifecycle(cold=0, delete=120), COLD_RANGE),
    "half of for ever": (lifecycle(cold=-1, delete=35), COLD_RANGE),
    "the other half of for ever": (lifecycle(cold=30, delete=-1), DELETE_RANGE),
    "for ever without the other half": (lifecycle(delete=-1), DELETE_RANGE),
    "cold too late": (lifecycle(cold=36_501), COLD_RANGE),
    "an event to delete after": (
        lifecycle(delete=35, DeleteAfterEvent="DELETE_AFTER_COPY"),
        "Invalid lifecycle. DeleteAfterEvent is not valid as an input",
    ),
    "continuous and cold": (
        {"EnableContinuousBackup": True, **lifecycle(cold=730, delete=2555)},
        "Invalid lifecycle. MoveToColdStorageAfterDays is unavailable",
    ),
    "continuous for no day": ({"EnableContinuousBackup": True, **lifecycle(delete=0)}, PITR_RANGE),
    "continuous for 36 days": ({"EnableContinuousBackup": True, **lifecycle(delete=36)}, PITR_RANGE),
    "continuous without an end": ({"EnableContinuousBackup": True}, PITR_RANGE),
    "archive every day": (
        lifecycle(cold=30, delete=120, OptInToArchiveForSupportedResources=True),
        "Invalid lifecycle. Archiving needs at least 28 days between backups",
    ),
    "archive that is never cold": (
        {"ScheduleExpression": MONTHLY, **lifecycle(delete=120, OptInToArchiveForSupportedResources=True)},
        "Invalid lifecycle. Archiving needs MoveToColdStorageAfterDays",
    ),
    "a start window under an hour": (
        {"StartWindowMinutes": 59},
        "Invalid start window. It must be from 60 to 52560000 minutes",
    ),
    "a start window over 100 years": (
        {"StartWindowMinutes": 52_560_001},
        "Invalid start window. It must be from 60 to 52560000 minutes",
    ),
    "a completion window of nothing": (
        {"CompletionWindowMinutes": 0},
        "Invalid completion window. It must be from 1 to 52560000 minutes",
    ),
    "a completion window over 100 years": (
        {"CompletionWindowMinutes": 52_560_001},
        "Invalid completion window. It must be from 1 to 52560000 minutes",
    ),
    "completion before start": (
        {"StartWindowMinutes": 120, "CompletionWindowMinutes": 119},
        "Invalid completion window. It must not be shorter than the start window",
    ),
    "a vault that is not there": ({"TargetBackupVaultName": "nowhere"}, "Backup vault nowhere does not exist"),
    "a vault name outside the pattern": (
        {"TargetBackupVaultName": "Random Backups"},
        "Backup vault name Random Backups is not valid",
    ),
    "an air-gapped vault that is not there": (
        {"TargetLogicallyAirGappedBackupVaultArn": "arn:aws:backup:eu-west-1:111111111111:backup-vault:gap"},
        "Logically air-gapped vault arn:aws:backup:eu-west-1:111111111111:backup-vault:gap does not exist",
    ),
    "five fields": (
        {"ScheduleExpression": "cron(0 5 * * ?)"},
        "Invalid schedule expression. cron has six fields (minutes hours day-of-month month day-of-week year), "
        "this has 5: write 'cron(0 3 * * ? *)'",
    ),
    "a rate": (
        {"ScheduleExpression": "rate(1 day)"},
        "Invalid schedule expression. rate() is not a schedule of AWS Backup; "
        "write 'cron(0 3 * * ? *)' for every day at 03:00",
    ),
    "twice an hour": (
        {"ScheduleExpression": "cron(0,30 * * * ? *)"},
        "Invalid schedule expression. It runs more than once an hour",
    ),
    "an unknown zone": ({"ScheduleExpressionTimezone": "Mars/Base"}, "Invalid time zone Mars/Base"),
    "a zone that is a path": ({"ScheduleExpressionTimezone": "../etc"}, "Invalid time zone ../etc"),
    "six copies": ({"CopyActions": [COPY] * 6}, "A rule has at most 5 copy actions, not 6"),
    "a copy to no vault": (
        {"CopyActions": [{"DestinationBackupVaultArn": "acme-us"}]},
        "acme-us is not the ARN of a backup vault",
    ),
    "a copy with a bad lifecycle": ({"CopyActions": [COPY | lifecycle(cold=30, delete=60)]}, GAP),
    "eleven tags": (
        {"RecoveryPointTags": {f"tag{number}": "" for number in range(11)}},
        "A rule has at most 10 recovery point tags, not 11",
    ),
    "a reserved tag": ({"RecoveryPointTags": {"aws:x": ""}}, "The tag 'aws:x' is not valid"),
    "two index actions": (
        {"IndexActions": [{"ResourceTypes": ["S3"]}, {"ResourceTypes": ["EBS"]}]},
        "A rule has at most one index action, of one resource type, EBS or S3",
    ),
    "an index of what can't be searched": (
        {"IndexActions": [{"ResourceTypes": ["RDS"]}]},
        "A rule has at most one index action, of one resource type, EBS or S3",
    ),
}


CITED_BY_ACCEPTED = {
    "an equal window": "rule-start-window",
    "the longest window": "rule-start-window",
    "the shortest completion": "rule-windows-in-order",
    "the longest completion": "rule-windows-in-order",
    "a zone": "rule-zone",
    "archive 28 days apart, from February to March": "rule-archive-gap",
    "archive once a quarter": "rule-archive-gap",
    "a gap of 90 days": "lifecycle-gap",
    "delete only": "lifecycle-range",
    "the longest": "lifecycle-range",
    "cold only": "lifecycle-range",
    "no lifecycle": "lifecycle-range",
    "for ever, as -1": "lifecycle-for-ever",
    "continuous for a day": "continuous-retention",
    "continuous for 35 days": "continuous-retention",
    "an index": "rule-index",
    "five copies": "quota-rules",
    "ten tags": "quota-rules",
    "a copy with a lifecycle": "rule-copies-refused",
}
"""The behaviours of the catalogue that each case is of."""


@pytest.mark.behaviour(cases=CITED_BY_ACCEPTED)
@pytest.mark.parametrize("members", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(backup: Any, vault: str, members: dict[str, Any]) -> None:
    made = backup.create_backup_plan(BackupPlan=plan(rule(**members)))
    (seen,) = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])["BackupPlan"]["Rules"]
    assert seen.items() >= members.items()


CITED_BY_REFUSED = {
    "a start window under an hour": "rule-start-window",
    "a start window over 100 years": "rule-start-window",
    "completion before start": "rule-windows-in-order",
    "a completion window of nothing": "rule-windows-in-order",
    "a vault name outside the pattern": "rule-vault-name",
    "an unknown zone": "rule-zone",
    "a zone that is a path": "rule-zone",
    "an air-gapped vault that is not there": "rule-air-gapped",
    "five fields": "rule-cron-has-six-fields",
    "a rate": "rule-cron-has-six-fields",
    "twice an hour": "rule-once-an-hour",
    "archive every day": "rule-archive-gap",
    "a vault that is not there": "rule-vault-exists",
    "cold and delete too close": "lifecycle-gap lifecycle-gap-words",
    "deleted before the first day": "lifecycle-range lifecycle-range-words",
    "kept too long": "lifecycle-range lifecycle-range-words",
    "cold before the first day": "lifecycle-range",
    "half of for ever": "lifecycle-for-ever",
    "the other half of for ever": "lifecycle-for-ever",
    "for ever without the other half": "lifecycle-for-ever",
    "cold too late": "lifecycle-range",
    "an event to delete after": "lifecycle-delete-after-event",
    "archive that is never cold": "lifecycle-archive-opt-in",
    "continuous and cold": "lifecycle-continuous-words",
    "continuous for no day": "continuous-retention",
    "continuous for 36 days": "continuous-retention",
    "continuous without an end": "continuous-retention",
    "two index actions": "rule-index",
    "an index of what can't be searched": "rule-index",
    "a reserved tag": "tags-bounds",
    "six copies": "quota-rules",
    "eleven tags": "quota-rules",
    "a copy to no vault": "rule-copies-refused",
    "a copy with a bad lifecycle": "rule-copies-refused",
}
"""The behaviours of the catalogue that each case is of."""


@pytest.mark.behaviour("error-in-a-rule")
@pytest.mark.behaviour(cases=CITED_BY_REFUSED)
@pytest.mark.parametrize(("members", "breach"), REFUSED.values(), ids=REFUSED)
def test_refused(backup: Any, vault: str, members: dict[str, Any], breach: str) -> None:
    answer = refused(backup.create_backup_plan, BackupPlan=plan(rule(**members)))
    assert answer["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": f"Error in rule nightly : {breach}",
    }
    assert backup.list_backup_plans()["BackupPlansList"] == []


@pytest.mark.behaviour("lifecycle-gap")
def test_the_same_is_refused_in_an_update(backup: Any, plan_id: str) -> None:
    bad = plan(rule(**lifecycle(cold=30, delete=60)))
    message = message_of(backup.update_backup_plan, BackupPlanId=plan_id, BackupPlan=bad)
    assert message == f"Error in rule nightly : {GAP}"


@pytest.mark.behaviour("plan-name-pattern", "plan-advanced-settings", "quota-rules")
@pytest.mark.parametrize(
    "body",
    [
        plan(name=""),
        plan(name="a" * 51),
        plan(name="with space"),
        {"BackupPlanName": "empty", "Rules": []},
        plan(*[rule(RuleName=f"r{number}") for number in range(11)]),
        plan(rule(), rule(StartWindowMinutes=60)),
        plan(rule(RuleName="with space")),
        plan(AdvancedBackupSettings=[{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "maybe"}}]),
        plan(AdvancedBackupSettings=[{"ResourceType": "EC2", "BackupOptions": {"BackupACLs": "disabled"}}]),
        plan(AdvancedBackupSettings=[{"ResourceType": "RDS", "BackupOptions": {}}]),
    ],
    ids=["no name", "long name", "name", "no rules", "11 rules", "twins", "rule name", "value", "option", "type"],
)
def test_a_plan_is_refused_as_a_whole(backup: Any, vault: str, body: dict[str, Any]) -> None:
    assert refused(backup.create_backup_plan, BackupPlan=body)["Error"]["Code"] == "InvalidParameterValueException"


@pytest.mark.behaviour("plan-advanced-settings", "quota-rules")
def test_ten_rules_and_the_s3_options_are_accepted(backup: Any, vault: str) -> None:
    options = [{"ResourceType": "S3", "BackupOptions": {"BackupACLs": "disabled", "BackupObjectTags": "enabled"}}]
    rules = [rule(RuleName=f"r{number}") for number in range(10)]
    made = backup.create_backup_plan(BackupPlan=plan(*rules, AdvancedBackupSettings=options))
    assert made["AdvancedBackupSettings"] == options
