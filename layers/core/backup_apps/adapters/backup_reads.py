"""Reads what AWS Backup holds in one target, with as few calls as it takes to know that nothing has changed.

    ListBackupVaults            names, keys, locks and how full each is: no vault is described
    ListBackupPlans             names, ids and version ids
    tag:GetResources            the tags of all of them at once; a lagging index is confirmed by ListTags before a write
    ListBackupSelections        one a plan: names and request ids tell what each selects, and selections can't change
    GetBackupPlan               only versions never read before: what a version holds can't change either
    GetBackupSelection          only selections of which that does not tell, once each
    GetBackupVaultAccessPolicy  one a vault of the bundle
    GetBackupVaultNotifications one a vault of the bundle
    ListRestoreTestingPlans     only where there are such, see `restore_testing_reads`
    DescribeRegionSettings      only where the bundle sets some, or wants all of a type to be backed up

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations_AWS_Backup.html
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.restore_testing_reads import RestoreTestingReads
from backup_apps.domain.desired import BUNDLE_TAG, DesiredPlan, DesiredTarget
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.live import (
    LiveLock,
    LivePlan,
    LiveSelection,
    LiveTarget,
    LiveVault,
    belongs_to,
    is_nobodys,
    known_selection,
    plan_version,
)
from backup_apps.domain.normal_form import access_policy, backup_plan, backup_selection, notifications
from backup_apps.domain.request_ids import asked_for, is_ours
from backup_apps.ports.members import PlanVersions

Found = Mapping[str, Any]
Tags = Mapping[str, str]
_TAGGED = ["backup:backup-plan", "backup:backup-vault", "backup:restore-testing-plan"]
_PAGE, _TAGGED_PAGE = 1000, 100
"""The most that AWS gives in one answer."""


class BackupReads:
    """The live state of one target, as seen at `now`."""

    def __init__(self, backup: Any, tagging: Any, now: datetime) -> None:
        self._backup, self._tagging, self._now = backup, tagging, now

    @translated()
    def live(self, desired: DesiredTarget, bundle: str, plan_versions: PlanVersions) -> LiveTarget:
        """What has the bundle's tag, or a name that it wants, whoever has taken it; and plans that no bundle manages,
        unread."""
        index = self._tag_index()
        testing = RestoreTestingReads(self._backup, self._pages, self._list_tags)
        return LiveTarget(
            account=desired.account,
            region=desired.region,
            vaults=tuple(self._vaults(desired, bundle, index)),
            plans=tuple(self._plans(desired, bundle, index, plan_versions)),
            testing=tuple(testing.plans(desired, bundle, index)),
            region_settings=self._region_settings() if desired.asks_for_region_settings else {},
        )

    def _vaults(self, desired: DesiredTarget, bundle: str, index: Mapping[str, Tags]) -> Iterator[LiveVault]:
        wanted = {vault.name: vault.tags for vault in desired.vaults}
        for found in self._pages("list_backup_vaults", "BackupVaultList"):
            name = found["BackupVaultName"]
            tags = self._tags(found["BackupVaultArn"], found, wanted.get(name), bundle, index)
            if name in wanted or belongs_to(tags, bundle):
                yield self._vault(found, tags, compared=name in wanted)

    def _vault(self, found: Found, tags: Tags, *, compared: bool) -> LiveVault:
        name = found["BackupVaultName"]
        return LiveVault(
            name=name,
            arn=found["BackupVaultArn"],
            key_arn=found.get("EncryptionKeyArn"),
            tags=tags,
            recovery_points=found.get("NumberOfRecoveryPoints", 0),
            lock=self._lock(found),
            access_policy=self._access_policy(name) if compared else None,
            notifications=self._notifications(name) if compared else None,
        )

    def _lock(self, found: Found) -> LiveLock | None:
        if not found.get("Locked"):
            return None
        date = found.get("LockDate")
        return LiveLock(
            min_days=found.get("MinRetentionDays"),
            max_days=found.get("MaxRetentionDays"),
            lock_date=date.isoformat() if date else None,
            fixed=bool(date and date <= self._now),
        )

    def _access_policy(self, vault: str) -> Any:
        try:
            with translated():
                return access_policy(self._backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"])
        except NotFoundError:
            return None

    def _notifications(self, vault: str) -> Found | None:
        try:
            with translated():
                return notifications(self._backup.get_backup_vault_notifications(BackupVaultName=vault))
        except NotFoundError:
            return None

    def _plans(
        self, desired: DesiredTarget, bundle: str, index: Mapping[str, Tags], versions: PlanVersions
    ) -> Iterator[LivePlan]:
        wanted = {plan.name: plan for plan in desired.plans}
        for found in self._pages("list_backup_plans", "BackupPlansList"):
            plan = wanted.get(found["BackupPlanName"])
            tags = self._tags(found["BackupPlanArn"], found, plan.tags if plan else None, bundle, index)
            bare = _bare(found, tags)
            if plan or belongs_to(tags, bundle):
                yield self._plan(found, bare, plan, versions)
            elif is_nobodys(tags):
                yield bare

    def _plan(self, found: Found, bare: LivePlan, wanted: DesiredPlan | None, versions: PlanVersions) -> LivePlan:
        version, content = self._content(found, versions)
        selections = tuple(self._selections(found["BackupPlanId"], wanted.selections if wanted else (), versions))
        return bare.model_copy(update={"version": version, "content": content, "selections": selections})

    def _content(self, found: Found, versions: PlanVersions) -> tuple[str, Found]:
        known = versions.get(plan_version(found["BackupPlanId"], found["VersionId"]))
        if known is not None:
            return found["VersionId"], known
        answer = self._backup.get_backup_plan(BackupPlanId=found["BackupPlanId"])
        # AWS answers with the advanced settings beside the plan, though they are asked for inside of it.
        settings = answer.get("AdvancedBackupSettings") or answer["BackupPlan"].get("AdvancedBackupSettings")
        return answer["VersionId"], backup_plan({**answer["BackupPlan"], "AdvancedBackupSettings": settings})

    def _selections(self, plan_id: str, desired: Iterable[Found], known: PlanVersions) -> Iterator[LiveSelection]:
        wanted = {selection["SelectionName"]: selection for selection in desired}
        for found in self._pages("list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id):
            name, identity = found["SelectionName"], found["SelectionId"]
            asked = [plan_id, backup_selection(wanted.get(name, {}))]
            same = name in wanted and asked_for(found.get("CreatorRequestId"), asked)
            content = None if same else self._selection(plan_id, identity, known)
            yield LiveSelection(name=name, id=identity, content=content)

    def _selection(self, plan_id: str, identity: str, known: PlanVersions) -> Found:
        remembered = known.get(known_selection(plan_id, identity))
        if remembered is not None:
            return remembered
        answer = self._backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=identity)
        return backup_selection(answer["BackupSelection"])

    def _region_settings(self) -> Mapping[str, Any]:
        answer = self._backup.describe_region_settings()
        names = ("ResourceTypeOptInPreference", "ResourceTypeManagementPreference")
        return {name: answer[name] for name in names if name in answer}

    def _tag_index(self) -> Mapping[str, Tags]:
        """The tags of everything that some bundle manages, by ARN; it may lag behind by a while."""
        pages = self._tagging.get_paginator("get_resources").paginate(
            ResourceTypeFilters=_TAGGED,
            TagFilters=[{"Key": BUNDLE_TAG}],
            PaginationConfig={"PageSize": _TAGGED_PAGE},
        )
        return {
            found["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in found["Tags"]}
            for page in pages
            for found in page["ResourceTagMappingList"]
        }

    def _tags(self, arn: str, found: Found, wanted: Tags | None, bundle: str, index: Mapping[str, Tags]) -> Tags:
        """The index is believed where it leads to no write. What it does not know may be new, if it has a name that
        the bundle wants, or was made by this product; then it is asked for, and so is what would be changed."""
        indexed = index.get(arn)
        if wanted is not None and indexed == wanted:
            return wanted
        may_be_ours = is_ours(found.get("CreatorRequestId")) if indexed is None else belongs_to(indexed, bundle)
        if wanted is None and not may_be_ours:
            return indexed or {}
        return self._list_tags(arn)

    def _list_tags(self, arn: str) -> Tags:
        """botocore has no paginator for it."""
        answer = self._backup.list_tags(ResourceArn=arn)
        tags = dict(answer.get("Tags", {}))
        while "NextToken" in answer:
            answer = self._backup.list_tags(ResourceArn=arn, NextToken=answer["NextToken"])
            tags |= answer.get("Tags", {})
        return tags

    def _pages(self, operation: str, member: str, **arguments: Any) -> Iterator[Found]:
        for page in self._backup.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": _PAGE}):
            yield from page.get(member, ())


def _bare(found: Found, tags: Tags) -> LivePlan:
    return LivePlan(
        name=found["BackupPlanName"],
        id=found["BackupPlanId"],
        arn=found["BackupPlanArn"],
        version=found["VersionId"],
        tags=tags,
    )
