"""Once a day: what rehearsals restored and nobody knows of any more is found by name and age, and deleted."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from backup_apps.domain.desired import Target
from backup_apps.domain.errors import AwsError, BackupAppsError
from backup_apps.domain.verification.rehearsal import REHEARSED
from backup_apps.ports.verification import Sandbox, Verifying
from backup_apps.usecases.governed import promised_now

AGE = timedelta(days=7)
"""Longer than any rehearsal takes, which are given up after four days."""


class NotHuntedError(BackupAppsError):
    """In some accounts leftovers could not be looked for, or not be deleted."""


def hunt_leftovers(verifying: Verifying, now: datetime) -> list[str]:
    """What was deleted, or is being deleted. What can't be looked at or deleted keeps nothing else from it, and is told
    at the end."""
    open_ = {one.rehearsal.name for one in verifying.rehearsals.unfinished()}
    hunted, problems = list[str](), list[str]()
    for place in _places(verifying):
        with _told(place, problems):
            sandbox = verifying.accounts.sandbox(place, f"hunt-{now:%Y%m%dT%H}")
            for type_ in REHEARSED:
                hunted += _hunt(place, sandbox, type_, now - AGE, open_, problems)
    if problems:
        raise NotHuntedError("; ".join(problems))
    return hunted


def _hunt(
    place: Target, sandbox: Sandbox, type_: str, before: datetime, open_: Collection[str], problems: list[str]
) -> Iterator[str]:
    names: Iterable[str] = ()
    with _told(place, problems):
        names = sandbox.left_behind(type_, before)
    for name in names:
        if name not in open_:
            with _told(f"{place}/{name}", problems):
                sandbox.remove(type_, name)
                yield f"{place}/{name}"


@contextmanager
def _told(where: object, problems: list[str]) -> Iterator[None]:
    """An error is kept for the end."""
    try:
        yield
    except AwsError as error:
        problems.append(f"{where}: {error}")


def _places(verifying: Verifying) -> list[Target]:
    """Where the versions in force rehearse."""
    found = set[Target]()
    promised = promised_now(verifying.records, verifying.documents)
    for leaf in (leaf for leaves in promised.values() for leaf in leaves if leaf.verification):
        said = leaf.verification.get("sandbox", {})
        found |= {Target(said.get("account") or at.account, said.get("region") or at.region) for at in leaf.targets}
    return sorted(found)
