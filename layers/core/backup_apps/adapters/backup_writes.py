"""Carries changes out: one call to AWS Backup for each, and a repeat of any of them does no harm.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations_AWS_Backup.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.restore_testing_writes import RestoreTestingWrites
from backup_apps.domain.changes import Create, Kind, Prune, Update, Write
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import BUNDLE_TAG
from backup_apps.domain.errors import AlreadyExistsError, ConflictError, NotFoundError
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.normal_form import backup_selection
from backup_apps.domain.request_ids import request_id


class BackupWrites:
    """Writes into one target on behalf of a commit. `live` gives the ids that AWS has for what changes name."""

    def __init__(self, backup: Any, live: LiveTarget, version: Version) -> None:
        self._reading = self._backup = backup
        self._version = version
        self._plan_ids = {plan.name: plan.id for plan in live.plans}
        self._selection_ids = {(plan.name, one.name): one.id for plan in live.plans for one in plan.selections}
        self._vault_arns = {vault.name: vault.arn for vault in live.vaults}
        self._testing_arns = {plan.name: plan.arn for plan in live.testing}
        self.plan_arns = {plan.name: plan.arn for plan in live.plans}
        """Of the plans that are there by now, by name."""

    def use(self, backup: Any) -> None:
        """Write through this client from now on; what must be read is read through the first one."""
        self._backup = backup

    def write(self, change: Write) -> None:
        """Raises what AWS refuses; that something exists already as ours, or is gone already, is not an error."""
        with translated():
            self._writers[change.kind](change)

    @property
    def _writers(self) -> Mapping[Kind, Callable[[Any], None]]:
        return {
            Kind.REGION_SETTINGS: self._region_settings,
            Kind.VAULT: self._vault,
            Kind.VAULT_TAG: lambda change: self._tag(self._vault_arns[change.name], change),
            Kind.ACCESS_POLICY: self._access_policy,
            Kind.NOTIFICATIONS: self._notifications,
            Kind.LOCK: self._lock,
            Kind.PLAN: self._plan,
            Kind.PLAN_TAG: lambda change: self._tag(self.plan_arns[change.name], change),
            Kind.SELECTION: self._selection,
            Kind.TESTING_PLAN: self._testing_plan,
            Kind.TESTING_PLAN_TAG: lambda change: self._tag(self._testing_arns[change.name], change),
            Kind.TESTING_SELECTION: lambda change: self._testing.selection(change),
        }

    def _region_settings(self, change: Update) -> None:
        """The call merges: settings that it does not name stay."""
        self._backup.update_region_settings(**change.after)

    def _vault(self, change: Create | Prune) -> None:
        if isinstance(change, Prune):
            _unless_gone(self._backup.delete_backup_vault, BackupVaultName=change.name)
            return
        identity = request_id(change.after, self._version)
        try:
            with translated():
                self._backup.create_backup_vault(**change.after, CreatorRequestId=identity)
        except AlreadyExistsError as error:
            self._check_ours(change, error)

    def _tag(self, arn: str, change: Write) -> None:
        if isinstance(change, Prune):
            self._backup.untag_resource(ResourceArn=arn, TagKeyList=[change.item])
        else:
            self._backup.tag_resource(ResourceArn=arn, Tags={change.item: change.after})

    def _access_policy(self, change: Write) -> None:
        if isinstance(change, Prune):
            _unless_gone(self._backup.delete_backup_vault_access_policy, BackupVaultName=change.name)
        else:
            self._backup.put_backup_vault_access_policy(BackupVaultName=change.name, **change.after)

    def _notifications(self, change: Write) -> None:
        if isinstance(change, Prune):
            _unless_gone(self._backup.delete_backup_vault_notifications, BackupVaultName=change.name)
        else:
            self._backup.put_backup_vault_notifications(BackupVaultName=change.name, **change.after)

    def _lock(self, change: Write) -> None:
        if isinstance(change, Prune):
            _unless_gone(self._backup.delete_backup_vault_lock_configuration, BackupVaultName=change.name)
        else:
            self._backup.put_backup_vault_lock_configuration(BackupVaultName=change.name, **change.after)

    def _plan(self, change: Write) -> None:
        match change:
            case Create():
                self._create_plan(change)
            case Update():
                plan = change.after["BackupPlan"]
                self._backup.update_backup_plan(BackupPlanId=self._plan_ids[change.name], BackupPlan=plan)
            case Prune():
                _unless_gone(self._backup.delete_backup_plan, BackupPlanId=self._plan_ids[change.name])

    def _create_plan(self, change: Create) -> None:
        identity = request_id({"BackupPlanName": change.name}, self._version)
        try:
            with translated():
                made = self._backup.create_backup_plan(**change.after, CreatorRequestId=identity)
                arn = made["BackupPlanArn"]
        except AlreadyExistsError as error:
            self._check_ours(change, error)
            arn = error.arn
        self.plan_arns[change.name], self._plan_ids[change.name] = arn, arn.rpartition(":")[2]

    def _selection(self, change: Create | Prune) -> None:
        plan_id = self._plan_ids[change.name]
        if isinstance(change, Prune):
            identity = self._selection_ids[change.name, change.item]
            _unless_gone(self._backup.delete_backup_selection, BackupPlanId=plan_id, SelectionId=identity)
            return
        identity = request_id([plan_id, backup_selection(change.after)], self._version)
        try:
            with translated():
                self._backup.create_backup_selection(
                    BackupPlanId=plan_id, BackupSelection=change.after, CreatorRequestId=identity
                )
        except AlreadyExistsError:
            # Its name is a hash of its content, so it is the same selection; the next plan looks at it anyway.
            return

    @property
    def _testing(self) -> RestoreTestingWrites:
        return RestoreTestingWrites(self._backup, self._reading, self._version, self._check_ours)

    def _testing_plan(self, change: Write) -> None:
        arn = self._testing.plan(change)
        if arn is not None:
            self._testing_arns[change.name] = arn

    def _check_ours(self, change: Create, error: AlreadyExistsError) -> None:
        tags = self._reading.list_tags(ResourceArn=error.arn).get("Tags", {}) if error.arn else {}
        if tags.get(BUNDLE_TAG) != self._version.bundle:
            raise ConflictError([f"{change.title} exists and does not belong to {self._version.bundle}"]) from error


def _unless_gone(delete: Callable[..., Any], **arguments: Any) -> None:
    try:
        with translated():
            delete(**arguments)
    except NotFoundError:
        return
