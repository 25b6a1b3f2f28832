import json

import pytest
from pydantic import ValidationError

from backup_apps.domain.commits import (
    State,
    TargetOutcome,
    Version,
    is_valid,
    join_outcomes,
    left_behind,
    version_of,
)
from backup_apps.domain.errors import InvalidError, VersionTakenError
from backup_apps.domain.provenance.attestation import attestation_of
from backup_apps.domain.request_ids import asked_for, is_ours, request_id
from backup_apps.settings import settings_from
from backup_apps.usecases.push_bundle import push_bundle
from backup_apps.usecases.requests import OutcomeRequest, TargetRequest, caught_error
from sync.memory import world

V1, V2 = Version("acme", "v1"), Version("acme", "v2")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("", "synced"),
        ("synced synced", "synced"),
        ("synced failed", "partly-failed"),
        ("failed failed", "failed"),
        ("superseded superseded", "superseded"),
        ("synced superseded", "superseded"),
        ("failed superseded", "partly-failed"),
    ],
)
def test_the_state_of_a_commit_joins_those_of_its_targets(states: str, expected: str) -> None:
    outcomes = [TargetOutcome(account="111111111111", region="r", state=State(state)) for state in states.split()]
    assert join_outcomes(outcomes) == expected


def test_keys_and_versions_are_each_others_inverse() -> None:
    assert version_of(V1.key) == V1
    assert is_valid(V1)
    assert not is_valid(Version("acme/x", "v1"))
    assert not is_valid(Version("acme", "v1/../../other"))
    assert version_of("bundles/acme/v1.zip.attestation.json") is None


def test_a_version_is_pushed_once() -> None:
    archives = world().archives
    assert push_bundle(archives, V1, b"one", "token")
    assert not push_bundle(archives, V1, b"one", "another token")
    with pytest.raises(VersionTakenError, match=r"bundles/acme/v1\.zip"):
        push_bundle(archives, V1, b"two", "token")
    with pytest.raises(VersionTakenError):
        push_bundle(archives, V1, b"on", "token")
    assert archives.uploads[V1.key].body == b"one"
    assert json.loads(archives.uploads[V1.attestation_key].body) == {"id_token": "token"}


def test_the_attestation_is_there_before_the_zip() -> None:
    archives = world().archives
    push_bundle(archives, V1, b"one", "token")
    assert list(archives.uploads) == [V1.attestation_key, V1.key]


def test_a_push_that_never_came_to_its_zip_is_repeated_with_a_new_token() -> None:
    archives = world().archives
    archives.put_once(V1.attestation_key, attestation_of("expired"))
    assert push_bundle(archives, V1, b"one", "fresh")
    assert json.loads(archives.uploads[V1.attestation_key].body) == {"id_token": "fresh"}


def test_a_zip_that_was_uploaded_alone_is_not_pushed_again() -> None:
    archives = world().archives
    archives.put_once(V1.key, b"one")
    assert not push_bundle(archives, V1, b"one", "token")
    archives.put_once(V2.key, b"one")
    with pytest.raises(VersionTakenError):
        push_bundle(archives, V2, b"two", "token")


def test_a_version_with_a_name_that_can_not_be_is_not_pushed() -> None:
    archives = world().archives
    with pytest.raises(InvalidError):
        push_bundle(archives, Version("Acme", "v1"), b"one", "token")
    assert archives.uploads == {}


def test_request_ids_tell_content_and_commit_and_fit() -> None:
    content = {"SelectionName": "s"}
    identity = request_id(content, V1)
    assert len(identity) <= 50
    assert asked_for(identity, content)
    assert asked_for(request_id(content, Version("acme", "v2")), content)
    assert identity != request_id(content, Version("acme", "v2"))
    assert not asked_for(identity, {"SelectionName": "t"})
    assert is_ours(identity)
    for foreign in (None, "", "terraform-1"):
        assert not is_ours(foreign)
        assert not asked_for(foreign, content)


@pytest.mark.parametrize(
    ("caught", "text"),
    [
        ("already a text", "already a text"),
        (None, None),
        (
            {"Error": "MovedError", "Cause": '{"errorMessage": "it moved"}'},
            "MovedError: it moved",
        ),
        ({"Error": "States.Timeout", "Cause": "not JSON"}, "States.Timeout: not JSON"),
        ({"Error": "States.Timeout", "Cause": "[1]"}, "States.Timeout: [1]"),
        ({"Error": "Lambda.Unknown"}, "Lambda.Unknown: "),
    ],
)
def test_errors_of_step_functions_become_texts(caught: object, text: str | None) -> None:
    assert caught_error(caught) == text
    assert OutcomeRequest.model_validate({"bundle": "acme", "version": "v1", "error": caught}).error == text


@pytest.mark.parametrize(
    "changed",
    [{"bundle": "Acme"}, {"version": ""}, {"version": "a b"}, {"account": "1"}, {"account": 111111111111}, {"more": 1}],
)
def test_requests_are_checked_at_the_door(changed: dict[str, object]) -> None:
    good = {"bundle": "acme", "version": "v1", "account": "111111111111", "region": "eu-west-1"}
    TargetRequest.model_validate(good)
    with pytest.raises(ValidationError):
        TargetRequest.model_validate(good | changed)


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ({"writes": 3, "waits": {"why": "waits for a window"}}, {"state": State.SYNCED, "writes": 3}),
        ({"writes": 0}, {"state": State.SYNCED, "writes": 0}),
        ({"state": State.SYNCED}, {"state": State.SYNCED}),
        ({"changes": 3, "begun": True}, {"state": State.REJECTED, "error": "no", "changes": 3, "begun": True}),
        ({"waits": {"why": "waits for a window"}}, {"state": State.REJECTED, "error": "no"}),
    ],
)
def test_what_a_commit_leaves_that_goes_no_further(known: dict[str, object], left: dict[str, object]) -> None:
    place = {"account": "111111111111", "region": "eu-west-1"}
    assert left_behind(TargetOutcome(**place, **known), State.REJECTED, "no") == TargetOutcome(**place, **left)


def test_settings_come_from_the_environment_and_name_what_is_missing() -> None:
    environment = {
        "HUB_NAME": "h",
        "POLICY_BUCKET": "p",
        "STATE_BUCKET": "s",
        "STATE_TABLE": "t",
        "ALERT_TOPIC_ARN": "a",
        "MEMBER_EXTERNAL_ID": "xid",
        "PATH": "/bin",
    }
    assert settings_from(environment).member_plan_role == "backup-apps-plan"
    with pytest.raises(ValidationError, match="state_table"):
        settings_from({name: value for name, value in environment.items() if name != "STATE_TABLE"})
