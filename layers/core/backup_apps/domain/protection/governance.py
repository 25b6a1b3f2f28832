"""What a version promises and AWS Backup does not hold: guardrails, waivers, verification, alerts, healing,
staged syncs.

It is stored with the version, so that the plan of the next can say what changes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target, target_from
from backup_apps.domain.staging.settings import Staging, staging_from


class LeafGovernance(NamedTuple):
    """What holds for one leaf, on targets on which the same holds."""

    app: str
    targets: tuple[Target, ...]
    guardrails: Mapping[str, Any]
    """By kind, waivers considered: the strictest value (times in minutes), or every list; of `locked` all paths."""
    verification: Mapping[str, Any]
    alerts: Mapping[str, Any]
    self_heal: bool
    paused_until: str | None = None
    """Until when healing is held, ISO 8601 in UTC."""
    staging: tuple[Staging, ...] = ()
    """How its targets are synced: what the apps of its line ask for, the root's first."""

    @property
    def says_something(self) -> bool:
        return bool(self.guardrails or self.verification or self.alerts or self.self_heal)

    def to_json(self) -> dict[str, Any]:
        return {
            "app": self.app,
            "targets": [str(one) for one in self.targets],
            "guardrails": dict(self.guardrails),
            "verification": dict(self.verification),
            "alerts": dict(self.alerts),
            "selfHeal": self.self_heal,
            "sync": [one.to_json() for one in self.staging],
        } | ({"pausedUntil": self.paused_until} if self.paused_until else {})


class WaiverGiven(NamedTuple):
    """A waiver as written, by the app `by` for the app `subject`."""

    by: str
    subject: str
    guardrail: str
    value: Any
    owner: str
    reason: str
    expires: str
    """The last day on which it holds, ISO 8601."""

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.by, self.subject, self.guardrail

    def to_json(self) -> dict[str, Any]:
        return {name if name != "subject" else "for": value for name, value in self._asdict().items()}


class Governance(NamedTuple):
    """Of all leaves of a version, in order."""

    leaves: tuple[LeafGovernance, ...] = ()
    waivers: tuple[WaiverGiven, ...] = ()

    def of(self, app: str, target: Target) -> LeafGovernance | None:
        """What an app promises on a target."""
        return next((leaf for leaf in self.leaves if leaf.app == app and target in leaf.targets), None)

    @property
    def staged(self) -> dict[Target, tuple[Staging, ...]]:
        """By target, for those in which a leaf asks for it: of each app once, in order."""
        by_target: dict[Target, dict[str, Staging]] = {}
        for leaf in self.leaves:
            for target in leaf.targets if leaf.staging else ():
                by_target.setdefault(target, {}).update({one.app: one for one in leaf.staging})
        return {target: tuple(one for _, one in sorted(apps.items())) for target, apps in by_target.items()}

    def to_json(self) -> dict[str, Any]:
        return {"leaves": [one.to_json() for one in self.leaves], "waivers": [one.to_json() for one in self.waivers]}


def governance_from(document: Mapping[str, Any]) -> Governance:
    """What `Governance.to_json` wrote."""
    return Governance(
        tuple(_leaf_from(one) for one in document["leaves"]),
        tuple(WaiverGiven(subject=one["for"], **_without(one, "for")) for one in document["waivers"]),
    )


def _leaf_from(document: Mapping[str, Any]) -> LeafGovernance:
    members = _without(document, "targets", "selfHeal", "pausedUntil", "sync")
    healing = {"self_heal": document["selfHeal"], "paused_until": document.get("pausedUntil")}
    staging = tuple(staging_from(one) for one in document.get("sync", ()))
    targets = tuple(map(target_from, document["targets"]))
    return LeafGovernance(targets=targets, staging=staging, **healing, **members)


def _without(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}
