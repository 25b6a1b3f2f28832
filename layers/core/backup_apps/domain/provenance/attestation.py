"""The attestation of a bundle: an OIDC ID token whose audience names the hub, the bundle, the version and its bytes.

`bundles/<bundle>/<version>.zip.attestation.json` holds `{"id_token": "<JWT>"}`.

https://openid.net/specs/openid-connect-core-1_0.html#IDToken
https://www.rfc-editor.org/rfc/rfc7519 (JWT), https://www.rfc-editor.org/rfc/rfc8725 (how not to verify one)
"""

import base64
import hashlib
import json
import re
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from backup_apps.domain.commits import Version
from backup_apps.domain.provenance.refusal import Refusal, refused

MAX_ATTESTATION_BYTES = 64 * 1024
MAX_TOKEN_LENGTH = 16 * 1024
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_LAST_SECOND = 253_402_300_799
"""Of the year 9999, the last that a datetime knows."""


class _Read(BaseModel):
    """What others write may hold more than we read."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)


class _Attestation(_Read):
    model_config = ConfigDict(extra="forbid")

    id_token: str = Field(min_length=1, max_length=MAX_TOKEN_LENGTH)


class Header(_Read):
    """What the token says about its signature. It is believed in nothing but the name of the key."""

    alg: str
    kid: str = Field(min_length=1, max_length=512)
    crit: Any = None


class Claims(_Read):
    """The claims of an ID token; what the issuer adds to the registered ones is in `model_extra`. Times in seconds."""

    model_config = ConfigDict(extra="allow")

    iss: str = Field(min_length=1, max_length=512)
    sub: str = Field(min_length=1, max_length=1024)
    aud: str | list[str]
    iat: FiniteFloat = Field(ge=0, le=_LAST_SECOND)
    exp: FiniteFloat = Field(ge=0, le=_LAST_SECOND)
    nbf: FiniteFloat | None = Field(default=None, ge=0, le=_LAST_SECOND)
    jti: str = Field(min_length=1, max_length=256)


class IdToken(NamedTuple):
    """A token, taken apart. Nothing in it holds before its signature is verified."""

    text: str
    header: Header
    claims: Claims


class Binding(NamedTuple):
    """What an attestation must be about. `digest` is the SHA-256 of the zip, in hexadecimal."""

    hub: str
    bundle: str
    version: str
    digest: str

    @property
    def audience(self) -> str:
        return ":".join(("backup-apps", *self))


def binding_of(hub: str, version: Version, archive: bytes) -> Binding:
    """What an attestation of these bytes under this version must be about."""
    return Binding(hub, version.bundle, version.version, hashlib.sha256(archive).hexdigest())


def attestation_of(id_token: str) -> bytes:
    """The object that is uploaded beside the zip."""
    return json.dumps({"id_token": id_token}).encode()


def read_attestation(body: bytes | None) -> IdToken | Refusal:
    """The token in an attestation. None stands for one that was too large to be read."""
    if body is None:
        return refused(f"the attestation is larger than {MAX_ATTESTATION_BYTES >> 10} KB")
    try:
        document = _Attestation.model_validate_json(body)
    except ValidationError as error:
        return refused(f'not an attestation, which is {{"id_token": "<JWT>"}}: {_first(error)}')
    return read_token(document.id_token)


def read_token(text: str) -> IdToken | Refusal:
    """A JWT in its compact form, not verified."""
    if not _COMPACT.fullmatch(text):
        return refused("the ID token is not a signed JWT in compact form, three parts of base64url joined by dots")
    head, body, _ = text.split(".")
    try:
        header, claims = Header.model_validate_json(_decoded(head)), Claims.model_validate_json(_decoded(body))
    except ValidationError as error:
        return refused(f"the ID token can't be read: {_first(error)}")
    except ValueError:
        return refused("the ID token can't be read: a part of it is not base64url")
    return IdToken(text, header, claims)


def _decoded(part: str) -> bytes:
    """Raises ValueError. Base64url without its padding, as JWTs have it."""
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _first(error: ValidationError) -> str:
    """One problem is enough to say that something is no token; content is not repeated."""
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where + ': ' if where else ''}{problem['msg']}"
