"""The shell, styles and scripts of the page, as they are shipped with this package."""

from importlib.resources import files

from backup_apps.domain.page.html import Parts

_STYLES = ("uPlot.min.css", "page.css")
_SCRIPTS = (
    "uPlot.iife.min.js",
    "build.js",
    "table.js",
    "tree.js",
    "spans.js",
    "timeline.js",
    "sections.js",
    "restores.js",
    "page.js",
)
"""In the order in which they need each other."""


def page_parts() -> Parts:
    folder = files(__package__) / "page"

    def text(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    return Parts(text("shell.html"), tuple(map(text, _STYLES)), tuple(map(text, _SCRIPTS)))
