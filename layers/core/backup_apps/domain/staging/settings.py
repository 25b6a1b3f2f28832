"""What an app asks of the way in which a version reaches its targets and those of its descendants.

Like a pause it stands in the app that writes it and does not merge: no child can lift it.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target


class Canary(NamedTuple):
    """Targets that go first. Of each list one pattern must fit; None fits all."""

    bake: int
    """Minutes from their sync until it is looked at how they are."""
    accounts: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None

    def takes(self, target: Target) -> bool:
        return _fits(target.account, self.accounts) and _fits(target.region, self.regions)

    def __str__(self) -> str:
        where = [", ".join(one) for one in (self.accounts, self.regions) if one is not None]
        return f"canary {' in '.join(where) or 'everywhere'} for {self.bake}m"

    def to_json(self) -> dict[str, Any]:
        lists = {"accounts": self.accounts, "regions": self.regions}
        return {"bake": self.bake, **{key: list(value) for key, value in lists.items() if value is not None}}


class Window(NamedTuple):
    """Open from each run of a schedule on, for so many minutes."""

    schedule: str
    timezone: str
    duration: int

    def __str__(self) -> str:
        return f"window {self.schedule} {self.timezone} for {self.duration}m"


class Staging(NamedTuple):
    """What one app asks for."""

    app: str
    canary: Canary | None = None
    windows: tuple[Window, ...] = ()
    """One of them must be open; without any, it is always time."""

    def __str__(self) -> str:
        asked = [str(one) for one in (self.canary, *self.windows) if one]
        return f"'{self.app}' ({', '.join(asked)})"

    def to_json(self) -> dict[str, Any]:
        canary = {"canary": self.canary.to_json()} if self.canary else {}
        windows = {"windows": [one._asdict() for one in self.windows]} if self.windows else {}
        return {"app": self.app, **canary, **windows}


def staging_from(document: Mapping[str, Any]) -> Staging:
    """What `Staging.to_json` wrote."""
    windows = tuple(Window(**one) for one in document.get("windows", ()))
    canary = document.get("canary")
    return Staging(document["app"], _canary_from(canary) if canary else None, windows)


def _canary_from(document: Mapping[str, Any]) -> Canary:
    lists = {key: tuple(document[key]) for key in ("accounts", "regions") if key in document}
    return Canary(document["bake"], **lists)


def _fits(value: str, patterns: tuple[str, ...] | None) -> bool:
    return patterns is None or any(fnmatchcase(value, pattern) for pattern in patterns)
