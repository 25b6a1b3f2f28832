"""Which key a volume is encrypted with, which MiniStack forgets: the one that was asked for, or that of its snapshot,
and a snapshot has that of its volume.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
"""

import re
from typing import Any

from ministack.services import ec2

from backup_apps_local.ministack_joint.iam import Response

_KEY = "KmsKeyId"


class Volumes:
    def __init__(self) -> None:
        self._create_volume = ec2._ACTION_MAP["CreateVolume"]
        self._create_snapshot = ec2._ACTION_MAP["CreateSnapshot"]
        self._show_volume = ec2._volume_inner_xml
        self._show_snapshot = ec2._snapshot_inner_xml

    def install(self) -> None:
        ec2._ACTION_MAP["CreateVolume"] = self.create_volume
        ec2._ACTION_MAP["CreateSnapshot"] = self.create_snapshot
        ec2._volume_inner_xml = lambda volume: self._show_volume(volume) + _shown(volume)
        ec2._snapshot_inner_xml = lambda snapshot: self._show_snapshot(snapshot) + _shown(snapshot)

    def create_volume(self, parameters: Any) -> Response:
        answer: Response = self._create_volume(parameters)
        snapshot = ec2._snapshots.get(ec2._p(parameters, "SnapshotId"), {})
        key = ec2._p(parameters, _KEY) or snapshot.get(_KEY)
        if answer[0] != 200 or not key:
            return answer
        volume = ec2._volumes[_id(answer, "volumeId")]
        volume |= {_KEY: key, "Encrypted": True}
        response: Response = ec2._xml(200, "CreateVolumeResponse", ec2._volume_inner_xml(volume))
        return response

    def create_snapshot(self, parameters: Any) -> Response:
        answer: Response = self._create_snapshot(parameters)
        key = ec2._volumes.get(ec2._p(parameters, "VolumeId"), {}).get(_KEY)
        if answer[0] != 200 or not key:
            return answer
        snapshot = ec2._snapshots[_id(answer, "snapshotId")]
        snapshot[_KEY] = key
        response: Response = ec2._xml(200, "CreateSnapshotResponse", ec2._snapshot_inner_xml(snapshot))
        return response


def _shown(record: dict[str, Any]) -> str:
    return f"<kmsKeyId>{record[_KEY]}</kmsKeyId>" if _KEY in record else ""


def _id(answer: Response, element: str) -> str:
    found = re.search(rf"<{element}>(.+?)</{element}>", answer[2].decode())
    if found is None:
        raise LookupError(f"EC2 answered without {element}")
    return found[1]
