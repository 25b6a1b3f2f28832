"""Resources by their tags: the tagging API knows those that have or had one.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.drift.tagged import Tagged
from backup_apps.domain.handling import Sought
from backup_apps.domain.patterns import EVERYTHING, is_sought
from backup_apps.ports.members import FoundResources

_COVERED = {
    "CloudFormation": "cloudformation:stack",
    "DSQL": "dsql:cluster",
    "DynamoDB": "dynamodb:table",
    "EBS": "ec2:volume",
    "EC2": "ec2:instance",
    "EFS": "elasticfilesystem:file-system",
    "EKS": "eks:cluster",
    "FSx": "fsx:file-system",
    "Redshift": "redshift:cluster",
    "S3": "s3",
    "Timestream": "timestream:database",
}
"""Filters of types that AWS Backup can be asked to cover whole."""
_TYPES = [
    "backup-gateway:vm",
    "cloudformation:stack",
    "dsql:cluster",
    "dynamodb:table",
    "ec2:instance",
    "ec2:volume",
    "eks:cluster",
    "elasticfilesystem:file-system",
    "fsx:file-system",
    "fsx:volume",
    "rds:cluster",
    "rds:db",
    "redshift-serverless:namespace",
    "redshift:cluster",
    "s3",
    "ssm-sap:HANA",
    "storagegateway:gateway",
    "timestream:database",
]
"""What AWS Backup backs up: https://docs.aws.amazon.com/aws-backup/latest/devguide/whatisbackup.html"""
_PAGE = 100
_PAGES = 10


@translated()
def tagged_resources(tagging: Any, sought: Sought, most: int) -> FoundResources:
    """Resources of the region that are sought, `most` of them; no more than a thousand are looked at."""
    found: list[str] = []
    for number, page in enumerate(_pages(tagging, sought), start=1):
        found += [arn for arn, tags in page if is_sought(sought, arn, tags)]
        if len(found) > most or number == _PAGES:
            return FoundResources(tuple(sorted(found)[:most]), True)
    return FoundResources(tuple(sorted(found)), False)


@translated()
def tagged_among(tagging: Any, arns: Collection[str]) -> frozenset[str]:
    """Those of the resources that the API knows: they are there, or were until lately."""
    listed = sorted(arns)
    batches = (listed[at : at + _PAGE] for at in range(0, len(listed), _PAGE))
    return frozenset(
        one["ResourceARN"]
        for batch in batches
        for one in tagging.get_resources(ResourceARNList=batch)["ResourceTagMappingList"]
    )


def resources_of(tagging: Any, kinds: Sequence[str]) -> Iterator[Tagged]:
    """All of these types, page after page: one is in memory at a time."""
    for kind in kinds:
        pages = tagging.get_paginator("get_resources")
        asked = {"ResourceTypeFilters": [_COVERED[kind]], "PaginationConfig": {"PageSize": _PAGE}}
        with translated():
            for page in pages.paginate(**asked):
                yield from (Tagged(kind, arn, tags) for arn, tags in _resources(page))


def _pages(tagging: Any, sought: Sought) -> Iterator[list[tuple[str, dict[str, str]]]]:
    """Each with ARNs and tags, narrowed down as far as the API can."""
    types = _TYPES if sought.pattern == EVERYTHING else [sought.pattern.split(":")[2]]
    tags = [{"Key": key, "Values": [value]} for operator, key, value in sought.conditions if operator == "equals"]
    asked = {"ResourceTypeFilters": types, "TagFilters": tags}
    for page in tagging.get_paginator("get_resources").paginate(**asked, PaginationConfig={"PageSize": _PAGE}):
        yield list(_resources(page))


def _resources(page: Any) -> Iterator[tuple[str, dict[str, str]]]:
    for one in page["ResourceTagMappingList"]:
        yield one["ResourceARN"], {tag["Key"]: tag["Value"] for tag in one["Tags"]}
