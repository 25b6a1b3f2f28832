"""What an event is about: which target, what in it, and who did it.

Calls by CloudTrail say all of it, seconds to minutes after. That a call was the hub's own only spares a look: whether
something drifted is decided by state, never by who did it.

https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.findings import Actor

CONFIGURATION_CALLS = frozenset(
    {
        "CreateBackupPlan",
        "CreateBackupSelection",
        "CreateBackupVault",
        "CreateRestoreTestingPlan",
        "CreateRestoreTestingSelection",
        "DeleteBackupPlan",
        "DeleteBackupSelection",
        "DeleteBackupVault",
        "DeleteBackupVaultAccessPolicy",
        "DeleteBackupVaultLockConfiguration",
        "DeleteBackupVaultNotifications",
        "DeleteRestoreTestingPlan",
        "DeleteRestoreTestingSelection",
        "PutBackupVaultAccessPolicy",
        "PutBackupVaultLockConfiguration",
        "PutBackupVaultNotifications",
        "TagResource",
        "UntagResource",
        "UpdateBackupPlan",
        "UpdateRegionSettings",
        "UpdateRestoreTestingPlan",
        "UpdateRestoreTestingSelection",
    }
)
"""Calls of AWS Backup that change what a bundle asks for."""
KEY_CALLS = frozenset(
    {
        "CancelKeyDeletion",
        "DisableKey",
        "DisableKeyRotation",
        "EnableKey",
        "EnableKeyRotation",
        "ScheduleKeyDeletion",
    }
)
POINT_CALLS = frozenset({"UpdateRecoveryPointLifecycle"})
"""Calls that change a recovery point and no plan."""
_CALLS = {"backup.amazonaws.com": CONFIGURATION_CALLS | POINT_CALLS, "kms.amazonaws.com": KEY_CALLS}


class FailedJob(NamedTuple):
    """A backup or copy job that did not go well, as far as its event tells."""

    target: Target
    since: datetime | None
    """Just before it began."""


_FAILED = ("FAILED", "ABORTED", "EXPIRED", "PARTIAL")
_JUST_BEFORE = timedelta(minutes=1)


def failed_job(event: Mapping[str, Any]) -> FailedJob | None:
    """None for a job that goes on or went well, and for any other event."""
    detail = event.get("detail") or {}
    is_job = event.get("detail-type") in ("Backup Job State Change", "Copy Job State Change")
    if not is_job or detail.get("state") not in _FAILED:
        return None
    target = Target(str(event["account"]), str(event["region"]))
    return FailedJob(target, _since(str(detail.get("creationDate", ""))))


def _since(created: str) -> datetime | None:
    try:
        return datetime.fromisoformat(created).astimezone(UTC) - _JUST_BEFORE
    except ValueError:
        return None


class Touched(NamedTuple):
    """What somebody did in a target, and to what: names of vaults, ids of plans, ARNs and ids of keys."""

    target: Target
    names: frozenset[str]
    actor: Actor
    point: str | None = None
    """The ARN of the recovery point, where it is about one."""
    vault: str | None = None
    """The name of the vault, where it names one."""
    plan: str | None = None
    """The id of the plan, where it names one."""

    @property
    def makes_a_plan(self) -> bool:
        return self.actor.call == "CreateBackupPlan"

    def naming(self, name: str) -> "Touched":
        """With a name by which findings know what it names by id."""
        return self._replace(names=self.names | {name})

    def is_about(self, resource: str) -> bool:
        """Whether it touched what a finding is about: a plan is touched with all that is in it."""
        whole = {resource, resource.split("/")[0], resource.partition(" tag ")[0]}
        return not whole.isdisjoint(self.names)


def touched(event: Mapping[str, Any], own_roles: Collection[str]) -> Touched | None:
    """None for a call that changed nothing that a bundle asks for, and for one by these roles."""
    detail = event.get("detail") or {}
    calls = _CALLS.get(detail.get("eventSource", ""), frozenset())
    if detail.get("eventName") not in calls or detail.get("errorCode") or _role_of(detail) in own_roles:
        return None
    target = Target(str(event["account"]), str(event["region"]))
    actor = Actor(_actor(detail), str(detail["eventName"]), str(detail.get("eventTime", "")))
    asked = detail.get("requestParameters") or {}
    point = asked.get("recoveryPointArn") if detail["eventName"] in POINT_CALLS else None
    return Touched(target, frozenset(_names(detail)), actor, point, asked.get("backupVaultName"), _plan(asked))


def _plan(asked: Mapping[str, Any]) -> str | None:
    _, is_plan, tagged = str(asked.get("resourceArn", "")).partition(":backup-plan:")
    plan = tagged if is_plan else asked.get("backupPlanId")
    return str(plan) if plan else None


def concerns(touch: Touched, desired: DesiredTarget, versions: Mapping[str, Any]) -> bool:
    """Whether a call has to do with a bundle, by what is known of its target: plans by the ids in `versions`, which
    name what was read of them."""
    names = {one.name for part in (desired.vaults, desired.plans, desired.testing or ()) for one in part}
    names |= {known.partition("/")[0] for known in versions} | set(_of_settings(desired.region_settings or {}))
    return not names.isdisjoint(touch.names) or touch.actor.call in KEY_CALLS


def _of_settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for setting, values in settings.items():
        management = setting == "ResourceTypeManagementPreference"
        yield from (f"{kind} management" if management else kind for kind in values)


def _role_of(detail: Mapping[str, Any]) -> str:
    issuer = ((detail.get("userIdentity") or {}).get("sessionContext") or {}).get("sessionIssuer") or {}
    return str(issuer.get("userName", ""))


def _actor(detail: Mapping[str, Any]) -> str:
    """The ARN of the session, user or root; for a service of AWS its name."""
    identity = detail.get("userIdentity") or {}
    return str(identity.get("arn") or identity.get("invokedBy") or identity.get("principalId") or "unknown")


def _names(detail: Mapping[str, Any]) -> Iterator[str]:
    asked, answered = detail.get("requestParameters") or {}, detail.get("responseElements") or {}
    for member in ("backupPlanId", "backupVaultName", "keyId", "restoreTestingPlanName"):
        yield from (str(side[member]) for side in (asked, answered) if side.get(member))
    for member in ("backupPlanArn", "resourceArn", "recoveryPointArn"):
        arns = [str(side[member]) for side in (asked, answered) if side.get(member)]
        yield from map(_name_in, arns)
        yield from arns
    plan = asked.get("backupPlan") or {}
    if plan.get("backupPlanName"):
        yield str(plan["backupPlanName"])
    if "resourceTypeOptInPreference" in asked or "resourceTypeManagementPreference" in asked:
        yield from asked.get("resourceTypeOptInPreference") or {}
        yield from (f"{kind} management" for kind in asked.get("resourceTypeManagementPreference") or {})
    tested = asked.get("restoreTestingPlan") or {}
    if tested.get("restoreTestingPlanName"):
        yield str(tested["restoreTestingPlanName"])
    for resource in detail.get("resources") or ():
        yield str(resource.get("ARN", ""))


def _name_in(arn: str) -> str:
    """The ARN of a restore testing plan ends in an id after its name, in which there is no hyphen."""
    name = arn.rpartition(":")[2]
    return name.partition("-")[0] if ":restore-testing-plan:" in arn else name
