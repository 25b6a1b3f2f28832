"""The comment of a pull request stays readable and postable whatever is in it."""

import re

from backup_apps.domain.change_markdown import LIMIT, render_markdown
from backup_apps.domain.changes import Change, ChangeSet, Create, Kind, Prune
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.assessment import assess_changes
from sync.targets import BUNDLE, REGION, live


def on(account: int, *changes: Change, conflicts: tuple[str, ...] = ()) -> AssessedChangeSet:
    change_set = ChangeSet(bundle=BUNDLE, account=f"{account:012}", region=REGION, changes=changes, conflicts=conflicts)
    return assess_changes(change_set, live())


def tag(name: str, value: str = "data") -> Create:
    return Create(kind=Kind.VAULT_TAG, name=name, item="team", after=value)


def unlock(name: str) -> Prune:
    return Prune(kind=Kind.LOCK, name=name, before={"MinRetentionDays": 7})


def test_what_does_not_fit_is_left_out_and_said() -> None:
    many = [on(number, *(tag(f"vault-{index}" * 4) for index in range(40))) for number in range(1, 60)]
    text = render_markdown(BUNDLE, [*many, on(99, unlock("primary"))])
    assert len(text) <= LIMIT
    shown = re.findall(r"<summary>(\d+)", text)
    assert shown[0] == "000000000099", "what matters comes first"
    assert f"*The details of {60 - len(shown)} of 60 targets did not fit; everything: `backup-apps diff DIR`.*" in text
    assert text.count("<details>") == text.count("</details>") == len(shown)


def test_one_target_that_is_too_long_is_cut_within() -> None:
    text = render_markdown(BUNDLE, [on(1, *(tag(f"vault-{index}") for index in range(3_000)))])
    assert len(text) <= LIMIT
    (left_out,) = re.findall(r"# (\d+) more lines did not fit", text)
    lines = sum(1 for line in text.split("\n") if line.startswith(("+ vault", "    value", "    neutral")))
    assert lines + int(left_out) == 9_000
    assert text.endswith("```\n\n</details>\n")


def test_a_table_that_is_too_long_is_cut() -> None:
    text = render_markdown(
        BUNDLE,
        [
            on(number, unlock(f"vault-{number}-{'x' * 200}"), conflicts=(f"conflict {number} {'<&>' * 200}",))
            for number in range(1, 400)
        ],
    )
    assert len(text) <= LIMIT
    assert re.search(r"\*\d+ more conflicts;", text)
    assert re.search(r"\*\d+ more changes;", text)


def test_nothing_in_it_becomes_markup() -> None:
    value = "`````\n</details>\n@everybody | <img src=x>"
    text = render_markdown(BUNDLE, [on(1, tag("v", value), unlock("a|b`c"), conflicts=("<b>@team</b> | x",))])
    assert "&#60;b&#62;&#64;team&#60;/b&#62; &#124; x" in text
    assert r"`- lock a\|b'c`" in text
    assert "\n``````diff\n" in text, "a fence longer than any in it"
    assert text.count("\n</details>") == 1


def test_what_is_the_same_on_many_targets_is_one_row() -> None:
    text = render_markdown(BUNDLE, [on(number, unlock("primary")) for number in (1, 2, 3)])
    assert text.count("| **weakens** |") == 1
    assert "on 000000000001/eu-west-1 and 2 more" in text


def test_nothing_to_do() -> None:
    assert render_markdown(BUNDLE, [on(1)]) == (
        "### Backup changes of `acme`: neutral\n\nNo changes: 1 targets are what the bundle asks.\n"
    )
