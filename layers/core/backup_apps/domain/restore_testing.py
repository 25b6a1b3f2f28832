"""From `verification` with `engine: aws` to a plan of AWS restore testing, in the shapes of its API.

A plan restores what lies in the vaults of its app. Vaults are shared, so what an app's rules make bears the app's tag,
and the selections ask for it: their conditions look at the tags of the latest recovery point of a resource.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.desired import APP_TAG, BUNDLE_TAG, DesiredTestingPlan, Target
from backup_apps.domain.policy import Plan, Policy, Sandbox, Selection
from backup_apps.domain.protection.cadence import cadence_of
from backup_apps.domain.quantities import TESTED_TYPES
from backup_apps.domain.regions import partition_of
from backup_apps.domain.simulation.kinds import kind_of
from backup_apps.domain.testing_form import DEFAULT_DAYS
from backup_apps.domain.verification.engines import AWS, START_HOURS, VALIDATION_HOURS

RESTORE_ROLE = "backup-apps-restore"
DATABASES = ("Aurora", "DocumentDB", "Neptune", "RDS")
"""They are restored into a subnet group, and keep the key of their recovery point."""
_MOST_DAYS = 365


def is_tested(policy: Policy) -> bool:
    """Whether AWS restores, and not we."""
    return policy.verification.engine == AWS


def testing_plan_name(app: str) -> str:
    """Letters, digits and underscores alone; two apps never share one, since names of apps have no underscores."""
    return app.replace("-", "_")


def tested_types(policy: Policy) -> tuple[str, ...]:
    """As written, or those of all that the app selects; nothing where its ARNs do not tell each."""
    if policy.verification.types:
        return tuple(sorted(policy.verification.types))
    found = [
        type_
        for plan in policy.plans.values()
        for selection in plan.selections.values()
        for type_ in _types_of(selection)
    ]
    return tuple(sorted({type_ for type_ in found if type_})) if None not in found else ()


def _types_of(selection: Selection) -> Iterator[str | None]:
    """Of a cluster no ARN says whose it is: Aurora's, DocumentDB's or Neptune's."""
    if not selection.resources:
        yield None
    for arn in selection.resources:
        kind = kind_of(arn)
        yield kind.name if kind and kind.name in TESTED_TYPES and kind.name != "Aurora" else None


def render_testing_plan(policy: Policy, bundle: str, app: str, target: Target) -> DesiredTestingPlan:
    """What restores an app's backups on a target, by its schedule."""
    return DesiredTestingPlan(
        app=app,
        plan={
            "RestoreTestingPlanName": testing_plan_name(app),
            "ScheduleExpression": policy.verification.schedule,
            "ScheduleExpressionTimezone": "Etc/UTC",
            "StartWindowHours": START_HOURS,
            "RecoveryPointSelection": {
                "Algorithm": "LATEST_WITHIN_WINDOW",
                "IncludeVaults": _vaults(policy, target),
                "RecoveryPointTypes": ["CONTINUOUS", "SNAPSHOT"],
                "SelectionWindowDays": _window(policy),
            },
        },
        tags={BUNDLE_TAG: bundle, APP_TAG: app},
        selections=tuple(_selection(policy, app, target, type_) for type_ in tested_types(policy)),
    )


def _vaults(policy: Policy, target: Target) -> list[str]:
    names = {policy.vaults[rule.vault].name for plan in policy.plans.values() for rule in plan.rules.values()}
    place = f"arn:{partition_of(target.region)}:backup:{target.region}:{target.account}:backup-vault"
    return [f"{place}:{name}" for name in sorted(names)]


def _window(policy: Policy) -> int:
    """Days. AWS's own, or twice as long as the longest wait for a backup, so that what is backed up every other month
    has its turn too; no longer, since of what is deleted the backups would be tested as long as they are kept."""
    gaps = [_longest_gap(plan) for plan in policy.plans.values() if plan.rules]
    return min(max([DEFAULT_DAYS, *(2 * gap for gap in gaps)]), _MOST_DAYS)


def _longest_gap(plan: Plan) -> int:
    """Days between two backups by the plan's most frequent rule; too many to count where that can't be told."""
    found = [cadence_of(rule.schedule) for rule in plan.rules.values()]
    return min(one.longest_gap.days + 1 if one else _MOST_DAYS for one in found)


def _selection(policy: Policy, app: str, target: Target, type_: str) -> dict[str, Any]:
    sandbox, own = policy.verification.sandbox, policy.verification.types.get(type_, {})
    role = f"arn:{partition_of(target.region)}:iam::{target.account}:role/{RESTORE_ROLE}"
    overrides = overridden(type_, sandbox, own)
    return {
        "RestoreTestingSelectionName": type_,
        "ProtectedResourceType": type_,
        "ProtectedResourceArns": ["*"],
        "ProtectedResourceConditions": {"StringEquals": [{"Key": f"aws:ResourceTag/{APP_TAG}", "Value": app}]},
        "IamRoleArn": sandbox.role or role,
        "ValidationWindowHours": VALIDATION_HOURS,
        **({"RestoreMetadataOverrides": overrides} if overrides else {}),
    }


def overridden(type_: str, sandbox: Sandbox, own: Mapping[str, str]) -> dict[str, str]:
    """What takes the place of what AWS infers: the sandbox's key and network, and what is written of the type, whose
    keys AWS reads whatever their case."""
    written = {key.lower() for key in own}
    derived = {key: value for key, value in _of_sandbox(type_, sandbox) if key.lower() not in written}
    return dict(sorted((derived | dict(own)).items()))


def _of_sandbox(type_: str, sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """Lists are JSON."""
    if sandbox.kms_key:
        yield from _of_key(type_, sandbox.kms_key)
    if type_ in DATABASES and sandbox.subnet_group:
        yield "dbSubnetGroupName", sandbox.subnet_group
    if sandbox.security_groups and type_ in (*DATABASES, "EC2"):
        key = "securityGroupIds" if type_ == "EC2" else "vpcSecurityGroupIds"
        yield key, json.dumps(list(sandbox.security_groups))


def _of_key(type_: str, key: str) -> Iterator[tuple[str, str]]:
    match type_:
        case "DynamoDB":
            yield from (("encryptionType", "KMS"), ("kmsMasterKeyArn", key))
        case "S3":
            yield from (("encryptionType", "SSE-KMS"), ("kmsKey", key))
        case "EBS" | "EFS":
            yield "kmsKeyId", key
