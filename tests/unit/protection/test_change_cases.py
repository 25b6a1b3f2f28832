"""Each folder of tests/cases/changes is a bundle before and after, and beside it what is said of the change.

The name says the class that the whole has.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from backup_apps.domain.change_markdown import render_markdown
from backup_apps.domain.change_text import render_changes
from backup_apps.domain.protection.whole import joined_class
from protection.changed_bundles import CASES, Changed, changed
from sync.targets import BUNDLE


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> tuple[Path, Changed]:
    return request.param, changed(request.param)


def document(found: Changed) -> dict[str, Any]:
    return {
        "class": joined_class(*found).value,
        "policy": [one.to_json() for one in found.policy],
        "targets": [one.to_json() for one in found.change_sets],
    }


def test_the_name_says_the_class(case: tuple[Path, Changed]) -> None:
    folder, found = case
    assert joined_class(*found) == folder.name.partition("-")[0]


def test_what_people_read(case: tuple[Path, Changed]) -> None:
    folder, found = case
    assert render_changes(*found) == (folder / "expected.txt").read_text()


def test_what_a_pull_request_shows(case: tuple[Path, Changed]) -> None:
    folder, found = case
    assert render_markdown(BUNDLE, *found) == (folder / "expected.md").read_text()


def test_what_machines_read(case: tuple[Path, Changed]) -> None:
    folder, found = case
    assert document(found) == json.loads((folder / "expected.json").read_text())
