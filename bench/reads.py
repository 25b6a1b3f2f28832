"""The calls of a plan that finds nothing to change, and of a sweep: 100 plans over 4 regions, a vault and a key each.

`python -m bench.reads` prints them as JSON. Plan and sweep are the hub's own, on the local AWS Backup and moto's KMS;
every call to them is counted.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from moto import mock_aws

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS / "adapters"), str(TESTS / "unit")]

import test_backup_target  # noqa: E402

from backup_apps.adapters.clients import Credentials  # noqa: E402
from backup_apps.adapters.member_accounts import ReadMember  # noqa: E402
from backup_apps.domain.commits import Version  # noqa: E402
from backup_apps.domain.desired import DesiredTarget, Target  # noqa: E402
from backup_apps.usecases.compare_target import with_keys  # noqa: E402
from backup_apps.usecases.plan_target import plan_target  # noqa: E402
from backup_apps.usecases.sweep_target import sweep_target  # noqa: E402
from sync.memory import World, world  # noqa: E402
from sync.steps import admitted, run  # noqa: E402
from sync.targets import ACCOUNT, BUNDLE, REGION, plan, target, vault  # noqa: E402

REGIONS = 4
PLANS = 25
HERE, VERSION = Target(ACCOUNT, REGION), Version(BUNDLE, "v1")
ALIAS = "alias/backup"
DESIRED = target(vault(key_arn=ALIAS), *(plan(f"app-{number:02}") for number in range(PLANS)))


class Calls(NamedTuple):
    reads: int
    writes: int


class Place:
    """One region of a member account, of which every call is counted."""

    def __init__(self) -> None:
        self.backup, self.kms, self.kms_calls = test_backup_target.World(), boto3.client("kms", REGION), 0
        key = self.kms.create_key()["KeyMetadata"]
        self.kms.create_alias(AliasName=ALIAS, TargetKeyId=key["KeyId"])
        self.key = str(key["Arn"])
        self.kms.meta.events.register("before-call.kms", self._count)

    def _count(self, **_: Any) -> None:
        self.kms_calls += 1

    def for_planning(self, target: Target, session: str) -> "CountedMember":
        return CountedMember(self, target)

    def calls_of(self, action: Callable[[], Any]) -> Calls:
        journal, before = self.backup.service.journal, self._total()
        written = len(journal.writes)
        action()
        writes = len(journal.writes) - written
        return Calls(self._total() - before - writes, writes)

    def _total(self) -> int:
        return len(self.backup.service.journal) + self.backup.index.calls + self.kms_calls


class CountedMember(ReadMember):
    def __init__(self, place: Place, target: Target) -> None:
        self._place = place
        super().__init__(target, Credentials("testing", "testing", "testing"), lambda: place.backup.now)

    def _client(self, service: str) -> Any:
        clients = {"backup": self._place.backup.backup, "resourcegroupstaggingapi": self._place.backup.index}
        return clients.get(service) or self._place.kms


def synced(place: Place) -> World:
    """A hub that synced there, and planned once more: it knows what the versions of plans hold."""
    hub = world(HERE)
    hub.members.keys[ALIAS] = place.key
    admitted(DESIRED, hub=hub)
    assert run(hub)["state"] == "synced"
    place.backup.sync(resolved(DESIRED, place))
    hub = hub._replace(members=place)  # type: ignore[arg-type]
    plan_target(hub.hub, VERSION, HERE)
    return hub


def resolved(desired: DesiredTarget, place: Place) -> DesiredTarget:
    return with_keys(desired, {ALIAS: place.key})


@mock_aws(config={"core": {"passthrough": {"services": ["backup"], "urls": []}}})
def measured() -> tuple[Calls, Calls]:
    """Of a plan and of a sweep of one region, in which nothing is to be changed."""
    place = Place()
    hub = synced(place)
    planned = place.calls_of(lambda: plan_target(hub.hub, VERSION, HERE))
    swept = place.calls_of(lambda: sweep_target(hub.hub, BUNDLE, HERE, unmanaged=True))
    assert hub.findings.of_bundle(BUNDLE) == ()
    return planned, swept


def main() -> None:
    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "MOTO_ACCOUNT_ID": ACCOUNT}
    regions = [measured() for _ in range(REGIONS)]
    found = {
        "plans": REGIONS * PLANS,
        "regions": REGIONS,
        "reads": sum(planned.reads for planned, _ in regions),
        "writes": sum(planned.writes + swept.writes for planned, swept in regions),
        "swept": sum(swept.reads for _, swept in regions),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
