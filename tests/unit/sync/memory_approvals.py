"""Requests for approval, waiting executions and roles in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backup_apps.domain.approvals.request import ApprovalRequest, Standing
from backup_apps.domain.approvals.verdict import Role
from backup_apps.domain.commits import Version

_KEEPS = (Standing.WAITING, Standing.APPROVED)


@dataclass
class Approvals:
    requests: dict[Version, ApprovalRequest] = field(default_factory=dict)

    def find(self, version: Version) -> ApprovalRequest | None:
        return self.requests.get(version)

    def waiting(self, bundle: str) -> tuple[ApprovalRequest, ...]:
        found = self.requests.values()
        return tuple(one for one in found if one.bundle == bundle and one.standing is Standing.WAITING)

    def ask(self, request: ApprovalRequest) -> ApprovalRequest:
        known = self.requests.get(request.id)
        if known and known.digest == request.digest and known.standing in _KEEPS:
            request = known.model_copy(update={"token": request.token})
        self.requests[request.id] = request
        return request

    def save(self, request: ApprovalRequest) -> bool:
        if self.requests[request.id].revision != request.revision:
            return False
        self.requests[request.id] = request.model_copy(update={"revision": request.revision + 1})
        return True


@dataclass
class Waits:
    """What woke which execution."""

    woken: list[tuple[str, str]] = field(default_factory=list)

    def go_on(self, token: str, output: Mapping[str, Any]) -> None:
        self.woken.append((token, "goes on"))

    def give_up(self, token: str, error: str, cause: str) -> None:
        self.woken.append((token, f"{error}: {cause}"))


@dataclass
class Roles:
    roles: dict[str, Role] = field(default_factory=dict)

    def find(self, name: str) -> Role | None:
        return self.roles.get(name)


APPROVER = "AWSReservedSSO_Approvers_0a1b2c"
ROLE = Role(f"arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/eu-west-1/{APPROVER}", "AROAOK")
POLICY = json.dumps({"approverRoles": [ROLE.arn.replace("0a1b2c", "*")]})
