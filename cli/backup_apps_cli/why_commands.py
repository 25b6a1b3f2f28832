"""The command that is asked at 2 a.m.: why."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import Target
from backup_apps_cli.bundle_commands import TargetType
from backup_apps_cli.hub import HUB, connect, told_as_failures
from backup_apps_cli.past import TimeType
from backup_apps_cli.printing import OUTPUT, Failure, show

if TYPE_CHECKING:
    from backup_apps.domain.why.answer import Why
    from backup_apps.domain.why.checks import Check
    from backup_apps.ports.bundles import PolicySource
    from backup_apps.remote_wiring import RemoteHub

_MARKS = {True: ("ok", "green"), False: ("NO", "bold red"), None: ("?", "yellow")}


@click.command()
@click.argument("arn")
@click.option("--at", type=TimeType(), metavar="TIME", help="As it was in force then, by the hub's ledger.")
@click.option("--target", "only", type=TargetType(), metavar="ACCOUNT/REGION", help="Where it is, if the ARN does not.")
@HUB
@OUTPUT
def why(arn: str, at: datetime | None, only: Target | None, hub: str | None, output: str) -> None:
    """Tell which line protects a resource, who set it and what came of it, or what keeps it from being protected.

    ARN is that of a resource or of a recovery point, or the id of a backup, copy or restore job.
    """
    from backup_apps.domain.why.subjects import NoSubjectError, subject_of
    from backup_apps.usecases.locate_resource import NotFoundAnywhereError
    from backup_apps.usecases.why_resource import why_resource
    from backup_apps.wiring import now

    try:
        subject = subject_of(arn)
    except NoSubjectError as error:
        raise Failure(str(error)) from error
    remote = connect(hub)
    with told_as_failures():
        try:
            answer = why_resource(_asking(remote), subject, now(), at, only)
        except NotFoundAnywhereError as error:
            raise Failure(str(error)) from error
    show(output, answer.to_json, lambda terminal: print_why(answer, terminal))


def _asking(remote: "RemoteHub") -> Any:
    from backup_apps.remote_wiring import lineage_sources
    from backup_apps.usecases.locate_resource import Asking

    return Asking(lineage_sources(remote), remote.look, lambda version: _source(remote, version))


def _source(remote: "RemoteHub", version: Version) -> "PolicySource | None":
    """The files of a version, as on the day on which it was committed."""
    from backup_apps.domain.account_lookups import recorded_organization
    from backup_apps.domain.errors import NotFoundError, UnknownCommitError
    from backup_apps.domain.state_documents import organization_key
    from backup_apps.offline_wiring import policy_source
    from backup_apps.usecases.fetch_version import fetch_version
    from backup_apps.usecases.memories import recall

    record = remote.records.find(version)
    try:
        archive = fetch_version(remote.records, remote.archives, version)
    except (NotFoundError, UnknownCommitError):
        return None
    answer = recall(remote.documents, organization_key(version))
    organization = recorded_organization(answer) if answer is not None else None
    assert record is not None
    return policy_source(archive, organization, datetime.fromisoformat(record.committed).date())


def print_why(why: "Why", terminal: Console) -> None:
    from backup_apps.domain.lineage.text import lineage_lines
    from backup_apps.domain.why.text import next_step, remedy_lines

    terminal.print(_head(why))
    for check in why.judged.checks if why.judged else ():
        if check.holds is not True or not why.is_protected:
            terminal.print(_line_of(check))
    for line in remedy_lines(why):
        terminal.print(Text(f"  {line}", style="cyan"))
    for line in lineage_lines(why.lineage) if why.lineage else ():
        terminal.print(Text(line))
    for note in why.notes:
        terminal.print(Text(f"note: {note}", style="yellow"))
    terminal.print(Text(f"Next: {next_step(why)}", style="dim"))


def _head(why: "Why") -> Text:
    said = {True: ("protected", "bold green"), False: ("NOT PROTECTED", "bold red"), None: ("not judged", "yellow")}
    word, style = said[why.is_protected]
    return Text.assemble((why.arn, "bold"), "  ", (word, style))


def _line_of(check: "Check") -> Text:
    word, style = _MARKS[check.holds]
    return Text.assemble((f"  {word:<3}", style), f"{check.name.value:<13} {check.said}")
