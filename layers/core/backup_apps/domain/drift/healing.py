"""What is put back by itself, and when that stops.

Only what weakens, only where every app that shares it says `selfHeal`, not while one of them is paused, and nothing
that could not be undone again. What strengthens stays, also within the same plan.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from backup_apps.domain.changes import ChangeSet, Update, Write
from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.findings import Direction, Drift, Finding, Kind
from backup_apps.domain.drift.plan_drift import rules_of
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.normal_form import backup_plan
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.governance import Governance
from backup_apps.domain.sync_order import in_sync_order

_ALIAS = ":alias/"
"""In what stands for a key; AWS Backup makes no vault with one that could not be resolved."""
MOST_HEALS = 3
WITHIN = timedelta(hours=1)


def healing_apps(governance: Governance, target: Target) -> frozenset[str]:
    """The leaves that say `selfHeal: true` there."""
    return frozenset(one.app for one in governance.leaves if one.self_heal and target in one.targets)


def is_healable(drift: Drift, apps: Collection[str]) -> bool:
    """Whether it may be put back, pauses aside."""
    weakens = drift.direction is Direction.WEAKENS
    return weakens and drift.is_ours and bool(drift.apps) and set(drift.apps) <= set(apps) and _is_writable(drift)


def _is_writable(drift: Drift) -> bool:
    """A conflict has nothing that puts it back: what bears the name is not the bundle's to change. Of the way to a lock
    in compliance mode the last step can't be undone, and the steps before it would only loosen what is there."""
    if drift.kind is Kind.LOCK and "ChangeableForDays" in (drift.desired or {}):
        return False
    if drift.kind is Kind.MISSING_VAULT and _ALIAS in str(drift.desired.get("EncryptionKeyArn")):
        return False
    if drift.kind in (Kind.RULE, Kind.PLAN):
        return drift.desired is not None
    return bool(drift.writes)


def recent(heals: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Those within the last hour."""
    return tuple(one for one in heals if datetime.fromisoformat(one) > now - WITHIN)


def must_stop(finding: Finding, now: datetime) -> bool:
    """Whether something or somebody keeps undoing what the hub puts back."""
    return finding.stopped or len(recent(finding.heals, now)) >= MOST_HEALS


def healing_writes(drifts: Iterable[Drift], desired: DesiredTarget, live: LiveTarget, bundle: str) -> tuple[Write, ...]:
    """The calls that put these back and nothing else, in the order of a sync; none that can't be undone."""
    drifts = tuple(drifts)
    ordered = in_sync_order((*_writes(drifts), *_region_settings(drifts), *_plans(drifts, desired, live)))
    change_set = ChangeSet(bundle=bundle, account=live.account, region=live.region, changes=ordered)
    judged = assess_changes(change_set, live).assessed
    return tuple(
        change
        for change, assessment in judged
        if assessment.class_ is not Class.IRREVERSIBLE and change.action != "keep"
    )


def _writes(drifts: Iterable[Drift]) -> list[Write]:
    return [one for drift in drifts for one in drift.writes if one.kind is not ChangeKind.REGION_SETTINGS]


def _region_settings(drifts: Iterable[Drift]) -> Iterator[Write]:
    """All types in one call."""
    before: dict[str, dict[str, Any]] = {}
    after: dict[str, dict[str, Any]] = {}
    for drift in drifts:
        for write in drift.writes:
            if write.kind is ChangeKind.REGION_SETTINGS and isinstance(write, Update):
                for setting, values in write.after.items():
                    after.setdefault(setting, {}).update(values)
                    before.setdefault(setting, {}).update(write.before[setting])
    if after:
        yield Update(kind=ChangeKind.REGION_SETTINGS, before=before, after=after)


def _plans(drifts: Iterable[Drift], desired: DesiredTarget, live: LiveTarget) -> Iterator[Write]:
    """Each plan as it is, with the parts that weakened as they were synced."""
    present = {plan.name: plan.content for plan in live.plans if plan.content is not None}
    parts: dict[str, list[Drift]] = {}
    for drift in drifts:
        if drift.kind in (Kind.RULE, Kind.PLAN) and drift.desired is not None and not drift.writes:
            parts.setdefault(drift.name, []).append(drift)
    for plan in desired.plans:
        if plan.name in parts and plan.name in present:
            before = present[plan.name]
            after = _put_back(before, backup_plan(plan.backup_plan), parts[plan.name])
            yield Update(
                kind=ChangeKind.PLAN,
                name=plan.name,
                app=plan.app,
                before={"BackupPlan": before},
                after={"BackupPlan": after},
            )


def _put_back(present: Mapping[str, Any], wanted: Mapping[str, Any], parts: Iterable[Drift]) -> dict[str, Any]:
    rules = dict(rules_of(present))
    plan = dict(present)
    for part in parts:
        if part.kind is Kind.RULE:
            rules[part.item] = rules_of(wanted)[part.item]
        else:
            plan = {key: value for key, value in wanted.items() if key != "Rules"}
    return {**plan, "Rules": [rules[name] for name in sorted(rules)]}
