"""Every rule of judgement, with a change for each class that it can give."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from backup_apps.domain.changes import ChangeSet, Keep, Kind, Prune, Write
from backup_apps.domain.live import LivePlan, LiveTarget, LiveVault
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.classes import Assessment, Class
from backup_apps.domain.protection.rules import RULES
from protection.changed_bundles import CASES as CHANGES
from protection.rule_cases import CASES, NEUTRAL, Case, replaced
from protection.written_changes import (
    DELETE,
    SHOP,
    TABLES,
    kept,
    of_lock,
    of_policy,
    of_region,
    of_rule,
    of_tested,
    of_tests,
    plan_update,
    resources,
    statement,
)
from sync.targets import (
    ACCOUNT,
    BUNDLE,
    REGION,
    live,
    live_vault,
    rule,
)


def assessment_of(case: Case) -> Assessment:
    changes = (case.change, *case.others)
    change_set = ChangeSet(bundle=BUNDLE, account=ACCOUNT, region=REGION, changes=changes)
    return assess_changes(change_set, case.live).assessments[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}-{case.class_}-{case.says[:20]}")
def test_a_change_is_judged(case: Case) -> None:
    reasons = [one for one in assessment_of(case).reasons if one.number == case.number and one.class_ == case.class_]
    assert any(case.says in reason.message for reason in reasons), assessment_of(case).reasons


def test_every_rule_has_a_case_for_every_class_that_it_names() -> None:
    named = {
        (rule.number, word)
        for rule in RULES
        if not "C600" <= rule.number < "C700"
        for word in re.findall("|".join(Class), rule.title)
    }
    assert named == {(case.number, case.class_.value) for case in CASES}


def test_numbers_are_unique() -> None:
    assert len({rule.number for rule in RULES}) == len(RULES)


def points(*vaults: LiveVault, plans: Iterable[LivePlan] = ()) -> LiveTarget:
    return live(*vaults, *plans)


def effects(change: Write | Keep, there: LiveTarget) -> tuple[str, ...]:
    found = assessment_of(Case("", NEUTRAL, "", change, there))
    return (*found.reaches, *found.not_retroactive, *found.orphans)


FULL, EMPTY = points(live_vault(recovery_points=12)), points(live_vault())


@pytest.mark.parametrize(
    ("change", "there", "says"),
    [
        (
            of_rule(kept(90), kept(35)),
            FULL,
            "the 12 recovery points in vault primary and their copies keep the lifecycle",
        ),
        (of_rule(kept(90), kept(35)), live(), "recovery points in vault primary and their copies keep the lifecycle"),
        (of_rule(kept(90), kept(35)), FULL, "new recovery points of shop-daily/nightly, from the next run on"),
        (plan_update([rule(), rule("weekly")], [rule()]), FULL, "what rule weekly made among the 12 recovery points"),
        (
            Prune(kind=Kind.PLAN, name="p", before={"BackupPlan": {"Rules": [rule()]}}),
            FULL,
            "what plan p made among the 12",
        ),
        (
            of_lock({"MinRetentionDays": 7}, None),
            FULL,
            "the 12 recovery points in vault primary are guarded by the lock no more",
        ),
        (of_policy(None, [statement("Deny", DELETE)]), FULL, "the 12 recovery points in vault primary, and new ones"),
        (of_region({"EBS": True}, {"EBS": False}), FULL, "recovery points that are there already stay as they are"),
        (of_tested({}, None), FULL, "no tests of shop/S3 from now on"),
        (of_tests(None, {}), FULL, "tests of shop to come"),
        (
            Keep(kind=Kind.VAULT, name="old", before={}, reason="orphaned: it holds 4"),
            FULL,
            "vault old: orphaned: it holds 4",
        ),
    ],
)
def test_what_is_reached_and_left_is_told(change: Write | Keep, there: LiveTarget, says: str) -> None:
    assert any(says in sentence for sentence in effects(change, there))


def test_of_an_empty_vault_nothing_is_said_to_stay() -> None:
    assert effects(of_rule(kept(90), kept(35)), EMPTY) == (
        "new recovery points of shop-daily/nightly, from the next run on",
    )


def test_a_selection_of_which_all_is_still_taken_in_leaves_nothing_behind() -> None:
    case = replaced(resources("s-1", SHOP), resources("t-1", TABLES))
    assert assessment_of(case)[1:] == ((), (), ())


DOCS = (Path(__file__).parents[3] / "docs" / "changes.md").read_text()


def test_the_documentation_has_every_rule_in_its_words() -> None:
    rows = re.findall(r"^\| (C\d{3}) \| (.+) \|$", DOCS, re.MULTILINE)
    assert rows == [(rule.number, rule.title) for rule in RULES]


def test_the_documentation_shows_what_is_printed() -> None:
    shown = re.findall(r"^```text\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
    printed = {(case / "expected.txt").read_text() for case in CHANGES}
    assert shown
    assert set(shown) <= printed
