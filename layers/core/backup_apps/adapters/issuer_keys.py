"""The public keys of issuers, kept for a while.

https://openid.net/specs/openid-connect-discovery-1_0.html, https://www.rfc-editor.org/rfc/rfc7517
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from backup_apps.domain.errors import UnavailableError
from backup_apps.domain.provenance.trust import TrustedIssuer, is_fetchable, is_loopback
from backup_apps.ports.signals import Clock

GOOD_FOR = timedelta(hours=1)
"""So long a key that its issuer takes back may still be believed."""
NEW_FOR = timedelta(seconds=10)
"""A copy so new is not fetched again, whatever keys are asked for."""

Jwk = Mapping[str, Any]


class _Copy(NamedTuple):
    keys: Sequence[Jwk]
    fetched: datetime


class IssuerKeys:
    """One for a process, since it remembers."""

    def __init__(self, fetch: Callable[[str], Any], clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self._copies: dict[tuple[str, str | None], _Copy] = {}

    def named(self, issuer: TrustedIssuer, kid: str) -> list[Jwk]:
        """The issuer's keys of that name: none, or one, as a rule.

        A copy that is too old is never asked, however hard a newer one is to get: UnavailableError. A name that a
        good copy does not know makes us fetch it once more, since keys rotate.
        """
        name, now = (issuer.issuer, issuer.jwks), self._clock()
        copy = self._copies.get(name)
        if copy is None or now - copy.fetched >= GOOD_FOR:
            copy = self._copies[name] = _Copy(self._keys(issuer), now)
        found = _named(copy, kid)
        if not found and now - copy.fetched >= NEW_FOR:
            copy = self._copies[name] = _Copy(self._keys(issuer), now)
            found = _named(copy, kid)
        return found

    def _keys(self, issuer: TrustedIssuer) -> Sequence[Jwk]:
        url = issuer.jwks or self._discovered(issuer.issuer)
        document = self._fetch(url)
        keys = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(keys, list):
            raise UnavailableError(f"GET {url}", "NoKeySet", 'the answer is no {"keys": [...]}')
        return [key for key in keys if isinstance(key, dict)]

    def _discovered(self, issuer: str) -> str:
        """Where the keys are, told by the issuer about itself and by nobody else."""
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self._fetch(url)
        told = document if isinstance(document, dict) else {}
        keys = told.get("jwks_uri")
        if told.get("issuer") != issuer or not isinstance(keys, str) or not is_fetchable(keys):
            raise UnavailableError(f"GET {url}", "NoIssuer", f"the answer names no keys of {issuer}")
        if is_loopback(keys) and not is_loopback(issuer):
            raise UnavailableError(f"GET {url}", "NoIssuer", "the keys of an https issuer come over https")
        return keys


def _named(copy: _Copy, kid: str) -> list[Jwk]:
    return [key for key in copy.keys if key.get("kid") == kid]
