"""The command that verifies restores: verify."""

from datetime import timedelta
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.desired import Target
from backup_apps.domain.wording import spoken_span
from backup_apps_cli.bundle_commands import TargetType
from backup_apps_cli.confidence import colour_of
from backup_apps_cli.hub import HUB, connect, told_as_failures
from backup_apps_cli.printing import OUTPUT, Failure, show

_COLOURS = {"verified": "green", "inconclusive": "yellow", "failed": "bold red"}


@click.command()
@click.argument("app")
@click.option("--bundle", help="Default: the bundle that was pushed last.")
@click.option("--target", "only", type=TargetType(), metavar="ACCOUNT/REGION", help="Default: every target of the app.")
@click.option("--history", is_flag=True, help="Start nothing; show what came of earlier ones, and what it is worth.")
@HUB
@OUTPUT
def verify(app: str, bundle: str | None, only: Target | None, history: bool, hub: str | None, output: str) -> None:
    """Rehearse the restore of an app: of each resource type the recovery point that tells most."""
    from backup_apps.usecases.verify_app import verification_history, verify_app
    from backup_apps.wiring import now

    remote = connect(hub)
    if remote.verification is None:
        raise Failure("this hub verifies no restores yet; deploy it anew: make deploy")
    with told_as_failures():
        bundle = bundle or _last_pushed(remote)
        seen = (remote.records, remote.documents)
        if history:
            document = verification_history(*seen, remote.verification.rehearsals, bundle, app, now())
            document["targets"] = [one for one in document["targets"] if only in (None, _place(one))]
        else:
            machine = remote.verification.machine
            document = {"started": verify_app(*seen, machine, bundle, app, only, now())}
    printing = _print_history if history else _print_started
    show(output, lambda: document, lambda terminal: printing(document, terminal))


def _place(target: dict[str, Any]) -> Target:
    return Target(target["account"], target["region"])


def _last_pushed(remote: Any) -> str:
    latest = remote.records.latest()
    if latest is None:
        raise Failure("no commit is recorded in this hub; backup-apps push makes one")
    return str(latest.bundle)


def _print_started(document: dict[str, Any], terminal: Console) -> None:
    for one in document["started"]:
        terminal.print(Text(f"started {one['run']} on {one['account']}/{one['region']}"))
    first = document["started"][0]
    terminal.print(Text(f"What came of it: backup-apps verify {first['app']} --bundle {first['bundle']} --history"))


def _print_history(document: dict[str, Any], terminal: Console) -> None:
    for target in document["targets"]:
        percent = target["confidence"]["percent"]
        terminal.print(f"[bold]{document['app']}[/] {_place(target)}  [{colour_of(percent)}]confidence {percent}%[/]")
        for reason in target["confidence"]["reasons"]:
            terminal.print(Text(f"  - {reason}"))
        for type_, one in target["forecast"].items():
            low, median, high = (spoken_span(timedelta(seconds=one[name])) for name in ("low", "median", "high"))
            terminal.print(Text(f"  a restore of {type_} takes {median} ({low} to {high}, of {one['restores']})"))
        for result in target["results"]:
            _print_result(result, terminal)


def _print_result(result: dict[str, Any], terminal: Console) -> None:
    line = Text(f"  {result['at'][:19].replace('T', ' ')}  ")
    line.append(result["verdict"], style=_COLOURS[result["verdict"]])
    took = f", in {spoken_span(timedelta(seconds=result['seconds']))}" if "seconds" in result else ""
    line.append(f"  {result.get('resource') or result['type'] or 'the app'} ({result['trigger']}{took})")
    terminal.print(line)
    for finding in result["findings"]:
        terminal.print(Text(f"    {finding['message']} ({finding['rule']})"))
