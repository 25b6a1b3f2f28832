"""Which resources a plan backs up. A selection is created and deleted, never changed.

https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
"""

from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.errors import (
    AlreadyExistsException,
    InvalidParameterValueException,
    LimitExceededException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.names import check_request_id
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.selection_checks import CONDITION_KINDS, check_selection
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.state import Plan, Selection


def create_backup_selection(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The same CreatorRequestId is a retry. A name that the plan already has is refused.

    The model declares AlreadyExistsException and says not when; a second selection of one name is what it can mean.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
    """
    check_request_id(parameters)
    plan = _plan(site, parameters)
    selection = _selection_of_request(plan, parameters.get("CreatorRequestId"))
    if selection is None:
        check_selection(site, parameters["BackupSelection"])
        selection = _new_selection(site, plan, parameters)
        plan.selections[selection.selection_id] = selection
    return {
        "SelectionId": selection.selection_id,
        "BackupPlanId": plan.plan_id,
        "CreationDate": selection.created,
    }


def get_backup_selection(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """What was left out comes back empty, not absent, as Ansible's module had to learn.

    https://github.com/ansible-collections/amazon.aws, plugins/modules/backup_selection.py: "Default AWS Conditions
    return value" are four empty lists.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupSelection.html
    """
    plan = _plan(site, parameters)
    selection = plan.selections.get(parameters["SelectionId"])
    if selection is None:
        raise ResourceNotFoundException(f"Cannot find backup selection {parameters['SelectionId']}")
    return {
        "BackupSelection": _shown(selection.document),
        "SelectionId": selection.selection_id,
        "BackupPlanId": plan.plan_id,
        "CreationDate": selection.created,
        "CreatorRequestId": selection.creator_request_id,
    }


def list_backup_selections(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """In order of creation. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupSelections.html"""
    plan = _plan(site, parameters)
    return page("BackupSelectionsList", [_listed(plan, each) for each in plan.selections.values()], parameters)


def delete_backup_selection(site: Site, parameters: dict[str, Any]) -> None:
    """One that is not there is an invalid parameter, as Terraform's provider has learned (selection.go).

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupSelection.html
    """
    plan = _plan(site, parameters)
    if plan.selections.pop(parameters["SelectionId"], None) is None:
        raise InvalidParameterValueException(f"Cannot find backup selection {parameters['SelectionId']}")


def _plan(site: Site, parameters: Mapping[str, Any]) -> Plan:
    """An unknown plan is an invalid parameter here, in the words that Terraform's provider waits for (selection.go)."""
    plan = site.here.plans.get(parameters["BackupPlanId"])
    if plan is None or plan.deleted is not None:
        raise InvalidParameterValueException(f"Cannot find Backup plan with ID {parameters['BackupPlanId']}")
    return plan


def _selection_of_request(plan: Plan, request_id: str | None) -> Selection | None:
    matching = (each for each in plan.selections.values() if each.creator_request_id == request_id)
    return next(matching, None) if request_id is not None else None


def _new_selection(site: Site, plan: Plan, parameters: Mapping[str, Any]) -> Selection:
    document = parameters["BackupSelection"]
    for other in plan.selections.values():
        if other.document["SelectionName"] == document["SelectionName"]:
            raise AlreadyExistsException(
                f"The backup plan already has a selection named {document['SelectionName']}",
                Arn=plan.arn,
                CreatorRequestId=other.creator_request_id,
            )
    if len(plan.selections) >= site.quotas.selections_per_plan:
        raise LimitExceededException(f"A backup plan has at most {site.quotas.selections_per_plan} selections")
    return Selection(
        selection_id=site.world.draw_id(),
        created=site.now,
        creator_request_id=parameters.get("CreatorRequestId"),
        document=document,
    )


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {**{kind: [] for kind in CONDITION_KINDS}, **document.get("Conditions", {})}
    return {"Resources": [], "NotResources": [], "ListOfTags": [], **document, "Conditions": conditions}


def _listed(plan: Plan, selection: Selection) -> dict[str, Any]:
    return {
        "SelectionId": selection.selection_id,
        "SelectionName": selection.document["SelectionName"],
        "BackupPlanId": plan.plan_id,
        "CreationDate": selection.created,
        "CreatorRequestId": selection.creator_request_id,
        "IamRoleArn": selection.document["IamRoleArn"],
    }


OPERATIONS: dict[str, Operation] = {
    "CreateBackupSelection": create_backup_selection,
    "DeleteBackupSelection": delete_backup_selection,
    "GetBackupSelection": get_backup_selection,
    "ListBackupSelections": list_backup_selections,
}
