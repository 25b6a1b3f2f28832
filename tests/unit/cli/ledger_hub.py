"""A hub with a ledger in memory and a real key, and the command line that talks to it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from backup_apps.domain.changes import ChangeSet, Create, Kind
from backup_apps.domain.commits import Commit, CommitRecord, State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import UnreachableError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.ledger.entries import Checkpoint, Reason
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.provenance.attestation import binding_of
from backup_apps.domain.state_documents import organization_key
from backup_apps.offline_wiring import archive_of
from backup_apps.ports.storage import Upload
from backup_apps.remote_wiring import RemoteHub
from backup_apps.usecases.checkpoint_ledger import checkpoint_ledger
from backup_apps.usecases.look_at_resource import Looked, LookRequest
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps.usecases.sweep_targets import ToSweep
from backup_apps_cli.main import main
from ledger.keys import KeySigner
from provenance.tokens import claims_of, unsigned_token
from sync.memory import World, world

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "acme"
PROD = Target("111111111111", "eu-west-1")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Acme:
    """A hub with a history: `commit` makes a version of the example that an hour later is in force."""

    def __init__(self) -> None:
        self.world: World = world()._replace(signer=KeySigner())  # type: ignore[arg-type]
        self.world.clock.now = NOON

    @property
    def remote(self) -> RemoteHub:
        return RemoteHub(
            archives=self.world.archives,
            records=self.world.records,
            findings=self.world.findings,
            sweep=self.sweep,
            diff=self.diff,
            name=self.world.name,
            documents=self.world.documents,
            ledger=self.world.ledger,
            seal=self.seal,
            signer=self.world.signer,
            look=self.look,
        )

    def diff(self, bundle: str, desired: DesiredTarget) -> AssessedChangeSet:
        gone = Create(kind=Kind.VAULT, name="acme-primary", after={})
        change_set = ChangeSet(bundle=bundle, account=desired.account, region=desired.region, changes=(gone,))
        return assess_changes(change_set, LiveTarget(account=desired.account, region=desired.region))

    def look(self, request: LookRequest) -> Looked:
        raise UnreachableError("LookAtResource", "UnreachableError", f"the role of {request.target} is missing")

    def sweep(self, one: ToSweep) -> dict[str, Any]:
        return sweep_target(self.world.hub, *one)

    def token(self, audience: str) -> str:
        """As the issuer of the local AWS gives one."""
        return unsigned_token(claims_of(binding_of(self.world.name, Version("acme", "any"), b""), aud=audience))

    def seal(self, bundle: str) -> Checkpoint:
        return checkpoint_ledger(self.world.hub, bundle, Reason.EXPORT)

    def commit(self, version: str, source: Path, *states: State, organization: str | None = None) -> None:
        commit = Commit(bundle="acme", version=version, committed=NOON.isoformat(), object_version=version)
        archive = archive_of(source)
        self.world.archives.uploads[commit.id.key] = Upload(archive, commit.committed, version)
        self.world.records.record(CommitRecord(**commit.model_dump(), state=State.SYNCED))
        if organization:
            self.world.documents.write(organization_key(commit.id), organization)
        self.record(happenings.admitted(commit, archive, 2, organization))
        self.world.clock.now += timedelta(hours=1)
        targets = [PROD, Target("222222222222", "eu-west-1")]
        outcomes = [
            TargetOutcome(account=target.account, region=target.region, state=state)
            for target, state in zip(targets, states or [State.SYNCED] * 2, strict=True)
        ]
        joined = State.PARTLY_FAILED if State.FAILED in states else State.SYNCED
        self.record(*happenings.ended(commit.id, joined, outcomes, None))

    def record(self, *happened: happenings.Happening) -> None:
        self.world.ledger.record("acme", happened)


def run(*arguments: object) -> Result:
    return CliRunner(mix_stderr=False).invoke(main, [str(argument) for argument in arguments])


def printed(result: Result) -> Any:
    return json.loads(result.stdout)


def failed(result: Result, message: str, code: int = 1) -> None:
    assert message in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert result.exit_code == code
