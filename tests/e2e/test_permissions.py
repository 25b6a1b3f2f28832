"""Least privilege, proved: each permission of each deployed role is used, and nothing is denied.

What is used is read from the record of what IAM decided while a story played that uses every part of a bundle; the
policies are read from IAM, so that none is missed.
"""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from backup_apps_local.world import HUB_ACCOUNT, MEMBER_ACCOUNTS

from .conftest import LocalAws
from .life import Story
from .role_policies import Permission, managed_policies, permissions

pytestmark = pytest.mark.timeout(900)  # the story plays before the first test

ACCOUNTS = (HUB_ACCOUNT, *MEMBER_ACCOUNTS)
NOT_EXERCISED = json.loads(Path(__file__).with_name("not_exercised.json").read_text())


@pytest.fixture(scope="module")
def decided(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What IAM decided while the story played."""
    since = local_aws.last_decision()
    Story(local_aws, tmp_path_factory.mktemp("story")).play()
    return local_aws.decisions(since)


def is_excused(permission: Permission, by: dict[str, str]) -> bool:
    return (
        permission.action == by["action"]
        and fnmatchcase(permission.role, by["role"])
        and fnmatchcase(permission.resource, by["resource"])
    )


def test_nothing_is_denied(decided: list[dict[str, Any]]) -> None:
    """But for entry to accounts that other tests closed: the sweep goes on asking there until their bundles say so."""
    assert len({one["action"] for one in decided}) > 40
    denied = [one for one in decided if not one["allowed"]]
    assert [one for one in denied if not is_entry_elsewhere(one)] == []


def is_entry_elsewhere(decision: dict[str, Any]) -> bool:
    return decision["action"] == "sts:AssumeRole" and decision["resource"].split(":")[4] not in ACCOUNTS


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_permission_is_used_or_has_a_reason(
    local_aws: LocalAws, decided: list[dict[str, Any]], account: str
) -> None:
    granted = list(permissions(local_aws.endpoint, account))
    assert len(granted) > 40
    idle = [one for one in granted if not any(one.is_shown_by(decision) for decision in decided)]
    assert [one for one in idle if not any(is_excused(one, by) for by in NOT_EXERCISED)] == []


@pytest.mark.parametrize("excuse", NOT_EXERCISED, ids=lambda excuse: excuse["action"])
def test_every_reason_is_still_needed(
    local_aws: LocalAws, decided: list[dict[str, Any]], excuse: dict[str, str]
) -> None:
    assert excuse["reason"]
    granted = [one for account in ACCOUNTS for one in permissions(local_aws.endpoint, account)]
    excused = [one for one in granted if is_excused(one, excuse)]
    assert excused != []
    assert [one for one in excused if any(one.is_shown_by(decision) for decision in decided)] == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_policies_of_awss_own_are_for_awss_own_work(local_aws: LocalAws, account: str) -> None:
    """What AWS Backup needs to take and to restore backups is for AWS to say; nothing else carries such policies."""
    ours = {
        "backup-apps-backup": [
            "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
            "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
        ],
        "backup-apps-restore": [
            "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
            "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
        ],
    }
    assert managed_policies(local_aws.endpoint, account) == ({} if account == HUB_ACCOUNT else ours)
