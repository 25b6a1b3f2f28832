"""`report --evidence`: what an auditor asks for, as JSON and as HTML to print, and the ledger that proves it."""

import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.commits import NAMES, Version, is_valid
from backup_apps.domain.errors import UnknownCommitError
from backup_apps_cli.hub import connect, told_as_failures
from backup_apps_cli.printing import Failure, console, show
from backup_apps_cli.report_commands import Asked

if TYPE_CHECKING:
    from backup_apps.domain.evidence.frameworks import Mapped
    from backup_apps.remote_wiring import RemoteHub
    from backup_apps.usecases.gather_evidence import Gathered

_COLOURS = {"met": "green", "not met": "bold red", "no facts": "yellow"}


def report_evidence(asked: Asked, framework: str, folder: Path) -> None:
    """Write `<bundle>-<framework>.json` and `.html`, and `<bundle>-ledger.jsonl`, over what is there."""
    from backup_apps.domain.evidence.frameworks import evidence_document
    from backup_apps_cli.evidence_html import evidence_html

    if asked.before or asked.first or asked.accounts:
        raise click.UsageError("--evidence is of a bundle in a hub, and takes no --before, --from and --accounts")
    if asked.bundle and not is_valid(Version(asked.bundle, "any")):
        raise Failure(f"'{asked.bundle}' is not the name of a bundle; {NAMES}")
    gathered = _gathered(asked)
    bundle = gathered.evidence.bundle
    ledger = folder / f"{bundle}-ledger.jsonl"
    document = evidence_document(gathered.evidence, mapped(), framework) | {"ledger": _proof(gathered, ledger.name)}
    files = {
        folder / f"{bundle}-{framework}.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
        folder / f"{bundle}-{framework}.html": evidence_html(document),
    }
    _write(folder, {file: text.encode() for file, text in files.items()} | {ledger: gathered.ledger})
    written = [str(file) for file in (*files, ledger)]
    show(
        asked.output,
        lambda: {"bundle": bundle, "framework": framework, "files": written, "verdicts": _counts(document)},
        lambda terminal: _told(document, written, terminal),
    )


def mapped() -> "Mapped":
    """Which statements belong to which control: data beside this file."""
    from backup_apps.domain.evidence.frameworks import Mapped

    file = resources.files("backup_apps_cli").joinpath("evidence_controls.json")
    return Mapped.model_validate_json(file.read_text(encoding="utf-8"))


def _gathered(asked: Asked) -> "Gathered":
    from backup_apps.usecases.gather_evidence import Books, gather_evidence
    from backup_apps.wiring import now

    remote = connect(asked.hub)
    books = Books(
        records=remote.records,
        documents=remote.documents,
        findings=remote.findings,
        ledger=remote.ledger,
        rehearsed=remote.verification.rehearsals if remote.verification else None,
        seal=remote.seal,
        public_key=remote.signer.public_key,
        check=_wrong_with,
    )
    with told_as_failures(), console(stderr=True).status("gathering"):
        return gather_evidence(books, asked.bundle or _last_pushed(remote), now())


def _last_pushed(remote: "RemoteHub") -> str:
    latest = remote.records.latest()
    if latest is None:
        raise UnknownCommitError("no commit is recorded in this hub; backup-apps push makes one")
    return latest.bundle


def _wrong_with(export: bytes) -> list[str]:
    """As `ledger verify` finds it."""
    from backup_apps.domain.ledger.lines import read_lines
    from backup_apps.domain.ledger.verification import verify
    from backup_apps.offline_wiring import signature_check

    read = read_lines(export)
    signatures = signature_check(read, ())
    found = [*read.findings, *signatures.findings, *verify(read.entries, read.checkpoints, signatures.is_signed)]
    return [f"{one.kind.value}: {one.message}" for one in found]


def _proof(gathered: "Gathered", name: str) -> dict[str, Any]:
    """How an auditor checks it without the hub: the key must come from a source of their own."""
    entries = gathered.evidence.entries
    last = {"sequence": entries[-1].sequence, "hash": entries[-1].hash} if entries else None
    return {
        "file": name,
        "sha256": hashlib.sha256(gathered.ledger).hexdigest(),
        "entries": len(entries),
        "last": last,
        "check": f"backup-apps ledger verify {name} --key hub.pem",
        "key": "backup-apps ledger key > hub.pem",
    }


def _write(folder: Path, files: dict[Path, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            file.write_bytes(content)
    except OSError as error:
        raise Failure(str(error)) from error


def _counts(document: dict[str, Any]) -> dict[str, int]:
    """Each statement once, however many controls ask for it."""
    verdicts = {one["basis"]: one["verdict"] for one in _statements(document)}
    return {verdict: list(verdicts.values()).count(verdict) for verdict in _COLOURS}


def _statements(document: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [one for control in document["controls"] for one in control["statements"]]


def _told(document: dict[str, Any], files: Sequence[str], terminal: Console) -> None:
    for control in document["controls"]:
        terminal.print(Text(f"{control['id']} {control['title']}", style="bold"))
        for one in control["statements"]:
            terminal.print(Text.assemble((f"  {one['verdict']:<9}", _COLOURS[one["verdict"]]), one["statement"]))
    for file in files:
        terminal.print(f"wrote {file}")
    terminal.print(f"Next: backup-apps ledger verify {files[-1]}")
