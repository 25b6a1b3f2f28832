"""The databases of an app, and the network that they are rehearsed in."""

from collections.abc import Iterable
from typing import Any

from backup_apps_local.world import HOME_REGION

from .conftest import LocalAws

LOGIN = {"MasterUsername": "crm", "MasterUserPassword": "not-a-secret"}
SIZE: dict[str, Any] = {"Engine": "postgres", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 5}
KEPT_SECRET = {"StorageEncrypted": True}


class Databases:
    """An instance and a cluster of an account, under one name; they are rehearsed in a sandbox."""

    def __init__(self, aws: LocalAws, account: str, sandbox: str, name: str) -> None:
        self.aws, self.account, self.sandbox, self.name = aws, account, sandbox, name

    def make(self) -> list[str]:
        """Their ARNs; from now on there is a `network`."""
        ec2, rds = self.aws.client("ec2", self.sandbox), self._rds()
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{HOME_REGION}{zone}")
            for number, zone in enumerate("ab")
        ]
        ids = [one["Subnet"]["SubnetId"] for one in subnets]
        rds.create_db_subnet_group(DBSubnetGroupName=self.name, DBSubnetGroupDescription="rehearsals", SubnetIds=ids)
        group = ec2.create_security_group(GroupName=self.name, Description="rehearsals", VpcId=vpc)["GroupId"]
        self.network = {"subnetGroup": self.name, "securityGroups": [group]}
        rds = self.aws.client("rds", self.account)
        one = rds.create_db_instance(DBInstanceIdentifier=self.name, **SIZE, **LOGIN, **KEPT_SECRET)["DBInstance"]
        cluster = {"DBClusterIdentifier": self.name, "Engine": "aurora-postgresql"}
        two = rds.create_db_cluster(**cluster, **LOGIN, **KEPT_SECRET)["DBCluster"]
        return [str(one["DBInstanceArn"]), str(two["DBClusterArn"])]

    def names(self) -> list[str]:
        """Of all that are in the sandbox, other apps' too."""
        return [*self._instances(), *self._clusters()]

    def swap(self, restored: Iterable[str]) -> None:
        """Others under the names of what was restored: smaller, open to the world, of other engines."""
        rds, instances, clusters = self._rds(), self._instances(), self._clusters()
        for name in restored:
            if name in instances:
                rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
                other = {**SIZE, "Engine": "mysql", "AllocatedStorage": 4, "PubliclyAccessible": True}
                rds.create_db_instance(DBInstanceIdentifier=name, **other, **LOGIN)
            elif name in clusters:
                rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
                rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-mysql", **LOGIN)

    def _instances(self) -> list[str]:
        return [one["DBInstanceIdentifier"] for one in self._rds().describe_db_instances()["DBInstances"]]

    def _clusters(self) -> list[str]:
        return [one["DBClusterIdentifier"] for one in self._rds().describe_db_clusters()["DBClusters"]]

    def _rds(self) -> Any:
        return self.aws.client("rds", self.sandbox)
