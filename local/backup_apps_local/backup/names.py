"""Names that the model describes in words only.

CreatorRequestId and plan names are 1 to 50 alphanumeric or `-_.` characters:
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html
"""

import re
from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.errors import InvalidParameterValueException

_NAME = re.compile(r"[a-zA-Z0-9\-_.]{1,50}")


def check_name(member: str, value: str) -> None:
    if _NAME.fullmatch(value) is None:
        raise InvalidParameterValueException(f"{member} {value!r} must be 1 to 50 alphanumeric or '-_.' characters")


def check_request_id(parameters: Mapping[str, Any]) -> None:
    if "CreatorRequestId" in parameters:
        check_name("CreatorRequestId", parameters["CreatorRequestId"])
