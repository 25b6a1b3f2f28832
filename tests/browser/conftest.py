"""A Chromium for all tests of this folder, and pages that were opened in it, with all that they asked for."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from backup_apps.adapters.page_parts import page_parts
from backup_apps.domain.page.document import page_document
from backup_apps.domain.page.html import page_html
from tests.browser.acme import facts
from tests.browser.chromium import PACKAGE, browser, executable

Opener = Callable[..., "Opened"]


@dataclass
class Opened:
    """A page in the browser."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Of the console, and errors that nobody caught."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """CI has it, and fails without; elsewhere these tests are skipped."""
    if executable() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(PACKAGE)
    with browser() as started:
        yield started


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return page_document(facts(tmp_path_factory.mktemp("acme") / "bundle"))


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens the page of a document, in a tab of its own."""
    contexts = []

    def opened(document: dict[str, Any], **looks: Any) -> Opened:
        file = tmp_path / "page.html"
        file.write_text(page_html(document, page_parts()), encoding="utf-8")
        contexts.append(chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | looks)))
        found = Opened(contexts[-1].new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda said: found.complaints.append(f"{said.type}: {said.text}"))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.goto(file.as_uri())
        return found

    yield opened
    for context in contexts:
        context.close()
