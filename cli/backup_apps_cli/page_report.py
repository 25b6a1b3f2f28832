"""`report` without further options: the page."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from backup_apps.domain.commits import NAMES, Version, is_valid
from backup_apps.domain.errors import UnknownCommitError
from backup_apps_cli.bundle_commands import resolve_valid
from backup_apps_cli.hub import connect, told_as_failures
from backup_apps_cli.printing import Failure, console, show
from backup_apps_cli.report_commands import Asked

if TYPE_CHECKING:
    from backup_apps.domain.page.facts import Facts
    from backup_apps.remote_wiring import RemoteHub
    from backup_apps.usecases.publish_page import Sources


def report_page(asked: Asked, folder: Path) -> None:
    """Write the page of a bundle and its data below a folder, over what is there."""
    from backup_apps.offline_wiring import shown
    from backup_apps.wiring import now

    source = Path(asked.bundle) if asked.bundle and Path(asked.bundle).exists() else None
    facts = _offline(asked, source, now()) if source else _of_hub(asked, now())
    page = shown(facts)
    files = {"html": folder / f"{facts.bundle}.html", "data": folder / f"{facts.bundle}.json"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files["html"].write_text(page.html, encoding="utf-8")
        files["data"].write_text(page.data, encoding="utf-8")
    except OSError as error:
        raise Failure(str(error)) from error
    document = {"bundle": facts.bundle, **{name: str(file) for name, file in files.items()}, "bytes": len(page.html)}
    show(asked.output, lambda: document, lambda terminal: _told(document, terminal))


def _told(document: dict[str, Any], terminal: Console) -> None:
    size = f"{document['bytes'] / 1024:.0f} KiB"
    terminal.print(f"{document['html']}: the page of {document['bundle']}, {size}, one file that asks for nothing")
    terminal.print(f"Next: open {document['html']}")


def _of_hub(asked: Asked, now: datetime) -> "Facts":
    from backup_apps.usecases.publish_page import facts_of

    if asked.before or asked.first:
        raise click.UsageError("--before and --from are about a DIR; a hub knows what is in force, and what is to come")
    if asked.bundle and not is_valid(Version(asked.bundle, "any")):
        raise Failure(f"'{asked.bundle}' is neither a bundle nor the name of one; {NAMES}")
    remote = connect(asked.hub)
    with told_as_failures(), console(stderr=True).status("gathering"):
        return facts_of(_sources(remote), asked.bundle or _last_pushed(remote), now, asked.days)


def _sources(remote: "RemoteHub") -> "Sources":
    from backup_apps.usecases.publish_page import Sources
    from backup_apps.wiring import zone_of

    rehearsed = remote.verification.rehearsals if remote.verification else None
    return Sources(remote.records, remote.documents, remote.findings, remote.ledger, rehearsed, zone_of)


def _last_pushed(remote: "RemoteHub") -> str:
    latest = remote.records.latest()
    if latest is None:
        raise UnknownCommitError("no commit is recorded in this hub; backup-apps push makes one")
    return latest.bundle


def _offline(asked: Asked, source: Path, now: datetime) -> "Facts":
    """With `before` what it replaces, else as if it had been in force for as long as it keeps anything."""
    from backup_apps.domain.page.offline import offline_facts
    from backup_apps.wiring import zone_of

    after = resolve_valid(source, asked.accounts, asked.output)
    before = resolve_valid(asked.before, asked.accounts, asked.output) if asked.before else None
    first = asked.first or (now.date() + timedelta(days=1))
    return offline_facts(after, before, now, (first, asked.days), zone_of)
