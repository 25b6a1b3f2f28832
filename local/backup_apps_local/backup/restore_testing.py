"""Restore testing plans and their selections. Unlike backup plans, they are updated in part, and so are selections.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.errors import (
    AlreadyExistsException,
    InvalidRequestException,
    LimitExceededException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.names import check_request_id
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.records import RestoreTestingPlan, RestoreTestingSelection
from backup_apps_local.backup.resource_types import RESTORE_TEST
from backup_apps_local.backup.restore_test_checks import check_test_name, check_test_plan, check_test_selection
from backup_apps_local.backup.restore_tests import DEFAULT_ZONE, inferred, schedule_test
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.tags import checked_tags
from backup_apps_local.backup.vaults import require_vault

_PLAN_DEFAULTS = {"ScheduleExpressionTimezone": DEFAULT_ZONE, "StartWindowHours": 24}


def create_restore_testing_plan(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The same CreatorRequestId is a retry.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateRestoreTestingPlan.html
    """
    check_request_id(parameters)
    document = parameters["RestoreTestingPlan"]
    plan = site.here.restore_testing_plans.get(document["RestoreTestingPlanName"])
    if plan is None:
        plan = _new_plan(site, parameters, document)
        site.here.restore_testing_plans[plan.name] = plan
        schedule_test(site, plan)
    elif not _is_retry(plan, parameters):
        raise AlreadyExistsException(f"Restore testing plan {plan.name} exists", Arn=plan.arn)
    return {
        "CreationTime": plan.created,
        "RestoreTestingPlanArn": plan.arn,
        "RestoreTestingPlanName": plan.name,
    }


def get_restore_testing_plan(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreTestingPlan.html"""
    plan = _plan(site, parameters)
    return {"RestoreTestingPlan": _listed_plan(plan) | plan.document | {"CreatorRequestId": plan.creator_request_id}}


def update_restore_testing_plan(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """What is left out stays, within RecoveryPointSelection too.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRestoreTestingPlan.html
    """
    plan = _plan(site, parameters)
    changes = parameters["RestoreTestingPlan"]
    points = plan.document["RecoveryPointSelection"] | changes.get("RecoveryPointSelection", {})
    document = plan.document | changes | {"RecoveryPointSelection": points}
    check_test_plan(document)
    plan.document, plan.updated, plan.revision = document, site.now, plan.revision + 1
    schedule_test(site, plan)
    return {
        "CreationTime": plan.created,
        "RestoreTestingPlanArn": plan.arn,
        "RestoreTestingPlanName": plan.name,
        "UpdateTime": site.now,
    }


def delete_restore_testing_plan(site: Site, parameters: dict[str, Any]) -> None:
    """Selections first. The model has no error but InvalidRequestException for a plan that is not there.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRestoreTestingPlan.html
    """
    plan = site.here.restore_testing_plans.get(parameters["RestoreTestingPlanName"])
    if plan is None:
        raise InvalidRequestException(f"Restore testing plan {parameters['RestoreTestingPlanName']} does not exist")
    if plan.selections:
        raise InvalidRequestException(f"Restore testing plan {plan.name} has selections, which must be deleted first")
    del site.here.restore_testing_plans[plan.name]


def list_restore_testing_plans(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreTestingPlans.html"""
    plans = [_listed_plan(plan) for plan in site.here.restore_testing_plans.values()]
    return page("RestoreTestingPlans", plans, parameters)


def create_restore_testing_selection(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateRestoreTestingSelection.html"""
    check_request_id(parameters)
    plan, document = _plan(site, parameters), parameters["RestoreTestingSelection"]
    selection = plan.selections.get(document["RestoreTestingSelectionName"])
    if selection is None:
        selection = _new_selection(site, plan, parameters, document)
        plan.selections[selection.name] = selection
    elif not _is_retry(selection, parameters):
        raise AlreadyExistsException(f"Restore testing selection {selection.name} exists", Arn=plan.arn)
    return _named(plan, selection)


def get_restore_testing_selection(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreTestingSelection.html"""
    plan, selection = _selection(site, parameters)
    members = {
        "RestoreTestingPlanName": plan.name,
        "CreationTime": selection.created,
        "CreatorRequestId": selection.creator_request_id,
    }
    return {"RestoreTestingSelection": selection.document | members}


def update_restore_testing_selection(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """What is left out stays; of the type of resource there is no update.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRestoreTestingSelection.html
    """
    plan, selection = _selection(site, parameters)
    document = selection.document | parameters["RestoreTestingSelection"]
    check_test_selection(site, document)
    selection.document = document
    return _named(plan, selection) | {"UpdateTime": site.now}


def delete_restore_testing_selection(site: Site, parameters: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRestoreTestingSelection.html"""
    plan, selection = _selection(site, parameters)
    del plan.selections[selection.name]


def list_restore_testing_selections(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreTestingSelections.html"""
    plan = _plan(site, parameters)
    selections = [
        {
            "CreationTime": selection.created,
            "IamRoleArn": selection.document["IamRoleArn"],
            "ProtectedResourceType": selection.document["ProtectedResourceType"],
            "RestoreTestingPlanName": plan.name,
            "RestoreTestingSelectionName": selection.name,
            "ValidationWindowHours": selection.document["ValidationWindowHours"],
        }
        for selection in plan.selections.values()
    ]
    return page("RestoreTestingSelections", selections, parameters)


def get_restore_testing_inferred_metadata(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreTestingInferredMetadata.html"""
    vault = require_vault(site, parameters)
    point = vault.recovery_points.get(parameters["RecoveryPointArn"])
    if point is None:
        raise ResourceNotFoundException(f"Recovery point {parameters['RecoveryPointArn']} does not exist")
    name = f"{RESTORE_TEST}-{point.arn.rpartition(':')[2].rpartition('/')[2][:8]}"
    return {"InferredMetadata": inferred(site, point, name)}


def _is_retry(known: RestoreTestingPlan | RestoreTestingSelection, parameters: Mapping[str, Any]) -> bool:
    return known.creator_request_id is not None and known.creator_request_id == parameters.get("CreatorRequestId")


def _new_plan(site: Site, parameters: Mapping[str, Any], document: dict[str, Any]) -> RestoreTestingPlan:
    name = document["RestoreTestingPlanName"]
    check_test_name("RestoreTestingPlanName", name)
    check_test_plan(document)
    if len(site.here.restore_testing_plans) >= site.quotas.restore_testing_plans:
        raise LimitExceededException(
            f"An account has at most {site.quotas.restore_testing_plans} restore testing plans"
        )
    return RestoreTestingPlan(
        name=name,
        arn=site.arn("restore-testing-plan", f"{name}-{site.world.draw_id()}"),
        created=site.now,
        creator_request_id=parameters.get("CreatorRequestId"),
        document=_PLAN_DEFAULTS | document,
        tags=checked_tags(parameters.get("Tags", {}), site.quotas),
    )


def _new_selection(
    site: Site, plan: RestoreTestingPlan, parameters: Mapping[str, Any], document: dict[str, Any]
) -> RestoreTestingSelection:
    check_test_name("RestoreTestingSelectionName", document["RestoreTestingSelectionName"])
    check_test_selection(site, document)
    if len(plan.selections) >= site.quotas.restore_testing_selections_per_plan:
        most = site.quotas.restore_testing_selections_per_plan
        raise LimitExceededException(f"A restore testing plan has at most {most} selections")
    return RestoreTestingSelection(
        name=document["RestoreTestingSelectionName"],
        created=site.now,
        creator_request_id=parameters.get("CreatorRequestId"),
        document={"ValidationWindowHours": 0} | document,
    )


def _plan(site: Site, parameters: Mapping[str, Any]) -> RestoreTestingPlan:
    plan = site.here.restore_testing_plans.get(parameters["RestoreTestingPlanName"])
    if plan is None:
        raise ResourceNotFoundException(f"Restore testing plan {parameters['RestoreTestingPlanName']} does not exist")
    return plan


def _selection(site: Site, parameters: Mapping[str, Any]) -> tuple[RestoreTestingPlan, RestoreTestingSelection]:
    plan, name = _plan(site, parameters), parameters["RestoreTestingSelectionName"]
    if name not in plan.selections:
        raise ResourceNotFoundException(f"Restore testing selection {name} does not exist")
    return plan, plan.selections[name]


def _named(plan: RestoreTestingPlan, selection: RestoreTestingSelection) -> dict[str, Any]:
    return {
        "CreationTime": selection.created,
        "RestoreTestingPlanArn": plan.arn,
        "RestoreTestingPlanName": plan.name,
        "RestoreTestingSelectionName": selection.name,
    }


def _listed_plan(plan: RestoreTestingPlan) -> dict[str, Any]:
    shown = ("ScheduleExpression", "ScheduleExpressionTimezone", "StartWindowHours")
    return {name: plan.document[name] for name in shown} | {
        "CreationTime": plan.created,
        "LastExecutionTime": plan.last_run,
        "LastUpdateTime": plan.updated,
        "RestoreTestingPlanArn": plan.arn,
        "RestoreTestingPlanName": plan.name,
    }


OPERATIONS: dict[str, Operation] = {
    "CreateRestoreTestingPlan": create_restore_testing_plan,
    "CreateRestoreTestingSelection": create_restore_testing_selection,
    "DeleteRestoreTestingPlan": delete_restore_testing_plan,
    "DeleteRestoreTestingSelection": delete_restore_testing_selection,
    "GetRestoreTestingInferredMetadata": get_restore_testing_inferred_metadata,
    "GetRestoreTestingPlan": get_restore_testing_plan,
    "GetRestoreTestingSelection": get_restore_testing_selection,
    "ListRestoreTestingPlans": list_restore_testing_plans,
    "ListRestoreTestingSelections": list_restore_testing_selections,
    "UpdateRestoreTestingPlan": update_restore_testing_plan,
    "UpdateRestoreTestingSelection": update_restore_testing_selection,
}
