"""The policy bucket and the state bucket on S3."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.errors import AlreadyExistsError
from backup_apps.ports.storage import Upload, Uploaded


class PolicyBucket:
    """Uploaded bundles."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    @translated()
    def uploaded_since(self, moment: datetime) -> tuple[Uploaded, ...]:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix="bundles/")
        return tuple(
            Uploaded(one["Key"], one["VersionId"], one["LastModified"].astimezone(UTC))
            for page in pages
            for one in page.get("Versions", ())
            if one["Key"].endswith(".zip") and one["LastModified"] >= moment
        )

    @translated()
    def fetch(self, key: str, object_version: str | None, max_bytes: int) -> Upload:
        which = {"VersionId": object_version} if object_version else {}
        answer = self._s3.get_object(Bucket=self._bucket, Key=key, **which)
        with closing(answer["Body"]) as stored:
            body = stored.read() if answer["ContentLength"] <= max_bytes else None
        committed: datetime = answer["LastModified"]
        return Upload(body, committed.astimezone(UTC).isoformat(), answer.get("VersionId", ""))

    @translated()
    def fetch_as_of(self, key: str, moment: str, max_bytes: int) -> Upload | None:
        """S3 lists the versions of a key newest first, and deletions among them; it counts in whole seconds.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
        """
        at = datetime.fromisoformat(moment)
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        written = [one for page in pages for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, ())]
        until = [one for one in written if one["Key"] == key and one["LastModified"].replace(microsecond=0) <= at]
        current = max(until, key=lambda one: (one["LastModified"], one["IsLatest"]), default=None)
        return self.fetch(key, current["VersionId"], max_bytes) if current and "Size" in current else None

    @translated()
    def put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)

    def put_once(self, key: str, body: bytes) -> bool:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
        return _put_once(self._s3, Bucket=self._bucket, Key=key, Body=body)


class StateBucket:
    """Documents that the hub writes for itself and for people."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    @translated()
    def read(self, key: str) -> str:
        return str(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode())

    @translated()
    def write(self, key: str, text: str) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=text.encode(), ContentType=_kind(key))

    def write_once(self, key: str, text: str) -> bool:
        return _put_once(self._s3, Bucket=self._bucket, Key=key, Body=text.encode(), ContentType=_kind(key))

    def location(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def _kind(key: str) -> str:
    ending = key.rpartition(".")[2]
    return {"json": "application/json", "html": "text/html; charset=utf-8"}.get(ending, "text/plain; charset=utf-8")


def _put_once(s3: Any, **request: Any) -> bool:
    try:
        with translated():
            s3.put_object(**request, IfNoneMatch="*")
    except AlreadyExistsError:
        return False
    return True
