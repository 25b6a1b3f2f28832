"""Recovery points in vaults that are not the bundle's, and those whose plan is gone."""

from backup_apps.domain.drift.findings import State
from drift.site import ARN, MONTH, findings, point, sweep, synced, with_points
from drift.test_jobs import job
from sync.memory import World


def stray(hub: World) -> None:
    """A plan of the bundle made it where somebody had pointed its rule to."""
    hub.members.rules["id-1", "v1"] = {}
    (plan,) = hub.members.live[next(iter(hub.members.live))].plans
    hub.members.points.append(point(vault="Default", plan=plan.id))
    hub.members.jobs.append(job(hub, vault="Default"))


def test_a_recovery_point_that_a_plan_of_the_bundle_made_elsewhere_is_found_until_it_is_gone() -> None:
    hub = synced(self_heal=["shop"])
    stray(hub)
    assert sweep(hub)["opened"] == 1
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource, finding.live) == ("recovery-point-vault", ARN, "Default")
    assert (finding.direction, hub.healing.started) == ("weakens", [])
    hub.members.jobs.clear()
    assert sweep(hub)["ended"] == 0, "jobs are forgotten; where it was found is not"
    hub.members.points.clear()
    assert sweep(hub)["ended"] == 1


def test_what_others_keep_in_their_vaults_is_theirs() -> None:
    hub = synced()
    stray(hub)
    hub.members.points[:] = [point(vault="Default", plan="of-another"), point(vault="Default", plan="", key_arn="k")]
    hub.members.points.append(point(vault="Default", plan=hub.members.jobs[0].plan, is_copy=True))
    assert sweep(hub)["opened"] == 0


def test_points_of_a_plan_that_is_gone_are_one_finding_with_their_number() -> None:
    hub = synced()
    gone = [point(arn=f"{ARN}-{number}", plan="gone", lifecycle=MONTH if number else {}) for number in range(3)]
    with_points(hub, *gone, point(plan="gone", is_copy=True), point(plan=""))
    assert sweep(hub)["opened"] == 1
    (finding,) = findings(hub)
    assert (finding.kind, finding.direction) == ("orphaned-points", "neutral")
    assert finding.live == {"recoveryPoints": 3, "neverExpire": 1}
    assert finding.reasons == (
        "vault primary holds 3 recovery points of plan gone, which is gone: 1 of them never expire",
    )
    with_points(hub, *gone[1:])
    assert sweep(hub)["opened"] == 0
    assert len(hub.alerts.published) == 1, "fewer of them are no news"
    with_points(hub)
    sweep(hub)
    assert findings(hub)[0].state is State.CLOSED
