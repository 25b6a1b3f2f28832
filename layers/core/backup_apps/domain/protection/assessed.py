"""A change set with what was judged of it. Who only reads it loads no rules."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from backup_apps.domain.changes import Change, ChangeSet, change_set_from
from backup_apps.domain.desired import Target
from backup_apps.domain.protection.classes import Assessment, Class, assessment_from, join


class AssessedChangeSet(NamedTuple):
    """The changes of a target with what each does to protection.

    The assessments stand beside the changes and not in them: they hold counts that move while a plan waits, and whether
    a plan still holds is asked of the changes alone.
    """

    change_set: ChangeSet
    assessments: tuple[Assessment, ...]
    """One for each change, in the same order."""

    @property
    def target(self) -> Target:
        return self.change_set.target

    @property
    def class_(self) -> Class:
        return join(one.class_ for one in self.assessments)

    @property
    def assessed(self) -> tuple[tuple[Change, Assessment], ...]:
        return tuple(zip(self.change_set.changes, self.assessments, strict=True))

    def to_json(self) -> dict[str, Any]:
        """The change set, and beside its `changes` as many `assessments`."""
        assessments = [one.to_json() for one in self.assessments]
        return {**self.change_set.to_json(), "class": self.class_.value, "assessments": assessments}


def assessed_from(document: Mapping[str, Any]) -> AssessedChangeSet:
    """What `AssessedChangeSet.to_json` wrote."""
    return AssessedChangeSet(change_set_from(document), tuple(assessment_from(one) for one in document["assessments"]))
