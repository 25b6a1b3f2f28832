"""The accounts of this world are members of the hub's organization, and what is asked about the root, a unit or an
account is decided on that. In MiniStack each account has an organization to itself, and no account joins another's.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
"""

import json
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import get_account_id
from ministack.services import organizations

from backup_apps_local.world import HUB_ACCOUNT, MEMBER_ACCOUNTS

_NAMED_BY = ("ParentId", "OrganizationalUnitId", "AccountId", "ResourceId")


class Membership:
    def __init__(self) -> None:
        self._ensure = organizations._ensure_org
        self._resource_of = iam_actions.extract_resource_arn

    def install(self) -> None:
        organizations._ensure_org = self.ensure
        iam_actions.extract_resource_arn = self.resource_of

    def ensure(self) -> None:
        is_new = "self" not in organizations._orgs
        self._ensure()
        if is_new and get_account_id() == HUB_ACCOUNT:
            manager = organizations._accounts[HUB_ACCOUNT]
            for account in MEMBER_ACCOUNTS:
                organizations._accounts[account] = {
                    **manager,
                    "Id": account,
                    "Arn": _arn("account", account),
                    "Email": f"{account}@acme.example",
                    "Name": f"member-{account}",
                }

    def resource_of(self, service: str, method: str, path: str, headers: Any, body: bytes, *more: Any) -> str:
        if service != "organizations":
            return str(self._resource_of(service, method, path, headers, body, *more))
        self.ensure()
        request = json.loads(body or b"{}")
        named = next((request[name] for name in _NAMED_BY if name in request), None)
        return _arn(_kind(named), named) if named else "*"


def _kind(identity: str) -> str:
    return {"r": "root", "ou": "ou", "p": "policy"}.get(identity.partition("-")[0], "account")


def _arn(kind: str, identity: str) -> str:
    return f"arn:aws:organizations::{get_account_id()}:{kind}/{organizations._orgs['self']['Id']}/{identity}"
