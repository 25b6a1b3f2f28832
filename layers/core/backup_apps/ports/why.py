"""What is asked of a member account to tell why a resource is protected, or is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backup_apps.domain.desired import DesiredTarget
    from backup_apps.domain.lineage.lineage import Point
    from backup_apps.domain.why.facts import JobFacts, PlanFacts, RoleFacts, VaultFacts
    from backup_apps.domain.why.subjects import Subject, SubjectFacts


class Witness(Protocol):
    """One target, through an assumed role that reads. What it may not read is not known, and no error."""

    def subject(self, subject: Subject) -> SubjectFacts | None:
        """A recovery point or a job; None where there is none such."""
        ...

    def tags(self, resource: str) -> Mapping[str, str] | None:
        """None of what the tagging API does not know."""
        ...

    def plans(self, bundle: str, desired: DesiredTarget) -> tuple[PlanFacts, ...]:
        """Of the bundle, and of nobody."""
        ...

    def vault(self, name: str) -> VaultFacts | None: ...
    def role(self, arn: str) -> RoleFacts: ...
    def opted_in(self) -> Mapping[str, bool]: ...
    def is_versioned(self, bucket: str) -> bool | None: ...
    def last_points(self, resource: str, most: int) -> tuple[Point, ...]: ...
    def last_jobs(self, resource: str, most: int) -> tuple[JobFacts, ...]: ...
