"""How long recovery points are kept, and when they get cold: of a rule or of a copy, before and after."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.rule import Verdict, numbered

DELETE, COLD, ARCHIVE = "DeleteAfterDays", "MoveToColdStorageAfterDays", "OptInToArchiveForSupportedResources"


class LifecycleChange(NamedTuple):
    """Lifecycles in normal form: what is absent is for ever, or never."""

    what: str
    """`rule nightly`, `the copy of rule nightly to …`."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def days(number: int | None, otherwise: str) -> str:
    return otherwise if number is None else f"{number} days"


def _worse_if(worse: bool) -> Class:
    return Class.WEAKENS if worse else Class.STRENGTHENS


@numbered("C110", "retention gets shorter (weakens) or longer (strengthens)")
def retention(change: LifecycleChange) -> Iterator[Verdict]:
    before, after = change.before.get(DELETE), change.after.get(DELETE)
    if before != after:
        shorter = before is None or (after is not None and after < before)
        kept = f"{change.what} keeps recovery points {days(after, 'for ever')}, not {days(before, 'for ever')}"
        yield _worse_if(shorter), kept


@numbered("C111", "recovery points move to cold storage earlier (weakens: restores take hours) or later (strengthens)")
def cold_storage(change: LifecycleChange) -> Iterator[Verdict]:
    """A recovery point that is cold can't be made warm again.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
    """
    before, after = change.before.get(COLD), change.after.get(COLD)
    if before != after:
        earlier = before is None or (after is not None and after < before)
        when = f"after {days(after, 'no time')}" if after is not None else "no more"
        instead = f", not {days(before, 'no time')}" if before is not None and after is not None else ""
        effect = ", from where a restore takes hours longer" if earlier else ""
        yield _worse_if(earlier), f"{change.what} moves recovery points to cold storage {when}{instead}{effect}"


@numbered("C112", "recovery points of types that have an archive move there (weakens) or no more (strengthens)")
def archive(change: LifecycleChange) -> Iterator[Verdict]:
    before, after = bool(change.before.get(ARCHIVE)), bool(change.after.get(ARCHIVE))
    if before != after:
        said = "moves recovery points to the archive, from which a restore takes days" if after else "archives no more"
        yield _worse_if(after), f"{change.what} {said}"


@numbered("C113", "a lifecycle changes in a way that is not known here (weakens)")
def unknown_lifecycle(change: LifecycleChange) -> Iterator[Verdict]:
    for key in sorted((change.before.keys() | change.after.keys()) - {DELETE, COLD, ARCHIVE}):
        if change.before.get(key) != change.after.get(key):
            yield Class.WEAKENS, f"{change.what} changes {key} of its lifecycle, and what that does is not known"


LIFECYCLE_RULES = (retention, cold_storage, archive, unknown_lifecycle)
