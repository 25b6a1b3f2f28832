"""The page of a thousand leaves: how long it takes to build, how large it is, and how fast a browser has it.

`python -m bench.page` prints the figures as JSON. The browser is the Chromium of the machine; without one they are of
the building alone.
"""

import json
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from backup_apps.domain.page.offline import offline_facts
from backup_apps.offline_wiring import resolve_source, shown
from backup_apps.wiring import zone_of
from bench.bundles import write_bundle
from bench.language import peak_megabytes
from tests.browser.chromium import browser, executable

LEAVES = 1_000
RUNS = 5
_READY = (
    "document.querySelectorAll('#places-table tbody tr').length > 0 && !!document.querySelector('#timeline canvas')"
)
_FILTER = """() => {
  const field = document.querySelector('#places-table-filter');
  const started = performance.now();
  field.value = 'a7-b3';
  field.dispatchEvent(new Event('input'));
  document.body.offsetHeight;
  return performance.now() - started;
}"""


def built(folder: Path) -> tuple[Path, float]:
    """The page with a change of every leaf's retention pending, and the seconds that it took."""
    for name in ("before", "after"):
        (folder / name).mkdir()
        write_bundle(folder / name, LEAVES)
    for file in (folder / "after").rglob("app.yaml"):
        file.write_text(file.read_text().replace("{delete: 35d}", "{delete: 21d}"))
    before, after = (resolve_source(folder / name) for name in ("before", "after"))
    started = time.perf_counter()
    page = shown(offline_facts(after, before, datetime.now(UTC), (date(2026, 11, 27), 120), zone_of))
    seconds = time.perf_counter() - started
    (folder / "page.html").write_text(page.html, encoding="utf-8")
    return folder / "page.html", seconds


def browsed(page: Path) -> dict[str, float]:
    """Milliseconds from the request until tables and chart are there, and until a filter has been applied; the best of
    some runs."""
    loads, filters = [], []
    with browser() as chromium:
        for _ in range(RUNS):
            tab = chromium.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(page.as_uri(), wait_until="commit")
            tab.wait_for_function(_READY)
            loads.append(tab.evaluate("performance.now()"))
            filters.append(tab.evaluate(_FILTER))
            tab.close()
    return {"load_milliseconds": min(loads), "filter_milliseconds": min(filters)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        page, seconds = built(Path(folder))
        found: dict[str, Any] = {"leaves": LEAVES, "seconds": seconds, "kilobytes": page.stat().st_size / 1024}
        found["megabytes"] = peak_megabytes()
        print(json.dumps(found | (browsed(page) if executable() else {})))


if __name__ == "__main__":
    main()
