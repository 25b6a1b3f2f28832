"""Waivers: a bound replaced for one app and its descendants, until a day."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from backup_apps.domain.apps import App
from backup_apps.domain.checking import PLAIN, check
from backup_apps.domain.guardrails.bounds import KINDS, Bound
from backup_apps.domain.nodes import Mapping, Node, Scalar, Sequence, broken_parts
from backup_apps.domain.places import Finding, Place, finding
from backup_apps.domain.quantities import read_day

SOON = timedelta(days=14)


class Waiver(NamedTuple):
    """One waiver as its app writes it."""

    app: str
    depth: int
    position: int
    place: Place
    subject: str
    """The app that it covers, with its descendants."""
    subject_place: Place
    kind: str
    kind_place: Place
    value: Node
    owner: str
    reason: str
    expires: date
    expires_place: Place


def waivers_of(app: App, depth: int) -> Iterator[Waiver]:
    """The waivers of an app; those of which nobody can tell what they waive are left out."""
    written = app.spec.get("waivers")
    for index, item in enumerate(written.items if isinstance(written, Sequence) else ()):
        waiver = _waiver(app, depth, index, item) if isinstance(item, Mapping) else None
        if waiver is not None:
            yield waiver


def _waiver(app: App, depth: int, index: int, written: Mapping) -> Waiver | None:
    subject, kind, value = (written.get(key) for key in ("for", "guardrail", "value"))
    if not isinstance(subject, Scalar) or not isinstance(kind, Scalar) or value is None or any(broken_parts(value)):
        return None
    expires = written.get("expires")
    return Waiver(
        app=app.name,
        depth=depth,
        position=index,
        place=written.place,
        subject=str(subject.value),
        subject_place=subject.place,
        kind=str(kind.value),
        kind_place=kind.place,
        value=value,
        owner=_text(written.get("owner")),
        reason=_text(written.get("reason")),
        expires=read_day(expires.value) if isinstance(expires, Scalar) else date.max,  # the missing day is refused
        expires_place=expires.place if expires is not None else written.place,
    )


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def covering(waivers: Iterable[Waiver], bound: Bound, line: Iterable[str], today: date) -> Waiver | None:
    """The waiver that replaces a bound for a leaf, given the names from the root to it: the nearest one that is valid.

    Only the app that declares the bound, or one above it, can waive it.
    """
    names = set(line)
    valid = [
        waiver
        for waiver in waivers
        if waiver.kind == bound.kind
        and waiver.subject in names
        and waiver.depth <= bound.depth
        and waiver.expires >= today
    ]
    return max(valid, key=lambda waiver: (waiver.depth, waiver.position), default=None)


def refused(waiver: Waiver, apps: frozenset[str], today: date) -> Iterator[Finding]:
    """What is wrong with a waiver, wherever it applies."""
    path = ("waivers", waiver.position)
    if waiver.subject not in apps:
        message = f"there is no app '{waiver.subject}' to waive anything for"
        yield finding(waiver.subject_place, (*path, "for"), message)
    if waiver.kind not in KINDS:
        message = f"'{waiver.kind}' is no guardrail; there are {', '.join(sorted(KINDS))}"
        yield finding(waiver.kind_place, (*path, "guardrail"), message)
    else:
        _, findings = check(waiver.value, KINDS[waiver.kind], (*path, "value"), PLAIN, waiver.place)
        yield from findings
    if waiver.expires < today:
        message = f"the waiver of {waiver.kind} for '{waiver.subject}' expired on {waiver.expires}; renew or remove it"
        yield finding(waiver.expires_place, (*path, "expires"), message)


def ending(waiver: Waiver, today: date) -> Iterator[Finding]:
    """A warning where the waiver is about to end."""
    if today <= waiver.expires <= today + SOON:
        left = (waiver.expires - today).days
        message = (
            f"the waiver of {waiver.kind} for '{waiver.subject}' expires in {left} days; renew it or meet the bound"
        )
        yield finding(waiver.expires_place, ("waivers", waiver.position, "expires"), message)
