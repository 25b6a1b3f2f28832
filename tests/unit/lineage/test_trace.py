"""The lineage of a resource, from what a hub recorded."""

from datetime import timedelta

from backup_apps.domain.lineage.lineage import Asked, Job, Lineage, Plan, Point, Seen
from backup_apps.domain.lineage.text import lineage_lines
from backup_apps.domain.verification.results import FindingRecord, Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps.usecases.trace_lineage import sources_of, trace_lineage
from drift.patching import drifted
from lineage.stage import HERE, SHORTER, THERE, V1, V2, approved, hub, later, pushed, synced
from sync.memory import World
from sync.targets import ACCOUNT, BUNDLE, REGION

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
OF_ONE = Asked(BUNDLE, HERE, resource=TABLE, plan="one-daily", rule="nightly")
POINT = Point(
    arn="arn:aws:backup:eu-west-1:111111111111:recovery-point:1",
    vault="acme-primary",
    created="2026-01-01T03:00:00+00:00",
    resource=TABLE,
    status="COMPLETED",
    deleted="2026-03-12T03:00:00+00:00",
)


def traced(world: World, asked: Asked = OF_ONE, seen: Seen = Seen(), **more: object) -> Lineage:  # noqa: B008
    return trace_lineage(sources_of(world.hub), asked, world.clock(), seen, **more)  # type: ignore[arg-type]


def places(lineage: Lineage) -> dict[str, str]:
    return {line.path: f"{line} {line.app} {line.value}" for line in lineage.policy or ()}


def result(at: str, verdict: Verdict = Verdict.VERIFIED, **members: object) -> Result:
    known = {
        "app": "one",
        "account": ACCOUNT,
        "region": REGION,
        "trigger": Trigger.SCHEDULE,
        "run": at,
        "type": "DynamoDB",
    }
    return Result(**(known | {"at": at, "verdict": verdict, "resource": TABLE} | members))  # type: ignore[arg-type]


def test_lines_are_those_that_are_in_force() -> None:
    said = places(traced(synced(hub())))
    assert said["policy.plans.daily.rules.nightly.retention.delete"] == "apps/one.yaml:13 one 70d"
    assert said["policy.plans.daily.rules.nightly.schedule"] == "app.yaml:18 acme cron(0 3 * * ? *)"
    assert said["policy.plans.daily.selections.tagged"].startswith("app.yaml:21 acme {'anyTag': {'backup': ['one']}}")
    assert said["policy.vaults.primary.lock.min"] == "app.yaml:12 acme 7d"
    assert "policy.plans.daily.rules.nightly.retention.cold" not in said, "nobody wrote it"


def test_the_app_of_a_plan_is_found_and_the_only_plan_of_an_app() -> None:
    world = synced(hub())
    assert traced(world).app == "one"
    by_app = traced(world, Asked(BUNDLE, HERE, app="one"))
    assert (by_app.plan, places(by_app)) == (Plan(name="one-daily", rule="nightly"), places(traced(world)))
    only_vault = places(traced(world, Asked(BUNDLE, HERE, vault="acme-primary")))
    assert only_vault["policy.vaults.primary.name"] == "app.yaml:12 acme acme-primary"


def test_who_pushed_and_that_nobody_had_to_approve() -> None:
    lineage = traced(synced(hub()))
    assert lineage.commit is not None
    assert lineage.commit.provenance is not None
    assert lineage.commit.version == "v1"
    assert lineage.commit.provenance.claims["ref"] == "refs/heads/main"
    assert lineage.approval is not None
    assert (lineage.approval.approvers, lineage.approval.class_) == ((), "strengthens")


def test_who_approved() -> None:
    lineage = traced(approved(later(synced(hub()), hours=1), V2, SHORTER))
    assert lineage.commit is not None
    assert lineage.approval is not None
    assert lineage.commit.version == "v2"
    assert [one.user for one in lineage.approval.approvers] == ["bob", "bob-too"]
    assert lineage.approval.approvers[0].reason == "asked by audit"


def test_of_a_version_that_only_waits_nothing_is_in_force() -> None:
    world = synced(hub())
    pushed(later(world, hours=1), V2, SHORTER)
    lineage = traced(world)
    assert lineage.commit is not None
    assert lineage.commit.version == "v1"
    assert any(one.what.startswith("v2: admitted") and one.who == "zoe" for one in lineage.changes or ())


def test_then_is_the_policy_that_was_in_force_then() -> None:
    world = synced(hub())
    then = world.clock.now + timedelta(minutes=1)
    approved(later(world, days=3), V2, SHORTER)
    old, new = traced(world, then=then), traced(world)
    assert places(old)["policy.plans.daily.rules.nightly.retention.delete"].endswith(" 70d")
    assert places(new)["policy.plans.daily.rules.nightly.retention.delete"].endswith(" 50d")
    assert (old.approval and old.approval.approvers, old.commit and old.commit.version) == ((), "v1")
    before = traced(world, then=then - timedelta(hours=1))
    assert (before.commit, before.policy, before.approval) == (None, None, None)


def test_what_was_seen_stands_in_it() -> None:
    plan = Plan(name="one-daily", id="p", version="MzQ", rule="nightly")
    job = Job(id="j", kind="backup", state="FAILED", message="no access")
    lineage = traced(synced(hub()), Asked(BUNDLE, HERE), Seen(plan, job, POINT, POINT))
    assert (lineage.app, lineage.resource, lineage.plan, lineage.job) == ("one", TABLE, plan, job)
    text = "\n".join(lineage_lines(lineage))
    assert "plan:              one-daily, version MzQ, rule nightly" in text
    assert "job:               backup j FAILED: no access" in text
    assert "deleted:           2026-03-12 03:00 UTC" in text
    assert "last good point:   that one" in text


def test_verifications_of_the_resource_come_before_those_of_the_app() -> None:
    world = synced(hub())
    found = (FindingRecord(verdict=Verdict.FAILED, rule="items", message="2 of 5 items"),)
    world.rehearsals().known += [
        result("2026-01-01T01:00:00+00:00"),
        result("2026-01-01T02:00:00+00:00", Verdict.FAILED, findings=found),
        result("2026-01-01T03:00:00+00:00", resource="arn:of-another"),
        result("2026-01-01T04:00:00+00:00", account=THERE.account),
        result("2026-01-02T04:00:00+00:00"),
    ]
    now = traced(world)
    assert now.verified is not None
    assert now.verified.at == "2026-01-02T04:00:00+00:00"
    lineage = traced(world, is_past=True)
    assert lineage.verified is not None
    assert lineage.verification is not None
    assert (lineage.verified.at, lineage.verification.at) == ("2026-01-01T01:00:00+00:00", "2026-01-01T02:00:00+00:00")
    assert lineage.verification.message == "2 of 5 items"
    other = traced(world, OF_ONE._replace(resource="arn:never-restored"), is_past=True)
    assert other.verification is not None
    assert other.verification.resource == "arn:of-another"


def test_what_changed_of_late_and_who_did_it() -> None:
    world = later(synced(hub()), hours=30)
    there = world.members.live[HERE]
    world.members.live[HERE] = drifted(there, "one-daily", Lifecycle={"DeleteAfterDays": 7})
    sweep_target(world.hub, BUNDLE, HERE, unmanaged=True)
    (change, *others) = traced(world).changes or ()
    assert (change.kind, change.who, others) == ("drift", "not known", [])
    assert "one-daily" in change.what
    assert traced(world, Asked(BUNDLE, THERE, plan="two-daily")).changes == ()
    assert traced(later(world, hours=25)).changes == ()


def test_a_target_that_no_version_reached() -> None:
    world = hub()
    pushed(world)
    lineage = traced(world)
    assert (lineage.commit, lineage.policy, lineage.approval, lineage.verification) == (None, None, None, None)
    lines = lineage_lines(lineage)
    assert lines[0] == "policy:            not known"
    assert sum("not known" in line for line in lines) >= 8


def test_an_archive_that_is_gone_leaves_only_the_lines_unknown() -> None:
    world = synced(hub())
    del world.archives.uploads[V1.key]
    lineage = traced(world)
    assert lineage.policy is None
    assert lineage.commit is not None


def test_as_json_what_is_not_known_is_absent() -> None:
    document = traced(synced(hub())).to_json()
    assert document["approval"] == {"approvers": [], "class": "strengthens"}
    assert document["commit"]["provenance"]["subject"] == "repo:acme/backup:ref:refs/heads/main"
    assert {"grant", "jti"}.isdisjoint(document["commit"]["provenance"])
    assert {"job", "point", "last_good", "verified"}.isdisjoint(document)
    assert document["policy"][0] == {
        "path": "policy.plans.daily.rules.nightly.schedule",
        "value": "cron(0 3 * * ? *)",
        "file": "app.yaml",
        "line": 18,
        "app": "acme",
    }
