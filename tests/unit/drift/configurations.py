"""A target as it was synced, and what somebody did to it."""

import json
from typing import Any, NamedTuple

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.live import LiveLock, LiveTarget
from backup_apps.domain.normal_form import access_policy, backup_plan, notifications
from sync.targets import (
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
