"""What is refused and warned of in a resolved bundle: each check looks at the whole of it."""

from collections.abc import Callable, Iterable, Iterator

from backup_apps.domain.adoption import refused_adoptions
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.constraints import CONSTRAINTS, LINTS, Constraint, Subject, Violation
from backup_apps.domain.constraints.across import AllSubjects, check_across, warn_across
from backup_apps.domain.constraints.overlaps import find_overlaps, warnings_of
from backup_apps.domain.guardrails.ratchet import Ratchet
from backup_apps.domain.leaves import Heir, Leaf
from backup_apps.domain.nodes import Mapping, Node, Sequence
from backup_apps.domain.pauses import ended
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.staging.offline import idle_canaries, refused_staging


class ResolvedApps:
    """The apps and leaves of a bundle, and what several checks ask of them, worked out once."""

    def __init__(self, heirs: dict[str, Heir], leaves: tuple[Leaf, ...], catalog: Catalog) -> None:
        self.heirs, self.leaves, self.catalog = heirs, leaves, catalog
        self.ratchet = Ratchet(heirs, catalog)
        self.subjects = [
            (leaf, Subject(leaf.app.name, leaf.target, leaf.effective.policy, catalog))
            for leaf in leaves
            if leaf.effective.policy is not None
        ]
        """The leaves whose policy could be read, at least in part."""
        self.whole = [(leaf, subject) for leaf, subject in self.subjects if leaf.effective.is_whole]
        self.together = AllSubjects(subject for _, subject in self.whole)
        self.overlaps = find_overlaps(self.together.all)
        self._leaf_of = {id(subject): leaf for leaf, subject in self.whole}

    def place_of(self, subject: Subject, path: Path) -> Place:
        """Where the value at a path of a leaf that is whole is written."""
        return _place_of(self._leaf_of[id(subject)], path)

    def located(self, violations: Iterable[tuple[Subject, Violation]]) -> Iterator[Finding]:
        """What leaves that are whole violate, at its places."""
        for subject, violation in violations:
            yield _located(self._leaf_of[id(subject)], violation)


Check = Callable[[ResolvedApps], Iterable[Finding]]


def violate(constraints: Iterable[Constraint], subjects: Iterable[tuple[Leaf, Subject]]) -> Iterator[Finding]:
    """What leaves violate, as far as it rests on nothing that was left out as wrong already."""
    checks = [(constraint.find, constraint, constraint.elsewhere) for constraint in constraints]
    for leaf, subject in subjects:
        for find, constraint, elsewhere in checks:
            if elsewhere is None or not leaf.effective.rests_on_dropped(elsewhere):
                for violation in find(subject):
                    if not leaf.effective.rests_on_dropped(violation.path):
                        yield _located(leaf, constraint.numbered(violation))


def idle_overrides(apps: ResolvedApps) -> Iterator[Finding]:
    """Overrides that hold on no target of any leaf, or that change nothing wherever they hold."""
    held: set[tuple[str, int]] = set()
    changing: set[tuple[str, int]] = set()
    for leaf in apps.leaves:
        for override, changed in leaf.applied:
            held.add((override.app, override.position))
            if changed:
                changing.add((override.app, override.position))
    for heir in apps.heirs.values():
        for override in heir.overrides:
            key = (override.app, override.position)
            if key not in changing:
                what = "changes nothing where it holds" if key in held else "holds on no target of any leaf"
                message = f"this override {what}; remove it, or correct its `when`"
                yield finding(override.place, ("overrides", override.position), message)


def ended_pauses(apps: ResolvedApps) -> Iterator[Finding]:
    return ended({pause for heir in apps.heirs.values() for pause in heir.pauses}, apps.catalog.today)


REFUSALS: tuple[Check, ...] = (
    lambda apps: apps.ratchet.refused(),
    lambda apps: apps.ratchet.violations(apps.subjects),
    lambda apps: violate(CONSTRAINTS, apps.subjects),
    lambda apps: apps.located(check_across(apps.together)),
    lambda apps: refused_adoptions(apps.heirs.values(), apps.leaves),
    lambda apps: refused_staging(apps.heirs.values(), apps.leaves, apps.catalog),
)
"""Guardrails first, then what AWS Backup would refuse, then what the hub would."""

WARNINGS: tuple[Check, ...] = (
    lambda apps: apps.ratchet.warnings(),
    idle_overrides,
    lambda apps: violate(LINTS, apps.whole),
    lambda apps: apps.located(warn_across(apps.together)),
    lambda apps: apps.located(warnings_of(apps.overlaps, apps.place_of)),
    ended_pauses,
    lambda apps: idle_canaries(apps.heirs.values(), apps.leaves),
)


def _located(leaf: Leaf, violation: Violation) -> Finding:
    return finding(_place_of(leaf, violation.path), ("policy", *violation.path), violation.message)


def _place_of(leaf: Leaf, path: Path) -> Place:
    """Where the value at a path is written, or the nearest part above it that somebody wrote."""
    place = leaf.app.name_place
    node: Node = leaf.effective.node
    for segment in path:
        if isinstance(node, Mapping) and segment in node.entries:
            entry = node.entries[str(segment)]
            node = entry.node
            place = entry.key_place if isinstance(node, Mapping) else node.place
        elif isinstance(node, Sequence) and isinstance(segment, int) and segment < len(node.items):
            node = node.items[segment]
            place = node.place
        else:
            break
    return place
