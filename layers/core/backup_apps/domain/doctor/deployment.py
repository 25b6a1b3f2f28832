"""What the templates of this release deploy, as far as the doctor looks for it; a test holds it against them."""

from backup_apps.domain.drift.events import KEY_CALLS

OUTPUTS = (
    "HubName",
    "PolicyBucket",
    "StateBucket",
    "StateTable",
    "AlertTopic",
    "EventBus",
    "SyncStateMachine",
    "SweepStateMachine",
    "SweepTargetFunction",
    "VerifyStateMachine",
    "LedgerKey",
    "ApprovalUrl",
    "CheckpointLedgerFunction",
    "DiffTargetFunction",
    "LookAtResourceFunction",
)
"""Of the hub's stack. A stack without one of them is of an earlier release."""

PLAN_ROLE = "backup-apps-plan"
ASSUMED_BY: dict[str, tuple[str, ...]] = {
    PLAN_ROLE: (
        "plan-target",
        "diff-target",
        "look-at-resource",
        "detect-drift",
        "sweep-target",
        "tell-findings",
        "heal-target",
        "start-verifications",
        "record-verification",
    ),
    "backup-apps-sync": ("sync-target", "heal-target"),
    "backup-apps-verify": (
        "choose-points",
        "restore-point",
        "hear-restore",
        "check-restore",
        "clean-up-restore",
        "record-verification",
        "hunt-leftovers",
    ),
    "backup-apps-inspect": ("choose-points", "check-restore", "take-manifest"),
}
"""The roles of a member account, and the functions of the hub that assume each."""

ASSUMED_BY_AWS = {
    "backup-apps-backup": "backup.amazonaws.com",
    "backup-apps-restore": "backup.amazonaws.com",
    "backup-apps-events": "events.amazonaws.com",
}
"""The roles of a member account that services of AWS assume."""

RULE = "backup-apps-forward"
FORWARDED = {
    "$or": [
        {
            "source": ["aws.backup"],
            "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
        },
        {
            "source": ["aws.backup"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"eventSource": ["backup.amazonaws.com"], "readOnly": [False]},
        },
        {
            "source": ["aws.kms"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"eventSource": ["kms.amazonaws.com"], "eventName": sorted(KEY_CALLS)},
        },
    ]
}
"""The pattern of the rule in each region of a member account."""
SYNC_POLICY, PASS_SID = "sync", "HandRolesToAwsBackup"
"""Where the sync role says which roles it may hand to AWS Backup."""
