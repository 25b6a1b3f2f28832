"""The handlers from an upload to its outcome, its page and its place in the ledger."""

import json
from typing import Any

import boto3
import pytest
from deployed import APP, V1, Context, Deployed, admitted, handler, invoke, passed

from backup_apps.adapters.started_functions import AdmitFunction
from backup_apps.domain.errors import BackupAppsError, UnknownCommitError


def test_from_upload_to_outcome(deployed: Deployed) -> None:
    admitted(deployed)
    assert invoke("plan_target") == {"account": "111111111111", "region": "eu-west-1", "changes": 3}
    assert (invoke("record_plan")["targets"], invoke("record_plan")["to_sync"]) == (1, 1)
    assert invoke("sync_target", digest=passed()) == {
        "account": "111111111111",
        "region": "eu-west-1",
        "state": "synced",
        "writes": 3,
    }
    ended = invoke("record_outcome")
    assert (ended["state"], [one["state"] for one in ended["targets"]]) == ("synced", ["synced"])
    assert [call.operation for call in deployed.service.journal.writes] == [
        "CreateBackupVault",
        "CreateBackupPlan",
        "CreateBackupSelection",
    ]


def test_the_page_is_written_for_people_and_machines(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a plan and after a sync; a sweep leaves alone what is as things are."""
    admitted(deployed)
    invoke("plan_target")
    invoke("record_plan")
    where = ["s3://bundles/page/acme/index.html"]
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert invoke("publish_page_change_set", "publish_page") == {"pages": where}
    invoke("sync_target", digest=passed())
    invoke("record_outcome")
    assert invoke("publish_page_sweep", "publish_page") == {"pages": where}
    assert invoke("publish_page") == {"pages": where}
    page = boto3.client("s3").get_object(Bucket="bundles", Key="page/acme/index.html")
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert b"Content-Security-Policy" in page["Body"].read()
    data = json.loads(boto3.client("s3").get_object(Bucket="bundles", Key="page/acme/data.json")["Body"].read())
    assert (data["head"]["state"], data["pending"], data["rows"][0]["sync"]) == ("synced", None, "synced")
    assert [(one["app"], one["file"], one["line"]) for one in data["apps"]] == [("acme", "app.yaml", 4)]


def test_a_first_version_that_was_rejected_has_a_page(deployed: Deployed) -> None:
    created = deployed.upload(APP.replace("35d", "35"))
    assert handler("admit_bundle")(created, Context())["state"] == "rejected"
    key = {"object": {"key": "changes/acme/v1/errors.json"}}
    assert invoke("publish_page_change_set", "publish_page", detail=key) == {
        "pages": ["s3://bundles/page/acme/index.html"]
    }


def test_an_upload_whose_event_was_lost(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is admitted by the event that the hourly look makes for it."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(AdmitFunction, "_invoke", lambda self, event: told.append(event))
    deployed.upload()
    assert invoke("sweep_uploads") == {"uploads": [V1.key]}
    assert handler("admit_bundle")(told[0], Context())["state"] == "planned"
    invoke("plan_target")
    invoke("record_plan")
    invoke("sync_target", digest=passed())
    assert invoke("sweep_uploads") == {"uploads": []}


def test_a_version_in_stages(deployed: Deployed) -> None:
    canary = APP.rstrip("\n") + "\n  sync: {canary: {bake: 1m}}\n"
    assert handler("admit_bundle")(deployed.upload(canary), Context())["state"] == "planned"
    invoke("plan_target")
    assert invoke("record_plan")["staged"] is True
    assert [invoke("next_stage")["action"] for _ in range(2)] == ["go", "go"]
    assert invoke("sync_target", digest=passed())["state"] == "synced"
    assert invoke("next_stage", stage=2)["action"] == "done", "nobody waits for this canary"
    assert invoke("record_outcome")["state"] == "synced"


def test_everything_twice(deployed: Deployed) -> None:
    created = deployed.upload()
    for _ in range(2):
        handler("admit_bundle")(created, Context())
    for _ in range(2):
        invoke("plan_target")
        invoke("record_plan")
    for _ in range(2):
        invoke("sync_target", digest=passed())
    for _ in range(2):
        invoke("record_failure")
    for _ in range(2):
        invoke("record_outcome")
    assert len(deployed.service.journal.writes) == 3
    assert len(deployed.alerts()) == 1


def test_a_broken_bundle_is_alerted_with_file_and_line(deployed: Deployed) -> None:
    result = handler("admit_bundle")(deployed.upload(APP.replace("35d", "35")), Context())
    assert result["state"] == "rejected"
    (alert,) = deployed.alerts()
    assert (alert["errors"][0]["file"], alert["errors"][0]["line"]) == ("app.yaml", 12)
    assert deployed.service.journal.writes == ()


def test_a_bundle_of_another_pipeline_is_alerted_and_not_read(deployed: Deployed) -> None:
    result = handler("admit_bundle")(deployed.upload("\0", repository="evil/backup"), Context())
    assert result["state"] == "rejected"
    (alert,) = deployed.alerts()
    (error,) = alert["errors"]
    assert error["file"] == "v1.zip.attestation.json"
    assert "its claim repository is 'evil/backup', where acme/backup is asked for" in error["message"]


def test_what_is_no_bundle_is_alerted(deployed: Deployed) -> None:
    assert invoke("admit_bundle_wrong_key", "admit_bundle")["state"] == "rejected"
    assert len(deployed.alerts()) == 1


@pytest.mark.parametrize("name", ["record_outcome", "record_outcome_broke_off"])
def test_failures_are_recorded_and_alerted(deployed: Deployed, name: str) -> None:
    admitted(deployed)
    assert invoke(name, "record_outcome")["state"] == "failed"
    (alert,) = deployed.alerts()
    assert alert["type"] == "sync-failed"


def test_the_error_of_a_target_is_what_its_function_said(deployed: Deployed) -> None:
    admitted(deployed)
    invoke("record_failure")
    (failed,) = invoke("record_outcome")["targets"]
    assert failed["error"] == "AccessDeniedError: CreateBackupPlan: AccessDeniedException: not authorized"


def test_the_ledger_is_sealed_at_the_end_of_a_sync_and_when_somebody_asks(deployed: Deployed) -> None:
    admitted(deployed)
    first = invoke("checkpoint_ledger")
    assert (first["bundle"], first["sequence"], first["reason"]) == ("acme", 1, "export")
    invoke("record_outcome_broke_off", "record_outcome")
    listed = boto3.client("s3").list_objects_v2(Bucket="bundles", Prefix="ledger/acme/checkpoints/")["Contents"]
    assert [one["Key"].rpartition("/")[2].partition("-")[2] for one in listed] == ["export.json", "sync.json"]


def test_nothing_recorded_nothing_sealed(deployed: Deployed) -> None:
    with pytest.raises(UnknownCommitError):
        invoke("checkpoint_ledger")


def test_a_malformed_upload_event_fails_and_so_reaches_the_dead_letter_queue(deployed: Deployed) -> None:
    with pytest.raises(KeyError):
        invoke("admit_bundle_malformed", "admit_bundle")


def test_steps_of_a_version_that_was_never_admitted(deployed: Deployed) -> None:
    with pytest.raises(BackupAppsError):
        invoke("plan_target")
    with pytest.raises(UnknownCommitError):
        invoke("record_outcome")
