"""The service: a request in, a response out, and a record of every call."""

import threading
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from backup_apps_local.backup import faults, model, saving, wire
from backup_apps_local.backup.authorizations import Authorization, authorizations_of
from backup_apps_local.backup.constraints import check
from backup_apps_local.backup.engine import run_until
from backup_apps_local.backup.errors import (
    AccessDeniedException,
    BackupError,
    NotImplementedException,
    ThrottlingException,
    UnknownOperationException,
)
from backup_apps_local.backup.event import Event
from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.journal import Call, Journal
from backup_apps_local.backup.model import operation_of
from backup_apps_local.backup.operations import OPERATIONS
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.records import Fault
from backup_apps_local.backup.settings_announcements import announce_change
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import World
from backup_apps_local.backup.surroundings import Surroundings
from backup_apps_local.backup.trail import ApiCall, announce_api_call, announce_call

__all__ = [
    "ApiCall",
    "Authorization",
    "BackupService",
    "Call",
    "Event",
    "Fault",
    "HttpRequest",
    "HttpResponse",
    "Quotas",
    "Surroundings",
    "operation_of",
]

_SERVICE = "backup.amazonaws.com"


class BackupService:
    """AWS Backup for every account and region, answering one call at a time.

    `clock` gives the time, aware of its zone. `role_is_assumable` says of a role's ARN whether AWS Backup can assume
    it; without it every role of the caller's account can be. `management_account` is the one that may change global
    settings; without it any may. `around` has the resources and the data to back up; without it there are none.

    Plans and jobs move on whenever a call arrives, up to the moment that the clock shows; `advance` moves it on.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        quotas: Quotas | None = None,
        role_is_assumable: Callable[[str], bool] | None = None,
        management_account: str | None = None,
        around: Surroundings | None = None,
    ) -> None:
        self.clock = clock
        self.around = around or Surroundings()
        self.quotas = quotas or Quotas()
        self.role_is_assumable = role_is_assumable
        self.management_account = management_account
        self.listeners: list[Callable[[Call], None]] = []
        """Told of each call once it is recorded, in order: what the record of calls is made of."""
        self.event_listeners = self.around.listeners
        """Told of each event of aws.backup, those of CloudTrail included, with its account and region."""
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """As on the first day: no state, no record."""
        with self._lock:
            self.world = World()
            self.journal = Journal()

    def dump(self) -> str:
        """The state and the data behind its recovery points, as JSON; without the record of calls.

        Raises DataPlaneError where the data cannot be read.
        """
        with self._lock:
            self.world.saved = self.now()
            data = self.around.data.save(self.world.handles())
            return saving.write(self.world, data)

    def load(self, text: str) -> None:
        """In place of what was here, its data included. The clock goes on from where it was saved.

        Raises NotAStoryError, before anything is changed, and DataPlaneError where the data cannot be written.
        """
        world, data = saving.read(text)
        with self._lock:
            before = self.world.handles()
            self.around.data.load(data)
            self.world = world
            for handle in set(before).difference(world.handles()):
                self.around.data.discard(handle)
            if self.world.saved is not None:
                self.world.ahead = self.world.saved - self.clock()

    def now(self) -> datetime:
        """What the virtual clock shows: the clock that was given, and how far it was advanced."""
        return self.clock() + self.world.ahead

    def advance(self, to: datetime | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """Lets that much time pass, or all until `to`; everything that is due happens in order. Returns the new time.

        Raises ValueError for a moment that has passed.
        """
        with self._lock:
            now = self.now()
            target = to or now + timedelta(days=days, hours=hours, minutes=minutes)
            if target < now:
                raise ValueError(f"{target} has passed: it is {now}")
            self.world.ahead += target - now
            self.catch_up()
            return self.now()

    def catch_up(self) -> None:
        """Lets happen what became due since the last call."""
        with self._lock:
            run_until(self.world, self.now(), self._site_at)

    def fault(self, kind: str, target: str = "*", **members: Any) -> None:
        """Asks for something to go wrong; see `faults` for what can, and `records.Fault` for the members."""
        with self._lock:
            faults.request(self.world, Fault(kind, target, **members))

    def tell(self, account: str, region: str, principal: str, call: ApiCall) -> None:
        """A call of another AWS service happened now: CloudTrail tells of it too, with the same faults."""
        with self._lock:
            announce_api_call(self._site_of(account, region, principal, self.now()), call)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answers every request; what is refused is an answer too. Raises only for a defect of the service."""
        with self._lock:
            self.catch_up()
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
        operation, parameters, refusal = "Unknown", {}, None
        site = self._site(request)
        try:
            operation, labels = _operation(request)
            parameters = wire.parse(model.operation_model(operation), labels, request)
            response = run(operation, deepcopy(parameters), site)
        except BackupError as error:
            _require_declared(operation, error)
            refusal = error
            response = wire.refuse(error, self._request_id())
        call = self._record(site, operation, parameters, refusal.name if refusal else None)
        if call.is_write and self.event_listeners:
            announce_call(site, call, response, refusal.message if refusal else None)
            announce_change(site, call, response)
        return response

    def _run(self, operation: str, parameters: dict[str, Any], site: Site) -> HttpResponse:
        function = OPERATIONS.get(operation)
        if function is None:
            raise NotImplementedException(f"{operation} is an operation of AWS Backup that this service does not have")
        _fail_on_request(self.world, operation)
        described = model.operation_model(operation)
        if described.input_shape is not None:
            check(described.input_shape, parameters)
        return wire.respond(described, function(site, parameters), self._request_id())

    def _record(self, site: Site, operation: str, parameters: dict[str, Any], error_code: str | None) -> Call:
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
        return call

    def _site(self, request: HttpRequest) -> Site:
        return self._site_of(request.account, request.region, request.principal, self.now())

    def _site_at(self, place: str, moment: datetime) -> Site:
        account, _, region = place.partition("/")
        return self._site_of(account, region, _SERVICE, moment)

    def _site_of(self, account: str, region: str, principal: str, now: datetime) -> Site:
        return Site(
            account=account,
            region=region,
            principal=principal,
            now=now,
            world=self.world,
            quotas=self.quotas,
            role_is_assumable=self.role_is_assumable,
            management_account=self.management_account,
            around=self.around,
        )

    def _request_id(self) -> str:
        return f"call-{len(self.journal) + 1:08d}"


def _fail_on_request(world: World, operation: str) -> None:
    """AWS's words for too many calls: https://docs.aws.amazon.com/aws-backup/latest/devguide/CommonErrors.html"""
    if faults.take(world, "call-throttled", operation):
        raise ThrottlingException("Rate exceeded")
    denied = faults.take(world, "call-denied", operation)
    if denied:
        raise AccessDeniedException(denied.message or f"You are not authorized to perform: backup:{operation}")


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
