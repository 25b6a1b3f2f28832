"""Reads whether a key can still be used, and whether it rotates.

https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
"""

from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.errors import AccessDeniedError, AwsError, NotFoundError

_CAN_NOT_ROTATE = "UnsupportedOperationException"


def key_state(kms: Any, arn: str) -> KeyState:
    """Key policies may keep the hub out; then nothing is known of the key, and nothing is said."""
    try:
        with translated():
            described = kms.describe_key(KeyId=arn)["KeyMetadata"]
    except NotFoundError:
        return KeyState(arn, "Deleted")
    except AccessDeniedError:
        return KeyState(arn, "Unknown")
    is_ours = described.get("KeyManager") != "AWS" and described["KeyState"] == "Enabled"
    return KeyState(arn, described["KeyState"], _rotates(kms, arn) if is_ours else None)


def _rotates(kms: Any, arn: str) -> bool | None:
    try:
        with translated():
            return bool(kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"])
    except AccessDeniedError:
        return None
    except AwsError as error:
        if error.code == _CAN_NOT_ROTATE:
            return None
        raise
