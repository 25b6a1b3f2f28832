"""How long keys are believed, and how often they are asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backup_apps.adapters.issuer_keys import IssuerKeys
from backup_apps.domain.errors import UnavailableError
from backup_apps.domain.provenance.trust import Rule, TrustedIssuer

ISSUER = "https://issuer.example"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
RULES = (Rule(claims={"sub": ("me",)}, bundles=("*",), apps=("*",), vaults=("*",)),)


class Web:
    def __init__(self, **answers: Any) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.answers: dict[str, Any] = answers
        self.asked: list[str] = []
        self.keys = IssuerKeys(self.fetch, lambda: self.now)

    def fetch(self, url: str) -> Any:
        self.asked.append(url)
        return self.answers[url]

    def named(self, kid: str, jwks: str | None = None, issuer: str = ISSUER) -> list[str]:
        trusted = TrustedIssuer(issuer=issuer, jwks=jwks, rules=RULES)
        return [str(key["kid"]) for key in self.keys.named(trusted, kid)]


@pytest.fixture
def web() -> Web:
    answers = {
        DISCOVERY: {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"},
        f"{ISSUER}/keys": {"keys": [{"kid": "a"}]},
        "https://elsewhere.example/keys": {"keys": [{"kid": "b"}]},
    }
    return Web(**answers)


def test_keys_are_where_the_issuer_says(web: Web) -> None:
    assert web.named("a") == ["a"]
    assert web.asked == [DISCOVERY, f"{ISSUER}/keys"]


def test_keys_are_where_the_trust_policy_says(web: Web) -> None:
    assert web.named("b", jwks="https://elsewhere.example/keys") == ["b"]
    assert web.asked == ["https://elsewhere.example/keys"]


def test_a_trust_policy_that_names_another_place_is_not_answered_from_the_old_one(web: Web) -> None:
    assert web.named("a") == ["a"]
    assert web.named("a", jwks="https://elsewhere.example/keys") == []


def test_keys_are_asked_for_once_an_hour(web: Web) -> None:
    for minutes in (0, 1, 30, 28):
        web.now += timedelta(minutes=minutes)
        assert web.named("a") == ["a"]
    assert len(web.asked) == 2
    web.now += timedelta(minutes=1)
    assert web.named("a") == ["a"]
    assert len(web.asked) == 4


def test_an_unknown_key_is_asked_for_at_most_every_ten_seconds(web: Web) -> None:
    assert web.named("a") == ["a"]
    for number in range(100):
        assert web.named(f"unknown-{number}") == []
    assert len(web.asked) == 2
    web.now += timedelta(seconds=10)
    for number in range(100):
        assert web.named(f"unknown-{number}") == []
    assert len(web.asked) == 4


def test_an_unknown_key_is_found_once_it_is_published(web: Web) -> None:
    assert web.named("new") == []
    web.answers[f"{ISSUER}/keys"] = {"keys": [{"kid": "new"}]}
    web.now += timedelta(seconds=10)
    assert web.named("new") == ["new"]


@pytest.mark.parametrize("document", [None, [], "keys", {}, {"keys": {}}, {"keys": "a"}])
def test_what_is_no_key_set_is_an_error_and_not_an_empty_one(web: Web, document: Any) -> None:
    web.answers[f"{ISSUER}/keys"] = document
    with pytest.raises(UnavailableError):
        web.named("a")


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"issuer": ISSUER},
        {"jwks_uri": f"{ISSUER}/keys"},
        {"issuer": "https://other.example", "jwks_uri": f"{ISSUER}/keys"},
        {"issuer": ISSUER, "jwks_uri": "http://issuer.example/keys"},
        {"issuer": ISSUER, "jwks_uri": "http://127.0.0.1/keys"},
        {"issuer": ISSUER, "jwks_uri": "file:///keys"},
        {"issuer": ISSUER, "jwks_uri": 7},
    ],
)
def test_an_issuer_that_does_not_name_itself_and_safe_keys_is_not_believed(web: Web, document: Any) -> None:
    web.answers[DISCOVERY] = document
    with pytest.raises(UnavailableError):
        web.named("a")
    assert web.asked == [DISCOVERY]
