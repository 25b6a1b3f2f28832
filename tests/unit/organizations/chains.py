"""Chains of backup policies, as cases keep them: `1-root.json`, `2-unit-a.json`, `2-unit-b.json`, `3-account.json`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from backup_apps.domain.regions import REGIONS
from backup_apps.usecases.effective_policy import EffectivePolicy, PolicyFile, effective_policy

CASES = Path(__file__).parents[2] / "cases" / "organizations"
NOW = datetime(2026, 1, 15, tzinfo=UTC)


def chain_in(folder: Path) -> list[list[PolicyFile]]:
    """The levels by their number; peers in the order of their names."""
    files = [PolicyFile(path.name, path.read_text()) for path in sorted(folder.glob("[0-9]-*.json"))]
    return [list(level) for _, level in groupby(files, lambda file: file.name[0])]


def effective(*levels: Mapping[str, Any] | list[Mapping[str, Any]], now: datetime = NOW) -> EffectivePolicy:
    """Of policies as documents: one at a level, or several peers."""
    peers = [level if isinstance(level, list) else [level] for level in levels]
    files = [
        [PolicyFile(f"{i}-{j}", json.dumps(policy)) for j, policy in enumerate(level)] for i, level in enumerate(peers)
    ]
    return effective_policy(files, REGIONS, now)
