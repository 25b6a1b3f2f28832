"""Requests for approval, waiting executions and roles in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backup_apps.domain.approvals.request import ApprovalRequest, Standing
from backup_apps.domain.approvals.verdict import Role
from backup_apps.domain.commits import Version


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
        if known and known.digest == request.digest and known.standing is not Standing.EXPIRED:
            request = known.model_copy(update={"token": request.token})
        elif known:
            request = request.model_copy(update={"revision": known.revision})
        self.save(request)
        return self.requests[request.id]

    def save(self, request: ApprovalRequest) -> bool:
        known = self.requests.get(request.id)
        if (known.revision if known else 0) != request.revision:
            return False
        self.requests[request.id] = request.model_copy(update={"revision": request.revision + 1})
        return True


@dataclass
class Waits:
    """What woke which execution; a token wakes once."""

    woken: list[tuple[str, str]] = field(default_factory=list)

    def go_on(self, token: str, output: Mapping[str, Any]) -> bool:
        return self._wake(token, "goes on")

    def give_up(self, token: str, error: str, cause: str) -> bool:
        return self._wake(token, f"{error}: {cause}")

    def _wake(self, token: str, told: str) -> bool:
        if any(token == known for known, _ in self.woken):
            return False
        self.woken.append((token, told))
        return True


@dataclass
class Roles:
    roles: dict[str, Role] = field(default_factory=dict)

    def find(self, name: str) -> Role | None:
        return self.roles.get(name)


APPROVER = "AWSReservedSSO_Approvers_0a1b2c"
ROLE = Role(f"arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/eu-west-1/{APPROVER}", "AROAOK")
POLICY = json.dumps({"approverRoles": [ROLE.arn.replace("0a1b2c", "*")]})
