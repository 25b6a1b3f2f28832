"""What AWS's model says of an answer: its members, those that it requires, their values, and the errors that an
operation declares."""

import json
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser

from backup_apps_local.backup import errors, model
from backup_apps_local.backup.http import HttpRequest, HttpResponse

COMMON = {
    each.__name__ for each in vars(errors).values() if isinstance(each, type) and getattr(each, "is_common", False)
}
"""Errors that any AWS service may answer with; no operation declares them."""


def breaches(request: HttpRequest, answer: HttpResponse) -> list[str]:
    """Why AWS could not have answered so; empty where it could."""
    found = model.match(request.method, request.path, request.query)
    if answer.status < 300:
        return ["an unknown operation succeeded"] if found is None else _of_success(found.operation, answer)
    declared = {shape.name for shape in model.operation_model(found.operation).error_shapes} if found else set()
    return _of_refusal(answer, declared | COMMON)


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


def _of_refusal(answer: HttpResponse, allowed: set[str]) -> list[str]:
    name = answer.headers["x-amzn-ErrorType"].partition(":")[0]
    document = json.loads(answer.body)
    unnamed = [] if name in allowed else [f"{name} is not declared"]
    shape = next((each for each in model.service_model().error_shapes if each.name == name), None)
    more = strangers(shape, document, name) if shape else sorted(set(document) - {"Message"})
    return unnamed + more + ([] if document.get("Message") else [f"{name} says nothing"])


def strangers(shape: Shape | None, value: Any, path: str) -> list[str]:
    """What the model does not know, or requires and does not find."""
    match shape, value:
        case None, value:
            return [] if not value else [path]
        case StructureShape(), dict():
            missing = [f"{path} lacks {name}" for name in shape.required_members if name not in value]
            known = [each for each in value if each in shape.members]
            deeper = [each for name in known for each in strangers(shape.members[name], value[name], f"{path}.{name}")]
            return missing + [f"{path}.{name}" for name in value if name not in shape.members] + deeper
        case ListShape(), list():
            return [each for item in value for each in strangers(shape.member, item, f"{path}[]")]
        case MapShape(), dict():
            return [each for item in value.values() for each in strangers(shape.value, item, f"{path}.*")]
    return _bound_breaches(shape, value, path)


def _bound_breaches(shape: Shape, value: Any, path: str) -> list[str]:
    allowed = shape.metadata.get("enum")
    return [f"{path} is {value}"] if allowed and value not in allowed else []
