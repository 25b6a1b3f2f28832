"""Vaults, their locks and notifications, tags, and the settings of a region."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.changes import Create, Kind, Prune, Write
from backup_apps.domain.locks import is_looser
from backup_apps.domain.normal_form import notifications
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.rule import Verdict, numbered


class Sides(NamedTuple):
    """A change by what is there before and after; None for the side that is absent."""

    name: str
    before: Any
    after: Any


def sides(change: Write) -> Sides:
    before = None if isinstance(change, Create) else change.before
    return Sides(change.name, before, None if isinstance(change, Prune) else change.after)


@numbered("C300", "a vault is made (strengthens) or deleted (irreversible)")
def whole_vault(change: Sides) -> Iterator[Verdict]:
    if change.after is None:
        yield Class.IRREVERSIBLE, f"vault {change.name} is deleted; it is empty"
    else:
        yield Class.STRENGTHENS, f"vault {change.name} is new"


@numbered("C310", "a lock comes or tightens (strengthens; irreversible in compliance mode), goes or loosens (weakens)")
def lock(change: Sides) -> Iterator[Verdict]:
    before, after = change.before, change.after
    if after is None:
        yield Class.WEAKENS, f"vault {change.name} is locked no more"
        return
    if "ChangeableForDays" in after:
        days = after["ChangeableForDays"]
        yield Class.IRREVERSIBLE, f"after {days} days nobody can change or remove the lock of vault {change.name}, ever"
    if before is not None and is_looser(after, before):
        yield Class.WEAKENS, f"the lock of vault {change.name} admits {_bounds(after)}, not {_bounds(before)}"
    elif before is None or "ChangeableForDays" not in after:
        yield Class.STRENGTHENS, f"the lock of vault {change.name} admits only {_bounds(after)}"


def _bounds(lock: Mapping[str, Any]) -> str:
    low, high = lock.get("MinRetentionDays"), lock.get("MaxRetentionDays")
    return f"retention of {low or 1} days or more" if high is None else f"retention of {low or 1} to {high} days"


@numbered("C320", "somebody is told of more events (strengthens), of fewer, or somebody else is told (weakens)")
def told(change: Sides) -> Iterator[Verdict]:
    before, after = (side and notifications(side) for side in change[1:])
    if before is None or after is None:
        said = f"tells {_topic(after)} of events" if after else f"no longer tells {_topic(before)} of events"
        yield Class.STRENGTHENS if after else Class.WEAKENS, f"vault {change.name} {said}"
        return
    if before["SNSTopicArn"] != after["SNSTopicArn"]:
        yield Class.WEAKENS, f"vault {change.name} tells {_topic(after)} of events, and no longer {_topic(before)}"
    old, new = set(before["BackupVaultEvents"]), set(after["BackupVaultEvents"])
    if old - new:
        yield Class.WEAKENS, f"vault {change.name} tells no more of {', '.join(sorted(old - new))}"
    if new - old:
        yield Class.STRENGTHENS, f"vault {change.name} tells of {', '.join(sorted(new - old))}"


def _topic(settings: Any) -> str:
    return str(settings["SNSTopicArn"]) if settings else "anybody"


@numbered("C400", "a region's opt-in or full management goes off (weakens) or on (strengthens)")
def region_settings(change: Sides) -> Iterator[Verdict]:
    for setting, words in _SETTINGS.items():
        before, after = ((side or {}).get(setting, {}) for side in change[1:])
        for kind in sorted(after):
            if before.get(kind) != after[kind]:
                yield Class.STRENGTHENS if after[kind] else Class.WEAKENS, f"{kind}: {words[after[kind]]}"
    for setting in sorted({*(change.before or {}), *(change.after or {})} - _SETTINGS.keys()):
        yield Class.WEAKENS, f"{setting} changes, and what that does to protection is not known"


_SETTINGS = {
    "ResourceTypeOptInPreference": {
        True: "AWS Backup may back it up",
        False: "selections by tag or * no longer back it up",
    },
    "ResourceTypeManagementPreference": {
        True: "AWS Backup manages its recovery points in full",
        False: "AWS Backup no longer manages its recovery points in full: not their key, nor their ARN",
    },
}


@numbered("C500", "a tag of a vault or a plan changes (neutral)")
def tag(change: Sides) -> Iterator[Verdict]:
    yield Class.NEUTRAL, "tags of vaults and plans protect nothing by themselves"


VAULT_RULES = (whole_vault, lock, told, region_settings, tag)
RULES_OF_KIND = {
    Kind.VAULT: (whole_vault,),
    Kind.LOCK: (lock,),
    Kind.NOTIFICATIONS: (told,),
    Kind.REGION_SETTINGS: (region_settings,),
    Kind.VAULT_TAG: (tag,),
    Kind.PLAN_TAG: (tag,),
    Kind.TESTING_PLAN_TAG: (tag,),
}
