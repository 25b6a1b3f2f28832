"""The handlers of the functions, as they are deployed: with the settings of a hub, on moto and the local AWS Backup
service, and told what the files of events/ tell."""

import importlib.util
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from backup_apps import wiring
from backup_apps.adapters import clients
from backup_apps.adapters.clients import Credentials, member_client
from backup_apps.domain.commits import Version
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


def deployed_hub(bucket: str, table: str, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """The settings, parameters and policies that `template.yaml` gives a hub; and who issues tokens to pipelines."""
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
    service = BackupService(wiring.now)
    connect(clients.session(), service, "111111111111")
    return Deployed(service, queue)


def admitted(deployed: Deployed) -> None:
    assert handler("admit_bundle")(deployed.upload(), Context())["state"] == "planned"


def passed() -> str:
    """The digest of what was planned, as the state machine reads it."""
    stored = boto3.client("s3").get_object(Bucket="bundles", Key="changes/acme/v1/sync-targets.json")["Body"].read()
    return str(json.loads(stored)[0]["digest"])


def synced(deployed: Deployed) -> Any:
    """The member's AWS Backup, once the bundle is there."""
    admitted(deployed)
    for step in ("plan_target", "record_plan"):
        invoke(step)
    invoke("sync_target", digest=passed())
    invoke("record_outcome")
    return member_client("backup", "eu-west-1", Credentials("testing", "testing", "testing"))
