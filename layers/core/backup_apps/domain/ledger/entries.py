"""Entries and how they are chained: each holds the hash of the one before, so that none can be changed, dropped or
moved without changing all that follow; checkpoints say with a signature what the last of them was."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.ledger.canonical import canonical

HUB_CHAIN = "_hub"
"""The chain of what belongs to no bundle, such as an upload under no bundle's key. No bundle can be called so."""

NOTHING = "0" * 64
"""What stands for the hash of the entry before the first."""

_HASH = r"^[0-9a-f]{64}$"


class Kind(StrEnum):
    """What an entry is about. A reader meets kinds that are newer than itself, and passes them on as they are."""

    COMMIT = "commit"
    """A bundle was admitted."""
    REJECTION = "rejection"
    """A bundle was not."""
    PLAN = "plan"
    """What a version would change was computed and written."""
    APPROVAL = "approval"
    """Somebody approved or rejected the change set, or the time for it ran out."""
    SUPERSESSION = "supersession"
    """A later commit came first."""
    STAGE = "stage"
    """Which targets of a staged sync go next, which wait, which are held back, and how the canaries are."""
    SYNC_STARTED = "sync-started"
    """A run is about to make these changes in a target. Written before the first of them."""
    WRITE = "write"
    """A call to AWS Backup that wrote."""
    SYNC = "sync"
    """How one target ended."""
    OUTCOME = "outcome"
    """How the version as a whole ended."""
    ALERT = "alert"
    """Somebody was told."""
    DRIFT = "drift"
    """Live state was found to be no longer what was synced, or that came to its end."""
    HEAL = "heal"
    """What drifted was put back."""
    VERIFICATION = "verification"
    """A restore was checked."""


class Reason(StrEnum):
    """Why a checkpoint was made."""

    SYNC = "sync"
    """A sync ended; more follows."""
    EXPORT = "export"
    """This is the end of an export. Only such a one can be, or else a file could be cut at any checkpoint."""


class Happening(NamedTuple):
    """What is to be recorded. The same `id` again is the same happening, and is recorded once."""

    kind: Kind
    id: str
    facts: Mapping[str, Any]


class _Sealed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    bundle: str = Field(min_length=1)
    sequence: int = Field(ge=1)
    at: str
    """When it was recorded: ISO 8601 in UTC."""
    hash: str = Field(pattern=_HASH)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class Entry(_Sealed):
    """One happening in its place in the chain of its bundle. `hash` is over the canonical form of all the others."""

    kind: str
    facts: Mapping[str, Any]
    id: str
    previous: str = Field(pattern=_HASH)

    @property
    def computed_hash(self) -> str:
        """What the hash must be. Raises ValueError for facts that have no canonical form."""
        return hashlib.sha256(canonical(self.model_dump(mode="json", exclude={"hash"}))).hexdigest()

    @property
    def version(self) -> str | None:
        """The version of the bundle that it is about."""
        return self.facts.get("version")


class Checkpoint(_Sealed):
    """The entry with this sequence had this hash, says the owner of the key. All that came before is sealed by it."""

    reason: Reason
    key: str
    """The ARN of the KMS key that signed."""
    signature: str = Field(pattern=r"^([0-9a-f]{2})+$")
    """ECDSA with SHA-256 over `signed`, DER, in hexadecimal digits."""

    @property
    def signed(self) -> bytes:
        """What the signature is over: the canonical form of everything but itself."""
        return canonical(self.model_dump(mode="json", exclude={"signature"}))


def signed_checkpoint(entry: Entry, at: str, reason: Reason, key: str, sign: Callable[[bytes], bytes]) -> Checkpoint:
    """The checkpoint of an entry; `sign` gives the signature over some bytes with the key."""
    unsigned = Checkpoint(
        bundle=entry.bundle,
        sequence=entry.sequence,
        hash=entry.hash,
        at=max(at, entry.at),
        reason=reason,
        key=key,
        signature="00",
    )
    return unsigned.model_copy(update={"signature": sign(unsigned.signed).hex()})


class Head(NamedTuple):
    """The end of a chain, which the next entry continues."""

    sequence: int
    hash: str
    at: str


EMPTY = Head(0, NOTHING, "")


def head_of(entry: Entry) -> Head:
    return Head(entry.sequence, entry.hash, entry.at)


def chained(bundle: str, head: Head, happenings: Iterable[Happening], at: str) -> Iterator[Entry]:
    """The happenings as the next entries. Clocks differ between machines, so time is held back from running backwards:
    the order of entries is also that of their times."""
    for happening in happenings:
        unhashed = Entry(
            bundle=bundle,
            sequence=head.sequence + 1,
            at=max(at, head.at),
            kind=happening.kind,
            facts=happening.facts,
            id=happening.id,
            previous=head.hash,
            hash=NOTHING,
        )
        entry = unhashed.model_copy(update={"hash": unhashed.computed_hash})
        yield entry
        head = head_of(entry)
