"""What the sessions of a sync may do: policies that narrow the member's role to one target, and to its change set.

A sync reads in one session and writes in others. The policy of a writing session names the actions and resources of
its changes and nothing else, and AWS takes 2,048 characters of policy for a session. So the changes are divided, in the
order of the sync, into as many sessions as it takes. A plan that the sync creates has no id before it is there: what is
asked of it comes in a session after that of its creation.

Which action takes which resource and condition key:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from backup_apps.domain.changes import Create, Kind, Prune, Update, Write
from backup_apps.domain.desired import BUNDLE_TAG, DesiredTarget, Target

POLICY_LIMIT = 2048
"""Characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
_MADE_FOR_BUNDLE, _OF_BUNDLE = f"aws:RequestTag/{BUNDLE_TAG}", f"aws:ResourceTag/{BUNDLE_TAG}"
# What AWS Backup does with the key in the caller's name when a vault is made.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html
_KEY_ACTIONS = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:RetireGrant")


class Grant(NamedTuple):
    """One action on one resource. `condition` is a condition key and the one value that it must have."""

    action: str
    resource: str
    condition: tuple[str, str] | None = None


class Place(NamedTuple):
    """Where a sync writes, and for whom. `plans` are the ARNs of the plans that are there, by name."""

    partition: str
    target: Target
    bundle: str
    plans: Mapping[str, str]

    def arn(self, kind: str, name: str) -> str:
        return f"arn:{self.partition}:backup:{self.target.region}:{self.target.account}:{kind}:{name}"


class WritingSession(NamedTuple):
    """The policy of a session, and the changes that it allows."""

    policy: str
    writes: tuple[Write, ...]


def reading_policy(desired: DesiredTarget, partition: str) -> str:
    """What comparing the target takes. What is live there is not known yet, so it is read in the whole region."""
    place = Place(partition, desired.target, "", {})
    grants = [Grant(f"backup:{name}", "*") for name in ("ListBackupPlans", "ListBackupVaults")]
    grants += [Grant("tag:GetResources", "*")]
    for name in ("GetBackupPlan", "GetBackupSelection", "ListBackupSelections", "ListTags"):
        grants.append(Grant(f"backup:{name}", place.arn("backup-plan", "*")))
    for name in ("GetBackupVaultAccessPolicy", "GetBackupVaultNotifications", "ListTags"):
        grants.append(Grant(f"backup:{name}", place.arn("backup-vault", "*")))
    # Also where none is asked for: one that is there and not wanted any more is to go.
    for name in ("GetRestoreTestingPlan", "GetRestoreTestingSelection", "ListRestoreTestingSelections", "ListTags"):
        grants.append(Grant(f"backup:{name}", place.arn("restore-testing-plan", "*")))
    grants += [Grant("backup:ListRestoreTestingPlans", "*")]
    if desired.asks_for_region_settings:
        grants.append(Grant("backup:DescribeRegionSettings", "*"))
    if desired.key_aliases:
        grants.append(Grant("kms:DescribeKey", f"arn:{partition}:kms:{desired.region}:{desired.account}:key/*"))
    return policy_of(grants)


def first_session(writes: Sequence[Write], place: Place) -> WritingSession:
    """A session for as many of the writes, from the first on, as one policy holds and as can be named already."""
    nameable = list(takewhile(lambda change: _is_there(change, place), writes)) or writes[:1]
    taken, policy = 1, policy_of(grants_of(nameable[0], place))
    for count in range(2, len(nameable) + 1):
        longer = policy_of(grant for change in nameable[:count] for grant in grants_of(change, place))
        if len(longer) > POLICY_LIMIT:
            break
        taken, policy = count, longer
    return WritingSession(policy, tuple(nameable[:taken]))


def grants_of(change: Write, place: Place) -> Iterator[Grant]:
    """What carrying out the change takes."""
    return _GRANTS[change.kind](change, place)


def policy_of(grants: Iterable[Grant]) -> str:
    """The shortest policy that allows these and nothing else: what shares resource and condition shares a statement,
    and so does what shares actions and condition."""
    actions: dict[tuple[str, Any], set[str]] = {}
    for grant in grants:
        actions.setdefault((grant.resource, grant.condition), set()).add(grant.action)
    resources: dict[tuple[tuple[str, ...], Any], list[str]] = {}
    for (resource, condition), allowed in sorted(actions.items(), key=str):
        resources.setdefault((tuple(sorted(allowed)), condition), []).append(resource)
    statements = [_statement(allowed, named, condition) for (allowed, condition), named in resources.items()]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _statement(actions: Sequence[str], resources: Sequence[str], condition: tuple[str, str] | None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": _bare(actions), "Resource": _bare(resources)}
    return statement | ({"Condition": {"StringEquals": dict([condition])}} if condition else {})


def _bare(listed: Sequence[str]) -> Sequence[str] | str:
    return listed[0] if len(listed) == 1 else listed


def _is_there(change: Write, place: Place) -> bool:
    """Whether what the change is about has its id by now."""
    about_plan = change.kind in (Kind.PLAN, Kind.PLAN_TAG, Kind.SELECTION)
    creates_plan = change.kind is Kind.PLAN and isinstance(change, Create)
    return not about_plan or creates_plan or change.name in place.plans


def _region_settings(change: Write, place: Place) -> Iterator[Grant]:
    yield Grant("backup:UpdateRegionSettings", "*")


def _vault(change: Write, place: Place) -> Iterator[Grant]:
    vault = place.arn("backup-vault", change.name)
    if not isinstance(change, Create):
        yield Grant("backup:DeleteBackupVault", vault, (_OF_BUNDLE, place.bundle))
        return
    for action in ("backup:CreateBackupVault", "backup:TagResource"):
        yield Grant(action, vault, (_MADE_FOR_BUNDLE, place.bundle))
    yield Grant("backup-storage:MountCapsule", "*")
    if "EncryptionKeyArn" in change.after:
        yield from (Grant(action, change.after["EncryptionKeyArn"]) for action in _KEY_ACTIONS)


def _vault_setting(put: str, delete: str) -> Callable[[Write, Place], Iterator[Grant]]:
    def grants(change: Write, place: Place) -> Iterator[Grant]:
        action = delete if isinstance(change, Prune) else put
        yield Grant(f"backup:{action}", place.arn("backup-vault", change.name), (_OF_BUNDLE, place.bundle))

    return grants


def _plan(change: Write, place: Place) -> Iterator[Grant]:
    if isinstance(change, Create):
        for action in ("backup:CreateBackupPlan", "backup:TagResource"):
            yield Grant(action, place.arn("backup-plan", "*"), (_MADE_FOR_BUNDLE, place.bundle))
        return
    action = "backup:UpdateBackupPlan" if isinstance(change, Update) else "backup:DeleteBackupPlan"
    yield Grant(action, place.plans[change.name], (_OF_BUNDLE, place.bundle))


def _plan_tag(change: Write, place: Place) -> Iterator[Grant]:
    yield _tag(change, place.plans[change.name], place.bundle)


def _vault_tag(change: Write, place: Place) -> Iterator[Grant]:
    yield _tag(change, place.arn("backup-vault", change.name), place.bundle)


def _tag(change: Write, arn: str, bundle: str) -> Grant:
    """What is adopted has no bundle's tag yet, and may be given that of this bundle."""
    if isinstance(change, Create) and change.item == BUNDLE_TAG:
        return Grant("backup:TagResource", arn, (_MADE_FOR_BUNDLE, bundle))
    action = "backup:UntagResource" if isinstance(change, Prune) else "backup:TagResource"
    return Grant(action, arn, (_OF_BUNDLE, bundle))


def _selection(change: Write, place: Place) -> Iterator[Grant]:
    action = "backup:DeleteBackupSelection" if isinstance(change, Prune) else "backup:CreateBackupSelection"
    yield Grant(action, place.plans[change.name], (_OF_BUNDLE, place.bundle))
    if isinstance(change, Create):
        yield Grant("iam:PassRole", change.after["IamRoleArn"], ("iam:PassedToService", "backup.amazonaws.com"))


def _of_test(change: Write, place: Place) -> str:
    """The ARN of a restore testing plan ends in an id after its name, in which there is no hyphen."""
    return place.arn("restore-testing-plan", f"{change.name}-*")


def _testing_plan(change: Write, place: Place) -> Iterator[Grant]:
    if isinstance(change, Create):
        for action in ("backup:CreateRestoreTestingPlan", "backup:TagResource"):
            yield Grant(action, place.arn("restore-testing-plan", "*"), (_MADE_FOR_BUNDLE, place.bundle))
        return
    verb = "Update" if isinstance(change, Update) else "Delete"
    yield Grant(f"backup:{verb}RestoreTestingPlan", _of_test(change, place), (_OF_BUNDLE, place.bundle))


def _testing_plan_tag(change: Write, place: Place) -> Iterator[Grant]:
    yield _tag(change, _of_test(change, place), place.bundle)


def _testing_selection(change: Write, place: Place) -> Iterator[Grant]:
    """Its role is handed to restore testing, which is a service of its own."""
    verb = change.action.replace("prune", "delete").title()
    yield Grant(f"backup:{verb}RestoreTestingSelection", _of_test(change, place), (_OF_BUNDLE, place.bundle))
    if not isinstance(change, Prune):
        service = ("iam:PassedToService", "restore-testing.backup.amazonaws.com")
        yield Grant("iam:PassRole", change.after["IamRoleArn"], service)


_GRANTS: Mapping[Kind, Callable[[Write, Place], Iterator[Grant]]] = {
    Kind.REGION_SETTINGS: _region_settings,
    Kind.VAULT: _vault,
    Kind.VAULT_TAG: _vault_tag,
    Kind.ACCESS_POLICY: _vault_setting("PutBackupVaultAccessPolicy", "DeleteBackupVaultAccessPolicy"),
    Kind.NOTIFICATIONS: _vault_setting("PutBackupVaultNotifications", "DeleteBackupVaultNotifications"),
    Kind.LOCK: _vault_setting("PutBackupVaultLockConfiguration", "DeleteBackupVaultLockConfiguration"),
    Kind.PLAN: _plan,
    Kind.PLAN_TAG: _plan_tag,
    Kind.SELECTION: _selection,
    Kind.TESTING_PLAN: _testing_plan,
    Kind.TESTING_PLAN_TAG: _testing_plan_tag,
    Kind.TESTING_SELECTION: _testing_selection,
}
