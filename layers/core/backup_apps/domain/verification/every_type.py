"""Checks of restores of every type."""

from collections.abc import Iterator

from backup_apps.domain.verification.case import Case, Found, amiss, numbered, unknown, wrong
from backup_apps.domain.verification.facts import Bucket, Table
from backup_apps.domain.wording import spoken_span

READ = ("S3", "DynamoDB", "EBS", "RDS", "Aurora", "EC2", "EFS")
"""Types of which the facts of a restore are read."""


@numbered("V101")
def can_be_read(case: Case) -> Iterator[Found]:
    if case.restored is None and case.type not in READ:
        yield unknown(f"what is restored of {case.type} can't be read; check it by hand")


@numbered("V102")
def is_there(case: Case) -> Iterator[Found]:
    if case.restored is None and case.type in READ:
        yield amiss(case, "what was restored is not there")


@numbered("V103")
def has_manifest(case: Case) -> Iterator[Found]:
    if case.restored is not None and case.manifest is None:
        yield unknown("no manifest was taken when the recovery point was made, so there is nothing to compare with")


@numbered("V104")
def has_the_key_asked_for(case: Case) -> Iterator[Found]:
    """Of a bucket its objects say it, and others may have been there before. https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html"""
    if isinstance(case.restored, Bucket) and not case.restored.sample:
        return
    if case.restored is not None and case.asked_key and case.restored.key != case.asked_key:
        has = case.restored.key or "a key of AWS's own"
        message = f"it is encrypted with {has}, not with {case.asked_key}"
        yield amiss(case, message) if isinstance(case.restored, Bucket) else wrong(message)


@numbered("V105")
def stays_encrypted(case: Case) -> Iterator[Found]:
    """S3 and DynamoDB encrypt everything."""
    if case.restored is None or case.manifest is None or isinstance(case.restored, Bucket | Table):
        return
    source = case.manifest.facts
    if not isinstance(source, Bucket | Table) and source.encrypted and not case.restored.encrypted:
        yield wrong("it is not encrypted, and its source is")


@numbered("V106")
def is_in_time(case: Case) -> Iterator[Found]:
    if case.took is not None and case.rto is not None and case.took > case.rto:
        yield wrong(f"the restore took {spoken_span(case.took)}, longer than the rto of {spoken_span(case.rto)}")


@numbered("V107")
def is_recent(case: Case) -> Iterator[Found]:
    if case.newest_age is not None and case.rpo is not None and case.newest_age > case.rpo:
        age, limit = spoken_span(case.newest_age), spoken_span(case.rpo)
        yield wrong(f"the newest recovery point is {age} old, older than the rpo of {limit}")


@numbered("V108")
def is_of_the_same_type(case: Case) -> Iterator[Found]:
    if case.restored and case.manifest and case.restored.type != case.manifest.facts.type:
        yield wrong(f"it is of {case.restored.type}, and its source of {case.manifest.facts.type}")


EVERY_TYPE = (
    can_be_read,
    is_there,
    has_manifest,
    has_the_key_asked_for,
    stays_encrypted,
    is_in_time,
    is_recent,
    is_of_the_same_type,
)
