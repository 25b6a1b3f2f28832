"""What AWS Backup refuses in a lifecycle, whoever carries it: a rule, a copy, later a job or a recovery point.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

_LONGEST = 36_500
"""Days; about 100 years."""
_COLD_STAY = 90
"""Days that a backup must stay in cold storage."""
_POINT_IN_TIME = 35
"""Days that continuous backups can be kept: https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html"""
_FOREVER = -1


def check_lifecycle(lifecycle: Mapping[str, Any] | None, *, is_continuous: bool) -> Iterator[str]:
    """The breaches, in AWS's words where they are known."""
    lifecycle = lifecycle or {}
    cold, delete = lifecycle.get("MoveToColdStorageAfterDays"), lifecycle.get("DeleteAfterDays")
    if "DeleteAfterEvent" in lifecycle:
        yield "Invalid lifecycle. DeleteAfterEvent is not valid as an input"
    if is_continuous:
        yield from _continuous_breaches(cold, delete)
    elif (cold, delete) != (_FOREVER, _FOREVER):
        yield from _range_breaches("MoveToColdStorageAfterDays", cold)
        yield from _range_breaches("DeleteAfterDays", delete)
        yield from _gap_breaches(cold, delete)
    if lifecycle.get("OptInToArchiveForSupportedResources") and cold is None:
        yield "Invalid lifecycle. Archiving needs MoveToColdStorageAfterDays"


def _continuous_breaches(cold: int | None, delete: int | None) -> Iterator[str]:
    """The first message is AWS's: https://github.com/lgallard/terraform-aws-backup/issues/40.

    A continuous rule without DeleteAfterDays is refused too: backup policies refuse it, and no page says that the API
    takes it.
    """
    if cold is not None:
        yield "Invalid lifecycle. MoveToColdStorageAfterDays is unavailable"
    if delete is None or not 1 <= delete <= _POINT_IN_TIME:
        yield f"Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than {_POINT_IN_TIME} days"


def _range_breaches(member: str, days: int | None) -> Iterator[str]:
    """AWS's words: https://github.com/hashicorp/terraform-provider-aws/issues/24960"""
    if days is not None and not 1 <= days <= _LONGEST:
        yield f"Invalid lifecycle. {member} cannot be less than 1 or more than {_LONGEST} days"


def _gap_breaches(cold: int | None, delete: int | None) -> Iterator[str]:
    """AWS's words: https://github.com/hashicorp/terraform-provider-aws/pull/7350"""
    if cold is not None and delete is not None and delete < cold + _COLD_STAY:
        apart = "DeleteAfterDays cannot be less than {} days apart from MoveToColdStorageAfterDays"
        yield f"Invalid lifecycle. {apart.format(_COLD_STAY)}"
