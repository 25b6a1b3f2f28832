"""Roles of the hub's own account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""

from collections.abc import Callable
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.approvals.verdict import Role
from backup_apps.domain.errors import AccessDeniedError, NotFoundError


class IamRoles:
    def __init__(self, iam: Callable[[], Any]) -> None:
        self._iam = iam

    def find(self, name: str) -> Role | None:
        """The role of that name as it is now; None where there is none, or none that the hub may read: it may read the
        roles of IAM Identity Center alone, and GetRole is denied by the path of what was found."""
        try:
            with translated():
                role = self._iam().get_role(RoleName=name)["Role"]
        except (NotFoundError, AccessDeniedError):
            return None
        return Role(role["Arn"], role["RoleId"])
