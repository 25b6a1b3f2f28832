"""Backup plans and their versions.

https://docs.aws.amazon.com/aws-backup/latest/devguide/about-backup-plans.html
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from backup_apps_local.backup.errors import (
    AlreadyExistsException,
    InvalidParameterValueException,
    InvalidRequestException,
    LimitExceededException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.names import check_request_id
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.rule_checks import DEFAULT_SCHEDULE, DEFAULT_ZONE, check_plan
from backup_apps_local.backup.schedules import occurrences, schedule_plan
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.state import Plan, PlanVersion
from backup_apps_local.backup.tags import checked_tags

_RULE_DEFAULTS = {
    "ScheduleExpression": DEFAULT_SCHEDULE,
    "ScheduleExpressionTimezone": DEFAULT_ZONE,
    "StartWindowMinutes": 480,
    "CompletionWindowMinutes": 10_080,
    "EnableContinuousBackup": False,
}
"""What GetBackupPlan shows of a rule that left them out: 8 hours to start and 7 days to complete.
https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html"""


def create_backup_plan(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """A CreatorRequestId that is known answers with its plan; otherwise an equal body is refused, an equal name is not.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html. What counts as "a plan that
    already exists" is told by AWS's message, "Backup plan with the same plan document already exists", and by
    https://github.com/ansible/ansible/pull/53655: one of the same name and another body is a second plan.
    """
    check_request_id(parameters)
    plan = _plan_of_request(site, parameters.get("CreatorRequestId"))
    if plan is None:
        check_plan(site, parameters["BackupPlan"])
        _refuse_twin(site, parameters["BackupPlan"])
        plan = _new_plan(site, parameters)
        site.here.plans[plan.plan_id] = plan
        schedule_plan(site, plan)
    return {
        "BackupPlanId": plan.plan_id,
        "BackupPlanArn": plan.arn,
        "CreationDate": plan.created,
        "VersionId": plan.current.version_id,
        "AdvancedBackupSettings": plan.current.document.get("AdvancedBackupSettings"),
    }


def update_backup_plan(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """A whole new body, as a new version, even where nothing changed: no page says that equal bodies are one version.

    Rules keep their id by name. Tags are no part of it. Too many versions are an invalid parameter, since the model
    declares no LimitExceededException here.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html
    """
    plan = _existing_plan(site, parameters)
    check_plan(site, parameters["BackupPlan"])
    if len(plan.versions) >= site.quotas.versions_per_plan:
        raise InvalidParameterValueException(f"A backup plan has at most {site.quotas.versions_per_plan} versions")
    rule_ids = {rule["RuleName"]: rule["RuleId"] for rule in plan.current.document["Rules"]}
    plan.versions.append(_version(site, parameters["BackupPlan"], rule_ids))
    schedule_plan(site, plan)
    return {
        "BackupPlanId": plan.plan_id,
        "BackupPlanArn": plan.arn,
        "CreationDate": plan.created,
        "VersionId": plan.current.version_id,
        "AdvancedBackupSettings": plan.current.document.get("AdvancedBackupSettings"),
    }


def get_backup_plan(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """AdvancedBackupSettings stand beside the plan, never in it, whatever the model allows.

    Terraform's provider says so from experience (internal/service/backup/plan.go).
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupPlan.html
    """
    plan = _known_plan(site, parameters)
    version = _readable_version(plan, parameters.get("VersionId"))
    body = {name: value for name, value in version.document.items() if name != "AdvancedBackupSettings"}
    preview = parameters.get("MaxScheduledRunsPreview", 0)
    return {
        "BackupPlan": body,
        "BackupPlanId": plan.plan_id,
        "BackupPlanArn": plan.arn,
        "VersionId": version.version_id,
        "CreatorRequestId": plan.creator_request_id,
        "CreationDate": plan.created,
        "DeletionDate": plan.deleted,
        "LastExecutionDate": plan.last_run,
        "AdvancedBackupSettings": version.document.get("AdvancedBackupSettings"),
        "ScheduledRunsPreview": _scheduled_runs(site, version, preview) if preview else None,
    }


def delete_backup_plan(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Selections first. The current version goes; earlier ones can still be read by their id.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html
    """
    plan = _existing_plan(site, parameters)
    if plan.selections:
        raise InvalidRequestException(
            f"Related backup plan selections must be deleted prior to backup plan deletion: {plan.plan_id}"
        )
    plan.deleted = site.now
    return {
        "BackupPlanId": plan.plan_id,
        "BackupPlanArn": plan.arn,
        "DeletionDate": plan.deleted,
        "VersionId": plan.current.version_id,
    }


def list_backup_plans(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """In order of creation. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupPlans.html"""
    include_deleted = parameters.get("IncludeDeleted", False)
    plans = [plan for plan in site.here.plans.values() if include_deleted or plan.deleted is None]
    return page("BackupPlansList", [_listed(plan, plan.current, plan.created) for plan in plans], parameters)


def list_backup_plan_versions(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Oldest first; the page names no order.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupPlanVersions.html
    """
    plan = _known_plan(site, parameters)
    versions = [_listed(plan, version, version.created) for version in _readable_versions(plan)]
    return page("BackupPlanVersionsList", versions, parameters)


def _plan_of_request(site: Site, request_id: str | None) -> Plan | None:
    live = (plan for plan in site.here.plans.values() if plan.deleted is None)
    return next((plan for plan in live if request_id is not None and plan.creator_request_id == request_id), None)


def _refuse_twin(site: Site, body: Mapping[str, Any]) -> None:
    document = _without_rule_ids(_document(body, lambda rule_name: ""))
    for plan in site.here.plans.values():
        if plan.deleted is None and _without_rule_ids(plan.current.document) == document:
            raise AlreadyExistsException(
                "Backup plan with the same plan document already exists",
                Arn=plan.arn,
                CreatorRequestId=plan.creator_request_id,
            )


def _new_plan(site: Site, parameters: Mapping[str, Any]) -> Plan:
    if sum(plan.deleted is None for plan in site.here.plans.values()) >= site.quotas.plans:
        raise LimitExceededException(f"An account has at most {site.quotas.plans} backup plans in a region")
    tags = checked_tags(parameters.get("BackupPlanTags", {}), site.quotas)
    plan_id = site.world.draw_id()
    return Plan(
        plan_id=plan_id,
        arn=site.arn("backup-plan", plan_id),
        created=site.now,
        creator_request_id=parameters.get("CreatorRequestId"),
        tags=tags,
        versions=[_version(site, parameters["BackupPlan"], {})],
    )


def _version(site: Site, body: Mapping[str, Any], rule_ids: Mapping[str, str]) -> PlanVersion:
    document = _document(body, lambda rule_name: rule_ids.get(rule_name) or site.world.draw_id())
    return PlanVersion(version_id=site.world.draw_version_id(), created=site.now, document=document)


def _document(body: Mapping[str, Any], rule_id: Any) -> dict[str, Any]:
    rules = [_RULE_DEFAULTS | _filled(rule) | {"RuleId": rule_id(rule["RuleName"])} for rule in body["Rules"]]
    return _filled(body) | {"Rules": rules}


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """An empty list or map is as good as none, and is not shown."""
    return {name: value for name, value in members.items() if value not in ([], {})}


def _without_rule_ids(document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "Rules": [{**rule, "RuleId": ""} for rule in document["Rules"]]}


def _existing_plan(site: Site, parameters: Mapping[str, Any]) -> Plan:
    plan = _known_plan(site, parameters)
    if plan.deleted is not None:
        raise _missing()
    return plan


def _known_plan(site: Site, parameters: Mapping[str, Any]) -> Plan:
    """A deleted plan is still known, by its earlier versions."""
    plan = site.here.plans.get(parameters["BackupPlanId"])
    if plan is None or not _readable_versions(plan):
        raise _missing()
    return plan


def _readable_versions(plan: Plan) -> list[PlanVersion]:
    return plan.versions if plan.deleted is None else plan.versions[:-1]


def _readable_version(plan: Plan, version_id: str | None) -> PlanVersion:
    if version_id is None and plan.deleted is None:
        return plan.current
    for version in _readable_versions(plan):
        if version.version_id == version_id:
            return version
    raise _missing()


def _missing() -> ResourceNotFoundException:
    return ResourceNotFoundException("Failed reading Backup plan with provided version")


def _listed(plan: Plan, version: PlanVersion, created: Any) -> dict[str, Any]:
    return {
        "BackupPlanArn": plan.arn,
        "BackupPlanId": plan.plan_id,
        "CreationDate": created,
        "DeletionDate": plan.deleted,
        "LastExecutionDate": plan.last_run,
        "VersionId": version.version_id,
        "BackupPlanName": version.document["BackupPlanName"],
        "CreatorRequestId": plan.creator_request_id,
        "AdvancedBackupSettings": version.document.get("AdvancedBackupSettings"),
    }


def _scheduled_runs(site: Site, version: PlanVersion, count: int) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ScheduledPlanExecutionMember.html"""
    runs = [
        {
            "ExecutionTime": run,
            "RuleId": rule["RuleId"],
            "RuleExecutionType": "CONTINUOUS_AND_SNAPSHOTS" if rule["EnableContinuousBackup"] else "SNAPSHOTS",
        }
        for rule in version.document["Rules"]
        for run in islice(occurrences(rule, site.now), count)
    ]
    return sorted(runs, key=lambda run: (run["ExecutionTime"], run["RuleId"]))[:count]


OPERATIONS: dict[str, Operation] = {
    "CreateBackupPlan": create_backup_plan,
    "DeleteBackupPlan": delete_backup_plan,
    "GetBackupPlan": get_backup_plan,
    "ListBackupPlanVersions": list_backup_plan_versions,
    "ListBackupPlans": list_backup_plans,
    "UpdateBackupPlan": update_backup_plan,
}
