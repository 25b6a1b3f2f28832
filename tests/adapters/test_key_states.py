"""Keys as KMS tells of them, on moto."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from backup_apps.adapters.key_states import key_state
from backup_apps.domain.errors import AwsError

pytestmark = pytest.mark.usefixtures("aws")


def made(**members: Any) -> tuple[Any, str]:
    kms = boto3.client("kms")
    return kms, str(kms.create_key(**members)["KeyMetadata"]["Arn"])


def test_rotation_is_told() -> None:
    kms, arn = made()
    assert key_state(kms, arn) == (arn, "Enabled", False)
    kms.enable_key_rotation(KeyId=arn)
    assert key_state(kms, arn) == (arn, "Enabled", True)


def test_a_key_that_is_to_be_deleted_is_told() -> None:
    kms, arn = made()
    kms.schedule_key_deletion(KeyId=arn.rpartition("/")[2])
    assert key_state(kms, arn) == (arn, "PendingDeletion", None)


def test_a_key_that_is_gone_is_told() -> None:
    kms, arn = made()
    assert key_state(kms, arn[:-4] + "0000").state == "Deleted"


@pytest.mark.parametrize(
    ("operation", "code", "state"),
    [
        ("describe_key", "AccessDeniedException", ("Unknown", None)),
        ("get_key_rotation_status", "AccessDeniedException", ("Enabled", None)),
        ("get_key_rotation_status", "UnsupportedOperationException", ("Enabled", None)),
        ("get_key_rotation_status", "KMSInternalException", None),
    ],
)
def test_what_may_not_or_can_not_be_read_is_not_known_and_anything_else_fails(
    operation: str, code: str, state: tuple[str, bool | None] | None
) -> None:
    kms, arn = boto3.client("kms"), "arn:aws:kms:eu-west-1:111111111111:key/1"
    with Stubber(kms) as stub:
        if operation != "describe_key":
            described = {"KeyMetadata": {"KeyId": "1", "KeyState": "Enabled", "KeyManager": "CUSTOMER"}}
            stub.add_response("describe_key", described, {"KeyId": arn})
        stub.add_client_error(operation, service_error_code=code)
        if state is None:
            with pytest.raises(AwsError):
                key_state(kms, arn)
        else:
            assert key_state(kms, arn) == (arn, *state)
