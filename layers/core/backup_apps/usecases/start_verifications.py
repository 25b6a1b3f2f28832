"""Every hour: start the rehearsals that are due, and take up those that were cut off."""

from contextlib import suppress
from datetime import datetime

from backup_apps.domain.desired import Target
from backup_apps.domain.errors import TakenOverError
from backup_apps.domain.normal_form import fingerprint
from backup_apps.domain.verification.due import due
from backup_apps.domain.verification.results import Trigger
from backup_apps.ports.verification import Verifying
from backup_apps.usecases.governed import governance_in_force, version_in_force


def start_verifications(verifying: Verifying, now: datetime) -> dict[str, list[str]]:
    """The names of the executions. Each run of a schedule has one of its own, so that asking twice starts nothing."""
    resumed = _resume(verifying, now)
    started = []
    for bundle in sorted(verifying.records.bundles()):
        version = version_in_force(verifying.records, bundle)
        if version is None:
            continue
        for one in due(governance_in_force(verifying.documents, version), now):
            document = request(bundle, one.app, one.target, Trigger.SCHEDULE, f"{one.at:%Y%m%dT%H%M}")
            verifying.machine.start(document["run"], document)
            started.append(document["run"])
    return {"started": started, "resumed": resumed}


def _resume(verifying: Verifying, now: datetime) -> list[str]:
    """Goes on where the execution was killed: with the same restore job, and to the same end."""
    resumed = []
    for kept in verifying.rehearsals.unfinished():
        was = kept.rehearsal.execution
        if verifying.machine.is_running(was):
            continue
        run = f"{kept.rehearsal.run[:50]}-again-{fingerprint([kept.rehearsal.key, now.isoformat()], 12)}"
        rehearsal = kept.rehearsal.model_copy(update={"resumed_by": run})
        with suppress(TakenOverError):  # asked twice at once, the other one has taken it up
            verifying.rehearsals.keep(rehearsal, was=was)
            verifying.machine.start(run, {"rehearsals": [rehearsal.model_dump(mode="json", exclude_none=True)]})
            resumed.append(run)
    return resumed


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
