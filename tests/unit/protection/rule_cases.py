"""A change for each class that a rule can give."""

from typing import Any, NamedTuple

from backup_apps.domain.changes import Create, Keep, Kind, Prune, Update, Write
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.classes import Class
from protection.written_changes import (
    COPY,
    DELETE,
    DR,
    S3,
    SHOP,
    TABLES,
    at,
    copied,
    kept,
    of_lock,
    of_plan,
    of_points,
    of_policy,
    of_region,
    of_rule,
    of_tested,
    of_tests,
    of_vault,
    plan_update,
    resources,
    setting,
    statement,
    telling,
)
from sync.targets import (
    TOPIC,
    live,
    live_plan,
    live_selection,
    plan,
    rule,
    selection,
)

STRENGTHENS, NEUTRAL, WEAKENS, IRREVERSIBLE = Class.STRENGTHENS, Class.NEUTRAL, Class.WEAKENS, Class.IRREVERSIBLE


class Case(NamedTuple):
    number: str
    class_: Class
    says: str
    change: Write | Keep
    live: LiveTarget = live()
    others: tuple[Write, ...] = ()


def replaced(old: dict[str, Any], *new: dict[str, Any], unread: bool = False) -> Case:
    """An old selection that goes while new ones come; the case is about the old one."""
    goes = Prune(kind=Kind.SELECTION, name="shop-daily", item=old["SelectionName"], before=None if unread else old)
    comes = tuple(Create(kind=Kind.SELECTION, name="shop-daily", item=one["SelectionName"], after=one) for one in new)
    there = live(live_plan(plan(selections=[]), selections=(live_selection(old),)))
    return Case("", NEUTRAL, "", goes, there, comes)


def goes(class_: Class, says: str, old: dict[str, Any], *new: dict[str, Any], unread: bool = False) -> Case:
    return replaced(old, *new, unread=unread)._replace(number="C201", class_=class_, says=says)


def comes(class_: Class, says: str, new: dict[str, Any], *old: dict[str, Any]) -> Case:
    change = Create(kind=Kind.SELECTION, name="shop-daily", item=new["SelectionName"], after=new)
    there = live(live_plan(plan(selections=[]), selections=tuple(live_selection(one) for one in old)))
    return Case("C200", class_, says, change, there)


CASES = [
    Case("C001", NEUTRAL, "stays", Keep(kind=Kind.VAULT, name="old", before={}, reason="orphaned")),
    Case("C002", WEAKENS, "not known", of_vault(Kind.REGION_SETTINGS, {}, {})),
    Case("C100", STRENGTHENS, "is new", Create(kind=Kind.PLAN, name="p", after={"BackupPlan": {"Rules": [rule()]}})),
    Case("C100", IRREVERSIBLE, "deleted", Prune(kind=Kind.PLAN, name="p", before={"BackupPlan": None})),
    Case("C101", STRENGTHENS, "rule weekly is new", plan_update([rule()], [rule(), rule("weekly")])),
    Case("C101", WEAKENS, "rule weekly is gone", plan_update([rule(), rule("weekly")], [rule()])),
    Case("C101", NEUTRAL, "nightly is called daily now", plan_update([rule()], [rule("daily")])),
    Case(
        "C102",
        STRENGTHENS,
        "WindowsVSS of EC2 is enabled, not disabled",
        of_plan({}, {"AdvancedBackupSettings": [setting("EC2", "WindowsVSS", "enabled")]}),
    ),
    Case(
        "C102",
        WEAKENS,
        "WindowsVSS of EC2 is disabled, not enabled",
        of_plan({"AdvancedBackupSettings": [setting("EC2", "WindowsVSS", "enabled")]}, {}),
    ),
    Case(
        "C102",
        WEAKENS,
        "BackupACLs of S3 is disabled, not not set",
        of_plan({}, {"AdvancedBackupSettings": [setting("S3", "BackupACLs", "disabled")]}),
    ),
    Case("C103", STRENGTHENS, "every 12 h at the longest, not every 24 h", of_rule(at("3"), at("3,15"))),
    Case("C103", WEAKENS, "every 7 days at the longest, not every 24 h", of_rule(at("3"), at("3", "?", "SUN"))),
    Case("C103", WEAKENS, "runs at", of_rule(at("3"), at("3", year="2027"))),
    Case("C103", NEUTRAL, "runs at", of_rule(at("3"), at("5"))),
    Case(
        "C104",
        NEUTRAL,
        "clock of Etc/UTC, not Europe/Athens",
        of_rule({"ScheduleExpressionTimezone": "Europe/Athens"}, {}),
    ),
    Case("C104", WEAKENS, "may skip a run", of_rule({}, {"ScheduleExpressionTimezone": "Europe/Athens"})),
    Case("C104", NEUTRAL, "clock of", of_rule(at("12"), {**at("12"), "ScheduleExpressionTimezone": "Europe/Athens"})),
    Case("C105", WEAKENS, "into vault other, not primary", of_rule({}, {"TargetBackupVaultName": "other"})),
    Case("C106", STRENGTHENS, "any point in time", of_rule({}, {"EnableContinuousBackup": True})),
    Case("C106", WEAKENS, "no longer can restore", of_rule({"EnableContinuousBackup": True}, {})),
    Case("C107", WEAKENS, "a job 1h to start, not 2h; a job", of_rule({"StartWindowMinutes": 120}, {})),
    Case("C107", NEUTRAL, "a job 2h to start, not 1h", of_rule({}, {"StartWindowMinutes": 120})),
    Case(
        "C107",
        NEUTRAL,
        "a job 8d to complete",
        of_rule({"CompletionWindowMinutes": 12960}, {"CompletionWindowMinutes": 11520}),
    ),
    Case("C108", STRENGTHENS, f"copies to {DR}, kept 90 days", of_rule({}, copied(DR))),
    Case("C108", WEAKENS, f"copies no more to {DR}", of_rule(copied(DR), {})),
    Case("C109", WEAKENS, "changes IndexActions", of_rule({"IndexActions": [{"ResourceTypes": ["S3"]}]}, {})),
    Case("C110", WEAKENS, "rule nightly keeps recovery points 35 days, not for ever", of_rule(kept(None), kept(35))),
    Case("C110", WEAKENS, "35 days, not 36 days", of_rule(kept(36), kept(35))),
    Case("C110", STRENGTHENS, "for ever, not 35 days", of_rule(kept(35), kept(None))),
    Case(
        "C110", WEAKENS, f"the copy of rule nightly to {DR} keeps", of_rule(copied(DR), copied(DR, DeleteAfterDays=89))
    ),
    Case(
        "C111",
        WEAKENS,
        "after 30 days, from where a restore",
        of_rule(kept(365), kept(365, MoveToColdStorageAfterDays=30)),
    ),
    Case(
        "C111",
        WEAKENS,
        "after 30 days, not 60 days",
        of_rule(kept(365, MoveToColdStorageAfterDays=60), kept(365, MoveToColdStorageAfterDays=30)),
    ),
    Case("C111", STRENGTHENS, "no more", of_rule(kept(365, MoveToColdStorageAfterDays=30), kept(365))),
    Case(
        "C112", WEAKENS, "restore takes days", of_rule(kept(365), kept(365, OptInToArchiveForSupportedResources=True))
    ),
    Case(
        "C112", STRENGTHENS, "archives no more", of_rule(kept(365, OptInToArchiveForSupportedResources=True), kept(365))
    ),
    Case("C113", WEAKENS, "changes Frost of its lifecycle", of_rule(kept(365), kept(365, Frost=1))),
    Case("C114", NEUTRAL, "tags recovery points otherwise", of_rule({}, {"RecoveryPointTags": {"tier": "gold"}})),
    Case("C115", WEAKENS, "ScanSettings changes", of_plan({"ScanSettings": [{"MalwareScanner": "GUARDDUTY"}]}, {})),
    comes(STRENGTHENS, "takes in what new-1 selects", resources("new-1", S3)),
    comes(
        STRENGTHENS, "new-2 takes in resources that new-1 did not", resources("new-2", TABLES), resources("new-1", SHOP)
    ),
    comes(NEUTRAL, "took in before", resources("new-2", SHOP), resources("old-1", TABLES)),
    goes(WEAKENS, "takes in no more what s-1 took in", resources("s-1", SHOP)),
    goes(WEAKENS, "nobody read", resources("s-1", SHOP), resources("s-2", SHOP), unread=True),
    goes(WEAKENS, "s-2 takes in less than s-1 did", resources("s-1", TABLES), resources("s-2", SHOP)),
    goes(WEAKENS, "can't be compared", resources("s-1", TABLES), resources("s-2", S3)),
    goes(WEAKENS, "but by role other", resources("s-1", TABLES), resources("s-2", TABLES, IamRoleArn="other")),
    goes(WEAKENS, "takes in less", resources("s-1", S3), resources("s-2", S3, NotResources=["arn:aws:s3:::secret"])),
    goes(WEAKENS, "takes in no more", selection("s-1"), resources("t-1", TABLES)),
    goes(NEUTRAL, "t-1 takes in all that s-1 took in", resources("s-1", SHOP), resources("t-1", TABLES)),
    goes(NEUTRAL, "t-1 takes in all", selection("s-1"), selection("t-1")),
    Case("C300", STRENGTHENS, "is new", of_vault(Kind.VAULT, None, {})),
    Case("C300", IRREVERSIBLE, "is deleted", of_vault(Kind.VAULT, {}, None)),
    Case("C310", STRENGTHENS, "only retention of 7 days or more", of_lock(None, {"MinRetentionDays": 7})),
    Case(
        "C310",
        STRENGTHENS,
        "7 to 30 days",
        of_lock({"MinRetentionDays": 7}, {"MinRetentionDays": 7, "MaxRetentionDays": 30}),
    ),
    Case(
        "C310",
        WEAKENS,
        "admits retention of 6 days or more, not",
        of_lock({"MinRetentionDays": 7}, {"MinRetentionDays": 6}),
    ),
    Case("C310", WEAKENS, "locked no more", of_lock({"MinRetentionDays": 7}, None)),
    Case("C310", IRREVERSIBLE, "after 3 days nobody", of_lock(None, {"ChangeableForDays": 3})),
    Case(
        "C310", IRREVERSIBLE, "ever", of_lock({"MinRetentionDays": 7}, {"MinRetentionDays": 7, "ChangeableForDays": 3})
    ),
    Case("C320", STRENGTHENS, f"tells {TOPIC}", of_vault(Kind.NOTIFICATIONS, None, telling("A"))),
    Case("C320", STRENGTHENS, "tells of B", of_vault(Kind.NOTIFICATIONS, telling("A"), telling("A", "B"))),
    Case("C320", WEAKENS, "tells no more of B", of_vault(Kind.NOTIFICATIONS, telling("A", "B"), telling("A"))),
    Case("C320", WEAKENS, "and no longer", of_vault(Kind.NOTIFICATIONS, telling("A"), telling("A", topic="other"))),
    Case("C320", WEAKENS, "no longer tells", of_vault(Kind.NOTIFICATIONS, telling("A"), None)),
    Case("C330", STRENGTHENS, f"denies {DELETE} to *", of_policy(None, [statement("Deny", DELETE)])),
    Case("C330", WEAKENS, f"no longer denies {DELETE} to *", of_policy([statement("Deny", DELETE)], None)),
    Case(
        "C330",
        WEAKENS,
        "no longer denies",
        of_policy([statement("Deny", DELETE)], [statement("Deny", DELETE, Condition={"Bool": {"x": "true"}})]),
    ),
    Case("C330", WEAKENS, "copies or restores may need", of_policy(None, [statement("Deny", COPY)])),
    Case(
        "C330",
        WEAKENS,
        "everything but backup:StartBackupJob",
        of_policy(None, [{"Effect": "Deny", "Principal": "*", "NotAction": "backup:StartBackupJob"}]),
    ),
    Case(
        "C330",
        STRENGTHENS,
        "denies",
        of_policy([statement("Deny", DELETE)], [statement("Deny", DELETE, "backup:DeleteBackupVault")]),
    ),
    Case("C331", WEAKENS, f"allows {COPY} to *", of_policy(None, [statement("Allow", COPY)])),
    Case("C331", STRENGTHENS, "no longer allows", of_policy([statement("Allow", "backup:StartRestoreJob")], None)),
    Case("C331", WEAKENS, "are refused", of_policy([statement("Allow", COPY)], None)),
    Case(
        "C331",
        STRENGTHENS,
        "no longer allows all of",
        of_policy([statement("Allow", COPY, DELETE)], [statement("Allow", COPY)]),
    ),
    Case(
        "C332",
        WEAKENS,
        "can't be compared",
        of_vault(Kind.ACCESS_POLICY, {"Policy": {"Version": "2008-10-17"}}, {"Policy": {"Version": "2012-10-17"}}),
    ),
    Case(
        "C332",
        NEUTRAL,
        "other words",
        of_policy([statement("Deny", DELETE, Sid="a")], [statement("Deny", DELETE, Sid="b")]),
    ),
    Case("C400", STRENGTHENS, "EBS: AWS Backup may", of_region({"EBS": False}, {"EBS": True})),
    Case("C400", WEAKENS, "EBS: selections by tag", of_region({"EBS": True}, {"EBS": False})),
    Case(
        "C400",
        WEAKENS,
        "EFS: AWS Backup no longer manages",
        of_region({"EFS": True}, {"EFS": False}, "ResourceTypeManagementPreference"),
    ),
    Case("C400", WEAKENS, "Other changes, and", of_region({"EFS": True}, {"EFS": False}, "Other")),
    Case(
        "C500",
        NEUTRAL,
        "protect nothing",
        Update(kind=Kind.VAULT_TAG, name="primary", item="tier", before="a", after="b"),
    ),
    Case("C500", NEUTRAL, "protect nothing", Prune(kind=Kind.PLAN_TAG, name="shop-daily", item="tier", before="a")),
    Case("C500", NEUTRAL, "protect nothing", Create(kind=Kind.TESTING_PLAN_TAG, name="shop", item="tier", after="a")),
    Case("C700", STRENGTHENS, "AWS tests restores of shop, at cron(0 6 ? * MON *)", of_tests(None, {})),
    Case("C700", WEAKENS, "AWS tests restores of shop no more", of_tests({}, None)),
    Case("C701", WEAKENS, "tested at cron(0 6 1 * ? *), not", of_tests({}, at("6", "1"))),
    Case("C701", STRENGTHENS, "tested at cron(0 6 * * ? *), not", of_tests({}, at("6"))),
    Case("C701", NEUTRAL, "StartWindowHours 1, not 8", of_tests({}, {"StartWindowHours": 1})),
    Case("C702", WEAKENS, "have RecoveryPointTypes SNAPSHOT", of_points(RecoveryPointTypes=["SNAPSHOT"])),
    Case("C702", WEAKENS, "have ExcludeVaults *", of_points(ExcludeVaults=["*"])),
    Case("C702", WEAKENS, "look 7 days back, not 30", of_points(SelectionWindowDays=7)),
    Case("C702", STRENGTHENS, "look 60 days back, not 30", of_points(SelectionWindowDays=60)),
    Case("C702", NEUTRAL, "choose RANDOM_WITHIN_WINDOW", of_points(Algorithm="RANDOM_WITHIN_WINDOW")),
    Case("C703", STRENGTHENS, "restores of shop/S3 are tested", of_tested(None, {})),
    Case("C703", WEAKENS, "restores of shop/S3 are tested no more", of_tested({}, None)),
    Case("C703", WEAKENS, "other resources of shop/S3", of_tested({}, {"ProtectedResourceArns": ["arn:x"]})),
    Case("C704", WEAKENS, "another key, network or size", of_tested({}, {"RestoreMetadataOverrides": {"kmsKey": "k"}})),
    Case("C704", WEAKENS, "wait 1 hours for a verdict, not 24", of_tested({}, {"ValidationWindowHours": 1})),
    Case("C704", NEUTRAL, "wait 99 hours for a verdict", of_tested({}, {"ValidationWindowHours": 99})),
    Case(
        "C704",
        NEUTRAL,
        "restore with arn:aws:iam::1:role/other",
        of_tested({}, {"IamRoleArn": "arn:aws:iam::1:role/other"}),
    ),
]
