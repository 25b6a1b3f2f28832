"""The templates and the state machine as documents, intrinsic functions in their long form."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).parents[2]

Document = dict[str, Any]


@cache
def hub() -> Document:
    return dict(yaml_parse((ROOT / "template.yaml").read_text()))


@cache
def member() -> Document:
    return dict(yaml_parse((ROOT / "member.yaml").read_text()))


@cache
def sync() -> Document:
    return dict(yaml.safe_load((ROOT / "statemachines/sync.asl.yaml").read_text()))


@cache
def sweep() -> Document:
    return dict(yaml.safe_load((ROOT / "statemachines/sweep.asl.yaml").read_text()))


@cache
def verification() -> Document:
    return dict(yaml.safe_load((ROOT / "statemachines/verification.asl.yaml").read_text()))


def resources(template: Document, kind: str) -> dict[str, Document]:
    """The properties of all resources of a type, by logical name."""
    found = template["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


@dataclass(frozen=True)
class Statement:
    """One statement of an identity policy. `role` is the logical name of the role."""

    role: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[Any, ...]
    condition: Document


def statements(template: Document) -> Iterator[Statement]:
    """Every statement of every role of a template."""
    for role, properties in resources(template, "AWS::IAM::Role").items():
        for policy in properties.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield statement_of(role, statement)


def statement_of(role: str, statement: Document) -> Statement:
    actions, targets = listed(statement["Action"]), listed(statement["Resource"])
    return Statement(role, statement["Sid"], tuple(actions), tuple(targets), statement.get("Condition", {}))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def states(machine: Document) -> Iterator[tuple[str, Document]]:
    """All states, those of maps included."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])
