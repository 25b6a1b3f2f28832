"""The ledger under Object Lock: each entry an object of the state bucket, written once and kept for as long as the
deployment says, whoever asks.

`ledger/<bundle>/<sequence>.json` is an entry, `ledger/<bundle>/checkpoints/<sequence>-<reason>.json` a checkpoint, each
as the line that an export has of it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.errors import AlreadyExistsError, LedgerBrokenError, ThrottledError
from backup_apps.domain.ledger.entries import Checkpoint, Entry
from backup_apps.domain.ledger.lines import line_of, read_lines
from backup_apps.ports.signals import Clock

_AT_ONCE = 8
_ATTEMPTS = 5
_PAUSE = 0.2


class Lock(NamedTuple):
    """How an object is kept from when it is written."""

    mode: str
    """GOVERNANCE or COMPLIANCE."""
    days: int
    clock: Clock


class LedgerArchive:
    """Who only reads needs no lock."""

    def __init__(self, s3: Any, bucket: str, lock: Lock | None = None) -> None:
        self._s3, self._bucket, self._lock = s3, bucket, lock

    def put(self, documents: Sequence[Entry | Checkpoint]) -> None:
        if len(documents) == 1:  # a thread costs more than it saves
            self._put(documents[0])
            return
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._put, documents))

    @translated()
    def checkpoints(self, bundle: str) -> tuple[Checkpoint, ...]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{_folder(bundle)}/checkpoints/"
        )
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            texts = list(pool.map(self._get, keys))
        read = read_lines(b"".join(texts))
        if read.findings:
            raise LedgerBrokenError(bundle, [finding.message for finding in read.findings])
        return read.checkpoints

    def _get(self, key: str) -> bytes:
        return bytes(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())

    def _put(self, document: Entry | Checkpoint) -> None:
        """An object that is there already is this one: its key says which entry it is, and nobody can change it."""
        for attempt in range(_ATTEMPTS):
            try:
                self._put_once(document)
            except AlreadyExistsError:
                return
            except ThrottledError as error:
                # Somebody else is writing this very object, who may fail yet.
                if error.code != "ConditionalRequestConflict" or attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    @translated()
    def _put_once(self, document: Entry | Checkpoint) -> None:
        assert self._lock is not None, "nothing is archived without a lock"
        self._s3.put_object(
            Bucket=self._bucket,
            Key=object_key(document),
            Body=line_of(document),
            ContentType="application/json",
            IfNoneMatch="*",
            ObjectLockMode=self._lock.mode,
            ObjectLockRetainUntilDate=self._lock.clock() + timedelta(days=self._lock.days),
        )


def object_key(document: Entry | Checkpoint) -> str:
    """Where it lies; sequences have twelve digits, so that a listing is in order."""
    folder = _folder(document.bundle)
    if isinstance(document, Entry):
        return f"{folder}/{document.sequence:012}.json"
    return f"{folder}/checkpoints/{document.sequence:012}-{document.reason.value}.json"


def _folder(bundle: str) -> str:
    return f"ledger/{bundle}"
