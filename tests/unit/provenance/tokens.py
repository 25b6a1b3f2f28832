"""An issuer in the hands of a test: its keys, what it publishes, and tokens, good ones and others."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from backup_apps.domain.provenance.attestation import Binding

HUB = "backup-apps"
ISSUER = "https://issuer.example"
NOON = 1_767_268_800
"""2026-01-01T12:00:00Z in seconds."""
TRUST: dict[str, Any] = {
    "issuers": [
        {
            "issuer": ISSUER,
            "rules": [
                {
                    "claims": {"repository": ["acme/backup"], "ref": ["refs/heads/main", "refs/tags/*"]},
                    "bundles": ["*"],
                    "apps": ["*"],
                    "vaults": ["*"],
                }
            ],
        }
    ]
}


def claims_of(binding: Binding, **others: Any) -> dict[str, Any]:
    """As GitHub Actions would write them; None leaves a claim out."""
    claims = {
        "iss": ISSUER,
        "sub": "repo:acme/backup:ref:refs/heads/main",
        "aud": binding.audience,
        "iat": NOON - 10,
        "nbf": NOON - 10,
        "exp": NOON + 300,
        "jti": f"token-of-{binding.version}-{binding.digest}",
        "repository": "acme/backup",
        "ref": "refs/heads/main",
        "sha": "c0ffee",
        "run_id": "7",
        "actor": "zoe",
    }
    return {name: value for name, value in (claims | others).items() if value is not None}


def unsigned_token(claims: Mapping[str, Any], **header: Any) -> str:
    """A token in its form, signed by nobody."""
    return ".".join([part({"alg": "ES256", "kid": "ec", **header}), part(claims), "c2lnbmVk"])


def part(document: Any) -> str:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> Any:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(number: int = 0, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> Any:
    return ec.generate_private_key(curve())


def rsa_jwk(kid: str = "rsa", key: Any = None, **members: Any) -> dict[str, Any]:
    public = (key or rsa_key()).public_key()
    return {**RSAAlgorithm.to_jwk(public, as_dict=True), "kid": kid, "use": "sig", **members}


def ec_jwk(kid: str = "ec", key: Any = None, **members: Any) -> dict[str, Any]:
    public = (key or ec_key()).public_key()
    return {**ECAlgorithm.to_jwk(public, as_dict=True), "kid": kid, "use": "sig", **members}


def signed(claims: Mapping[str, Any], key: Any = None, algorithm: str = "ES256", kid: str | None = "ec") -> str:
    headers = {"kid": kid} if kid else {}
    return jwt.encode(dict(claims), key or ec_key(), algorithm=algorithm, headers=headers)
