"""What a client of AWS Backup wrote: each call that AWS confirmed, and no other."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from test_backup_target import FULL, World

from backup_apps.adapters.recorded_calls import RecordedCalls
from sync.targets import ACCOUNT, REGION, target


@pytest.fixture
def world() -> World:
    return World()


def test_every_call_that_wrote_is_recorded_and_none_that_read(world: World) -> None:
    calls = RecordedCalls(world.backup)
    world.sync(FULL)
    taken = calls.take()
    assert [call.operation for call in taken] == [call.operation for call in world.service.journal.writes]
    assert len({call.request for call in taken}) == len(taken) > 5
    assert all(call.request and call.resource for call in taken)
    assert calls.take() == ()


def test_a_call_names_its_resource_as_aws_does(world: World) -> None:
    calls = RecordedCalls(world.backup)
    world.sync(FULL)
    world.sync(target())
    named: dict[str, Any] = {call.operation: call.resource for call in calls.take()}
    vault = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:primary"
    assert named["CreateBackupVault"] == vault
    assert named["PutBackupVaultAccessPolicy"] == "primary"
    assert named["UpdateRegionSettings"] == "region settings"
    assert named["CreateBackupPlan"].startswith(f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:")
    for operation in ("CreateBackupSelection", "DeleteBackupSelection"):
        plan, _, selection = named[operation].partition("/")
        assert plan
        assert selection


def test_a_call_that_aws_refused_wrote_nothing(world: World) -> None:
    calls = RecordedCalls(world.backup)
    with pytest.raises(ClientError):
        world.backup.delete_backup_plan(BackupPlanId="0" * 36)
    assert calls.take() == ()
