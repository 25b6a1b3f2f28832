"""The lines of a card that tell of a lineage: those that somebody needs who was just woken up."""

from collections.abc import Iterator

from backup_apps.domain.lineage.lineage import Line, Lineage
from backup_apps.domain.lineage.text import chain_lines, change_lines

_KEPT = ".retention.delete"
"""Of all that a rule says, what is asked first."""
_TOLD = ("policy", "commit", "approved by", "last good point", "last verified")
_MOST_LINES, _MOST_APPROVERS = 3, 2


def facts_of(lineage: Lineage, path: str | None) -> tuple[str, ...]:
    """`path`: what the incident is about, whose line comes first."""
    lines = sorted(lineage.policy or (), key=lambda line: (not _is_about(line, path), not line.path.endswith(_KEPT)))
    approval = lineage.approval
    if approval:
        approval = approval.model_copy(update={"approvers": approval.approvers[-_MOST_APPROVERS:]})
    short = {"policy": tuple(lines[:_MOST_LINES]) or None, "approval": approval, "point": None}
    return tuple(_told(chain_lines(lineage.model_copy(update=short))))


def changes_of(lineage: Lineage) -> tuple[str, ...]:
    return change_lines(lineage.changes)


def _is_about(line: Line, path: str | None) -> bool:
    """A path of drift may be longer than that of a line, or shorter."""
    wanted = (path or "").partition(":")[0]
    return bool(wanted) and (line.path.startswith(wanted) or wanted.startswith(line.path))


def _told(lines: tuple[str, ...]) -> Iterator[str]:
    """A line without a label belongs to the one above it."""
    is_told = False
    for line in lines:
        label, _, _ = line.partition(":")
        if not line.startswith(" "):
            is_told = label in _TOLD
        if is_told:
            yield line
