"""`backup-apps drift`, on a hub in memory."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Actor, Direction, Drift, Kind, State, found
from backup_apps_cli import drift_commands
from backup_apps_cli.main import main
from cli.ledger_hub import EXAMPLE, Acme

HERE = Target("111111111111", "eu-west-1")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).isoformat()
RULE = Drift(
    Kind.RULE,
    "daily/nightly",
    Direction.WEAKENS,
    {"d": 35},
    {"d": 7},
    ("it is shorter",),
    ("shop",),
    "policy.plans.daily",
)


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Acme:
    hub = Acme()
    monkeypatch.setattr(drift_commands, "connect", lambda _: hub.remote)
    return hub


def keep(hub: Acme, bundle: str = "acme", state: State = State.OPEN, **members: object) -> None:
    finding = found(RULE, bundle, "v1", HERE, NOON)
    hub.world.findings.replace(None, finding.model_copy(update={"state": state, **members}))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["drift", *arguments])


def test_text_says_what_where_who_and_under_which_policy(acme: Acme) -> None:
    keep(acme, actor=Actor("arn:alice", "UpdateBackupPlan", NOON), pause="until then by bob: a move", stopped=True)
    said = run("acme").output
    for part in ("weakens", "rule daily/nightly", str(HERE), "it is shorter", "by arn:alice", "policy.plans.daily"):
        assert part in said
    assert "healing is paused until then by bob: a move" in said
    assert "put back too often" in said
    assert "1 findings, 1 weaken protection." in said


def test_json_is_the_promised_document_of_what_is_open(acme: Acme) -> None:
    keep(acme)
    keep(acme, bundle="other", state=State.CLOSED)
    document = json.loads(run("acme", "--output", "json").output)
    assert [one["resource"] for one in document["findings"]] == ["daily/nightly"]
    assert json.loads(run("other", "--output", "json").output) == {"findings": []}


@pytest.mark.parametrize(("state", "code"), [(State.OPEN, 3), (State.PAUSED, 3), (State.HEALED, 0)])
def test_the_exit_code_says_whether_there_is_drift_only_if_asked(acme: Acme, state: State, code: int) -> None:
    keep(acme, state=state)
    assert run("acme").exit_code == 0
    assert run("acme", "--exit-code").exit_code == code


def test_without_drift_it_says_so(acme: Acme) -> None:
    assert run("acme").output == "No drift is known.\n"


def test_live_looks_first(acme: Acme) -> None:
    keep(acme)
    acme.world.records.targets["acme"] = {HERE}
    assert run("acme", "--live", "--exit-code").exit_code == 3


LONGER = {"Lifecycle": {"DeleteAfterDays": 100}}
STAYS = Drift(
    Kind.RULE,
    "payments-daily/nightly",
    Direction.STRENGTHENS,
    {"Lifecycle": {"DeleteAfterDays": 70}},
    LONGER,
    apps=("payments",),
)


def test_the_patch_is_all_of_standard_output_and_says_beside_it_what_it_adopts(acme: Acme) -> None:
    acme.commit("v1", EXAMPLE)
    keep(acme)
    acme.world.findings.replace(None, found(STAYS, "acme", "v1", HERE, NOON))
    result = CliRunner(mix_stderr=False).invoke(main, ["drift", "acme", "--patch"])
    assert result.exit_code == 0
    assert result.stdout.startswith("--- a/apps/prod/payments.yaml\n+++ b/apps/prod/payments.yaml\n")
    assert "-            retention: {delete: 70d}\n+            retention: {delete: 100d}\n" in result.stdout
    assert (
        "adopts rule payments-daily/nightly in 111111111111/eu-west-1, set at apps/prod/payments.yaml:" in result.stderr
    )


def test_the_patch_in_json_stands_beside_the_findings(acme: Acme) -> None:
    acme.commit("v1", EXAMPLE)
    acme.commit("v0", EXAMPLE)
    kept = found(STAYS, "acme", "v1", HERE, NOON)
    acme.world.findings.replace(None, kept)
    elsewhere = found(STAYS, "acme", "v0", Target("222222222222", "eu-west-1"), NOON)
    acme.world.findings.replace(None, elsewhere)
    document = json.loads(run("acme", "--patch", "--output", "json").output)
    assert len(document["findings"]) == 2
    (adopted,) = document["adopted"]
    assert adopted == {
        "id": kept.id,
        "file": "apps/prod/payments.yaml",
        "line": 11,
        "old": STAYS.desired,
        "new": STAYS.live,
    }
    assert [one["id"] for one in document["left"]] == [elsewhere.id]


def test_what_is_accepted_is_shown_and_fails_nobody(acme: Acme) -> None:
    keep(acme, state=State.ACCEPTED, waiver="until 2026-01-31 by bob: a move")
    result = run("acme", "--exit-code")
    assert "accepted until 2026-01-31 by bob: a move" in result.output
    assert result.exit_code == 0


def test_what_could_be_kept_is_told_with_the_next_command(acme: Acme) -> None:
    keep(acme)
    assert "--patch" not in run("acme").output
    acme.world.findings.replace(None, found(STAYS, "acme", "v1", HERE, NOON))
    assert "To keep what does not weaken: backup-apps drift acme --patch" in run("acme").output


def test_a_patch_is_of_one_bundle(acme: Acme) -> None:
    result = run("--patch")
    assert (result.exit_code, "name it" in result.output) == (2, True)


def test_without_anything_to_keep_there_is_no_patch(acme: Acme) -> None:
    keep(acme)
    assert "nothing to adopt" in run("acme", "--patch").output
