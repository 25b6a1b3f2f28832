"""A policy that AWS Backup takes, and ways to change it: what the cases of the constraints are written in."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from backup_apps.domain.catalog import Catalog, Quotas
from backup_apps.domain.constraints import Subject
from backup_apps.domain.desired import Target
from backup_apps.domain.places import parse_path
from backup_apps.domain.policy import Policy

CASES = Path(__file__).parent / "cases"
ACCOUNT, REGION = "111111111111", "eu-west-1"


def load_cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load((CASES / f"{name}.yaml").read_text())
    return cases


def policy(changes: Mapping[str, Any]) -> Policy:
    """The good policy with values set at dotted paths; null removes."""
    document = _good_document()
    for path, value in changes.items():
        _set(document, parse_path(path), value)
    return Policy.model_validate(document)


def subject(
    changes: Mapping[str, Any] | None = None,
    app: str = "shop",
    account: str = ACCOUNT,
    region: str = REGION,
    quotas: Mapping[str, int] | None = None,
) -> Subject:
    catalog = Catalog(
        timezones=frozenset({"Etc/UTC", "Europe/Berlin"}),
        zone_of=ZoneInfo,
        today=date(2026, 11, 22),
        quotas=Quotas(**(quotas or {})),
    )
    return Subject(app, Target(account, region), policy(changes or {}), catalog)


def number_of(message: str) -> str:
    return message.rpartition("(")[2].removesuffix(")")


def _good_document() -> dict[str, Any]:
    return {
        "role": f"arn:aws:iam::{ACCOUNT}:role/acme-backup",
        "vaults": {"primary": {"name": "acme-primary"}},
        "plans": {
            "daily": {
                "rules": {
                    "nightly": {
                        "vault": "primary",
                        "schedule": "cron(0 3 * * ? *)",
                        "timezone": "Etc/UTC",
                        "startWindow": "8h",
                        "completeWindow": "168h",
                        "continuous": False,
                        "retention": {"delete": "35d"},
                    }
                },
                "selections": {"tagged": {"anyTag": {"backup": ["daily"]}}},
            }
        },
    }


def _set(document: dict[str, Any], path: Iterable[str | int], value: object) -> None:
    *above, last = (str(part) for part in path)
    for key in above:
        document = document.setdefault(key, {})
    if value is None:
        del document[last]
    else:
        document[last] = value
