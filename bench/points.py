"""Time and memory of a sweep through a vault of recovery points: `python -m bench.points COUNT` prints them as JSON.

Pages come as AWS Backup sends them and are parsed by botocore. Of a thousand points, two are kept shorter than their
rule said and one is of a plan that is gone, so that more drifted than are told.
"""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.awsrequest import AWSResponse

sys.path.append(str(Path(__file__).parents[1] / "tests" / "unit"))

from backup_apps.adapters.recovery_points import recovery_points
from backup_apps.domain.drift.live_points import MadeBy
from backup_apps.domain.drift.orphans import Orphans
from backup_apps.domain.drift.recovery_points import Held, point_drift
from bench.language import peak_megabytes
from sync.targets import ACCOUNT, KEY, REGION, plan, target, vault

PAGE = 1000
KEPT = {"DeleteAfterDays": 35}
DESIRED = target(vault(), plan())
PLAN, RULE = "plan-1", "rule-1"


class Page(NamedTuple):
    """A body that is there at once."""

    body: bytes

    def stream(self) -> tuple[bytes]:
        return (self.body,)


class Vault:
    """What AWS Backup answers of it, page after page."""

    def __init__(self, count: int) -> None:
        self._count, self._sent = count, 0

    def answer(self, **_: Any) -> AWSResponse:
        first, self._sent = self._sent, min(self._sent + PAGE, self._count)
        page: dict[str, Any] = {"RecoveryPoints": [_point(number) for number in range(first, self._sent)]}
        more = {"NextToken": str(self._sent)} if self._sent < self._count else {}
        headers = {"content-type": "application/json"}
        return AWSResponse("", 200, headers, Page(json.dumps(page | more).encode()))


def _point(number: int) -> dict[str, Any]:
    is_gone, is_short = number % PAGE == 1, number % PAGE in (2, 3)
    return {
        "RecoveryPointArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:{number:032x}",
        "BackupVaultName": "primary",
        "ResourceArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders-{number % 997}",
        "ResourceType": "DynamoDB",
        "CreatedBy": {
            "BackupPlanId": "plan-0" if is_gone else PLAN,
            "BackupPlanVersion": f"version-{number % 20}",
            "BackupRuleId": RULE,
        },
        "Status": "COMPLETED",
        "CreationDate": 1767225600 + number,
        "CompletionDate": 1767229200 + number,
        "BackupSizeInBytes": 1 << 30,
        "Lifecycle": {"DeleteAfterDays": 7} if is_short else KEPT,
        "EncryptionKeyArn": KEY,
        "IsEncrypted": True,
    }


def rules(plan_id: str, version: str) -> Mapping[str, MadeBy]:
    return {RULE: MadeBy("shop-daily", "nightly", KEPT)} if plan_id == PLAN else {}


def main(count: int) -> None:
    backup = boto3.client("backup", REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    backup.meta.events.register("before-send.backup.ListRecoveryPointsByBackupVault", Vault(count).answer)
    held = Held(rules, DESIRED, {PLAN: "shop-daily"}, {"primary"})
    orphans = Orphans(held)
    start = time.perf_counter()
    drifts = point_drift(orphans.watching(recovery_points(backup, "primary")), held)
    (orphaned,) = orphans.drift()
    seconds = time.perf_counter() - start
    found = {"drifts": len(drifts), "orphaned": orphaned.live["recoveryPoints"]}
    print(json.dumps({"points": count, "seconds": seconds, "peak_megabytes": peak_megabytes(), **found}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
