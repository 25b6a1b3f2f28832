"""--at and --rollback-to: bundles as they were, and the way back to them."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from ledger_hub import EXAMPLE, NOON, PROD, ROOT, Acme, failed, printed, run

from backup_apps.domain.commits import Commit, CommitRecord, State, Version
from backup_apps.domain.state_documents import organization_key
from backup_apps.offline_wiring import archive_of
from backup_apps.ports.storage import Upload

INVALID = ROOT / "tests" / "cases" / "validate" / "refused-units" / "bundle"
NIGHTLY = "policy.plans.daily.rules.nightly.retention.delete"


# ---------------------------------------------------------------- as of a time


def retention(*arguments: object) -> Any:
    result = run("explain", *arguments, "payments", NIGHTLY, "--output", "json")
    assert result.exit_code == 0, result.stderr
    return printed(result)["value"]


def test_explain_answers_with_the_version_that_was_in_force(acme: Acme, longer: Path) -> None:
    """v1 from 13:00 on, v2 from 14:00 on: what was committed but not synced yet was not in force."""
    acme.commit("v1", EXAMPLE)
    acme.commit("v2", longer)
    assert retention("acme", "--at", "2026-01-01T13:00:00Z") == "70d"
    assert retention("acme", "--at", "2026-01-01T13:59:59.999Z") == "70d"
    assert retention("acme", "--at", "2026-01-01T15:00:00+01:00") == "100d"
    assert retention("acme", "--at", "2026-01-02") == "100d"
    assert retention(EXAMPLE, "--at", "2026-01-02") == "100d", "a folder stands for the name of its root"
    assert retention(EXAMPLE) == "70d"


def test_render_prints_what_it_prints_of_a_folder(acme: Acme, longer: Path) -> None:
    acme.commit("v1", EXAMPLE)
    acme.commit("v2", longer)
    then = run("render", "acme", "--at", "2026-01-01T13:30:00Z", "--output", "json")
    assert then.stdout == run("render", EXAMPLE, "--output", "json").stdout
    assert "acme v1, in force since 2026-01-01T13:00:00" in then.stderr
    assert run("explain", "acme", "--at", "2026-01-02", "--who", "app.yaml:1").exit_code == 0


def test_of_a_version_that_reached_some_targets_each_target_tells(acme: Acme, longer: Path) -> None:
    acme.commit("v1", EXAMPLE)
    acme.commit("v2", longer, State.SYNCED, State.FAILED)
    assert retention("acme", "--at", "2026-01-02") == "70d"
    assert retention("acme", "--at", "2026-01-02", "--target", PROD) == "100d"
    told = run("render", "acme", "--at", "2026-01-02").stderr
    assert "version v2 had reached some targets" in told


def test_a_time_before_the_first_sync(acme: Acme) -> None:
    failed(run("render", "acme", "--at", "2026-01-01"), "it was never synced")
    acme.commit("v1", EXAMPLE)
    failed(run("render", "acme", "--at", "2026-01-01T12:59:59Z"), "its first sync ended on 2026-01-01T13:00:00")


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "12:00"])
def test_what_is_no_time(acme: Acme, time: str) -> None:
    failed(run("render", "acme", "--at", time), "is no time; write 2026-11-26T09:30:00Z", code=2)


def test_what_is_neither_a_bundle_nor_the_name_of_one(acme: Acme) -> None:
    failed(run("render", "No Bundle", "--at", "2026-01-02"), "neither a bundle nor the name of one")
    failed(run("render", "acme"), "Path 'acme' does not exist", code=2)


def test_an_archive_that_is_not_what_was_committed(acme: Acme, longer: Path) -> None:
    acme.commit("v1", EXAMPLE)
    key = Version("acme", "v1").key
    acme.world.archives.uploads[key] = Upload(archive_of(longer), NOON.isoformat(), "v1")
    failed(run("render", "acme", "--at", "2026-01-02"), "is not the one that was committed")


APP_SET = """\
apiVersion: backup-apps/v1
kind: BackupAppSet
metadata: {name: teams}
spec:
  generators: [{matrix: [{accounts: {ou: Prod}}, {regions: [eu-west-1]}]}]
  template:
    metadata: {name: "team-${item.account}"}
    spec: {targets: {accounts: ["${item.account}"], regions: ["${item.region}"]}}
"""


@pytest.fixture
def with_ou(tmp_path: Path) -> Path:
    """A bundle whose accounts AWS Organizations gives."""
    folder = tmp_path / "with-ou"
    shutil.copytree(ROOT / "tests/cases/validate/valid-app-set/bundle", folder)
    (folder / "sets/teams.yaml").write_text(APP_SET)
    return folder


def test_accounts_are_those_that_the_organization_gave_then(acme: Acme, with_ou: Path) -> None:
    answer = {"generators": [{"ou": "Prod", "accounts": ["333333333333"]}], "departed": {}, "lookedUp": "2026"}
    acme.commit("v1", with_ou, organization=json.dumps(answer))
    document = printed(run("render", "acme", "--at", "2026-01-02", "--output", "json"))
    assert [target["account"] for target in document["targets"]] == ["333333333333"]
    acme.world.documents.write(organization_key(Version("acme", "v1")), json.dumps(answer | {"lookedUp": "2027"}))
    failed(run("render", "acme", "--at", "2026-01-02"), "is not what AWS Organizations answered")


def test_a_ledger_that_was_changed_answers_nothing(acme: Acme) -> None:
    acme.commit("v1", EXAMPLE)
    chain = acme.world.ledger.chains["acme"]
    chain[0] = chain[0].model_copy(update={"facts": {**chain[0].facts, "version": "v9"}})
    failed(run("render", "acme", "--at", "2026-01-02"), "the ledger of acme is not whole")


# ---------------------------------------------------------------- rollback


def test_a_rollback_commits_the_very_bytes_again_and_says_what_is_lost(acme: Acme, longer: Path) -> None:
    acme.commit("v1", EXAMPLE)
    acme.commit("v2", longer)
    result = run("push", "acme", "--rollback-to", "v1", "--no-wait", "--output", "json")
    assert (result.exit_code, printed(result)["state"]) == (0, "pushed")
    version = printed(result)["version"]
    assert re.fullmatch(r"rollback-\d{8}T\d{6}Z-v1", version)
    uploads = acme.world.archives.uploads
    assert uploads[f"bundles/acme/{version}.zip"].body == uploads["bundles/acme/v1.zip"].body
    assert "111111111111/eu-west-1 vault acme-primary was deleted since" in result.stderr
    named = run("push", EXAMPLE, "--rollback-to", "v1", "--version", "v1-again", "--no-wait", "--output", "json")
    assert printed(named)["version"] == "v1-again"


def test_there_is_no_way_back_to_what_never_was(acme: Acme) -> None:
    failed(run("push", "acme", "--rollback-to", "v1"), "acme v1 is not recorded; backup-apps history acme")
    rejected = Commit(bundle="acme", version="v1", committed=NOON.isoformat(), object_version="o")
    acme.world.records.record(CommitRecord(**rejected.model_dump(), state=State.REJECTED))
    failed(run("push", "acme", "--rollback-to", "v1"), "acme v1 was rejected")


def test_a_version_that_is_not_valid_any_more_is_not_pushed(acme: Acme) -> None:
    acme.commit("v1", INVALID)
    result = run("push", "acme", "--rollback-to", "v1", "--output", "json")
    assert (result.exit_code, printed(result)["valid"]) == (1, False)
    assert list(acme.world.archives.uploads) == ["bundles/acme/v1.zip"]
