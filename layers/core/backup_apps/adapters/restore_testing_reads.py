"""Reads the restore testing plans of one target that a bundle asks for, or has.

    ListRestoreTestingPlans        once, where the bundle asks for one or a tag says that it has one
    GetRestoreTestingPlan          one a plan of the bundle: they have no versions by which to tell them
    ListRestoreTestingSelections   one a plan of the bundle
    GetRestoreTestingSelection     one a selection

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.live import LiveTestingPlan, LiveTestingSelection, belongs_to
from backup_apps.domain.testing_form import testing_plan, testing_selection

Tags = Mapping[str, str]
_KIND = ":restore-testing-plan:"


class RestoreTestingReads:
    """`pages` gives all that an operation lists, `tags` the tags of an ARN as they are now."""

    def __init__(
        self, backup: Any, pages: Callable[..., Iterator[Mapping[str, Any]]], tags: Callable[[str], Tags]
    ) -> None:
        self._backup, self._pages, self._tags = backup, pages, tags

    def plans(self, desired: DesiredTarget, bundle: str, index: Mapping[str, Tags]) -> Iterator[LiveTestingPlan]:
        """`index` are tags by ARN. It is believed where it leads to no write; what it does not know and nobody wants is
        left alone."""
        wanted = {plan.name: plan.tags for plan in desired.testing or ()}
        known = {arn for arn, tags in index.items() if _KIND in arn and belongs_to(tags, bundle)}
        if not wanted and not known:
            return
        for found in self._pages("list_restore_testing_plans", "RestoreTestingPlans"):
            name, arn = found["RestoreTestingPlanName"], found["RestoreTestingPlanArn"]
            if name in wanted or arn in known:
                asked = wanted.get(name)
                tags = asked if asked is not None and index.get(arn) == asked else self._tags(arn)
                yield self._plan(name, arn, tags)

    def _plan(self, name: str, arn: str, tags: Tags) -> LiveTestingPlan:
        answer = self._backup.get_restore_testing_plan(RestoreTestingPlanName=name)
        listed = self._pages("list_restore_testing_selections", "RestoreTestingSelections", RestoreTestingPlanName=name)
        return LiveTestingPlan(
            name=name,
            arn=arn,
            tags=tags,
            content=testing_plan(answer["RestoreTestingPlan"]),
            selections=tuple(self._selection(name, one["RestoreTestingSelectionName"]) for one in listed),
        )

    def _selection(self, plan: str, name: str) -> LiveTestingSelection:
        answer = self._backup.get_restore_testing_selection(
            RestoreTestingPlanName=plan, RestoreTestingSelectionName=name
        )
        return LiveTestingSelection(name=name, content=testing_selection(answer["RestoreTestingSelection"]))
