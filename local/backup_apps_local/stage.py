"""What a story is told with: chapters, commands that are really run, and claims that are checked."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from backup_apps_local import stack
from backup_apps_local.launcher import read_json

LONGEST = 24
"""Lines of a command's output that are shown; the rest is counted."""


class DemoError(Exception):
    """The story did not go as it is told."""


class Summary(NamedTuple):
    """A step, and what came of it."""

    step: str
    result: str


class Stage:
    """A terminal, a bundle, and the local AWS."""

    def __init__(self, terminal: Console, work: Path) -> None:
        self.terminal = terminal
        self.bundle = work / "acme"
        self.summary: list[Summary] = []
        self.started = time.monotonic()
        self.endpoint = ""
        self.outputs: dict[str, str] = {}

    def _chapter(self, title: str) -> None:
        self.terminal.print()
        self.terminal.rule(Text(title, style="bold cyan"), align="left")

    def _run_as_printed(self, command: str) -> str:
        """By a shell, as somebody would paste it. What it says."""
        self.terminal.print(Text(f"\n$ {command}", style="bold"))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            command,
            shell=True,  # what is printed is what is tried
            env=os.environ | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._show(done.stdout)
        self._hold(done.returncode == 0, f"'{command}' ended with {done.returncode}")
        return str(done.stdout)

    def _run(self, *arguments: str, expected: int = 0) -> None:
        """A command as a person would type it; its output is shown."""
        shown = [argument.replace(str(self.bundle), "acme") for argument in arguments]
        self.terminal.print(Text(f"\n$ backup-apps {' '.join(shown)}", style="bold"))
        command = [sys.executable, "-m", "backup_apps_cli.main", *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self._show(done.stdout)
        self._hold(done.returncode == expected, f"backup-apps {arguments[0]} ended with {done.returncode}")

    def _show_card(self, card: str) -> None:
        self.terminal.print("\nThe message that on-call gets:", style="bold")
        for line in card.split("\n"):
            self.terminal.print(Text(f"  {line}"))

    def _show(self, text: str) -> None:
        lines = text.rstrip().split("\n")
        for line in lines[:LONGEST]:
            self.terminal.print(Text(f"  {line}"))
        if len(lines) > LONGEST:
            self.terminal.print(f"  … {len(lines) - LONGEST} more lines, and at the end:", style="dim")
            self.terminal.print(Text(f"  {lines[-1]}"))

    def _calls_of(self, step: Callable[[], None]) -> list[dict[str, Any]]:
        """The calls to AWS Backup that a step makes, from the record that the local AWS keeps."""
        before = self._calls()
        step()
        return self._calls()[len(before) :]

    def _calls(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = read_json(self.endpoint, "calls")["calls"]
        return calls

    def _edit(self, file: str, before: str, after: str) -> None:
        path = self.bundle / file
        text = path.read_text()
        self._hold(before in text, f"{file} does not hold '{before}'")
        path.write_text(text.replace(before, after))
        self.terminal.print(Text(f"\n{file}: {before} -> {after}", style="yellow"))

    def _tell(self, step: str, result: str) -> None:
        self.summary.append(Summary(step, result))
        self.terminal.print(Text.assemble(("\n  ✓ ", "green"), result))

    def _hold(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise DemoError(f"{otherwise}; the local AWS is still up, its log is {stack.STATE / 'server.log'}")


def writes(calls: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [call for call in calls if call["is_write"]]


def named(calls: Iterable[dict[str, Any]]) -> str:
    counts = Counter(call["operation"] for call in calls)
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "no calls"
