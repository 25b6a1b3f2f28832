import json

import pytest

from backup_apps.domain.commits import CommitRecord, State, Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.places import Finding
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.ports.storage import Upload
from backup_apps.usecases.admit_bundle import MAX_ARCHIVE_BYTES, admit_bundle
from sync.memory import Resolved, World, world
from sync.targets import ACCOUNT, BUNDLE, REGION, plan, target, vault

V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")
HERE = Target(ACCOUNT, REGION)
ELSEWHERE = Target("222222222222", "us-east-1")
WRONG = Finding("apps/shop.yaml", 7, 11, "policy.plans.daily", "35 has no unit; write 35d")


def good(*targets: DesiredTarget, bundle: str = BUNDLE) -> Resolved:
    return Resolved(bundle, DesiredState(bundle=bundle, targets=targets or (target(vault(), plan()),)))


def bad(*findings: Finding) -> Resolved:
    return Resolved(BUNDLE, None, findings or (WRONG,))


def admit(hub: World, version: Version) -> dict[str, str]:
    return admit_bundle(hub.hub, version.key, "object")


def test_a_valid_bundle_is_recorded_and_its_sync_started() -> None:
    hub = world()
    hub.upload(V1, good())
    assert admit(hub, V1) == {"bundle": BUNDLE, "version": "v1", "state": "planned"}
    desired = json.loads(hub.documents.texts["changes/acme/v1/desired/111111111111-eu-west-1.json"])
    assert DesiredTarget.model_validate(desired) == target(vault(), plan())
    assert hub.executions.started == {V1: {"bundle": BUNDLE, "version": "v1", "targets": 1}}
    assert json.loads(hub.documents.texts["changes/acme/v1/targets.json"]) == [
        {"bundle": BUNDLE, "version": "v1", "account": ACCOUNT, "region": REGION}
    ]
    assert hub.records.find(V1).state is State.PLANNED
    assert hub.alerts.published == []


def test_what_a_bundle_promises_besides_is_kept_with_its_version() -> None:
    hub = world()
    governance = Governance((LeafGovernance("shop", (HERE,), {"rpo.max": 1440}, {}, {}, True),)).to_json()
    hub.upload(V1, good()._replace(governance=governance))
    admit(hub, V1)
    assert json.loads(hub.documents.texts["changes/acme/v1/governance.json"]) == governance


def test_an_invalid_bundle_is_rejected_aloud_and_changes_nothing() -> None:
    hub = world()
    hub.upload(V1, bad())
    assert admit(hub, V1)["state"] == "rejected"
    assert hub.executions.started == {}
    assert list(hub.documents.texts) == ["changes/acme/v1/errors.json"]
    assert json.loads(hub.documents.texts["changes/acme/v1/errors.json"])["errors"] == [WRONG._asdict()]
    (alert,) = hub.alerts.published
    assert "apps/shop.yaml:7:11 policy.plans.daily: 35 has no unit; write 35d" in alert.text
    assert "memory://changes/acme/v1/errors.json" in alert.text
    assert hub.records.find(V1).state is State.REJECTED
    assert hub.records.latest_admitted(BUNDLE) is None


def test_a_rejection_is_told_once_however_often_its_event_comes() -> None:
    hub = world()
    hub.upload(V1, bad())
    admit(hub, V1)
    assert admit(hub, V1)["state"] == "rejected"
    assert len(hub.alerts.published) == 1


def test_the_same_event_twice_starts_one_sync_and_keeps_the_state() -> None:
    hub = world()
    hub.upload(V1, good())
    admit(hub, V1)
    hub.records.set_state(V1, State.SYNCED)
    assert admit(hub, V1)["state"] == "synced"
    assert len(hub.executions.started) == 1


def test_a_function_that_died_before_it_started_the_sync_starts_it_when_it_comes_again() -> None:
    hub = world()
    hub.upload(V1, good())
    admit(hub, V1)
    hub.executions.started.clear()
    admit(hub, V1)
    assert list(hub.executions.started) == [V1]


def test_a_version_written_again_is_refused_and_the_first_stays() -> None:
    hub = world()
    hub.upload(V1, good())
    admit(hub, V1)
    hub.upload(V1, good(target()), second=9)
    assert admit(hub, V1)["state"] == "rejected"
    assert hub.records.find(V1).state is State.PLANNED
    assert "uploaded before" in hub.alerts.published[0].text


def test_what_another_handler_of_the_event_has_rejected_is_not_started() -> None:
    """A waiver ended between the two."""
    hub = world()
    key = hub.upload(V1, good())
    find, archive = hub.records.find, hub.archives.uploads[key].body

    def slowly(version: Version) -> CommitRecord | None:
        hub.records.find = find  # type: ignore[method-assign]
        hub.bundles.by_archive[archive] = bad()
        assert admit(hub, version)["state"] == "rejected"
        hub.bundles.by_archive[archive] = good()
        return None

    hub.records.find = slowly  # type: ignore[method-assign]
    assert admit(hub, V1)["state"] == "rejected"
    assert hub.executions.started == {}


def test_an_event_that_comes_later_than_that_of_a_newer_upload_changes_nothing() -> None:
    hub = world()
    hub.upload(V1, good(), second=1)
    hub.upload(V2, good(), second=2)
    admit(hub, V2)
    assert admit(hub, V1)["state"] == "superseded"
    assert list(hub.executions.started) == [V2]


def test_a_rejected_upload_does_not_supersede() -> None:
    hub = world()
    hub.upload(V1, good(), second=1)
    hub.upload(V2, bad(), second=2)
    admit(hub, V2)
    assert admit(hub, V1)["state"] == "planned"


def test_a_target_that_the_bundle_names_no_more_is_emptied() -> None:
    hub = world()
    hub.upload(V1, good(target(plan()), DesiredTarget(account=ELSEWHERE.account, region=ELSEWHERE.region)), second=1)
    hub.upload(V2, good(target(plan())), second=2)
    admit(hub, V1)
    admit(hub, V2)
    assert {(one.target, one.retired) for one in hub.records.outcomes(V2)} == {(HERE, False), (ELSEWHERE, True)}
    left = json.loads(hub.documents.texts["changes/acme/v2/desired/222222222222-us-east-1.json"])
    assert DesiredTarget.model_validate(left) == DesiredTarget(account=ELSEWHERE.account, region=ELSEWHERE.region)


def test_a_root_app_of_another_name_is_rejected() -> None:
    hub = world()
    hub.upload(V1, good(bundle="other"))
    assert admit(hub, V1)["state"] == "rejected"
    assert "the root app is called other, but was uploaded as bundle acme" in hub.alerts.published[0].text


def test_an_archive_that_is_too_large_is_not_read() -> None:
    hub = world()
    hub.archives.uploads[V1.key] = Upload(b"0" * (MAX_ARCHIVE_BYTES + 1), "2026-01-01T12:00:00+00:00", "o")
    assert admit(hub, V1)["state"] == "rejected"
    assert "larger than 50 MB" in hub.alerts.published[0].text


@pytest.mark.parametrize(
    "key",
    [
        "bundles/acme.zip",
        "bundles/Acme/v1.zip",
        "bundles/acme/a/v1.zip",
        "bundles/acme/v 1.zip",
        "bundles/acme/v1.tar",
        "bundles//v1.zip",
        f"bundles/{'a' * 41}/v1.zip",
        f"bundles/acme/{'v' * 65}.zip",
        "other/acme/v1.zip",
        "",
    ],
)
def test_what_is_no_key_of_a_bundle_is_refused_aloud(key: str) -> None:
    hub = world()
    assert admit_bundle(hub.hub, key, None) == {"key": key, "state": "rejected"}
    assert "bundles/<bundle>/<version>.zip" in hub.alerts.published[0].text
    assert hub.records.commits == {}


def test_an_upload_that_is_gone_is_an_error() -> None:
    with pytest.raises(NotFoundError):
        admit(world(), V1)
