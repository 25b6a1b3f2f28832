"""What AWS Backup can do with each type of resource, and what it is called.

Cold storage, full management and continuous backups follow the table "Feature availability by resource":
https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html. Restore metadata follow
https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html and
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

RESTORE_TEST = "awsbackup-restore-test"
"""Prefix of names, and tag, of what a restore test creates."""


@dataclass(frozen=True)
class ResourceType:
    """`point` is the ARN of its recovery points, of `{region}`, `{account}`, the `{resource}` and a drawn `{id}`,
    `{short}` or `{dated}`: https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html lists them.

    `needs` are the restore metadata that a restore cannot do without, beyond those that the backup knows. `key` is the
    one that names the key of what is restored. `inferred` are the metadata of a restore test, `{name}` a name for it.
    """

    name: str
    arn: re.Pattern[str]
    point: str = "arn:aws:backup:{region}:{account}:recovery-point:{id}"
    has_cold_storage: bool = False
    has_archive: bool = False
    is_fully_managed: bool = False
    is_continuous: bool = False
    can_stop: bool = True
    needs: tuple[str, ...] = ()
    key: str = "kmsKeyId"
    inferred: Mapping[str, str] = field(default_factory=dict)
    overridable: frozenset[str] = frozenset()


def _type(name: str, arn: str, **features: object) -> ResourceType:
    return ResourceType(name, re.compile(arn), **features)  # type: ignore[arg-type]


_EC2 = "arn:aws:ec2:{region}::"
_RDS = "arn:aws:rds:{region}:{account}:"
_CLUSTER: dict[str, object] = {
    "point": _RDS + "cluster-snapshot:awsbackup:job-{id}",
    "can_stop": False,
    "needs": ("DBClusterIdentifier",),
    "key": "KmsKeyId",
    "inferred": {"DBClusterIdentifier": "{name}"},
    "overridable": frozenset({"DBSubnetGroupName", "VpcSecurityGroupIds", "KmsKeyId", "Engine", "EngineVersion"}),
}

TYPES: dict[str, ResourceType] = {
    each.name: each
    for each in (
        _type("Aurora", r"arn:[\w-]+:rds:[\w-]+:\d{12}:cluster:.+", is_continuous=True, **_CLUSTER),
        _type("CloudFormation", r"arn:[\w-]+:cloudformation:[\w-]+:\d{12}:stack/.+", is_fully_managed=True),
        _type("DSQL", r"arn:[\w-]+:dsql:[\w-]+:\d{12}:cluster/.+", is_fully_managed=True),
        _type("DocumentDB", r"(?!)", **_CLUSTER),
        _type(
            "DynamoDB",
            r"arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table/.+",
            point="{resource}/backup/{dated}",
            has_cold_storage=True,
            needs=("targetTableName",),
            key="kmsMasterKeyArn",
            inferred={"targetTableName": "{name}", "encryptionType": "Default", "deletionProtection": "false"},
            overridable=frozenset({"encryptionType", "kmsMasterKeyArn"}),
        ),
        _type(
            "EBS",
            r"arn:[\w-]+:ec2:[\w-]+:\d{12}:volume/.+",
            point=_EC2 + "snapshot/snap-{short}",
            has_archive=True,
            needs=("availabilityZone",),
            inferred={"availabilityZone": "{region}a", "encrypted": "true"},
            overridable=frozenset({"availabilityZone", "iops", "kmsKeyId", "throughput", "volumeSize", "volumeType"}),
        ),
        _type(
            "EC2",
            r"arn:[\w-]+:ec2:[\w-]+:\d{12}:instance/.+",
            point=_EC2 + "image/ami-{short}",
            inferred={"disableApiTermination": "false", "requireImdsV2": "true"},
            overridable=frozenset(
                {"iamInstanceProfileName", "instanceType", "requireImdsV2", "securityGroupIds", "subnetId"}
            ),
        ),
        _type(
            "EFS",
            r"arn:[\w-]+:elasticfilesystem:[\w-]+:\d{12}:file-system/.+",
            has_cold_storage=True,
            is_fully_managed=True,
            needs=("file-system-id", "newFileSystem"),
            key="kmsKeyId",
            inferred={"newFileSystem": "true", "encrypted": "true", "kmsKeyId": "alias/aws/elasticfilesystem"},
            overridable=frozenset({"kmsKeyId"}),
        ),
        _type("EKS", r"arn:[\w-]+:eks:[\w-]+:\d{12}:cluster/.+", is_fully_managed=True),
        _type(
            "FSx",
            r"arn:[\w-]+:fsx:[\w-]+:\d{12}:(file-system|volume)/.+",
            point="arn:aws:fsx:{region}:{account}:backup/backup-{short}",
            can_stop=False,
        ),
        _type("Neptune", r"(?!)", **_CLUSTER),
        _type(
            "RDS",
            r"arn:[\w-]+:rds:[\w-]+:\d{12}:db:.+",
            point=_RDS + "snapshot:awsbackup:job-{id}",
            is_continuous=True,
            can_stop=False,
            needs=("DBInstanceIdentifier",),
            key="KmsKeyId",
            inferred={"DBInstanceIdentifier": "{name}"},
            overridable=frozenset({"DBSubnetGroupName", "DBInstanceClass", "VpcSecurityGroupIds", "KmsKeyId"}),
        ),
        _type("Redshift", r"arn:[\w-]+:redshift:[\w-]+:\d{12}:cluster:.+"),
        _type("Redshift Serverless", r"arn:[\w-]+:redshift-serverless:[\w-]+:\d{12}:namespace/.+"),
        _type(
            "S3",
            r"arn:[\w-]+:s3:::[^/]+",
            is_fully_managed=True,
            is_continuous=True,
            needs=("DestinationBucketName",),
            key="KMSKey",
            inferred={"DestinationBucketName": "{name}", "NewBucket": "true", "RestoreACLs": "false"},
            overridable=frozenset({"EncryptionType", "KMSKey"}),
        ),
        _type(
            "SAP HANA on Amazon EC2",
            r"arn:[\w-]+:ssm-sap:[\w-]+:\d{12}:HANA/.+",
            has_cold_storage=True,
            is_fully_managed=True,
            is_continuous=True,
            can_stop=False,
        ),
        _type(
            "Storage Gateway",
            r"arn:[\w-]+:storagegateway:[\w-]+:\d{12}:gateway/.+",
            point=_EC2 + "snapshot/snap-{short}",
        ),
        _type(
            "Timestream",
            r"arn:[\w-]+:timestream:[\w-]+:\d{12}:database/.+",
            has_cold_storage=True,
            is_fully_managed=True,
        ),
        _type(
            "VirtualMachine",
            r"arn:[\w-]+:backup-gateway:[\w-]+:\d{12}:vm/.+",
            has_cold_storage=True,
            is_fully_managed=True,
        ),
    )
}
"""By the name that AWS Backup gives them. DocumentDB and Neptune clusters have ARNs as Aurora has them, so only who
keeps the resource can tell them apart."""

RESTORE_TESTED = ("Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3")


def type_of(arn: str) -> ResourceType | None:
    """None for what AWS Backup does not back up."""
    return next((each for each in TYPES.values() if each.arn.fullmatch(arn)), None)
