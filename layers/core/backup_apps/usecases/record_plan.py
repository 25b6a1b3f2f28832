"""The plans of all targets, put together for machines and for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backup_apps.domain.account_lookups import looked_up_text
from backup_apps.domain.change_text import render_changes
from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.ledger import happenings
from backup_apps.domain.protection.assessed import AssessedChangeSet, assessed_from
from backup_apps.domain.protection.whole import digest_of, digest_of_target, joined_class
from backup_apps.domain.state_documents import (
    change_set_key,
    change_text_key,
    changes_key,
    organization_key,
    sync_items,
    sync_targets_key,
)
from backup_apps.usecases.compare_policy import compare_policy
from backup_apps.usecases.governed import governance_in_force
from backup_apps.usecases.staged_targets import is_staged

if TYPE_CHECKING:
    from backup_apps.domain.protection.policy_changes import PolicyChange
    from backup_apps.ports.hub import Hub


def record_plan(hub: Hub, version: Version) -> dict[str, Any]:
    """Write the change set of the version, and the list of targets to sync: those with changes, and retired ones. A
    target whose plan failed, or that was left alone, says why, and is not synced."""
    outcomes = [_planned(one) for one in sorted(hub.records.outcomes(version), key=lambda one: one.target)]
    planned = [one for one in outcomes if one.error is None]
    failed = [one for one in outcomes if one.error]
    change_sets = [assessed_from(json.loads(hub.documents.read(changes_key(version, one.target)))) for one in planned]
    governance = governance_in_force(hub.documents, version)
    policy = compare_policy(hub.records, hub.documents, version.bundle, governance, version)
    organization = _organization(hub, version, outcomes)
    document = _document(version, change_sets, policy, failed)
    whole = json.dumps(document | ({"organization": organization} if organization else {}), indent=2)
    hub.documents.write(change_set_key(version), whole)
    hub.documents.write(change_text_key(version), _text(change_sets, policy, failed, organization))
    open_targets = {one.target for one in planned if _is_open(one)}
    to_sync = {one.target: digest_of_target(one.change_set) for one in change_sets if one.target in open_targets}
    hub.documents.write(sync_targets_key(version), sync_items(version, to_sync))
    hub.ledger.record(version.bundle, [happenings.planned(version, document, whole, [*planned, *failed])])
    hub.records.set_outcomes(version, outcomes)
    return {
        "bundle": version.bundle,
        "version": version.version,
        "state": State.PLANNED.value,
        "class": document["class"],
        "digest": document["digest"],
        "targets": len(outcomes),
        "to_sync": len(to_sync),
        "policy": len(policy),
        "staged": is_staged(hub, version, governance, outcomes, to_sync),
    }


def _planned(outcome: TargetOutcome) -> TargetOutcome:
    if outcome.error is None and outcome.changes is None:
        return outcome.model_copy(update={"state": State.FAILED, "error": "its plan never ended"})
    return outcome


def _is_open(outcome: TargetOutcome) -> bool:
    """Whether there is something to sync: in a retired target, if nothing else, its sync forgets it."""
    return outcome.state is State.PLANNED and bool(outcome.changes or outcome.retired)


def _organization(hub: Hub, version: Version, outcomes: Iterable[TargetOutcome]) -> dict[str, Any] | None:
    """What AWS Organizations answered when the version was admitted; None where it gave no target."""
    if not any(one.looked_up for one in outcomes):
        return None
    answer: dict[str, Any] = json.loads(hub.documents.read(organization_key(version)))
    return answer


def _document(
    version: Version,
    change_sets: Sequence[AssessedChangeSet],
    policy: Sequence[PolicyChange],
    failed: Sequence[TargetOutcome],
) -> dict[str, Any]:
    changes = [_without_bundle(one.to_json()) for one in change_sets]
    errors = [one.model_dump(mode="json", include={"account", "region", "error"}) for one in failed]
    return {
        "bundle": version.bundle,
        "version": version.version,
        "class": joined_class(change_sets, policy).value,
        "digest": digest_of(version, [one.change_set for one in change_sets], policy),
        "policy": [one.to_json() for one in policy],
        "targets": sorted([*changes, *errors], key=lambda one: (one["account"], one["region"])),
    }


def _without_bundle(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("bundle", "conflicts")}


def _text(
    change_sets: Sequence[AssessedChangeSet],
    policy: Sequence[PolicyChange],
    failed: Sequence[TargetOutcome],
    organization: Mapping[str, Any] | None,
) -> str:
    errors = [f"{one.target}  can't be planned: {one.error}\n\n" for one in failed]
    accounts = f"{looked_up_text(organization)}\n" if organization else ""
    return "".join(errors) + accounts + render_changes(change_sets, policy)
