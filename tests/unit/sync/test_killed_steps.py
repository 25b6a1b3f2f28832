"""Steps of the hub that are killed at any of their writes: before it is made, or when it is made and nobody hears it.

The next attempt, of the same event, ends where an undisturbed one would have ended, and who had to be told was told.
"""

import json
from collections.abc import Callable
from inspect import get_annotations, getmembers, isfunction
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.approvals.request import Standing
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState
from backup_apps.domain.errors import UnreachableError
from backup_apps.domain.places import Finding
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.staging.settings import Canary, Staging, Window
from backup_apps.ports.hub import Hub
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.approval_calls import answer_call
from backup_apps.usecases.next_stage import next_stage
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.request_approval import request_approval
from backup_apps.usecases.requests import Refusal
from backup_apps.usecases.sync_target import sync_target
from sync.killing import READS, WRITES, Fuse, Killed, fused, left
from sync.memory import Resolved, World, world
from sync.memory_approvals import APPROVER, ROLE
from sync.steps import GOOD, HERE, THERE, V1, V2
from sync.targets import BUNDLE

BOTH = Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=(GOOD, GOOD.model_copy(update={"account": THERE.account}))))
BAD = Resolved(BUNDLE, None, (Finding("app.yaml", 7, 11, "policy", "35 has no unit; write 35d"),))
NIGHT = Window("cron(0 22 * * ? *)", "Etc/UTC", 60)
ONE = Staging("shop", Canary(30, (HERE.account,)))
HOURS = 72 * 3600

Attempt = Callable[[Hub, int], Any]
"""A step, and the number of its attempt."""


class Case(NamedTuple):
    before: Callable[[], World]
    step: Attempt
    ends: State
    """The state of the version that it is about."""


def uploaded(version: Version = V1, bundle: Resolved = BOTH, hub: World | None = None) -> World:
    hub = hub or world(HERE, THERE)
    hub.upload(version, bundle, int(version.version[1:]))
    return hub


def admitted(version: Version = V1, hub: World | None = None) -> World:
    hub = uploaded(version, hub=hub)
    admit_bundle(hub.hub, version.key, None)
    return hub


def each_planned() -> World:
    """One target was; of the other that could not be reached its step told."""
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    record_failure(hub.hub, V1, THERE, str(UnreachableError("AssumeRole", "AccessDenied", "the role is missing")))
    return hub


def planned() -> World:
    hub = admitted()
    for one in (HERE, THERE):
        plan_target(hub.hub, V1, one)
    record_plan(hub.hub, V1)
    return hub


def waiting() -> World:
    hub = planned()
    ask(hub.hub, 0)
    return hub


def overtaken() -> World:
    return admitted(V2, planned())


def half_synced() -> World:
    """In the second round, one target is synced and the other waits again."""
    hub = planned()
    sync_target(hub.hub, V1, HERE, hub.planned(V1, HERE), "run", hub.clock())
    record_failure(hub.hub, V1, THERE, "MovedError: moved")
    for one in (HERE, THERE):
        plan_target(hub.hub, V1, one)
    record_plan(hub.hub, V1)
    ask(hub.hub, 0)
    return hub


def half_failed() -> World:
    hub = planned()
    sync_target(hub.hub, V1, HERE, hub.planned(V1, HERE), "run", hub.clock())
    record_failure(hub.hub, V1, THERE, "AwsError: broken")
    return hub


def staged() -> World:
    """Two apps: the canary of one failed, the target of the other waits for its window."""
    asked = {HERE: Staging("shop", Canary(30)), THERE: Staging("web", windows=(NIGHT,))}
    leaves = [LeafGovernance(one.app, (target,), {}, {}, {}, False, staging=(one,)) for target, one in asked.items()]
    hub = uploaded(bundle=BOTH._replace(governance=Governance(tuple(leaves)).to_json()))
    admit_bundle(hub.hub, V1.key, None)
    for one in (HERE, THERE):
        plan_target(hub.hub, V1, one)
    record_plan(hub.hub, V1)
    return hub


def staged_and_failed() -> World:
    hub = staged()
    look(1)(hub.hub, 0)
    record_failure(hub.hub, V1, HERE, "AwsError: broken")
    return hub


def staged_and_held_back() -> World:
    """All are under the app of the canary that failed."""
    hub = staged()
    both = LeafGovernance("shop", (HERE, THERE), {}, {}, {}, False, staging=(ONE,))
    hub.documents.write("changes/acme/v1/governance.json", json.dumps(Governance((both,)).to_json()))
    look(1)(hub.hub, 0)
    record_failure(hub.hub, V1, HERE, "AwsError: broken")
    return hub


def staged_and_overtaken() -> World:
    return admitted(V2, staged())


def look(number: int) -> Attempt:
    return lambda hub, attempt: next_stage(hub, V1, 1, number)


def once_approved() -> World:
    hub = waiting()
    decide("approve", "bob")(hub.hub, 0)
    return hub


def admit(version: Version) -> Attempt:
    return lambda hub, attempt: admit_bundle(hub, version.key, None)


def ask(hub: Hub, attempt: int) -> Any:
    """Step Functions gives each attempt another token."""
    digest = json.loads(hub.documents.read("changes/acme/v1/change-set.json"))["digest"]
    return request_approval(hub, V1, Class.WEAKENS, digest, f"token-{attempt}", HOURS)


def let_pass(hub: Hub, attempt: int) -> Any:
    return request_approval(hub, V1, Class.NEUTRAL, "0" * 64, f"token-{attempt}", HOURS)


def decide(decision: str, user: str) -> Attempt:
    def call(hub: Hub, attempt: int) -> Any:
        request = hub.approvals.find(V1)
        assert request
        arn = f"arn:aws:sts::999999999999:assumed-role/{APPROVER}/{user}"
        caller = {"accountId": "999999999999", "userArn": arn, "userId": f"{ROLE.id}:{user}"}
        body = {"bundle": BUNDLE, "version": "v1", "decision": decision, "digest": request.digest}
        context = {"http": {"method": "POST"}, "authorizer": {"iam": caller}}
        answer = answer_call(hub, {"requestContext": context, "body": json.dumps(body)})
        assert answer["statusCode"] == 200, answer

    return call


def refuse(error: str, cause: str = "") -> Attempt:
    refusal = Refusal.model_validate({"Error": error, "Cause": cause})
    return lambda hub, attempt: record_outcome(hub, V1, refusal=refusal)


def plan_one(hub: Hub, attempt: int) -> Any:
    return plan_target(hub, V1, HERE)


def fail_one(hub: Hub, attempt: int) -> Any:
    return record_failure(hub, V1, THERE, "AwsError: broken")


CASES = {
    "admit": Case(uploaded, admit(V1), State.PLANNED),
    "admit and supersede": Case(lambda: uploaded(V2, hub=waiting()), admit(V2), State.PLANNED),
    "admit late": Case(lambda: admitted(V2, uploaded()), admit(V1), State.SUPERSEDED),
    "admit what is wrong": Case(lambda: uploaded(bundle=BAD), admit(V1), State.REJECTED),
    "plan a target": Case(admitted, plan_one, State.PLANNED),
    "record a failure": Case(admitted, fail_one, State.PLANNED),
    "record a plan": Case(each_planned, lambda hub, attempt: record_plan(hub, V1), State.PLANNED),
    "let pass": Case(planned, let_pass, State.PLANNED),
    "ask": Case(planned, ask, State.WAITING_APPROVAL),
    "ask too late": Case(overtaken, ask, State.PLANNED),
    "approve": Case(waiting, decide("approve", "bob"), State.WAITING_APPROVAL),
    "approve at last": Case(once_approved, decide("approve", "carol"), State.WAITING_APPROVAL),
    "reject": Case(waiting, decide("reject", "bob"), State.WAITING_APPROVAL),
    "end in part": Case(half_failed, lambda hub, attempt: record_outcome(hub, V1), State.PARTLY_FAILED),
    "break off": Case(planned, lambda hub, attempt: record_outcome(hub, V1, "States.Timeout"), State.FAILED),
    "end rejected": Case(waiting, refuse("ApprovalRejected", "rejected by bob"), State.REJECTED),
    "end superseded": Case(waiting, refuse("ApprovalSuperseded", "a later one"), State.SUPERSEDED),
    "end out of time": Case(waiting, refuse("States.Timeout"), State.REJECTED),
    "first stage": Case(staged, look(1), State.SYNCING),
    "tell of canaries": Case(staged_and_failed, look(2), State.SYNCING),
    "hold back": Case(staged_and_held_back, look(2), State.SYNCING),
    "stage too late": Case(staged_and_overtaken, look(1), State.PLANNED),
    "end half synced": Case(half_synced, refuse("ApprovalRejected", "rejected by bob"), State.PARTLY_FAILED),
}


TOLD_AGAIN = {"ask", "tell of canaries"}
"""On-call hears again: to keep that they were told before they are would risk that they never hear."""


@pytest.mark.parametrize("name", CASES)
def test_a_step_that_was_killed_anywhere_is_made_good_by_the_next_attempt(name: str) -> None:
    case = CASES[name]
    undisturbed, fuse = case.before(), Fuse()
    case.step(fused(undisturbed, fuse), 1)
    version = V2 if name == "admit and supersede" else V1
    assert undisturbed.records.commits[version].state is case.ends
    wanted = left(undisturbed)
    assert fuse.burnt
    for burnt in range(fuse.burnt):
        hub = case.before()
        with pytest.raises(Killed):
            case.step(fused(hub, Fuse(burnt)), 1)
        case.step(hub.hub, 2)
        assert left(hub) == wanted, f"killed after {burnt} ends of writes"


@pytest.mark.parametrize("name", CASES)
def test_a_step_that_comes_twice_leaves_what_it_left(name: str) -> None:
    case = CASES[name]
    hub = case.before()
    case.step(hub.hub, 1)
    wanted, told = left(hub), len(hub.alerts.published)
    case.step(hub.hub, 2)
    assert left(hub) == wanted
    assert len(hub.alerts.published) == told * (2 if name in TOLD_AGAIN else 1)


def test_a_step_is_killed_at_everything_that_it_may_write() -> None:
    """Whoever adds to a port says which it is."""
    hub = world(HERE)
    for name, writes in WRITES.items():
        port = type(getattr(hub, name))
        methods = {each for each, _ in getmembers(port, isfunction) if not each.startswith("_")}
        assert methods - get_annotations(port).keys() == {*writes, *READS.get(name, ())}, name


def test_what_waited_is_superseded_in_the_end() -> None:
    """The cases above compare two ends; this is what the end is."""
    hub = CASES["admit and supersede"].before()
    CASES["admit and supersede"].step(hub.hub, 1)
    assert hub.approvals.requests[V1].standing is Standing.SUPERSEDED
    assert [token for token, _ in hub.waits.woken] == ["token-0"]
