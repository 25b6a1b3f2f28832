"""Requests for approval in the state table.

| pk              | sk                  | what it is                                        |
|-----------------|---------------------|---------------------------------------------------|
| BUNDLE#<bundle> | APPROVAL#<version>  | the last request for a version, as one document   |
"""

from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.tables import is_written, rows
from backup_apps.domain.approvals.request import ApprovalRequest, Standing
from backup_apps.domain.commits import Version


class ApprovalRequests:
    """Every write names the revision that it replaces: of two at once, one is told to look again."""

    def __init__(self, table: Any) -> None:
        self._table = table

    @translated()
    def find(self, version: Version) -> ApprovalRequest | None:
        item = self._table.get_item(Key=_key(version), ConsistentRead=True).get("Item")
        return ApprovalRequest.model_validate_json(item["request"]) if item else None

    @translated()
    def waiting(self, bundle: str) -> tuple[ApprovalRequest, ...]:
        mine = Key("pk").eq(f"BUNDLE#{bundle}") & Key("sk").begins_with("APPROVAL#")
        waits = Attr("standing").eq(Standing.WAITING.value)
        found = rows(self._table, mine, FilterExpression=waits)
        return tuple(ApprovalRequest.model_validate_json(item["request"]) for item in found)

    @translated()
    def ask(self, request: ApprovalRequest) -> ApprovalRequest:
        """How the same change set stands stays as it is, and only learns the new token; unless its time ran out."""
        known = self.find(request.id)
        if known is not None and known.digest == request.digest and known.standing is not Standing.EXPIRED:
            request = known.model_copy(update={"token": request.token})
        elif known is not None:
            request = request.model_copy(update={"revision": known.revision})
        return self._next(request) if self.save(request) else self.ask(request)

    @translated()
    def save(self, request: ApprovalRequest) -> bool:
        written = self._next(request)
        item = {
            **_key(request.id),
            "revision": written.revision,
            "standing": written.standing.value,
            "request": written.model_dump_json(),
        }
        unmoved = Attr("revision").eq(request.revision) if request.revision else Attr("pk").not_exists()
        return is_written(self._table.put_item, Item=item, ConditionExpression=unmoved)

    @staticmethod
    def _next(request: ApprovalRequest) -> ApprovalRequest:
        return request.model_copy(update={"revision": request.revision + 1})


def _key(version: Version) -> dict[str, str]:
    return {"pk": f"BUNDLE#{version.bundle}", "sk": f"APPROVAL#{version.version}"}
