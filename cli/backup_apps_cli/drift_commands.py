"""The command that shows drift."""

from collections.abc import Sequence

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.drift.findings import Direction, Finding
from backup_apps_cli.drift_patches import offered_patch, print_patch
from backup_apps_cli.hub import HUB, connect, told_as_failures
from backup_apps_cli.printing import OUTPUT, console, show

_COLOURS = {Direction.WEAKENS: "yellow", Direction.STRENGTHENS: "green", Direction.NEUTRAL: "dim"}


@click.command()
@click.argument("bundle", required=False)
@click.option("--live", is_flag=True, help="Look at every target now, and record what is found.")
@click.option("--exit-code", is_flag=True, help="Exit with 3 if there is drift.")
@click.option("--patch", is_flag=True, help="Print the edit of the policy files that keeps what does not weaken.")
@HUB
@OUTPUT
def drift(bundle: str | None, live: bool, exit_code: bool, patch: bool, hub: str | None, output: str) -> None:
    """Show where live state is not what was approved and synced. Without BUNDLE: of all bundles."""
    from backup_apps.usecases.read_findings import read_findings, sweep_now

    if patch and bundle is None:
        raise click.UsageError("--patch edits the files of one bundle: name it")
    remote = connect(hub)
    with told_as_failures():
        if live:
            with console(stderr=True).status("looking at every target"):
                left = sweep_now(remote.records, remote.sweep, bundle)
            for one in left:
                console(stderr=True).print(one, style="yellow")
        findings = read_findings(remote.records, remote.findings, bundle)
        offer = offered_patch(remote, findings) if patch else None
    document = {"findings": [one.to_json() for one in findings], **(offer.to_json() if offer else {})}
    text = (lambda _: print_patch(offer)) if offer else (lambda terminal: _print_findings(findings, terminal))
    show(output, lambda: document, text)
    differs = any(one.is_incident for one in findings)
    raise click.exceptions.Exit(3 if exit_code and differs else 0)


def _print_findings(findings: Sequence[Finding], terminal: Console) -> None:
    for one in findings:
        _print_finding(one, terminal)
    weakening = sum(one.direction is Direction.WEAKENS for one in findings)
    terminal.print(f"{len(findings)} findings, {weakening} weaken protection." if findings else "No drift is known.")
    for bundle in sorted({one.bundle for one in findings if one.direction is not Direction.WEAKENS}):
        terminal.print(f"To keep what does not weaken: backup-apps drift {bundle} --patch", style="dim")


def _print_finding(one: Finding, terminal: Console) -> None:
    head = Text(f"{one.direction.value:<12}", style=_COLOURS[one.direction])
    head.append(f"{one.kind.value} {one.resource}", style="bold")
    head.append(f"  {one.target}  {one.app or ''}  {one.state.value} since {one.since}")
    terminal.print(head)
    for reason in one.reasons:
        terminal.print(Text(f"    {reason}"))
    if one.actor:
        terminal.print(Text(f"    by {one.actor.arn}, {one.actor.call} at {one.actor.at}"))
    if one.path:
        terminal.print(Text(f"    policy: {one.path}, as of version {one.version}", style="dim"))
    if one.pause:
        terminal.print(Text(f"    healing is paused {one.pause}", style="cyan"))
    if one.waiver:
        terminal.print(Text(f"    accepted {one.waiver}", style="cyan"))
    if one.stopped:
        terminal.print(Text("    healing has stopped: it was put back too often", style="bold red"))
