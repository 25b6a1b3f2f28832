"""An app whose restores are verified, with real data behind it."""

import json
import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from backup_apps.adapters.rehearsals import TableRehearsals
from backup_apps.domain.verification.rehearsal import PREFIX
from backup_apps.domain.verification.results import Result
from backup_apps_local.clients import table
from backup_apps_local.launcher import read_json
from backup_apps_local.sam import RUNTIME
from backup_apps_local.world import HOME_REGION, HUB, HUB_ACCOUNT, MEMBER_ACCOUNTS, policy_of

from .bundles import new_version, small_spec, written, zipped
from .conftest import LocalAws
from .databases import Databases
from .eventbridge import invoke
from .waiting import tell, until

TABLE_INDEX = "by-day"
TABLE_SHAPE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "day", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": TABLE_INDEX,
            "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


class Shop:
    """An app with a bucket and a table that are backed up daily and rehearsed on Mondays; with databases, on Tuesdays,
    when no other is."""

    def __init__(
        self,
        aws: LocalAws,
        account: str = MEMBER_ACCOUNTS[0],
        sandbox: str | None = None,
        is_group: bool = False,
        has_databases: bool = False,
        is_tested_by_aws: bool = False,
    ) -> None:
        self.aws, self.account, self.name = aws, account, f"shop-{new_version()}"
        self.sandbox = sandbox or account
        self.bucket, self.table = f"{self.name}-invoices", f"{self.name}-orders"
        self.s3, self.dynamodb = aws.client("s3", account), aws.client("dynamodb", account)
        self.backup = aws.client("backup", account)
        self.rehearsals = TableRehearsals(table(aws.endpoint, aws.outputs["StateTable"], HUB))
        self.databases = Databases(aws, account, self.sandbox, self.name)
        self._seen: set[str] = set()
        self._fill()
        self.spec = spec = small_spec(self.name, (account,))
        resources = [f"arn:aws:s3:::{self.bucket}", self.table_arn]
        resources += self.databases.make() if has_databases else []
        resources += [self._make_volume()] if is_tested_by_aws else []
        self.types, self.resources = len(resources), frozenset(resources)
        spec["policy"]["plans"]["daily"]["selections"] = {"data": {"resources": resources}}
        key = f"arn:aws:kms:{HOME_REGION}:{self.sandbox}:alias/acme-backup"
        elsewhere = {"account": sandbox, "vault": self._make_vault()} if sandbox else {}
        spec["policy"]["verification"] = {
            "schedule": f"cron(0 6 ? * {'TUE' if has_databases else 'MON'} *)",
            "maxAge": "7d",
            "rto": "8h",
            "sandbox": {"kmsKey": key, **elsewhere, **(self.databases.network if has_databases else {})},
            "checks": {
                "s3": {"canary": "canary.txt"},
                "dynamodb": {"canary": {"id": "canary"}},
                "hook": self._make_hook(self.name, "event['recoveryPoint']"),
            },
        }
        if is_tested_by_aws:
            spec["selfHeal"] = True
            del spec["policy"]["verification"]["checks"]["hook"]
            spec["policy"]["verification"] |= {"engine": "aws", "schedule": "cron(0 6 1 1 ? *)"}
        if is_group:
            told = "[one['type'] for one in event['members'] if one['recoveryPoint']] == ['S3', 'DynamoDB']"
            self.group_hook = self._make_hook(f"{self.name}-group", told)
            spec["policy"]["verification"]["group"] = {"resources": resources, "hook": self.group_hook}
        assert aws.push(self.name, new_version(), written(self.name, spec))["state"] == "synced"

    def retire(self) -> None:
        """Nothing more is backed up or rehearsed: the days of others stay short, and no fault of theirs meets it."""
        del self.spec["policy"]["verification"]
        self.spec["policy"]["plans"]["daily"]["selections"] = {"data": {"anyTag": {"retired": ["yes"]}}}
        assert self.aws.push(self.name, new_version(), written(self.name, self.spec))["state"] == "synced"

    def _fill(self) -> None:
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": HOME_REGION})
        for name in ("canary.txt", "a.txt", "b.txt"):
            self.s3.put_object(Bucket=self.bucket, Key=name, Body=f"{name} of {self.name}".encode())
        made = self.dynamodb.create_table(TableName=self.table, **TABLE_SHAPE)
        self.table_arn = made["TableDescription"]["TableArn"]
        for name in ("canary", "1", "2"):
            item = {"id": {"S": name}, "day": {"S": "MON"}, "blob": {"B": b"\x00\xff"}, "tags": {"SS": ["x", "y"]}}
            self.dynamodb.put_item(TableName=self.table, Item=item)

    def _make_volume(self) -> str:
        made = self.aws.client("ec2", self.account).create_volume(AvailabilityZone=f"{HOME_REGION}a", Size=1)
        return f"arn:aws:ec2:{HOME_REGION}:{self.account}:volume/{made['VolumeId']}"

    def _make_vault(self) -> str:
        """In the sandbox account, which lets the shop's copies in."""
        there, name = self.aws.client("backup", self.sandbox), f"{self.name}-sandbox"
        management = self.aws.client("backup", HUB_ACCOUNT)
        management.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
        key = self.aws.client("kms", self.sandbox).describe_key(KeyId="alias/acme-backup")["KeyMetadata"]["Arn"]
        there.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
        lets_in = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{self.account}:root"},
            "Action": "backup:CopyIntoBackupVault",
            "Resource": "*",
        }
        there.put_backup_vault_access_policy(BackupVaultName=name, Policy=policy_of(lets_in))
        return name

    def _make_hook(self, name: str, told: str) -> str:
        """A check of the shop's own, which is content if it is told in full what it is asked about."""
        code = f"def handler(event, context): return {{'verdict': 'verified' if {told} else 'failed'}}"
        made = self.aws.client("lambda", self.sandbox).create_function(
            FunctionName=f"backup-apps-check-{name}",
            Runtime=RUNTIME,
            Handler="check.handler",
            Role=f"arn:aws:iam::{self.sandbox}:role/acme-backup",
            Code={"ZipFile": zipped({"check.py": code})},
        )
        return str(made["FunctionArn"])

    def tell(self, path: str, document: dict[str, Any]) -> None:
        tell(self.aws, path, document)

    def advance(self, **time_: float) -> None:
        self.tell("advance", time_)

    def back_up(self) -> None:
        """By the plan, which begins at three, whatever the hour is; and until it is known what was backed up."""
        before = self.manifests()
        now = datetime.fromisoformat(read_json(self.aws.endpoint, "clock")["now"])
        three = now.replace(hour=3, minute=0, second=0, microsecond=0)
        self.tell("advance", {"to": (three + timedelta(days=int(three <= now), hours=2)).isoformat()})
        until(lambda: self.manifests() >= before + 2 * self.types, "the manifests")

    def manifests(self) -> int:
        """Of both ends of each backup job."""
        s3, bucket = self.aws.client("s3"), self.aws.outputs["StateBucket"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="manifests/")
        keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        bodies = [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
        return len([one for one in bodies if one["resource"] in self.resources])

    def tick(self, moment: str) -> dict[str, Any]:
        return invoke(self.aws, "backup-apps-start-verifications", {"time": moment})

    def hunt(self, moment: str) -> dict[str, Any]:
        return invoke(self.aws, "backup-apps-hunt-leftovers", {"time": moment})

    def rehearse(self, day: str, jobs: int = 2) -> None:
        """The hourly event on its day, until the restores have begun."""
        before = len(self.jobs())
        assert any(self.name in run for run in self.tick(f"{day}T06:30:00Z")["started"])
        until(lambda: len(self.waiting()) >= jobs, "the restores")
        assert len(self.jobs()) == before + jobs

    def rehearse_elsewhere(self, day: str) -> None:
        """The same from copies, which are made first, until the restores have begun."""
        assert any(self.name in run for run in self.tick(f"{day}T06:30:00Z")["started"])
        until(lambda: len(self.copying()) >= self.types and self._all_have_begun(), "the copies")
        self.advance(hours=2)
        until(lambda: len(self.waiting()) >= self.types, "the restores")

    def _all_have_begun(self) -> bool:
        """Those of other apps too, which the hourly event started as well."""
        begun = (one.rehearsal.job or one.rehearsal.copy_job for one in self.rehearsals.unfinished())
        return not self.rehearsals.asked() and all(begun)

    def copying(self) -> list[Any]:
        return [one for one in self._unfinished() if one.rehearsal.copy_job]

    def waiting(self) -> list[Any]:
        return [one for one in self._unfinished() if one.rehearsal.job]

    def _unfinished(self) -> list[Any]:
        """Its rehearsals, whose names are remembered when they have ended."""
        found = [one for one in self.rehearsals.unfinished() if one.rehearsal.app == self.name]
        self._seen |= {one.rehearsal.name for one in found}
        return found

    def points(self) -> dict[str, str]:
        """The ARN of the newest recovery point by the type of its resource."""
        return {one["ResourceType"]: one["RecoveryPointArn"] for one in self._all_points()}

    def points_of_table(self) -> list[str]:
        """All of them: an hour that passes may be the hour of a backup."""
        return [one["RecoveryPointArn"] for one in self._all_points() if one["ResourceType"] == "DynamoDB"]

    def _all_points(self) -> list[dict[str, Any]]:
        found = self.backup.list_recovery_points_by_backup_vault(BackupVaultName=self.name)["RecoveryPoints"]
        return sorted(found, key=lambda one: one["CreationDate"])

    def jobs(self) -> list[dict[str, Any]]:
        found = self.backup.list_restore_jobs()["RestoreJobs"]
        return [one for one in found if self.name in one.get("SourceResourceArn", "")]

    def job(self, job: str | None) -> dict[str, Any]:
        return dict(self.backup.describe_restore_job(RestoreJobId=job))

    def hear_late(self, restores: int) -> None:
        """Of restores that are to begin running: their events come two hours late, and until then they stay."""
        late = {"kind": "event-late", "target": "Restore Job State Change", "delay": 120}
        self.tell("faults", {**late, "times": 2 * restores})

    def results(self, count: int, timeout: float = 60) -> dict[str, Result]:
        """The last of each type, once there are so many in all."""
        try:
            found = until(
                lambda: known if len(known := self.rehearsals.results(self.name)) >= count else None, "results", timeout
            )
        except AssertionError:
            raise AssertionError(self.story()) from None
        assert len(found) == count
        return {one.type: one for one in found}

    def story(self) -> str:
        """What a person would look at who asks why nothing came."""
        logs = self.aws.client("logs")
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        events = [
            event["message"] for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]
        ]
        failed = [f"{one}: {two}" for one, two in pairwise(events) if "Error" in two and one[:1].isspace()]
        return "\n".join([*failed, str(self.waiting())])

    def restore_by_hand(self, point: str, **metadata: str) -> str:
        role = f"arn:aws:iam::{self.account}:role/backup-apps-restore"
        asked = {"RecoveryPointArn": point, "Metadata": metadata, "IamRoleArn": role}
        return str(self.backup.start_restore_job(**asked)["RestoreJobId"])

    def hear(self, job: str) -> str:
        """The event of the end of a restore, once more."""
        found = self.job(job)
        detail = {"restoreJobId": job, "status": found["Status"], "createdResourceArn": found["CreatedResourceArn"]}
        told = {"account": self.account, "region": HOME_REGION, "time": "2027-01-04T06:30:00Z", "detail": detail}
        functions = self.aws.client("lambda")
        answer = functions.invoke(FunctionName="backup-apps-hear-restore", Payload=json.dumps(told).encode())
        return str(json.loads(answer["Payload"].read()))

    def kill(self) -> None:
        """Every rehearsal of its own that runs."""
        own = [one for one in self._executions() if one["status"] == "RUNNING"]
        assert own
        for one in own:
            self.aws.client("stepfunctions").stop_execution(executionArn=one["executionArn"])

    def runs(self, before: str) -> list[str]:
        """How those of its rehearsals stand that were due before a day, as in `20270301`."""
        due = re.compile(r"-(\d{8})T\d{4}-")
        return [one["status"] for one in self._executions() if (at := due.search(one["name"])) and at[1] < before]

    def _executions(self) -> list[dict[str, Any]]:
        machine = self.aws.outputs["VerifyStateMachine"]
        pages = self.aws.client("stepfunctions").get_paginator("list_executions").paginate(stateMachineArn=machine)
        return [one for page in pages for one in page["executions"] if one["name"].startswith(f"{self.name}-")]

    def test_restores(self) -> None:
        """By a restore testing plan of AWS Backup, once, an hour from now."""
        plan, name = self.name.replace("-", "_"), "orders"
        points = {"Algorithm": "LATEST_WITHIN_WINDOW", "RecoveryPointTypes": ["SNAPSHOT"], "IncludeVaults": ["*"]}
        asked = {"RestoreTestingPlanName": plan, "ScheduleExpression": "cron(0 * * * ? *)"}
        self.backup.create_restore_testing_plan(RestoreTestingPlan=asked | {"RecoveryPointSelection": points})
        selection = {
            "RestoreTestingSelectionName": name,
            "ProtectedResourceType": "DynamoDB",
            "ProtectedResourceArns": [self.table_arn],
            "IamRoleArn": f"arn:aws:iam::{self.account}:role/backup-apps-restore",
            "ValidationWindowHours": 24,
        }
        self.backup.create_restore_testing_selection(RestoreTestingPlanName=plan, RestoreTestingSelection=selection)
        self.advance(hours=1)
        self.backup.delete_restore_testing_selection(RestoreTestingPlanName=plan, RestoreTestingSelectionName=name)
        self.backup.delete_restore_testing_plan(RestoreTestingPlanName=plan)
        self.advance(hours=3)

    def test_by(self, schedule: str) -> None:
        """From now on AWS tests its restores by this schedule."""
        self.spec["policy"]["verification"]["schedule"] = schedule
        assert self.aws.push(self.name, new_version(), written(self.name, self.spec))["state"] == "synced"

    def testing_plan(self) -> dict[str, Any] | None:
        """That of the bundle, with the names of its selections."""
        names = {"RestoreTestingPlanName": self.name.replace("-", "_")}
        try:
            plan = self.backup.get_restore_testing_plan(**names)["RestoreTestingPlan"]
        except self.backup.exceptions.ResourceNotFoundException:
            return None
        found = self.backup.list_restore_testing_selections(**names)["RestoreTestingSelections"]
        return {**plan, "Selections": sorted(one["RestoreTestingSelectionName"] for one in found)}

    def left_over(self) -> list[str]:
        """Of what its own rehearsals restored; other apps are rehearsed on the same day."""
        s3, dynamodb = (self.aws.client(service, self.sandbox) for service in ("s3", "dynamodb"))
        there = [one["Name"] for one in s3.list_buckets()["Buckets"]] + dynamodb.list_tables()["TableNames"]
        there += self.databases.names()
        self._unfinished()
        self._seen |= {_name_of(one.created) for one in self.rehearsals.results(self.name) if one.created}
        return [one for one in there if one in self._seen and one.startswith(PREFIX)]


def _name_of(arn: str) -> str:
    return arn.rpartition(":")[2].rpartition("/")[2]
