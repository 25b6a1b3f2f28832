"""How long people wait for the hub, on a local AWS of its own: from a commit until its four targets are synced, and
from a change in the console until the alert is there.

`python -m bench.hub` prints the seconds as JSON. Warm: the functions have run before.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from e2e.bundles import new_version, small_spec, written
from e2e.conftest import STATE, LocalAws
from e2e.drift import Site, shorten
from e2e.waiting import until

from backup_apps_local import stack
from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

REGIONS = (HOME_REGION, "us-east-1")
RUNS = 5
BUNDLE = "bench"


def measured(step: Callable[[], Any]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def committed(aws: LocalAws, days: int) -> float:
    """A change in each target, which strengthens, so that nobody is waited for."""
    spec = small_spec(BUNDLE, MEMBER_ACCOUNTS, delete=f"{days}d")
    spec["targets"]["regions"] = list(REGIONS)
    archive = written(BUNDLE, spec)

    def push() -> None:
        status = aws.push(BUNDLE, new_version(), archive)
        if status["state"] != "synced":
            raise RuntimeError(f"the commit was not synced: {status}")

    return measured(push)


def told(aws: LocalAws, number: int) -> float:
    """Each a bundle of its own, whose retention somebody shortens."""
    name = f"{BUNDLE}-{number}"
    site = Site(aws, name, small_spec(name)).push()
    aws.rest()
    shorten(site)
    return measured(lambda: until(site.alerts, "the alert"))


if __name__ == "__main__":
    stack.down(STATE)
    aws = LocalAws(stack.up(lambda line: print(line, file=sys.stderr), STATE))
    try:
        first, *synced = [committed(aws, days) for days in itertools.islice(itertools.count(35), RUNS + 1)]
        alerted = [told(aws, number) for number in range(RUNS + 1)][1:]
    finally:
        stack.down(STATE)
    print(json.dumps({"targets": len(REGIONS) * len(MEMBER_ACCOUNTS), "synced": synced, "alerted": alerted}))
