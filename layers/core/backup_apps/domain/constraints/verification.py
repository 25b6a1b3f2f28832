"""Rehearsals of restores in another account or region."""

from collections.abc import Iterator

from backup_apps.domain.constraints.copies import CROSS_REGION
from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.desired import Target
from backup_apps.domain.regions import partition_of

START_COPY_JOB = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html"
_PATH = ("verification", "sandbox")


@numbered("B901", START_COPY_JOB)
def sandbox_elsewhere_has_a_vault(subject: Subject) -> Iterator[Violation]:
    sandbox = subject.policy.verification.sandbox
    place = Target(sandbox.account or subject.target.account, sandbox.region or subject.target.region)
    if place != subject.target and sandbox.vault is None:
        key = "account" if sandbox.account and sandbox.account != subject.target.account else "region"
        message = f"restores in {place} are made from copies: name an unlocked vault there, e.g. vault: sandbox"
        yield Violation((*_PATH, key), message)


@numbered("B902", CROSS_REGION)
def sandbox_region_is_known(subject: Subject) -> Iterator[Violation]:
    region = subject.policy.verification.sandbox.region
    if region is not None and region not in subject.catalog.regions:
        message = (
            f"'{region}' is not a region that this release knows; if it is new, name it in BACKUP_APPS_EXTRA_REGIONS"
        )
        yield Violation((*_PATH, "region"), message)


@numbered("B903", CROSS_REGION)
def sandbox_stays_in_partition(subject: Subject) -> Iterator[Violation]:
    region, here = subject.policy.verification.sandbox.region, partition_of(subject.target.region)
    if region is not None and partition_of(region) != here:
        message = f"AWS Backup copies within a partition: what is backed up in '{here}' can't be restored in '{region}'"
        yield Violation((*_PATH, "region"), message)


@numbered("B904", "https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html")
def group_names_each_resource(subject: Subject) -> Iterator[Violation]:
    """Its order is that of the restores, so each is one resource."""
    for index, arn in enumerate(subject.policy.verification.group.resources):
        if "*" in arn:
            message = f"a group restores one resource after the other: write out each ARN instead of '{arn}'"
            yield Violation(("verification", "group", "resources", index), message)


VERIFICATION = (
    sandbox_elsewhere_has_a_vault,
    sandbox_region_is_known,
    sandbox_stays_in_partition,
    group_names_each_resource,
)
