"""The hub as the command line reaches it, and what else it asks of AWS: with the credentials of whoever calls."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from backup_apps.wiring import catalog, now

if TYPE_CHECKING:
    from backup_apps.adapters.hub_stack import LookFunction
    from backup_apps.adapters.live_plans import LivePlans
    from backup_apps.domain.catalog import Organization
    from backup_apps.domain.desired import Target
    from backup_apps.ports.drift import Findings
    from backup_apps.ports.examination import ExaminedHub, ExaminedPlace
    from backup_apps.ports.ledger import Ledger, Signer
    from backup_apps.ports.people import ApprovalDesk
    from backup_apps.ports.storage import Archives, Documents, Records
    from backup_apps.ports.verification import RemoteVerification
    from backup_apps.usecases.diff_bundle import Diff
    from backup_apps.usecases.export_ledger import Seal
    from backup_apps.usecases.locate_resource import Look
    from backup_apps.usecases.look_at_resource import Looked, LookRequest
    from backup_apps.usecases.read_findings import Sweep
    from backup_apps.usecases.trace_lineage import Sources

# Imports inside functions, as in `wiring`: a command loads what it uses.


class RemoteHub(NamedTuple):
    """The hub as the command line reaches it."""

    archives: Archives
    documents: Documents
    records: Records
    findings: Findings
    sweep: Sweep
    diff: Diff
    name: str
    ledger: Ledger
    seal: Seal
    signer: Signer
    look: Look
    """At a resource, in its member account."""
    verification: RemoteVerification | None = None
    """None where the hub was deployed before it verified anything."""
    outputs: Mapping[str, str] = {}
    """Of the hub's stack."""


def stack_outputs_of(stack: str) -> dict[str, str]:
    """The outputs of a hub's stack in the account and region of the environment."""
    from backup_apps.adapters.aws_errors import translated
    from backup_apps.adapters.clients import client
    from backup_apps.adapters.hub_stack import stack_outputs

    with translated():
        return stack_outputs(client("cloudformation"), stack)


def remote_hub(outputs: Mapping[str, str]) -> RemoteHub:
    """The hub behind the outputs of its stack."""
    from backup_apps.adapters.buckets import PolicyBucket, StateBucket
    from backup_apps.adapters.clients import client, table
    from backup_apps.adapters.findings import TableFindings
    from backup_apps.adapters.hub_stack import CheckpointFunction, DiffFunction, LookFunction, SweepFunction
    from backup_apps.adapters.ledger_archive import LedgerArchive
    from backup_apps.adapters.ledger_table import TableLedger
    from backup_apps.adapters.records import TableRecords
    from backup_apps.adapters.signing_key import SigningKey

    return RemoteHub(
        archives=PolicyBucket(client("s3"), outputs["PolicyBucket"]),
        documents=StateBucket(client("s3"), outputs["StateBucket"]),
        records=TableRecords(table(outputs["StateTable"])),
        findings=TableFindings(table(outputs["StateTable"])),
        sweep=lambda one: SweepFunction(client("lambda"), outputs.get("SweepTargetFunction", "")).sweep(*one),
        diff=DiffFunction(client("lambda"), outputs["DiffTargetFunction"]).diff,
        name=outputs.get("HubName", "backup-apps"),  # a hub of before attestations has no such output
        ledger=TableLedger(table(outputs["StateTable"]), LedgerArchive(client("s3"), outputs["StateBucket"]), now),
        seal=CheckpointFunction(client("lambda"), outputs["CheckpointLedgerFunction"]).seal,
        look=lambda one: _looked(LookFunction(client("lambda"), outputs.get("LookAtResourceFunction", "")), one),
        signer=SigningKey(lambda: client("kms"), outputs["LedgerKey"]),
        verification=_remote_verification(outputs),
        outputs=outputs,
    )


def _looked(function: LookFunction, request: LookRequest) -> Looked:
    from backup_apps.usecases.look_at_resource import Looked

    return Looked.model_validate(function.look(request.target, request.to_json()))


def lineage_sources(remote: RemoteHub) -> Sources:
    """Where the command line looks a lineage up."""
    from backup_apps.adapters.uploaded_bundles import UploadedBundles
    from backup_apps.usecases.trace_lineage import Sources

    bundles = UploadedBundles(lambda organization: catalog(organization, at_plan_time=True))
    rehearsed = remote.verification.rehearsals if remote.verification else None
    parts = (remote.records, remote.documents, remote.archives, remote.ledger)
    return Sources(*parts, bundles, lambda: rehearsed)


def _remote_verification(outputs: Mapping[str, str]) -> RemoteVerification | None:
    from backup_apps.adapters.clients import client, table
    from backup_apps.adapters.rehearsals import TableRehearsals
    from backup_apps.adapters.verification_machine import VerificationExecutions
    from backup_apps.ports.verification import RemoteVerification

    machine = outputs.get("VerifyStateMachine")
    if machine is None:
        return None
    executions = VerificationExecutions(client("stepfunctions"), machine)
    return RemoteVerification(TableRehearsals(table(outputs["StateTable"])), executions)


def approval_url(outputs: Mapping[str, str]) -> ApprovalDesk:
    """The hub's approval URL, called as whoever the environment's credentials are."""
    from backup_apps.adapters.approval_url import ApprovalUrl
    from backup_apps.adapters.clients import session

    return ApprovalUrl(outputs["ApprovalUrl"], session(), os.environ.get("AWS_ENDPOINT_URL"))


def document_at(url: str, headers: Mapping[str, str]) -> Any:
    """A JSON document from another service. Raises UnavailableError."""
    from backup_apps.adapters.https_documents import fetch_json

    return fetch_json(url, headers)


def live_plans_of(target: Target, role: str | None) -> LivePlans:
    """The plans of a target, read with the caller's own credentials or as a role of its account."""
    from backup_apps.adapters.live_plans import live_plans

    return live_plans(target, role, now())


def hub_account() -> ExaminedHub:
    """The hub's own account and region, as the doctor reads them."""
    from backup_apps.adapters.clients import client, session
    from backup_apps.adapters.examined_accounts import HubAccount

    return HubAccount(client, str(session().region_name))


def examined_place(target: Target, role: str | None) -> ExaminedPlace:
    """A target as the doctor reads it: with the caller's own credentials, or as a role of its account."""
    from backup_apps.adapters.callers_accounts import callers_clients
    from backup_apps.adapters.examined_accounts import AccountAndRegion

    return AccountAndRegion(callers_clients(target, role, "backup-apps-doctor"))


def organization_snapshot() -> Organization:
    """The organization, as the account of the environment may read it. Raises AwsError."""
    from backup_apps.adapters.clients import client
    from backup_apps.adapters.organization import OrganizationAccounts

    return OrganizationAccounts(lambda: client("organizations"), now).snapshot()
