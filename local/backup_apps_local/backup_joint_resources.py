"""The resources of an AWS endpoint, as AWS Backup finds them: buckets, tables, volumes, databases, instances, file
systems.

`Clients` makes the boto3 client of a service for an account and region; those of `clients.client` do on the local AWS.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from backup_apps_local.backup.resource_types import type_of
from backup_apps_local.backup.resources import Resource

Clients = Callable[[str, str, str], Any]
"""Of service, account and region."""


class AwsResources:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._listings: dict[str, Callable[[str, str], Iterator[Resource]]] = {
            "Aurora": self._clusters,
            "DynamoDB": self._tables,
            "EBS": self._volumes,
            "EC2": self._instances,
            "EFS": self._file_systems,
            "RDS": self._databases,
            "S3": self._buckets,
        }

    def in_region(self, account: str, region: str) -> Iterable[Resource]:
        return [resource for listing in self._listings.values() for resource in listing(account, region)]

    def find(self, account: str, region: str, arn: str) -> Resource | None:
        kind = type_of(arn)
        listing = self._listings.get(kind.name) if kind else None
        return next((each for each in listing(account, region) if each.arn == arn), None) if listing else None

    def _buckets(self, account: str, region: str) -> Iterator[Resource]:
        """Those of the region: listing buckets gives those of all."""
        s3 = self._clients("s3", account, region)
        for bucket in sorted(each["Name"] for each in s3.list_buckets()["Buckets"]):
            location = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or "us-east-1"
            if location == region:
                yield Resource(f"arn:aws:s3:::{bucket}", "S3", _bucket_tags(s3, bucket), bucket)

    def _tables(self, account: str, region: str) -> Iterator[Resource]:
        dynamodb = self._clients("dynamodb", account, region)
        for page in dynamodb.get_paginator("list_tables").paginate():
            for name in page["TableNames"]:
                table = dynamodb.describe_table(TableName=name)["Table"]
                tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
                key = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
                metadata = {"originalTableName": name}
                yield Resource(table["TableArn"], "DynamoDB", tags_of(tags), name, key, metadata)

    def _volumes(self, account: str, region: str) -> Iterator[Resource]:
        ec2 = self._clients("ec2", account, region)
        for page in ec2.get_paginator("describe_volumes").paginate():
            for volume in page["Volumes"]:
                arn = f"arn:aws:ec2:{region}:{account}:volume/{volume['VolumeId']}"
                metadata = {
                    "volumeId": volume["VolumeId"],
                    "volumeSize": str(volume["Size"]),
                    "volumeType": volume["VolumeType"],
                    "availabilityZone": volume["AvailabilityZone"],
                    "encrypted": str(volume["Encrypted"]).lower(),
                }
                yield Resource(arn, "EBS", tags_of(volume.get("Tags", [])), None, volume.get("KmsKeyId"), metadata)

    def _databases(self, account: str, region: str) -> Iterator[Resource]:
        """Instances; those of a cluster are backed up with it."""
        rds = self._clients("rds", account, region)
        for page in rds.get_paginator("describe_db_instances").paginate():
            for database in page["DBInstances"]:
                if not database.get("DBClusterIdentifier"):
                    yield _database(database)

    def _clusters(self, account: str, region: str) -> Iterator[Resource]:
        rds = self._clients("rds", account, region)
        for page in rds.get_paginator("describe_db_clusters").paginate():
            for cluster in page["DBClusters"]:
                if cluster["Engine"].startswith("aurora"):
                    yield _cluster(cluster)

    def _instances(self, account: str, region: str) -> Iterator[Resource]:
        """A terminated one is shown for a while, and can't be backed up."""
        ec2 = self._clients("ec2", account, region)
        for page in ec2.get_paginator("describe_instances").paginate():
            for instance in (each for reservation in page["Reservations"] for each in reservation["Instances"]):
                if instance["State"]["Name"] != "terminated":
                    arn = f"arn:aws:ec2:{region}:{account}:instance/{instance['InstanceId']}"
                    metadata = {"instanceType": instance["InstanceType"]}
                    yield Resource(arn, "EC2", tags_of(instance.get("Tags", [])), None, None, metadata)

    def _file_systems(self, account: str, region: str) -> Iterator[Resource]:
        for page in self._clients("efs", account, region).get_paginator("describe_file_systems").paginate():
            for each in page["FileSystems"]:
                metadata = {"file-system-id": each["FileSystemId"]}
                tags = tags_of(each.get("Tags", []))
                yield Resource(each["FileSystemArn"], "EFS", tags, each.get("Name"), each.get("KmsKeyId"), metadata)


def _cluster(cluster: dict[str, Any]) -> Resource:
    members = ("Engine", "EngineVersion", "DBClusterIdentifier")
    metadata = {name: str(cluster[name]) for name in members if cluster.get(name)}
    tags, identifier = tags_of(cluster.get("TagList", [])), cluster["DBClusterIdentifier"]
    return Resource(cluster["DBClusterArn"], "Aurora", tags, identifier, cluster.get("KmsKeyId") or None, metadata)


def _database(database: dict[str, Any]) -> Resource:
    members = ("DBInstanceClass", "Engine", "DBInstanceIdentifier", "StorageType", "Port")
    metadata = {name: str(database[name]) for name in members if name in database}
    tags = tags_of(database.get("TagList", []))
    identifier = database["DBInstanceIdentifier"]
    return Resource(database["DBInstanceArn"], "RDS", tags, identifier, database.get("KmsKeyId") or None, metadata)


def tags_of(listed: list[dict[str, str]]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in listed}


def _bucket_tags(s3: Any, bucket: str) -> dict[str, str]:
    """A bucket without tags is an error."""
    try:
        return tags_of(s3.get_bucket_tagging(Bucket=bucket)["TagSet"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        return {}
