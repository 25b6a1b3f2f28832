"""Where `push` gets the ID token from that attests a bundle: it must name this very bundle, so it is made for it."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from backup_apps.domain.provenance.attestation import read_token
from backup_apps.domain.provenance.refusal import Refusal
from backup_apps.domain.provenance.verdict import names_audience
from backup_apps_cli.printing import Failure

DEFAULT_VARIABLE = "BACKUP_APPS_ID_TOKEN"
_GITHUB_URL, _GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"


def find_token(audience: str, file: Path | None, variable: str, local: Callable[[], str | None]) -> str:
    """A token for the audience: from a file; on the local AWS, which believes no other, of its issuer; from a variable;
    from GitHub Actions.

    Raises Failure where there is none, or where it is for something else, which the hub would reject.
    """
    token = _read(file) if file else local() or os.environ.get(variable) or _of_github(os.environ, audience)
    if token is None:
        raise Failure(
            f"there is no ID token to attest this bundle with. In GitHub Actions give the job `permissions: id-token: "
            f"write`. In GitLab CI set `id_tokens: {{{variable}: {{aud: AUDIENCE}}}}`. Elsewhere pass --id-token FILE. "
            f"The audience is {audience} (backup-apps push DIR --audience prints it)"
        )
    return _checked(token.strip(), audience)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} can't be read: {error}") from error


def _of_github(environment: Mapping[str, str], audience: str) -> str | None:
    """https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token"""
    from backup_apps.remote_wiring import document_at

    url, secret = environment.get(_GITHUB_URL), environment.get(_GITHUB_TOKEN)
    if not url or not secret:
        return None
    wanted = f"{url}{'&' if '?' in url else '?'}audience={quote(audience, safe='')}"
    answer = document_at(wanted, {"Authorization": f"bearer {secret}", "Accept": "application/json"})
    value = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(value, str):
        raise Failure("GitHub Actions answered without an ID token")
    return value


def _checked(token: str, audience: str) -> str:
    """A token for something else would cost the version: it is refused here, before anything is uploaded."""
    read = read_token(token)
    if isinstance(read, Refusal):
        raise Failure("; ".join(read.reasons))
    if not names_audience(read.claims, audience):
        raise Failure(
            f"the ID token is for the audience {read.claims.aud}, not {audience}; where the audience is fixed before "
            "the job starts, a first job must compute it: see docs/provenance.md"
        )
    return token
