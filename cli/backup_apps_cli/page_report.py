"""`report` without further options: the page."""

from pathlib import Path

from backup_apps_cli.printing import Failure
from backup_apps_cli.report_commands import Asked


def report_page(asked: Asked, folder: Path) -> None:
    """Write the page below a folder."""
    raise Failure(f"the page of {asked.bundle} can't be written to {folder} yet")
