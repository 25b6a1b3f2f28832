"""While a recovery point is made, write down what its source holds: what a restore is compared with."""

from datetime import timedelta

from backup_apps.domain.desired import Target
from backup_apps.domain.verification.facts import Taken, begun_key, manifest_key
from backup_apps.ports.verification import Owner, Question, Verifying
from backup_apps.usecases.governed import promised_on
from backup_apps.usecases.verification_requests import Event

LATE = timedelta(minutes=2)
"""After this an event of a beginning says nothing: the backup may have read what is not there any more."""


def take_manifest(verifying: Verifying, event: Event) -> str:
    """Twice, when the job begins and when it is done, to know whether the source stood still; the events come in any
    order, and of each the first counts. Only for apps that are verified: it reads all of the source."""
    detail = event.detail
    job, state = str(detail["backupJobId"]), detail.get("state")
    if state not in ("RUNNING", "COMPLETED") or (state == "RUNNING" and verifying.clock() - event.time > LATE):
        return "passed over"
    inspector = verifying.accounts.inspector(event.target, f"manifest-{job}")
    owner = inspector.owner(str(detail.get("createdBy", {}).get("backupPlanArn", "")))
    if owner is None or not _is_verified(verifying, owner, event.target):
        return "passed over"
    facts = inspector.facts(Question(str(detail["resourceType"]), str(detail["resourceArn"])))
    if facts is None:
        return "passed over"
    taken = Taken(resource=str(detail["resourceArn"]), job=job, at=verifying.clock().isoformat(), facts=facts)
    if state == "RUNNING":
        key = begun_key(event.account, event.region, job)
    else:
        (point,) = event.resources
        key = manifest_key(event.account, event.region, point)
    return "taken" if verifying.documents.write_once(key, taken.model_dump_json()) else "taken before"


def _is_verified(verifying: Verifying, owner: Owner, target: Target) -> bool:
    promised = promised_on(verifying.records, verifying.documents, owner.bundle, owner.app, target)
    return bool(promised and promised.verification)
