"""A rule of a backup plan before and after."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.normal_form import RULE_DEFAULTS
from backup_apps.domain.protection.cadence import cadence_of, compare_schedules, hours_of
from backup_apps.domain.protection.classes import Class, Reason
from backup_apps.domain.protection.lifecycles import LIFECYCLE_RULES, LifecycleChange, days
from backup_apps.domain.protection.rule import Verdict, numbered, reasons_of
from backup_apps.domain.wording import spoken_minutes

SCHEDULE, TIMEZONE, VAULT = "ScheduleExpression", "ScheduleExpressionTimezone", "TargetBackupVaultName"
CONTINUOUS, COPIES, LIFECYCLE = "EnableContinuousBackup", "CopyActions", "Lifecycle"
WINDOWS = {"StartWindowMinutes": "to start", "CompletionWindowMinutes": "to complete"}
DESTINATION = "DestinationBackupVaultArn"

_CLOCKS_CHANGE = frozenset({22, 23, 0, 1, 2, 3})
"""The hours that some time zone skips on a day in spring."""
_FIXED_ZONES = frozenset({"Etc/UTC", "UTC", "Etc/GMT", "GMT"})


class RuleChange(NamedTuple):
    """One rule of that name, in normal form (`normal_form.backup_plan`)."""

    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def both(self, key: str) -> tuple[Any, Any]:
        return self.before.get(key), self.after.get(key)


@numbered("C103", "a rule runs less often or with a longer gap (weakens), more often (strengthens), else (neutral)")
def schedule(change: RuleChange) -> Iterator[Verdict]:
    before, after = change.both(SCHEDULE)
    if before != after:
        old, new = cadence_of(before), cadence_of(after)
        known = f": {new} at the longest, not {old}" if old and new and new.longest_gap != old.longest_gap else ""
        yield compare_schedules(before, after), f"rule {change.name} runs at {after}, not {before}{known}"


@numbered("C104", "a rule runs in another time zone (weakens if its clock may skip a run in spring, else neutral)")
def timezone(change: RuleChange) -> Iterator[Verdict]:
    before, after = change.both(TIMEZONE)
    if before != after:
        skips = after not in _FIXED_ZONES and bool(hours_of(change.after[SCHEDULE]) & _CLOCKS_CHANGE)
        effect = ", whose clock may skip a run on one day in spring" if skips else ""
        yield (
            Class.WEAKENS if skips else Class.NEUTRAL,
            f"rule {change.name} runs by the clock of {after}, not {before}{effect}",
        )


@numbered("C105", "a rule backs up into another vault (weakens: the two vaults are not compared)")
def vault(change: RuleChange) -> Iterator[Verdict]:
    before, after = change.both(VAULT)
    if before != after:
        asked = "compare their keys, locks and policies"
        yield Class.WEAKENS, f"rule {change.name} backs up into vault {after}, not {before}: {asked}"


@numbered("C106", "continuous backup goes off (weakens) or on (strengthens)")
def continuous(change: RuleChange) -> Iterator[Verdict]:
    before, after = map(bool, change.both(CONTINUOUS))
    if before != after:
        said = "can restore to any point in time" if after else "no longer can restore to any point in time"
        yield Class.STRENGTHENS if after else Class.WEAKENS, f"rule {change.name} {said}"


@numbered("C107", "a window gets shorter than AWS Backup's default (weakens), or changes otherwise (neutral)")
def windows(change: RuleChange) -> Iterator[Verdict]:
    """A job that has not started in time expires, and one that has not ended in time is cancelled.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
    """
    for key, purpose in WINDOWS.items():
        before, after = change.both(key)
        if before != after:
            harms = after < before and after < RULE_DEFAULTS[key]
            effect = "; a job that takes longer leaves no recovery point" if harms else ""
            given, instead = spoken_minutes(after), spoken_minutes(before)
            yield (
                Class.WEAKENS if harms else Class.NEUTRAL,
                f"rule {change.name} gives a job {given} {purpose}, not {instead}{effect}",
            )


@numbered("C108", "a copy comes (strengthens) or goes (weakens)")
def copies(change: RuleChange) -> Iterator[Verdict]:
    before, after = _copies(change.before), _copies(change.after)
    for arn in sorted(before.keys() - after.keys()):
        yield Class.WEAKENS, f"rule {change.name} copies no more to {arn}"
    for arn in sorted(after.keys() - before.keys()):
        kept = days(after[arn].get("DeleteAfterDays"), "for ever")
        yield Class.STRENGTHENS, f"rule {change.name} copies to {arn}, kept {kept}"


@numbered("C109", "a rule changes in a way that is not known here (weakens)")
def unknown_member(change: RuleChange) -> Iterator[Verdict]:
    for key in sorted((change.before.keys() | change.after.keys()) - _KNOWN):
        if change.before.get(key) != change.after.get(key):
            yield Class.WEAKENS, f"rule {change.name} changes {key}, and what that does to protection is not known"


@numbered("C114", "tags of recovery points change (neutral)")
def point_tags(change: RuleChange) -> Iterator[Verdict]:
    if change.before.get("RecoveryPointTags") != change.after.get("RecoveryPointTags"):
        yield Class.NEUTRAL, f"rule {change.name} tags recovery points otherwise"


_KNOWN = {"RuleName", SCHEDULE, TIMEZONE, VAULT, CONTINUOUS, COPIES, LIFECYCLE, "RecoveryPointTags", *WINDOWS}
RULE_RULES = (copies, schedule, vault, continuous, timezone, windows, unknown_member, point_tags)


def reasons_of_rule(change: RuleChange) -> Iterator[Reason]:
    """Everything that changes about a rule and its copies."""
    for lifecycles in lifecycle_changes(change):
        yield from reasons_of(LIFECYCLE_RULES, lifecycles)
    yield from reasons_of(RULE_RULES, change)


def lifecycle_changes(change: RuleChange) -> Iterator[LifecycleChange]:
    """The rule's own lifecycle, and that of each copy which stays."""
    yield LifecycleChange(f"rule {change.name}", change.before.get(LIFECYCLE, {}), change.after.get(LIFECYCLE, {}))
    before, after = _copies(change.before), _copies(change.after)
    for arn in sorted(before.keys() & after.keys()):
        yield LifecycleChange(f"the copy of rule {change.name} to {arn}", before[arn], after[arn])


def _copies(rule: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The lifecycle of each copy by the vault that it goes to."""
    return {copy[DESTINATION]: copy.get(LIFECYCLE, {}) for copy in rule.get(COPIES, ())}
