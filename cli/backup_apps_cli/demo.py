"""`backup-apps demo`: the main job as a story on this machine."""

import click

from backup_apps_cli.printing import Failure, console


@click.command()
def demo() -> None:
    """Play the main job on the local AWS: commit, plan, sync, change, rejection."""
    from backup_apps_local.demo import play
    from backup_apps_local.launcher import LocalAwsError
    from backup_apps_local.stage import DemoError

    try:
        play(console())
    except (DemoError, LocalAwsError, TimeoutError) as error:
        raise Failure(str(error)) from error
