"""Desired against live state of one target, read now: shared by plan, sync and diff."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from backup_apps.domain.changes import ChangeSet
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.difference import diff
from backup_apps.domain.handling import Overlap
from backup_apps.domain.live import LiveTarget, known_selection, plan_version
from backup_apps.domain.state_documents import plan_versions_key
from backup_apps.ports.members import Member, PlanVersions
from backup_apps.ports.storage import Documents
from backup_apps.usecases.memories import recall, remember

if TYPE_CHECKING:
    from backup_apps.domain.protection.assessed import AssessedChangeSet


class Comparison(NamedTuple):
    """What is to change, and the live state it was found against."""

    change_set: ChangeSet
    live: LiveTarget

    def telling(self, overlaps: tuple[Overlap, ...]) -> "Comparison":
        """With what the bundle backs up twice there."""
        return self._replace(change_set=self.change_set.model_copy(update={"overlaps": overlaps}))


def compare(member: Member, desired: DesiredTarget, bundle: str, plan_versions: PlanVersions) -> Comparison:
    """Resolve key aliases, read what is live, and tell the difference."""
    resolved = with_key_arns(desired, member)
    live = member.read(resolved, bundle, plan_versions)
    return Comparison(diff(resolved, live, bundle), live)


def assessed(comparison: Comparison) -> "AssessedChangeSet":
    """What each change does to protection. The judgement is loaded here, for who plans: a sync judges nothing."""
    from backup_apps.domain.protection.assessment import assess_changes

    return assess_changes(comparison.change_set, comparison.live)


def known_plan_versions(documents: Documents, bundle: str, target: Target) -> dict[str, dict[str, Any]]:
    """What earlier plans have read; empty if none did."""
    return recall(documents, plan_versions_key(bundle, target)) or {}


def remember_plan_versions(
    documents: Documents, bundle: str, live: LiveTarget, known: PlanVersions, adopted: Collection[str] = ()
) -> None:
    """Keep what was read for the next plan, if it is news. Of the plans named in `adopted` also selections: they may
    keep names that do not tell what they select."""
    read: dict[str, Any] = {
        plan_version(plan.id, plan.version): plan.content for plan in live.plans if plan.content is not None
    }
    read |= {
        known_selection(plan.id, one.id): one.content
        for plan in live.plans
        for one in plan.selections
        if plan.name in adopted and one.content is not None
    }
    if read != known:
        remember(documents, plan_versions_key(bundle, live.target), read)


def with_key_arns(desired: DesiredTarget, member: Member) -> DesiredTarget:
    """AWS Backup takes no aliases; each is looked up once."""
    return with_keys(desired, {alias: member.key_arn(alias) for alias in desired.key_aliases})


def with_keys(desired: DesiredTarget, arns: Mapping[str, str]) -> DesiredTarget:
    """With the keys, by alias."""
    vaults = (
        vault.model_copy(update={"key_arn": arns.get(vault.key_arn, vault.key_arn)}) if vault.key_arn else vault
        for vault in desired.vaults
    )
    testing = desired.testing and tuple(plan.with_keys(arns) for plan in desired.testing)
    return desired.model_copy(update={"vaults": tuple(vaults), "testing": testing})
