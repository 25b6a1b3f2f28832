from backup_apps.domain.change_text import render_changes
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.difference import diff
from backup_apps.domain.live import LiveLock, LiveTarget
from backup_apps.domain.protection.assessment import assess_changes
from sync.targets import (
    BUNDLE,
    OURS,
    live,
    live_plan,
    live_vault,
    plan,
    rule,
    selection,
    target,
    vault,
)

COPY = {
    "DestinationBackupVaultArn": "arn:aws:backup:eu-central-1:111111111111:backup-vault:dr",
    "Lifecycle": {"DeleteAfterDays": 90},
}


def told(desired: DesiredTarget, live: LiveTarget) -> str:
    return render_changes([assess_changes(diff(desired, live, BUNDLE), live)])


def test_what_comes_is_told_in_full() -> None:
    text = told(target(vault(), plan(rules=[rule(CopyActions=[COPY])])), live())
    assert (
        text
        == """\
111111111111/eu-west-1  vaults and region
  strengthens  + vault primary
      BackupVaultTags.backup-apps:bundle: acme
      EncryptionKeyArn: arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab
      strengthens: vault primary is new (C300)

111111111111/eu-west-1  shop
  strengthens  + plan shop-daily
      Rules[nightly].CompletionWindowMinutes: 480
      Rules[nightly].CopyActions[arn:aws:backup:eu-central-1:111111111111:backup-vault:dr].Lifecycle.DeleteAfterDays: 90
      Rules[nightly].EnableContinuousBackup: false
      Rules[nightly].Lifecycle.DeleteAfterDays: 35
      Rules[nightly].ScheduleExpression: cron(0 3 * * ? *)
      Rules[nightly].ScheduleExpressionTimezone: Etc/UTC
      Rules[nightly].StartWindowMinutes: 60
      Rules[nightly].TargetBackupVaultName: primary
      strengthens: plan shop-daily is new (C100)
  strengthens  + selection shop-daily/tagged-1a2b3c4d
      IamRoleArn: arn:aws:iam::111111111111:role/acme-backup
      ListOfTags[0].ConditionKey: backup
      ListOfTags[0].ConditionType: STRINGEQUALS
      ListOfTags[0].ConditionValue: daily
      strengthens: plan shop-daily takes in what tagged-1a2b3c4d selects (C200)

3 to create, in 1 of 1 targets.
In all: strengthens (3 strengthens).
"""
    )


def test_what_changes_is_told_from_what_to_what_and_nothing_else() -> None:
    old = plan(rules=[rule(Lifecycle={"DeleteAfterDays": 90}), rule("weekly")], selections=[selection("s-0", "weekly")])
    before = live(
        live_vault(tags=OURS | {"tier": "gold"}, lock=LiveLock(min_days=7)),
        live_plan(old),
        live_vault("old", recovery_points=4),
    )
    text = told(target(vault(lock={"MinRetentionDays": 30}), plan()), before)
    assert (
        text
        == """\
111111111111/eu-west-1  shop
  weakens      ~ plan shop-daily
      Rules[nightly].Lifecycle.DeleteAfterDays: 90 -> 35
      Rules[weekly].CompletionWindowMinutes: 480 -> (none)
      Rules[weekly].EnableContinuousBackup: false -> (none)
      Rules[weekly].Lifecycle.DeleteAfterDays: 35 -> (none)
      Rules[weekly].ScheduleExpression: cron(0 3 * * ? *) -> (none)
      Rules[weekly].ScheduleExpressionTimezone: Etc/UTC -> (none)
      Rules[weekly].StartWindowMinutes: 60 -> (none)
      Rules[weekly].TargetBackupVaultName: primary -> (none)
      weakens: rule weekly is gone: it makes no more recovery points (C101)
      weakens: rule nightly keeps recovery points 35 days, not 90 days (C110)
      reaches: new recovery points of shop-daily/nightly, from the next run on
  weakens      - selection shop-daily/s-0
      weakens: plan shop-daily takes in no more what s-0 took in (C201)
      reaches: no new recovery points through s-0 from now on
      left behind: recovery points of resources that only s-0 took in: they keep their lifecycle
  strengthens  + selection shop-daily/tagged-1a2b3c4d
      IamRoleArn: arn:aws:iam::111111111111:role/acme-backup
      ListOfTags[0].ConditionKey: backup
      ListOfTags[0].ConditionType: STRINGEQUALS
      ListOfTags[0].ConditionValue: daily
      strengthens: plan shop-daily takes in what tagged-1a2b3c4d selects (C200)

111111111111/eu-west-1  vaults and region
  strengthens  ~ lock primary
      MinRetentionDays: 7 -> 30
      strengthens: the lock of vault primary admits only retention of 30 days or more (C310)
  neutral      - vault tag primary/tier
      neutral: tags of vaults and plans protect nothing by themselves (C500)
  neutral      = vault old: orphaned: no app wants it any more, and it holds 4 recovery points

1 to create, 2 to update, 2 to delete, 1 kept, in 1 of 1 targets.
In all: weakens (2 weakens, 2 strengthens, 2 neutral).
"""
    )


def test_conflicts_are_told() -> None:
    text = told(target(plan()), live(live_plan(tags={})))
    assert "  ! plan shop-daily exists and has no tag backup-apps:bundle" in text
    assert text.endswith("1 in conflict, in 0 of 1 targets.\n")


def test_nothing_to_do() -> None:
    assert told(target(), live()) == "No changes: 1 targets are what the bundle asks.\n"
