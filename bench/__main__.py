"""Measures, shows, writes `bench/results.json`. A figure over its limit is shown as such and fails nothing."""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, show
from bench.measures import MEASURES

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    print("Measuring; some minutes, and longer beside other work.", flush=True)
    figures: list[Figure] = [figure for measure in MEASURES for figure in measure()]
    show(figures)
    results = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "figures": [figure.to_json() for figure in figures],
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
