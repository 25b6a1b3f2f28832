"""What a session of a sync is called, and what it may do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from backup_apps.domain.commits import Version
from backup_apps.domain.difference import diff
from backup_apps.domain.handling import Adopted, Covered, Handling
from backup_apps.domain.session_policies import POLICY_LIMIT, Place, first_session, reading_policy
from backup_apps.domain.sessions import SyncSession, session_name, tag_value
from sync.targets import (
    ACCOUNT,
    BUNDLE,
    KEY,
    REGION,
    TOPIC,
    live,
    live_plan,
    live_testing,
    live_vault,
    plan,
    restore_testing,
    rule,
    selection,
    selection_of,
    target,
    vault,
)

HERE = target().target
VAULT = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:primary"
PLAN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:id-of-shop-daily"
ANY_PLAN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:*"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/acme-backup"
MADE = {"StringEquals": {"aws:RequestTag/backup-apps:bundle": BUNDLE}}
OURS_ALREADY = {"StringEquals": {"aws:ResourceTag/backup-apps:bundle": BUNDLE}}
TO_BACKUP = {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}}


def allowed(policy: str) -> list[tuple[Any, Any, Any]]:
    statements = json.loads(policy)["Statement"]
    assert {one["Effect"] for one in statements} == {"Allow"}
    return [(one["Action"], one["Resource"], one.get("Condition")) for one in statements]


def sessions(desired: Any, there: Any) -> Iterator[list[tuple[Any, Any, Any]]]:
    """The policies of a sync whose plans get the id that `live_plan` gives."""
    left = diff(desired, there, BUNDLE).writes
    plans = {one.name: one.arn for one in there.plans}
    while left:
        session = first_session(left, Place("aws", HERE, BUNDLE, plans))
        yield allowed(session.policy)
        plans |= {one.name: live_plan(plan(one.name)).arn for one in session.writes if one.kind == "plan"}
        left = left[len(session.writes) :]


def test_a_first_sync_creates_what_is_named_and_asks_of_a_new_plan_only_once_it_is_there() -> None:
    created, filled = sessions(target(vault(), plan()), live())
    assert created == [
        ("backup-storage:MountCapsule", "*", None),
        (["backup:CreateBackupPlan", "backup:TagResource"], ANY_PLAN, MADE),
        (["backup:CreateBackupVault", "backup:TagResource"], VAULT, MADE),
        (["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:RetireGrant"], KEY, None),
    ]
    assert filled == [
        ("backup:CreateBackupSelection", PLAN, OURS_ALREADY),
        ("iam:PassRole", ROLE, TO_BACKUP),
    ]


def test_without_a_key_of_the_users_no_key_may_be_used() -> None:
    (created,) = sessions(target(vault(key_arn=None)), live())
    assert [actions for actions, *_ in created if "kms" in str(actions)] == []


def test_what_changes_is_named_by_name_and_by_id_and_carries_the_bundles_tag() -> None:
    changed = target(
        vault(lock={"MinRetentionDays": 7}, notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": ["A"]}),
        plan(rules=[rule(Lifecycle={"DeleteAfterDays": 90})], selections=[selection("new-1", "weekly")]),
        region_settings={"ResourceTypeOptInPreference": {"EBS": True}},
    )
    (only,) = sessions(changed, live(live_vault(access_policy={"a": 1}, tags=vault().tags | {"x": "y"}), live_plan()))
    assert only == [
        ("backup:UpdateRegionSettings", "*", None),
        (
            ["backup:CreateBackupSelection", "backup:DeleteBackupSelection", "backup:UpdateBackupPlan"],
            PLAN,
            OURS_ALREADY,
        ),
        (
            [
                "backup:DeleteBackupVaultAccessPolicy",
                "backup:PutBackupVaultLockConfiguration",
                "backup:PutBackupVaultNotifications",
                "backup:UntagResource",
            ],
            VAULT,
            OURS_ALREADY,
        ),
        ("iam:PassRole", ROLE, TO_BACKUP),
    ]


def test_what_is_adopted_may_be_given_the_bundles_tag_and_nothing_before_it() -> None:
    adopting = target(vault(), plan()).model_copy(
        update={"handling": Handling(adopt=Adopted(vaults=("primary",), plans=("shop-daily",)))}
    )
    (only,) = sessions(adopting, live(live_vault(tags={}), live_plan(tags={})))
    assert only == [
        ("backup:TagResource", [PLAN, VAULT], MADE),
        ("backup:TagResource", PLAN, OURS_ALREADY),
    ]


def test_what_goes_may_only_be_deleted() -> None:
    (only,) = sessions(target(), live(live_vault(), live_plan()))
    assert only == [
        (["backup:DeleteBackupPlan", "backup:DeleteBackupSelection"], PLAN, OURS_ALREADY),
        ("backup:DeleteBackupVault", VAULT, OURS_ALREADY),
    ]


TEST = f"arn:aws:backup:{REGION}:{ACCOUNT}:restore-testing-plan:shop-*"
ANY_TEST = f"arn:aws:backup:{REGION}:{ACCOUNT}:restore-testing-plan:*"
RESTORE = f"arn:aws:iam::{ACCOUNT}:role/backup-apps-restore"
TO_TESTING = {"StringEquals": {"iam:PassedToService": "restore-testing.backup.amazonaws.com"}}


def test_tests_of_restores_are_named_by_their_plan_and_their_role_is_handed_to_restore_testing() -> None:
    (only,) = sessions(target(testing=(restore_testing(),)), live())
    assert only == [
        (["backup:CreateRestoreTestingPlan", "backup:TagResource"], ANY_TEST, MADE),
        ("backup:CreateRestoreTestingSelection", TEST, OURS_ALREADY),
        ("iam:PassRole", RESTORE, TO_TESTING),
    ]
    changed = restore_testing(
        "shop", selections=[selection_of("DynamoDB", ValidationWindowHours=8)], SelectionWindowDays=60
    )
    (only,) = sessions(target(testing=(changed,)), live(testing=(live_testing(tags=changed.tags | {"x": "y"}),)))
    verbs = ["backup:UntagResource", "backup:UpdateRestoreTestingPlan", "backup:UpdateRestoreTestingSelection"]
    assert only == [(verbs, TEST, OURS_ALREADY), ("iam:PassRole", RESTORE, TO_TESTING)]
    (only,) = sessions(target(), live(testing=(live_testing(),)))
    verbs = ["backup:DeleteRestoreTestingPlan", "backup:DeleteRestoreTestingSelection"]
    assert only == [(verbs, TEST, OURS_ALREADY)]


def test_a_session_holds_as_many_changes_as_fit_and_no_more() -> None:
    many = [vault(f"vault-{number:02}", key_arn=None) for number in range(60)]
    writes = diff(target(*many), live(), BUNDLE).writes
    place = Place("aws", HERE, BUNDLE, {})
    session = first_session(writes, place)
    count = len(session.writes)
    assert 10 < count < 60
    assert len(session.policy) <= POLICY_LIMIT
    assert first_session(writes[:count], place) == session
    assert len(list(sessions(target(*many), live()))) == -(-60 // count)


def test_reading_is_of_the_target_alone_and_of_keys_and_settings_only_where_they_are_asked_for() -> None:
    everything = reading_policy(
        target(
            vault(key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/acme"),
            region_settings={"ResourceTypeOptInPreference": {"EBS": True}},
        ),
        "aws",
    )
    (unnamed,) = (actions for actions, resource, _ in allowed(everything) if resource == "*")
    assert unnamed == [
        "backup:DescribeRegionSettings",
        "backup:ListBackupPlans",
        "backup:ListBackupVaults",
        "backup:ListRestoreTestingPlans",
        "tag:GetResources",
    ]
    named = [resource for _, resource, _ in allowed(everything) if resource != "*"]
    assert all(f":{REGION}:{ACCOUNT}:" in resource for resource in named)
    least = reading_policy(target(vault()), "aws")
    assert "kms:" not in least
    assert "DescribeRegionSettings" not in least
    handling = Handling(covered=(Covered(app="shop", types=("DynamoDB",)),))
    covering = target(vault()).model_copy(update={"handling": handling})
    assert "DescribeRegionSettings" in reading_policy(covering, "aws"), "which types are opted in"
    for action in json.loads(everything)["Statement"]:
        verbs = action["Action"] if isinstance(action["Action"], list) else [action["Action"]]
        assert all(verb.partition(":")[2].startswith(("Get", "List", "Describe")) for verb in verbs)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("acme-v1", "acme-v1"),
        ("acme@1.2_3", "acme@1.2_3"),
        ("Jané Doe <j@x>", "Jan--Doe--j@x-"),
        ("v" * 64, "v" * 64),
    ],
)
def test_names_of_sessions_hold_what_sts_takes(text: str, name: str) -> None:
    assert session_name(text) == name


def test_long_names_fit_and_stay_apart() -> None:
    names = {session_name("v" * 70 + last) for last in "ab"}
    assert len(names) == 2
    assert {len(name) for name in names} == {64}


def test_values_of_tags_hold_what_sts_takes() -> None:
    assert tag_value("Jané Doe <j@acme.example>\n") == "Jané Doe _j@acme.example__"
    assert tag_value("arn:aws:iam::1:role/a=b+c") == "arn:aws:iam::1:role/a=b+c"
    assert len(tag_value("x" * 300)) == 256


def test_a_session_says_commit_and_approver() -> None:
    session = SyncSession(Version("acme", "v1"), "jane@acme.example")
    assert (session.name, session.source_identity) == ("acme-v1", "acme@v1")
    assert session.tags["backup-apps:approver"] == "jane@acme.example"
    assert set(SyncSession(Version("acme", "v1")).tags) == {"backup-apps:bundle", "backup-apps:version"}
    longest = SyncSession(Version("b" * 40, "v" * 64))
    assert len(longest.name) == len(longest.source_identity) == 64
