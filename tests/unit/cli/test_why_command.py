"""The command `why`: what it prints, and how it fails."""

import json

from ledger_hub import EXAMPLE, PROD, Acme, failed, run

from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.lineage.lineage import Point
from backup_apps.domain.state_documents import desired_key
from backup_apps.domain.why.facts import MemberFacts
from backup_apps.domain.why.subjects import SubjectFacts
from backup_apps.offline_wiring import resolve_source
from backup_apps.usecases.look_at_resource import Looked, LookRequest

TABLE = f"arn:aws:dynamodb:{PROD.region}:{PROD.account}:table/payments-ledger"
ELSEWHERE = f"arn:aws:dynamodb:ap-south-1:{PROD.account}:table/payments-ledger"


def synced(acme: Acme) -> DesiredTarget:
    """The example, as the hub left it."""
    acme.commit("v1", EXAMPLE)
    state = resolve_source(EXAMPLE).state
    assert state is not None
    desired = next(one for one in state.targets if one.target == PROD)
    version = Version("acme", "v1")
    acme.world.documents.write(desired_key(version, PROD), desired.to_text())
    outcome = TargetOutcome(account=PROD.account, region=PROD.region, state=State.SYNCED)
    acme.world.records.add_outcome(version, outcome)
    acme.world.records.remember_target("acme", PROD)
    return desired


def test_without_a_bundle_there_it_says_so_and_what_would_change_that(acme: Acme) -> None:
    synced(acme)
    result = run("why", ELSEWHERE)
    assert result.exit_code == 0, result.stderr
    assert "NOT PROTECTED" in result.stdout
    assert f"NO target        no bundle has {PROD.account}/ap-south-1 among its targets" in result.stdout
    assert "this edit protects it: apps/prod.yaml:9 of acme v1" in result.stdout
    assert "+     regions: [eu-west-1, ap-south-1]" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Next: make the edit, then backup-apps diff DIR")


def test_an_account_that_nobody_may_enter_is_not_judged(acme: Acme) -> None:
    synced(acme)
    result = run("why", TABLE)
    assert "not judged" in result.stdout
    assert (
        "note: 111111111111/eu-west-1 can't be looked at: the role of 111111111111/eu-west-1 is missing"
        in result.stdout
    )
    document = json.loads(run("why", TABLE, "--output", "json").stdout)
    assert (document["protected"], document["failed"], document["edit"]) == (None, None, None)
    assert document["lineage"]["commit"]["version"] == "v1"


def test_the_function_is_asked_with_what_was_synced(acme: Acme) -> None:
    desired, asked = synced(acme), list[LookRequest]()

    def look(request: LookRequest) -> Looked:
        asked.append(request)
        facts = MemberFacts(**PROD._asdict(), resource=TABLE, kind="DynamoDB", tags={})
        point = Point(arn="arn:of-it", vault="acme-eu-west-1", created="2026-01-01T03:00:00+00:00", resource=TABLE)
        return Looked(subject=SubjectFacts(resource=TABLE, point=point), facts=facts)

    acme.look = look  # type: ignore[method-assign]
    result = run("why", TABLE)
    assert (asked[0].name, asked[0].target, asked[0].desired) == (TABLE, PROD, {"acme": desired})
    assert "NO plan          plan payments-daily was synced, and is not there" in result.stdout
    assert "this protects it:" in result.stdout
    assert "backup-apps push acme --rollback-to v1" in result.stdout
    assert "recovery point:    arn:of-it, of 2026-01-01 03:00 UTC" in result.stdout


def test_wrong_input(acme: Acme) -> None:
    failed(run("why", "orders table"), "'orders table' is neither an ARN nor the id of a job")
    failed(run("why", TABLE, "--target", "prod"), "is not a target", code=2)
    failed(run("why", TABLE, "--at", "yesterday"), "is no time; write 2026-11-26T09:30:00Z", code=2)
    failed(run("why", "arn:aws:s3:::nowhere"), "no target: no bundle was admitted yet")
