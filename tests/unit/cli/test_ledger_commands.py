"""history and ledger: shapes, exit codes and words."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from ledger_hub import EXAMPLE, Acme, failed, printed, run

from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.ledger.entries import Reason
from backup_apps.usecases.checkpoint_ledger import checkpoint_ledger
from ledger.keys import KEY, another_key, pem

# ---------------------------------------------------------------- history


def test_history_is_newest_first_and_bounded(acme: Acme) -> None:
    acme.commit("v1", EXAMPLE)
    document = printed(run("history", "acme", "--output", "json"))
    assert document["bundle"] == "acme"
    assert [entry["kind"] for entry in document["entries"]] == ["outcome", "sync", "sync", "commit"]
    assert set(document["entries"][0]) == {"bundle", "sequence", "at", "kind", "facts", "id", "previous", "hash"}
    assert len(printed(run("history", "acme", "--limit", "1", "--output", "json"))["entries"]) == 1


def test_history_says_when_what_who_and_version(acme: Acme) -> None:
    acme.commit("v1", EXAMPLE)
    text = run("history", "acme").stdout
    for word in ("2026-01-01 13:00:00", "outcome", "v1", "hub", "synced (2 synced)", "not attested"):
        assert word in text


def test_history_of_nothing(acme: Acme) -> None:
    failed(run("history", "acme"), "nothing is recorded of acme")
    failed(run("history"), "no commit is recorded in this hub")


# ---------------------------------------------------------------- export, verify, key


@pytest.fixture
def exported(acme: Acme, tmp_path: Path) -> Path:
    acme.commit("v1", EXAMPLE)
    checkpoint_ledger(acme.world.hub, "acme", Reason.SYNC)
    acme.commit("v2", EXAMPLE)
    file = tmp_path / "acme.jsonl"
    assert run("ledger", "export", "acme", "--file", file).exit_code == 0
    return file


@pytest.fixture
def public_key(acme: Acme, tmp_path: Path) -> Path:
    file = tmp_path / "key.pem"
    file.write_text(run("ledger", "key").stdout)
    return file


def test_what_is_exported_verifies(exported: Path, public_key: Path) -> None:
    result = run("ledger", "verify", exported, "--key", public_key, "--output", "json")
    whole = {"valid": True, "bundle": "acme", "entries": 8, "checkpoints": 2, "findings": []}
    assert (result.exit_code, printed(result), result.stderr) == (0, whole, "")
    assert "whole ledger of 'acme': 8 entries" in run("ledger", "verify", exported, "--key", public_key).stdout


def test_without_a_key_the_reader_is_told_what_that_proves(exported: Path) -> None:
    result = run("ledger", "verify", exported)
    assert result.exit_code == 0
    assert "only --key PEM can tell" in result.stderr.replace("\n", " ")


def test_what_export_and_key_say(acme: Acme, tmp_path: Path) -> None:
    acme.commit("v1", EXAMPLE)
    file = tmp_path / "acme.jsonl"
    document = printed(run("ledger", "export", "acme", "--file", file, "--output", "json"))
    assert document == {
        "file": str(file),
        "bundle": "acme",
        "entries": 4,
        "checkpoints": 1,
        "sequence": 4,
        "hash": acme.world.ledger.entries("acme")[-1].hash,
        "at": "2026-01-01T13:00:00.000+00:00",
        "key": KEY,
    }
    key = printed(run("ledger", "key", "--output", "json"))
    assert key == {"key": KEY, "algorithm": "ECDSA_SHA_256", "public_key": acme.world.signer.public_key(KEY)}


def tampered(exported: Path, before: bytes, after: bytes) -> Any:
    text = exported.read_bytes()
    assert before in text
    exported.write_bytes(text.replace(before, after, 1))
    result = run("ledger", "verify", exported, "--output", "json")
    assert result.exit_code == 1
    document = printed(result)
    assert document["valid"] is False
    assert set(document["findings"][0]) == {"sequence", "kind", "message"}
    return [(finding["sequence"], finding["kind"]) for finding in document["findings"]]


def test_a_changed_entry_is_found(exported: Path) -> None:
    assert tampered(exported, b'"version":"v1"', b'"version":"v9"') == [(1, "changed")]


def test_a_changed_signature_is_found(exported: Path) -> None:
    signature = json.loads(exported.read_bytes().splitlines()[-1])["checkpoint"]["signature"]
    other = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    assert tampered(exported, signature.encode(), other.encode()) == [(8, "signature")]


def test_a_dropped_entry_is_found(exported: Path) -> None:
    line = exported.read_bytes().splitlines(keepends=True)[2]
    assert tampered(exported, line, b"") == [(2, "dropped")]


@pytest.mark.parametrize("left", [6, 5, 9])
def test_a_cut_tail_is_found_even_at_a_checkpoint(exported: Path, left: int) -> None:
    """The sixth line is the checkpoint of the first sync."""
    lines = exported.read_bytes().splitlines(keepends=True)
    assert lines[5].startswith(b'{"checkpoint"')
    kinds = {kind for _, kind in tampered(exported, b"".join(lines[left:]), b"")}
    assert "cut" in kinds


def test_every_byte_of_the_key_counts(exported: Path) -> None:
    """Also the bits of its base64 that stand for nothing."""
    line = exported.read_bytes().splitlines(keepends=True)[0]
    rest = exported.read_bytes()[len(line) :]
    for place in range(len(line)):
        changed = bytearray(line)
        changed[place] ^= 1
        exported.write_bytes(bytes(changed) + rest)
        result = run("ledger", "verify", exported, "--output", "json")
        assert result.exit_code == 1, (place, bytes(changed))
        assert not printed(result)["valid"]


def test_a_ledger_that_somebody_signed_with_another_key(acme: Acme, exported: Path, tmp_path: Path) -> None:
    """Whole by itself; that it is not the hub's, the hub's key tells."""
    other = tmp_path / "other.pem"
    other.write_text(another_key())
    result = run("ledger", "verify", exported, "--key", other, "--output", "json")
    found = [(one["sequence"], one["kind"]) for one in printed(result)["findings"]]
    assert (result.exit_code, found) == (1, [(None, "signature"), (4, "signature"), (8, "signature")])


def test_of_several_keys_each_serves_what_it_signed(exported: Path, public_key: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(another_key())
    assert run("ledger", "verify", exported, "--key", other, "--key", public_key).exit_code == 0


def test_a_file_without_its_key_needs_one(exported: Path, public_key: Path) -> None:
    exported.write_bytes(b"".join(exported.read_bytes().splitlines(keepends=True)[1:]))
    assert run("ledger", "verify", exported, "--key", public_key).exit_code == 0
    assert run("ledger", "verify", exported).exit_code == 1


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{}\n", b"apiVersion: backup-apps/v1\n", b"[" * 10_000])
def test_what_is_no_export_is_told_and_exits_with_1(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    result = run("ledger", "verify", file, "--output", "json")
    assert result.exit_code == 1
    assert printed(result)["findings"]
    assert "not whole" in run("ledger", "verify", file).stdout


def test_a_key_that_is_none(exported: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    rsa_key = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key())
    for content in ("", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", rsa_key):
        key.write_text(content)
        failed(run("ledger", "verify", exported, "--key", key), "no public key of a hub")


def test_export_that_can_not_be_made(acme: Acme, tmp_path: Path) -> None:
    with pytest.raises(UnknownCommitError):
        acme.seal("acme")
    failed(run("ledger", "export", "acme", "--file", tmp_path / "f"), "nothing is recorded of acme")
    failed(run("ledger", "export", "No Bundle", "--file", tmp_path / "f"), "'No Bundle' is no bundle")
    acme.commit("v1", EXAMPLE)
    failed(run("ledger", "export", "acme", "--file", tmp_path / "no" / "f"), "No such file")
    failed(run("ledger", "verify", tmp_path / "absent"), "does not exist", code=2)
