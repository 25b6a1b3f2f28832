"""How the hub handles a target: what a bundle says about its plans and vaults that AWS Backup is never told.

It is kept beside the desired state in storage, and `render` leaves it out.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Kept(BaseModel):
    """Frozen, and closed to members that nobody named."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Adopted(Kept):
    """Names of vaults and plans that may be taken over where they carry no bundle's tag."""

    vaults: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()


class Paused(Kept):
    """An app whose drift nobody puts back until a moment (ISO 8601, in UTC)."""

    app: str
    """The leaf, whichever app above it wrote the pause."""
    until: str
    owner: str
    reason: str


class Waived(Kept):
    """A waiver that holds for leaves of the target, the bound's value replaced."""

    guardrail: str
    subject: str
    """The app that it is written for, with its descendants."""
    value: Any
    """Times in minutes."""
    owner: str
    reason: str
    expires: str
    """The last day on which it holds, ISO 8601."""
    apps: tuple[str, ...]


class Covered(Kept):
    """An app that wants all resources of some types to be backed up, in the whole target."""

    app: str
    types: tuple[str, ...]
    exclude: tuple[str, ...] = ()


class OverlappingSelection(Kept):
    """A selection by its keys in the bundle."""

    app: str
    plan: str
    selection: str

    def __str__(self) -> str:
        return f"'{self.selection}' of plan '{self.plan}' in app '{self.app}'"


class Sought(Kept):
    """Resources that fit a pattern of ARNs (`*` at its end matches anything) and bear tags."""

    pattern: str
    conditions: tuple[tuple[str, str, str], ...] = ()
    """Operator of `allTags`, tag key and value; all must hold."""
    exclude: tuple[str, ...] = ()
    """Patterns that none of them fits."""

    def __str__(self) -> str:
        words = {"equals": "=", "notEquals": " not ", "like": " like ", "notLike": " not like "}
        tags = ", ".join(f"{key}{words[operator]}{value}" for operator, key, value in self.conditions)
        if self.pattern == "*":
            return f"what has the tag {tags}" if tags else "everything"
        return f"{self.pattern} with the tag {tags}" if tags else self.pattern


class Overlap(Kept):
    """Two selections of different leaves that select the same resources at the same times, and don't say why."""

    first: OverlappingSelection
    second: OverlappingSelection
    schedule: str
    sought: Sought
    resources: tuple[str, ...] = ()
    """ARNs that were found when the target was planned; the tagging API knows no resource that never had a tag."""
    more: bool = False
    """There are more of them than are listed."""


class Handling(Kept):
    """Empty for a target about which nothing is said."""

    adopt: Adopted = Field(default_factory=Adopted)
    paused: tuple[Paused, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    waived: tuple[Waived, ...] = ()
    covered: tuple[Covered, ...] = ()
