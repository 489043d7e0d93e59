"""What a hall sees of the decks, measured in a browser on slides of 1280 x 720.

    .venv/bin/python benchmarks/decks.py

Prints one table and keeps it in benchmarks/decks.md.

- words: those that stand on a slide at once, with answers, buttons and controls, without a picture's own;
- least fill: the share of the height that is not empty, of the emptiest slide but guesses, votes, openings;
- type: the smallest of all pictures, px;
- past: px by which the most crowded slide or picture leaves its room;
- print: the deck by `?print-pdf`; hand-out: the page as PDF.
"""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from opslab.authoring.export import PageExporter, SlidesExporter
from opslab.authoring.export.browser import QUIET, browser_path
from opslab.authoring.export.handouts import print_page

REPOSITORY = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).with_suffix(".md")
HEAD = (
    "| lesson | slides | words, median | words, most | least fill | with notes | type, px | past, px "
    "| deck, MB | print, MB | hand-out, MB |"
)
BUDGET = (
    "Budgets: words at most 40 and 80, fill at least 0.45, notes on 80 %, type at least 18 px, nothing past "
    "its room, deck at most 3 MB, print 5 MB, hand-out 1 MB."
)
SLIDE = """() => {
  const slide = opslabDeck.getCurrentSlide();
  while (opslabDeck.nextFragment());
  const count = (text) => text.split(/\\s+/).filter(Boolean).length;
  const all = (selector) => [...slide.querySelectorAll(selector)];
  // A picture and its title are looked at, what is said of it is heard; a menu shows the option chosen.
  const apart = '.opslab-plot, .opslab-title, .opslab-heard, select';
  const unread = all(apart).map((part) => count(part.innerText));
  const chosen = all('option:checked').map((option) => count(option.text));
  const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
  const rows = new Set();
  for (const part of all('p, li, h1, h2, pre, table, .opslab-plot, .opslab-control')) {
    const { top, bottom } = part.getBoundingClientRect();
    for (let y = Math.floor(top); y < bottom; y += 1) rows.add(y);
  }
  const room = slide.querySelector('.room');
  const stage = slide.querySelector('.stage');
  const picture = stage?.querySelector('.opslab-explore');
  const below = (part) => part.getBoundingClientRect().bottom;
  const type = all('.main-svg text')
    .filter((text) => text.getBoundingClientRect().width)
    .map((text) => parseFloat(getComputedStyle(text).fontSize));
  return {
    kind: slide.dataset.kind,
    words: count(slide.innerText) - sum(unread) + sum(chosen),
    fill: rows.size / slide.getBoundingClientRect().height,
    notes: Boolean(slide.querySelector('aside.notes')?.textContent.trim()),
    type: Math.min(...type, 100) * (stage ? getComputedStyle(stage).getPropertyValue('--scale') : 1),
    past: stage ? below(picture) - below(stage) : room.scrollHeight - room.clientHeight,
  };
}"""
DRAWN = "() => [...document.querySelectorAll('.opslab-figure')].every((e) => e.querySelector('.main-svg'))"
GO = """(place) => {
  const { h, v } = opslabDeck.getIndices(opslabDeck.getSlides()[place]);
  opslabDeck.slide(h, v, -1);
}"""
UNTITLED = ("guess", "vote", "opening")


def slides(page: Page) -> list[dict[str, Any]]:
    """Walk through a deck and measure each slide."""
    found = []
    for number in range(page.evaluate("opslabDeck.getTotalSlides()")):
        page.evaluate(GO, number)
        if page.locator("section.present section.present .stage").count():
            page.locator("section.present section.present .main-svg").first.wait_for()
            page.wait_for_timeout(300)
        found.append(page.evaluate(SLIDE))
    return found


def deck_row(page: Page, lesson: Path, folder: Path) -> str:
    """Export one lesson and return its row of the table, without the hand-out."""
    deck = folder / f"{lesson.stem}.slides.html"
    deck.write_text(SlidesExporter().from_filename(str(lesson))[0], encoding="utf-8")
    page.goto(deck.as_uri())
    page.wait_for_selector("html[data-opslab=ready]", state="attached")
    found = slides(page)
    page.goto("about:blank")
    page.goto(f"{deck.as_uri()}?print-pdf")
    page.wait_for_selector(".pdf-page")
    page.wait_for_function(DRAWN)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    words = [slide["words"] for slide in found]
    fill = min(slide["fill"] for slide in found if slide["kind"] not in UNTITLED)
    notes = sum(slide["notes"] for slide in found) / len(found)
    type_, past = min(slide["type"] for slide in found), max(slide["past"] for slide in found)
    cells = [
        *(
            lesson.stem,
            len(found),
            f"{statistics.median(words):g}",
            max(words),
            f"{fill:.2f}",
            f"{notes:.0%}",
        ),
        *(f"{type_:.1f}", f"{max(past, 0):.0f}"),
        *(f"{size / 1e6:.2f}" for size in (deck.stat().st_size, len(printed))),
    ]
    return f"| {' | '.join(map(str, cells))} "


def main() -> None:
    """Measure, print and keep the table."""
    lines = [BUDGET, "", HEAD, "|---" + "|---:" * (HEAD.count("|") - 2) + "|"]
    with tempfile.TemporaryDirectory() as folder:
        for lesson in sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb")):
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                line = deck_row(page, lesson, Path(folder))
                browser.close()
            handout = print_page(
                PageExporter().from_filename(str(lesson))[0].encode()
            )  # opens its own browser
            line += f"| {len(handout) / 1e6:.2f} |"
            print(line, flush=True)
            lines.append(line)
    RESULT.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
