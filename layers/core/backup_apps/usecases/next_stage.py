"""The next stage of a staged sync: which targets go, and until when the others wait."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from backup_apps.domain.cards.bundles import canaries_not_well
from backup_apps.domain.commits import State, TargetOutcome, Version, Waits, left_behind
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.staging.candidates import Candidate, Progress
from backup_apps.domain.staging.rollout import Rollout
from backup_apps.domain.staging.stage import Stage, Wait, stage_from
from backup_apps.domain.staging.stages import next_stage as decide
from backup_apps.domain.state_documents import (
    stage_items,
    stage_targets_key,
    stages_key,
    sync_digests,
    sync_targets_key,
)
from backup_apps.ports.hub import Hub
from backup_apps.usecases.governed import governance_in_force, is_overtaken
from backup_apps.usecases.staged_targets import staging_of

_CAME = (State.SYNCED, State.SUPERSEDED)
Digests = Mapping[Target, str]


def next_stage(hub: Hub, version: Version, round_: int, number: int) -> dict[str, Any]:
    """Decide what comes next, record it, and write the list of the targets that go.

    `round_` counts the plans of the version, `number` the looks since: the same look again gives the same answer,
    whatever became of the first. The answer's `action` is `go`, `wait` (`until` a moment) or `done`.
    """
    look, kept = [round_, number], _kept(hub, version)
    digests = sync_digests(hub.documents.read(sync_targets_key(version)))
    outcomes = sorted(hub.records.outcomes(version), key=lambda one: one.target)
    if kept.get("look") != look:
        if is_overtaken(hub.records, version):
            return _superseded(hub, version, outcomes, digests)
        before = stage_from(kept["stage"]).rollout if kept else Rollout()
        stage = _decide(hub, version, before, round_, outcomes, digests)
        kept = {"look": look, "stage": stage.to_json()}
        hub.documents.write(stages_key(version), json.dumps(kept))  # first: what follows is done again from it
    stage = stage_from(kept["stage"])
    answer = _answer(version, stage)
    _tell(hub, version, stage, answer)
    _record(hub, version, stage, outcomes, digests)
    return answer


def _kept(hub: Hub, version: Version) -> dict[str, Any]:
    """Of the last look; nothing before the first."""
    try:
        kept: dict[str, Any] = json.loads(hub.documents.read(stages_key(version)))
    except NotFoundError:
        return {}
    return kept


def _decide(
    hub: Hub,
    version: Version,
    before: Rollout,
    round_: int,
    outcomes: Sequence[TargetOutcome],
    digests: Digests,
) -> Stage:
    staging = staging_of(hub, version, governance_in_force(hub.documents, version), outcomes)
    candidates = [
        Candidate(one.target, staging.get(one.target, ()), _progress(one, digests), one.error, one.retired)
        for one in outcomes
    ]
    findings = hub.findings.of_bundle(version.bundle)
    return decide(candidates, before, findings, round_, hub.clock(), hub.zone_of)


def _superseded(hub: Hub, version: Version, outcomes: Sequence[TargetOutcome], digests: Digests) -> dict[str, Any]:
    """A later version says now what is to be there. What this one wrote stays until then."""
    left = [one for one in outcomes if _progress(one, digests) is Progress.PENDING]
    hub.records.set_outcomes(version, [left_behind(one, State.SUPERSEDED) for one in left])
    return {**version._asdict(), "action": "done"}


def _progress(outcome: TargetOutcome, digests: Digests) -> Progress:
    if outcome.state is State.FAILED:
        return Progress.FAILED
    return Progress.PENDING if outcome.target in digests and outcome.state not in _CAME else Progress.DONE


def _answer(version: Version, stage: Stage) -> dict[str, Any]:
    """Who waits is looked at again once those that go have come."""
    counts = {"go": len(stage.go), "waits": len(stage.waits), "held_back": len(stage.halted)}
    if stage.go:
        return {**version._asdict(), **counts, "action": "go"}
    if stage.until:
        return {**version._asdict(), **counts, "action": "wait", "until": _timestamp(stage.until)}
    return {**version._asdict(), **counts, "action": "done"}


def _timestamp(moment: datetime) -> str:
    """As Step Functions takes it, and not before the moment.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
    """
    whole = moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
    return f"{whole:%Y-%m-%dT%H:%M:%SZ}"


def _tell(hub: Hub, version: Version, stage: Stage, answer: Mapping[str, Any]) -> None:
    """Of canaries that are not well on-call hears at once, unless the sync ends with it: its end is told then."""
    happened = [happenings.staged(version, stage)]
    if stage.unwell and answer["action"] != "done":
        alert = canaries_not_well(version, stage.unwell, len(stage.halted)).alert()
        hub.alerts.publish(alert)
        happened.append(happenings.alerted(version, alert))
    hub.ledger.record(version.bundle, happened)


def _record(hub: Hub, version: Version, stage: Stage, outcomes: Sequence[TargetOutcome], digests: Digests) -> None:
    """How targets stand is written where it changes; a version of which nothing has gone yet is only planned."""
    stood = ((one, _stands(one, stage, _progress(one, digests))) for one in outcomes)
    hub.records.set_outcomes(version, [after for before, after in stood if after != before])
    hub.records.set_state(version, State.SYNCING if stage.rollout.sent else State.PLANNED)
    closes = {target: go.closes for target, go in stage.go.items()}
    hub.documents.write(stage_targets_key(version), stage_items(version, digests, closes))


def _stands(outcome: TargetOutcome, stage: Stage, progress: Progress) -> TargetOutcome:
    target = outcome.target
    if target in stage.halted:
        cause = stage.halted[target].cause
        return outcome.model_copy(update={"state": State.FAILED, "error": cause, "waits": None})
    if target in stage.waits:
        return outcome.model_copy(update={"state": State.PLANNED, "waits": _waits(stage.waits[target])})
    if target in stage.go:
        return outcome.model_copy(update={"state": State.PLANNED, "waits": None})
    if progress is Progress.DONE and outcome.state not in _CAME:
        nothing = Waits(why="nothing to write; it is synced when the version ends")
        return outcome.model_copy(update={"state": State.PLANNED, "waits": nothing})
    return outcome


def _waits(wait: Wait) -> Waits:
    return Waits(why=wait.why, until=_timestamp(wait.until) if wait.until else None)
