from typing import Any

import pytest

from backup_apps_local.decisions import DecisionLog, role_of


def recorded(log: DecisionLog, *resources: str) -> None:
    for resource in resources:
        session = "arn:aws:sts::111111111111:assumed-role/plan/one"
        log.record("111111111111", "eu-west-1", session, "backup:ListTags", resource, allowed=True)


def test_decisions_are_numbered_and_read_from_a_number_on() -> None:
    log = DecisionLog()
    recorded(log, "a", "b", "c")
    assert [(decision.sequence, decision.resource) for decision in log.since(1)] == [(2, "b"), (3, "c")]
    assert log.since(3) == ()


@pytest.mark.parametrize(
    ("principal", "role"),
    [
        ("arn:aws:sts::111111111111:assumed-role/backup-apps-plan/acme-1", "backup-apps-plan"),
        ("arn:aws:iam::111111111111:user/somebody", ""),
        ("arn:aws:iam::111111111111:root", ""),
    ],
)
def test_only_a_session_has_a_role(principal: str, role: Any) -> None:
    assert role_of(principal) == role
