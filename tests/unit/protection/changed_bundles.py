"""A bundle before and after, and what changes: live state is what the first would have left on empty targets."""

import json
from pathlib import Path
from typing import NamedTuple

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.difference import diff
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.policy_changes import PolicyChange, policy_changes
from backup_apps.domain.resolution import Resolution
from backup_apps.offline_wiring import resolve_source
from sync.simulation import after
from sync.targets import BUNDLE

CASES = sorted((Path(__file__).parents[2] / "cases" / "changes").iterdir())


class Changed(NamedTuple):
    change_sets: tuple[AssessedChangeSet, ...]
    policy: tuple[PolicyChange, ...]


def changed(case: Path) -> Changed:
    """`before` is missing for a first version; `recovery-points.json` says how many a vault holds."""
    old = resolved(case / "before") if (case / "before").exists() else None
    new = resolved(case / "after")
    points = case / "recovery-points.json"
    live = left_by(old, json.loads(points.read_text()) if points.exists() else {})
    wanted = {desired.target: desired for desired in new.state.targets} if new.state else {}
    change_sets = (
        assess(wanted.get(target, DesiredTarget(account=target.account, region=target.region)), live.get(target))
        for target in sorted(wanted.keys() | live.keys())
    )
    return Changed(tuple(change_sets), policy_changes(governance_of(old), governance_of(new)) if old else ())


def resolved(folder: Path) -> Resolution:
    resolution = resolve_source(folder)
    assert resolution.errors == ()
    return resolution


def empty(desired: DesiredTarget) -> LiveTarget:
    off = {"ResourceTypeOptInPreference": {"EBS": False}}
    return LiveTarget(account=desired.account, region=desired.region, region_settings=off)


def assess(desired: DesiredTarget, live: LiveTarget | None) -> AssessedChangeSet:
    live = live or empty(desired)
    return assess_changes(diff(desired, live, BUNDLE), live)


def left_by(resolution: Resolution | None, points: dict[str, int]) -> dict[Target, LiveTarget]:
    if resolution is None or resolution.state is None:
        return {}
    synced = [
        after(empty(desired), *diff(desired, empty(desired), BUNDLE).writes) for desired in resolution.state.targets
    ]
    return {live.target: with_points(live, points) for live in synced}


def with_points(live: LiveTarget, points: dict[str, int]) -> LiveTarget:
    vaults = (vault.model_copy(update={"recovery_points": points.get(vault.name, 0)}) for vault in live.vaults)
    return live.model_copy(update={"vaults": tuple(vaults)})
