"""The commands about AWS Organizations, its backup policies and its accounts: effective, import."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.desired import Target
from backup_apps.domain.imports.found import FoundPlan
from backup_apps.offline_wiring import resolve_documents, write_bundle
from backup_apps.remote_wiring import live_plans_of, organization_snapshot
from backup_apps.usecases.effective_policy import EffectivePolicy, PolicyFile, effective_policy
from backup_apps.usecases.import_plans import Imported
from backup_apps.wiring import catalog, now
from backup_apps_cli.bundle_commands import TargetType
from backup_apps_cli.hub import local_outputs, told_as_failures
from backup_apps_cli.printing import OUTPUT, Failure, console, print_json, show


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


NAME = click.option("--name", "bundle", help="The bundle's name. Default: that of its folder.")
TO = click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder of the new bundle: empty, or not there yet.",
)


@click.group(name="import")
def import_group() -> None:
    """Turn Organizations backup policies, or live plans, into a bundle that renders the same plans; or write down the
    accounts of the organization."""


@import_group.command(name="policies")
@LEVELS
@click.option(
    "--account",
    "accounts",
    multiple=True,
    required=True,
    metavar="ACCOUNT",
    help="An account that the policies reach; again for each.",
)
@TO
@NAME
@OUTPUT
def import_policies_command(
    levels: Sequence[Sequence[PolicyFile]], accounts: tuple[str, ...], folder: Path, bundle: str | None, output: str
) -> None:
    """Turn the effective policy of a chain of backup policies, written as for `effective`, into a bundle."""
    from backup_apps.usecases.import_policies import import_policies

    bundle = bundle_name(folder, bundle)
    for account in accounts:
        if not (account.isdigit() and len(account) == 12):
            raise click.BadParameter(f"'{account}' is not an account id; it has 12 digits", param_hint="--account")
    effective_document = resolve_policies(levels).document or {}
    policies = ", ".join(Path(file.name).name for level in levels for file in level)
    description = f"Imported from AWS Organizations backup policies, {policies}."
    finish(import_policies(effective_document, accounts, bundle, description, resolve_documents), folder, output)


@import_group.command(name="plans")
@click.argument("targets", metavar="ACCOUNT/REGION…", type=TargetType(), nargs=-1, required=True)
@click.option("--plan", "plans", multiple=True, metavar="NAME", help="Only this plan; again for each. Default: all.")
@click.option("--role", metavar="ROLE", help="Read as this role of each account, not with your own credentials.")
@TO
@NAME
@OUTPUT
def import_plans_command(
    targets: tuple[Target, ...],
    plans: tuple[str, ...],
    role: str | None,
    folder: Path,
    bundle: str | None,
    output: str,
) -> None:
    """Turn the live plans of accounts and regions into a bundle. Plans that Organizations manages can't be."""
    from backup_apps.usecases.import_plans import import_plans

    bundle = bundle_name(folder, bundle)
    with told_as_failures():
        found = [plan for target in targets for plan in _live_plans(target, role, plans)]
    description = f"Imported from the backup plans of {', '.join(str(target) for target in targets)}."
    finish(import_plans(found, bundle, description, resolve_documents), folder, output)


@import_group.command(name="accounts")
@click.option(
    "--to",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write, or to write anew.",
)
@OUTPUT
def import_accounts_command(file: Path, output: str) -> None:
    """Write the accounts of the organization, with their OUs and tags, into the file that --accounts takes.

    Reads the local AWS if it is up, else AWS with your own credentials: of the management account, or of an account
    that it lets read the organization.
    """
    local_outputs()
    with told_as_failures(), console(stderr=True).status("reading the organization"):
        organization = organization_snapshot()
    try:
        file.write_text(json.dumps(organization.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise Failure(str(error)) from error
    count = len(organization.accounts)
    document = {"file": str(file), "accounts": [account.id for account in organization.accounts]}
    text = Text.assemble((str(file), "bold"), f": {count} active account{'s' if count != 1 else ''}")
    show(output, lambda: document, lambda terminal: terminal.print(text))


def _live_plans(target: Target, role: str | None, names: Sequence[str]) -> Sequence[FoundPlan]:
    """Of the local AWS, while it is up and the account is one of its own."""
    if role is None:
        reach_local(target)
    return live_plans_of(target, role).plans(names)


def reach_local(target: Target) -> None:
    """This process's AWS settings become those of an account of the local AWS, where it is up and has it."""
    from backup_apps_local import stack
    from backup_apps_local.clients import Place, environment
    from backup_apps_local.launcher import LocalAwsError
    from backup_apps_local.world import MEMBER_ACCOUNTS

    if target.account not in MEMBER_ACCOUNTS:
        return
    try:
        endpoint = stack.status()["endpoint"]
    except LocalAwsError:
        return
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(environment(endpoint, Place(*target)))
    console(stderr=True).print(f"{target}: the local AWS at {endpoint}", style="dim")


def bundle_name(folder: Path, name: str | None) -> str:
    """The name that is given or follows from the folder's. Raises UsageError where a bundle is there already."""
    if folder.exists() and any(folder.iterdir()):
        raise click.BadParameter(f"'{folder}' is not empty", param_hint="--to")
    return name or re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:40] or "imported"


def finish(imported: Imported, folder: Path, output: str) -> None:
    """Write the bundle and say what is wrong with it; exit code 1 if it would not render the same plans."""
    if imported.documents:
        try:
            write_bundle(folder, imported.documents)
        except OSError as error:
            raise Failure(str(error)) from error
    files = sorted(imported.documents)
    document = {
        "bundle": str(folder),
        "files": files,
        "same": not imported.problems,
        "problems": list(imported.problems),
        "notes": list(imported.notes),
    }
    show(output, lambda: document, lambda terminal: _print_imported(imported, folder, terminal))
    raise click.exceptions.Exit(1 if imported.problems else 0)


def _print_imported(imported: Imported, folder: Path, terminal: Console) -> None:
    for word, colour, texts in (("differs", "red", imported.problems), ("note", "yellow", imported.notes)):
        for text in texts:
            terminal.print(Text.assemble((f"{word} ", colour), text))
    if not imported.documents:
        return
    count = len(imported.documents) - 1
    verdict = "would not render all plans alike" if imported.problems else "renders the same plans"
    terminal.print(
        Text.assemble((str(folder), "bold"), f": {count} app{'s' if count != 1 else ''} below the root; it {verdict}")
    )
    if not imported.problems:
        terminal.print(f"next: backup-apps diff {folder}   shows what a push would write")
