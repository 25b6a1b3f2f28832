"""The command that writes what people look at: report."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import click

from backup_apps_cli.bundle_commands import ACCOUNTS
from backup_apps_cli.hub import HUB
from backup_apps_cli.printing import OUTPUT
from backup_apps_cli.simulation_commands import DAY


class Asked(NamedTuple):
    """What a report is about: a bundle by name, in a hub, or one in a folder or a .zip, of which nothing of AWS is
    asked."""

    bundle: str | None
    before: Path | None
    first: date | None
    days: int
    accounts: Path | None
    hub: str | None
    output: str


@click.command()
@click.argument("bundle", required=False, metavar="[BUNDLE|DIR]")
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where to write; what is there of the same name is replaced.",
)
@click.option("--before", metavar="DIR", type=click.Path(exists=True, path_type=Path), help="What a DIR replaces.")
@click.option("--from", "first", type=DAY, metavar="DAY", help="The first day of the timeline. Default: today.")
@click.option("--days", type=click.IntRange(7, 730), default=120, show_default=True, help="How far it looks.")
@click.option(
    "--evidence",
    type=click.Choice(["soc2", "iso27001"]),
    help="Write in its place what an auditor asks for, with the ledger to check it by.",
)
@ACCOUNTS
@HUB
@OUTPUT
def report(
    bundle: str | None,
    folder: Path,
    before: Path | None,
    first: date | None,
    days: int,
    evidence: str | None,
    accounts: Path | None,
    hub: str | None,
    output: str,
) -> None:
    """Write the page of a bundle, one HTML file that needs nothing else: apps, targets, drift, confidence, the
    retention timeline, verifications and the ledger. Without BUNDLE: of the one that was pushed last. With a DIR
    nothing of AWS is asked. With --evidence: statements of the controls of a framework, with the facts that show or
    refute each, as JSON and as HTML to print."""
    from backup_apps_cli.evidence import report_evidence
    from backup_apps_cli.page_report import report_page

    asked = Asked(bundle, before, first, days, accounts, hub, output)
    if evidence:
        report_evidence(asked, evidence, folder)
    else:
        report_page(asked, folder)
