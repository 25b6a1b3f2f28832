"""Member accounts, reached through a role that trusts the hub's functions and knows the external id.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.backup_reads import BackupReads
from backup_apps.adapters.backup_writes import BackupWrites
from backup_apps.adapters.clients import Credentials, client, member_client, partition_of
from backup_apps.adapters.jobs import jobs
from backup_apps.adapters.key_states import key_state
from backup_apps.adapters.plan_selections import selections_of
from backup_apps.adapters.points_of_resources import last_points
from backup_apps.adapters.recorded_calls import RecordedCalls
from backup_apps.adapters.recovery_points import plan_name, recovery_points, rules_of_version
from backup_apps.adapters.tagged_resources import resources_of, tagged_among, tagged_resources
from backup_apps.domain.changes import Write
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.jobs import LiveJob
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.drift.tagged import Tagged
from backup_apps.domain.errors import AwsError, ThrottledError, UnavailableError, UnreachableError
from backup_apps.domain.handling import Sought
from backup_apps.domain.ledger.happenings import Written
from backup_apps.domain.lineage.lineage import Point
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.session_policies import Place, WritingSession, first_session, reading_policy
from backup_apps.domain.sessions import SyncSession, session_name
from backup_apps.ports.members import FoundResources, Member, PlanVersions, SyncingMember
from backup_apps.ports.signals import Clock

OpenSession = Callable[[str], Credentials]
"""Assumes the sync role with a policy that narrows it."""
_SESSION_SECONDS = 900
"""The shortest that AWS gives, and longer than a function runs."""
_TOO_LARGE = "PackedPolicyTooLarge"


class MemberAccounts:
    """Assumes the plan or the sync role of a member account, anew for each target."""

    def __init__(self, *, plan_role: str, sync_role: str, external_id: str, clock: Clock) -> None:
        self._plan_role, self._sync_role, self._external_id = plan_role, sync_role, external_id
        self._clock = clock

    def for_planning(self, target: Target, session: str) -> Member:
        credentials = self._assume(self._plan_role, target, RoleSessionName=session_name(session))
        return ReadMember(target, credentials, self._clock)

    def clients(self, target: Target, session: str) -> Callable[[str], Any]:
        """Clients of a session that only reads, by service. Raises UnreachableError."""
        credentials = self._assume(self._plan_role, target, RoleSessionName=session_name(session))
        return lambda service: member_client(service, target.region, credentials)

    def for_syncing(self, desired: DesiredTarget, session: SyncSession) -> SyncingMember:
        def open_session(policy: str) -> Credentials:
            return self._assume(
                self._sync_role,
                desired.target,
                RoleSessionName=session.name,
                SourceIdentity=session.source_identity,
                Tags=[{"Key": key, "Value": value} for key, value in session.tags.items()],
                Policy=policy,
            )

        reading = open_session(reading_policy(desired, partition_of(desired.region)))
        return SyncedMember(desired.target, reading, self._clock, open_session)

    def _assume(self, role: str, target: Target, **session: Any) -> Credentials:
        arn = f"arn:{partition_of(target.region)}:iam::{target.account}:role/{role}"
        try:
            with translated():
                answer = client("sts").assume_role(
                    RoleArn=arn, ExternalId=self._external_id, DurationSeconds=_SESSION_SECONDS, **session
                )
        except (ThrottledError, UnavailableError):
            raise
        except AwsError as error:
            raise UnreachableError(error.operation, error.code, f"{arn}: {error.message}", error.request_id) from error
        given = answer["Credentials"]
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


class ReadMember:
    """One target, as a session of an assumed role sees it."""

    def __init__(self, target: Target, credentials: Credentials, clock: Clock) -> None:
        self._target, self._credentials, self._clock = target, credentials, clock
        self._backup = self._client("backup")

    @translated()
    def key_arn(self, alias: str) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html"""
        return str(self._client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"])

    def plan_name(self, plan: str) -> str | None:
        return plan_name(self._backup, plan)

    def key_state(self, arn: str) -> KeyState:
        return key_state(self._client("kms"), arn)

    def recovery_points(self, vault: str) -> Iterator[LivePoint]:
        return recovery_points(self._backup, vault)

    def last_points(self, resource: str, most: int) -> tuple[Point, ...]:
        return last_points(self._backup, resource, most)

    def jobs(self, since: datetime) -> Iterator[LiveJob]:
        return jobs(self._backup, since)

    def rules_of_version(self, plan: str, version: str) -> Mapping[str, MadeBy]:
        return rules_of_version(self._backup, plan, version)

    def read(self, desired: DesiredTarget, bundle: str, plan_versions: PlanVersions) -> LiveTarget:
        tagging = self._client("resourcegroupstaggingapi")
        return BackupReads(self._backup, tagging, self._clock()).live(desired, bundle, plan_versions)

    def resources(self, sought: Sought, most: int) -> FoundResources:
        return tagged_resources(self._client("resourcegroupstaggingapi"), sought, most)

    def tagged(self, arns: Collection[str]) -> frozenset[str]:
        return tagged_among(self._client("resourcegroupstaggingapi"), arns)

    def of_types(self, kinds: Sequence[str]) -> Iterator[Tagged]:
        return resources_of(self._client("resourcegroupstaggingapi"), kinds)

    def selections(self, plan: str) -> Sequence[Mapping[str, Any]]:
        return selections_of(self._backup, plan)

    def _client(self, service: str) -> Any:
        return member_client(service, self._target.region, self._credentials)


class SyncedMember(ReadMember):
    """One target that is written to, in sessions that are opened when their changes are due."""

    def __init__(self, target: Target, reading: Credentials, clock: Clock, open_session: OpenSession) -> None:
        super().__init__(target, reading, clock)
        self._open_session = open_session

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        writes, left = BackupWrites(self._backup, live, version), tuple(changes)
        while left:
            place = Place(partition_of(self._target.region), self._target, version.bundle, writes.plan_arns)
            session, credentials = self._open_first(left, place)
            backup = member_client("backup", self._target.region, credentials)
            calls = RecordedCalls(backup)
            writes.use(backup)
            for change in session.writes:
                writes.write(change)
                yield Written(change, calls.take())
            left = left[len(session.writes) :]

    def _open_first(self, changes: Sequence[Write], place: Place) -> tuple[WritingSession, Credentials]:
        """AWS also packs policy and tags into a binary form with a limit of its own, which nobody can compute: where
        that is passed, fewer changes share the session."""
        session = first_session(changes, place)
        try:
            return session, self._open_session(session.policy)
        except UnreachableError as error:
            if error.code != _TOO_LARGE or len(session.writes) == 1:
                raise
        return self._open_first(session.writes[: len(session.writes) // 2], place)
