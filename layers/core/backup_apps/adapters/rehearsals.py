"""Rehearsals and results in the table of the hub.

| pk                 | sk                        | what it is                                             |
|--------------------|---------------------------|--------------------------------------------------------|
| ASKED              | <run>                     | a verification whose rehearsals are not kept yet       |
| REHEARSALS         | <key>                     | a rehearsal that has not ended, and who waits for it   |
| RESTORING          | <account>/<region>        | the rehearsals that restore there now                  |
| NOTED#<bundle>     | <what>                    | when a restore was first asked for, or missed          |
| VERIFIED#<bundle>  | <identity of the restore> | a result                                               |
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.tables import is_written, rows
from backup_apps.domain.errors import TakenOverError
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import Result
from backup_apps.ports.verification import Kept

_ASKED, _OPEN = "ASKED", "REHEARSALS"


class TableRehearsals:
    """Documents are kept as text, since DynamoDB has numbers of its own."""

    def __init__(self, table: Any) -> None:
        self._table = table

    @translated()
    def ask(self, request: Mapping[str, str]) -> bool:
        return is_written(self._table.put_item, Item=_asked(request), ConditionExpression=Attr("pk").not_exists())

    @translated()
    def ask_again(self, request: Mapping[str, str], was: str) -> None:
        if not is_written(self._table.put_item, Item=_asked(request), ConditionExpression=Attr("execution").eq(was)):
            raise TakenOverError(f"another execution has taken up {request['run']}")

    @translated()
    def asked(self) -> tuple[Mapping[str, str], ...]:
        return tuple(json.loads(item["document"]) for item in self._items(_ASKED))

    @translated()
    def settle(self, run: str) -> None:
        self._table.delete_item(Key={"pk": _ASKED, "sk": run})

    @translated()
    def keep(self, rehearsal: Rehearsal, token: str | None = None, was: str | None = None) -> None:
        """`execution` tells whose it is: a function of an execution that was stopped may still be at work."""
        own = {"execution": rehearsal.execution} | ({"token": token} if token else {})
        item = {"pk": _OPEN, "sk": rehearsal.key, "document": rehearsal.model_dump_json(exclude_none=True), **own}
        has_it = Attr("execution").is_in([one for one in (rehearsal.execution, was) if one])
        if not is_written(self._table.put_item, Item=item, ConditionExpression=Attr("execution").not_exists() | has_it):
            raise TakenOverError(f"another execution has taken up {rehearsal.key}")

    @translated()
    def find(self, key: str) -> Kept | None:
        item = self._table.get_item(Key={"pk": _OPEN, "sk": key}, ConsistentRead=True).get("Item")
        return _kept(item) if item else None

    @translated()
    def enter(self, rehearsal: Rehearsal, at_most: int) -> bool:
        """One write, whoever else enters at this moment.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
        """
        own = {rehearsal.holder}
        is_free = Attr("holders").not_exists() | Attr("holders").size().lt(at_most)
        return is_written(
            self._table.update_item,
            Key=_place(rehearsal),
            UpdateExpression="ADD holders :own",
            ExpressionAttributeValues={":own": own},
            ConditionExpression=is_free | Attr("holders").contains(rehearsal.holder),
        )

    @translated()
    def leave(self, rehearsal: Rehearsal) -> None:
        self._table.update_item(
            Key=_place(rehearsal),
            UpdateExpression="DELETE holders :own",
            ExpressionAttributeValues={":own": {rehearsal.holder}},
        )

    @translated()
    def unfinished(self) -> tuple[Kept, ...]:
        return tuple(_kept(item) for item in self._items(_OPEN))

    @translated()
    def finish(self, rehearsal: Rehearsal) -> None:
        self._table.delete_item(Key={"pk": _OPEN, "sk": rehearsal.key})

    @translated()
    def add(self, bundle: str, result: Result) -> bool:
        item = {"pk": f"VERIFIED#{bundle}", "sk": result.identity, "document": json.dumps(result.to_json())}
        return is_written(self._table.put_item, Item=item, ConditionExpression=Attr("pk").not_exists())

    @translated()
    def note(self, bundle: str, what: str, at: datetime) -> str:
        item = {"pk": f"NOTED#{bundle}", "sk": what, "at": at.isoformat()}
        if is_written(self._table.put_item, Item=item, ConditionExpression=Attr("pk").not_exists()):
            return at.isoformat()
        found = self._noted(bundle, what)
        return str(found["at"]) if found else at.isoformat()

    @translated()
    def is_noted(self, bundle: str, what: str) -> bool:
        return self._noted(bundle, what) is not None

    def _noted(self, bundle: str, what: str) -> Mapping[str, Any] | None:
        key = {"pk": f"NOTED#{bundle}", "sk": what}
        found: Mapping[str, Any] | None = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        return found

    @translated()
    def results(self, bundle: str, app: str | None = None) -> tuple[Result, ...]:
        found = [Result.model_validate_json(item["document"]) for item in self._items(f"VERIFIED#{bundle}")]
        return tuple(sorted((one for one in found if app in (None, one.app)), key=lambda one: (one.at, one.identity)))

    def _items(self, pk: str) -> Iterator[Mapping[str, Any]]:
        return rows(self._table, Key("pk").eq(pk))


def _asked(request: Mapping[str, str]) -> dict[str, str]:
    execution = request.get("resumed_by") or request["run"]
    return {"pk": _ASKED, "sk": request["run"], "execution": execution, "document": json.dumps(request)}


def _place(rehearsal: Rehearsal) -> dict[str, str]:
    return {"pk": "RESTORING", "sk": str(rehearsal.place)}


def _kept(item: Mapping[str, Any]) -> Kept:
    return Kept(Rehearsal.model_validate_json(item["document"]), item.get("token"))
