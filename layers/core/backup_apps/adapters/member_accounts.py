"""Member accounts, reached through a role that trusts the hub's functions and knows the external id.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from collections.abc import Iterator, Sequence
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.backup_reads import BackupReads
from backup_apps.adapters.backup_writes import BackupWrites
from backup_apps.adapters.clients import Credentials, client, member_client, partition_of
from backup_apps.adapters.recorded_calls import RecordedCalls
from backup_apps.adapters.tagged_resources import tagged_resources
from backup_apps.domain.changes import Write
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import AwsError, ThrottledError, UnavailableError, UnreachableError
from backup_apps.domain.handling import Sought
from backup_apps.domain.ledger.happenings import Written
from backup_apps.domain.live import LiveTarget
from backup_apps.ports import Clock, FoundResources, Member, PlanVersions

_SESSION_NAME_LIMIT = 64
_SESSION_SECONDS = 3600


class MemberAccounts:
    """Assumes the plan or the sync role of a member account, anew for each target."""

    def __init__(self, *, plan_role: str, sync_role: str, external_id: str, clock: Clock) -> None:
        self._plan_role, self._sync_role, self._external_id = plan_role, sync_role, external_id
        self._clock = clock

    def for_planning(self, target: Target, session: str) -> Member:
        return self._assume(self._plan_role, target, session)

    def for_syncing(self, target: Target, session: str) -> Member:
        return self._assume(self._sync_role, target, session)

    def _assume(self, role: str, target: Target, session: str) -> Member:
        arn = f"arn:{partition_of(target.region)}:iam::{target.account}:role/{role}"
        try:
            with translated():
                answer = client("sts").assume_role(
                    RoleArn=arn,
                    RoleSessionName=session[:_SESSION_NAME_LIMIT],
                    ExternalId=self._external_id,
                    DurationSeconds=_SESSION_SECONDS,
                )
        except (ThrottledError, UnavailableError):
            raise
        except AwsError as error:
            raise UnreachableError(error.operation, error.code, f"{arn}: {error.message}", error.request_id) from error
        given = answer["Credentials"]
        credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return AssumedMember(target.region, credentials, self._clock)


class AssumedMember:
    """One target, as the assumed role sees it."""

    def __init__(self, region: str, credentials: Credentials, clock: Clock) -> None:
        self._region, self._credentials, self._clock = region, credentials, clock
        self._backup = self._client("backup")

    @translated()
    def key_arn(self, alias: str) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html"""
        return str(self._client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"])

    def read(self, desired: DesiredTarget, bundle: str, plan_versions: PlanVersions) -> LiveTarget:
        tagging = self._client("resourcegroupstaggingapi")
        return BackupReads(self._backup, tagging, self._clock()).live(desired, bundle, plan_versions)

    def resources(self, sought: Sought, most: int) -> FoundResources:
        return tagged_resources(self._client("resourcegroupstaggingapi"), sought, most)

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        writes, calls = BackupWrites(self._backup, live, version), RecordedCalls(self._backup)
        for change in changes:
            writes.write(change)
            yield Written(change, calls.take())

    def _client(self, service: str) -> Any:
        return member_client(service, self._region, self._credentials)
