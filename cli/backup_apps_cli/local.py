"""`backup-apps local`: the whole system on this machine, without an AWS account."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from rich.console import Console

from backup_apps_cli.printing import OUTPUT, Failure, console, show

T = TypeVar("T")


@click.group()
def local() -> None:
    """The whole system on this machine, without an AWS account."""


@local.command()
@OUTPUT
def up(output: str) -> None:
    """Start the local AWS and deploy hub and members to it; again after a change of code."""
    from backup_apps_local import stack

    progress = console(stderr=True)
    document = _or_fail(lambda: stack.up(lambda line: progress.print(line, style="dim")))
    show(output, lambda: document, lambda terminal: _print_status(terminal, document))


@local.command()
@OUTPUT
def down(output: str) -> None:
    """Stop the local AWS; what was in it is gone."""
    from backup_apps_local import stack

    stopped = _or_fail(stack.down)
    said = "the local AWS is stopped" if stopped else "the local AWS was not up"
    show(output, lambda: {"stopped": stopped}, lambda terminal: terminal.print(said))


@local.command()
@OUTPUT
def status(output: str) -> None:
    """Where the local AWS answers, and what is deployed to it."""
    from backup_apps_local import stack

    document = _or_fail(stack.status)
    show(output, lambda: document, lambda terminal: _print_status(terminal, document))


def _or_fail(ask: Callable[[], T]) -> T:
    from backup_apps_local.launcher import LocalAwsError

    try:
        return ask()
    except LocalAwsError as error:
        raise Failure(str(error)) from error


def _print_status(terminal: Console, document: dict[str, Any]) -> None:
    hub = document["hub"]
    lines = [("endpoint", document["endpoint"]), ("hub", f"{hub['account']} {hub['region']}, stack {hub['stack']}")]
    lines += [("member", f"{member['account']} {member['region']}") for member in document["members"]]
    for name, value in lines + sorted(hub["outputs"].items()):
        terminal.print(f"[bold]{name:<20}[/] {value}")
    terminal.print(f"\nAn access key id of 12 digits is the account: {hub['account']} with any secret is the hub.")
