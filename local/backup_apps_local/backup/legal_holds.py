"""Legal holds: recovery points that nobody deletes, and no lifecycle moves, until the hold is cancelled.

A hold takes the recovery points that are there when it is made; copies of them are not held, and of continuous backups
it does not extend the life. https://docs.aws.amazon.com/aws-backup/latest/devguide/legalhold.html
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from backup_apps_local.backup import lifecycles
from backup_apps_local.backup.errors import (
    InvalidParameterValueException,
    InvalidResourceStateException,
    LimitExceededException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.records import LegalHold, RecoveryPoint
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.tags import checked_tags

_LONGEST = 36_500
"""Days; about 100 years. No page bounds how long the record of a hold is kept."""


def create_legal_hold(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The same token is a retry. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateLegalHold.html"""
    hold = _hold_of_token(site, parameters.get("IdempotencyToken"))
    if hold is None:
        hold = _new_hold(site, parameters)
        site.here.legal_holds[hold.hold_id] = hold
    return _shown(hold) | {"RecoveryPointSelection": _selection(hold)}


def cancel_legal_hold(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Lifecycles that waited go on at once. The record stays for as many days as asked for.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CancelLegalHold.html
    """
    hold, retain = _hold(site, parameters), parameters.get("RetainRecordInDays", 0)
    if hold.status != "ACTIVE":
        raise InvalidResourceStateException(f"Legal hold {hold.hold_id} is {hold.status}")
    if not 0 <= retain <= _LONGEST:
        raise InvalidParameterValueException(f"RetainRecordInDays must be from 0 to {_LONGEST}, not {retain}")
    hold.status, hold.cancelled = "CANCELED", site.now
    hold.cancel_description = parameters["CancelDescription"]
    hold.retain_until = site.now + timedelta(days=retain) if retain else None
    for point in list(_points(site)):
        if point.arn in hold.points:
            lifecycles.schedule(site, point)
    return {}


def get_legal_hold(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetLegalHold.html"""
    hold = _hold(site, parameters)
    return _listed(hold) | {
        "CancelDescription": hold.cancel_description,
        "RetainRecordUntil": hold.retain_until,
        "RecoveryPointSelection": _selection(hold),
    }


def list_legal_holds(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Active and cancelled ones. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListLegalHolds.html"""
    return page("LegalHolds", [_listed(hold) for hold in site.here.legal_holds.values()], parameters)


def list_recovery_points_by_legal_hold(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The model has no error for a hold that is not there but that its id is not valid.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByLegalHold.html
    """
    hold = site.here.legal_holds.get(parameters["LegalHoldId"])
    if hold is None:
        raise InvalidParameterValueException(f"Cannot find legal hold with ID {parameters['LegalHoldId']}")
    points = [
        {
            "RecoveryPointArn": point.arn,
            "ResourceArn": point.resource_arn,
            "ResourceType": point.resource_type,
            "BackupVaultName": point.vault_name,
        }
        for point in _points(site)
        if point.arn in hold.points
    ]
    return page("RecoveryPoints", points, parameters)


def _new_hold(site: Site, parameters: Mapping[str, Any]) -> LegalHold:
    if sum(hold.status == "ACTIVE" for hold in site.here.legal_holds.values()) >= site.quotas.legal_holds:
        raise LimitExceededException(f"An account has at most {site.quotas.legal_holds} legal holds")
    selection = parameters.get("RecoveryPointSelection", {})
    dates = _dates(site, selection)
    hold_id = site.world.draw_id()
    return LegalHold(
        hold_id=hold_id,
        arn=site.arn("legal-hold", hold_id),
        title=parameters["Title"],
        description=parameters["Description"],
        created=site.now,
        selection={name: value for name, value in selection.items() if name != "DateRange"} or None,
        dates=dates,
        points=[point.arn for point in _points(site) if _is_selected(selection, dates, point)],
        tags=checked_tags(parameters.get("Tags", {}), site.quotas),
        token=parameters.get("IdempotencyToken"),
    )


def _dates(site: Site, selection: Mapping[str, Any]) -> Any:
    """Dates in the future are not permitted.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointSelection.html
    """
    if "DateRange" not in selection:
        return None
    dates = (selection["DateRange"]["FromDate"], selection["DateRange"]["ToDate"])
    if dates[1] > site.now or dates[0] > dates[1]:
        raise InvalidParameterValueException("The date range must end before now, and not before it begins")
    return dates


def _is_selected(selection: Mapping[str, Any], dates: Any, point: RecoveryPoint) -> bool:
    vaults, resources = selection.get("VaultNames"), selection.get("ResourceIdentifiers")
    return (
        (not vaults or point.vault_name in vaults)
        and (not resources or point.resource_arn in resources or point.resource_type in resources)
        and (dates is None or dates[0] <= point.created <= dates[1])
    )


def _points(site: Site) -> Iterator[RecoveryPoint]:
    for vault in site.here.vaults.values():
        yield from vault.recovery_points.values()


def _hold_of_token(site: Site, token: str | None) -> LegalHold | None:
    holds = site.here.legal_holds.values()
    return next((hold for hold in holds if token is not None and hold.token == token), None)


def _hold(site: Site, parameters: Mapping[str, Any]) -> LegalHold:
    hold = site.here.legal_holds.get(parameters["LegalHoldId"])
    if hold is None:
        raise ResourceNotFoundException(f"Cannot find legal hold with ID {parameters['LegalHoldId']}")
    return hold


def _selection(hold: LegalHold) -> dict[str, Any] | None:
    dates = {"DateRange": {"FromDate": hold.dates[0], "ToDate": hold.dates[1]}} if hold.dates else {}
    return {**(hold.selection or {}), **dates} or None


def _listed(hold: LegalHold) -> dict[str, Any]:
    return _shown(hold) | {"CancellationDate": hold.cancelled}


def _shown(hold: LegalHold) -> dict[str, Any]:
    return {
        "Title": hold.title,
        "Status": hold.status,
        "Description": hold.description,
        "LegalHoldId": hold.hold_id,
        "LegalHoldArn": hold.arn,
        "CreationDate": hold.created,
    }


OPERATIONS: dict[str, Operation] = {
    "CancelLegalHold": cancel_legal_hold,
    "CreateLegalHold": create_legal_hold,
    "GetLegalHold": get_legal_hold,
    "ListLegalHolds": list_legal_holds,
    "ListRecoveryPointsByLegalHold": list_recovery_points_by_legal_hold,
}
