"""The lineage of a resource, a job or a finding: from what the hub has recorded, and what was seen in the member."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from backup_apps.domain.account_lookups import recorded_organization
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, Target
from backup_apps.domain.errors import NotFoundError, UnknownCommitError
from backup_apps.domain.ledger.entries import Entry, Kind
from backup_apps.domain.ledger.history import in_force, moment
from backup_apps.domain.lineage.books import LATELY, approval_of, changes_before, latest_until
from backup_apps.domain.lineage.lineage import Asked, Committed, Line, Lineage, Plan, Seen, Verification
from backup_apps.domain.lineage.policy_lines import lines_of
from backup_apps.domain.state_documents import organization_key
from backup_apps.domain.verification.results import Result
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.ports.bundles import BundleReader
from backup_apps.ports.hub import Hub
from backup_apps.ports.ledger import Ledger
from backup_apps.ports.storage import Archives, Documents, Records
from backup_apps.ports.verification import Rehearsed
from backup_apps.usecases.fetch_version import fetch_version
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.memories import recall


class Sources(NamedTuple):
    """Where it is looked up; the hub has them all, and so has the command line."""

    records: Records
    documents: Documents
    archives: Archives
    ledger: Ledger
    bundles: BundleReader
    rehearsals: Callable[[], Rehearsed | None]
    """None where the hub verifies nothing yet."""


def sources_of(hub: Hub) -> Sources:
    return Sources(hub.records, hub.documents, hub.archives, hub.ledger, hub.bundles, hub.rehearsals)


NOTHING_SEEN = Seen()


def trace_lineage(
    sources: Sources,
    asked: Asked,
    at: datetime,
    seen: Seen = NOTHING_SEEN,
    then: datetime | None = None,
    *,
    is_past: bool = False,
) -> Lineage:
    """By what is recorded now, `at` this moment; if the past is asked about, by what was recorded at that one. The
    policy is the one that is in force there, or was `then`: when a job began, or a recovery point was made."""
    entries = _entries(sources, asked, at, then, is_past)
    version = _version(sources, asked, entries, then)
    desired = _desired(sources.documents, version, asked.target) if version else None
    known = _completed(asked, desired, seen)
    last, verified = _verifications(sources.rehearsals(), known, at if is_past else None)
    return Lineage(
        bundle=asked.bundle,
        **asked.target._asdict(),
        app=known.app,
        resource=known.resource,
        policy=_lines(sources, known, version) if version else None,
        commit=_commit(sources.records, version) if version else None,
        approval=approval_of(version.version, entries) if version else None,
        plan=seen.plan or (Plan(name=known.plan, rule=known.rule) if known.plan else None),
        job=seen.job,
        point=seen.point,
        last_good=seen.last_good,
        verified=verified,
        verification=last,
        changes=changes_before(at, asked.target, entries),
    )


def _entries(sources: Sources, asked: Asked, at: datetime, then: datetime | None, is_past: bool) -> tuple[Entry, ...]:
    """What is needed of the ledger. A version of now is known besides: then the end of the ledger suffices."""
    if then is not None:
        entries = sources.ledger.entries(asked.bundle)
    else:
        synced = sources.records.standing(asked.bundle, asked.target).synced
        begin = moment(at - LATELY)
        entries = latest_until(
            lambda limit: sources.ledger.latest(asked.bundle, limit),
            lambda entry: entry.at < begin and _is_commit(entry, synced.version if synced else None),
        )
    return tuple(entry for entry in entries if not is_past or entry.at <= moment(at))


def _is_commit(entry: Entry, version: str | None) -> bool:
    return version is None or (entry.kind == Kind.COMMIT and entry.version == version)


def _version(sources: Sources, asked: Asked, entries: tuple[Entry, ...], then: datetime | None) -> Version | None:
    """That live state of the target followed; None where none ever reached it."""
    if then is not None:
        found = in_force(entries, moment(then), asked.target)
        return Version(asked.bundle, found.version) if found else None
    synced = sources.records.standing(asked.bundle, asked.target).synced
    return synced.id if synced else None


def _desired(documents: Documents, version: Version, target: Target) -> DesiredTarget | None:
    try:
        return desired_in_force(documents, version, target)
    except NotFoundError:
        return None


def _completed(asked: Asked, desired: DesiredTarget | None, seen: Seen) -> Asked:
    """With the app of the plan, the only plan of the app, and the vault of the rule."""
    known = asked._replace(
        plan=asked.plan or (seen.plan.name if seen.plan else None),
        rule=asked.rule or (seen.plan.rule if seen.plan else None),
        resource=asked.resource or (seen.point.resource if seen.point else None),
    )
    plan = _plan(known, desired)
    if plan is None:
        return known
    rules = plan.backup_plan["Rules"]
    rule = known.rule or (rules[0]["RuleName"] if len(rules) == 1 else None)
    vault = next((one["TargetBackupVaultName"] for one in rules if one["RuleName"] == rule), None)
    return known._replace(app=known.app or plan.app, plan=plan.name, rule=rule, vault=known.vault or vault)


def _plan(asked: Asked, desired: DesiredTarget | None) -> DesiredPlan | None:
    plans = [plan for plan in desired.plans if asked.plan == plan.name] if desired else []
    if desired and not plans and asked.plan is None:
        plans = [plan for plan in desired.plans if asked.app == plan.app]
    return plans[0] if len(plans) == 1 else None


def _lines(sources: Sources, asked: Asked, version: Version) -> tuple[Line, ...] | None:
    """From the archive of the version, resolved as on the day on which it was committed."""
    record = sources.records.find(version)
    try:
        archive = fetch_version(sources.records, sources.archives, version)
    except (NotFoundError, UnknownCommitError):
        return None
    answer = recall(sources.documents, organization_key(version))
    organization = recorded_organization(answer) if answer is not None else None
    day = datetime.fromisoformat(record.committed).date() if record else None
    resolution = sources.bundles.read(archive).resolution(organization, day)
    return lines_of(resolution, asked)


def _commit(records: Records, version: Version) -> Committed | None:
    record = records.find(version)
    if record is None:
        return None
    return Committed(version=record.version, committed=record.committed, provenance=record.provenance)


def _verifications(
    rehearsed: Rehearsed | None, asked: Asked, until: datetime | None
) -> tuple[Verification | None, Verification | None]:
    """The last, and the last that verified; of the resource if it has any, else of the app."""
    if asked.app is None or rehearsed is None:
        return None, None
    here = [one for one in rehearsed.results(asked.bundle, asked.app) if _counts(one, asked.target, until)]
    results = [one for one in here if one.resource == asked.resource] or here
    good = [one for one in results if one.verdict is Verdict.VERIFIED]
    return _last(results), _last(good)


def _counts(result: Result, target: Target, until: datetime | None) -> bool:
    is_there = (result.account, result.region) == target
    return is_there and not result.tells_nothing and (until is None or result.moment <= until)


def _last(results: Iterable[Result]) -> Verification | None:
    last = max(results, key=lambda one: one.moment, default=None)
    if last is None:
        return None
    return Verification(
        verdict=last.verdict.value,
        at=last.at,
        resource=last.resource,
        recovery_point=last.recovery_point,
        message=next((one.message for one in last.findings), None),
    )
