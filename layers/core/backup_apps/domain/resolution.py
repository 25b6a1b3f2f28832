"""A bundle resolved: what is wrong with it, and what it asks of every target.

After the leaves come the guardrails, and then what AWS Backup would refuse.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backup_apps.domain.catalog import Catalog
from backup_apps.domain.desired import DesiredState
from backup_apps.domain.gfs import expand_gfs
from backup_apps.domain.guardrails.ratchet import Ratchet
from backup_apps.domain.hierarchy import read_hierarchy
from backup_apps.domain.inheritance import MergedMapping
from backup_apps.domain.leaf_handling import with_handling
from backup_apps.domain.leaves import Heir, Leaf, inherit, resolve_leaves
from backup_apps.domain.nodes import File
from backup_apps.domain.places import Finding, in_order
from backup_apps.domain.rendering import render_state
from backup_apps.domain.resolved_apps import REFUSALS, WARNINGS, Check, ResolvedApps


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

    def merged(self, app: str) -> MergedMapping | None:
        """What an app holds under `policy`, `targets`, `variables` and `selfHeal`, inherited values included; None if
        there is no such app."""
        return _written_out(self.heirs[app]) if app in self.heirs else None


def resolve(files: Iterable[File], found: Iterable[Finding], catalog: Catalog) -> Resolution:
    """Resolve the files of a bundle; `found` is what reading them has found already.

    No files at all, and something found: the bundle as a whole could not be read, and that is all there is to say.
    """
    files, found = tuple(files), tuple(found)
    if found and not files:
        return Resolution(None, in_order(found), (), {}, (), None)
    hierarchy = read_hierarchy(files, catalog.organization)
    heirs, merge_findings = inherit(hierarchy)
    leaves, leaf_findings = resolve_leaves(heirs, hierarchy.bundle or "", catalog)
    apps = ResolvedApps(heirs, leaves, catalog)
    refused = _said_by(REFUSALS, apps)
    errors = in_order([*found, *hierarchy.findings, *merge_findings, *leaf_findings, *refused])
    warnings = in_order(_said_by(WARNINGS, apps))
    state = _rendered(hierarchy.bundle, apps) if hierarchy.bundle and not errors else None
    return Resolution(hierarchy.bundle, errors, warnings, heirs, leaves, state, apps.ratchet)


def _said_by(checks: Iterable[Check], apps: ResolvedApps) -> Iterator[Finding]:
    for check in checks:
        yield from check(apps)


def _rendered(bundle: str, apps: ResolvedApps) -> DesiredState:
    asked = [(leaf.app.name, leaf.target, subject.policy) for leaf, subject in apps.whole]
    return with_handling(render_state(bundle, asked), apps.leaves, apps.overlaps, apps.ratchet)


def _written_out(heir: Heir) -> MergedMapping:
    written = heir.merged.entries.get("policy")
    policy = expand_gfs(written)
    if policy is None or policy is written:
        return heir.merged
    return heir.merged._replace(entries={**heir.merged.entries, "policy": policy})
