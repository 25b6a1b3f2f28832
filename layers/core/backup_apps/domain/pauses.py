"""Pauses: healing held for an app and everything below it, until a moment, by somebody, for a reason.

A pause stands in the app that writes it and does not merge: no child can shorten or lift it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from backup_apps.domain.apps import App
from backup_apps.domain.leaves import Heir
from backup_apps.domain.nodes import Mapping, Scalar
from backup_apps.domain.places import Finding, Place, finding
from backup_apps.domain.quantities import read_end


class Pause(NamedTuple):
    """A pause as its app writes it."""

    app: str
    until: datetime
    """In UTC; from then on it holds no more."""
    owner: str
    reason: str
    place: Place
    """Of `until`."""


def pause_of(app: App) -> Pause | None:
    """The pause of an app; None where it has none, or one that was refused."""
    written = app.spec.get("pause")
    members = {key: entry.node for key, entry in written.entries.items()} if isinstance(written, Mapping) else {}
    until, owner, reason = (members.get(key) for key in ("until", "owner", "reason"))
    if not (isinstance(until, Scalar) and isinstance(owner, Scalar) and isinstance(reason, Scalar)):
        return None
    return Pause(app.name, read_end(until.value), str(owner.value), str(reason.value), until.place)


def pauses_of(heir: Heir) -> tuple[Pause, ...]:
    """The pauses that hold for an app, from the root's down to its own, ended ones included."""
    return tuple(pause for app in heir.line if "pause" in app.spec.entries and (pause := pause_of(app)))


def longest_pause(heir: Heir) -> Pause | None:
    """The pause that ends last, of those that hold for an app."""
    return max(pauses_of(heir), key=lambda pause: pause.until, default=None)


def ended_pauses(heirs: Iterable[Heir], today: date) -> Iterator[Finding]:
    """A warning for each pause that had ended when the day began."""
    for heir in heirs:
        pause = pause_of(heir.app)
        if pause and pause.until <= datetime.combine(today, time(tzinfo=UTC)):
            message = f"the pause of '{pause.app}' has ended ({pause.until:%Y-%m-%d %H:%M} UTC) and holds nothing: "
            yield finding(pause.place, ("pause", "until"), f"{message}remove it, or write a later end")
