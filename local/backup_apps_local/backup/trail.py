"""A call as CloudTrail tells EventBridge of it: who did what, with which parameters, and how it ended.

Only calls that write are told, as EventBridge's rules get by default.
https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from backup_apps_local.backup import model
from backup_apps_local.backup.announcements import announce
from backup_apps_local.backup.http import HttpResponse
from backup_apps_local.backup.journal import Call
from backup_apps_local.backup.site import Site

_UNKNOWN = "Unknown"


def announce_call(site: Site, call: Call, response: HttpResponse, message: str | None) -> None:
    if call.operation != _UNKNOWN:
        announce(site, "AWS API Call via CloudTrail", (), _record(site, call, response, message))


def _record(site: Site, call: Call, response: HttpResponse, message: str | None) -> dict[str, Any]:
    described = model.operation_model(call.operation)
    shape = described.output_shape
    record = {
        "eventVersion": "1.11",
        "userIdentity": user_identity(call.principal, call.account, call.time),
        "eventTime": _time(call.time),
        "eventSource": "backup.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": call.region,
        "sourceIPAddress": "203.0.113.10",
        "userAgent": "aws-cli/2.x",
        "requestParameters": _camel(described.input_shape, call.parameters) if described.input_shape else None,
        "responseElements": _camel(shape, json.loads(response.body)) if shape and not call.error_code else None,
        "requestID": response.headers["x-amzn-RequestId"],
        "eventID": site.world.draw_event_id(),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.account,
        "eventCategory": "Management",
    }
    return record | _failure(call.error_code, message)


def _failure(error_code: str | None, message: str | None) -> dict[str, Any]:
    """AccessDeniedException is AccessDenied here."""
    if error_code is None:
        return {}
    name = "AccessDenied" if error_code == "AccessDeniedException" else error_code
    return {"errorCode": name, "errorMessage": message}


def user_identity(principal: str, account: str, time: datetime) -> dict[str, Any]:
    """Of a session, the role that issued it comes along; ids are made from the names, and always the same."""
    kind, _, name = principal.split(":", 5)[5].partition("/") if principal.count(":") >= 5 else (principal, "", "")
    identity: dict[str, Any] = {"arn": principal, "accountId": account}
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        issuer = _issuer(account, role)
        attributes = {"creationDate": _time(time), "mfaAuthenticated": "false"}
        return identity | {
            "type": "AssumedRole",
            "principalId": f"{issuer['principalId']}:{session}",
            "accessKeyId": _identifier("ASIA", principal),
            "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
        }
    if kind == "user":
        return identity | {"type": "IAMUser", "principalId": _identifier("AIDA", principal), "userName": name}
    return identity | {"type": "Root", "principalId": account}


def _issuer(account: str, role: str) -> dict[str, str]:
    return {
        "type": "Role",
        "principalId": _identifier("AROA", f"{account}/{role}"),
        "arn": f"arn:aws:iam::{account}:role/{role}",
        "accountId": account,
        "userName": role,
    }


def _identifier(prefix: str, name: str) -> str:
    return prefix + sha256(name.encode()).hexdigest()[:16].upper()


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _camel(shape: Shape, value: Any) -> Any:
    """Members begin with a small letter; keys of maps, such as tags and resource types, stay as they are."""
    match shape, value:
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
