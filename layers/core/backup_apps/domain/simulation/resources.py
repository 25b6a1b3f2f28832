"""What there is to back up: an inventory that somebody wrote, or one stand-in for each thing that a plan selects."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field

from backup_apps.domain.desired import DesiredPlan, DesiredState, Target
from backup_apps.domain.policy import Tags, Written
from backup_apps.domain.quantities import AccountId, KeyArn, Region, ResourceArn, Size, one_of
from backup_apps.domain.selecting import on_target
from backup_apps.domain.simulation.kinds import KINDS, Kind, kind_of

GIB = 1024**3
_PREFIX = "aws:ResourceTag/"


class Resource(NamedTuple):
    """`arn` is a pattern where the resource stands in for those that a selection takes; sizes in GiB.

    `type` is AWS Backup's name, None where it isn't known; `key` is the resource's own, `daily_change` what is written
    anew each day, None where nobody said.
    """

    target: Target
    arn: str
    type: str | None
    tags: tuple[tuple[str, str], ...] = ()
    key: str | None = None
    size: float = 1.0
    daily_change: float | None = None
    is_assumed: bool = False

    @property
    def kind(self) -> Kind | None:
        return KINDS.get(self.type) if self.type else None

    @property
    def place(self) -> tuple[Target, str, tuple[tuple[str, str], ...]]:
        """What tells it from others, in order."""
        return self.target, self.arn, self.tags

    @property
    def shown(self) -> str:
        """Service and name; of a stand-in, its tags as well."""
        tags = ", ".join(f"{key}={value}" for key, value in self.tags) if self.is_assumed else ""
        parts = self.arn.split(":", 5)
        name = f"{parts[2]} {parts[5]}" if len(parts) == 6 else "everything" if not tags else ""
        return " ".join(part for part in (name, f"tagged {tags}" if tags else "") if part)


TypeName = Annotated[str, BeforeValidator(one_of(*KINDS))]


class Listed(Written):
    """A resource of an inventory."""

    account: AccountId
    region: Region
    arn: ResourceArn
    size: Size
    daily_change: Size | None = None
    type: TypeName | None = None
    tags: Tags = Field(default_factory=dict)
    kms_key: KeyArn | None = None


class Inventory(Written):
    """A file of sizes."""

    resources: tuple[Listed, ...]


def resources_of(inventory: Inventory) -> tuple[Resource, ...]:
    """Each once, in order; of two of one ARN the later counts."""
    found = {(one.account, one.region, one.arn): _listed(one) for one in inventory.resources}
    return tuple(found[place] for place in sorted(found))


def _listed(one: Listed) -> Resource:
    kind = kind_of(one.arn)
    return Resource(
        target=Target(one.account, one.region),
        arn=one.arn,
        type=one.type or (kind.name if kind else None),
        tags=tuple(sorted(one.tags.items())),
        key=one.kms_key,
        size=one.size / GIB,
        daily_change=None if one.daily_change is None else one.daily_change / GIB,
    )


def stand_ins(states: Iterable[DesiredState]) -> tuple[Resource, ...]:
    """One resource of 1 GiB for each alternative of each selection, such as a pattern of ARNs, or a tag."""
    found = {
        resource
        for state in states
        for asked in state.targets
        for plan in asked.plans
        for resource in _selected(plan, asked.target)
    }
    return tuple(sorted(found, key=lambda one: one.place))


def _selected(plan: DesiredPlan, target: Target) -> Iterator[Resource]:
    for selection in plan.selections:
        for tag in selection.get("ListOfTags", ()):
            yield _stand_in(target, "*", {tag["ConditionKey"]: tag["ConditionValue"]})
        conditions = selection.get("Conditions", {})
        tags = _tags_that_meet(conditions)
        for arn in selection.get("Resources", ()):
            pattern = on_target(arn, target)
            if pattern is not None:
                yield _stand_in(target, pattern, tags)


def _tags_that_meet(conditions: Mapping[str, Any]) -> dict[str, str]:
    """A tag that should be like a pattern has the pattern itself as its value; one that should not be is left out."""
    wanted = [*conditions.get("StringLike", ()), *conditions.get("StringEquals", ())]
    return {one["ConditionKey"].removeprefix(_PREFIX): one["ConditionValue"] for one in wanted}


def _stand_in(target: Target, arn: str, tags: Mapping[str, str]) -> Resource:
    kind = kind_of(arn)
    return Resource(target, arn, kind.name if kind else None, tuple(sorted(tags.items())), is_assumed=True)
