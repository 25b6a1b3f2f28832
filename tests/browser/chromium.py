"""The Chromium of this machine, driven by Playwright, which brings no browser of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, sync_playwright

PACKAGE = "Chromium is not installed: on Debian, apt-get install chromium"
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, names) if found), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """With a profile of its own, which is gone afterwards."""
    found = executable()
    if found is None:
        raise RuntimeError(PACKAGE)
    options: dict[str, Any] = {
        "executable_path": found,
        "args": list(_QUIET),
        "headless": True,
        "chromium_sandbox": False,
    }
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(**options)
        try:
            yield started
        finally:
            started.close()
