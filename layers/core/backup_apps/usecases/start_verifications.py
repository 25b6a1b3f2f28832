"""Every hour: start the rehearsals that are due, take up those that were cut off, and tell of what is overdue."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from backup_apps.domain.desired import Target
from backup_apps.domain.errors import TakenOverError
from backup_apps.domain.normal_form import fingerprint
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.due import due
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import Trigger
from backup_apps.ports.verification import Verifying
from backup_apps.usecases.governed import promised_now


def start_verifications(verifying: Verifying, now: datetime) -> dict[str, list[str]]:
    """The names of the executions. Each run of a schedule has one of its own, so that asking twice starts nothing. What
    is overdue is told even if nothing can be started: then above all."""
    from backup_apps.usecases.tell_overdue import tell_overdue  # others begin verifications, and tell of none

    promised = promised_now(verifying.records, verifying.documents)
    try:
        resumed = _resume(verifying, now)
        started = [run for bundle, leaves in promised.items() for run in _start(verifying, bundle, leaves, now)]
    finally:
        overdue = tell_overdue(verifying, promised, now)
    return {"started": started, "resumed": resumed, "overdue": overdue}


def _start(verifying: Verifying, bundle: str, leaves: Iterable[LeafGovernance], now: datetime) -> Iterator[str]:
    for one in due(leaves, now):
        document = request(bundle, one.app, one.target, Trigger.SCHEDULE, f"{one.at:%Y%m%dT%H%M}")
        begin(verifying, document)
        yield document["run"]


def begin(verifying: Verifying, request: Mapping[str, str]) -> None:
    """Kept before it starts: an execution that is killed before its rehearsals are kept is found again, and so is one
    that was not even started. What ended long ago is asked for once more and does not start; what runs is not asked for
    again, since a second start of it succeeds."""
    if verifying.machine.is_running(request["run"]):
        return
    if verifying.rehearsals.ask(request) and not verifying.machine.start(request["run"], request):
        verifying.rehearsals.settle(request["run"])


def _resume(verifying: Verifying, now: datetime) -> list[str]:
    """Goes on where executions were killed: with the same restore jobs, and to the same end."""
    requests = verifying.rehearsals.asked()
    chosen = {one["run"] for one in requests}
    kept = [one.rehearsal for one in verifying.rehearsals.unfinished() if one.rehearsal.run not in chosen]
    found = [
        *(_choose_again(verifying, one, now) for one in requests),
        *(_take_up(verifying, one, now) for one in kept),
    ]
    return [run for run in found if run]


def _choose_again(verifying: Verifying, request: Mapping[str, str], now: datetime) -> str | None:
    """Of what was killed in its first step."""
    was = request.get("resumed_by") or request["run"]
    if verifying.machine.is_running(was):
        return None
    document = {**request, "resumed_by": _again(request["run"], request["run"], now)}
    with suppress(TakenOverError):  # asked twice at once, the other one has taken it up
        verifying.rehearsals.ask_again(document, was)
        verifying.machine.start(document["resumed_by"], document)
        return document["resumed_by"]
    return None


def _take_up(verifying: Verifying, rehearsal: Rehearsal, now: datetime) -> str | None:
    was = rehearsal.execution
    if verifying.machine.is_running(was):
        return None
    run = _again(rehearsal.run, rehearsal.key, now)
    grouped = rehearsal.grouped if rehearsal.group is None else bool(rehearsal.grouped)  # what is cut off goes alone
    rehearsal = rehearsal.model_copy(update={"resumed_by": run, "grouped": grouped})
    with suppress(TakenOverError):  # as above
        verifying.rehearsals.keep(rehearsal, was=was)
        verifying.machine.start(run, {"rehearsals": [rehearsal.model_dump(mode="json", exclude_none=True)]})
        return run
    return None


def _again(run: str, key: str, now: datetime) -> str:
    return f"{run[:50]}-again-{fingerprint([key, now.isoformat()], 12)}"


def request(bundle: str, app: str, target: Target, trigger: Trigger, occasion: str) -> dict[str, str]:
    """What starts the machine. At most 80 characters of name."""
    digest = fingerprint([bundle, app, target, trigger.value, occasion], 12)
    run = f"{app}-{target.region}-{occasion}"[:67] + f"-{digest}"
    return {
        "run": run,
        "bundle": bundle,
        "app": app,
        "account": target.account,
        "region": target.region,
        "trigger": trigger.value,
    }
