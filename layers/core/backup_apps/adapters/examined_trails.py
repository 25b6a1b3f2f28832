"""Trails of CloudTrail that record a region, and what they record.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.doctor.facts import Known, Trail, Unknown
from backup_apps.domain.errors import AwsError

T = TypeVar("T")
_KMS = "kms.amazonaws.com"


def trails(cloudtrail: Any) -> tuple[Trail, ...]:
    """Those of other regions and of the organization are among them, as shadows. Raises AwsError."""
    with translated():
        listed = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
    return tuple(_trail(cloudtrail, one["TrailARN"]) for one in listed)


def _trail(cloudtrail: Any, arn: str) -> Trail:
    selected = _known(lambda: cloudtrail.get_event_selectors(TrailName=arn))
    return Trail(
        arn,
        _known(lambda: bool(cloudtrail.get_trail_status(Name=arn)["IsLogging"])),
        selected if isinstance(selected, Unknown) else any(_selections(selected)),
        selected if isinstance(selected, Unknown) else "keys" in _selections(selected),
    )


def _known(read: Callable[[], T]) -> Known[T]:
    """An organization's trail shows its members little."""
    try:
        with translated():
            return read()
    except AwsError as error:
        return Unknown(str(error))


def _selections(selected: Mapping[str, Any]) -> set[str]:
    """`keys` for selectors of writes that leave KMS in, `writes` for others of writes."""
    basic = [
        "writes" if _KMS in one.get("ExcludeManagementEventSources", ()) else "keys"
        for one in selected.get("EventSelectors") or ()
        if one.get("IncludeManagementEvents") and one.get("ReadWriteType", "All") in ("All", "WriteOnly")
    ]
    return {*basic, *filter(None, map(_advanced, selected.get("AdvancedEventSelectors") or ()))}


def _advanced(selector: Mapping[str, Any]) -> str | None:
    fields = {one["Field"]: one for one in selector["FieldSelectors"]}
    if fields.pop("eventCategory", {}).get("Equals") != ["Management"]:
        return None
    if fields.pop("readOnly", {}).get("Equals", ["false"]) != ["false"]:
        return None
    excluded = fields.pop("eventSource", {}).get("NotEquals", [])
    if fields or "backup.amazonaws.com" in excluded:
        return None  # narrowed in a way that may leave out AWS Backup
    return "writes" if _KMS in excluded else "keys"
