"""Whether an upload comes from a pipeline that the deployment approves. Decided before anything in its zip is read."""

from datetime import datetime

from backup_apps.domain.cards.bundles import TRUST_POLICY
from backup_apps.domain.commits import Commit
from backup_apps.domain.places import Finding
from backup_apps.domain.provenance.attestation import (
    MAX_ATTESTATION_BYTES,
    IdToken,
    binding_of,
    read_attestation,
)
from backup_apps.domain.provenance.record import Provenance
from backup_apps.domain.provenance.refusal import Refusal, refused, shown
from backup_apps.domain.provenance.trust import TrustedIssuer, TrustPolicy, read_trust_policy
from backup_apps.domain.provenance.verdict import header_flaw, judge
from backup_apps.ports.hub import Hub


def verify_provenance(hub: Hub, commit: Commit, archive: bytes) -> Provenance | tuple[Finding, ...]:
    """The provenance of an upload, or everything that speaks against it.

    Raises UnavailableError where the issuer's keys can't be had: then nothing is decided, and it is tried again.
    """
    trust = read_trust_policy(hub.trust.policy())
    if isinstance(trust, Refusal):
        return _findings(TRUST_POLICY, trust)
    attestation = hub.archives.fetch_as_of(commit.id.attestation_key, commit.committed, MAX_ATTESTATION_BYTES)
    if attestation is None:
        return _unsigned(commit)
    verdict = _verify(hub, commit, archive, trust, read_attestation(attestation.body))
    return _findings(_file(commit), verdict) if isinstance(verdict, Refusal) else verdict


def _verify(
    hub: Hub, commit: Commit, archive: bytes, trust: TrustPolicy, token: IdToken | Refusal
) -> Provenance | Refusal:
    """Each step rests on the one before: nothing that the token says counts before its signature is verified."""
    if isinstance(token, Refusal):
        return token
    issuer = trust.find(token.claims.iss)
    if isinstance(issuer, Refusal):
        return issuer
    flaw = header_flaw(token.header) or hub.trust.signature_flaw(token, issuer)
    return refused(flaw) if flaw else _believe(hub, commit, archive, token, issuer)


def _believe(hub: Hub, commit: Commit, archive: bytes, token: IdToken, issuer: TrustedIssuer) -> Provenance | Refusal:
    """What the token is about, and whether it was used before."""
    binding = binding_of(hub.name, commit.id, archive)
    verdict = judge(token, issuer, binding, datetime.fromisoformat(commit.committed))
    if isinstance(verdict, Refusal):
        return verdict
    upload = f"{commit.id.key}@{commit.object_version}"
    if not hub.records.use_token(verdict.issuer, verdict.jti, upload):
        return refused(f"the token {shown(verdict.jti)} was used for another upload, and a token serves one")
    return verdict


def _unsigned(commit: Commit) -> tuple[Finding, ...]:
    message = (
        f"unsigned: there was no attestation at {commit.id.attestation_key} when the zip was uploaded "
        f"({commit.committed}); backup-apps push uploads it first"
    )
    return (Finding(_file(commit), None, None, "", message),)


def _findings(file: str, refusal: Refusal) -> tuple[Finding, ...]:
    return tuple(Finding(file, 1, 1, "", reason) for reason in refusal.reasons)


def _file(commit: Commit) -> str:
    return commit.id.attestation_key.rpartition("/")[2]
