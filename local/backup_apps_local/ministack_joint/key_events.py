"""Calls that change a KMS key, told by CloudTrail on the bus of the account and region of the caller, among those of
AWS Backup and at the same virtual time.

https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
"""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from uuid import uuid4

from botocore.loaders import Loader
from botocore.model import ServiceModel
from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import kms

from backup_apps_local.backup.service import ApiCall, BackupService
from backup_apps_local.ministack_joint.backup_events import report
from backup_apps_local.ministack_joint.iam import Response

TOLD = frozenset(
    {
        "CancelKeyDeletion",
        "DisableKey",
        "DisableKeyRotation",
        "EnableKey",
        "EnableKeyRotation",
        "PutKeyPolicy",
        "ScheduleKeyDeletion",
    }
)


class KeyEvents:
    """Told by a thread: AWS Backup may be busy with data that go through this same endpoint."""

    def __init__(self, backup: BackupService) -> None:
        self._backup = backup
        self._answer = app.SERVICE_HANDLERS["kms"]
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kms-events")

    def install(self) -> None:
        app.SERVICE_HANDLERS["kms"] = self.answer

    async def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Response:
        response: Response = await self._answer(method, path, headers, body, query)
        name = headers.get("x-amz-target", "").rpartition(".")[2]
        if name in TOLD and _is_readable(body):
            call = _call(name, json.loads(body), response)
            caller = iam_evaluator.caller_arn()
            telling = self._thread.submit(self._backup.tell, get_account_id(), get_region(), caller, call)
            telling.add_done_callback(report)
        return response


def _is_readable(body: bytes) -> bool:
    """What is no JSON is refused before anything is done, and CloudTrail could tell nothing of it."""
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _call(name: str, parameters: dict[str, Any], response: Response) -> ApiCall:
    """The key is named by its ARN in `resources`, however the caller named it."""
    status, _, body = response
    answer = json.loads(body or b"{}")
    key = kms._resolve_key(parameters.get("KeyId", ""))
    return ApiCall(
        operation=_model().operation_model(name),
        parameters=parameters,
        answer=answer if status == 200 else None,
        request_id=str(uuid4()),
        error=None if status == 200 else (answer["__type"], answer.get("message")),
        resources=({"accountId": get_account_id(), "type": "AWS::KMS::Key", "ARN": key["Arn"]},) if key else (),
    )


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("kms", "service-2"), "kms")
