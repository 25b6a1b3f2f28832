"""A year of 1,000 resources on the virtual clock of the local AWS Backup: the story of the conformance suite.

`python -m bench.year` prints the seconds as JSON.
"""

import json
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from conformance.test_year import APART, END, story_of

RESOURCES = 1_000

if __name__ == "__main__":
    story, _ = story_of(RESOURCES, APART)
    started = time.perf_counter()
    story.advance(to=END)
    seconds = time.perf_counter() - started
    print(json.dumps({"resources": RESOURCES, "seconds": seconds}))
