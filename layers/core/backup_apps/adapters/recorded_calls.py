"""Which calls of a client wrote, as AWS confirmed them."""

from collections.abc import Mapping
from typing import Any

from backup_apps.domain.ledger.happenings import Call

_READS = ("Get", "List", "Describe")
_FAILED = 300
_ARNS = ("BackupVaultArn", "BackupPlanArn", "RestoreTestingPlanArn")
_NAMES = ("ResourceArn", "BackupVaultName", "BackupPlanId", "RestoreTestingPlanName")
_SELECTIONS = ("SelectionId", "RestoreTestingSelectionName")
_PARAMETERS = "backup_apps_parameters"


class RecordedCalls:
    """Listens to a client of AWS Backup from now on.

    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
    """

    def __init__(self, client: Any) -> None:
        self._calls: list[Call] = []
        client.meta.events.register("before-parameter-build.backup", self._about_to_call)
        client.meta.events.register("after-call.backup", self._called)

    def take(self) -> tuple[Call, ...]:
        """Those since it was asked last."""
        taken, self._calls = tuple(self._calls), []
        return taken

    def _about_to_call(self, params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_PARAMETERS] = params

    def _called(self, http_response: Any, parsed: Mapping[str, Any], model: Any, context: Any, **_: Any) -> None:
        if model.name.startswith(_READS) or http_response.status_code >= _FAILED:
            return
        request = str(parsed.get("ResponseMetadata", {}).get("RequestId", ""))
        self._calls.append(Call(model.name, _resource(context.get(_PARAMETERS, {}), parsed), request))


def _resource(asked: Mapping[str, Any], answered: Mapping[str, Any]) -> str:
    """The ARN where the call or its answer has one; a selection has none, and is named below its plan."""
    arn = next((answered[name] for name in _ARNS if answered.get(name)), None)
    named = arn or next((asked[name] for name in _NAMES if asked.get(name)), "region settings")
    selection = next((side[name] for side in (answered, asked) for name in _SELECTIONS if side.get(name)), None)
    return f"{named}/{selection}" if selection else str(named)
