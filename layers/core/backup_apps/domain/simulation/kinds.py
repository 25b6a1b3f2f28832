"""What AWS Backup can do with each type of resource, as far as it decides when recovery points come, cool and go.

https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
"""

from functools import lru_cache
from typing import NamedTuple


class Kind(NamedTuple):
    """`has_archive` is cold storage that a rule opts into; `is_opted_in` is what a region has before anyone
    changed it. Of what is incremental, only the oldest recovery point of a vault takes as much space as its resource.
    What `needs_opt_in` has to be opted into even where an ARN names it:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-supported-services.html

    Types that are fully managed are encrypted by the key of their vault, others by that of their resource. ARNs name a
    service, and begin with one of `prefixes` after account and region; without any, no ARN is surely of the type.
    """

    name: str
    service: str
    prefixes: tuple[str, ...] = ()
    has_cold_storage: bool = False
    has_archive: bool = False
    is_fully_managed: bool = False
    is_continuous: bool = False
    is_opted_in: bool = False
    is_incremental: bool = True
    needs_opt_in: bool = False


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("Aurora", "rds", ("cluster:",), is_continuous=True, is_opted_in=True, needs_opt_in=True),
        Kind("CloudFormation", "cloudformation", ("stack/",), is_fully_managed=True),
        Kind("DSQL", "dsql", ("cluster/",), is_fully_managed=True),
        Kind("DocumentDB", "rds", needs_opt_in=True),
        Kind("DynamoDB", "dynamodb", ("table/",), has_cold_storage=True, is_opted_in=True, is_incremental=False),
        Kind("EBS", "ec2", ("volume/",), has_archive=True, is_opted_in=True),
        Kind("EC2", "ec2", ("instance/",), is_opted_in=True),
        Kind(
            "EFS",
            "elasticfilesystem",
            ("file-system/",),
            has_cold_storage=True,
            is_fully_managed=True,
            is_opted_in=True,
        ),
        Kind("EKS", "eks", ("cluster/",), is_fully_managed=True),
        Kind("FSx", "fsx", ("file-system/", "volume/"), is_opted_in=True),
        Kind("Neptune", "rds", needs_opt_in=True),
        Kind("RDS", "rds", ("db:",), is_continuous=True, is_opted_in=True),
        Kind("Redshift", "redshift", ("cluster:",)),
        Kind("Redshift Serverless", "redshift-serverless", ("namespace/",)),
        Kind("S3", "s3", ("",), is_fully_managed=True, is_continuous=True),
        Kind(
            "SAP HANA on Amazon EC2",
            "ssm-sap",
            ("HANA/",),
            has_cold_storage=True,
            is_fully_managed=True,
            is_continuous=True,
        ),
        Kind("Storage Gateway", "storagegateway", ("gateway/",), is_opted_in=True),
        Kind("Timestream", "timestream", ("database/",), has_cold_storage=True, is_fully_managed=True),
        Kind(
            "VirtualMachine",
            "backup-gateway",
            ("vm/",),
            has_cold_storage=True,
            is_fully_managed=True,
            is_opted_in=True,
        ),
    )
}

MANAGEMENT_DEFAULTS = {"CloudFormation": True, "DSQL": True, "DynamoDB": True, "EFS": False}
"""Full management, where a region can set it, before anyone did; DynamoDB's is its advanced features.
https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html"""


@lru_cache(maxsize=4096)
def kind_of(arn: str) -> Kind | None:
    """The type that an ARN, or a pattern of ARNs, is surely of; None where it may be several, or none.

    Clusters of DocumentDB and Neptune have ARNs as Aurora has them: whoever has such says so in the inventory.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    fits = (
        kind for kind in KINDS.values() if kind.service == parts[2] and parts[5].startswith(kind.prefixes or ("\0",))
    )
    return next(fits, None)
