"""How fast explorables are beside `go.FigureWidget` in a real JupyterLab, and how much they send and store.

    .venv/bin/python benchmarks/explorables.py

Prints one table, measured in one run, and keeps it in benchmarks/explorables.md. Both draw the same eight
figures (41 slider positions, 400 points); FigureWidget's slider is an ipywidgets slider whose observer sets
new values, as its documentation shows. They take turns, so that a busy moment of the machine hits both alike;
each ratio is the median of the ratios within a turn.

- step: from the key press on a slider to the first paint after Plotly's redraw (median of a turn's steps);
- shown: from "Run All Cells" in a fresh kernel to all eight painted, in a page tall enough for all of them;
- received: what came over JupyterLab's websockets in that time;
- stored: the notebook as nbclient executes and stores it, with widget state (its default) and without.
"""

import os
import platform
import statistics
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "src")]

from tests.conftest import QUIET, JupyterLab, browser_path  # noqa: E402

FIGURES, STEPS, TURNS = 8, 15, 5
STEP, SHOWN, RECEIVED = "step to paint, ms", "eight shown, s", "received, kB"
STORED_STATE, STORED = "stored with widget state, kB", "stored without, kB"
BUDGETS = {STEP: "at most 0.5", SHOWN: "at most 0.2"}
RESULT = Path(__file__).with_suffix(".md")
SETUP = """
import numpy as np
import plotly.graph_objects as go

x = np.linspace(0, 10, 400)

def wave(speed):
    return go.Figure([go.Scatter(x=x, y=np.sin(x * speed))], layout={"height": 420, "title": "A wave"})
"""
EXPLORABLE = 'explore(wave, speed=Slider(0, 4, step=0.1, value=1), alt="A wave.")'
FIGURE_WIDGET = """
figure = go.FigureWidget(wave(1))
slider = FloatSlider(1, min=0, max=4, step=0.1)
def update(change, figure=figure):
    figure.data[0].y = np.sin(x * change.new)
slider.observe(update, "value")
VBox([slider, figure])
"""
KINDS = {
    "explorable": (SETUP + "from opslab.explore import Slider, explore", EXPLORABLE, ".opslab-control input"),
    "FigureWidget": (SETUP + "from ipywidgets import FloatSlider, VBox", FIGURE_WIDGET, ".noUi-handle"),
}
ALL_PAINTED = """count => new Promise(done => {
  const look = () => document.querySelectorAll('.js-plotly-plot .scatterlayer path.js-line').length === count
    ? requestAnimationFrame(() => setTimeout(done)) : requestAnimationFrame(look);
  look();
})"""
LISTEN = """slider => {
  const plot = document.querySelector('.js-plotly-plot');
  addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
  plot.on('plotly_afterplot', () => requestAnimationFrame(() => setTimeout(() => {
    window.took = performance.now() - window.pressed;
  })));
  slider.focus();
}"""


def notebook(setup: str, cell: str) -> nbformat.NotebookNode:
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    sources = [setup, *[cell] * FIGURES]
    book.cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    return book


def stored_bytes(setup: str, cell: str, widget_state: bool) -> int:
    book = notebook(setup, cell)
    NotebookClient(book, timeout=120, store_widget_state=widget_state).execute()
    return len(nbformat.writes(book).encode())


def shown(browser, lab: JupyterLab, name: str) -> tuple:
    """Run a notebook in a fresh page and kernel; return the page, the seconds and the bytes received."""
    page = browser.new_page(viewport={"width": 1280, "height": 7000})
    page.set_default_timeout(120_000)
    received = [0]

    def count(frame):
        received[0] += len(frame if isinstance(frame, bytes) else frame.encode())

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    page.goto(f"{lab.address}/lab/tree/{name}?token={lab.token}&reset")
    page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/")
    page.click('li.lm-MenuBar-item:has-text("Run")')
    entry = page.locator('[data-command="runmenu:run-all"]')
    entry.wait_for()
    received[0] = 0
    start = page.evaluate("performance.now()")
    entry.click()
    page.evaluate(ALL_PAINTED, FIGURES)
    return page, (page.evaluate("performance.now()") - start) / 1000, received[0]


def steps(page, slider: str) -> list[float]:
    """Press a key on the first slider again and again; return the milliseconds to each paint."""
    page.locator(slider).first.evaluate(LISTEN)
    page.wait_for_timeout(1000)
    times = []
    for _ in range(STEPS):
        page.evaluate("window.took = null")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => window.took")
        page.wait_for_timeout(50)  # let what follows the paint finish, so that steps do not queue
        times.append(page.evaluate("window.took"))
    return times


def turn(browser, lab: JupyterLab, kind: str, number: int) -> dict[str, float]:
    setup, cell, slider = KINDS[kind]
    name = f"{kind}-{number}.ipynb"
    nbformat.write(notebook(setup, cell), lab.root / name)
    page, seconds, received = shown(browser, lab, name)
    step = statistics.median(steps(page, slider))
    page.close()
    return {STEP: step, SHOWN: seconds, RECEIVED: received / 1000}


def measure() -> list[tuple[dict, dict]]:
    """Return the numbers of (explorable, FigureWidget) for each turn."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
        lab = JupyterLab(Path(folder) / "lab")
        try:
            lab.wait()
            turns = [tuple(turn(browser, lab, kind, i) for kind in KINDS) for i in range(TURNS)]
        finally:
            lab.stop()
            browser.close()
    stored = [
        {
            what: stored_bytes(setup, cell, state) / 1000
            for what, state in ((STORED_STATE, True), (STORED, False))
        }
        for setup, cell, _ in KINDS.values()
    ]
    return [(ours | stored[0], theirs | stored[1]) for ours, theirs in turns]


def main() -> None:
    os.environ["PYTHONPATH"] = str(REPOSITORY / "src")  # for the kernels that nbclient starts
    turns = measure()
    python = f"Python {platform.python_version()}"
    versions = f"JupyterLab {version('jupyterlab')}, Plotly {version('plotly')}, {python}"
    lines = [
        f"{FIGURES} figures of 41 slider positions and 400 points, {os.cpu_count()} cores, {versions}.",
        f"Medians of {TURNS} turns in one run of `benchmarks/explorables.py`.",
        "",
        "| measured | explorable | FigureWidget | ratio | budget |",
        "|---|---:|---:|---:|---|",
    ]
    for what in turns[0][0]:
        ours, theirs = (statistics.median(pair[side][what] for pair in turns) for side in (0, 1))
        ratio = statistics.median(pair[0][what] / pair[1][what] for pair in turns)
        lines.append(f"| {what} | {ours:,.1f} | {theirs:,.1f} | {ratio:.2f} | {BUDGETS.get(what, '')} |")
    lines += ["", "Without widget state FigureWidget stores no picture at all."]
    print("\n".join(lines))
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
