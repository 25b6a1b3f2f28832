from backup_apps.domain.change_text import render_changes
from backup_apps.domain.difference import diff
from backup_apps.domain.live import LiveLock
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


def test_what_comes_is_told_in_full() -> None:
    text = render_changes([diff(target(vault(), plan(rules=[rule(CopyActions=[COPY])])), live(), BUNDLE)])
    assert (
        text
        == """\
111111111111/eu-west-1  vaults and region
  + vault primary
      BackupVaultTags.backup-apps:bundle: acme
      EncryptionKeyArn: arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab

111111111111/eu-west-1  shop
  + plan shop-daily
      Rules[nightly].CompletionWindowMinutes: 480
      Rules[nightly].CopyActions[arn:aws:backup:eu-central-1:111111111111:backup-vault:dr].Lifecycle.DeleteAfterDays: 90
      Rules[nightly].EnableContinuousBackup: false
      Rules[nightly].Lifecycle.DeleteAfterDays: 35
      Rules[nightly].ScheduleExpression: cron(0 3 * * ? *)
      Rules[nightly].ScheduleExpressionTimezone: Etc/UTC
      Rules[nightly].StartWindowMinutes: 60
      Rules[nightly].TargetBackupVaultName: primary
  + selection shop-daily/tagged-1a2b3c4d
      IamRoleArn: arn:aws:iam::111111111111:role/acme-backup
      ListOfTags[0].ConditionKey: backup
      ListOfTags[0].ConditionType: STRINGEQUALS
      ListOfTags[0].ConditionValue: daily

3 to create, in 1 of 1 targets.
"""
    )


def test_what_changes_is_told_from_what_to_what_and_nothing_else() -> None:
    old = plan(rules=[rule(Lifecycle={"DeleteAfterDays": 90}), rule("weekly")], selections=[selection("s-0", "weekly")])
    before = live(
        live_vault(tags=OURS | {"tier": "gold"}, lock=LiveLock(min_days=7)),
        live_plan(old),
        live_vault("old", recovery_points=4),
    )
    text = render_changes([diff(target(vault(lock={"MinRetentionDays": 30}), plan()), before, BUNDLE)])
    assert (
        text
        == """\
111111111111/eu-west-1  vaults and region
  ~ lock primary
      MinRetentionDays: 7 -> 30
  - vault tag primary/tier
  = vault old: orphaned: no app wants it any more, and it holds 4 recovery points

111111111111/eu-west-1  shop
  ~ plan shop-daily
      Rules[nightly].Lifecycle.DeleteAfterDays: 90 -> 35
      Rules[weekly].CompletionWindowMinutes: 480 -> (none)
      Rules[weekly].EnableContinuousBackup: false -> (none)
      Rules[weekly].Lifecycle.DeleteAfterDays: 35 -> (none)
      Rules[weekly].ScheduleExpression: cron(0 3 * * ? *) -> (none)
      Rules[weekly].ScheduleExpressionTimezone: Etc/UTC -> (none)
      Rules[weekly].StartWindowMinutes: 60 -> (none)
      Rules[weekly].TargetBackupVaultName: primary -> (none)
  + selection shop-daily/tagged-1a2b3c4d
      IamRoleArn: arn:aws:iam::111111111111:role/acme-backup
      ListOfTags[0].ConditionKey: backup
      ListOfTags[0].ConditionType: STRINGEQUALS
      ListOfTags[0].ConditionValue: daily
  - selection shop-daily/s-0

1 to create, 2 to update, 2 to delete, 1 kept, in 1 of 1 targets.
"""
    )


def test_conflicts_are_told() -> None:
    text = render_changes([diff(target(plan()), live(live_plan(tags={})), BUNDLE)])
    assert "  ! plan shop-daily exists and has no tag backup-apps:bundle" in text
    assert text.endswith("1 in conflict, in 0 of 1 targets.\n")


def test_nothing_to_do() -> None:
    assert render_changes([diff(target(), live(), BUNDLE)]) == "No changes: 1 targets are what the bundle asks.\n"
