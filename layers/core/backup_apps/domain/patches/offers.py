"""What is offered: the files as they would be, what they would adopt, and what has to be written by hand."""

from collections.abc import Mapping
from difflib import unified_diff
from typing import Any, NamedTuple

from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.places import Place


class Adopted(NamedTuple):
    """A finding that the patch makes the desired state; `place` is that of its value in the version that was synced."""

    finding: Finding
    place: Place
    old: Any
    new: Any


class Left(NamedTuple):
    """A finding that the patch leaves, and why."""

    finding: Finding
    why: str


class Offer(NamedTuple):
    before: Mapping[str, str]
    after: Mapping[str, str]
    """Texts of the files, by their paths in the bundle."""
    adopted: tuple[Adopted, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def patch(self) -> str:
        """A unified diff, as `git apply` takes it; empty where nothing can be offered."""
        changed = [path for path in sorted(self.before) if self.before[path] != self.after[path]]
        return "".join(diff_of(path, self.before[path], self.after[path]) for path in changed)

    def to_json(self) -> dict[str, Any]:
        return {
            "patch": self.patch,
            "adopted": [_adopted(one) for one in self.adopted],
            "left": [{"id": one.finding.id, "why": one.why} for one in self.left],
        }


def _adopted(one: Adopted) -> dict[str, Any]:
    place = {"file": one.place.file, "line": one.place.line}
    return {"id": one.finding.id, **place, "old": one.old, "new": one.new}


def diff_of(path: str, before: str, after: str) -> str:
    """Of one file, as `git apply` takes it."""
    lines = unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """By line feeds alone, which is what patches go by."""
    return [*(f"{line}\n" for line in text.split("\n")[:-1]), *filter(None, text.split("\n")[-1:])]
