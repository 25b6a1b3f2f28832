"""Plans at work: each rule runs when its schedule says, for every resource that the plan's selections assign.

https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from backup_apps.domain.cron import parse
from backup_apps_local.backup import faults
from backup_apps_local.backup.assignment import assigned
from backup_apps_local.backup.backup_jobs import Order, create_backup_job
from backup_apps_local.backup.lifecycles import days
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup.rule_checks import zone_of
from backup_apps_local.backup.settings import OPT_IN_DEFAULTS
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import Plan, PlanVersion, Selection


def schedule_plan(site: Site, plan: Plan) -> None:
    """The next run of every rule of the current version; runs of an older one are then nobody's any more."""
    for rule in plan.current.document["Rules"]:
        _schedule_next(site, plan, rule)


def run_rule(site: Site, subject: str) -> None:
    plan_id, version_id, rule_id = subject.split("/")
    plan = site.here.plans.get(plan_id)
    if plan is None or plan.deleted is not None or plan.current.version_id != version_id:
        return
    rule = next(each for each in plan.current.document["Rules"] if each["RuleId"] == rule_id)
    _schedule_next(site, plan, rule)
    if faults.take(site.world, "run-is-missed", f"{plan.current.document['BackupPlanName']}/{rule['RuleName']}"):
        return
    plan.last_run = site.now
    if not _is_outranked(site.now, rule, plan.current):
        _back_up(site, plan, rule)


def _schedule_next(site: Site, plan: Plan, rule: Mapping[str, Any]) -> None:
    run = next(occurrences(rule, site.now), None)
    if run is not None:
        site.appoint(run, "run-rule", f"{plan.plan_id}/{plan.current.version_id}/{rule['RuleId']}")


def occurrences(rule: Mapping[str, Any], after: datetime) -> Iterator[datetime]:
    return parse(rule["ScheduleExpression"]).occurrences(after, zone_of(rule))


def _is_outranked(now: datetime, rule: Mapping[str, Any], version: PlanVersion) -> bool:
    """Where start windows of two rules of a plan overlap, only the one with the longer retention takes its backup.

    So says the note on overlapping rules of the page above; of two that retain equally long, "AWS Backup selects one",
    here the first. Continuous rules are apart from snapshots:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/understanding-backup-plan-summaries.html
    """
    rules = version.document["Rules"]
    rivals = rules[: rules.index(rule)]
    later = [each for each in rules[rules.index(rule) + 1 :] if _retention(each) > _retention(rule)]
    stronger = [each for each in rivals if _retention(each) >= _retention(rule)] + later
    return any(
        each["EnableContinuousBackup"] == rule["EnableContinuousBackup"] and _overlaps(now, rule, each)
        for each in stronger
    )


def _overlaps(now: datetime, rule: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a run of the other rule has a start window in common with this one's at `now`; both are half open."""
    end = now + timedelta(minutes=rule["StartWindowMinutes"])
    run = next(occurrences(other, now - timedelta(minutes=other["StartWindowMinutes"])), None)
    return run is not None and run < end


def _retention(rule: Mapping[str, Any]) -> float:
    return days(rule.get("Lifecycle", {}), "DeleteAfterDays") or math.inf


def _back_up(site: Site, plan: Plan, rule: Mapping[str, Any]) -> None:
    """A resource that several selections assign is backed up once, by the first."""
    seen: set[str] = set()
    for selection in plan.selections.values():
        order = _order(plan, rule, selection)
        for resource in assigned_to(site, selection):
            if resource.arn not in seen:
                seen.add(resource.arn)
                create_backup_job(site, order, resource.arn, resource.type, resource.name)


def assigned_to(site: Site, selection: Selection) -> Iterator[Resource]:
    """What a selection assigns now, in its account and region."""
    opted_in = OPT_IN_DEFAULTS | site.here.opt_in
    resources = site.around.resources.in_region(site.account, site.region)
    return assigned(selection.document, resources, lambda name: opted_in.get(name, False))


def _order(plan: Plan, rule: Mapping[str, Any], selection: Selection) -> Order:
    return Order(
        vault_name=rule["TargetBackupVaultName"],
        role_arn=selection.document["IamRoleArn"],
        lifecycle=rule.get("Lifecycle", {}),
        start_window=rule["StartWindowMinutes"],
        completion_window=rule["CompletionWindowMinutes"],
        tags=rule.get("RecoveryPointTags", {}),
        created_by=_creator(plan, rule),
        copies=tuple(rule.get("CopyActions", ())),
        is_continuous=rule["EnableContinuousBackup"],
    )


def _creator(plan: Plan, rule: Mapping[str, Any]) -> dict[str, str]:
    return {
        "BackupPlanId": plan.plan_id,
        "BackupPlanArn": plan.arn,
        "BackupPlanName": plan.current.document["BackupPlanName"],
        "BackupPlanVersion": plan.current.version_id,
        "BackupRuleId": rule["RuleId"],
        "BackupRuleName": rule["RuleName"],
        "BackupRuleCron": rule["ScheduleExpression"],
        "BackupRuleTimezone": rule["ScheduleExpressionTimezone"],
    }
