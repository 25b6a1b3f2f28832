"""The one file that knows both sides: which adapter stands for which port."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from backup_apps.settings import Settings, extra_regions_from, quotas_from, settings_from

if TYPE_CHECKING:
    from backup_apps.adapters.bundles import Bundle
    from backup_apps.adapters.ledger_signatures import PublicKey as PublicKey
    from backup_apps.adapters.ledger_signatures import SignatureCheck
    from backup_apps.adapters.live_plans import LivePlans
    from backup_apps.domain.catalog import Catalog, Membership, Organization
    from backup_apps.domain.desired import Target
    from backup_apps.domain.ledger.lines import LedgerFile
    from backup_apps.domain.places import Finding
    from backup_apps.domain.policy import Written
    from backup_apps.domain.protection.governance import Governance
    from backup_apps.domain.resolution import Resolution
    from backup_apps.ports.bundles import PolicySource
    from backup_apps.ports.drift import Findings
    from backup_apps.ports.hub import Hub
    from backup_apps.ports.ledger import Ledger, Signer
    from backup_apps.ports.people import ApprovalDesk, Trust
    from backup_apps.ports.storage import Archives, Documents, Records
    from backup_apps.ports.verification import RemoteVerification, Verifying
    from backup_apps.usecases.diff_bundle import Diff
    from backup_apps.usecases.export_ledger import Seal
    from backup_apps.usecases.read_findings import Sweep

WrittenFile = TypeVar("WrittenFile", bound="Written")

# Imports inside functions: a function of the hub loads what it uses, and boto3 alone costs half a second.


def catalog(organization: Membership = None, at_plan_time: bool = False) -> Catalog:
    """What the offline checks take as given: zones of this machine, regions and quotas, the day."""
    from backup_apps.domain.catalog import Catalog
    from backup_apps.domain.regions import REGIONS

    return Catalog(
        timezones=_timezones(),
        zone_of=zone_of,
        today=now().date(),
        regions=REGIONS | extra_regions_from(os.environ),
        quotas=quotas_from(os.environ),
        at_plan_time=at_plan_time,
        organization=organization,
    )


@cache
def _timezones() -> frozenset[str]:
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


def resolve_source(source: Path, organization: Organization | None = None) -> Resolution:
    """The bundle in a folder, or in a .zip of one, resolved offline. Raises OSError where it cannot be read."""
    from backup_apps.adapters.bundles import read_archive, read_folder, resolve_bundle

    def read() -> Bundle:
        return read_folder(source) if source.is_dir() else read_archive(source.read_bytes(), source.name)

    return resolve_bundle(read, catalog(organization))


def read_written(file: Path, model: type[WrittenFile]) -> WrittenFile | tuple[Finding, ...]:
    """A file that somebody wrote beside a bundle, or what is wrong with it. Raises OSError where it can't be read."""
    from backup_apps.adapters import written_files

    return written_files.read_written(file, model)


def governance_of(resolution: Resolution) -> Governance:
    """What a bundle without errors promises and AWS Backup does not hold, as of today."""
    from backup_apps.domain.guardrails.governance import governance_of

    return governance_of(resolution)


def resolve_archive(archive: bytes, organization: Organization | None, today: date) -> Resolution:
    """The bundle in a zip, as it resolved on that day: waivers expire."""
    from backup_apps.adapters.bundles import read_archive, resolve_bundle

    return resolve_bundle(lambda: read_archive(archive), catalog(organization).model_copy(update={"today": today}))


def policy_source(archive: bytes, organization: Organization | None, today: date) -> PolicySource:
    """The files of a version, to be edited; they resolve as on that day."""
    from backup_apps.adapters.bundles import texts_of
    from backup_apps.adapters.yaml_edits import PolicyTexts

    return PolicyTexts(texts_of(archive), catalog(organization).model_copy(update={"today": today}))


def as_yaml(document: Any) -> str:
    """A JSON document as YAML."""
    from backup_apps.adapters.bundle_writing import yaml_of

    return yaml_of(document)


def archive_of(source: Path) -> bytes:
    """What is uploaded of a bundle: its folder packed, or its .zip as it is."""
    from backup_apps.adapters.bundles import pack_folder

    return pack_folder(source) if source.is_dir() else source.read_bytes()


@cache
def hub() -> Hub:
    """The hub as this environment says, made when first asked for."""
    return hub_of(settings_from(os.environ))


def hub_of(settings: Settings) -> Hub:
    """The hub on AWS. No client is called before a use case needs it."""
    from backup_apps.adapters.alert_topic import AlertTopic
    from backup_apps.adapters.approval_requests import ApprovalRequests
    from backup_apps.adapters.buckets import PolicyBucket, StateBucket
    from backup_apps.adapters.clients import client, table
    from backup_apps.adapters.executions import SyncExecutions
    from backup_apps.adapters.findings import TableFindings
    from backup_apps.adapters.healing import HealFunction
    from backup_apps.adapters.iam_roles import IamRoles
    from backup_apps.adapters.ledger_archive import LedgerArchive, Lock
    from backup_apps.adapters.ledger_table import TableLedger
    from backup_apps.adapters.member_accounts import MemberAccounts
    from backup_apps.adapters.organization import OrganizationAccounts
    from backup_apps.adapters.records import TableRecords
    from backup_apps.adapters.settings_store import setting
    from backup_apps.adapters.signing_key import SigningKey
    from backup_apps.adapters.uploaded_bundles import UploadedBundles
    from backup_apps.adapters.waiting_executions import WaitingExecutions
    from backup_apps.ports.hub import Hub

    lock = Lock(settings.ledger_lock_mode, settings.ledger_lock_days, now)
    archive = LedgerArchive(client("s3"), settings.state_bucket, lock)

    return Hub(
        bundles=UploadedBundles(lambda organization: catalog(organization, at_plan_time=True)),
        organizations=OrganizationAccounts(lambda: client("organizations"), now),
        archives=PolicyBucket(client("s3"), settings.policy_bucket),
        documents=StateBucket(client("s3"), settings.state_bucket),
        records=TableRecords(table(settings.state_table)),
        members=MemberAccounts(
            plan_role=settings.member_plan_role,
            sync_role=settings.member_sync_role,
            external_id=settings.member_external_id,
            clock=now,
        ),
        alerts=AlertTopic(client("sns"), settings.alert_topic_arn),
        executions=SyncExecutions(client("stepfunctions"), settings.sync_state_machine_arn),
        ledger=TableLedger(table(settings.state_table), archive, now),
        signer=SigningKey(lambda: client("kms"), settings.ledger_key_arn),
        clock=now,
        trust=_trust(settings.trust_policy_parameter),
        findings=TableFindings(table(settings.state_table)),
        healing=HealFunction(lambda: client("lambda"), settings.heal_target_function),
        own_roles=frozenset({settings.member_sync_role}),
        name=settings.hub_name,
        approvals=ApprovalRequests(table(settings.state_table)),
        waits=WaitingExecutions(client("stepfunctions")),
        roles=IamRoles(lambda: client("iam")),
        approval_policy=lambda: setting(client("ssm"), settings.approval_policy_parameter),
        zone_of=zone_of,
        max_prunes=settings.max_prunes,
    )


@cache
def verifying() -> Verifying:
    """What the functions of verification reach, as this environment says."""
    from backup_apps.adapters.clients import client, table
    from backup_apps.adapters.rehearsals import TableRehearsals
    from backup_apps.adapters.verification_accounts import VerificationAccounts
    from backup_apps.adapters.verification_machine import VerificationExecutions
    from backup_apps.ports.verification import Verifying

    settings, around = settings_from(os.environ), hub()
    roles = (settings.member_verify_role, settings.member_inspect_role)
    return Verifying(
        documents=around.documents,
        records=around.records,
        ledger=around.ledger,
        alerts=around.alerts,
        clock=around.clock,
        accounts=VerificationAccounts(*roles, settings.member_external_id),
        rehearsals=TableRehearsals(table(settings.state_table)),
        machine=VerificationExecutions(client("stepfunctions"), settings.verify_state_machine_arn),
    )


def _trust(parameter: str) -> Trust:
    from backup_apps.adapters.clients import client
    from backup_apps.adapters.https_documents import fetch_json
    from backup_apps.adapters.id_tokens import DeploymentTrust
    from backup_apps.adapters.issuer_keys import IssuerKeys
    from backup_apps.adapters.settings_store import setting

    return DeploymentTrust(lambda: setting(client("ssm"), parameter), IssuerKeys(fetch_json, now))


def now() -> datetime:
    """The clock, in UTC."""
    return datetime.now(UTC)


def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def public_key_of(pem: bytes) -> PublicKey:
    """Raises ValueError for what is no public key of a hub."""
    from backup_apps.adapters.ledger_signatures import read_public_key

    return read_public_key(pem)


def signature_check(file: LedgerFile, given: Sequence[PublicKey]) -> SignatureCheck:
    """Of the checkpoints in a file, with the keys that were given, or else with its own."""
    from backup_apps.adapters.ledger_signatures import SignatureCheck

    return SignatureCheck(file, given)


def approval_url(outputs: Mapping[str, str]) -> ApprovalDesk:
    """The hub's approval URL, called as whoever the environment's credentials are."""
    from backup_apps.adapters.approval_url import ApprovalUrl
    from backup_apps.adapters.clients import session

    return ApprovalUrl(outputs["ApprovalUrl"], session(), os.environ.get("AWS_ENDPOINT_URL"))


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
    verification: RemoteVerification | None = None
    """None where the hub was deployed before it verified anything."""


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
    from backup_apps.adapters.hub_stack import CheckpointFunction, DiffFunction, SweepFunction
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
        signer=SigningKey(lambda: client("kms"), outputs["LedgerKey"]),
        verification=_remote_verification(outputs),
    )


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


def document_at(url: str, headers: Mapping[str, str]) -> Any:
    """A JSON document from another service. Raises UnavailableError."""
    from backup_apps.adapters.https_documents import fetch_json

    return fetch_json(url, headers)


def resolve_documents(documents: Mapping[str, Mapping[str, Any]]) -> Resolution:
    """A bundle that is not written yet, resolved as if it were."""
    from backup_apps.adapters.bundle_writing import read_written
    from backup_apps.domain.resolution import resolve

    bundle = read_written(documents)
    return resolve(bundle.files, bundle.findings, catalog())


def write_bundle(folder: Path, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises OSError where it cannot be written, FileExistsError where one of its files is there already."""
    from backup_apps.adapters.bundle_writing import write_folder

    write_folder(folder, documents)


def live_plans_of(target: Target, role: str | None) -> LivePlans:
    """The plans of a target, read with the caller's own credentials or as a role of its account."""
    from backup_apps.adapters.live_plans import live_plans

    return live_plans(target, role, now())


def organization_snapshot() -> Organization:
    """The organization, as the account of the environment may read it. Raises AwsError."""
    from backup_apps.adapters.clients import client
    from backup_apps.adapters.organization import OrganizationAccounts

    return OrganizationAccounts(lambda: client("organizations"), now).snapshot()
