"""Somebody changes a member account by hand: it is found by event, with who did it, and put back where an app heals."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.drift.findings import State
from backup_apps_local.world import HOME_REGION, KEY_ALIAS, MEMBER_ACCOUNTS

from .bundles import full_spec, new_version, small_spec
from .conftest import LocalAws
from .drift import MEMBER, Site, back_up, shorten, sweep, without_events
from .waiting import tell, within

WITHIN = 10.0
"""Seconds from a change in the console to the alert."""
SETTLED = 60.0
"""Seconds until a finding has ended, which nobody waits for with a pager in the hand."""
_NAMES = (f"0-drift-{number:04}" for number in itertools.count(9999, -1))
"""Each sorted before all others, so that its bundle tells of what no bundle manages."""


class Deed(NamedTuple):
    """What somebody does in the console, and the finding that it makes."""

    kind: str
    direction: str
    do: Callable[[Site], None]
    prepare: Callable[[Site], Any] = id


def drop_a_copy(site: Site) -> None:
    site.change_plan(lambda rules: [rule.pop("CopyActions", None) for rule in rules])


def drop_a_selection(site: Site) -> None:
    plan = site.plan["BackupPlanId"]
    found = site.backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    tables = next(one for one in found if one["SelectionName"].startswith("tables-"))
    site.backup.delete_backup_selection(BackupPlanId=plan, SelectionId=tables["SelectionId"])


def open_the_vault(site: Site) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    site.backup.put_backup_vault_access_policy(BackupVaultName=site.name, Policy=policy)


def unlock(site: Site) -> None:
    site.backup.delete_backup_vault_lock_configuration(BackupVaultName=site.name)


def leave_volumes_untested(site: Site) -> None:
    """Nobody tests any more whether they restore."""
    names = {"RestoreTestingPlanName": site.name.replace("-", "_"), "RestoreTestingSelectionName": "EBS"}
    site.backup.delete_restore_testing_selection(**names)


def opt_out(site: Site) -> None:
    site.backup.update_region_settings(ResourceTypeOptInPreference={"DynamoDB": False})


def add_a_plan(site: Site) -> None:
    rule = {"RuleName": "mine", "TargetBackupVaultName": site.name}
    site.backup.create_backup_plan(BackupPlan={"BackupPlanName": f"{site.name}-mine", "Rules": [rule]})


def key_of(site: Site) -> tuple[Any, str]:
    kms = site.aws.client("kms", MEMBER)
    return kms, kms.describe_key(KeyId=KEY_ALIAS)["KeyMetadata"]["KeyId"]


def start_rotation(site: Site) -> None:
    """That a key rotates has to be seen before it shows that it does no more."""
    kms, key = key_of(site)
    with without_events(site.aws):
        kms.enable_key_rotation(KeyId=key)
    site.sweep()


def stop_rotation(site: Site) -> None:
    kms, key = key_of(site)
    kms.disable_key_rotation(KeyId=key)


def delete_the_key(site: Site) -> None:
    kms, key = key_of(site)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


DEEDS = [
    Deed("rule", "weakens", shorten),
    Deed("rule", "weakens", drop_a_copy),
    Deed("selection", "weakens", drop_a_selection),
    Deed("access-policy", "weakens", open_the_vault),
    Deed("lock", "weakens", unlock),
    Deed("region-opt-in", "weakens", opt_out),
    Deed("restore-testing", "weakens", leave_volumes_untested),
    Deed("unmanaged-plan", "neutral", add_a_plan),
    Deed("key-rotation", "weakens", stop_rotation, start_rotation),
    Deed("key-state", "weakens", delete_the_key),
]


@pytest.fixture
def site(local_aws: LocalAws) -> Iterator[Site]:
    name = next(_NAMES)
    site = Site(local_aws, name, full_spec(name, (MEMBER,))).push()
    yield site
    kms, key = key_of(site)
    if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion":
        kms.cancel_key_deletion(KeyId=key)
        kms.enable_key(KeyId=key)
    for plan in site.backup.list_backup_plans()["BackupPlansList"]:
        if plan["BackupPlanName"] == f"{name}-mine":
            site.backup.delete_backup_plan(BackupPlanId=plan["BackupPlanId"])
    site.backup.update_region_settings(ResourceTypeOptInPreference={"DynamoDB": True})


def told(site: Site, kind: str) -> list[dict[str, Any]]:
    return [one for alert in site.alerts() for one in alert["findings"] if one["kind"] == kind]


def test_what_weakens_is_put_back_where_the_app_heals(local_aws: LocalAws) -> None:
    name = f"drift-heals-{new_version()}"
    spec = small_spec(name) | {"selfHeal": True}
    site = Site(local_aws, name, spec).push()
    shorten(site)
    within(SETTLED, lambda: site.findings(State.HEALED), local_aws)
    (rule,) = site.plan["BackupPlan"]["Rules"]
    assert rule["Lifecycle"]["DeleteAfterDays"] == 35
    assert len(site.alerts()) == 1
    assert site.sweep()["opened"] == 0


def test_a_sweep_goes_through_all_targets(local_aws: LocalAws) -> None:
    name = f"drift-sweep-{new_version()}"
    site = Site(local_aws, name, small_spec(name)).push()
    with without_events(local_aws):
        shorten(site)
    ended = sweep(local_aws)
    assert ended["status"] == "SUCCEEDED", ended
    assert [one.kind for one in site.findings(State.OPEN)] == ["rule"]


def test_a_sweep_tells_of_the_same_in_two_accounts_in_one_message(local_aws: LocalAws) -> None:
    name = f"drift-alike-{new_version()}"
    sites = [Site(local_aws, name, small_spec(name, MEMBER_ACCOUNTS), account) for account in MEMBER_ACCOUNTS]
    sites[0].push()
    with without_events(local_aws):
        for site in sites:
            shorten(site)
    assert sweep(local_aws)["status"] == "SUCCEEDED"
    (alert,), _ = within(WITHIN, sites[0].alerts, local_aws)
    assert {one["account"] for one in alert["targets"]} == set(MEMBER_ACCOUNTS)
    assert "2 alike, in" in alert["text"]
    assert sweep(local_aws)["status"] == "SUCCEEDED"
    assert len(sites[0].alerts()) == 1


def test_what_strengthens_is_offered_as_a_patch_of_the_version_that_was_synced(local_aws: LocalAws) -> None:
    name = f"drift-patch-{new_version()}"
    site = Site(local_aws, name, small_spec(name)).push()
    with without_events(local_aws):
        site.change_plan(lambda rules: rules[-1].update(Lifecycle={"DeleteAfterDays": 70}))
    site.sweep()
    patch = site.patch()
    assert patch.startswith("--- a/app.yaml\n+++ b/app.yaml\n")
    assert '-                "delete": "35d"' in patch
    assert '+                "delete": "70d"' in patch


def test_tables_that_no_plan_selects_are_one_finding_where_an_app_asks(local_aws: LocalAws) -> None:
    name = f"drift-cover-{new_version()}"
    spec = small_spec(name)
    spec["policy"]["cover"] = {"types": ["DynamoDB"]}
    site = Site(local_aws, name, spec).push()
    tables = local_aws.client("dynamodb", MEMBER)

    def uncovered() -> int:
        site.sweep()
        return sum(one.live["resources"] for one in site.findings(State.OPEN) if one.kind == "cover")

    before = uncovered()
    with table_of(tables, f"other-{name}"), table_of(tables, f"{name}-selected"):
        assert uncovered() == before + 1
        assert len([one for one in site.findings(State.OPEN) if one.kind == "cover"]) == 1
    assert uncovered() == before


@contextmanager
def table_of(tables: Any, name: str) -> Iterator[None]:
    tables.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        Tags=[{"Key": "owner", "Value": "tests"}],
    )
    try:
        yield
    finally:
        tables.delete_table(TableName=name)


@pytest.fixture(scope="module")
def backed_up(local_aws: LocalAws) -> Site:
    """With recovery points that its plan made."""
    name = f"drift-points-{new_version()}"
    site = Site(local_aws, name, small_spec(name)).push()
    back_up(site)
    return site


def keep_for(site: Site, days: int) -> str:
    """Of one recovery point."""
    (found, *_) = site.backup.list_recovery_points_by_backup_vault(BackupVaultName=site.name)["RecoveryPoints"]
    arn = str(found["RecoveryPointArn"])
    lifecycle = {"DeleteAfterDays": days}
    site.backup.update_recovery_point_lifecycle(BackupVaultName=site.name, RecoveryPointArn=arn, Lifecycle=lifecycle)
    return arn


def test_recovery_points_as_their_rule_made_them_are_no_drift(backed_up: Site) -> None:
    assert backed_up.sweep()["opened"] == 0


def test_a_shorter_life_of_a_recovery_point_is_told_within_seconds(backed_up: Site) -> None:
    arn = keep_for(backed_up, 7)
    (found,), seconds = within(WITHIN, lambda: told(backed_up, "retention"), backed_up.aws)
    print(f"retention of a recovery point: alert after {seconds:.1f} s")
    assert (found["resource"], found["direction"]) == (arn, "weakens")
    assert (found["desired"], found["live"]) == ({"DeleteAfterDays": 35}, {"DeleteAfterDays": 7})
    assert found["actor"] == f"arn:aws:iam::{MEMBER}:root"
    keep_for(backed_up, 35)
    within(SETTLED, lambda: backed_up.findings(State.CLOSED), backed_up.aws)


def test_a_shorter_life_of_which_no_event_tells_is_found_by_the_sweep(backed_up: Site) -> None:
    with without_events(backed_up.aws):
        arn = keep_for(backed_up, 7)
    assert backed_up.sweep()["opened"] == 1
    assert [one.resource for one in backed_up.findings(State.OPEN)] == [arn]


@pytest.mark.parametrize(
    ("fault", "kind"), [("backup-fails", "job-failed"), ("backup-has-issues", "job-issues")], ids=["fails", "issues"]
)
def test_a_job_that_does_not_go_well_is_found_by_the_sweep(local_aws: LocalAws, fault: str, kind: str) -> None:
    name = f"drift-job-{new_version()}"
    site = Site(local_aws, name, small_spec(name)).push()
    tell(local_aws, "faults", {"kind": fault, "target": f"*/{name}-fixtures", "times": None, "message": "an ACL"})
    with without_events(local_aws):
        back_up(site, ends_well=fault != "backup-fails")
    assert site.sweep()["opened"] == 1
    (finding,) = site.findings(State.OPEN)
    assert (finding.kind, finding.direction) == (kind, "weakens")
    assert finding.resource.startswith(f"{name}-daily/nightly arn:aws:dynamodb:")
    assert site.sweep()["opened"] == 0


@contextmanager
def naming(aws: LocalAws, *principals: str) -> Iterator[None]:
    """The trust policy says meanwhile whom vaults may let in."""
    ssm, name = aws.client("ssm"), "/backup-apps/trust-policy"
    before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.put_parameter(Name=name, Value=json.dumps(json.loads(before) | {"principals": principals}), Overwrite=True)
    try:
        yield
    finally:
        ssm.put_parameter(Name=name, Value=before, Overwrite=True)


def test_whom_the_trust_policy_does_not_name_a_vault_lets_in_only_as_drift(local_aws: LocalAws) -> None:
    name = f"drift-opened-{new_version()}"
    site = Site(local_aws, name, small_spec(name)).push()
    with without_events(local_aws):
        open_the_vault(site)
    with naming(local_aws, MEMBER):
        site.sweep()
    assert {one.kind: one.live for one in site.findings(State.OPEN)}["vault-principal"] == ["*"]
    site.sweep()
    assert [one.kind for one in site.findings(State.OPEN)] == ["access-policy"]


def test_what_a_plan_backed_up_into_a_vault_of_somebody_elses_is_found(local_aws: LocalAws) -> None:
    name = f"drift-astray-{new_version()}"
    site = Site(local_aws, name, small_spec(name)).push()
    elsewhere = f"{name}-elsewhere"
    site.backup.create_backup_vault(BackupVaultName=elsewhere)
    with without_events(local_aws):
        site.change_plan(lambda rules: rules[0].update(TargetBackupVaultName=elsewhere))
        back_up(site, vault=elsewhere)
    site.sweep()
    found = {one.kind: one.live for one in site.findings(State.OPEN)}
    assert found["recovery-point-vault"] == elsewhere
    assert "rule" in found


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.do.__name__)
def test_a_change_in_the_console_is_told_within_seconds_with_who_did_it(site: Site, deed: Deed) -> None:
    deed.prepare(site)
    deed.do(site)
    (found, *others), seconds = within(WITHIN, lambda: told(site, deed.kind), site.aws)
    print(f"{deed.do.__name__}: alert after {seconds:.1f} s")
    assert (others, found["direction"], found["account"], found["region"]) == ([], deed.direction, MEMBER, HOME_REGION)
    assert found["actor"] == f"arn:aws:iam::{MEMBER}:root"
    assert found["state"] == "open"


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.do.__name__)
def test_what_an_event_is_lost_of_the_sweep_finds(site: Site, deed: Deed) -> None:
    deed.prepare(site)
    with without_events(site.aws):
        deed.do(site)
        assert site.findings() == []
        assert site.sweep(unmanaged=True)["opened"] == 1
    (found,) = site.findings(State.OPEN)
    assert (found.kind, found.direction, found.actor) == (deed.kind, deed.direction, None)
    assert site.sweep(unmanaged=True)["opened"] == 0
    assert len(site.alerts()) == 1
