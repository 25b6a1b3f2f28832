"""A thousand malformed bundles: each is refused at a place that a person can open, none with a traceback."""

import random
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from mutations import MUTATIONS, Mutation, malformed
from mutations.spots import Files, archived, good_bundles, written
from mutations.values import WRONG_SCALARS, with_wrong_scalar

from backup_apps.adapters.bundles import read_archive
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.resolution import Resolution, resolve

CATALOG = Catalog(timezones=frozenset({"Etc/UTC", "Europe/Dublin"}), zone_of=ZoneInfo, today=date(2026, 11, 22))
EACH = 40
ALL = 1_000


def judged(files: Files) -> Resolution:
    """The bundle as the hub gets it."""
    bundle = read_archive(archived(files))
    return resolve(bundle.files, bundle.findings, CATALOG)


def assert_refused_at_its_place(files: Files) -> None:
    resolution = judged(files)
    assert resolution.state is None, f"accepted: {shown(files)}"
    places = [error for error in resolution.errors if error.line is not None and error.column is not None]
    assert places, f"refused, but nowhere: {resolution.errors}"
    for error in places:
        assert error.file in files, error
        assert 1 <= (error.line or 0) <= files[error.file].count(b"\n") + 1, error


def shown(files: Files) -> str:
    return "\n".join(f"== {name}\n{content.decode(errors='replace')}" for name, content in files.items())


def test_what_is_spoiled_was_good() -> None:
    for bundle in good_bundles():
        assert judged(written(bundle)).errors == ()


@pytest.mark.parametrize(
    "mutation",
    [pytest.param(mutation, id=mutation.name) for mutation in MUTATIONS],
)
def test_a_malformed_bundle_is_refused_at_its_place(mutation: Mutation) -> None:
    for files in malformed(mutation, EACH):
        assert_refused_at_its_place(files)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name}-{str(value)[:20]}")
        for name, values in WRONG_SCALARS.items()
        for value in values
    ],
)
def test_a_wrong_scalar_is_refused_at_its_place(name: str, value: Any) -> None:
    files = with_wrong_scalar(random.Random(repr(value)), name, value)

    assert files, f"the rich bundle holds no {name}"
    assert_refused_at_its_place(files)


def test_there_are_a_thousand() -> None:
    assert sum(len(list(malformed(mutation, EACH))) for mutation in MUTATIONS) >= ALL
