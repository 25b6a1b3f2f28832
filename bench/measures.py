"""Each measure of the contract, in processes of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backup_apps_local.bytecode import compile_below
from bench.bundles import write_bundle
from bench.figures import Figure

ROOT = Path(__file__).parents[1]
LEAVES = (1_000, 3_000, 10_000)
POINTS = (10_000, 1_000_000)
RUNS = 7
BARE, MODEL = "import pydantic", "from pydantic import BaseModel"


def language() -> Iterator[Figure]:
    """10,000 leaves against the parser alone; 1,000 and 3,000 show how it grows."""
    for leaves in LEAVES:
        with tempfile.TemporaryDirectory() as folder:
            write_bundle(Path(folder), leaves)
            found = _json("-m", "bench.language", folder, str(leaves))
        last = leaves == LEAVES[-1]
        ours, parse = found["render_seconds"], found["parse_seconds"]
        label = f"{leaves:,} leaves, {found['files']:,} files"
        peer = f"{ours:.2f} s against libyaml's {parse:.2f} s on the same files"
        yield Figure(f"validate, resolve, render {label}", ours / parse, 3 if last else None, "times", peer)
        yield Figure("  each leaf", ours / leaves * 1000, None, "ms", "grows linearly if it stays the same")
        yield Figure("  peak memory", found["peak_megabytes"], 1024 if last else None, "MB")


def validate_example() -> Iterator[Figure]:
    command = [str(Path(sys.executable).with_name("backup-apps")), "validate", "examples/acme"]
    seconds = min(_seconds(command) for _ in range(RUNS))
    yield Figure("backup-apps validate examples/acme", seconds, 1, "s", "the whole process")


def imports() -> Iterator[Figure]:
    """Each handler in a fresh interpreter, in turn with pydantic alone; the slowest handler counts.

    `import pydantic` by itself loads next to nothing: what any model needs comes with `BaseModel`.
    """
    handlers = {path.parent.name: "import app" for path in sorted((ROOT / "functions").glob("*/app.py"))}
    programs = {BARE: "import pydantic", MODEL: "from pydantic import BaseModel", **handlers}
    best = dict.fromkeys(programs, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        built = _built(Path(folder))
        for _ in range(RUNS):
            for name, program in programs.items():
                best[name] = min(best[name], _import_seconds(built, name, program))
    slowest = max(handlers, key=lambda name: best[name])
    for peer, limit in ((MODEL, 2), (BARE, None)):
        against = f"{best[slowest] * 1000:.0f} ms against {best[peer] * 1000:.0f} ms of {peer}"
        yield Figure(f"import of the heaviest handler, {slowest}", best[slowest] / best[peer], limit, "times", against)


def _built(folder: Path) -> Path:
    """The functions and the core, with the bytecode that `make build` leaves beside them."""
    for part in ("functions", "layers/core"):
        shutil.copytree(ROOT / part, folder / part)
    compile_below([folder])
    return folder


def _import_seconds(built: Path, name: str, program: str) -> float:
    """The interpreter's own work in a fresh process."""
    path = os.pathsep.join([str(built / "functions" / name), str(built / "layers" / "core")])
    timed = f"import time; start = time.process_time(); {program}; print(time.process_time() - start)"
    environment = {**os.environ, "PYTHONPATH": path, "POWERTOOLS_SERVICE_NAME": "backup-apps"}
    return float(_output([sys.executable, "-c", timed], environment))


def reads() -> Iterator[Figure]:
    found = _json("-m", "bench.reads")
    peer = f"{found['plans']} plans over {found['regions']} regions; terraform: 312"
    yield Figure("no-change plan, read calls", found["reads"], 140, "calls", peer)
    yield Figure("sweep without drift, read calls", found["swept"], 140, "calls", "without recovery points")
    yield Figure("no-change plan, write calls", found["writes"], 0, "calls")


def year() -> Iterator[Figure]:
    found = _json("-m", "bench.year")
    label = f"a year of {found['resources']:,} resources on the virtual clock"
    yield Figure(label, found["seconds"], 60, "s", "daily, weekly and monthly rules with copies")


def points() -> Iterator[Figure]:
    """A vault at AWS's quota beside a small one: pages are read one after the other, and not kept."""
    small, large = (_json("-m", "bench.points", str(count)) for count in POINTS)
    label = f"a sweep through {large['points']:,} recovery points"
    told = f"{large['drifts']:,} that drifted are told, {large['orphaned']:,} orphans counted"
    yield Figure(label, large["seconds"], 12 * 60, "s", told)
    more = large["peak_megabytes"] - small["peak_megabytes"]
    yield Figure(
        "  peak memory", large["peak_megabytes"], 256, "MB", f"{more:.0f} MB more than {small['points']:,} take"
    )


def hub() -> Iterator[Figure]:
    """The slowest of several counts: who waits does not wait for the median."""
    found = _json("-m", "bench.hub")
    label = f"commit to synced, {found['targets']} targets, on the local AWS"
    yield Figure(label, max(found["synced"]), 30, "s", f"warm; the slowest of {len(found['synced'])}")
    label = "console change to alert, event path, on the local AWS"
    yield Figure(label, max(found["alerted"]), 10, "s", f"the slowest of {len(found['alerted'])}")


def page() -> Iterator[Figure]:
    """Of a thousand leaves, with a change pending."""
    found = _json("-m", "bench.page")
    label = f"the page of {found['leaves']:,} leaves"
    yield Figure(f"{label}, to build", found["seconds"], 300, "s", "two sides of the timeline; its function has 900 s")
    yield Figure("  peak memory", found["megabytes"], 1024, "MB", "its function has 2048")
    yield Figure("  size", found["kilobytes"], 1024, "KB", "all in one file")
    if "load_milliseconds" in found:
        yield Figure("  until Chromium shows it", found["load_milliseconds"], 1000, "ms", "tables and chart")
        yield Figure("  until it is filtered", found["filter_milliseconds"], 100, "ms")


def _json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_output([sys.executable, *arguments]))
    return found


def _output(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    _output(command)
    return time.perf_counter() - start


MEASURES = (validate_example, imports, reads, hub, points, year, page, language)
