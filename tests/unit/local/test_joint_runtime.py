"""A function on the local AWS finds no more than it finds on AWS."""

import subprocess
import sys
from pathlib import Path

import pytest

from backup_apps_local.ministack_joint.runtime import link_sdk, narrowing


@pytest.mark.parametrize(
    ("modules", "found"),
    [("json, sqlite3, boto3, botocore.config", True), ("pydantic", False), ("backup_apps", False), ("click", False)],
)
def test_the_sdk_is_found_and_what_else_is_installed_is_not(tmp_path: Path, modules: str, found: bool) -> None:
    link_sdk(tmp_path)
    done = subprocess.run([sys.executable, "-c", f"{narrowing(tmp_path)}import {modules}"], capture_output=True)
    assert (done.returncode == 0) is found, done.stderr.decode()
