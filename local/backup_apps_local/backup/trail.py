"""A call as CloudTrail tells EventBridge of it: who did what, with which parameters, and how it ended.

Only calls that write are told, as EventBridge's rules get by default. Moments of answers are spoken, as in CloudTrail's
own examples: https://docs.aws.amazon.com/kms/latest/developerguide/ct-schedule-key-deletion.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from backup_apps_local.backup import model
from backup_apps_local.backup.announcements import announce
from backup_apps_local.backup.event import spoken_moment
from backup_apps_local.backup.http import HttpResponse
from backup_apps_local.backup.journal import Call
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.surroundings import Role

_UNKNOWN = "Unknown"


@dataclass(frozen=True)
class ApiCall:
    """A call of any AWS service, in that service's own members. `answer` is None where there is nothing in it, `error`
    is its code and message. `resources` are those that CloudTrail names, such as a key."""

    operation: OperationModel
    parameters: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    request_id: str
    error: tuple[str, str | None] | None = None
    resources: tuple[Mapping[str, str], ...] = ()

    @property
    def service(self) -> str:
        """As in `backup.amazonaws.com`."""
        return str(self.operation.service_model.endpoint_prefix)


def announce_call(site: Site, call: Call, response: HttpResponse, message: str | None) -> None:
    if call.operation == _UNKNOWN:
        return
    described = model.operation_model(call.operation)
    has_answer = described.output_shape is not None and call.error_code is None
    made = ApiCall(
        operation=described,
        parameters=call.parameters,
        answer=json.loads(response.body) if has_answer else None,
        request_id=response.headers["x-amzn-RequestId"],
        error=(call.error_code, message) if call.error_code else None,
    )
    announce_api_call(site, made)


def announce_api_call(site: Site, call: ApiCall) -> None:
    announce(site, "AWS API Call via CloudTrail", (), _record(site, call), f"aws.{call.service}")


def _record(site: Site, call: ApiCall) -> dict[str, Any]:
    asked, answered = call.operation.input_shape, call.operation.output_shape
    record = {
        "eventVersion": "1.11",
        "userIdentity": user_identity(site),
        "eventTime": _time(site.now),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.operation.name,
        "awsRegion": site.region,
        "sourceIPAddress": "203.0.113.10",
        "userAgent": "aws-cli/2.x",
        "requestParameters": _camel(asked, call.parameters) if asked else None,
        "responseElements": _camel(answered, call.answer) if answered and call.answer else None,
        "requestID": call.request_id,
        "eventID": site.world.draw_event_id(),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": site.account,
        "eventCategory": "Management",
    }
    return record | _failure(call) | ({"resources": [dict(each) for each in call.resources]} if call.resources else {})


def _failure(call: ApiCall) -> dict[str, Any]:
    """AccessDeniedException is AccessDenied here."""
    if call.error is None:
        return {}
    code, message = call.error
    return {"errorCode": "AccessDenied" if code == "AccessDeniedException" else code, "errorMessage": message}


def user_identity(site: Site) -> dict[str, Any]:
    """Of a session, the role that issued it comes along. Where nobody knows the role, its id is made from its name."""
    principal, account = site.principal, site.account
    kind, _, name = principal.split(":", 5)[5].partition("/") if principal.count(":") >= 5 else (principal, "", "")
    identity: dict[str, Any] = {"arn": principal, "accountId": account}
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        issuer = _issuer(site, role)
        attributes = {"creationDate": _time(site.now), "mfaAuthenticated": "false"}
        return identity | {
            "type": "AssumedRole",
            "principalId": f"{issuer['principalId']}:{session}",
            "accessKeyId": _identifier("ASIA", principal),
            "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
        }
    if kind == "user":
        return identity | {"type": "IAMUser", "principalId": _identifier("AIDA", principal), "userName": name}
    return identity | {"type": "Root", "principalId": account}


def _issuer(site: Site, name: str) -> dict[str, str]:
    """With the path of the role, which the session's ARN lacks."""
    made = Role(
        f"arn:aws:iam::{site.account}:role/{_path(site, name)}{name}", _identifier("AROA", f"{site.account}/{name}")
    )
    role = site.around.find_role(site.account, name) or made
    return {"type": "Role", "principalId": role.id, "arn": role.arn, "accountId": site.account, "userName": name}


def _path(site: Site, role: str) -> str:
    """Roles of IAM Identity Center are known by their name:
    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    """
    return f"aws-reserved/sso.amazonaws.com/{site.region}/" if role.startswith("AWSReservedSSO_") else ""


def _identifier(prefix: str, name: str) -> str:
    return prefix + sha256(name.encode()).hexdigest()[:16].upper()


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _camel(shape: Shape, value: Any) -> Any:
    """Members begin with a small letter; keys of maps, such as tags and resource types, stay as they are."""
    match shape, value:
        case Shape(type_name="timestamp"), int() | float():
            return spoken_moment(datetime.fromtimestamp(value, UTC))
        case StructureShape(), Mapping():
            return {name[:1].lower() + name[1:]: _camel(shape.members[name], each) for name, each in value.items()}
        case ListShape(), list():
            return [_camel(shape.member, each) for each in value]
        case MapShape(), Mapping():
            return {key: _camel(shape.value, each) for key, each in value.items()}
        case _, datetime():
            return _time(value)
        case _:
            return value
