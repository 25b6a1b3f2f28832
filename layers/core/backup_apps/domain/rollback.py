"""What a rollback can't bring back. An older version is pushed again as a new one: policy returns, time does not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backup_apps.domain.changes import Change, ChangeSet, Create, Kind, Update


def losses(change_sets: Iterable[ChangeSet]) -> list[str]:
    """A sentence for each, by target: read off the changes that would make live state the older version again."""
    return [
        f"{one.target} {sentence}"
        for one in sorted(change_sets, key=lambda one: one.target)
        for sentence in (*one.conflicts, *(found for change in one.changes for found in _lost(change)))
    ]


def _lost(change: Change) -> Iterator[str]:
    match change:
        case Create(kind=Kind.VAULT):
            yield f"{change.title} was deleted since: it is made anew, empty, and what was in it is gone"
        case Create(kind=Kind.PLAN):
            yield f"{change.title} was deleted since: the backups that it would have taken meanwhile do not exist"
        case Create(kind=Kind.SELECTION):
            yield f"{change.title} was not there: what only it selects has no backups of that time"
        case Update(kind=Kind.PLAN):
            yield from _kept_as_made(change)


def _kept_as_made(change: Update) -> Iterator[str]:
    """AWS Backup writes a lifecycle into each recovery point when it is made.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html#backup-lifecycle
    """
    before, after = _lifecycles(change.before), _lifecycles(change.after)
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            kept = _days(before[name].get("DeleteAfterDays"))
            yield f"{change.title} rule {name}: points made meanwhile stay {kept}; only those to come change"
    for name in sorted(after.keys() - before.keys()):
        yield f"{change.title} rule {name} was not there: the backups that it would have taken do not exist"


def _lifecycles(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {rule["RuleName"]: rule.get("Lifecycle") or {} for rule in document["BackupPlan"]["Rules"]}


def _days(days: int | None) -> str:
    return f"{days} days" if days else "for ever"
