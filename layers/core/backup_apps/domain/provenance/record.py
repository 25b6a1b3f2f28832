"""What is kept of a commit's provenance."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Grant(_Kept):
    """What a commit may change: glob patterns of leaf apps and of vault names."""

    apps: tuple[str, ...]
    vaults: tuple[str, ...]


class Provenance(_Kept):
    """The pipeline that signed a commit, as its issuer named it. Issuer and subject together are the pipeline."""

    issuer: str
    subject: str
    jti: str
    actor: str | None = None
    """The person who started the pipeline, where the issuer says so."""
    claims: Mapping[str, str] = {}
    """Repository, ref, commit, run and the like, as far as the token names them."""
    grant: Grant
