"""The commands of people who decide: approve, reject."""

import os
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.approvals.request import Decision
from backup_apps.domain.commits import NAMES, Version, is_valid
from backup_apps.ports.people import ApprovalDesk
from backup_apps_cli.hub import HUB, local_outputs, outputs_of, told_as_failures
from backup_apps_cli.hub_commands import print_changes
from backup_apps_cli.printing import OUTPUT, Failure, console, show


def _command(decision: Decision, meaning: str) -> click.Command:
    @click.command(decision.value, help=meaning)
    @click.argument("bundle")
    @click.argument("version")
    @click.option("--digest", help="Decide on this change set, as read elsewhere, and ask nothing.")
    @click.option("--reason", help="Kept in the ledger with the decision.")
    @click.option("--as", "user", metavar="USER", help="On the local AWS: the user of IAM Identity Center to act as.")
    @HUB
    @OUTPUT
    def decide(
        bundle: str,
        version: str,
        digest: str | None,
        reason: str | None,
        user: str | None,
        hub: str | None,
        output: str,
    ) -> None:
        asked = Version(bundle, version)
        if not is_valid(asked):
            raise Failure(NAMES)
        url = _approval_url(hub, user)
        with told_as_failures():
            document = url.decide(asked, decision.value, digest or _read_and_ask(url, asked, decision, output), reason)
        show(output, lambda: document, lambda terminal: _print(document, terminal))

    return decide


approve = _command(
    Decision.APPROVE,
    """Let a version go ahead that waits: read what it changes, then say yes.

    It takes the role of an approver in the hub's account: sign in through IAM Identity Center first.
    """,
)
reject = _command(Decision.REJECT, "Stop a version that waits. Nothing of it is written.")


def _read_and_ask(url: ApprovalDesk, version: Version, decision: Decision, output: str) -> str:
    """The digest of what was shown, once the person said yes to that."""
    waiting = url.show(version)
    terminal = console(stderr=output == "json")
    print_changes(waiting["text"], terminal)
    terminal.print(f"\n{_headline(waiting)}")
    if not click.confirm(f"{decision.value} this change set ({waiting['digest'][:12]})?", err=True):
        raise Failure("nothing was decided")
    return str(waiting["digest"])


def _headline(request: dict[str, Any]) -> str:
    proposer = request["proposer"] or f"somebody behind {request['pipeline']}"
    said = len([vote for vote in request["votes"] if vote["decision"] == Decision.APPROVE])
    return (
        f"{request['bundle']} {request['version']} {request['class']}; proposed by {proposer}; "
        f"{said} of {request['needed']} approvals; until {request['expires']}"
    )


def _print(request: dict[str, Any], terminal: Console) -> None:
    colour = {"approved": "green", "rejected": "red"}.get(request["standing"], "yellow")
    terminal.print(Text.assemble(f"{request['bundle']} {request['version']}  ", (request["standing"], colour)))
    for vote in request["votes"]:
        terminal.print(f"  {vote['decision']}  {vote['user']}  {vote['at']}  {vote['reason'] or ''}".rstrip())
    if request.get("woken") is False:
        terminal.print(
            "Nothing waits for this any more: it went on already, its time ran out, or a later version came."
        )
    terminal.print(f"Next: backup-apps status {request['bundle']} --version {request['version']}", style="dim")


def _approval_url(hub: str | None, user: str | None) -> ApprovalDesk:
    """The hub's URL, with this process acting as a user of the local AWS where it is asked to."""
    from backup_apps.remote_wiring import approval_url

    local = local_outputs() if hub is None else None
    if user and local is None:
        raise click.UsageError("--as is for the local AWS; elsewhere you are who you signed in as")
    if local is not None:
        _act_as(user)
    with told_as_failures():
        return approval_url(local if local is not None else outputs_of(hub))


def _act_as(user: str | None) -> None:
    """The settings of this process are those of a session that the local IAM Identity Center gave."""
    from backup_apps_local import stack
    from backup_apps_local.sign_in import USERS, sign_in

    if user is None:
        raise click.UsageError(f"say who decides on the local AWS: --as {' or --as '.join(USERS)}")
    os.environ.update(sign_in(stack.status()["endpoint"], user))
