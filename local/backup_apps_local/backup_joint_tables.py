"""Tables: schema, indexes and every item.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-dynamodb.html
"""

from collections.abc import Iterator
from typing import Any

from backup_apps_local.backup.data_plane import DataPlaneError, Restore
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup_joint_resources import Clients
from backup_apps_local.backup_joint_store import Store

_INDEX = ("IndexName", "KeySchema", "Projection")
_BATCH = 25
_ITEMS = "items"


class Tables:
    def __init__(self, clients: Clients, store: Store) -> None:
        self._clients = clients
        self._store = store

    def snapshot(self, place: tuple[str, str], resource: Resource, handle: str) -> int:
        dynamodb, name = self._clients("dynamodb", *place), _name(resource.arn)
        table = dynamodb.describe_table(TableName=name)["Table"]
        pages = dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        self._store.write_manifest(handle, {"schema": _schema(table), _ITEMS: items})
        return int(table.get("TableSizeBytes", 0))

    def copy(self, handle: str, to: tuple[str, str], copied: str, key_arn: str) -> None:
        self._store.copy(handle, copied)

    def restore(self, restore: Restore) -> str:
        """Always a new table."""
        dynamodb, name = self._clients("dynamodb", restore.account, restore.region), restore.metadata["targetTableName"]
        kept = self._store.read_manifest(restore.handle)
        tags = [{"Key": key, "Value": value} for key, value in restore.tags.items()]
        table = dynamodb.create_table(
            TableName=name, **kept["schema"], **_encryption(restore), **({"Tags": tags} if tags else {})
        )
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        for batch in _batches([] if restore.is_empty else kept[_ITEMS]):
            _put(dynamodb, name, batch)
        return str(table["TableDescription"]["TableArn"])

    def load(self, handle: str) -> None:
        """All of it is in the store."""

    def discard(self, handle: str) -> None:
        self._store.discard(handle)

    def delete(self, place: tuple[str, str], arn: str) -> None:
        self._clients("dynamodb", *place).delete_table(TableName=_name(arn))


def _schema(table: dict[str, Any]) -> dict[str, Any]:
    """What CreateTable asks for; the restored table is billed by request."""
    indexes = {
        kind: [{name: index[name] for name in _INDEX} for index in table[kind]]
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        if table.get(kind)
    }
    keys = {name: table[name] for name in ("KeySchema", "AttributeDefinitions")}
    return {**keys, **indexes, "BillingMode": "PAY_PER_REQUEST"}


def _encryption(restore: Restore) -> dict[str, Any]:
    key_arn = restore.metadata.get("kmsMasterKeyArn")
    return {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn}} if key_arn else {}


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _put(dynamodb: Any, name: str, items: list[Any]) -> None:
    asked = {name: [{"PutRequest": {"Item": item}} for item in items]}
    for _ in range(10):
        asked = dynamodb.batch_write_item(RequestItems=asked).get("UnprocessedItems", {})
        if not asked:
            return
    raise DataPlaneError(f"Table {name} does not take its items")


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
