"""Lines of a card: 40 at most, each short enough for a phone, whatever the names are that came in."""

from collections.abc import Sequence
from typing import NamedTuple

MOST_LINES = 40
LINE_LIMIT = 500
"""Characters. Commands are never cut: what is printed must work."""
COMMAND_LIMIT = 600
TEXT_LIMIT = 14_000
"""Bytes: it stands in the message four times, once for each way to be delivered."""
_HEAD, _CONTEXT, _FOOT = 5, 18, 8
"""Lines at most, so that there is room for some details in any case."""
_CUT = "\n... cut"


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Without line breaks and control characters; it shows where something is left out."""
    flat = "".join(one if one.isprintable() else " " for one in text).rstrip()
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


class Parts(NamedTuple):
    """A card's lines, from above to below, with a blank line between them."""

    head: Sequence[str]
    blocks: Sequence[Sequence[str]]
    """The details, the most important first. Only whole blocks are shown."""
    omitted: int
    """Blocks that did not come here at all."""
    context: Sequence[str]
    foot: Sequence[str]
    """The next command: it is there in any case, and whole."""


def laid_out(parts: Parts) -> str:
    """As many details as there is room for, by lines and by bytes, and how many more there are."""
    foot = [one_line(line, COMMAND_LIMIT) for line in parts.foot[:_FOOT]]
    head = [one_line(line) for line in parts.head[:_HEAD]]
    context = [one_line(line) for line in parts.context[:_CONTEXT]]
    room = MOST_LINES - sum(len(part) + 1 for part in (head, context, foot) if part)
    for lines in range(room, 0, -1):
        body = _details(parts.blocks, parts.omitted, lines)
        text = "\n\n".join("\n".join(part) for part in (head, body, context, foot) if part)
        if len(text.encode()) <= TEXT_LIMIT:
            return text
    return _cut("\n\n".join("\n".join(part) for part in (head, context) if part), "\n".join(foot))


def _details(blocks: Sequence[Sequence[str]], omitted: int, room: int) -> list[str]:
    shown = _fitting(blocks, room)
    if omitted or len(shown) < len(blocks):
        shown = _fitting(blocks, room - 1)
        left = omitted + len(blocks) - len(shown)
        return [*_lines(shown), f"... and {left} more"]
    return _lines(shown)


def _fitting(blocks: Sequence[Sequence[str]], room: int) -> list[Sequence[str]]:
    """Whole ones, in their order; of the first as much as there is room for."""
    shown: list[Sequence[str]] = []
    for block in blocks:
        if shown and len(block) > room:
            break
        shown.append(block[:room])
        room -= len(shown[-1])
    return shown


def _lines(blocks: Sequence[Sequence[str]]) -> list[str]:
    return [one_line(line) for block in blocks for line in block]


def _cut(text: str, foot: str) -> str:
    """Only names of hundreds of bytes, many of them, get here."""
    room = TEXT_LIMIT - len(foot.encode()) - len(_CUT)
    if len(text.encode()) > room:
        text = text.encode()[:room].decode(errors="ignore").rstrip() + _CUT
    return f"{text}\n\n{foot}"
