"""A selection of a plan, as the policy language writes it."""

import re
from collections.abc import Iterable
from typing import Any

from backup_apps.domain.constraints.selections import CONDITION_PREFIX, LONGEST_NAME, NAME_SUFFIX
from backup_apps.domain.desired import Target
from backup_apps.domain.imports.found import Document
from backup_apps.domain.imports.rules import Worded, free_name, unsaid
from backup_apps.domain.imports.wording import literal, portable
from backup_apps.domain.rendering import selection_name

_MEMBERS = {"SelectionName", "IamRoleArn", "Resources", "NotResources", "ListOfTags", "Conditions"}
_OPERATORS = {
    "StringEquals": "equals",
    "StringNotEquals": "notEquals",
    "StringLike": "like",
    "StringNotLike": "notLike",
}
_LONGEST_KEY = LONGEST_NAME - NAME_SUFFIX


def word_selection(selection: Document, target: Target) -> Worded:
    """`selection` is in normal form. The role is left to whoever knows those of the others."""
    where = f"selection '{selection.get('SelectionName', '')}'"
    spec: dict[str, Any] = {}
    for key, member in (("resources", "Resources"), ("exclude", "NotResources")):
        if member in selection:
            spec[key] = [portable(arn, target) for arn in selection[member]]
    tags, tag_losses = _any_tag(selection.get("ListOfTags", ()), where)
    conditions, condition_losses = _all_tags(selection.get("Conditions", {}), where)
    spec |= {"anyTag": tags} if tags else {}
    spec |= {"allTags": conditions} if conditions else {}
    return Worded(spec, (*unsaid(selection, _MEMBERS, where), *tag_losses, *condition_losses))


def selection_key(selection: Document, taken: Iterable[str]) -> str:
    """The selection's name, without the hash where it has one of ours, and short enough to get one."""
    name = str(selection.get("SelectionName", "selection"))
    content = {key: _filled(value) for key, value in selection.items() if key != "SelectionName" and _filled(value)}
    ours = re.fullmatch(r"(.+)-[0-9a-f]{8}", name)
    if ours and selection_name(ours[1], content) == name:
        name = ours[1]
    return free_name([name[:_LONGEST_KEY]], taken, _LONGEST_KEY)


def _filled(value: Any) -> Any:
    """Without the empty lists that AWS answers where nothing was asked for."""
    return {key: item for key, item in value.items() if item} if isinstance(value, dict) else value


def _any_tag(listed: Iterable[Document], where: str) -> tuple[dict[str, list[str]], list[str]]:
    tags: dict[str, list[str]] = {}
    losses: list[str] = []
    for one in listed:
        if one.get("ConditionType") != "STRINGEQUALS":
            losses.append(f"{where}: the policy language has no words for the condition {one.get('ConditionType')}")
        else:
            tags.setdefault(one["ConditionKey"], []).append(literal(one["ConditionValue"]))
    return tags, losses


def _all_tags(conditions: Document, where: str) -> tuple[dict[str, Any], list[str]]:
    worded: dict[str, dict[str, Any]] = {}
    losses: list[str] = []
    for operator, listed in conditions.items():
        for one in listed:
            key = str(one.get("ConditionKey", ""))
            if operator not in _OPERATORS or not key.startswith(CONDITION_PREFIX):
                losses.append(f"{where}: a condition is on a tag, '{CONDITION_PREFIX}…', and not {operator} of '{key}'")
                continue
            tag = worded.setdefault(_OPERATORS[operator], {}).setdefault(key[len(CONDITION_PREFIX) :], [])
            tag.append(literal(one.get("ConditionValue", "")))
    single = {
        operator: {tag: values[0] if len(values) == 1 else values for tag, values in tags.items()}
        for operator, tags in worded.items()
    }
    return single, losses
