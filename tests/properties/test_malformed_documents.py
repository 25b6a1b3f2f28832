"""A thousand malformed bundles: each is refused at a place that a person can open, none with a traceback."""

import random
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from mutations import (
    MUTATIONS,
    WRONG_SCALARS,
    Files,
    Mutation,
    archived,
    good_bundles,
    malformed,
    with_wrong_scalar,
    written,
)

from backup_apps.adapters.bundles import read_archive
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.resolution import Resolution, resolve

CATALOG = Catalog(timezones=frozenset({"Etc/UTC", "Europe/Dublin"}), zone_of=ZoneInfo, today=date(2026, 11, 22))
EACH = 40
ALL = 1_000


def pending(reason: str) -> pytest.MarkDecorator:
    """A defect that is known: whoever mends it is told to remove the mark."""
    return pytest.mark.xfail(strict=True, reason=reason)


PENDING = {
    "access_policy_of_another_kind": pending("an access policy may be a text or a list"),
    "refused_by_aws": pending("an unknown time zone or schedule, or a copy without a vault, beside a guardrail"),
    "same_name": pending("a set may bear the name of an app"),
    "noise": pending("an error at the end of a file without a line break is placed one line below it"),
}


def pending_scalar(name: str, value: Any) -> list[pytest.MarkDecorator]:
    if value == "8mh" or (value == "35dw" and name != "Window"):
        return [pending("a unit of two letters is a KeyError")]
    if value in ("29991231", "2999-W01-1"):
        return [pending("a day is taken in every form of ISO 8601")]
    if name == "VaultArn" or (name == "VaultName" and value in ("a b", "", "x" * 51)):
        return [pending("a copy without a vault beside a guardrail on copies is a ValueError")]
    if name == "Text" and value in (5, "x" * 4097):
        return [pending("a rule without a time zone beside rpo.max is a TypeError")]
    return []


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
    [pytest.param(mutation, id=mutation.name, marks=PENDING.get(mutation.name, ())) for mutation in MUTATIONS],
)
def test_a_malformed_bundle_is_refused_at_its_place(mutation: Mutation) -> None:
    for files in malformed(mutation, EACH):
        assert_refused_at_its_place(files)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, marks=pending_scalar(name, value), id=f"{name}-{str(value)[:20]}")
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
