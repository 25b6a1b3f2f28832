"""What a staged sync does next: which targets go, which wait and until when, which are held back and why.

Canaries go before the rest; the rest goes once their gate has passed; each goes only while every app that holds there
has a window open. A canary of one app does not wait for the canaries of another, so that no two wait for each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.staging.candidates import Candidate, Progress
from backup_apps.domain.staging.gates import WAITS_UNTIL, Failed, Gate, Passed, Shut, gates_of, spoken
from backup_apps.domain.staging.rollout import Rollout, Sent
from backup_apps.domain.staging.windows import HORIZON, ZoneOf, common_closing, common_opening


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
    gates: Mapping[str, Gate]
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


def next_stage(
    candidates: Iterable[Candidate],
    rollout: Rollout,
    findings: Sequence[Finding],
    round_: int,
    now: datetime,
    zone_of: ZoneOf,
) -> Stage:
    """Decide. `round_` counts the plans of the version; `findings` are those of drift in its bundle."""
    ordered = sorted(candidates, key=lambda one: one.target)
    gates = gates_of(ordered, rollout, findings, now)
    look = _Look(gates, rollout, round_, now, zone_of)
    steps = {one.target: look.at(one) for one in ordered if one.progress is Progress.PENDING}
    return Stage(steps, gates, _remembered(rollout, gates, steps, round_, now))


class _Look(NamedTuple):
    gates: Mapping[str, Gate]
    rollout: Rollout
    round: int
    now: datetime
    zone_of: ZoneOf

    def at(self, candidate: Candidate) -> Step:
        gates = [self.gates[one.app] for one in candidate.staging if one.canary]
        causes = [gate.cause for gate in gates if isinstance(gate, Failed)]
        if causes:
            return Halt(f"held back: {causes[0]}")
        if self._was_lost(candidate.target):
            return Halt("its sync never ended")
        shut = [gate for gate in gates if isinstance(gate, Shut) and not candidate.is_canary]
        return _longest(shut) if shut else self._window(candidate)

    def _was_lost(self, target: Target) -> bool:
        """It was let go, began or could have begun, and nobody recorded how it came out."""
        sent = self.rollout.sent.get(target)
        return sent is not None and sent.round == self.round and (sent.closes is None or self.now < sent.closes)

    def _window(self, candidate: Candidate) -> Step:
        held = [one for one in candidate.staging if one.windows]
        hours = [one.windows for one in held]
        names = " and ".join(f"'{one.app}'" for one in held)
        opens = common_opening(hours, self.now, self.zone_of)
        if opens is None:
            together = " together" if len(held) > 1 else ""
            return Halt(f"no window of {names} opens{together} within {HORIZON.days} days")
        if opens > self.now:
            return Wait(f"{WAITS_UNTIL} {spoken(opens)} for a window of {names}", opens)
        return Go(common_closing(hours, self.now, self.zone_of))


def _longest(shut: Sequence[Shut]) -> Wait:
    """Of several gates the one that opens last; one that depends on other targets comes after all."""
    open_ended = next((gate for gate in shut if gate.until is None), None)
    last = open_ended or max(shut, key=lambda gate: gate.until or datetime.max)
    return Wait(last.why, last.until)


def _remembered(
    rollout: Rollout, gates: Mapping[str, Gate], steps: Mapping[Target, Step], round_: int, now: datetime
) -> Rollout:
    sent = {target: Sent(now, step.closes, round_) for target, step in steps.items() if isinstance(step, Go)}
    baking = {app: gate.since for app, gate in gates.items() if isinstance(gate, Shut) and gate.since}
    passed = (app for app, gate in gates.items() if isinstance(gate, Passed))
    failed = {app: gate.cause for app, gate in gates.items() if isinstance(gate, Failed)}
    return Rollout(
        began=rollout.began,
        sent={**rollout.sent, **sent},
        baking={**rollout.baking, **baking},
        passed=tuple(sorted({*rollout.passed, *passed})),
        failed={**rollout.failed, **failed},
    )
