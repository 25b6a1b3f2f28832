"""That everybody can use the page: axe's rules, and a keyboard alone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}},
}


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html']} ({one['help']})" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(open_page: Opener, acme: dict[str, Any], look: str) -> None:
    page = open_page(acme, **LOOKS[look]).page
    page.locator("#timeline details summary").click()
    assert violations(page) == []


def test_axe_would_find_something(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    page.evaluate("document.querySelector('#places-table input').previousSibling.remove()")
    assert any(one.startswith("label:") for one in violations(page))


def test_landmarks_and_headings(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    for role in ("banner", "navigation", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("acme")
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == ["Apps", "Apps on targets", "Retention timeline", "Drift", "Verification", "Ledger"]


def test_the_first_key_skips_to_the_content(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_keyboard_reaches_sorting_and_filter(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    reach(page, "#places-table-filter")
    page.keyboard.type("us-east-1")
    expect(page.locator("#places-table [role=status]")).to_have_text("2 rows of 6")
    reach(page, "#places-table thead th:nth-child(1) button")
    head = page.locator("#places-table thead th").first
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.locator("#places-table tbody th").first).to_have_text("sandbox")


def test_cards_on_a_phone_are_still_a_table(open_page: Opener, acme: dict[str, Any]) -> None:
    table = open_page(acme, **LOOKS["phone"]).page.locator("#places").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(8)
    expect(table.get_by_role("rowheader", name="payments")).to_have_count(1)


def test_nothing_moves_for_whom_it_should_not(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme, reduced_motion="reduce").page
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def reach(page: Page, selector: str) -> None:
    """By the tabulator key alone."""
    for _ in range(60):
        if page.locator(selector).evaluate("(node) => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} can't be reached")
