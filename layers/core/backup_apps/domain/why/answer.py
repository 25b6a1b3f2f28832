"""The answer to `why`: the chain, the conditions, and what would mend the first that does not hold."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from backup_apps.domain.lineage.lineage import Lineage
from backup_apps.domain.patches.offers import diff_of
from backup_apps.domain.why.checks import Check, Judged
from backup_apps.domain.why.commands import Commands


class PolicyEdit(NamedTuple):
    """An edit of one file of a bundle, which was tried: with it the condition holds."""

    bundle: str
    version: str
    file: str
    before: str
    after: str
    """The whole text of the file."""

    @property
    def hunk(self) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
        """The first line that changes, what goes and what comes."""
        old, new = self.before.split("\n"), self.after.split("\n")
        same = len(_alike(old, new))
        left = len(_alike(old[same:][::-1], new[same:][::-1]))
        return same + 1, tuple(old[same : len(old) - left]), tuple(new[same : len(new) - left])

    @property
    def patch(self) -> str:
        """As `git apply` takes it."""
        return diff_of(self.file, self.before, self.after)

    def to_json(self) -> dict[str, Any]:
        line, before, after = self.hunk
        place = {"kind": "policy", "bundle": self.bundle, "version": self.version, "file": self.file, "line": line}
        return {**place, "before": "\n".join(before), "after": "\n".join(after), "patch": self.patch}


def _alike(old: list[str], new: list[str]) -> list[str]:
    """The lines with which both begin."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
    return [one for one, _ in pairs]


class Step(NamedTuple):
    """What somebody has to do in the hub: let a version pass, look, or push again."""

    command: str

    def to_json(self) -> dict[str, Any]:
        return {"kind": "hub", "commands": [self.command]}


Remedy = PolicyEdit | Commands | Step


class Why(NamedTuple):
    """Of one resource, recovery point or job."""

    arn: str
    at: str
    lineage: Lineage | None
    """None where no bundle has to do with it."""
    judged: Judged | None
    """None of the past: conditions of then can't be looked at."""
    remedy: Remedy | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_protected(self) -> bool | None:
        return self.judged.is_protected if self.judged else None

    @property
    def failed(self) -> Check | None:
        return self.judged.failed if self.judged else None

    def to_json(self) -> dict[str, Any]:
        return {
            "arn": self.arn,
            "at": self.at,
            "protected": self.is_protected,
            "failed": self.failed.name.value if self.failed else None,
            "checks": [check.to_json() for check in self.judged.checks] if self.judged else [],
            "edit": remedy_json(self.remedy),
            "lineage": self.lineage.to_json() if self.lineage else None,
            "notes": list(self.notes),
        }


def remedy_json(remedy: Remedy | None) -> Mapping[str, Any] | None:
    if isinstance(remedy, Commands):
        return {"kind": "aws", "commands": list(remedy.lines)}
    return remedy.to_json() if remedy else None
