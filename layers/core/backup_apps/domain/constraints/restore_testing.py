"""Restores that AWS Backup tests itself, by `engine: aws`: what it needs to be told, and what it can't do."""

from collections.abc import Iterator

from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.desired import Target
from backup_apps.domain.places import Path
from backup_apps.domain.restore_testing import DATABASES, is_tested, overridden, tested_types

RESTORE_TESTING = "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html"
METADATA = "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html"

_ENGINE: Path = ("verification", "engine")
_SANDBOX: Path = ("verification", "sandbox")
_TYPES: Path = ("verification", "types")
_OF_CLUSTERS = ("dbSubnetGroupName", "engine", "engineVersion", "kmsKeyId", "vpcSecurityGroupIds")
_OVERRIDABLE = {
    **dict.fromkeys(("Aurora", "DocumentDB", "Neptune"), _OF_CLUSTERS),
    "DynamoDB": ("encryptionType", "kmsMasterKeyArn"),
    "EBS": ("availabilityZone", "iops", "kmsKeyId", "throughput", "volumeSize", "volumeType"),
    "EC2": ("iamInstanceProfileName", "instanceType", "requireImdsV2", "securityGroupIds", "subnetId"),
    "EFS": ("kmsKeyId",),
    "RDS": ("dbInstanceClass", "dbSubnetGroupName", "kmsKeyId", "vpcSecurityGroupIds"),
    "S3": ("encryptionType", "kmsKey"),
}
"""What may take the place of what AWS infers. Of FSx AWS infers little, and its pages name no closed list."""
_NETWORK = {
    **dict.fromkeys(DATABASES, ("dbSubnetGroupName", "vpcSecurityGroupIds")),
    "EC2": ("securityGroupIds", "subnetId"),
    "FSx": ("securityGroupIds", "subnetIds"),
}
"""Without them AWS restores into the default network."""


@numbered("B905", RESTORE_TESTING)
def tests_have_a_schedule(subject: Subject) -> Iterator[Violation]:
    if is_tested(subject.policy) and subject.policy.verification.schedule is None:
        yield Violation(_ENGINE, "a restore testing plan runs by a schedule: write verification.schedule")


@numbered("B906", RESTORE_TESTING)
def tests_know_their_types(subject: Subject) -> Iterator[Violation]:
    """A selection is of one type, and what a tag selects is of any."""
    if is_tested(subject.policy) and not tested_types(subject.policy):
        message = (
            "AWS tests restores type by type, and what this app selects does not say of which types it is: write them "
            "out, e.g. types: {DynamoDB: {}, EBS: {}}"
        )
        yield Violation(_ENGINE, message)


@numbered("B907", RESTORE_TESTING)
def tests_restore_in_place(subject: Subject) -> Iterator[Violation]:
    sandbox = subject.policy.verification.sandbox
    place = Target(sandbox.account or subject.target.account, sandbox.region or subject.target.region)
    if is_tested(subject.policy) and place != subject.target:
        key = "account" if place.account != subject.target.account else "region"
        message = (
            "AWS tests a restore where its recovery point is: remove it, or write engine: sandbox to restore elsewhere"
        )
        yield Violation((*_SANDBOX, key), message)


@numbered("B908", RESTORE_TESTING)
def tests_are_each_for_themselves(subject: Subject) -> Iterator[Violation]:
    said = subject.policy.verification
    ours = (
        (bool(said.group.resources), ("group",), "restores each resource by itself"),
        (said.max_bytes is not None, ("maxBytes",), "restores a backup however large it is"),
        (
            said.checks.hook is not None,
            ("checks", "hook"),
            "restores under names that no hook of yours may be asked of",
        ),
    )
    for is_written, path, does in ours if is_tested(subject.policy) else ():
        if is_written:
            yield Violation(("verification", *path), f"AWS {does}: remove it, or write engine: sandbox")


@numbered("B909", METADATA)
def overrides_are_known(subject: Subject) -> Iterator[Violation]:
    """AWS reads the keys whatever their case."""
    for type_, written in sorted(subject.policy.verification.types.items()):
        known = _OVERRIDABLE.get(type_, tuple(written))
        for key in sorted(written):
            if key.lower() not in {one.lower() for one in known}:
                message = f"AWS lets nobody override '{key}' when it tests a restore of {type_}; {', '.join(known)}"
                yield Violation((*_TYPES, type_, key), message)


@numbered("B910", METADATA)
def tests_have_a_network(subject: Subject) -> Iterator[Violation]:
    said = subject.policy.verification
    for type_ in tested_types(subject.policy) if is_tested(subject.policy) else ():
        given = {key.lower() for key in overridden(type_, said.sandbox, said.types.get(type_, {}))}
        missing = [key for key in _NETWORK.get(type_, ()) if key.lower() not in given]
        if missing:
            sandbox = ", or sandbox.subnetGroup and sandbox.securityGroups" if type_ in DATABASES else ""
            message = (
                f"AWS restores {type_} into the default network unless it is told another: write "
                f"{' and '.join(missing)} in verification.types.{type_}{sandbox}"
            )
            yield Violation((*_TYPES, type_) if type_ in said.types else _ENGINE, message)


TESTS = (
    tests_have_a_schedule,
    tests_know_their_types,
    tests_restore_in_place,
    tests_are_each_for_themselves,
    overrides_are_known,
    tests_have_a_network,
)


@numbered("L107", RESTORE_TESTING)
def types_without_tests(subject: Subject) -> Iterator[Violation]:
    if subject.policy.verification.types and not is_tested(subject.policy):
        yield Violation(_TYPES, "only AWS tests restores by these types: write engine: aws, or remove them")
