"""What drifted and is to stay, as an edit of the policy files that asks for it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from backup_apps.domain.live import LiveLock, LiveTarget
from backup_apps.domain.normal_form import backup_plan
from backup_apps.domain.patches.offers import Offer
from backup_apps.usecases.offer_patch import offer_patch
from drift.patching import FILES, ONE, ROOT, TWO, drifted, findings_of, source_of, state_of, synced

Change = Callable[[LiveTarget], LiveTarget]


def offered(*accounts: str, change: Change, files: Mapping[str, str] = FILES) -> tuple[Offer, list[Any]]:
    """After a change in some accounts: what is offered, and the drift that is left once it is adopted and synced."""
    source = source_of(files)
    state = state_of(source, files)
    live = [synced(one, state.bundle) for one in state.targets]
    live = [change(one) if one.account in accounts else one for one in live]
    offer = offer_patch(source, findings_of(state, live))
    return offer, findings_of(state_of(source, offer.after), live)


def longer(plan: str, days: int | None = 90) -> Change:
    return lambda live: drifted(live, plan, Lifecycle={"DeleteAfterDays": days} if days else None)


def test_a_value_that_is_the_leafs_own_is_edited_where_it_stands_and_keeps_its_comment() -> None:
    offer, left = offered("111111111111", change=longer("one-daily"))
    assert left == []
    (adopted,) = offer.adopted
    assert (adopted.place.file, adopted.place.line) == ("apps/one.yaml", 13)
    assert offer.patch == (
        "--- a/apps/one.yaml\n+++ b/apps/one.yaml\n@@ -10,5 +10,5 @@\n"
        "           nightly:\n             startWindow: 2h\n             retention:\n"
        "-              delete: 70d  # asked for by the auditors\n"
        "+              delete: 90d  # asked for by the auditors\n # the end\n"
    )


def test_a_value_that_others_share_becomes_an_override_of_the_target_in_the_leaf() -> None:
    offer, left = offered("111111111111", change=longer("two-daily"))
    assert left == []
    assert offer.after["app.yaml"] == ROOT
    assert offer.after["apps/two.yaml"].splitlines()[-1] == (
        "spec: {policy: {plans: {daily: {rules: {nightly: {tags: {tier: gold}}}}}}, overrides: [{when: "
        '{account: ["111111111111"], region: [eu-west-1]}, policy: '
        "{plans: {daily: {rules: {nightly: {retention: {delete: 90d}}}}}}}]}"
    )


def test_an_override_follows_the_last_line_of_a_block_and_comes_before_its_comments() -> None:
    change = lambda live: drifted(live, "one-daily", CompletionWindowMinutes=20160)  # noqa: E731
    offer, left = offered("111111111111", change=change)
    assert left == []
    assert offer.after["apps/one.yaml"] == ONE.replace(
        "# the end\n",
        '  overrides:\n    - {when: {account: ["111111111111"], region: [eu-west-1]}, policy: '
        "{plans: {daily: {rules: {nightly: {completeWindow: 336h}}}}}}\n# the end\n",
    )


def test_what_drifted_alike_everywhere_is_edited_once_where_it_is_shared() -> None:
    files = {"app.yaml": ROOT, "apps/two.yaml": TWO}
    offer, left = offered("111111111111", "222222222222", change=longer("two-daily"), files=files)
    assert left == []
    assert [one.place.line for one in offer.adopted] == [19, 19]
    assert offer.after == {**files, "app.yaml": files["app.yaml"].replace("delete: 35d", "delete: 90d")}


@pytest.mark.parametrize(
    "change",
    [
        longer("one-daily", 730),
        lambda live: drifted(live, "one-daily", StartWindowMinutes=270),
        lambda live: drifted(live, "one-daily", RecoveryPointTags={"keep": "${it}"}),
        lambda live: drifted(live, "two-daily", RecoveryPointTags={"tier": "platinum", "other": "012345"}),
        lambda live: drifted(
            live,
            "two-daily",
            CopyActions=[
                {
                    "DestinationBackupVaultArn": "arn:aws:backup:eu-central-1:333333333333:backup-vault:dr",
                    "Lifecycle": {"DeleteAfterDays": 90},
                }
            ],
        ),
        lambda live: live.model_copy(
            update={
                "vaults": tuple(
                    one.model_copy(update={"lock": LiveLock(min_days=14, max_days=365)}) for one in live.vaults
                )
            }
        ),
        lambda live: live.model_copy(
            update={"vaults": tuple(one.model_copy(update={"tags": {**one.tags, "team": "a"}}) for one in live.vaults)}
        ),
    ],
    ids=["years", "window", "tag", "tags", "copy", "lock", "vault-tag"],
)
def test_what_the_language_can_say_is_adopted_and_nothing_drifts_any_more(change: Change) -> None:
    offer, left = offered("111111111111", change=change)
    assert offer.patch
    assert [one for one in left if one.direction != "weakens"] == []


def test_what_a_guardrail_refuses_is_not_offered() -> None:
    files = {**FILES, "app.yaml": ROOT + "  guardrails: {retention: {max: 80d}}\n"}
    offer, left = offered("111111111111", change=longer("one-daily"), files=files)
    assert offer.patch == ""
    assert [one.why for one in offer.left] == [
        "no edit of one place adopts it without changing something else; write it by hand"
    ]
    assert len(left) == 1


def test_files_written_as_json_are_edited_too() -> None:
    leaf = {
        "apiVersion": "backup-apps/v1",
        "kind": "BackupApp",
        "metadata": {"name": "two"},
        "spec": {
            "policy": {"plans": {"daily": {"rules": {"nightly": {"startWindow": "9h", "tags": {"tier": "gold"}}}}}}
        },
    }
    files = {"app.yaml": ROOT, "apps/two.yaml": json.dumps(leaf, indent=2)}
    change = lambda live: drifted(  # noqa: E731
        live, "two-daily", StartWindowMinutes=600, RecoveryPointTags={"tier": "gold", "more": "x"}
    )
    offer, left = offered("111111111111", "222222222222", change=change, files=files)
    assert left == []
    assert '"overrides"' not in offer.after["apps/two.yaml"]
    assert offer.after["apps/two.yaml"].count("overrides: [") == 1
    assert offer.patch.endswith("\n\\ No newline at end of file\n")
    quoted, left = offered(
        "111111111111",
        "222222222222",
        change=lambda live: drifted(live, "two-daily", StartWindowMinutes=600),
        files=files,
    )
    assert left == []
    assert '"startWindow": "10h"' in quoted.after["apps/two.yaml"]


def test_for_ever_and_without_cold_storage_can_be_said_too() -> None:
    root = ROOT.replace(", max: 10y", "").replace("{delete: 35d}", "{cold: 30d, delete: 1y}")
    files = {"app.yaml": root, "apps/two.yaml": TWO}
    offer, left = offered("222222222222", change=longer("two-daily", None), files=files)
    assert left == []
    assert "retention: {delete: never, cold: {'@@remove': true}}" in offer.after["apps/two.yaml"]


def with_weekly(vault: str) -> Change:
    def change(live: LiveTarget) -> LiveTarget:
        weekly = {"RuleName": "weekly", "TargetBackupVaultName": vault, "ScheduleExpression": "cron(0 3 ? * SUN *)"}
        weekly |= {"Lifecycle": {"DeleteAfterDays": 365}}
        plans = (
            one.model_copy(update={"content": backup_plan({**one.content, "Rules": [*one.content["Rules"], weekly]})})
            for one in live.plans
            if one.content
        )
        return live.model_copy(update={"plans": tuple(plans)})

    return change


def test_a_rule_that_somebody_added_is_adopted_with_all_that_it_says() -> None:
    offer, left = offered("222222222222", change=with_weekly("acme-primary"))
    assert left == []
    assert "weekly: {vault: primary, schedule: 'cron(0 3 ? * SUN *)', retention: {delete: 1y}}" in offer.patch


def test_what_has_no_words_is_left_to_a_person_with_the_reason() -> None:
    offer, _ = offered("222222222222", change=with_weekly("elsewhere"))
    assert [one.why for one in offer.left] == ["no vault of the bundle is called elsewhere: declare it by hand"]


def test_what_weakens_is_not_offered() -> None:
    offer, left = offered("111111111111", change=longer("one-daily", 8))
    assert (offer.patch, offer.adopted, offer.left) == ("", (), ())
    assert len(left) == 1
