"""Whether a selection takes a resource.

https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
"""

from collections.abc import Iterator

from backup_apps.domain.drift.cover import Choice, choice_of
from backup_apps.domain.patterns import holds, is_like
from backup_apps.domain.simulation.kinds import KINDS
from backup_apps.domain.why.checks import Check, Name, Way
from backup_apps.domain.why.facts import MemberFacts

Condition = tuple[str, str, str]
_WORDS = {"equals": "=", "notEquals": " other than ", "like": " like ", "notLike": " not like "}


def selection_checks(way: Way, facts: MemberFacts) -> Iterator[Check]:
    choice = choice_in(way, facts)
    yield _selected(way, choice, facts)
    yield _excluded(way, choice, facts)
    yield _conditions(way, choice, facts)
    yield _opted_in(way, choice, facts)


def choice_in(way: Way, facts: MemberFacts) -> Choice:
    return choice_of(way.plan.name, way.selection, facts.target)


def unmet(choice: Choice, facts: MemberFacts) -> Condition | None:
    """The first condition that does not hold."""
    tags = facts.tags or {}
    return next((one for one in choice.conditions if not holds(one[0], tags.get(one[1]), one[2])), None)


def excluding(choice: Choice, facts: MemberFacts) -> str | None:
    """The pattern that excludes it."""
    return next((one for one in choice.exclude if is_like(one, facts.resource)), None)


def is_named(choice: Choice, facts: MemberFacts) -> bool:
    return any(is_like(one, facts.resource) for one in choice.patterns)


def _selected(way: Way, choice: Choice, facts: MemberFacts) -> Check:
    tags = facts.tags or {}
    if is_named(choice, facts):
        return Check(Name.SELECTED, True, f"selection {way.name} names it")
    held = next((f"{key}={value}" for key, value in choice.any_tag if tags.get(key) == value), None)
    if held:
        return Check(Name.SELECTED, True, f"selection {way.name} takes the tag {held}")
    if choice.any_tag:
        asked = " or ".join(f"{key}={value}" for key, value in choice.any_tag)
        return Check(Name.SELECTED, False, f"selection {way.name} asks for the tag {asked}; it has {_tags(facts)}")
    named = ", ".join(choice.patterns) or "nothing here"
    return Check(Name.SELECTED, False, f"selection {way.name} does not name it; it names {named}")


def _tags(facts: MemberFacts) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted((facts.tags or {}).items())) or "no tag"


def _excluded(way: Way, choice: Choice, facts: MemberFacts) -> Check:
    pattern = excluding(choice, facts)
    if pattern is not None:
        return Check(Name.EXCLUDED, False, f"selection {way.name} excludes {pattern}")
    return Check(Name.EXCLUDED, True, "no exclusion takes it out")


def _conditions(way: Way, choice: Choice, facts: MemberFacts) -> Check:
    condition = unmet(choice, facts)
    if condition is None:
        return Check(Name.CONDITIONS, True, "all conditions on tags hold")
    operator, key, value = condition
    asked = f"{key}{_WORDS[operator]}{value}"
    return Check(Name.CONDITIONS, False, f"selection {way.name} asks for the tag {asked}; it has {_tags(facts)}")


def _opted_in(way: Way, choice: Choice, facts: MemberFacts) -> Check:
    """A type that is not opted in is backed up all the same where its ARN is written out, but for some types."""
    kind = KINDS.get(facts.kind or "")
    if kind is None:
        return Check(Name.OPT_IN, None, "its type is not known by its ARN")
    if facts.opted_in.get(kind.name, kind.is_opted_in):
        return Check(Name.OPT_IN, True, f"{kind.name} is opted in in {facts.region}")
    if facts.resource in choice.patterns and not kind.needs_opt_in:
        return Check(Name.OPT_IN, True, f"{kind.name} is not opted in, but its ARN is written out")
    return Check(Name.OPT_IN, False, f"{kind.name} is not opted in in {facts.account}/{facts.region}")
