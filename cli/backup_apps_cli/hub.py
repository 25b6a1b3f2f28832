"""Which hub a command talks to: the one that is named, or else the local AWS while it is up, or else the default."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from backup_apps.domain.errors import BackupAppsError
from backup_apps_cli.printing import Failure, console

if TYPE_CHECKING:
    from backup_apps.remote_wiring import RemoteHub

DEFAULT_STACK = "backup-apps"

HUB = click.option(
    "--hub",
    metavar="STACK",
    envvar="BACKUP_APPS_HUB",
    help=f"The hub's CloudFormation stack. Default: the local AWS if it is up, else {DEFAULT_STACK}.",
)


def connect(stack: str | None) -> "RemoteHub":
    """The hub to talk to; which one it is goes to standard error."""
    from backup_apps.remote_wiring import remote_hub, stack_outputs_of

    outputs = None if stack else local_outputs()
    with told_as_failures():
        if outputs is None:
            stack = stack or DEFAULT_STACK
            outputs = stack_outputs_of(stack)
            console(stderr=True).print(f"hub: stack {stack}", style="dim")
        try:
            return remote_hub(outputs)
        except KeyError as error:
            raise Failure(f"the hub's stack has no output {error.args[0]}: deploy this release: make deploy") from error


def outputs_of(stack: str | None) -> Mapping[str, str]:
    """What the hub's stack says of itself."""
    from backup_apps.remote_wiring import stack_outputs_of

    return stack_outputs_of(stack or DEFAULT_STACK)


def local_token(stack: str | None, audience: str) -> str | None:
    """A token of the local AWS's own issuer, where that is the hub that is talked to."""
    from backup_apps_local import stack as local
    from backup_apps_local.issuer import LocalIssuer
    from backup_apps_local.launcher import LocalAwsError

    if stack:
        return None
    try:
        return LocalIssuer(local.status()["endpoint"], local.STATE).mint(audience)
    except LocalAwsError:
        return None


def local_outputs() -> Mapping[str, str] | None:
    """The hub on the local AWS, with this process's AWS settings pointed at it; None where it is not up."""
    from backup_apps_local import stack
    from backup_apps_local.clients import environment
    from backup_apps_local.launcher import LocalAwsError
    from backup_apps_local.world import HUB as HUB_PLACE

    try:
        document = stack.status()
    except LocalAwsError:
        return None
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_SESSION_TOKEN", None)
    os.environ.update(environment(document["endpoint"], HUB_PLACE))
    console(stderr=True).print(f"hub: the local AWS at {document['endpoint']}", style="dim")
    outputs: Mapping[str, str] = document["hub"]["outputs"]
    return outputs


@contextmanager
def told_as_failures() -> Iterator[None]:
    """What could not be done is one line, never a traceback."""
    try:
        yield
    except BackupAppsError as error:
        raise Failure(str(error)) from error
