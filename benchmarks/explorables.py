"""How fast explorables are beside other sliders' pictures in a real JupyterLab, and how much they store.

    .venv/bin/python benchmarks/explorables.py

Prints one table, measured in one run, and keeps it in benchmarks/explorables.md. All draw the same eight
figures (41 slider positions, 400 points). FigureWidget's slider is an ipywidgets slider whose observer sets
new values, as its documentation shows. Plotly's frames are the explorable's own bundle, drawn by Plotly's
renderer and moved by `Plotly.animate` at each key. They take turns, so that a busy moment of the machine hits
all alike; each ratio is the median of the ratios within a turn.

- first plot: from "Run All Cells" in a fresh kernel to the first figure painted;
- shown: the same to all eight painted, in a page tall enough for all of them;
- step: from the key press on a slider until a frame with a changed line is shown, by the browser's own trace
  (median of a turn's steps);
- step without motion: the same where the reader's system asks for reduced motion, so that no step glides;
- received: what came over JupyterLab's websockets in that time;
- stored: the notebook as nbclient executes and stores it, with widget state (its default) and without.
"""

import json
import os
import platform
import statistics
import sys
import tempfile
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "src")]

from tests.conftest import QUIET, JupyterLab, browser_path  # noqa: E402

FIGURES, STEPS, TURNS = 8, 15, 3
FIRST, SHOWN, RECEIVED = "first plot, s", "eight shown, s", "received, kB"
STEP, STILL = "step to paint, ms", "step to paint without motion, ms"
STORED_STATE, STORED = "stored with widget state, kB", "stored without, kB"
OURS, WIDGET, FRAMES = "explorable", "FigureWidget", "Plotly's frames"
BUDGETS = {
    FIRST: "at most 2 s",
    STEP: f"at most 0.25 × {WIDGET}",
    STILL: f"at most 1.15 × {FRAMES}",
    SHOWN: f"at most 0.15 × {WIDGET}",
}
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
PLAIN_FRAMES = f"""
bundle = {EXPLORABLE}.bundle
display({{"application/vnd.plotly.v1+json": bundle}}, raw=True)
"""
EXPLORE = SETUP + "from opslab.explore import Slider, explore"
KINDS = {
    OURS: (EXPLORE, EXPLORABLE, ".opslab-control input"),
    WIDGET: (SETUP + "from ipywidgets import FloatSlider, VBox", FIGURE_WIDGET, ".noUi-handle"),
    FRAMES: (EXPLORE, PLAIN_FRAMES, ".js-plotly-plot"),
}
ALL_PAINTED = """count => new Promise(done => {
  const look = () => document.querySelectorAll('.js-plotly-plot .scatterlayer path.js-line').length >= count
    ? requestAnimationFrame(() => setTimeout(done)) : requestAnimationFrame(look);
  look();
})"""
# Plotly's own slider answers to no key: here one does what dragging it does.
ANIMATE = """async plot => {
  const factory = await globalThis._JUPYTERLAB["jupyterlab-plotly"].get("./mimeExtension");
  const { Plotly } = factory().RenderedPlotly;
  let place = 10;
  plot.tabIndex = 0;
  plot.addEventListener('keydown', () => {
    place += 1;
    Plotly.animate(plot, [String(place)],
      { mode: "immediate", frame: { duration: 0, redraw: true }, transition: { duration: 0 } });
  });
}"""
LISTEN = """slider => {
  const plot = document.querySelector('.js-plotly-plot');
  const changed = new MutationObserver(() => performance.mark('changed'));
  changed.observe(plot, { subtree: true, attributes: true, attributeFilter: ['d'], childList: true });
  slider.focus();
}"""
CHANGED = "count => performance.getEntriesByName('changed').length > count"
REST = 400  # ms: what follows the paint ends, so that steps do not queue
FRAME = "disabled-by-default-devtools.timeline.frame"
# Keys and marks of the page, and the stages of each frame. The page's own timers were seen to wait behind a
# second frame after a key, when the first was shown long since.
TRACED = ["devtools.timeline", "blink.user_timing", FRAME]


def notebook(setup: str, cell: str) -> nbformat.NotebookNode:
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    sources = [setup, *[cell] * FIGURES]
    book.cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    return book


def stored_bytes(setup: str, cell: str, widget_state: bool) -> int:
    book = notebook(setup, cell)
    NotebookClient(book, timeout=120, store_widget_state=widget_state).execute()
    return len(nbformat.writes(book).encode())


def shown(browser, lab: JupyterLab, name: str, motion: str) -> tuple:
    """Run a notebook in a fresh page and kernel; return the page, seconds to one and to all, bytes."""
    page = browser.new_page(viewport={"width": 1280, "height": 7000}, reduced_motion=motion)
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
    times = []
    for painted in (1, FIGURES):
        page.evaluate(ALL_PAINTED, painted)
        times.append((page.evaluate("performance.now()") - start) / 1000)
    return page, times, received[0]


def steps(page, slider: str) -> list[float]:
    """Press a key on the first slider again and again; return the milliseconds to each paint."""
    page.locator(slider).first.evaluate(LISTEN)
    page.wait_for_timeout(1000)
    browser = page.context.browser
    browser.start_tracing(page=page, categories=TRACED)
    for _ in range(STEPS):
        count = page.evaluate("performance.getEntriesByName('changed').length")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(CHANGED, arg=count, polling=50)  # not at each frame, which makes frames
        page.wait_for_timeout(REST)
    return to_paint(json.loads(browser.stop_tracing())["traceEvents"])


def to_paint(events: list[dict]) -> list[float]:
    """Return the milliseconds from each key until the first frame with a changed line is shown."""
    events = sorted(events, key=itemgetter("ts"))
    sent = [event for event in events if event["name"] == "EventDispatch"]
    keys = [event for event in sent if event["args"]["data"]["type"] == "keydown"]
    events = [event for event in events if event["pid"] == keys[0]["pid"]]
    changes = [event["ts"] for event in events if event["name"] == "changed"]
    frames = [event for event in events if FRAME in event["cat"]]
    stages = [(event["name"], event["ph"], event.get("id2"), event["ts"]) for event in frames]
    took = []
    for key in keys:
        changed = next(time for time in changes if time >= key["ts"])
        rest = [stage for stage in stages if stage[-1] >= changed]
        frame = next(id for name, phase, id, _ in rest if (name, phase) == ("Commit", "b"))
        shown = next(time for *stage, time in rest if stage == ["PipelineReporter", "e", frame])
        took.append((shown - key["ts"]) / 1000)
    return took


def turn(browser, lab: JupyterLab, kind: str, number: int) -> dict[str, float]:
    """Measure one kind once: as it is, and where no motion is wanted."""
    setup, cell, slider = KINDS[kind]
    name = f"{kind.partition(' ')[2] or kind}-{number}.ipynb"
    nbformat.write(notebook(setup, cell), lab.root / name)
    measured = {}
    for what, motion in ((STEP, "no-preference"), (STILL, "reduce")):
        page, (first, seconds), received = shown(browser, lab, name, motion)
        if kind == FRAMES:
            page.locator(slider).first.evaluate(ANIMATE)
        step = statistics.median(steps(page, slider))
        page.close()
        measured = {FIRST: first, SHOWN: seconds, RECEIVED: received / 1000, **measured, what: step}
    return measured


def measure() -> list[dict[str, dict]]:
    """Return the numbers of each kind, turn by turn."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
        lab = JupyterLab(Path(folder) / "lab")
        try:
            lab.wait()
            turns = [{kind: turn(browser, lab, kind, i) for kind in KINDS} for i in range(TURNS)]
        finally:
            lab.stop()
            browser.close()
    for kind, (setup, cell, _) in KINDS.items():
        for what, state in ((STORED_STATE, True), (STORED, False)):
            size = stored_bytes(setup, cell, state) / 1000
            for measured in turns:
                measured[kind][what] = size
    return turns


def row(turns: list[dict[str, dict]], what: str) -> str:
    """Return a line of the table: the medians of each kind, and ours in their terms."""
    medians = {kind: statistics.median(measured[kind][what] for measured in turns) for kind in KINDS}
    ratios = [
        statistics.median(measured[OURS][what] / measured[other][what] for measured in turns)
        for other in (WIDGET, FRAMES)
    ]
    cells = [f"{number:,.1f}" for number in medians.values()] + [f"{ratio:.2f}" for ratio in ratios]
    return f"| {what} | {' | '.join(cells)} | {BUDGETS.get(what, '')} |"


def main() -> None:
    os.environ["PYTHONPATH"] = str(REPOSITORY / "src")  # for the kernels that nbclient starts
    turns = measure()
    python = f"Python {platform.python_version()}"
    versions = f"JupyterLab {version('jupyterlab')}, Plotly {version('plotly')}, {python}"
    lines = [
        f"{FIGURES} figures of 41 slider positions and 400 points, {os.cpu_count()} cores, {versions}.",
        f"Medians of {TURNS} turns in one run of `benchmarks/explorables.py`.",
        "",
        f"| measured | {' | '.join(KINDS)} | of {WIDGET}'s | of {FRAMES} | budget |",
        "|---|---:|---:|---:|---:|---:|---|",
        *(row(turns, what) for what in (FIRST, SHOWN, STEP, STILL, RECEIVED, STORED_STATE, STORED)),
        "",
        f"Without widget state {WIDGET} stores no picture at all.",
    ]
    print("\n".join(lines))
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
