"""A person with the console of a member account, and what comes of what they do there."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from backup_apps.adapters.findings import TableFindings
from backup_apps.domain.drift.findings import Finding, State
from backup_apps_local.clients import environment, table
from backup_apps_local.world import HOME_REGION, HUB, MEMBER_ACCOUNTS

from .bundles import new_version, written
from .conftest import LocalAws
from .eventbridge import invoke
from .waiting import tell, within

MEMBER = MEMBER_ACCOUNTS[0]


class Site:
    """A bundle that is synced to one target, and a person there with the console."""

    def __init__(self, aws: LocalAws, name: str, spec: dict[str, Any], account: str = MEMBER) -> None:
        self.aws, self.name, self.spec, self.account = aws, name, spec, account
        self.backup = aws.client("backup", account)

    def push(self) -> "Site":
        status = self.aws.push(self.name, new_version(), written(self.name, self.spec))
        assert status["state"] == "synced", status
        return self

    @property
    def plan(self) -> dict[str, Any]:
        plans = self.backup.list_backup_plans()["BackupPlansList"]
        (found,) = (one for one in plans if one["BackupPlanName"] == f"{self.name}-daily")
        return dict(self.backup.get_backup_plan(BackupPlanId=found["BackupPlanId"]))

    def change_plan(self, edit: Callable[[list[Any]], None]) -> None:
        plan = self.plan
        rules = [{key: value for key, value in rule.items() if key != "RuleId"} for rule in plan["BackupPlan"]["Rules"]]
        edit(rules)
        changed = {"BackupPlanName": plan["BackupPlan"]["BackupPlanName"], "Rules": rules}
        changed["AdvancedBackupSettings"] = plan.get("AdvancedBackupSettings", [])
        self.backup.update_backup_plan(BackupPlanId=plan["BackupPlanId"], BackupPlan=changed)

    def findings(self, *states: State) -> list[Finding]:
        kept = TableFindings(table(self.aws.endpoint, self.aws.outputs["StateTable"], HUB)).of_bundle(self.name)
        return [one for one in kept if not states or one.state in states]

    def alerts(self) -> list[dict[str, Any]]:
        told = [json.loads(one["Message"]) for one in self.aws.inbox.messages()]
        return [one for one in told if one.get("bundle") == self.name and one["type"] == "drift"]

    def patch(self) -> str:
        """What `backup-apps drift --patch` prints."""
        command = [sys.executable, "-m", "backup_apps_cli.main", "drift", self.name, "--patch", "--hub", "backup-apps"]
        variables = {**os.environ, **environment(self.aws.endpoint, HUB)}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sweep(self, unmanaged: bool = False) -> dict[str, Any]:
        event = {"bundle": self.name, "account": self.account, "region": HOME_REGION, "unmanaged": unmanaged}
        return invoke(self.aws, "backup-apps-sweep-target", event)


def shorten(site: Site) -> None:
    site.change_plan(lambda rules: rules[-1].update(Lifecycle={"DeleteAfterDays": 7}))


def back_up(site: Site, vault: str | None = None, ends_well: bool = True) -> list[dict[str, Any]]:
    """A table of the account, by the next run of the plan, or of another one: the recovery points in the vault."""
    tables = site.aws.client("dynamodb", site.account)
    key = [("id", "HASH")]
    tables.create_table(
        TableName=f"{site.name}-fixtures",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in key],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in key],
    )
    tell(site.aws, "advance", {"hours": 25})
    tables.delete_table(TableName=f"{site.name}-fixtures")
    found = site.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault or site.name)["RecoveryPoints"]
    assert (found != []) is ends_well
    return list(found)


@contextmanager
def without_events(aws: LocalAws) -> Iterator[None]:
    """What members forward meanwhile reaches nobody; calls of KMS are told a moment later."""
    events, rule = aws.client("events"), {"Name": "backup-apps-drift", "EventBusName": "backup-apps"}
    events.disable_rule(**rule)
    try:
        yield
        time.sleep(1)
    finally:
        events.enable_rule(**rule)


def sweep(aws: LocalAws) -> dict[str, Any]:
    """Of everything, as the schedule starts it: how it ended."""
    machines = aws.client("stepfunctions")
    started = machines.start_execution(stateMachineArn=aws.outputs["SweepStateMachine"])["executionArn"]

    def ended() -> Any:
        execution = machines.describe_execution(executionArn=started)
        return execution if execution["status"] != "RUNNING" else None

    return dict(within(120, ended, aws)[0])


def region_event(account: str) -> dict[str, Any]:
    """That somebody changed an opt-in."""
    detail = {
        "eventSource": "backup.amazonaws.com",
        "eventName": "UpdateRegionSettings",
        "eventTime": "2026-01-01T12:00:00Z",
        "userIdentity": {"type": "Root", "arn": f"arn:aws:iam::{account}:root"},
        "requestParameters": {"resourceTypeOptInPreference": {"EFS": True}},
    }
    return {"account": account, "region": HOME_REGION, "source": "aws.backup", "detail": detail}
