"""What a simulation takes as given, in sentences: whatever a bundle does not say."""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.desired import DesiredState
from backup_apps.domain.simulation.history import first_era, next_era
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.what_if import PACE, Question

_SHOWN = 5


def assumptions_of(question: Question) -> Iterator[str]:
    yield from _about_resources(question)
    yield (
        f"a backup takes {_minutes(PACE.start + PACE.backup)} and a copy {_minutes(PACE.start + PACE.copy)} more, one "
        "job of a resource at a time; AWS promises neither"
    )
    yield "no job fails: roles, keys and vaults are as they should be, and copies across accounts are allowed"
    yield f"the bundle is in force in all targets when {question.first} begins, UTC; regions are opted in as AWS has it"
    yield from _about_vaults(question)
    if question.before:
        yield f"the earlier bundle is in force since {question.since}, with nothing before it"
    if any(not resource.is_assumed and resource.daily_change is None for resource in question.resources):
        yield f"{question.prices.daily_change:.4g} of a resource is written anew each day, where no size says"


def _about_resources(question: Question) -> Iterator[str]:
    assumed = [resource for resource in question.resources if resource.is_assumed]
    if assumed:
        yield "each thing that a plan selects stands for one resource of 1 GiB; name yours with --sizes FILE"
        yield f"{question.prices.daily_change:.0%} of it is written anew each day"
    unknown = [resource for resource in question.resources if resource.type is None]
    if unknown:
        yield (
            f"of what type these are is not known ({_listed(unknown)}): they stay out of cold storage, and have "
            "snapshots where a rule is continuous"
        )


def _listed(resources: list[Resource]) -> str:
    names = sorted({resource.shown for resource in resources})
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _about_vaults(question: Question) -> Iterator[str]:
    """A vault that no app declares may be there or not; one whose key would change is refused by the sync."""
    era = first_era(question.start, question.before or question.after)
    after = next_era(era, question.start, question.after)
    outside = sorted({arn for state in _states(question) for arn in _destinations(state)})
    known = {f"{place.target.region}:{place.target.account}:backup-vault:{place.name}" for place in after.vaults}
    unknown = [arn for arn in outside if arn.split(":", 3)[3] not in known]
    if unknown:
        yield f"vaults that no app declares take what is copied into them: {', '.join(unknown)}"
    fresh = first_era(question.start, question.after)
    for place, vault in sorted(fresh.vaults.items()):
        if place in era.vaults and era.vaults[place].key != vault.key:
            yield f"{place} keeps its key, which can't be changed: the sync will refuse another one"


def _states(question: Question) -> Iterator[DesiredState]:
    yield from (state for state in (question.before, question.after) if state)


def _destinations(state: DesiredState) -> Iterator[str]:
    rules: Iterator[Mapping[str, Any]] = (
        rule for target in state.targets for plan in target.plans for rule in plan.backup_plan["Rules"]
    )
    for rule in rules:
        yield from (action["DestinationBackupVaultArn"] for action in rule.get("CopyActions", ()))


def _minutes(time: Any) -> str:
    return f"{time.total_seconds() / 60:.0f} minutes"
