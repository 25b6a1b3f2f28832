"""Leaves: apps without children, each resolved on each of its targets.

Order: merge from root to leaf, then overrides from the root downward, then `gfs`, then variables, then types.
"""

from collections.abc import Iterator
from typing import NamedTuple

from backup_apps.domain.apps import App
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.desired import Target
from backup_apps.domain.documents import INHERITED
from backup_apps.domain.effective import Effective
from backup_apps.domain.gfs import expand_gfs
from backup_apps.domain.hierarchy import Hierarchy
from backup_apps.domain.inheritance import (
    Merged,
    MergedList,
    MergedMapping,
    MergedScalar,
    Unknown,
    Writer,
    as_json,
    merge,
)
from backup_apps.domain.nodes import Mapping, Scalar
from backup_apps.domain.overrides import Override, applies, overrides_of
from backup_apps.domain.pauses import Pause, pauses_of
from backup_apps.domain.places import Finding, Path, finding
from backup_apps.domain.staging.written import WrittenStaging, staging_of
from backup_apps.domain.typed_policy import PolicyTyping
from backup_apps.domain.variables import Scope, UnknownVariableError, written_variables

ADD_REGION = "if it is new, name it in BACKUP_APPS_EXTRA_REGIONS"


class Heir(NamedTuple):
    """An app with everything that it inherits."""

    app: App
    names: tuple[str, ...]
    """Of its line: from the root to the app itself."""
    merged: MergedMapping
    overrides: tuple[Override, ...]
    """In the order in which they apply."""
    is_leaf: bool
    pauses: tuple[Pause, ...] = ()
    """Those that hold for it, the root's first, ended ones included."""
    staging: tuple[WrittenStaging, ...] = ()
    """How the apps of its line want its targets to be synced, the root first."""

    @property
    def depth(self) -> int:
        """How many ancestors it has."""
        return len(self.names) - 1


class Applied(NamedTuple):
    """An override that held on a target, and whether it changed a value there."""

    override: Override
    changed: bool


class Leaf(NamedTuple):
    """An app without children, on one of its targets."""

    app: App
    heir: Heir
    target: Target
    merged: Merged | None
    """Its policy with overrides and `gfs`, as written."""
    scope: Scope
    applied: tuple[Applied, ...]
    effective: Effective


def inherit(hierarchy: Hierarchy) -> tuple[dict[str, Heir], list[Finding]]:
    """Every app with what it inherits. A parent is merged once; its children share what they do not write."""
    heirs: dict[str, Heir] = {}
    findings: list[Finding] = []
    for app, ancestors, is_leaf in hierarchy.branches:
        parent = heirs.get(ancestors[-1]) if ancestors else None
        depth = len(ancestors)
        merged, found = merge(parent.merged if parent else None, _inherited_part(app), Writer(app.name, depth))
        findings += found
        if isinstance(merged, MergedMapping):
            names = (*ancestors, app.name)
            overrides = (*(parent.overrides if parent else ()), *overrides_of(app, depth))
            pauses = (*(parent.pauses if parent else ()), *pauses_of(app))
            staging = (*(parent.staging if parent else ()), *staging_of(app))
            heirs[app.name] = Heir(app, names, merged, overrides, is_leaf, pauses, staging)
    return heirs, findings


def _inherited_part(app: App) -> Mapping:
    return Mapping({key: entry for key, entry in app.spec.entries.items() if key in INHERITED}, app.spec_place)


def resolve_leaves(heirs: dict[str, Heir], bundle: str, catalog: Catalog) -> tuple[tuple[Leaf, ...], list[Finding]]:
    """Every leaf on every one of its targets, and what is wrong with them."""
    leaves: list[Leaf] = []
    findings: list[Finding] = []
    typing = PolicyTyping()
    targeting = _Targeting(catalog)
    for heir in heirs.values():
        if heir.is_leaf:
            targets, found = targeting.of(heir)
            findings += found
            for target in targets:
                leaf, found = _resolve_leaf(heir, target, bundle, typing)
                leaves.append(leaf)
                findings += found
    return tuple(leaves), findings


class _Targeting:
    """The targets of leaves; what many inherit is read once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.read: dict[int, tuple[Target, ...]] = {}
        """By the id of what is merged, which the heirs keep alive."""

    def of(self, heir: Heir) -> tuple[tuple[Target, ...], list[Finding]]:
        """In order, each once. What is refused of them is left out, so that the rest is still looked at."""
        targets = heir.merged.entries.get("targets")
        if id(targets) in self.read:
            return self.read[id(targets)], []
        accounts, regions = _texts(targets, "accounts"), _texts(targets, "regions")
        findings = list(self._unknown(regions or ()))
        if accounts is None or regions is None:
            return (), findings
        missing = [key for key, items in (("accounts", accounts), ("regions", regions)) if not items]
        if missing:
            path: Path = ("targets", *missing) if len(missing) == 1 else ("targets",)
            message = f"'{heir.app.name}' has no children, so it deploys, but has no {' and no '.join(missing)}"
            findings.append(finding(heir.app.name_place, path, message))
        known = [region for region in regions if region.value in self.catalog.regions] or regions
        pairs = {Target(str(account.value), str(region.value)) for account in accounts for region in known}
        if not findings:
            self.read[id(targets)] = tuple(sorted(pairs))
        return tuple(sorted(pairs)), findings

    def _unknown(self, regions: tuple[Scalar, ...]) -> Iterator[Finding]:
        for index, item in enumerate(regions):
            if item.value not in self.catalog.regions:
                message = f"'{item.value}' is not a known region; {ADD_REGION}"
                yield finding(item.place, ("targets", "regions", index), message)


def _texts(targets: Merged | None, key: str) -> tuple[Scalar, ...] | None:
    """The items of a list of `targets` without those that were refused; None where that is all of them."""
    if isinstance(targets, Unknown):
        return None
    value = targets.entries.get(key) if isinstance(targets, MergedMapping) else None
    if isinstance(value, Unknown):
        return None
    items = value.items if isinstance(value, MergedList) else ()
    good = tuple(item for item in items if isinstance(item, Scalar) and isinstance(item.value, str))
    return good if good or not items else None


def _resolve_leaf(heir: Heir, target: Target, bundle: str, typing: PolicyTyping) -> tuple[Leaf, list[Finding]]:
    variables = heir.merged.entries.get("variables")
    built_in = {"account": target.account, "region": target.region, "app": heir.app.name, "bundle": bundle}
    scope = Scope(built_in, written_variables(variables))
    findings = list(_bad_variables(scope, variables))
    merged, applied, found = _override(heir, scope)
    expanded = expand_gfs(merged, scope)
    effective = Effective(expanded, scope, heir.app.name_place, typing)
    leaf = Leaf(heir.app, heir, target, expanded, scope, applied, effective)
    return leaf, [*findings, *found, *effective.findings]


def _override(heir: Heir, scope: Scope) -> tuple[Merged | None, tuple[Applied, ...], list[Finding]]:
    """The policy of a leaf with the overrides that apply on its target."""
    merged = heir.merged.entries.get("policy")
    findings: list[Finding] = []
    applied: list[Applied] = []
    for override in heir.overrides:
        holds, found = applies(override, scope)
        findings += found
        if holds:
            path = ("overrides", override.position, "policy")
            before = merged
            merged, found = merge(before, override.policy, Writer(override.app, override.depth), path)
            findings += found
            applied.append(Applied(override, as_json(before) != as_json(merged)))
    return merged, tuple(applied), findings


def _bad_variables(scope: Scope, variables: Merged | None) -> Iterator[Finding]:
    for name, value in variables.entries.items() if isinstance(variables, MergedMapping) else ():
        if isinstance(value, MergedScalar):
            try:
                scope[name]
            except UnknownVariableError as error:
                yield finding(value.history.last.place, ("variables", name), str(error))
