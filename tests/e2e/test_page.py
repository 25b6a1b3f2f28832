"""The page in the state bucket: written by itself after each change, and the same that `report` writes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from backup_apps.domain.errors import NotFoundError
from backup_apps_local.clients import environment
from backup_apps_local.world import HUB

from .bundles import new_version, small_spec, written
from .conftest import LocalAws
from .drift import Site, shorten
from .waiting import within


def page_of(aws: LocalAws, bundle: str) -> dict[str, Any]:
    """The data of the page; empty before it is written."""
    s3, where = aws.client("s3"), f"page/{bundle}/data.json"
    try:
        body = s3.get_object(Bucket=aws.outputs["StateBucket"], Key=where)["Body"].read()
    except (NotFoundError, s3.exceptions.NoSuchKey):
        return {}
    found: dict[str, Any] = json.loads(body)
    return found


def shows(aws: LocalAws, bundle: str, version: str, state: str) -> bool:
    head = page_of(aws, bundle).get("head") or {}
    return (head.get("version"), head.get("state")) == (version, state)


def test_the_page_follows_each_change(local_aws: LocalAws, tmp_path: Path) -> None:
    """A first version, and a weaker one: it waits on the page, with what it would change, until it is approved."""
    bundle, first, second = f"page-{new_version()}", new_version(), new_version()
    assert local_aws.push(bundle, first, written(bundle, small_spec(bundle, delete="70d")))["state"] == "synced"
    within(60, lambda: shows(local_aws, bundle, first, "synced"), local_aws)
    local_aws.upload(bundle, second, written(bundle, small_spec(bundle, delete="40d")))
    assert local_aws.wait(bundle, second)["state"] == "waiting-approval"
    within(60, lambda: shows(local_aws, bundle, second, "waiting-approval"), local_aws)
    waiting = page_of(local_aws, bundle)
    assert waiting["pending"] == {"version": second, "state": "waiting-approval", "class": "weakens", "first": False}
    assert (waiting["head"]["version"], waiting["rows"][0]["version"]) == (second, first)
    assert any(before != after for row in waiting["timeline"]["rows"] for _, before, after in row)
    local_aws.approve(bundle, second)
    within(60, lambda: shows(local_aws, bundle, second, "synced"), local_aws)
    reported = report(local_aws, bundle, tmp_path)
    there = page_of(local_aws, bundle)
    assert {**reported, "at": ""} == {**there, "at": ""}
    assert there["ledger"]["broken"] == []


def test_a_rejected_version_is_on_the_page(local_aws: LocalAws) -> None:
    bundle, first, version = f"page-{new_version()}", new_version(), new_version()
    assert local_aws.push(bundle, first, written(bundle, small_spec(bundle)))["state"] == "synced"
    broken = small_spec(bundle)
    broken["policy"]["vaults"]["main"]["name"] = ""
    assert local_aws.push(bundle, version, written(bundle, broken))["state"] == "rejected"
    within(60, lambda: shows(local_aws, bundle, version, "rejected"), local_aws)


def test_what_somebody_does_by_hand_is_on_the_page_before_a_sweep_looks(local_aws: LocalAws) -> None:
    bundle = f"page-{new_version()}"
    site = Site(local_aws, bundle, small_spec(bundle, delete="70d")).push()
    within(60, lambda: weakens(local_aws, bundle) == 0, local_aws)
    shorten(site)
    within(60, lambda: weakens(local_aws, bundle) == 1, local_aws)
    site.change_plan(lambda rules: rules[-1].update(Lifecycle={"DeleteAfterDays": 70}))
    within(60, lambda: weakens(local_aws, bundle) == 0, local_aws)


def weakens(aws: LocalAws, bundle: str) -> int | None:
    """How much of its one row has drifted, and weakens."""
    rows = page_of(aws, bundle).get("rows") or [{}]
    found: int | None = rows[0].get("weakens")
    return found


def report(aws: LocalAws, bundle: str, folder: Path) -> dict[str, Any]:
    """The command itself, as the hub's root."""
    command = [
        sys.executable,
        "-m",
        "backup_apps_cli.main",
        "report",
        bundle,
        "--to",
        str(folder),
        "--hub",
        "backup-apps",
    ]
    subprocess.run(command, env={**os.environ, **environment(aws.endpoint, HUB)}, check=True, capture_output=True)
    found: dict[str, Any] = json.loads((folder / f"{bundle}.json").read_text())
    return found
