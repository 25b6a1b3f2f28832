"""Least privilege, proved: each permission of each deployed role is used, and without it a step fails and says so.

What is used is read from the record of what IAM decided while a story played that uses every part of a bundle; the
policies are read from IAM, so that none is missed.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from backup_apps.adapters.executions import execution_name
from backup_apps.domain.changes import change_set_from
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.errors import NotApprovedError, UnknownCommitError
from backup_apps.domain.ledger.entries import HUB_CHAIN
from backup_apps.domain.protection.whole import digest_of_target
from backup_apps.domain.state_documents import changes_key
from backup_apps.wiring import resolve_source
from backup_apps_local.clients import table
from backup_apps_local.world import HOME_REGION, HUB, HUB_ACCOUNT, MEMBER_ACCOUNTS

from .bundles import canary_and_window, full_spec, new_version, opens_in, small_spec, written
from .conftest import ENDED, LocalAws
from .drift import Site, back_up, region_event, shorten, sweep, without_events
from .eventbridge import FUNCTION, deliver, invoke, upload_in_silence
from .organization import asking, unit_of
from .role_policies import Permission, another_external_id, managed_policies, permissions, withdrawn
from .shop import Shop
from .waiting import until, within

ACCOUNTS = (HUB_ACCOUNT, *MEMBER_ACCOUNTS)
MEMBER, OTHER = MEMBER_ACCOUNTS
NOT_EXERCISED = json.loads(Path(__file__).with_name("not_exercised.json").read_text())
DEFAULT_ROLE = "AWSBackupDefaultServiceRole"
"""That AWS Backup makes for an account in its console; bundles may name it."""
LOGIN = {"MasterUsername": "crm", "MasterUserPassword": "not-a-secret"}
DATABASE: dict[str, Any] = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t3.micro",
    "AllocatedStorage": 5,
    **LOGIN,
}
TRUSTS_BACKUP = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


# ---------------------------------------------------------------- every permission is used


@pytest.fixture(scope="module")
def decided(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What IAM decided while the story played."""
    since = local_aws.last_decision()
    Story(local_aws, tmp_path_factory.mktemp("story")).play()
    return local_aws.decisions(since)


class Story:
    """All that a deployment does in its life, in the home region of both accounts."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.aws = aws
        self.name = f"life-{new_version()}"
        self.spec = full_spec(self.name)
        self.archive = folder / "bundle.zip"

    def play(self) -> None:
        letters = self.dead_letters()
        self.aws.client("lambda").invoke(FunctionName=FUNCTION, InvocationType="Event", Payload=b'{"detail": {}}')
        self.forward_an_event()
        self.name_the_default_role()
        self.push("synced")
        self.push("synced")
        self.hear_again()
        self.compare()
        self.change()
        self.push("synced")
        self.tag_by_hand()
        self.push("synced")
        self.change_before_the_sync()
        self.push("synced")
        self.decide()
        self.compare()
        assert invoke(self.aws, "backup-apps-checkpoint-ledger", {"bundle": self.name})["reason"] == "export"
        self.take_away()
        self.push("synced")
        self.fail()
        self.reject()
        self.ask_the_organization()
        self.stage()
        self.drift()
        self.verify()
        while self.dead_letters() == letters:
            time.sleep(0.2)

    def push(self, state: str) -> None:
        self.archive.write_bytes(written(self.name, self.spec))
        self.version = new_version()
        status = self.aws.push(self.name, self.version, self.archive.read_bytes())
        assert status["state"] == state, status

    def hear_again(self) -> None:
        """The event of the upload comes again, when it seems that the sync was never started."""
        records, version = self.aws.records(), Version(self.name, self.version)
        records.set_state(version, State.PLANNED)
        assert deliver(self.aws, self.name, self.version)["state"] == "planned"
        records.set_state(version, State.SYNCED)

    def compare(self) -> None:
        """As `backup-apps diff` does."""
        state = resolve_source(self.archive).state
        assert state is not None
        for desired in state.targets:
            event = {"bundle": self.name, "desired": desired.to_json()}
            assert "changes" in invoke(self.aws, "backup-apps-diff-target", event)

    def name_the_default_role(self) -> None:
        for account in MEMBER_ACCOUNTS:
            iam = self.aws.client("iam", account)
            with suppress(iam.exceptions.EntityAlreadyExistsException):
                trust = json.dumps(TRUSTS_BACKUP)
                iam.create_role(Path="/service-role/", RoleName=DEFAULT_ROLE, AssumeRolePolicyDocument=trust)
        role = f"arn:aws:iam::${{account}}:role/service-role/{DEFAULT_ROLE}"
        self.daily["selections"]["tagged"]["role"] = role

    @property
    def daily(self) -> Any:
        return self.spec["policy"]["plans"]["daily"]

    @property
    def vault(self) -> Any:
        return self.spec["policy"]["vaults"]["main"]

    def change(self) -> None:
        """A rule, a selection, tags; lock, access policy and notifications go, opt-ins turn."""
        self.daily["rules"]["nightly"]["retention"] = {"delete": "40d"}
        self.daily["selections"]["tables"]["resources"] = ["arn:aws:dynamodb:*:*:table/changed-*"]
        self.vault["tags"] = {"tier": "silver"}
        for part in ("lock", "accessPolicy", "notifications"):
            del self.vault[part]
        self.spec["policy"]["regionSettings"]["optIn"]["EFS"] = True

    def tag_by_hand(self) -> None:
        for account in MEMBER_ACCOUNTS:
            tags = {"by": "hand", "backup-apps:app": "somebody-else"}
            self.aws.client("backup", account).tag_resource(ResourceArn=self.plan(account)["BackupPlanArn"], Tags=tags)

    def change_before_the_sync(self) -> None:
        """Somebody changes a plan in the console, after it was planned and before it is synced.

        Drift detection, which would read the plan for everybody, hears nothing of it.
        """
        with without_events(self.aws):
            for account in MEMBER_ACCOUNTS:
                self.change_in(account)

    def change_in(self, account: str) -> None:
        backup, plan = self.aws.client("backup", account), self.plan(account)
        rule = {"RuleName": "by-hand", "TargetBackupVaultName": self.vault["name"]}
        changed = {"BackupPlanName": plan["BackupPlanName"], "Rules": [rule]}
        backup.update_backup_plan(BackupPlanId=plan["BackupPlanId"], BackupPlan=changed)
        event = {"bundle": self.name, "version": self.version, "account": account, "region": HOME_REGION}
        event["digest"] = self.planned(account)
        answer = invoke(self.aws, "backup-apps-sync-target", event)
        assert answer["errorType"] == "MovedError"
        assert "live state changed since it was planned" in answer["errorMessage"]

    def planned(self, account: str) -> str:
        """The digest of what was planned, as the state machine hands it on."""
        s3, key = self.aws.client("s3"), changes_key(Version(self.name, self.version), Target(account, HOME_REGION))
        stored = s3.get_object(Bucket=self.aws.outputs["StateBucket"], Key=key)["Body"].read()
        return digest_of_target(change_set_from(json.loads(stored)))

    def decide(self) -> None:
        """Waiting versions are rejected, superseded, asked for again and decided on by strangers."""
        self.daily["rules"]["nightly"]["retention"] = {"delete": "30d"}
        self.upload("waiting-approval")
        asked = Version(self.name, self.version)
        digest = self.aws.desk("carol").show(asked)["digest"]
        self.lag_behind()
        with pytest.raises(NotApprovedError):
            self.aws.desk("alice").decide(asked, "approve", digest, None)
        self.aws.desk("carol").decide(asked, "reject", digest, "not so short")
        self.end("rejected")
        self.upload("waiting-approval")
        waiting = self.version
        digest_of_waiting = self.aws.desk("carol").show(Version(self.name, waiting))["digest"]
        self.daily["rules"]["nightly"]["retention"] = {"delete": "90d"}
        self.push("synced")
        self.version = waiting
        self.end("superseded")
        again = {"class": "weakens", "digest": digest_of_waiting, "token": "of another try", "seconds": 3600}
        asked_again = {"bundle": self.name, "version": waiting, **again}
        assert invoke(self.aws, "backup-apps-request-approval", asked_again) == {"standing": "superseded"}

    def lag_behind(self) -> None:
        """As if who recorded last was killed before the archive had it: who records next has to read it."""
        key = {"pk": f"LEDGER#{self.name}", "sk": "ARCHIVED"}
        state = table(self.aws.endpoint, self.aws.outputs["StateTable"], HUB)
        state.update_item(
            Key=key,
            UpdateExpression="ADD #s :less",
            ExpressionAttributeNames={"#s": "sequence"},
            ExpressionAttributeValues={":less": -1},
        )

    def upload(self, state: str) -> None:
        self.archive.write_bytes(written(self.name, self.spec))
        self.version = new_version()
        self.aws.upload(self.name, self.version, self.archive.read_bytes())
        self.end(state)

    def end(self, state: str) -> None:
        deadline = time.monotonic() + 60
        while (status := self.aws.wait(self.name, self.version))["state"] != state:
            assert time.monotonic() < deadline, status
            time.sleep(0.1)

    def plan(self, account: str) -> dict[str, Any]:
        plans = self.aws.client("backup", account).list_backup_plans()["BackupPlansList"]
        (found,) = (one for one in plans if one["BackupPlanName"] == f"{self.name}-daily")
        return dict(found)

    def take_away(self) -> None:
        """Everything in one account; in the other a plan and a vault give way to others."""
        self.spec["targets"]["accounts"] = [MEMBER]
        self.spec["policy"]["plans"] = {"nightly": self.daily}
        self.vault["name"] = f"{self.name}-2"

    def fail(self) -> None:
        """A vault of somebody else's has the name."""
        taken = self.vault["name"] = f"{self.name}-taken"
        self.aws.client("backup", MEMBER).create_backup_vault(BackupVaultName=taken)
        self.push("failed")

    def reject(self) -> None:
        self.vault["name"] = ""
        self.push("rejected")

    def ask_the_organization(self) -> None:
        """For a name, for everybody with a tag, below the root and anywhere; then for a unit that an account left."""
        name = f"{self.name}-asks"
        with unit_of(self.aws, *MEMBER_ACCOUNTS) as unit:
            unit.client.tag_resource(ResourceId=MEMBER, Tags=[{"Key": "story", "Value": name}])
            tag = {"tag": {"story": name}}
            narrow = [{"ou": unit.name, **tag}, {"ou": unit.root, "tag": {"story": "none"}}, {"tag": {"story": "none"}}]
            for version, generators in ((new_version(), narrow), (new_version(), [{"ou": unit.id}])):
                assert self.aws.push(name, version, asking(name, *generators))["state"] == "synced"
            unit.give_back(OTHER)
            assert self.aws.push(name, new_version(), asking(name, {"ou": unit.id}))["state"] == "synced"

    def stage(self) -> None:
        """A canary bakes before the other goes; one that fails is told of while another app waits for its window."""
        name = f"{self.name}-staged"
        spec = small_spec(name, MEMBER_ACCOUNTS) | {"sync": {"canary": {"accounts": [MEMBER], "bake": "1m"}}}
        assert self.aws.push(name, new_version(), written(name, spec))["state"] == "synced"
        name, version = f"{self.name}-waits", new_version()
        self.aws.client("backup", MEMBER).create_backup_vault(BackupVaultName=name)
        self.aws.upload(name, version, canary_and_window(name, MEMBER, OTHER, opens_in(timedelta(minutes=3))))
        within(60, lambda: self.is_told_of_canaries(name), self.aws)
        within(60, lambda: "for a window of 'later'" in json.dumps(self.aws.status(name, version)), self.aws)

    def is_told_of_canaries(self, name: str) -> bool:
        told = [json.loads(one["Message"]) for one in self.aws.inbox.messages()]
        return any(one["type"] == "canaries-not-well" and one["bundle"] == name for one in told)

    def drift(self) -> None:
        """Found by hand, by the sweep and by events, put back in both accounts, and in one of them too often."""
        sites = [Site(self.aws, f"{self.name}-drift", {}, account) for account in MEMBER_ACCOUNTS]
        spec = small_spec(sites[0].name, MEMBER_ACCOUNTS) | {"selfHeal": True}
        assert self.aws.push(sites[0].name, new_version(), written(sites[0].name, spec))["state"] == "synced"
        for site in sites:
            back_up(site)
        with without_events(self.aws):
            self.heal(sites, 1, lambda: (sites[0].sweep(), sweep(self.aws)))
        self.heal(sites, 2)
        self.heal(sites[:1], 3)
        shorten(sites[0])
        within(60, lambda: any(one.stopped for one in sites[0].findings()), self.aws)
        for function in ("detect-drift", "heal-target"):
            letters, name = self.dead_letters(function), f"backup-apps-{function}"
            broken = b'{"detail": {"eventSource": "backup.amazonaws.com", "eventName": "UpdateBackupPlan"}}'
            self.aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=broken)
            within(60, lambda: self.dead_letters(function) > letters, self.aws)  # noqa: B023

    def heal(self, sites: list[Site], times: int, look: Callable[[], Any] = lambda: None) -> None:
        for site in sites:
            shorten(site)
        look()
        accounts = {site.account for site in sites}

        def all_healed() -> bool:
            healed = [one for one in sites[0].findings(FindingState.HEALED) if len(one.heals) == times]
            return {one.account for one in healed} >= accounts

        within(60, all_healed, self.aws)

    def verify(self) -> None:
        """What restores live through: rehearsed, failed, killed, tested by AWS, made by hand; and unreadable events."""
        for account in MEMBER_ACCOUNTS:
            shop = Shop(self.aws, account)
            shop.back_up()
            shop.rehearse("2027-01-04")
            shop.kill()
            shop.advance(hours=4)
            shop.tick("2027-01-04T07:30:00Z")
            shop.tick("2027-01-05T03:30:00Z")  # the hour of the hunt
            shop.results(2)
            shop.test_restores()
            shop.results(3)
            shop.tell("faults", {"kind": "restore-comes-back-empty", "target": f"*{shop.name}*", "times": 2})
            shop.rehearse("2027-01-11")
            shop.advance(hours=4)
            shop.results(5)
            self.restore_what_is_not_rehearsed(shop)
            elsewhere = Shop(self.aws, account, sandbox=MEMBER if account == OTHER else OTHER, has_databases=True)
            elsewhere.back_up()
            elsewhere.rehearse_elsewhere("2027-01-18")
            elsewhere.advance(hours=4)
            elsewhere.results(4)
        for function in ("start-verifications", "hear-restore", "take-manifest"):
            name = f"backup-apps-{function}"
            self.aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
            until(lambda function=function: self.dead_letters(function) or None, name)

    def result_of(self, shop: Shop, job: str) -> Any:
        return next((one for one in shop.rehearsals.results(HUB_CHAIN) if one.job == job), None)

    def restore_what_is_not_rehearsed(self, shop: Shop) -> None:
        """Looked at all the same, when somebody restores it."""
        ec2, rds, efs = (self.aws.client(service, shop.account) for service in ("ec2", "rds", "efs"))
        volume = ec2.create_volume(AvailabilityZone=f"{HOME_REGION}a", Size=1)["VolumeId"]
        rds.create_db_instance(**DATABASE, DBInstanceIdentifier=shop.name)
        rds.create_db_cluster(DBClusterIdentifier=shop.name, Engine="aurora-postgresql", **LOGIN)
        image = ec2.describe_images()["Images"][0]["ImageId"]
        (instance,) = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"]
        files = efs.create_file_system(CreationToken=shop.name)
        new_files = {"file-system-id": files["FileSystemId"], "newFileSystem": "true", "CreationToken": "restored"}
        here = f"{HOME_REGION}:{shop.account}"
        arns: dict[str, dict[str, str]] = {
            f"arn:aws:ec2:{here}:volume/{volume}": {"availabilityZone": f"{HOME_REGION}a"},
            f"arn:aws:rds:{here}:db:{shop.name}": {"DBInstanceIdentifier": f"{shop.name}-2"},
            f"arn:aws:rds:{here}:cluster:{shop.name}": {"DBClusterIdentifier": f"{shop.name}-2"},
            f"arn:aws:ec2:{here}:instance/{instance['InstanceId']}": {},
            files["FileSystemArn"]: new_files,
        }
        role = f"arn:aws:iam::{shop.account}:role/acme-backup"
        for arn, metadata in arns.items():
            asked = {"BackupVaultName": shop.name, "IamRoleArn": role, "ResourceArn": arn}
            job = shop.backup.start_backup_job(**asked)["BackupJobId"]
            shop.advance(hours=2)
            point = shop.backup.describe_backup_job(BackupJobId=job)["RecoveryPointArn"]
            restore = shop.restore_by_hand(point, **metadata)
            shop.advance(hours=2)
            until(lambda job=restore: self.result_of(shop, job), arn)
            assert shop.hear(restore) == "started"  # heard twice, looked at once

    def forward_an_event(self) -> None:
        """AWS alone sends events of AWS Backup, so a rule beside ours forwards another, with our role, to our bus."""
        for account in MEMBER_ACCOUNTS:
            events = self.aws.client("events", account)
            events.put_rule(Name="forward-another", EventPattern=json.dumps({"source": ["another"]}))
            role = f"arn:aws:iam::{account}:role/backup-apps-events"
            target = {"Id": "hub", "Arn": self.aws.outputs["EventBus"], "RoleArn": role}
            events.put_targets(Rule="forward-another", Targets=[target])
            events.put_events(Entries=[{"Source": "another", "DetailType": "any", "Detail": "{}"}])
            events.remove_targets(Rule="forward-another", Ids=["hub"])
            events.delete_rule(Name="forward-another")

    def dead_letters(self, function: str = "admit-bundle") -> int:
        sqs = self.aws.client("sqs")
        queue = sqs.get_queue_url(QueueName=f"backup-apps-{function}-dead-letters")["QueueUrl"]
        name = "ApproximateNumberOfMessages"
        return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])


def is_excused(permission: Permission, by: dict[str, str]) -> bool:
    return (
        permission.action == by["action"]
        and fnmatchcase(permission.role, by["role"])
        and fnmatchcase(permission.resource, by["resource"])
    )


def test_nothing_is_denied(decided: list[dict[str, Any]]) -> None:
    """But for entry to accounts that other tests closed: the sweep goes on asking there until their bundles say so."""
    assert len({one["action"] for one in decided}) > 40
    denied = [one for one in decided if not one["allowed"]]
    assert [one for one in denied if not is_entry_elsewhere(one)] == []


def is_entry_elsewhere(decision: dict[str, Any]) -> bool:
    return decision["action"] == "sts:AssumeRole" and decision["resource"].split(":")[4] not in ACCOUNTS


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_permission_is_used_or_has_a_reason(
    local_aws: LocalAws, decided: list[dict[str, Any]], account: str
) -> None:
    granted = list(permissions(local_aws.endpoint, account))
    assert len(granted) > 40
    idle = [one for one in granted if not any(one.is_shown_by(decision) for decision in decided)]
    assert [one for one in idle if not any(is_excused(one, by) for by in NOT_EXERCISED)] == []


@pytest.mark.parametrize("excuse", NOT_EXERCISED, ids=lambda excuse: excuse["action"])
def test_every_reason_is_still_needed(
    local_aws: LocalAws, decided: list[dict[str, Any]], excuse: dict[str, str]
) -> None:
    assert excuse["reason"]
    granted = [one for account in ACCOUNTS for one in permissions(local_aws.endpoint, account)]
    excused = [one for one in granted if is_excused(one, excuse)]
    assert excused != []
    assert [one for one in excused if any(one.is_shown_by(decision) for decision in decided)] == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_policies_of_awss_own_are_for_awss_own_work(local_aws: LocalAws, account: str) -> None:
    """What AWS Backup needs to take and to restore backups is for AWS to say; nothing else carries such policies."""
    ours = {
        "backup-apps-backup": [
            "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
            "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
        ],
        "backup-apps-restore": [
            "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
            "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
        ],
    }
    assert managed_policies(local_aws.endpoint, account) == ({} if account == HUB_ACCOUNT else ours)


# ---------------------------------------------------------------- without it a step fails


class Stage:
    """A bundle of a case's own, with one target."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.name = f"without-{new_version()}"
        self.spec = small_spec(self.name)

    @property
    def vault(self) -> Any:
        return self.spec["policy"]["vaults"]["main"]

    @property
    def daily(self) -> Any:
        return self.spec["policy"]["plans"]["daily"]

    def archive(self) -> bytes:
        return written(self.name, self.spec)


Step = Callable[[Stage], str]
"""A step of the story, and the error that it ends with; empty if it goes well. It can be repeated."""


def push(stage: Stage) -> str:
    """From the upload to the outcome, or to the end of a sync that could not even record one."""
    return run_until(stage, outcome_of)


def push_to_first_failure(stage: Stage) -> str:
    """What Step Functions may not do, it tries again for minutes, so nobody waits for the end."""
    return run_until(stage, lambda stage, version: first_failure_of(stage, version) or outcome_of(stage, version))


def run_until(stage: Stage, find: Callable[[Stage, str], str | None]) -> str:
    version = new_version()
    stage.aws.upload(stage.name, version, stage.archive())
    deadline = time.monotonic() + 60
    while (found := find(stage, version)) is None:
        assert time.monotonic() < deadline, f"{stage.name} {version} did not end"
        time.sleep(0.1)
    return found


def outcome_of(stage: Stage, version: str) -> str | None:
    """All errors of a sync that ended; None while it runs."""
    step_functions = stage.aws.client("stepfunctions")
    with suppress(UnknownCommitError, step_functions.exceptions.ExecutionDoesNotExist):
        status = stage.aws.status(stage.name, version)
        if status["state"] == "waiting-approval":
            stage.aws.approve(stage.name, version)
            return None
        if status["state"] in ENDED:
            errors = [status.get("error"), *(target.get("error") for target in status["targets"])]
            return "; ".join(filter(None, errors))
        execution = step_functions.describe_execution(executionArn=execution_arn(stage, version))
        return str(execution["cause"]) if execution["status"] == "FAILED" else None
    return None


def first_failure_of(stage: Stage, version: str) -> str | None:
    """Of the execution itself, or of those of its targets."""
    step_functions = stage.aws.client("stepfunctions")
    with suppress(step_functions.exceptions.ExecutionDoesNotExist):
        whole = execution_arn(stage, version)
        runs = step_functions.list_map_runs(executionArn=whole)["mapRuns"]
        targets = [step_functions.list_executions(mapRunArn=run["mapRunArn"])["executions"] for run in runs]
        for arn in (whole, *(one["executionArn"] for found in targets for one in found)):
            history = step_functions.get_execution_history(executionArn=arn, maxResults=1000)["events"]
            failed = [event["taskFailedEventDetails"] for event in history if "taskFailedEventDetails" in event]
            if failed:
                return str(failed[0]["cause"])
    return None


def execution_arn(stage: Stage, version: str) -> str:
    machine = stage.aws.outputs["SyncStateMachine"].replace(":stateMachine:", ":execution:")
    return f"{machine}:{execution_name(Version(stage.name, version))}"


def admit(stage: Stage) -> str:
    """The upload is heard of; one try, where EventBridge would try again."""
    version = new_version()
    upload_in_silence(stage.aws, stage.name, version, stage.archive())
    return str(deliver(stage.aws, stage.name, version).get("errorMessage", ""))


def compare(stage: Stage) -> str:
    desired = {"account": MEMBER, "region": HOME_REGION}
    answer = invoke(stage.aws, "backup-apps-diff-target", {"bundle": stage.name, "desired": desired})
    return str(answer.get("errorMessage", ""))


def seal(stage: Stage) -> str:
    answer = invoke(stage.aws, "backup-apps-checkpoint-ledger", {"bundle": stage.name})
    return str(answer.get("errorMessage", ""))


def detect(stage: Stage) -> str:
    answer = invoke(stage.aws, "backup-apps-detect-drift", region_event(MEMBER))
    return str(answer.get("errorMessage", ""))


def look_again(stage: Stage, function: str) -> str:
    place = {"bundle": stage.name, "account": MEMBER, "region": HOME_REGION}
    return str(invoke(stage.aws, f"backup-apps-{function}", place).get("errorMessage", ""))


def look(stage: Stage) -> str:
    return look_again(stage, "sweep-target")


def put_back(stage: Stage) -> str:
    return look_again(stage, "heal-target")


def list_targets(stage: Stage) -> str:
    return str(invoke(stage.aws, "backup-apps-sweep-targets", {}).get("errorMessage", ""))


def tell_all(stage: Stage) -> str:
    return str(invoke(stage.aws, "backup-apps-tell-findings", {}).get("errorMessage", ""))


def nothing(stage: Stage) -> None:
    """The step itself is the first commit."""


def synced(stage: Stage) -> None:
    assert push(stage) == ""


def shared(stage: Stage) -> None:
    """Of two bundles in a target, one tells of what nobody manages there."""
    synced(stage)
    synced(Stage(stage.aws))


def longer(stage: Stage) -> None:
    synced(stage)
    stage.daily["rules"]["nightly"]["retention"]["delete"] = "40d"


def other_selection(stage: Stage) -> None:
    synced(stage)
    stage.daily["selections"]["tables"]["resources"] = ["arn:aws:dynamodb:*:*:table/changed-*"]


def unlocked(stage: Stage) -> None:
    stage.vault["lock"] = {"mode": "governance", "min": "7d"}
    synced(stage)
    del stage.vault["lock"]


def tagged(stage: Stage) -> None:
    synced(stage)
    stage.vault["tags"] = {"tier": "gold"}


def untagged(stage: Stage) -> None:
    stage.vault["tags"] = {"tier": "gold"}
    synced(stage)
    del stage.vault["tags"]


def renamed(stage: Stage) -> None:
    """Plan and vault give way to others."""
    synced(stage)
    stage.vault["name"] = f"{stage.name}-2"
    stage.spec["policy"]["plans"] = {"nightly": stage.daily}


def staged(stage: Stage) -> None:
    """By a canary for which nobody waits."""
    stage.spec["sync"] = {"canary": {"bake": "1m"}}


def with_policy(stage: Stage) -> None:
    stage.vault["accessPolicy"] = full_spec(stage.name)["policy"]["vaults"]["main"]["accessPolicy"]


def with_opt_ins(stage: Stage) -> None:
    """Turned anew in each case, since a setting that is as it should be is not written."""
    backup = stage.aws.client("backup", MEMBER)
    present = backup.describe_region_settings()["ResourceTypeOptInPreference"]["EFS"]
    stage.spec["policy"]["regionSettings"] = {"optIn": {"EFS": not present}}


def broken(stage: Stage) -> None:
    stage.vault["name"] = ""


def taken(stage: Stage) -> None:
    """The sync fails, permissions or not."""
    stage.aws.client("backup", MEMBER).create_backup_vault(BackupVaultName=stage.name)


@dataclass(frozen=True)
class Case:
    """Which permission is taken out (in the statement `sid`, or everywhere), and the step that then fails."""

    account: str
    role: str
    action: str
    prepare: Callable[[Stage], None] = nothing
    step: Step = push
    sid: str | None = None
    anyway: str = ""
    """What the step ends with although the permission is there."""

    def __str__(self) -> str:
        return "-".join([self.role.removeprefix("backup-apps-"), self.action, *([self.sid] if self.sid else [])])


def hub(function: str, action: str, prepare: Callable[[Stage], None] = nothing, step: Step = push, **more: str) -> Case:
    return Case(HUB_ACCOUNT, f"backup-apps-{function}", action, prepare, step, **more)


def member(
    role: str, action: str, prepare: Callable[[Stage], None] = nothing, step: Step = push, sid: str | None = None
) -> Case:
    return Case(MEMBER, f"backup-apps-{role}", action, prepare, step, sid=sid)


CASES = [
    hub("admit-bundle", "s3:GetObjectVersion", step=admit),
    hub("admit-bundle", "s3:ListBucketVersions", step=admit),
    hub("admit-bundle", "ssm:GetParameter", step=admit),
    hub("admit-bundle", "dynamodb:PutItem", step=admit),
    hub("admit-bundle", "sns:Publish", broken, step=admit),
    hub("admit-bundle", "dynamodb:BatchGetItem", step=admit),
    hub("admit-bundle", "s3:PutObjectRetention", step=admit),
    hub("admit-bundle", "states:StartExecution", step=admit),
    hub("sync-machine", "lambda:InvokeFunction", step=push_to_first_failure),
    hub("sync-machine", "s3:GetObject"),
    hub("sync-machine", "states:StartExecution"),
    hub("plan-target", "s3:GetObject"),
    hub("plan-target", "sts:AssumeRole"),
    hub("record-plan", "s3:PutObject"),
    hub("record-plan", "s3:GetObject"),
    hub("record-plan", "dynamodb:Query", synced),
    hub("next-stage", "s3:GetObject", staged),
    hub("next-stage", "s3:PutObject", staged),
    hub("next-stage", "dynamodb:UpdateItem", staged),
    hub("sync-target", "dynamodb:PutItem"),
    hub("sync-target", "sts:AssumeRole"),
    hub("sync-target", "s3:PutObject"),
    hub("sync-target", "sts:SetSourceIdentity"),
    hub("sync-target", "sts:TagSession"),
    hub("record-outcome", "dynamodb:UpdateItem"),
    hub("record-outcome", "sns:Publish", taken, anyway="declare one of another name"),
    hub("diff-target", "sts:AssumeRole", step=compare),
    hub("checkpoint-ledger", "kms:Sign", synced, step=seal),
    hub("checkpoint-ledger", "s3:PutObject", synced, step=seal),
    hub("detect-drift", "dynamodb:Query", synced, step=detect),
    hub("sweep-targets", "dynamodb:Query", synced, step=list_targets),
    hub("sweep-target", "sts:AssumeRole", synced, step=look),
    hub("sweep-target", "s3:GetObject", synced, step=look),
    hub("sweep-target", "ssm:GetParameter", synced, step=look),
    hub("tell-findings", "dynamodb:Query", synced, step=tell_all),
    hub("heal-target", "sts:AssumeRole", synced, step=put_back),
    hub("heal-target", "dynamodb:PutItem", synced, step=put_back),
    member("plan", "kms:DescribeKey"),
    member("plan", "backup:GetBackupPlan", synced),
    member("plan", "backup:ListTags", tagged),
    member("plan", "tag:GetResources"),
    member("plan", "backup:ListBackupJobs", synced, step=look),
    member("plan", "backup:ListCopyJobs", synced, step=look),
    hub("sweep-targets", "dynamodb:GetItem", shared, step=list_targets),
    member("sync", "kms:CreateGrant"),
    member("sync", "backup-storage:MountCapsule"),
    member("sync", "backup:CreateBackupVault"),
    member("sync", "backup:CreateBackupPlan"),
    member("sync", "backup:TagResource", sid="CreateForABundle"),
    member("sync", "backup:TagResource", sid="CreateVaultsForABundle"),
    member("sync", "backup:TagResource", tagged, sid="ChangeVaultsOfABundle"),
    member("sync", "backup:UntagResource", untagged, sid="ChangeVaultsOfABundle"),
    member("sync", "backup:CreateBackupSelection"),
    member("sync", "iam:PassRole"),
    member("sync", "backup:UpdateBackupPlan", longer),
    member("sync", "backup:DeleteBackupSelection", other_selection),
    member("sync", "backup:DeleteBackupVault", renamed),
    member("sync", "backup:DeleteBackupVaultLockConfiguration", unlocked),
    member("sync", "backup:PutBackupVaultAccessPolicy", with_policy),
    member("sync", "backup:UpdateRegionSettings", with_opt_ins),
]


@pytest.fixture
def stage(local_aws: LocalAws) -> Stage:
    return Stage(local_aws)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_without_a_permission_a_step_fails_and_says_which(stage: Stage, case: Case) -> None:
    case.prepare(stage)
    with withdrawn(stage.aws.client("iam", case.account), case.role, case.action, case.sid):
        error = case.step(stage)
    assert f"is not authorized to perform: {case.action}".lower() in error.lower()
    afterwards = case.step(stage)
    assert case.anyway in afterwards if case.anyway else afterwards == ""


@pytest.mark.parametrize("role", ["plan", "sync"])
def test_a_hub_that_does_not_know_the_external_id_stays_outside(stage: Stage, role: str) -> None:
    with another_external_id(stage.aws.client("iam", MEMBER), f"backup-apps-{role}"):
        error = push(stage)
    assert "is not authorized to perform: sts:AssumeRole" in error
    assert f"role/backup-apps-{role}" in error
    assert push(stage) == ""
