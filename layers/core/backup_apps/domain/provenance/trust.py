"""The trust policy: which issuers' tokens a hub believes, and which claims may change what. Set at deployment.

docs/provenance.md describes it for those who write one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from backup_apps.domain.provenance.refusal import Refusal, refused, shown

_URL = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
_WILD = re.compile(r"(repo:|project_path:)?[*?\[]")
"""How a pattern begins that leaves open whose pipeline it is; subjects of GitHub and GitLab begin with a word."""
_CHECKED_ANYWAY = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})

# Issuers that sign for everybody: a rule must say whose pipeline it means, or anybody's would do.
_TENANTS = {
    "https://token.actions.githubusercontent.com": (
        "sub",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "job_workflow_ref",
    ),
    "https://gitlab.com": ("sub", "project_path", "project_id", "namespace_path", "namespace_id"),
}


def is_fetchable(url: str) -> bool:
    """Whether keys may come from there: https, or http from this very machine."""
    return bool(_URL.fullmatch(url) or _LOOPBACK.fullmatch(url))


def is_loopback(url: str) -> bool:
    return bool(_LOOPBACK.fullmatch(url))


def _fetchable(url: str) -> str:
    if not is_fetchable(url):
        raise ValueError("write an https URL without a query (http only for 127.0.0.1, ::1 and localhost)")
    return url


T = TypeVar("T")


def _at_least_one(found: tuple[T, ...]) -> tuple[T, ...]:
    if not found:
        raise ValueError("write at least one")
    return found


Url = Annotated[str, Field(max_length=512), AfterValidator(_fetchable)]
Patterns = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=512)], ...], AfterValidator(_at_least_one)]


class _Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Rule(_Setting):
    """A token with these claims may commit these bundles, and change these apps and vaults."""

    claims: Mapping[str, Patterns]
    """All of these must be there, each with a value that one of its patterns matches."""
    bundles: Patterns
    apps: Patterns
    vaults: Patterns

    @model_validator(mode="after")
    def _demands_something(self) -> "Rule":
        for name in sorted(_CHECKED_ANYWAY & self.claims.keys()):
            raise ValueError(f"the claim {name} is checked in any case; demand one that names a pipeline")
        if not any(_is_narrow(patterns) for patterns in self.claims.values()):
            raise ValueError("demand at least one claim whose patterns do not begin with a wildcard")
        return self


class TrustedIssuer(_Setting):
    """An issuer of OIDC tokens, and what the tokens that it signs are good for."""

    issuer: Url
    jwks: Url | None = None
    """Where its keys are; by default, where its /.well-known/openid-configuration says."""
    rules: Annotated[tuple[Rule, ...], AfterValidator(_at_least_one)]

    @model_validator(mode="after")
    def _says_whose(self) -> "TrustedIssuer":
        if self.jwks and is_loopback(self.jwks) and not is_loopback(self.issuer):
            raise ValueError("keys of an https issuer come over https")
        tenants = _TENANTS.get(self.issuer.rstrip("/"))
        for rule in self.rules if tenants else ():
            if not any(_is_narrow(rule.claims.get(name, ())) for name in tenants or ()):
                raise ValueError(
                    f"{self.issuer} signs for everybody: each rule must demand one of {', '.join(tenants or ())}, "
                    "with patterns that do not begin with a wildcard"
                )
        return self


class TrustPolicy(_Setting):
    """Whom a hub believes."""

    issuers: tuple[TrustedIssuer, ...] = ()
    principals: Patterns | None = None
    """Whom access policies of vaults may let in, besides the vault's own account: ARNs, account ids, ids of
    organizations. None says nothing of it."""

    @model_validator(mode="after")
    def _names_issuers_once(self) -> "TrustPolicy":
        names = [one.issuer for one in self.issuers]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{name} stands twice; put its rules together")
        return self

    def find(self, issuer: str) -> TrustedIssuer | Refusal:
        """The issuer by its exact name."""
        for one in self.issuers:
            if one.issuer == issuer:
                return one
        known = ", ".join(one.issuer for one in self.issuers)
        return refused(f"the token's issuer is {shown(issuer)}, and this hub trusts only {known}")


def read_trust_policy(text: str) -> TrustPolicy | Refusal:
    """The trust policy in a deployment's setting. Whatever is wrong with it, nobody is trusted."""
    try:
        policy = TrustPolicy.model_validate(json.loads(text, object_pairs_hook=_once))
    except ValidationError as error:
        return Refusal(tuple(f"the hub's trust policy is wrong: {problem}" for problem in _problems(error)))
    except (ValueError, RecursionError) as error:
        return refused(f"the hub's trust policy is wrong: not JSON: {error}")
    if not policy.issuers:
        return refused(
            "this hub has no trust policy, so no pipeline is approved; deploy it with the parameter TrustPolicy "
            "(docs/provenance.md)"
        )
    return policy


def _is_narrow(patterns: Iterable[str]) -> bool:
    patterns = tuple(patterns)
    return bool(patterns) and not any(_WILD.match(pattern) for pattern in patterns)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands twice would hide what the first demands."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(".")
        message = problem["msg"].removeprefix("Value error, ").replace("a valid tuple", "a list")
        yield f"{where + ': ' if where else ''}{message}"
