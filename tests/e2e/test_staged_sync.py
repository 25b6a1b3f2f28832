"""Versions that go in stages: canaries before the rest, and nobody outside of a window."""

import json
import time
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.commits import State
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.ledger.entries import Kind
from backup_apps_local.world import MEMBER_ACCOUNTS

from .bundles import new_version, opens_in, small_spec, written
from .conftest import LocalAws
from .drift import Site, shorten
from .waiting import within

pytestmark = pytest.mark.timeout(600)  # windows open and canaries bake by the machine's clock

CANARY, OTHER = MEMBER_ACCOUNTS


def states(aws: LocalAws, bundle: str, version: str) -> dict[str, str]:
    """By account; nothing before the version is recorded."""
    try:
        return {one["account"]: one["state"] for one in aws.status(bundle, version)["targets"]}
    except UnknownCommitError:
        return {}


def plans(aws: LocalAws, bundle: str, account: str) -> list[str]:
    found = aws.client("backup", account).list_backup_plans()["BackupPlansList"]
    return [one["BackupPlanName"] for one in found if one["BackupPlanName"] == f"{bundle}-daily"]


def alerts(aws: LocalAws, bundle: str) -> list[dict[str, Any]]:
    told = [json.loads(one["Message"]) for one in aws.inbox.messages()]
    return [one for one in told if one.get("bundle") == bundle and one["type"] == "sync-failed"]


class Waiting(NamedTuple):
    """A version that waits for its window, and a later one that does, too."""

    bundle: str
    first: str
    second: str
    opens: datetime


@pytest.fixture(scope="module", autouse=True)
def waiting(local_aws: LocalAws) -> Waiting:
    """Minutes before it is looked at, since windows open by the machine's clock."""
    opens, window = opens_in(timedelta(minutes=3))
    name = f"staged-{new_version()}"
    one = Waiting(name, new_version(), new_version(), opens)
    spec = small_spec(name) | {"sync": {"windows": [window]}}
    local_aws.upload(name, one.first, written(name, spec))
    within(60, lambda: "waits until" in json.dumps(_status(local_aws, name, one.first)), local_aws)
    assert _status(local_aws, name, one.first)["state"] == "planned"
    time.sleep(1)
    local_aws.upload(name, one.second, written(name, small_spec(name, delete="40d") | {"sync": spec["sync"]}))
    return one


def test_a_finding_in_the_canary_holds_the_rest_back(local_aws: LocalAws) -> None:
    name, version = f"staged-{new_version()}", new_version()
    spec = small_spec(name, MEMBER_ACCOUNTS) | {"sync": {"canary": {"accounts": [CANARY], "bake": "2m"}}}
    local_aws.upload(name, version, written(name, spec))
    within(60, lambda: states(local_aws, name, version).get(CANARY) == State.SYNCED, local_aws)
    within(60, lambda: "while the canaries" in json.dumps(local_aws.status(name, version)), local_aws)
    status = local_aws.status(name, version)
    assert (status["state"], states(local_aws, name, version)[OTHER]) == ("syncing", "planned")
    assert plans(local_aws, name, OTHER) == []
    site = Site(local_aws, name, spec, CANARY)
    shorten(site)
    within(60, site.findings, local_aws)
    ended = local_aws.wait(name, version, timeout=300)
    assert (ended["state"], states(local_aws, name, version)) == ("partly-failed", {CANARY: "synced", OTHER: "failed"})
    error = next(one["error"] for one in ended["targets"] if one["account"] == OTHER)
    assert error.startswith(f"held back: canary {CANARY}/")
    assert error.endswith(f"see backup-apps drift {name}")
    assert plans(local_aws, name, OTHER) == []
    local_aws.inbox.wait_for(f"{name} {version}: sync failed", timeout=30)
    assert len(alerts(local_aws, name)) == 1


def test_a_version_waits_for_its_window_and_a_later_one_takes_its_place(local_aws: LocalAws, waiting: Waiting) -> None:
    assert local_aws.wait(waiting.bundle, waiting.second, timeout=300)["state"] == "synced"
    assert local_aws.wait(waiting.bundle, waiting.first)["state"] == "superseded"
    assert plans(local_aws, waiting.bundle, CANARY) == [f"{waiting.bundle}-daily"]
    (started,) = (one for one in local_aws.ledger().entries(waiting.bundle) if one.kind == Kind.SYNC_STARTED)
    assert datetime.fromisoformat(started.at) >= waiting.opens


def _status(aws: LocalAws, bundle: str, version: str) -> dict[str, Any]:
    try:
        return aws.status(bundle, version)
    except UnknownCommitError:
        return {}
