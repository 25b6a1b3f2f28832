"""The catalogue of behaviours and the cases hold each other: `behaviours.toml` and the mark `behaviour`.

A case cites the behaviours that it shows, by their names in the catalogue: all of a function's, or row by row where a
table of cases is. The catalogue has the page of each, so a reader finds the page from the case and the case from it.
"""

import importlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from backup_apps_local.backup import service
from backup_apps_local.backup.operations import OPERATIONS

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
FOLDERS = (TESTS / "conformance", TESTS / "unit" / "backup_service")
SERVICE = Path(service.__file__).parent
SOURCES = (*sorted(SERVICE.glob("*.py")), *sorted(SERVICE.parent.glob("backup_joint*.py")))
CATALOGUE: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("behaviours.toml").read_text())
GUIDE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/"

NO_BEHAVIOUR = {
    GUIDE,
    "https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv4-signing-elements.html",
    "http://internal.amazon.com/coral/com.amazonaws.services.cryo/",
}
"""Cited by the service for how it is made, not for what AWS Backup does."""


class Case(NamedTuple):
    name: str
    behaviours: tuple[str, ...]


@cache
def cases() -> tuple[Case, ...]:
    files = [(file, folder.name) for folder in FOLDERS for file in sorted(folder.glob("test_*.py"))]
    modules = [importlib.import_module(f"{package}.{file.stem}") for file, package in files]
    return tuple(case for module in modules for case in cases_of(module))


def cases_of(holder: Any) -> Iterator[Case]:
    """Of a module or a class; what it imports from elsewhere is not its own."""
    for name, each in vars(holder).items():
        if isinstance(each, type) and name.startswith("Test") and each.__module__ == getattr(holder, "__name__", None):
            yield from cases_of(each)
        elif name.startswith("test_"):
            yield from rows(f"{each.__module__}.{name}", getattr(each, "pytestmark", []))


def rows(name: str, marks: list[pytest.Mark]) -> Iterator[Case]:
    """One case, or one for each row of its table where the rows cite by themselves."""
    cited = [mark for mark in marks if mark.name == "behaviour"]
    by_row = {row: text for mark in cited for row, text in mark.kwargs.get("cases", {}).items()}
    whole = tuple(each for mark in cited for each in mark.args)
    if not by_row:
        yield Case(name, whole)
        return
    for row in (row for mark in marks if mark.name == "parametrize" for row in mark.kwargs["ids"]):
        yield Case(f"{name}[{row}]", (*by_row.pop(row, "").split(), *whole))
    for row in by_row:
        yield Case(f"{name}[{row}]", ("(there is no such row)",))


def pages_cited() -> set[str]:
    """In docstrings and comments of the service, as a line break may have split them."""
    text = "\n".join(file.read_text() for file in SOURCES)
    whole = re.sub(r"/\n\s*(?:# )?(?=[\w-]+\.html)", "/", text)
    return {found.rstrip(".:;,") for found in re.findall(r"https?://[^\s`\"'),>]+", whole)}


BEHAVIOURS = {name: page for page, behaviours in CATALOGUE.items() for name in behaviours}


def unshown(behaviours: dict[str, str], found: Iterable[Case]) -> list[str]:
    cited = {name for case in found for name in case.behaviours}
    return [f"{name} ({page})" for name, page in behaviours.items() if name not in cited]


def uncited(behaviours: dict[str, str], found: Iterable[Case]) -> list[str]:
    return [case.name for case in found if not case.behaviours or not set(case.behaviours) <= set(behaviours)]


@pytest.mark.behaviour("catalogue")
def test_every_behaviour_has_a_case() -> None:
    assert unshown(BEHAVIOURS, cases()) == []


@pytest.mark.behaviour("catalogue")
def test_every_case_cites_what_is_in_the_catalogue() -> None:
    assert uncited(BEHAVIOURS, cases()) == []
    assert len(cases()) > 300


@pytest.mark.behaviour("catalogue")
def test_every_page_that_the_service_cites_is_in_the_catalogue() -> None:
    """And there is no page in it that the service does not know of."""
    ours = {page for page in CATALOGUE if not page.startswith("http")}
    assert pages_cited() - NO_BEHAVIOUR - set(CATALOGUE) == set()
    assert set(CATALOGUE) - pages_cited() - ours == set()
    assert [page for page in ours if not (ROOT / page).is_file()] == []


@pytest.mark.behaviour("catalogue")
def test_every_operation_that_is_here_has_a_behaviour() -> None:
    """On the page of the operation, or, of what is set and got alike, on that of another."""
    elsewhere = {
        "DeleteBackupVault": "deleting-a-vault",
        "ListTags": "API_TagResource",
        "PutBackupVaultAccessPolicy": "create-a-vault-access-policy",
    }
    pages = {name: f"{GUIDE}{elsewhere.get(name, f'API_{name}')}.html" for name in OPERATIONS}
    assert [name for name, page in pages.items() if not CATALOGUE.get(page)] == []


@pytest.mark.behaviour("catalogue")
def test_the_check_sees_what_is_missing() -> None:
    known = {"shown": "page", "forgotten": "page"}
    marks = [
        pytest.mark.behaviour(cases={"row": "shown", "gone": "shown"}).mark,
        pytest.mark.parametrize("value", [1, 2], ids=["row", "other"]).mark,
    ]
    found = [*rows("a", [pytest.mark.behaviour("shown").mark]), *rows("b", []), *rows("c", marks)]
    assert unshown(known, found) == ["forgotten (page)"]
    assert uncited(known, found) == ["b", "c[other]", "c[gone]"]
