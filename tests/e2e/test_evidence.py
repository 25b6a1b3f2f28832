"""`backup-apps report --evidence` against a hub: what was pushed, approved and carried out is what it says, and the
ledger beside it verifies offline with the hub's key."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from backup_apps_local.clients import environment
from backup_apps_local.world import HUB

from .bundles import new_version, small_spec, written
from .conftest import LocalAws


def run(aws: LocalAws, *arguments: str) -> str:
    command = [sys.executable, "-m", "backup_apps_cli.main", *arguments]
    variables = {**os.environ, **environment(aws.endpoint, HUB)}
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def statements(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["basis"]: one for control in document["controls"] for one in control["statements"]}


def test_what_people_approved_is_on_the_page_and_the_ledger_proves_it(local_aws: LocalAws, tmp_path: Path) -> None:
    name = f"evidence-{new_version()}"
    for delete in ("35d", "14d"):
        assert local_aws.push(name, new_version(), written(name, small_spec(name, delete=delete)))["state"] == "synced"

    run(local_aws, "report", name, "--evidence", "soc2", "--to", str(tmp_path), "--hub", "backup-apps")
    key = tmp_path / "hub.pem"
    key.write_text(run(local_aws, "ledger", "key", "--hub", "backup-apps"))
    ledger = str(tmp_path / f"{name}-ledger.jsonl")

    assert json.loads(run(local_aws, "ledger", "verify", ledger, "--key", str(key), "--output", "json"))["valid"]
    found = statements(json.loads((tmp_path / f"{name}-soc2.json").read_text()))
    met = {basis for basis, one in found.items() if one["verdict"] == "met"}
    assert met >= {
        "targets_synced",
        "commits_attested",
        "weakening_changes_approved",
        "ledger_is_whole",
        "customer_keys",
    }
    assert {found[basis]["verdict"] for basis in ("copies_elsewhere", "vaults_locked", "rehearsals_scheduled")} == {
        "not met"
    }
    assert found["last_restores_verified"]["verdict"] == "no facts"
    (approved,) = found["weakening_changes_approved"]["facts"]
    assert "proposed by alice; approved by bob, of 1 needed" in approved["says"]
    assert "<h2>CC8.1" in (tmp_path / f"{name}-soc2.html").read_text()
