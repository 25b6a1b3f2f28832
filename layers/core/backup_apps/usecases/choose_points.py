"""The first step of a verification: which recovery points to restore, or whose the restore is that somebody made."""

from typing import NamedTuple

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.choice import choose
from backup_apps.domain.verification.promised import as_promised, group_of, of_choice, of_group, passed_over, why_not
from backup_apps.domain.verification.rehearsal import Elsewhere, Rehearsal
from backup_apps.domain.verification.results import Trigger, basis_of
from backup_apps.ports.verification import Verifying
from backup_apps.usecases.governed import desired_in_force, promised_on, promises_of, version_in_force
from backup_apps.usecases.restore_point import ended
from backup_apps.usecases.verification_requests import VerificationRequest


class ToRehearse(NamedTuple):
    """Each by itself, and apart from those what is restored as one application."""

    alone: list[Rehearsal]
    group: list[Rehearsal]


def choose_points(verifying: Verifying, request: VerificationRequest) -> ToRehearse:
    """One rehearsal for each type of resource. A type without one is there with its problem, and so is an app that has
    nothing to restore: silence would look like success."""
    chosen = (
        _to_restore(verifying, request) if request.job is None else [_of_a_restore(verifying, request, request.job)]
    )
    for one in chosen:
        verifying.rehearsals.keep(one, was=_before(verifying, one) if request.resumed_by else None)
    verifying.rehearsals.settle(request.run)
    alone, group = ([one for one in chosen if (one.group is None) == is_alone] for is_alone in (True, False))
    return ToRehearse(alone, group)


def _before(verifying: Verifying, rehearsal: Rehearsal) -> str | None:
    """The execution that was killed in this step: nothing was restored yet."""
    kept = verifying.rehearsals.find(rehearsal.key)
    return kept.rehearsal.execution if kept else None


def _to_restore(verifying: Verifying, request: VerificationRequest) -> list[Rehearsal]:
    known = Rehearsal(**request.model_dump(exclude={"job"}))
    version = version_in_force(verifying.records, request.bundle or "", request.target)
    if version is None:
        return [known.with_problem(f"no version of bundle {request.bundle} was ever synced to {request.target}")]
    promised = promises_of(verifying.documents, version).of(request.app or "", request.target)
    if promised is None:
        return [known.with_problem(f"version {version.version} has no app {request.app} on {request.target}")]
    desired = desired_in_force(verifying.documents, version, request.target)
    return _rehearsals(verifying, known, promised, desired)


def _rehearsals(
    verifying: Verifying, known: Rehearsal, promised: LeafGovernance, desired: DesiredTarget
) -> list[Rehearsal]:
    sandbox = verifying.accounts.sandbox(known.target, known.run)
    plans = {plan.name for plan in desired.plans if plan.app == known.app}
    points = sandbox.points(basis_of(desired, known.app or "").vaults, plans)
    restorable = [point for point in points if why_not(point, promised) is None]
    group = group_of(promised, restorable)
    alone = [point for point in restorable if point.resource not in group.resources]
    history = verifying.rehearsals.results(known.bundle or "", known.app)
    here = [one for one in history if (one.account, one.region) == known.target]
    chosen = choose(alone, here, group.leaves(promised.verification.get("maxBytes")))
    there, now = _in_sandbox(verifying, as_promised(known, promised), promised), verifying.clock()
    problems = [*chosen.passed_over, *passed_over(points, promised)]
    found = [
        *of_group(there, group, promised, now),
        *(of_choice(there, one, now) for one in chosen.choices),
        *(known.with_problem(why, type_) for type_, why in problems),
    ]
    return found or [known.with_problem("there is no recovery point to restore")]


def _in_sandbox(verifying: Verifying, rehearsal: Rehearsal, promised: LeafGovernance) -> Rehearsal:
    """Where it restores, and with which key."""
    said = promised.verification.get("sandbox", {})
    place = Target(said.get("account") or rehearsal.account, said.get("region") or rehearsal.region)
    key = said.get("kmsKey")
    if key and ":alias/" in key:
        key = verifying.accounts.sandbox(place, rehearsal.run).key_arn(key)
    elsewhere = Elsewhere(**place._asdict(), vault=said["vault"]) if place != rehearsal.target else None
    return rehearsal.model_copy(update={"sandbox": elsewhere, "asked_key": key})


def _of_a_restore(verifying: Verifying, request: VerificationRequest, job: str) -> Rehearsal:
    """Of a job that was not ours: it completed, or it failed and there is nothing to check."""
    inspector = verifying.accounts.inspector(request.target, request.run)
    found = inspector.job(job)
    owner = inspector.owner_of_point(found.point)
    rehearsal = Rehearsal(
        run=request.run,
        trigger=Trigger.RESTORE_TESTING if found.testing else Trigger.RESTORE,
        account=request.account,
        region=request.region,
        bundle=owner.bundle if owner else None,
        app=owner.app if owner else None,
        type=found.type,
        point=inspector.point(found.point),
        asked_key=inspector.asked_key(job),
        job=job,
        created=found.created,
        seconds=found.seconds,
    )
    if found.status != "COMPLETED":
        rehearsal = ended(rehearsal, found)
    promised = _promised(verifying, rehearsal)
    if promised is None:
        return rehearsal
    return as_promised(rehearsal, promised).model_copy(update={"role": None})


def _promised(verifying: Verifying, rehearsal: Rehearsal) -> LeafGovernance | None:
    """What the app of a restore is checked for."""
    if rehearsal.bundle is None or rehearsal.app is None:
        return None
    return promised_on(verifying.records, verifying.documents, rehearsal.bundle, rehearsal.app, rehearsal.target)
