"""A hub with one target that is synced, and people who change it by hand."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.usecases.heal_target import heal_target
from backup_apps.usecases.sweep_target import sweep_target
from sync.memory import World
from sync.steps import HERE, admitted, run
from sync.targets import ACCOUNT, BUNDLE, KEY, REGION, plan, rule, target, vault

LOCK = {"MinRetentionDays": 7}
PLAN = plan(rules=[rule(), rule("hourly", ScheduleExpression="cron(0 * * * ? *)")])
DESIRED = target(vault(lock=LOCK), PLAN)
ALICE = "arn:aws:sts::111111111111:assumed-role/Admin/alice"


def healing(*apps: str) -> dict[str, Any]:
    leaves = tuple(LeafGovernance(app, (HERE,), {}, {}, {}, True) for app in apps)
    return Governance(leaves).to_json()


def synced(desired: DesiredTarget = DESIRED, *, self_heal: Iterable[str] = (), hub: World | None = None) -> World:
    hub = admitted(desired, governance=healing(*self_heal), hub=hub)
    assert run(hub)["state"] == "synced"
    return hub


def change(hub: World, **members: Any) -> None:
    """Somebody changes the target: `rules`, `selections` or `lock`."""
    there = hub.members.live[HERE]
    (present,) = there.plans
    content = {**(present.content or {}), "Rules": members.get("rules", (present.content or {})["Rules"])}
    changed = present.model_copy(
        update={"content": content, "selections": members.get("selections", present.selections)}
    )
    vaults = tuple(one.model_copy(update={"lock": members.get("lock", one.lock)}) for one in there.vaults)
    hub.members.live[HERE] = there.model_copy(update={"plans": (changed,), "vaults": vaults})


def with_rule(hub: World, **members: Any) -> None:
    (present,) = hub.members.live[HERE].plans
    rules = [dict(one) for one in (present.content or {})["Rules"]]
    change(hub, rules=[one | members if one["RuleName"] == "nightly" else one for one in rules])


def shorten(hub: World) -> None:
    with_rule(hub, Lifecycle={"DeleteAfterDays": 7})


def retag(hub: World, tags: Mapping[str, str]) -> None:
    """Of everything there."""
    there = hub.members.live[HERE]
    members: dict[str, tuple[Any, ...]] = {"vaults": there.vaults, "plans": there.plans}
    tagged = {name: tuple(one.model_copy(update={"tags": tags}) for one in held) for name, held in members.items()}
    hub.members.live[HERE] = there.model_copy(update=tagged)


def nightly(there: LiveTarget) -> Any:
    (present,) = there.plans
    return next(one for one in (present.content or {})["Rules"] if one["RuleName"] == "nightly")


def sweep(hub: World) -> dict[str, Any]:
    return sweep_target(hub.hub, BUNDLE, HERE, unmanaged=True)


def heal(hub: World) -> dict[str, Any]:
    return heal_target(hub.hub, BUNDLE, HERE, "heal-1", hub.clock() + timedelta(minutes=5))


def findings(hub: World) -> tuple[Finding, ...]:
    return hub.findings.of_bundle(BUNDLE)


def update_event(hub: World, role: str = "Admin") -> dict[str, Any]:
    identity = {"type": "AssumedRole", "arn": ALICE, "sessionContext": {"sessionIssuer": {"userName": role}}}
    (present,) = hub.members.live[HERE].plans
    detail = {
        "eventSource": "backup.amazonaws.com",
        "eventName": "UpdateBackupPlan",
        "eventTime": "2026-01-01T12:00:00Z",
        "userIdentity": identity,
        "requestParameters": {"backupPlanId": present.id},
    }
    return {"account": ACCOUNT, "region": REGION, "detail": detail}


def kinds(hub: World) -> list[str]:
    return [entry.kind for entry in hub.ledger.entries(BUNDLE)]


ARN = "arn:aws:backup:eu-west-1:111111111111:recovery-point:1"
MONTH = {"DeleteAfterDays": 35}


def with_points(hub: World, *points: LivePoint) -> None:
    hub.members.points[:] = points
    hub.members.rules["p", "v1"] = {"r": MadeBy("shop-daily", "nightly", MONTH)}
    there = hub.members.live[HERE]
    vaults = tuple(one.model_copy(update={"recovery_points": len(points)}) for one in there.vaults)
    hub.members.live[HERE] = there.model_copy(update={"vaults": vaults})


def point(**members: Any) -> LivePoint:
    known: dict[str, Any] = {
        "arn": ARN,
        "vault": "primary",
        "resource": "arn:of-it",
        "lifecycle": MONTH,
        "key_arn": KEY,
    }
    return LivePoint(**(known | {"plan": "p", "version": "v1", "rule": "r"} | members))
