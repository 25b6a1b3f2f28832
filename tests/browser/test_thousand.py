"""A bundle of a thousand leaves: it opens, filters, sorts and narrows, and never puts all rows into the document."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.many import thousand_leaves


@pytest.fixture(scope="module")
def many(acme: dict[str, Any]) -> dict[str, Any]:
    return thousand_leaves(acme)


def test_it_is_usable(open_page: Opener, many: dict[str, Any]) -> None:
    opened = open_page(many)
    page = opened.page
    status = page.locator("#places-table [role=status]")
    expect(status).to_have_text("1 to 25, of 1,000 rows")
    assert page.locator("#places-table tbody tr").count() == 25
    assert page.locator("main *").count() < 6000
    page.locator("#places-table-filter").fill("a7-b3")
    expect(status).to_have_text("10 rows of 1,000")
    page.locator("#places-table-filter").fill("")
    page.locator("#places-table thead button", has_text="App").click()
    expect(page.locator("#places-table tbody th").first).to_have_text("a9-b9-c9")
    page.get_by_role("button", name="Further rows").first.click()
    expect(status).to_have_text("26 to 50, of 1,000 rows")
    assert opened.complaints == []


def test_an_app_is_found_in_the_tree(open_page: Opener, many: dict[str, Any]) -> None:
    page = open_page(many).page
    page.locator("#tree-filter").fill("a4-b2-c7")
    page.locator(".tree button.app", has_text="a4-b2-c7").first.click()
    expect(page.locator("#places-table tbody tr")).to_have_count(1)
    expect(page.locator("#timeline output")).to_contain_text("recovery points")


def test_a_phone_has_room_for_it(open_page: Opener, many: dict[str, Any]) -> None:
    page = open_page(many, viewport={"width": 360, "height": 740}).page
    expect(page.locator("#places-table tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
