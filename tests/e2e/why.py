"""Questions of why, as `backup-apps why` asks them of the hub's function and as people type them."""

import json
import os
import subprocess
import sys
from typing import Any

from backup_apps.domain.desired import Target
from backup_apps.domain.state_documents import desired_key
from backup_apps_local.clients import environment
from backup_apps_local.world import HOME_REGION, HUB

from .conftest import LocalAws
from .eventbridge import invoke


def look(aws: LocalAws, bundle: str, account: str, kind: str, name: str) -> dict[str, Any]:
    """What the function answers of a target that the bundle is synced in."""
    target = Target(account, HOME_REGION)
    commit = aws.records().standing(bundle, target).synced
    assert commit is not None
    key, bucket = desired_key(commit.id, target), aws.outputs["StateBucket"]
    desired = json.loads(aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    event = {**target._asdict(), "kind": kind, "name": name, "desired": {bundle: desired}}
    return invoke(aws, "backup-apps-look-at-resource", event)


def why(aws: LocalAws, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command itself, as the hub's root."""
    command = [sys.executable, "-m", "backup_apps_cli.main", "why", *arguments, "--hub", "backup-apps"]
    variables = {**os.environ, **environment(aws.endpoint, HUB)}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
