"""The commands that read the ledger: history, ledger export, ledger verify, ledger key."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backup_apps.domain.commits import NAMES, Version, is_valid
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.ledger.entries import HUB_CHAIN, Entry, Kind
from backup_apps.domain.ledger.history import sentence, who
from backup_apps.domain.ledger.lines import LedgerFile, read_lines
from backup_apps.domain.ledger.verification import LedgerFinding, verify
from backup_apps_cli.hub import HUB, connect, told_as_failures
from backup_apps_cli.printing import OUTPUT, Failure, console, show

if TYPE_CHECKING:
    from backup_apps.offline_wiring import PublicKey

_COLOURS: dict[str, str] = {
    Kind.COMMIT: "cyan",
    Kind.REJECTION: "red",
    Kind.APPROVAL: "green",
    Kind.WRITE: "yellow",
    Kind.ALERT: "bold red",
}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("bundle", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=30, show_default=True, help="How many entries, at most.")
@HUB
@OUTPUT
def history(bundle: str | None, limit: int, hub: str | None, output: str) -> None:
    """Show what happened to a bundle, the newest first. Without BUNDLE: to the one that was pushed last."""
    remote = connect(hub)
    with told_as_failures():
        bundle = bundle or _last_pushed(remote)
        entries = remote.ledger.latest(bundle, limit)
        if not entries:
            raise UnknownCommitError(f"nothing is recorded of {bundle}; backup-apps push makes the first entry")
    document = {"bundle": bundle, "entries": [entry.to_json() for entry in entries]}
    show(output, lambda: document, lambda terminal: _print_history(entries, terminal))


def _last_pushed(remote: Any) -> str:
    latest = remote.records.latest()
    if latest is None:
        raise UnknownCommitError("no commit is recorded in this hub; backup-apps push makes one")
    return str(latest.bundle)


def _print_history(entries: Sequence[Entry], terminal: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("#", "when", "kind", "version", "who", "what"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "#" else "left")
    for entry in entries:
        when, kind = entry.at[:19].replace("T", " "), Text(entry.kind, style=_COLOURS.get(entry.kind, ""))
        told = [Text(text) for text in (entry.version or "-", who(entry), sentence(entry))]
        table.add_row(str(entry.sequence), when, kind, *told)
    terminal.print(table)


@click.group()
def ledger() -> None:
    """The ledger of a bundle: everything that happened, in a chain that shows whatever was changed in it."""


@ledger.command()
@click.argument("bundle")
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="What to write.")
@HUB
@OUTPUT
def export(bundle: str, file: Path, hub: str | None, output: str) -> None:
    """Write a bundle's ledger to a file, with a checkpoint as its end that the hub signs for it."""
    from backup_apps.usecases.export_ledger import export_ledger

    if bundle != HUB_CHAIN and not is_valid(Version(bundle, "any")):
        raise Failure(f"'{bundle}' is no bundle; {NAMES}")
    remote = connect(hub)
    with told_as_failures():
        made = export_ledger(remote.ledger, remote.seal, remote.signer.public_key, bundle)
    try:
        file.write_bytes(made.text)
    except OSError as error:
        raise Failure(str(error)) from error
    last = made.checkpoints[-1]
    document = {"file": str(file), "entries": len(made.entries), "checkpoints": len(made.checkpoints)}
    document |= last.model_dump(mode="json", include={"bundle", "sequence", "hash", "at", "key"})
    said = f"{file}: {len(made.entries)} entries of {bundle}, sealed on {last.at} with {last.key}"
    show(output, lambda: document, lambda terminal: terminal.print(f"{said}\nNext: backup-apps ledger verify {file}"))


@ledger.command()
@click.option("--id", "key", metavar="ARN", help="An earlier key. Default: the one that signs now.")
@HUB
@OUTPUT
def key(key: str | None, hub: str | None, output: str) -> None:
    """Print the public key, as PEM, with which signatures of the hub are checked."""
    remote = connect(hub)
    key = key or remote.signer.key
    with told_as_failures():
        pem = remote.signer.public_key(key)
    document = {"key": key, "algorithm": "ECDSA_SHA_256", "public_key": pem}
    if output == "text":
        console(stderr=True).print(f"key: {key}", style="dim")
    show(output, lambda: document, lambda terminal: click.echo(pem, nl=False))


@ledger.command(name="verify")
@click.argument("file", type=_FILE)
@click.option("--key", "keys", type=_FILE, multiple=True, metavar="PEM", help="The hub's public key: ledger key.")
@OUTPUT
def verify_command(file: Path, keys: tuple[Path, ...], output: str) -> None:
    """Check an exported ledger, offline: nothing in it changed, dropped, moved or cut off. Exit code 1 if it is not so.

    Without --key signatures are checked with the key that the file itself brings.
    """
    from backup_apps.offline_wiring import signature_check

    given = [_read_key(one) for one in keys]
    try:
        read = read_lines(file.read_bytes())
    except OSError as error:
        raise Failure(str(error)) from error
    signatures = signature_check(read, given)
    found = [*read.findings, *signatures.findings, *verify(read.entries, read.checkpoints, signatures.is_signed)]
    if not given:
        said = "signatures were checked with the key in the file; that it is the hub's, only --key PEM can tell"
        console(stderr=True).print(said, style="yellow")
    show(output, lambda: _verdict(read, found), lambda terminal: _print_verdict(read, found, terminal))
    raise click.exceptions.Exit(1 if found else 0)


def _read_key(file: Path) -> "PublicKey":
    from backup_apps.offline_wiring import public_key_of

    try:
        return public_key_of(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Failure(f"{file}: no public key of a hub: {error}; backup-apps ledger key prints it") from error


def _verdict(read: LedgerFile, found: Sequence[LedgerFinding]) -> dict[str, Any]:
    return {
        "valid": not found,
        "bundle": next((one.bundle for one in (*read.entries, *read.checkpoints)), None),
        "entries": len(read.entries),
        "checkpoints": len(read.checkpoints),
        "findings": [finding._asdict() for finding in found],
    }


def _print_verdict(read: LedgerFile, found: Sequence[LedgerFinding], terminal: Console) -> None:
    for finding in found:
        where = f"entry {finding.sequence} " if finding.sequence else ""
        terminal.print(Text.assemble((where, "bold"), (f"{finding.kind.value} ", "red"), finding.message))
    if found:
        terminal.print(f"\n[bold red]not whole[/]: {len(found)} findings in {len(read.entries)} entries")
    else:
        last = read.checkpoints[-1]
        terminal.print(
            f"[bold green]whole[/] ledger of '{last.bundle}': {len(read.entries)} entries, sealed on {last.at}\n"
            f"signed with {last.key}"
        )
