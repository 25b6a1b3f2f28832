"""Laws of drift, over any desired state and whatever became of it."""

from hypothesis import assume, given, settings
from test_changes_laws import desired_targets, live_targets

from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.changes import Prune, Write
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.difference import diff
from backup_apps.domain.drift.configuration import configuration_drift
from backup_apps.domain.drift.findings import Direction, Kind
from backup_apps.domain.drift.healing import healing_writes, is_healable
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.classes import Class
from sync.simulation import after
from sync.targets import BUNDLE, live


def synced(desired: DesiredTarget) -> LiveTarget:
    nothing = live().model_copy(update={"region_settings": {"ResourceTypeOptInPreference": {}}})
    return after(nothing, *diff(desired, nothing, BUNDLE).writes)


@settings(max_examples=1000)
@given(desired_targets())
def test_what_was_just_synced_has_not_drifted(desired: DesiredTarget) -> None:
    assert configuration_drift(desired, synced(desired), BUNDLE) == ()


@given(desired_targets(), live_targets())
def test_there_is_drift_where_a_sync_would_write_and_nowhere_else(desired: DesiredTarget, there: LiveTarget) -> None:
    change_set = diff(desired, there, BUNDLE)
    written = {one.name for one in change_set.writes if not _is_left(one)}
    written |= {sentence.split()[1] for sentence in change_set.conflicts}
    found = [one for one in configuration_drift(desired, there, BUNDLE) if one.kind is not Kind.UNMANAGED_PLAN]
    assert {one.name for one in found} == written


def _is_left(change: Write) -> bool:
    """A vault that no app wants any more goes with the next sync, once it is empty; nobody did anything to it."""
    return change.kind is ChangeKind.VAULT and isinstance(change, Prune)


@given(desired_targets(), live_targets())
def test_each_drift_has_an_identity_of_its_own(desired: DesiredTarget, there: LiveTarget) -> None:
    identities = [one.identity for one in configuration_drift(desired, there, BUNDLE)]
    assert len(set(identities)) == len(identities)


@given(desired_targets(), live_targets())
def test_healing_only_strengthens_and_leaves_nothing_that_it_could_have_put_back(
    desired: DesiredTarget, there: LiveTarget
) -> None:
    apps = {plan.app for plan in desired.plans}
    before = [one for one in configuration_drift(desired, there, BUNDLE) if is_healable(one, apps)]
    writes = healing_writes(before, desired, there, BUNDLE)
    assume(not diff(desired, there, BUNDLE).conflicts)
    healed = after(there, *writes)
    left = [one for one in configuration_drift(desired, healed, BUNDLE) if is_healable(one, apps)]
    assert {one.name for one in left} <= {one.name for one in before}
    for one in left:
        steps = assess_changes(diff(desired, healed, BUNDLE), healed).assessed
        assert any(step.class_ is Class.IRREVERSIBLE for change, step in steps if change.name == one.name)
    found = configuration_drift(desired, there, BUNDLE)
    kept = {one.identity for one in found if one.direction is Direction.STRENGTHENS}
    assert kept <= {one.identity for one in configuration_drift(desired, healed, BUNDLE)}
