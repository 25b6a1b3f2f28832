"""What exists without a bundle's tag is taken over where the bundle adopts it, and only there."""

from typing import Any

import pytest

from backup_apps.domain.changes import ChangeSet
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault
from backup_apps.domain.difference import diff
from backup_apps.domain.handling import Adopted, Handling
from backup_apps.domain.live import LiveLock
from sync.targets import BUNDLE, KEY, live, live_plan, live_selection, live_vault, plan, rule, selection, target, vault

NOBODYS: dict[str, str] = {}
OTHERS = {"backup-apps:bundle": "other"}
BOTH = Adopted(vaults=("primary",), plans=("shop-daily",))


def adopting(*items: DesiredPlan | DesiredVault, adopt: Adopted = BOTH) -> DesiredTarget:
    return target(*items, handling=Handling(adopt=adopt))


def actions(change_set: ChangeSet) -> list[tuple[str, str]]:
    return [(change.action, change.title) for change in change_set.changes]


def test_what_is_as_the_bundle_says_gets_tags_and_nothing_else() -> None:
    change_set = diff(adopting(vault(), plan()), live(live_vault(tags={}), live_plan(tags={})), BUNDLE)
    assert change_set.conflicts == ()
    assert actions(change_set) == [
        ("create", "plan tag shop-daily/backup-apps:bundle"),
        ("create", "vault tag primary/backup-apps:bundle"),
        ("create", "plan tag shop-daily/backup-apps:app"),
    ]


def test_the_tag_comes_before_every_other_change() -> None:
    """The member's role may write only to what carries a bundle's tag."""
    theirs = live_plan(plan(rules=[rule(StartWindowMinutes=90)], selections=[selection("all", "everything")]), tags={})
    bare = live_vault(tags={"Team": "web"}, lock=LiveLock(min_days=30))
    wanted = vault(lock={"MinRetentionDays": 7}, tags={"backup-apps:bundle": BUNDLE, "Team": "api"})
    assert actions(diff(adopting(wanted, plan()), live(bare, theirs), BUNDLE)) == [
        ("create", "plan tag shop-daily/backup-apps:bundle"),
        ("create", "vault tag primary/backup-apps:bundle"),
        ("update", "vault tag primary/Team"),
        ("update", "lock primary"),
        ("update", "plan shop-daily"),
        ("create", "plan tag shop-daily/backup-apps:app"),
        ("create", "selection shop-daily/tagged-1a2b3c4d"),
        ("prune", "selection shop-daily/all"),
    ]


def test_a_selection_that_selects_the_same_keeps_its_name_while_the_plan_is_adopted() -> None:
    theirs = live_plan(selections=(live_selection(selection("By-Hand")),))
    assert diff(adopting(vault(), plan()), live(live_vault(), theirs), BUNDLE).changes == ()
    assert actions(diff(target(vault(), plan()), live(live_vault(), theirs), BUNDLE)) == [
        ("create", "selection shop-daily/tagged-1a2b3c4d"),
        ("prune", "selection shop-daily/By-Hand"),
    ]


def test_of_two_selections_that_select_the_same_one_goes() -> None:
    twins = (live_selection(selection("B")), live_selection(selection("A")))
    assert actions(diff(adopting(vault(), plan()), live(live_vault(), live_plan(selections=twins)), BUNDLE)) == [
        ("prune", "selection shop-daily/B")
    ]


def test_a_name_that_the_bundle_wants_for_something_else_is_freed_first() -> None:
    both = plan(selections=[selection("tagged-1"), selection("tagged-2", "weekly")])
    swapped = (live_selection(selection("tagged-2", "daily")),)
    theirs = live_plan(both, selections=swapped)
    assert actions(diff(adopting(vault(), both), live(live_vault(), theirs), BUNDLE)) == [
        ("prune", "selection shop-daily/tagged-2"),
        ("create", "selection shop-daily/tagged-1"),
        ("create", "selection shop-daily/tagged-2"),
    ]


@pytest.mark.parametrize("adopt", [Adopted(), Adopted(vaults=("other",), plans=("shop-weekly",))])
def test_what_nobody_adopts_is_a_conflict(adopt: Adopted) -> None:
    change_set = diff(
        adopting(vault(), plan(), adopt=adopt), live(live_vault(tags={}), live_plan(tags={}, content=None)), BUNDLE
    )
    assert change_set.changes == ()
    assert [one.partition(": write ")[2] for one in change_set.conflicts] == [
        "adopt: {plans: [shop-daily]} in the app that declares it",
        "adopt: {vaults: [primary]} in the app that declares it",
    ]


def test_what_another_bundle_has_is_not_adopted() -> None:
    change_set = diff(adopting(vault(), plan()), live(live_vault(tags=OTHERS), live_plan(tags=OTHERS)), BUNDLE)
    assert change_set.changes == ()
    assert [one.split(";")[0] for one in change_set.conflicts] == [
        "plan shop-daily exists and belongs to bundle other",
        "vault primary exists and belongs to bundle other",
    ]


def test_a_plan_of_organizations_is_not_adopted() -> None:
    theirs = live_plan(tags={}, id="orgs/544033d1-b19c-3f2a-9c20-40bcfa82ca68")
    change_set = diff(adopting(plan()), live(theirs), BUNDLE)
    assert change_set.changes == ()
    assert "AWS Organizations manages it" in change_set.conflicts[0]


@pytest.mark.parametrize(
    ("first", "says"), [(NOBODYS, "exists 2 times, and only one can be adopted"), ({"backup-apps:bundle": BUNDLE}, "2")]
)
def test_of_two_plans_of_one_name_none_is_adopted(first: dict[str, str], says: str) -> None:
    change_set = diff(adopting(plan()), live(live_plan(tags=first), live_plan(tags={}, id="twin")), BUNDLE)
    assert change_set.changes == ()
    assert says in change_set.conflicts[0]


def test_what_can_not_change_stays_a_conflict() -> None:
    fixed = LiveLock(min_days=1, lock_date="2026-01-01T00:00:00+00:00", fixed=True)
    found = live_vault(tags={}, key_arn=KEY.replace("1234", "4321"), lock=fixed)
    assert [one.split(";")[0][:40] for one in diff(adopting(vault()), live(found), BUNDLE).conflicts] == [
        "vault primary has a compliance lock fixe",
        "vault primary is encrypted with arn:aws:",
    ]


def test_what_is_adopted_and_not_there_is_made() -> None:
    assert diff(adopting(vault(), plan()), live(), BUNDLE) == diff(target(vault(), plan()), live(), BUNDLE)


def test_what_is_adopted_already_is_left_alone() -> None:
    assert diff(adopting(vault(), plan()), live(live_vault(), live_plan()), BUNDLE).changes == ()


def test_what_is_no_longer_wanted_goes_like_everything_else_of_the_bundle() -> None:
    gone: Any = diff(adopting(adopt=BOTH), live(live_vault(tags={}), live_plan(tags={})), BUNDLE)
    assert gone.changes == (), "a name that is adopted and not declared is nobody's to delete"
