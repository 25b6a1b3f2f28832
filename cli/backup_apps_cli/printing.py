"""What people and machines read, in one place, so that no command prints the one where the other was asked."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from backup_apps.domain.places import Finding
from backup_apps.domain.resolution import Resolution

OUTPUT = click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or stable JSON.",
)


class Failure(click.ClickException):
    """The operation failed: one line for people, exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        console(stderr=True).print(Text.assemble(("error ", "bold red"), self.format_message()))


def console(stderr: bool = False) -> Console:
    """A terminal that neither wraps paths nor invents colours where none are wanted."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def show(output: str, document: Callable[[], Any], text: Callable[[Console], None]) -> None:
    """Print the document as JSON, or its text."""
    if output == "json":
        print_json(document())
    else:
        text(console())


def verdict(resolution: Resolution) -> dict[str, Any]:
    """The document of `validate`."""
    return {
        "valid": not resolution.errors,
        "errors": [finding._asdict() for finding in resolution.errors],
        "warnings": [finding._asdict() for finding in resolution.warnings],
    }


def print_verdict(resolution: Resolution, terminal: Console) -> None:
    print_findings(terminal, resolution.errors, "error", "red")
    print_findings(terminal, resolution.warnings, "warning", "yellow")
    if resolution.errors:
        terminal.print(f"\n[bold red]{_count(len(resolution.errors), 'error')}[/]; nothing was changed.")
    else:
        leaves = {leaf.app.name for leaf in resolution.leaves}
        targets = {leaf.target for leaf in resolution.leaves}
        warned = f", {_count(len(resolution.warnings), 'warning')}" if resolution.warnings else ""
        terminal.print(
            f"[bold green]valid[/] bundle '{resolution.bundle}': {_count(len(resolution.heirs), 'app')}, "
            f"{_count(len(leaves), 'leaf', 'leaves')} on {_count(len(targets), 'target')}{warned}"
        )


def print_findings(terminal: Console, findings: Iterable[Finding], word: str, colour: str) -> None:
    for finding in findings:
        where = ":".join(str(part) for part in finding[:3] if part is not None)
        terminal.print(
            Text.assemble(
                (where, "bold"),
                (f" {word} ", colour),
                (f"{finding.path}: " if finding.path else "", "cyan"),
                finding.message,
            )
        )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
