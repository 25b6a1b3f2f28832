"""Guardrails enforced: for each leaf and target, the bounds of its line, waivers considered, against its policy."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from backup_apps.domain.checking import PLAIN, check, typed
from backup_apps.domain.constraints import Subject
from backup_apps.domain.guardrails.bounds import KINDS, Bound
from backup_apps.domain.guardrails.checks import CHECKS, Breach
from backup_apps.domain.guardrails.strictness import STRICTNESS, stricter
from backup_apps.domain.guardrails.waivers import Waiver, covering
from backup_apps.domain.nodes import Mapping, Node, Scalar, Sequence, plain
from backup_apps.domain.places import Finding, finding
from backup_apps.domain.quantities import Substituted, shown
from backup_apps.domain.variables import Scope, UnknownVariableError


class InForce(NamedTuple):
    """A bound with its value for one leaf on one target; `said` names its place, and the waiver's if there is one."""

    kind: str
    value: Any
    node: Node
    """The value as written, by the bound or by its waiver."""
    said: str


class Violated(NamedTuple):
    """A breach and the bound that it breaks, in words."""

    breach: Breach
    message: str


def in_force(
    bounds: Iterable[Bound], waivers: Iterable[Waiver], line: tuple[str, ...], scope: Scope, today: date
) -> tuple[list[InForce], list[Finding]]:
    """The bounds that count: of each kind the strictest, of lists every one. And what their values get wrong."""
    findings: list[Finding] = []
    strictest: dict[str, InForce] = {}
    every: list[InForce] = []
    waivers = tuple(waivers)
    for bound in bounds:
        waiver = covering(waivers, bound, line, today)
        node = waiver.value if waiver else bound.node
        value, found = value_of(bound.kind, node, scope)
        findings += found
        if value is None:
            continue
        one = InForce(bound.kind, value, node, _said(bound, waiver))
        if bound.kind not in STRICTNESS:
            every.append(one)
            continue
        above = strictest.setdefault(bound.kind, one)
        if stricter(bound.kind, above.value, value) != above.value:
            strictest[bound.kind] = one
    return [*strictest.values(), *every], findings


def _said(bound: Bound, waiver: Waiver | None) -> str:
    until = f", waived by '{waiver.app}' ({waiver.place}) until {waiver.expires}" if waiver else ""
    return f"set by '{bound.app}' ({bound.place}){until}"


def value_of(kind: str, node: Node, scope: Scope) -> tuple[Any, tuple[Finding, ...]]:
    """What a bound or a waiver says for a leaf, and what is wrong with it; None where it says nothing."""
    if isinstance(node, Mapping):
        return None, ()  # no bound is a mapping: the waiver that says so is refused by itself
    try:
        return _read(kind, _substituted(node, scope))
    except UnknownVariableError as error:
        return None, (finding(node.place, ("guardrails", *kind.split(".")), str(error)),)


@lru_cache(maxsize=1 << 12)
def _read(kind: str, node: Node) -> tuple[Any, tuple[Finding, ...]]:
    """The meaning of a bound, and what is wrong with it. Remembered, since thousands of leaves have the same bounds."""
    checked, findings = check(node, KINDS[kind], ("guardrails", *kind.split(".")), PLAIN, node.place)
    return (None, tuple(findings)) if findings else (typed(checked, KINDS[kind]), ())


def _substituted(node: Node, scope: Scope) -> Node:
    if isinstance(node, Scalar) and isinstance(node.value, str) and "${" in node.value:
        return Scalar(Substituted(scope.substitute(node.value)), node.place)
    if isinstance(node, Sequence):
        return Sequence(tuple(_substituted(item, scope) for item in node.items), node.place)
    return node


def violated(bounds: Iterable[InForce], subject: Subject) -> Iterator[Violated]:
    """Every value that a bound in force does not allow, as far as a policy can tell."""
    for bound in bounds:
        check_bound = CHECKS.get(bound.kind, _not_by_policy)
        for breach in check_bound(subject, bound.value):
            said = f"{breach.value} {bound.kind} {_spoken(bound.node)}, {bound.said}"
            yield Violated(breach, said)


def _not_by_policy(subject: Subject, value: Any) -> Iterator[Breach]:
    return iter(())


def loosened(line: Iterable[Iterable[Bound]]) -> Iterator[tuple[Bound, Bound]]:
    """Bounds that are looser than one above them, which they do not change. Values with variables are left alone."""
    strictest: dict[str, tuple[Bound, Any]] = {}
    for bounds in line:
        for bound in bounds:
            if bound.kind not in STRICTNESS or is_template(bound.node):
                continue
            checked, findings = check(bound.node, KINDS[bound.kind], (), PLAIN, bound.place)
            if findings:
                continue
            value = typed(checked, KINDS[bound.kind])
            above = strictest.get(bound.kind)
            if above is None or STRICTNESS[bound.kind](value) >= STRICTNESS[bound.kind](above[1]):
                strictest[bound.kind] = (bound, value)
            else:
                yield bound, above[0]


def is_template(node: Node) -> bool:
    """Whether a bound's value has variables in it."""
    if isinstance(node, Sequence):
        return any(map(is_template, node.items))
    return isinstance(node, Scalar) and isinstance(node.value, str) and "${" in node.value


def _spoken(node: Node) -> str:
    """What is written there, the items of a list one after the other."""
    if isinstance(node, Sequence):
        return ", ".join(_spoken(item) for item in node.items)
    value = plain(node)
    return shown(value) if isinstance(value, bool) else str(value)
