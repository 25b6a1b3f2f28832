"""`python -m tests.browser.screenshot` takes docs/images/page.png anew, of the example bundle as a hub might know it.
With a folder it writes there, the page itself and how it looks on a phone and in the dark as well."""

import sys
import tempfile
from pathlib import Path

from backup_apps.offline_wiring import shown
from tests.browser.acme import facts
from tests.browser.chromium import browser

IMAGE = Path(__file__).parents[2] / "docs" / "images" / "page.png"
LOOKS = {
    "desktop": {"viewport": {"width": 1360, "height": 1460}},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "dark": {"viewport": {"width": 1280, "height": 1000}, "color_scheme": "dark"},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
        page = (folder or Path(temporary)) / "acme.html"
        page.write_text(shown(facts(Path(temporary) / "bundle")).html)
        with browser() as chromium:
            for name, look in LOOKS.items() if folder else [("desktop", LOOKS["desktop"])]:
                tab = chromium.new_page(**look)
                tab.goto(page.as_uri())
                tab.locator(".uplot").first.wait_for()
                tab.screenshot(path=folder / f"{name}.png" if folder else IMAGE, full_page=bool(folder))


if __name__ == "__main__":
    main()
