"""Laws of what is offered for drift that is to stay, over any edits that people made and that weaken nothing."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backup_apps.domain.live import LiveLock, LiveTarget
from backup_apps.usecases.offer_patch import offer_patch
from drift.patching import FILES, drifted, findings_of, source_of, state_of, synced

SOURCE = source_of()
STATE = state_of(SOURCE, FILES)
SYNCED = tuple(synced(one, STATE.bundle) for one in STATE.targets)
ARNS = st.sampled_from([f"arn:aws:backup:{one}:333333333333:backup-vault:dr" for one in ("eu-central-1", "us-east-1")])

lifecycles = st.integers(70, 3650).map(lambda days: {"DeleteAfterDays": days})
tags = st.dictionaries(st.sampled_from(["a", "b.c", "d"]), st.sampled_from(["x", "${y}", "007", "yes", ""]), min_size=1)
copies = st.dictionaries(ARNS, lifecycles, min_size=1).map(
    lambda found: [{"DestinationBackupVaultArn": arn, "Lifecycle": found[arn]} for arn in sorted(found)]
)
members = st.fixed_dictionaries(
    {},
    optional={
        "Lifecycle": lifecycles,
        "StartWindowMinutes": st.integers(480, 5000),
        "CompletionWindowMinutes": st.integers(10080, 40000),
        "RecoveryPointTags": tags.map(lambda found: {"tier": "gold", **found}),
        "CopyActions": copies,
    },
)
locks = st.none() | st.builds(LiveLock, min_days=st.integers(8, 35), max_days=st.just(3650))


@st.composite
def edited(draw: st.DrawFn) -> tuple[LiveTarget, ...]:
    return tuple(draw(_edited(one)) for one in SYNCED)


@st.composite
def _edited(draw: st.DrawFn, live: LiveTarget) -> LiveTarget:
    for plan in live.plans:
        changed: dict[str, Any] = draw(members)
        live = drifted(live, plan.name, **changed)
    lock = draw(locks)
    vaults = tuple(one.model_copy(update={"lock": lock or one.lock}) for one in live.vaults)
    return live.model_copy(update={"vaults": vaults})


@settings(max_examples=60, deadline=None)
@given(edited())
def test_what_does_not_weaken_is_adopted_and_nothing_else_is_changed(there: tuple[LiveTarget, ...]) -> None:
    findings = findings_of(STATE, there)
    offer = offer_patch(SOURCE, findings)
    assert offer.left == ()
    weakening = {one.id for one in findings if one.direction == "weakens"}
    assert {one.id for one in findings_of(state_of(SOURCE, offer.after), there)} == weakening
