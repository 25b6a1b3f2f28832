"""Whether a token stands for an upload: what it is about, when it was good, and whose pipeline it names."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from backup_apps.domain.provenance.attestation import Binding, Claims, Header, IdToken
from backup_apps.domain.provenance.record import Grant, Provenance
from backup_apps.domain.provenance.refusal import Refusal, refused, shown
from backup_apps.domain.provenance.trust import Rule, TrustedIssuer

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"},
)
"""Asymmetric ones only: with HMAC, who can verify can sign. https://www.rfc-editor.org/rfc/rfc8725#section-3.1"""
LEEWAY_SECONDS = 60
"""How far the clock of an issuer may be ahead of S3's."""
_PARTS = ("hub", "bundle", "version", "digest")
_ACTORS = ("actor", "user_login", "user_email")
_OF_GITHUB = ("repository", "ref", "sha", "run_id", "run_attempt", "job_workflow_ref", "environment", "event_name")
_OF_GITLAB = ("project_path", "ref", "pipeline_id", "pipeline_source", "job_id", "ci_config_ref_uri", "environment")
_LONGEST_KEPT = 512


def header_flaw(header: Header) -> str | None:
    """What is wrong with a token before any key is looked for."""
    if header.alg not in ALGORITHMS:
        return f"the token's algorithm is {shown(header.alg)}; only {', '.join(sorted(ALGORITHMS))} are believed"
    return None if header.crit is None else "the token has critical headers, which are not known here"


def judge(token: IdToken, issuer: TrustedIssuer, binding: Binding, committed: datetime) -> Provenance | Refusal:
    """The provenance of an upload that a verified token of this issuer goes with."""
    grant = _grant(issuer.rules, token.claims, binding.bundle)
    flaws = [*_about_something_else(token.claims, binding), *_out_of_time(token.claims, committed)]
    if isinstance(grant, Refusal):
        return Refusal((*flaws, *grant.reasons))
    return Refusal(tuple(flaws)) if flaws else _provenance(token.claims, issuer, grant)


def names_audience(claims: Claims, audience: str) -> bool:
    """Whether the token is for this audience and no other."""
    return claims.aud in (audience, [audience])


def _about_something_else(claims: Claims, binding: Binding) -> Iterator[str]:
    if names_audience(claims, binding.audience):
        return
    named = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    wanted = f"the audience must be {binding.audience}, and nothing else"
    parts = named[0].split(":") if len(named) == 1 else []
    if len(parts) != len(_PARTS) + 1 or parts[0] != "backup-apps":
        yield f"the token is for the audience {shown(claims.aud)}; {wanted}"
        return
    for name, found, right in zip(_PARTS, parts[1:], binding, strict=True):
        if found != right:
            yield f"the token is for {name} {shown(found)}, not {shown(right)}; {wanted}"


def _out_of_time(claims: Claims, committed: datetime) -> Iterator[str]:
    uploaded = committed.timestamp()
    if uploaded > claims.exp:
        yield f"the token expired at {_moment(claims.exp)}, before the upload at {_moment(uploaded)}"
    begins = max(claims.iat, claims.nbf or 0)
    if uploaded < begins - LEEWAY_SECONDS:
        yield (
            f"the token holds from {_moment(begins)}, more than {LEEWAY_SECONDS} s after the upload "
            f"at {_moment(uploaded)}"
        )


def _grant(rules: Iterable[Rule], claims: Claims, bundle: str) -> Grant | Refusal:
    """What all rules that the claims meet give together."""
    given = {**(claims.model_extra or {}), "sub": claims.sub}
    about = [rule for rule in rules if any(fnmatchcase(bundle, pattern) for pattern in rule.bundles)]
    if not about:
        return refused(f"no rule of the trust policy lets tokens of {claims.iss} commit bundle {shown(bundle)}")
    unmet = {index: list(_unmet(rule, given)) for index, rule in enumerate(about)}
    met = [rule for index, rule in enumerate(about) if not unmet[index]]
    if not met:
        nearest = min(unmet.values(), key=len)
        return refused(f"the trust policy does not let this pipeline commit bundle {shown(bundle)}: " + nearest[0])
    apps, vaults = ({pattern for rule in met for pattern in getattr(rule, part)} for part in ("apps", "vaults"))
    return Grant(apps=tuple(sorted(apps)), vaults=tuple(sorted(vaults)))


def _unmet(rule: Rule, given: Mapping[str, Any]) -> Iterator[str]:
    for name, patterns in sorted(rule.claims.items()):
        values = _texts(given.get(name))
        if not any(fnmatchcase(value, pattern) for value in values for pattern in patterns):
            found = f"is {', '.join(map(shown, values))}" if values else "is not there"
            yield f"its claim {name} {found}, where {' or '.join(patterns)} is asked for"


def _texts(value: Any) -> list[str]:
    """A claim's values as texts; what is neither text, number nor truth value has none."""
    if isinstance(value, list):
        return [text for one in value if not isinstance(one, list) for text in _texts(one)]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(value)] if isinstance(value, str | int | float) else []


def _provenance(claims: Claims, issuer: TrustedIssuer, grant: Grant) -> Provenance:
    given = claims.model_extra or {}
    kept = {*_OF_GITHUB, *_OF_GITLAB, *(name for rule in issuer.rules for name in rule.claims)}
    texts = {name: ",".join(_texts(given[name]))[:_LONGEST_KEPT] for name in sorted(kept & given.keys())}
    actor = next((given[name] for name in _ACTORS if isinstance(given.get(name), str)), None)
    return Provenance(issuer=claims.iss, subject=claims.sub, jti=claims.jti, actor=actor, claims=texts, grant=grant)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
