"""Resources that no plan selects, where an app asks for it."""

from collections.abc import Mapping
from typing import Any

import pytest

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.cover import Choice, choice_of, cover_drift, failed_at
from backup_apps.domain.drift.findings import Kind, State
from backup_apps.domain.drift.tagged import Tagged
from backup_apps.domain.handling import Covered, Handling
from backup_apps.domain.live import LivePlan
from drift.patching import FILES, ROOT, source_of, state_of
from drift.site import DESIRED, findings, sweep, synced
from sync.memory import World
from sync.test_plan_and_sync import HERE

VOLUME = "arn:aws:ec2:eu-west-1:111111111111:volume/vol-"
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/"
ON: Mapping[str, bool] = {"EBS": True, "DynamoDB": True}


def choice(**selection: Any) -> Choice:
    return choice_of("p", {"SelectionName": "s", **selection}, HERE)


def volume(number: int = 1, **tags: str) -> Tagged:
    return Tagged("EBS", f"{VOLUME}{number:05}", tags)


def tag(**tags: str) -> list[dict[str, str]]:
    return [
        {"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value} for key, value in tags.items()
    ]


def when(operator: str, key: str, value: str) -> dict[str, Any]:
    return {operator: [{"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value}]}


EVERY = ["arn:aws:ec2:*:*:volume/*"]


@pytest.mark.parametrize(
    ("selection", "tags", "why"),
    [
        ({"Resources": EVERY}, {}, None),
        ({"Resources": ["*"]}, {}, None),
        ({"Resources": ["arn:aws:ec2:us-east-1:*:volume/*"]}, {}, "does not name it"),
        ({"Resources": ["arn:aws:rds:*:*:db:*"]}, {}, "does not name it"),
        ({"ListOfTags": tag(backup="daily")}, {"backup": "daily"}, None),
        ({"ListOfTags": tag(backup="daily")}, {"backup": "weekly"}, "asks for the tag backup=daily"),
        ({"ListOfTags": tag(backup="daily"), "Resources": EVERY}, {}, None),
        ({"Resources": EVERY, "NotResources": [f"{VOLUME}*"]}, {}, "excludes it"),
        ({"Resources": EVERY, "Conditions": when("StringEquals", "a", "b")}, {"a": "b"}, None),
        ({"Resources": EVERY, "Conditions": when("StringEquals", "a", "b")}, {}, "asks for the tag a=b"),
        ({"Resources": EVERY, "Conditions": when("StringNotEquals", "a", "b")}, {"a": "b"}, "tag a other than b"),
        ({"Resources": EVERY, "Conditions": when("StringLike", "a", "b*")}, {"a": "c"}, "tag a like b*"),
        ({"Resources": EVERY, "Conditions": when("StringNotLike", "a", "b*")}, {"a": "bc"}, "tag a not like b*"),
    ],
)
def test_a_resource_is_selected_or_fails_at_something(
    selection: dict[str, Any], tags: dict[str, str], why: str | None
) -> None:
    failed = failed_at(choice(**selection), volume(**tags), ON)
    assert (failed is None) == (why is None)
    assert why is None or why in (failed.why if failed else "")


@pytest.mark.parametrize(("resources", "is_backed_up"), [(["*"], False), ([f"{VOLUME}00001"], True)])
def test_a_type_that_is_not_opted_in_is_backed_up_only_by_its_arn(resources: list[str], is_backed_up: bool) -> None:
    failed = failed_at(choice(Resources=resources), volume(), {"EBS": False})
    assert (failed is None) == is_backed_up
    assert failed is None or "EBS is not opted in" in failed.why


def drifts(*resources: Tagged, exclude: tuple[str, ...] = (), choices: tuple[Choice, ...] = ()) -> list[Any]:
    covered = Covered(app="shop", types=("DynamoDB", "EBS"), exclude=exclude)
    return list(cover_drift(resources, choices, [covered], ON))


def test_ten_thousand_volumes_are_one_finding_whatever_their_order() -> None:
    volumes = [volume(number, team="a" if number % 3 else "b") for number in range(10_000)]
    selection = choice(ListOfTags=tag(team="a"))
    (found,) = drifts(*volumes, choices=(selection,))
    (backwards,) = drifts(*reversed(volumes), choices=(selection,))
    assert found == backwards
    assert (found.kind, found.resource, found.apps) == (Kind.COVER, "EBS", ("shop",))
    assert found.live == {"resources": 3334, "examples": [f"{VOLUME}{number:05}" for number in range(0, 15, 3)]}
    assert found.reasons == (
        f"3334 EBS: selection p/s asks for the tag team=a; e.g. {', '.join(found.live['examples'])}",
    )


def test_each_resource_is_told_with_the_selection_that_it_came_nearest_to() -> None:
    far = choice_of("far", {"SelectionName": "x", "Resources": ["arn:aws:rds:*:*:db:*"]}, HERE)
    near = choice(Resources=EVERY, NotResources=[f"{VOLUME}00002"], Conditions=when("StringEquals", "a", "b"))
    (found,) = drifts(volume(1), volume(2), choices=(near, far))
    assert [one.partition(";")[0] for one in found.reasons] == [
        "1 EBS: selection p/s asks for the tag a=b",
        "1 EBS: selection p/s excludes it",
    ]


def test_without_any_selection_and_with_very_many_reasons_it_stays_short() -> None:
    (bare,) = drifts(volume())
    assert bare.reasons[0].startswith("1 EBS: no plan selects anything here")
    many = tuple(choice_of("p", {"SelectionName": f"s{n}", "Resources": [f"{VOLUME}{n:05}"]}, HERE) for n in range(9))
    kept = tuple(one._replace(exclude=one.patterns) for one in many)
    (found,) = drifts(*(volume(number) for number in range(9)), choices=kept)
    assert len(found.reasons) == 6
    assert found.reasons[-1] == "4 EBS for other reasons"


@pytest.mark.parametrize(
    "resource",
    [
        Tagged("EBS", f"{VOLUME}1", {"awsbackup-restore-test": ""}),
        Tagged("DynamoDB", f"{TABLE}awsbackup-restore-test-1", {}),
        Tagged("DynamoDB", f"{TABLE}backup-apps-verify-111111111111-1", {}),
        Tagged("DynamoDB", f"{TABLE}scratch-1", {}),
    ],
)
def test_what_is_made_to_go_or_excluded_is_no_finding(resource: Tagged) -> None:
    assert drifts(resource, exclude=(f"{TABLE}scratch-*",)) == []


# ---------------------------------------------------------------- the sweep


def covering(*resources: Tagged) -> World:
    handling = Handling(covered=(Covered(app="shop", types=("EBS",)),))
    hub = synced(DESIRED.model_copy(update={"handling": handling}))
    hub.members.tagged[:] = resources
    return hub


def test_the_sweep_finds_it_once_and_closes_it_once_a_plan_selects_it() -> None:
    hub = covering(volume())
    sweep(hub), sweep(hub)
    (found,) = findings(hub)
    assert (found.kind, found.state, found.app) == (Kind.COVER, State.OPEN, "shop")
    assert len(hub.alerts.published) == 1
    hub.members.tagged.append(volume(2))
    sweep(hub)
    assert findings(hub)[0].live["resources"] == 2
    assert len(hub.alerts.published) == 1, "more of the same is the same incident"
    hub.members.tagged[:] = [volume(backup="daily")]
    sweep(hub)
    assert [one.state for one in findings(hub)] == [State.CLOSED]


def test_nobody_asked_nobody_is_told_and_nothing_is_read() -> None:
    hub = synced()
    hub.members.tagged.append(volume())
    sweep(hub)
    assert findings(hub) == ()


def test_plans_of_nobody_count_as_well() -> None:
    hub = covering(volume())
    there = hub.members.live[HERE]
    other = LivePlan(name="by-hand", id="orgs/1", arn="arn:by-hand", version="1")
    hub.members.live[HERE] = there.model_copy(update={"plans": (*there.plans, other)})
    hub.members.selections["orgs/1"] = [{"SelectionName": "all", "Resources": EVERY}]
    sweep(hub)
    assert findings(hub) == ()


def test_a_version_says_which_apps_want_which_types_covered() -> None:
    cover = "    cover: {types: [S3, EBS], exclude: ['arn:aws:s3:::logs-*', 'arn:aws:ec2:us-east-1:*:volume/*']}\n"
    files = {**FILES, "app.yaml": ROOT + cover}
    state = state_of(source_of(files), files)
    desired = next(one for one in state.targets if one.target == Target("222222222222", "eu-west-1"))
    assert desired.covered == (Covered(app="two", types=("EBS", "S3"), exclude=("arn:aws:s3:::logs-*",)),)
    assert '"covered"' not in state.to_text()


def test_a_type_that_its_arn_does_not_tell_is_refused_at_its_place() -> None:
    files = {**FILES, "app.yaml": f"{ROOT}    cover:\n      types: [EBS, RDS]\n"}
    (error,) = source_of(files).resolve(files).errors
    assert (error.file, error.line, error.column) == ("app.yaml", 23, 20)
    assert "must be CloudFormation or" in error.message
