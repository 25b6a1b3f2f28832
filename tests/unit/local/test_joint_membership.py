"""The organization of the local AWS: the hub manages it, the members are in it, and permissions name its parts."""

import pytest
from botocore.exceptions import ClientError

from .in_process import HUB, MEMBER, LocalAws, allow

ANYBODY = {"AWS": f"arn:aws:iam::{HUB}:root"}
OU = "arn:aws:organizations::*:ou/o-*/ou-*"
ACCOUNT = "arn:aws:organizations::*:account/o-*/*"


def test_the_members_are_in_the_hubs_organization_and_can_be_moved(aws: LocalAws) -> None:
    organizations = aws.client("organizations", HUB)
    root = organizations.list_roots()["Roots"][0]["Id"]
    assert [one["Id"] for one in organizations.list_accounts()["Accounts"]] == [HUB, MEMBER, "222222222222"]
    prod = organizations.create_organizational_unit(ParentId=root, Name="prod")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=MEMBER, SourceParentId=root, DestinationParentId=prod)
    assert [one["Id"] for one in organizations.list_accounts_for_parent(ParentId=prod)["Accounts"]] == [MEMBER]


def test_another_account_has_nobody(aws: LocalAws) -> None:
    assert [one["Id"] for one in aws.client("organizations", MEMBER).list_accounts()["Accounts"]] == [MEMBER]


def test_it_is_decided_on_what_is_asked_about(aws: LocalAws) -> None:
    role = aws.role(
        HUB,
        "reader",
        ANYBODY,
        allow("organizations:ListRoots", "*"),
        allow("organizations:ListAccountsForParent", OU),
        allow("organizations:ListTagsForResource", ACCOUNT),
    )
    reader = aws.session("organizations", role)
    root = reader.list_roots()["Roots"][0]["Id"]
    prod = aws.client("organizations", HUB).create_organizational_unit(ParentId=root, Name="prod")
    assert reader.list_accounts_for_parent(ParentId=prod["OrganizationalUnit"]["Id"])["Accounts"] == []
    assert reader.list_tags_for_resource(ResourceId=MEMBER)["Tags"] == []
    for refused in (
        lambda: reader.list_accounts_for_parent(ParentId=root),
        lambda: reader.list_tags_for_resource(ResourceId=root),
        lambda: reader.list_accounts(),
    ):
        with pytest.raises(ClientError, match=r"AccessDenied.*is not authorized to perform: organizations:List"):
            refused()
    refusals = [(one.action, one.resource.rpartition("/")[2]) for one in aws.decisions.since(0) if not one.allowed]
    assert refusals == [
        ("organizations:ListAccountsForParent", root),
        ("organizations:ListTagsForResource", root),
        ("organizations:ListAccounts", "*"),
    ]
