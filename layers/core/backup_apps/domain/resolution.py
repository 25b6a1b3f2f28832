"""A bundle resolved: what is wrong with it, and what it asks of every target.

After the leaves come the guardrails, and then what AWS Backup would refuse.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backup_apps.domain.adoption import refused_adoptions
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.constraints import CONSTRAINTS, LINTS, Constraint, Subject, Violation
from backup_apps.domain.constraints.across import AllSubjects, check_across, warn_across
from backup_apps.domain.constraints.overlaps import Found, find_overlaps, warnings_of
from backup_apps.domain.desired import DesiredState
from backup_apps.domain.gfs import expand_gfs
from backup_apps.domain.guardrails.ratchet import Ratchet
from backup_apps.domain.hierarchy import read_hierarchy
from backup_apps.domain.inheritance import MergedMapping
from backup_apps.domain.leaf_handling import with_handling
from backup_apps.domain.leaves import Heir, Leaf, inherit, resolve_leaves
from backup_apps.domain.nodes import File, Mapping, Node, Sequence
from backup_apps.domain.pauses import ended
from backup_apps.domain.places import Finding, Path, Place, finding, in_order
from backup_apps.domain.rendering import render_state
from backup_apps.domain.staging.offline import idle_canaries, refused_staging


class Resolution(NamedTuple):
    """Everything a bundle says. `state` is there only if nothing is wrong."""

    bundle: str | None
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    heirs: dict[str, Heir]
    """Every app with what it inherits."""
    leaves: tuple[Leaf, ...]
    state: DesiredState | None
    ratchet: Ratchet | None = None
    """The guardrails and waivers, to be asked for each leaf."""

    @property
    def merged(self) -> dict[str, MergedMapping]:
        """What each app holds under `policy`, `targets`, `variables` and `selfHeal`, inherited values included."""
        return {name: _written_out(heir) for name, heir in self.heirs.items()}


def resolve(files: Iterable[File], found: Iterable[Finding], catalog: Catalog) -> Resolution:
    """Resolve the files of a bundle; `found` is what reading them has found already.

    No files at all, and something found: the bundle as a whole could not be read, and that is all there is to say.
    """
    files, found = tuple(files), tuple(found)
    if found and not files:
        return Resolution(None, in_order(found), (), {}, (), None)
    hierarchy = read_hierarchy(files, catalog.organization)
    bundle = hierarchy.bundle
    heirs, merge_findings = inherit(hierarchy)
    leaves, leaf_findings = resolve_leaves(heirs, bundle or "", catalog)
    subjects = _subjects(leaves, catalog)
    whole = [(leaf, subject) for leaf, subject in subjects if leaf.effective.is_whole]
    together = AllSubjects(subject for _, subject in whole)
    ratchet = Ratchet(heirs, catalog)
    refused = [*ratchet.refused(), *ratchet.violations(subjects), *_violations(subjects, CONSTRAINTS)]
    refused += [*_across(whole, together), *refused_adoptions(heirs.values(), leaves)]
    refused += refused_staging(heirs.values(), leaves, catalog)
    overlaps = find_overlaps(together.all)
    errors = in_order([*found, *hierarchy.findings, *merge_findings, *leaf_findings, *refused])
    pauses = {pause for heir in heirs.values() for pause in heir.pauses}
    warned = [*_warned(whole, together, overlaps), *ended(pauses, catalog.today)]
    warned += idle_canaries(heirs.values(), leaves)
    warnings = in_order([*ratchet.warnings(), *_idle_overrides(heirs, leaves), *warned])
    asked = [(leaf.app.name, leaf.target, subject.policy) for leaf, subject in whole]
    state = with_handling(render_state(bundle, asked), leaves, overlaps, ratchet) if bundle and not errors else None
    return Resolution(bundle, errors, warnings, heirs, leaves, state, ratchet)


def _written_out(heir: Heir) -> MergedMapping:
    written = heir.merged.entries.get("policy")
    policy = expand_gfs(written)
    if policy is None or policy is written:
        return heir.merged
    return heir.merged._replace(entries={**heir.merged.entries, "policy": policy})


LOOKS_ELSEWHERE: dict[str, Path] = {"B404": ("role",), "B601": ("vaults",)}
"""Constraints that ask whether something is declared in another part of the policy, and in which."""

Subjects = list[tuple[Leaf, Subject]]


def _subjects(leaves: Iterable[Leaf], catalog: Catalog) -> Subjects:
    """The leaves whose policy could be read, at least in part."""
    return [
        (leaf, Subject(leaf.app.name, leaf.target, leaf.effective.policy, catalog))
        for leaf in leaves
        if leaf.effective.policy is not None
    ]


def _across(subjects: Subjects, together: AllSubjects) -> Iterator[Finding]:
    """What AWS Backup would refuse of all leaves together."""
    leaf_of = {id(subject): leaf for leaf, subject in subjects}
    for subject, violation in check_across(together):
        yield _located(leaf_of[id(subject)], violation)


def _warned(subjects: Subjects, together: AllSubjects, overlaps: tuple[Found, ...]) -> Iterator[Finding]:
    yield from _violations(subjects, LINTS)
    leaf_of = {id(subject): leaf for leaf, subject in subjects}

    def locate(subject: Subject, path: Path) -> Place:
        leaf = leaf_of[id(subject)]
        return place_of(leaf.effective.node, path, leaf.app.name_place)

    warned = [*warn_across(together), *warnings_of(overlaps, locate)]
    for subject, violation in warned:
        yield _located(leaf_of[id(subject)], violation)


def _idle_overrides(heirs: dict[str, Heir], leaves: Iterable[Leaf]) -> Iterator[Finding]:
    """Overrides that hold on no target of any leaf, or that change nothing wherever they hold."""
    held: set[tuple[str, int]] = set()
    changing: set[tuple[str, int]] = set()
    for leaf in leaves:
        for override, changed in leaf.applied:
            held.add((override.app, override.position))
            if changed:
                changing.add((override.app, override.position))
    for heir in heirs.values():
        for override in heir.overrides:
            key = (override.app, override.position)
            if key not in changing:
                what = "changes nothing where it holds" if key in held else "holds on no target of any leaf"
                message = f"this override {what}; remove it, or correct its `when`"
                yield finding(override.place, ("overrides", override.position), message)


def _violations(subjects: Subjects, constraints: Iterable[Constraint]) -> Iterator[Finding]:
    checks = [(constraint.find, constraint, LOOKS_ELSEWHERE.get(constraint.number)) for constraint in constraints]
    for leaf, subject in subjects:
        for find, constraint, elsewhere in checks:
            if elsewhere is None or not leaf.effective.rests_on_dropped(elsewhere):
                for violation in find(subject):
                    if not leaf.effective.rests_on_dropped(violation.path):
                        yield _located(leaf, constraint.numbered(violation))


def _located(leaf: Leaf, violation: Violation) -> Finding:
    place = place_of(leaf.effective.node, violation.path, leaf.app.name_place)
    return finding(place, ("policy", *violation.path), violation.message)


def place_of(node: Node, path: Path, fallback: Place) -> Place:
    """Where the value at a path is written, or the nearest part above it that somebody wrote."""
    place = fallback
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
