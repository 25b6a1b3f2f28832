"""A person with the console of a member account, the data there, and the clock of AWS Backup."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

from backup_apps_local.clients import Place, client
from backup_apps_local.launcher import read_json
from backup_apps_local.world import HOME_REGION, HUB, MEMBER_ACCOUNTS

ACCOUNT, TABLE = MEMBER_ACCOUNTS[0], "payments-orders"
PLACE = f"{ACCOUNT}/{HOME_REGION}"
TABLE_ARN = f"arn:aws:dynamodb:{HOME_REGION}:{ACCOUNT}:table/{TABLE}"
_VAULT, _PLAN, _RULE = "acme-primary", "payments-daily", "nightly"
_PAUSE = 0.2
_SHAPE: Mapping[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


class MemberConsole:
    """Of the account in which the payments are."""

    def __init__(self, endpoint: str, outputs: Mapping[str, str]) -> None:
        self._endpoint, self._outputs = endpoint, outputs
        here = Place(ACCOUNT, HOME_REGION)
        self._backup, self._dynamodb = client(endpoint, "backup", here), client(endpoint, "dynamodb", here)

    def make_table(self) -> None:
        self._dynamodb.create_table(TableName=TABLE, **_SHAPE)
        for number in range(1, 4):
            self._dynamodb.put_item(TableName=TABLE, Item={"id": {"S": str(number)}, "paid": {"N": str(number * 100)}})

    def back_up(self) -> str:
        """The ARN of the recovery point that the plan makes in the next night, once it is known what it holds."""
        self.advance(days=1)
        wait(lambda: self._manifests() >= len(("begun", "done")), "the manifest of the backup")
        return self.points()[0]

    def points(self) -> list[str]:
        """Of the table, the newest first."""
        found = self._backup.list_recovery_points_by_resource(ResourceArn=TABLE_ARN)["RecoveryPoints"]
        here = [one for one in found if one["BackupVaultName"] == _VAULT]
        return [one["RecoveryPointArn"] for one in sorted(here, key=lambda one: one["CreationDate"], reverse=True)]

    def _manifests(self) -> int:
        s3, bucket = client(self._endpoint, "s3", HUB), self._outputs["StateBucket"]
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix="manifests/").get("Contents", ())]
        bodies = [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
        return len([one for one in bodies if one["resource"] == TABLE_ARN])

    def kept_days(self) -> int:
        """How long the plan, as it is now, keeps what it backs up each night."""
        return int(next(one for one in self._rules() if one["RuleName"] == _RULE)["Lifecycle"]["DeleteAfterDays"])

    def shorten(self, days: int) -> None:
        rules = [{key: value for key, value in rule.items() if key != "RuleId"} for rule in self._rules()]
        for rule in rules:
            rule |= {"Lifecycle": {"DeleteAfterDays": days}} if rule["RuleName"] == _RULE else {}
        self._backup.update_backup_plan(BackupPlanId=self._plan(), BackupPlan={"BackupPlanName": _PLAN, "Rules": rules})

    def _plan(self) -> str:
        plans = self._backup.list_backup_plans()["BackupPlansList"]
        return str(next(one["BackupPlanId"] for one in plans if one["BackupPlanName"] == _PLAN))

    def _rules(self) -> list[dict[str, Any]]:
        return list(self._backup.get_backup_plan(BackupPlanId=self._plan())["BackupPlan"]["Rules"])

    def fail_a_restore(self, point: str, why: str) -> str:
        """Somebody restores at 2 a.m., and AWS Backup can't. The id of the job."""
        now = self.now()
        two = now.replace(hour=2, minute=0, second=0, microsecond=0)
        self._tell("advance", {"to": (two if two > now else two + timedelta(days=1)).isoformat()})
        self._tell("faults", {"kind": "restore-fails", "target": TABLE_ARN, "times": 1, "message": why})
        asked = {"targetTableName": f"{TABLE}-restored", "encryptionType": "Default"}
        role = f"arn:aws:iam::{ACCOUNT}:role/backup-apps-restore"
        job = self._backup.start_restore_job(RecoveryPointArn=point, Metadata=asked, IamRoleArn=role)["RestoreJobId"]
        self.advance(minutes=30)
        return str(job)

    def run_the_week(self) -> str:
        """The hourly event of the next Monday, after which the rehearsals of the week begin. Its moment."""
        now = self.now()
        monday = (now + timedelta(days=7 - now.weekday())).replace(hour=6, minute=30, second=0, microsecond=0)
        tick = json.dumps({"time": f"{monday:%Y-%m-%dT%H:%M:%SZ}"}).encode()
        functions = client(self._endpoint, "lambda", HUB)
        functions.invoke(FunctionName="backup-apps-start-verifications", Payload=tick)["Payload"].read()
        return f"{monday:%A, %H:%M}"

    def rehearsed(self, before: int) -> dict[str, Any]:
        """What came of the rehearsal that was just started: its restore takes AWS Backup some hours."""
        wait(self._restores, "the restore of the rehearsal")
        self.advance(hours=4)
        wait(lambda: len(self.results()) > before, "the result of the rehearsal")
        return self.results()[0]

    def _restores(self) -> bool:
        jobs = self._backup.list_restore_jobs()["RestoreJobs"]
        return any(one["Status"] in ("PENDING", "RUNNING") for one in jobs)

    def results(self) -> list[dict[str, Any]]:
        """Of verifications, the newest first, as the command line tells machines."""
        asked = ["verify", "payments", "--bundle", "acme", "--target", PLACE, "--history", "--output", "json"]
        command = [sys.executable, "-m", "backup_apps_cli.main", *asked]
        told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        return list(json.loads(told)["targets"][0]["results"])

    def now(self) -> datetime:
        return datetime.fromisoformat(read_json(self._endpoint, "clock")["now"])

    def advance(self, **time_: float) -> None:
        self._tell("advance", time_)

    def _tell(self, path: str, document: Mapping[str, Any]) -> None:
        url = f"{self._endpoint}/_backup_apps/{path}"
        with urlopen(Request(url, data=json.dumps(document).encode(), method="POST"), timeout=120) as answer:
            answer.read()


def wait(look: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        time.sleep(_PAUSE)
