"""The same bundle gives the same bytes, in whatever order Python's sets and dictionaries of a process come."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BUNDLES = ("examples/acme", "tests/cases/validate/valid-every-key/bundle", "tests/cases/validate/refused-by-aws/bundle")


@pytest.mark.parametrize("bundle", BUNDLES)
def test_processes_that_hash_differently_print_the_same_bytes(bundle: str) -> None:
    assert len({rendered(bundle, seed) for seed in ("1", "2", "3")}) == 1


def rendered(bundle: str, seed: str) -> bytes:
    """What `render` prints; for a bundle that is refused, its errors and warnings."""
    program = [str(Path(sys.executable).with_name("backup-apps")), "render", bundle, "--output", "json"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False)
    assert len(done.stdout) > 500
    return done.stdout
