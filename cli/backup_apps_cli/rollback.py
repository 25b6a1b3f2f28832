"""Rollback, which is a commit like any other: an older version's bytes, pushed again under a new name."""

from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from backup_apps.domain.catalog import Organization
from backup_apps.domain.commits import Version
from backup_apps.domain.rollback import losses
from backup_apps_cli.bundle_commands import or_verdict
from backup_apps_cli.hub import told_as_failures
from backup_apps_cli.printing import Failure, console

if TYPE_CHECKING:
    from backup_apps.remote_wiring import RemoteHub

_NAME_LIMIT = 64


def archive_to_roll_back(remote: "RemoteHub", older: Version, organization: Organization | None, output: str) -> bytes:
    """The bytes of the older version, once it is valid today; what it can't bring back goes to standard error."""
    from backup_apps.offline_wiring import resolve_archive
    from backup_apps.usecases.diff_bundle import diff_bundle
    from backup_apps.usecases.fetch_version import fetch_version
    from backup_apps.wiring import now

    with told_as_failures():
        archive = fetch_version(remote.records, remote.archives, older)
    state = or_verdict(resolve_archive(archive, organization, now().date()), output).state
    if state is None:
        raise Failure("the bundle was not resolved")
    with told_as_failures(), console(stderr=True).status(f"comparing {len(state.targets)} targets"):
        lost = losses(one.change_set for one in diff_bundle(remote.records, remote.diff, state))
    _tell(older, lost)
    return archive


def name_of_rollback(version: str, now: datetime) -> str:
    """New, and of two rollbacks the later is the greater."""
    return f"rollback-{now:%Y%m%dT%H%M%SZ}-{version}"[:_NAME_LIMIT]


def _tell(older: Version, lost: list[str]) -> None:
    terminal = console(stderr=True)
    terminal.print(f"rolling {older.bundle} back to {older.version}")
    if lost:
        terminal.print("what does not come back with it:", style="bold yellow")
    for sentence in lost:
        terminal.print(Text(f"  {sentence}"))
