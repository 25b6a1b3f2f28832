"""A member account as a witness of why a resource is protected, or is not. What may not be read is not known.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
"""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.backup_reads import BackupReads
from backup_apps.adapters.backup_subjects import last_jobs, subject_facts
from backup_apps.adapters.key_states import key_state
from backup_apps.adapters.plan_selections import selections_of
from backup_apps.adapters.points_of_resources import last_points
from backup_apps.domain.desired import APP_TAG, BUNDLE_TAG, DesiredTarget
from backup_apps.domain.errors import AccessDeniedError, AwsError, NotFoundError
from backup_apps.domain.lineage.lineage import Point
from backup_apps.domain.live import LivePlan
from backup_apps.domain.why.facts import UNKNOWN, JobFacts, PlanFacts, RoleFacts, VaultFacts
from backup_apps.domain.why.subjects import Subject, SubjectFacts
from backup_apps.ports.signals import Clock

Client = Callable[[str], Any]
"""By the name of the service, in the region that is asked about."""


class ResourceWitness:
    def __init__(self, client: Client, account: str, clock: Clock) -> None:
        self._client, self._account, self._clock = client, account, clock
        self._backup = client("backup")

    def subject(self, subject: Subject) -> SubjectFacts | None:
        return subject_facts(self._backup, subject)

    @translated()
    def tags(self, resource: str) -> Mapping[str, str] | None:
        answer = self._client("resourcegroupstaggingapi").get_resources(ResourceARNList=[resource])
        found = answer["ResourceTagMappingList"]
        return {tag["Key"]: tag["Value"] for tag in found[0]["Tags"]} if found else None

    def plans(self, bundle: str, desired: DesiredTarget) -> tuple[PlanFacts, ...]:
        reads = BackupReads(self._backup, self._client("resourcegroupstaggingapi"), self._clock())
        live = reads.live(desired, bundle, {})
        wanted = {(plan.name, one["SelectionName"]): one for plan in desired.plans for one in plan.selections}
        return tuple(self._facts(plan, wanted) for plan in live.plans)

    def _facts(self, plan: LivePlan, wanted: Mapping[tuple[str, str], Any]) -> PlanFacts:
        known = {"name": plan.name, "id": plan.id, "version": plan.version}
        if plan.content is None:
            with translated():
                content = self._backup.get_backup_plan(BackupPlanId=plan.id)["BackupPlan"]
            return PlanFacts(**known, rules=tuple(content["Rules"]), selections=selections_of(self._backup, plan.id))
        selections = tuple(
            {"SelectionName": one.name, **(one.content or wanted.get((plan.name, one.name), {}))}
            for one in plan.selections
        )
        tags = plan.tags
        owner = {"bundle": tags.get(BUNDLE_TAG), "app": tags.get(APP_TAG)}
        return PlanFacts(**known, **owner, rules=tuple(plan.content["Rules"]), selections=selections)

    def vault(self, name: str) -> VaultFacts | None:
        found = self._vaults.get(name)
        if found is None:
            return None
        key = found.get("EncryptionKeyArn")
        return VaultFacts(
            name=name,
            key_arn=key,
            key_state=self._key_state(key) if key else UNKNOWN,
            min_days=found.get("MinRetentionDays") if found.get("Locked") else None,
            max_days=found.get("MaxRetentionDays") if found.get("Locked") else None,
            policy=self._policy(name),
        )

    @cached_property
    def _vaults(self) -> dict[str, Any]:
        with translated():
            pages = self._backup.get_paginator("list_backup_vaults").paginate()
            return {one["BackupVaultName"]: one for page in pages for one in page["BackupVaultList"]}

    def _key_state(self, arn: str) -> str:
        """Keys of other accounts are read by nobody here."""
        return key_state(self._client("kms"), arn).state if arn.split(":")[4] == self._account else UNKNOWN

    def _policy(self, vault: str) -> Mapping[str, Any] | None:
        try:
            with translated():
                return dict(json.loads(self._backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"]))
        except NotFoundError:
            return None

    def role(self, arn: str) -> RoleFacts:
        name = arn.rpartition("/")[2]
        try:
            with translated():
                found = self._client("iam").get_role(RoleName=name)["Role"]
        except NotFoundError:
            return RoleFacts(arn=arn, is_there=False)
        except AccessDeniedError:
            return RoleFacts(arn=arn, is_there=None)
        trust = found["AssumeRolePolicyDocument"]
        return RoleFacts(
            arn=arn,
            is_there=found["Arn"] == arn,
            trust=json.loads(unquote(trust)) if isinstance(trust, str) else trust,
        )

    @translated()
    def opted_in(self) -> Mapping[str, bool]:
        answer = self._backup.describe_region_settings()
        return dict(answer.get("ResourceTypeOptInPreference", {}))

    def is_versioned(self, bucket: str) -> bool | None:
        try:
            with translated():
                return bool(self._client("s3").get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled")
        except (AccessDeniedError, NotFoundError):
            return None
        except AwsError as error:
            if error.code in _NO_SUCH_BUCKET:
                return None
            raise

    def last_points(self, resource: str, most: int) -> tuple[Point, ...]:
        return last_points(self._backup, resource, most)

    def last_jobs(self, resource: str, most: int) -> tuple[JobFacts, ...]:
        return last_jobs(self._backup, resource, most)


_NO_SUCH_BUCKET = ("NoSuchBucket", "PermanentRedirect", "IllegalLocationConstraintException")
