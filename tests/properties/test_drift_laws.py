"""Laws of drift, over any desired state and whatever became of it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_changes_laws import days, desired_targets, live_targets

from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.changes import Prune, Write
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.difference import diff, difference
from backup_apps.domain.drift.configuration import configuration_drift
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.healing import healing_writes, is_healable
from backup_apps.domain.live import LiveLock, LivePlan, LiveSelection, LiveTarget, LiveVault
from backup_apps.domain.normal_form import backup_selection
from sync.simulation import after
from sync.targets import BUNDLE, KEY, live, live_selection, selection

LOST: list[dict[str, str]] = [{}, {"backup-apps:bundle": "another"}]
"""Tags without the bundle's own."""


@st.composite
def drifted_targets(draw: st.DrawFn) -> LiveTarget:
    """With what only hands make: selections of a name that stands for other content, vaults that can't be changed back,
    and what lost its tag or bears that of another bundle."""
    there = draw(live_targets())
    plans = tuple(draw(_by_hand(one)) for one in there.plans)
    return there.model_copy(update={"vaults": tuple(draw(_remade(one)) for one in there.vaults), "plans": plans})


@st.composite
def _by_hand(draw: st.DrawFn, plan: LivePlan) -> LivePlan:
    values = st.sampled_from(["daily", "weekly", "never"])
    forged = [live_selection(selection(one.name, draw(values))) for one in plan.selections]
    kept = [draw(st.sampled_from(both)) for both in zip(plan.selections, forged, strict=True)]
    return plan.model_copy(update={"selections": tuple(kept), "tags": draw(st.sampled_from([plan.tags, *LOST]))})


@st.composite
def _remade(draw: st.DrawFn, vault: LiveVault) -> LiveVault:
    lock = LiveLock(min_days=draw(days), lock_date="2025-01-01T00:00:00+00:00", fixed=True)
    keys, locks = st.sampled_from([KEY, f"{KEY}-of-another"]), st.sampled_from([vault.lock, lock])
    tags = st.sampled_from([vault.tags, *LOST])
    return vault.model_copy(update={"key_arn": draw(keys), "lock": draw(locks), "tags": draw(tags)})


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
    written |= {one.name for one in difference(desired, there, BUNDLE).conflicts}
    found = [one for one in configuration_drift(desired, there, BUNDLE) if one.kind is not Kind.UNMANAGED_PLAN]
    assert {one.name for one in found} == written


def _is_left(change: Write) -> bool:
    """A vault that no app wants any more goes with the next sync, once it is empty; nobody did anything to it."""
    return change.kind is ChangeKind.VAULT and isinstance(change, Prune)


@given(desired_targets(), drifted_targets())
def test_each_drift_has_an_identity_of_its_own(desired: DesiredTarget, there: LiveTarget) -> None:
    identities = [one.identity for one in configuration_drift(desired, there, BUNDLE)]
    assert len(set(identities)) == len(identities)


@given(desired_targets(), drifted_targets())
def test_healing_only_strengthens_and_leaves_nothing_that_it_could_have_put_back(
    desired: DesiredTarget, there: LiveTarget
) -> None:
    found, healed = configuration_drift(desired, there, BUNDLE), _healed(desired, there)
    kept = {one.identity for one in found if one.direction is Direction.STRENGTHENS}
    assert kept <= {one.identity for one in configuration_drift(desired, healed, BUNDLE)}
    left, forged = _healable(desired, healed), _plans_with_forged_selections(there)
    assert {one.identity for one in left}.isdisjoint(one.identity for one in _healable(desired, there))
    assert all(one.kind is Kind.SELECTION and one.name in forged for one in left)
    assert _healable(desired, _healed(desired, _healed(desired, healed))) == []


@given(desired_targets(), drifted_targets())
def test_healing_touches_nothing_that_is_in_conflict(desired: DesiredTarget, there: LiveTarget) -> None:
    conflicts = {(one.kind, one.name) for one in difference(desired, there, BUNDLE).conflicts}
    assert _named(_healed(desired, there), conflicts) == _named(there, conflicts)


def _named(there: LiveTarget, names: set[tuple[ChangeKind, str]]) -> list[LivePlan | LiveVault]:
    plans = [one for one in there.plans if (ChangeKind.PLAN, one.name) in names]
    return [*plans, *(one for one in there.vaults if (ChangeKind.VAULT, one.name) in names)]


def _plans_with_forged_selections(there: LiveTarget) -> set[str]:
    """What a selection stands in for under another's name shows only when that one is gone: so there, and nowhere else,
    the next look finds something to put back."""
    return {plan.name for plan in there.plans if any(map(_is_forged, plan.selections))}


def _is_forged(one: LiveSelection) -> bool:
    return one.content != backup_selection(selection(one.name, one.name.rpartition("-")[2]))


def _healed(desired: DesiredTarget, there: LiveTarget) -> LiveTarget:
    """Once."""
    return after(there, *healing_writes(_healable(desired, there), desired, there, BUNDLE))


def _healable(desired: DesiredTarget, there: LiveTarget) -> list[Drift]:
    apps = {plan.app for plan in desired.plans}
    return [one for one in configuration_drift(desired, there, BUNDLE) if is_healable(one, apps)]
