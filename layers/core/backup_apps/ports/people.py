"""Whom the hub believes, and who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from backup_apps.domain.approvals.request import ApprovalRequest
    from backup_apps.domain.approvals.verdict import Role
    from backup_apps.domain.commits import Version
    from backup_apps.domain.provenance.attestation import IdToken
    from backup_apps.domain.provenance.trust import TrustedIssuer


class Trust(Protocol):
    """Whom this deployment believes."""

    def policy(self) -> str:
        """The trust policy as it is deployed now, JSON."""
        ...

    def signature_flaw(self, token: IdToken, issuer: TrustedIssuer) -> str | None:
        """Why the issuer's keys do not vouch for the token; None if they do.

        Raises UnavailableError where the keys can't be had, which says nothing about the token.
        """
        ...


class Approvals(Protocol):
    """Requests for approval, the last one of each version."""

    def find(self, version: Version) -> ApprovalRequest | None: ...

    def waiting(self, bundle: str) -> tuple[ApprovalRequest, ...]: ...

    def ask(self, request: ApprovalRequest) -> ApprovalRequest:
        """Keep a request; how it stands then. What was decided on the same digest stays decided."""
        ...

    def save(self, request: ApprovalRequest) -> bool:
        """Write over the revision that the request was read as; False if somebody else did."""
        ...


class ApprovalDesk(Protocol):
    """Where people decide, as the one who the caller's credentials are. Both raise NotApprovedError."""

    def show(self, version: Version) -> dict[str, Any]:
        """What waits, with the text to read before deciding."""
        ...

    def decide(self, version: Version, decision: str, digest: str, reason: str | None) -> dict[str, Any]: ...


class Roles(Protocol):
    """The IAM roles of the hub's account."""

    def find(self, name: str) -> Role | None:
        """None where there is none of that name, or none that could be an approver's."""
        ...
