"""The calls of a plan that finds nothing to change, and of a sweep: 100 plans over 4 regions, a vault and a key each.

`python -m bench.reads` prints them as JSON. The world is that of the tests of the adapters.
"""

import json
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS / "adapters"), str(TESTS / "unit")]

from test_backup_target import World  # noqa: E402

from sync.targets import plan, target, vault  # noqa: E402

REGIONS = 4
PLANS = 25
KEYS = 1
"""Each region's key is described once, since AWS Backup takes no alias."""
KEY_STATES = 2
"""A sweep asks of each key whether it can be used, and whether it rotates."""
JOBS = 2
"""And which backup jobs and which copy jobs ended lately."""


def unchanged_region() -> tuple[int, int]:
    """Reads and writes of one region, once it is synced and was planned before."""
    world = World()
    desired = target(vault(), *(plan(f"app-{number:02}") for number in range(PLANS)))
    world.sync(desired)
    world.plan(desired)
    indexed, written = world.index.calls, len(world.service.journal.writes)
    calls = world.calls_of(lambda: world.plan(desired))
    writes = len(world.service.journal.writes) - written
    return calls.total() - writes + world.index.calls - indexed + KEYS, writes


if __name__ == "__main__":
    regions = [unchanged_region() for _ in range(REGIONS)]
    found = {
        "plans": REGIONS * PLANS,
        "regions": REGIONS,
        "reads": sum(reads for reads, _ in regions),
        "writes": sum(writes for _, writes in regions),
        "swept": sum(reads + KEY_STATES + JOBS for reads, _ in regions),
    }
    print(json.dumps(found))
