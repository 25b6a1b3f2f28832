"""botocore's model of AWS Backup, and which of its operations a method and path mean."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from backup_apps_local.backup.http import Pairs, pairs_of

_LABEL = re.compile(r"\{(\w+)\}")
"""No part of the model's paths but a label ending in `Arn` can hold a slash, and only once it was decoded."""


@dataclass(frozen=True)
class Match:
    """An operation, with the values that stood in its path (decoded)."""

    operation: str
    labels: dict[str, str]


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    pattern: re.Pattern[str]
    flags: frozenset[str]

    @property
    def labels(self) -> int:
        return len(self.pattern.groupindex)

    def match(self, method: str, path: str, query: frozenset[str]) -> Match | None:
        found = self.pattern.fullmatch(path) if method == self.method and self.flags <= query else None
        if found is None:
            return None
        return Match(self.operation, {label: unquote(value) for label, value in found.groupdict().items()})


@cache
def service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("backup", "service-2"), "backup")


@cache
def operation_model(operation: str) -> OperationModel:
    return service_model().operation_model(operation)


def match(method: str, path: str, query: Pairs = ()) -> Match | None:
    """The operation that AWS would run; a trailing slash is the same path without it."""
    names = frozenset(name for name, _ in pairs_of(query))
    candidates = (route.match(method, path.rstrip("/"), names) for route in _routes())
    return next((found for found in candidates if found), None)


def operation_of(method: str, path: str, query: Pairs = ()) -> str | None:
    found = match(method, path, query)
    return found.operation if found else None


@cache
def _routes() -> tuple[_Route, ...]:
    """The most literal path first, so that a fixed word is never taken for a name or for the end of an ARN."""
    routes = [_route(name) for name in service_model().operation_names]
    return tuple(sorted(routes, key=lambda route: (-len(route.flags), route.labels, -route.pattern.pattern.count("/"))))


def _route(operation: str) -> _Route:
    http = operation_model(operation).http
    path, _, flags = http["requestUri"].partition("?")
    pattern = re.compile(_LABEL.sub(_label_pattern, path.rstrip("/")))
    return _Route(operation, http["method"], pattern, frozenset(flags.split("&")) - {""})


def _label_pattern(label: re.Match[str]) -> str:
    return f"(?P<{label[1]}>arn:.+|[^/]+)" if label[1].endswith("Arn") else f"(?P<{label[1]}>[^/]+)"
