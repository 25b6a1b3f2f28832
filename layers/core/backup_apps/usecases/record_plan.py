"""The plans of all targets, put together for machines and for people."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backup_apps.domain.change_text import render_changes
from backup_apps.domain.changes import ChangeSet
from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.state_documents import change_set_key, change_text_key, changes_key
from backup_apps.ports import Hub


def record_plan(hub: Hub, version: Version, outcomes: Sequence[TargetOutcome]) -> dict[str, Any]:
    """Write the change set of the version. A target whose plan failed says why, and is not synced."""
    planned = [one for one in outcomes if one.error is None]
    failed = [one.model_copy(update={"state": State.FAILED}) for one in outcomes if one.error is not None]
    change_sets = [
        ChangeSet.model_validate_json(hub.documents.read(changes_key(version, one.target))) for one in planned
    ]
    hub.documents.write(change_set_key(version), json.dumps(_document(version, change_sets, failed), indent=2))
    hub.documents.write(change_text_key(version), _text(change_sets, failed))
    retired = {one.target: one.retired for one in hub.records.outcomes(version)}
    hub.records.set_outcomes(
        version, [one.model_copy(update={"retired": retired.get(one.target, False)}) for one in [*planned, *failed]]
    )
    targets = [one.model_dump(mode="json", include={"account", "region", "changes"}) for one in planned]
    return {"bundle": version.bundle, "version": version.version, "state": State.PLANNED.value, "targets": targets}


def _document(version: Version, change_sets: Sequence[ChangeSet], failed: Sequence[TargetOutcome]) -> Mapping[str, Any]:
    changes = [one.model_dump(mode="json", include={"account", "region", "changes"}) for one in change_sets]
    errors = [one.model_dump(mode="json", include={"account", "region", "error"}) for one in failed]
    targets = sorted([*changes, *errors], key=lambda one: (one["account"], one["region"]))
    return {"bundle": version.bundle, "version": version.version, "targets": targets}


def _text(change_sets: Sequence[ChangeSet], failed: Sequence[TargetOutcome]) -> str:
    errors = [f"{one.target}  can't be planned: {one.error}\n\n" for one in failed]
    return "".join(errors) + render_changes(change_sets)
