"""Each folder of tests/cases/validate is a bundle, and beside it the document that `validate` prints of it."""

import json
from pathlib import Path

import pytest

from backup_apps.offline_wiring import resolve_source
from backup_apps_cli.printing import verdict

CASES = sorted((Path(__file__).parents[2] / "cases" / "validate").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bundle_is_judged_as_expected(case: Path) -> None:
    document = verdict(resolve_source(case / "bundle"))

    assert document == json.loads((case / "expected.json").read_text())
    assert document["valid"] == case.name.startswith("valid-"), "the name says the expectation"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_error_names_a_place_that_exists(case: Path) -> None:
    for error in resolve_source(case / "bundle").errors:
        if error.line is not None:
            lines = (case / "bundle" / error.file).read_bytes().decode(errors="replace").split("\n")
            assert 1 <= error.line <= len(lines)
            assert error.column is not None
        else:
            assert not (case / "bundle" / error.file).exists()
