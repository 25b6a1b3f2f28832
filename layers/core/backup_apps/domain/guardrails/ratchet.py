"""The ratchet: the guardrails and waivers of all apps, held against every leaf."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from backup_apps.domain.catalog import Catalog
from backup_apps.domain.constraints import Subject
from backup_apps.domain.guardrails import locked
from backup_apps.domain.guardrails.bounds import Bound, bounds_of
from backup_apps.domain.guardrails.enforcement import InForce, in_force, is_template, loosened, value_of, violated
from backup_apps.domain.guardrails.waivers import Waiver, covering, ending, refused, waivers_of
from backup_apps.domain.inheritance import Merged, MergedMapping
from backup_apps.domain.leaves import Heir, Leaf
from backup_apps.domain.places import Finding, Path, Place, finding


class Line(NamedTuple):
    """The bounds and waivers of an app and its ancestors, the root's first; apps that add none share their parent's."""

    bounds: tuple[Bound, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def then(self, bounds: tuple[Bound, ...], waivers: tuple[Waiver, ...]) -> "Line":
        return Line((*self.bounds, *bounds), (*self.waivers, *waivers)) if bounds or waivers else self

    @property
    def is_same_everywhere(self) -> bool:
        """Whether the bounds mean the same to each leaf on each target."""
        return not self.waivers and not any(is_template(bound.node) for bound in self.bounds)


class Ratchet:
    """Read once, asked for each leaf."""

    def __init__(self, heirs: dict[str, Heir], catalog: Catalog) -> None:
        self._heirs = heirs
        self._catalog = catalog
        self._bounds: dict[str, tuple[Bound, ...]] = {}
        self._waivers: dict[str, tuple[Waiver, ...]] = {}
        self._lines: dict[str, Line] = {}
        self._held: dict[int, list[InForce]] = {}
        """What is in force where it is the same everywhere, by the id of the line."""
        for name, heir in heirs.items():
            self._bounds[name] = tuple(bounds_of(heir.app, heir.depth))
            self._waivers[name] = tuple(waivers_of(heir.app, heir.depth))
            above = self._lines[heir.names[-2]] if heir.depth else Line()
            self._lines[name] = above.then(self._bounds[name], self._waivers[name])

    def refused(self) -> Iterator[Finding]:
        """What is wrong with guardrails and waivers themselves, and writes at locked paths."""
        names = frozenset(self._heirs)
        for waivers in self._waivers.values():
            for waiver in waivers:
                yield from refused(waiver, names, self._catalog.today)
        for bounds in self._bounds.values():
            for bound in bounds:
                if bound.kind == "locked":
                    yield from locked.refused(bound)
        for heir in self._heirs.values():
            yield from self._locked(heir)

    def _locked(self, heir: Heir) -> Iterator[Finding]:
        """What an app writes at paths that one above it locked, and nobody waived for it."""
        bounds, waivers = self._lines[heir.app.name]
        for bound in bounds:
            if bound.kind == "locked" and bound.app != heir.app.name:
                waiver = covering(waivers, bound, heir.names, self._catalog.today) if waivers else None
                yield from locked.violations(bound._replace(node=waiver.value) if waiver else bound, heir.app)

    def violations(self, subjects: Iterable[tuple[Leaf, Subject]]) -> Iterator[Finding]:
        """Every value of a leaf that a bound of its line does not allow."""
        for leaf, subject in subjects:
            held, findings = self.in_force(leaf)
            yield from findings
            for breach, message in violated(held, subject):
                if not any(map(leaf.effective.rests_on_dropped, breach.paths)):
                    path, place = _deepest(leaf, breach.paths)
                    yield finding(place, path, message)

    @property
    def waivers(self) -> Iterator[Waiver]:
        """All that are given, app by app."""
        return (waiver for waivers in self._waivers.values() for waiver in waivers)

    def honoured(self, leaf: Leaf) -> Iterator[tuple[Waiver, Any]]:
        """The waivers that replace a bound for a leaf today, each once, with what they replace it by."""
        bounds, waivers = self._lines[leaf.app.name]
        found = (covering(waivers, bound, leaf.heir.names, self._catalog.today) for bound in bounds if waivers)
        for waiver in dict.fromkeys(one for one in found if one is not None):
            value, _ = value_of(waiver.kind, waiver.value, leaf.scope)
            yield waiver, value

    def in_force(self, leaf: Leaf) -> tuple[list[InForce], list[Finding]]:
        """The bounds that count for a leaf, waivers considered, and what is wrong with their values."""
        line = self._lines[leaf.app.name]
        if id(line) in self._held:
            return self._held[id(line)], []
        held, findings = in_force(line.bounds, line.waivers, leaf.heir.names, leaf.scope, self._catalog.today)
        if line.is_same_everywhere and not findings:
            self._held[id(line)] = held
        return held, findings

    def warnings(self) -> Iterator[Finding]:
        """Bounds looser than one above, waivers about to end, and waivers from apps that may not give them."""
        for heir in self._heirs.values():
            line = (self._bounds[name] for name in heir.names)
            for looser, above in loosened(line) if self._bounds[heir.app.name] else ():
                message = f"has no effect: '{above.app}' ({above.place}) is stricter; remove it, or make it stricter"
                yield finding(looser.place, ("guardrails", *looser.kind.split(".")), message)
        for waivers in self._waivers.values():
            for waiver in waivers:
                yield from ending(waiver, self._catalog.today)
                yield from self._powerless(waiver)

    def _powerless(self, waiver: Waiver) -> Iterator[Finding]:
        subject = self._heirs.get(waiver.subject)
        if subject is None:
            return
        bounds = self._lines[subject.app.name].bounds
        reached = [bound for bound in bounds if bound.kind == waiver.kind and bound.depth >= waiver.depth]
        if waiver.app not in subject.names or not reached:
            message = f"waives nothing: '{waiver.app}' is not the app that sets {waiver.kind} for '{waiver.subject}'"
            yield finding(waiver.place, ("waivers", waiver.position), f"{message}, nor above it")


def _deepest(leaf: Leaf, paths: tuple[Path, ...]) -> tuple[Path, Place]:
    """Of the values that contribute, the one that the deepest app wrote, and where."""
    depth_of = {name: depth for depth, name in enumerate(leaf.heir.names)}
    found = []
    for path in paths:
        top = leaf.heir.merged.entries.get("targets") if path[0] == "targets" else leaf.merged
        place, app = _written(top, path[1:] if path[0] == "targets" else path, leaf)
        full: Path = path if path[0] == "targets" else ("policy", *path)
        found.append((depth_of.get(app, 0), place, full))
    _, place, path = max(found, key=lambda one: (one[0], one[1]))
    return path, place


def _written(merged: Merged | None, path: Path, leaf: Leaf) -> tuple[Place, str]:
    """Where the value at a path, or the nearest part above it, was last written, and by which app."""
    place, app = leaf.app.name_place, leaf.app.name
    for segment in (None, *path):
        if segment is not None:
            merged = merged.entries.get(str(segment)) if isinstance(merged, MergedMapping) else None
        if merged is None or not merged.history.steps:
            break
        last = merged.history.last
        place, app = (merged.key_place if isinstance(merged, MergedMapping) else last.place), last.app
    return place, app
