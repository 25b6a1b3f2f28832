"""Laws of the difference: it closes the gap, it does not depend on order, and it survives storage."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.changes import ChangeSet
from backup_apps.domain.desired import DesiredTarget, DesiredTestingPlan, DesiredVault
from backup_apps.domain.difference import diff
from backup_apps.domain.handling import Adopted, Handling
from backup_apps.domain.live import LiveLock, LivePlan, LiveTarget, LiveVault
from backup_apps.domain.normal_form import access_policy, notifications
from sync.simulation import after
from sync.targets import (
    ACCOUNT,
    BUNDLE,
    KEY,
    OURS,
    REGION,
    TOPIC,
    live_plan,
    live_selection,
    live_testing,
    live_vault,
    plan,
    restore_testing,
    rule,
    selection,
    selection_of,
)

NAMES = ["alpha", "beta", "gamma"]
days = st.integers(1, 400)
tag_maps = st.dictionaries(st.sampled_from(["tier", "owner", "cost"]), st.sampled_from(["a", "b"]))
owners = st.sampled_from([OURS, {}])
bounds = st.tuples(st.none() | days, st.none() | days)


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(["hourly", "nightly", "weekly"]), min_size=1, unique=True))
    return [rule(name, Lifecycle={"DeleteAfterDays": draw(days)}, StartWindowMinutes=draw(days)) for name in names]


@st.composite
def selections(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Names stand for their content, as the hash in them makes sure; a forged one is a case of its own."""
    values = draw(st.lists(st.sampled_from(["daily", "weekly", "never"]), unique=True))
    return [selection(f"tagged-{value}", value) for value in values]


@st.composite
def plans(draw: st.DrawFn, name: str) -> Any:
    tags = OURS | {"backup-apps:app": "shop"} | draw(tag_maps)
    return plan(name, rules=draw(rules()), selections=draw(selections()), tags=tags)


@st.composite
def found_plans(draw: st.DrawFn, name: str) -> LivePlan:
    """Made by the bundle, or by hand: then without its tags, and with selections of any name."""
    made = draw(plans(name))
    if draw(st.booleans()):
        return live_plan(made)
    prefix = draw(st.sampled_from(["", "by-hand-"]))
    named = [live_selection(one | {"SelectionName": prefix + one["SelectionName"]}) for one in made.selections]
    return live_plan(made, tags=draw(tag_maps), selections=tuple(named))


@st.composite
def put_lock(draw: st.DrawFn) -> dict[str, int]:
    low, high = draw(bounds)
    mode = {"ChangeableForDays": 3} if draw(st.booleans()) else {}
    return {k: v for k, v in {"MinRetentionDays": low, "MaxRetentionDays": high, **mode}.items() if v is not None}


@st.composite
def live_lock(draw: st.DrawFn) -> LiveLock:
    low, high = draw(bounds)
    return LiveLock(min_days=low, max_days=high, lock_date=draw(st.none() | st.just("2026-01-04T00:00:00+00:00")))


policies = st.sampled_from(["Allow", "Deny"]).map(
    lambda effect: {"Policy": json.dumps({"Statement": [{"Effect": effect, "Principal": "*", "Action": ["a", "b"]}]})}
)
topics = st.lists(st.sampled_from(["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"]), min_size=1).map(
    lambda events: {"SNSTopicArn": TOPIC, "BackupVaultEvents": events}
)


@st.composite
def restore_tests(draw: st.DrawFn, name: str) -> DesiredTestingPlan:
    types = draw(st.lists(st.sampled_from(["DynamoDB", "EBS", "S3"]), unique=True))
    chosen = [
        selection_of(
            type_,
            ProtectedResourceType=draw(st.sampled_from(["DynamoDB", "EBS"])),
            ValidationWindowHours=draw(st.integers(1, 3)),
            RestoreMetadataOverrides=draw(st.dictionaries(st.sampled_from(["a", "b"]), st.just("c"))),
        )
        for type_ in types
    ]
    excluded = draw(st.dictionaries(st.just("ExcludeVaults"), st.just(["*"])))
    tags = OURS | draw(tag_maps)
    return restore_testing(name, tags=tags, selections=chosen, SelectionWindowDays=draw(days), **excluded)


@st.composite
def desired_targets(draw: st.DrawFn) -> DesiredTarget:
    vault_names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    plan_names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    vaults = tuple(
        DesiredVault(
            name=name,
            key_arn=KEY,
            tags=OURS | draw(tag_maps),
            lock=draw(st.none() | put_lock()),
            access_policy=draw(st.none() | policies),
            notifications=draw(st.none() | topics),
        )
        for name in vault_names
    )
    settings = draw(st.none() | st.fixed_dictionaries({"ResourceTypeOptInPreference": opt_ins}))
    adopted = Adopted(vaults=tuple(vault_names), plans=tuple(plan_names))
    return DesiredTarget(
        handling=Handling(adopt=adopted),
        account=ACCOUNT,
        region=REGION,
        vaults=vaults,
        plans=tuple(draw(plans(name)) for name in plan_names),
        region_settings=settings,
        testing=tuple(draw(restore_tests(name)) for name in draw(st.lists(st.sampled_from(NAMES), unique=True))),
    )


opt_ins = st.dictionaries(st.sampled_from(["EBS", "S3", "RDS"]), st.booleans(), min_size=1)


@st.composite
def live_targets(draw: st.DrawFn) -> LiveTarget:
    """Some of what is there carries no tag of a bundle, and is adopted where it has a name that is wanted."""
    vaults: list[LiveVault] = [
        live_vault(
            name,
            tags=draw(owners) | draw(tag_maps),
            lock=draw(st.none() | live_lock()),
            recovery_points=draw(st.integers(0, 1)),
            access_policy=draw(st.none() | policies.map(lambda put: access_policy(put["Policy"]))),
            notifications=draw(st.none() | topics.map(notifications)),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True))
    ]
    found: list[LivePlan] = [draw(found_plans(name)) for name in draw(st.lists(st.sampled_from(NAMES), unique=True))]
    settings = {"ResourceTypeOptInPreference": draw(opt_ins)}
    tests = [draw(restore_tests(name)) for name in draw(st.lists(st.sampled_from(NAMES), unique=True))]
    return LiveTarget(
        account=ACCOUNT,
        region=REGION,
        vaults=tuple(vaults),
        plans=tuple(found),
        testing=tuple(map(live_testing, tests)),
        region_settings=settings,
    )


@given(desired_targets(), live_targets())
def test_carried_out_the_difference_leaves_nothing_to_write(desired: DesiredTarget, live: LiveTarget) -> None:
    change_set = diff(desired, live, BUNDLE)
    assert change_set.conflicts == ()
    assert diff(desired, after(live, *change_set.writes), BUNDLE).writes == ()


@given(desired_targets(), live_targets(), st.data())
def test_interrupted_anywhere_the_rest_is_still_the_plan(desired: DesiredTarget, live: LiveTarget, data: Any) -> None:
    """A sync that died is carried on: what is left to write is exactly what was planned and not yet written."""
    writes = diff(desired, live, BUNDLE).writes
    done = data.draw(st.integers(0, len(writes)))
    halfway = after(live, *writes[:done])
    if not any("ChangeableForDays" in (vault.lock or {}) for vault in desired.vaults):
        assert diff(desired, halfway, BUNDLE).writes == writes[done:]


@given(desired_targets(), live_targets(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_read_does_not_matter(desired: DesiredTarget, live: LiveTarget, random: Any) -> None:
    def shuffled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(items, len(items)))

    other_desired = desired.model_copy(
        update={
            "vaults": shuffled(desired.vaults),
            "plans": shuffled(desired.plans),
            "testing": shuffled(desired.testing or ()),
        }
    )
    other_live = live.model_copy(
        update={
            "vaults": shuffled(live.vaults),
            "testing": tuple(
                t.model_copy(update={"selections": shuffled(t.selections)}) for t in shuffled(live.testing)
            ),
            "plans": tuple(p.model_copy(update={"selections": shuffled(p.selections)}) for p in shuffled(live.plans)),
        }
    )
    assert diff(other_desired, other_live, BUNDLE).model_dump_json() == diff(desired, live, BUNDLE).model_dump_json()


@given(desired_targets(), live_targets())
def test_a_change_set_survives_storage(desired: DesiredTarget, live: LiveTarget) -> None:
    change_set = diff(desired, live, BUNDLE)
    assert ChangeSet.model_validate_json(json.dumps(change_set.to_json())) == change_set
