"""Where something is written, and what is wrong there."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and list indexes from `spec` down."""

_BARE = re.compile(r"[A-Za-z0-9_@-]+")
_SEGMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^.\["]+)')


class Place(NamedTuple):
    """A position in a file of the bundle; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Finding(NamedTuple):
    """What is wrong, or worth a warning. Line and column are None only where a file is missing."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{where} {self.path + ': ' if self.path else ''}{self.message}"


def finding(place: Place, path: Path, message: str) -> Finding:
    """A finding at a place that is known."""
    return Finding(place.file, place.line, place.column, dotted(path), message)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by place: what a reader goes through from the top of the first file."""
    return tuple(sorted(set(findings), key=lambda f: (f.file, f.line or 0, f.column or 0, f.path, f.message)))


def dotted(path: Path) -> str:
    """`policy.plans."a.b".rules[0]`: keys joined by dots, those that hold one quoted, indexes in brackets."""
    text = ""
    for segment in path:
        if isinstance(segment, int):
            text += f"[{segment}]"
        else:
            escaped = segment.replace("\\", "\\\\").replace('"', '\\"')
            text += ("." if text else "") + (segment if _BARE.fullmatch(segment) else f'"{escaped}"')
    return text


@lru_cache(maxsize=1 << 12)
def parse_path(text: str) -> Path:
    """The reverse of `dotted`. Raises ValueError where the text is no path."""
    path: list[str | int] = []
    position = 0
    while position < len(text):
        match = _SEGMENT.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} is not a path; write policy.plans.daily, and quote keys that hold a dot")
        quoted, index, bare = match.groups()
        path.append(int(index) if index else bare or re.sub(r"\\(.)", r"\1", quoted))
        position = match.end() + text.startswith(".", match.end())
    return tuple(path)
