"""Bundles drawn at random for the virtual clock: every kind of rule that a valid bundle may have, and what it meets.

They are small, and near the edges: schedules around midnight, the last days of months, leap days and changes of clocks,
windows in which jobs wait for each other, retention about as long as the story.
"""

import json
import random
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.resolution import Resolution, resolve
from backup_apps.domain.simulation.resources import Resource
from sync.targets import BUNDLE

ACCOUNTS = ("111111111111", "222222222222")
REGIONS = ("eu-west-1", "us-east-1")
TARGETS = tuple(Target(account, region) for account in ACCOUNTS for region in REGIONS)
ZONES = ("Etc/UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca")
CATALOG = Catalog(timezones=frozenset(ZONES), zone_of=ZoneInfo, today=date(2027, 1, 1), at_plan_time=True)
EXTERNAL = "outside"
"""A vault in every target that no app declares."""
KEY = "arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

_TYPES = {
    "Aurora": "arn:aws:rds:{region}:{account}:cluster:{name}",
    "DynamoDB": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "EBS": "arn:aws:ec2:{region}:{account}:volume/{name}",
    "EFS": "arn:aws:elasticfilesystem:{region}:{account}:file-system/{name}",
    "RDS": "arn:aws:rds:{region}:{account}:db:{name}",
    "S3": "arn:aws:s3:::{name}",
    "Timestream": "arn:aws:timestream:{region}:{account}:database/{name}",
}
_PATTERNS = (
    "arn:aws:dynamodb:*:*:table/*",
    "arn:aws:ec2:*:*:volume/one*",
    "arn:aws:elasticfilesystem:*:*:file-system/*",
    "arn:aws:rds:*:*:db:*",
    "arn:aws:rds:*:*:cluster:*",
    "arn:aws:s3:::*",
    "arn:aws:timestream:*:*:database/*",
)
_MONTHLY = ("1 * ?", "15 * ?", "29 * ?", "31 * ?", "L * ?", "LW * ?", "? * FRI#2", "? * SUNL", "29 2 ?", "1 1,7 ?")
_OFTEN = ("* * ?", "* * ?", "*/2 * ?", "? * SUN", "? * MON-FRI", "1,15 * ?", "L-3 * ?")
_TIMES = ("0 3", "30 2", "30 1", "59 23", "55 23", "45 22", "0 0", "30 0", "5 5", "0 2,14", "15 0/6")

_POLICIES = (("Allow", "*"), ("Allow", ACCOUNTS[0]), ("Deny", "*"))


class Drawn(NamedTuple):
    """`before` is in force for `past` days, if there is one; then `after`."""

    before: DesiredState | None
    after: DesiredState
    resources: tuple[Resource, ...]
    first: date
    past: int


def draw(seed: int) -> Drawn:
    """Always the same of one seed. Every second has a bundle before it, of which the other is a variation."""
    rng = random.Random(seed)
    spec = _spec(rng)
    before = _valid(rng, spec) if seed % 2 else None
    after = _valid(rng, spec)
    first = date(2027, 1, 1) + timedelta(days=rng.randrange(400))
    return Drawn(before, after, _resources(rng), first, rng.choice((3, 45, 100)))


def _valid(rng: random.Random, spec: dict[str, Any]) -> DesiredState:
    """Changes parts of a spec until it is a valid one."""
    while True:
        spec["policy"]["plans"] = _plans(rng)
        spec["policy"]["vaults"] = {
            key: {name: vault[name] for name in ("name", "kmsKey") if name in vault} | _settings(rng)
            for key, vault in spec["policy"]["vaults"].items()
        }
        resolution = resolved(spec)
        if resolution.state and not resolution.errors:
            return resolution.state


def resolved(spec: dict[str, Any]) -> Resolution:
    document = {"apiVersion": "backup-apps/v1", "kind": "BackupApp", "metadata": {"name": BUNDLE}, "spec": spec}
    file, findings = read_documents("app.yaml", json.dumps(document).encode())
    return resolve([file], findings, CATALOG)


def _spec(rng: random.Random) -> dict[str, Any]:
    return {
        "targets": {
            "accounts": list(ACCOUNTS[: rng.choice((1, 1, 2))]),
            "regions": list(REGIONS[: rng.choice((1, 1, 2))]),
        },
        "policy": {
            "role": "arn:aws:iam::${account}:role/backup",
            "vaults": _vaults(rng),
            "plans": {},
            "regionSettings": {
                "optIn": {name: rng.random() < 0.7 for name in ("S3", "DynamoDB", "Timestream")},
                "management": {"DynamoDB": rng.random() < 0.5},
            },
        },
    }


def _vaults(rng: random.Random) -> dict[str, Any]:
    keys = ({"kmsKey": KEY} if rng.random() < 0.8 else {} for _ in range(2))
    return {name: {"name": f"{name}-vault", **key} for name, key in zip(("main", "other"), keys, strict=True)}


def _settings(rng: random.Random) -> dict[str, Any]:
    lock = {"lock": {"mode": "governance", "min": f"{rng.choice((1, 1, 3))}d"}} if rng.random() < 0.4 else {}
    access = {"accessPolicy": _access(*rng.choice(_POLICIES))} if rng.random() < 0.6 else {}
    return lock | access


def _access(effect: str, principal: str) -> dict[str, Any]:
    named = "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}
    statement = {"Effect": effect, "Principal": named, "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _plans(rng: random.Random) -> dict[str, Any]:
    return {name: _plan(rng) for name in ("alpha", "beta")[: rng.choice((1, 2, 2))]}


def _plan(rng: random.Random) -> dict[str, Any]:
    plan: dict[str, Any] = {"selections": {f"s{number}": _selection(rng) for number in range(rng.choice((1, 2)))}}
    if rng.random() < 0.15:
        return {**plan, "gfs": _gfs(rng)}
    if rng.random() < 0.1:
        return {**plan, "rules": {"crowded": _crowded()}}
    return {**plan, "rules": {f"r{number}": _rule(rng) for number in range(rng.choice((1, 1, 2, 2, 3)))}}


def _gfs(rng: random.Random) -> dict[str, Any]:
    tiers = {"daily": "7d", "weekly": "5w", "monthly": "120d", "yearly": "2y"}
    chosen = rng.sample(sorted(tiers), 3)
    return {
        **{tier: {"delete": tiers[tier]} for tier in chosen},
        "vault": "main",
        "at": rng.choice(("03:00", "23:55", "02:30")),
        "timezone": rng.choice(ZONES),
        "copies": _copies(rng, "4w"),
    }


def _crowded() -> dict[str, Any]:
    """Copies take longer than the hour until the next backup, which waits for them longer than it may."""
    return {
        "vault": "main",
        "schedule": "cron(0 8-13 ? * TUE *)",
        "startWindow": "1h",
        "completeWindow": "2h",
        "retention": {"delete": "3d"},
        "copies": {
            f"c{number}": {
                "to": {**target._asdict(), "vault": EXTERNAL, "external": True},
                "retention": {"delete": "3d"},
            }
            for number, target in enumerate(TARGETS)
        },
    }


def _rule(rng: random.Random) -> dict[str, Any]:
    days = rng.choice(_MONTHLY if rng.random() < 0.35 else _OFTEN)
    is_rare = days in _MONTHLY
    times = rng.choice(_TIMES[: 9 if is_rare else None])
    start = rng.choice((1, 1, 1, 2, 8))
    continuous = rng.random() < 0.2
    zone = rng.choice(ZONES)
    return {
        "vault": rng.choice(("main", "main", "other")),
        "schedule": f"cron({times} {days} {rng.choice(('*', '*', '*', '2028'))})",
        "timezone": zone,
        "startWindow": f"{start}h",
        "completeWindow": f"{max(start + 1, rng.choice((1, 3, 168)))}h",
        "continuous": continuous,
        "retention": {"delete": f"{rng.randrange(1, 36)}d"}
        if continuous
        else _retention(rng, is_rare and zone == "Etc/UTC"),
        "copies": _copies(rng, None),
    }


def _retention(rng: random.Random, may_archive: bool) -> dict[str, Any]:
    """What is archived runs 28 days apart, by the clock of UTC: from 1 February to 1 March no hour may be lost."""
    if rng.random() < 0.3:
        cold = rng.randrange(1, 60)
        delete = rng.choice((f"{cold + 90}d", f"{cold + 120}d", "never"))
        return {"cold": f"{cold}d", "delete": delete, **({"archiveWhenSupported": True} if may_archive else {})}
    return {"delete": rng.choice((f"{rng.randrange(1, 9)}d", f"{rng.randrange(1, 120)}d", "1y", "never"))}


def _copies(rng: random.Random, delete: str | None) -> dict[str, Any]:
    if rng.random() < 0.5:
        return {}
    return {
        f"c{number}": {
            "to": {"account": rng.choice(ACCOUNTS), "region": rng.choice(REGIONS), **_to(rng)},
            "retention": {"delete": delete} if delete else _retention(rng, may_archive=True),
        }
        for number in range(rng.choice((1, 1, 2)))
    }


def _to(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.3:
        return {"vault": EXTERNAL, "external": True}
    return {"vault": rng.choice(("main-vault", "other-vault"))}


def _selection(rng: random.Random) -> dict[str, Any]:
    tags = {"backup": rng.choice(("yes", "no"))}
    kind = rng.randrange(4)
    if kind == 0:
        return {"anyTag": {key: [value] for key, value in tags.items()}}
    if kind == 1:
        return {"allTags": {rng.choice(("equals", "notEquals")): tags, "like": {"app": "s*"}}}
    patterns = rng.sample(_PATTERNS, 4)
    if kind == 2:
        return {"resources": patterns, "allTags": {"notLike": {"app": "p*"}}}
    return {"resources": patterns, "exclude": rng.sample(_PATTERNS, 1)}


def _resources(rng: random.Random) -> tuple[Resource, ...]:
    names = rng.sample(sorted(_TYPES), 4)
    targets = [TARGETS[0], TARGETS[0], TARGETS[0], rng.choice(TARGETS)]
    return tuple(_resource(rng, target, name) for target, name in zip(targets, names, strict=True))


def _resource(rng: random.Random, target: Target, type_name: str) -> Resource:
    arn = _TYPES[type_name].format(**target._asdict(), name=rng.choice(("one", "two")))
    tags = {"backup": rng.choice(("yes", "yes", "no")), "app": rng.choice(("shop", "pay"))}
    own = f"arn:aws:kms:{target.region}:{target.account}:key/own" if rng.random() < 0.5 else None
    return Resource(target, arn, type_name, tuple(sorted(tags.items())), own)
