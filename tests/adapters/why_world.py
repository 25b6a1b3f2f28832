"""A hub, and one member account with resources of its own: AWS Backup is the local service, the rest is moto's.

What the local AWS Backup does not look at before a backup is refused by its data plane here, as AWS Backup refuses it.
Commands are run as the AWS CLI runs them, as far as they are of the kinds that `why` prints.
"""

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name

from backup_apps.adapters.backup_reads import BackupReads
from backup_apps.adapters.backup_writes import BackupWrites
from backup_apps.adapters.resource_witness import ResourceWitness
from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.difference import diff
from backup_apps.domain.ledger.happenings import planned, target_ended
from backup_apps.domain.why.answer import Why
from backup_apps.domain.why.subjects import subject_of
from backup_apps.offline_wiring import policy_source
from backup_apps.usecases.compare_target import with_keys
from backup_apps.usecases.fetch_version import fetch_version
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.locate_resource import Asking
from backup_apps.usecases.look_at_resource import Looked, LookRequest, look_at_resource
from backup_apps.usecases.trace_lineage import sources_of
from backup_apps.usecases.why_resource import why_resource
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.cloud import InMemoryCloud
from backup_apps_local.backup.data_plane import DataPlaneError, Snapshot
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup.service import BackupService, Surroundings
from lineage.stage import hub, pushed
from sync.memory import World

ACCOUNT, REGION, ELSEWHERE = "123456789012", "eu-west-1", "eu-central-1"
HERE = Target(ACCOUNT, REGION)
BUNDLE, VAULT, ROLE, ALIAS = "acme", "acme-primary", "acme-backup", "alias/acme-backup"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
TABLE, OTHER = (f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}" for name in ("orders", "carts"))
BUCKET = "arn:aws:s3:::acme-invoices"
ROOT = """\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: acme}
spec:
  children: ["apps/*.yaml"]
  policy:
    role: arn:aws:iam::${account}:role/acme-backup
    vaults:
      primary:
        name: acme-primary
        kmsKey: arn:aws:kms:${region}:${account}:alias/acme-backup
    plans:
      daily:
        rules:
          nightly:
            vault: primary
            schedule: cron(0 3 * * ? *)
            retention: {delete: 35d}   # a month and some days
"""
SHOP = """\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: shop}
spec:
  targets:
    accounts: ["123456789012"]
    regions: [eu-west-1]
  policy:
    plans:
      daily:
        selections:
          data: SELECTION
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def files(selection: str = "{anyTag: {backup: [daily]}}", root: str = ROOT, **replaced: str) -> dict[str, str]:
    shop = SHOP.replace("SELECTION", selection)
    return {"app.yaml": root, "apps/shop.yaml": shop, **replaced}


class Cloud(InMemoryCloud):
    """With the refusals of AWS Backup that depend on other services."""

    service: BackupService

    def snapshot(self, account: str, region: str, resource: Resource) -> Snapshot:
        vault = self.service.world.region(account, region).vaults[VAULT]
        key = boto3.client("kms", region).describe_key(KeyId=vault.key_arn)["KeyMetadata"]["KeyState"]
        if key != "Enabled":
            raise DataPlaneError(f"{vault.key_arn} is {key}")
        if any(
            "backup:StartBackupJob" in one["Action"]
            for one in json.loads(vault.access_policy or '{"Statement": []}')["Statement"]
        ):
            raise DataPlaneError("Insufficient privileges to perform this action.")
        if resource.type == "S3" and not is_versioned(resource.arn):
            raise DataPlaneError("Bucket versioning must be enabled to create a backup")
        return super().snapshot(account, region, resource)

    def tag(self, arn: str, tags: Mapping[str, str | None]) -> None:
        for region in (REGION, ELSEWHERE):
            found = self.find(ACCOUNT, region, arn)
            if found is not None:
                held = {key: value for key, value in {**found.tags, **tags}.items() if value is not None}
                self.add(ACCOUNT, region, arn, {"a": b"1"}, tags=held)


def is_versioned(arn: str) -> bool:
    found = boto3.client("s3").get_bucket_versioning(Bucket=arn.rpartition(":")[2])
    return bool(found.get("Status") == "Enabled")


class Tagging:
    """The tagging API over the local service and the cloud."""

    def __init__(self, service: BackupService, cloud: Cloud, region: str) -> None:
        self._service, self._cloud, self._region = service, cloud, region

    def get_paginator(self, operation: str) -> "Tagging":
        assert operation == "get_resources"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        here = self._service.world.region(ACCOUNT, self._region)
        tagged = [*here.vaults.values(), *(plan for plan in here.plans.values() if plan.deleted is None)]
        yield _page((one.arn, one.tags) for one in tagged if asked["TagFilters"][0]["Key"] in one.tags)

    def get_resources(self, ResourceARNList: list[str]) -> dict[str, Any]:
        found = (self._cloud.find(ACCOUNT, self._region, arn) for arn in ResourceARNList)
        return _page((one.arn, one.tags) for one in found if one and one.tags)

    def tag_resources(self, ResourceARNList: list[str], Tags: dict[str, str]) -> None:
        for arn in ResourceARNList:
            self._cloud.tag(arn, Tags)

    def untag_resources(self, ResourceARNList: list[str], TagKeys: list[str]) -> None:
        for arn in ResourceARNList:
            self._cloud.tag(arn, dict.fromkeys(TagKeys))


def _page(tagged: Any) -> dict[str, Any]:
    found = [(arn, [{"Key": key, "Value": value} for key, value in tags.items()]) for arn, tags in tagged]
    return {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": tags} for arn, tags in found]}


class Stage:
    """A member account as it should be: role, key in both regions, a table that is tagged and a bucket that is not."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.cloud = Cloud()
        around = Surroundings(resources=self.cloud, data=self.cloud)
        self.service = BackupService(lambda: self.now, role_is_assumable=self.is_assumable, around=around)
        self.cloud.service = self.service
        self.hub: World = hub()
        self.keys = {region: self._key(region) for region in (REGION, ELSEWHERE)}
        boto3.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
        where = {"LocationConstraint": REGION}
        boto3.client("s3").create_bucket(Bucket="acme-invoices", CreateBucketConfiguration=where)
        self.cloud.add(ACCOUNT, REGION, TABLE, {"1": b"1"}, tags={"backup": "daily", "name": "orders"})
        self.cloud.add(ACCOUNT, REGION, OTHER, {"1": b"1"}, tags={"name": "carts"})
        self.cloud.add(ACCOUNT, REGION, BUCKET, {"a.pdf": b"1"}, tags={"backup": "daily"})
        self.versions = 0
        self.files: dict[str, str] = {}

    def _key(self, region: str) -> str:
        kms = boto3.client("kms", region)
        arn = str(kms.create_key()["KeyMetadata"]["Arn"])
        kms.create_alias(AliasName=ALIAS, TargetKeyId=arn)
        return arn

    def is_assumable(self, arn: str) -> bool:
        iam = boto3.client("iam")
        try:
            trust = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
        except iam.exceptions.NoSuchEntityException:
            return False
        return any(one["Principal"].get("Service") == "backup.amazonaws.com" for one in trust["Statement"])

    # ------------------------------------------------------------ what is deployed

    def client(self, service: str, region: str = REGION) -> Any:
        if service == "resourcegroupstaggingapi":
            return Tagging(self.service, self.cloud, region)
        made = boto3.client(service, region)
        if service == "backup":
            connect(made, self.service, ACCOUNT)
        return made

    def push(self, texts: Mapping[str, str]) -> Version:
        """Admitted, and not synced yet."""
        self.versions += 1
        version = Version(BUNDLE, f"v{self.versions}")
        self.files = dict(texts)
        pushed(self.hub, version, texts)
        found = self.hub.records.find(version)
        assert found is not None
        assert found.state is State.PLANNED, self.hub.alerts.published
        return version

    def sync(self, version: Version) -> None:
        """As the hub would: only what differs is written."""
        plan = {"class": "strengthens", "digest": "0" * 64}
        self.hub.ledger.record(BUNDLE, [planned(version, plan, "", self.hub.records.outcomes(version))])
        for outcome in self.hub.records.outcomes(version):
            desired = desired_in_force(self.hub.documents, version, outcome.target)
            self._write(with_keys(desired, dict.fromkeys(desired.key_aliases, self.keys[outcome.region])), version)
            done = TargetOutcome(account=outcome.account, region=outcome.region, state=State.SYNCED)
            self.hub.records.set_outcome(version, done)
            self.hub.ledger.record(BUNDLE, [target_ended(version, done)])
        self.hub.records.set_state(version, State.SYNCED)

    def _write(self, desired: DesiredTarget, version: Version) -> None:
        backup, tagging = (self.client(one, desired.region) for one in ("backup", "resourcegroupstaggingapi"))
        live = BackupReads(backup, tagging, self.now).live(desired, BUNDLE, {})
        change_set = diff(desired, live, BUNDLE)
        assert change_set.conflicts == ()
        writes = BackupWrites(backup, live, version)
        for change in change_set.writes:
            writes.write(change)

    def deploy(self, texts: Mapping[str, str]) -> None:
        self.sync(self.push(texts))
        self.hub.clock.now = self.service.now()

    # ------------------------------------------------------------ what is asked

    def why(self, arn: str, then: datetime | None = None) -> Why:
        self.hub.clock.now = self.service.now()
        asking = Asking(sources_of(self.hub.hub), self._look, self._source)
        return why_resource(asking, subject_of(arn), self.hub.clock.now, then)

    def _look(self, request: LookRequest) -> Looked:
        """As the hub's function does; question and answer are JSON."""
        asked = LookRequest.model_validate_json(request.model_dump_json(by_alias=True))
        witness = ResourceWitness(lambda one: self.client(one, asked.region), ACCOUNT, lambda: self.now)
        return Looked.model_validate_json(look_at_resource(witness, asked).model_dump_json())

    def _source(self, version: Version) -> Any:
        archive = fetch_version(self.hub.records, self.hub.archives, version)
        return policy_source(archive, None, self.now.date())

    # ------------------------------------------------------------ what is done about it

    def apply(self, why: Why, folder: Path) -> None:
        """What is printed, as a person would: a patch by `git apply` and a push, or the commands."""
        edit = why.to_json()["edit"]
        if edit["kind"] == "policy":
            self.deploy(patched(self.files, edit["patch"], folder))
            return
        for line in edit["commands"]:
            self.run(shlex.split(line))

    def run(self, words: list[str]) -> None:
        if words[:2] == ["backup-apps", "push"]:
            assert words[2:4] == [BUNDLE, "--rollback-to"]
            self.deploy(self.files)
        elif words[0] == "backup-apps":
            assert words[1] in ("approve", "status")
            self.sync(Version(BUNDLE, words[words.index(BUNDLE) + 1].replace("--version", f"v{self.versions}")))
        else:
            self._run_aws(words[1:])

    def _run_aws(self, words: list[str]) -> None:
        service, operation, *rest = words
        service = {"s3api": "s3"}.get(service, service)
        options = dict(zip(rest[::2], rest[1::2], strict=True))
        client = self.client(service, options.pop("--region", REGION))
        if isinstance(client, Tagging):
            arguments = {"ResourceARNList": [options["--resource-arn-list"]]}
            more = (
                {"Tags": json.loads(options["--tags"])} if "--tags" in options else {"TagKeys": [options["--tag-keys"]]}
            )
            getattr(client, xform_name(operation.replace("-", "_")))(**arguments, **more)
            return
        name = next(one for one in client.meta.service_model.operation_names if xform_name(one, "-") == operation)
        members = client.meta.service_model.operation_model(name).input_shape.members
        by_option = {f"--{xform_name(member, '-')}": (member, shape) for member, shape in members.items()}
        given = {by_option[option][0]: _value(by_option[option][1], text) for option, text in options.items()}
        getattr(client, xform_name(name))(**given)

    def is_backed_up(self, arn: str, region: str = REGION) -> bool:
        """Whether a run of its plan makes a recovery point; what commands made at once counts as well."""
        backup = self.client("backup", region)
        before = len(backup.list_recovery_points_by_resource(ResourceArn=arn)["RecoveryPoints"])
        self.service.advance(days=1)
        found = backup.list_recovery_points_by_resource(ResourceArn=arn)["RecoveryPoints"]
        return len([one for one in found if one["Status"] == "COMPLETED"]) > before


def _value(shape: Any, text: str) -> Any:
    """JSON, or the shorthand `Name=value`, which here is of one member."""
    if shape.type_name not in ("structure", "map"):
        return text
    if text.startswith("{"):
        return json.loads(text)
    name, _, value = text.partition("=")
    return {name: int(value) if value.isdigit() else value}


def patched(texts: Mapping[str, str], patch: str, folder: Path) -> dict[str, str]:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run(["git", "apply", "-"], input=patch, text=True, check=True, cwd=folder)
    return {name: (folder / name).read_text() for name in texts}
