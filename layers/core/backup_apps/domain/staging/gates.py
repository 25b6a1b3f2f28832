"""Gates: what an app with canaries asks to see before a version reaches the rest of its targets."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.drift.findings import Direction, Finding
from backup_apps.domain.staging.candidates import Candidate, Progress
from backup_apps.domain.staging.rollout import Rollout
from backup_apps.domain.wording import spoken_moment


class Passed(NamedTuple):
    """The rest may go. `baked` is whether anything was written in a canary at all."""

    baked: bool = True

    def __str__(self) -> str:
        return "well" if self.baked else "nothing is written in them"


class Failed(NamedTuple):
    """The rest may not."""

    cause: str

    def __str__(self) -> str:
        return f"not well: {self.cause}"


class Shut(NamedTuple):
    """Not yet: a canary is still to be synced, or they bake."""

    why: str
    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        return self.why


Gate = Passed | Failed | Shut


def gates_of(
    candidates: Iterable[Candidate], rollout: Rollout, findings: Sequence[Finding], now: datetime
) -> dict[str, Gate]:
    """The gate of each app that has canaries. What was found once is not looked at again."""
    canaries: dict[str, list[Candidate]] = {}
    bakes: dict[str, timedelta] = {}
    for candidate in candidates:
        for staging in candidate.staging:
            if staging.canary:
                of_app = canaries.setdefault(staging.app, [])
                of_app += [candidate] if candidate.is_canary_of(staging) else []
                bakes[staging.app] = timedelta(minutes=staging.canary.bake)
    look = _Look(rollout, findings, now)
    return {app: look.at(app, found, bakes[app]) for app, found in sorted(canaries.items())}


class _Look(NamedTuple):
    rollout: Rollout
    findings: Sequence[Finding]
    now: datetime

    def at(self, app: str, canaries: Sequence[Candidate], bake: timedelta) -> Gate:
        if app in self.rollout.failed:
            return Failed(self.rollout.failed[app])
        if app in self.rollout.passed:
            return Passed()
        cause = next((cause for one in canaries if (cause := self._unwell(one))), None)
        return Failed(cause) if cause else self._bake(app, canaries, bake)

    def _bake(self, app: str, canaries: Sequence[Candidate], bake: timedelta) -> Gate:
        pending = [one for one in canaries if one.progress is Progress.PENDING]
        if pending:
            return Shut(f"waits for canary {pending[0].target} of '{app}'")
        if not any(one.target in self.rollout.sent for one in canaries):
            return Passed(baked=False)
        since = self.rollout.baking.get(app, self.now)
        if self.now >= since + bake:
            return Passed()
        done = since + bake
        return Shut(f"waits until {spoken_moment(done)} while the canaries of '{app}' bake", since, done)

    def _unwell(self, canary: Candidate) -> str | None:
        """Why others should not get what this canary got. A drift that was found before it was let go says nothing."""
        if canary.progress is Progress.FAILED:
            return f"canary {canary.target}: {canary.error}"
        sent = self.rollout.sent.get(canary.target)
        since = [one for one in self.findings if sent and datetime.fromisoformat(one.since) >= sent.at]
        weaker = next((one for one in since if one.target == canary.target and _weakens(one)), None)
        return f"canary {canary.target}: {_said(weaker)}" if weaker else None


def _weakens(finding: Finding) -> bool:
    return finding.is_incident and finding.direction is Direction.WEAKENS


def _said(finding: Finding) -> str:
    reason = finding.reasons[0] if finding.reasons else "weaker than what was synced"
    return f"{finding.kind.value} {finding.resource}: {reason}; see backup-apps drift {finding.bundle}"
