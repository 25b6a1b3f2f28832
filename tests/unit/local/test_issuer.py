"""The issuer on this machine: what it publishes verifies what it signs, by the same path as any other's."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from backup_apps.adapters.id_tokens import DeploymentTrust
from backup_apps.adapters.issuer_keys import IssuerKeys
from backup_apps.domain.provenance.attestation import IdToken, read_token
from backup_apps.domain.provenance.trust import TrustedIssuer, TrustPolicy, read_trust_policy
from backup_apps.wiring import now
from backup_apps_local.issuer import LocalIssuer, make_key, public_keys, rotate_key, trust_policy
from backup_apps_local.issuer_endpoint import IssuerEndpoint

ENDPOINT = "http://127.0.0.1:4566"


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    make_key(tmp_path)
    return LocalIssuer(ENDPOINT, tmp_path)


def answer(issuer: LocalIssuer, path: str) -> tuple[int, Any]:
    sent: list[Any] = []

    async def served(scope: Any, receive: Any, send: Any) -> None:
        sent.extend([{"status": 0}, {"body": b'"passed on"'}])

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    endpoint = IssuerEndpoint(served, ENDPOINT, public_keys(issuer.state))
    asyncio.run(endpoint({"type": "http", "method": "GET", "path": path}, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def trusted() -> TrustedIssuer:
    policy = read_trust_policy(json.dumps(trust_policy(ENDPOINT)))
    assert isinstance(policy, TrustPolicy)
    return policy.issuers[0]


def flaw(issuer: LocalIssuer, text: str) -> str | None:
    token = read_token(text)
    assert isinstance(token, IdToken)
    keys = IssuerKeys(lambda url: answer(issuer, url.removeprefix(ENDPOINT))[1], now)
    return DeploymentTrust(lambda: "", keys).signature_flaw(token, trusted())


def test_what_it_signs_is_verified_by_what_it_publishes(issuer: LocalIssuer) -> None:
    text = issuer.mint("an audience", repository="local/team", ref=None)
    assert flaw(issuer, text) is None
    token = read_token(text)
    assert isinstance(token, IdToken)
    assert (token.claims.iss, token.claims.aud) == (f"{ENDPOINT}/_backup_apps/issuer", "an audience")
    assert token.claims.model_extra == {"repository": "local/team", "actor": "you"}


def test_no_two_tokens_are_one(issuer: LocalIssuer) -> None:
    first, second = (read_token(issuer.mint("a")) for _ in range(2))
    assert isinstance(first, IdToken)
    assert isinstance(second, IdToken)
    assert first.claims.jti != second.claims.jti


def test_a_rotated_key_stands_beside_the_old_one(issuer: LocalIssuer) -> None:
    old = issuer.mint("a")
    rotate_key(issuer.state)
    assert flaw(issuer, old) is None
    assert flaw(issuer, issuer.mint("a")) is None
    assert len(answer(issuer, "/_backup_apps/issuer/jwks")[1]["keys"]) == 2


def test_a_key_made_anew_replaces_the_old_one(issuer: LocalIssuer) -> None:
    old = issuer.mint("a")
    make_key(issuer.state)
    assert "does not publish" in (flaw(issuer, old) or "")


def test_the_private_key_is_published_nowhere_and_read_by_its_owner_alone(issuer: LocalIssuer) -> None:
    (key,) = answer(issuer, "/_backup_apps/issuer/jwks")[1]["keys"]
    assert "d" not in key
    assert stat.S_IMODE((issuer.state / "issuer-key.json").stat().st_mode) == 0o600


def test_what_is_not_there_is_told_and_the_rest_passed_on(issuer: LocalIssuer) -> None:
    assert answer(issuer, "/_backup_apps/issuer/other")[0] == 404
    assert answer(issuer, "/_backup_apps/health") == (0, "passed on")
    public_keys(issuer.state).unlink()
    assert answer(issuer, "/_backup_apps/issuer/jwks")[0] == 404
