"""What a rollback can't bring back is read off its changes."""

import pytest

from backup_apps.domain.changes import Change, ChangeSet, Create, Keep, Kind, Prune, Update
from backup_apps.domain.rollback import losses


def plan(**days: int | None) -> dict[str, object]:
    """A plan with these rules and how long each keeps."""
    rules = [{"RuleName": name, "Lifecycle": {"DeleteAfterDays": kept} if kept else {}} for name, kept in days.items()]
    return {"BackupPlan": {"BackupPlanName": "daily", "Rules": rules}}


def change_set(*changes: Change, account: str = "111111111111", conflicts: tuple[str, ...] = ()) -> ChangeSet:
    return ChangeSet(bundle="acme", account=account, region="eu-west-1", changes=changes, conflicts=conflicts)


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (Create(kind=Kind.VAULT, name="main", after={}), "vault main was deleted since: it is made anew, empty"),
        (Create(kind=Kind.PLAN, name="daily", after=plan()), "plan daily was deleted since: the backups"),
        (Create(kind=Kind.SELECTION, name="daily", item="t", after={}), "selection daily/t was not there"),
        (
            Update(kind=Kind.PLAN, name="daily", before=plan(nightly=35), after=plan(nightly=70)),
            "plan daily rule nightly: points made meanwhile stay 35 days;",
        ),
        (
            Update(kind=Kind.PLAN, name="daily", before=plan(nightly=None), after=plan(nightly=70)),
            "plan daily rule nightly: points made meanwhile stay for ever;",
        ),
        (
            Update(kind=Kind.PLAN, name="daily", before=plan(a=35), after=plan(a=35, b=35)),
            "plan daily rule b was not there",
        ),
    ],
)
def test_a_loss(change: Change, lost: str) -> None:
    (sentence,) = losses([change_set(change)])
    assert sentence.startswith(f"111111111111/eu-west-1 {lost}")


@pytest.mark.parametrize(
    "change",
    [
        Create(kind=Kind.VAULT_TAG, name="main", item="a", after="b"),
        Update(kind=Kind.PLAN, name="daily", before=plan(nightly=35, old=7), after=plan(nightly=35)),
        Prune(kind=Kind.SELECTION, name="daily", item="t", before={}),
        Keep(kind=Kind.VAULT, name="main", before={}, reason="it holds points"),
    ],
)
def test_what_comes_back_is_no_loss(change: Change) -> None:
    assert losses([change_set(change)]) == []


def test_a_lock_that_nobody_can_change_is_one_and_targets_are_in_order() -> None:
    gone = Create(kind=Kind.PLAN, name="daily", after=plan())
    locked = change_set(account="222222222222", conflicts=("vault main has a compliance lock fixed since 2026",))
    assert [one[:12] for one in losses([locked, change_set(gone)])] == ["111111111111", "222222222222"]
    assert losses([locked]) == ["222222222222/eu-west-1 vault main has a compliance lock fixed since 2026"]
