"""Each statement with facts that show it, facts that do not, and none at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backup_apps.domain.commits import State, TargetOutcome
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault, Target
from backup_apps.domain.drift.findings import Direction, Finding, Kind
from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.evidence.facts import Evidence, Verdict, verdict_of
from backup_apps.domain.evidence.frameworks import FACTS, evidence_document
from backup_apps.domain.ledger.entries import EMPTY, Happening, chained
from backup_apps.domain.ledger.entries import Kind as EntryKind
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.results import FindingRecord, Result, Trigger
from backup_apps.domain.verification.verdict import Verdict as Restored
from backup_apps_cli.evidence import mapped
from backup_apps_cli.evidence_html import evidence_html

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = Target("111111111111", "eu-west-1")
DAY = 1440
COPY = {"DestinationBackupVaultArn": f"arn:aws:backup:eu-central-1:{HERE.account}:backup-vault:far"}
NEAR = {"DestinationBackupVaultArn": f"arn:aws:backup:eu-west-1:{HERE.account}:backup-vault:near"}
RULE: dict[str, Any] = {
    "RuleName": "nightly",
    "TargetBackupVaultName": "main",
    "Lifecycle": {"DeleteAfterDays": 35},
    "CopyActions": [COPY],
}
VAULT = DesiredVault(
    name="main",
    key_arn=f"arn:aws:kms:eu-west-1:{HERE.account}:key/1",
    tags={},
    lock={"MinRetentionDays": 7, "MaxRetentionDays": 400},
)
GUARDRAILS = {"retention.min": 14 * DAY, "encryption.rotation": True}
PROMISES = {"schedule": "cron(0 6 ? * MON *)", "maxAge": 7 * DAY, "rto": 240}
ATTESTED = {"issuer": "https://token.example", "subject": "repo:acme"}
COMMIT = Happening(EntryKind.COMMIT, "commit/acme/v1", {"version": "v1", "sha256": "ab", "provenance": ATTESTED})
PLAN = Happening(EntryKind.PLAN, "plan/acme/v1", {"version": "v1", "class": "weakens", "digest": "d1"})
SYNC = Happening(EntryKind.SYNC, "sync/acme/v1", {"version": "v1", **HERE._asdict(), "state": "synced"})
DRIFT = Happening(
    EntryKind.DRIFT,
    "drift/1",
    {
        **HERE._asdict(),
        "version": "v1",
        "kind": "rule",
        "resource": "daily/nightly",
        "direction": "weakens",
        "state": "open",
    },
)
ALERT = Happening(EntryKind.ALERT, "alert/drift/1", {"type": "drift", "severity": "critical", "subject": "drift"})


def approval(decision: str, **more: Any) -> Happening:
    facts = {"version": "v1", "digest": "d1", "decision": decision, **more}
    return Happening(EntryKind.APPROVAL, f"approval/{decision}/{more.get('by')}", facts)


REQUESTED = approval("requested", needed=1, proposer="alice")
BY_BOB, BY_ALICE = approval("approve", by="bob"), approval("approve", by="Alice")


def books(*happened: Happening, later: timedelta = timedelta()) -> tuple[Any, ...]:
    """The last of them comes so much later."""
    first = tuple(chained("acme", EMPTY, happened[:-1], (NOW - timedelta(days=9)).isoformat()))
    head = EMPTY if not first else type(EMPTY)(first[-1].sequence, first[-1].hash, first[-1].at)
    return (*first, *chained("acme", head, happened[-1:], (NOW - timedelta(days=9) + later).isoformat()))


def outcome(state: State) -> TargetOutcome:
    return TargetOutcome(**HERE._asdict(), state=state)


def desired(vault: DesiredVault = VAULT, **rule: Any) -> tuple[DesiredTarget, ...]:
    plan = DesiredPlan(app="shop", backup_plan={"BackupPlanName": "shop-daily", "Rules": [RULE | rule]}, tags={})
    return (DesiredTarget(**HERE._asdict(), vaults=(vault,), plans=(plan,)),)


def leaves(guardrails: Any = GUARDRAILS, verification: Any = PROMISES) -> tuple[LeafGovernance, ...]:
    return (LeafGovernance("shop", (HERE,), guardrails, verification, {}, False),)


def finding(**members: Any) -> Finding:
    known = {"bundle": "acme", "version": "v1", "kind": Kind.RULE, "direction": Direction.WEAKENS, **HERE._asdict()}
    return Finding(**(known | {"resource": "daily/nightly", "since": NOW.isoformat()} | members))


def restore(**members: Any) -> Result:
    known = {"app": "shop", **HERE._asdict(), "trigger": Trigger.SCHEDULE, "run": "r", "type": "DynamoDB", "job": "j"}
    known |= {
        "at": (NOW - timedelta(days=2)).isoformat(),
        "resource": "arn:t",
        "seconds": 600,
        "verdict": Restored.VERIFIED,
    }
    return Result(**(known | members))


LATE = {"at": (NOW - timedelta(days=8)).isoformat()}
EMPTY_RESTORE = FindingRecord(rule="V211", verdict=Restored.FAILED, message="it is empty")
FAILED_RESTORE = restore(verdict=Restored.FAILED, findings=(EMPTY_RESTORE,))

GOOD = Evidence(
    bundle="acme",
    at=NOW,
    version="v1",
    outcomes=(outcome(State.SYNCED),),
    desired=desired(),
    leaves=leaves(),
    findings=(),
    results=(restore(),),
    entries=books(COMMIT, PLAN, REQUESTED, BY_BOB, SYNC, DRIFT, ALERT),
    broken=(),
)
ROTATION_OFF = finding(kind=Kind.KEY_ROTATION, resource="arn:key", direction=Direction.WEAKENS)
NOT_MET: list[tuple[str, Evidence, str]] = [
    ("targets_synced", GOOD._replace(outcomes=(outcome(State.FAILED),)), "failed"),
    ("targets_synced", GOOD._replace(outcomes=(outcome(State.SYNCED), outcome(State.SYNCING))), "syncing"),
    ("no_weakening_drift", GOOD._replace(findings=(finding(),)), "rule of daily/nightly weakens"),
    ("no_weakening_drift", GOOD._replace(findings=(finding(state=FindingState.PAUSED),)), "weakens"),
    ("retention_as_bounded", GOOD._replace(leaves=leaves({})), "no guardrail retention.min"),
    ("retention_as_bounded", GOOD._replace(desired=desired(Lifecycle={"DeleteAfterDays": 13})), "kept 13 days"),
    ("copies_elsewhere", GOOD._replace(desired=desired(CopyActions=[])), "not copied"),
    ("copies_elsewhere", GOOD._replace(desired=desired(CopyActions=[NEAR])), "not copied to another"),
    ("vaults_locked", GOOD._replace(desired=desired(VAULT.model_copy(update={"lock": None}))), "no lock"),
    ("customer_keys", GOOD._replace(desired=desired(VAULT.model_copy(update={"key_arn": None}))), "that AWS manages"),
    (
        "customer_keys",
        GOOD._replace(desired=desired(VAULT.model_copy(update={"key_arn": "arn:aws:kms:r:a:alias/aws/backup"}))),
        "alias/aws/backup",
    ),
    ("keys_rotate", GOOD._replace(leaves=leaves({})), "no guardrail encryption.rotation"),
    ("keys_rotate", GOOD._replace(findings=(ROTATION_OFF,)), "rotation of arn:key is off"),
    ("rehearsals_scheduled", GOOD._replace(leaves=leaves(verification={})), "no schedule"),
    ("restored_within_max_age", GOOD._replace(results=()), "no restore was ever verified"),
    ("restored_within_max_age", GOOD._replace(results=(restore(**LATE),)), "last verified restore at 2026-02-21"),
    ("restored_within_max_age", GOOD._replace(results=(FAILED_RESTORE,)), "no restore was ever verified"),
    ("last_restores_verified", GOOD._replace(results=(restore(**LATE), FAILED_RESTORE)), "it is empty"),
    ("last_restores_verified", GOOD._replace(results=(restore(verdict=Restored.INCONCLUSIVE),)), "inconclusive"),
    ("restored_within_rto", GOOD._replace(results=(restore(seconds=14401),)), "took 14401 s"),
    ("weakening_changes_approved", GOOD._replace(entries=books(COMMIT, PLAN, SYNC)), "approved by nobody else"),
    (
        "weakening_changes_approved",
        GOOD._replace(entries=books(COMMIT, PLAN, REQUESTED, BY_ALICE, SYNC)),
        "proposed by alice; approved by nobody else",
    ),
    (
        "weakening_changes_approved",
        GOOD._replace(entries=books(PLAN, approval("requested", needed=2, proposer=None), BY_BOB, SYNC)),
        "approved by bob, of 2 needed",
    ),
    (
        "weakening_changes_approved",
        GOOD._replace(entries=books(PLAN, REQUESTED, approval("approve", by="bob", digest="other"), SYNC)),
        "approved by nobody else",
    ),
    (
        "commits_attested",
        GOOD._replace(entries=books(COMMIT._replace(facts={"version": "v1", "sha256": "ab"}))),
        "attested by nobody",
    ),
    ("weakening_drift_told", GOOD._replace(entries=books(ALERT, DRIFT)), "no alert about drift"),
    ("weakening_drift_told", GOOD._replace(entries=books(DRIFT, ALERT, later=timedelta(hours=25))), "no alert"),
    ("ledger_is_whole", GOOD._replace(broken=("dropped: entry 2",)), "dropped: entry 2"),
]
NOTHING = Evidence("acme", NOW, "v1", (), (), (), (), (), (), ())


def facts(name: str, evidence: Evidence) -> Any:
    return tuple(FACTS[name](evidence))


@pytest.mark.parametrize("name", FACTS)
def test_facts_that_show_a_statement_meet_it(name: str) -> None:
    found = facts(name, GOOD)

    assert [one for one in found if not one.holds] == []
    assert verdict_of(found) is Verdict.MET
    assert all(datetime.fromisoformat(one.as_of) <= NOW for one in found)


@pytest.mark.parametrize(("name", "evidence", "said"), NOT_MET, ids=[f"{one[0]} {one[2]}" for one in NOT_MET])
def test_facts_that_refute_a_statement_do_not(name: str, evidence: Evidence, said: str) -> None:
    found = facts(name, evidence)

    assert verdict_of(found) is Verdict.NOT_MET
    assert any(said in one.says for one in found if not one.holds), found


@pytest.mark.parametrize("name", FACTS)
def test_without_facts_nothing_is_met(name: str) -> None:
    assert verdict_of(facts(name, NOTHING)) is Verdict.NO_FACTS


def test_every_statement_can_fail_and_is_worded_once() -> None:
    assert {one[0] for one in NOT_MET} == set(FACTS) == set(mapped().statements)
    used = {name for one in mapped().frameworks.values() for control in one.controls for name in control.statements}
    assert used == set(FACTS)


def test_no_wording_claims_compliance() -> None:
    text = evidence_html(document("soc2")) + evidence_html(document("iso27001")) + str(mapped())

    assert "complian" not in text.lower()
    assert "certif" not in text.lower()


def test_a_change_that_strengthens_needs_nobody() -> None:
    plan = PLAN._replace(facts=PLAN.facts | {"class": "strengthens"})

    assert verdict_of(facts("weakening_changes_approved", GOOD._replace(entries=books(plan, SYNC)))) is Verdict.NO_FACTS


def test_what_weakens_and_was_never_carried_out_needs_nobody() -> None:
    assert verdict_of(facts("weakening_changes_approved", GOOD._replace(entries=books(PLAN)))) is Verdict.NO_FACTS


def test_what_a_waiver_accepts_is_said_and_does_not_refute() -> None:
    accepted = finding(state=FindingState.ACCEPTED, waiver="until 2026-04-01 by ops: moving")

    (fact,) = facts("no_weakening_drift", GOOD._replace(findings=(accepted,)))

    assert fact.holds
    assert "accepted until 2026-04-01 by ops: moving" in fact.says


def test_facts_of_the_ledger_name_their_entry() -> None:
    (fact,) = facts("commits_attested", GOOD)

    assert fact.to_json()["ledger"] == {"sequence": 1, "hash": GOOD.entries[0].hash}


def document(framework: str, evidence: Evidence = GOOD) -> dict[str, Any]:
    ledger = {
        "file": "acme-ledger.jsonl",
        "sha256": "ab",
        "entries": 7,
        "check": "backup-apps …",
        "key": "backup-apps …",
    }
    return evidence_document(evidence, mapped(), framework) | {"ledger": ledger}


@pytest.mark.parametrize(
    ("framework", "ids"),
    [
        ("soc2", ["A1.2", "A1.3", "CC6.1", "CC7.4", "CC8.1"]),
        ("iso27001", ["A.5.29", "A.5.30", "A.5.33", "A.8.13", "A.8.14", "A.8.24", "A.8.32"]),
    ],
)
def test_each_control_of_a_framework_has_its_statements(framework: str, ids: list[str]) -> None:
    controls = document(framework)["controls"]

    assert [one["id"] for one in controls] == ids
    assert {statement["verdict"] for one in controls for statement in one["statements"]} == {"met"}


def test_the_page_is_escaped_and_asks_for_nothing() -> None:
    hostile = GOOD._replace(outcomes=(TargetOutcome(**HERE._asdict(), state=State.FAILED, error="<script>x</script>"),))

    html = evidence_html(document("soc2", hostile))

    assert "<script" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "default-src 'none'" in html
    assert not any(word in html for word in ("src=", "href=", "url(", "@import"))


def test_an_unknown_fact_is_refused_when_the_file_is_read() -> None:
    from backup_apps.domain.evidence.frameworks import Mapped

    broken: Callable[[], Any] = lambda: Mapped.model_validate({"statements": {"magic": "x"}, "frameworks": {}})  # noqa: E731
    with pytest.raises(ValueError, match="'magic' are no facts"):
        broken()
