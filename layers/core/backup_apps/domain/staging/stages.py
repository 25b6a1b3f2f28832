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
from backup_apps.domain.staging.gates import Failed, Gate, Passed, Shut, gates_of
from backup_apps.domain.staging.rollout import Rollout, Sent
from backup_apps.domain.staging.stage import Go, Halt, Stage, Step, Wait
from backup_apps.domain.staging.windows import HORIZON, ZoneOf, common_closing, common_opening
from backup_apps.domain.wording import spoken_moment


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
    gates, steps = _decided(ordered, rollout, findings, _Look({}, rollout, round_, now, zone_of))
    failed = _failed(gates)
    return Stage(
        steps=dict(sorted(steps.items())),
        canaries={app: str(gate) for app, gate in gates.items()},
        unwell={app: cause for app, cause in failed.items() if app not in rollout.failed},
        rollout=_remembered(rollout, gates, steps, round_, now),
    )


def _decided(
    candidates: Sequence[Candidate], rollout: Rollout, findings: Sequence[Finding], look: "_Look"
) -> tuple[dict[str, Gate], dict[Target, Step]]:
    """A canary that is held back holds others back in turn, so it is looked again until nobody is."""
    gates = gates_of(candidates, rollout, findings, look.now)
    look = look._replace(gates=gates)
    steps = {one.target: look.at(one) for one in candidates if one.progress is Progress.PENDING}
    halted = {target: step for target, step in steps.items() if isinstance(step, Halt)}
    if not halted:
        return gates, steps
    left = [_ended(one, halted.get(one.target)) for one in candidates]
    known = rollout._replace(failed={**rollout.failed, **_failed(gates)})
    gates, others = _decided(left, known, findings, look)
    return gates, {**others, **halted}


def _ended(candidate: Candidate, halt: Halt | None) -> Candidate:
    return candidate._replace(progress=Progress.FAILED, error=halt.cause) if halt else candidate


def _failed(gates: Mapping[str, Gate]) -> dict[str, str]:
    return {app: gate.cause for app, gate in gates.items() if isinstance(gate, Failed)}


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
            return Wait(f"waits until {spoken_moment(opens)} for a window of {names}", opens)
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
    return Rollout(
        sent={**rollout.sent, **sent},
        baking=baking,
        passed=tuple(sorted({*rollout.passed, *passed})),
        failed={**rollout.failed, **_failed(gates)},
    )
