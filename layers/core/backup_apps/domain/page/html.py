"""The page as one HTML file that needs nothing else and can ask for nothing else.

The data stands in it as JSON that no browser runs; scripts put it on the page as text, never as HTML. The policy of the
file lets exactly its own scripts and styles run, by their digests, and forbids every request.

https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.errors import BackupAppsError
from backup_apps.domain.page.document import page_document
from backup_apps.domain.page.facts import Facts

_HIDDEN = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What could end the element that the data stands in, as JSON may write it, too."""
_MARKS = ("<!-- policy -->", "<!-- title -->", "<!-- styles -->", "<!-- data -->", "<!-- scripts -->")


class BrokenShellError(BackupAppsError):
    """The shell lacks a mark, or has it twice."""


class Parts(NamedTuple):
    """What the file is put together from; styles and scripts in their order."""

    shell: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]


class Page(NamedTuple):
    """For people and for machines."""

    html: str
    data: str


def shown_page(facts: Facts, parts: Parts) -> Page:
    """Raises BrokenShellError."""
    document = page_document(facts)
    return Page(page_html(document, parts), json.dumps(document, ensure_ascii=False))


def page_html(document: Mapping[str, Any], parts: Parts) -> str:
    """Raises BrokenShellError."""
    filled = (
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(parts)}">',
        _text(f"{document['bundle']} · backups"),
        "".join(f"<style>{style}</style>" for style in parts.styles),
        f'<script type="application/json" id="data">{inert_json(document)}</script>',
        "".join(f"<script>{script}</script>" for script in parts.scripts),
    )
    html = parts.shell
    for mark in _MARKS:
        if html.count(mark) != 1:
            raise BrokenShellError(f"the shell of the page has {html.count(mark)} marks {mark}, and not one")
    pieces = dict(zip(_MARKS, filled, strict=True))
    return "".join(pieces.get(piece, piece) for piece in _split(html))


def inert_json(document: Any) -> str:
    """JSON that nothing in an HTML file can be ended with."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return "".join(_HIDDEN.get(character, character) for character in text)


def _split(html: str) -> Iterable[str]:
    """The shell, cut at its marks, which are pieces themselves: what is filled in is never looked at again."""
    rest = html
    for mark in sorted(_MARKS, key=html.index):
        before, _, rest = rest.partition(mark)
        yield from (before, mark)
    yield rest


def _policy(parts: Parts) -> str:
    styles, scripts = (" ".join(map(_digest, texts)) for texts in (parts.styles, parts.scripts))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
