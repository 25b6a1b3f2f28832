"""The command line: its JSON shapes and its exit codes. What the commands decide is tested where it is decided."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from backup_apps.domain.changes import ChangeSet, Create, Kind
from backup_apps.domain.commits import Commit, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import UnreachableError
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps_cli import hub_commands
from backup_apps_cli.main import main

ROOT = Path(__file__).parents[3]
EXAMPLE = str(ROOT / "examples" / "acme")
INVALID = str(ROOT / "tests" / "cases" / "validate" / "refused-units" / "bundle")
NIGHTLY = "policy.plans.daily.rules.nightly"


def run(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(main, arguments)


def printed(result: Result) -> Any:
    return json.loads(result.stdout)


class Hub:
    """A hub that answers from memory."""

    def __init__(self) -> None:
        self.records = self
        self.documents = self
        self.changes: tuple[Create, ...] = ()
        self.synced: Commit | None = None
        self.governance: dict[str, Any] = {}

    def known_targets(self, bundle: str) -> frozenset[Any]:
        return frozenset()

    def latest_reached(self, bundle: str, but: Version | None = None) -> Commit | None:
        return self.synced

    def read(self, key: str) -> str:
        return json.dumps(self.governance)

    def diff(self, bundle: str, desired: Any) -> AssessedChangeSet:
        change_set = ChangeSet(bundle=bundle, account=desired.account, region=desired.region, changes=self.changes)
        return assess_changes(change_set, LiveTarget(account=desired.account, region=desired.region))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    made = Hub()
    monkeypatch.setattr(hub_commands, "connect", lambda stack: made)
    return made


def test_validate_prints_its_verdict() -> None:
    valid = run("validate", EXAMPLE, "--output", "json")
    invalid = run("validate", INVALID, "--output", "json")

    assert (valid.exit_code, printed(valid)) == (0, {"valid": True, "errors": [], "warnings": []})
    assert invalid.exit_code == 1
    assert set(printed(invalid)["errors"][0]) == {"file", "line", "column", "path", "message"}


@pytest.mark.parametrize(
    "command",
    [
        ["render"],
        ["explain", "acme", "policy.role"],
        ["explain", "--who", "app.yaml:1"],
        ["diff"],
        ["push"],
    ],
    ids=lambda command: command[0],
)
def test_an_invalid_bundle_makes_every_command_print_the_verdict(command: list[str], hub: Hub) -> None:
    name, *rest = command

    result = run(name, INVALID, *rest, "--output", "json")

    assert result.exit_code == 1
    assert printed(result) == printed(run("validate", INVALID, "--output", "json"))


def test_errors_for_people_begin_with_their_place() -> None:
    result = run("validate", INVALID)

    assert f"app.yaml:15:26 error {NIGHTLY}.startWindow: '1d'" in result.stdout
    assert "nothing was changed" in result.stdout


def test_render_prints_the_inputs_of_the_api() -> None:
    document = printed(run("render", EXAMPLE, "--output", "json"))

    assert set(document) == {"bundle", "targets"}
    assert [f"{one['account']}/{one['region']}" for one in document["targets"]] == [
        "111111111111/eu-west-1",
        "111111111111/us-east-1",
        "222222222222/eu-west-1",
        "222222222222/us-east-1",
    ]
    target = document["targets"][0]
    assert set(target["vaults"][0]) == {"BackupVaultName", "EncryptionKeyArn", "BackupVaultTags", "Lock"}
    assert set(target["plans"][0]) == {"app", "BackupPlan", "BackupPlanTags", "Selections"}


def test_render_of_one_target_is_that_part_of_the_whole() -> None:
    whole = printed(run("render", EXAMPLE, "--output", "json"))
    one = printed(run("render", EXAMPLE, "--target", "222222222222/us-east-1", "--output", "json"))

    assert one == {"bundle": "acme", "targets": [whole["targets"][3]]}


def test_render_tells_what_aws_tests_and_says_nothing_of_it_elsewhere(tmp_path: Path) -> None:
    assert "RestoreTestingPlans" not in run("render", EXAMPLE, "--output", "json").stdout
    bundle = tmp_path / "bundle"
    shutil.copytree(EXAMPLE, bundle)
    leaf = bundle / "apps/prod/payments.yaml"
    tested = "  policy:\n    verification: {engine: aws, schedule: cron(0 6 ? * MON *), types: {DynamoDB: {}}}\n"
    leaf.write_text(leaf.read_text().replace("  policy:\n", tested, 1))
    document = printed(run("render", str(bundle), "--output", "json"))
    (test,) = document["targets"][0]["RestoreTestingPlans"]
    assert set(test) == {"app", "RestoreTestingPlan", "Tags", "Selections"}
    text = run("render", str(bundle)).stdout
    assert "restore testing plan payments (app payments): cron(" in text


def test_explain_prints_value_and_steps() -> None:
    result = run("explain", EXAMPLE, "payments", f"{NIGHTLY}.retention.delete", "--output", "json")

    assert printed(result)["value"] == "70d"
    assert [set(step) for step in printed(result)["steps"]] == [{"value", "operator", "file", "line", "app"}] * 2


def test_explain_who_prints_what_a_line_reaches() -> None:
    line = 1 + (ROOT / "examples/acme/apps/prod/payments.yaml").read_text().split("delete: 70d")[0].count("\n")

    reaches = printed(run("explain", EXAMPLE, "--who", f"apps/prod/payments.yaml:{line}", "--output", "json"))[
        "reaches"
    ]

    assert reaches == [
        {
            "app": "payments",
            "account": "111111111111",
            "region": "eu-west-1",
            "path": f"{NIGHTLY}.retention.delete",
            "value": "70d",
        }
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["validate", "no-such-folder"],
        ["validate", EXAMPLE, "--output", "xml"],
        ["render", EXAMPLE, "--target", "here"],
        ["explain", EXAMPLE],
        ["explain", EXAMPLE, "--who", "somewhere"],
        ["status", "--version", "1"],
        ["frobnicate"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: list[str], hub: Hub) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", EXAMPLE, "nobody", "policy.role"], "there is no app 'nobody'"),
        (["explain", EXAMPLE, "payments", "policy.nothing"], "nothing is set at policy.nothing"),
        (["render", EXAMPLE, "--target", "333333333333/eu-west-1"], "is no target of bundle 'acme'"),
    ],
    ids=["app", "path", "target"],
)
def test_what_cannot_be_done_is_one_line_and_exits_with_1(arguments: list[str], message: str, hub: Hub) -> None:
    result = run(*arguments)

    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_diff_says_with_its_exit_code_whether_anything_differs(hub: Hub) -> None:
    assert run("diff", EXAMPLE, "--exit-code").exit_code == 0

    hub.changes = (Create(kind=Kind.VAULT_TAG, name="acme-primary", item="team", after="data"),)
    differing = run("diff", EXAMPLE, "--exit-code", "--output", "json")

    assert differing.exit_code == 3
    assert printed(differing)["targets"][0]["changes"][0]["action"] == "create"
    assert run("diff", EXAMPLE).exit_code == 0


def test_diff_prints_the_class_of_the_whole_and_of_each_change(hub: Hub) -> None:
    hub.changes = (Create(kind=Kind.LOCK, name="acme-primary", after={"MinRetentionDays": 7}),)

    document = printed(run("diff", EXAMPLE, "--output", "json"))

    assert set(document) == {"bundle", "class", "policy", "targets"}
    assert document["class"] == "strengthens"
    target = document["targets"][0]
    assert set(target) == {"bundle", "account", "region", "changes", "conflicts", "class", "assessments"}
    assert set(target["assessments"][0]) == {"class", "reasons", "reaches", "notRetroactive", "orphans"}
    assert set(target["assessments"][0]["reasons"][0]) == {"number", "class", "message"}


def test_diff_for_a_pull_request_is_markdown_and_nothing_else(hub: Hub) -> None:
    hub.changes = (Create(kind=Kind.LOCK, name="acme-primary", after={"MinRetentionDays": 7}),)

    result = run("diff", EXAMPLE, "--output", "markdown")

    assert result.stdout.startswith("### Backup changes of `acme`: strengthens\n")
    assert "<details><summary>111111111111/eu-west-1: strengthens, 1 change</summary>" in result.stdout


@pytest.mark.parametrize(
    ("line", "colour"),
    [
        ("  irreversible - plan p", "1;31"),
        ("      weakens: shorter (C110)", "33"),
        ("  strengthens  + plan p", "32"),
        ("  neutral      = vault v", "2"),
        ("  ! vault v is somebody else's", "1;31"),
        ("111111111111/eu-west-1  shop", "1"),
    ],
)
def test_each_line_of_a_diff_has_the_colour_of_its_class(line: str, colour: str) -> None:
    shown = io.StringIO()
    hub_commands.print_changes(line, Console(file=shown, force_terminal=True, color_system="standard", width=80))
    assert shown.getvalue() == f"\x1b[{colour}m{line}\x1b[0m\n"


def test_diff_tells_what_changes_in_policy_alone(hub: Hub) -> None:
    hub.synced = Commit(bundle="acme", version="v1", committed="2026-01-01T12:00:00+00:00", object_version="1")
    here = Target("111111111111", "eu-west-1")
    leaf = LeafGovernance("payments", (here,), {"retention.min": 99 * 1440}, {}, {}, False)
    hub.governance = Governance((leaf,)).to_json()

    result = run("diff", EXAMPLE, "--exit-code")

    assert result.exit_code == 3
    assert "weakens: guardrail retention.min is gone; it was 99d (C600)" in result.stdout


def test_a_hub_that_cannot_be_reached_is_told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(bundle: str, desired: Any) -> ChangeSet:
        raise UnreachableError("AssumeRole", "AccessDenied", "the role backup-apps-plan is missing")

    monkeypatch.setattr(hub, "diff", fail)

    result = run("diff", EXAMPLE)

    assert result.exit_code == 1
    assert "the role backup-apps-plan is missing" in result.stderr


READERS: dict[str, Callable[[], Result]] = {
    "validate": lambda: run("validate", EXAMPLE),
    "render": lambda: run("render", EXAMPLE),
    "explain": lambda: run("explain", EXAMPLE, "payments", f"{NIGHTLY}.timezone"),
}


@pytest.mark.parametrize("name", READERS)
def test_text_is_the_default_and_names_what_it_is_about(name: str) -> None:
    wanted = {"validate": "5 leaves on 4 targets", "render": "kept 70 days", "explain": "nobody wrote it"}

    assert wanted[name] in READERS[name]().stdout
