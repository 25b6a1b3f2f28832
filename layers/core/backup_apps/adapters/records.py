"""Commits in one DynamoDB table.

| pk                    | sk                          | what it is                                          |
|-----------------------|-----------------------------|-----------------------------------------------------|
| COMMITS               | <committed>#<key>           | points to a commit: the last of all bundles         |
| BUNDLE#<bundle>       | COMMIT#<committed>#<key>    | points to a commit: the last of a bundle            |
| BUNDLE#<bundle>       | ADMITTED#<committed>#<key>  | a commit whose bundle was valid and believed        |
| BUNDLE#<bundle>       | VERSION#<version>           | the record of a commit                              |
| BUNDLE#<bundle>       | TARGET#<account>/<region>   | a target in which the bundle may have something     |
| BUNDLE#<bundle>       | HOLD#<account>/<region>     | the sync that has the target now                    |
| BUNDLES               | <bundle>                    | a bundle of which a commit was admitted             |
| TOKEN#<issuer>        | <jti>                       | the upload that a token was spent on                |
| SYNC#<bundle>/<version> | <account>/<region>        | a target of a commit, as it was admitted            |
| PROGRESS#<bundle>/<version> | <account>/<region>    | how far it has come since                           |

Admission and progress of a target are two items, since an admission may be repeated while its sync goes on already.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.tables import is_written, rows
from backup_apps.domain.commits import Commit, CommitRecord, Standing, State, TargetOutcome, Version
from backup_apps.domain.desired import Target, target_from

_KEYS = ("pk", "sk")
_FEW = 10
"""Targets that are read one by one, at two reads each, rather than with all others of a commit."""
_PROGRESS: Any = {
    "mode": "json",
    "include": {"account", "region", "state", "changes", "writes", "error", "waits", "begun"},
    "exclude_none": True,
}


class TableRecords:
    """Reads are consistent throughout: what one function wrote, the next must see."""

    def __init__(self, table: Any) -> None:
        self._table = table

    @translated()
    def find(self, version: Version) -> CommitRecord | None:
        item = self._get(_bundle(version.bundle), f"VERSION#{version.version}")
        return CommitRecord.model_validate(_bare(item)) if item else None

    @translated()
    def latest(self, bundle: str | None = None) -> CommitRecord | None:
        """Of those that are recorded whole: what points to one is written before the record itself."""
        of_bundle = Key("pk").eq(_bundle(bundle or "")) & Key("sk").begins_with("COMMIT#")
        condition = of_bundle if bundle else Key("pk").eq("COMMITS")
        pointers = rows(self._table, condition, ScanIndexForward=False, Limit=1)
        found = (self.find(Version(one["bundle"], one["version"])) for one in pointers)
        return next((one for one in found if one is not None), None)

    @translated()
    def latest_admitted(self, bundle: str) -> Commit | None:
        last = self._last(Key("pk").eq(_bundle(bundle)) & Key("sk").begins_with("ADMITTED#"))
        return Commit.model_validate(_bare(last)) if last else None

    @translated()
    def latest_by_target(self, bundle: str) -> Mapping[Target, Commit]:
        """Walks back from the last commit, until one had reached each target: where few are left to find, those alone
        are read."""
        sought, found = set(self.known_targets(bundle)), dict[Target, Commit]()
        for row in self._rows(Key("pk").eq(_bundle(bundle)) & Key("sk").begins_with("ADMITTED#"), last_first=True):
            if not sought:
                break
            commit = Commit.model_validate(_bare(row))
            few = [self.outcome(commit.id, target) for target in sought] if len(sought) <= _FEW else None
            outcomes = self.outcomes(commit.id) if few is None else [one for one in few if one]
            reached = sought & {one.target for one in outcomes if one.state is State.SYNCED}
            found |= dict.fromkeys(reached, commit)
            sought -= reached
        return found

    @translated()
    def latest_reached(self, bundle: str, but: Version | None = None) -> Commit | None:
        """Walks back from the last commit, two reads each, until one had reached a target."""
        for row in self._rows(Key("pk").eq(_bundle(bundle)) & Key("sk").begins_with("ADMITTED#"), last_first=True):
            commit = Commit.model_validate(_bare(row))
            if commit.id != but and any(one.state is State.SYNCED for one in self.outcomes(commit.id)):
                return commit
        return None

    @translated()
    def record(self, record: CommitRecord, outcomes: Iterable[TargetOutcome] = ()) -> None:
        """The record itself comes last: it says that the rest is there."""
        outcomes = tuple(outcomes)
        commit = {name: getattr(record, name) for name in Commit.model_fields}
        moment = f"{record.committed}#{record.id.key}"
        written = [_row("COMMITS", moment, commit), _row(_bundle(record.bundle), f"COMMIT#{moment}", commit)]
        if record.state is not State.REJECTED:
            written.append(_row(_bundle(record.bundle), f"ADMITTED#{moment}", commit))
            written.append(_row("BUNDLES", record.bundle, {}))
        written += [_row(_bundle(record.bundle), f"TARGET#{one.target}", {}) for one in outcomes]
        self._write_all([*written, *_admitted_rows(record.id, outcomes)])
        members = record.model_dump(mode="json", exclude_none=True)
        row = _row(_bundle(record.bundle), f"VERSION#{record.version}", members)
        is_written(self._table.put_item, Item=row, ConditionExpression=Attr("pk").not_exists())

    @translated()
    def set_state(
        self, version: Version, state: State, error: str | None = None, *, after: State | None = None
    ) -> None:
        condition = Attr("state").eq(after.value) if after else Attr("pk").exists()
        update = partial(is_written, self._table.update_item) if after else self._table.update_item
        update(
            Key=_row(_bundle(version.bundle), f"VERSION#{version.version}", {}),
            UpdateExpression="SET #state = :state" + (", #error = :error" if error else " REMOVE #error"),
            ExpressionAttributeNames={"#state": "state", "#error": "error"},
            ExpressionAttributeValues={":state": state.value} | ({":error": error} if error else {}),
            ConditionExpression=condition,
        )

    @translated()
    def set_outcomes(self, version: Version, outcomes: Iterable[TargetOutcome]) -> None:
        self._write_all(_row(_progress(version), str(one.target), _told(one)) for one in outcomes)

    @translated()
    def add_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        self._write_all(_admitted_rows(version, [outcome]))

    @translated()
    def set_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        told = _told(outcome)
        self._table.update_item(
            Key=_row(_progress(version), str(outcome.target), {}),
            UpdateExpression="SET "
            + ", ".join(f"#{name} = :{name}" for name in told)
            + _unless(told, ("error", "waits")),
            ExpressionAttributeNames={f"#{name}": name for name in {*told, "error", "waits"}},
            ExpressionAttributeValues={f":{name}": value for name, value in told.items()},
        )

    @translated()
    def outcome(self, version: Version, target: Target) -> TargetOutcome | None:
        admitted = self._get(_sync(version), str(target))
        return _outcome(admitted, self._get(_progress(version), str(target))) if admitted else None

    @translated()
    def outcomes(self, version: Version) -> tuple[TargetOutcome, ...]:
        progress = {row["sk"]: row for row in self._rows(Key("pk").eq(_progress(version)))}
        return tuple(_outcome(row, progress.get(row["sk"])) for row in self._rows(Key("pk").eq(_sync(version))))

    @translated()
    def known_targets(self, bundle: str) -> frozenset[Target]:
        known = self._rows(Key("pk").eq(_bundle(bundle)) & Key("sk").begins_with("TARGET#"))
        return frozenset(target_from(row["sk"].partition("#")[2]) for row in known)

    @translated()
    def remember_target(self, bundle: str, target: Target) -> None:
        self._table.put_item(Item=_row(_bundle(bundle), f"TARGET#{target}", {}))

    @translated()
    def forget_target(self, bundle: str, target: Target) -> None:
        self._table.delete_item(Key=_row(_bundle(bundle), f"TARGET#{target}", {}))

    @translated()
    def hold(self, bundle: str, target: Target, holder: str, now: datetime, until: datetime) -> bool:
        free = Attr("pk").not_exists() | Attr("until").lte(now.isoformat()) | Attr("holder").eq(holder)
        row = _row(_bundle(bundle), f"HOLD#{target}", {"holder": holder, "until": until.isoformat()})
        return is_written(self._table.put_item, Item=row, ConditionExpression=free)

    @translated()
    def release(self, bundle: str, target: Target, holder: str) -> None:
        key = _row(_bundle(bundle), f"HOLD#{target}", {})
        is_written(self._table.delete_item, Key=key, ConditionExpression=Attr("holder").eq(holder))

    @translated()
    def is_held(self, bundle: str, target: Target, now: datetime) -> bool:
        item = self._get(_bundle(bundle), f"HOLD#{target}")
        return item is not None and str(item["until"]) > now.isoformat()

    @translated()
    def bundles(self) -> tuple[str, ...]:
        return tuple(row["sk"] for row in self._rows(Key("pk").eq("BUNDLES")))

    @translated()
    def standing(self, bundle: str, target: Target) -> Standing:
        """Walks back from the last commit, a few reads each, until one had reached the target."""
        under_way = None
        admitted = Key("pk").eq(_bundle(bundle)) & Key("sk").begins_with("ADMITTED#")
        for row in self._rows(admitted, last_first=True):
            commit = Commit.model_validate(_bare(row))
            outcome = self.outcome(commit.id, target)
            if outcome is not None and outcome.state is State.SYNCED:
                return Standing(commit, under_way)
            under_way = commit if under_way is None and outcome is not None and outcome.begun else under_way
        return Standing(None, under_way)

    @translated()
    def use_token(self, issuer: str, jti: str, upload: str) -> bool:
        unused = Attr("pk").not_exists() | Attr("upload").eq(upload)
        row = _row(f"TOKEN#{issuer}", jti, {"upload": upload})
        return is_written(self._table.put_item, Item=row, ConditionExpression=unused)

    def _get(self, pk: str, sk: str) -> Mapping[str, Any] | None:
        item: Mapping[str, Any] | None = self._table.get_item(Key=_row(pk, sk, {}), ConsistentRead=True).get("Item")
        return item

    def _last(self, condition: ConditionBase) -> Mapping[str, Any] | None:
        answer = self._table.query(
            KeyConditionExpression=condition, ScanIndexForward=False, Limit=1, ConsistentRead=True
        )
        return next(iter(answer["Items"]), None)

    def _rows(self, condition: ConditionBase, last_first: bool = False) -> Iterator[Mapping[str, Any]]:
        return rows(self._table, condition, ScanIndexForward=not last_first)

    def _write_all(self, rows: Iterable[Mapping[str, Any]]) -> None:
        with self._table.batch_writer(overwrite_by_pkeys=list(_KEYS)) as batch:
            for row in rows:
                batch.put_item(Item=row)


def _bundle(bundle: str) -> str:
    return f"BUNDLE#{bundle}"


def _sync(version: Version) -> str:
    return f"SYNC#{version.bundle}/{version.version}"


def _progress(version: Version) -> str:
    return f"PROGRESS#{version.bundle}/{version.version}"


def _told(outcome: TargetOutcome) -> dict[str, Any]:
    """That it has begun is never taken back: until it has, nothing is said of it."""
    told = outcome.model_dump(**_PROGRESS)
    return told if outcome.begun else {name: value for name, value in told.items() if name != "begun"}


def _unless(told: Mapping[str, Any], names: Iterable[str]) -> str:
    """The end of an update that takes away what is not told."""
    absent = ", ".join(f"#{name}" for name in names if name not in told)
    return f" REMOVE {absent}" if absent else ""


def _row(pk: str, sk: str, members: Mapping[str, Any]) -> dict[str, Any]:
    return {"pk": pk, "sk": sk, **members}


def _bare(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _KEYS}


def _admitted_rows(version: Version, outcomes: Iterable[TargetOutcome]) -> list[dict[str, Any]]:
    return [_row(_sync(version), str(one.target), one.model_dump(mode="json", exclude_none=True)) for one in outcomes]


def _outcome(admitted: Mapping[str, Any], progress: Mapping[str, Any] | None) -> TargetOutcome:
    """Where a target has come farther than its admission, state and error are those of its progress."""
    if progress is None:
        return TargetOutcome.model_validate(_bare(admitted))
    known = {name: value for name, value in _bare(admitted).items() if name != "error"}
    return TargetOutcome.model_validate({**known, **_bare(progress)})
