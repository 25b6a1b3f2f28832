"""A false alarm is a defect: of random valid bundles, synced, backed up for days and swept, nothing untrue is found.

All is the hub's own, on the local AWS Backup: plan and sync write through the adapters, the virtual clock runs plans
and lifecycles, and the sweep looks at everything.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simulated_bundles import TARGETS, draw
from test_simulation_laws import Cloud

from backup_apps.adapters import member_accounts
from backup_apps.adapters.clients import Credentials
from backup_apps.adapters.member_accounts import ReadMember, SyncedMember
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.findings import Finding, Kind
from backup_apps.domain.sessions import SyncSession
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps_local.backup.service import BackupService
from provenance.tokens import TRUST
from sync.memory import Trust, world
from sync.steps import admitted, run
from sync.targets import BUNDLE
from tag_index import TagIndex

BUNDLES, PARTS = 1000, 20
DAYS = (1, 2, 9)
"""Those after which a sweep comes: each day, and when it was down for a week."""
NOON = timedelta(hours=12)
ANYBODY = Trust(json.dumps({**TRUST, "principals": ["*"]}))
"""Access policies are drawn at random, and whom they let in is not what this is about."""
BY_JOBS = {Kind.JOB_FAILED, Kind.JOB_ISSUES}
"""Jobs do fail: vaults are locked, and copies are refused by access policies."""


class Keys:
    """Stands for KMS, in which each key serves and rotates."""

    def describe_key(self, KeyId: str) -> dict[str, Any]:
        manager = "AWS" if "alias/aws/" in KeyId else "CUSTOMER"
        return {"KeyMetadata": {"Arn": KeyId, "KeyManager": manager, "KeyState": "Enabled"}}

    def get_key_rotation_status(self, KeyId: str) -> dict[str, bool]:
        return {"KeyRotationEnabled": True}


class Index(TagIndex):
    """Knows every resource that there is."""

    def get_resources(self, ResourceARNList: list[str]) -> dict[str, Any]:
        return {"ResourceTagMappingList": [{"ResourceARN": one} for one in ResourceARNList]}


class Members:
    """Everybody's account, by the adapters that the hub has; credentials are the account's id."""

    def __init__(self, service: BackupService) -> None:
        self._service = service

    def for_planning(self, target: Target, session: str) -> ReadMember:
        return ReadMember(target, _credentials(target), self._service.now)

    def for_syncing(self, desired: DesiredTarget, session: SyncSession) -> SyncedMember:
        own = _credentials(desired.target)
        return SyncedMember(desired.target, own, self._service.now, lambda policy: own)


def _credentials(target: Target) -> Credentials:
    return Credentials(target.account, "secret", "token")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    made = Cloud()

    def client(name: str, region: str, who: Credentials) -> Any:
        if name == "backup":
            return made.clients[Target(who.access_key, region)]
        return Keys() if name == "kms" else Index(made.service, who.access_key, region)

    monkeypatch.setattr(member_accounts, "member_client", client)
    return made


def swept(aws: Cloud, seed: int) -> Iterator[Finding]:
    """What is known after each of some days, at noon."""
    drawn = draw(seed)
    aws.begin(drawn)
    start = datetime(drawn.first.year, drawn.first.month, drawn.first.day, tzinfo=UTC) + NOON
    aws.service.advance(to=start)
    hub = world(*TARGETS)._replace(members=Members(aws.service), trust=ANYBODY)  # type: ignore[arg-type]
    hub.clock.now = start
    admitted(*drawn.after.targets, hub=hub)
    assert run(hub)["state"] == "synced", seed
    for day in DAYS:
        aws.service.advance(to=start + timedelta(days=day))
        hub.clock.now = aws.service.now()
        for one in drawn.after.targets:
            sweep_target(hub.hub, BUNDLE, one.target, unmanaged=True)
        yield from hub.findings.of_bundle(BUNDLE)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_synced_and_runs_as_planned_has_no_finding(aws: Cloud, part: int) -> None:
    for number in range(part, BUNDLES, PARTS):
        seed = 2 * number  # of the others there is a bundle before, which is not needed
        untrue = [
            (one.kind, one.reasons) for one in swept(aws, seed) if not (one.kind in BY_JOBS and has_failed(aws, one))
        ]
        assert untrue == [], seed


def has_failed(aws: Cloud, finding: Finding) -> bool:
    """Whether a job of that rule and resource really did."""
    backup = aws.clients[finding.target]
    jobs = [*backup.list_backup_jobs()["BackupJobs"], *backup.list_copy_jobs()["CopyJobs"]]
    failed = [one for one in jobs if one["State"] in ("FAILED", "EXPIRED", "ABORTED", "PARTIAL")]
    rule, arn = finding.resource.split()[:2]
    return any((one["CreatedBy"]["BackupRuleName"], one["ResourceArn"]) == (rule.split("/")[1], arn) for one in failed)
