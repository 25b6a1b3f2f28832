"""What every home of findings promises; DynamoDB and memory keep the same promises."""

from datetime import UTC, datetime

import pytest

from backup_apps.adapters.clients import table as table_of
from backup_apps.adapters.findings import TableFindings
from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Actor, Direction, Drift, Finding, Kind, State, found
from backup_apps.ports.drift import Findings
from sync.memory import Findings as MemoryFindings

HERE, THERE = Target("111111111111", "eu-west-1"), Target("222222222222", "us-east-1")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).isoformat()
RULE = Drift(Kind.RULE, "daily/nightly", Direction.WEAKENS, {"a": [1, None]}, {"a": 2.5}, ("shorter",), ("shop",))


@pytest.fixture(params=["memory", "dynamodb"])
def findings(request: pytest.FixtureRequest) -> Findings:
    if request.param == "memory":
        return MemoryFindings()
    return TableFindings(table_of(request.getfixturevalue("table")))


def one(target: Target = HERE, bundle: str = "acme", resource: str = "daily/nightly") -> Finding:
    finding = found(RULE._replace(resource=resource), bundle, "v1", target, NOON)
    return finding.model_copy(update={"actor": Actor("arn:alice", "UpdateBackupPlan", NOON), "heals": (NOON,)})


def test_what_is_kept_reads_back_by_bundle_and_by_target(findings: Findings) -> None:
    kept = [one(), one(THERE), one(bundle="other"), one(resource="daily/hourly")]
    assert all(findings.replace(None, finding) for finding in kept)
    assert {finding.id for finding in findings.of_bundle("acme")} == {kept[0].id, kept[1].id, kept[3].id}
    assert findings.of_target("acme", THERE) == (kept[1],)
    assert findings.of_target("another", HERE) == ()


def test_one_alone_opens_a_finding(findings: Findings) -> None:
    assert findings.replace(None, one())
    assert not findings.replace(None, one().model_copy(update={"live": "another"}))
    assert findings.of_target("acme", HERE) == (one(),)


def test_what_was_read_before_it_changed_is_not_written_on(findings: Findings) -> None:
    first, healed = one(), one().model_copy(update={"state": State.HEALED})
    findings.replace(None, first)
    assert findings.replace(first, healed)
    assert not findings.replace(first, first.model_copy(update={"told": True}))
    assert findings.of_target("acme", HERE) == (healed,)
