"""Validate, resolve and render a large bundle, against libyaml's C loader on the same files, in one process.

`python -m bench.language FOLDER LEAVES [profile]` prints the figures as JSON.
"""

import cProfile
import json
import pstats
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from backup_apps.offline_wiring import resolve_source

TIMES = 2
"""Each of the two is measured this often, in turn; the best counts, since a busy machine only ever adds."""


class Took(NamedTuple):
    """Seconds of this process's own work."""

    seconds: float
    result: Any


def took(work: Callable[[], Any]) -> Took:
    before = time.process_time()
    result = work()
    return Took(time.process_time() - before, result)


def parse(files: list[Path]) -> int:
    """What libyaml's loader takes to read the files and nothing more."""
    return sum(len(list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader))) for file in files)


def render(folder: Path) -> str:
    """What `backup-apps render` does, but for printing."""
    state = resolve_source(folder).state
    if state is None:
        raise SystemExit("the bundle is not valid")
    return state.to_text(indent=None)


def measure(folder: Path, leaves: int) -> dict[str, Any]:
    files = sorted(folder.rglob("*.yaml"))
    parsed = [took(lambda: parse(files))]
    rendered = []
    for _ in range(TIMES):
        rendered.append(took(lambda: len(render(folder))))
        parsed.append(took(lambda: parse(files)))
    return {
        "leaves": leaves,
        "files": len(files),
        "parse_seconds": min(one.seconds for one in parsed),
        "render_seconds": min(one.seconds for one in rendered),
        "rendered_bytes": rendered[0].result,
        "peak_megabytes": peak_megabytes(),
    }


def peak_megabytes() -> float:
    """Of the whole process; Linux counts kilobytes, macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def profile(folder: Path) -> None:
    """Where the time goes, by each function's own."""
    profiler = cProfile.Profile()
    profiler.runcall(render, folder)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    if sys.argv[3:] == ["profile"]:
        profile(Path(sys.argv[1]))
    else:
        print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
