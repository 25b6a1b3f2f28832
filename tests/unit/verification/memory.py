"""The verification machine in memory, and what it keeps."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backup_apps.domain.alerts import Alert
from backup_apps.domain.cards.card import Card
from backup_apps.domain.commits import Commit, CommitRecord, State, TargetOutcome
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault, Target
from backup_apps.domain.errors import NotFoundError, TakenOverError, UnavailableError
from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.state_documents import desired_key, governance_key
from backup_apps.domain.verification.choice import Point
from backup_apps.domain.verification.facts import Taken, begun_key, manifest_key
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import Result
from backup_apps.ports.verification import Kept, Verifying
from backup_apps.usecases.check_group import check_group
from backup_apps.usecases.check_restore import check_restore
from backup_apps.usecases.choose_points import choose_points
from backup_apps.usecases.clean_up_restore import StillThereError, clean_up_restore
from backup_apps.usecases.hear_restore import hear_restore
from backup_apps.usecases.record_verification import record_verification
from backup_apps.usecases.restore_point import restore_point
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.usecases.verification_requests import Event, Step, VerificationRequest
from sync.memory import Alerts, Documents
from sync.memory_ledger import Ledger
from sync.memory_records import Records
from verification.memory_account import APP, BUNDLE, HERE, KEY, NOW, ROLE, SOURCES, VERSION, Account, Fuse, Killed


@dataclass
class Rehearsals:
    fuse: Fuse
    open: dict[str, Kept] = field(default_factory=dict)
    known: dict[tuple[str, str], Result] = field(default_factory=dict)
    noted: dict[tuple[str, str], str] = field(default_factory=dict)
    requests: dict[str, Mapping[str, str]] = field(default_factory=dict)
    restoring: dict[Target, set[str]] = field(default_factory=dict)

    def ask(self, request: Mapping[str, str]) -> bool:
        self.fuse.blow(before=True)
        is_new = request["run"] not in self.requests
        self.requests.setdefault(request["run"], request)
        self.fuse.blow(before=False)
        return is_new

    def ask_again(self, request: Mapping[str, str], was: str) -> None:
        known = self.requests.get(request["run"])
        if known is None or known.get("resumed_by", known["run"]) != was:
            raise TakenOverError(request["run"])
        self.requests[request["run"]] = request

    def asked(self) -> tuple[Mapping[str, str], ...]:
        return tuple(self.requests.values())

    def settle(self, run: str) -> None:
        self.fuse.blow(before=True)
        self.requests.pop(run, None)
        self.fuse.blow(before=False)

    def keep(self, rehearsal: Rehearsal, token: str | None = None, was: str | None = None) -> None:
        self.fuse.blow(before=True)
        kept = self.open.get(rehearsal.key)
        if kept and kept.rehearsal.execution not in (rehearsal.execution, was):
            raise TakenOverError(rehearsal.key)
        self.open[rehearsal.key] = Kept(rehearsal, token)
        self.fuse.blow(before=False)

    def enter(self, rehearsal: Rehearsal, at_most: int) -> bool:
        self.fuse.blow(before=True)
        holders = self.restoring.setdefault(rehearsal.place, set())
        is_in = rehearsal.holder in holders or len(holders) < at_most
        if is_in:
            holders.add(rehearsal.holder)
        self.fuse.blow(before=False)
        return is_in

    def leave(self, rehearsal: Rehearsal) -> None:
        self.fuse.blow(before=True)
        self.restoring.get(rehearsal.place, set()).discard(rehearsal.holder)
        self.fuse.blow(before=False)

    def find(self, key: str) -> Kept | None:
        return self.open.get(key)

    def unfinished(self) -> tuple[Kept, ...]:
        return tuple(self.open.values())

    def finish(self, rehearsal: Rehearsal) -> None:
        self.fuse.blow(before=True)
        self.open.pop(rehearsal.key, None)
        self.fuse.blow(before=False)

    def add(self, bundle: str, result: Result) -> bool:
        self.fuse.blow(before=True)
        is_new = (bundle, result.identity) not in self.known
        self.known.setdefault((bundle, result.identity), result)
        self.fuse.blow(before=False)
        return is_new

    def note(self, bundle: str, what: str, at: datetime) -> str:
        return self.noted.setdefault((bundle, what), at.isoformat())

    def is_noted(self, bundle: str, what: str) -> bool:
        return (bundle, what) in self.noted

    def results(self, bundle: str, app: str | None = None) -> tuple[Result, ...]:
        return tuple(one for (of, _), one in self.known.items() if of == bundle and app in (None, one.app))


@dataclass
class Machine:
    """Executions that wait to be run, and what was given back to those that wait."""

    started: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    given: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def start(self, name: str, document: Mapping[str, Any]) -> bool:
        assert len(name) <= 80
        is_new = name not in self.started
        if is_new:
            self.started[name] = document
            self.running.add(name)
        return name in self.running

    def is_running(self, name: str) -> bool:
        return name in self.running

    def resume(self, token: str, document: Mapping[str, Any]) -> None:
        self.given.setdefault(token, document)


class World:
    """An app with a bucket and a table, each with a recovery point and a manifest of it."""

    def __init__(self, **verification: Any) -> None:
        self.fuse, self.now = Fuse(), NOW
        self.held: list[str] = []
        self.account, self.machine, self.rehearsals = Account(self.fuse), Machine(), Rehearsals(self.fuse)
        self.documents, self.alerts, self.ledger = Documents(), Alerts(), Ledger()
        records = Records()
        commit = Commit(bundle=BUNDLE, version="1", committed="2026-01-01T00:00:00+00:00", object_version="1")
        synced = TargetOutcome(account=HERE.account, region=HERE.region, state=State.SYNCED)
        records.record(CommitRecord(**commit.model_dump(), state=State.SYNCED), [synced])
        self.verifying = Verifying(
            documents=self.documents,
            records=records,
            ledger=self.ledger,
            tell=self._tell,
            clock=lambda: self.now,
            accounts=self.account,
            rehearsals=self.rehearsals,
            machine=self.machine,
        )
        self._promise({"schedule": "cron(0 6 ? * MON *)"} | verification)
        for resource, facts in SOURCES.items():
            self._back_up(resource, facts)

    def _tell(self, card: Card) -> Alert:
        alert = card.alert()
        self.alerts.publish(alert)
        return alert

    def _promise(self, verification: dict[str, Any]) -> None:
        leaf = LeafGovernance(APP, (HERE,), {"rpo.max": 1440}, verification, {}, False)
        self.documents.write(governance_key(VERSION), canonical_json(Governance((leaf,)).to_json()))
        plan = {"BackupPlanName": "shop-daily", "Rules": [{"TargetBackupVaultName": "main"}]}
        desired = DesiredTarget(
            account=HERE.account,
            region=HERE.region,
            vaults=(DesiredVault(name="main", key_arn=KEY, tags={}),),
            plans=(DesiredPlan(app=APP, backup_plan=plan, tags={}, selections=({"IamRoleArn": ROLE},)),),
        )
        self.documents.write(desired_key(VERSION, HERE), desired.to_text())

    def _back_up(self, resource: str, facts: Any) -> None:
        arn = f"arn:aws:backup:eu-west-1:111111111111:recovery-point:{facts.type}"
        point = Point(
            arn=arn,
            vault="main",
            resource=resource,
            type=facts.type,
            created="2026-01-05T03:00:00+00:00",
            bytes=10,
            key=KEY,
            role=ROLE,
        )
        self.account.points_.append(point)
        taken = Taken(resource=resource, job=facts.type, at="2026-01-05T03:00:00+00:00", facts=facts)
        self.documents.write(manifest_key(*HERE, arn), taken.model_dump_json())
        self.documents.write(begun_key(*HERE, facts.type), taken.model_dump_json())

    def run_all(self) -> None:
        """Every execution that was started, to its end or to where it is killed."""
        for name in sorted(self.machine.running):
            with suppress(Killed):
                self._run(self.machine.started[name])
            self.machine.running.discard(name)

    def _run(self, document: Mapping[str, Any]) -> None:
        if "rehearsals" in document:
            rehearsals = [Rehearsal.model_validate(one) for one in document["rehearsals"]]
        else:
            chosen = choose_points(self.verifying, VerificationRequest.model_validate(document))
            group = [self._hold(one) for one in chosen.group]
            rehearsals = [*chosen.alone]
            rehearsals += check_group(self.verifying, group) if group else []
        for one in rehearsals:
            self._rehearse(one)

    def _hold(self, rehearsal: Rehearsal) -> Rehearsal:
        """Restored and checked, and left there for the rest of its group."""
        self.held.append(rehearsal.point.resource if rehearsal.point else "")
        return self._check(self._restore(rehearsal))

    def _rehearse(self, rehearsal: Rehearsal) -> None:
        """As the state machine goes on with it."""
        if rehearsal.cleaned is None:
            if rehearsal.verdict is None and rehearsal.problem is None:
                if rehearsal.trigger.is_ours:
                    rehearsal = self._restore(rehearsal)
                rehearsal = self._check(rehearsal)
            rehearsal = self._clean_up(rehearsal)
        record_verification(self.verifying, rehearsal)

    def _check(self, rehearsal: Rehearsal) -> Rehearsal:
        try:
            return check_restore(self.verifying, rehearsal)
        except UnavailableError as error:
            return rehearsal.model_copy(update={"problem": str(error)})

    def _restore(self, rehearsal: Rehearsal) -> Rehearsal:
        token = f"token-{len(self.machine.given)}-{rehearsal.key}"
        restore_point(self.verifying, rehearsal, token)
        self.finish_copies()
        self.finish_jobs()
        restored = Step.model_validate({"rehearsal": self.machine.given[token]}).rehearsal
        return restored if restored.job or restored.problem else self._restore(restored)

    def finish_copies(self) -> None:
        for job in self.account.finish_copies():
            detail = {"copyJobId": job, "state": self.account.copy_job(job).status}
            event = {"account": HERE.account, "region": HERE.region, "time": NOW.isoformat(), "detail": detail}
            hear_restore(self.verifying, Event.model_validate(event))

    def finish_jobs(self, **detail: str) -> None:
        for job in self.account.finish_jobs():
            self.hear(job, **detail)

    def choose(self, name: str) -> list[Rehearsal]:
        """The first step of an execution."""
        request = VerificationRequest.model_validate(self.machine.started[name])
        return choose_points(self.verifying, request).alone

    def hear(self, job: str, resources: Sequence[str] = (), **detail: str) -> str:
        """The event of its end."""
        found = self.account.job(job)
        told = {"restoreJobId": job, "status": found.status, **detail}
        told |= {"createdResourceArn": found.created} if found.created else {}
        event = {"account": HERE.account, "region": HERE.region, "time": NOW.isoformat(), "detail": told}
        event["resources"] = list(resources)
        return hear_restore(self.verifying, Event.model_validate(event))

    def _clean_up(self, rehearsal: Rehearsal) -> Rehearsal:
        while True:
            try:
                return clean_up_restore(self.verifying, rehearsal)
            except StillThereError:
                continue

    def facts_of(self, key: str) -> Taken:
        try:
            return Taken.model_validate_json(self.documents.read(key))
        except NotFoundError:
            raise AssertionError(f"nothing is at {key}") from None


def results(world: World) -> dict[str, Result]:
    """The last of each type."""
    return {one.type: one for one in world.rehearsals.results(BUNDLE)}


def weekly(world: World, hours: int = 0) -> dict[str, list[str]]:
    """The hourly event, and all that it starts."""
    started: dict[str, list[str]] = {}
    with suppress(Killed):
        started = start_verifications(world.verifying, NOW + timedelta(hours=hours))
    world.run_all()
    return started
