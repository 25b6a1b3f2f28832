"""What the doctor reads of the hub's account, and of an account and region that bundles reach."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.callers_accounts import Clients
from backup_apps.adapters.key_states import key_state
from backup_apps.domain.desired import Target
from backup_apps.domain.doctor.deployment import PASS_SID, SYNC_POLICY
from backup_apps.domain.doctor.facts import Keeping, Key, Policy, Role, Rule, Subscription, Unknown, Vault
from backup_apps.domain.errors import AccessDeniedError, AwsError, NotFoundError

_PENDING = ("PendingConfirmation", "Deleted")
_SYNC_ROLE = "backup-apps-sync"


class HubAccount:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html gives a subscription that waits the
    word PendingConfirmation in place of an ARN."""

    def __init__(self, clients: Clients, region: str) -> None:
        self._clients, self._region = clients, region

    @translated()
    def place(self) -> Target:
        return Target(self._clients("sts").get_caller_identity()["Account"], self._region)

    @translated()
    def parameter(self, name: str) -> str:
        return str(self._clients("ssm").get_parameter(Name=name)["Parameter"]["Value"])

    @translated()
    def subscriptions(self, topic: str) -> tuple[Subscription, ...]:
        pages = self._clients("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        found = (one for page in pages for one in page["Subscriptions"])
        return tuple(Subscription(one["Protocol"], one["SubscriptionArn"] not in _PENDING) for one in found)

    @translated()
    def keeping(self, bucket: str) -> Keeping:
        s3 = self._clients("s3")
        versioned = s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"
        try:
            with translated():
                lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        except AwsError as error:
            if error.code != "ObjectLockConfigurationNotFoundError":
                raise
            return Keeping(versioned, locked=False)
        return Keeping(versioned, lock.get("ObjectLockEnabled") == "Enabled")

    @translated()
    def bus_policy(self, bus: str) -> Policy:
        return _policy(self._clients("events").describe_event_bus(Name=bus.rpartition("/")[2]).get("Policy"))

    def key_state(self, key: str) -> str:
        with translated():
            return str(self._clients("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"])

    def reads_organization(self) -> bool:
        try:
            with translated():
                self._clients("organizations").list_roots()
        except (AccessDeniedError, NotFoundError):
            return False
        return True

    @translated()
    def management_account(self) -> str:
        """Any account of an organization may ask.

        https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html
        """
        return str(self._clients("organizations").describe_organization()["Organization"]["MasterAccountId"])


class AccountAndRegion:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def role(self, name: str) -> Role | None:
        try:
            with translated():
                found = self._clients("iam").get_role(RoleName=name)["Role"]
        except NotFoundError:
            return None
        return Role(found["Arn"], _policy(found["AssumeRolePolicyDocument"]))

    @translated()
    def passable_roles(self) -> tuple[str, ...]:
        answer = self._clients("iam").get_role_policy(RoleName=_SYNC_ROLE, PolicyName=SYNC_POLICY)
        for statement in _policy(answer["PolicyDocument"])["Statement"]:
            if statement.get("Sid") == PASS_SID:
                named = statement["Resource"]
                return (named,) if isinstance(named, str) else tuple(named)
        return ()

    def trails(self) -> Any:
        from backup_apps.adapters.examined_trails import trails

        return trails(self._clients("cloudtrail"))

    def rule(self, name: str) -> Rule | None:
        events = self._clients("events")
        try:
            with translated():
                found = events.describe_rule(Name=name)
                targets = events.list_targets_by_rule(Rule=name)["Targets"]
        except NotFoundError:
            return None
        pattern = json.loads(found.get("EventPattern") or "{}")
        return Rule(found["State"].startswith("ENABLED"), pattern, tuple(one["Arn"] for one in targets))

    @translated()
    def opted_in(self) -> Mapping[str, bool]:
        return dict(self._clients("backup").describe_region_settings()["ResourceTypeOptInPreference"])

    def count_plans(self) -> int:
        return sum(1 for _ in self._listed("list_backup_plans", "BackupPlansList"))

    def count_vaults(self) -> int:
        return sum(1 for _ in self._listed("list_backup_vaults", "BackupVaultList"))

    def key(self, written: str) -> Key | None:
        kms = self._clients("kms")
        try:
            with translated():
                described = kms.describe_key(KeyId=written)["KeyMetadata"]
        except NotFoundError:
            return None
        arn, is_customers = described["Arn"], described.get("KeyManager") != "AWS"
        return Key(arn, described["KeyState"], is_customers, _rotates(kms, arn), _key_policy(kms, arn))

    def is_versioned(self, bucket: str) -> bool | None:
        try:
            with translated():
                return bool(self._clients("s3").get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled")
        except NotFoundError:
            return None

    def has_network(self, name: str) -> bool:
        try:
            with translated():
                if name.startswith("sg-"):
                    return bool(self._clients("ec2").describe_security_groups(GroupIds=[name])["SecurityGroups"])
                return bool(self._clients("rds").describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"])
        except AwsError as error:
            if error.code in ("InvalidGroup.NotFound", "DBSubnetGroupNotFoundFault"):
                return False
            raise

    def vault(self, name: str) -> Vault | None:
        for one in self._listed("list_backup_vaults", "BackupVaultList"):
            if one["BackupVaultName"] == name:
                return Vault(bool(one.get("Locked")), self._vault_policy(name))
        return None

    @translated()
    def copies_across_accounts(self) -> bool:
        settings = self._clients("backup").describe_global_settings()["GlobalSettings"]
        return str(settings.get("isCrossAccountBackupEnabled")).lower() == "true"

    def _vault_policy(self, name: str) -> Policy | Unknown | None:
        try:
            with translated():
                return _policy(self._clients("backup").get_backup_vault_access_policy(BackupVaultName=name)["Policy"])
        except NotFoundError:
            return None
        except AwsError as error:
            return Unknown(str(error))

    @translated()
    def _listed(self, operation: str, key: str) -> Iterator[Any]:
        pages = self._clients("backup").get_paginator(operation).paginate()
        return iter([one for page in pages for one in page[key]])


def _policy(document: Any) -> Policy:
    """IAM gives it URL-encoded, which botocore undoes; others as text."""
    return dict(document) if isinstance(document, Mapping) else dict(json.loads(unquote(document or "{}")))


def _rotates(kms: Any, arn: str) -> bool | Unknown | None:
    try:
        found = key_state(kms, arn)
    except AwsError as error:
        return Unknown(str(error))
    if found.rotates is None and found.state == "Enabled":
        return Unknown("its rotation may not be read, or it can't rotate")
    return found.rotates


def _key_policy(kms: Any, arn: str) -> Policy | Unknown:
    try:
        with translated():
            return _policy(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
    except AwsError as error:
        return Unknown(str(error))
