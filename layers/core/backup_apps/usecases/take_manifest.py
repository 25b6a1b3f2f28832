"""While a recovery point is made, write down what its source holds: what a restore is compared with."""

from pydantic import TypeAdapter

from backup_apps.domain.desired import Target
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.verification.due import verification_of
from backup_apps.domain.verification.facts import Facts, Manifest, begun_key, manifest_key
from backup_apps.usecases.governed import governance_in_force, version_in_force
from backup_apps.usecases.verification_requests import Event
from backup_apps.verification_ports import Inspector, Owner, Question, Verifying

_FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)


def take_manifest(verifying: Verifying, event: Event) -> str:
    """Twice, when the job begins and when it is done, to know whether the source stood still. Only for apps that are
    verified: it reads all of the source."""
    detail = event.detail
    job, state = str(detail["backupJobId"]), detail.get("state")
    if state not in ("RUNNING", "COMPLETED"):
        return "passed over"
    inspector = verifying.accounts.inspector(event.target, f"manifest-{job}")
    owner = inspector.owner(str(detail.get("createdBy", {}).get("backupPlanArn", "")))
    if owner is None or not _is_verified(verifying, owner, event.target):
        return "passed over"
    facts = inspector.facts(Question(str(detail["resourceType"]), str(detail["resourceArn"])))
    if facts is None:
        return "passed over"
    key = begun_key(event.account, event.region, job)
    if state == "RUNNING":
        verifying.documents.write(key, _FACTS.dump_json(facts).decode())
        return "begun"
    manifest = Manifest(
        resource=str(detail["resourceArn"]),
        taken=verifying.clock().isoformat(),
        settled=_begun(verifying, inspector, key) == facts,
        facts=facts,
    )
    (point,) = event.resources
    verifying.documents.write(manifest_key(event.account, event.region, point), manifest.model_dump_json())
    return "taken"


def _begun(verifying: Verifying, inspector: Inspector, key: str) -> Facts | None:
    """None where the event of the beginning was lost."""
    try:
        return _FACTS.validate_json(verifying.documents.read(key))
    except NotFoundError:
        return None


def _is_verified(verifying: Verifying, owner: Owner, target: Target) -> bool:
    version = version_in_force(verifying.records, owner.bundle)
    if version is None:
        return False
    promised = verification_of(governance_in_force(verifying.documents, version), owner.app, target)
    return bool(promised and promised.verification)
