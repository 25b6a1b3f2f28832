"""Commits in a burst on the local AWS: their events come twice and in reverse, and all are on their way at once."""

from itertools import groupby

import pytest

from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

from .bundles import new_version, small_spec, written
from .conftest import LocalAws
from .eventbridge import deliver, upload_in_silence

COMMITS = 8


@pytest.fixture(scope="module")
def burst(local_aws: LocalAws) -> tuple[str, list[str], int]:
    """The bundle, its versions in order, and the number of the last call before it."""
    name, since = f"burst-{new_version()}", local_aws.last_call()
    versions = [new_version() for _ in range(COMMITS)]
    for number, version in enumerate(versions):
        accounts = MEMBER_ACCOUNTS if number % 2 else MEMBER_ACCOUNTS[:1]
        archive = written(name, small_spec(name, accounts, delete=f"{35 + number}d"))
        if number % 2:
            local_aws.upload(name, version, archive)
        else:
            upload_in_silence(local_aws, name, version, archive)
    for version in reversed(versions):
        assert "errorMessage" not in deliver(local_aws, name, version)
    return name, versions, since


def test_the_last_commit_is_live_everywhere_and_the_others_were_synced_or_gave_way(
    local_aws: LocalAws, burst: tuple[str, list[str], int]
) -> None:
    name, versions, _ = burst
    states = [local_aws.wait(name, version)["state"] for version in versions]
    assert states[-1] == "synced"
    assert set(states) <= {"synced", "superseded"}
    for account in MEMBER_ACCOUNTS:
        backup = local_aws.client("backup", account, HOME_REGION)
        plans = [one for one in backup.list_backup_plans()["BackupPlansList"] if one["BackupPlanName"].startswith(name)]
        (only,) = plans
        rules = backup.get_backup_plan(BackupPlanId=only["BackupPlanId"])["BackupPlan"]["Rules"]
        assert [rule["Lifecycle"]["DeleteAfterDays"] for rule in rules] == [35 + COMMITS - 1]


def test_no_two_commits_write_at_once(local_aws: LocalAws, burst: tuple[str, list[str], int]) -> None:
    """A session is named after the commit that it writes for."""
    name, versions, since = burst
    for version in versions:
        local_aws.wait(name, version)
    writers = [call["principal"].rpartition("/")[2] for call in local_aws.calls(since) if call["is_write"]]
    turns = [writer for writer, _ in groupby(one for one in writers if one.startswith(name))]
    assert turns == sorted(set(turns))
    assert turns[-1] == f"{name}-{versions[-1]}"
