"""What all tests share: where sockets are allowed, how hard Hypothesis looks, the models of AWS services."""

import os
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from hypothesis import settings

# Tests make sessions by the hundred, and each would read the same models of services from disk.
botocore.session.create_loader = cache(botocore.session.create_loader)
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
