"""What is left when a region, an account or a key is lost."""

from datetime import UTC, datetime, timedelta

from backup_apps.domain.simulation.losses import Left, Loss, What, losses_of, values_of
from backup_apps.domain.simulation.what_if import Simulation
from simulation.worlds import (
    ABROAD,
    ACCOUNT,
    BUCKET,
    DATABASE,
    FILES,
    HERE,
    KEY,
    copy_to,
    plan,
    resource,
    rule,
    simulated,
    state,
    vault,
)

EVENING = datetime(2027, 1, 11, tzinfo=UTC)
HOME = Loss(What.REGION, HERE.region)
COPIED = state(plan(rule(CopyActions=[copy_to(ABROAD, DeleteAfterDays=3)])), abroad=vault())


def left(simulation: Simulation, loss: Loss, at: datetime = EVENING) -> list[Left]:
    return list(losses_of(simulation.question.resources, simulation.after.points, loss, at))


def test_without_a_copy_everything_is_lost() -> None:
    (one,) = left(simulated(state(plan(rule()))), HOME)
    assert (one.is_lost, one.there, one.left, one.newest, one.gap, one.worst) == (True, 7, 0, None, None, None)


def test_the_newest_copy_elsewhere_is_what_is_left() -> None:
    """At its worst just before the next copy is there, 26 minutes after the run: 10 for the backup, 16 for the copy."""
    (one,) = left(simulated(COPIED), HOME)
    assert one.newest
    assert (one.there, one.left) == (10, 3)
    assert one.newest.point.vault.target == ABROAD
    assert one.gap == timedelta(hours=21)
    assert one.worst == timedelta(days=1, minutes=26) - timedelta(microseconds=1)


def test_before_the_first_copy_of_the_day_all_would_have_been_lost() -> None:
    (one,) = left(simulated(COPIED), HOME, datetime(2027, 1, 2, tzinfo=UTC))
    assert (one.gap, one.worst) == (timedelta(hours=21), None)


def test_the_region_of_the_copies_is_no_loss_of_the_resource() -> None:
    (one,) = left(simulated(COPIED), Loss(What.REGION, ABROAD.region))
    assert (one.is_lost, one.there, one.left, one.gap) == (False, 10, 7, timedelta(hours=21))
    assert left(simulated(state(plan(rule()))), Loss(What.REGION, ABROAD.region)) == []


def test_an_account_is_lost_in_all_its_regions() -> None:
    (one,) = left(simulated(COPIED), Loss(What.ACCOUNT, ACCOUNT))
    assert (one.is_lost, one.left) == (True, 0)


def test_a_key_takes_what_it_encrypts_and_the_key_of_a_resource_its_snapshots() -> None:
    """File systems are backed up under the key of the vault, databases under their own."""
    own = "arn:aws:kms:eu-west-1:111111111111:key/own"
    both = simulated(state(plan(rule())), resource(FILES), resource(DATABASE, key=own))
    (files,) = left(both, Loss(What.KEY, KEY))
    (database,) = left(both, Loss(What.KEY, own))
    assert (files.resource.arn, files.is_lost, files.left) == (FILES, False, 0)
    assert (database.resource.arn, database.is_lost, database.left) == (DATABASE, True, 0)


def test_what_loses_most_comes_first() -> None:
    """Of two that are lost the one with nothing left, and before what lives on."""
    unprotected = resource(DATABASE, tags=(("awsbackup-restore-test", "1"),))
    abroad = resource(FILES)._replace(target=ABROAD)
    found = left(simulated(COPIED, abroad, resource(BUCKET), unprotected), HOME)
    assert [one.resource.arn for one in found] == [DATABASE, BUCKET]


def test_a_continuous_backup_is_nearly_up_to_date() -> None:
    both = state(plan(rule(EnableContinuousBackup=True), rule("weekly", "cron(0 9 ? * FRI *)")))
    found = simulated(both, resource(DATABASE, key="arn:of:the:database"))
    (one,) = left(found, Loss(What.KEY, "arn:of:the:database"))
    assert (one.gap, one.worst) == (timedelta(minutes=15), timedelta(minutes=15))


def test_what_may_be_lost_is_what_there_is() -> None:
    found = simulated(COPIED)
    assert values_of(What.REGION, found) == ("eu-west-1", "us-east-1")
    assert values_of(What.ACCOUNT, found) == (ACCOUNT,)
    assert values_of(What.KEY, found) == (
        "arn:aws:kms:eu-west-1:111111111111:key/1",
        f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/backup",
    )
