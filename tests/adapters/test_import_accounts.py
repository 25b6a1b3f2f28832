"""`import accounts`: the live organization becomes the snapshot with which bundles resolve offline."""

import json
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result

from backup_apps_cli import organizations_commands
from backup_apps_cli.main import main

APP = """apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: acme}
spec:
  children: ["sets.yaml"]
  targets: {regions: [eu-west-1]}
  policy:
    vaults: {primary: {name: acme-primary}}
    plans: {daily: {rules: {nightly: {vault: primary, schedule: cron(0 3 * * ? *), retention: {delete: 35d}}}}}
"""
SET = """apiVersion: backup-apps/v1
kind: BackupAppSet
metadata: {name: teams}
spec:
  generators: [{accounts: {ou: prod/eu}}]
  template:
    metadata: {name: "team-${item.account}"}
    spec: {targets: {accounts: ["${item.account}"]}}
"""


@pytest.fixture(autouse=True)
def no_local_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organizations_commands, "local_outputs", lambda: None)


def run(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(main, arguments)


@pytest.fixture
def account(aws: None) -> str:
    client = boto3.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = parent = client.list_roots()["Roots"][0]["Id"]
    for name in ("prod", "eu"):
        parent = client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
    made = client.create_account(Email="shop@acme.example", AccountName="shop")["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=made, SourceParentId=root, DestinationParentId=parent)
    return str(made)


def test_the_snapshot_resolves_what_names_an_ou(account: str, tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "app.yaml").write_text(APP)
    (tmp_path / "bundle" / "sets.yaml").write_text(SET)
    file = tmp_path / "accounts.json"
    file.write_text("of yesterday")

    written = run("import", "accounts", "--to", str(file), "--output", "json")
    rendered = run("render", str(tmp_path / "bundle"), "--accounts", str(file), "--output", "json")

    assert written.exit_code == 0, written.stderr
    assert json.loads(written.stdout) == {"file": str(file), "accounts": sorted(["123456789012", account])}
    assert [one["account"] for one in json.loads(rendered.stdout)["targets"]] == [account]
    assert run("import", "accounts", "--to", str(file)).stdout == f"{file}: 2 active accounts\n"


def test_who_may_not_read_is_told_in_a_line(aws: None, tmp_path: Path) -> None:
    result = run("import", "accounts", "--to", str(tmp_path / "accounts.json"))

    assert result.exit_code == 1
    assert result.stderr.startswith("error ListRoots: AWSOrganizationsNotInUseException: ")
    assert not (tmp_path / "accounts.json").exists()


def test_a_file_that_cannot_be_written_is_told_in_a_line(account: str, tmp_path: Path) -> None:
    result = run("import", "accounts", "--to", str(tmp_path / "nowhere" / "accounts.json"))

    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr


def test_where_to_write_is_required() -> None:
    assert run("import", "accounts").exit_code == 2
