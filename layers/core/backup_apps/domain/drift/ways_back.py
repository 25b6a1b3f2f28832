"""What people can do about what has drifted: of each kind, since what a push puts back is the configuration alone.

https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-scheduling-key-deletion.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRecoveryPointLifecycle.html
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from backup_apps.domain.drift.findings import Direction, Finding, Kind


class WayBack(NamedTuple):
    """The next step, with the command to run."""

    weakened: str
    otherwise: str
    """Of what strengthens or is neutral."""


def _pushed(besides: str = "") -> WayBack:
    back = "push the bundle again: backup-apps push DIR. With selfHeal: true the hub does it by itself."
    stays = "stays until the next push. To keep it: backup-apps drift BUNDLE --patch. To undo it: backup-apps push DIR."
    return WayBack(f"{back} {besides}".rstrip(), f"{stays} {besides}".rstrip())


def _by_hand(way: str) -> WayBack:
    return WayBack(way, way)


_UNTAGGED = "What has lost the bundle's tag is not touched before `adopt` names it."
_NEXT_RUN = "The next run that goes well closes it; to have a recovery point before: aws backup start-backup-job."

WAYS_BACK: Mapping[Kind, WayBack] = {
    Kind.PLAN: _pushed(_UNTAGGED),
    Kind.RULE: _pushed(),
    Kind.SELECTION: _pushed(),
    Kind.VAULT: _pushed(f"{_UNTAGGED} A vault under another key stays as it is: declare a new vault."),
    Kind.LOCK: _pushed("Compliance mode is written by a push alone, and what it has fixed nobody changes."),
    Kind.ACCESS_POLICY: _pushed(),
    Kind.NOTIFICATIONS: _pushed(),
    Kind.REGION_OPT_IN: _pushed(),
    Kind.MISSING_PLAN: _pushed(),
    Kind.MISSING_VAULT: _pushed(),
    Kind.RESTORE_TESTING: _pushed("One that has lost the bundle's tag is not touched: tag it, or delete it first."),
    Kind.UNMANAGED_PLAN: _by_hand(
        "no push touches it. Take it into a bundle with backup-apps import plans ACCOUNT/REGION, or delete it with "
        "aws backup delete-backup-plan."
    ),
    Kind.KEY_ROTATION: _by_hand("no push reaches keys. In the account of the key: aws kms enable-key-rotation."),
    Kind.KEY_STATE: WayBack(
        "no push reaches keys. In the account of the key: aws kms cancel-key-deletion while it is to be deleted, then "
        "aws kms enable-key. Where it is gone for good, declare a new vault and run backup-apps push DIR.",
        "no push reaches aliases. In the account of the key: aws kms create-alias, for the key that the vaults have.",
    ),
    Kind.RETENTION: WayBack(
        "no push reaches recovery points that are there. With the lifecycle that is shown as synced: "
        "aws backup update-recovery-point-lifecycle.",
        "no push reaches recovery points that are there: it stays so, unless you change it with "
        "aws backup update-recovery-point-lifecycle.",
    ),
    Kind.RECOVERY_POINT_KEY: _by_hand(
        "no recovery point changes its key. A copy has the key of the vault that it goes to: aws backup start-copy-job."
    ),
    Kind.RECOVERY_POINT_VAULT: _by_hand(
        "no push moves recovery points. Copy it into a vault of the bundle: aws backup start-copy-job."
    ),
    Kind.ORPHANED_POINTS: _by_hand(
        "no push reaches them. Say how long they are kept with aws backup update-recovery-point-lifecycle, or end them "
        "with aws backup delete-recovery-point."
    ),
    Kind.VAULT_PRINCIPAL: _by_hand(
        "take them out of accessPolicy in the bundle and run backup-apps push DIR, or name them in `principals` of "
        "TrustPolicy, a parameter of the hub's stack."
    ),
    Kind.JOB_FAILED: _by_hand(f"no push repeats a job: mend the cause. {_NEXT_RUN}"),
    Kind.JOB_ISSUES: _by_hand(
        f"no push repeats a job. What is missing is told by aws backup list-backup-jobs. {_NEXT_RUN}"
    ),
    Kind.JOB_MISSING: _by_hand(
        "no push makes up for a run. Look for the cause (the role, the opt-in of its type) with "
        f"aws backup list-backup-jobs. {_NEXT_RUN}"
    ),
    Kind.COPY_MISSING: _by_hand(
        "no push makes up for a copy. Look for the cause with aws backup list-copy-jobs; to have the copy: "
        "aws backup start-copy-job. The next copy closes it."
    ),
    Kind.VERIFICATION_MISSING: _by_hand(
        "no push makes up for a rehearsal. Run it now, which closes it: backup-apps verify APP --bundle BUNDLE. The "
        "cause is in the log of the start-verifications function; where AWS tests restores look at "
        "aws backup list-restore-jobs, and the next test of the resource closes it."
    ),
    Kind.COVER: _by_hand(
        "select them with a plan of the bundle, by tag or by ARN, or name them in cover.exclude: backup-apps push DIR."
    ),
    Kind.WAIVER: _by_hand(
        "keep the guardrail again, or have its owner renew the waiver: change the bundle and run backup-apps push DIR."
    ),
}


def ways_back(findings: Iterable[Finding]) -> list[str]:
    """In their order, each way once, with the kinds that it is for."""
    kinds: dict[str, dict[str, None]] = {}
    for one in findings:
        way = WAYS_BACK[one.kind]
        text = way.weakened if one.direction is Direction.WEAKENS else way.otherwise
        text = text.replace("BUNDLE", one.bundle).replace("APP", one.app or "APP")
        kinds.setdefault(text, {})[one.kind.value] = None
    return [f"{', '.join(named)}: {text}" for text, named in kinds.items()]
