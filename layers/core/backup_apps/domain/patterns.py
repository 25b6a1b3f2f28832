"""Patterns of resources: an ARN, or what ARNs begin with and `*`; with conditions on tags, what is sought."""

import re
from collections.abc import Mapping
from functools import lru_cache

from backup_apps.domain.handling import Sought

EVERYTHING = "*"


def covers(pattern: str, other: str) -> bool:
    """Whether every ARN that fits the other pattern fits this one."""
    if pattern.endswith(EVERYTHING):
        return other.startswith(pattern[:-1])
    return other == pattern


def is_sought(sought: Sought, arn: str, tags: Mapping[str, str]) -> bool:
    """Whether a resource is among those that are sought."""
    return (
        covers(sought.pattern, arn)
        and not any(covers(pattern, arn) for pattern in sought.exclude)
        and all(holds(operator, tags.get(key), value) for operator, key, value in sought.conditions)
    )


def is_like(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern, in which `*` matches anything."""
    return _like(pattern).fullmatch(text) is not None


def holds(operator: str, found: str | None, value: str) -> bool:
    """A tag that is missing is not equal to, and not like, anything."""
    if operator in ("equals", "notEquals"):
        return (found == value) == (operator == "equals")
    return (found is not None and _like(value).fullmatch(found) is not None) == (operator == "like")


@lru_cache(maxsize=1024)
def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
