"""One form for restore testing plans and their selections, as asked for and as AWS answers.

AWS adds times and names, writes defaults out, reads the keys of metadata whatever their case, and keeps no promise
about order.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingPlanForGet.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingSelectionForGet.html
"""

from collections.abc import Mapping
from typing import Any

from backup_apps.domain.normal_form import canonical_json

Document = Mapping[str, Any]

DEFAULT_DAYS = 30
"""In which a recovery point must have been made."""
_PLAN: Document = {
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "ScheduleExpressionTimezone": "Etc/UTC",
    "StartWindowHours": 24,
}
_POINTS = ("Algorithm", "SelectionWindowDays")
_LISTS = ("IncludeVaults", "ExcludeVaults", "RecoveryPointTypes")
_SELECTION: Document = {"ProtectedResourceType": None, "IamRoleArn": None, "ValidationWindowHours": 0}


def testing_plan(plan: Document) -> dict[str, Any]:
    """The shape of CreateRestoreTestingPlan's `RestoreTestingPlan`."""
    asked = plan.get("RecoveryPointSelection") or {}
    points = {"SelectionWindowDays": DEFAULT_DAYS, **{name: asked[name] for name in _POINTS if name in asked}}
    points |= {name: sorted(asked[name]) for name in _LISTS if asked.get(name)}
    known = {name: plan.get(name) or default for name, default in _PLAN.items()}
    return {"RestoreTestingPlanName": plan["RestoreTestingPlanName"], **known, "RecoveryPointSelection": points}


def testing_selection(selection: Document) -> dict[str, Any]:
    """The shape of CreateRestoreTestingSelection's `RestoreTestingSelection`."""
    conditions = selection.get("ProtectedResourceConditions") or {}
    overrides = selection.get("RestoreMetadataOverrides") or {}
    members = {
        "ProtectedResourceArns": sorted(selection.get("ProtectedResourceArns") or ()),
        "ProtectedResourceConditions": {
            kind: sorted(map(dict, listed), key=canonical_json) for kind, listed in conditions.items() if listed
        },
        "RestoreMetadataOverrides": {key.lower(): value for key, value in overrides.items()},
    }
    known = {name: selection.get(name) or default for name, default in _SELECTION.items()}
    name = {"RestoreTestingSelectionName": selection["RestoreTestingSelectionName"]}
    return {**name, **known, **{key: value for key, value in members.items() if value}}


def plan_update(before: Document, wanted: Document) -> dict[str, Any]:
    """What UpdateRestoreTestingPlan has to be told. It is in part: what is left out stays as it is.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRestoreTestingPlan.html
    """
    points = {**_emptied(before["RecoveryPointSelection"], wanted["RecoveryPointSelection"])}
    document = {key: value for key, value in wanted.items() if key != "RestoreTestingPlanName"}
    return {**document, "RecoveryPointSelection": points}


def selection_update(before: Document, wanted: Document) -> dict[str, Any]:
    """The same of UpdateRestoreTestingSelection, which takes neither name nor type."""
    fixed = ("RestoreTestingSelectionName", "ProtectedResourceType")
    return {key: value for key, value in _emptied(before, wanted).items() if key not in fixed}


def _emptied(before: Document, wanted: Document) -> dict[str, Any]:
    """With nothing in the place of what is there and not wanted."""
    gone = {key: type(value)() for key, value in before.items() if key not in wanted}
    return {**wanted, **gone}
