"""Drift of vaults, what is set on them, and the settings of a region."""

from collections.abc import Iterable, Iterator
from typing import Any

from backup_apps.domain.changes import ChangeSet, Create, Update, Write
from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.judging import (
    apps_of_vault,
    assessed,
    between,
    direction_of,
    messages_of,
    of_kind,
    sides_of,
)
from backup_apps.domain.locks import steps_between

_VAULT_SETTINGS = {
    ChangeKind.LOCK: (Kind.LOCK, "lock"),
    ChangeKind.ACCESS_POLICY: (Kind.ACCESS_POLICY, "accessPolicy"),
    ChangeKind.NOTIFICATIONS: (Kind.NOTIFICATIONS, "notifications"),
    ChangeKind.VAULT_TAG: (Kind.VAULT, "tags"),
}
_SETTINGS = {"ResourceTypeOptInPreference": "optIn", "ResourceTypeManagementPreference": "management"}


def vaults(change_set: ChangeSet, desired: DesiredTarget) -> Iterator[Drift]:
    created = {one.name for one in of_kind(change_set, ChangeKind.VAULT) if isinstance(one, Create)}
    for name in sorted(created):
        writes = tuple(one for one in of_kind(change_set, ChangeKind.VAULT, *_VAULT_SETTINGS) if one.name == name)
        yield Drift(
            Kind.MISSING_VAULT,
            name,
            Direction.WEAKENS,
            writes[0].model_dump()["after"],
            None,
            (f"vault {name} is gone: what is to be backed up into it fails",),
            apps_of_vault(name, desired),
            "policy.vaults",
            writes,
            name,
        )
    kept = [one for one in of_kind(change_set, *_VAULT_SETTINGS) if one.name not in created]
    for change, steps in _by_setting(kept):
        yield _vault_setting(change, steps, desired)


def _by_setting(changes: Iterable[Write]) -> Iterator[tuple[Write, tuple[Write, ...]]]:
    """A lock may take two steps back: they are one drift."""
    groups: dict[tuple[ChangeKind, str, str], list[Write]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.name, change.item), []).append(change)
    for (kind, name, item), steps in groups.items():
        before, after = sides_of(steps[0])[0], sides_of(steps[-1])[1]
        yield between(kind, name, item, before, after), tuple(steps)


def _back(change: Write) -> Write:
    return between(change.kind, change.name, change.item, *reversed(sides_of(change)))


def _steps_of_lock(vault: str, synced: Any, live: Any) -> list[Write]:
    """As a sync would go there: a lock in compliance mode that is a governance lock now was taken off on the way."""
    steps = steps_between(synced, live) if synced and live else [(synced, live)]
    return [between(ChangeKind.LOCK, vault, "", *sides) for sides in steps]


def _vault_setting(change: Write, steps: tuple[Write, ...], desired: DesiredTarget) -> Drift:
    kind, member = _VAULT_SETTINGS[change.kind]
    before, after = sides_of(change)
    drifted = _steps_of_lock(change.name, after, before) if kind is Kind.LOCK else [_back(change)]
    reasons = tuple(reason for _, found in assessed(drifted, desired) for reason in found)
    resource = f"{change.name} tag {change.item}" if change.item else change.name
    return Drift(
        kind,
        resource,
        direction_of(reasons),
        after,
        before,
        messages_of(reasons),
        apps_of_vault(change.name, desired),
        f"policy.vaults: {member} of {change.name}",
        steps,
        change.name,
        change.item,
    )


def region_settings(change_set: ChangeSet, desired: DesiredTarget) -> Iterator[Drift]:
    for change in of_kind(change_set, ChangeKind.REGION_SETTINGS):
        before, after = sides_of(change)
        for setting, wanted in sorted(after.items()):
            for kind, value in sorted(wanted.items()):
                present = (before or {}).get(setting, {}).get(kind)
                if present != value:
                    yield _region_setting(desired, setting, kind, value, present)


def _region_setting(desired: DesiredTarget, setting: str, kind: str, value: Any, present: Any) -> Drift:
    member = _SETTINGS.get(setting, setting)
    resource = kind if member == "optIn" else f"{kind} {member}"
    back = Update(kind=ChangeKind.REGION_SETTINGS, before={setting: {kind: present}}, after={setting: {kind: value}})
    drifted = Update(kind=ChangeKind.REGION_SETTINGS, before=back.after, after={setting: {kind: bool(present)}})
    ((_, reasons),) = assessed([drifted], desired)
    return Drift(
        Kind.REGION_OPT_IN,
        resource,
        direction_of(reasons),
        value,
        present,
        messages_of(reasons),
        tuple(sorted({plan.app for plan in desired.plans})),
        f"policy.regionSettings.{member}.{kind}",
        (back,),
    )
