"""What weakens protection waits for people: the right ones, for this very change set, on the record."""

import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest

from backup_apps.adapters.approval_url import ApprovalUrl
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import AccessDeniedError, NotApprovedError
from backup_apps.domain.ledger.entries import Kind
from backup_apps_local.clients import SECRET
from backup_apps_local.world import HOME_REGION, HUB, MEMBER_ACCOUNTS

from .bundles import new_version, small_spec, written
from .conftest import LocalAws

ACCOUNT = MEMBER_ACCOUNTS[0]
_numbers = iter(range(100))


@pytest.fixture
def bundle() -> str:
    """A bundle of its own for each test."""
    return f"asked-{next(_numbers)}"


def session_of(settings: dict[str, str]) -> Any:
    return boto3.Session(
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=settings.get("AWS_SESSION_TOKEN"),
        region_name=HOME_REGION,
    )


def desk(aws: LocalAws, user: str) -> ApprovalUrl:
    return aws.desk(user)


def came_to_rest(aws: LocalAws, version: Version, archive: bytes) -> dict[str, Any]:
    aws.upload(*version, archive)
    return aws.wait(*version)


def pushed(aws: LocalAws, bundle: str, delete: str, **spec: Any) -> tuple[Version, dict[str, Any]]:
    version = Version(bundle, new_version())
    return version, came_to_rest(aws, version, written(bundle, small_spec(bundle, delete=delete) | spec))


def waiting(aws: LocalAws, bundle: str) -> Version:
    """A version that keeps recovery points for 14 days instead of 35."""
    _, first = pushed(aws, bundle, "35d")
    assert first["state"] == "synced", first
    version, second = pushed(aws, bundle, "14d")
    assert second["state"] == "waiting-approval", second
    return version


def plan_of(aws: LocalAws, bundle: str) -> str:
    plans = aws.client("backup", ACCOUNT).list_backup_plans()["BackupPlansList"]
    (plan,) = [one["BackupPlanId"] for one in plans if one["BackupPlanName"] == f"{bundle}-daily"]
    return str(plan)


def retention(aws: LocalAws, bundle: str) -> int:
    document = aws.client("backup", ACCOUNT).get_backup_plan(BackupPlanId=plan_of(aws, bundle))["BackupPlan"]
    return int(document["Rules"][0]["Lifecycle"]["DeleteAfterDays"])


def approval_entries(aws: LocalAws, bundle: str) -> list[str]:
    """The decisions in the ledger, in order."""
    entries = aws.ledger().entries(bundle)
    return [str(entry.facts["decision"]) for entry in entries if entry.kind == Kind.APPROVAL]


def ended(aws: LocalAws, version: Version, state: str) -> dict[str, Any]:
    """The status once it is that."""
    for _ in range(300):
        status = aws.status(*version)
        if status["state"] == state:
            return status
        time.sleep(0.2)
    raise AssertionError(f"{version} is {status}, not {state}\n{aws.tracebacks()}")


def test_the_proposer_can_not_another_can_and_then_it_is_synced(local_aws: LocalAws, bundle: str) -> None:
    version = waiting(local_aws, bundle)
    assert retention(local_aws, bundle) == 35
    shown = desk(local_aws, "bob").show(version)
    card = local_aws.inbox.wait_for(f"{bundle} {version.version} waits for approval", 30)
    assert shown["digest"][:12] in card
    assert f"Next: backup-apps approve {bundle} {version.version}" in card
    assert (shown["class"], shown["proposer"], shown["needed"]) == ("weakens", "alice", 1)
    assert "DeleteAfterDays: 35 -> 14" in shown["text"]

    with pytest.raises(NotApprovedError, match="alice proposed"):
        desk(local_aws, "alice").decide(version, "approve", shown["digest"], None)
    with pytest.raises(NotApprovedError, match="planned again"):
        desk(local_aws, "bob").decide(version, "approve", "0" * 64, None)
    assert retention(local_aws, bundle) == 35

    answer = desk(local_aws, "bob").decide(version, "approve", shown["digest"], "agreed in the review")
    assert answer["standing"] == "approved"
    ended(local_aws, version, "synced")
    assert retention(local_aws, bundle) == 14
    assert approval_entries(local_aws, bundle) == ["requested", "refused", "refused", "approve"]


def test_what_is_rejected_is_never_written(local_aws: LocalAws, bundle: str) -> None:
    version = waiting(local_aws, bundle)
    digest = desk(local_aws, "carol").show(version)["digest"]
    desk(local_aws, "carol").decide(version, "reject", digest, "keep 35 days")
    status = ended(local_aws, version, "rejected")
    assert "rejected by carol: keep 35 days" in status["error"]
    assert retention(local_aws, bundle) == 35
    with pytest.raises(NotApprovedError, match="rejected already"):
        desk(local_aws, "bob").decide(version, "approve", digest, None)


def test_a_later_commit_supersedes_what_waits(local_aws: LocalAws, bundle: str) -> None:
    version = waiting(local_aws, bundle)
    _, later = pushed(local_aws, bundle, "70d")
    assert later["state"] == "synced"
    ended(local_aws, version, "superseded")
    assert retention(local_aws, bundle) == 70


def test_live_state_that_moves_meanwhile_is_planned_and_asked_for_again(local_aws: LocalAws, bundle: str) -> None:
    version = waiting(local_aws, bundle)
    digest = desk(local_aws, "bob").show(version)["digest"]
    backup = local_aws.client("backup", ACCOUNT)
    plan = plan_of(local_aws, bundle)
    for selection in backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]:
        backup.delete_backup_selection(BackupPlanId=plan, SelectionId=selection["SelectionId"])
    desk(local_aws, "bob").decide(version, "approve", digest, None)

    for _ in range(300):
        shown = desk(local_aws, "bob").show(version)
        if shown["digest"] != digest:
            break
    assert (shown["standing"], retention(local_aws, bundle)) == ("waiting", 35)
    with pytest.raises(NotApprovedError, match="planned again"):
        desk(local_aws, "carol").decide(version, "approve", digest, None)
    desk(local_aws, "carol").decide(version, "approve", shown["digest"], None)
    ended(local_aws, version, "synced")
    assert retention(local_aws, bundle) == 14


def test_machines_and_strangers_are_nobody(local_aws: LocalAws, bundle: str) -> None:
    version = waiting(local_aws, bundle)
    digest = desk(local_aws, "bob").show(version)["digest"]
    root = session_of({"AWS_ACCESS_KEY_ID": HUB.account, "AWS_SECRET_ACCESS_KEY": SECRET})
    with pytest.raises(NotApprovedError, match="only a person"):
        ApprovalUrl(local_aws.outputs["ApprovalUrl"], root, local_aws.endpoint).decide(version, "approve", digest, None)
    stranger = session_of({"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": SECRET})
    with pytest.raises((AccessDeniedError, NotApprovedError)):
        ApprovalUrl(local_aws.outputs["ApprovalUrl"], stranger, local_aws.endpoint).decide(
            version, "approve", digest, None
        )
    host = local_aws.outputs["ApprovalUrl"].split("/")[2]
    with pytest.raises(HTTPError) as unsigned:
        urlopen(Request(local_aws.endpoint + "/", b"{}", {"Host": host}, method="POST"), timeout=10)
    with unsigned.value as answer:
        assert answer.code == 403
    assert local_aws.status(*version)["state"] == "waiting-approval"


def test_what_can_not_be_undone_takes_two(local_aws: LocalAws, bundle: str) -> None:
    pushed(local_aws, bundle, "35d")
    spec = small_spec(bundle)
    spec["policy"]["vaults"]["main"]["lock"] = {"mode": "compliance", "min": "7d", "max": "7y", "changeableFor": "3d"}
    version = Version(bundle, new_version())
    assert came_to_rest(local_aws, version, written(bundle, spec))["state"] == "waiting-approval"
    shown = desk(local_aws, "bob").show(version)
    assert (shown["class"], shown["needed"]) == ("irreversible", 2)
    assert desk(local_aws, "bob").decide(version, "approve", shown["digest"], None)["standing"] == "waiting"
    assert desk(local_aws, "bob").decide(version, "approve", shown["digest"], None)["standing"] == "waiting"
    assert desk(local_aws, "carol").decide(version, "approve", shown["digest"], None)["standing"] == "approved"
    ended(local_aws, version, "synced")
