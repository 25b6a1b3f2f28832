"""Whether a token is signed by a key of its issuer. PyJWT and cryptography are loaded when the first one is verified.

https://www.rfc-editor.org/rfc/rfc7518#section-3.1 (algorithms), https://www.rfc-editor.org/rfc/rfc8725 (pitfalls)
"""

from collections.abc import Callable
from typing import Any

from backup_apps.adapters.issuer_keys import IssuerKeys, Jwk
from backup_apps.domain.provenance.attestation import IdToken
from backup_apps.domain.provenance.trust import TrustedIssuer
from backup_apps.domain.provenance.verdict import ALGORITHMS

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_MIN_RSA_BITS = 2048


class DeploymentTrust:
    """The trust policy of the deployment, and the keys of the issuers that it names."""

    def __init__(self, policy: Callable[[], str], keys: IssuerKeys) -> None:
        self._policy, self._keys = policy, keys

    def policy(self) -> str:
        return self._policy()

    def signature_flaw(self, token: IdToken, issuer: TrustedIssuer) -> str | None:
        """The key decides what it is good for; the token's header may only agree."""
        kid, algorithm = token.header.kid, token.header.alg
        if algorithm not in ALGORITHMS:
            return f"the token's algorithm {algorithm!r} is not believed"
        named = self._keys.named(issuer, kid)
        if not named:
            return f"the token is signed by key {kid!r}, which {issuer.issuer} does not publish"
        fitting = [key for key in named if _fits(key, algorithm)]
        if not fitting:
            return f"key {kid!r} of {issuer.issuer} is not one for {algorithm}, which the token claims"
        if not any(_signed(token.text, key, algorithm) for key in fitting):
            return f"the token's signature is not that of key {kid!r} of {issuer.issuer}"
        return None


def _fits(key: Jwk, algorithm: str) -> bool:
    """Whether a key may sign by this algorithm: its type and curve, and what it says of itself."""
    wanted = ("EC", _CURVES[algorithm]) if algorithm in _CURVES else ("RSA", None)
    return (
        (key.get("kty"), key.get("crv")) == wanted
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and _may_verify(key.get("key_ops"))
    )


def _may_verify(operations: Any) -> bool:
    return operations is None or (isinstance(operations, list) and "verify" in operations)


def _signed(token: str, key: Jwk, algorithm: str) -> bool:
    from jwt import PyJWS
    from jwt.exceptions import PyJWTError

    try:
        PyJWS().decode(token, _public_key(key, algorithm), algorithms=[algorithm])
    except PyJWTError:
        return False
    return True


def _public_key(key: Jwk, algorithm: str) -> Any:
    """Raises PyJWKError for a key that is none, or too weak."""
    from jwt import PyJWK
    from jwt.exceptions import InvalidKeyError, PyJWKError

    try:
        made = PyJWK(dict(key), algorithm)
    except (InvalidKeyError, ValueError, TypeError) as error:
        raise PyJWKError(f"not a public key: {error}") from error
    if algorithm not in _CURVES and made.key.key_size < _MIN_RSA_BITS:
        raise PyJWKError(f"an RSA key of less than {_MIN_RSA_BITS} bits")
    return made
