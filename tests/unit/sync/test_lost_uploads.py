"""The event of an upload never came: the hourly look has it admitted."""

from datetime import timedelta

import pytest

from backup_apps.domain.commits import State, Version
from backup_apps.ports.storage import Upload
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.sweep_uploads import sweep_uploads
from sync.memory import World
from sync.steps import V1, V2
from sync.targets import BUNDLE
from sync.test_killed_steps import BAD, admitted, uploaded


def an_hour_later(hub: World) -> World:
    hub.clock.now += timedelta(hours=1)
    return hub


def swept(hub: World) -> list[str]:
    return sweep_uploads(hub.hub, hub.clock())


def test_uploads_of_which_nothing_was_heard_are_admitted_in_the_order_of_their_commits() -> None:
    hub = an_hour_later(uploaded(V2, hub=uploaded()))
    assert swept(hub) == [V1.key, V2.key]
    for key, object_version in hub.admissions.started:
        admit_bundle(hub.hub, key, object_version)
    assert {version: one.state for version, one in hub.records.commits.items()} == {
        V1: State.PLANNED,
        V2: State.PLANNED,
    }
    assert hub.executions.started.keys() == {V1, V2}


def test_an_admission_that_broke_off_before_its_sync_was_started_is_made_good() -> None:
    hub = an_hour_later(admitted())
    started = dict(hub.executions.started)
    hub.executions.started.clear()
    (key,) = swept(hub)
    admit_bundle(hub.hub, key, None)
    assert hub.executions.started == started


@pytest.mark.parametrize("state", [one for one in State if one is not State.PLANNED])
def test_what_is_under_way_or_over_is_left_alone(state: State) -> None:
    hub = an_hour_later(admitted())
    hub.records.set_state(V1, state)
    assert swept(hub) == []


def test_what_was_rejected_stays_rejected_and_is_not_told_again() -> None:
    hub = uploaded(bundle=BAD)
    admit_bundle(hub.hub, V1.key, None)
    assert swept(an_hour_later(hub)) == []
    assert len(hub.alerts.published) == 1


def test_uploads_of_long_ago_are_not_tried_for_ever() -> None:
    hub = uploaded()
    hub.clock.now += timedelta(days=3, minutes=1)
    assert swept(hub) == []


def test_what_was_written_over_a_version_is_not_admitted() -> None:
    hub = admitted()
    hub.archives.uploads[V1.key] = Upload(b"another", "2026-01-01T12:00:30+00:00", "object-30")
    assert swept(an_hour_later(hub)) == []


def test_what_is_no_commit_by_its_key_is_left_to_its_event() -> None:
    hub = uploaded()
    hub.archives.uploads[f"bundles/{BUNDLE}/deep/er/v3.zip"] = Upload(b"x", "2026-01-01T12:00:00+00:00", "1")
    assert swept(an_hour_later(hub)) == [Version(BUNDLE, "v1").key]
