"""The steps of a sync, as the state machine calls them."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.errors import BackupAppsError
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.state_documents import sync_targets_key, targets_key
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync.memory import Resolved, World, world
from sync.targets import ACCOUNT, BUNDLE, REGION, plan, target, vault

V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")
HERE, THERE = Target(ACCOUNT, REGION), Target("222222222222", REGION)
GOOD = target(vault(), plan())
NO_PROMISE = Governance().to_json()


def admitted(
    *targets: DesiredTarget,
    version: Version = V1,
    hub: World | None = None,
    second: int = 1,
    governance: Mapping[str, Any] = NO_PROMISE,
) -> World:
    targets = targets or (GOOD,)
    hub = hub or world(*(one.target for one in targets))
    resolved = Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=targets), governance=governance)
    hub.upload(version, resolved, second)
    admit_bundle(hub.hub, version.key, None)
    return hub


def there(desired: DesiredTarget) -> DesiredTarget:
    return desired.model_copy(update={"account": THERE.account})


def sync(hub: World, version: Version = V1, target: Target = HERE, holder: str = "run") -> dict[str, Any]:
    until = hub.clock() + timedelta(minutes=10)
    return sync_target(hub.hub, version, target, hub.planned(version, target), holder, until)


def run(hub: World, version: Version = V1) -> dict[str, Any]:
    """The state machine: every target planned, those that could be are synced, and how it ended is recorded."""
    assert hub.executions.started[version]["targets"] == len(items(hub, targets_key(version)))
    for one in items(hub, targets_key(version)):
        _step(hub, version, one, plan_target)
    record_plan(hub.hub, version)
    for one in items(hub, sync_targets_key(version)):
        digest = hub.planned(version, one)
        _step(hub, version, one, sync_target, digest, "run", hub.clock() + timedelta(minutes=10))
    return record_outcome(hub.hub, version)


def items(hub: World, key: str) -> list[Target]:
    """What the state machine reads."""
    return [Target(one["account"], one["region"]) for one in json.loads(hub.documents.texts[key])]


def _step(hub: World, version: Version, target: Target, function: Any, *more: Any) -> None:
    try:
        function(hub.hub, version, target, *more)
    except BackupAppsError as error:
        record_failure(hub.hub, version, target, f"{type(error).__name__}: {error}")


def planned(hub: World, version: Version, *targets: Target) -> dict[str, Any]:
    for one in targets or (HERE,):
        plan_target(hub.hub, version, one)
    return record_plan(hub.hub, version)


def promise(heals: bool) -> LeafGovernance:
    return LeafGovernance("shop", (HERE,), {}, {}, {}, heals)
