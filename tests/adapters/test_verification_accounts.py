"""The member's roles over clients that answer as they are told."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backup_apps.adapters import verification_accounts
from backup_apps.adapters.clients import Credentials
from backup_apps.adapters.verification_accounts import SandboxRole
from backup_apps.domain.errors import ThrottledError, UnavailableError

HOOK = "arn:aws:lambda:eu-west-1:111111111111:function:backup-apps-check-orders"


class Client:
    """Of any service."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer

    def invoke(self, **asked: Any) -> Any:
        return self.answer()


def refused(code: str, status: int = 400) -> Callable[[], Any]:
    def refuse() -> Any:
        told: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(told, "Invoke")

    return refuse


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], SandboxRole]:
    def made(answer: Callable[[], Any]) -> SandboxRole:
        monkeypatch.setattr(verification_accounts, "member_client", lambda *_: Client(answer))
        return SandboxRole("eu-west-1", Credentials("key", "secret", "token"))

    return made


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException", "InvalidParameterValue"])
def test_a_hook_that_cannot_be_asked_answers_nothing(sandbox: Any, code: str) -> None:
    assert sandbox(refused(code)).ask(HOOK, {}) is None


@pytest.mark.parametrize(
    ("code", "error"), [("ThrottlingException", ThrottledError), ("ServiceUnavailableException", UnavailableError)]
)
def test_a_hook_that_can_be_asked_later_is(sandbox: Any, code: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        sandbox(refused(code, 503)).ask(HOOK, {})


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        ({"Payload": b'{"verdict": "verified"}'}, {"verdict": "verified"}),
        ({"Payload": b"{", "StatusCode": 200}, None),
        ({"Payload": b'{"errorMessage": "x"}', "FunctionError": "Unhandled"}, None),
    ],
    ids=["verified", "no JSON", "error"],
)
def test_what_a_hook_answers(sandbox: Any, answer: dict[str, Any], heard: Any) -> None:
    told = {**answer, "Payload": io.BytesIO(answer["Payload"])}
    assert sandbox(lambda: told).ask(HOOK, {}) == heard
