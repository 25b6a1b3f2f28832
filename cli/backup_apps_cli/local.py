"""`backup-apps local`: the whole system on this machine, without an AWS account."""

import json
from typing import Any

import click

_OUTPUT = click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def local() -> None:
    """The whole system on this machine, without an AWS account."""


@local.command()
@_OUTPUT
def up(output: str) -> None:
    """Start the local AWS and deploy hub and members to it; again after a change of code."""
    from backup_apps_local import stack

    _show(_or_fail(lambda: stack.up(lambda line: click.echo(line, err=True))), output)


@local.command()
@_OUTPUT
def down(output: str) -> None:
    """Stop the local AWS; what was in it is gone."""
    from backup_apps_local import stack

    stopped = _or_fail(stack.down)
    if output == "json":
        click.echo(json.dumps({"stopped": stopped}))
    else:
        click.echo("the local AWS is stopped" if stopped else "the local AWS was not up")


@local.command()
@_OUTPUT
def status(output: str) -> None:
    """Where the local AWS answers, and what is deployed to it."""
    from backup_apps_local import stack

    _show(_or_fail(stack.status), output)


def _or_fail(ask: Any) -> Any:
    from backup_apps_local.launcher import LocalAwsError

    try:
        return ask()
    except LocalAwsError as error:
        raise click.ClickException(str(error)) from error


def _show(document: dict[str, Any], output: str) -> None:
    if output == "json":
        click.echo(json.dumps(document, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    hub = document["hub"]
    table = Table(title=f"The local AWS at {document['endpoint']}", title_justify="left", show_header=False)
    table.add_row("hub", f"{hub['account']} in {hub['region']}, stack {hub['stack']}")
    for member in document["members"]:
        table.add_row("member", f"{member['account']} in {member['region']}")
    for name, value in sorted(hub["outputs"].items()):
        table.add_row(name, value)
    Console().print(table)
    click.echo("An access key id of 12 digits is the account: use 999999999999 with any secret for the hub.")
