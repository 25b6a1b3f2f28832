"""All that restores live through, so that each permission around them is used."""

from typing import Any

from backup_apps.domain.ledger.entries import HUB_CHAIN
from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

from .conftest import LocalAws
from .databases import LOGIN, SIZE
from .eventbridge import fail
from .shop import Shop
from .waiting import until
from .why import look

MEMBER, OTHER = MEMBER_ACCOUNTS


def restore(aws: LocalAws) -> None:
    """Rehearsed, failed, killed, tested by AWS, made by hand; and events that can't be read."""
    for account in MEMBER_ACCOUNTS:
        shop = Shop(aws, account)
        shop.back_up()
        shop.rehearse("2027-01-04")
        shop.kill()
        shop.advance(hours=4)
        shop.tick("2027-01-04T07:30:00Z")
        shop.hunt("2027-01-05T03:30:00Z")
        shop.results(2)
        shop.test_restores()
        shop.results(3)
        shop.tell("faults", {"kind": "restore-comes-back-empty", "target": f"*{shop.name}*", "times": 2})
        shop.rehearse("2027-01-11")
        shop.advance(hours=4)
        shop.results(5)
        restore_what_is_not_rehearsed(shop)
        ask_why(shop)
        elsewhere = Shop(aws, account, sandbox=MEMBER if account == OTHER else OTHER, has_databases=True)
        elsewhere.back_up()
        elsewhere.rehearse_elsewhere("2027-01-19")
        elsewhere.advance(hours=4)
        elsewhere.results(4)
        for one in (shop, elsewhere):
            one.retire()
    for function in ("start-verifications", "hunt-leftovers", "hear-restore", "take-manifest"):
        fail(aws, function, {})


def ask_why(shop: Shop) -> None:
    """Of what is backed up, whatever it rests on."""
    bucket = look(shop.aws, shop.name, shop.account, "resource", f"arn:aws:s3:::{shop.bucket}")["facts"]
    assert (bucket["is_versioned"], [one["is_there"] for one in bucket["roles"]]) == (False, [True])
    table = look(shop.aws, shop.name, shop.account, "resource", shop.table_arn)
    assert table["facts"]["vaults"][0]["key_state"] == "Enabled"
    assert table["subject"]["job"]["state"] == "COMPLETED"


def results_of(shop: Shop, job: str) -> list[Any]:
    return [one for one in shop.rehearsals.results(HUB_CHAIN) if one.job == job]


def restore_what_is_not_rehearsed(shop: Shop) -> None:
    """Looked at all the same, when somebody restores it."""
    ec2, rds, efs = (shop.aws.client(service, shop.account) for service in ("ec2", "rds", "efs"))
    volume = ec2.create_volume(AvailabilityZone=f"{HOME_REGION}a", Size=1)["VolumeId"]
    rds.create_db_instance(DBInstanceIdentifier=shop.name, **SIZE, **LOGIN)
    rds.create_db_cluster(DBClusterIdentifier=shop.name, Engine="aurora-postgresql", **LOGIN)
    image = ec2.describe_images()["Images"][0]["ImageId"]
    (instance,) = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"]
    files = efs.create_file_system(CreationToken=shop.name)
    new_files = {"file-system-id": files["FileSystemId"], "newFileSystem": "true", "CreationToken": "restored"}
    here = f"{HOME_REGION}:{shop.account}"
    arns: dict[str, dict[str, str]] = {
        f"arn:aws:ec2:{here}:volume/{volume}": {"availabilityZone": f"{HOME_REGION}a"},
        f"arn:aws:rds:{here}:db:{shop.name}": {"DBInstanceIdentifier": f"{shop.name}-2"},
        f"arn:aws:rds:{here}:cluster:{shop.name}": {"DBClusterIdentifier": f"{shop.name}-2"},
        f"arn:aws:ec2:{here}:instance/{instance['InstanceId']}": {},
        files["FileSystemArn"]: new_files,
    }
    role = f"arn:aws:iam::{shop.account}:role/acme-backup"
    for arn, metadata in arns.items():
        asked = {"BackupVaultName": shop.name, "IamRoleArn": role, "ResourceArn": arn}
        job = shop.backup.start_backup_job(**asked)["BackupJobId"]
        shop.advance(hours=2)
        point = shop.backup.describe_backup_job(BackupJobId=job)["RecoveryPointArn"]
        restored = shop.restore_by_hand(point, **metadata)
        shop.advance(hours=2)
        until(lambda job=restored: results_of(shop, job), arn)
        assert shop.hear(restored) == "started"
        assert len(results_of(shop, restored)) == 1, "heard twice, looked at once"
        assert look(shop.aws, shop.name, shop.account, "job", restored)["subject"]["point"]["arn"] == point
        assert f"restore-{restored}" not in {one["run"] for one in shop.rehearsals.asked()}
