"""The way of a commit, step by step, in a hub in memory."""

from datetime import timedelta
from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.ledger.entries import Entry, Kind
from backup_apps.domain.places import Finding
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync.memory import Resolved, World, world
from sync.targets import ACCOUNT, BUNDLE, REGION, plan, target, vault

V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")
HERE = Target(ACCOUNT, REGION)
GOOD = target(vault(), plan())
WRONG = Finding("apps/shop.yaml", 7, 11, "policy.plans.daily", "35 has no unit; write 35d")


def uploaded(hub: World, version: Version = V1, second: int = 1, *findings: Finding) -> World:
    state = None if findings else DesiredState(bundle=BUNDLE, targets=(GOOD,))
    hub.upload(version, Resolved(BUNDLE, state, findings), second)
    return hub


def admit(hub: World, version: Version = V1) -> None:
    admit_bundle(hub.hub, version.key, None)


def sync(hub: World, version: Version = V1, holder: str = "run-1") -> dict[str, Any]:
    return sync_target(hub.hub, version, HERE, hub.planned(version, HERE), holder, hub.clock() + timedelta(minutes=10))


def run(hub: World, version: Version = V1, holder: str = "run-1") -> None:
    """As the state machine does."""
    planned = plan_target(hub.hub, version, HERE)
    record_plan(hub.hub, version)
    if planned["changes"]:
        sync(hub, version, holder)
    record_outcome(hub.hub, version)


def entries(hub: World, kind: Kind | None = None) -> list[Entry]:
    return [entry for entry in hub.ledger.entries(BUNDLE) if kind in (None, entry.kind)]


def kinds(hub: World) -> list[str]:
    return [entry.kind for entry in entries(hub)]


def synced(hub: World | None = None) -> World:
    hub = uploaded(hub or world(HERE))
    admit(hub)
    run(hub)
    return hub
