"""What the hub keeps: bundles as uploaded, documents, and how far commits have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from backup_apps.domain.commits import Commit, CommitRecord, Standing, State, TargetOutcome, Version
    from backup_apps.domain.desired import Target


class Upload(NamedTuple):
    """An object of the policy bucket. `body` is None if it is larger than was allowed, and then it was not read."""

    body: bytes | None
    committed: str
    object_version: str


class Uploaded(NamedTuple):
    """An object version in the policy bucket."""

    key: str
    object_version: str
    committed: datetime
    """In UTC."""


class Archives(Protocol):
    """The policy bucket."""

    def uploaded_since(self, moment: datetime) -> tuple[Uploaded, ...]:
        """Zips below `bundles/`, every version of them, in no order."""
        ...

    def fetch(self, key: str, object_version: str | None, max_bytes: int) -> Upload:
        """Raises NotFoundError."""
        ...

    def fetch_as_of(self, key: str, moment: str, max_bytes: int) -> Upload | None:
        """The version of an object that was current at that second, ISO 8601; None if there was none."""
        ...

    def put(self, key: str, body: bytes) -> None:
        """Write, in place of what is there."""
        ...

    def put_once(self, key: str, body: bytes) -> bool:
        """False, and nothing written, if the key exists."""
        ...


class Documents(Protocol):
    """The state bucket: texts by key."""

    def read(self, key: str) -> str:
        """Raises NotFoundError."""
        ...

    def write(self, key: str, text: str) -> None: ...

    def write_once(self, key: str, text: str) -> bool:
        """False, and nothing written, if the key exists."""
        ...

    def location(self, key: str) -> str:
        """Where a person finds it."""
        ...


class Records(Protocol):
    """Commits, how far they have come, and who holds a target."""

    def find(self, version: Version) -> CommitRecord | None: ...

    def latest(self, bundle: str | None = None) -> CommitRecord | None:
        """The last commit, whether it was admitted or not; of all bundles if none is named."""
        ...

    def latest_admitted(self, bundle: str) -> Commit | None:
        """The last commit whose bundle was valid and believed, whatever people decided on it since."""
        ...

    def latest_by_target(self, bundle: str) -> Mapping[Target, Commit]:
        """The last commit that reached each target of the bundle; targets that none ever reached are not there."""
        ...

    def latest_reached(self, bundle: str, but: Version | None = None) -> Commit | None:
        """The last commit that reached a target, however the others came out; another than `but`."""
        ...

    def record(self, record: CommitRecord, outcomes: Iterable[TargetOutcome] = ()) -> None:
        """A commit with its targets; once only: a commit that is recorded already is left as it is."""
        ...

    def set_state(
        self, version: Version, state: State, error: str | None = None, *, after: State | None = None
    ) -> None:
        """`after`: only if that is its state; else it stays as it is."""
        ...

    def set_outcomes(self, version: Version, outcomes: Iterable[TargetOutcome]) -> None: ...

    def add_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        """A further target of the version. Where it is known already, it stays as far as it has come."""
        ...

    def set_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        """How far a target of the version has come. What only its admission knew of it stays, and so do counts that the
        outcome does not tell."""
        ...

    def outcome(self, version: Version, target: Target) -> TargetOutcome | None: ...

    def outcomes(self, version: Version) -> tuple[TargetOutcome, ...]: ...

    def known_targets(self, bundle: str) -> frozenset[Target]:
        """Every target in which the bundle may have something."""
        ...

    def remember_target(self, bundle: str, target: Target) -> None: ...

    def forget_target(self, bundle: str, target: Target) -> None: ...

    def hold(self, bundle: str, target: Target, holder: str, now: datetime, until: datetime) -> bool:
        """Take a target for a sync; False if somebody else has it until later than now."""
        ...

    def release(self, bundle: str, target: Target, holder: str) -> None: ...

    def is_held(self, bundle: str, target: Target, now: datetime) -> bool: ...

    def bundles(self) -> tuple[str, ...]:
        """Every bundle of which a commit was admitted."""
        ...

    def standing(self, bundle: str, target: Target) -> Standing:
        """What live state of a target should be by now."""
        ...

    def use_token(self, issuer: str, jti: str, upload: str) -> bool:
        """Spend a token on an upload, named by key and object version; False if it was spent on another."""
        ...
