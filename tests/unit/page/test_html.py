"""The file that is put together: what stands in it ends nothing, runs nothing, and nothing but its own may run."""

import base64
import hashlib
import html.parser
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup_apps.adapters.page_parts import page_parts
from backup_apps.domain.page.html import BrokenShellError, Parts, inert_json, page_html

PARTS = page_parts()
SHELL = "<!-- policy --><title><!-- title --></title><!-- styles --><!-- data --><!-- scripts -->"


class Reader(html.parser.HTMLParser):
    """The elements of a file, and what stands in its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside: str | None = None
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.metas: list[dict[str, str | None]] = []
        self.kinds: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        if tag == "meta":
            self.metas.append(dict(attrs))
        if tag == "script":
            self.kinds.append(dict(attrs).get("type"))
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = None

    def handle_data(self, data: str) -> None:
        if self.inside in self.texts:
            self.texts[self.inside][-1] += data


def digests(texts: list[str]) -> set[str]:
    return {f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in texts}


@given(
    st.recursive(
        st.text() | st.none() | st.integers(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
    )
)
def test_data_is_the_same_and_inert(document: Any) -> None:
    written = inert_json(document)
    assert json.loads(written) == document
    assert not re.search("[<>&\u2028\u2029]", written)


@pytest.mark.parametrize(
    "bundle", ["acme", "</script><script>hit()</script>", "<!-- scripts -->", "<!--<script>", "</title>"]
)
def test_nothing_of_the_data_becomes_an_element(bundle: str) -> None:
    read = Reader(page_html({"bundle": bundle}, PARTS))
    assert read.kinds == ["application/json", *[None] * len(PARTS.scripts)]
    assert json.loads(read.texts["script"][0]) == {"bundle": bundle}
    assert read.texts["title"] == [f"{bundle} · backups"]


def test_the_policy_names_what_may_run_and_nothing_else() -> None:
    read = Reader(page_html({"bundle": "acme"}, PARTS))
    (policy,) = (one["content"] for one in read.metas if one.get("http-equiv") == "Content-Security-Policy")
    said = {part.split()[0]: set(part.split()[1:]) for part in (policy or "").split(";")}
    assert said["default-src"] == {"'none'"}
    assert said["script-src"] == digests(read.texts["script"][1:])
    assert said["style-src"] == digests(read.texts["style"])
    assert set(said) == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}
    assert said["img-src"] == {"data:"}


def test_the_policy_comes_before_all_that_it_is_about() -> None:
    page = page_html({"bundle": "acme"}, PARTS)
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script")


@pytest.mark.parametrize("shell", [SHELL.replace("<!-- data -->", ""), SHELL + "<!-- data -->"])
def test_a_shell_without_its_marks_is_no_page(shell: str) -> None:
    with pytest.raises(BrokenShellError, match="<!-- data -->"):
        page_html({"bundle": "acme"}, Parts(shell, (), ()))


def test_the_parts_ask_for_nothing() -> None:
    """Beside the names of namespaces and of authors no address stands in them."""
    texts = "".join([PARTS.shell, *PARTS.styles, *PARTS.scripts])
    addresses = set(re.findall(r"https?://[\w./-]+", texts))
    assert addresses == {"https://github.com/leeoniya/uPlot", "http://www.w3.org/2000/svg"}
    assert not re.search(
        r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|innerHTML|eval)\b",
        "".join(PARTS.scripts[1:]),
    )


def test_the_chart_library_is_the_one_that_was_decided_on() -> None:
    """docs/decisions.md names version and digest."""
    digest = hashlib.sha256(PARTS.scripts[0].encode()).hexdigest()
    assert digest == "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"
    assert "(v1.6.32)" in PARTS.scripts[0]
