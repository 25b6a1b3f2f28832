"""A stage of a sync: what was decided of each target that is left, as it is kept, and carried out, however often."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target, target_from
from backup_apps.domain.staging.rollout import Rollout, rollout_from


class Go(NamedTuple):
    """The target may be changed, if it begins before `closes`."""

    closes: datetime | None


class Wait(NamedTuple):
    """Not yet; `until` is None while it depends on other targets."""

    why: str
    until: datetime | None


class Halt(NamedTuple):
    """It will not be changed by this version."""

    cause: str


Step = Go | Wait | Halt


class Stage(NamedTuple):
    """The next stage."""

    steps: Mapping[Target, Step]
    """Of every target in which something is still to be written."""
    canaries: Mapping[str, str]
    """How those of each app are, in words."""
    unwell: Mapping[str, str]
    """Apps whose canaries were not found unwell before, and why they are now."""
    rollout: Rollout
    """What to remember."""

    @property
    def go(self) -> dict[Target, Go]:
        return {target: step for target, step in self.steps.items() if isinstance(step, Go)}

    @property
    def waits(self) -> dict[Target, Wait]:
        return {target: step for target, step in self.steps.items() if isinstance(step, Wait)}

    @property
    def halted(self) -> dict[Target, Halt]:
        return {target: step for target, step in self.steps.items() if isinstance(step, Halt)}

    @property
    def until(self) -> datetime | None:
        """When to look again; None where nobody waits."""
        return min((one.until for one in self.waits.values() if one.until), default=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": {str(target): _step_json(step) for target, step in self.steps.items()},
            "canaries": dict(self.canaries),
            "unwell": dict(self.unwell),
            "rollout": self.rollout.to_json(),
        }


def stage_from(document: Mapping[str, Any]) -> Stage:
    """What `Stage.to_json` wrote."""
    return Stage(
        steps={target_from(name): _step_from(one) for name, one in document["steps"].items()},
        canaries=document["canaries"],
        unwell=document["unwell"],
        rollout=rollout_from(document["rollout"]),
    )


def _step_json(step: Step) -> dict[str, Any]:
    members = step._asdict().items()
    told = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in members}
    return {"step": type(step).__name__, **told}


def _step_from(document: Mapping[str, Any]) -> Step:
    members = {key: value for key, value in document.items() if key != "step"}
    moments = {key: datetime.fromisoformat(members[key]) for key in ("closes", "until") if members.get(key)}
    return _STEPS[document["step"]](**{**members, **moments})


_STEPS: Mapping[str, Callable[..., Step]] = {kind.__name__: kind for kind in (Go, Wait, Halt)}
