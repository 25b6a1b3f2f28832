"""The one file that knows both sides for the functions of the hub: which adapter stands for which port.

`offline_wiring` and `remote_wiring` do the same for the command line; no function imports them.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from typing import TYPE_CHECKING

from backup_apps.settings import Settings, extra_regions_from, quotas_from, settings_from

if TYPE_CHECKING:
    from backup_apps.adapters.member_accounts import MemberAccounts
    from backup_apps.adapters.rehearsals import TableRehearsals
    from backup_apps.domain.catalog import Catalog, Membership
    from backup_apps.domain.desired import Target
    from backup_apps.domain.page.html import Parts
    from backup_apps.ports.hub import Hub
    from backup_apps.ports.people import Trust
    from backup_apps.ports.verification import Verifying
    from backup_apps.ports.why import Witness
    from backup_apps.usecases.publish_page import Sources

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


@cache
def hub() -> Hub:
    """The hub as this environment says, made when first asked for."""
    return hub_of(settings_from(os.environ))


def hub_of(settings: Settings) -> Hub:
    """The hub on AWS. No client is called before a use case needs it."""
    from backup_apps.adapters.alert_topic import AlertTopic
    from backup_apps.adapters.approval_requests import ApprovalRequests
    from backup_apps.adapters.buckets import PolicyBucket, StateBucket
    from backup_apps.adapters.clients import client, client_in, table
    from backup_apps.adapters.executions import SyncExecutions
    from backup_apps.adapters.findings import TableFindings
    from backup_apps.adapters.iam_roles import IamRoles
    from backup_apps.adapters.ledger_archive import LedgerArchive, Lock
    from backup_apps.adapters.ledger_table import TableLedger
    from backup_apps.adapters.organization import OrganizationAccounts
    from backup_apps.adapters.records import TableRecords
    from backup_apps.adapters.settings_store import setting
    from backup_apps.adapters.signing_key import SigningKey
    from backup_apps.adapters.started_functions import AdmitFunction, HealFunction, PageFunction
    from backup_apps.adapters.uploaded_bundles import UploadedBundles
    from backup_apps.adapters.waiting_executions import WaitingExecutions
    from backup_apps.ports.hub import Hub

    lock = Lock(settings.ledger_lock_mode, settings.ledger_lock_days, now)
    archive = LedgerArchive(client("s3"), settings.state_bucket, lock)

    return Hub(
        bundles=UploadedBundles(lambda organization: catalog(organization, at_plan_time=True)),
        organizations=OrganizationAccounts(lambda: client("organizations"), now),
        archives=PolicyBucket(client("s3"), settings.policy_bucket),
        admissions=AdmitFunction(lambda: client("lambda"), settings.admit_bundle_function),
        documents=StateBucket(client("s3"), settings.state_bucket),
        records=TableRecords(table(settings.state_table)),
        members=_members(settings),
        alerts=AlertTopic(lambda region: client_in(region, "sns"), settings.alert_topic_arn),
        executions=SyncExecutions(client("stepfunctions"), settings.sync_state_machine_arn),
        ledger=TableLedger(table(settings.state_table), archive, now),
        signer=SigningKey(lambda: client("kms"), settings.ledger_key_arn),
        clock=now,
        trust=_trust(settings.trust_policy_parameter),
        findings=TableFindings(table(settings.state_table)),
        rehearsals=lambda: _rehearsals(settings),
        healing=HealFunction(lambda: client("lambda"), settings.heal_target_function),
        pages=PageFunction(lambda: client("lambda"), settings.publish_page_function),
        own_roles=frozenset({settings.member_sync_role}),
        name=settings.hub_name,
        approvals=ApprovalRequests(table(settings.state_table)),
        waits=WaitingExecutions(client("stepfunctions")),
        roles=IamRoles(lambda: client("iam")),
        approval_policy=lambda: setting(client("ssm"), settings.approval_policy_parameter),
        zone_of=zone_of,
        max_prunes=settings.max_prunes,
    )


def witness(target: Target) -> Witness:
    """A target as it is asked why its resources are protected. Raises UnreachableError."""
    from backup_apps.adapters.resource_witness import ResourceWitness

    members = _members(settings_from(os.environ))
    return ResourceWitness(members.clients(target, "why"), target.account, now)


def _members(settings: Settings) -> MemberAccounts:
    from backup_apps.adapters.member_accounts import MemberAccounts

    return MemberAccounts(
        plan_role=settings.member_plan_role,
        sync_role=settings.member_sync_role,
        external_id=settings.member_external_id,
        clock=now,
    )


@cache
def verifying() -> Verifying:
    """What the functions of verification reach, as this environment says."""
    from backup_apps.adapters.clients import client
    from backup_apps.adapters.verification_accounts import VerificationAccounts
    from backup_apps.adapters.verification_machine import VerificationExecutions
    from backup_apps.ports.verification import Verifying
    from backup_apps.usecases.tell_card import tell_card

    settings, around = settings_from(os.environ), hub()
    roles = (settings.member_verify_role, settings.member_inspect_role)
    return Verifying(
        documents=around.documents,
        records=around.records,
        ledger=around.ledger,
        tell=partial(tell_card, around),
        clock=around.clock,
        accounts=VerificationAccounts(*roles, settings.member_external_id),
        rehearsals=_rehearsals(settings),
        machine=VerificationExecutions(client("stepfunctions"), settings.verify_state_machine_arn),
    )


def page_sources() -> Sources:
    """What the page is gathered from, as this environment says."""
    from backup_apps.usecases.publish_page import Sources

    around = hub()
    kept = (around.records, around.documents, around.findings, around.ledger)
    return Sources(*kept, around.rehearsals(), around.zone_of)


def page_parts() -> Parts:
    """What the page is put together from."""
    from backup_apps.adapters import page_parts

    return page_parts.page_parts()


def _rehearsals(settings: Settings) -> TableRehearsals:
    from backup_apps.adapters.clients import table
    from backup_apps.adapters.rehearsals import TableRehearsals

    return TableRehearsals(table(settings.state_table))


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
    """The time zone of an IANA name. Raises ValueError for what is none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(f"{name} is no time zone") from error
