"""What is known of a resource, the same of the source when it was backed up and of what was restored from it."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.normal_form import fingerprint

SAMPLED = 50
"""Objects or items whose content is compared, of each resource."""


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    key: str | None = None
    """The ARN of the KMS key; None where AWS owns the key, or where nothing is encrypted."""


class _Encrypted(_Known):
    encrypted: bool


class Bucket(_Known):
    """Current versions of objects. `sample` has the SHA-256 of contents by object key; `canary` says whether the
    object that policy names is there, None if it names none."""

    type: Literal["S3"] = "S3"
    objects: int
    bytes: int
    sample: Mapping[str, str] = Field(default_factory=dict)
    canary: bool | None = None


class Table(_Known):
    """Items as a scan counts them. `sample` has the SHA-256 of items by their primary key."""

    type: Literal["DynamoDB"] = "DynamoDB"
    status: str
    key_schema: tuple[str, ...]
    """`id HASH`, in order."""
    indexes: Mapping[str, str]
    """What each index is over, by its name."""
    items: int
    sample: Mapping[str, str] = Field(default_factory=dict)
    canary: bool | None = None


class Volume(_Encrypted):
    """An EBS volume; its size in GiB."""

    type: Literal["EBS"] = "EBS"
    state: str
    size: int


class Database(_Encrypted):
    """An instance of RDS or a cluster of Aurora; its storage in GiB, 0 where AWS allocates it."""

    type: Literal["RDS", "Aurora"]
    status: str
    engine: str
    storage: int
    subnet_group: str | None = None
    is_public: bool = False


class Instance(_Encrypted):
    """An instance of EC2. `passes` is None while its status checks are still running."""

    type: Literal["EC2"] = "EC2"
    state: str
    passes: bool | None
    volumes: int


class FileSystem(_Encrypted):
    """A file system of EFS; its metered size in bytes."""

    type: Literal["EFS"] = "EFS"
    state: str
    bytes: int


Facts = Annotated[Bucket | Table | Volume | Database | Instance | FileSystem, Field(discriminator="type")]


class Taken(BaseModel):
    """What the source of a backup job was at a time: once when the job began, once when it was done."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    resource: str
    job: str
    at: str
    """ISO 8601 in UTC."""
    facts: Facts


class Manifest(NamedTuple):
    """What the source was when its recovery point was made."""

    facts: Facts
    """When it was done."""
    begun: Facts | None
    """When the backup began; None where nobody heard of the beginning."""

    @property
    def settled(self) -> bool:
        """It was the same at both ends. Otherwise a difference proves nothing."""
        return self.begun == self.facts


def manifest(begun: Taken | None, done: Taken) -> Manifest:
    return Manifest(done.facts, begun.facts if begun else None)


def manifest_key(account: str, region: str, point: str) -> str:
    """Where in the state bucket it lies what the source was when a recovery point was done, by the ARN of the point."""
    return f"manifests/{account}-{region}/{fingerprint(point, 32)}.json"


def begun_key(account: str, region: str, job: str) -> str:
    """Where it lies what the source was when a backup job began."""
    return f"manifests/{account}-{region}/begun/{job}.json"
