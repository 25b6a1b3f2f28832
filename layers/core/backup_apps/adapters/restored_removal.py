"""Takes away what a rehearsal restored. Its role may delete nothing that has another name."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.restored_machines import GONE, Clients
from backup_apps.domain.errors import AwsError, NotFoundError
from backup_apps.domain.verification.rehearsal import PREFIX, is_of_a_rehearsal

_BATCH = 1000
_Made = tuple[str, datetime | None]
"""A name that rehearsals give, and when it was made."""


def remove(clients: Clients, type_: str, name: str) -> bool:
    """Whether nothing of the name is left."""
    if not is_of_a_rehearsal(name):
        raise ValueError(f"{name} is not of a rehearsal")
    try:
        with translated():
            return _REMOVALS[type_](clients, name)
    except NotFoundError:
        return True
    except AwsError as error:
        if error.code in GONE:
            return True
        raise


def left_behind(clients: Clients, type_: str, before: datetime) -> tuple[str, ...]:
    """By name and age."""
    with translated():
        return tuple(name for name, made in _LISTINGS[type_](clients) if made is not None and made < before)


def _buckets(clients: Clients) -> Iterator[_Made]:
    """They are listed wherever they are, and deleted from anywhere.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
    """
    for page in clients("s3").get_paginator("list_buckets").paginate(Prefix=PREFIX):
        for bucket in page.get("Buckets", ()):
            if is_of_a_rehearsal(bucket["Name"]):
                yield bucket["Name"], bucket["CreationDate"]


def _tables(clients: Clients) -> Iterator[_Made]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html"""
    dynamodb = clients("dynamodb")
    for page in dynamodb.get_paginator("list_tables").paginate():
        for name in filter(is_of_a_rehearsal, page["TableNames"]):
            yield name, dynamodb.describe_table(TableName=name)["Table"]["CreationDateTime"]


def _databases(clients: Clients) -> Iterator[_Made]:
    """One that is still being created has no time yet.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
    """
    for page in clients("rds").get_paginator("describe_db_instances").paginate():
        for one in page["DBInstances"]:
            if is_of_a_rehearsal(one["DBInstanceIdentifier"]):
                yield one["DBInstanceIdentifier"], one.get("InstanceCreateTime")


def _clusters(clients: Clients) -> Iterator[_Made]:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html"""
    for page in clients("rds").get_paginator("describe_db_clusters").paginate():
        for one in page["DBClusters"]:
            if is_of_a_rehearsal(one["DBClusterIdentifier"]):
                yield one["DBClusterIdentifier"], one.get("ClusterCreateTime")


def _bucket(clients: Clients, name: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html"""
    s3 = clients("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        versions = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        for start in range(0, len(versions), _BATCH):
            s3.delete_objects(Bucket=name, Delete={"Objects": versions[start : start + _BATCH], "Quiet": True})
    s3.delete_bucket(Bucket=name)
    return True


def _table(clients: Clients, name: str) -> bool:
    """A table that is being deleted is still there.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
    """
    dynamodb = clients("dynamodb")
    if dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] != "DELETING":
        dynamodb.delete_table(TableName=name)
    dynamodb.describe_table(TableName=name)
    return False


def _database(clients: Clients, name: str) -> bool:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html"""
    rds = clients("rds")
    (found,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    if found["DBInstanceStatus"] != "deleting":
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
    rds.describe_db_instances(DBInstanceIdentifier=name)
    return False


def _cluster(clients: Clients, name: str) -> bool:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html"""
    rds = clients("rds")
    (found,) = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    if found["Status"] != "deleting":
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    rds.describe_db_clusters(DBClusterIdentifier=name)
    return False


_LISTINGS: Mapping[str, Callable[[Clients], Iterator[_Made]]] = {
    "S3": _buckets,
    "DynamoDB": _tables,
    "RDS": _databases,
    "Aurora": _clusters,
}
_REMOVALS: Mapping[str, Callable[[Clients, str], bool]] = {
    "S3": _bucket,
    "DynamoDB": _table,
    "RDS": _database,
    "Aurora": _cluster,
}
