"""Whether a change set stays within what its commit was granted."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from backup_apps.domain.changes import ChangeSet, Create, Kind, Write
from backup_apps.domain.desired import APP_TAG
from backup_apps.domain.provenance.record import Grant

_OF_APPS = (
    Kind.PLAN,
    Kind.PLAN_TAG,
    Kind.SELECTION,
    Kind.TESTING_PLAN,
    Kind.TESTING_PLAN_TAG,
    Kind.TESTING_SELECTION,
)


def beyond(grant: Grant, change_set: ChangeSet) -> tuple[str, ...]:
    """What the writes touch outside the grant, a sentence each, in a stable order."""
    return tuple(sorted(set(_beyond(grant, change_set.writes))))


def _beyond(grant: Grant, writes: Iterable[Write]) -> Iterator[str]:
    for write in writes:
        if write.kind in _OF_APPS:
            for app in _apps(write):
                if not _matches(app, grant.apps):
                    yield f"app {app or '(none)'} ({write.title})"
        elif write.kind is Kind.REGION_SETTINGS:
            if "*" not in grant.apps:
                yield f"{write.title}, which every app of the region shares, so that apps must be *"
        elif not _matches(write.name, grant.vaults):
            yield f"vault {write.name} ({write.title})"


def _apps(write: Write) -> Iterator[str]:
    """The app that asks for the write, and the one that it takes the plan away from."""
    yield write.app or ""
    if write.kind in (Kind.PLAN_TAG, Kind.TESTING_PLAN_TAG) and write.item == APP_TAG and not isinstance(write, Create):
        yield str(write.before)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
