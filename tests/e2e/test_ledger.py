"""The ledger on the local AWS: what is pushed is on the books, under lock; an export verifies, and shows any change."""

import json
import os
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from backup_apps.adapters.ledger_table import TableLedger
from backup_apps.domain.ledger.lines import line_of
from backup_apps.domain.ledger.verification import verify_segment
from backup_apps_local import stack
from backup_apps_local.clients import environment
from backup_apps_local.issuer import LocalIssuer
from backup_apps_local.world import HUB

from .bundles import full_spec, new_version, small_spec, written
from .conftest import STATE, LocalAws
from .eventbridge import deliver

BACKUP_APPS = stack.ROOT / ".venv" / "bin" / "backup-apps"


class Books:
    """A bundle of its own, synced twice and rejected once."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.aws, self.folder = aws, folder
        self.name = f"books-{new_version()}"
        self.versions = [new_version() for _ in range(3)]
        self.archives = [written(self.name, spec) for spec in (full_spec(self.name), longer(full_spec(self.name)))]
        self.times: list[datetime] = []
        since = aws.last_call()
        for version, archive in zip(self.versions, [*self.archives, b"no zip"], strict=True):
            aws.push(self.name, version, archive)
            self.times.append(datetime.now(UTC))
        self.calls = aws.calls(since)

    @property
    def ledger(self) -> TableLedger:
        return self.aws.ledger()

    def run(self, *arguments: object, code: int = 0) -> str:
        """The command line, as a person of the hub's account."""
        settings = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        settings |= environment(self.aws.endpoint, HUB) | {"BACKUP_APPS_HUB": stack.HUB_STACK, "NO_COLOR": "1"}
        command = [str(BACKUP_APPS), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, env=settings, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def verify(self, file: Path, *arguments: object, code: int = 0) -> Any:
        return json.loads(self.run("ledger", "verify", file, *arguments, "--output", "json", code=code))

    def objects(self) -> dict[str, Any]:
        """Of the archive, with the heads that S3 gives them."""
        s3, bucket = self.aws.client("s3"), self.aws.outputs["StateBucket"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"ledger/{self.name}/")
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        stored = {key.removeprefix(f"ledger/{self.name}/"): s3.get_object(Bucket=bucket, Key=key) for key in keys}
        return {name: found | {"Body": found["Body"].read()} for name, found in stored.items()}


def longer(spec: dict[str, Any]) -> dict[str, Any]:
    spec["policy"]["plans"]["daily"]["rules"]["nightly"]["retention"] = {"delete": "101d"}
    return spec


@pytest.fixture(scope="module")
def books(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Books:
    return Books(local_aws, tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def exported(books: Books) -> Path:
    file = books.folder / "ledger.jsonl"
    books.run("ledger", "export", books.name, "--file", file)
    return file


def test_everything_that_happened_is_an_entry(books: Books) -> None:
    entries = books.ledger.entries(books.name)
    first, second, third = books.versions
    kinds = {version: Counter(one.kind for one in entries if one.version == version) for version in books.versions}
    assert kinds[third] == {"rejection": 1, "alert": 1}
    for version in (first, second):
        counted = kinds[version]
        assert (counted["commit"], counted["plan"], counted["sync-started"], counted["sync"]) == (1, 1, 2, 2)
        assert counted["outcome"] == 1
    calls = Counter(one.facts["operation"] for one in entries if one.kind == "write" and one.version == second)
    assert calls == {"UpdateBackupPlan": 2}
    assert verify_segment(entries) == []


def test_each_write_is_one_that_aws_backup_had(books: Books) -> None:
    """By operation, account and region, call for call."""
    entries = [one for one in books.ledger.entries(books.name) if one.kind == "write"]
    recorded = Counter((one.facts["operation"], one.facts["account"], one.facts["region"]) for one in entries)
    made = [(call["operation"], call["account"], call["region"]) for call in books.calls if call["is_write"]]
    assert recorded == Counter(made)
    assert len(recorded) > 10
    assert len({one.facts["request"] for one in entries}) == len(entries)
    assert all(one.facts["resource"] for one in entries)


def test_an_event_that_comes_again_is_no_news(books: Books) -> None:
    before = books.ledger.entries(books.name)
    assert deliver(books.aws, books.name, books.versions[0])["state"] == "synced"
    assert deliver(books.aws, books.name, books.versions[2])["state"] == "rejected"
    assert books.ledger.entries(books.name) == before


def test_every_entry_lies_in_the_archive_under_lock(books: Books) -> None:
    objects = books.objects()
    entries = {f"{one.sequence:012}.json": one for one in books.ledger.entries(books.name)}
    assert {name for name in objects if "/" not in name} == set(entries)
    for name, entry in entries.items():
        assert objects[name]["Body"] == line_of(entry)
        assert objects[name]["ObjectLockMode"] == "GOVERNANCE"
        assert (objects[name]["ObjectLockRetainUntilDate"] - datetime.now(UTC)).days in (2556, 2557)
    assert len([name for name in objects if name.startswith("checkpoints/") and name.endswith("-sync.json")]) == 2


@pytest.fixture(scope="module")
def administrator(local_aws: LocalAws) -> Any:
    """S3, as a role of the hub's account that may do anything there."""
    iam, trusted = local_aws.client("iam"), f"arn:aws:iam::{HUB.account}:root"
    trust = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="administrator", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    anything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    iam.put_role_policy(RoleName="administrator", PolicyName="anything", PolicyDocument=policy(anything))
    given = local_aws.client("sts").assume_role(RoleArn=role, RoleSessionName="administrator")["Credentials"]
    return boto3.client(
        "s3",
        endpoint_url=local_aws.endpoint,
        region_name=HUB.region,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("delete_object", {}),
        ("delete_object", {"VersionId": "current"}),
        ("delete_object", {"VersionId": "current", "BypassGovernanceRetention": True}),
        ("put_object", {"Body": b"{}"}),
        ("put_object", {"Body": b"{}", "IfNoneMatch": "*"}),
    ],
)
def test_not_even_an_administrator_deletes_or_overwrites_an_entry(
    books: Books, administrator: Any, operation: str, arguments: dict[str, Any]
) -> None:
    where = {"Bucket": books.aws.outputs["StateBucket"], "Key": f"ledger/{books.name}/000000000001.json"}
    version = administrator.head_object(**where)["VersionId"]
    named = {name: version if value == "current" else value for name, value in arguments.items()}
    with pytest.raises(ClientError, match=r"AccessDenied.*not authorized"):
        getattr(administrator, operation)(**where, **named)
    assert administrator.head_object(**where)["VersionId"] == version


def test_an_export_verifies_offline(books: Books, exported: Path) -> None:
    key = books.folder / "key.pem"
    key.write_text(books.run("ledger", "key"))
    entries = books.ledger.entries(books.name)
    whole = {"valid": True, "bundle": books.name, "entries": len(entries), "checkpoints": 3, "findings": []}
    assert books.verify(exported, "--key", key) == whole
    assert books.verify(exported) == whole


def test_what_was_done_to_an_export_is_found(books: Books, exported: Path) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    changed = exported.read_bytes().replace(b'"operation":"UpdateBackupPlan"', b'"operation":"UpdateBackupPlaN"', 1)
    cases = {
        "changed": changed,
        "dropped": b"".join(lines[:3] + lines[4:]),
        "reordered": b"".join([*lines[:3], lines[4], lines[3], *lines[5:]]),
        "doubled": b"".join([*lines[:3], lines[2], *lines[3:]]),
        "cut": b"".join(lines[:-4]),
    }
    for kind, text in cases.items():
        file = books.folder / f"{kind}.jsonl"
        file.write_bytes(text)
        document = books.verify(file, code=1)
        assert document["valid"] is False
        assert kind in {finding["kind"] for finding in document["findings"]}


def test_history_shows_the_newest_first(books: Books) -> None:
    document = json.loads(books.run("history", books.name, "--limit", 3, "--output", "json"))
    assert [entry["kind"] for entry in document["entries"]][:2] == ["alert", "rejection"]
    assert books.versions[2] in books.run("history", books.name)


def test_render_and_explain_as_of_a_time(books: Books) -> None:
    """Which version was in force, by its object in the policy bucket."""
    for moment, archive in zip(books.times, [*books.archives, books.archives[1]], strict=True):
        file = books.folder / "then.zip"
        file.write_bytes(archive)
        at = ["--at", moment.isoformat()]
        assert books.run("render", books.name, *at, "--output", "json") == books.run("render", file, "--output", "json")
        path = "policy.plans.daily.rules.nightly.retention.delete"
        value = json.loads(books.run("explain", books.name, books.name, path, *at, "--output", "json"))["value"]
        assert value == ("101d" if archive == books.archives[1] else json.loads(unlonger(books))["value"])
    books.run("render", books.name, "--at", "2020-01-01", code=1)


def unlonger(books: Books) -> str:
    file = books.folder / "first.zip"
    file.write_bytes(books.archives[0])
    path = "policy.plans.daily.rules.nightly.retention.delete"
    return books.run("explain", file, books.name, path, "--output", "json")


def until_synced(books: Books, version: str) -> None:
    deadline = time.monotonic() + 60
    while books.aws.wait(books.name, version)["state"] != "synced":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_rollback_is_a_commit_that_brings_the_older_policy_back(books: Books) -> None:
    push = ["push", books.name, "--rollback-to", books.versions[0], "--version", new_version(), "--output", "json"]
    token, first = books.folder / "token", books.folder / "first.zip"
    first.write_bytes(books.archives[0])
    audience = json.loads(books.run(*push, "--audience"))["audience"]
    token.write_text(LocalIssuer(books.aws.endpoint, STATE).mint(audience))
    pushed = json.loads(books.run(*push, "--id-token", token))
    assert pushed["state"] == "waiting-approval", "the older version keeps points shorter"
    books.aws.approve(books.name, pushed["version"])
    until_synced(books, pushed["version"])
    at = ["--at", datetime.now(UTC).isoformat()]
    assert books.run("render", books.name, *at, "--output", "json") == books.run("render", first, "--output", "json")


def test_commits_side_by_side_are_one_chain_each_and_all_on_it(local_aws: LocalAws) -> None:
    """A burst of versions of one bundle, whose functions write its ledger at the same time."""
    name = f"burst-{new_version()}"
    versions = [new_version() for _ in range(8)]

    def push(version: str) -> None:
        local_aws.upload(name, version, written(name, small_spec(name)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(push, versions))
    for version in versions:
        local_aws.wait(name, version)
    entries = local_aws.ledger().entries(name)
    assert verify_segment(entries) == []
    assert Counter(one.version for one in entries if one.kind == "commit") == Counter(versions)
    assert Counter(one.version for one in entries if one.kind in ("outcome", "supersession")).keys() == set(versions)
