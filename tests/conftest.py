"""What all tests share: where sockets are allowed, and how hard Hypothesis looks."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

E2E = Path(__file__).parent / "e2e"

# CI looks at the same examples every time, so that a failure can be repeated; other machines look at new ones.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("developer", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is in tests/e2e talks to the local AWS: it is marked so, may open sockets and takes its time."""
    for item in items:
        if item.path.is_relative_to(E2E):
            for mark in (pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(900)):
                item.add_marker(mark)
