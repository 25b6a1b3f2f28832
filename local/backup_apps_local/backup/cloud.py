"""Resources with contents, in memory: for tests, and for stories that need no other AWS service."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from backup_apps_local.backup.data_plane import DataPlaneError, Restore, Snapshot
from backup_apps_local.backup.resource_types import TYPES, type_of
from backup_apps_local.backup.resources import Resource

Contents = Mapping[str, bytes]
"""Objects of a bucket, items of a table, files, blocks: bytes by name."""

_NEW_ARNS = {
    "Aurora": "arn:aws:rds:{region}:{account}:cluster:{name}",
    "DynamoDB": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "EBS": "arn:aws:ec2:{region}:{account}:volume/{name}",
    "EC2": "arn:aws:ec2:{region}:{account}:instance/{name}",
    "EFS": "arn:aws:elasticfilesystem:{region}:{account}:file-system/{name}",
    "RDS": "arn:aws:rds:{region}:{account}:db:{name}",
    "S3": "arn:aws:s3:::{name}",
}


@dataclass(frozen=True)
class _Kept:
    account: str
    region: str
    resource: Resource
    contents: Contents

    def saved(self) -> dict[str, Any]:
        contents = {name: base64.b64encode(body).decode() for name, body in self.contents.items()}
        return {**asdict(self), "contents": contents}

    @staticmethod
    def of(saved: Mapping[str, Any]) -> "_Kept":
        contents = {name: base64.b64decode(text) for name, text in saved["contents"].items()}
        return _Kept(saved["account"], saved["region"], Resource(**saved["resource"]), contents)


class InMemoryCloud:
    """Both `Resources` and `DataPlane`."""

    def __init__(self) -> None:
        self._places: dict[str, dict[str, _Kept]] = {}
        self._snapshots: dict[str, _Kept] = {}
        self._made = 0

    def add(
        self,
        account: str,
        region: str,
        arn: str,
        contents: Contents | None = None,
        *,
        tags: Mapping[str, str] | None = None,
        key_arn: str | None = None,
        type: str | None = None,
        name: str | None = None,
        restore_metadata: Mapping[str, str] | None = None,
    ) -> Resource:
        """The type is read from the ARN where it is not given. Raises ValueError for an ARN of no type."""
        kind = TYPES[type] if type else type_of(arn)
        if kind is None:
            raise ValueError(f"{arn} is nothing that AWS Backup backs up")
        resource = Resource(arn, kind.name, dict(tags or {}), name, key_arn, dict(restore_metadata or {}))
        self._place(account, region)[arn] = _Kept(account, region, resource, dict(contents or {}))
        return resource

    def remove(self, account: str, region: str, arn: str) -> None:
        del self._place(account, region)[arn]

    def contents(self, account: str, region: str, arn: str) -> dict[str, bytes]:
        return dict(self._place(account, region)[arn].contents)

    def write(self, account: str, region: str, arn: str, contents: Contents) -> None:
        kept = self._place(account, region)[arn]
        self._place(account, region)[arn] = replace(kept, contents=dict(contents))

    @property
    def snapshots_kept(self) -> int:
        return len(self._snapshots)

    def in_region(self, account: str, region: str) -> Iterable[Resource]:
        return [kept.resource for kept in self._place(account, region).values()]

    def find(self, account: str, region: str, arn: str) -> Resource | None:
        kept = self._place(account, region).get(arn)
        return kept.resource if kept else None

    def snapshot(self, account: str, region: str, resource: Resource) -> Snapshot:
        kept = self._place(account, region)[resource.arn]
        return Snapshot(self._keep(kept), sum(map(len, kept.contents.values())))

    def copy(self, handle: str, account: str, region: str, key_arn: str) -> str:
        return self._keep(self._snapshot(handle))

    def restore(self, restore: Restore) -> str:
        """Into a new resource, or, a bucket, into one that is there."""
        kept = self._snapshot(restore.handle)
        arn = self._arn(restore)
        place = self._place(restore.account, restore.region)
        if arn in place and restore.type != "S3":
            raise DataPlaneError(f"{arn} already exists")
        key = restore.metadata.get(TYPES[restore.type].key)
        tags = dict(restore.tags)
        made = replace(kept.resource, arn=arn, name=None, tags=tags, key_arn=key or kept.resource.key_arn)
        before = place[arn].contents if arn in place else {}
        contents = {} if restore.is_empty else {**before, **kept.contents}
        place[arn] = _Kept(restore.account, restore.region, made, contents)
        return arn

    def discard(self, handle: str) -> None:
        self._snapshots.pop(handle, None)

    def delete_resource(self, account: str, region: str, arn: str) -> None:
        self.remove(account, region, arn)

    def save(self, handles: Iterable[str]) -> Any:
        """The resources come along: here they are nobody else's."""
        resources = [kept.saved() for place in self._places.values() for kept in place.values()]
        snapshots = {handle: self._snapshot(handle).saved() for handle in handles}
        return {"resources": resources, "snapshots": snapshots, "made": self._made}

    def load(self, saved: Any) -> None:
        self._places, self._made = {}, saved["made"]
        for each in map(_Kept.of, saved["resources"]):
            self._place(each.account, each.region)[each.resource.arn] = each
        self._snapshots |= {handle: _Kept.of(each) for handle, each in saved["snapshots"].items()}

    def _arn(self, restore: Restore) -> str:
        pattern = _NEW_ARNS.get(restore.type)
        if pattern is None:
            raise DataPlaneError(f"Restoring {restore.type} is not possible here")
        needs = TYPES[restore.type].needs
        self._made += 1
        name = restore.metadata[needs[0]] if needs and restore.type not in ("EBS", "EFS") else f"restored-{self._made}"
        return pattern.format(region=restore.region, account=restore.account, name=name)

    def _keep(self, kept: _Kept) -> str:
        self._made += 1
        self._snapshots[str(self._made)] = kept
        return str(self._made)

    def _snapshot(self, handle: str) -> _Kept:
        if handle not in self._snapshots:
            raise DataPlaneError(f"Snapshot {handle} does not exist")
        return self._snapshots[handle]

    def _place(self, account: str, region: str) -> dict[str, _Kept]:
        return self._places.setdefault(f"{account}/{region}", {})
