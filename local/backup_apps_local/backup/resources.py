"""What there is to back up: the resources of an account in a region, as AWS Backup finds them.

The service owns none of them; who runs it says where they are. `cloud.InMemoryCloud` keeps them in memory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Resource:
    """`type` as AWS Backup names it (`EBS`, `DynamoDB`); `key_arn` is None where it is not encrypted by a KMS key.

    `restore_metadata` is its configuration, as GetRecoveryPointRestoreMetadata tells it later.
    """

    arn: str
    type: str
    tags: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    key_arn: str | None = None
    restore_metadata: Mapping[str, str] = field(default_factory=dict)


class Resources(Protocol):
    def in_region(self, account: str, region: str) -> Iterable[Resource]:
        """All of them, in a stable order."""

    def find(self, account: str, region: str, arn: str) -> Resource | None:
        """None where the account has no such resource in the region."""


class NoResources:
    """An account that has nothing to back up."""

    def in_region(self, account: str, region: str) -> Iterable[Resource]:
        return ()

    def find(self, account: str, region: str, arn: str) -> Resource | None:
        return None
