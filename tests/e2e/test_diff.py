"""`backup-apps diff` against a hub: what people see before a push is what the plan of that push says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from backup_apps_local.clients import environment
from backup_apps_local.world import HUB

from .bundles import new_version, small_spec, written
from .conftest import LocalAws


class Case(NamedTuple):
    """A bundle that is synced, and in a file what is to come after it."""

    aws: LocalAws
    name: str
    archive: Path

    def write(self, delete: str, **more: Any) -> None:
        self.archive.write_bytes(written(self.name, {**small_spec(self.name, delete=delete), **more}))

    def push(self) -> str:
        version = new_version()
        assert self.aws.push(self.name, version, self.archive.read_bytes())["state"] == "synced"
        return version

    def diff(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command itself, as the hub's root."""
        command = [sys.executable, "-m", "backup_apps_cli.main", "diff", str(self.archive), "--hub", "backup-apps"]
        variables = {**os.environ, **environment(self.aws.endpoint, HUB)}
        return subprocess.run([*command, *arguments], env=variables, capture_output=True, text=True, check=False)


@pytest.fixture
def case(local_aws: LocalAws, tmp_path: Path) -> Case:
    return Case(local_aws, f"diff-{new_version()}", tmp_path / "bundle.zip")


def test_a_diff_is_what_the_plan_of_the_push_says(case: Case) -> None:
    case.write("35d", selfHeal=True, guardrails={"retention": {"min": "35d"}})
    case.push()
    unchanged = case.diff("--exit-code")
    assert (unchanged.returncode, unchanged.stdout) == (0, "No changes: 1 targets are what the bundle asks.\n")

    case.write("14d", selfHeal=True, guardrails={"retention": {"min": "7d"}})
    text, markdown = case.diff(), case.diff("--output", "markdown")
    shown = json.loads(case.diff("--output", "json").stdout)
    version = case.push()

    bucket, key = case.aws.outputs["StateBucket"], f"changes/{case.name}/{version}/change-set.json"
    planned = json.loads(case.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert planned["class"] == shown["class"] == "weakens"
    assert planned["policy"] == shown["policy"] != []
    assert planned["targets"] == [
        {k: v for k, v in one.items() if k not in ("bundle", "conflicts")} for one in shown["targets"]
    ]
    assert "weakens: rule nightly keeps recovery points 14 days, not 35 days (C110)" in text.stdout
    assert "weakens: guardrail retention.min is looser: 7d, not 35d (C600)" in text.stdout
    assert markdown.stdout.startswith(f"### Backup changes of `{case.name}`: weakens\n")
