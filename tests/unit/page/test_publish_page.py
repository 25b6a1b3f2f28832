"""The page from what a hub in memory keeps, along the life of a bundle."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backup_apps.adapters.page_parts import page_parts
from backup_apps.domain.commits import State
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Finding, Kind
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.handling import Covered, Handling
from backup_apps.domain.page.occasions import Occasion
from backup_apps.domain.places import Finding as PlaceFinding
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.state_documents import apps_key, governance_key
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.publish_page import Sources, publish_page
from sync.memory import Resolved, World
from sync.steps import BUNDLE, GOOD, HERE, V1, V2, admitted, planned, run
from sync.targets import plan, target, vault

SWEPT = Occasion.model_validate({"source": "aws.states", "detail": {"input": "{}"}})
PROMISES = Governance((LeafGovernance("shop", (HERE,), {}, {"rto": 240, "maxAge": 10080}, {}, False),)).to_json()
KEY = f"page/{BUNDLE}/data.json"


def no_wait(seconds: float) -> None:
    pytest.fail(f"nobody waits {seconds} s for what is known")


def sources(hub: World) -> Sources:
    return Sources(hub.records, hub.documents, hub.findings, hub.ledger, hub.rehearsals(), hub.zone_of)


def synced(bundle: str) -> Occasion:
    return Occasion.model_validate({"source": "aws.states", "detail": {"input": json.dumps({"bundle": bundle})}})


def published(hub: World, occasion: Occasion | None = None) -> dict[str, Any]:
    publish_page(sources(hub), page_parts, occasion or synced(BUNDLE), hub.clock(), no_wait)
    document: dict[str, Any] = json.loads(hub.documents.read(KEY))
    return document


def row_of(document: dict[str, Any]) -> dict[str, Any]:
    (row,) = document["rows"]
    assert isinstance(row, dict)
    return row


def app_of(desired: DesiredTarget) -> str:
    return desired.plans[0].app


def weaker() -> DesiredTarget:
    shorter = plan()
    rules = [rule | {"Lifecycle": {"DeleteAfterDays": 20}} for rule in shorter.backup_plan["Rules"]]
    return target(vault(), shorter.model_copy(update={"backup_plan": {**shorter.backup_plan, "Rules": rules}}))


def test_before_the_first_version_is_in_force_nothing_stays() -> None:
    hub = admitted()
    planned(hub, V1)
    document = published(hub)
    assert document["pending"] == {"version": "v1", "state": "planned", "class": "strengthens", "first": True}
    assert (document["timeline"]["stays"], document["timeline"]["changes"]) == (False, True)
    assert (row_of(document)["sync"], row_of(document)["version"]) == ("planned", None)


def test_a_version_that_was_not_planned_yet_has_no_class() -> None:
    assert published(admitted())["pending"]["class"] is None


def test_what_is_in_force() -> None:
    hub = admitted()
    run(hub)
    document = published(hub)
    assert document["pending"] is None
    assert document["head"]["state"] == "synced"
    row = row_of(document)
    assert (row["app"], row["sync"], row["version"], row["weakens"]) == (app_of(GOOD), "synced", "v1", 0)
    assert (document["timeline"]["stays"], document["timeline"]["changes"]) == (True, False)
    assert hub.documents.texts[f"page/{BUNDLE}/index.html"].startswith("<!doctype html>")


def test_a_pending_change_beside_what_is_in_force() -> None:
    hub = admitted()
    run(hub)
    admitted(weaker(), version=V2, hub=hub, second=2)
    planned(hub, V2)
    document = published(hub)
    assert document["pending"] == {"version": "v2", "state": "planned", "class": "weakens", "first": False}
    assert row_of(document)["version"] == "v1"
    lines = [line for row in document["timeline"]["rows"] for line in row]
    assert any(before != after for _, before, after in lines)


def test_findings_of_drift_and_cover() -> None:
    covered = GOOD.model_copy(update={"handling": Handling(covered=(Covered(app=app_of(GOOD), types=("S3",)),))})
    hub = admitted(covered)
    run(hub)
    assert row_of(published(hub))["cover"] == "whole"
    for kind, app in ((Kind.VAULT, None), (Kind.COVER, app_of(GOOD))):
        finding = Finding(
            bundle=BUNDLE,
            version="v1",
            kind=kind,
            direction=Direction.WEAKENS,
            **HERE._asdict(),
            resource=kind.value,
            app=app,
            reasons=("arn:aws:s3:::new has no tag",),
            since="2026-01-01T12:00:00+00:00",
        )
        assert hub.findings.replace(None, finding)
    document = published(hub)
    row = row_of(document)
    assert (row["weakens"], row["drifts"]) == (1, 1), "a vault is of every app of its target, and cover is not drift"
    assert (row["cover"], row["gaps"]) == ("gaps", ["arn:aws:s3:::new has no tag"])
    assert {one["kind"] for one in document["findings"]} == {"vault", "cover"}


def test_restores_and_confidence() -> None:
    leaf = LeafGovernance(app_of(GOOD), (HERE,), {}, {"rto": 240, "maxAge": 10080}, {}, False)
    hub = admitted(governance=Governance((leaf,)).to_json())
    run(hub)
    assert row_of(published(hub))["confidence"] == 0, "nothing of it was ever restored"
    at = (hub.clock() - timedelta(hours=1)).isoformat()
    told = {"app": app_of(GOOD), **HERE._asdict(), "run": "r", "type": "S3", "at": at}
    hub.rehearsals().known.append(Result(**told, trigger=Trigger.SCHEDULE, seconds=900, verdict=Verdict.VERIFIED))
    hub.rehearsals().known.append(Result(**told, trigger=Trigger.RESTORE, verdict=Verdict.INCONCLUSIVE))
    document = published(hub)
    row = row_of(document)
    assert (row["took"], row["rto"], row["verdict"]) == (900, 14_400, "verified")
    assert row["confidence"] > 90
    assert [(one["seconds"], one["rto"]) for one in document["results"]] == [(900, 14_400)], "one tells nothing"


def test_the_ledger_and_whether_it_holds() -> None:
    hub = admitted()
    run(hub)
    ledger = published(hub)["ledger"]
    assert (ledger["from"], ledger["broken"]) == (1, [])
    assert ledger["sealed"]["sequence"] == ledger["to"]
    entries = hub.ledger.latest(BUNDLE, 300)
    changed = [*entries[:1], entries[1].model_copy(update={"facts": {"version": "forged"}}), *entries[2:]]
    source = sources(hub)
    tampered = source._replace(ledger=Tampered(hub.ledger, tuple(changed)))
    publish_page(tampered, page_parts, synced(BUNDLE), hub.clock(), no_wait)
    broken = json.loads(hub.documents.read(KEY))["ledger"]["broken"]
    assert broken == [f"entry {entries[1].sequence}: its content does not have its hash"]


class Tampered:
    """A ledger of which somebody changed an entry."""

    def __init__(self, ledger: Any, entries: Any) -> None:
        self._ledger, self._entries = ledger, entries

    def latest(self, bundle: str, limit: int) -> Any:
        return self._entries[:limit]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def test_a_version_of_before_trees_were_kept_has_its_leaves_below_the_root() -> None:
    hub = admitted()
    run(hub)
    del hub.documents.texts[apps_key(V1)]
    assert [(one["app"], one["parent"]) for one in published(hub)["apps"]] == [(BUNDLE, None), (app_of(GOOD), BUNDLE)]
    del hub.documents.texts[governance_key(V1)]
    assert published(hub)["rows"]


def test_a_sweep_writes_what_changed_and_what_is_old() -> None:
    hub = admitted()
    run(hub)
    hub.clock.now += timedelta(seconds=5)
    assert publish_page(sources(hub), page_parts, SWEPT, hub.clock(), no_wait) == [f"memory://page/{BUNDLE}/index.html"]
    assert publish_page(sources(hub), page_parts, SWEPT, hub.clock(), no_wait) == [], "nothing has happened since"
    hub.clock.now += timedelta(seconds=5)
    admitted(weaker(), version=V2, hub=hub, second=20)
    assert publish_page(sources(hub), page_parts, SWEPT, hub.clock(), no_wait) != []
    hub.clock.now += timedelta(hours=25)
    assert publish_page(sources(hub), page_parts, SWEPT, hub.clock(), no_wait) != [], "confidence falls with time"


@pytest.mark.parametrize("seconds", [0, 3, 100])
def test_a_plan_that_was_just_written_waits_for_what_comes_of_it(seconds: int) -> None:
    """But not for ever."""
    hub = admitted()
    planned(hub, V1)
    waited: list[float] = []

    def wait(second: float) -> None:
        waited.append(second)
        if len(waited) == seconds:
            hub.records.set_state(V1, State.WAITING_APPROVAL)

    if not seconds:
        hub.records.set_state(V1, State.WAITING_APPROVAL)
    written = {"object": {"key": f"changes/{BUNDLE}/v1/change-set.json"}}
    occasion = Occasion.model_validate({"source": "aws.s3", "detail": written})
    publish_page(sources(hub), page_parts, occasion, hub.clock(), wait)
    assert len(waited) == min(seconds, 20)
    told = json.loads(hub.documents.read(KEY))["pending"]["state"]
    assert told == ("planned" if seconds > 20 else "waiting-approval")


def test_what_happens_while_a_page_is_written_is_on_it() -> None:
    """Another run, which gathered later, may have written before."""
    hub = admitted()
    run(hub)
    documents = Slow(hub.documents, lambda: admitted(weaker(), version=V2, hub=hub, second=2))
    publish_page(sources(hub)._replace(documents=documents), page_parts, synced(BUNDLE), hub.clock(), no_wait)
    hub.clock.now += timedelta(seconds=1)
    assert json.loads(hub.documents.read(KEY))["head"]["version"] == "v2"


def test_what_the_ledger_knew_before_the_records_is_on_it() -> None:
    hub = admitted()
    run(hub)
    documents = Slow(hub.documents, lambda: hub.records.set_state(V1, State.FAILED))
    publish_page(sources(hub)._replace(documents=documents), page_parts, synced(BUNDLE), hub.clock(), no_wait)
    assert json.loads(hub.documents.read(KEY))["head"]["state"] == "failed"


class Slow:
    """Documents, of which one is written while something happens."""

    def __init__(self, documents: Any, happens: Callable[[], Any]) -> None:
        self._documents, self._happens = documents, happens

    def write(self, key: str, text: str) -> None:
        happens, self._happens = self._happens, lambda: None
        happens()
        self._documents.write(key, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)


def test_the_same_is_the_same_and_written_twice_alike() -> None:
    hub = admitted()
    run(hub)
    assert published(hub) == published(hub)


def test_a_rejected_version_is_the_last_and_changes_nothing() -> None:
    hub = admitted()
    run(hub)
    wrong = Resolved(BUNDLE, None, (PlaceFinding("app.yaml", 1, 1, "", "it is wrong"),))
    admit_bundle(hub.hub, hub.upload(V2, wrong, 9), None)
    written = {"object": {"key": f"changes/{BUNDLE}/v2/errors.json"}}
    document = published(hub, Occasion.model_validate({"source": "aws.s3", "detail": written}))
    assert (document["head"]["version"], document["head"]["state"]) == ("v2", "rejected")
    assert document["pending"] is None
    assert (row_of(document)["sync"], row_of(document)["version"]) == ("synced", "v1")


def test_a_bundle_that_nobody_pushed_has_no_page() -> None:
    with pytest.raises(UnknownCommitError, match="no commit of other is recorded"):
        publish_page(sources(admitted()), page_parts, synced("other"), admitted().clock(), no_wait)


@pytest.mark.parametrize(
    ("detail", "bundle"),
    [
        ({"object": {"key": "changes/acme/v1/change-set.json"}}, "acme"),
        ({"object": {"key": "changes/acme/v1/errors.json"}}, "acme"),
        ({"object": {"key": "changes/acme/v1/desired/1.json"}}, None),
        ({"object": {"key": "page"}}, None),
        ({"input": '{"bundle": "acme", "version": "v1"}'}, "acme"),
        ({"input": '{"account": "111111111111"}'}, None),
        ({"input": '["acme"]'}, None),
        ({"input": "cut off {"}, None),
        ({"input": None, "inputDetails": {"included": False}}, None),
    ],
)
def test_what_an_event_is_about(detail: dict[str, Any], bundle: str | None) -> None:
    assert Occasion.model_validate({"source": "aws.x", "detail": detail}).bundle == bundle
