"""The way of a change set that weakens protection: asked for, decided on, ended."""

import json
from typing import Any

import pytest

from backup_apps.domain.approvals.request import Decision, Standing
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.ledger.entries import Kind
from backup_apps.domain.protection.classes import Class
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.approval_calls import answer_call
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.request_approval import request_approval
from backup_apps.usecases.requests import Refusal
from sync.memory import Resolved, World, world
from sync.memory_approvals import APPROVER, ROLE
from sync.targets import ACCOUNT, BUNDLE, REGION, plan, target, vault

HERE, THERE = Target(ACCOUNT, REGION), Target("222222222222", REGION)
V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")
HOURS = 72 * 3600


def committed(hub: World | None = None, version: Version = V1, second: int = 1) -> World:
    hub = hub or world(HERE)
    state = DesiredState(bundle=BUNDLE, targets=(target(vault(), plan()),))
    hub.upload(version, Resolved(BUNDLE, state), second)
    admit_bundle(hub.hub, version.key, None)
    return hub


def planned(version: Version = V1, hub: World | None = None) -> tuple[World, str]:
    hub = hub or committed()
    plan_target(hub.hub, version, HERE)
    return hub, record_plan(hub.hub, version)["digest"]


def waiting(class_: Class = Class.WEAKENS, token: str = "token-1") -> tuple[World, str]:
    hub, digest = planned()
    request_approval(hub.hub, V1, class_, digest, token, HOURS)
    return hub, digest


def call(hub: World, decision: str, digest: str, user: str = "bob", role_id: str = ROLE.id, **more: Any) -> Any:
    identity = {
        "accountId": "999999999999",
        "userArn": f"arn:aws:sts::999999999999:assumed-role/{APPROVER}/{user}",
        "userId": f"{role_id}:{user}",
    }
    body = {"bundle": BUNDLE, "version": "v1", "decision": decision, "digest": digest, **more}
    context = {"http": {"method": "POST"}, "authorizer": {"iam": identity}}
    answer = answer_call(hub.hub, {"requestContext": context, "body": json.dumps(body)})
    return answer["statusCode"], json.loads(answer["body"])


def told(hub: World) -> list[str]:
    return [str(alert.document["type"]) for alert in hub.alerts.published]


def decisions(hub: World) -> list[str]:
    return [entry.facts["decision"] for entry in hub.ledger.entries(BUNDLE) if entry.kind == Kind.APPROVAL]


def state(hub: World, version: Version = V1) -> State:
    record = hub.records.find(version)
    assert record
    return record.state


@pytest.mark.parametrize("class_", [Class.STRENGTHENS, Class.NEUTRAL])
def test_what_the_deployment_lets_pass_asks_nobody(class_: Class) -> None:
    hub, _ = waiting(class_)
    assert hub.waits.woken == [("token-1", "goes on")]
    assert (told(hub), decisions(hub), state(hub)) == ([], [], State.PLANNED)


def test_what_weakens_waits_on_the_record_and_aloud() -> None:
    hub, digest = waiting()
    request = hub.approvals.find(V1)
    assert request
    assert (request.standing, request.digest, request.needed) == (Standing.WAITING, digest, 2)
    assert hub.waits.woken == []
    assert (told(hub), decisions(hub), state(hub)) == (["approval-waiting"], ["requested"], State.WAITING_APPROVAL)
    assert [one.state for one in hub.records.outcomes(V1)] == [State.WAITING_APPROVAL]


def test_a_step_that_is_tried_again_asks_once_and_waits_with_its_last_token() -> None:
    hub, digest = waiting()
    request_approval(hub.hub, V1, Class.WEAKENS, digest, "token-2", HOURS)
    for user in ("bob", "carol"):
        call(hub, "approve", digest, user)
    assert hub.waits.woken == [("token-2", "goes on")]
    assert decisions(hub) == ["requested", "approve", "approve"]


def test_two_people_let_pass_whom_nobody_knows() -> None:
    hub, digest = waiting()
    status, first = call(hub, "approve", digest, "bob")
    assert (status, first["standing"], hub.waits.woken) == (200, "waiting", [])
    status, second = call(hub, "approve", digest, "carol", reason="checked")
    assert (status, second["standing"]) == (200, "approved")
    assert hub.waits.woken == [("token-1", "goes on")]
    assert "token" not in second


def test_once_approved_the_same_change_set_passes_again() -> None:
    """An execution that died after the approval is started again."""
    hub, digest = waiting()
    for user in ("bob", "carol"):
        call(hub, "approve", digest, user)
    request_approval(hub.hub, V1, Class.WEAKENS, digest, "token-9", HOURS)
    assert hub.waits.woken[-1] == ("token-9", "goes on")


@pytest.mark.parametrize("standing", [Standing.REJECTED, Standing.SUPERSEDED])
def test_what_was_refused_stays_so_when_the_step_is_tried_again(standing: Standing) -> None:
    hub, digest = waiting()
    if standing is Standing.REJECTED:
        call(hub, "reject", digest, "bob", reason="no")
    else:
        committed(hub, V2, second=2)
    alerts = len(hub.alerts.published)
    assert request_approval(hub.hub, V1, Class.WEAKENS, digest, "token-2", HOURS) == {"standing": standing.value}
    assert hub.approvals.requests[V1].standing is standing
    assert hub.waits.woken[-1][0] == "token-2"
    assert hub.waits.woken[-1][1].startswith(f"Approval{standing.value.capitalize()}: ")
    assert len(hub.alerts.published) == alerts, "nobody is asked"


def test_a_decision_says_whether_it_woke_what_waited() -> None:
    hub, digest = waiting()
    assert "woken" not in call(hub, "approve", digest, "bob")[1]
    assert call(hub, "approve", digest, "carol")[1]["woken"] is True
    assert call(hub, "approve", digest, "carol")[1]["woken"] is False


def test_what_is_planned_again_is_asked_again() -> None:
    hub, digest = waiting()
    for user in ("bob", "carol"):
        call(hub, "approve", digest, user)
    request_approval(hub.hub, V1, Class.WEAKENS, "f" * 64, "token-2", HOURS)
    status, answer = call(hub, "approve", digest, "bob")
    assert (status, "planned again" in answer["message"]) == (403, True)
    assert hub.waits.woken == [("token-1", "goes on")]
    assert (told(hub)[-1], decisions(hub)[-1]) == ("approval-refused", "refused")
    assert "it was planned again" in hub.alerts.published[-1].text


def test_a_rejection_ends_it_and_says_who_and_why() -> None:
    hub, digest = waiting()
    status, answer = call(hub, "reject", digest, "bob", reason="keep 70 days")
    assert (status, answer["standing"]) == (200, "rejected")
    assert hub.waits.woken == [("token-1", "ApprovalRejected: rejected by bob: keep 70 days")]
    refusal = Refusal.model_validate({"Error": "ApprovalRejected", "Cause": "rejected by bob: keep 70 days"})
    ended = record_outcome(hub.hub, V1, refusal=refusal)
    assert (ended["state"], ended["error"]) == ("rejected", "rejected by bob: keep 70 days")
    assert state(hub) is State.REJECTED


@pytest.mark.parametrize(
    ("user", "role_id", "said"),
    [("zoe@acme.example", ROLE.id, "proposed"), ("bob", "AROAOTHER", "no approver's role")],
)
def test_who_may_not_is_refused_recorded_and_told(user: str, role_id: str, said: str) -> None:
    hub, digest = planned()
    request_approval(hub.hub, V1, Class.WEAKENS, digest, "token-1", HOURS)
    request = hub.approvals.requests[V1]
    hub.approvals.requests[V1] = request.model_copy(update={"proposer": "zoe@acme.example", "needed": 1})
    status, answer = call(hub, "approve", digest, user, role_id)
    assert (status, said in answer["message"]) == (403, True)
    assert told(hub) == ["approval-waiting", "approval-refused"]
    assert decisions(hub) == ["requested", "refused"]
    assert hub.waits.woken == []


def test_an_administrator_who_calls_with_a_role_of_their_own_is_refused_on_the_record() -> None:
    hub, digest = waiting()
    hub.roles.roles.clear()
    status, answer = call(hub, "approve", digest, "mallory", "AROAADMIN")
    assert (status, "no approver's role" in answer["message"]) == (403, True)
    assert (told(hub)[-1], decisions(hub)[-1]) == ("approval-refused", "refused")


def test_two_decisions_at_once_both_count() -> None:
    hub, digest = waiting()
    read = hub.approvals.find

    def slowly(version: Version) -> Any:
        """The other one decides between our reading and our writing."""
        hub.approvals.find = read  # type: ignore[method-assign]
        found = read(version)
        call(hub, "approve", digest, "carol")
        return found

    hub.approvals.find = slowly  # type: ignore[method-assign]
    _, answer = call(hub, "approve", digest, "bob")
    assert answer["standing"] == "approved"
    assert {vote["user"] for vote in answer["votes"]} == {"bob", "carol"}
    assert all(vote["decision"] == Decision.APPROVE for vote in answer["votes"])


def show(hub: World, **query: str) -> Any:
    answer = answer_call(hub.hub, {"requestContext": {"http": {"method": "GET"}}, "queryStringParameters": query})
    return answer["statusCode"], json.loads(answer["body"])


def test_what_waits_is_shown_with_its_text() -> None:
    hub, digest = waiting()
    status, shown = show(hub, bundle=BUNDLE, version="v1")
    assert (status, shown["digest"], shown["class"]) == (200, digest, "weakens")
    assert "vault" in shown["text"]


def test_calls_that_make_no_sense_are_answered_in_words() -> None:
    hub, digest = waiting()
    assert show(hub, bundle=BUNDLE, version="v9")[0] == 404
    assert show(hub, bundle="NO", version="v1")[0] == 400
    assert call(hub, "maybe", digest)[0] == 400
    assert call(hub, "approve", "short")[0] == 400
    broken = {"requestContext": {"http": {"method": "POST"}}, "body": "{"}
    assert answer_call(hub.hub, broken)["statusCode"] == 400


def test_a_wrong_policy_lets_nobody_decide() -> None:
    hub, digest = waiting()
    hub = hub._replace(approval_policy=lambda: "{")
    status, answer = call(hub, "approve", digest)
    assert (status, "approval policy of this hub is wrong" in answer["message"]) == (409, True)
