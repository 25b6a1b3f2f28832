"""Every event of events/, through the handler of its function, on moto and the local AWS Backup service."""

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from pydantic import ValidationError

from backup_apps import wiring
from backup_apps.adapters import clients
from backup_apps.adapters.clients import Credentials, member_client
from backup_apps.adapters.started_functions import AdmitFunction, PageFunction
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import BackupAppsError, UnknownCommitError
from backup_apps.domain.provenance.attestation import attestation_of, binding_of
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.service import BackupService
from provenance.tokens import HUB, ISSUER, TRUST, claims_of, ec_jwk, signed

ROOT = Path(__file__).parents[2]
SSO_PATH = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
APPROVER = "AWSReservedSSO_BackupApprovers_0123456789abcdef"
V1 = Version("acme", "v1")
APP = """
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: acme}
spec:
  targets: {accounts: ["111111111111"], regions: [eu-west-1]}
  policy:
    role: arn:aws:iam::${account}:role/acme-backup
    vaults: {primary: {name: acme-vault}}
    plans:
      daily:
        rules: {nightly: {vault: primary, schedule: cron(0 3 * * ? *), retention: {delete: 35d}}}
        selections: {tagged: {anyTag: {backup: [daily]}}}
"""


class Context:
    """What a handler reads of its LambdaContext."""

    function_name = memory_limit_in_mb = invoked_function_arn = "x"
    aws_request_id = "run-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def event(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / f"events/{name}.json").read_text())
    return document


def handler(function: str) -> Callable[[dict[str, Any], Context], dict[str, Any]]:
    spec = importlib.util.spec_from_file_location(f"{function}_app", ROOT / f"functions/{function}/app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handle: Callable[[dict[str, Any], Context], dict[str, Any]] = module.handler
    return handle


def invoke(name: str, function: str | None = None, **changes: Any) -> dict[str, Any]:
    return handler(function or name)(event(name) | changes, Context())


class Deployed:
    """The hub's queue of alerts and its member account."""

    def __init__(self, service: BackupService, queue: str) -> None:
        self.service, self._queue = service, queue

    def alerts(self) -> list[dict[str, Any]]:
        messages = boto3.client("sqs").receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]

    def upload(self, app: str = APP, **claims: Any) -> dict[str, Any]:
        """The event of an upload, signed by a pipeline of which the token says this; moto sends no events."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("app.yaml", app)
        now = int(wiring.now().timestamp())
        binding = binding_of(HUB, V1, buffer.getvalue())
        token = signed(claims_of(binding, **{"iat": now, "nbf": now, "exp": now + 60, **claims}))
        s3 = boto3.client("s3")
        s3.put_object(Bucket="bundles", Key=V1.attestation_key, Body=attestation_of(token))
        put = s3.put_object(Bucket="bundles", Key=V1.key, Body=buffer.getvalue())
        created = event("admit_bundle")
        created["detail"]["object"]["version-id"] = put["VersionId"]
        return created


def signing_key() -> str:
    made = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture
def deployed(bucket: str, table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    topic = boto3.client("sns").create_topic(Name="alerts")["TopicArn"]
    queue = boto3.client("sqs").create_queue(QueueName="alerts")["QueueUrl"]
    where = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=where)
    machine = boto3.client("stepfunctions").create_state_machine(
        name="sync",
        roleArn="arn:aws:iam::123456789012:role/states",
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    )["stateMachineArn"]
    environment = {
        "HUB_NAME": "backup-apps",
        "POLICY_BUCKET": bucket,
        "STATE_BUCKET": bucket,
        "STATE_TABLE": table,
        "ALERT_TOPIC_ARN": topic,
        "SYNC_STATE_MACHINE_ARN": machine,
        "VERIFY_STATE_MACHINE_ARN": machine,
        "ADMIT_BUNDLE_FUNCTION": "backup-apps-admit-bundle",
        "TRUST_POLICY_PARAMETER": "/backup-apps/trust-policy",
        "APPROVAL_POLICY_PARAMETER": "/backup-apps/approval-policy",
        "MEMBER_EXTERNAL_ID": "xid",
        "POWERTOOLS_SERVICE_NAME": "backup-apps",
    }
    environment["LEDGER_KEY_ARN"] = signing_key()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    boto3.client("ssm").put_parameter(Name="/backup-apps/trust-policy", Value=json.dumps(TRUST), Type="String")
    approvers = {"approverRoles": [f"arn:aws:iam::123456789012:role{SSO_PATH}{APPROVER}"]}
    boto3.client("ssm").put_parameter(Name="/backup-apps/approval-policy", Value=json.dumps(approvers), Type="String")
    issuer = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", "keys": [ec_jwk()]}
    monkeypatch.setattr("backup_apps.adapters.https_documents.fetch_json", lambda url: issuer)
    wiring.hub.cache_clear()
    wiring.verifying.cache_clear()
    service = BackupService(wiring.now)
    connect(clients.session(), service, "111111111111")
    yield Deployed(service, queue)
    wiring.hub.cache_clear()


def admitted(deployed: Deployed) -> None:
    assert handler("admit_bundle")(deployed.upload(), Context())["state"] == "planned"


def passed() -> str:
    """The digest of what was planned, as the state machine reads it."""
    stored = boto3.client("s3").get_object(Bucket="bundles", Key="changes/acme/v1/sync-targets.json")["Body"].read()
    return str(json.loads(stored)[0]["digest"])


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


def decide(name: str, user: str, role_id: str) -> tuple[int, dict[str, Any]]:
    call = event(name)
    arn = f"arn:aws:sts::123456789012:assumed-role/{APPROVER}/{user}"
    call["requestContext"]["authorizer"]["iam"] |= {"userArn": arn, "userId": f"{role_id}:{user}"}
    answer = handler("decide_approval")(call, Context())
    return answer["statusCode"], json.loads(answer["body"])


def test_two_people_approve_what_an_unknown_pipeline_proposed(deployed: Deployed) -> None:
    admitted(deployed)
    invoke("plan_target")
    invoke("record_plan")
    assert invoke("request_approval") == {"standing": "waiting"}
    (alert,) = deployed.alerts()
    assert (alert["type"], alert["needed"]) == ("approval-waiting", 2)
    role = boto3.client("iam").create_role(RoleName=APPROVER, Path=SSO_PATH, AssumeRolePolicyDocument="{}")["Role"]

    shown = handler("decide_approval")(event("decide_approval_show"), Context())
    assert (shown["statusCode"], json.loads(shown["body"])["class"]) == (200, "weakens")
    assert [decide("decide_approval", user, role["RoleId"])[1]["standing"] for user in ("bob", "carol")] == [
        "waiting",
        "approved",
    ]
    status, answer = decide("decide_approval_reject", "bob", role["RoleId"])
    assert (status, "approved already" in answer["message"]) == (403, True)


@pytest.mark.parametrize("name", ["decide_approval_pipeline", "decide_approval_root"])
def test_who_is_no_approver_is_refused(deployed: Deployed, name: str) -> None:
    admitted(deployed)
    invoke("plan_target")
    invoke("record_plan")
    invoke("request_approval")
    assert handler("decide_approval")(event(name), Context())["statusCode"] == 403
    assert [one["type"] for one in deployed.alerts()] == ["approval-waiting", "approval-refused"]


@pytest.mark.parametrize("name", ["decide_approval_malformed", "decide_approval_wrong_words"])
def test_a_call_in_wrong_words_is_told_so(deployed: Deployed, name: str) -> None:
    assert handler("decide_approval")(event(name), Context())["statusCode"] == 400


def test_nothing_recorded_nothing_sealed(deployed: Deployed) -> None:
    with pytest.raises(UnknownCommitError):
        invoke("checkpoint_ledger")


def test_a_diff(deployed: Deployed) -> None:
    (change,) = invoke("diff_target")["changes"]
    assert (change["action"], change["kind"], change["name"]) == ("create", "vault", "acme-eu-west-1")
    assert deployed.service.journal.writes == ()


def test_a_look_at_a_resource(deployed: Deployed) -> None:
    answer = invoke("look_at_resource")
    assert answer["subject"] == {"resource": "arn:aws:dynamodb:eu-west-1:111111111111:table/orders"}
    assert (answer["facts"]["kind"], answer["facts"]["plans"], answer["facts"]["points"]) == ("DynamoDB", [], [])
    assert deployed.service.journal.writes == ()


def synced(deployed: Deployed) -> Any:
    """The member's AWS Backup, once the bundle is there."""
    admitted(deployed)
    for step in ("plan_target", "record_plan"):
        invoke(step)
    invoke("sync_target", digest=passed())
    invoke("record_outcome")
    return member_client("backup", "eu-west-1", Credentials("testing", "testing", "testing"))


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


@pytest.mark.parametrize(
    "name",
    [
        "plan_target_malformed",
        "record_plan_malformed",
        "request_approval_malformed",
        "next_stage_malformed",
        "sync_target_malformed",
        "record_outcome_malformed",
        "record_failure_malformed",
        "diff_target_malformed",
        "look_at_resource_malformed",
        "checkpoint_ledger_malformed",
        "sweep_target_malformed",
        "heal_target_malformed",
        "publish_page_malformed",
        "start_verifications_malformed",
        "hunt_leftovers_malformed",
        "choose_points_malformed",
        "restore_point_malformed",
        "hear_restore_malformed",
        "check_restore_malformed",
        "clean_up_restore_malformed",
        "record_verification_malformed",
        "take_manifest_malformed",
    ],
)
def test_malformed_events_are_refused_at_the_door(deployed: Deployed, name: str) -> None:
    with pytest.raises(ValidationError):
        invoke(name, name.removesuffix("_malformed"))


def test_a_verification_is_recorded_and_counted(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    result = invoke("record_verification")
    assert (result["verdict"], result["resource"]) == ("verified", "arn:aws:s3:::invoices")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [(one["VerificationVerified"], one["app"], one["type"]) for one in lines] == [([1.0], "shop", "S3")]
    assert invoke("record_verification")["at"] == result["at"], "once only"
    assert deployed.alerts() == []


def test_a_group_without_a_function_is_checked_as_one(deployed: Deployed) -> None:
    (member,) = invoke("check_restore_of_a_group", "check_restore")
    assert (member["verdict"], member["grouped"]) == ("verified", True)


def test_a_verification_that_broke_off_is_inconclusive(deployed: Deployed) -> None:
    result = invoke("record_verification_broke_off", "record_verification")
    (finding,) = result["findings"]
    assert (result["verdict"], finding["message"]) == (
        "inconclusive",
        "UnreachableError: the role can't be assumed",
    )


def test_no_verification_is_due_where_nothing_was_committed(deployed: Deployed) -> None:
    assert invoke("start_verifications") == {"started": [], "resumed": [], "overdue": []}
    assert invoke("hunt_leftovers") == {"leftovers": []}


def test_a_restore_that_has_not_ended_is_passed_over(deployed: Deployed) -> None:
    detail = {"restoreJobId": "job", "state": "CREATED"}
    assert handler("hear_restore")(event("hear_restore") | {"detail": detail}, Context()) == "passed over"


def test_what_was_never_synced_is_not_rehearsed(deployed: Deployed) -> None:
    (only,) = invoke("choose_points")["rehearsals"]
    assert only["problem"] == "no version of bundle acme was ever synced to 111111111111/eu-west-1"


def test_a_malformed_upload_event_fails_and_so_reaches_the_dead_letter_queue(deployed: Deployed) -> None:
    with pytest.raises(KeyError):
        invoke("admit_bundle_malformed", "admit_bundle")


def test_steps_of_a_version_that_was_never_admitted(deployed: Deployed) -> None:
    with pytest.raises(BackupAppsError):
        invoke("plan_target")
    with pytest.raises(UnknownCommitError):
        invoke("record_outcome")


def test_every_event_belongs_to_a_function_and_every_function_has_events() -> None:
    functions = {path.parent.name for path in ROOT.glob("functions/*/app.py")}
    for path in ROOT.glob("events/*.json"):
        assert any(path.stem == name or path.stem.startswith(f"{name}_") for name in functions), path.name
    assert functions <= {path.stem for path in ROOT.glob("events/*.json")}


@pytest.mark.parametrize("path", sorted(ROOT.glob("functions/*/app.py")), ids=lambda path: path.parent.name)
def test_a_function_is_loaded_without_what_it_may_not_use(path: Path) -> None:
    """What a cold start need not pay for is loaded, and models are built, when they are needed."""
    ours = {"backup_apps.domain.resolution", "backup_apps.domain.provenance.trust"}
    builds_models = "pydantic.plugin._loader"
    late = {"boto3", "yaml", "jwt", "cryptography", builds_models, *ours}
    program = f"import app, sys; print(sorted({late} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], cwd=path.parent, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
