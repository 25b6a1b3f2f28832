"""What a plan says of a version: its changes, what they do to protection, what is promised no more, its digest."""

import json
from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.handling import Handling, Overlap, OverlappingSelection, Sought
from backup_apps.domain.protection.governance import Governance
from backup_apps.usecases.diff_target import diff_target
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from sync.memory import World, world
from sync.steps import GOOD, HERE, THERE, V1, V2, admitted, planned, promise, run, sync, there
from sync.targets import ACCOUNT, BUNDLE, live, live_plan, live_vault, plan, rule, target, vault


def test_the_change_set_is_written_for_machines_and_for_people() -> None:
    hub = admitted(GOOD, there(GOOD))
    del hub.members.live[THERE]
    run(hub)
    document = json.loads(hub.documents.texts["changes/acme/v1/change-set.json"])
    assert [
        (one["account"], len(one.get("changes", ())), one.get("error", "")[:16]) for one in document["targets"]
    ] == [
        (ACCOUNT, 3, ""),
        (THERE.account, 0, "UnreachableError"),
    ]
    text = hub.documents.texts["changes/acme/v1/change-set.txt"]
    assert text.startswith("222222222222/eu-west-1  can't be planned: UnreachableError")
    assert "+ plan shop-daily" in text


SHORT = target(vault(), plan(rules=[rule(Lifecycle={"DeleteAfterDays": 7})]))


def change_set_of(hub: World, version: Version) -> dict[str, Any]:
    return dict(json.loads(hub.documents.texts[f"changes/acme/{version.version}/change-set.json"]))


def test_a_change_set_says_what_it_does_to_protection() -> None:
    hub = admitted()
    run(hub)
    assert change_set_of(hub, V1)["class"] == "strengthens"
    admitted(SHORT, version=V2, hub=hub, second=2)
    recorded = planned(hub, V2)
    document = change_set_of(hub, V2)
    assert recorded["class"] == document["class"] == "weakens"
    assert recorded["digest"] == document["digest"]
    assert list(document) == ["bundle", "version", "class", "digest", "policy", "targets"]
    (found,) = document["targets"]
    assert list(found) == ["account", "region", "changes", "class", "assessments"]
    assert (found["class"], [one["class"] for one in found["assessments"]]) == ("weakens", ["weakens"])
    assert found["assessments"][0]["reasons"][0]["number"] == "C110"
    text = hub.documents.texts["changes/acme/v2/change-set.txt"]
    assert "weakens: rule nightly keeps recovery points 7 days, not 35 days (C110)" in text


def test_a_version_is_held_against_the_last_that_reached_a_target_and_not_the_last() -> None:
    heals, not_any_more = (Governance((promise(heals),)).to_json() for heals in (True, False))
    hub = admitted(governance=heals)
    assert planned(hub, V1)["class"] == "strengthens"
    run(hub)
    for second, version in [(2, V2), (3, Version(BUNDLE, "v3"))]:
        admitted(version=version, hub=hub, second=second, governance=not_any_more)
        assert planned(hub, version)["class"] == "weakens"
        assert [one["path"] for one in change_set_of(hub, version)["policy"]] == ["selfHeal"]
    record_outcome(hub.hub, V2)
    assert planned(hub, Version(BUNDLE, "v3"))["class"] == "neutral"


def test_a_first_version_changes_no_promise() -> None:
    assert planned(admitted(governance=Governance((promise(True),)).to_json()), V1)["policy"] == 0


def test_a_promise_that_only_strengthens_is_a_change_too() -> None:
    """Where the deployment lets nothing go ahead by itself, it waits for people."""
    not_yet, heals = (Governance((promise(heals),)).to_json() for heals in (False, True))
    hub = admitted(governance=not_yet)
    run(hub)
    admitted(version=V2, hub=hub, second=2, governance=heals)
    recorded = planned(hub, V2)
    assert (recorded["class"], recorded["to_sync"], recorded["policy"]) == ("strengthens", 0, 1)


def test_a_version_that_failed_halfway_promised_what_the_next_one_takes_back() -> None:
    heals, not_any_more = (Governance((promise(heals),)).to_json() for heals in (True, False))
    hub = admitted(GOOD, there(GOOD), governance=heals)
    del hub.members.live[THERE]
    assert run(hub)["state"] == "partly-failed"
    admitted(GOOD, there(GOOD), version=V2, hub=hub, second=2, governance=not_any_more)
    assert planned(hub, V2)["class"] == "weakens"


def test_a_version_that_is_planned_again_is_not_held_against_itself() -> None:
    heals, not_any_more = (Governance((promise(heals),)).to_json() for heals in (True, False))
    hub = admitted(GOOD, there(GOOD), governance=heals)
    run(hub)
    admitted(SHORT, there(SHORT), version=V2, hub=hub, second=2, governance=not_any_more)
    for _ in range(2):
        planned(hub, V2, HERE, THERE)
        assert [one["path"] for one in change_set_of(hub, V2)["policy"]] == ["selfHeal"]
        sync(hub, V2, HERE)


def test_what_was_promised_and_not_recorded_weakens() -> None:
    hub = admitted()
    run(hub)
    del hub.documents.texts["changes/acme/v1/governance.json"]
    admitted(version=V2, hub=hub, second=2)
    assert planned(hub, V2)["class"] == "weakens"
    assert "what version v1 promised is not recorded" in hub.documents.texts["changes/acme/v2/change-set.txt"]


def test_the_digest_is_that_of_the_calls_and_no_count_enters_it() -> None:
    hub = admitted(GOOD, there(GOOD))
    first = planned(hub, V1, HERE, THERE)["digest"]
    assert len(first) == 64
    assert planned(hub, V1, THERE, HERE)["digest"] == first
    hub.members.live[HERE] = live(live_vault("old", recovery_points=4))
    second = planned(hub, V1, HERE, THERE)
    assert second["digest"] == first, "a vault that is kept is no call"
    assert planned(admitted(GOOD), V1, HERE)["digest"] != first
    hub.members.live[HERE] = live(live_plan())
    assert planned(hub, V1, HERE, THERE)["digest"] != first


def test_recovery_points_that_come_between_plan_and_sync_do_not_stop_the_sync() -> None:
    hub = admitted()
    run(hub)
    admitted(SHORT, version=V2, hub=hub, second=2)
    planned(hub, V2)
    (kept,) = hub.members.live[HERE].vaults
    fuller = kept.model_copy(update={"recovery_points": 9})
    hub.members.live[HERE] = hub.members.live[HERE].model_copy(update={"vaults": (fuller,)})
    assert sync(hub, V2)["writes"] == 1


def test_a_diff_says_what_a_plan_would() -> None:
    hub = admitted()
    run(hub)
    shown = diff_target(hub.hub, BUNDLE, SHORT)
    admitted(SHORT, version=V2, hub=hub, second=2)
    plan_target(hub.hub, V2, HERE)
    assert shown == json.loads(hub.documents.texts["changes/acme/v2/targets/111111111111-eu-west-1.json"])
    assert shown["class"] == "weakens"


def test_a_diff_shows_conflicts_and_writes_nothing() -> None:
    hub = world(HERE)
    hub.members.live[HERE] = live(live_plan(tags={}))
    shown = diff_target(hub.hub, BUNDLE, GOOD)
    assert len(shown["conflicts"]) == 1
    assert [change["kind"] for change in shown["changes"]] == ["vault"]
    assert hub.documents.texts == {}


SOUGHT = Sought(pattern="*", conditions=(("equals", "backup", "daily"),))


def overlapping(*sought: Sought) -> DesiredTarget:
    """The good target, where leaves overlap in what is sought."""
    selections = [OverlappingSelection(app=app, plan="daily", selection="tagged") for app in ("api", "shop")]
    overlaps = [
        Overlap(first=selections[0], second=selections[1], schedule="cron(0 3 * * ? *) Etc/UTC", sought=one)
        for one in sought
    ]
    return GOOD.model_copy(update={"handling": Handling(overlaps=tuple(overlaps))})


def test_what_is_backed_up_twice_is_told_with_its_resources() -> None:
    hub = admitted(overlapping(SOUGHT))
    hub.members.resources = {"arn:aws:s3:::web": {"backup": "daily"}, "arn:aws:s3:::api": {"backup": "weekly"}}
    plan_target(hub.hub, V1, HERE)
    record_plan(hub.hub, V1)
    (told,) = json.loads(hub.documents.texts["changes/acme/v1/change-set.json"])["targets"]
    assert [one["resources"] for one in told["overlaps"]] == [["arn:aws:s3:::web"]]
    text = hub.documents.texts["changes/acme/v1/change-set.txt"]
    assert (
        "111111111111/eu-west-1  backed up twice\n"
        "  ? 'tagged' of plan 'daily' in app 'api' and 'tagged' of plan 'daily' in app 'shop': "
        "what has the tag backup=daily, cron(0 3 * * ? *) Etc/UTC\n"
        "      arn:aws:s3:::web\n"
    ) in text
    assert sync(hub)["state"] == "synced", "it is told, and not refused"
    assert len(hub.members.looked_up) == 1, "a sync does not look again"


def test_what_is_named_is_not_looked_up_nor_anything_twice() -> None:
    named = Sought(pattern="arn:aws:s3:::web")
    many = [SOUGHT, SOUGHT, named, *(Sought(pattern=f"arn:aws:s3:::web-{number}*") for number in range(20))]
    hub = world(HERE)
    overlaps = diff_target(hub.hub, BUNDLE, overlapping(*many))["overlaps"]
    assert overlaps[2]["resources"] == ["arn:aws:s3:::web"]
    assert len(overlaps) == len(many)
    assert len(hub.members.looked_up) == 9, "of ten different ones one was named"


def test_a_target_without_overlaps_asks_nothing_and_says_nothing() -> None:
    hub = world(HERE)
    assert "overlaps" not in diff_target(hub.hub, BUNDLE, GOOD)
    assert hub.members.looked_up == []
