"""What a bundle says about its targets that AWS Backup is never told: kept in storage, left out of `render`."""

import json
from datetime import UTC, datetime

from written_bundles import app, resolve_files

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.domain.handling import Adopted, Handling, Paused
from backup_apps.domain.pauses import longest
from backup_apps.domain.resolution import Resolution

ROOT = """
children: ["*-leaf.yaml"]
targets: {accounts: ["111111111111"], regions: [eu-west-1, us-east-1]}
policy:
  role: arn:aws:iam::${account}:role/backup
  vaults:
    main: {name: "main-${region}"}
  plans:
    daily:
      rules:
        nightly: {vault: main, schedule: cron(0 3 * * ? *), retention: {delete: 35d}}
      selections:
        own: {anyTag: {app: ["${app}"]}}
"""
EU, US = Target("111111111111", "eu-west-1"), Target("111111111111", "us-east-1")


def bundle(web: str = "{}", api: str = "{}", root: str = "") -> Resolution:
    files = {"app.yaml": app("acme", ROOT + root), "a-leaf.yaml": app("web", web), "b-leaf.yaml": app("api", api)}
    resolution = resolve_files(files)
    assert resolution.errors == ()
    return resolution


def handling(resolution: Resolution) -> dict[Target, Handling | None]:
    assert resolution.state
    return {desired.target: desired.handling for desired in resolution.state.targets}


def test_a_bundle_that_says_nothing_has_nothing_beside_it() -> None:
    assert handling(bundle()) == {EU: None, US: None}


def test_what_leaves_adopt_is_united_in_each_target_with_its_variables() -> None:
    found = handling(bundle(web='adopt: {vaults: ["main-${region}"]}', api='adopt: {plans: ["${app}-daily"]}'))
    assert found == {
        EU: Handling(adopt=Adopted(vaults=("main-eu-west-1",), plans=("api-daily",))),
        US: Handling(adopt=Adopted(vaults=("main-us-east-1",), plans=("api-daily",))),
    }


def test_a_pause_covers_what_is_below_and_the_one_that_ends_last_counts() -> None:
    resolution = bundle(
        root="pause: {until: 2026-12-01, owner: oncall, reason: an incident}",
        web='pause: {until: "2026-12-31T18:00:00+02:00", owner: dba, reason: the cluster moves}',
        api="pause: {until: 2026-11-30, owner: dba, reason: shorter than what is above it}",
    )
    above = Paused(app="api", until="2026-12-01T23:59:59+00:00", owner="oncall", reason="an incident")
    own = Paused(app="web", until="2026-12-31T16:00:00+00:00", owner="dba", reason="the cluster moves")
    assert handling(resolution) == {place: Handling(paused=(above, own)) for place in (EU, US)}
    leaf = next(leaf for leaf in resolution.leaves if leaf.app.name == "web")
    assert [pause.app for pause in leaf.heir.pauses] == ["acme", "web"]
    counting = longest(leaf.heir.pauses)
    assert counting
    assert counting.until == datetime(2026, 12, 31, 16, tzinfo=UTC)
    web = resolution.merged("web")
    assert web
    assert "pause" not in web.entries, "it covers, and does not merge"


def test_until_when_healing_is_held_is_promised_leaf_by_leaf() -> None:
    resolution = bundle(web="{selfHeal: true, pause: {until: 2026-12-01, owner: oncall, reason: an incident}}")
    leaves = {one.app: one.paused_until for one in governance_of(resolution).leaves}
    assert leaves == {"web": "2026-12-01T23:59:59+00:00", "api": None}


def test_overlaps_that_are_not_meant_go_along() -> None:
    tagged = "policy: {plans: {daily: {selections: {own: {anyTag: {app: {'@@append': [both]}}}}}}}"
    shared = tagged.replace("own: {", "own: {shared: {reason: restored apart}, ")
    found = handling(bundle(web=tagged, api=tagged))
    assert {place: [str(one.sought) for one in held.overlaps] for place, held in found.items() if held} == {
        EU: ["what has the tag app=both"],
        US: ["what has the tag app=both"],
    }
    assert handling(bundle(web=tagged, api=shared)) == {EU: None, US: None}


def test_storage_keeps_it_and_render_leaves_it_out() -> None:
    state = bundle(
        web='{adopt: {vaults: ["main-${region}"]}, pause: {until: 2026-12-01, owner: oncall, reason: an incident}}'
    ).state
    plain = bundle().state
    assert state
    assert plain
    assert state.to_json() == plain.to_json()
    assert state.to_text() == plain.to_text()
    for desired in state.targets:
        assert DesiredTarget.model_validate_json(json.dumps(desired.to_json())) == desired
