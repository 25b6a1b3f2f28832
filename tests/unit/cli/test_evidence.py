"""report --evidence: what it writes, and that its ledger verifies offline."""

import json
from pathlib import Path
from typing import Any

import pytest
from click import Choice
from ledger_hub import EXAMPLE, Acme, failed, printed, run

from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.domain.state_documents import desired_key, governance_key
from backup_apps.offline_wiring import resolve_source
from backup_apps_cli import evidence
from backup_apps_cli.main import main


@pytest.fixture
def synced(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> Acme:
    """The example, in force on its targets."""
    monkeypatch.setattr(evidence, "connect", lambda stack: acme.remote)
    acme.commit("v1", EXAMPLE)
    version, resolution = Version("acme", "v1"), resolve_source(EXAMPLE)
    assert resolution.state is not None
    acme.world.documents.write(governance_key(version), json.dumps(governance_of(resolution).to_json()))
    for one in resolution.state.targets:
        acme.world.documents.write(desired_key(version, one.target), one.to_text())
    outcomes = [TargetOutcome(**one.target._asdict(), state=State.SYNCED) for one in resolution.state.targets]
    acme.world.records.set_outcomes(version, outcomes)
    return acme


def verdicts(file: Path) -> dict[str, str]:
    document: dict[str, Any] = json.loads(file.read_text())
    return {one["basis"]: one["verdict"] for control in document["controls"] for one in control["statements"]}


def test_evidence_is_written_with_the_ledger_that_proves_it(synced: Acme, tmp_path: Path) -> None:
    result = run("report", "acme", "--evidence", "soc2", "--to", tmp_path, "--output", "json")

    assert result.exit_code == 0, result.output
    written = printed(result)
    assert [Path(one).name for one in written["files"]] == ["acme-soc2.json", "acme-soc2.html", "acme-ledger.jsonl"]
    found = verdicts(tmp_path / "acme-soc2.json")
    assert found["ledger_is_whole"] == "met"
    assert found["commits_attested"] == "not met", "the hub in memory was given no token"
    assert found["targets_synced"] == "met"
    assert found["restored_within_rto"] == "no facts"
    assert sum(written["verdicts"].values()) == len(found)
    verified = run("ledger", "verify", tmp_path / "acme-ledger.jsonl", "--output", "json")
    assert printed(verified)["valid"] is True


def test_a_proof_names_an_entry_of_the_export(synced: Acme, tmp_path: Path) -> None:
    run("report", "acme", "--evidence", "iso27001", "--to", tmp_path)
    document = json.loads((tmp_path / "acme-iso27001.json").read_text())
    lines = [json.loads(line) for line in (tmp_path / "acme-ledger.jsonl").read_text().splitlines()]
    hashes = {one["entry"]["sequence"]: one["entry"]["hash"] for one in lines if "entry" in one}

    proofs = [
        fact["ledger"]
        for control in document["controls"]
        for one in control["statements"]
        for fact in one["facts"]
        if "ledger" in fact
    ]

    assert proofs
    assert all(hashes[proof["sequence"]] == proof["hash"] for proof in proofs)


def test_the_text_says_each_verdict_and_what_to_run_next(synced: Acme, tmp_path: Path) -> None:
    text = run("report", "acme", "--evidence", "soc2", "--to", tmp_path).stdout

    assert "CC8.1 Authorization" in text
    assert "  not met  Every version that was admitted" in text
    assert text.splitlines()[-1] == f"Next: backup-apps ledger verify {tmp_path}/acme-ledger.jsonl"


def test_what_can_not_be_had_is_one_line(synced: Acme, tmp_path: Path) -> None:
    there = tmp_path / "file"
    there.write_text("")

    failed(run("report", "other", "--evidence", "soc2", "--to", tmp_path), "no version of other was admitted")
    failed(run("report", "examples/acme", "--evidence", "soc2", "--to", tmp_path), "is not the name of a bundle")
    failed(run("report", "acme", "--evidence", "soc2", "--to", there / "below"), "Not a directory")
    failed(run("report", "acme", "--evidence", "soc2", "--to", tmp_path, "--before", tmp_path), "takes no --before", 2)


def test_the_frameworks_of_the_command_are_those_of_the_file() -> None:
    (option,) = (one for one in main.commands["report"].params if one.name == "evidence")

    assert isinstance(option.type, Choice)
    assert list(option.type.choices) == list(evidence.mapped().frameworks)
