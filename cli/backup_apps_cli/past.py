"""Bundles as they were: what `--at TIME` means."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import click

from backup_apps.domain.catalog import Organization
from backup_apps.domain.desired import Target
from backup_apps.domain.resolution import Resolution
from backup_apps_cli.hub import connect, told_as_failures
from backup_apps_cli.printing import console


class TimeType(click.ParamType):
    """ISO 8601; without a zone it is UTC, without a time midnight."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no time; write 2026-11-26T09:30:00Z, or 2026-11-26 for its midnight", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


AT = click.option(
    "--at",
    type=TimeType(),
    metavar="TIME",
    help="As it was in force then, by the hub's ledger; DIR may be just the bundle's name.",
)


class Past(NamedTuple):
    """The time that is asked about, of which hub, and the one target if there is one."""

    at: datetime
    hub: str | None
    target: Target | None


def resolve_then(bundle: str, past: Past, organization: Organization | None) -> Resolution:
    """The version of the bundle that was in force, resolved as on that day, with the accounts that AWS Organizations
    gave it then unless others are given."""
    from backup_apps.domain.account_lookups import recorded_organization
    from backup_apps.offline_wiring import resolve_archive
    from backup_apps.usecases.version_at import Books, version_at

    remote = connect(past.hub)
    books = Books(remote.ledger, remote.archives, remote.documents)
    with told_as_failures():
        found, archive, answer = version_at(books, bundle, past.at, past.target)
    terminal = console(stderr=True)
    terminal.print(f"{bundle} {found.version}, in force since {found.since}", style="dim")
    if found.unfinished:
        later = ", ".join(found.unfinished)
        terminal.print(f"version {later} had reached some targets; see one with --target", style="yellow")
    if organization is None and answer is not None:
        organization = recorded_organization(json.loads(answer))
    return resolve_archive(archive, organization, past.at.date())
