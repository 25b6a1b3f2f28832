"""How far a staged sync has come, as it is kept between two looks at it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target, target_from


class Sent(NamedTuple):
    """A target that was let go."""

    at: datetime
    closes: datetime | None
    """From then on it may no longer begin."""
    round: int
    """The plan by which it went: a version is planned again where live state moved."""


class Rollout(NamedTuple):
    """Of one version."""

    sent: Mapping[Target, Sent] = {}
    baking: Mapping[str, datetime] = {}
    """When the canaries of an app that bake now were all seen synced."""
    passed: tuple[str, ...] = ()
    """Apps whose canaries were found well."""
    failed: Mapping[str, str] = {}
    """Apps whose canaries were not, and why."""

    def to_json(self) -> dict[str, Any]:
        return {
            "sent": {str(target): _sent_json(one) for target, one in sorted(self.sent.items())},
            "baking": {app: since.isoformat() for app, since in sorted(self.baking.items())},
            "passed": sorted(self.passed),
            "failed": dict(sorted(self.failed.items())),
        }


def rollout_from(document: Mapping[str, Any]) -> Rollout:
    """What `Rollout.to_json` wrote."""
    return Rollout(
        sent={target_from(name): _sent_from(one) for name, one in document["sent"].items()},
        baking={app: datetime.fromisoformat(since) for app, since in document["baking"].items()},
        passed=tuple(document["passed"]),
        failed=document["failed"],
    )


def _sent_json(sent: Sent) -> dict[str, Any]:
    closes = {"closes": sent.closes.isoformat()} if sent.closes else {}
    return {"at": sent.at.isoformat(), "round": sent.round, **closes}


def _sent_from(document: Mapping[str, Any]) -> Sent:
    closes = datetime.fromisoformat(document["closes"]) if "closes" in document else None
    return Sent(datetime.fromisoformat(document["at"]), closes, document["round"])
