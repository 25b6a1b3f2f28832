"""The commands that need no AWS: validate, render, explain."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backup_apps.domain.catalog import Organization
from backup_apps.domain.commits import NAMES, Version, is_valid
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.explanation import Explanation, NotThereError, explain
from backup_apps.domain.places import parse_path
from backup_apps.domain.reach import Reached, reach_of
from backup_apps.domain.resolution import Resolution
from backup_apps.offline_wiring import as_yaml, resolve_source
from backup_apps_cli.hub import HUB
from backup_apps_cli.past import AT, Past, resolve_then
from backup_apps_cli.printing import OUTPUT, Failure, console, print_verdict, show, verdict

ACCOUNTS = click.option(
    "--accounts",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A snapshot of the organization, for app sets that name OUs or account tags; `import accounts` writes one.",
)
Command = TypeVar("Command", bound=Callable[..., Any])


def bundle_argument(command: Command) -> Command:
    """The bundle that a command is about, and what it needs to be resolved."""
    argument = click.argument("bundle", metavar="DIR", type=click.Path(exists=True, path_type=Path))
    return argument(ACCOUNTS(command))


def bundle_or_name(command: Command) -> Command:
    """The same, or just the name of a bundle that a hub knows."""
    argument = click.argument("bundle", metavar="DIR", type=click.Path(path_type=Path))
    return argument(ACCOUNTS(command))


class TargetType(click.ParamType):
    """ACCOUNT/REGION."""

    name = "target"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        account, slash, region = str(value).partition("/")
        if not slash or not region or not account.isdigit() or len(account) != 12:
            self.fail(f"'{value}' is not a target; write 111111111111/eu-west-1", param, ctx)
        return Target(account, region)


TARGET = click.option("--target", type=TargetType(), metavar="ACCOUNT/REGION", help="Only this target.")


def resolved(bundle: Path, accounts: Path | None) -> Resolution:
    """The bundle, valid or not."""
    try:
        return resolve_source(bundle, organization_of(accounts))
    except OSError as error:
        raise Failure(str(error)) from error


def organization_of(accounts: Path | None) -> Organization | None:
    """The snapshot in a file."""
    try:
        return Organization.model_validate_json(accounts.read_bytes()) if accounts else None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Failure(
            f'{accounts}: {where}: {first["msg"]}; write {{"accounts": [{{"id", "ous", "tags"}}]}}'
        ) from error
    except OSError as error:
        raise Failure(str(error)) from error


def resolve_valid(bundle: Path, accounts: Path | None, output: str) -> Resolution:
    """The resolved bundle; an invalid one ends the command with `validate`'s document and exit code 1."""
    if not bundle.exists():
        raise click.UsageError(f"Invalid value for 'DIR': Path '{bundle}' does not exist.")
    return or_verdict(resolved(bundle, accounts), output)


def resolve_now_or_then(bundle: Path, accounts: Path | None, past: Past | None, output: str) -> Resolution:
    """The bundle as it is in a folder or a .zip, or as it was in force in a hub."""
    if past is not None:
        return or_verdict(resolve_then(name_of(bundle, accounts), past, organization_of(accounts)), output)
    return resolve_valid(bundle, accounts, output)


def name_of(bundle: Path, accounts: Path | None) -> str:
    """A path that is there is a bundle, whose root names it; any other is a name."""
    name = resolved(bundle, accounts).bundle if bundle.exists() else str(bundle)
    if name is None or not is_valid(Version(name, "any")):
        raise Failure(f"'{bundle}' is neither a bundle nor the name of one; {NAMES}")
    return name


def or_verdict(resolution: Resolution, output: str) -> Resolution:
    """The resolution; an invalid one ends the command."""
    if resolution.errors:
        show(output, lambda: verdict(resolution), lambda terminal: print_verdict(resolution, terminal))
        raise click.exceptions.Exit(1)
    return resolution


@click.command()
@bundle_argument
@OUTPUT
def validate(bundle: Path, accounts: Path | None, output: str) -> None:
    """Check a bundle: the language, the hierarchy, and what AWS Backup would refuse."""
    resolution = resolved(bundle, accounts)
    show(output, lambda: verdict(resolution), lambda terminal: print_verdict(resolution, terminal))
    raise click.exceptions.Exit(1 if resolution.errors else 0)


@click.command()
@bundle_or_name
@AT
@HUB
@TARGET
@click.option(
    "--output",
    type=click.Choice(["text", "json", "yaml"]),
    default="text",
    show_default=True,
    help="For people, or stable JSON or YAML.",
)
def render(
    bundle: Path, accounts: Path | None, at: datetime | None, hub: str | None, target: Target | None, output: str
) -> None:
    """Show what a bundle asks of AWS Backup in each target, as the inputs of its API."""
    state = resolve_now_or_then(bundle, accounts, Past(at, hub, target) if at else None, output).state
    if state is None:
        raise Failure("the bundle was not resolved")
    if target is not None:
        state = _only(state, target)
    if output == "yaml":
        click.echo(as_yaml(state.to_json()), nl=False)
    elif output == "json":
        click.echo(state.to_text())
    else:
        _print_state(state, console())


def _only(state: DesiredState, target: Target) -> DesiredState:
    chosen = tuple(desired for desired in state.targets if desired.target == target)
    if not chosen:
        known = ", ".join(str(desired.target) for desired in state.targets)
        raise Failure(f"{target} is no target of bundle '{state.bundle}'; its targets are {known}")
    return state.model_copy(update={"targets": chosen})


def _print_state(state: DesiredState, terminal: Console) -> None:
    terminal.print(f"bundle [bold]{state.bundle}[/]")
    for desired in state.targets:
        _print_target(desired, terminal)
    terminal.print("\nEverything, as AWS takes it: backup-apps render DIR --output json")


def _print_target(desired: DesiredTarget, terminal: Console) -> None:
    terminal.print(f"\n[bold cyan]{desired.target}[/]")
    for vault in desired.vaults:
        lock = f", locked {dict(vault.lock)}" if vault.lock is not None else ""
        terminal.print(Text(f"  vault {vault.name}{f', key {vault.key_arn}' if vault.key_arn else ''}{lock}"))
    for plan in desired.plans:
        terminal.print(Text(f"  plan {plan.name} (app {plan.app})"))
        for rule in plan.backup_plan["Rules"]:
            terminal.print(Text(f"    {_rule_line(rule)}"))
            for copy in rule.get("CopyActions", ()):
                terminal.print(Text(f"      copy to {copy['DestinationBackupVaultArn']}, {_kept(copy['Lifecycle'])}"))
        for selection in plan.selections:
            terminal.print(Text(f"    selects {selection['SelectionName']}"))
    for test in desired.testing or ():
        when = f"{test.plan['ScheduleExpression']} {test.plan['ScheduleExpressionTimezone']}"
        types = ", ".join(one["ProtectedResourceType"] for one in test.selections)
        terminal.print(Text(f"  restore testing plan {test.name} (app {test.app}): {when}, of {types}"))


def _rule_line(rule: dict[str, Any]) -> str:
    when = f"{rule['ScheduleExpression']} {rule['ScheduleExpressionTimezone']}"
    return f"rule {rule['RuleName']}: {when} into {rule['TargetBackupVaultName']}, {_kept(rule['Lifecycle'])}"


def _kept(lifecycle: dict[str, Any]) -> str:
    days = lifecycle.get("DeleteAfterDays")
    cold = lifecycle.get("MoveToColdStorageAfterDays")
    return f"kept {f'{days} days' if days else 'for ever'}{f', cold after {cold}' if cold else ''}"


@click.command(name="explain")
@bundle_or_name
@AT
@HUB
@click.argument("app", required=False)
@click.argument("path", required=False)
@TARGET
@click.option("--who", metavar="FILE:LINE", help="Instead: which leaves and targets a line reaches.")
@OUTPUT
def explain_command(
    bundle: Path,
    accounts: Path | None,
    at: datetime | None,
    hub: str | None,
    app: str | None,
    path: str | None,
    target: Target | None,
    who: str | None,
    output: str,
) -> None:
    """Show each step that made a value: `explain DIR payments policy.plans.daily.rules.nightly.retention.delete`."""
    past = Past(at, hub, target) if at else None
    if who:
        _explain_line(resolve_now_or_then(bundle, accounts, past, output), who, output)
        return
    if app is None or path is None:
        raise click.UsageError("name an APP and a PATH, or a line: --who app.yaml:27")
    resolution = resolve_now_or_then(bundle, accounts, past, output)
    try:
        explanation = explain(resolution, app, parse_path(path), target)
    except (NotThereError, ValueError) as error:
        raise Failure(str(error)) from error
    show(output, explanation.to_json, lambda terminal: _print_explanation(path, explanation, terminal))


def _explain_line(resolution: Resolution, who: str, output: str) -> None:
    file, _, line = who.rpartition(":")
    if not file or not line.isdigit():
        raise click.UsageError(f"'{who}' is not a line of a file; write --who app.yaml:27")
    reached = reach_of(resolution, file, int(line))
    document = {"file": file, "line": int(line), "reaches": [one.to_json() for one in reached]}
    show(output, lambda: document, lambda terminal: _print_reach(who, reached, terminal))


def _print_reach(who: str, reached: tuple[Reached, ...], terminal: Console) -> None:
    if not reached:
        terminal.print(f"{who} reaches no leaf: nothing is written there, or what is written is overridden everywhere")
        return
    terminal.print(Text.assemble((who, "bold"), f" is in force in {len(reached)} places"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("app", "target", "path", "value"):
        table.add_column(heading, overflow="fold")
    for one in reached:
        table.add_row(one.app, str(one.target), one.path, _brief(one.value))
    terminal.print(table)


def _print_explanation(path: str, explanation: Explanation, terminal: Console) -> None:
    terminal.print(Text.assemble((path, "bold"), " = ", (_brief(explanation.value), "green")))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("app", "where", "operator", "value"):
        table.add_column(heading, overflow="fold")
    for step in explanation.steps:
        where = f"{step.file}:{step.line}" if step.file else "nobody wrote it"
        table.add_row(step.app or "-", where, step.operator, _brief(step.value))
    terminal.print(table)


def _brief(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
