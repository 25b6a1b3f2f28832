"""The ratchet: the guardrails and waivers of all apps, held against every leaf."""

from collections.abc import Iterable, Iterator

from backup_apps.domain.catalog import Catalog
from backup_apps.domain.constraints import Subject
from backup_apps.domain.guardrails import locked
from backup_apps.domain.guardrails.bounds import Bound, bounds_of
from backup_apps.domain.guardrails.enforcement import in_force, loosened, violated
from backup_apps.domain.guardrails.waivers import Waiver, covering, ending, refused, waivers_of
from backup_apps.domain.inheritance import Merged, MergedMapping
from backup_apps.domain.leaves import Heir, Leaf
from backup_apps.domain.places import Finding, Path, Place, finding


class Ratchet:
    """Read once, asked for each leaf."""

    def __init__(self, heirs: dict[str, Heir], catalog: Catalog) -> None:
        self._heirs = heirs
        self._catalog = catalog
        self._bounds: dict[str, tuple[Bound, ...]] = {}
        self._waivers: dict[str, tuple[Waiver, ...]] = {}
        for name, heir in heirs.items():
            depth = len(heir.line) - 1
            self._bounds[name] = tuple(bounds_of(heir.app, depth))
            self._waivers[name] = tuple(waivers_of(heir.app, depth))

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
        waivers = self._waivers_of(heir)
        for bound in self._bounds_of(heir):
            if bound.kind == "locked" and bound.app != heir.app.name:
                waiver = covering(waivers, bound, heir.names, self._catalog.today)
                yield from locked.violations(bound._replace(node=waiver.value) if waiver else bound, heir.app)

    def violations(self, subjects: Iterable[tuple[Leaf, Subject]]) -> Iterator[Finding]:
        """Every value of a leaf that a bound of its line does not allow."""
        for leaf, subject in subjects:
            bounds = self._bounds_of(leaf.heir)
            if bounds:
                waivers = self._waivers_of(leaf.heir)
                held, findings = in_force(bounds, waivers, leaf.heir.names, leaf.scope, subject)
                yield from findings
                for breach, message in violated(held, subject):
                    if not any(map(leaf.effective.rests_on_dropped, breach.paths)):
                        path, place = _deepest(leaf, breach.paths)
                        yield finding(place, path, message)

    def warnings(self) -> Iterator[Finding]:
        """Bounds looser than one above, waivers about to end, and waivers from apps that may not give them."""
        for heir in self._heirs.values():
            for looser, above in loosened(self._bounds[name] for name in heir.names):
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
        line = self._bounds_of(subject)
        reached = [bound for bound in line if bound.kind == waiver.kind and bound.depth >= waiver.depth]
        if waiver.app not in subject.names or not reached:
            message = f"waives nothing: '{waiver.app}' is not the app that sets {waiver.kind} for '{waiver.subject}'"
            yield finding(waiver.place, ("waivers", waiver.position), f"{message}, nor above it")

    def _bounds_of(self, heir: Heir) -> tuple[Bound, ...]:
        return tuple(bound for name in heir.names for bound in self._bounds[name])

    def _waivers_of(self, heir: Heir) -> tuple[Waiver, ...]:
        return tuple(waiver for name in heir.names for waiver in self._waivers[name])


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
