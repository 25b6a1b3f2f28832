"""Selections: what a plan takes in before and after.

AWS Backup can't change a selection, so a new one comes before an old one goes. What counts is what the plan takes in
once all of it is done, and only what surely is taken in counts as taken in.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from backup_apps.domain.normal_form import backup_selection, canonical_json
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.patterns import covers_all, covers_arn
from backup_apps.domain.protection.rule import Verdict, numbered

Document = Mapping[str, Any]


class SelectionChange(NamedTuple):
    """One selection of a plan that comes or goes; `others` are those that it is held against.

    Of one that goes, those that the plan has afterwards; of one that comes, those that the plan had before. The content
    is None where nobody read it.
    """

    plan: str
    name: str
    content: Document | None
    others: Mapping[str, Document | None]
    comes: bool

    @property
    def counterpart(self) -> str | None:
        """Of the others, the one that has the same key: names are `<key>-<8 hex digits of the content>`."""
        return next((name for name in sorted(self.others) if _key(name) == _key(self.name)), None)


def covers(wide: Document, narrow: Document) -> bool:
    """Whether a selection surely takes in all that another does, by the same role."""
    return (
        wide.get("IamRoleArn") == narrow.get("IamRoleArn")
        and _base_covers(wide, narrow)
        and covers_all(narrow.get("NotResources", ()), wide.get("NotResources", ()), covers_arn)
        and _conditions_cover(_conditions(wide), _conditions(narrow))
    )


def _base_covers(wide: Document, narrow: Document) -> bool:
    """Resources and tags are united; a selection that names neither takes in all that its region has opted in."""
    if not _names_something(wide) or not _names_something(narrow):
        return _names_something(wide) == _names_something(narrow)
    tags = {canonical_json(tag) for tag in narrow.get("ListOfTags", ())}
    has_tags = tags <= {canonical_json(tag) for tag in wide.get("ListOfTags", ())}
    return (has_tags or "*" in wide.get("Resources", ())) and covers_all(
        wide.get("Resources", ()), narrow.get("Resources", ()), covers_arn
    )


def _names_something(selection: Document) -> bool:
    return bool(selection.get("Resources") or selection.get("ListOfTags"))


def _conditions(selection: Document) -> dict[tuple[str, str], list[str]]:
    """The values by operator and tag."""
    found = [
        (operator, str(one.get("ConditionKey")), str(one.get("ConditionValue")))
        for operator, listed in (selection.get("Conditions") or {}).items()
        for one in listed
    ]
    return {
        place: sorted(value for *_, value in group) for place, group in groupby(sorted(found), key=lambda one: one[:2])
    }


def _conditions_cover(wide: Mapping[Any, Any], narrow: Mapping[Any, Any]) -> bool:
    """Each condition takes something away, so the wider has none that the narrower has not, value by value."""
    return all(narrow.get(place) == values for place, values in wide.items())


@numbered("C200", "a plan takes in resources that it did not (strengthens), or surely did before (neutral)")
def selection_comes(change: SelectionChange) -> Iterator[Verdict]:
    if not change.comes:
        return
    if any(other is not None and covers(other, change.content or {}) for other in change.others.values()):
        yield Class.NEUTRAL, f"plan {change.plan} took in before what {change.name} takes in"
    elif change.counterpart:
        yield Class.STRENGTHENS, f"{change.name} takes in resources that {change.counterpart} did not, or may do so"
    else:
        yield Class.STRENGTHENS, f"plan {change.plan} takes in what {change.name} selects"


@numbered("C201", "a plan surely takes in all that a selection took in which goes (neutral), or not surely (weakens)")
def selection_goes(change: SelectionChange) -> Iterator[Verdict]:
    if change.comes:
        return
    if change.content is None:
        yield Class.WEAKENS, f"{change.name} goes, and nobody read what it took in"
    elif covering := next((n for n, o in sorted(change.others.items()) if o and covers(o, change.content)), None):
        yield Class.NEUTRAL, f"{covering} takes in all that {change.name} took in"
    elif change.counterpart and (other := change.others[change.counterpart]) is not None:
        yield Class.WEAKENS, _narrowed(change.name, change.content, change.counterpart, other)
    else:
        yield Class.WEAKENS, f"plan {change.plan} takes in no more what {change.name} took in"


def _narrowed(old_name: str, old: Document, new_name: str, new: Document) -> str:
    if _taken_in(old) == _taken_in(new):
        return (
            f"{new_name} takes in the same as {old_name} but by role {new.get('IamRoleArn')}, not "
            f"{old.get('IamRoleArn')}: whether that may back up the same is not known"
        )
    if covers(old, new):
        return f"{new_name} takes in less than {old_name} did"
    return f"{new_name} can't be compared with {old_name}: some of what that took in may be left out"


def _taken_in(selection: Document) -> dict[str, Any]:
    return {key: value for key, value in selection.items() if key not in ("SelectionName", "IamRoleArn")}


SELECTION_RULES = (selection_comes, selection_goes)


def normal(content: Document | None) -> Document | None:
    return None if content is None else backup_selection(content)


def _key(name: str) -> str:
    return name.rpartition("-")[0] or name
