"""What every home of findings promises; DynamoDB and memory keep the same promises."""

import json
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


def stored(findings: Findings, target: Target = HERE) -> tuple[Finding, ...]:
    """However often they were written."""
    return tuple(kept.model_copy(update={"revision": 0}) for kept in findings.of_target("acme", target))


def test_what_is_kept_reads_back_by_bundle_and_by_target(findings: Findings) -> None:
    kept = [one(), one(THERE), one(bundle="other"), one(resource="daily/hourly")]
    assert all(findings.replace(None, finding) for finding in kept)
    assert {finding.id for finding in findings.of_bundle("acme")} == {kept[0].id, kept[1].id, kept[3].id}
    assert stored(findings, THERE) == (kept[1],)
    assert findings.of_target("another", HERE) == ()


def test_one_alone_opens_a_finding(findings: Findings) -> None:
    assert findings.replace(None, one())
    assert not findings.replace(None, one().model_copy(update={"live": "another"}))
    assert stored(findings) == (one(),)


def test_what_was_read_before_it_changed_is_not_written_on(findings: Findings) -> None:
    findings.replace(None, one())
    (first,) = findings.of_target("acme", HERE)
    healed = first.model_copy(update={"state": State.HEALED})
    assert findings.replace(first, healed)
    assert not findings.replace(first, first.model_copy(update={"told": True}))
    assert stored(findings) == (one().model_copy(update={"state": State.HEALED}),)


def test_what_came_back_to_what_it_was_has_changed_meanwhile(findings: Findings) -> None:
    findings.replace(None, one())
    (first,) = findings.of_target("acme", HERE)
    for state in (State.CLOSED, State.OPEN):
        (present,) = findings.of_target("acme", HERE)
        assert findings.replace(present, present.model_copy(update={"state": state}))
    assert not findings.replace(first, first.model_copy(update={"told": True}))


def test_what_an_earlier_release_wrote_is_written_on_once(table: str) -> None:
    """Its documents have fewer members than those of today, and its rows no revision."""
    document = {name: value for name, value in json.loads(one().model_dump_json()).items() if name != "pause"}
    row = {"pk": "FINDINGS#acme", "sk": f"{HERE}#{one().id}", "document": json.dumps(document)}
    table_of(table).put_item(Item=row)
    kept = TableFindings(table_of(table))
    (first,) = kept.of_target("acme", HERE)
    assert not kept.replace(None, one())
    assert kept.replace(first, first.model_copy(update={"told": True}))
    assert not kept.replace(first, first.model_copy(update={"told": True}))
