"""Compare what was restored with what was backed up."""

from datetime import datetime, timedelta

from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.verification.case import Case
from backup_apps.domain.verification.due import minutes
from backup_apps.domain.verification.facts import Manifest, Taken, begun_key, manifest, manifest_key
from backup_apps.domain.verification.judgement import judge
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import FindingRecord
from backup_apps.verification_ports import Question, Reader, Verifying


def check_restore(verifying: Verifying, rehearsal: Rehearsal) -> Rehearsal:
    """What was restored by others is only read; what is ours is read by the role that sees nothing else."""
    if rehearsal.problem is not None:
        return rehearsal
    reader: Reader
    if rehearsal.trigger.is_ours:
        reader = verifying.accounts.sandbox(rehearsal.target, rehearsal.run)
    else:
        reader = verifying.accounts.inspector(rehearsal.target, rehearsal.run)
    judgement = judge(_case(verifying, rehearsal, reader))
    findings = tuple(FindingRecord(**one._asdict()) for one in judgement.findings)
    checked = rehearsal.model_copy(update={"verdict": judgement.verdict, "findings": findings})
    if rehearsal.trigger.is_ours:
        verifying.rehearsals.keep(checked)
    return checked


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
        manifest=compared,
        asked_key=rehearsal.asked_key,
        took=rehearsal.took,
        rto=minutes(rehearsal.rto),
        newest_age=_age(verifying, rehearsal),
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


def _age(verifying: Verifying, rehearsal: Rehearsal) -> timedelta | None:
    """As of the start of the restore, which takes its time."""
    if rehearsal.newest is None:
        return None
    return verifying.clock() - (rehearsal.took or timedelta()) - datetime.fromisoformat(rehearsal.newest)
