"""The commands about AWS Organizations backup policies: effective, import."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from backup_apps.usecases.effective_policy import EffectivePolicy, PolicyFile, effective_policy
from backup_apps.wiring import catalog, now
from backup_apps_cli.printing import OUTPUT, console, print_json


class LevelType(click.ParamType):
    """The policies of one target: paths joined by commas, in order of attachment."""

    name = "policies"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[PolicyFile, ...]:
        return tuple(self._read(path, param, ctx) for path in str(value).split(","))

    def _read(self, path: str, param: click.Parameter | None, ctx: click.Context | None) -> PolicyFile:
        try:
            return PolicyFile(path, Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            self.fail(f"'{path}' can't be read: {error}", param, ctx)


LEVELS = click.argument("levels", metavar="POLICY.json[,POLICY.json…]…", type=LevelType(), nargs=-1, required=True)


@click.command()
@LEVELS
@OUTPUT
def effective(levels: Sequence[Sequence[PolicyFile]], output: str) -> None:
    """Compute the effective AWS Organizations backup policy of an account, as AWS does.

    Name the policies from the root down, those attached to one target joined by commas in order of attachment.
    """
    found = resolve_policies(levels)
    if output == "text" and console().is_terminal:
        console().print_json(data=found.document, indent=2)
    else:
        print_json(found.document)


def resolve_policies(levels: Sequence[Sequence[PolicyFile]]) -> EffectivePolicy:
    """The effective policy; without one, AWS's codes go to standard error and the command ends with 1."""
    found = effective_policy(levels, catalog().regions, now())
    terminal = console(stderr=True)
    for policy, error in found.refusals:
        terminal.print(Text.assemble((policy, "bold"), " ", (error.code, "red"), str(error)[len(error.code) :]))
    for code, path, message, policies in found.errors:
        terminal.print(Text.assemble((code, "red"), f" {path}: {message} ", (f"({', '.join(policies)})", "dim")))
    if found.errors:
        terminal.print("The whole effective policy is withheld: AWS keeps to the last one that was valid.")
    if found.document is None:
        raise click.exceptions.Exit(1)
    return found
