"""Pauses: healing held for an app and everything below it, until a moment, by somebody, for a reason.

A pause stands in the app that writes it and does not merge: no child can shorten or lift it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from backup_apps.domain.apps import App
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


def pauses_of(app: App) -> tuple[Pause, ...]:
    """The pause that an app writes; nothing where it writes none, or one that was refused."""
    written = app.spec.get("pause")
    if not isinstance(written, Mapping):
        return ()
    members = {key: entry.node for key, entry in written.entries.items()}
    until, owner, reason = (members.get(key) for key in ("until", "owner", "reason"))
    if not (isinstance(until, Scalar) and isinstance(owner, Scalar) and isinstance(reason, Scalar)):
        return ()
    return (Pause(app.name, read_end(until.value), str(owner.value), str(reason.value), until.place),)


def longest(pauses: Iterable[Pause]) -> Pause | None:
    """Of the pauses that hold for an app, the one that counts."""
    return max(pauses, key=lambda pause: pause.until, default=None)


def ended(pauses: Iterable[Pause], today: date) -> Iterator[Finding]:
    """A warning for each pause that had ended when the day began."""
    for pause in pauses:
        if pause.until <= datetime.combine(today, time(tzinfo=UTC)):
            message = f"the pause of '{pause.app}' has ended ({pause.until:%Y-%m-%d %H:%M} UTC) and holds nothing: "
            yield finding(pause.place, ("pause", "until"), f"{message}remove it, or write a later end")
