"""The plans of all targets, put together for machines and for people."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backup_apps.domain.account_lookups import looked_up_text
from backup_apps.domain.change_text import render_changes
from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.ledger import happenings
from backup_apps.domain.protection.assessed import AssessedChangeSet, assessed_from
from backup_apps.domain.protection.governance import Governance, governance_from
from backup_apps.domain.protection.whole import digest_of, digest_of_target, joined_class
from backup_apps.domain.state_documents import (
    change_set_key,
    change_text_key,
    changes_key,
    governance_key,
    organization_key,
)
from backup_apps.ports import Hub
from backup_apps.usecases.compare_policy import compare_policy

if TYPE_CHECKING:
    from backup_apps.domain.protection.policy_changes import PolicyChange


def record_plan(hub: Hub, version: Version, outcomes: Sequence[TargetOutcome]) -> dict[str, Any]:
    """Write the change set of the version. A target whose plan failed, or that was left alone, says why, and is not
    synced."""
    recorded = {one.target: one for one in hub.records.outcomes(version)}
    left_alone = _left_alone(recorded, outcomes)
    planned = [one for one in outcomes if one.error is None]
    failed = [one.model_copy(update={"state": State.FAILED}) for one in (*outcomes, *left_alone) if one.error]
    change_sets = [assessed_from(json.loads(hub.documents.read(changes_key(version, one.target)))) for one in planned]
    policy = compare_policy(hub.records, hub.documents, version.bundle, _governance(hub, version))
    organization = _organization(hub, version, recorded.values())
    document = _document(version, change_sets, policy, failed)
    whole = json.dumps(document | ({"organization": organization} if organization else {}), indent=2)
    hub.documents.write(change_set_key(version), whole)
    hub.documents.write(change_text_key(version), _text(change_sets, policy, failed, organization))
    hub.ledger.record(version.bundle, [happenings.planned(version, document, whole, [*planned, *failed])])
    hub.records.set_outcomes(version, [_as_recorded(one, recorded) for one in [*planned, *failed]])
    digests = {one.target: digest_of_target(one.change_set) for one in change_sets}
    targets = [
        one.model_dump(mode="json", include={"account", "region", "changes"}) | {"digest": digests[one.target]}
        for one in planned
    ]
    return {
        "bundle": version.bundle,
        "version": version.version,
        "state": State.PLANNED.value,
        "class": document["class"],
        "digest": document["digest"],
        "targets": targets,
    }


def _left_alone(recorded: Mapping[Target, TargetOutcome], outcomes: Sequence[TargetOutcome]) -> Iterator[TargetOutcome]:
    """Targets that were found unreachable when the bundle was admitted, and so never planned."""
    told = {one.target for one in outcomes}
    return (one for target, one in recorded.items() if target not in told and one.state is State.FAILED)


def _as_recorded(outcome: TargetOutcome, recorded: Mapping[Target, TargetOutcome]) -> TargetOutcome:
    """With what only the admission knew."""
    known = recorded.get(outcome.target, outcome)
    return outcome.model_copy(update={"retired": known.retired, "looked_up": known.looked_up})


def _organization(hub: Hub, version: Version, outcomes: Iterable[TargetOutcome]) -> dict[str, Any] | None:
    """What AWS Organizations answered when the version was admitted; None where it gave no target."""
    if not any(one.looked_up for one in outcomes):
        return None
    answer: dict[str, Any] = json.loads(hub.documents.read(organization_key(version)))
    return answer


def _governance(hub: Hub, version: Version) -> Governance:
    return governance_from(json.loads(hub.documents.read(governance_key(version))))


def _document(
    version: Version,
    change_sets: Sequence[AssessedChangeSet],
    policy: "Sequence[PolicyChange]",
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
    policy: "Sequence[PolicyChange]",
    failed: Sequence[TargetOutcome],
    organization: Mapping[str, Any] | None,
) -> str:
    errors = [f"{one.target}  can't be planned: {one.error}\n\n" for one in failed]
    accounts = f"{looked_up_text(organization)}\n" if organization else ""
    return "".join(errors) + accounts + render_changes(change_sets, policy)
