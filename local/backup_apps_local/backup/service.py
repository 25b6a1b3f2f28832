"""The service: a request in, a response out, and a record of every call."""

import threading
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from typing import Any

from backup_apps_local.backup import model, wire
from backup_apps_local.backup.authorizations import Authorization, authorizations_of
from backup_apps_local.backup.constraints import check
from backup_apps_local.backup.errors import (
    AccessDeniedException,
    BackupError,
    NotImplementedException,
    UnknownOperationException,
)
from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.journal import Call, Journal
from backup_apps_local.backup.model import operation_of
from backup_apps_local.backup.operations import OPERATIONS
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import World

__all__ = ["Authorization", "BackupService", "Call", "HttpRequest", "HttpResponse", "Quotas", "operation_of"]


class BackupService:
    """AWS Backup for every account and region, answering one call at a time.

    `clock` gives the time, aware of its zone. `role_is_assumable` says of a role's ARN whether AWS Backup can assume
    it; without it every role of the caller's account can be. `management_account` is the one that may change global
    settings; without it any may.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        quotas: Quotas | None = None,
        role_is_assumable: Callable[[str], bool] | None = None,
        management_account: str | None = None,
    ) -> None:
        self.clock = clock
        self.quotas = quotas or Quotas()
        self.role_is_assumable = role_is_assumable
        self.management_account = management_account
        self.listeners: list[Callable[[Call], None]] = []
        """Told of each call once it is recorded, in order: where CloudTrail and the service's own events start."""
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """As on the first day: no state, no record."""
        with self._lock:
            self.world = World()
            self.journal = Journal()

    def dump(self) -> str:
        """The state as JSON, without the record of calls."""
        with self._lock:
            return self.world.dump()

    def load(self, text: str) -> None:
        with self._lock:
            self.world = World.load(text)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answers every request; what is refused is an answer too. Raises only for a defect of the service."""
        with self._lock:
            return self._answer(request, self._run)

    def deny(self, request: HttpRequest, message: str) -> HttpResponse:
        """The answer to a call that IAM does not allow, recorded like any other."""

        def refuse(operation: str, parameters: dict[str, Any], site: Site) -> HttpResponse:
            raise AccessDeniedException(message)

        with self._lock:
            return self._answer(request, refuse)

    def authorizations(self, request: HttpRequest) -> tuple[Authorization, ...]:
        """What IAM checks before the call is run; empty for a request that is refused as unreadable anyway."""
        with self._lock, suppress(BackupError):
            operation, labels = _operation(request)
            parameters = wire.parse(model.operation_model(operation), labels, request)
            return authorizations_of(operation, parameters, self._site(request))
        return ()

    def _answer(self, request: HttpRequest, run: Callable[[str, dict[str, Any], Site], HttpResponse]) -> HttpResponse:
        operation, parameters, error = "Unknown", {}, None
        site = self._site(request)
        try:
            operation, labels = _operation(request)
            parameters = wire.parse(model.operation_model(operation), labels, request)
            response = run(operation, deepcopy(parameters), site)
        except BackupError as refusal:
            _require_declared(operation, refusal)
            error = refusal.name
            response = wire.refuse(refusal, self._request_id())
        self._record(site, operation, parameters, error)
        return response

    def _run(self, operation: str, parameters: dict[str, Any], site: Site) -> HttpResponse:
        function = OPERATIONS.get(operation)
        if function is None:
            raise NotImplementedException(f"{operation} is an operation of AWS Backup that this service does not have")
        described = model.operation_model(operation)
        if described.input_shape is not None:
            check(described.input_shape, parameters)
        return wire.respond(described, function(site, parameters), self._request_id())

    def _record(self, site: Site, operation: str, parameters: dict[str, Any], error_code: str | None) -> None:
        call = Call(
            sequence=len(self.journal) + 1,
            time=site.now,
            account=site.account,
            region=site.region,
            principal=site.principal,
            operation=operation,
            parameters=parameters,
            error_code=error_code,
        )
        self.journal.append(call)
        for listener in self.listeners:
            listener(call)

    def _site(self, request: HttpRequest) -> Site:
        return Site(
            account=request.account,
            region=request.region,
            principal=request.principal,
            now=self.clock(),
            world=self.world,
            quotas=self.quotas,
            role_is_assumable=self.role_is_assumable,
            management_account=self.management_account,
        )

    def _request_id(self) -> str:
        return f"call-{len(self.journal) + 1:08d}"


def _require_declared(operation: str, refusal: BackupError) -> None:
    """An error that AWS's model does not know of this operation would teach callers to expect what never comes."""
    if refusal.is_common:
        return
    if refusal.name not in {shape.name for shape in model.operation_model(operation).error_shapes}:
        raise wire.ModelViolationError(f"{operation} does not declare {refusal.name}") from refusal


def _operation(request: HttpRequest) -> tuple[str, dict[str, str]]:
    found = model.match(request.method, request.path, request.query)
    if found is None:
        raise UnknownOperationException(f"AWS Backup has no operation {request.method} {request.path}")
    return found.operation, found.labels
