"""An issuer of OIDC tokens on this machine, in the place of GitHub or GitLab: who holds the state of the local AWS can
sign as any pipeline. Its keys are in two files of the state:

issuer-key.json   the private key, which signs
issuer-jwks.json  the public keys, as the local AWS serves them at <endpoint>/_backup_apps/issuer/jwks
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATH = "/_backup_apps/issuer"
REPOSITORY = "local/backup"
LIFETIME_SECONDS = 600

_ALGORITHM = "ES256"
_CLAIMS = {
    "sub": f"repo:{REPOSITORY}:ref:refs/heads/main",
    "repository": REPOSITORY,
    "ref": "refs/heads/main",
    "actor": "you",
}


@dataclass(frozen=True)
class LocalIssuer:
    """`endpoint` is the local AWS, `state` the folder that it keeps its files in."""

    endpoint: str
    state: Path

    @property
    def url(self) -> str:
        return issuer_url(self.endpoint)

    def mint(self, audience: str, **claims: Any) -> str:
        """A token as a pipeline of this machine would get it. A claim that is None is left out."""
        now = int(time.time())
        times = {"iat": now, "nbf": now, "exp": now + LIFETIME_SECONDS}
        said = {"iss": self.url, "aud": audience, "jti": str(uuid.uuid4()), **times, **_CLAIMS, **claims}
        return self.sign({name: value for name, value in said.items() if value is not None})

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Whatever the claims are."""
        import jwt

        key = json.loads((self.state / "issuer-key.json").read_text())
        return jwt.encode(dict(claims), key["private"], algorithm=_ALGORITHM, headers={"kid": key["kid"]})


def issuer_url(endpoint: str) -> str:
    return endpoint + PATH


def public_keys(state: Path) -> Path:
    """The file that the local AWS serves."""
    return state / "issuer-jwks.json"


def make_key(state: Path) -> None:
    """A new key, the only one that is published."""
    _write_key(state, [])


def rotate_key(state: Path) -> None:
    """A new key beside those that are published, as issuers rotate theirs."""
    _write_key(state, json.loads(public_keys(state).read_text())["keys"])


def _write_key(state: Path, published: list[dict[str, Any]]) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from jwt.algorithms import ECAlgorithm

    private, kid = ec.generate_private_key(ec.SECP256R1()), str(uuid.uuid4())
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    keys = [*published, {**public, "kid": kid, "use": "sig", "alg": _ALGORITHM}]
    public_keys(state).write_text(json.dumps({"keys": keys}))
    secret = state / "issuer-key.json"
    secret.touch(mode=0o600)
    secret.write_text(json.dumps({"kid": kid, "private": text}))


def trust_policy(endpoint: str) -> dict[str, Any]:
    """The trust policy of the local hub: the main branch of this machine's repository may change everything, and a
    second repository what begins with `team-`."""
    everything = {
        "claims": {"repository": [REPOSITORY], "ref": ["refs/heads/main"]},
        "bundles": ["*"],
        "apps": ["*"],
        "vaults": ["*"],
    }
    little = {
        "claims": {"repository": ["local/team"]},
        "bundles": ["team-*"],
        "apps": ["team-*"],
        "vaults": ["team-*"],
    }
    return {"issuers": [{"issuer": issuer_url(endpoint), "rules": [everything, little]}]}
