"""What stands in for resources that nobody named, and what is said of it."""

import pytest

from backup_apps.domain.simulation import kinds
from backup_apps.domain.simulation.assumptions import assumptions_of
from backup_apps.domain.simulation.kinds import KINDS, kind_of
from backup_apps.domain.simulation.resources import Inventory, resources_of, stand_ins
from backup_apps.domain.simulation.what_if import past_of, simulate
from backup_apps_local.backup import resource_types
from backup_apps_local.backup.settings import MANAGEMENT_DEFAULTS, OPT_IN_DEFAULTS
from simulation.worlds import ABROAD, FIRST, KEY, copy_to, plan, question, resource, rule, state, vault

SELECTED = {
    "Resources": ["arn:aws:dynamodb:*:*:table/pay-*", "arn:aws:s3:::media", "arn:aws:rds:us-east-1:*:db:*"],
    "NotResources": ["arn:aws:dynamodb:*:*:table/pay-cache"],
    "Conditions": {
        "StringLike": [{"ConditionKey": "aws:ResourceTag/app", "ConditionValue": "shop-*"}],
        "StringNotEquals": [{"ConditionKey": "aws:ResourceTag/scratch", "ConditionValue": "true"}],
    },
}
TAGGED = {"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}]}


def test_each_alternative_of_a_selection_has_a_stand_in_that_the_plan_backs_up() -> None:
    asked = state(plan(rule(), **SELECTED), plan(rule(), name="tagged", **TAGGED))
    found = stand_ins([asked, asked])
    assert [(one.shown, one.type) for one in found] == [
        ("tagged backup=daily", None),
        ("dynamodb table/pay-* tagged app=shop-*", "DynamoDB"),
        ("s3 media tagged app=shop-*", "S3"),
    ]
    outcomes = simulate(question(asked, *found, days=1)).after.outcomes
    assert [len(outcome.points) for outcome in outcomes] == [1, 1, 1]


def test_a_plan_that_selects_all_of_a_pattern_backs_up_its_stand_in_too() -> None:
    asked = state(plan(rule(), **SELECTED), plan(rule(), name="wide", Resources=["arn:aws:dynamodb:*:*:table/*"]))
    narrow = next(one for one in stand_ins([asked]) if "pay-" in one.arn)
    (outcome,) = simulate(question(asked, narrow, days=1)).after.outcomes
    assert {point.rule.plan for point in outcome.points} == {"plan", "wide"}


def test_an_inventory_names_types_by_their_arns_or_says_them() -> None:
    cluster = {"account": "111111111111", "region": "eu-west-1", "arn": "arn:aws:rds:eu-west-1:111111111111:cluster:c"}
    sizes = {"size": "512MiB", "dailyChange": "256MiB", "tags": {"a": "1"}}
    first, second = resources_of(
        Inventory.model_validate(
            {"resources": [{**cluster, **sizes, "type": "Neptune"}, {**cluster, "arn": cluster["arn"] + "2", **sizes}]}
        )
    )
    assert (first.type, second.type, second.size, second.daily_change) == ("Neptune", "Aurora", 0.5, 0.25)
    assert not first.is_assumed


@pytest.mark.parametrize("arn", ["*", "arn:aws:rds:*:*:*", "arn:aws:ec2:eu-west-1:111111111111:snapshot/1", "arn:x"])
def test_what_may_be_of_several_types_is_of_none(arn: str) -> None:
    assert kind_of(arn) is None


def test_what_types_can_do_is_as_the_local_aws_has_it() -> None:
    theirs = resource_types.TYPES
    assert KINDS.keys() == theirs.keys()
    for name, kind in KINDS.items():
        other = theirs[name]
        assert (kind.has_cold_storage, kind.has_archive) == (other.has_cold_storage, other.has_archive)
        assert (kind.is_fully_managed, kind.is_continuous) == (other.is_fully_managed, other.is_continuous)
    assert {name: kind.is_opted_in for name, kind in KINDS.items()} == OPT_IN_DEFAULTS
    assert kinds.MANAGEMENT_DEFAULTS == MANAGEMENT_DEFAULTS


def test_what_is_taken_as_given_is_said() -> None:
    unknown = resource("arn:aws:new:eu-west-1:111111111111:thing/1")
    copied = state(plan(rule(CopyActions=[copy_to(ABROAD, "elsewhere")])))
    other_key = state(plan(rule()), vaults=(vault(key_arn=KEY + "2"),))
    said = "\n".join(assumptions_of(question(other_key, unknown, before=copied)))
    assert "new thing/1" in said
    assert "111111111111:backup-vault:elsewhere" in said
    assert "111111111111/eu-west-1/main keeps its key" in said
    assert "since 2026-12-02" in said
    assert "stands for one resource" not in said
    assert "stands for one resource" in "\n".join(assumptions_of(question(copied, *stand_ins([copied]))))


def test_the_past_is_as_long_as_anything_is_kept_ten_years_at_most_and_one_for_ever() -> None:
    copied = state(plan(rule(CopyActions=[copy_to(ABROAD, DeleteAfterDays=90)])))
    assert (FIRST - past_of(copied, FIRST)).days == 91
    assert (FIRST - past_of(state(plan(rule(Lifecycle={"DeleteAfterDays": 36500}))), FIRST)).days == 3650
    assert (FIRST - past_of(state(plan(rule(Lifecycle={}))), FIRST)).days == 366
