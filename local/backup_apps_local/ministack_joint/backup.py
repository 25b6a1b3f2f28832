"""Our AWS Backup service in MiniStack's place.

It answers in threads of its own: what it moves of data goes through this same endpoint, which must stay free meanwhile.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import tagging

from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.service import BackupService
from backup_apps_local.backup.surroundings import Role
from backup_apps_local.ministack_joint.iam import Authority, Response, denial_message, find_role, trusts

_wire_path: ContextVar[str] = ContextVar("wire_path", default="")


async def serve(scope: Any, receive: Any, send: Any) -> None:
    """MiniStack's ASGI application; remembers the path as it stood on the wire, since an ARN in it may hold a slash."""
    _wire_path.set(scope.get("raw_path", b"").decode("latin-1"))
    await app.app(scope, receive, send)


def role_is_assumable(role_arn: str) -> bool:
    return trusts(role_arn, "backup.amazonaws.com")


def role_in_iam(account: str, name: str) -> Role | None:
    role = find_role(f"arn:aws:iam::{account}:role/{name}")
    return Role(role["Arn"], role["RoleId"]) if role else None


class BackupGate:
    def __init__(self, backup: BackupService, authority: Authority) -> None:
        self._backup = backup
        self._authority = authority
        self._threads = ThreadPoolExecutor(thread_name_prefix="aws-backup")

    def install(self) -> None:
        app.SERVICE_HANDLERS["backup"] = self.answer
        tagging._COLLECTORS["backup"] = self.tagged_resources

    async def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Response:
        pairs = tuple((name, value) for name, values in query.items() for value in values)
        caller = iam_evaluator.caller_arn()
        path = _wire_path.get() or path
        request = HttpRequest(get_account_id(), get_region(), caller, method, path, pairs, headers, body)
        access_key = extract_access_key_id(headers, query)
        loop, scope = asyncio.get_running_loop(), copy_context()
        response = await loop.run_in_executor(self._threads, scope.run, self._answer, request, access_key)
        return response.status, response.headers, response.body

    def _answer(self, request: HttpRequest, access_key: str) -> HttpResponse:
        refusal = self._refusal(request, access_key) if app.AUTH else None
        return self._backup.deny(request, refusal) if refusal else self._backup.handle(request)

    def _refusal(self, request: HttpRequest, access_key: str) -> str | None:
        """Why IAM does not allow the call."""
        for asked in self._backup.authorizations(request):
            context = {key: list(value) if isinstance(value, tuple) else value for key, value in asked.context.items()}
            verdict = self._authority.decide(access_key, asked.action, asked.resource, context)
            if verdict is not None:
                return denial_message(asked.action, asked.resource, verdict)
        return None

    def tagged_resources(self) -> Iterator[tuple[str, list[dict[str, str]]]]:
        """Vaults and all plans of the account and region in scope, as the tagging API lists them."""
        here = self._backup.world.region(get_account_id(), get_region())
        tagged = [(vault.arn, vault.tags) for vault in list(here.vaults.values())]
        tagged += [(plan.arn, plan.tags) for plan in list(here.plans.values()) if plan.deleted is None]
        tagged += [(plan.arn, plan.tags) for plan in list(here.restore_testing_plans.values())]
        for arn, tags in tagged:
            yield arn, [{"Key": key, "Value": value} for key, value in tags.items()]
