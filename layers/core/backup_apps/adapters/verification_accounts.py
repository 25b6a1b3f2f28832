"""Member accounts as verification reaches them: by one role that sees rehearsals alone, and one that only reads.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.clients import Credentials, client, member_client, partition_of
from backup_apps.adapters.restored_facts import facts_of
from backup_apps.adapters.restored_removal import left_behind, remove
from backup_apps.domain.desired import APP_TAG, BUNDLE_TAG, Target
from backup_apps.domain.errors import (
    AwsError,
    InvalidError,
    NotFoundError,
    ThrottledError,
    UnavailableError,
    UnreachableError,
)
from backup_apps.domain.verification.choice import Point
from backup_apps.domain.verification.facts import Facts
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.ports.verification import CopyJob, Owner, Question, RestoreJob

RESTORE_ROLE, BACKUP_ROLE = "backup-apps-restore", "backup-apps-backup"
_SESSION_NAME_LIMIT = 64
_KEYS = ("KMSKey", "kmsMasterKeyArn", "kmsKeyId", "KmsKeyId")


class VerificationAccounts:
    """Assumes the verify or the inspect role of a member account, anew for each step."""

    def __init__(self, verify_role: str, inspect_role: str, external_id: str) -> None:
        self._verify_role, self._inspect_role, self._external_id = verify_role, inspect_role, external_id

    def sandbox(self, target: Target, session: str) -> "SandboxRole":
        return SandboxRole(target.region, self._assume(self._verify_role, target, session))

    def inspector(self, target: Target, session: str) -> "InspectRole":
        return InspectRole(target.region, self._assume(self._inspect_role, target, session))

    def restore_role(self, target: Target) -> str:
        return _role_arn(target, RESTORE_ROLE)

    def copy_role(self, target: Target) -> str:
        return _role_arn(target, BACKUP_ROLE)

    def _assume(self, role: str, target: Target, session: str) -> Credentials:
        arn = _role_arn(target, role)
        try:
            with translated():
                given = client("sts").assume_role(
                    RoleArn=arn, RoleSessionName=session[:_SESSION_NAME_LIMIT], ExternalId=self._external_id
                )["Credentials"]
        except (ThrottledError, UnavailableError):
            raise
        except AwsError as error:
            raise UnreachableError(error.operation, error.code, f"{arn}: {error.message}", error.request_id) from error
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _role_arn(target: Target, role: str) -> str:
    return f"arn:{partition_of(target.region)}:iam::{target.account}:role/{role}"


class _Role:
    """What both roles may do."""

    def __init__(self, region: str, credentials: Credentials) -> None:
        self._region, self._credentials = region, credentials
        self._backup = self._client("backup")

    @translated()
    def job(self, job: str) -> RestoreJob:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRestoreJob.html"""
        found = self._backup.describe_restore_job(RestoreJobId=job)
        ended = found.get("CompletionDate")
        return RestoreJob(
            status=found["Status"],
            point=found["RecoveryPointArn"],
            type=found.get("ResourceType", ""),
            created=found.get("CreatedResourceArn"),
            seconds=round((ended - found["CreationDate"]).total_seconds()) if ended else None,
            message=found.get("StatusMessage"),
            testing="RestoreTestingPlanArn" in found.get("CreatedBy", {}),
        )

    @translated()
    def asked_key(self, job: str) -> str | None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreJobMetadata.html"""
        asked = self._backup.get_restore_job_metadata(RestoreJobId=job).get("Metadata", {})
        key = next((asked[name] for name in _KEYS if asked.get(name)), None)
        return str(key) if key and ":key/" in key else None

    def facts(self, question: Question) -> Facts | None:
        return facts_of(self._client, question)

    def _client(self, service: str) -> Any:
        return member_client(service, self._region, self._credentials)


class InspectRole(_Role):
    @translated()
    def point(self, arn: str) -> Point | None:
        """Found through its resource, since nothing but a vault's name and the ARN together describe it."""
        found = self._described(arn)
        return _point(found) if found else None

    @translated()
    def owner(self, plan_arn: str) -> Owner | None:
        if not plan_arn:
            return None
        try:
            with translated():
                tags = self._backup.list_tags(ResourceArn=plan_arn).get("Tags", {})
        except NotFoundError:  # the plan is gone, its recovery points are not
            return None
        return Owner(tags[BUNDLE_TAG], tags[APP_TAG]) if {BUNDLE_TAG, APP_TAG} <= tags.keys() else None

    def owner_of_point(self, arn: str) -> Owner | None:
        with translated():
            found = self._described(arn)
        return self.owner(str(found.get("CreatedBy", {}).get("BackupPlanArn", ""))) if found else None

    def _described(self, arn: str) -> dict[str, Any] | None:
        for page in self._backup.get_paginator("list_backup_vaults").paginate():
            for vault in page["BackupVaultList"]:
                try:
                    with translated():
                        return dict(
                            self._backup.describe_recovery_point(
                                BackupVaultName=vault["BackupVaultName"], RecoveryPointArn=arn
                            )
                        )
                except NotFoundError:
                    continue
        return None


class SandboxRole(_Role):
    @translated()
    def points(self, vaults: Sequence[str], plans: Collection[str]) -> tuple[Point, ...]:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html"""
        pages = self._backup.get_paginator("list_backup_plans").paginate()
        ids = [
            one["BackupPlanId"] for page in pages for one in page["BackupPlansList"] if one["BackupPlanName"] in plans
        ]
        points = self._backup.get_paginator("list_recovery_points_by_backup_vault")
        found = (
            one
            for vault in vaults
            for plan in ids
            for page in points.paginate(BackupVaultName=vault, ByBackupPlanId=plan)
            for one in page["RecoveryPoints"]
        )
        return tuple(_point(one) for one in found if _can_be_restored(one))

    @translated()
    def key_arn(self, alias: str) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html"""
        return str(self._client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"])

    @translated()
    def copy(self, rehearsal: Rehearsal, role: str) -> str:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html"""
        point, into = rehearsal.point, rehearsal.sandbox
        assert point is not None
        assert into is not None
        vault = f"arn:{partition_of(into.region)}:backup:{into.region}:{into.account}:backup-vault:{into.vault}"
        started = self._backup.start_copy_job(
            RecoveryPointArn=point.arn,
            SourceBackupVaultName=point.vault,
            DestinationBackupVaultArn=vault,
            IamRoleArn=role,
            IdempotencyToken=rehearsal.name,
            Lifecycle=rehearsal.copy_lifecycle,
        )
        return str(started["CopyJobId"])

    @translated()
    def copy_job(self, job: str) -> CopyJob:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeCopyJob.html"""
        found = self._backup.describe_copy_job(CopyJobId=job)["CopyJob"]
        return CopyJob(found["State"], found.get("DestinationRecoveryPointArn"), found.get("StatusMessage"))

    @translated()
    def start(self, rehearsal: Rehearsal, role: str) -> str:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html"""
        assert rehearsal.point is not None
        started = self._backup.start_restore_job(
            RecoveryPointArn=rehearsal.copied or rehearsal.point.arn,
            Metadata=rehearsal.restore_metadata,
            IamRoleArn=role,
            IdempotencyToken=rehearsal.name,
            ResourceType=rehearsal.type,
        )
        return str(started["RestoreJobId"])

    def remove(self, type_: str, name: str) -> bool:
        return remove(self._client, type_, name)

    def left_behind(self, type_: str, before: datetime) -> tuple[str, ...]:
        return left_behind(self._client, type_, before)

    def ask(self, function: str, document: Mapping[str, Any]) -> Any:
        """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
        try:
            with translated():
                answer = self._client("lambda").invoke(FunctionName=function, Payload=json.dumps(document).encode())
                text = answer["Payload"].read()
        except (ThrottledError, UnavailableError):
            raise
        except AwsError:  # it is not there, or may not be asked: what the other checks found counts all the same
            return None
        try:
            return None if "FunctionError" in answer else json.loads(text)
        except ValueError:
            return None

    def answer(self, job: str, status: str, message: str) -> None:
        """A second answer is refused, and so is one that comes after the time for it.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html
        """
        try:
            with translated():
                self._backup.put_restore_validation_result(
                    RestoreJobId=job, ValidationStatus=status, ValidationStatusMessage=message
                )
        except InvalidError as error:
            if error.code != "InvalidRequestException":
                raise


def _can_be_restored(point: dict[str, Any]) -> bool:
    """Out of cold storage a restore takes hours and costs more, so nobody rehearses it unasked."""
    return bool(point["Status"] == "COMPLETED" and point.get("StorageClass", "WARM") != "COLD")


def _point(found: dict[str, Any]) -> Point:
    created: datetime = found["CreationDate"]
    return Point(
        arn=found["RecoveryPointArn"],
        vault=found["BackupVaultName"],
        resource=found["ResourceArn"],
        type=found["ResourceType"],
        created=created.astimezone(UTC).isoformat(),
        bytes=int(found.get("BackupSizeInBytes") or 0),
        key=found.get("EncryptionKeyArn"),
        role=found.get("IamRoleArn"),
    )
