"""How large exported lessons are, what they ask of a network, how soon they show a plot; beside nbconvert's.

    .venv/bin/python benchmarks/export.py

Prints one table and keeps it in benchmarks/export.md. Every lesson is exported as slides and as a page, by
this package and by nbconvert's own exporters; a real browser opens each file from disk, off-line.

- export: one lesson, from a notebook in memory to HTML, in a process that has exported before;
- outside: requests to other machines;
- first plot: from the start of navigation to the first paint after Plotly's first figure;
- figures: those on which a picture was drawn, of those in the notebook.
"""

import os
import platform
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters import SlidesExporter as StockSlidesExporter
from playwright.sync_api import sync_playwright

from opslab.authoring.export import PageExporter, SlidesExporter
from opslab.authoring.export.browser import QUIET, browser_path
from opslab.explore import PLOTLY

REPOSITORY = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).with_suffix(".md")
TURNS = 5
PATIENCE, LOOK = 4000, 250  # ms until the first plot; from one look to the next
KINDS = {
    ("slides", "opslab"): SlidesExporter,
    ("slides", "nbconvert"): StockSlidesExporter,
    ("page", "opslab"): PageExporter,
    ("page", "nbconvert"): HTMLExporter,
}
HEAD = "| lesson | kind | exporter | size, MB | export, s | outside | first plot, s | figures |"
BUDGET = "Budgets: size at most 3 MB, export at most 10 s, nothing outside, first plot at most 2 s."
WATCH = """() => {
  const look = () => document.querySelector('.js-plotly-plot .main-svg')
    ? requestAnimationFrame(() => setTimeout(() => { window.firstPlot = performance.now(); }))
    : requestAnimationFrame(look);
  addEventListener('DOMContentLoaded', look);
}"""
TO_FIRST_FIGURE = """() => {
  const slide = document.querySelector('.opslab-figure')?.closest('section section');
  if (slide) location.hash = '#/' + slide.id;
}"""

WALK = """async () => {
  for (const details of document.querySelectorAll('main details')) details.open = true;
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const slide of globalThis.opslabDeck?.getSlides() ?? []) {
    opslabDeck.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}"""


def opened(browser, file: Path, *, whole: bool) -> tuple[int, float | None, int]:
    """Open a file; return outside requests, seconds to the first plot, and the number of figures drawn.

    Read it through to its end if `whole`, else until the first plot.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    outside = []
    page.on("request", lambda request: request.url.startswith("http") and outside.append(request.url))
    page.add_init_script(f"({WATCH})()")
    start = file.as_uri()
    if ".slides." in file.name:  # an opening slide has no figure: begin at the first one that has
        page.goto(start)
        page.evaluate(TO_FIRST_FIGURE)
        start = page.url
        page.goto("about:blank")
        outside.clear()
    page.goto(start)
    for _ in range(PATIENCE // LOOK):
        page.wait_for_timeout(LOOK)
        if not whole and page.evaluate("Boolean(window.firstPlot)"):
            break
    shown = page.evaluate("window.firstPlot ?? null")
    if whole:
        page.evaluate(WALK)
    figures = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].filter((plot) => plot._fullData).length"
    )
    page.close()
    return len(outside), shown and shown / 1000, figures


def main() -> None:
    """Measure, print and keep the table."""
    lines = [HEAD, "|---|---|---|---:|---:|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
        for path in sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb")):
            book = nbformat.read(path, as_version=4)
            figures = sum(
                PLOTLY in out.get("data", {}) for cell in book.cells for out in cell.get("outputs", [])
            )
            for (kind, name), exporter in KINDS.items():
                seconds = []
                for _ in range(TURNS):
                    began = time.perf_counter()
                    html, _ = exporter().from_notebook_node(book)
                    seconds.append(time.perf_counter() - began)
                file = Path(folder, f"{path.stem}.{name}{'.slides' if kind == 'slides' else ''}.html")
                file.write_text(html, encoding="utf-8")
                turns = range(TURNS if name == "opslab" else 1)
                found = [opened(browser, file, whole=turn == 0) for turn in turns]
                plots = [first for _, first, _ in found if first]
                first = f"{statistics.median(plots):.1f}" if plots else "never"
                lines.append(
                    f"| {path.stem} | {kind} | {name} | {file.stat().st_size / 1e6:.2f} "
                    f"| {statistics.median(seconds):.2f} | {max(out for out, _, _ in found)} | {first} "
                    f"| {max(drawn for _, _, drawn in found)} of {figures} |"
                )
                print(lines[-1], flush=True)
        browser.close()
    made = (
        f"{os.cpu_count()} cores, nbconvert {version('nbconvert')}, Plotly {version('plotly')}, "
        f"Python {platform.python_version()}.\nMedians of {TURNS} turns in one run of "
        f"`benchmarks/export.py`. {BUDGET}"
    )
    text = "\n".join([made, "", *lines, ""])
    RESULT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
