"""`backup-apps doctor` against a hub and two members, as somebody who may only read there: faults are found, and gone
once they are cured."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from backup_apps_local import stack
from backup_apps_local.clients import environment
from backup_apps_local.world import HOME_REGION, HUB, MEMBER_ACCOUNTS, policy_of

from .bundles import new_version, small_spec, written
from .conftest import LocalAws

MEMBER = MEMBER_ACCOUNTS[0]
READER = "doctor-reads"
POLICY = stack.ROOT / "examples" / "doctor" / "read-policy.json"
# MiniStack asks for the rules of the default bus by ARNs that AWS does not have, or by none.
GAP = {"Effect": "Allow", "Action": ["events:DescribeRule", "events:ListTargetsByRule"], "Resource": "*"}
TRAIL, LOGS = "management-events", f"trail-{MEMBER}"


@pytest.fixture
def bundle(local_aws: LocalAws, tmp_path: Path) -> Iterator[Path]:
    """It asks for keys that rotate, and names a bucket; the reader's policy is the one of the documentation."""
    iam = local_aws.client("iam", MEMBER)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HUB.account}:root"}, "Action": "sts:AssumeRole"}
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=READER, AssumeRolePolicyDocument=policy_of(trust))
    iam.put_role_policy(RoleName=READER, PolicyName="read", PolicyDocument=POLICY.read_text())
    iam.put_role_policy(RoleName=READER, PolicyName="gap", PolicyDocument=policy_of(GAP))
    name = f"doctor-{new_version()}"
    spec = small_spec(name) | {"guardrails": {"encryption": {"rotation": True}}}
    spec["policy"]["plans"]["daily"]["selections"]["invoices"] = {"resources": [f"arn:aws:s3:::{name}"]}
    local_aws.client("s3", MEMBER).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": HOME_REGION}
    )
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(written(name, spec))
    yield archive
    local_aws.client("events", MEMBER).enable_rule(Name="backup-apps-forward")


def doctor(aws: LocalAws, bundle: Path, *arguments: str) -> tuple[int, dict[str, dict[str, Any]], str]:
    """Exit code, the checks by number (the worst of each), and what went to standard error."""
    command = [sys.executable, "-m", "backup_apps_cli.main", "doctor", "--bundle", str(bundle), "--hub", "backup-apps"]
    variables = {**os.environ, **environment(aws.endpoint, HUB)}
    ran = subprocess.run(
        [*command, "--output", "json", *arguments], env=variables, capture_output=True, text=True, check=False
    )
    assert ran.stdout, ran.stderr
    found: dict[str, dict[str, Any]] = {}
    for one in sorted(
        json.loads(ran.stdout)["checks"], key=lambda one: ["ok", "unknown", "failed"].index(one["state"])
    ):
        found[one["id"]] = one
    return ran.returncode, found, ran.stderr


def cure(aws: LocalAws, name: str) -> None:
    key = aws.client("kms", MEMBER).describe_key(KeyId="alias/acme-backup")["KeyMetadata"]["KeyId"]
    aws.client("kms", MEMBER).enable_key_rotation(KeyId=key)
    aws.client("events", MEMBER).enable_rule(Name="backup-apps-forward")
    aws.client("s3", MEMBER).put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    trail = aws.client("cloudtrail", MEMBER)
    s3 = aws.client("s3", MEMBER)
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=LOGS, CreateBucketConfiguration={"LocationConstraint": HOME_REGION})
    with suppress(trail.exceptions.TrailAlreadyExistsException):
        trail.create_trail(Name=TRAIL, S3BucketName=LOGS, IsMultiRegionTrail=True)
    trail.start_logging(Name=TRAIL)


def test_what_is_wrong_in_a_member_is_found_and_what_is_cured_is_well(local_aws: LocalAws, bundle: Path) -> None:
    local_aws.client("events", MEMBER).disable_rule(Name="backup-apps-forward")

    code, ill, stderr = doctor(local_aws, bundle, "--role", READER)

    states = {number: one["state"] for number, one in ill.items()}
    print(json.dumps(ill, indent=1), stderr)
    assert code == 1
    assert {number for number, state in states.items() if state == "failed"} == {"D301", "D302", "D402", "D601"}, ill
    assert ill["D402"]["cure"].startswith(
        "aws kms enable-key-rotation --key-id arn:aws:kms:eu-west-1:111111111111:key/"
    )
    assert [number for number, state in states.items() if state == "unknown"] == [], ill

    cure(local_aws, ill["D601"]["subject"].removeprefix("bucket "))
    code, well, _ = doctor(local_aws, bundle, "--role", READER)

    assert {number: one for number, one in well.items() if one["state"] != "ok"} == {}
    assert code == 0


def test_a_member_that_nobody_may_look_into_is_unknown(local_aws: LocalAws, bundle: Path) -> None:
    code, found, _ = doctor(local_aws, bundle)

    assert code == 1
    assert found["D302"]["state"] == found["D201"]["state"] == found["D401"]["state"] == "unknown"
    assert "name a role of it with --role" in found["D302"]["message"]
    assert found["D202"]["state"] == "ok", "the hub itself may look"
