"""The handlers that look at member accounts, and tell of what changed there."""

import json
from typing import Any

import pytest
from deployed import Context, Deployed, event, handler, invoke, synced

from backup_apps.adapters.started_functions import PageFunction


def test_drift_is_found_by_event_and_by_sweep_told_once_and_shown(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: list[dict[str, Any]] = []
    monkeypatch.setattr(PageFunction, "_invoke", lambda self, event: changes.append(event))
    backup = synced(deployed)
    assert invoke("sweep_targets")["targets"][0] == event("sweep_target") | {"unmanaged": True, "tells": False}
    assert invoke("sweep_target")["opened"] == 0
    (plan,) = backup.list_backup_plans()["BackupPlansList"]
    (selection,) = backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
    backup.delete_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=selection["SelectionId"])
    call = event("detect_drift")
    asked = {"eventName": "DeleteBackupSelection", "requestParameters": {"backupPlanId": plan["BackupPlanId"]}}
    call["detail"] |= asked
    (looked,) = handler("detect_drift")(call, Context())["targets"]
    assert looked["opened"] == 1
    assert handler("detect_drift")(call, Context())["targets"][0]["opened"] == 0
    assert invoke("sweep_target")["opened"] == 0
    (alert,) = (one for one in deployed.alerts() if one["type"] == "drift")
    assert alert["findings"][0]["kind"] == "selection"
    assert alert["findings"][0]["actor"] == "arn:aws:iam::111111111111:root"
    assert invoke("heal_target") == event("heal_target") | {"healed": 0, "writes": 0}
    (change,) = changes
    assert handler("publish_page")(change, Context()) == {"pages": ["s3://bundles/page/acme/index.html"]}


def test_what_a_sweep_found_is_told_at_its_end_and_counted(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = synced(deployed)
    (plan,) = backup.list_backup_plans()["BackupPlansList"]
    (selection,) = backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
    backup.delete_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=selection["SelectionId"])
    assert invoke("sweep_target", tells=False)["opened"] == 1
    assert [one for one in deployed.alerts() if one["type"] == "drift"] == []
    assert invoke("tell_findings") == {"told": 1}
    assert invoke("tell_findings") == {"told": 0}
    assert [one["type"] for one in deployed.alerts()].count("drift") == 1
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert [one["OpenFindings"] for one in metrics if "OpenFindings" in one] == [[1.0], [1.0]]
    sort = {"bundle": "acme", "kind": "selection", "direction": "weakens", "state": "open", "Findings": [1.0]}
    assert [one for one in metrics if one.items() >= sort.items()] != []


def test_a_call_that_concerns_no_bundle_reads_nothing(deployed: Deployed) -> None:
    synced(deployed)
    before = len(deployed.service.journal)
    assert invoke("detect_drift") == {"targets": []}
    assert len(deployed.service.journal) == before


def test_a_job_that_failed_is_looked_for_among_the_jobs_of_plans(deployed: Deployed) -> None:
    synced(deployed)
    assert invoke("detect_drift_failed_job", "detect_drift") == {"targets": []}
    called = [one.operation for one in deployed.service.journal]
    assert called[-2:] == ["ListBackupJobs", "ListCopyJobs"]


def test_a_malformed_call_fails_and_so_reaches_the_dead_letter_queue(deployed: Deployed) -> None:
    with pytest.raises(KeyError):
        invoke("detect_drift_malformed", "detect_drift")


def test_a_diff(deployed: Deployed) -> None:
    (change,) = invoke("diff_target")["changes"]
    assert (change["action"], change["kind"], change["name"]) == ("create", "vault", "acme-eu-west-1")
    assert deployed.service.journal.writes == ()


def test_a_look_at_a_resource(deployed: Deployed) -> None:
    answer = invoke("look_at_resource")
    assert answer["subject"] == {"resource": "arn:aws:dynamodb:eu-west-1:111111111111:table/orders"}
    assert (answer["facts"]["kind"], answer["facts"]["plans"], answer["facts"]["points"]) == ("DynamoDB", [], [])
    assert deployed.service.journal.writes == ()
