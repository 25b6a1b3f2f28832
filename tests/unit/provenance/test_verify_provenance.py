"""Tampering: each attempt is refused with its reason, recorded and told, and nothing is planned.

The keys and the signatures are real; what the issuer publishes is in the test's hands.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backup_apps.adapters.id_tokens import DeploymentTrust
from backup_apps.adapters.issuer_keys import IssuerKeys
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState
from backup_apps.domain.errors import UnavailableError
from backup_apps.domain.provenance.attestation import Binding, attestation_of, binding_of
from backup_apps.domain.provenance.record import Grant
from backup_apps.ports import Upload
from backup_apps.usecases.admit_bundle import admit_bundle
from provenance.tokens import (
    HUB,
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
from sync.memory import Resolved, World, world
from sync.targets import plan, target, vault

V1, V2 = Version("acme", "v1"), Version("acme", "v2")
JWKS = f"{ISSUER}/keys"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
GOOD = Resolved("acme", DesiredState(bundle="acme", targets=(target(vault(), plan()),)))


class Stage:
    """A hub that verifies real signatures, and its issuer."""

    def __init__(self, policy: Any = TRUST) -> None:
        self.published: dict[str, Any] = {
            DISCOVERY: {"issuer": ISSUER, "jwks_uri": JWKS},
            JWKS: {"keys": [ec_jwk(), rsa_jwk(), {"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}, "garbage"]},
        }
        self.fetched: list[str] = []
        plain = world()
        self.keys = IssuerKeys(self.fetch, plain.clock)
        trust = DeploymentTrust(lambda: json.dumps(policy), self.keys)
        self.world: World = plain._replace(trust=trust)  # type: ignore[arg-type]

    def fetch(self, url: str) -> Any:
        self.fetched.append(url)
        if url not in self.published:
            raise UnavailableError(f"GET {url}", "HTTPError", "404")
        return self.published[url]

    def upload(self, version: Version = V1, attest: Callable[[Binding], str | bytes | None] | None = None) -> None:
        """A good bundle at noon, and the attestation that `attest` makes for it: a token, other bytes, or none."""
        self.world.upload(version, GOOD)
        body = self.world.archives.uploads[version.key].body
        assert body is not None
        made = (attest or well_signed)(binding_of(HUB, version, body))
        del self.world.archives.uploads[version.attestation_key]
        if made is not None:
            content = made if isinstance(made, bytes) else attestation_of(made)
            at = self.world.archives.uploads[version.key].committed
            self.world.archives.uploads[version.attestation_key] = Upload(content, at, "a")

    def admit(self, version: Version = V1) -> str:
        return admit_bundle(self.world.hub, version.key, None)["state"]

    def assert_rejected(self, *words: str, version: Version = V1) -> None:
        """Refused for these reasons and no other; recorded, told, and nothing is planned."""
        world = self.world
        assert self.admit(version) == "rejected"
        assert world.executions.started == {}
        record = world.records.find(version)
        assert record is not None
        assert (record.state, record.provenance) == (State.REJECTED, None)
        assert set(world.documents.texts) == {f"changes/acme/{version.version}/errors.json"}
        errors = json.loads(world.documents.texts[f"changes/acme/{version.version}/errors.json"])["errors"]
        assert len(errors) == len(words)
        (alert,) = world.alerts.published
        for error, word in zip(errors, words, strict=True):
            assert error["file"] == f"{version.version}.zip.attestation.json"
            assert word in error["message"]
            assert word in alert.text
        assert "Nothing was changed." in alert.text
        assert "find out who uploaded it" in alert.text


def well_signed(binding: Binding) -> str:
    return signed(claims_of(binding))


@pytest.fixture
def stage() -> Stage:
    return Stage()


# ---------------------------------------------------------------- what is believed


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(ec_key, "ES256", "ec"), (rsa_key, "RS256", "rsa"), (rsa_key, "RS512", "rsa"), (rsa_key, "PS256", "rsa")],
)
def test_a_token_of_the_pipeline_is_believed(stage: Stage, key: Any, algorithm: str, kid: str) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding), key(), algorithm, kid))
    assert stage.admit() == "planned"
    record = stage.world.records.find(V1)
    assert record is not None
    assert record.provenance is not None
    kept = record.provenance
    assert (kept.issuer, kept.subject, kept.actor) == (ISSUER, "repo:acme/backup:ref:refs/heads/main", "zoe")
    assert kept.claims == {"repository": "acme/backup", "ref": "refs/heads/main", "sha": "c0ffee", "run_id": "7"}
    assert kept.grant == Grant(apps=("*",), vaults=("*",))
    assert stage.world.alerts.published == []


@pytest.mark.parametrize("curve", [ec.SECP384R1, ec.SECP521R1], ids=["ES384", "ES512"])
def test_other_curves_are_believed(stage: Stage, curve: Any) -> None:
    key, algorithm = ec_key(0, curve), {"secp384r1": "ES384", "secp521r1": "ES512"}[curve.name]
    stage.published[JWKS]["keys"].append(ec_jwk("other", key))
    stage.upload(attest=lambda binding: signed(claims_of(binding), key, algorithm, "other"))
    assert stage.admit() == "planned"


@pytest.mark.parametrize(
    "times",
    [
        {"iat": NOON + 60, "nbf": None},
        {"exp": NOON},
        {"iat": NOON - 86_400, "exp": NOON + 0.5},
        {"nbf": NOON + 60},
    ],
    ids=str,
)
def test_a_token_is_good_from_a_minute_before_it_was_issued_until_it_expires(stage: Stage, times: Any) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, **times)))
    assert stage.admit() == "planned"


def test_a_token_counts_at_the_upload_whenever_the_upload_is_looked_at(stage: Stage) -> None:
    stage.upload()
    stage.world.clock.now += timedelta(days=400)
    assert stage.admit() == "planned"


def test_the_same_upload_may_be_looked_at_again(stage: Stage) -> None:
    """The function died after it had spent the token."""
    stage.upload()
    stage.admit()
    stage.world.records.commits.clear()
    assert stage.admit() == "planned"


def test_an_audience_alone_in_a_list_is_an_audience(stage: Stage) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, aud=[binding.audience])))
    assert stage.admit() == "planned"


def test_an_invalid_bundle_of_a_pipeline_says_whose_it_is(stage: Stage) -> None:
    stage.upload()
    body = stage.world.archives.uploads[V1.key].body
    assert body is not None
    stage.world.bundles.by_archive[body] = Resolved("other", GOOD.state)
    assert stage.admit() == "rejected"
    record = stage.world.records.find(V1)
    assert record is not None
    assert record.provenance is not None
    assert "backup-apps validate DIR" in stage.world.alerts.published[0].text


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


def hmac_signed(claims: dict[str, Any]) -> str:
    import hashlib
    import hmac

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


@pytest.mark.parametrize("member", [{"use": "enc"}, {"key_ops": ["sign"]}, {"alg": "ES384"}, {"kty": "OKP"}], ids=str)
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
    import jwt

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


# ---------------------------------------------------------------- which pipeline


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"repository": "evil/backup"}, "claim repository is 'evil/backup', where acme/backup is asked for"),
        ({"repository": None}, "claim repository is not there"),
        ({"repository": {"acme/backup": 1}}, "claim repository is not there"),
        ({"repository": [["acme/backup"]]}, "claim repository is not there"),
        ({"ref": "refs/heads/dev"}, "claim ref is 'refs/heads/dev', where refs/heads/main or refs/tags/* is asked for"),
        ({"ref": "refs/heads/main2"}, "claim ref"),
        ({"repository": "ACME/backup"}, "claim repository"),
    ],
    ids=str,
)
def test_claims_that_the_trust_policy_does_not_name(stage: Stage, claims: Any, words: str) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, **claims)))
    stage.assert_rejected(words)


@pytest.mark.parametrize("claims", [{"ref": "refs/tags/v1"}, {"repository": ["x", "acme/backup"]}], ids=str)
def test_any_pattern_and_any_value_will_do(stage: Stage, claims: Any) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding, **claims)))
    assert stage.admit() == "planned"


def rule(claims: Any, **grant: Any) -> dict[str, Any]:
    return {"claims": claims, "bundles": ["*"], "apps": ["a"], "vaults": ["v"], **grant}


def test_a_bundle_that_no_rule_names() -> None:
    stage = Stage({"issuers": [{"issuer": ISSUER, "rules": [rule({"run_id": ["7"]}, bundles=["shop-*"])]}]})
    stage.upload()
    stage.assert_rejected("no rule of the trust policy lets tokens of https://issuer.example commit bundle 'acme'")


def test_all_rules_that_match_grant_together() -> None:
    rules = [
        rule({"run_id": ["7"]}, apps=["b", "a"]),
        rule({"attempt": ["1"], "protected": ["true"]}, apps=["c"], vaults=["w"]),
        rule({"run_id": ["8"]}, apps=["*"]),
    ]
    stage = Stage({"issuers": [{"issuer": ISSUER, "rules": rules}]})
    stage.upload(attest=lambda binding: signed(claims_of(binding, attempt=1, protected=True)))
    assert stage.admit() == "planned"
    record = stage.world.records.find(V1)
    assert record is not None
    assert record.provenance is not None
    assert record.provenance.grant == Grant(apps=("a", "b", "c"), vaults=("v", "w"))


def test_without_a_trust_policy_nobody_is_approved() -> None:
    stage = Stage({"issuers": []})
    stage.upload()
    stage.assert_rejected("this hub has no trust policy, so no pipeline is approved")


# ---------------------------------------------------------------- once


def test_a_token_that_was_used_for_another_upload(stage: Stage) -> None:
    """An issuer that gives one jti twice, or a table that knows of an upload which was deleted since."""
    stage.upload(V1, lambda binding: signed(claims_of(binding, jti="one")))
    assert stage.admit(V1) == "planned"
    replay = Stage()
    replay.world.records.tokens.update(stage.world.records.tokens)
    replay.upload(V2, lambda binding: signed(claims_of(binding, jti="one")))
    replay.assert_rejected("the token one was used for another upload, and a token serves one", version=V2)


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


# ---------------------------------------------------------------- keys come and go


def test_a_rotated_key_is_believed(stage: Stage) -> None:
    stage.upload()
    assert stage.admit() == "planned"
    stage.published[JWKS] = {"keys": [ec_jwk("new", ec_key(1))]}
    stage.world.clock.now += timedelta(minutes=5)
    stage.upload(V2, lambda binding: signed(claims_of(binding), ec_key(1), kid="new"))
    assert stage.admit(V2) == "planned"
    assert stage.fetched == [DISCOVERY, JWKS, DISCOVERY, JWKS]


def test_an_unknown_key_is_asked_for_once(stage: Stage) -> None:
    stage.upload(attest=lambda binding: signed(claims_of(binding), kid="gone"))
    stage.assert_rejected("signed by key 'gone', which https://issuer.example does not publish")
    assert stage.fetched == [DISCOVERY, JWKS]


def test_keys_that_can_not_be_had_decide_nothing(stage: Stage) -> None:
    """The event is tried again: nothing is recorded, nobody is told that the bundle is bad."""
    stage.upload()
    keys = stage.published.pop(JWKS)
    with pytest.raises(UnavailableError, match=r"GET https://issuer\.example/keys"):
        stage.admit()
    assert stage.world.records.commits == {}
    assert stage.world.alerts.published == []
    stage.published[JWKS] = keys
    assert stage.admit() == "planned"


def test_a_copy_that_is_too_old_is_not_believed(stage: Stage) -> None:
    stage.upload()
    stage.admit()
    stage.published.clear()
    stage.world.clock.now += timedelta(minutes=59)
    stage.upload(V2)
    assert stage.admit(V2) == "planned"
    stage.world.records.commits.clear()
    stage.world.clock.now += timedelta(minutes=1)
    with pytest.raises(UnavailableError):
        stage.admit(V2)
