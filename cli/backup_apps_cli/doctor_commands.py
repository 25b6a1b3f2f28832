"""The command that checks what AWS needs besides the stacks."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.desired import Target
from backup_apps.wiring import catalog
from backup_apps_cli.bundle_commands import ACCOUNTS, TargetType, resolve_valid
from backup_apps_cli.hub import HUB, connect, told_as_failures
from backup_apps_cli.organizations_commands import reach_local
from backup_apps_cli.printing import OUTPUT, console, show

if TYPE_CHECKING:
    from backup_apps.domain.doctor import Checked
    from backup_apps.domain.doctor.asked import Asked
    from backup_apps.domain.resolution import Resolution
    from backup_apps.ports.examination import ExaminedPlace

_SIGNS = {"ok": ("ok", "green"), "failed": ("not ok", "bold red"), "unknown": ("unknown", "yellow")}


@click.command()
@click.argument("targets", metavar="[ACCOUNT/REGION]…", type=TargetType(), nargs=-1)
@click.option(
    "--bundle",
    metavar="DIR",
    type=click.Path(exists=True, path_type=Path),
    help="What this bundle asks for. Default: what is in force in the hub.",
)
@ACCOUNTS
@click.option("--role", metavar="ROLE", help="Read other accounts than the hub's as this role of each.")
@click.option("--all", "show_all", is_flag=True, help="Show in the text what is ok, too.")
@HUB
@OUTPUT
def doctor(
    targets: tuple[Target, ...],
    bundle: Path | None,
    accounts: Path | None,
    role: str | None,
    show_all: bool,
    hub: str | None,
    output: str,
) -> None:
    """Check the hub, and the accounts and regions that bundles reach, for all that backups need: trails, rules, roles,
    keys, opt-ins, vaults that copies go to, and who is told. Says what is wrong, and how to cure it.

    Reads with your own credentials, and with --role in other accounts; writes nothing. What can't be read is unknown,
    and never ok. Exit code 1 if anything is not ok.
    """
    from backup_apps.domain.doctor import State, diagnose
    from backup_apps.remote_wiring import hub_account
    from backup_apps.usecases.asked_now import asked_now
    from backup_apps.usecases.examine import Examined, examine

    given = _asked(resolve_valid(bundle, accounts, output), targets, bool(accounts)) if bundle else None
    remote = connect(hub)
    here = hub_account()
    with told_as_failures(), console(stderr=True).status("looking"):
        asked = given or asked_now(remote.records, remote.documents, targets)
        place, quotas = here.place(), catalog().quotas
        examined = Examined(
            asked,
            here,
            remote.outputs,
            lambda target: _enter(target, place, role),
            remote.diff,
            {"plans": quotas.plans_per_region, "vaults": quotas.vaults_per_region},
        )
        checks = diagnose(examine(examined))
    document = {"checks": [one.to_json() for one in checks]}
    show(output, lambda: document, lambda terminal: _print(checks, show_all, terminal))
    raise click.exceptions.Exit(1 if any(one.state is not State.OK for one in checks) else 0)


def _asked(resolution: "Resolution", targets: Sequence[Target], organization: bool) -> "Asked":
    from backup_apps.domain.doctor.asked import asked_of
    from backup_apps.domain.guardrails.governance import governance_of

    bundles = [(resolution.state, governance_of(resolution))] if resolution.state else []
    return asked_of(bundles, targets, organization)


def _enter(target: Target, hub: Target, role: str | None) -> "ExaminedPlace":
    """Of the local AWS, while it is up and the account is one of its own."""
    from backup_apps.remote_wiring import examined_place

    if target.account == hub.account:
        return examined_place(target, None)
    if role is None:
        reach_local(target)
    return examined_place(target, role)


def _print(checks: "Sequence[Checked]", show_all: bool, terminal: Console) -> None:
    from backup_apps.domain.doctor import State

    for one in checks:
        if show_all or one.state is not State.OK:
            _print_check(one, terminal)
    counts = {state: sum(one.state is state for one in checks) for state in State}
    terminal.print(
        f"{counts[State.OK]} ok, {counts[State.FAILED]} not ok, {counts[State.UNKNOWN]} unknown"
        + ("" if show_all else "   (--all shows what is ok)")
    )
    is_well = counts[State.OK] == len(checks)
    terminal.print("Next: backup-apps status" if is_well else "Next: the cures, then the same backup-apps doctor again")


def _print_check(one: "Checked", terminal: Console) -> None:
    word, colour = _SIGNS[one.state.value]
    place = f"{one.account}/{one.region}" if one.region else one.account
    terminal.print(Text.assemble((f"{word:<8}", colour), (f"{one.id} ", "dim"), (one.subject, "bold"), f"  {place}"))
    terminal.print(Text(f"    {one.message}"))
    if one.cure:
        terminal.print(Text(f"    cure: {one.cure}", style="cyan"))
