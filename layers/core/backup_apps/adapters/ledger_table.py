"""The chains of the ledger in the hub's DynamoDB table.

| pk              | sk                     | what it is                                                          |
|-----------------|------------------------|---------------------------------------------------------------------|
| LEDGER#<bundle> | ENTRY#<sequence>       | an entry, in its canonical form                                     |
| LEDGER#<bundle> | ID#<SHA-256 of an id>  | says that this happened already                                     |
| LEDGER#<bundle> | HEAD                   | sequence, hash and time of the last entry                           |
| LEDGER#<bundle> | ARCHIVED               | up to which entry the archive in S3 is complete                     |
| LEDGER#<bundle> | CHECKPOINT#<sequence>  | a signed checkpoint                                                 |

Entries, their ids and the head are written in one transaction, on the condition that the head is still the one they
were chained to. Functions that sync targets of a bundle side by side race for it; who loses reads the head again.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

import hashlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.tables import is_written, rows
from backup_apps.domain.errors import ThrottledError
from backup_apps.domain.ledger.canonical import canonical
from backup_apps.domain.ledger.entries import EMPTY, Checkpoint, Entry, Happening, Head, chained
from backup_apps.domain.ledger.history import moment
from backup_apps.ports.signals import Clock

_AT_ONCE = 49
"""Entries of a transaction, which has at most 100 items: two an entry, and the head."""
_BYTES_AT_ONCE = 2 * 1024 * 1024
"""Of facts in a transaction, which has at most 4 MB."""
_ARCHIVED_AT_ONCE = 500
"""Entries that one record brings to the archive; a longer gap is closed by several."""
_ATTEMPTS = 25
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
_WORTH_ANOTHER_TRY = {
    "None",
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}

Item = Mapping[str, Any]
Pause = Callable[[int], None]


class Archive(Protocol):
    """Where entries and checkpoints are kept such that nobody can change them."""

    def put(self, documents: Sequence[Entry | Checkpoint]) -> None: ...

    def checkpoints(self, bundle: str) -> tuple[Checkpoint, ...]: ...


class _Known(NamedTuple):
    """What there is before something is chained."""

    head: Head
    archived: int
    marks: frozenset[str]
    """Sort keys of the ids that are recorded already."""


def pause_with_jitter(attempt: int) -> None:
    """https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/"""
    time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)))


class TableLedger:
    """Chains in DynamoDB; the archive follows them, and what a crash kept from it comes with the next record."""

    def __init__(self, table: Any, archive: Archive, clock: Clock, pause: Pause = pause_with_jitter) -> None:
        self._table, self._archive, self._clock, self._pause = table, archive, clock, pause

    @translated()
    def record(self, bundle: str, happenings: Sequence[Happening]) -> tuple[Entry, ...]:
        return tuple(entry for batch in _batches(happenings) for entry in self._record(bundle, batch))

    @translated()
    def entries(self, bundle: str, after: int = 0) -> tuple[Entry, ...]:
        behind = Key("sk").between(_entry_key(after + 1), "ENTRY#~")
        return tuple(Entry.model_validate_json(row["entry"]) for row in self._rows(bundle, behind))

    @translated()
    def latest(self, bundle: str, limit: int) -> tuple[Entry, ...]:
        rows = self._rows(bundle, Key("sk").begins_with("ENTRY#"), newest=limit)
        return tuple(Entry.model_validate_json(row["entry"]) for row in rows)

    @translated()
    def last_checkpoint(self, bundle: str) -> Checkpoint | None:
        rows = self._rows(bundle, Key("sk").begins_with("CHECKPOINT#"), newest=1)
        return next((Checkpoint.model_validate_json(row["checkpoint"]) for row in rows), None)

    def checkpoints(self, bundle: str) -> tuple[Checkpoint, ...]:
        return self._archive.checkpoints(bundle)

    @translated()
    def keep(self, checkpoint: Checkpoint) -> None:
        """The archive first: what nobody can change is what counts."""
        self._archive.put([checkpoint])
        row = _row(checkpoint.bundle, f"CHECKPOINT#{checkpoint.sequence:012}", checkpoint=_text(checkpoint))
        is_written(self._table.put_item, Item=row, ConditionExpression=Attr("pk").not_exists())

    def _record(self, bundle: str, batch: Mapping[str, Happening]) -> tuple[Entry, ...]:
        """Those of a batch, by the sort keys of their ids, that are not recorded yet."""
        for attempt in range(_ATTEMPTS):
            known = self._known(bundle, batch)
            new = [happening for mark, happening in batch.items() if mark not in known.marks]
            entries = tuple(chained(bundle, known.head, new, moment(self._clock())))
            if not entries or self._write(known.head, entries):
                self._archive_behind(bundle, known, entries)
                return entries
            self._pause(attempt)
        raise ThrottledError("TransactWriteItems", "TransactionConflict", f"many write the ledger of {bundle} at once")

    def _known(self, bundle: str, marks: Iterable[str]) -> _Known:
        found = self._items(bundle, ["HEAD", "ARCHIVED", *marks])
        head = found.get("HEAD")
        return _Known(
            head=Head(int(head["sequence"]), head["hash"], head["at"]) if head else EMPTY,
            archived=int(found["ARCHIVED"]["sequence"]) if "ARCHIVED" in found else 0,
            marks=frozenset(found),
        )

    def _items(self, bundle: str, sort_keys: Iterable[str]) -> dict[str, Item]:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""
        name, found = self._table.name, dict[str, Item]()
        asked = {name: {"Keys": [_row(bundle, sk) for sk in sort_keys], "ConsistentRead": True}}
        for attempt in range(_ATTEMPTS):
            answer = self._table.meta.client.batch_get_item(RequestItems=asked)
            found |= {item["sk"]: item for item in answer["Responses"].get(name, ())}
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return found
            self._pause(attempt)
        raise ThrottledError("BatchGetItem", "UnprocessedKeys", f"the ledger of {bundle} is asked too much at once")

    def _write(self, head: Head, entries: Sequence[Entry]) -> bool:
        """Whether the chain still ended in `head`, and none of this had been recorded."""
        items = [self._put_head(head, entries[-1])]
        for entry in entries:
            items.append(self._put(_row(entry.bundle, _entry_key(entry.sequence), entry=_text(entry))))
            items.append(self._put(_row(entry.bundle, _mark(entry.id), sequence=entry.sequence)))
        try:
            self._table.meta.client.transact_write_items(TransactItems=items)
        except ClientError as error:
            if _is_worth_another_try(error):
                return False
            raise
        return True

    def _put_head(self, head: Head, last: Entry) -> dict[str, Any]:
        put = self._put(_row(last.bundle, "HEAD", sequence=last.sequence, hash=last.hash, at=last.at))
        if head != EMPTY:
            put["Put"]["ConditionExpression"] = "#hash = :hash"
            put["Put"]["ExpressionAttributeNames"] = {"#hash": "hash"}
            put["Put"]["ExpressionAttributeValues"] = {":hash": head.hash}
        return put

    def _put(self, item: Item) -> dict[str, Any]:
        put = {"TableName": self._table.name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        return {"Put": put}

    def _archive_behind(self, bundle: str, known: _Known, new: tuple[Entry, ...]) -> None:
        """The mark of the archive moves once all up to it are there, and never back."""
        complete = known.archived >= known.head.sequence
        behind = new if complete else self.entries(bundle, known.archived)[:_ARCHIVED_AT_ONCE]
        if not behind:
            return
        self._archive.put(behind)
        until = behind[-1].sequence
        further = Attr("pk").not_exists() | Attr("sequence").lt(until)
        row = _row(bundle, "ARCHIVED", sequence=until)
        is_written(self._table.put_item, Item=row, ConditionExpression=further)

    def _rows(self, bundle: str, condition: ConditionBase, newest: int = 0) -> Iterator[Item]:
        """All rows in order, or that many from the end."""
        condition = Key("pk").eq(_pk(bundle)) & condition
        if newest:
            return islice(rows(self._table, condition, ScanIndexForward=False, Limit=newest), newest)
        return rows(self._table, condition)


def _batches(happenings: Iterable[Happening]) -> Iterator[dict[str, Happening]]:
    """By the sort keys of their ids, each once; as many as a transaction holds."""
    batch, size = dict[str, Happening](), 0
    for happening in happenings:
        needed = len(canonical(happening.facts))
        if batch and (len(batch) == _AT_ONCE or size + needed > _BYTES_AT_ONCE):
            yield batch
            batch, size = {}, 0
        batch.setdefault(_mark(happening.id), happening)
        size += needed
    if batch:
        yield batch


def _is_worth_another_try(error: ClientError) -> bool:
    """Somebody else was faster, or DynamoDB is busy. Reasons come in the order of the items."""
    if error.response["Error"]["Code"] == "TransactionInProgressException":
        return True
    reasons: Sequence[Mapping[str, str]] = error.response.get("CancellationReasons", ())  # type: ignore[assignment]
    return bool(reasons) and {reason["Code"] for reason in reasons} <= _WORTH_ANOTHER_TRY


def _pk(bundle: str) -> str:
    return f"LEDGER#{bundle}"


def _row(bundle: str, sk: str, **members: Any) -> dict[str, Any]:
    return {"pk": _pk(bundle), "sk": sk, **members}


def _entry_key(sequence: int) -> str:
    return f"ENTRY#{sequence:012}"


def _mark(identity: str) -> str:
    return f"ID#{hashlib.sha256(identity.encode()).hexdigest()}"


def _text(document: Entry | Checkpoint) -> str:
    return canonical(document.to_json()).decode()
