"""Facts of volumes, databases, instances and file systems, and a fault in each that the checks find."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from backup_apps.adapters import restored_facts
from backup_apps.adapters.clients import client
from backup_apps.adapters.restored_removal import remove
from backup_apps.domain.verification.case import Case
from backup_apps.domain.verification.facts import Facts, Manifest
from backup_apps.domain.verification.judgement import judge
from backup_apps.domain.verification.rehearsal import PREFIX
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.ports.verification import Question

ACCOUNT = "123456789012"
LOGIN = {"MasterUsername": "crm", "MasterUserPassword": "not-a-secret"}


def facts_of(type_: str, arn: str, clients: Callable[[str], Any] = client) -> Facts:
    found = restored_facts.facts_of(clients, Question(type_, arn))
    assert found is not None
    return found


def made_volume(**more: Any) -> str:
    asked = {"AvailabilityZone": "eu-west-1a", "Size": 8, "Encrypted": True} | more
    return f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/{boto3.client('ec2').create_volume(**asked)['VolumeId']}"


def made_database(name: str, **more: Any) -> str:
    asked = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20, **LOGIN} | more
    return str(
        boto3.client("rds").create_db_instance(DBInstanceIdentifier=name, **asked)["DBInstance"]["DBInstanceArn"]
    )


def made_cluster(name: str, **more: Any) -> str:
    asked = {"Engine": "aurora-postgresql", "StorageEncrypted": True, **LOGIN} | more
    return str(boto3.client("rds").create_db_cluster(DBClusterIdentifier=name, **asked)["DBCluster"]["DBClusterArn"])


def made_instance(encrypted: bool = True) -> str:
    ec2 = boto3.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    disk = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8, "Encrypted": encrypted}}
    asked: dict[str, Any] = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "BlockDeviceMappings": [disk]}
    return f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{ec2.run_instances(**asked)['Instances'][0]['InstanceId']}"


def made_file_system(token: str, encrypted: bool = True) -> str:
    return str(boto3.client("efs").create_file_system(CreationToken=token, Encrypted=encrypted)["FileSystemArn"])


Pair = tuple[str, str, str, set[str]]
"""Type, source, faulty restore, and the rules that object to it."""


def stopped() -> Pair:
    source, restored = made_instance(), made_instance()
    boto3.client("ec2").stop_instances(InstanceIds=[restored.rpartition("/")[2]])
    return "EC2", source, restored, {"V321", "V322"}


PAIRS: list[Callable[[], Pair]] = [
    lambda: ("EBS", made_volume(), made_volume(Size=4), {"V302"}),
    lambda: ("EBS", made_volume(), made_volume(Encrypted=False), {"V105"}),
    lambda: ("RDS", made_database("crm"), made_database("crm-2", AllocatedStorage=10), {"V313"}),
    lambda: ("RDS", made_database("crm"), made_database("crm-2", Engine="mysql"), {"V312"}),
    lambda: ("Aurora", made_cluster("c"), made_cluster("c-2", Engine="aurora-mysql"), {"V312"}),
    lambda: ("Aurora", made_cluster("c"), made_cluster("c-2", StorageEncrypted=False), {"V105"}),
    stopped,
    lambda: ("EC2", made_instance(), made_instance(encrypted=False), {"V105"}),
    lambda: ("EFS", made_file_system("f"), made_file_system("f-2", encrypted=False), {"V105"}),
]


@pytest.mark.parametrize("made", PAIRS)
def test_a_faulty_restore_is_found_out(aws: None, made: Callable[[], Pair]) -> None:
    type_, source, restored, rules = made()
    facts = facts_of(type_, source)
    manifest = Manifest(facts, facts)
    assert judge(Case(type_, facts, manifest)).verdict is Verdict.VERIFIED
    judgement = judge(Case(type_, facts_of(type_, restored), manifest))
    assert (judgement.verdict, {one.rule for one in judgement.findings}) == (Verdict.FAILED, rules)


@pytest.mark.parametrize("type_", ["RDS", "Aurora"])
def test_a_rehearsed_database_is_gone_once_it_is_gone(aws: None, type_: str) -> None:
    name = f"{PREFIX}{ACCOUNT}-0123456789abcdef"
    arn = made_database(name) if type_ == "RDS" else made_cluster(name)
    while not remove(client, type_, name):
        continue
    assert restored_facts.facts_of(client, Question(type_, arn)) is None
    assert remove(client, type_, name) is True


class Told:
    """A client that answers one thing to every call that has a name."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return lambda **asked: self._answers[name]


@pytest.mark.parametrize(
    ("statuses", "passes"),
    [(("ok", "ok"), True), (("ok", "initializing"), None), (("impaired", "ok"), False), ((), None)],
)
def test_the_status_checks_of_an_instance(statuses: tuple[str, ...], passes: bool | None) -> None:
    told = dict(zip(("SystemStatus", "InstanceStatus"), ({"Status": one} for one in statuses), strict=False))
    ec2 = Told(
        describe_instances={"Reservations": [{"Instances": [{"State": {"Name": "running"}}]}]},
        describe_instance_status={"InstanceStatuses": [told] if told else []},
    )
    found = facts_of("EC2", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1", lambda service: ec2)
    assert found.type == "EC2"
    assert (found.passes, found.volumes, found.encrypted) == (passes, 0, False)


def test_a_truncated_file_system_is_found_out() -> None:
    def efs(size: int) -> Callable[[str], Any]:
        described = {"LifeCycleState": "available", "SizeInBytes": {"Value": size}, "Encrypted": True}
        return lambda service: Told(describe_file_systems={"FileSystems": [described]})

    arn = f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-1"
    source, restored = facts_of("EFS", arn, efs(6144)), facts_of("EFS", arn, efs(100))
    assert [one.rule for one in judge(Case("EFS", restored, Manifest(source, source))).findings] == ["V332"]
