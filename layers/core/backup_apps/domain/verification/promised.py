"""What policy promises of a rehearsal: what is restored of an app, where, with what, and what it is checked for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.choice import Choice, PassedOver, Point
from backup_apps.domain.verification.rehearsal import NETWORKED, REHEARSED, Rehearsal


def why_not(point: Point, promised: LeafGovernance) -> str | None:
    """Why a recovery point is not rehearsed; None if it is. A database goes into a network that is declared for it."""
    if point.type not in REHEARSED:
        return f"{point.type} is not rehearsed; verify a restore made by hand"
    if point.type not in NETWORKED:
        return None
    if not {"subnetGroup", "securityGroups"} <= promised.verification.get("sandbox", {}).keys():
        return f"{point.type} needs a network to be rehearsed in: sandbox.subnetGroup and sandbox.securityGroups"
    if point.is_continuous:
        return f"{point.type} has continuous backups alone; rehearsed is a snapshot"
    return None


def passed_over(points: Iterable[Point], promised: LeafGovernance) -> list[PassedOver]:
    """The types of which no recovery point is rehearsed."""
    reasons: dict[str, list[str | None]] = {}
    for point in points:
        reasons.setdefault(point.type, []).append(why_not(point, promised))
    return [PassedOver(type_, why[0] or "") for type_, why in sorted(reasons.items()) if None not in why]


class Group(NamedTuple):
    """Resources that are restored one after the other: all of them, or none with a sentence that says why."""

    resources: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    why_not: str | None = None

    def leaves(self, max_bytes: int | None) -> int | None:
        """Of the bytes of a run, for what is not of the group."""
        return None if max_bytes is None else max_bytes - sum(one.point.bytes for one in self.choices)


def group_of(promised: LeafGovernance, points: Iterable[Point]) -> Group:
    """The latest recovery point of each."""
    resources = tuple(promised.verification.get("group", {}).get("resources", ()))
    latest = {one.resource: one for one in sorted(points, key=lambda one: (one.moment, one.arn))}
    found = [latest[one] for one in resources if one in latest]
    group = Group(resources, tuple(Choice(one, "its group is restored", one.created) for one in found))
    missing = [one for one in resources if one not in latest]
    if missing:
        why = f"its group was not restored: there is no recovery point of {', '.join(missing)} that can be rehearsed"
        return Group(resources, (), why)
    left = group.leaves(promised.verification.get("maxBytes"))
    if left is not None and left < 0:
        return Group(resources, (), f"its group was not restored: it is {-left} bytes larger than maxBytes")
    return group


def as_promised(known: Rehearsal, promised: LeafGovernance) -> Rehearsal:
    said = promised.verification
    sandbox: Mapping[str, Any] = said.get("sandbox", {})
    checks: Mapping[str, Any] = said.get("checks", {})
    return known.model_copy(
        update={
            "role": sandbox.get("role"),
            "subnet_group": sandbox.get("subnetGroup"),
            "security_groups": tuple(sandbox.get("securityGroups", ())),
            "rto": said.get("rto"),
            "rpo": promised.guardrails.get("rpo.max"),
            "bucket_canary": checks.get("s3", {}).get("canary"),
            "table_canary": checks.get("dynamodb", {}).get("canary", {}),
            "hook": checks.get("hook"),
        }
    )


def of_choice(known: Rehearsal, choice: Choice, now: datetime) -> Rehearsal:
    """A database keeps the key of its recovery point; a continuous backup can't be copied on demand.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html
    """
    point, reason = choice.point, choice.reason
    told: dict[str, Any] = {"type": point.type, "point": point, "newest": choice.newest}
    told["age"] = round((now - datetime.fromisoformat(choice.newest)).total_seconds())
    told |= {"asked_key": None} if point.type in NETWORKED else {"subnet_group": None, "security_groups": ()}
    if known.sandbox is not None and point.is_continuous:
        reason += "; it is continuous and can't be copied, so it is restored where it is"
        told |= {"sandbox": None, "asked_key": None, "role": None}
    return known.model_copy(update=told | {"reason": reason})


def of_group(known: Rehearsal, group: Group, promised: LeafGovernance, now: datetime) -> list[Rehearsal]:
    """They stay until all of them are restored, and the function was asked."""
    if group.why_not is not None:
        return [known.with_problem(group.why_not)]
    hook = promised.verification.get("group", {}).get("hook")
    members: Sequence[Rehearsal] = [of_choice(known, one, now) for one in group.choices]
    return [one.model_copy(update={"group": index, "group_hook": hook}) for index, one in enumerate(members)]
