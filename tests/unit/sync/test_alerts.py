import json

import pytest

from backup_apps.domain.alerts import MESSAGE_LIMIT, one_line_subject
from backup_apps.domain.cards.bundles import rejection, sync_failure
from backup_apps.domain.commits import CommitRecord, State, TargetOutcome, Version
from backup_apps.domain.places import Finding

VERSION = Version("acme", "v1")
SNS_LIMIT = 262_144


def findings(count: int) -> list[Finding]:
    return [Finding(f"apps/{n}.yaml", n, 3, "policy.plans.daily", 'says "35"; write 35d') for n in range(1, count + 1)]


def test_a_rejection_names_each_place_and_where_all_lies() -> None:
    alert = rejection(VERSION, findings(2), "s3://state/errors.json").alert()
    assert (
        alert.text
        == """\
Bundle acme, version v1 is rejected. Nothing was changed.
Cause: says "35"; write 35d

apps/1.yaml:1:3 policy.plans.daily: says "35"; write 35d
apps/2.yaml:2:3 policy.plans.daily: says "35"; write 35d

All of them: s3://state/errors.json

Next: backup-apps validate DIR
Correct the files, and push them as a new version."""
    )
    message = json.loads(alert.message)
    assert message["default"] == alert.text
    assert json.loads(message["sqs"]) == {
        "type": "bundle-rejected",
        "severity": "error",
        "bundle": "acme",
        "version": "v1",
        "errors": [finding._asdict() for finding in findings(2)],
        "omitted": 0,
        "stored": "s3://state/errors.json",
        "context": {},
        "next": ["backup-apps validate DIR"],
        "text": alert.text,
    }


@pytest.mark.parametrize("message", ["short", "x" * 5_000, "é" * 2_000, '"' * 1_000])
def test_a_rejection_holds_as_many_findings_as_fit_and_counts_the_rest(message: str) -> None:
    many = [finding._replace(message=message) for finding in findings(5_000)]
    alert = rejection(VERSION, many, "s3://state/errors.json").alert()
    document = json.loads(json.loads(alert.message)["sqs"])
    kept = len(document["errors"])
    assert 0 < kept < 5_000
    assert document["omitted"] == 5_000 - kept
    told = len([line for line in alert.text.splitlines() if line.startswith("apps/")])
    assert told > 0
    assert f"... and {5_000 - told} more" in alert.text
    assert alert.subject == "acme v1 rejected: 5000 errors"
    one_more = rejection(VERSION, many[: kept + 1], "s3://state/errors.json").alert()
    assert len(alert.message.encode()) <= MESSAGE_LIMIT < SNS_LIMIT
    assert len(json.loads(json.loads(one_more.message)["sqs"])["errors"]) <= kept + 1


def test_a_subject_is_short() -> None:
    assert len(rejection(Version("b" * 40, "v" * 64), findings(1), "s3://x").alert().subject) <= 100


def test_a_subject_is_one_line_of_ascii() -> None:
    assert one_line_subject("Drift in acme:\n vault größe") == "Drift in acme: vault gr??e"


NEXT = """
Next: backup-apps status acme --version v1
Correct the cause, then push the bundle as a new version; what is synced already is not written again."""


def record(state: State, error: str | None = None) -> CommitRecord:
    return CommitRecord(
        bundle="acme", version="v1", committed="2026-01-01T12:00:00+00:00", object_version="o", state=state, error=error
    )


def outcome(account: str, state: State, error: str | None = None) -> TargetOutcome:
    return TargetOutcome(account=account, region="eu-west-1", state=state, error=error)


def test_a_failed_sync_names_the_targets_the_causes_and_the_next_command() -> None:
    failed = outcome("222222222222", State.FAILED, "UnreachableError: AssumeRole: AccessDenied: no such role")
    alert = sync_failure(record(State.PARTLY_FAILED), [failed, outcome("111111111111", State.SYNCED)]).alert()
    assert alert.subject == "acme v1: sync failed in 1 of 2 targets"
    assert (
        alert.text
        == """\
Bundle acme, version v1: the sync failed in 1 of 2 targets.
Cause: UnreachableError: AssumeRole: AccessDenied: no such role
Where: 222222222222/eu-west-1

222222222222/eu-west-1: UnreachableError: AssumeRole: AccessDenied: no such role
The other 1: synced.

Commit: v1 of 2026-01-01T12:00:00+00:00, by nobody known

Next: backup-apps status acme --version v1
Correct the cause, then push the bundle as a new version; what is synced already is not written again."""
    )
    assert (alert.severity, alert.document["state"], alert.document["targets"]) == (
        "critical",
        "partly-failed",
        [{"account": "222222222222", "region": "eu-west-1", "state": "failed", "error": failed.error}],
    )


def test_a_sync_that_broke_off_before_any_target() -> None:
    alert = sync_failure(record(State.FAILED, "States.Timeout"), []).alert()
    assert "failed before any target.\nCause: States.Timeout" in alert.text


def test_a_failure_of_very_many_targets_still_fits() -> None:
    many = [outcome(f"{n:012}", State.FAILED, "x" * 2_000) for n in range(3_000)]
    alert = sync_failure(record(State.FAILED), many).alert()
    assert len(alert.message.encode()) <= SNS_LIMIT
    told = alert.text.count(": xxx")
    assert f"... and {3_000 - told + 1} more" in alert.text  # with the cause
    assert alert.text.endswith(NEXT)
    assert alert.document["targets"]
