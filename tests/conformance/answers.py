"""What AWS's model says of an answer: its members, those that it requires, their values, and the errors that an
operation declares."""

import json
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser

from backup_apps_local.backup import model
from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.operations import OPERATIONS

BAD_REQUEST = 400
COMMON = {"AccessDeniedException": 403, "SerializationException": BAD_REQUEST, "ThrottlingException": BAD_REQUEST}
"""Errors that any AWS service may answer with, and their status; no operation declares them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/CommonErrors.html
"""
UNKNOWN = {"UnknownOperationException": 404}
"""Where no operation has the method and path."""
MISSING = {"NotImplementedException": 501}
"""Of an operation that AWS has and the local AWS Backup has not: by no means of one that it has."""
KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "list": (list,),
    "long": (int,),
    "map": (dict,),
    "string": (str,),
    "structure": (dict,),
    "timestamp": (int, float),
}
"""What each type of the model is in JSON; a timestamp is a number of seconds.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""


def breaches(request: HttpRequest, answer: HttpResponse) -> list[str]:
    """Why AWS could not have answered so; empty where it could."""
    found = model.match(request.method, request.path, request.query)
    if answer.status < 300:
        return ["an unknown operation succeeded"] if found is None else _of_success(found.operation, answer)
    return _of_refusal(answer, _refusals_of(found.operation) if found else UNKNOWN)


def _refusals_of(operation: str) -> dict[str, int]:
    """The errors that it may answer with, and their status."""
    declared = {shape.name: BAD_REQUEST for shape in model.operation_model(operation).error_shapes}
    return COMMON | declared if operation in OPERATIONS else COMMON | MISSING


def _of_success(operation: str, answer: HttpResponse) -> list[str]:
    described = model.operation_model(operation)
    document = json.loads(answer.body or b"{}")
    status = described.http.get("responseCode", 200)
    wrong_status = [] if answer.status == status else [f"{operation} answers {answer.status}, not {status}"]
    return (
        wrong_status + strangers(described.output_shape, document, operation) + _unparsed(described, answer, document)
    )


def _unparsed(described: OperationModel, answer: HttpResponse, document: dict[str, Any]) -> list[str]:
    """What botocore's own parser makes of it: every member, and none more."""
    raw = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    parsed = create_parser("rest-json").parse(raw, described.output_shape)
    lost = set(document) ^ (set(parsed) - {"ResponseMetadata"})
    return [f"{described.name}.{name} does not parse" for name in sorted(lost)]


def _of_refusal(answer: HttpResponse, allowed: dict[str, int]) -> list[str]:
    name = answer.headers["x-amzn-ErrorType"].partition(":")[0]
    document = json.loads(answer.body)
    unnamed = [] if (name, answer.status) in allowed.items() else [f"{name} is not declared with {answer.status}"]
    shape = next((each for each in model.service_model().error_shapes if each.name == name), None)
    more = strangers(shape, document, name) if shape else sorted(set(document) - {"Message"})
    return unnamed + more + ([] if document.get("Message") else [f"{name} says nothing"])


def strangers(shape: Shape | None, value: Any, path: str) -> list[str]:
    """What the model does not know, or requires and does not find."""
    if shape is None:
        return [path] if value else []
    if not _is_of_kind(shape, value):
        return [f"{path} is {value!r}, no {shape.type_name}"]
    match shape, value:
        case StructureShape(), dict():
            missing = [f"{path} lacks {name}" for name in shape.required_members if name not in value]
            known = [each for each in value if each in shape.members]
            deeper = [each for name in known for each in strangers(shape.members[name], value[name], f"{path}.{name}")]
            return missing + [f"{path}.{name}" for name in value if name not in shape.members] + deeper
        case ListShape(), list():
            return [each for item in value for each in strangers(shape.member, item, f"{path}[]")]
        case MapShape(), dict():
            return [each for item in value.values() for each in strangers(shape.value, item, f"{path}.*")]
    allowed = shape.metadata.get("enum")
    return [f"{path} is {value}"] if allowed and value not in allowed else []


def _is_of_kind(shape: Shape, value: Any) -> bool:
    """In Python a flag is a number, in JSON it is none."""
    return isinstance(value, KINDS[shape.type_name]) and (shape.type_name == "boolean" or not isinstance(value, bool))
