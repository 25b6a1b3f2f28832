"""Tampering: each attempt is refused with its reason, recorded and told, and nothing is planned."""

import hashlib
import hmac
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backup_apps.domain.provenance.attestation import Binding, IdToken, attestation_of, binding_of, read_token
from backup_apps.domain.provenance.trust import TrustedIssuer
from provenance.stage import JWKS, V1, V2, Stage, well_signed
from provenance.tokens import (
    ISSUER,
    NOON,
    TRUST,
    claims_of,
    ec_jwk,
    ec_key,
    part,
    rsa_jwk,
    rsa_key,
    signed,
    unsigned_token,
)


@pytest.fixture
def stage() -> Stage:
    return Stage()


# ---------------------------------------------------------------- what it is about, and when


def test_unsigned(stage: Stage) -> None:
    stage.upload(attest=lambda binding: None)
    stage.assert_rejected("unsigned: there was no attestation at bundles/acme/v1.zip.attestation.json")


def test_an_attestation_that_comes_after_the_zip_is_too_late(stage: Stage) -> None:
    stage.upload()
    attestation = stage.world.archives.uploads[V1.attestation_key]
    stage.world.archives.uploads[V1.attestation_key] = attestation._replace(committed="2026-01-01T12:00:01+00:00")
    stage.assert_rejected("unsigned: there was no attestation")


@pytest.mark.parametrize(
    ("part_of", "value", "words"),
    [
        ("hub", "other", "the token is for hub 'other', not 'backup-apps'"),
        ("bundle", "other", "the token is for bundle 'other', not 'acme'"),
        ("version", "v2", "the token is for version 'v2', not 'v1'"),
        ("digest", "0" * 64, f"the token is for digest '{'0' * 64}', not "),
    ],
)
def test_a_token_for_another_upload(stage: Stage, part_of: str, value: str, words: str) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding._replace(**{part_of: value}))))
    stage.assert_rejected(words)


@pytest.mark.parametrize(
    "audience",
    [
        "sts.amazonaws.com",
        "",
        [],
        "backup-apps:backup-apps:acme:v1",
        "Backup-apps:backup-apps:acme:v1:0",
    ],
)
def test_a_token_for_somebody_else(stage: Stage, audience: Any) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, aud=audience)))
    stage.assert_rejected("the token is for the audience")


def test_a_token_for_somebody_else_besides(stage: Stage) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, aud=[binding.audience, "sts.amazonaws.com"])))
    stage.assert_rejected("and nothing else")


def test_expired_before_the_upload(stage: Stage) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, exp=NOON - 1)))
    stage.assert_rejected("the token expired at 2026-01-01T11:59:59+00:00, before the upload at 2026-01-01T12:00:00")


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_uploaded_more_than_a_minute_before_it_holds(stage: Stage, claim: str) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, **{claim: NOON + 61})))
    stage.assert_rejected("the token holds from 2026-01-01T12:01:01+00:00, more than 60 s after the upload")


def test_all_that_is_wrong_comes_at_once(stage: Stage) -> None:
    stage.upload(
        attest=lambda binding: signed(claims_of(binding, aud="x", exp=NOON - 1, repository="evil/backup", ref="main"))
    )
    stage.assert_rejected("the token is for the audience 'x'", "expired", "claim ref is 'main'")


# ---------------------------------------------------------------- who signed it


def test_no_algorithm(stage: Stage) -> None:
    stage.upload(attest=lambda binding: unsigned_token(claims_of(binding), alg="none").rpartition(".")[0] + ".")
    stage.assert_rejected("the token's algorithm is 'none'")
    assert stage.fetched == []


@pytest.mark.parametrize("algorithm", ["HS256", "HS512", "NONE", "None", "es256", "RS1", "EdDSA", ""])
def test_an_algorithm_that_is_not_on_the_list(stage: Stage, algorithm: str) -> None:
    stage.upload(attest=lambda binding: unsigned_token(claims_of(binding), alg=algorithm))
    stage.assert_rejected(f"the token's algorithm is {algorithm!r}")


def test_a_public_key_used_as_a_shared_secret(stage: Stage) -> None:
    """Key confusion: HMAC keyed with what everybody knows."""
    stage.upload(attest=lambda binding: hmac_signed(claims_of(binding)))
    stage.assert_rejected("the token's algorithm is 'HS256'")


def test_the_signature_check_believes_no_other_algorithm_by_itself() -> None:
    stage = Stage()
    token = read_token(hmac_signed(claims_of(binding_of("h", V1, b"zip"))))
    issuer = TrustedIssuer.model_validate(TRUST["issuers"][0])
    assert isinstance(token, IdToken)
    assert stage.world.trust.signature_flaw(token, issuer) == "the token's algorithm 'HS256' is not believed"


def hmac_signed(claims: dict[str, Any]) -> str:
    secret = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(claims)}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(ec_key, "ES256", "rsa"), (rsa_key, "RS256", "ec"), (rsa_key, "PS256", "ec"), (ec_key, "ES256", "oct")],
)
def test_a_key_of_another_type(stage: Stage, key: Any, algorithm: str, kid: str) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding), key(), algorithm, kid))
    stage.assert_rejected(f"key '{kid}' of {ISSUER} is not one for {algorithm}")


def test_a_key_of_another_curve(stage: Stage) -> None:
    stage.published[JWKS]["keys"].append(ec_jwk("p384", ec_key(0, ec.SECP384R1)))
    stage.upload(attest=lambda binding: unsigned_token(claims_of(binding), kid="p384"))
    stage.assert_rejected("is not one for ES256")


@pytest.mark.parametrize(
    "member", [{"use": "enc"}, {"key_ops": ["sign"]}, {"key_ops": 7}, {"alg": "ES384"}, {"kty": "OKP"}], ids=str
)
def test_a_key_for_something_else(stage: Stage, member: Any) -> None:
    stage.published[JWKS]["keys"] = [ec_jwk(**member)]
    stage.upload()
    stage.assert_rejected("is not one for ES256")


@pytest.mark.parametrize("jwk", [{"x": ""}, {"x": 7}, {"x": "AAAA"}, {"y": None}], ids=str)
def test_a_key_that_is_none(stage: Stage, jwk: Any) -> None:
    stage.published[JWKS]["keys"] = [ec_jwk(**jwk)]
    stage.upload()
    stage.assert_rejected("the token's signature is not that of key 'ec'")


def test_a_weak_key(stage: Stage) -> None:
    weak = rsa_key(1024)
    stage.published[JWKS]["keys"] = [rsa_jwk("weak", weak)]
    with pytest.warns(Warning, match="below the minimum"):
        stage.upload(attest=lambda binding: signed(claims_of(binding), weak, "RS256", "weak"))
    stage.assert_rejected("the token's signature is not that of key 'weak'")


def test_signed_by_another_key_of_the_same_name(stage: Stage) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding), ec_key(1)))
    stage.assert_rejected("the token's signature is not that of key 'ec'")


def test_claims_changed_after_they_were_signed(stage: Stage) -> None:
    def changed(binding: Binding) -> str:
        head, _, signature = signed(claims_of(binding, repository="evil/backup")).split(".")
        return f"{head}.{part(claims_of(binding))}.{signature}"

    stage.upload(attest=changed)
    stage.assert_rejected("the token's signature is not that of key 'ec'")


def test_a_key_that_the_token_brings_along(stage: Stage) -> None:

    stage.upload(
        attest=lambda binding: jwt.encode(
            claims_of(binding), ec_key(1), "ES256", {"kid": "mine", "jwk": ec_jwk("mine", ec_key(1)), "jku": JWKS}
        )
    )
    stage.assert_rejected("signed by key 'mine', which https://issuer.example does not publish")


def test_a_critical_header(stage: Stage) -> None:
    stage.upload(attest=lambda binding: unsigned_token(claims_of(binding), crit=["b64"]))
    stage.assert_rejected("critical headers")


def test_another_issuer(stage: Stage) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, iss="https://evil.example")))
    stage.assert_rejected("the token's issuer is 'https://evil.example', and this hub trusts only https://issuer")
    assert stage.fetched == []


@pytest.mark.parametrize("body", [b"garbage", b"[]", b"[" * 60_000, b'{"id_token": "x"}', b"{}"], ids=lambda b: b[:9])
def test_a_malformed_attestation(stage: Stage, body: bytes) -> None:
    stage.upload(attest=lambda binding: body)
    stage.assert_rejected("")


def test_a_huge_attestation_is_not_read(stage: Stage) -> None:
    stage.upload(attest=lambda binding: b" " * 70_000 + attestation_of(well_signed(binding)))
    stage.assert_rejected("the attestation is larger than 64 KB")


# ---------------------------------------------------------------- once


def test_a_token_that_was_used_for_another_upload(stage: Stage) -> None:
    """An issuer that gives one jti twice, or a table that knows of an upload which was deleted since."""
    stage.upload(V1, lambda binding: signed(claims_of(binding, jti="one")))
    assert stage.admit(V1) == "planned"
    replay = Stage()
    replay.world.records.tokens.update(stage.world.records.tokens)
    replay.upload(V2, lambda binding: signed(claims_of(binding, jti="one")))
    replay.assert_rejected("the token 'one' was used for another upload, and a token serves one", version=V2)


def test_a_token_that_is_refused_is_not_spent(stage: Stage) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, exp=NOON - 1)))
    stage.assert_rejected("expired")
    assert stage.world.records.tokens == {}


def test_the_same_token_for_another_object_version(stage: Stage) -> None:
    stage.upload()
    assert stage.admit() == "planned"
    stage.world.records.commits.clear()
    uploads = stage.world.archives.uploads
    uploads[V1.key] = uploads[V1.key]._replace(object_version="another")
    assert stage.admit() == "rejected"
    assert "was used for another upload" in stage.world.alerts.published[0].text
