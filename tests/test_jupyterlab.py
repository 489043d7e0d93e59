"""Explorables in a real JupyterLab and in a bare page, seen by a real browser and moved by keyboard."""

import json
import re
import urllib.request
from functools import cache
from itertools import pairwise
from pathlib import Path

import nbformat
import pandas as pd
import plotly
import plotly.graph_objects as go
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbclient import NotebookClient

from opslab.authoring.build import Target, convert
from opslab.authoring.course_map import read_course, whole_map
from opslab.charts import as_table, bars, dots, heatmap, lines, small_multiples
from opslab.explore import PLOTLY, Choice, Guess, Slider, explore, show
from opslab.explore.widget import SCRIPT
from opslab.scqa import coach, mail_desk, read_opening
from opslab.year import Plan, tree, tree_chart
from tests.conftest import LABEXTENSIONS, WINDOW
from tests.reader import PAINTED, guess, move_each_control

REPOSITORY = Path(__file__).parents[1]
LESSONS = sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb"))
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
MAP = REPOSITORY / "src/opslab/authoring/labextensions/opslab-map/static/map.css"
OURS = "*/lab/extensions/opslab/*"
EXPLORABLE = ".opslab-explore"
SETUP = """
import numpy as np
import plotly.graph_objects as go
from opslab.explore import Choice, Slider, explore, show

def wave(height, speed=1, shape="sin"):
    x = np.linspace(0, 10, 100)
    y = height * getattr(np, shape)(x * speed)
    title = f"{height} {speed} {shape}"
    return go.Figure([go.Scatter(x=x, y=y)], layout={"title": title, "yaxis_range": [-12, 12]})
"""
CELLS = {
    "setup": SETUP,
    "three": """explore(wave, height=Slider(0, 4, value=2, unit="m"), speed=Slider(1, 3, step=0.5),
        shape=Choice(["sin", "cos"]), alt="A wave rises.")""",
    "live": """explore(wave, height=Slider(0, 4, step=0.01, value=2), max_frames=5,
        alt="A wave drawn on demand.")""",
    "still": 'show(wave(3), alt="A wave that stands.")',
}
TYPED = {
    "Situation": '<img src=x onerror="window.stolen = 1"> is the best $x^2$.',
    "Complication": "All <b>is</b> as before at $$\\frac{a}{b}$$.",
    "Question": "How many should we send <script>window.stolen = 2</script>?",
    "Answer": "Send three a week, unless \\(y\\) rises.",
}
TITLE = "plot => plot.parentElement.querySelector('.opslab-title > span').textContent"
PLOTLYS_TITLE = "plot => plot._fullLayout?.title?.text ?? null"
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def notebook(path: Path, run: bool) -> Path:
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    book.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    if run:
        NotebookClient(book, timeout=60, store_widget_state=False).execute()
    nbformat.write(book, path)
    return path


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return a notebook that was run somewhere else, as a fresh clone brings it."""
    return notebook(tmp_path_factory.mktemp("stored") / "stored.ipynb", run=True)


# Alone, in a JupyterLab that may have shown others; run when its kernel is there: before that, a run is lost.
OPEN = """async ([path, run]) => {
  await jupyterapp.restored;
  for (const before of [...jupyterapp.shell.widgets("main")]) before.dispose();
  const panel = await jupyterapp.commands.execute("docmanager:open", { path });
  await panel.context.ready;
  if (!run) return;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  jupyterapp.commands.execute("notebook:run-all-cells");
}"""


def open_notebook(page, lab, source: Path, name: str, run: bool = False):
    """Open a copy of a notebook in the JupyterLab that the page shows, or in a new one; `run` runs it."""
    target = lab.root / name
    if not target.exists():
        target.write_bytes(source.read_bytes())
    page.set_viewport_size(WINDOW)
    if page.url == "about:blank":
        # A workspace for each page: two pages in one would load JupyterLab twice.
        page.goto(f"{lab.address}/lab/workspaces/{Path(name).stem}?token={lab.token}&reset")
        page.wait_for_function("() => window.jupyterapp?.restored")
    page.evaluate(OPEN, [name, run])
    page.locator(f".lm-TabBar-tab.jp-mod-current[title*='{name}']").wait_for()
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()


def without(page, *addresses: str):
    """Let a page load nothing from addresses; Playwright's own way would take its cache from it, too."""
    devtools(page).send("Network.enable")
    devtools(page).send("Network.setBlockedURLs", {"urls": list(addresses)})


def explorable(page, alt: str):
    """Return an explorable by the name that a screen reader says, once it is painted."""
    group = page.get_by_role("group", name=alt, exact=True)
    group.wait_for(state="attached")
    group.scroll_into_view_if_needed()
    group.locator(".main-svg").first.wait_for()
    return group


def title(group) -> str:
    return group.locator(".opslab-plot").evaluate(TITLE)


def press(page, control, key: str):
    control.focus()
    page.keyboard.press(key)


def wait_for_title(page, group, text: str):
    plot = group.locator(".opslab-plot").element_handle()
    read = f"([plot, text]) => ({TITLE})(plot).replaceAll('\u00a0', ' ') === text"
    page.wait_for_function(read, arg=[plot, text])


def answers_to_its_controls(page, group):
    """Move every control, those of a guess first; then the answer is shown."""
    place = group.element_handle()  # to be found by its name once is enough
    each_control_moves_the_picture(page, place)
    if guess(page, place):
        each_control_moves_the_picture(page, place)
    place.dispose()  # a handle keeps its whole notebook in the browser's memory when that is closed


def each_control_moves_the_picture(page, place):
    """Move each control that is there by keyboard; what is painted and its pixels have to change."""
    if not place.query_selector(":is(input, select):visible"):
        return
    plot = place.query_selector(".opslab-plot")
    before = pixels(page, plot)
    move_each_control(page, place, PAINTED)
    page.evaluate(TWO_FRAMES)
    assert pixels(page, plot) != before
    plot.dispose()


@cache
def devtools(page):
    return page.context.new_cdp_session(page)


def pixels(page, place) -> str:
    """Return a picture of a place, by the browser's quickest way: Playwright's waits for fonts and frames."""
    clip = {**place.bounding_box(), "scale": 1}
    asked = {"format": "jpeg", "optimizeForSpeed": True, "clip": clip}
    return devtools(page).send("Page.captureScreenshot", asked)["data"]


def no_barriers(page, place: str = EXPLORABLE):
    found = Axe().run(page, context=place)
    assert found.violations_count == 0, found.generate_report()


def two_controls_combine(page):
    group = explorable(page, "A wave rises.")
    assert title(group) == "2 1.0 sin"
    press(page, group.get_by_label("Height"), "ArrowRight")
    wait_for_title(page, group, "3 1.0 sin")
    press(page, group.get_by_label("Speed"), "End")
    wait_for_title(page, group, "3 3.0 sin")
    group.get_by_label("Shape").select_option("cos")
    wait_for_title(page, group, "3 3.0 cos")
    assert group.get_by_label("Height").get_attribute("aria-valuetext") == "3 m"
    assert "3 m" in group.inner_text()
    answers_to_its_controls(page, group)


def the_kernel_answers(page):
    group = explorable(page, "A wave drawn on demand.")
    slider = group.get_by_label("Height")
    page.wait_for_function("e => e.max === '400'", arg=slider.element_handle())
    press(page, slider, "ArrowRight")  # between any two stored pictures
    wait_for_title(page, group, "2.01 1 sin")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    wait_for_title(page, group, "2.21 1 sin")  # however many questions were left out, the last is answered


# Rules of all of them reach what stands on JupyterLab's one page: there a hint was a pixel high.
def test_no_two_extensions_name_a_class_alike():
    scripts = [script for folder in LABEXTENSIONS for script in folder.glob("*/static/*.[cj]s*")]
    owners = {}
    for script in scripts:
        for name in re.findall(r"\.(opslab-[\w-]+)", script.read_text(encoding="utf-8")):
            owners.setdefault(name, set()).add(script.parent)
    assert len(owners) > 50
    assert {name for name, folders in owners.items() if len(folders) > 1} == set()


@pytest.mark.browser
def test_a_run_notebook_answers_in_jupyterlab(jupyterlab, shared_page, tmp_path):
    page = shared_page
    open_notebook(page, jupyterlab, notebook(tmp_path / "run.ipynb", run=False), "run.ipynb", run=True)
    two_controls_combine(page)
    the_kernel_answers(page)
    explorable(page, "A wave that stands.")
    no_barriers(page)
    assert page.strangers == []


@pytest.mark.browser
def test_the_widget_alone_answers_where_our_extension_is_missing(jupyterlab, further_page, tmp_path):
    page = further_page
    without(page, OURS, "*/lab/extensions/jupyterlab-plotly/*")  # plotly.js from the kernel
    open_notebook(page, jupyterlab, notebook(tmp_path / "widget.ipynb", run=False), "widget.ipynb", run=True)
    two_controls_combine(page)
    the_kernel_answers(page)
    no_barriers(page)
    assert page.strangers == []


@pytest.mark.browser
def test_a_notebook_only_opened_has_working_sliders(jupyterlab, shared_page, stored):
    page = shared_page
    open_notebook(page, jupyterlab, stored, "opened.ipynb")
    two_controls_combine(page)
    coarse = explorable(page, "A wave drawn on demand.")
    answers_to_its_controls(page, coarse)
    assert title(coarse).endswith(" 1 sin")
    no_barriers(page)
    assert page.strangers == []


@pytest.mark.browser
def test_a_notebook_saved_by_its_reader_has_working_sliders_after_the_kernel_is_gone(
    jupyterlab, shared_page, stored
):
    """JupyterLab trusts it, so would show the widget of a kernel that is gone: an error."""
    page = shared_page
    open_notebook(page, jupyterlab, stored, "saved.ipynb", run=True)
    explorable(page, "A wave that stands.")
    save_and_stop(page, jupyterlab)
    open_notebook(page, jupyterlab, stored, "saved.ipynb")
    two_controls_combine(page)
    answers_to_its_controls(page, explorable(page, "A wave drawn on demand."))
    assert "Error displaying widget" not in page.content()


@pytest.mark.browser
def test_without_our_extension_an_opened_notebook_has_plotlys_own_sliders(jupyterlab, further_page, stored):
    page = further_page
    without(page, OURS)
    open_notebook(page, jupyterlab, stored, "plain.ipynb")
    plot = page.locator(".jp-RenderedPlotly").first
    rail = plot.locator(".slider-rail-touch-rect")
    rail.first.wait_for()
    plot = plot.element_handle()
    rail.nth(1).click(position={"x": 2, "y": 2}, force=True)
    rail.first.click(position={"x": 2, "y": 2}, force=True)
    page.wait_for_function(f"plot => ({PLOTLYS_TITLE})(plot) === '0 1.0 sin'", arg=plot)


@pytest.mark.browser
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_explorable_of_a_lesson_answers_before_it_is_run(jupyterlab, shared_page, lesson):
    page = shared_page
    open_notebook(page, jupyterlab, lesson, lesson.name)
    names = [
        output["data"][PLOTLY]["layout"]["meta"]["opslab"]["alt"]
        for cell in nbformat.read(lesson, as_version=4).cells
        if not cell.metadata.get("jupyter", {}).get("outputs_hidden")  # folded until the reader has guessed
        for output in cell.get("outputs", [])
        if "opslab" in output.get("data", {}).get(PLOTLY, {}).get("layout", {}).get("meta", {})
    ]
    for name in names:
        answers_to_its_controls(page, explorable(page, name))
    if names:
        no_barriers(page)
    assert page.strangers == []


@pytest.mark.browser
def test_no_sentence_and_no_folded_cell_of_a_lesson_is_wider_than_a_phone(jupyterlab, further_page):
    page = further_page  # others want the side bar that is closed here
    open_notebook(page, jupyterlab, LESSONS[6], "phone.ipynb")
    page.evaluate("jupyterapp.shell.collapseLeft()")
    page.set_viewport_size({"width": 390, "height": 900})
    folded = page.locator(".jp-InputPlaceholder").first
    folded.wait_for()
    page.wait_for_function("document.querySelector('.jp-Notebook').clientWidth < 390")
    wide = page.locator(".jp-InputPlaceholder, .jp-RenderedMarkdown").evaluate_all(
        "all => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)"
    )
    assert wide == []
    assert folded.evaluate("e => e.getBoundingClientRect().right <= innerWidth")
    beyond = page.locator(".jp-InputPlaceholder").evaluate_all(
        """all => all.map((e) => [e, e.parentElement].map((one) => one.getBoundingClientRect().right))
          .map(([own, around]) => own - around)"""
    )
    assert max(beyond) <= 0
    wrapped = page.locator(".cm-lineWrapping > .cm-line").first
    assert wrapped.evaluate("e => parseFloat(getComputedStyle(e).textIndent)") < 0  # is seen to go on


@pytest.mark.browser
@pytest.mark.parametrize("place", ["jp-OutputArea-output jp-RenderedHTMLCommon", "scroll", "table-wrapper"])
def test_a_table_that_goes_on_to_the_right_has_a_shadow_there(page, place):
    """The same in JupyterLab, on pages and on the site; its rows let it through."""
    table = as_table(pd.DataFrame({"one": [1, 2]}))._repr_html_()
    look = "".join(style.read_text(encoding="utf-8") for style in (MAP, MAP.with_name("lab.css")))
    page.set_content(f"<style>{look}</style><div class='{place}'>{table}</div>")
    edge = "e => [getComputedStyle(e).backgroundAttachment, getComputedStyle(e).backgroundImage]"
    attached, shadow = page.locator(f".{place.split()[0]}").evaluate(edge)
    assert (attached, shadow.count("linear-gradient")) == ("local, scroll", 2)
    rows = page.locator("tbody tr").evaluate_all("all => all.map((e) => getComputedStyle(e).backgroundColor)")
    assert all("0.05" in row or row == "rgba(0, 0, 0, 0)" for row in rows)


@pytest.mark.browser
@pytest.mark.parametrize("width", [340, 564, 660, 1000])
def test_no_part_of_the_map_is_a_column_of_single_words(page, width):
    look = MAP.read_text(encoding="utf-8")
    page.set_content(
        f"<style>{look}</style><main style='width: {width}px'>{whole_map(read_course(REPOSITORY))}</main>"
    )
    parts = page.locator(".opslab-chain").evaluate_all("all => all.map((e) => e.clientWidth)")
    assert len(parts) == 4
    assert min(parts) >= 140


@pytest.mark.browser
def test_a_lesson_is_there_to_its_last_cell_though_the_browser_is_never_idle(jupyterlab, further_page):
    """JupyterLab's own way waits for idle moments, and whoever scrolls has none for seconds."""
    page = further_page
    page.add_init_script("window.requestIdleCallback = () => 0")
    lesson = LESSONS[6]
    open_notebook(page, jupyterlab, lesson, "never-idle.ipynb")
    cells = len(nbformat.read(lesson, as_version=4).cells)
    page.wait_for_function(
        "cells => document.querySelectorAll('.jp-Notebook .jp-Cell').length === cells", arg=cells
    )


@pytest.mark.browser
def test_the_scqa_desk_answers_while_a_student_types_and_shows_their_text_as_text(
    jupyterlab, shared_page, tmp_path
):
    page = shared_page
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    book.cells = [nbformat.v4.new_code_cell("from opslab.scqa import desk\n\ndesk()", id="desk")]
    nbformat.write(book, tmp_path / "desk.ipynb")
    open_notebook(page, jupyterlab, tmp_path / "desk.ipynb", "desk.ipynb", run=True)
    boxes = {name: page.get_by_label(name, exact=True) for name in TYPED}
    for name, text in TYPED.items():
        boxes[name].fill(text)
    found, brief = page.locator(".opslab-desk-found"), page.locator(".opslab-desk-brief pre")
    found.get_by_text("Would your listener say this, too?").wait_for()  # "best"
    found.get_by_text("What changed, for whom, by how much?").wait_for()
    assert TYPED["Complication"] in found.inner_text()
    brief.filter(has_text=" ".join(TYPED.values())).wait_for()
    page.get_by_label("Order").select_option("direct: ASCQ 开门见山式")
    direct = " ".join(TYPED[name] for name in ("Answer", "Situation", "Complication", "Question"))
    brief.filter(has_text=direct).wait_for()
    page.get_by_role("button", name="Copy the brief").click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("getSelection().toString()") == direct
    shown = page.locator(".opslab-desk")
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function("e => e.clientWidth < 560", arg=shown.element_handle())
    assert shown.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    boxes["Answer"].fill("A long answer that needs room. " * 20)
    for box in boxes.values():
        assert box.evaluate("e => e.scrollHeight - e.clientHeight") == 0
    assert shown.locator("img, mjx-container, .MathJax").count() == 0
    assert page.evaluate("window.stolen") is None
    assert page.strangers == []
    no_barriers(page, ".opslab-desk")


GUESSED = """
import plotly.graph_objects as go
from opslab.explore import Guess, show
from opslab.scqa import desk

def figure():
    return go.Figure(go.Scatter(x=[0, 1, 2], y=[0, 4, 6]), {"title": "It rises to 6"})
"""
GUESS = 'show(figure(), "A line.", Guess("How high at 2?", at=2, high=10, unit="users", decimals=0))'
OFF = "You guessed 3 users. It is 6 users: your guess is 3 users too low."


@pytest.mark.browser
def test_what_a_student_guessed_and_typed_is_there_after_an_unsaved_reload(jupyterlab, shared_page, tmp_path):
    page = shared_page
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    home = f"import os; os.environ['OPSLAB_HOME'] = {str(tmp_path / 'home')!r}"
    cells = {"setup": home + GUESSED, "guess": GUESS, "desk": "desk()"}
    book.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()]
    nbformat.write(book, tmp_path / "kept.ipynb")
    open_notebook(page, jupyterlab, tmp_path / "kept.ipynb", "kept.ipynb", run=True)
    page.get_by_label("Situation").fill("We count users.")
    group = explorable(page, "A line.")
    press(page, group.get_by_label("Your guess"), "Home")
    for _ in range(3):
        page.keyboard.press("PageUp")
    group.get_by_role("button", name="Show the answer").click()
    group.get_by_text(OFF).wait_for()
    for _ in range(50):  # what was made comes to rest before it is kept
        kept = tmp_path / "home" / "kept.json"
        if kept.is_file() and all(word in kept.read_text() for word in ("We count", '"shown": true')):
            break
        page.wait_for_timeout(100)
    page.evaluate("localStorage.clear()")
    page.goto("about:blank")
    open_notebook(page, jupyterlab, tmp_path / "kept.ipynb", "kept.ipynb", run=True)
    explorable(page, "A line.").get_by_text(OFF).wait_for()
    page.wait_for_function(
        "() => document.querySelector('.opslab-desk textarea')?.value === 'We count users.'"
    )


FORETOLD = {"Cash from": "-20", "Cash to": "60", "Active users from": "3000", "Active users to": "5000"}


@pytest.mark.browser
def test_a_quarter_is_run_by_keyboard_and_is_there_after_an_unsaved_reload(jupyterlab, shared_page, tmp_path):
    page = shared_page
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    home = f"import os; os.environ['OPSLAB_HOME'] = {str(tmp_path / 'home')!r}\n"
    book.cells = [
        nbformat.v4.new_code_cell(home + "from opslab.year import year_desk\n\nyear_desk(3)", id="y")
    ]
    nbformat.write(book, tmp_path / "year.ipynb")
    open_notebook(page, jupyterlab, tmp_path / "year.ipynb", "year.ipynb", run=True)
    page.get_by_text("Quarter 1 of 4: weeks 1 to 13").wait_for()
    run = page.get_by_role("button", name="Run the quarter")
    assert page.locator(".opslab-year th:visible").all_inner_texts().count("A quarter ago") == 0
    press(page, run, "Enter")
    page.get_by_role("alert").filter(has_text="give its low and its high end").wait_for()
    page.get_by_label("Pushes a week").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    for label, text in FORETOLD.items():
        page.get_by_label(label).focus()
        page.keyboard.type(text)
    page.get_by_label("Why? One sentence").focus()
    page.keyboard.type("Fewer pushes <b>keep</b> people.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Quarter 2 of 4: weeks 14 to 26").wait_for()
    page.get_by_text("Active users: 4,189, your forecast 3,000 to 5,000 held.").wait_for()
    desk = page.locator(".opslab-year")
    assert desk.locator("li b").count() == 0
    assert page.get_by_label("Pushes a week").input_value() == "1"
    page.click('li[data-id="filebrowser"]')  # away with the list of files: a phone has no room for both
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(200)
        assert desk.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    controls = desk.locator("input, select, textarea, button")
    assert controls.evaluate_all("all => Math.min(...all.map(e => e.offsetHeight))") >= 24
    no_barriers(page, ".opslab-year")
    page.get_by_label("Why? One sentence").fill("Now for more clerks.")
    for _ in range(50):
        if "more clerks" in (tmp_path / "home" / "kept.json").read_text():
            break
        page.wait_for_timeout(100)
    page.goto("about:blank")
    open_notebook(page, jupyterlab, tmp_path / "year.ipynb", "year.ipynb", run=True)
    page.get_by_text("Quarter 2 of 4: weeks 14 to 26").wait_for()
    assert page.get_by_label("Why? One sentence").input_value() == "Now for more clerks."


FORM_MAIL = "We run two shops. Since May fewer people come. Should we close one? Close one by June."
FORM_TYPED = '<img src=x onerror="window.stolen = 1"> costs $x^2$. Should we sell it?'
FORMS = {
    "setup": "from opslab.scqa import mail_desk, pyramid_desk",
    "mail": f"mail_desk({FORM_MAIL!r})",
    "pyramid": "built = pyramid_desk()\nbuilt",
    "filing": (
        "import pandas as pd; from opslab.goals import filing_desk;"
        " filing_desk(pd.DataFrame({'text': ['call', 'post'], 'branch': ['user', 'market'],"
        " 'viewpoint': ['user', 'activity']}))"
    ),
}


@pytest.mark.browser
def test_forms_answer_before_a_kernel_runs_with_it_and_after_an_unsaved_reload(
    jupyterlab, shared_page, tmp_path
):
    page = shared_page
    home = f"import os; os.environ['OPSLAB_HOME'] = {str(tmp_path / 'home')!r}\n"
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    book.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in FORMS.items()]
    book.cells[0].source = home + book.cells[0].source
    bundle = json.loads(json.dumps(mail_desk(FORM_MAIL)._repr_mimebundle_()[0]))
    book.cells[1].outputs = [nbformat.v4.new_output("execute_result", bundle, execution_count=1)]
    nbformat.write(book, tmp_path / "forms.ipynb")
    open_notebook(page, jupyterlab, tmp_path / "forms.ipynb", "forms.ipynb")
    mail = page.get_by_role("group", name="Paste a mail")
    mail.locator("input").first.focus()
    for key in "1234":
        page.keyboard.press(key)
    mail.get_by_text("agree on 4 of 4").wait_for()
    mail.get_by_label("Your mail").fill("A new mail.")
    mail.get_by_text("open the lesson in JupyterLab and run this cell").wait_for()
    page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/")
    page.click('li.lm-MenuBar-item:has-text("Run")')
    page.click('[data-command="runmenu:run-all"]')
    mail.get_by_text("4 to go").wait_for()  # drawn anew, by the kernel
    mail.get_by_label("Your mail").fill(FORM_TYPED)
    mail.get_by_text("2. Should we sell it?").wait_for()
    mail.locator("input").first.focus()
    for clause in read_opening(FORM_TYPED).clauses:
        page.keyboard.press(str(1 + "SCQA".index(clause.part)))
    mail.get_by_text("agree on 2 of 2").wait_for()
    mail.get_by_text((coach(FORM_TYPED) or coach(FORM_TYPED).asks)[0].what).first.wait_for()
    pyramid = page.get_by_role("group", name="Build a pyramid")
    for name, words in {
        "Your answer": "Close one.",
        "Reason 1": "Shops",
        "Line 1.1": "One <b>line</b>",
    }.items():
        pyramid.get_by_role("textbox", name=name, exact=True).fill(words)
    pyramid.get_by_text("This reason stands on fewer than two lines.").wait_for()
    filing = page.get_by_role("group", name="File the cards")
    filing.get_by_role("button", name="2 user").focus()
    for key in "23":
        page.keyboard.press(key)
    filing.get_by_text("1 of 2 filed").wait_for()
    mail.get_by_role("button", name="Copy text and labels").click()
    mail.get_by_text("Copied.").wait_for()
    page.set_viewport_size({"width": 700, "height": 900})
    assert mail.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    assert mail.locator("img, mjx-container").count() == 0
    assert page.evaluate("window.stolen") is None
    no_barriers(page, ".opslab-form")
    page.evaluate("localStorage.clear()")
    page.goto("about:blank")
    open_notebook(page, jupyterlab, tmp_path / "forms.ipynb", "forms.ipynb", run=True)
    mail.get_by_text("2. Should we sell it?").wait_for()
    mail.get_by_text("agree on 2 of 2").wait_for()
    pyramid.get_by_text("This reason stands on fewer than two lines.").wait_for()
    assert pyramid.get_by_role("textbox", name="Line 1.1").input_value() == "One <b>line</b>"
    filing.get_by_text("1 of 2 filed").wait_for()
    assert page.strangers == []


@pytest.mark.browser
def test_a_form_that_outlives_its_kernel_says_what_needs_one(jupyterlab, shared_page, tmp_path):
    page = shared_page
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    book.cells = [nbformat.v4.new_code_cell(FORMS[name], id=name) for name in ("setup", "mail")]
    nbformat.write(book, tmp_path / "ended.ipynb")
    open_notebook(page, jupyterlab, tmp_path / "ended.ipynb", "ended.ipynb", run=True)
    mail = page.get_by_role("group", name="Paste a mail")
    mail.get_by_text("4 to go").wait_for()
    save_and_stop(page, jupyterlab)
    open_notebook(page, jupyterlab, tmp_path / "ended.ipynb", "ended.ipynb")
    mail.get_by_label("Your mail").fill("A new mail.")
    mail.get_by_text("open the lesson in JupyterLab and run this cell").wait_for()


WRONG_ANSWERS = ("mean = 6", "mean = 50", "mean = 51")


@pytest.fixture
def exercise(tiny_course, tmp_path):
    """Return a tiny exercise whose kernel keeps its progress apart."""
    home = {"OPSLAB_COURSE": str(tiny_course), "OPSLAB_HOME": str(tmp_path / "home")}
    book = convert(tiny_course, Target("06-tiny", "exercises", execute=False))
    book.cells.insert(0, nbformat.v4.new_code_cell(f"import os; os.environ.update({home!r})"))
    nbformat.write(book, tmp_path / "exercise.ipynb")
    return tmp_path / "exercise.ipynb"


def run_answer(page, question: str, code: str):
    """Write an answer over a question's cell, run it and return the reply."""
    cell = page.locator(".jp-Notebook .jp-CodeCell", has_text=f'check("{question}"')
    before = cell.locator(".jp-InputPrompt").inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f'{code}\ncheck("{question}", mean)')
    page.keyboard.press("Control+Enter")
    number = cell.locator(".jp-InputPrompt").element_handle()
    page.wait_for_function("([e, old]) => ![old, '[*]:'].includes(e.innerText)", arg=[number, before])
    cell.locator(".opslab-dots").wait_for(state="attached")  # the buttons are there, and not only closed ones
    return cell.locator(".opslab-reply")


@pytest.mark.browser
@pytest.mark.parametrize("extension", [True, False], ids=["our renderer", "the widget alone"])
def test_a_wrong_answer_a_hint_by_keyboard_and_the_solution_opens(
    jupyterlab, further_page, exercise, extension
):
    page = further_page
    if not extension:
        without(page, "*/lab/extensions/opslab-check/*")
    name = f"exercise-{extension}.ipynb"
    open_notebook(page, jupyterlab, exercise, name, run=True)
    page.locator(".opslab-reply button").first.wait_for()
    reply = run_answer(page, "q1", WRONG_ANSWERS[0])
    reply.get_by_text("You forgot to divide by the count.").wait_for()
    hint, solution = reply.get_by_role("button", name="Hint"), reply.get_by_role("button", name="Solution")
    assert solution.get_attribute("aria-disabled") == "true"
    reply.get_by_text("after 3 different answers (1 so far)").wait_for()
    press(page, solution, "Enter")
    assert "One way to do it" not in reply.inner_text()
    press(page, hint, "Enter")
    reply.get_by_text("What is asked?").wait_for()
    assert hint.inner_text() == "Hint 2 of 3"
    page.keyboard.press("Tab")
    assert solution.evaluate("e => e === document.activeElement")
    assert solution.get_attribute("aria-disabled") == "false"
    page.keyboard.press("Space")
    reply.get_by_text("One way to do it").wait_for()
    reply.get_by_text("The mean shares the sum out evenly.").wait_for()
    assert min(button.bounding_box()["height"] for button in (hint, solution)) >= 24
    dots = reply.get_by_role("list", name="0 of 2 questions done").get_by_role("listitem")
    assert dots.all_inner_texts() == ["q1: tried, not done yet", "q2: not tried"]
    no_barriers(page, ".opslab-reply")
    reply = run_answer(page, "q1", "mean = sum(values) / len(values)")
    reply.get_by_text("Next: q2 · Why.").wait_for()
    other = page.locator(".jp-CodeCell", has_text='check("q2"').locator(".opslab-reply")
    other.get_by_role("list", name="1 of 2 questions done").wait_for(state="attached")
    assert page.strangers == []


@pytest.mark.browser
def test_three_different_answers_open_the_solution(jupyterlab, shared_page, exercise):
    page = shared_page
    open_notebook(page, jupyterlab, exercise, "three.ipynb", run=True)
    page.locator(".opslab-reply button").first.wait_for()
    for place, answer in enumerate(WRONG_ANSWERS):
        reply = run_answer(page, "q1", answer)
        closed = reply.get_by_role("button", name="Solution").get_attribute("aria-disabled")
        assert closed == ("false" if place == 2 else "true")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, reply.get_by_text("Your mistake got no name?"), "Enter")
    press(page, reply.get_by_role("button", name="Copy"), "Enter")
    reply.get_by_role("button", name="Copied").wait_for()
    assert "Question: q1\nWorld: 0\nAnswer: 51\n" in page.evaluate("navigator.clipboard.readText()")
    no_barriers(page, ".opslab-reply")


@pytest.mark.browser
@pytest.mark.parametrize("again", ["in the same JupyterLab", "in a new one"])
def test_a_reply_that_outlives_its_kernel_has_closed_buttons_that_say_why(
    jupyterlab, shared_page, exercise, again
):
    page = shared_page
    name = f"outlives-{again[-3:]}.ipynb"
    open_notebook(page, jupyterlab, exercise, name, run=True)
    page.locator(".opslab-reply button").first.wait_for()
    run_answer(page, "q1", WRONG_ANSWERS[0]).get_by_text("You forgot to divide").wait_for()
    save_and_stop(page, jupyterlab)
    if again == "in a new one":
        page.goto("about:blank")
    open_notebook(page, jupyterlab, exercise, name)
    reply = page.locator(".opslab-reply").first
    reply.get_by_text("You forgot to divide").wait_for()
    reply.get_by_text("Run the cell again: then these buttons work.").wait_for()
    for button in ("Hint", "Solution"):
        closed = reply.get_by_role("button", name=button)
        assert closed.get_attribute("aria-disabled") == "true"
        press(page, closed, "Enter")
    assert "Error displaying widget" not in page.content()
    no_barriers(page, ".opslab-reply")
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    reply.locator(".opslab-dots").wait_for(state="attached")
    press(page, reply.get_by_role("button", name="Hint"), "Enter")
    reply.get_by_text("What is asked?").wait_for()


@pytest.mark.browser
def test_the_buttons_of_a_notebook_that_was_only_closed_work_when_it_is_opened_again(
    jupyterlab, shared_page, exercise
):
    page = shared_page
    open_notebook(page, jupyterlab, exercise, "closed.ipynb", run=True)
    run_answer(page, "q1", WRONG_ANSWERS[0]).get_by_text("You forgot to divide").wait_for()
    save(page)
    for number, words in ((1, "What is asked?"), (2, "Look at")):
        open_notebook(page, jupyterlab, exercise, "closed.ipynb")
        reply = page.locator(".opslab-reply").first
        reply.locator(".opslab-dots").wait_for(state="attached")
        press(page, reply.get_by_role("button", name=f"Hint {number} of 3"), "Enter")
        reply.get_by_text(words).wait_for()
    assert reply.get_by_text("What is asked?").count() == 1  # read once, it stands there once


def bare_page(page, body: str = "<main></main>"):
    """Show a page that has our bundle and Plotly, and no notebook."""
    page.set_content(f"<!doctype html><html lang='en'><title>Page</title>{body}")
    page.add_script_tag(path=PLOTLY_JS)
    page.add_script_tag(type="module", content=f"{SCRIPT}\nwindow.opslabMount = mount;")
    page.wait_for_function("() => Boolean(window.opslabMount)")


def mounted(page, bundle: dict):
    """Mount a bundle as a notebook stores it in a bare page's first place."""
    stored = json.loads(json.dumps(bundle))
    page.evaluate("bundle => { opslabMount(document.querySelector('main'), bundle, Plotly) }", stored)


@pytest.mark.browser
def test_the_bundle_alone_is_live_in_a_bare_page_and_draws_when_it_becomes_visible(page, tmp_path):
    """What an exported page does: explore.js, plotly.js and the stored bundle; no kernel, no server."""
    space: dict = {}
    exec(SETUP, space)
    bundle = explore(
        space["wave"], height=Slider(9, 11), shape=Choice(["sin", "cos"]), alt="A wave in a page."
    ).bundle
    bare_page(page, "<main hidden style='width: 600px'></main>")
    mounted(page, bundle)
    page.wait_for_timeout(200)
    assert page.locator(".main-svg").count() == 0
    page.evaluate("document.querySelector('main').hidden = false")
    group = explorable(page, "A wave in a page.")
    assert group.locator(".main-svg").first.bounding_box()["width"] == pytest.approx(570, abs=6)
    slider = group.get_by_label("Height")
    length = slider.bounding_box()["width"]
    answers_to_its_controls(page, group)
    assert title(group) == "10 1 cos"
    assert slider.bounding_box()["width"] == length  # "10" is wider than "9", and the mouse holds the slider
    press(page, slider, "Home")
    wait_for_title(page, group, "9 1 cos")
    heard = group.locator("[aria-live=polite]").element_handle()
    page.wait_for_function("e => e.textContent === '9 1 cos'", arg=heard)
    page.evaluate("document.querySelector('main').style.width = '320px'")
    page.wait_for_function("document.querySelector('.main-svg').clientWidth < 320")
    no_barriers(page)


NAMES = """plot => [...plot.querySelectorAll('[class^=yaxislayer] text')].map((name) => {
  const { top, bottom } = name.getBoundingClientRect();
  return { top, bottom, lines: name.querySelectorAll('tspan').length || 1 };
})"""


@pytest.mark.browser
@pytest.mark.parametrize(("width", "most"), [(1000, 1), (620, 1), (270, 2)])
def test_names_of_rows_have_a_line_where_there_is_room_and_never_touch(page, width, most):
    """Also where the name of the axis below them takes three lines."""
    worth = pd.Series({"counting 400 answers": 0.42, "counting 40 prompts": 0.43})
    told = dots(worth, "By two counts", "share of answers that name the brand", share=True)
    bare_page(page, f"<main style='width: {width}px'></main>")
    mounted(page, show(told, "Two dots.").bundle)
    plot = explorable(page, "Two dots.").locator(".opslab-plot")
    page.evaluate(TWO_FRAMES)
    page.evaluate(TWO_FRAMES)
    upper, lower = sorted(plot.evaluate(NAMES), key=lambda name: name["top"])
    assert [upper["lines"], lower["lines"]] == [most, most]
    assert upper["bottom"] + 4 <= lower["top"]


@pytest.mark.browser
def test_dates_stand_upright_on_a_phone(page):
    days = [str(day.date()) for day in pd.date_range("2025-03-31", periods=91)]
    told = go.Figure(go.Bar(x=days, y=[1] * 91), {"title": "A quarter"})
    bare_page(page, "<main style='width: 270px'></main>")
    mounted(page, show(told, "Bars by day.").bundle)
    ticks = explorable(page, "Bars by day.").locator(".xtick text")
    ways = ticks.evaluate_all("all => all.map((e) => e.getAttribute('transform') ?? '')")
    assert len(ways) > 1
    assert not any("rotate" in way for way in ways)
    spans = sorted(
        ticks.evaluate_all(
            "all => all.map((e) => e.getBoundingClientRect()).map(({ left, right }) => [left, right])"
        )
    )
    assert all(one[1] < other[0] for one, other in pairwise(spans))


PANELS = """plot => ["", 2, 3, 4].map((i) => {
  const [x, y] = [plot._fullLayout[`xaxis${i}`], plot._fullLayout[`yaxis${i}`]];
  return { wide: x._length, top: y._offset, bottom: y._offset + y._length };
})"""


@pytest.mark.browser
def test_panels_stand_below_one_another_on_a_phone(page):
    years = tree({"as last year": Plan(), "no pushes": Plan(pushes=0)}, seed=7)
    bare_page(page, "<main style='width: 270px'></main>")
    mounted(page, show(tree_chart(years, ["no pushes"] * 4), "Four panels.").bundle)
    plot = explorable(page, "Four panels.").locator(".opslab-plot")
    page.evaluate(TWO_FRAMES)
    panels = plot.evaluate(PANELS)
    assert min(panel["wide"] for panel in panels) >= 120
    assert all(one["bottom"] + 20 <= other["top"] for one, other in pairwise(panels))  # a name stands between
    assert plot.locator(".annotation").evaluate_all("all => all.map((e) => e.textContent)") == [
        "Users",
        "Cash, 1,000 yuan",
        "Trust, %",
        "Said no, %",
    ]


NAMED = """plot => ["", 2, 3, 4].map((i) => {
  const [x, y] = [plot._fullLayout[`xaxis${i}`], plot._fullLayout[`yaxis${i}`]];
  const { left, top } = plot.getBoundingClientRect();
  const over = [...plot.querySelectorAll(".annotation-text")].filter((name) => {
    const box = name.getBoundingClientRect();
    return Math.abs(box.left - left - x._offset) < 8 && Math.abs(box.bottom - top - y._offset) < 8;
  });
  return over.map((name) => name.textContent).join() + plot.querySelectorAll(`.y${i}tick text`).length;
})"""


@pytest.mark.browser
def test_panels_of_a_phone_each_have_their_name_and_numbers(page):
    told = small_multiples(pd.DataFrame(1.0, [0, 9], ["one", "two", "three", "four"])).update_yaxes(dtick=1)
    bare_page(page, "<main style='width: 270px'></main>")
    mounted(page, show(told, "Four.").bundle)
    page.evaluate(TWO_FRAMES)
    names = explorable(page, "Four.").locator(".opslab-plot").evaluate(NAMED)
    assert names == ["One2", "Two2", "Three2", "Four2"]


@pytest.mark.browser
def test_no_control_is_wider_than_a_phone(page):
    def drawn(budget):
        return lines(pd.Series([1, budget]), "Two", "week")

    slider = Slider(1_000, 12_000, step=1_000, value=12_000, unit="yuan a week")
    bare_page(page, "<main style='width: 269px'></main>")
    mounted(page, explore(drawn, budget=slider, alt="A line.").bundle)
    control = explorable(page, "A line.").locator(".opslab-control")
    assert control.evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.browser
def test_a_picture_that_the_kernel_does_not_bring_says_so(page):
    """Where nobody else has plotly.js, and under load: a widget's first messages can get lost."""
    page.set_content("<main></main>")
    page.evaluate(
        """async (script) => {
          const place = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
          const { default: widget } = await import(place);
          const model = { get() {}, on() {}, off() {}, send() {} };
          widget.render({ model, el: document.querySelector("main") });
        }""",
        SCRIPT,
    )
    page.get_by_text("If nothing happens, run the cell again.").wait_for()


@pytest.mark.browser
def test_a_picture_that_leaves_the_page_before_it_is_drawn_complains_of_nothing(page):
    """JupyterLab takes an output away when its cell runs again, at any moment."""
    stored = json.loads(json.dumps(show(lines(pd.Series([1, 2]), "Two"), "A line.").bundle))
    bare_page(page)
    page.evaluate(
        """(bundle) => new Promise((done) => {
          const main = document.querySelector("main");
          opslabMount(main, bundle, Plotly);
          new ResizeObserver(() => { main.remove(); setTimeout(done, 100); }).observe(main);
        })""",
        stored,
    )
    assert page.complaints == []


@pytest.mark.browser
def test_a_line_that_gets_shorter_or_longer_keeps_its_label(page):
    bare_page(page)

    def drawn(weeks):
        table = pd.DataFrame({"kept": range(weeks), "lost": range(weeks, 0, -1)})
        return lines(table, f"{weeks} weeks", "week", "users", markers=False)

    bundle = explore(drawn, weeks=Slider(5, 9, step=2, value=9), alt="A line.").bundle
    mounted(page, bundle)
    group = explorable(page, "A line.")
    for key, weeks in (("Home", 5), ("ArrowRight", 7), ("End", 9)):
        press(page, group.get_by_label("Weeks"), key)
        wait_for_title(page, group, f"{weeks} weeks")
        group.locator(".textpoint", has_text="Kept").wait_for()


STEP = """async ([bundle, slow]) => {
  const drawn = [], wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const react = (plot, data) => {
    drawn.push(data[0].y[0]);
    for (const end = performance.now() + slow; performance.now() < end; );
  };
  const main = document.querySelector("main");
  opslabMount(main, bundle, { react, purge() {} });
  await wait(400);
  const slider = main.querySelector("input");
  for (const value of ["1", "2"]) {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await wait(900);
  }
  return drawn;
}"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("motion", "slow", "jumps"),
    [("no-preference", 0, False), ("no-preference", 100, True), ("reduce", 0, True)],
)
def test_a_step_glides_unless_it_would_stutter_or_nobody_wants_it(page, motion, slow, jumps):
    page.emulate_media(reduced_motion=motion)
    page.set_content("<!doctype html><html lang='en'><title>Page</title><main></main>")
    page.add_script_tag(type="module", content=f"{SCRIPT}\nwindow.opslabMount = mount;")
    page.wait_for_function("() => Boolean(window.opslabMount)")
    steps = explore(
        lambda height: go.Figure(go.Scatter(y=[height])), height=Slider(0, 2), alt="A dot."
    ).bundle
    drawn = page.evaluate(STEP, [steps, slow])
    second = drawn[drawn.index(1) :]
    assert (second[0], second[-1]) == (1, 2)
    assert any(1 < height < 2 for height in second) is not jumps


LOOKS = """async (bundle) => {
  const main = document.querySelector("main"), looks = [];
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const width = Object.getOwnPropertyDescriptor(Element.prototype, "clientWidth").get;
  const get = function () { looks.push("width"); return width.call(this); };
  Object.defineProperty(Element.prototype, "clientWidth", { get });
  const style = getComputedStyle;
  window.getComputedStyle = (...all) => { looks.push("style"); return style(...all); };
  const drawn = [];
  opslabMount(main, bundle, { react: (plot, data) => drawn.push(data[0].y[0]), purge() {} });
  await wait(400);
  let titles = 0;
  const watch = new MutationObserver((all) => { titles += all.length; });
  watch.observe(main.querySelector(".opslab-title"), { childList: true, subtree: true });
  looks.length = drawn.length = 0;
  const slider = main.querySelector("input");
  slider.value = "1";
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const atOnce = [drawn.length, looks.length];
  await wait(900);
  return { atOnce, titles, frames: drawn.length };
}"""


@pytest.mark.browser
def test_a_step_is_drawn_at_once_without_a_look_at_the_page(page):
    """Whoever asks for a width or a colour between two changes lets the browser lay out the page."""
    page.emulate_media(reduced_motion="no-preference")
    page.set_content("<!doctype html><html lang='en'><title>Page</title><main></main>")
    page.add_script_tag(type="module", content=f"{SCRIPT}\nwindow.opslabMount = mount;")
    page.wait_for_function("() => Boolean(window.opslabMount)")
    steps = explore(
        lambda height: go.Figure(go.Scatter(y=[height]), layout={"title": f"At {height}"}),
        height=Slider(0, 2),
        alt="A dot.",
    ).bundle
    found = page.evaluate(LOOKS, json.loads(json.dumps(steps)))
    assert found["atOnce"] == [1, 0]
    assert found["frames"] > 2
    assert found["titles"] == 1  # not once a frame


WAY = """async (bundle) => {
  const calls = [], main = document.querySelector("main");
  const counted = (name) => (...all) => { calls.push(name); return Plotly[name](...all); };
  opslabMount(main, bundle, { ...Plotly, react: counted("react"), animate: counted("animate") });
  const rest = () => new Promise((done) => setTimeout(done, 900));
  const line = () => main.querySelector(".js-line").getAttribute("d");
  await rest();
  calls.length = 0;
  const lines = [line()];
  const slider = main.querySelector("input");
  slider.value = "1";
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await rest();
  lines.push(line());
  return { calls, lines };
}"""


@pytest.mark.browser
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize(
    ("factor", "fixed", "only_the_line"),
    [(1.01, False, True), (3.0, False, False), (3.0, True, True)],
    ids=["the axis hardly moves", "the axis moves", "the axis is fixed"],
)
def test_on_its_way_a_line_is_drawn_without_its_axes_where_they_stand_still(
    page, motion, factor, fixed, only_the_line
):
    def drawn(step):
        figure = go.Figure(go.Scatter(y=[0, 2 * factor**step, 1 + step]))
        return figure.update_yaxes(range=[0, 10]) if fixed else figure

    page.emulate_media(reduced_motion=motion)
    bare_page(page)
    bundle = explore(drawn, step=Slider(0, 1), alt="A line.").bundle
    found = page.evaluate(WAY, json.loads(json.dumps(bundle)))
    calls = found["calls"]
    assert (calls[0] == "animate") is only_the_line
    assert calls[-1] == "react"  # at rest all of it is drawn
    if motion == "reduce":
        assert calls == (["animate", "react"] if only_the_line else ["react"])
    assert found["lines"][0] != found["lines"][1]


GUESSING = """async (bundle) => {
  const main = document.querySelector("main"), seen = [];
  let drawn = 0;
  const counted = (name) => (...all) => { drawn += 1; return Plotly[name](...all); };
  opslabMount(main, bundle, { ...Plotly, react: counted("react"), animate: counted("animate") });
  const rest = async () => {
    await new Promise((done) => setTimeout(done, 900)); // the way of a step and what follows it
    const before = drawn;
    await new Promise((done) => setTimeout(done, 500));
    seen.push([before, drawn]);
  };
  const move = (input) => { input.value = "1"; input.dispatchEvent(new Event("input", { bubbles: true })); };
  await rest();
  move(main.querySelector(".opslab-guess input"));
  await rest();
  main.querySelector(".opslab-guess button").click();
  await rest();
  move(main.querySelector(".opslab-controls input"));
  await rest();
  return seen;
}"""


@pytest.mark.browser
def test_a_picture_with_a_guess_comes_to_rest(page):
    def drawn(step):
        return go.Figure(go.Scatter(x=[0, 1], y=[step, 2 * step]), {"title": f"It ends at {2 * step}"})

    page.emulate_media(reduced_motion="no-preference")
    bare_page(page)
    bundle = explore(drawn, step=Slider(0, 4), alt="A line.", guess=Guess("How high?", at=1, high=9)).bundle
    seen = page.evaluate(GUESSING, json.loads(json.dumps(bundle)))
    assert [after - before for before, after in seen] == [0, 0, 0, 0]
    counts = [after for _, after in seen]
    assert sorted(set(counts)) == counts  # and each change was drawn


@pytest.mark.browser
@pytest.mark.parametrize("ground", ["white", "#111"])
def test_a_share_stands_apart_from_its_sign_on_axes_and_scales(page, ground):
    bundles = [
        show(bars(pd.Series({"a": -0.2, "b": 1}), share=True), "Bars.").bundle,
        show(heatmap(pd.DataFrame([[0, 1]]), share=True), "A grid.").bundle,
    ]
    bare_page(page, f"<body style='background: {ground}'><main></main><main></main>")
    page.evaluate(
        "bundles => document.querySelectorAll('main').forEach((e, i) => opslabMount(e, bundles[i], Plotly))",
        bundles,
    )
    for alt, place in (("Bars.", ".ytick text"), ("A grid.", ".cbaxis text")):
        texts = explorable(page, alt).locator(place).all_text_contents()
        assert "100\xa0%" in texts
        assert all(text.endswith("\xa0%") for text in texts)


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_guess_is_made_by_keys_or_finger_before_anything_is_told(page, theme):
    """On an empty picture in a bare page: the curve and its title come when they are asked for."""
    space: dict = {}
    exec(GUESSED, space)
    guess = Guess("How high is it at 2?", at=2, high=10, unit="users", decimals=0)
    bundle = show(space["figure"](), "A line in a page.", guess).bundle
    ground = {"light": "white", "dark": "#111"}[theme]
    bare_page(page, f"<body style='background: {ground}'><main></main>")
    mounted(page, bundle)
    group = explorable(page, "A line in a page.")
    plot, show_it = group.locator(".opslab-plot"), group.get_by_role("button", name="Show the answer")
    assert title(group) == "How high is it at\u00a02?"
    assert "It rises" not in group.inner_text()
    assert plot.locator(".trace").count() == 1  # the marker
    assert plot.evaluate("e => getComputedStyle(e).touchAction") == "none"
    assert show_it.is_disabled()
    press(page, group.get_by_label("Your guess"), "Home")
    page.keyboard.press("PageUp")
    assert group.get_by_label("Your guess").get_attribute("aria-valuetext") == "1\u00a0user"
    assert show_it.is_enabled()
    grid = plot.locator(".nsewdrag").bounding_box()
    page.mouse.move(grid["x"] + 50, grid["y"] + grid["height"] / 2)
    page.mouse.down()
    page.mouse.move(grid["x"] + 60, grid["y"] + 1, steps=3)
    page.mouse.up()
    no_barriers(page)
    press(page, show_it, "Enter")
    group.get_by_text("You guessed 10 users. It is 6 users: your guess is 4 users too high.").wait_for()
    assert title(group) == "It rises to\u00a06"
    assert plot.locator(".trace").count() == 2
    no_barriers(page)
    for control in group.locator("button, input:visible, select").all():
        assert min(control.bounding_box()["height"], control.bounding_box()["width"]) >= 24


def save(page):
    page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)")


def save_and_stop(page, lab):
    """Save the notebook, leave it and end all kernels."""
    save(page)
    page.evaluate("() => { for (const before of [...jupyterapp.shell.widgets('main')]) before.dispose(); }")
    for session in call(lab, "GET", "sessions"):
        call(lab, "DELETE", f"sessions/{session['id']}")


def call(lab, method: str, path: str):
    request = urllib.request.Request(f"{lab.address}/api/{path}", method=method)
    request.add_header("Authorization", f"token {lab.token}")
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


# Nothing is changed by a look


@pytest.mark.browser
@pytest.mark.parametrize("path", ["notebooks/06-retention", "exercises/04-acquisition", "solutions/12-scqa"])
def test_a_notebook_of_the_course_that_was_only_opened_is_not_unsaved(jupyterlab, shared_page, path):
    page, source = shared_page, (REPOSITORY / path).with_suffix(".ipynb")
    open_notebook(page, jupyterlab, source, f"only-opened-{source.name}")
    page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/")
    page.wait_for_timeout(2_000)  # JupyterLab writes what the kernel says of itself
    assert page.locator(".jp-mod-dirty").count() == 0


@pytest.mark.browser
def test_a_notebook_of_another_kind_is_seen_to_be_unsaved(jupyterlab, shared_page, stored, tmp_path):
    page = shared_page
    book = nbformat.read(stored, as_version=4)
    book.metadata["language_info"] = {"name": "python", "version": "3.9.9"}
    nbformat.write(book, tmp_path / "old.ipynb")
    open_notebook(page, jupyterlab, tmp_path / "old.ipynb", "old.ipynb")
    page.locator(".jp-mod-dirty").first.wait_for()
