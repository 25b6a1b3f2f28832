"""Where the bytes behind recovery points are: a bucket of an account of AWS's own, one folder for each snapshot."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps_local.backup_joint_resources import Clients

ACCOUNT = "000000000000"
_REGION = "us-east-1"
_BUCKET = "aws-backup-recovery-points"
_MANIFEST = "manifest.json"


class Store:
    """Folders are named by the handles of snapshots."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._is_there = False

    def write(self, handle: str, name: str, body: bytes) -> None:
        self._s3.put_object(Bucket=_BUCKET, Key=f"{handle}/{name}", Body=body)

    def read(self, handle: str, name: str) -> bytes:
        return bytes(self._s3.get_object(Bucket=_BUCKET, Key=f"{handle}/{name}")["Body"].read())

    def write_manifest(self, handle: str, manifest: Any) -> None:
        self.write(handle, _MANIFEST, json.dumps(manifest, default=_encoded).encode())

    def read_manifest(self, handle: str) -> Any:
        return json.loads(self.read(handle, _MANIFEST), object_hook=_decoded)

    def copy(self, handle: str, to: str) -> None:
        for key in list(self._keys(handle)):
            name = key.removeprefix(f"{handle}/")
            self.write(to, name, self.read(handle, name))

    def holds(self, handle: str) -> bool:
        return next(self._keys(handle), None) is not None

    def save(self, handle: str) -> dict[str, str]:
        names = [key.removeprefix(f"{handle}/") for key in self._keys(handle)]
        return {name: base64.b64encode(self.read(handle, name)).decode() for name in names}

    def load(self, handle: str, saved: Mapping[str, str]) -> None:
        for name, text in saved.items():
            self.write(handle, name, base64.b64decode(text))

    def discard(self, handle: str) -> None:
        for key in list(self._keys(handle)):
            self._s3.delete_object(Bucket=_BUCKET, Key=key)

    def _keys(self, handle: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=_BUCKET, Prefix=f"{handle}/")
        return (each["Key"] for page in pages for each in page.get("Contents", ()))

    @property
    def _s3(self) -> Any:
        s3 = self._clients("s3", ACCOUNT, _REGION)
        if not self._is_there:
            s3.create_bucket(Bucket=_BUCKET)
            self._is_there = True
        return s3


def _encoded(value: Any) -> Any:
    """JSON has no bytes, nor moments; of a moment nothing is needed but what it says."""
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    return str(value)


def _decoded(document: dict[str, Any]) -> Any:
    return base64.b64decode(document["$bytes"]) if set(document) == {"$bytes"} else document
