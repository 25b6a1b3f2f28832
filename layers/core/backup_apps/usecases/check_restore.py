"""Compare what was restored with what was backed up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.verification.case import Case
from backup_apps.domain.verification.due import minutes
from backup_apps.domain.verification.facts import Manifest, Taken, begun_key, manifest, manifest_key
from backup_apps.domain.verification.hook import answered
from backup_apps.domain.verification.judgement import judge
from backup_apps.domain.verification.results import FindingRecord, Trigger
from backup_apps.domain.verification.verdict import Finding, joined
from backup_apps.ports.verification import Question, Reader, Sandbox, Verifying

if TYPE_CHECKING:
    from backup_apps.domain.verification.rehearsal import Rehearsal


def check_restore(verifying: Verifying, rehearsal: Rehearsal) -> Rehearsal:
    """What was restored by others is only read; what is ours is read by the role that sees nothing else."""
    if rehearsal.problem is not None:
        return rehearsal
    if not rehearsal.trigger.is_ours:
        inspector = verifying.accounts.inspector(rehearsal.target, rehearsal.run)
        return _checked(rehearsal, judge(_case(verifying, rehearsal, inspector)).findings)
    sandbox = verifying.accounts.sandbox(rehearsal.place, rehearsal.run)
    findings = [*judge(_case(verifying, rehearsal, sandbox)).findings, *_of_hook(sandbox, rehearsal)]
    checked = _checked(rehearsal, findings)
    verifying.rehearsals.keep(checked)
    return checked


def _checked(rehearsal: Rehearsal, findings: Sequence[Finding]) -> Rehearsal:
    records = tuple(FindingRecord(**one._asdict()) for one in findings)
    return rehearsal.model_copy(update={"verdict": joined(one.verdict for one in findings), "findings": records})


def _of_hook(sandbox: Sandbox, rehearsal: Rehearsal) -> tuple[Finding, ...]:
    """What the user's own check objects to. It sees a rehearsal while it is there, and no restore by others."""
    if rehearsal.hook is None:
        return ()
    asked = {"type": rehearsal.type, "created": rehearsal.created, "account": rehearsal.place.account}
    asked |= {"region": rehearsal.place.region, "bundle": rehearsal.bundle, "app": rehearsal.app}
    asked |= {"resource": rehearsal.point.resource, "recoveryPoint": rehearsal.point.arn} if rehearsal.point else {}
    return answered(sandbox.ask(rehearsal.hook, asked))


def _case(verifying: Verifying, rehearsal: Rehearsal, reader: Reader) -> Case:
    compared = _manifest(verifying, rehearsal)
    sampled = getattr(compared.facts, "sample", {}).keys() if compared else None
    question = Question(
        type=rehearsal.type,
        arn=rehearsal.created or "",
        sampled=sampled,
        bucket_canary=rehearsal.bucket_canary,
        table_canary=rehearsal.table_canary,
    )
    return Case(
        type=rehearsal.type,
        restored=reader.facts(question),
        by_others=rehearsal.trigger is Trigger.RESTORE,
        manifest=compared,
        asked_key=rehearsal.asked_key,
        asked_network=rehearsal.subnet_group if rehearsal.trigger.is_ours else None,
        took=rehearsal.took,
        rto=minutes(rehearsal.rto),
        newest_age=None if rehearsal.age is None else timedelta(seconds=rehearsal.age),
        rpo=minutes(rehearsal.rpo),
    )


def _manifest(verifying: Verifying, rehearsal: Rehearsal) -> Manifest | None:
    if rehearsal.point is None:
        return None
    place = (rehearsal.account, rehearsal.region)
    done = _taken(verifying, manifest_key(*place, rehearsal.point.arn))
    return manifest(_taken(verifying, begun_key(*place, done.job)), done) if done else None


def _taken(verifying: Verifying, key: str) -> Taken | None:
    try:
        return Taken.model_validate_json(verifying.documents.read(key))
    except NotFoundError:
        return None
