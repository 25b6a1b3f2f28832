"""The commands that talk to a hub: push, status, diff."""

import hashlib
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.change_markdown import render_markdown
from backup_apps.domain.change_text import render_changes
from backup_apps.domain.commits import NAMES, State, Version, is_valid
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.whole import joined_class
from backup_apps.domain.provenance.attestation import Binding, binding_of
from backup_apps_cli.bundle_commands import bundle_argument, bundle_or_name, name_of, organization_of, resolve_valid
from backup_apps_cli.confidence import confidence_in, print_confidence
from backup_apps_cli.hub import HUB, connect, local_token, told_as_failures
from backup_apps_cli.id_tokens import DEFAULT_VARIABLE, find_token
from backup_apps_cli.printing import OUTPUT, Failure, console, show
from backup_apps_cli.rollback import archive_to_roll_back, name_of_rollback

if TYPE_CHECKING:
    from backup_apps.remote_wiring import RemoteHub

ENDED = {
    *(State.REJECTED, State.SYNCED, State.PARTLY_FAILED, State.FAILED, State.SUPERSEDED),
    State.WAITING_APPROVAL,
}
"""After these nothing more happens by itself, at least not soon."""
_OPEN = {State.PLANNED, State.WAITING_APPROVAL, State.SYNCING}
GOOD = {State.PLANNED, State.WAITING_APPROVAL, State.SYNCING, State.SYNCED, State.SUPERSEDED}
_COLOURS = {
    State.SYNCED: "green",
    State.PLANNED: "cyan",
    State.SYNCING: "cyan",
    State.SUPERSEDED: "yellow",
    State.WAITING_APPROVAL: "yellow",
    State.REJECTED: "red",
    State.PARTLY_FAILED: "red",
    State.FAILED: "red",
}


@click.command()
@bundle_or_name
@click.option("--version", help="The commit's name, used once. Default: the start of the archive's SHA-256.")
@click.option(
    "--rollback-to",
    metavar="VERSION",
    help="Commit an older version again, as a new one; DIR may be just the bundle's name.",
)
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until the sync has ended.")
@click.option("--timeout", default=600, show_default=True, help="Seconds to wait.")
@click.option("--id-token", type=click.Path(path_type=Path), help="A file with the ID token that attests the bundle.")
@click.option(
    "--id-token-env",
    metavar="VARIABLE",
    default=DEFAULT_VARIABLE,
    show_default=True,
    help="The variable with the ID token, in GitLab CI and elsewhere.",
)
@click.option(
    "--audience",
    "--print-audience",
    "print_audience",
    is_flag=True,
    help="Print the audience that the ID token must have, for pipelines that sign elsewhere, and push nothing.",
)
@click.option("--hub-name", metavar="NAME", help="With --audience: the parameter HubName of the hub; asks no AWS.")
@HUB
@OUTPUT
def push(
    bundle: Path,
    accounts: Path | None,
    version: str | None,
    rollback_to: str | None,
    wait: bool,
    timeout: int,
    id_token: Path | None,
    id_token_env: str,
    print_audience: bool,
    hub_name: str | None,
    hub: str | None,
    output: str,
) -> None:
    """Upload a bundle: that is the commit. The hub plans and syncs it.

    An ID token attests where the bundle comes from: that of GitHub Actions or GitLab CI, or on the local AWS one of
    its own; see docs/provenance.md.
    """
    from backup_apps.offline_wiring import archive_of
    from backup_apps.wiring import now

    remote = connect(hub) if rollback_to else None
    if remote and rollback_to:
        older = Version(name_of(bundle, accounts), rollback_to)
        archive = archive_to_roll_back(remote, older, organization_of(accounts), output)
        commit = Version(older.bundle, version or name_of_rollback(older.version, now()))
    else:
        resolution, archive = resolve_valid(bundle, accounts, output), archive_of(bundle)
        commit = Version(resolution.bundle or "", version or hashlib.sha256(archive).hexdigest()[:12])
    if not is_valid(commit):
        raise Failure(NAMES)
    if print_audience:
        name = hub_name or (remote or connect(hub)).name
        return _print_audience(binding_of(name, commit, archive), output)
    remote = remote or connect(hub)
    audience = binding_of(remote.name, commit, archive).audience

    def token() -> str:
        return find_token(audience, id_token, id_token_env, lambda: local_token(hub, audience))

    _upload(remote, commit, archive, token)
    read = _reader(remote, commit.bundle, commit.version)
    document = (
        _follow(read, timeout) if wait else {"bundle": commit.bundle, "version": commit.version, "state": "pushed"}
    )
    show(output, lambda: document, lambda terminal: _print_status(document, terminal))
    raise click.exceptions.Exit(0 if not wait or document["state"] in GOOD else 1)


@click.command()
@click.argument("bundle", required=False)
@click.option("--version", help="Default: the bundle's last commit.")
@click.option("--wait", is_flag=True, help="Wait until it has ended, also for people who have to approve it.")
@click.option("--timeout", default=600, show_default=True, help="Seconds to wait.")
@HUB
@OUTPUT
def status(bundle: str | None, version: str | None, wait: bool, timeout: int, hub: str | None, output: str) -> None:
    """Show how far a commit has come, target by target. Without BUNDLE: of the bundle that was pushed last."""
    if version and not bundle:
        raise click.UsageError("--version needs a BUNDLE: backup-apps status acme --version 3")
    remote = connect(hub)
    read = _reader(remote, bundle, version)
    with told_as_failures():
        document = _follow(read, timeout, ENDED - {State.WAITING_APPROVAL}) if wait else read()
        document |= confidence_in(remote, document["bundle"])
    show(output, lambda: document, lambda terminal: _print_status(document, terminal))


@click.command()
@bundle_argument
@click.option("--exit-code", is_flag=True, help="Exit with 3 if there is a difference.")
@HUB
@click.option(
    "--output",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="For people, stable JSON, or the comment of a pull request.",
)
def diff(bundle: Path, accounts: Path | None, exit_code: bool, hub: str | None, output: str) -> None:
    """Show what pushing a bundle would change in AWS Backup. Changes nothing."""
    from backup_apps.domain.guardrails.governance import governance_of
    from backup_apps.usecases.compare_policy import compare_policy
    from backup_apps.usecases.diff_bundle import diff_bundle

    resolution = resolve_valid(bundle, accounts, output)
    state = resolution.state
    if state is None:
        raise Failure("the bundle was not resolved")
    remote = connect(hub)
    with told_as_failures(), console(stderr=True).status(f"comparing {len(state.targets)} targets"):
        change_sets = diff_bundle(remote.records, remote.diff, state)
        policy = compare_policy(remote.records, remote.documents, state.bundle, governance_of(resolution))
    document = {
        "bundle": state.bundle,
        "class": joined_class(change_sets, policy).value,
        "policy": [one.to_json() for one in policy],
        "targets": [one.to_json() for one in change_sets],
    }
    if output == "markdown":
        click.echo(render_markdown(state.bundle, change_sets, policy), nl=False)
    else:
        show(output, lambda: document, lambda terminal: print_changes(render_changes(change_sets, policy), terminal))
    differs = bool(policy) or any(one.change_set.writes or one.change_set.conflicts for one in change_sets)
    raise click.exceptions.Exit(3 if exit_code and differs else 0)


def _upload(remote: "RemoteHub", commit: Version, archive: bytes, token: Callable[[], str]) -> None:
    from backup_apps.usecases.push_bundle import push_bundle

    with told_as_failures():
        is_new = push_bundle(remote.archives, commit, archive, token())
    said = "pushed" if is_new else "was pushed before, with these very bytes:"
    console(stderr=True).print(f"{said} {commit.bundle} {commit.version}")


def _print_audience(binding: Binding, output: str) -> None:
    document = {"bundle": binding.bundle, "version": binding.version, "audience": binding.audience}
    show(output, lambda: document, lambda terminal: click.echo(binding.audience))


Reader = Callable[[], dict[str, Any]]


def _reader(remote: Any, bundle: str | None, version: str | None) -> Reader:
    from backup_apps.usecases.read_status import read_status

    return lambda: read_status(remote.records, bundle, version)


def _follow(read: Reader, timeout: int, ends: Collection[State] = ENDED) -> dict[str, Any]:
    """The status once the commit has ended; each new state is said on the way."""
    started, said = time.monotonic(), ""
    terminal = console(stderr=True)
    with told_as_failures(), terminal.status("waiting for the hub") as spinner:
        while time.monotonic() - started < timeout:
            document = _read_if_known(read)
            state = document["state"] if document else "uploaded"
            if state != said:
                terminal.print(f"  {time.monotonic() - started:5.1f} s  {state}", style="dim")
                spinner.update(f"{state}: waiting for the hub")
                said = state
            if document and (state in ends or (State.WAITING_APPROVAL in ends and _waits(document))):
                return document
            time.sleep(0.5)
    raise Failure(f"still {said} after {timeout} s; see how it goes on with: backup-apps status")


def _waits(document: dict[str, Any]) -> bool:
    """Whether nothing more happens until a moment: a window opens, or canaries have baked. Each target that has not
    come to its end waits for it, or for one that does."""
    left = [one.get("waits") for one in document.get("targets", ()) if one["state"] in _OPEN]
    return all(left) and any("until" in one for one in left if one)


def _read_if_known(read: Reader) -> dict[str, Any] | None:
    try:
        return read()
    except UnknownCommitError:
        return None


def _print_status(document: dict[str, Any], terminal: Console) -> None:
    colour = _COLOURS.get(document["state"], "bold")
    terminal.print(f"[bold]{document['bundle']}[/] {document['version']}  [{colour}]{document['state']}[/]")
    for target in document.get("targets", ()):
        line = Text(f"  {target['account']}/{target['region']}  ")
        line.append(target["state"], style=_COLOURS.get(target["state"], ""))
        if "error" in target or "waits" in target:
            line.append(f"  {target.get('error') or target['waits']['why']}")
        terminal.print(line)
    if document["state"] == State.REJECTED:
        where = f"changes/{document['bundle']}/{document['version']}/errors.json"
        recorded = f"backup-apps validate DIR; as recorded: {where} in the state bucket"
        terminal.print(f"  why: {document.get('error', recorded)}")
    if _waits(document):
        terminal.print(f"  next: backup-apps status {document['bundle']} --version {document['version']} --wait")
    if document["state"] == State.WAITING_APPROVAL:
        terminal.print(f"  next: backup-apps approve {document['bundle']} {document['version']}")
    print_confidence(document, terminal)


_CLASS_COLOURS = {
    Class.IRREVERSIBLE.value: "bold red",
    Class.WEAKENS.value: "yellow",
    Class.STRENGTHENS.value: "green",
    Class.NEUTRAL.value: "dim",
    "!": "bold red",
}


def print_changes(text: str, terminal: Console) -> None:
    """Each line in the colour of the class that it begins with."""
    for line in text.rstrip("\n").split("\n"):
        first = line.split(maxsplit=1)[0].rstrip(":") if line.strip() else ""
        terminal.print(Text(line, style=_CLASS_COLOURS.get(first, "bold" if line[:1].strip() else "")))
