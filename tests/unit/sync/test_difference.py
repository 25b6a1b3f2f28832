import json

import pytest

from backup_apps.domain.changes import ChangeSet, Create, Keep, Prune, Update
from backup_apps.domain.difference import diff
from backup_apps.domain.live import LiveLock
from backup_apps.domain.normal_form import access_policy, backup_plan
from sync.targets import (
    BUNDLE,
    KEY,
    OURS,
    TOPIC,
    live,
    live_plan,
    live_selection,
    live_vault,
    plan,
    rule,
    selection,
    target,
    vault,
)

POLICY = {
    "Policy": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "111111111111"},
                    "Action": ["backup:DeleteRecoveryPoint"],
                    "Resource": "*",
                }
            ],
        }
    )
}
SAME_POLICY_FROM_AWS = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "backup:DeleteRecoveryPoint",
        "Resource": "*",
    },
}
OTHERS = {"backup-apps:bundle": "other"}


def actions(change_set: ChangeSet) -> list[tuple[str, str]]:
    return [(change.action, change.title) for change in change_set.changes]


def test_into_an_empty_target_everything_is_created_in_the_order_of_a_sync() -> None:
    desired = target(plan(), vault(access_policy=POLICY, lock={"MinRetentionDays": 7}))
    assert actions(diff(desired, live(), BUNDLE)) == [
        ("create", "vault primary"),
        ("create", "access policy primary"),
        ("create", "plan shop-daily"),
        ("create", "selection shop-daily/tagged-1a2b3c4d"),
        ("create", "lock primary"),
    ]


def test_a_created_plan_is_asked_for_exactly_as_rendered() -> None:
    wanted = plan()
    created = next(c for c in diff(target(wanted), live(), BUNDLE).changes if c.kind == "plan")
    assert created == Create(
        kind="plan",
        name="shop-daily",
        app="shop",
        after={"BackupPlan": dict(wanted.backup_plan), "BackupPlanTags": dict(wanted.tags)},
    )


def test_what_aws_adds_and_reorders_is_no_difference() -> None:
    rules = [rule("b", CopyActions=[]), rule("a", RecoveryPointTags={})]
    answered = {
        "BackupPlanName": "shop-daily",
        "AdvancedBackupSettings": [],
        "Rules": [
            {
                "RuleId": "x",
                **rule("a", Lifecycle={"DeleteAfterDays": 35, "OptInToArchiveForSupportedResources": False}),
            },
            {"RuleId": "y", **rule("b", Lifecycle={"DeleteAfterDays": 35, "MoveToColdStorageAfterDays": -1})},
        ],
    }
    found = live_plan(plan(rules=rules), content=backup_plan(answered))
    present = live_vault(access_policy=access_policy(SAME_POLICY_FROM_AWS))
    assert diff(target(plan(rules=rules), vault(access_policy=POLICY)), live(found, present), BUNDLE).changes == ()


def test_a_rule_that_omits_a_default_equals_one_that_writes_it() -> None:
    bare = {"RuleName": "r", "TargetBackupVaultName": "primary", "Lifecycle": {"DeleteAfterDays": 35}}
    full = bare | {
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 480,
        "CompletionWindowMinutes": 10080,
        "EnableContinuousBackup": False,
    }
    assert diff(target(plan(rules=[bare])), live(live_plan(plan(rules=[full]))), BUNDLE).changes == ()


def test_shorter_retention_updates_the_plan_alone() -> None:
    found = live_plan(plan(rules=[rule(Lifecycle={"DeleteAfterDays": 90})]))
    changes = diff(target(plan()), live(found), BUNDLE).changes
    assert [type(change) for change in changes] == [Update]
    assert changes[0].before["BackupPlan"]["Rules"][0]["Lifecycle"] == {"DeleteAfterDays": 90}
    assert changes[0].after == {"BackupPlan": dict(plan().backup_plan)}


def test_a_changed_selection_is_created_before_the_old_one_goes() -> None:
    found = live_plan(plan(selections=[selection("tagged-00000000", "weekly")]))
    assert actions(diff(target(plan()), live(found), BUNDLE)) == [
        ("create", "selection shop-daily/tagged-1a2b3c4d"),
        ("prune", "selection shop-daily/tagged-00000000"),
    ]


def test_a_selection_with_our_name_and_other_content_is_replaced_and_frees_the_name_first() -> None:
    forged = live_plan(selections=(live_selection(selection(value="everything")),))
    assert actions(diff(target(plan()), live(forged), BUNDLE)) == [
        ("prune", "selection shop-daily/tagged-1a2b3c4d"),
        ("create", "selection shop-daily/tagged-1a2b3c4d"),
    ]


def test_a_selection_that_was_not_read_is_the_desired_one() -> None:
    unread = live_plan(selections=(live_selection(content=None),))
    assert diff(target(plan()), live(unread), BUNDLE).changes == ()


def test_a_plan_nobody_wants_goes_after_its_selections() -> None:
    changes = diff(target(), live(live_plan()), BUNDLE).changes
    assert actions(ChangeSet(bundle=BUNDLE, account="1", region="r", changes=changes)) == [
        ("prune", "selection shop-daily/tagged-1a2b3c4d"),
        ("prune", "plan shop-daily"),
    ]
    assert {change.app for change in changes} == {"shop"}


@pytest.mark.parametrize("tags", [{}, OTHERS])
def test_a_plan_of_somebody_else_is_left_alone(tags: dict[str, str]) -> None:
    assert diff(target(), live(live_plan(tags=tags)), BUNDLE) == diff(target(), live(), BUNDLE)


@pytest.mark.parametrize(
    ("tags", "whose", "way_out"),
    [
        ({}, "has no tag backup-apps:bundle", ", or take it over: write adopt: {plans: [shop-daily]} in the app that"),
        (OTHERS, "belongs to bundle other", ""),
    ],
)
def test_a_plan_of_somebody_else_under_our_name_is_a_conflict(tags: dict[str, str], whose: str, way_out: str) -> None:
    change_set = diff(target(plan()), live(live_plan(tags=tags, content=None)), BUNDLE)
    assert change_set.changes == ()
    (conflict,) = change_set.conflicts
    assert conflict.startswith(f"plan shop-daily exists and {whose}; rename it, or the plan in the bundle{way_out}")
    assert ("adopt" in conflict) == bool(way_out)


def test_two_live_plans_of_ours_under_one_name_are_a_conflict() -> None:
    change_set = diff(target(plan()), live(live_plan(), live_plan(id="twin")), BUNDLE)
    assert change_set.changes == ()
    assert "exists 2 times" in change_set.conflicts[0]


@pytest.mark.parametrize(("tags", "whose"), [({}, "has no tag"), (OTHERS, "belongs to bundle other")])
def test_a_vault_of_somebody_else_under_our_name_is_a_conflict(tags: dict[str, str], whose: str) -> None:
    change_set = diff(target(vault()), live(live_vault(tags=tags)), BUNDLE)
    assert change_set.changes == ()
    assert whose in change_set.conflicts[0]


def test_a_vault_with_another_key_is_a_conflict_that_says_what_to_do() -> None:
    change_set = diff(target(vault(key_arn=KEY[:-1] + "0")), live(live_vault()), BUNDLE)
    assert "declare a new vault" in change_set.conflicts[0]


def test_a_vault_without_a_key_takes_the_one_that_aws_gave() -> None:
    assert diff(target(vault(key_arn=None)), live(live_vault()), BUNDLE).changes == ()


def test_an_orphaned_vault_with_recovery_points_stays_and_is_reported() -> None:
    change_set = diff(target(), live(live_vault(recovery_points=3)), BUNDLE)
    assert [type(change) for change in change_set.changes] == [Keep]
    assert change_set.changes[0].reason == "orphaned: no app wants it any more, and it holds 3 recovery points"
    assert change_set.writes == ()


def test_an_orphaned_vault_that_is_empty_goes_last() -> None:
    change_set = diff(target(), live(live_vault(), live_plan()), BUNDLE)
    assert actions(change_set)[-1] == ("prune", "vault primary")


def test_each_tag_is_a_change_of_its_own_and_tags_of_aws_are_left_alone() -> None:
    found = live_vault(tags=OURS | {"old": "1", "same": "s", "other": "x", "aws:cloudformation:stack-name": "z"})
    changes = diff(target(vault(tags=OURS | {"same": "s", "other": "y", "new": "2"})), live(found), BUNDLE).changes
    assert [(type(change), change.item) for change in changes] == [(Create, "new"), (Update, "other"), (Prune, "old")]


def test_notifications_without_order() -> None:
    events = ["BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED"]
    wanted = target(vault(notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": events}))
    same = live(live_vault(notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": sorted(events)}))
    fewer = live(live_vault(notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": events[:1]}))
    assert diff(wanted, same, BUNDLE).changes == ()
    assert actions(diff(wanted, fewer, BUNDLE)) == [("update", "notifications primary")]
    assert actions(diff(target(vault()), fewer, BUNDLE)) == [("prune", "notifications primary")]


def test_region_settings_compare_only_what_the_bundle_names() -> None:
    wanted = target(region_settings={"ResourceTypeOptInPreference": {"EBS": True}})
    same = live(region_settings={"ResourceTypeOptInPreference": {"EBS": True, "S3": False}})
    off = live(region_settings={"ResourceTypeOptInPreference": {"EBS": False, "S3": False}})
    assert diff(wanted, same, BUNDLE).changes == ()
    (change,) = diff(wanted, off, BUNDLE).changes
    assert (change.before, change.after) == (
        {"ResourceTypeOptInPreference": {"EBS": False}},
        {"ResourceTypeOptInPreference": {"EBS": True}},
    )


GOVERNANCE = {"MinRetentionDays": 7, "MaxRetentionDays": 100}
COMPLIANCE = GOVERNANCE | {"ChangeableForDays": 3}
DATE = "2026-01-04T00:00:00+00:00"


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        pytest.param(LiveLock(min_days=7, max_days=100), GOVERNANCE, [], id="same"),
        pytest.param(LiveLock(min_days=7, max_days=100, lock_date=DATE), COMPLIANCE, [], id="same compliance"),
        pytest.param(LiveLock(min_days=7, max_days=100, lock_date=DATE, fixed=True), COMPLIANCE, [], id="same, fixed"),
        pytest.param(None, GOVERNANCE, ["plan", "lock +7..100"], id="new locks come last"),
        pytest.param(LiveLock(min_days=7, max_days=100), None, ["lock -", "plan"], id="removed locks go first"),
        pytest.param(LiveLock(min_days=30, max_days=50), GOVERNANCE, ["lock ~7..100", "plan"], id="loosened first"),
        pytest.param(LiveLock(min_days=1, max_days=500), GOVERNANCE, ["plan", "lock ~7..100"], id="tightened last"),
        pytest.param(
            LiveLock(min_days=1, max_days=50),
            GOVERNANCE,
            ["lock ~1..100", "plan", "lock ~7..100"],
            id="widened between",
        ),
        pytest.param(LiveLock(min_days=7, max_days=100), COMPLIANCE, ["plan", "lock ~7..100 c"], id="to compliance"),
        pytest.param(
            LiveLock(min_days=7, max_days=50),
            COMPLIANCE,
            ["lock ~7..100", "plan", "lock ~7..100 c"],
            id="compliance never with the loosening step",
        ),
        pytest.param(
            LiveLock(min_days=7, max_days=100, lock_date=DATE),
            GOVERNANCE,
            ["lock -", "plan", "lock +7..100"],
            id="a compliance lock that has not set becomes governance",
        ),
    ],
)
def test_locks_are_loosened_before_plans_and_tightened_after(found, wanted, expected) -> None:  # type: ignore[no-untyped-def]
    before = live(live_vault(lock=found), live_plan(plan(rules=[rule(StartWindowMinutes=99)])))
    wanted_plan = plan() if expected else plan(rules=[rule(StartWindowMinutes=99)])
    changes = diff(target(vault(lock=wanted), wanted_plan), before, BUNDLE).changes
    assert [shown(change) for change in changes] == expected


def shown(change) -> str:  # type: ignore[no-untyped-def]
    if change.kind == "plan":
        return "plan"
    if isinstance(change, Prune):
        return "lock -"
    lock = change.after
    sign = "+" if isinstance(change, Create) else "~"
    compliance = " c" if "ChangeableForDays" in lock else ""
    return f"lock {sign}{lock['MinRetentionDays']}..{lock['MaxRetentionDays']}{compliance}"


@pytest.mark.parametrize("wanted", [None, GOVERNANCE, COMPLIANCE | {"MinRetentionDays": 1}])
def test_a_fixed_lock_that_should_differ_is_a_conflict(wanted) -> None:  # type: ignore[no-untyped-def]
    fixed = LiveLock(min_days=7, max_days=100, lock_date=DATE, fixed=True)
    change_set = diff(target(vault(lock=wanted)), live(live_vault(lock=fixed)), BUNDLE)
    assert change_set.changes == ()
    assert change_set.conflicts == (f"vault primary has a compliance lock fixed since {DATE}; nobody can change it",)
