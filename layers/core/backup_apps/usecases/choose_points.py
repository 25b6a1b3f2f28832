"""The first step of a verification: which recovery points to restore, or whose the restore is that somebody made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.choice import Choice, Chosen, PassedOver, Point, choose
from backup_apps.domain.verification.due import verification_of
from backup_apps.domain.verification.rehearsal import REHEARSED, Elsewhere, Rehearsal
from backup_apps.domain.verification.results import Trigger, basis_of
from backup_apps.ports.verification import Verifying
from backup_apps.usecases.governed import desired_in_force, governance_in_force, version_in_force
from backup_apps.usecases.verification_requests import VerificationRequest


def choose_points(verifying: Verifying, request: VerificationRequest) -> list[Rehearsal]:
    """One rehearsal for each type of resource. A type without one is there with its problem, and so is an app that has
    nothing to restore: silence would look like success."""
    chosen = (
        _to_restore(verifying, request) if request.job is None else [_of_a_restore(verifying, request, request.job)]
    )
    for one in chosen:
        verifying.rehearsals.keep(one, was=_before(verifying, one) if request.resumed_by else None)
    verifying.rehearsals.settle(request.run)
    return chosen


def _before(verifying: Verifying, rehearsal: Rehearsal) -> str | None:
    """The execution that was killed in this step: nothing was restored yet."""
    kept = verifying.rehearsals.find(rehearsal.key)
    return kept.rehearsal.execution if kept else None


def _to_restore(verifying: Verifying, request: VerificationRequest) -> list[Rehearsal]:
    known = Rehearsal(**request.model_dump(exclude={"job"}))
    version = version_in_force(verifying.records, request.bundle or "")
    if version is None:
        return [known.with_problem(f"no version of bundle {request.bundle} was ever synced to all of its targets")]
    promised = verification_of(governance_in_force(verifying.documents, version), request.app or "", request.target)
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
    group = _group(known, promised, points)
    restorable = [point for point in points if point.type in REHEARSED and point.resource not in group.resources]
    history = verifying.rehearsals.results(known.bundle or "", known.app)
    here = [one for one in history if (one.account, one.region) == known.target]
    chosen = choose(restorable, here, group.leaves(promised.verification.get("maxBytes")))
    others = sorted({point.type for point in points} - set(REHEARSED))
    not_rehearsed = [PassedOver(one, f"{one} is not rehearsed; verify a restore made by hand") for one in others]
    promised_of = _in_sandbox(verifying, _as_promised(known, promised, None), promised.verification.get("sandbox", {}))
    problems = [known.with_problem(why, type_) for type_, why in (*chosen.passed_over, *not_rehearsed)]
    members = _as_group(_chosen(promised_of, group.chosen, verifying.clock()), promised)
    found = [*members, *group.problems, *_chosen(promised_of, chosen, verifying.clock()), *problems]
    return found or [known.with_problem("there is no recovery point to restore")]


class _Group(NamedTuple):
    """The resources of a group, and what of them is restored: all or nothing."""

    resources: tuple[str, ...]
    chosen: Chosen
    problems: tuple[Rehearsal, ...] = ()

    def leaves(self, max_bytes: int | None) -> int | None:
        """Of the bytes of a run, for what is not of the group."""
        return None if max_bytes is None else max_bytes - sum(one.point.bytes for one in self.chosen.choices)


def _group(known: Rehearsal, promised: LeafGovernance, points: Sequence[Point]) -> _Group:
    resources = tuple(promised.verification.get("group", {}).get("resources", ()))
    latest = {
        one.resource: one for one in sorted(points, key=lambda one: (one.moment, one.arn)) if one.type in REHEARSED
    }
    missing = [one for one in resources if one not in latest]
    chosen = Chosen(
        tuple(Choice(latest[one], "its group is restored", latest[one].created) for one in resources if one in latest),
        (),
    )
    left = _Group(resources, chosen).leaves(promised.verification.get("maxBytes"))
    if missing:
        why = f"its group was not restored: there is no recovery point of {', '.join(missing)} that can be rehearsed"
    elif left is not None and left < 0:
        why = f"its group was not restored: it is {-left} bytes larger than maxBytes"
    else:
        return _Group(resources, chosen)
    return _Group(resources, Chosen((), ()), (known.with_problem(why),))


def _as_group(members: Sequence[Rehearsal], promised: LeafGovernance) -> list[Rehearsal]:
    """They stay until all of them are restored, and the function was asked."""
    hook = promised.verification.get("group", {}).get("hook")
    return [one.model_copy(update={"group": index, "group_hook": hook}) for index, one in enumerate(members)]


def _in_sandbox(verifying: Verifying, rehearsal: Rehearsal, said: Mapping[str, Any]) -> Rehearsal:
    """Where it restores, and with which key."""
    place = Target(said.get("account") or rehearsal.account, said.get("region") or rehearsal.region)
    key = said.get("kmsKey")
    if key and ":alias/" in key:
        key = verifying.accounts.sandbox(place, rehearsal.run).key_arn(key)
    elsewhere = Elsewhere(**place._asdict(), vault=said["vault"]) if place != rehearsal.target else None
    return rehearsal.model_copy(update={"sandbox": elsewhere, "asked_key": key})


def _as_promised(known: Rehearsal, promised: LeafGovernance, asked_key: str | None) -> Rehearsal:
    said = promised.verification
    checks: Mapping[str, Any] = said.get("checks", {})
    return known.model_copy(
        update={
            "asked_key": asked_key,
            "role": said.get("sandbox", {}).get("role"),
            "rto": said.get("rto"),
            "rpo": promised.guardrails.get("rpo.max"),
            "bucket_canary": checks.get("s3", {}).get("canary"),
            "table_canary": checks.get("dynamodb", {}).get("canary", {}),
            "hook": checks.get("hook"),
        }
    )


def _chosen(known: Rehearsal, chosen: Chosen, now: datetime) -> list[Rehearsal]:
    return [_beside(known.model_copy(update=_told(one, now))) for one in chosen.choices]


def _beside(rehearsal: Rehearsal) -> Rehearsal:
    """A continuous backup can't be copied on demand.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html
    """
    if rehearsal.sandbox is None or rehearsal.point is None or not rehearsal.point.is_continuous:
        return rehearsal
    reason = f"{rehearsal.reason}; it is continuous and can't be copied, so it is restored where it is"
    return rehearsal.model_copy(update={"sandbox": None, "asked_key": None, "role": None, "reason": reason})


def _told(one: Choice, now: datetime) -> dict[str, Any]:
    age = round((now - datetime.fromisoformat(one.newest)).total_seconds())
    return {"type": one.point.type, "point": one.point, "reason": one.reason, "newest": one.newest, "age": age}


def _of_a_restore(verifying: Verifying, request: VerificationRequest, job: str) -> Rehearsal:
    """Of a job that completed and was not ours."""
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
    promised = _promised(verifying, rehearsal)
    if promised is None:
        return rehearsal
    return _as_promised(rehearsal, promised, rehearsal.asked_key).model_copy(update={"role": None})


def _promised(verifying: Verifying, rehearsal: Rehearsal) -> LeafGovernance | None:
    """What the app of a restore is checked for."""
    version = version_in_force(verifying.records, rehearsal.bundle) if rehearsal.bundle else None
    if version is None or rehearsal.app is None:
        return None
    return verification_of(governance_in_force(verifying.documents, version), rehearsal.app, rehearsal.target)
