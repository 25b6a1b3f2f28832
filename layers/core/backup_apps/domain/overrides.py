"""Overrides: a policy for some targets of an app and its descendants, by account, region or variable."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from backup_apps.domain.apps import App
from backup_apps.domain.nodes import Mapping, Node, Scalar, Sequence, broken_parts
from backup_apps.domain.places import Finding, Place, finding
from backup_apps.domain.variables import Scope, UnknownVariableError


class Condition(NamedTuple):
    """One key of `when`: any of its patterns must fit the variable."""

    variable: str
    place: Place
    patterns: tuple[str, ...]


class Override(NamedTuple):
    """One override as its app writes it."""

    app: str
    depth: int
    position: int
    place: Place
    when: tuple[Condition, ...]
    policy: Node


def overrides_of(app: App, depth: int) -> Iterator[Override]:
    """The overrides of an app, as written; those of which `when` or all was refused are left out."""
    written = app.spec.get("overrides")
    for index, item in enumerate(written.items if isinstance(written, Sequence) else ()):
        when = item.get("when") if isinstance(item, Mapping) else None
        policy = item.get("policy") if isinstance(item, Mapping) else None
        if isinstance(when, Mapping) and not any(broken_parts(when)) and policy is not None:
            yield Override(app.name, depth, index, item.place, tuple(_conditions(when)), policy)


def _conditions(when: Mapping) -> Iterator[Condition]:
    for variable, entry in when.entries.items():
        items = entry.node.items if isinstance(entry.node, Sequence) else ()
        patterns = tuple(item.value for item in items if isinstance(item, Scalar) and isinstance(item.value, str))
        yield Condition(variable, entry.key_place, patterns)


def applies(override: Override, scope: Scope) -> tuple[bool, list[Finding]]:
    """Whether all of `when` holds for a leaf on a target, and which of its variables are unknown there."""
    findings: list[Finding] = []
    holds = True
    for condition in override.when:
        try:
            value = scope[condition.variable]
        except UnknownVariableError as error:
            path = ("overrides", override.position, "when", condition.variable)
            findings.append(finding(condition.place, path, str(error)))
            holds = False
        else:
            holds = holds and any(fnmatchcase(value, pattern) for pattern in condition.patterns)
    return holds, findings
