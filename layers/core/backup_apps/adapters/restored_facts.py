"""What AWS says of a bucket, a table or a machine, and what is in it."""

import base64
import hashlib
import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.restored_machines import GONE, MACHINES, Clients
from backup_apps.domain.errors import AwsError, NotFoundError
from backup_apps.domain.verification.facts import SAMPLED, Bucket, Facts, Table
from backup_apps.ports.verification import Question

_BLOCK = 1024 * 1024


def facts_of(clients: Clients, question: Question) -> Facts | None:
    """None if it is not there, or of a type that is not read here."""
    read = _READERS.get(question.type)
    if read is None or not question.arn:
        return None
    try:
        with translated():
            return read(clients, question)
    except NotFoundError:
        return None
    except AwsError as error:
        if error.code in GONE:
            return None
        raise


def _bucket(clients: Clients, question: Question) -> Bucket:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"""
    s3, bucket = clients("s3"), question.arn.rpartition(":")[2]
    listed = _Listed(_pages(s3, "list_objects_v2", "Contents", Bucket=bucket), question.bucket_canary)
    digests, keys = {}, set()
    for key in _sampled(listed, question):
        found = s3.get_object(Bucket=bucket, Key=key)
        digests[key] = _digest(found["Body"].iter_chunks(_BLOCK))
        keys.add(found.get("SSEKMSKeyId"))
    return Bucket(
        objects=listed.objects,
        bytes=listed.bytes,
        sample=digests,
        canary=None if question.bucket_canary is None else listed.has_canary,
        key=", ".join(sorted(key or "a key of AWS's own" for key in keys)) if keys - {None} else None,
    )


class _Listed:
    """The names of objects, counted as they pass: a bucket may have more of them than fit into memory."""

    def __init__(self, objects: Iterable[Mapping[str, Any]], canary: str | None) -> None:
        self._objects, self._canary = objects, canary
        self.objects, self.bytes, self.has_canary = 0, 0, False

    def __iter__(self) -> Iterator[str]:
        for each in self._objects:
            self.objects += 1
            self.bytes += int(each["Size"])
            self.has_canary |= each["Key"] == self._canary
            yield str(each["Key"])


def _sampled(names: Iterable[str], question: Question) -> list[str]:
    """Those with the smallest hashes: the same of the same names, and no matter in which order."""
    if question.sampled is not None:
        return sorted(name for name in names if name in question.sampled)
    return sorted(heapq.nsmallest(SAMPLED, names, key=_rank))


def _rank(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _table(clients: Clients, question: Question) -> Table:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html"""
    dynamodb, name = clients("dynamodb"), question.arn.rpartition("/")[2]
    table = dynamodb.describe_table(TableName=name)["Table"]
    attributes = [key["AttributeName"] for key in table["KeySchema"]]
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    sample, items = _items(dynamodb, name, attributes, question)
    return Table(
        status=table["TableStatus"],
        key_schema=tuple(_keys(table["KeySchema"])),
        indexes={index["IndexName"]: _index(index) for index in _indexes(table)},
        items=items,
        sample=sample,
        canary=_has_item(dynamodb, name, types, question.table_canary) if question.table_canary else None,
        key=table.get("SSEDescription", {}).get("KMSMasterKeyArn"),
    )


def _items(dynamodb: Any, name: str, attributes: list[str], question: Question) -> tuple[dict[str, str], int]:
    """Digests of the sampled items, and how many items there are; no more than the sample is held at a time."""
    count, held = 0, dict[str, str]()
    for item in _pages(dynamodb, "scan", "Items", TableName=name, ConsistentRead=True):
        count += 1
        key = _canonical({attribute: item[attribute] for attribute in attributes})
        if question.sampled is None or key in question.sampled:
            held[key] = _digest([_canonical(item).encode()])
        if question.sampled is None and len(held) > 2 * SAMPLED:
            held = {key: held[key] for key in heapq.nsmallest(SAMPLED, held, key=_rank)}
    kept = held if question.sampled is not None else heapq.nsmallest(SAMPLED, held, key=_rank)
    return {key: held[key] for key in sorted(kept)}, count


def _canonical(value: Any) -> str:
    return json.dumps(_comparable(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _comparable(value: Any) -> Any:
    """An attribute as JSON; the order of a set says nothing."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {
            name: sorted(map(_canonical, part))
            if name in ("SS", "NS", "BS") and isinstance(part, list)
            else _comparable(part)
            for name, part in value.items()
        }
    return [_comparable(part) for part in value] if isinstance(value, list) else value


def _keys(schema: Iterable[Mapping[str, str]]) -> Iterator[str]:
    return (f"{key['AttributeName']} {key['KeyType']}" for key in schema)


def _indexes(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        yield from table.get(kind) or ()


def _index(index: Mapping[str, Any]) -> str:
    projected = index.get("Projection", {})
    others = " ".join(sorted(projected.get("NonKeyAttributes") or ()))
    return ", ".join([*_keys(index["KeySchema"]), f"{projected.get('ProjectionType', '')} {others}".strip()])


def _has_item(dynamodb: Any, name: str, types: Mapping[str, str], canary: Mapping[str, str]) -> bool:
    key = {attribute: {types.get(attribute, "S"): value} for attribute, value in canary.items()}
    return "Item" in dynamodb.get_item(TableName=name, Key=key, ConsistentRead=True)


def _pages(client: Any, operation: str, members: str, **arguments: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(members, ())


_READERS: Mapping[str, Callable[[Clients, Question], Facts]] = {
    "S3": _bucket,
    "DynamoDB": _table,
    **MACHINES,
}
