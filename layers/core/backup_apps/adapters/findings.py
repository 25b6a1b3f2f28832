"""Findings of drift in the hub's table.

| pk                | sk                          | what it is                                                       |
|-------------------|-----------------------------|------------------------------------------------------------------|
| FINDINGS#<bundle> | <account>/<region>#<id>     | `document`: a finding as JSON, in the state in which it is now;  |
|                   |                             | `revision`: how often; none where an earlier release wrote it    |
"""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.tables import is_written, rows
from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Finding


class TableFindings:
    """Written only on top of what was read, so that of several who look at once one alone opens a finding."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def of_bundle(self, bundle: str) -> tuple[Finding, ...]:
        return self._found(Key("pk").eq(_of(bundle)))

    def of_target(self, bundle: str, target: Target) -> tuple[Finding, ...]:
        return self._found(Key("pk").eq(_of(bundle)) & Key("sk").begins_with(f"{target}#"))

    @translated()
    def replace(self, before: Finding | None, after: Finding) -> bool:
        row = {"pk": _of(after.bundle), "sk": f"{after.target}#{after.id}", "document": after.model_dump_json()}
        revision = before.revision if before else 0
        return is_written(
            self._table.put_item, Item={**row, "revision": revision + 1}, ConditionExpression=_unchanged(before)
        )

    @translated()
    def _found(self, condition: ConditionBase) -> tuple[Finding, ...]:
        return tuple(_finding(row) for row in rows(self._table, condition))


def _unchanged(before: Finding | None) -> ConditionBase:
    """Documents are not compared: another release may write the same finding in other bytes."""
    if before is None:
        return Attr("pk").not_exists()
    if before.revision == 0:
        return Attr("pk").exists() & Attr("revision").not_exists()
    return Attr("revision").eq(before.revision)


def _finding(row: Mapping[str, Any]) -> Finding:
    finding = Finding.model_validate_json(row["document"])
    return finding.model_copy(update={"revision": int(row.get("revision", 0))})


def _of(bundle: str) -> str:
    return f"FINDINGS#{bundle}"
