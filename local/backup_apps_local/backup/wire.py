"""From HTTP to the members of an operation's input, and from its output back: strictly by botocore's model.

The model's protocol is rest-json, with members in the path, in the query and in a JSON body; it has no blobs, no
header members and no payloads. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from backup_apps_local.backup.errors import BackupError, SerializationException
from backup_apps_local.backup.http import HttpRequest, HttpResponse, pairs_of

_ERROR_NAMESPACE = "http://internal.amazon.com/coral/com.amazonaws.services.cryo/"
"""Seen in the x-amzn-ErrorType header of real answers, after the name of the error."""


class ModelViolationError(Exception):
    """A result of ours that AWS's model does not allow: a defect of this service, never of the caller."""


def parse(operation: OperationModel, labels: Mapping[str, str], request: HttpRequest) -> dict[str, Any]:
    """The input as the model's members. Raises SerializationException for what cannot be read as such.

    AWS skips members of a body that it does not know; they are refused here, because they are mistakes.
    """
    shape = operation.input_shape
    if shape is None:
        return {}
    sources = {"uri": labels, "querystring": dict(pairs_of(request.query))}
    located = {
        name: _from_text(member, sources[location][wire_name], name)
        for name, member in shape.members.items()
        if (location := member.serialization.get("location")) is not None
        and (wire_name := member.serialization.get("name", name)) in sources[location]
    }
    return located | _structure(_in_body(shape), _json_object(request.body), "")


def respond(operation: OperationModel, result: Mapping[str, Any] | None, request_id: str) -> HttpResponse:
    shape = operation.output_shape
    if shape is None and result:
        raise ModelViolationError(f"{operation.name} has no output, yet got {sorted(result)}")
    document = _serialised(shape, result or {}, operation.name) if shape else None
    body = b"" if document is None else json.dumps(document).encode()
    return HttpResponse(operation.http.get("responseCode", 200), _headers(request_id), body)


def refuse(error: BackupError, request_id: str) -> HttpResponse:
    headers = _headers(request_id) | {"x-amzn-ErrorType": f"{error.name}:{_ERROR_NAMESPACE}"}
    return HttpResponse(error.status, headers, json.dumps(error.body()).encode())


def _headers(request_id: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "x-amzn-RequestId": request_id}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body) if body else {}
    except ValueError as error:
        raise SerializationException(f"The body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise SerializationException("The body is not a JSON object")
    return document


def _in_body(shape: StructureShape) -> dict[str, Shape]:
    return {name: member for name, member in shape.members.items() if "location" not in member.serialization}


def _from_text(shape: Shape, text: str, path: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "string": str,
        "integer": int,
        "long": int,
        "boolean": {"true": True, "false": False}.__getitem__,
        "timestamp": parse_timestamp,
    }
    try:
        return readers[shape.type_name](text)
    except (KeyError, ValueError) as error:
        raise SerializationException(f"{path}: {text!r} is not a {shape.type_name}") from error


def _from_json(shape: Shape, value: Any, path: str) -> Any:
    match shape, value:
        case StructureShape(), dict():
            return _structure(shape.members, value, path)
        case ListShape(), list():
            return [_from_json(shape.member, item, f"{path}[{index}]") for index, item in enumerate(value)]
        case MapShape(), dict():
            return {key: _from_json(shape.value, item, f"{path}.{key}") for key, item in value.items()}
        case _:
            return _scalar(shape, value, path)


def _scalar(shape: Shape, value: Any, path: str) -> Any:
    match shape.type_name, value:
        case ("boolean", bool()) | ("string", str()):
            return value
        case (("integer" | "long"), int()) if not isinstance(value, bool):
            return value
        case ("timestamp", int() | float() | str()) if not isinstance(value, bool):
            return _moment(value, path)
    raise SerializationException(f"{path}: {value!r} is not a {shape.type_name}")


def _moment(value: Any, path: str) -> datetime:
    try:
        return parse_timestamp(value)
    except ValueError as error:
        raise SerializationException(f"{path}: {value!r} is not a timestamp") from error


def _structure(members: Mapping[str, Shape], document: Mapping[str, Any], path: str) -> dict[str, Any]:
    """A null counts as absent, as everywhere in rest-json."""
    unknown = sorted(set(document) - set(members))
    if unknown:
        raise SerializationException(f"{path or 'The body'}: no member is named {', '.join(unknown)}")
    return {
        name: _from_json(members[name], value, f"{path}.{name}".lstrip("."))
        for name, value in document.items()
        if value is not None
    }


def _serialised(shape: Shape, value: Any, path: str) -> Any:
    match shape, value:
        case StructureShape(), Mapping():
            return _serialised_structure(shape, value, path)
        case ListShape(), list() | tuple():
            return [_serialised(shape.member, item, f"{path}[]") for item in value]
        case MapShape(), Mapping():
            return {key: _serialised(shape.value, item, f"{path}.{key}") for key, item in value.items()}
        case _:
            return _serialised_scalar(shape, value, path)


def _serialised_scalar(shape: Shape, value: Any, path: str) -> Any:
    match shape.type_name, value:
        case "timestamp", datetime():
            return value.astimezone(UTC).timestamp()
        case ("boolean", bool()) | ("string", str()):
            return value
        case (("integer" | "long"), int()) if not isinstance(value, bool):
            return value
    raise ModelViolationError(f"{path}: {value!r} is not a {shape.type_name}")


def _serialised_structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    unknown = sorted(set(value) - set(shape.members))
    if unknown:
        raise ModelViolationError(f"{path} has no member named {', '.join(unknown)}")
    present = {name: member for name, member in value.items() if member is not None}
    return {name: _serialised(shape.members[name], member, f"{path}.{name}") for name, member in present.items()}
