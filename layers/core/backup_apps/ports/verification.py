"""Rehearsals, what they restore, and all that the use cases of verification reach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from backup_apps.domain.alerts import Alert
    from backup_apps.domain.cards.card import Card
    from backup_apps.domain.desired import Target
    from backup_apps.domain.verification.choice import Point
    from backup_apps.domain.verification.facts import Facts
    from backup_apps.domain.verification.rehearsal import Rehearsal
    from backup_apps.domain.verification.results import Result
    from backup_apps.ports.ledger import Ledger
    from backup_apps.ports.signals import Clock
    from backup_apps.ports.storage import Documents, Records


class RestoreJob(NamedTuple):
    """A restore job as AWS Backup describes it."""

    status: str
    point: str
    type: str
    created: str | None
    seconds: int | None
    message: str | None
    testing: bool
    """AWS restore testing started it."""


class CopyJob(NamedTuple):
    """A copy job as AWS Backup describes it."""

    status: str
    copy: str | None
    """The ARN of the recovery point that it made."""
    message: str | None


class Owner(NamedTuple):
    """The app whose plan made a recovery point."""

    bundle: str
    app: str


class Question(NamedTuple):
    """Which facts are asked for. Without `sampled`, a sample is drawn; else those objects or items are looked at."""

    type: str
    arn: str
    sampled: Collection[str] | None = None
    bucket_canary: str | None = None
    table_canary: Mapping[str, str] = {}


class Reader(Protocol):
    """A role of a member account that looks at restores, and at what they restored."""

    def job(self, job: str) -> RestoreJob:
        """Raises NotFoundError."""
        ...

    def asked_key(self, job: str) -> str | None:
        """The key that a restore was asked to use."""
        ...

    def facts(self, question: Question) -> Facts | None:
        """None if it is not there, or of a type that nobody can read."""
        ...


class Inspector(Reader, Protocol):
    """May read production, and changes nothing."""

    def point(self, arn: str) -> Point | None:
        """None if the recovery point is gone."""
        ...

    def owner(self, plan_arn: str) -> Owner | None: ...

    def owner_of_point(self, arn: str) -> Owner | None: ...


class Sandbox(Reader, Protocol):
    """May restore, and reads and deletes what rehearsals restored, and nothing else."""

    def points(self, vaults: Sequence[str], plans: Collection[str]) -> tuple[Point, ...]:
        """What plans of these names put into these vaults, and can be restored now."""
        ...

    def key_arn(self, alias: str) -> str: ...

    def copy(self, rehearsal: Rehearsal, role: str) -> str:
        """The id of the copy job into the vault of the sandbox; the same however often it is asked for. A day later the
        copy is gone by itself."""
        ...

    def copy_job(self, job: str) -> CopyJob:
        """Raises NotFoundError."""
        ...

    def start(self, rehearsal: Rehearsal, role: str) -> str:
        """The id of the restore job; the same however often it is asked for."""
        ...

    def remove(self, type_: str, name: str) -> bool:
        """Whether nothing of that name is left."""
        ...

    def left_behind(self, type_: str, before: datetime) -> tuple[str, ...]:
        """The names of what rehearsals restored of a type before that, and is still there."""
        ...

    def ask(self, function: str, document: Mapping[str, Any]) -> Any:
        """What the user's own check says of a restore; None if it fails."""
        ...

    def answer(self, job: str, status: str, message: str) -> None:
        """The result of a job of AWS restore testing; nothing if it has one."""
        ...


class Accounts(Protocol):
    """The member accounts. Both raise UnreachableError where the role can't be assumed."""

    def sandbox(self, target: Target, session: str) -> Sandbox: ...
    def inspector(self, target: Target, session: str) -> Inspector: ...

    def restore_role(self, target: Target) -> str:
        """That AWS Backup restores with where policy names none."""
        ...

    def copy_role(self, target: Target) -> str:
        """That AWS Backup copies with."""
        ...


class Kept(NamedTuple):
    """A rehearsal that has not ended, and the token of the task that waits for its restore."""

    rehearsal: Rehearsal
    token: str | None


class Rehearsed(Protocol):
    """What is asked for, what is going on, and what came of it, to be read."""

    def asked(self) -> tuple[Mapping[str, str], ...]: ...
    def unfinished(self) -> tuple[Kept, ...]: ...
    def results(self, bundle: str, app: str | None = None) -> tuple[Result, ...]:
        """In the order of their times."""
        ...


class Rehearsals(Rehearsed, Protocol):
    """The same, to be written."""

    def ask(self, request: Mapping[str, str]) -> bool:
        """Keep what is about to be started until its rehearsals are kept; False if it is kept already."""
        ...

    def ask_again(self, request: Mapping[str, str], was: str) -> None:
        """The same by another execution. Raises TakenOverError if it is not kept for `was`."""
        ...

    def settle(self, run: str) -> None:
        """What was asked for has begun, or was over already."""
        ...

    def keep(self, rehearsal: Rehearsal, token: str | None = None, was: str | None = None) -> None:
        """For the execution that the rehearsal says. Raises TakenOverError, and writes nothing, if another one has it
        that is not `was`."""
        ...

    def find(self, key: str) -> Kept | None: ...
    def enter(self, rehearsal: Rehearsal, at_most: int) -> bool:
        """Take one of so many places where it restores, or keep the one that it has; False if all are taken."""
        ...

    def leave(self, rehearsal: Rehearsal) -> None: ...
    def finish(self, rehearsal: Rehearsal) -> None: ...

    def add(self, bundle: str, result: Result) -> bool:
        """False, and nothing written, if the restore has a result already."""
        ...

    def note(self, bundle: str, what: str, at: datetime) -> str:
        """When it was first noted, ISO 8601: now, if it was not."""
        ...

    def is_noted(self, bundle: str, what: str) -> bool: ...


class Machine(Protocol):
    """The verification state machine."""

    def start(self, name: str, document: Mapping[str, Any]) -> bool:
        """False, and nothing started, if an execution of that name has ended; one that runs is taken for this one."""
        ...

    def is_running(self, name: str) -> bool: ...

    def resume(self, token: str, document: Mapping[str, Any]) -> None:
        """Let the task that waits go on; nothing if it no longer waits."""
        ...


class RemoteVerification(NamedTuple):
    """What verifies restores, as the command line reaches it."""

    rehearsals: Rehearsals
    machine: Machine


@dataclass(frozen=True)
class Verifying:
    """Everything that the use cases of verification reach."""

    documents: Documents
    records: Records
    ledger: Ledger
    tell: Callable[[Card], Alert]
    """Tells of an incident, with what is known around it. Raises AwsError."""
    clock: Clock
    accounts: Accounts
    rehearsals: Rehearsals
    machine: Machine
