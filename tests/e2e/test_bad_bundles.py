"""Uploads that nobody should make: each is rejected with one clear error, and changes nothing.

All are uploaded before the first test, one after the other, since many at once would start a worker each. What else
is refused, and with which words, is tested where bundles are read.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from .bundles import new_version, small_spec, written, zipped
from .conftest import LocalAws
from .eventbridge import PAGE, executions

ROOT = """\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: bad}
spec:
  targets: {accounts: ["111111111111"], regions: [eu-west-1]}
  policy:
    role: arn:aws:iam::${account}:role/acme-backup
    vaults:
      main: {name: main}
    plans:
      daily:
        rules:
          nightly:
            vault: main
            timezone: Etc/UTC
            schedule: cron(0 3 * * ? *)
            retention: {delete: 35d}
        selections:
          all: {resources: ["*"]}
"""
PARENT = """\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: NAME}
spec:
  children: CHILDREN
"""
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
MB = 1 << 20
GOOD = zipped({"app.yaml": ROOT})


class Bad(NamedTuple):
    """An upload, made when it is wanted, the place that its error names, and words of the error."""

    archive: Callable[[], bytes]
    place: str
    words: str


def parent(name: str, *children: str) -> str:
    return PARENT.replace("NAME", name).replace("CHILDREN", json.dumps(children))


def files(contents: Mapping[str, str | bytes]) -> Callable[[], bytes]:
    return lambda: zipped(contents)


def edited(before: str, after: str) -> Callable[[], bytes]:
    """The good bundle, with one edit."""
    assert before in ROOT
    return files({"app.yaml": ROOT.replace(before, after, 1)})


def named(name: str) -> str:
    return ROOT.replace("name: bad", f"name: {name}")


BAD: dict[str, Bad] = {
    "not-a-zip": Bad(lambda: b"apiVersion: backup-apps/v1", "bundle.zip:1", "not a .zip that can be read"),
    "no-bytes": Bad(lambda: b"", "bundle.zip:1", "not a .zip that can be read"),
    "cut-zip": Bad(lambda: GOOD[:-20], "bundle.zip:1", "not a .zip that can be read"),
    "zip-slip": Bad(files({"app.yaml": ROOT, "../../etc/app.yaml": ROOT}), "../../etc/app.yaml:1", "leaves the bundle"),
    "zip-bomb": Bad(
        lambda: zipped({"app.yaml": ROOT, "data.bin": bytes(100 * MB)}), "data.bin:1", "larger than 1,048,576"
    ),
    "50-mb-of-yaml": Bad(
        lambda: zipped({"app.yaml": ROOT + "#" * (50 * MB)}), "app.yaml:1", "larger than 1,048,576 bytes"
    ),
    "50-mb-zip": Bad(lambda: os.urandom(50 * MB + 1), "bundle.zip:1", "the zip is larger than 50 MB"),
    "alias-bomb": Bad(files({"app.yaml": BOMB}), "app.yaml:5", "more than 100,000 nodes once aliases are expanded"),
    "duplicate-keys": Bad(
        edited("            vault: main\n", "            vault: main\n            vault: main\n"),
        "app.yaml:15",
        "the key 'vault' stands twice",
    ),
    "unknown-key": Bad(
        edited("timezone", "timezoen"), "app.yaml:15", "unknown key 'timezoen'; did you mean 'timezone'?"
    ),
    "wrong-unit": Bad(edited("delete: 35d", "delete: 35h"), "app.yaml:17", "the unit 'h' is not used here"),
    "no-unit": Bad(edited("delete: 35d", "delete: 35"), "app.yaml:17", "the bare number 35 has no unit"),
    "tab": Bad(edited("    vaults:", "\tvaults:"), "app.yaml:8", "a tab indents this line"),
    "not-utf-8": Bad(
        files({"app.yaml": ROOT.replace("name: bad", "name: bad, owner: Zoë").encode("latin-1")}),
        "app.yaml:3",
        "byte 0xeb is not UTF-8",
    ),
    "empty-bundle": Bad(files({}), "app.yaml", "the bundle has no app.yaml at its root"),
    "no-root": Bad(files({"apps/app.yaml": ROOT}), "app.yaml", "the bundle has no app.yaml at its root"),
    "cycle": Bad(
        files({"app.yaml": parent("bad", "a.yaml"), "a.yaml": parent("a", "b.yaml"), "b.yaml": parent("b", "a.yaml")}),
        "b.yaml:5",
        "a hierarchy has no cycles",
    ),
    "orphan": Bad(
        files({"app.yaml": ROOT, "lost.yaml": named("lost")}), "lost.yaml:3", "no `children` pattern reaches 'lost'"
    ),
    "two-parents": Bad(
        files({"app.yaml": parent("bad", "a.yaml", "b.yaml"), "a.yaml": parent("a", "b.yaml"), "b.yaml": named("b")}),
        "a.yaml:5",
        "'b' (b.yaml) already has the parent 'bad'",
    ),
    "app-name-too-long": Bad(
        files({"app.yaml": parent("bad", "a.yaml"), "a.yaml": named("a" * 41)}), "a.yaml:3", "is not an app name"
    ),
    "plan-name-too-long": Bad(
        edited("      daily:", f"      {'d' * 48}:"),
        "app.yaml:11",
        "which allows 50 letters, digits, - _ and ., not 52",
    ),
    "name-is-not-the-keys": Bad(
        files({"app.yaml": named("good")}), "app.yaml:1", "is called good, but was uploaded as bundle bad"
    ),
}
NO_COMMITS = {
    "upper-case": "bundles/BAD/1.zip",
    "no-version": "bundles/bad.zip",
    "deeper": "bundles/bad/1/2.zip",
    "long-version": f"bundles/bad/{'1' * 65}.zip",
    "spaces": "bundles/bad/a version.zip",
    "climbing": "bundles/../bad.zip",
}


class Uploaded(NamedTuple):
    """What there was before the uploads, the version of each, and what came of them."""

    aws: LocalAws
    versions: dict[str, str]
    last_call: int
    last_decision: int
    executions: int

    def alerts(self, subject: str) -> list[dict[str, Any]]:
        """What machines got of the alerts whose subjects begin so."""
        found = [one for one in self.aws.inbox.messages() if one["Subject"].startswith(subject)]
        return [json.loads(one["Message"]) for one in found]


def wait_until(find: Callable[[], list[Any]]) -> list[Any]:
    """What is found, once something is."""
    deadline = time.monotonic() + 60
    while not (found := find()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def uploaded(local_aws: LocalAws) -> Uploaded:
    versions = {name: new_version() for name in BAD}
    local_aws.rest()
    before = Uploaded(local_aws, versions, local_aws.last_call(), local_aws.last_decision(), len(executions(local_aws)))
    for name, bad in BAD.items():
        local_aws.push("bad", versions[name], bad.archive())
    for key in NO_COMMITS.values():
        local_aws.client("s3").put_object(Bucket=local_aws.outputs["PolicyBucket"], Key=key, Body=GOOD)
    return before


@pytest.mark.parametrize("name", BAD)
def test_it_is_rejected_with_one_clear_error(uploaded: Uploaded, name: str) -> None:
    bad, version, aws = BAD[name], uploaded.versions[name], uploaded.aws
    assert aws.status("bad", version) == {"bundle": "bad", "version": version, "state": "rejected", "targets": []}

    kept = aws.client("s3").get_object(Bucket=aws.outputs["StateBucket"], Key=f"changes/bad/{version}/errors.json")
    document = json.loads(kept["Body"].read())
    (error,) = document["errors"]
    assert not document["valid"]
    assert ":".join(str(part) for part in (error["file"], error["line"]) if part is not None) == bad.place
    assert bad.words in error["message"]

    (alert,) = uploaded.alerts(f"bad {version} rejected: 1 error")
    assert alert["errors"] == [error]
    assert f"\n{bad.place}" in alert["text"]
    assert bad.words in alert["text"]
    assert "Nothing was changed." in alert["text"]


@pytest.mark.parametrize("name", NO_COMMITS)
def test_a_key_that_is_no_commit_is_told(uploaded: Uploaded, name: str) -> None:
    def told() -> list[dict[str, Any]]:
        errors = [error for one in uploaded.alerts("(unknown) (unknown) rejected") for error in one["errors"]]
        return [error for error in errors if error["file"] == NO_COMMITS[name]]

    (error,) = wait_until(told)
    assert "upload to bundles/<bundle>/<version>.zip" in error["message"]


def test_a_version_is_written_once(uploaded: Uploaded) -> None:
    """Also one that was rejected: what was recorded first stays."""
    aws, version = uploaded.aws, uploaded.versions["tab"]
    status = aws.status("bad", version)
    aws.upload("bad", version, GOOD)
    subject = f"bad {version} rejected"
    told = wait_until(lambda: [one for one in uploaded.alerts(subject) if "is written once" in one["text"]])
    assert [error["file"] for error in told[0]["errors"]] == ["bundle.zip"]
    assert aws.status("bad", version) == status


def test_nothing_changes(uploaded: Uploaded) -> None:
    aws = uploaded.aws
    assert aws.calls(uploaded.last_call) == []
    assert len(executions(aws)) == uploaded.executions
    decided = aws.decisions(uploaded.last_decision)
    assert {one["role"] for one in decided} - {PAGE} == {"backup-apps-admit-bundle"}
    assert {one["action"] for one in decided}.isdisjoint({"states:StartExecution", "sts:AssumeRole"})
    assert [one for one in decided if not one["allowed"]] == []


def test_a_good_bundle_goes_through_after_them(uploaded: Uploaded) -> None:
    spec = small_spec("bad")
    assert uploaded.aws.push("bad", new_version(), written("bad", spec))["state"] == "synced"
