"""What would have a resource protected: an edit of policy files, a sync, or a command in its account."""

from backup_apps.domain.commits import CommitRecord, State
from backup_apps.domain.why.answer import Remedy, Step
from backup_apps.domain.why.checks import Judged, Name, Way
from backup_apps.domain.why.commands import commands_for
from backup_apps.domain.why.facts import MemberFacts
from backup_apps.usecases.locate_resource import Asking, Place
from backup_apps.usecases.offer_edit import is_only_to_be_synced, offer_edit, offer_target
from backup_apps.usecases.trace_lineage import Sources

SAID_BY_FILES = frozenset(
    {
        *(Name.PLAN, Name.SELECTED, Name.EXCLUDED, Name.CONDITIONS),
        *(Name.OPT_IN, Name.VAULT, Name.VAULT_POLICY, Name.LOCK),
    }
)
"""Conditions that policy files decide, with what is there."""


def offer_remedy(asking: Asking, place: Place, judged: Judged, facts: MemberFacts) -> Remedy | None:
    """Of the first condition that failed; None where nothing that is known would do."""
    failed, way = judged.failed, judged.way
    if failed is None:
        return None
    if failed.name is Name.TARGET:
        return _target_edit(asking, facts)
    if failed.name is Name.SYNCED:
        return _to_sync(asking.sources, place.bundles[0])
    if way is None:
        return None
    return _by_files(asking, place, judged, facts, way) or commands_for(failed.name, way, facts)


def _by_files(asking: Asking, place: Place, judged: Judged, facts: MemberFacts, way: Way) -> Remedy | None:
    """What the files already say is synced again; else an edit of them."""
    bundle = _owner(place, way)
    if bundle is None or judged.failed is None or judged.failed.name not in SAID_BY_FILES:
        return None
    version = place.versions[bundle]
    again = Step(f"backup-apps push {bundle} --rollback-to {version.version}")
    if judged.failed.name in (Name.PLAN, Name.VAULT):
        return again
    source = asking.source_of(version)
    if source is None:
        return None
    if is_only_to_be_synced(source, version, judged, facts):
        return again
    return offer_edit(source, version, judged, facts)


def _owner(place: Place, way: Way) -> str | None:
    plans = ((bundle, plan.name) for bundle, one in place.desired.items() for plan in one.plans)
    return next((bundle for bundle, name in plans if name == way.plan.name), None)


def _target_edit(asking: Asking, facts: MemberFacts) -> Remedy | None:
    for bundle in asking.sources.records.bundles():
        commit = asking.sources.records.latest_admitted(bundle)
        source = asking.source_of(commit.id) if commit else None
        edit = offer_target(source, commit.id, facts) if source is not None and commit else None
        if edit is not None:
            return edit
    return None


def _to_sync(sources: Sources, bundle: str) -> Step | None:
    last: CommitRecord | None = sources.records.latest(bundle)
    if last is None:
        return None
    if last.state is State.WAITING_APPROVAL:
        return Step(f"backup-apps approve {bundle} {last.version}")
    if last.state in (State.FAILED, State.PARTLY_FAILED):
        return Step(f"backup-apps push {bundle} --rollback-to {last.version}")
    return Step(f"backup-apps status {bundle} --version {last.version} --wait")
