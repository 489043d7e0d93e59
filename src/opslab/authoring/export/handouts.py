"""Hand-outs: a lesson's page printed to a tagged PDF, its figures as pictures at their opening values."""

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from opslab.authoring.export.browser import NO_BROWSER, QUIET, browser_path
from opslab.authoring.export.slides import THINK

# Words
WORDS = {
    "shownAt": "Shown at",
    "answers": "Answers",
    "answer": "→ Think first. Answer",
    "think": THINK,
    "extra": "At work",  # the section whose folded texts are no answers
    "onScreen": "On a screen:",
}
FOOTER = '<div style="width: 100%; font-size: 8px; text-align: center; color: #57606a">{words}</div>'
PAGES = '<span class="title"></span> · <span class="pageNumber"></span> / <span class="totalPages"></span>'

SCRIPT = Path(__file__).with_name("handouts.js").read_text(encoding="utf-8")
FIT = Path(__file__).with_name("handout_pages.js").read_text(encoding="utf-8")
LIMIT = 60_000  # ms
HEIGHT = (
    280  # px of a picture whose words have room there: less than a third of a page, which never splits it
)
SETTINGS = {**WORDS, "height": HEIGHT}
# Inside the margins of an A4 as browsers print it: half a pixel less makes other lines, and then other pages;
# of a picture's height, the least.
SHEET = {"width": "calc(8.27in - 36mm)", "height": "calc(11.7in - 38mm)", "least": 0.7}
PAPER: dict[str, Any] = {
    "format": "A4",
    "margin": {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
    "print_background": True,
    "tagged": True,
    "outline": True,
    "display_header_footer": True,
    "header_template": "<span></span>",
    "footer_template": FOOTER.format(words=PAGES),
}


def print_page(content: bytes) -> bytes:
    """Return the PDF of an exported page.

    Raises
    ------
    RuntimeError
        If there is no browser to print with.
    """
    path = browser_path()
    if path is None:
        raise RuntimeError(NO_BROWSER)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "page.html")
        file.write_bytes(content)
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            page = browser.new_page(viewport={"width": 800, "height": 1100}, color_scheme="light")
            page.set_default_timeout(LIMIT)
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-opslab=ready]", state="attached")
            page.evaluate(SCRIPT, SETTINGS)
            page.emulate_media(media="print")
            page.evaluate(FIT, SHEET)
            return page.pdf(**PAPER)
        finally:
            browser.close()
