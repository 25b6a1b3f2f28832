"""Bundles of one app, written in a test: small, so that a step of theirs takes a second."""

import io
import itertools
import json
import time
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

_VERSIONS = (f"{time.strftime('%H%M%S')}-{number:03}" for number in itertools.count(1))


def new_version() -> str:
    """Used once, and greater than those before: a version is written once, and commits of one second are in the order
    of their names."""
    return next(_VERSIONS)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """The archive of these files, whatever their names and contents are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def written(name: str, spec: Mapping[str, Any]) -> bytes:
    """The archive of a bundle whose root is its only app. JSON is YAML."""
    return zipped({"app.yaml": _document(name, spec)})


def _document(name: str, spec: Mapping[str, Any]) -> str:
    document = {"apiVersion": "backup-apps/v1", "kind": "BackupApp", "metadata": {"name": name}, "spec": spec}
    return json.dumps(document, indent=2)


def small_spec(name: str, accounts: tuple[str, ...] = MEMBER_ACCOUNTS[:1], delete: str = "35d") -> dict[str, Any]:
    """A vault with a customer's key, a plan, a selection, in the home region."""
    rule = {"vault": "main", "schedule": "cron(0 3 * * ? *)", "retention": {"delete": delete}}
    selection = {"resources": [f"arn:aws:dynamodb:*:*:table/{name}-*"]}
    return {
        "targets": {"accounts": list(accounts), "regions": [HOME_REGION]},
        "policy": {
            "role": "arn:aws:iam::${account}:role/acme-backup",
            "vaults": {"main": {"name": name, "kmsKey": "arn:aws:kms:${region}:${account}:alias/acme-backup"}},
            "plans": {"daily": {"rules": {"nightly": rule}, "selections": {"tables": selection}}},
        },
    }


def opens_in(soon: timedelta) -> tuple[datetime, dict[str, str]]:
    """A window that opens each day, from the minute on that it is so long from now; and when it does so first."""
    opens = (datetime.now(UTC) + soon).replace(second=0, microsecond=0)
    return opens, {"schedule": f"cron({opens.minute} {opens.hour} * * ? *)", "duration": "1h"}


def canary_and_window(name: str, canary: str, other: str, window: Mapping[str, str]) -> bytes:
    """Two leaves, each in one account: the target of one is its canary, that of the other waits for a window."""
    asked = {"first": (canary, {"canary": {"bake": "1m"}}), "later": (other, {"windows": [window]})}
    files = {"app.yaml": _document(name, small_spec(name) | {"children": ["apps/*.yaml"]})}
    for leaf, (account, sync) in asked.items():
        spec = {"targets": {"accounts": {"@@assign": [account]}}, "sync": sync}
        files[f"apps/{leaf}.yaml"] = _document(leaf, spec)
    return zipped(files)


def full_spec(name: str, accounts: tuple[str, ...] = MEMBER_ACCOUNTS) -> dict[str, Any]:
    """Everything that a bundle can ask of AWS Backup so far: lock, access policy, notifications, tags, cold storage,
    a copy, both forms of selections, advanced settings, opt-ins, restore testing."""
    spec = small_spec(name, accounts)
    spec["policy"]["vaults"]["main"] |= {
        "lock": {"mode": "governance", "min": "7d", "max": "7y"},
        "accessPolicy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "backup:DeleteRecoveryPoint",
                    "Resource": "*",
                }
            ],
        },
        "notifications": {
            "topic": "arn:aws:sns:${region}:${account}:backups",
            "events": ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"],
        },
        "tags": {"tier": "gold", "team": "data"},
    }
    daily = spec["policy"]["plans"]["daily"]
    daily["rules"]["monthly"] = {
        "vault": "main",
        "schedule": "cron(0 5 1 * ? *)",
        "timezone": "Europe/Dublin",
        "startWindow": "2h",
        "completeWindow": "12h",
        "retention": {"cold": "30d", "delete": "1y"},
        "tags": {"kept": "long"},
        "copies": {
            "elsewhere": {
                "to": {"region": "eu-central-1", "vault": "acme-eu-central-1", "external": True},
                "retention": {"delete": "180d"},
            }
        },
    }
    daily["selections"]["tagged"] = {"anyTag": {"backup": ["daily", "hourly"]}}
    daily["selections"]["volumes"] = {
        "resources": ["arn:aws:ec2:*:*:volume/*"],
        "exclude": ["arn:aws:ec2:*:*:volume/vol-0123456789abcdef0"],
        "allTags": {"equals": {"app": name}, "notLike": {"scratch": "yes-*"}},
    }
    daily["advanced"] = {"windowsVss": True, "s3": {"acls": True, "objectTags": False}}
    spec["policy"]["regionSettings"] = {"optIn": {"DynamoDB": True, "EFS": False}, "management": {"DynamoDB": True}}
    spec["policy"]["verification"] = {
        "engine": "aws",
        "schedule": "cron(0 6 1 1 ? *)",
        "types": {"DynamoDB": {}, "EBS": {}},
        "sandbox": {"kmsKey": "arn:aws:kms:${region}:${account}:alias/acme-backup"},
    }
    return spec
