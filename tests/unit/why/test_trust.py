"""Whether AWS Backup may assume a role, and which statements of a vault keep it out."""

from typing import Any

import pytest

from backup_apps.domain.why.trust import denying, lets_backup_in, trusting, with_trust, without

ACCOUNT, ROLE = "111111111111", "arn:aws:iam::111111111111:role/backup"
SERVICE = {"Service": "backup.amazonaws.com"}


def trust(**members: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Principal": SERVICE, "Action": "sts:AssumeRole"} | members]}


def of_account(account: str, key: str = "aws:SourceAccount") -> dict[str, Any]:
    return {"StringEquals": {key: account}}


CASES = {
    "the service": (trust(), True),
    "one statement, not in a list": ({"Statement": trust()["Statement"][0]}, True),
    "the service among others": (trust(Principal={"Service": ["ec2.amazonaws.com", "backup.amazonaws.com"]}), True),
    "all actions": (trust(Action="sts:*"), True),
    "its own account": (trust(Condition=of_account(ACCOUNT)), True),
    "its own account, written otherwise": (trust(Condition=of_account(ACCOUNT, "AWS:sourceaccount")), True),
    "another account": (trust(Condition=of_account("222222222222")), False),
    "a condition that nobody here knows": (trust(Condition={"ArnLike": {"aws:SourceArn": "*"}}), None),
    "another service": (trust(Principal={"Service": "ec2.amazonaws.com"}), False),
    "another action": (trust(Action="sts:TagSession"), False),
    "an account": (trust(Principal={"AWS": ACCOUNT}), False),
    "nothing": ({}, False),
    "a denial beside it": ({"Statement": [*trust()["Statement"], *trust(Effect="Deny")["Statement"]]}, False),
    "a denial under a condition": (
        {"Statement": [*trust()["Statement"], *trust(Effect="Deny", Condition={"Bool": {"x": "y"}})["Statement"]]},
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_whether_it_is_let_in(name: str) -> None:
    policy, expected = CASES[name]
    assert lets_backup_in(policy, ACCOUNT) is expected


@pytest.mark.parametrize("name", [name for name, (_, lets) in CASES.items() if lets is False])
def test_with_its_statement_it_is_let_in(name: str) -> None:
    mended = with_trust(CASES[name][0])
    assert lets_backup_in(mended, ACCOUNT)
    assert mended["Statement"][-1] == trusting()


def test_whom_a_role_trusts_already_stays() -> None:
    (ours,) = trust(Principal={"AWS": ACCOUNT})["Statement"]
    assert with_trust({"Statement": ours})["Statement"] == [ours, trusting()]


def deny(**members: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "backup:StartBackupJob", "Resource": "*"} | members


@pytest.mark.parametrize(
    "statement",
    [
        deny(),
        deny(Principal={"AWS": "*"}),
        deny(Principal={"AWS": [ROLE]}),
        deny(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        deny(Action=["backup:DeleteRecoveryPoint", "backup:Start*"]),
        deny(Action="Backup:startbackupjob"),
    ],
)
def test_what_keeps_backups_out_of_a_vault(statement: dict[str, Any]) -> None:
    policy = {"Version": "2012-10-17", "Statement": [deny(Action="backup:DeleteRecoveryPoint"), statement]}
    assert list(denying(policy, ROLE)) == [statement]
    assert without(policy, [statement])["Statement"] == policy["Statement"][:1]


@pytest.mark.parametrize(
    "statement",
    [
        deny(Effect="Allow"),
        deny(Action="backup:DeleteRecoveryPoint"),
        deny(Principal={"AWS": "arn:aws:iam::222222222222:role/other"}),
        deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
    ],
)
def test_what_does_not(statement: dict[str, Any]) -> None:
    assert list(denying({"Statement": [statement]}, ROLE)) == []
    assert list(denying(None, ROLE)) == []
