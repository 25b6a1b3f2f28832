"""What counts as taken away."""

from typing import Any

from backup_apps.domain.difference import diff
from backup_apps.domain.prunes import pruned
from sync.targets import BUNDLE, TOPIC, live, live_plan, live_vault, plan, selection, target, vault

THREE = [selection(f"s-{number}", f"v{number}") for number in range(3)]


def gone(desired: Any, there: Any) -> tuple[str, ...]:
    return pruned(diff(desired, there, BUNDLE))


def test_plans_and_vaults_that_go_are_counted_and_the_selections_of_a_plan_with_it() -> None:
    there = live(live_vault(), live_vault("other"), live_plan(plan(selections=THREE)))
    assert gone(target(vault()), there) == ("plan shop-daily", "vault other")


def test_selections_that_go_from_a_plan_that_stays_are_counted() -> None:
    assert gone(target(plan(selections=THREE[:1])), live(live_plan(plan(selections=THREE)))) == (
        "selection shop-daily/s-1",
        "selection shop-daily/s-2",
    )


def test_selections_that_are_replaced_are_not_gone() -> None:
    anew = [selection(f"n-{number}", f"v{number}") for number in range(2)]
    assert gone(target(plan(selections=anew)), live(live_plan(plan(selections=THREE)))) == ("selection shop-daily/s-2",)
    assert gone(target(plan(selections=[*anew, selection()])), live(live_plan(plan(selections=THREE)))) == ()


def test_settings_tags_and_what_is_kept_are_not_counted() -> None:
    topic = {"SNSTopicArn": TOPIC, "BackupVaultEvents": ["A"]}
    there = live(
        live_vault(notifications=topic, access_policy={"a": 1}, tags=vault().tags | {"x": "y"}),
        live_vault("full", recovery_points=3),
    )
    assert gone(target(vault()), there) == ()
