"""Every rule of judgement, with a change for each class that it can give."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.changes import ChangeSet, Create, Keep, Kind, Prune, Update, Write
from backup_apps.domain.live import LivePlan, LiveTarget, LiveVault
from backup_apps.domain.normal_form import backup_plan
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.classes import Assessment, Class
from backup_apps.domain.protection.rules import RULES
from protection.changed_bundles import CASES as CHANGES
from sync.targets import (
    ACCOUNT,
    BUNDLE,
    REGION,
    TOPIC,
    live,
    live_plan,
    live_selection,
    live_testing,
    live_vault,
    plan,
    restore_testing,
    rule,
    selection,
    selection_of,
)

STRENGTHENS, NEUTRAL, WEAKENS, IRREVERSIBLE = Class.STRENGTHENS, Class.NEUTRAL, Class.WEAKENS, Class.IRREVERSIBLE
DR = f"arn:aws:backup:eu-central-1:{ACCOUNT}:backup-vault:dr"


class Case(NamedTuple):
    number: str
    class_: Class
    says: str
    change: Write | Keep
    live: LiveTarget = live()
    others: tuple[Write, ...] = ()


def setting(kind: str, option: str, value: str) -> dict[str, Any]:
    return {"ResourceType": kind, "BackupOptions": {option: value}}


def plan_update(before: Any, after: Any, **both: Any) -> Update:
    sides = (
        {"BackupPlan": {"BackupPlanName": "shop-daily", "Rules": rules, **more}}
        for rules, more in ((before, both.get("old", {})), (after, both.get("new", {})))
    )
    old, new = sides
    return Update(kind=Kind.PLAN, name="shop-daily", before={"BackupPlan": backup_plan(old["BackupPlan"])}, after=new)


def of_rule(before: dict[str, Any], after: dict[str, Any]) -> Update:
    return plan_update([rule(**before)], [rule(**after)])


def of_plan(before: dict[str, Any], after: dict[str, Any]) -> Update:
    return plan_update([rule()], [rule()], old=before, new=after)


def kept(days: int | None, **more: Any) -> dict[str, Any]:
    return {"Lifecycle": {"DeleteAfterDays": days, **more}}


def copied(*destinations: str, **lifecycle: int) -> dict[str, Any]:
    lifecycle = lifecycle or {"DeleteAfterDays": 90}
    return {"CopyActions": [{"DestinationBackupVaultArn": arn, "Lifecycle": lifecycle} for arn in destinations]}


def at(hour: str, day_of_month: str = "*", day_of_week: str = "?", year: str = "*") -> dict[str, Any]:
    return {"ScheduleExpression": f"cron(0 {hour} {day_of_month} * {day_of_week} {year})"}


def resources(name: str, *arns: str, **members: Any) -> dict[str, Any]:
    return {"SelectionName": name, "IamRoleArn": "role", "Resources": list(arns), **members}


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


def of_vault(kind: Kind, before: Any, after: Any) -> Write:
    if before is None:
        return Create(kind=kind, name="primary", after=after)
    if after is None:
        return Prune(kind=kind, name="primary", before=before)
    return Update(kind=kind, name="primary", before=before, after=after)


def of_lock(before: Any, after: Any) -> Write:
    return of_vault(Kind.LOCK, before, after)


def of_policy(before: Any, after: Any) -> Write:
    sides = (side and {"Policy": json.dumps({"Version": "2012-10-17", "Statement": side})} for side in (before, after))
    return of_vault(Kind.ACCESS_POLICY, *sides)


def statement(effect: str, *actions: str, **members: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": list(actions), "Resource": "*", **members}


def of_region(before: Any, after: Any, name: str = "ResourceTypeOptInPreference") -> Write:
    return Update(kind=Kind.REGION_SETTINGS, before={name: before}, after={name: after})


def of_tests(before: Any, after: Any) -> Write:
    """A restore testing plan as it is asked for, but for what is named."""
    asked = {"RestoreTestingPlan": {**restore_testing().plan, **(after or {})}, "Tags": {}}
    if before is None:
        return Create(kind=Kind.TESTING_PLAN, name="shop", after=asked)
    content = live_testing().content
    if after is None:
        return Prune(kind=Kind.TESTING_PLAN, name="shop", before=content)
    return Update(kind=Kind.TESTING_PLAN, name="shop", before=content, after={**restore_testing().plan, **after})


def of_points(**members: Any) -> Write:
    points = restore_testing().plan["RecoveryPointSelection"]
    return of_tests({}, {"RecoveryPointSelection": {**points, **members}})


def of_tested(before: Any, after: Any) -> Write:
    sides = (None if side is None else {**selection_of("S3"), **side} for side in (before, after))
    change = of_vault(Kind.TESTING_SELECTION, *sides)
    return change.model_copy(update={"name": "shop", "item": "S3"})


def telling(*events: str, topic: str = TOPIC) -> dict[str, Any]:
    return {"SNSTopicArn": topic, "BackupVaultEvents": list(events)}


DELETE, COPY = "backup:DeleteRecoveryPoint", "backup:CopyIntoBackupVault"
TABLES, SHOP, S3 = "arn:aws:dynamodb:*:*:table/*", "arn:aws:dynamodb:*:*:table/shop-*", "arn:aws:s3:::*"

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


def assessment_of(case: Case) -> Assessment:
    changes = (case.change, *case.others)
    change_set = ChangeSet(bundle=BUNDLE, account=ACCOUNT, region=REGION, changes=changes)
    return assess_changes(change_set, case.live).assessments[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}-{case.class_}-{case.says[:20]}")
def test_a_change_is_judged(case: Case) -> None:
    reasons = [one for one in assessment_of(case).reasons if one.number == case.number and one.class_ == case.class_]
    assert any(case.says in reason.message for reason in reasons), assessment_of(case).reasons


def test_every_rule_has_a_case_for_every_class_that_it_names() -> None:
    named = {
        (rule.number, word)
        for rule in RULES
        if not "C600" <= rule.number < "C700"
        for word in re.findall("|".join(Class), rule.title)
    }
    assert named == {(case.number, case.class_.value) for case in CASES}


def test_numbers_are_unique() -> None:
    assert len({rule.number for rule in RULES}) == len(RULES)


def points(*vaults: LiveVault, plans: Iterable[LivePlan] = ()) -> LiveTarget:
    return live(*vaults, *plans)


def effects(change: Write | Keep, there: LiveTarget) -> tuple[str, ...]:
    found = assessment_of(Case("", NEUTRAL, "", change, there))
    return (*found.reaches, *found.not_retroactive, *found.orphans)


FULL, EMPTY = points(live_vault(recovery_points=12)), points(live_vault())


@pytest.mark.parametrize(
    ("change", "there", "says"),
    [
        (
            of_rule(kept(90), kept(35)),
            FULL,
            "the 12 recovery points in vault primary and their copies keep the lifecycle",
        ),
        (of_rule(kept(90), kept(35)), live(), "recovery points in vault primary and their copies keep the lifecycle"),
        (of_rule(kept(90), kept(35)), FULL, "new recovery points of shop-daily/nightly, from the next run on"),
        (plan_update([rule(), rule("weekly")], [rule()]), FULL, "what rule weekly made among the 12 recovery points"),
        (
            Prune(kind=Kind.PLAN, name="p", before={"BackupPlan": {"Rules": [rule()]}}),
            FULL,
            "what plan p made among the 12",
        ),
        (
            of_lock({"MinRetentionDays": 7}, None),
            FULL,
            "the 12 recovery points in vault primary are guarded by the lock no more",
        ),
        (of_policy(None, [statement("Deny", DELETE)]), FULL, "the 12 recovery points in vault primary, and new ones"),
        (of_region({"EBS": True}, {"EBS": False}), FULL, "recovery points that are there already stay as they are"),
        (of_tested({}, None), FULL, "no tests of shop/S3 from now on"),
        (of_tests(None, {}), FULL, "tests of shop to come"),
        (
            Keep(kind=Kind.VAULT, name="old", before={}, reason="orphaned: it holds 4"),
            FULL,
            "vault old: orphaned: it holds 4",
        ),
    ],
)
def test_what_is_reached_and_left_is_told(change: Write | Keep, there: LiveTarget, says: str) -> None:
    assert any(says in sentence for sentence in effects(change, there))


def test_of_an_empty_vault_nothing_is_said_to_stay() -> None:
    assert effects(of_rule(kept(90), kept(35)), EMPTY) == (
        "new recovery points of shop-daily/nightly, from the next run on",
    )


def test_a_selection_of_which_all_is_still_taken_in_leaves_nothing_behind() -> None:
    case = replaced(resources("s-1", SHOP), resources("t-1", TABLES))
    assert assessment_of(case)[1:] == ((), (), ())


DOCS = (Path(__file__).parents[3] / "docs" / "changes.md").read_text()


def test_the_documentation_has_every_rule_in_its_words() -> None:
    rows = re.findall(r"^\| (C\d{3}) \| (.+) \|$", DOCS, re.MULTILINE)
    assert rows == [(rule.number, rule.title) for rule in RULES]


def test_the_documentation_shows_what_is_printed() -> None:
    shown = re.findall(r"^```text\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
    printed = {(case / "expected.txt").read_text() for case in CHANGES}
    assert shown
    assert set(shown) <= printed
