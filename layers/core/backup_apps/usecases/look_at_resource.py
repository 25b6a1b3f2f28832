"""What a member account tells of a resource, a recovery point or a job: read, not judged, and nothing is written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.simulation.kinds import KINDS, kind_of
from backup_apps.domain.why.facts import MemberFacts, PlanFacts, RoleFacts, VaultFacts
from backup_apps.domain.why.subjects import Kind, Subject, SubjectFacts
from backup_apps.domain.why.ways import wanted_plans, ways_of
from backup_apps.ports.why import Witness

POINTS, JOBS = 1, 5


class LookRequest(BaseModel):
    """What the command line asks of the hub's function."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(min_length=1)
    kind: Kind
    name: str = Field(min_length=1)
    """The ARN, or the id of a job."""
    desired: Mapping[str, DesiredTarget] = {}
    """What each bundle asks of the target, as it was synced."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)

    @property
    def subject(self) -> Subject:
        return Subject(self.kind, self.name)

    def to_json(self) -> dict[str, Any]:
        desired = {bundle: one.to_json() for bundle, one in self.desired.items()}
        return self.model_dump(mode="json", exclude={"desired"}) | {"desired": desired}


class Looked(BaseModel):
    """What was seen. `facts` are of the resource, also of one that a recovery point or a job is of."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    subject: SubjectFacts | None = None
    """None where there is no such recovery point or job."""
    facts: MemberFacts | None = None

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


def look_at_resource(witness: Witness, request: LookRequest) -> Looked:
    """Of a recovery point or a job that is not there, nothing."""
    if request.kind is Kind.RESOURCE:
        subject = _of_resource(witness, request.name)
    else:
        found = witness.subject(request.subject)
        if found is None:
            return Looked()
        subject = found
    if subject.resource is None:
        return Looked(subject=subject)
    return Looked(subject=subject, facts=_facts(witness, request, subject.resource))


def _of_resource(witness: Witness, resource: str) -> SubjectFacts:
    """Its newest recovery point, with what made it."""
    points = witness.last_points(resource, POINTS)
    if not points:
        return SubjectFacts(resource=resource)
    return witness.subject(Subject(Kind.POINT, points[0].arn)) or SubjectFacts(resource=resource)


def _facts(witness: Witness, request: LookRequest, resource: str) -> MemberFacts:
    kind = kind_of(resource)
    plans = tuple(_plans(witness, request.desired))
    used = (*plans, *(plan for name, one in request.desired.items() for plan in wanted_plans(one, name)))
    return MemberFacts(
        account=request.account,
        region=request.region,
        resource=resource,
        kind=kind.name if kind else None,
        tags=witness.tags(resource),
        opted_in=witness.opted_in(),
        plans=plans,
        vaults=tuple(_vaults(witness, used)),
        roles=tuple(_roles(witness, used)),
        is_versioned=witness.is_versioned(resource.rpartition(":")[2]) if kind == KINDS["S3"] else None,
        points=witness.last_points(resource, POINTS),
        jobs=witness.last_jobs(resource, JOBS),
    )


def _plans(witness: Witness, desired: Mapping[str, DesiredTarget]) -> Iterator[PlanFacts]:
    """Each once: those of nobody are told beside those of each bundle."""
    seen: set[str] = set()
    for bundle, one in desired.items():
        for plan in witness.plans(bundle, one):
            if plan.id not in seen:
                seen.add(plan.id)
                yield plan


def _vaults(witness: Witness, plans: Iterable[PlanFacts]) -> Iterator[VaultFacts]:
    for name in sorted({way.vault for way in ways_of(plans)}):
        found = witness.vault(name)
        if found is not None:
            yield found


def _roles(witness: Witness, plans: Iterable[PlanFacts]) -> Iterator[RoleFacts]:
    for arn in sorted({way.role for way in ways_of(plans)} - {""}):
        yield witness.role(arn)
