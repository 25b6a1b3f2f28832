"""What a trust policy may say, and that a wrong one trusts nobody."""

import json
from typing import Any

import pytest

from backup_apps.domain.provenance.refusal import Refusal
from backup_apps.domain.provenance.trust import TrustPolicy, read_trust_policy

GITHUB = "https://token.actions.githubusercontent.com"
RULE = {"claims": {"repository": ["acme/backup"]}, "bundles": ["acme"], "apps": ["*"], "vaults": ["*"]}


def policy(*rules: Any, **issuer: Any) -> str:
    return json.dumps({"issuers": [{"issuer": "https://issuer.example", "rules": rules or [RULE], **issuer}]})


def claims(**claims: Any) -> str:
    return policy({**RULE, "claims": claims})


def reasons(text: str) -> str:
    found = read_trust_policy(text)
    assert isinstance(found, Refusal)
    return "\n".join(found.reasons)


@pytest.mark.parametrize(
    "text",
    [
        policy(),
        policy(issuer=GITHUB),
        policy(issuer="https://gitlab.example:8443/path/", jwks="https://keys.example/jwks.json"),
        policy(issuer="http://127.0.0.1:4566/_backup_apps/issuer"),
        policy(issuer="http://localhost", jwks="http://[::1]:8080/jwks"),
        claims(repository=["acme/*", "*"], sub=["repo:acme/*"]),
    ],
)
def test_a_good_policy_is_read(text: str) -> None:
    assert isinstance(read_trust_policy(text), TrustPolicy)


@pytest.mark.parametrize("text", ['{"issuers": []}', "{}"])
def test_no_policy_trusts_nobody_and_says_what_to_set(text: str) -> None:
    assert "deploy it with the parameter TrustPolicy (docs/provenance.md)" in reasons(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "valid dictionary"),
        ('{"issuer": []}', "issuer: Extra inputs are not permitted"),
        ('{"issuers": [], "issuers": []}', "the key 'issuers' stands twice"),
        (policy(issuer="http://issuer.example"), "issuers[0].issuer: write an https URL"),
        (policy(issuer="https://user@issuer.example"), "write an https URL"),
        (policy(issuer="https://issuer.example?x"), "write an https URL"),
        (policy(issuer="http://127.0.0.1.example"), "write an https URL"),
        (policy(issuer="file:///etc/passwd"), "write an https URL"),
        (policy(jwks="http://issuer.example/jwks"), "issuers[0].jwks: write an https URL"),
        (policy(jwks="http://127.0.0.1/jwks"), "keys of an https issuer come over https"),
        (policy(rules=[]), "issuers[0].rules: write at least one"),
        (policy({**RULE, "bundles": []}), "issuers[0].rules[0].bundles"),
        (policy({**RULE, "bundles": "acme"}), "issuers[0].rules[0].bundles: Input should be a list"),
        (policy({"claims": RULE["claims"]}), "issuers[0].rules[0].vaults: Field required"),
        (claims(), "demand at least one claim"),
        (claims(repository=[]), "issuers[0].rules[0].claims.repository"),
        (claims(repository=["*"]), "demand at least one claim whose patterns do not begin with a wildcard"),
        (claims(repository=["acme/backup", "?cme"]), "demand at least one claim"),
        (claims(repository=["[a-z]*"]), "demand at least one claim"),
        (claims(repository=["acme/backup"], aud=["backup-apps:*"]), "the claim aud is checked in any case"),
        (claims(iss=["https://issuer.example"]), "the claim iss is checked in any case"),
        (policy({**RULE, "claims": {"ref": ["refs/heads/main"]}}, issuer=GITHUB), "signs for everybody"),
        (policy({**RULE, "claims": {"ref": ["main"]}}, issuer="https://gitlab.com"), "project_path"),
        (policy({**RULE, "claims": {"sub": ["repo:*"]}}, issuer=GITHUB), "demand at least one claim"),
        (policy({**RULE, "claims": {"sub": ["repo:*/x"], "ref": ["m"]}}, issuer=GITHUB), "signs for everybody"),
        (policy(RULE, {**RULE, "claims": {"repository": ["*"], "ref": ["x"]}}, issuer=GITHUB), "signs for everybody"),
        (
            json.dumps({"issuers": json.loads(policy())["issuers"] * 2}),
            "https://issuer.example stands twice; put its rules together",
        ),
    ],
)
def test_a_wrong_policy_trusts_nobody_and_says_where(text: str, words: str) -> None:
    assert words in reasons(text)
    assert "the hub's trust policy is wrong" in reasons(text)


def test_all_that_is_wrong_comes_at_once() -> None:
    found = read_trust_policy(policy({**RULE, "apps": [], "vaults": [""], "more": 1}))
    assert isinstance(found, Refusal)
    assert len(found.reasons) == 3


def test_an_issuer_is_found_by_its_exact_name() -> None:
    trusted = read_trust_policy(policy())
    assert isinstance(trusted, TrustPolicy)
    assert not isinstance(trusted.find("https://issuer.example"), Refusal)
    for other in ("https://issuer.example/", "HTTPS://issuer.example", "https://issuer.example.evil", ""):
        assert isinstance(trusted.find(other), Refusal)
