"""Buckets: every object's current version with its headers, metadata and tags.

https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-s3.html
"""

from collections.abc import Iterator
from typing import Any

from backup_apps_local.backup.data_plane import DataPlaneError, Restore
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup_joint_resources import Clients
from backup_apps_local.backup_joint_store import Store

_HEADERS = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Metadata")


class Buckets:
    def __init__(self, clients: Clients, store: Store) -> None:
        self._clients = clients
        self._store = store

    def snapshot(self, place: tuple[str, str], resource: Resource, handle: str) -> int:
        s3, bucket, size, manifest = self._clients("s3", *place), _name(resource.arn), 0, []
        for number, key in enumerate(_keys(s3, bucket)):
            found = s3.get_object(Bucket=bucket, Key=key)
            body = found["Body"].read()
            self._store.write(handle, f"objects/{number}", body)
            tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
            headers = {name: found[name] for name in _HEADERS if found.get(name)}
            manifest.append({"key": key, "headers": headers, "tags": tags})
            size += len(body)
        self._store.write_manifest(handle, manifest)
        return size

    def copy(self, handle: str, to: tuple[str, str], copied: str, key_arn: str) -> None:
        self._store.copy(handle, copied)

    def restore(self, restore: Restore) -> str:
        """Into a bucket that is there, or a new one. With a key, every object is encrypted by it."""
        s3, bucket = self._clients("s3", restore.account, restore.region), restore.metadata["DestinationBucketName"]
        if bucket not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
            _create(s3, bucket, restore)
        key_arn = restore.metadata.get("KMSKey")
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn} if key_arn else {}
        objects = [] if restore.is_empty else self._store.read_manifest(restore.handle)
        for number, each in enumerate(objects):
            body = self._store.read(restore.handle, f"objects/{number}")
            s3.put_object(Bucket=bucket, Key=each["key"], Body=body, **each["headers"], **encryption)
            if each["tags"]:
                s3.put_object_tagging(Bucket=bucket, Key=each["key"], Tagging={"TagSet": each["tags"]})
        return f"arn:aws:s3:::{bucket}"

    def load(self, handle: str) -> None:
        """All of it is in the store."""

    def discard(self, handle: str) -> None:
        self._store.discard(handle)

    def delete(self, place: tuple[str, str], arn: str) -> None:
        s3, bucket = self._clients("s3", *place), _name(arn)
        for key in list(_keys(s3, bucket)):
            s3.delete_object(Bucket=bucket, Key=key)
        s3.delete_bucket(Bucket=bucket)


def _create(s3: Any, bucket: str, restore: Restore) -> None:
    if restore.metadata.get("NewBucket", "false").lower() != "true":
        raise DataPlaneError(f"Bucket {bucket} does not exist")
    abroad = {"CreateBucketConfiguration": {"LocationConstraint": restore.region}}
    s3.create_bucket(Bucket=bucket, **({} if restore.region == "us-east-1" else abroad))
    if restore.tags:
        tags = [{"Key": key, "Value": value} for key, value in restore.tags.items()]
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


def _keys(s3: Any, bucket: str) -> Iterator[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return (each["Key"] for page in pages for each in page.get("Contents", ()))


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]
