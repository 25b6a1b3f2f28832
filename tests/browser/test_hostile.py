"""Whatever somebody writes into a policy, an error or a name is text on the page."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener

TEXTS = {
    "end of the data": "</script><script>window.hit = 1</script>",
    "comment": "<!--<script>window.hit = 1</script>",
    "image": "<img src=x onerror='window.hit = 1'>",
    "attribute": "\"'><svg onload=window.hit=1>",
    "template": "${window.hit = 1} {{constructor.constructor('window.hit=1')()}}",
    "separators": "\u2028\u2029\u0000\x1b[31m",
    "marks of the shell": "<!-- scripts --><!-- data -->",
    "prototype": "__proto__",
}
WORDS = {"app", "parent", "file", "by", "why", "resource", "who", "what", "actor", "key", "version", "error", "bundle"}
"""Members whose text somebody else writes."""


def hostile(value: Any, text: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: hostile(one, text, key) for key, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, text, name) for one in value]
    return (
        f"{value}{text}"
        if isinstance(value, str) and name in WORDS | {"reasons", "names", "doubts", "gaps", "keeps", "findings"}
        else value
    )


@pytest.mark.parametrize("kind", TEXTS)
def test_it_is_inert(open_page: Opener, acme: dict[str, Any], kind: str) -> None:
    text = TEXTS[kind]
    opened = open_page(hostile(acme, text))
    expect(opened.page.locator("#ledger-table tbody tr")).to_have_count(11)
    assert opened.page.evaluate("window.hit") is None
    assert opened.page.locator("img, main script, svg[onload]").count() == 0
    assert opened.complaints == []
    assert len(opened.requests) <= 2


def test_it_is_shown_as_it_is(open_page: Opener, acme: dict[str, Any]) -> None:
    page = open_page(hostile(acme, TEXTS["image"])).page
    expect(page.locator("h1")).to_have_text(f"acme{TEXTS['image']}")
    expect(page).to_have_title(f"acme{TEXTS['image']} · backups")
