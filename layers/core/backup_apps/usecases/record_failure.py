"""The failure of one target, whose step gave up: recorded, and the others go on."""

from typing import Any

from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.desired import Target
from backup_apps.ports.hub import Hub


def record_failure(hub: Hub, version: Version, target: Target, error: str) -> dict[str, Any]:
    """Record why the target failed."""
    outcome = TargetOutcome(account=target.account, region=target.region, state=State.FAILED, error=error)
    hub.records.set_outcome(version, outcome)
    return outcome.model_dump(mode="json", include={"account", "region", "state", "error"})
