"""Reading what anybody may have uploaded as an attestation."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.commits import Version
from backup_apps.domain.provenance.attestation import (
    MAX_TOKEN_LENGTH,
    IdToken,
    attestation_of,
    binding_of,
    read_attestation,
    read_token,
)
from backup_apps.domain.provenance.refusal import Refusal
from provenance.tokens import claims_of, part, unsigned_token

BINDING = binding_of("backup-apps", Version("acme", "v1"), b"zip")
CLAIMS = claims_of(BINDING)
GOOD = unsigned_token(CLAIMS)


def refusal(body: bytes | None) -> str:
    found = read_attestation(body)
    assert isinstance(found, Refusal)
    (reason,) = found.reasons
    assert len(reason) < 400
    return reason


def test_the_audience_names_hub_bundle_version_and_bytes() -> None:
    digest = "abcb17de2cde39d32fdd49bf6a12b1b7ce1fe77a1f06ab2b8a2ab54d8f7d0c5e"
    assert BINDING.audience == f"backup-apps:backup-apps:acme:v1:{BINDING.digest}"
    assert len(BINDING.digest) == len(digest)
    assert binding_of("backup-apps", Version("acme", "v1"), b"other").digest != BINDING.digest


def test_an_attestation_is_read_as_it_was_written() -> None:
    token = read_attestation(attestation_of(GOOD))
    assert isinstance(token, IdToken)
    assert (token.text, token.header.alg, token.header.kid) == (GOOD, "ES256", "ec")
    assert (token.claims.iss, token.claims.jti) == (CLAIMS["iss"], CLAIMS["jti"])
    assert token.claims.model_extra["repository"] == "acme/backup"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"not json",
        b"[]",
        b'"text"',
        b"null",
        b"{}",
        b"[" * 60_000,
        b'{"id_token":' * 5_000,
        b'{"id_token": 1}',
        b'{"id_token": ""}',
        json.dumps({"id_token": GOOD, "alg": "none"}).encode(),
        json.dumps({"token": GOOD}).encode(),
        attestation_of("e" * (MAX_TOKEN_LENGTH + 1)),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_garbage_is_no_attestation(body: bytes) -> None:
    assert 'not an attestation, which is {"id_token": "<JWT>"}' in refusal(body)


def test_one_that_was_too_large_to_be_read_is_refused() -> None:
    assert "larger than 64 KB" in refusal(None)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c.d",
        "a.b.c ",
        "a.b.c\n",
        GOOD + "=",
        GOOD.replace(".", " "),
        f"{part({'alg': 'ES256'})}.{part(CLAIMS)}.x",
        f"{part({'alg': 'ES256', 'kid': ''})}.{part(CLAIMS)}.x",
        f"{part({'alg': 'ES256', 'kid': 7})}.{part(CLAIMS)}.x",
        f"{part({'alg': ['ES256'], 'kid': 'ec'})}.{part(CLAIMS)}.x",
        f"{part([])}.{part(CLAIMS)}.x",
        f"{part({'alg': 'ES256', 'kid': 'ec'})}.{part([CLAIMS])}.x",
        f"{part({'alg': 'ES256', 'kid': 'ec'})}.{part(b'[' * 9000)}.x",
        f"{part(b'{' * 9000)}.{part(CLAIMS)}.x",
        f"a.{part(CLAIMS)}.x",
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    assert isinstance(read_token(token), Refusal)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "iat", "exp", "jti"])
@pytest.mark.parametrize("value", [None, "", {}, [1], True, 1e300, "x" * 2000])
def test_a_claim_that_is_asked_for_must_be_one(name: str, value: object) -> None:
    claims = {key: one for key, one in (CLAIMS | {name: value}).items() if one is not None}
    if name == "aud" and isinstance(value, str):
        return  # any text is an audience; whether it is ours is decided elsewhere
    assert isinstance(read_token(unsigned_token(claims)), Refusal)


@given(st.binary(max_size=200))
def test_no_bytes_raise(body: bytes) -> None:
    assert isinstance(read_attestation(body), Refusal)


@given(st.text(max_size=50), st.binary(max_size=50), st.binary(max_size=50))
def test_no_parts_raise(text: str, head: bytes, body: bytes) -> None:
    assert isinstance(read_token(text), Refusal)
    assert isinstance(read_token(f"{part(head)}.{part(body)}.x"), Refusal)
