"""What is believed of a token, how long, and of which pipeline. Keys and signatures are real."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from backup_apps.domain.errors import UnavailableError
from backup_apps.domain.provenance.record import Grant
from provenance.stage import DISCOVERY, GOOD, JWKS, V1, V2, Stage
from provenance.tokens import ISSUER, NOON, claims_of, ec_jwk, ec_key, rsa_key, signed
from sync.memory import Resolved


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
    assert stage.admit() == "rejected"
    assert stage.world.executions.started == {}
    (alert,) = stage.world.alerts.published
    assert "TrustPolicy:1:1 this hub has no trust policy, so no pipeline is approved" in alert.text
    assert "correct TrustPolicy in the parameters of the hub's stack" in alert.text


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


def test_an_unknown_key_decides_nothing_while_keys_can_not_be_had(stage: Stage) -> None:
    stage.upload()
    stage.admit()
    stage.published.clear()
    stage.world.clock.now += timedelta(minutes=1)
    stage.upload(V2, lambda binding: signed(claims_of(binding), ec_key(1), kid="new"))
    with pytest.raises(UnavailableError):
        stage.admit(V2)
    assert stage.world.records.find(V2) is None


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
