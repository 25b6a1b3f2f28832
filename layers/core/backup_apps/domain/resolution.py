"""A bundle resolved: what is wrong with it, and what it asks of every target.

Order, for each leaf and target: merge from root to leaf, then variables, then types, then what AWS Backup would refuse.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backup_apps.domain.apps import App
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.constraints import CONSTRAINTS, LINTS, Constraint, Subject, Violation
from backup_apps.domain.constraints.across import check_across, warn_across
from backup_apps.domain.desired import DesiredPlan, DesiredState, DesiredTarget, DesiredVault, Target
from backup_apps.domain.documents import INHERITED
from backup_apps.domain.effective import Effective, effective_policy
from backup_apps.domain.hierarchy import Branch, Hierarchy, read_hierarchy
from backup_apps.domain.inheritance import Merged, MergedList, MergedMapping, Unknown, Writer, merge
from backup_apps.domain.nodes import File, Mapping, Node, Scalar, Sequence
from backup_apps.domain.places import Finding, Path, Place, finding, in_order
from backup_apps.domain.rendering import render_plans, render_region_settings, render_vaults
from backup_apps.domain.variables import Scope, UnknownVariableError, places_of, written_variables

ADD_REGION = "if it is new, name it in BACKUP_APPS_EXTRA_REGIONS"


class Leaf(NamedTuple):
    """An app without children, on one of its targets."""

    app: App
    target: Target
    effective: Effective


class Resolution(NamedTuple):
    """Everything a bundle says. `state` is there only if nothing is wrong."""

    bundle: str | None
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    merged: dict[str, MergedMapping]
    """What each app holds under `policy`, `targets`, `variables` and `selfHeal`, inherited values included."""
    leaves: tuple[Leaf, ...]
    state: DesiredState | None


def resolve(files: Iterable[File], found: Iterable[Finding], catalog: Catalog) -> Resolution:
    """Resolve the files of a bundle; `found` is what reading them has found already.

    No files at all, and something found: the bundle as a whole could not be read, and that is all there is to say.
    """
    files, found = tuple(files), tuple(found)
    if found and not files:
        return Resolution(None, in_order(found), (), {}, (), None)
    hierarchy = read_hierarchy(files)
    merged, findings = _merge_all(hierarchy)
    leaves, leaf_findings = _resolve_leaves(hierarchy, merged, catalog)
    errors = in_order([*found, *hierarchy.findings, *findings, *leaf_findings, *_refused(leaves, catalog)])
    bundle = hierarchy.bundle
    state = _state(bundle, leaves) if bundle and not errors else None
    return Resolution(bundle, errors, in_order(_warned(leaves, catalog)), merged, leaves, state)


def _merge_all(hierarchy: Hierarchy) -> tuple[dict[str, MergedMapping], list[Finding]]:
    """Each parent is merged once; its children share what they do not write."""
    merged: dict[str, MergedMapping] = {}
    findings: list[Finding] = []
    for app, ancestors, _ in hierarchy.branches:
        base = merged.get(ancestors[-1]) if ancestors else None
        result, found = merge(base, _inherited_part(app), Writer(app.name, len(ancestors)))
        findings += found
        if isinstance(result, MergedMapping):
            merged.setdefault(app.name, result)
    return merged, findings


def _inherited_part(app: App) -> Mapping:
    return Mapping({key: entry for key, entry in app.spec.entries.items() if key in INHERITED}, app.spec_place)


def _resolve_leaves(
    hierarchy: Hierarchy, merged: dict[str, MergedMapping], catalog: Catalog
) -> tuple[tuple[Leaf, ...], list[Finding]]:
    leaves: list[Leaf] = []
    findings: list[Finding] = []
    for branch in hierarchy.branches:
        if branch.is_leaf:
            targets, found = _targets(branch, merged[branch.app.name], catalog)
            findings += found
            for target in targets:
                leaf, found = _resolve_leaf(branch.app, target, merged[branch.app.name], hierarchy.bundle or "")
                leaves.append(leaf)
                findings += found
    return tuple(leaves), findings


def _targets(branch: Branch, merged: MergedMapping, catalog: Catalog) -> tuple[list[Target], list[Finding]]:
    """The targets of a leaf in order, each once."""
    targets = merged.entries.get("targets")
    accounts, regions = _texts(targets, "accounts"), _texts(targets, "regions")
    findings = [
        finding(item.place, ("targets", "regions", index), f"'{item.value}' is not a known region; {ADD_REGION}")
        for index, item in enumerate(regions or ())
        if item.value not in catalog.regions
    ]
    if accounts is None or regions is None:
        return [], findings
    missing = [key for key, items in (("accounts", accounts), ("regions", regions)) if not items]
    if missing:
        path = ("targets", *missing) if len(missing) == 1 else ("targets",)
        message = f"'{branch.app.name}' has no children, so it deploys, but has no {' and no '.join(missing)}"
        findings.append(finding(branch.app.name_place, path, message))
    pairs = {Target(str(account.value), str(region.value)) for account in accounts for region in regions}
    return sorted(pairs) if not findings else [], findings


def _texts(targets: Merged | None, key: str) -> tuple[Scalar, ...] | None:
    """The items of a list of `targets`; None where it was refused already."""
    if isinstance(targets, Unknown):
        return None
    value = targets.entries.get(key) if isinstance(targets, MergedMapping) else None
    if isinstance(value, Unknown):
        return None
    items = value.items if isinstance(value, MergedList) else ()
    good = tuple(item for item in items if isinstance(item, Scalar) and isinstance(item.value, str))
    return good if len(good) == len(items) else None


def _resolve_leaf(app: App, target: Target, merged: MergedMapping, bundle: str) -> tuple[Leaf, list[Finding]]:
    variables = merged.entries.get("variables")
    built_in = {"account": target.account, "region": target.region, "app": app.name, "bundle": bundle}
    scope = Scope(built_in, written_variables(variables))
    effective = effective_policy(merged.entries.get("policy"), scope, app.name_place)
    findings = [*effective.findings, *_bad_variables(scope, places_of(variables))]
    return Leaf(app, target, effective), findings


def _bad_variables(scope: Scope, places: dict[str, Place]) -> Iterator[Finding]:
    for name, place in places.items():
        try:
            scope[name]
        except UnknownVariableError as error:
            yield finding(place, ("variables", name), str(error))


def _subjects(leaves: Iterable[Leaf], catalog: Catalog) -> list[tuple[Leaf, Subject]]:
    return [
        (leaf, Subject(leaf.app.name, leaf.target, leaf.effective.policy, catalog))
        for leaf in leaves
        if leaf.effective.policy is not None
    ]


def _refused(leaves: Iterable[Leaf], catalog: Catalog) -> Iterator[Finding]:
    """What AWS Backup would refuse, leaf by leaf and then across all of them."""
    subjects = _subjects(leaves, catalog)
    yield from _violations(subjects, CONSTRAINTS)
    leaf_of = {id(subject): leaf for leaf, subject in subjects}
    for subject, violation in check_across([subject for _, subject in subjects]):
        yield _locate(leaf_of[id(subject)], violation)


def _warned(leaves: Iterable[Leaf], catalog: Catalog) -> Iterator[Finding]:
    subjects = _subjects(leaves, catalog)
    yield from _violations(subjects, LINTS)
    leaf_of = {id(subject): leaf for leaf, subject in subjects}
    for subject, violation in warn_across([subject for _, subject in subjects]):
        yield _locate(leaf_of[id(subject)], violation)


def _violations(subjects: list[tuple[Leaf, Subject]], constraints: Iterable[Constraint]) -> Iterator[Finding]:
    for constraint in constraints:
        for leaf, subject in subjects:
            for violation in constraint.check(subject):
                yield _locate(leaf, violation)


def _locate(leaf: Leaf, violation: Violation) -> Finding:
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


def _state(bundle: str, leaves: Iterable[Leaf]) -> DesiredState:
    by_target: dict[Target, list[Leaf]] = {}
    for leaf in sorted(leaves, key=lambda leaf: (leaf.target, leaf.app.name)):
        by_target.setdefault(leaf.target, []).append(leaf)
    return DesiredState(bundle=bundle, targets=tuple(_desired(bundle, *group) for group in by_target.items()))


def _desired(bundle: str, target: Target, leaves: list[Leaf]) -> DesiredTarget:
    """What all leaves of a target ask for together; vaults that several describe alike stand once."""
    vaults: dict[str, tuple[str, DesiredVault]] = {}
    plans: list[DesiredPlan] = []
    opt_in: dict[str, bool] = {}
    management: dict[str, bool] = {}
    for leaf in leaves:
        if leaf.effective.policy is not None:
            policy = leaf.effective.policy
            for key, vault in render_vaults(policy, bundle):
                vaults.setdefault(vault.name, (key, vault))
            plans += render_plans(policy, bundle, leaf.app.name, target)
            opt_in |= policy.region_settings.opt_in
            management |= policy.region_settings.management
    return DesiredTarget(
        account=target.account,
        region=target.region,
        vaults=tuple(vault for _, vault in sorted(vaults.values(), key=lambda pair: (pair[0], pair[1].name))),
        plans=tuple(plans),
        region_settings=render_region_settings(opt_in, management),
    )
