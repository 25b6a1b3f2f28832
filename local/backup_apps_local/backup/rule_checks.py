"""What AWS Backup refuses in a plan's body, at the call.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from backup_apps.domain import cron
from backup_apps_local.backup.errors import BackupError, InvalidParameterValueException, error_in_rule
from backup_apps_local.backup.lifecycle_checks import check_lifecycle
from backup_apps_local.backup.names import check_name
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.tags import checked_tags

DEFAULT_SCHEDULE = "cron(0 5 ? * * *)"
DEFAULT_ZONE = "Etc/UTC"
_LONGEST_WINDOW = 52_560_000
"""Minutes; 100 years."""
_SHORTEST_WINDOW = 60
_ARCHIVE_GAP = timedelta(days=28)
_VAULT_ARN = re.compile(r"arn:[\w-]+:backup:[\w-]+:\d{12}:backup-vault:[a-zA-Z0-9\-_]{2,50}")
_OPTIONS = {"EC2": {"WindowsVSS"}, "S3": {"BackupACLs", "BackupObjectTags"}}
_INDEXABLE = {"EBS", "S3"}


def check_plan(site: Site, plan: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValueException for the first breach."""
    check_name("BackupPlanName", plan["BackupPlanName"])
    _check_rule_count(site, plan["Rules"])
    for rule in plan["Rules"]:
        _check_rule(site, rule)
    for setting in plan.get("AdvancedBackupSettings", ()):
        _check_advanced(setting)


def zone_of(rule: Mapping[str, Any]) -> ZoneInfo:
    return ZoneInfo(rule.get("ScheduleExpressionTimezone", DEFAULT_ZONE))


def _check_rule_count(site: Site, rules: list[dict[str, Any]]) -> None:
    """Two rules of one name are refused: no page allows them, and nothing could tell them apart."""
    if not 1 <= len(rules) <= site.quotas.rules_per_plan:
        raise InvalidParameterValueException(
            f"A backup plan has from 1 to {site.quotas.rules_per_plan} rules, not {len(rules)}"
        )
    name, times = Counter(rule["RuleName"] for rule in rules).most_common(1)[0]
    if times > 1:
        raise InvalidParameterValueException(f"The rule name {name} is used {times} times")


def _check_rule(site: Site, rule: Mapping[str, Any]) -> None:
    breach = next(_breaches(site, rule), None)
    if breach is not None:
        raise error_in_rule(rule["RuleName"], breach)


def _breaches(site: Site, rule: Mapping[str, Any]) -> Iterator[str]:
    yield from _vault_breaches(site, rule)
    yield from _schedule_breaches(rule)
    yield from _window_breaches(rule)
    yield from check_lifecycle(rule.get("Lifecycle"), is_continuous=rule.get("EnableContinuousBackup", False))
    yield from _archive_breaches(site, rule)
    yield from _copy_breaches(site, rule.get("CopyActions", []))
    yield from _tag_breaches(site, rule.get("RecoveryPointTags", {}))
    yield from _index_breaches(rule.get("IndexActions", []))


def _vault_breaches(site: Site, rule: Mapping[str, Any]) -> Iterator[str]:
    """The vault must exist.

    No page says so of this call, only that a job without its vault fails. The careful reading is to refuse at once: a
    caller that makes vaults first is right in either case. https://docs.aws.amazon.com/organizations/latest/userguide/
    orgs_manage_policies_backup_best_practices.html: vaults must be there before plans that name them.
    """
    name = rule["TargetBackupVaultName"]
    if name not in site.here.vaults:
        yield f"Backup vault {name} does not exist"
    if "TargetLogicallyAirGappedBackupVaultArn" in rule:
        yield f"Logically air-gapped vault {rule['TargetLogicallyAirGappedBackupVaultArn']} does not exist"


def _schedule_breaches(rule: Mapping[str, Any]) -> Iterator[str]:
    """Six fields, in a zone of the IANA list, at most once an hour.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html gives once an hour as the most.
    """
    try:
        zone_of(rule)
    except (KeyError, ValueError, OSError):
        yield f"Invalid time zone {rule['ScheduleExpressionTimezone']}"
    try:
        schedule = cron.parse(rule.get("ScheduleExpression", DEFAULT_SCHEDULE))
    except ValueError as error:
        yield f"Invalid schedule expression. {error}"
    else:
        if len(schedule.minutes) > 1:
            yield "Invalid schedule expression. It runs more than once an hour"


def _window_breaches(rule: Mapping[str, Any]) -> Iterator[str]:
    """A start window is 60 minutes or more; a completion window that is given too is not shorter than it.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html for the first. The second is what
    AWS's own CDK refuses (aws-backup, rule.ts); the API's pages say nothing of it.
    """
    start, completion = rule.get("StartWindowMinutes"), rule.get("CompletionWindowMinutes")
    if start is not None and not _SHORTEST_WINDOW <= start <= _LONGEST_WINDOW:
        yield f"Invalid start window. It must be from {_SHORTEST_WINDOW} to {_LONGEST_WINDOW} minutes"
    if completion is not None and not 1 <= completion <= _LONGEST_WINDOW:
        yield f"Invalid completion window. It must be from 1 to {_LONGEST_WINDOW} minutes"
    if start is not None and completion is not None and completion < start:
        yield "Invalid completion window. It must not be shorter than the start window"


def _archive_breaches(site: Site, rule: Mapping[str, Any]) -> Iterator[str]:
    """Archiving asks for backups that are 28 days apart or more, measured at the next two runs.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html, "monthly or less often"
    """
    if not rule.get("Lifecycle", {}).get("OptInToArchiveForSupportedResources"):
        return
    schedule = cron.parse(rule.get("ScheduleExpression", DEFAULT_SCHEDULE))
    runs = list(islice(schedule.occurrences(site.now, zone_of(rule)), 2))
    if len(runs) == 2 and runs[1] - runs[0] < _ARCHIVE_GAP:
        yield "Invalid lifecycle. Archiving needs at least 28 days between backups"


def _copy_breaches(site: Site, copies: list[dict[str, Any]]) -> Iterator[str]:
    """The destination is not looked up: it may be in another account. A copy into it fails at job time."""
    if len(copies) > site.quotas.copy_actions_per_rule:
        yield f"A rule has at most {site.quotas.copy_actions_per_rule} copy actions, not {len(copies)}"
    for copy in copies:
        if _VAULT_ARN.fullmatch(copy["DestinationBackupVaultArn"]) is None:
            yield f"{copy['DestinationBackupVaultArn']} is not the ARN of a backup vault"
        yield from check_lifecycle(copy.get("Lifecycle"), is_continuous=False)


def _tag_breaches(site: Site, tags: dict[str, str]) -> Iterator[str]:
    if len(tags) > site.quotas.recovery_point_tags:
        yield f"A rule has at most {site.quotas.recovery_point_tags} recovery point tags, not {len(tags)}"
    try:
        checked_tags(tags, site.quotas)
    except BackupError as error:
        yield error.message


def _index_breaches(actions: list[dict[str, Any]]) -> Iterator[str]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_IndexAction.html"""
    types = [kind for action in actions for kind in action.get("ResourceTypes", [])]
    if len(actions) > 1 or len(types) > 1 or not _INDEXABLE.issuperset(types):
        yield "A rule has at most one index action, of one resource type, EBS or S3"


def _check_advanced(setting: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_AdvancedBackupSetting.html"""
    known = _OPTIONS.get(setting.get("ResourceType", ""), set())
    options = setting.get("BackupOptions", {})
    if not known.issuperset(options) or not {"enabled", "disabled"}.issuperset(options.values()) or not known:
        raise InvalidParameterValueException(f"Invalid advanced backup setting {dict(setting)}")
