"""Each check with what passes it, what fails it, and what leaves it in doubt: one fact of a healthy world changes."""

from typing import Any

import pytest

from backup_apps.domain.doctor import CHECKS, Examination, State, diagnose
from backup_apps.domain.doctor.deployment import ASSUMED_BY, FORWARDED
from backup_apps.domain.doctor.facts import (
    AccountFacts,
    Keeping,
    Refused,
    Role,
    Rule,
    Subscription,
    TargetFacts,
    Unknown,
    Vault,
)
from doctor.healthy import (
    BACKUP_ROLE,
    GOOD_KEY,
    HEALTHY,
    HERE,
    OTHER,
    SANDBOX,
    TEST_ROLE,
    TRAIL,
    VAULT,
    allow,
    hub,
    key,
    key_policy,
    passable,
    policy,
    role,
    sandbox_network,
    target,
    trusting,
    trusting_hub,
    vault,
    vault_policy,
)

DENIED = Unknown("AccessDenied")
OTHER_ID = {"StringEquals": {"sts:ExternalId": "another secret"}}
FAR = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}

FAILED: list[tuple[str, Examination, str]] = [
    ("D101", hub(outputs={"HubName": "backup-apps"}), "of an earlier release"),
    ("D102", hub(trust_policy='{"issuers": []}'), "no pipeline is approved"),
    ("D102", hub(trust_policy="{"), "not JSON"),
    ("D103", hub(approval_policy='{"approverRoles": []}'), "nobody may approve"),
    ("D103", hub(approval_policy='{"approverRoles": ["arn:aws:iam::1:role/me"]}'), "is wrong"),
    ("D104", hub(subscriptions=()), "no subscription"),
    ("D104", hub(subscriptions=(Subscription("email", False),)), "email was subscribed and not confirmed"),
    ("D105", hub(state_bucket=Keeping(True, False)), "Object Lock is off"),
    ("D106", hub(ledger_key="PendingDeletion"), "PendingDeletion"),
    ("D107", hub(bus_policy=policy(allow({"AWS": [OTHER]}, "events:PutEvents"))), "does not let 111111111111"),
    ("D201", role("backup-apps-verify", None), "not there"),
    ("D201", role("backup-apps-plan", Role("", policy(allow({"AWS": "AROA1EXAMPLE"})))), "made anew"),
    ("D201", role("backup-apps-sync", trusting_hub("backup-apps-sync", Condition={})), "without an external id"),
    (
        "D201",
        role("backup-apps-verify", trusting_hub("backup-apps-verify", Condition=OTHER_ID)),
        "another external id than backup-apps-plan",
    ),
    ("D202", target(hub_reads=Refused("AccessDenied")), "can't read this target"),
    ("D203", role("backup-apps-events", trusting("backup.amazonaws.com")), "events.amazonaws.com"),
    ("D203", role("backup-apps-backup", None), "not there"),
    ("D204", role(BACKUP_ROLE, None), "not there"),
    ("D204", role(BACKUP_ROLE, trusting("ec2.amazonaws.com")), "does not let backup.amazonaws.com"),
    ("D205", role(TEST_ROLE, trusting("backup.amazonaws.com")), "does not let restore-testing"),
    ("D206", passable(("arn:aws:iam::*:role/other-*",)), "may not hand it"),
    ("D206", passable(()), "may not hand it"),
    ("D301", target(trails=()), "there is no trail"),
    ("D301", target(trails=(TRAIL._replace(logging=False),)), "does not log"),
    ("D301", target(trails=(TRAIL._replace(writes=False, keys=False),)), "no management events that write"),
    ("D301", target(trails=(TRAIL._replace(keys=False),)), "leaves out the events of KMS"),
    ("D302", target(rule=None), "not there"),
    ("D302", target(rule=Rule(False, FORWARDED, ("arn:bus",))), "disabled"),
    ("D302", target(rule=Rule(True, FORWARDED, ("arn:other",))), "not to the hub's bus"),
    ("D302", target(rule=Rule(True, {"source": ["aws.backup"]}, ("arn:bus",))), "other events"),
    ("D303", target(plans=270), "270 of 300"),
    ("D304", target(opted_in={"DynamoDB": False}), "not opted in"),
    ("D401", key(None), "not there"),
    ("D401", key(GOOD_KEY._replace(state="Disabled")), "is Disabled"),
    ("D402", key(GOOD_KEY._replace(rotates=False)), "rotation is off"),
    ("D402", key(GOOD_KEY._replace(rotates=None)), "can't rotate"),
    ("D403", key(GOOD_KEY._replace(policy=key_policy(OTHER))), "does not let its account's roles"),
    ("D404", key(GOOD_KEY._replace(policy=key_policy(HERE.account))), "does not let account 222222222222"),
    ("D501", vault(VAULT, None), "not there"),
    ("D502", vault(VAULT, Vault(True, None)), "does not let 111111111111 copy"),
    ("D502", vault(VAULT, Vault(True, vault_policy("333333333333"))), "does not let 111111111111 copy"),
    ("D601", target(buckets={"invoices": False}), "not versioned"),
    ("D601", target(buckets={"invoices": None}), "not there"),
    ("D602", vault(SANDBOX, None), "not there"),
    ("D602", vault(SANDBOX, Vault(True, vault_policy(HERE.account))), "is locked"),
    ("D603", vault(SANDBOX, Vault(False, None)), "does not let 111111111111 copy"),
    ("D604", sandbox_network(False), "not there"),
    ("D701", hub(cross_account=False), "is off"),
    ("D702", hub(organization=False), "may not read the organization"),
]
IN_DOUBT: list[tuple[str, Examination]] = [
    ("D102", hub(trust_policy=DENIED)),
    ("D103", hub(approval_policy=DENIED)),
    ("D104", hub(subscriptions=DENIED)),
    ("D105", hub(state_bucket=DENIED)),
    ("D106", hub(ledger_key=DENIED)),
    ("D107", hub(bus_policy=DENIED)),
    ("D201", role("backup-apps-inspect", DENIED)),
    ("D202", target(hub_reads=DENIED)),
    ("D203", role("backup-apps-restore", DENIED)),
    ("D204", role(BACKUP_ROLE, DENIED)),
    ("D205", role(TEST_ROLE, DENIED)),
    ("D206", passable(DENIED)),
    ("D301", target(trails=DENIED)),
    ("D301", target(trails=(TRAIL._replace(writes=DENIED, keys=DENIED),))),
    ("D301", target(trails=(TRAIL._replace(keys=False), TRAIL._replace(writes=DENIED, keys=DENIED)))),
    ("D302", target(rule=DENIED)),
    ("D303", target(vaults=DENIED)),
    ("D304", target(opted_in=DENIED)),
    ("D304", target(opted_in={})),
    ("D401", key(DENIED)),
    ("D402", key(GOOD_KEY._replace(rotates=DENIED))),
    ("D403", key(GOOD_KEY._replace(policy=DENIED))),
    ("D403", key(GOOD_KEY._replace(policy=policy(allow({"AWS": f"arn:aws:iam::{HERE.account}:role/one"}, "kms:*"))))),
    ("D404", key(GOOD_KEY._replace(policy=key_policy(HERE.account, OTHER, **FAR)))),
    ("D501", vault(VAULT, DENIED)),
    ("D502", vault(VAULT, Vault(True, DENIED))),
    ("D502", vault(VAULT, Vault(True, vault_policy("*", **FAR) | policy(allow("*", "backup:*", **FAR))))),
    ("D601", target(buckets={"invoices": DENIED})),
    ("D602", vault(SANDBOX, DENIED)),
    ("D603", vault(SANDBOX, Vault(False, DENIED))),
    ("D604", sandbox_network(DENIED)),
    ("D701", hub(cross_account=DENIED)),
    ("D702", hub(organization=DENIED)),
]


def states(examined: Examination, number: str) -> set[State]:
    return {one.state for one in diagnose(examined) if one.id == number}


def test_all_is_well_in_a_healthy_world_and_every_check_says_so() -> None:
    found = diagnose(HEALTHY)

    assert [one for one in found if one.state is not State.OK] == []
    assert {one.id for one in found} == {check.number for check in CHECKS}


@pytest.mark.parametrize(("number", "examined", "message"), FAILED, ids=[f"{one[0]} {one[2]}" for one in FAILED])
def test_a_fault_fails_its_check_with_a_cure(number: str, examined: Examination, message: str) -> None:
    failed = [one for one in diagnose(examined) if one.state is State.FAILED]

    assert number in {one.id for one in failed}
    told = [one for one in failed if one.id == number]
    assert any(message in one.message for one in told), [one.message for one in told]
    assert all(one.cure for one in failed)


@pytest.mark.parametrize(("number", "examined"), IN_DOUBT, ids=lambda one: one if isinstance(one, str) else "")
def test_what_can_not_be_read_is_unknown_and_never_ok(number: str, examined: Examination) -> None:
    assert State.UNKNOWN in states(examined, number)
    assert State.FAILED not in states(examined, number)


def test_every_check_has_a_number_of_its_own_and_cases_of_both_kinds() -> None:
    numbers = [check.number for check in CHECKS]

    assert len(numbers) == len(set(numbers))
    assert set(numbers) == {one[0] for one in FAILED}
    assert set(numbers) - {"D101"} == {one[0] for one in IN_DOUBT}  # what the stack says is how the hub is found


def test_where_nobody_lets_us_in_nothing_is_ok_but_the_hub() -> None:
    account = AccountFacts(dict.fromkeys((*ASSUMED_BY, BACKUP_ROLE), DENIED), DENIED)
    unread: dict[str, Any] = dict.fromkeys(TargetFacts._fields, DENIED) | {"keys": {}, "buckets": {}, "networks": {}}
    shut = HEALTHY._replace(
        accounts={HERE.account: account}, targets=dict.fromkeys(HEALTHY.targets, TargetFacts(**unread)), vaults={}
    )

    ok = {one.id for one in diagnose(shut) if one.state is State.OK}

    assert ok == {"D101", "D102", "D103", "D104", "D105", "D106", "D107", "D701", "D702"}


def test_a_denial_in_a_policy_is_not_read_as_permission() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "kms:CreateGrant", "Resource": "*", **FAR}
    denied = {**key_policy(HERE.account, OTHER), "Statement": [*key_policy(HERE.account, OTHER)["Statement"], denial]}

    assert states(key(GOOD_KEY._replace(policy=denied)), "D403") == {State.UNKNOWN}


def test_conditions_that_calls_of_aws_backup_meet_are_met() -> None:
    via = {"Condition": {"StringLike": {"kms:ViaService": "backup.*.amazonaws.com"}}}

    assert states(key(GOOD_KEY._replace(policy=key_policy(HERE.account, OTHER, **via))), "D404") == {State.OK}
