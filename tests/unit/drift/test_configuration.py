"""What somebody did to a target, and what is found of it: one case a row."""

import json
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.configuration import configuration_drift
from backup_apps.domain.drift.findings import Kind
from backup_apps.domain.live import LiveLock, LiveTarget
from backup_apps.domain.normal_form import access_policy, backup_plan, notifications
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

COPY = {"DestinationBackupVaultArn": "arn:aws:backup:eu-central-1:111111111111:backup-vault:dr", "Lifecycle": {}}
DENIAL = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    ],
}
OPENED = {
    "Version": "2012-10-17",
    "Statement": [
        *DENIAL["Statement"],
        {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"},
    ],
}
SETTINGS = {"ResourceTypeOptInPreference": {"EBS": True, "EFS": False}}
RULES = [rule(CopyActions=[COPY]), rule("hourly", ScheduleExpression="cron(0 * * * ? *)")]
DESIRED = target(
    vault(
        lock={"MinRetentionDays": 7},
        access_policy={"Policy": json.dumps(DENIAL)},
        notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": ["BACKUP_JOB_COMPLETED"]},
    ),
    plan(rules=RULES),
    region_settings=SETTINGS,
)
VAULT: dict[str, Any] = {
    "lock": LiveLock(min_days=7),
    "access_policy": access_policy(DENIAL),
    "notifications": notifications({"SNSTopicArn": TOPIC, "BackupVaultEvents": ["BACKUP_JOB_COMPLETED"]}),
}


def as_synced(*, of_vault: Any = None, of_plan: Any = None, rules: Any = None, settings: Any = None) -> LiveTarget:
    content = backup_plan({"BackupPlanName": "shop-daily", "Rules": RULES if rules is None else rules})
    return live(
        live_vault(**(VAULT | (of_vault or {}))),
        live_plan(plan(rules=RULES), **({"content": content} | (of_plan or {}))),
        region_settings=settings or SETTINGS,
    )


class Case(NamedTuple):
    """What is live, and what is found of it: kind, resource, direction, path, the leaf."""

    name: str
    live: LiveTarget
    kind: str
    resource: str
    direction: str
    path: str | None
    app: str | None = "shop"
    desired: DesiredTarget = DESIRED


PLAN = "policy.plans.daily"
OTHER = live_plan(plan("by-hand"), tags={})
CASES = [
    Case(
        "retention is shortened",
        as_synced(rules=[rule(CopyActions=[COPY], Lifecycle={"DeleteAfterDays": 7}), RULES[1]]),
        "rule",
        "shop-daily/nightly",
        "weakens",
        f"{PLAN}.rules.nightly.retention",
    ),
    Case(
        "retention is lengthened",
        as_synced(rules=[rule(CopyActions=[COPY], Lifecycle={"DeleteAfterDays": 70}), RULES[1]]),
        "rule",
        "shop-daily/nightly",
        "strengthens",
        f"{PLAN}.rules.nightly.retention",
    ),
    Case(
        "a copy action is deleted",
        as_synced(rules=[rule(), RULES[1]]),
        "rule",
        "shop-daily/nightly",
        "weakens",
        f"{PLAN}.rules.nightly.copies",
    ),
    Case(
        "a rule is deleted",
        as_synced(rules=RULES[:1]),
        "rule",
        "shop-daily/hourly",
        "weakens",
        f"{PLAN}.rules.hourly",
    ),
    Case(
        "a rule is added",
        as_synced(rules=[*RULES, rule("weekly")]),
        "rule",
        "shop-daily/weekly",
        "strengthens",
        f"{PLAN}.rules.weekly",
    ),
    Case(
        "the windows of VSS are turned on",
        as_synced(
            of_plan={
                "content": backup_plan(
                    {
                        "BackupPlanName": "shop-daily",
                        "Rules": RULES,
                        "AdvancedBackupSettings": [{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}],
                    }
                )
            }
        ),
        "plan",
        "shop-daily",
        "strengthens",
        PLAN,
    ),
    Case(
        "a selection is deleted",
        as_synced(of_plan={"selections": ()}),
        "selection",
        "shop-daily/tagged-1a2b3c4d",
        "weakens",
        f"{PLAN}.selections.tagged",
    ),
    Case(
        "a selection is added",
        as_synced(of_plan={"selections": (live_selection(), live_selection(selection("more", "weekly")))}),
        "selection",
        "shop-daily/more",
        "strengthens",
        None,
    ),
    Case(
        "a plan's tag is changed",
        as_synced(of_plan={"tags": OURS | {"backup-apps:app": "other"}}),
        "plan",
        "shop-daily tag backup-apps:app",
        "neutral",
        PLAN,
    ),
    Case(
        "a plan's bundle tag is gone", as_synced(of_plan={"tags": {}}), "plan", "shop-daily", "weakens", "policy.plans"
    ),
    Case(
        "a plan is deleted",
        live(live_vault(**VAULT), region_settings=SETTINGS),
        "missing-plan",
        "shop-daily",
        "weakens",
        PLAN,
    ),
    Case(
        "the lock is taken off",
        as_synced(of_vault={"lock": None}),
        "lock",
        "primary",
        "weakens",
        "policy.vaults: lock of primary",
    ),
    Case(
        "the lock is loosened",
        as_synced(of_vault={"lock": LiveLock(min_days=1)}),
        "lock",
        "primary",
        "weakens",
        "policy.vaults: lock of primary",
    ),
    Case(
        "the lock is put in compliance mode",
        as_synced(of_vault={"lock": LiveLock(min_days=7, lock_date="2026-01-05T00:00:00+00:00")}),
        "lock",
        "primary",
        "strengthens",
        "policy.vaults: lock of primary",
    ),
    Case(
        "the lock is only in governance mode",
        live(live_vault(lock=LiveLock(min_days=7)), live_plan()),
        "lock",
        "primary",
        "weakens",
        "policy.vaults: lock of primary",
        desired=target(vault(lock={"MinRetentionDays": 7, "ChangeableForDays": 3}), plan()),
    ),
    Case(
        "the vault's policy lets everybody in",
        as_synced(of_vault={"access_policy": access_policy(OPENED)}),
        "access-policy",
        "primary",
        "weakens",
        "policy.vaults: accessPolicy of primary",
    ),
    Case(
        "nobody is told any more",
        as_synced(of_vault={"notifications": None}),
        "notifications",
        "primary",
        "weakens",
        "policy.vaults: notifications of primary",
    ),
    Case(
        "a vault's tag is added",
        as_synced(of_vault={"tags": OURS | {"by": "hand"}}),
        "vault",
        "primary tag by",
        "neutral",
        "policy.vaults: tags of primary",
    ),
    Case(
        "the vault is made anew under another key",
        as_synced(of_vault={"key_arn": KEY.replace("1234", "9999")}),
        "vault",
        "primary",
        "weakens",
        "policy.vaults",
    ),
    Case(
        "the vault is deleted",
        live(live_plan(plan(rules=RULES)), region_settings=SETTINGS),
        "missing-vault",
        "primary",
        "weakens",
        "policy.vaults",
    ),
    Case(
        "the region opts out",
        as_synced(settings={"ResourceTypeOptInPreference": {"EBS": False, "EFS": False}}),
        "region-opt-in",
        "EBS",
        "weakens",
        "policy.regionSettings.optIn.EBS",
    ),
    Case(
        "the region opts in",
        as_synced(settings={"ResourceTypeOptInPreference": {"EBS": True, "EFS": True}}),
        "region-opt-in",
        "EFS",
        "strengthens",
        "policy.regionSettings.optIn.EFS",
    ),
    Case(
        "a plan is made by hand",
        as_synced().model_copy(update={"plans": (live_plan(plan(rules=RULES)), OTHER)}),
        "unmanaged-plan",
        OTHER.arn,
        "neutral",
        None,
        None,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_somebody_did_is_found_with_its_direction_and_its_place_in_the_policy(case: Case) -> None:
    (drift,) = configuration_drift(case.desired, case.live, BUNDLE)
    assert (drift.kind, drift.resource, drift.direction) == (case.kind, case.resource, case.direction)
    assert (drift.path, drift.app) == (case.path, case.app)
    assert all(drift.reasons)
    assert drift.reasons


def test_nothing_is_found_where_live_is_as_synced() -> None:
    assert configuration_drift(DESIRED, as_synced(), BUNDLE) == ()


@pytest.mark.parametrize(
    "plan_",
    [
        live_plan(plan("of-the-organization"), id="orgs/1234", tags={}),
        live_plan(plan("aws/efs/73d922fb"), tags={}),
        live_plan(plan("another-bundles"), tags={"backup-apps:bundle": "other"}),
    ],
    ids=lambda one: one.name,
)
def test_a_plan_that_somebody_manages_is_no_drift(plan_: Any) -> None:
    there = as_synced()
    assert configuration_drift(DESIRED, there.model_copy(update={"plans": (*there.plans, plan_)}), BUNDLE) == ()


def test_each_part_of_a_plan_is_a_finding_of_its_own_and_says_only_what_differs() -> None:
    shorter = rule(CopyActions=[COPY], Lifecycle={"DeleteAfterDays": 7}, StartWindowMinutes=90)
    first, second = configuration_drift(DESIRED, as_synced(rules=[shorter]), BUNDLE)
    assert (first.resource, first.live) == ("shop-daily/hourly", None)
    assert second.desired == {"Lifecycle": {"DeleteAfterDays": 35}, "StartWindowMinutes": 60}
    assert second.live == {"Lifecycle": {"DeleteAfterDays": 7}, "StartWindowMinutes": 90}
    assert second.path == f"{PLAN}.rules.nightly"


def test_what_leaves_share_is_nobodys_alone() -> None:
    shared = target(vault(lock={"MinRetentionDays": 7}), plan(), plan("web-daily").model_copy(update={"app": "web"}))
    there = live(live_vault(), live_plan(), live_plan(shared.plans[1]))
    (drift,) = configuration_drift(shared, there, BUNDLE)
    assert (drift.kind, drift.app, drift.apps) == (Kind.LOCK, None, ("shop", "web"))


def test_a_lock_that_needs_two_steps_back_is_one_finding() -> None:
    desired = target(vault(lock={"MinRetentionDays": 7, "MaxRetentionDays": 100}), plan())
    there = live(live_vault(lock=LiveLock(min_days=30, max_days=300)), live_plan())
    (drift,) = configuration_drift(desired, there, BUNDLE)
    assert len(drift.writes) == 2
    assert drift.desired == {"MinRetentionDays": 7, "MaxRetentionDays": 100}


@pytest.mark.parametrize(
    ("by_hand", "direction"),
    [
        (selection() | {"NotResources": ["arn:aws:s3:::kept-out"]}, "weakens"),
        (selection() | {"ListOfTags": [], "Resources": ["*"]}, "strengthens"),
    ],
    ids=["narrower", "wider"],
)
def test_a_selection_that_was_replaced_under_its_own_name_is_one_drift(by_hand: Any, direction: str) -> None:
    there = as_synced(of_plan={"selections": (live_selection(by_hand),)})
    (drift,) = configuration_drift(DESIRED, there, BUNDLE)
    assert (drift.kind, drift.resource) == ("selection", "shop-daily/tagged-1a2b3c4d")
    assert (drift.desired, drift.live) == (selection(), live_selection(by_hand).content)
    assert drift.direction == direction
    assert [one.action for one in drift.writes] == ["prune", "create"]
    assert drift.path == f"{PLAN}.selections.tagged"


def test_all_that_is_in_conflict_about_one_vault_is_one_drift() -> None:
    fixed = LiveLock(min_days=99, lock_date="2025-01-01T00:00:00+00:00", fixed=True)
    there = as_synced(of_vault={"key_arn": KEY.replace("1234", "9999"), "lock": fixed})
    (drift,) = configuration_drift(DESIRED, there, BUNDLE)
    assert (drift.kind, drift.resource, len(drift.reasons)) == ("vault", "primary", 2)
