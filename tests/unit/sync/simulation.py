"""Carries out changes on a live state in memory, as AWS Backup would, refusing what it refuses."""

from collections.abc import Callable, Mapping
from typing import Any

from backup_apps.domain import testing_form
from backup_apps.domain.changes import Create, Kind, Prune, Write
from backup_apps.domain.live import (
    LiveLock,
    LivePlan,
    LiveSelection,
    LiveTarget,
    LiveTestingPlan,
    LiveTestingSelection,
    LiveVault,
)
from backup_apps.domain.normal_form import access_policy, backup_plan, backup_selection, notifications


class RefusedByAws(Exception):
    """The order of changes was wrong."""


def after(live: LiveTarget, *changes: Write) -> LiveTarget:
    """The live state once the changes are carried out in the order given."""
    for change in changes:
        live = _APPLY[change.kind](live, change)
    return live


def _region_settings(live: LiveTarget, change: Write) -> LiveTarget:
    settings = {name: dict(live.region_settings.get(name, {})) | values for name, values in _after(change).items()}
    return live.model_copy(update={"region_settings": {**live.region_settings, **settings}})


def _vault(live: LiveTarget, change: Write) -> LiveTarget:
    if isinstance(change, Prune):
        return live.model_copy(update={"vaults": tuple(one for one in live.vaults if one.name != change.name)})
    wanted = _after(change)
    created = LiveVault(
        name=change.name,
        arn=f"arn:{change.name}",
        key_arn=wanted.get("EncryptionKeyArn"),
        tags=wanted["BackupVaultTags"],
    )
    return live.model_copy(update={"vaults": (*live.vaults, created)})


def _lock(vault: LiveVault, change: Write) -> Mapping[str, Any]:
    if isinstance(change, Prune):
        return {"lock": None}
    put = _after(change)
    date = "2026-01-04T00:00:00+00:00" if "ChangeableForDays" in put else vault.lock and vault.lock.lock_date
    lock = LiveLock(min_days=put.get("MinRetentionDays"), max_days=put.get("MaxRetentionDays"), lock_date=date)
    return {"lock": lock}


def _policy(_: LiveVault, change: Write) -> Mapping[str, Any]:
    return {"access_policy": None if isinstance(change, Prune) else access_policy(_after(change)["Policy"])}


def _notifications(_: LiveVault, change: Write) -> Mapping[str, Any]:
    return {"notifications": None if isinstance(change, Prune) else notifications(_after(change))}


def _tags(tagged: LiveVault | LivePlan | LiveTestingPlan, change: Write) -> Mapping[str, Any]:
    others = {key: value for key, value in tagged.tags.items() if key != change.item}
    return {"tags": others if isinstance(change, Prune) else others | {change.item: _after(change)}}


def _plan(live: LiveTarget, change: Write) -> LiveTarget:
    if isinstance(change, Prune):
        if next(one for one in live.plans if one.name == change.name).selections:
            raise RefusedByAws("a plan with selections")
        return live.model_copy(update={"plans": tuple(one for one in live.plans if one.name != change.name)})
    content = backup_plan(_after(change)["BackupPlan"])
    if isinstance(change, Create):
        created = LivePlan(name=change.name, id=change.name, arn=f"arn:{change.name}", version="v1", content=content)
        tagged = created.model_copy(update={"tags": _after(change)["BackupPlanTags"]})
        return live.model_copy(update={"plans": (*live.plans, tagged)})
    return _of_plan(lambda plan, _: {"content": content, "version": plan.version + "+"})(live, change)


def _selection(plan: LivePlan, change: Write) -> Mapping[str, Any]:
    others = tuple(one for one in plan.selections if one.name != change.item)
    if isinstance(change, Prune):
        return {"selections": others}
    if len(others) < len(plan.selections):
        raise RefusedByAws("a selection of that name exists")
    created = LiveSelection(name=change.item, id=change.item, content=backup_selection(_after(change)))
    return {"selections": (*others, created)}


def _testing_plan(live: LiveTarget, change: Write) -> LiveTarget:
    """Updates are in part, within RecoveryPointSelection too."""
    others = tuple(one for one in live.testing if one.name != change.name)
    present = next((one for one in live.testing if one.name == change.name), None)
    if isinstance(change, Create):
        content = testing_form.testing_plan(change.after["RestoreTestingPlan"])
        arn = f"arn:aws:backup:eu-west-1:1:restore-testing-plan:{change.name}-1"
        made = LiveTestingPlan(name=change.name, arn=arn, tags=change.after["Tags"], content=content)
        return live.model_copy(update={"testing": (*others, made)})
    assert present is not None
    if isinstance(change, Prune):
        if present.selections:
            raise RefusedByAws("a restore testing plan with selections")
        return live.model_copy(update={"testing": others})
    points = present.content["RecoveryPointSelection"] | change.after["RecoveryPointSelection"]
    content = testing_form.testing_plan({**present.content, **change.after, "RecoveryPointSelection": points})
    return live.model_copy(update={"testing": (*others, present.model_copy(update={"content": content}))})


def _testing_selection(plan: LiveTestingPlan, change: Write) -> Mapping[str, Any]:
    others = tuple(one for one in plan.selections if one.name != change.item)
    present = next((one.content for one in plan.selections if one.name == change.item), {})
    if isinstance(change, Prune):
        return {"selections": others}
    if present and isinstance(change, Create):
        raise RefusedByAws("a restore testing selection of that name exists")
    content = testing_form.testing_selection({**present, **_after(change)})
    return {"selections": (*others, LiveTestingSelection(name=change.item, content=content))}


def _of_testing(
    edit: Callable[[LiveTestingPlan, Write], Mapping[str, Any]],
) -> Callable[[LiveTarget, Write], LiveTarget]:
    def apply(live: LiveTarget, change: Write) -> LiveTarget:
        edited = [one.model_copy(update=edit(one, change)) if one.name == change.name else one for one in live.testing]
        assert change.name in {one.name for one in live.testing}
        return live.model_copy(update={"testing": tuple(edited)})

    return apply


def _after(change: Write) -> Any:
    assert not isinstance(change, Prune)
    return change.after


def _of_vault(edit: Callable[[LiveVault, Write], Mapping[str, Any]]) -> Callable[[LiveTarget, Write], LiveTarget]:
    def apply(live: LiveTarget, change: Write) -> LiveTarget:
        edited = [one.model_copy(update=edit(one, change)) if one.name == change.name else one for one in live.vaults]
        assert change.name in {one.name for one in live.vaults}
        return live.model_copy(update={"vaults": tuple(edited)})

    return apply


def _of_plan(edit: Callable[[LivePlan, Write], Mapping[str, Any]]) -> Callable[[LiveTarget, Write], LiveTarget]:
    def apply(live: LiveTarget, change: Write) -> LiveTarget:
        edited = [one.model_copy(update=edit(one, change)) if one.name == change.name else one for one in live.plans]
        assert change.name in {one.name for one in live.plans}
        return live.model_copy(update={"plans": tuple(edited)})

    return apply


_APPLY = {
    Kind.REGION_SETTINGS: _region_settings,
    Kind.VAULT: _vault,
    Kind.VAULT_TAG: _of_vault(_tags),
    Kind.ACCESS_POLICY: _of_vault(_policy),
    Kind.NOTIFICATIONS: _of_vault(_notifications),
    Kind.LOCK: _of_vault(_lock),
    Kind.PLAN: _plan,
    Kind.PLAN_TAG: _of_plan(_tags),
    Kind.SELECTION: _of_plan(_selection),
    Kind.TESTING_PLAN: _testing_plan,
    Kind.TESTING_PLAN_TAG: _of_testing(_tags),
    Kind.TESTING_SELECTION: _of_testing(_testing_selection),
}
