"""The deployed roles, read from IAM with boto3 alone, and permissions taken out of them for a while."""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from .readback import Account

OURS = "backup-apps-"
HOME = "eu-west-1"


class Permission(NamedTuple):
    """One action that a statement of a deployed role allows, on one of the resources that it names."""

    account: str
    role: str
    action: str
    resource: str

    def is_shown_by(self, decision: dict[str, Any]) -> bool:
        return (
            (self.account, self.role) == (decision["account"], decision["role"])
            and self.action == decision["action"]
            and decision["allowed"]
            and fnmatchcase(decision["resource"], self.resource)
        )


def role_names(iam: Any) -> list[str]:
    found = [role["RoleName"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
    return [name for name in found if name.startswith(OURS)]


def permissions(endpoint: str, account: str) -> Iterator[Permission]:
    """Of all our roles in the account, written in the role itself."""
    iam = Account(endpoint, account, HOME).client("iam")
    for role in role_names(iam):
        for document in documents(iam, role).values():
            for statement in document["Statement"]:
                assert statement["Effect"] == "Allow"
                for action in listed(statement["Action"]):
                    for resource in listed(statement["Resource"]):
                        yield Permission(account, role, action, resource)


def managed_policies(endpoint: str, account: str) -> dict[str, list[str]]:
    """The policies of AWS's that our roles carry, by role."""
    iam = Account(endpoint, account, HOME).client("iam")
    attached = {role: iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] for role in role_names(iam)}
    return {role: sorted(one["PolicyArn"] for one in found) for role, found in attached.items() if found}


def documents(iam: Any, role: str) -> dict[str, Any]:
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@contextmanager
def withdrawn(iam: Any, role: str, action: str, sid: str | None = None) -> Iterator[None]:
    """The role without the action: in the statement `sid`, or in all of them."""
    before = documents(iam, role)
    after = {name: without(document, action, sid) for name, document in before.items()}
    assert after != before, f"{role} does not allow {action}"
    put(iam, role, after)
    try:
        yield
    finally:
        put(iam, role, before)


def without(document: Any, action: str, sid: str | None) -> Any:
    reduced = copy.deepcopy(document)
    for statement in reduced["Statement"]:
        if sid in (None, statement["Sid"]):
            statement["Action"] = [one for one in listed(statement["Action"]) if one != action]
    reduced["Statement"] = [statement for statement in reduced["Statement"] if statement["Action"]]
    return reduced


def put(iam: Any, role: str, wanted: dict[str, Any]) -> None:
    for name, document in wanted.items():
        if document["Statement"]:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
        else:
            iam.delete_role_policy(RoleName=role, PolicyName=name)


@contextmanager
def another_external_id(iam: Any, role: str) -> Iterator[None]:
    """The role as one whose trust asks for an external id that the hub does not know."""
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    changed = copy.deepcopy(trust)
    for statement in changed["Statement"]:
        if "sts:AssumeRole" in listed(statement["Action"]):
            statement["Condition"]["StringEquals"]["sts:ExternalId"] = "of-somebody-else"
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(changed))
    try:
        yield
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
