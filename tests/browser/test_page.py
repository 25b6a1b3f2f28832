"""What the page shows, and that it asks nobody for anything."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def cells(page: Page, table: str, column: str) -> list[str]:
    return page.locator(f"#{table} tbody [data-name='{column}']").all_inner_texts()


def test_nothing_is_asked_for_and_nothing_complains(open_page: Opener, acme: dict[str, Any]) -> None:
    opened = open_page(acme)
    expect(opened.page.locator("#ledger-table tbody tr")).to_have_count(11)
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in opened.requests) == 1
    assert opened.complaints == []


def test_a_request_is_refused_by_the_page_itself(open_page: Opener, acme: dict[str, Any]) -> None:
    opened = open_page(acme)
    for attempt in ("fetch('https://example.com/')", "new Image().src = 'https://example.com/x.png'"):
        opened.page.evaluate(f"void (() => {{ try {{ const p = {attempt}; p?.catch?.(() => 0) }} catch {{}} }})()")
    opened.page.wait_for_timeout(300)
    assert all("Content Security Policy" in one for one in opened.complaints)
    assert len(opened.complaints) >= 2


def test_sync_drift_cover_and_confidence_of_each_place(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    row = page.locator("#places-table tbody tr", has_text="payments")
    expect(row).to_contain_text("waits for approval")
    expect(row).to_contain_text("gaps")
    expect(row).to_contain_text("97%")
    expect(row).to_contain_text("35m of 4h")
    failed = page.locator("#places-table tbody tr", has_text="failed")
    expect(failed).to_contain_text("can't be assumed by AWS Backup")
    expect(page.locator("#places-table tbody tr", has_text="1 weakening")).to_contain_text("sandbox")


def test_the_timeline_before_and_after_the_pending_change(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    page.get_by_role("button", name="payments", exact=True).click()
    expect(page.locator("#timeline output")).to_contain_text("(70 fewer)")
    strip = page.locator(".strip", has_text="nightly → acme-primary")
    expect(strip).to_contain_text("140, oldest 69 days")
    expect(strip).to_contain_text("70, oldest 34 days")
    assert drawn(page, "#timeline canvas") == {"before", "after"}


def test_what_was_taken_before_the_change_stays(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    page.get_by_role("button", name="payments", exact=True).click()
    page.locator("#day").fill("0")
    expect(page.locator("#timeline output")).not_to_contain_text("fewer")


def test_a_day_is_chosen_by_keyboard(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    page.locator("#day").focus()
    page.keyboard.press("Home")
    expect(page.locator("#timeline output")).to_contain_text("At the end of 2026-11-27")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#timeline output")).to_contain_text("At the end of 2026-11-28")


def test_the_tree_narrows_the_whole_page(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    page.get_by_role("button", name="dev", exact=True).press("Enter")
    assert set(cells(page, "places-table", "App")) == {"dev-data", "sandbox"}
    expect(page.locator("#results-table")).to_contain_text("Nothing was ever restored.")
    page.get_by_role("button", name="Show all apps").press("Enter")
    expect(page.locator("#places-table tbody tr")).to_have_count(6)


def test_restores_against_what_they_may_take(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    late = page.locator("#results-table tbody tr", has_text="failed")
    expect(late).to_contain_text("4h 30m")
    expect(late.locator(".over")).to_have_text("4h 30m")
    expect(page.locator("#verification .chart")).to_have_attribute("aria-label", re.compile("1 took longer"))


def test_whether_the_ledger_is_whole(open_page: Opener, acme: dict[str, Any]) -> None:
    expect(open_page(acme).page.locator("#ledger .chain")).to_contain_text("whole Entries 1 to 11 follow on each other")
    broken = {**acme, "ledger": {**acme["ledger"], "broken": ["entry 4: its content does not have its hash"]}}
    expect(open_page(broken).page.locator("#ledger .chain")).to_contain_text("broken The chain does not hold: entry 4")


def test_a_phone_scrolls_in_one_direction_only(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme, **PHONE).page
    expect(page.locator("#ledger-table tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#places-table thead button", has_text="App").click()
    assert cells(page, "places-table", "App")[0] == "sandbox"


def test_all_rows_are_printed(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(acme).page
    expect(page.locator("#results-table tbody tr")).to_have_count(10)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#results-table tbody tr")).to_have_count(28)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#results-table tbody tr")).to_have_count(10)


@pytest.mark.parametrize("part", ["hub", "changes"])
def test_a_page_of_a_folder_says_what_it_does_not_know(open_page: Opener, acme: dict[str, Any], part: str) -> None:
    """Without a hub, and without a change."""
    timeline = acme["timeline"] | ({"changes": False} if part == "changes" else {})
    offline = acme | {
        "head": None,
        "pending": None,
        "ledger": None,
        "results": [],
        "findings": [],
        "timeline": timeline,
    }
    opened = open_page(offline)
    expect(opened.page.locator("header")).to_contain_text("no hub was asked")
    expect(opened.page.locator("#ledger")).to_have_count(0)
    assert drawn(opened.page, "#timeline canvas") == ({"before"} if part == "changes" else {"before", "after"})
    assert opened.complaints == []


def drawn(page: Page, canvas: str) -> set[str]:
    """The sides whose colour stands in a drawing."""
    page.locator(canvas).wait_for()
    found: list[str] = page.evaluate(
        """(canvas) => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          const seen = new Set();
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] > 200) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
          }
          const looks = getComputedStyle(document.documentElement);
          const of = (side) => parseInt(looks.getPropertyValue(`--${side}`).trim().slice(1), 16);
          return ["before", "after"].filter((side) => seen.has(of(side)));
        }""",
        page.locator(canvas).element_handle(),
    )
    return set(found)
