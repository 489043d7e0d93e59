"""Exported slides, pages and hand-outs: one file, no network, no kernel, and they work for everyone."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median

import nbformat
import pandas as pd
import plotly.graph_objects as go
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from plotly.colors import sample_colorscale

from benchmarks.decks import SLIDE, UNTITLED
from opslab.authoring.export import PageExporter, SlidesExporter
from opslab.authoring.export.__main__ import main
from opslab.authoring.export.blocks import printed
from opslab.authoring.export.handouts import FIT, SCRIPT, SETTINGS, SHEET, THINK, WORDS
from opslab.authoring.export.writer import WholeFilesWriter
from opslab.charts import as_table, bars, dots, figure, heatmap, lines, share_bar, shares, slopes, timeline
from opslab.explore import PLOTLY, Guess, Slider, explore, show
from tests.reader import guess, move_each_control, press_on, script

REPOSITORY = Path(__file__).parents[1]
LESSONS = sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb"))
NAMES = [path.stem for path in LESSONS]
LESSON = "06-retention"
MEGABYTES = 1_000_000
READY = "html[data-opslab=ready]"
OUTSIDE = r"""(?:src|href|action|data|poster)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|@import"""
# The slide that stands there: with its answer it has to fit, too.
SLIDE_SEEN = script(f"""
  while (opslabDeck.nextFragment());
  const slide = opslabDeck.getCurrentSlide();
  const room = slide.querySelector('.room');
  const box = room.closest('.frame').getBoundingClientRect();
  const out = [...room.querySelectorAll('*')].filter((e) => !e.closest('pre, .scroll, svg, .display'))
    .map((e) => e.getBoundingClientRect())
    .filter((r) => r.width && (r.bottom > box.bottom + 1 || r.right > box.right + 1));
  const overflow = {{
    down: room.scrollHeight - room.clientHeight, across: room.scrollWidth - room.clientWidth, out: out.length,
    smaller: Number(getComputedStyle(room).getPropertyValue('--fit')),
  }};
  const pictures = slide.querySelectorAll('.opslab-figure').length;
  if (pictures) await until(() => seen(slide.querySelector('.opslab-plot .main-svg')));
  return {{ place: slide.id, pictures, ...overflow, ...({SLIDE})() }};
""")
TYPE = """() => {
  const all = (selector, property) =>
    [...document.querySelectorAll(selector)].map((e) => getComputedStyle(e)[property]);
  return {
    text: Math.min(...all('.words', 'fontSize').map(parseFloat)),
    code: Math.min(...all('.words pre', 'fontSize').map(parseFloat)),
    capitals: all('h1, h2, h3', 'textTransform').some((value) => value !== 'none'),
  };
}"""
LOWEST_PLOT = 340  # px of the slide's 720, beside its controls and the verdict on a guess
TITLES = "all => all.map((title) => [title.innerText, title.getBoundingClientRect().right])"
# Once its controls were moved: the slide still stands there, and the keyboard is its own again.
STILL_THERE = """(slide) => {
  const plot = slide.querySelector('.opslab-plot');
  document.activeElement.blur();
  return {
    place: opslabDeck.getCurrentSlide().id,
    height: plot.clientHeight * getComputedStyle(plot.closest('.stage')).getPropertyValue('--scale'),
  };
}"""
UNCUT = "(plot) => plot.data.every((one) => !one.mode.includes('markers') || one.cliponaxis === false)"
# Where the lines of each name at a line's end are seen, without the empty ones that move it.
NAMES_SEEN = """(plot) => {
  const seen = {};
  for (const text of plot.querySelectorAll('.scatterlayer text')) {
    const lines = [...text.querySelectorAll('tspan.line')].filter((line) => line.textContent.trim());
    const rows = lines.length ? lines : [text];
    const boxes = rows.map((row) => row.getBoundingClientRect());
    const [top, bottom] = [Math.min(...boxes.map((b) => b.top)), Math.max(...boxes.map((b) => b.bottom))];
    const name = rows.map((row) => row.textContent.trim()).join(' ');
    if (name) seen[name] = { top, bottom };
  }
  return seen;
}"""
ALL_DRAWN = (
    "() => [...document.querySelectorAll('.opslab-figure')].every((e) => e.querySelector('.main-svg'))"
)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """Export every lesson with the command that an instructor knows; return the folder."""
    folder, settings = tmp_path_factory.mktemp("exported"), tmp_path_factory.mktemp("settings")
    for kind in ("slides", "html"):
        command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", kind, "--output-dir", str(folder)]
        own = {"JUPYTER_CONFIG_DIR": str(settings), "PYTHONPATH": str(REPOSITORY / "src")}
        subprocess.run(
            [*command, *map(str, LESSONS)], cwd=REPOSITORY, env={**os.environ, **own}, check=True, timeout=120
        )
    return folder


def deck(page, exported, name=LESSON, query="", width=1280, height=720):
    page.set_viewport_size({"width": width, "height": height})
    page.goto((exported / f"{name}.slides.html").as_uri() + query)
    page.wait_for_selector(READY, state="attached")
    return page


def read(page, exported, name=LESSON):
    page.goto((exported / f"{name}.html").as_uri())
    page.wait_for_selector(READY, state="attached")
    return page


def go_to(page, selector):
    """Show the slide that holds the first element found."""
    page.wait_for_selector(selector, state="attached")
    page.evaluate(
        """selector => {
          const slide = document.querySelector(selector).closest('section');
          const { h, v } = opslabDeck.getIndices(slide);
          opslabDeck.slide(h, v);
        }""",
        selector,
    )
    return page.locator("section.present section.present")


def all_drawn(page):
    """Open what is folded and wait until every figure is drawn."""
    page.evaluate("document.querySelectorAll('main details').forEach((details) => { details.open = true; })")
    page.wait_for_function(ALL_DRAWN)


def drawn(place):
    plot = place.locator(".opslab-plot")
    plot.locator(".main-svg").first.wait_for()
    return plot


def moved_and_told(page, place):
    """Move a picture's slider, and wait until its title tells another result and its lines are drawn anew."""
    title, lines = place.locator(".opslab-title"), place.locator(".opslab-plot .main-svg").first
    before = [title.inner_text(), lines.inner_html()]
    press_on(page, place, "input")
    page.wait_for_function(
        "([title, lines, told, shown]) => title.innerText !== told && lines.innerHTML !== shown",
        arg=[title.element_handle(), lines.element_handle(), *before],
    )


@pytest.mark.parametrize("ending", [".slides.html", ".html"])
@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_one_small_file_that_names_nothing_outside(exported, name, ending):
    file = exported / f"{name}{ending}"
    assert file.stat().st_size <= 3 * MEGABYTES
    text = file.read_text(encoding="utf-8")
    shown = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    links = re.findall(r"<a [^>]*href=\"https?://", shown)  # a reader may follow a link; nothing else may
    assert len(re.findall(OUTSIDE, shown)) == len(links)
    assert "default-src 'none'" in text
    assert [path.name for path in exported.iterdir() if path.suffix != ".html"] == []


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_every_slide_of_every_lesson_fits_and_its_picture_answers_where_it_stands(page, exported, name):
    page = deck(page, exported, name)
    count = page.evaluate("opslabDeck.getTotalSlides()")
    assert count >= 3
    slides = []
    for _ in range(count):
        slide = page.evaluate(SLIDE_SEEN)
        slides.append(slide)
        assert slide["down"] <= 1, slide
        assert slide["across"] <= 1, slide
        assert slide["out"] == 0, slide
        assert slide["smaller"] >= 0.8, slide
        if slide["pictures"]:
            shown = page.query_selector("section.present section.present")
            guess(page, shown)
            move_each_control(page, shown)
            still = shown.evaluate(STILL_THERE)
            assert still["place"] == slide["place"]
            assert still["height"] >= LOWEST_PLOT, slide
        page.keyboard.press("ArrowRight")
    assert page.evaluate("opslabDeck.isLastSlide()")
    assert [slide for slide in slides if slide["fill"] < 0.45 and slide["kind"] not in UNTITLED] == []
    assert [slide for slide in slides if slide["words"] > 80 or slide["type"] < 18] == []
    assert median(slide["words"] for slide in slides) <= 40
    size = page.evaluate(TYPE)
    assert size["text"] >= 22
    assert size["code"] >= 22
    assert not size["capitals"]
    assert page.complaints == []
    assert len(page.files) == 1


@pytest.mark.browser
@pytest.mark.parametrize("size", [(800, 450), (1920, 1080)])
def test_hovering_tells_the_bar_under_the_mouse_however_the_slide_is_scaled(page, tmp_path, size):
    three = show(go.Figure(go.Bar(x=["one", "two", "three"], y=[3, 2, 4])), alt="Three bars.").bundle
    cells = [new_markdown_cell("# T"), code(figure_output(three))]
    html, _ = SlidesExporter().from_notebook_node(new_notebook(cells=cells))
    (tmp_path / "t.slides.html").write_text(html, encoding="utf-8")
    page = deck(page, tmp_path, "t", width=size[0], height=size[1])
    slide = go_to(page, ".stage")
    drawn(slide)
    for place in range(3):
        bar = slide.locator(".barlayer .point path").nth(place).bounding_box()
        page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
        told = slide.locator(".hoverlayer .hovertext").first
        told.wait_for()
        page.wait_for_timeout(150)  # the label of the bar before goes away
        assert slide.locator(".xtick text").nth(place).text_content() in told.text_content()
        label = told.bounding_box()
        assert abs(label["y"] + label["height"] / 2 - bar["y"]) < 60 * size[0] / 1280


# px on the screen of the smallest words of a slide, and how much of the window the slide leaves empty.
ON_SCREEN = """() => {
  const slide = opslabDeck.getCurrentSlide();
  const scale = Number(getComputedStyle(slide).getPropertyValue('--slide-scale'));
  const words = [...slide.querySelectorAll('.words, .lines > p, h2, table, pre')];
  const size = (part) => parseFloat(getComputedStyle(part).fontSize);
  const { width, height } = slide.querySelector('.frame').getBoundingClientRect();
  return {
    words: Math.min(...words.filter((part) => part.innerText.trim()).map(size)) * scale,
    empty: 1 - (width * height) / (innerWidth * innerHeight),
  };
}"""


THINNEST_LINE = """() => {
  const cells = [...opslabDeck.getCurrentSlide().querySelectorAll('td, th')];
  const scale = Number(getComputedStyle(cells[0]).getPropertyValue('--slide-scale'));
  return Math.min(...cells.map((cell) => parseFloat(getComputedStyle(cell).borderBottomWidth))) * scale;
}"""


@pytest.mark.browser
@pytest.mark.parametrize(("size", "least"), [((390, 844), 12), ((1024, 768), 16)])
def test_slides_take_the_form_of_their_window(page, exported, size, least):
    page = deck(page, exported, width=size[0], height=size[1])
    for _ in range(page.evaluate("opslabDeck.getTotalSlides()")):
        slide = page.evaluate(SLIDE_SEEN)
        assert slide["down"] <= 1, slide
        assert slide["across"] <= 1, slide
        assert slide["out"] == 0, slide
        shown = page.evaluate(ON_SCREEN)
        assert shown["words"] >= least, slide
        assert shown["empty"] < 0.1, slide
        page.keyboard.press("ArrowRight")
    assert page.evaluate("opslabDeck.isLastSlide()")


@pytest.mark.browser
def test_a_slide_takes_the_form_of_a_window_that_is_turned_and_its_answer_stays(page, exported):
    page = deck(page, exported, width=844, height=390)
    slide = go_to(page, ".fragment.answer")
    page.keyboard.press("ArrowRight")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("opslabDeck.getConfig().height > opslabDeck.getConfig().width")
    assert slide.locator(".fragment.answer").is_visible()
    assert page.evaluate(SLIDE_SEEN)["down"] <= 1
    assert page.evaluate(ON_SCREEN)["empty"] < 0.1


@pytest.mark.browser
@pytest.mark.parametrize(("query", "dark"), [("", True), ("?light", False), ("?print-pdf", False)])
def test_slides_are_dark_where_the_system_is_and_white_where_that_is_asked(page, exported, query, dark):
    page.emulate_media(color_scheme="dark")
    page = deck(page, exported, query=query)
    page.wait_for_selector(".stage .main-svg", state="attached")
    ground = page.evaluate("getComputedStyle(document.querySelector('.reveal-viewport')).backgroundColor")
    assert (ground != "rgb(255, 255, 255)") is dark
    assert (page.locator(".opslab-explore[data-dark]").count() > 0) is dark


@pytest.mark.browser
def test_the_claim_of_a_narrow_table_stands_beside_it(page, tmp_path):
    wide = "| a | b |\n|---|---|\n| one | two words that go on and on |"
    tables = [f"## Half have left\n\n{table}" for table in ("| year | users |\n|---|---|\n| 1 | 20 |", wide)]
    cells = [new_markdown_cell("# T"), *map(new_markdown_cell, tables)]
    html, _ = SlidesExporter().from_notebook_node(new_notebook(cells=cells))
    (tmp_path / "t.slides.html").write_text(html, encoding="utf-8")
    for width, height, beside in ((1280, 720, [True, False]), (390, 844, [False, False])):
        page = deck(page, tmp_path, "t", width=width, height=height)
        found = []
        for _ in tables:
            page.keyboard.press("ArrowRight")
            title, table = (
                page.locator(f".present .present {part}").bounding_box() for part in ("h2", "table")
            )
            found.append(title["x"] + title["width"] <= table["x"])
        assert found == beside
        page.goto("about:blank")


@pytest.mark.browser
def test_a_wide_table_has_its_columns_as_rows_on_a_phone(page, tmp_path):
    names = ["treated", "control", "with_it", "without_it", "uplift", "lowest", "highest"]
    table = as_table(pd.DataFrame([[12_345] * len(names)], columns=names, index=["everyone"]))
    cells = [new_markdown_cell("# T\n\n## Wide"), code(html_output(table._repr_html_()))]
    html, _ = SlidesExporter().from_notebook_node(new_notebook(cells=cells))
    (tmp_path / "t.slides.html").write_text(html, encoding="utf-8")
    for width, height, turned in ((1280, 720, False), (390, 844, True)):
        page = deck(page, tmp_path, "t", width=width, height=height)
        go_to(page, ".dataframe")
        first, last = (page.get_by_role("columnheader").nth(i).bounding_box() for i in (0, -1))
        assert (first["x"] == last["x"], first["y"] == last["y"]) == (turned, not turned)
        assert page.evaluate(ON_SCREEN)["words"] >= 14
        assert page.evaluate(THINNEST_LINE) >= 1
        page.goto("about:blank")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_slides_raise_no_barrier(page, exported, scheme):
    page.emulate_media(color_scheme=scheme)
    page = deck(page, exported)
    kinds = (
        "h1",
        ".dataframe",
        ".code",
        ".stage input",
        ".stage select",
        ".options",
        ".answer",
    )
    for kind in kinds:
        go_to(page, f".room {kind}, .frame > {kind}")
        drawn_or_none = page.locator("section.present section.present .opslab-figure")
        if drawn_or_none.count():
            drawn(drawn_or_none)
        for summary in page.locator("section.present section.present summary").all():
            summary.click()
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_raises_no_barrier_by_day_or_night(page, exported, scheme):
    page.emulate_media(color_scheme=scheme)
    page = read(page, exported)
    all_drawn(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.complaints == []
    assert len(page.files) == 1


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_a_phone_and_its_sliders_answer(page, exported, name):
    page.set_viewport_size({"width": 360, "height": 740})
    page = read(page, exported, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
    place = page.locator(".opslab-figure:has(.opslab-explore > .opslab-controls input)").first
    place.scroll_into_view_if_needed()
    plot = drawn(place)
    guess(page, place.element_handle())
    assert move_each_control(page, place) > 0
    assert plot.locator(".main-svg").first.bounding_box()["width"] <= 360
    titles = page.locator(".opslab-title:visible > span").evaluate_all(TITLES)
    assert titles != []
    assert all(text for text, _ in titles)
    assert max(right for _, right in titles) <= 360
    page.get_by_text("Contents", exact=True).click()
    page.get_by_role("navigation", name="Contents").get_by_role("link").last.click()
    assert page.evaluate("scrollY") > 740
    assert page.complaints == []
    assert len(page.files) == 1


@pytest.mark.browser
def test_firefox_tells_what_a_file_asks_of_others(firefox_page, tmp_path):
    (tmp_path / "curious.html").write_text('<img src="https://nowhere.invalid/a" alt="">', encoding="utf-8")
    with firefox_page.expect_request("**/a"):
        firefox_page.goto((tmp_path / "curious.html").as_uri())
    assert firefox_page.strangers == ["https://nowhere.invalid/a"]


@pytest.mark.browser
def test_in_firefox_a_page_from_disk_answers_by_keyboard_and_opens_its_answers(firefox_page, exported):
    page = read(firefox_page, exported)
    check = page.get_by_text("Think, then open").first
    answer = check.locator("xpath=..").locator("p")
    assert not answer.is_visible()
    check.focus()
    page.keyboard.press("Enter")
    assert len(answer.inner_text().split()) > 5
    place = page.locator(".opslab-figure:has(.opslab-guess)").first
    place.scroll_into_view_if_needed()
    drawn(place)
    title = place.locator(".opslab-title")
    asked = title.inner_text()
    guess(page, place.element_handle())
    page.wait_for_function("([title, old]) => title.innerText !== old", arg=[title.element_handle(), asked])
    moved_and_told(page, place)
    assert page.strangers == []


@pytest.mark.browser
def test_in_firefox_a_deck_from_disk_turns_its_pages_and_its_sliders_answer(firefox_page, exported):
    page = deck(firefox_page, exported)
    first = page.evaluate("opslabDeck.getCurrentSlide().id")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("first => opslabDeck.getCurrentSlide().id !== first", arg=first)
    slide = go_to(page, ".fragment.answer")
    answer = slide.locator(".fragment.answer")
    page.wait_for_function("answer => getComputedStyle(answer).opacity === '0'", arg=answer.element_handle())
    page.keyboard.press("ArrowRight")
    page.wait_for_function("answer => getComputedStyle(answer).opacity === '1'", arg=answer.element_handle())
    slide = go_to(page, ".opslab-figure:has(.opslab-guess)")
    identity = page.evaluate("opslabDeck.getCurrentSlide().id")
    drawn(slide)
    guess(page, slide.element_handle())
    moved_and_told(page, slide)
    assert page.evaluate("opslabDeck.getCurrentSlide().id") == identity
    assert page.strangers == []


@pytest.mark.browser
def test_every_figure_has_its_alternative_text_with_and_without_scripts(chromium, page, exported):
    book = nbformat.read(REPOSITORY / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    bundles = [
        out["data"].get(PLOTLY) for cell in book.cells for out in cell.get("outputs", []) if "data" in out
    ]
    wanted = [bundle["layout"]["meta"]["opslab"]["alt"] for bundle in bundles if bundle]
    page = read(page, exported)
    all_drawn(page)
    for alt in wanted:
        assert page.get_by_role("group", name=alt, exact=True).count() == 1
    for ending in (".html", ".slides.html"):
        context = chromium.new_context(java_script_enabled=False)
        bare = context.new_page()
        bare.goto((exported / f"{LESSON}{ending}").as_uri())
        text = bare.locator("main").text_content()
        context.close()
        assert [alt for alt in wanted if alt not in text] == []


@pytest.mark.browser
def test_slides_print_one_to_a_sheet_with_their_figures(page, exported):
    page = deck(page, exported, query="?print-pdf")
    page.wait_for_selector(".pdf-page")
    page.wait_for_function(ALL_DRAWN)
    sheets = page.locator(".pdf-page").count()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == sheets
    assert sheets == page.locator("section[id^=slide-]").count()
    assert len(pdf) <= 5 * MEGABYTES


@pytest.mark.browser
def test_notes_appear_in_the_speaker_view_alone(page, tmp_path):
    cells = [
        new_markdown_cell("# A talk\n\nFor all."),
        new_markdown_cell("Say it slowly.", metadata={"slideshow": {"slide_type": "notes"}}),
    ]
    html, _ = SlidesExporter().from_notebook_node(new_notebook(cells=cells))
    (tmp_path / "talk.slides.html").write_text(html, encoding="utf-8")
    page = deck(page, tmp_path, "talk")
    assert not page.get_by_text("Say it slowly.").is_visible()
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    speaker.get_by_text("Say it slowly.").wait_for()
    speaker.frame_locator("#current-slide iframe").locator(".room", has_text="For all.").wait_for()
    assert page.strangers == []
    assert page.complaints == []
    page_html, _ = PageExporter().from_notebook_node(new_notebook(cells=cells))
    assert "Say it slowly." not in page_html


@pytest.mark.browser
def test_hand_outs_are_tagged_and_small(tmp_path, capsys, chromium):
    assert main(["handouts", LESSON, "--output", str(tmp_path)]) == 0
    pdf = (tmp_path / f"{LESSON}.pdf").read_bytes()
    assert len(pdf) <= MEGABYTES
    assert b"/StructTreeRoot" in pdf
    assert b"/Marked true" in pdf
    assert b"/S /Figure" in pdf
    assert "[1/1]" in capsys.readouterr().out


@pytest.mark.browser
def test_a_hand_out_shows_opening_values_and_has_its_answers_at_the_end(page, exported):
    page = read(page, exported)
    folded = page.locator("main details:not(.folded):not([data-result])")
    questions = folded.filter(has_text=THINK).count()
    subjects = folded.locator("> summary").filter(has_not_text=THINK).all_inner_texts()
    page.evaluate(SCRIPT, SETTINGS)
    assert questions > 1
    assert page.locator("main details:not(.folded)").count() == 0
    assert page.locator("main > .answers:last-child li").count() == questions
    assert page.get_by_text(f"{WORDS['answer']} {questions}", exact=True).count() == 1
    assert page.locator(f"h2:text-is('{WORDS['extra']}') ~ .subject").all_inner_texts() == subjects
    assert page.locator("figure img[alt]").count() == page.locator(".opslab-figure").count()
    assert page.get_by_text("Shown at Warn after quiet: 3 days").count() == 1
    assert page.complaints == []


@pytest.mark.browser
def test_on_paper_a_wide_table_fits_and_a_picture_gets_smaller_before_it_leaves_a_hole(page, tmp_path):
    wide = "|" + " measured |" * 14 + "\n|" + "---|" * 14 + "\n|" + " 1,234,567 |" * 14
    picture = figure_output(show(lines(pd.DataFrame({"a": [1, 3]}), "One"), "A line.").bundle)
    cells = [new_markdown_cell(f"# T\n\n{wide}")]
    for place, rows in enumerate((13, 14, 15, 16, *(17, 18, 19) * 3)):
        words = new_markdown_cell("\n\n".join(["Some words."] * rows))
        cells += [words, code(picture, name=f"picture-{place}")]
    html, _ = PageExporter().from_notebook_node(new_notebook(cells=cells))
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page = read(page, tmp_path, "t")
    page.evaluate(SCRIPT, SETTINGS)
    page.set_viewport_size({"width": 658, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate(FIT, SHEET)
    assert page.locator("main > .scroll").evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    widths = page.locator("figure img").evaluate_all(
        "all => all.map((image) => image.getBoundingClientRect().width)"
    )
    assert len(widths) == 13
    assert SHEET["least"] * max(widths) - 1 <= min(widths) < max(widths) - 1


def test_all_lessons_are_exported_side_by_side_with_a_line_for_each(tmp_path, capsys, monkeypatch):
    """In a course of three lessons: what every lesson becomes is looked at in `exported`."""
    course, names = tmp_path / "course", NAMES[:3]
    (course / "datasets").mkdir(parents=True)
    for name in names:
        shutil.copytree(REPOSITORY / "lessons" / name, course / "lessons" / name)
        (course / "notebooks").mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / "notebooks" / f"{name}.ipynb", course / "notebooks")
    monkeypatch.setenv("OPSLAB_COURSE", str(course))
    folder = tmp_path / "decks"
    assert main(["slides", "--output", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.slides.html" for name in names]
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "[3/3]" in lines[-1]


def test_an_unknown_lesson_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["slides", "99-nothing"])
    assert LESSON in capsys.readouterr().err


# Bad input ----------------------------------------------------------------------------------


def figure_output(bundle, text="Figure({})"):
    return new_output("execute_result", {PLOTLY: bundle, "text/plain": text}, execution_count=1)


def html_output(html, text="<thing>"):
    return new_output("display_data", {"text/html": html, "text/plain": text})


def code(*outputs, source="1", name="cell-x"):
    return new_code_cell(source, outputs=list(outputs), execution_count=1, id=name)


def export(cells, caplog, kind=SlidesExporter):
    """Return the exported HTML and the warnings."""
    caplog.clear()
    html, _ = kind().from_notebook_node(new_notebook(cells=cells))
    return html.partition("<body>")[2].partition('<script type="text/plain"')[0], caplog.messages


def test_a_notebook_that_was_never_run_is_exported_with_its_code_and_a_warning(caplog):
    html, messages = export([new_markdown_cell("# T"), new_code_cell("answer = 6 * 7", id="first")], caplog)
    assert "answer" in html
    assert "<summary>" not in html
    assert len(messages) == 1
    assert "cell first" in messages[0]
    assert "has not been run" in messages[0]


@pytest.mark.browser
def test_another_projects_figure_is_drawn_and_its_missing_description_named(caplog, page, tmp_path):
    bundle = json.loads(go.Figure(go.Scatter(y=[1, 3, 2]), layout={"title": "Theirs"}).to_json())
    cells = [new_markdown_cell("# T"), code(figure_output(bundle))]
    for kind, name in ((SlidesExporter, "t.slides.html"), (PageExporter, "t.html")):
        html, _ = kind().from_notebook_node(new_notebook(cells=cells))
        (tmp_path / name).write_text(html, encoding="utf-8")
    assert all("cell-x" in text and "no alternative text" in text for text in caplog.messages)
    assert len(caplog.messages) == 2
    read(page, tmp_path, "t")
    page.get_by_text("Theirs").wait_for()
    deck(page, tmp_path, "t")
    page.keyboard.press("ArrowRight")
    page.locator(".gtitle", has_text="Theirs").wait_for()
    assert page.complaints == []


@pytest.mark.browser
def test_a_control_that_comes_back_finds_the_picture_as_it_was(page, tmp_path):
    def curve(power):
        drawing = lines(pd.Series([i**power for i in range(30)]), "One curve", markers=False)
        return drawing.update_yaxes(range=[0, 900]).update_xaxes(range=[0, 29])

    bundle = explore(curve, power=Slider(0, 2, value=1, label="Power"), alt="One curve.").bundle
    html, _ = PageExporter().from_notebook_node(new_notebook(cells=[code(figure_output(bundle))]))
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    plot = drawn(read(page, tmp_path, "t"))
    seen = {}
    for power in (1, 2, 0, 2, 1, 0):
        page.get_by_label("Power").fill(str(power))
        page.wait_for_timeout(100)
        path = plot.locator("path.js-line").first.get_attribute("d")
        assert seen.setdefault(power, path) == path
    assert len(set(seen.values())) == 3


@pytest.mark.browser
@pytest.mark.parametrize("form", ["lines", "timeline", "lines beside dots"])
def test_names_that_leave_a_phone_no_room_for_the_plot_become_a_legend(page, tmp_path, form):
    table = pd.DataFrame({"members of groups": [1, 3, 2], "all the others": [2, 2, 1]})
    drawing = timeline(table, "Both", now=1) if form == "timeline" else lines(table, "Both")
    kinds = int("dots" in form)
    if kinds:
        drawing.update_traces(showlegend=False).update_layout(showlegend=True)
        drawing.add_scatter(x=[0, 1], y=[2, 2], name="seen", mode="markers")
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Two lines.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    for width, named, entries in ((1024, 2, 0), (390, 0, 2)):
        page.set_viewport_size({"width": width, "height": 800})
        plot = drawn(read(page, tmp_path, "t"))
        names = plot.locator(".scatterlayer text").all_text_contents()
        assert sum(bool(name.strip()) for name in names) == named
        assert plot.locator(".legendtext").count() == entries + kinds
        assert plot.locator(".nsewdrag").first.bounding_box()["width"] >= 180
        assert plot.evaluate(UNCUT)  # the marks at both ends
    assert page.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("height", [300, 720])
def test_names_of_lines_stand_whole_at_their_ends_or_at_a_thin_line_to_them(page, tmp_path, height):
    ends = {"First of all": 95, "Second of all": 96, "Third of all": 97, "Far below": 20, "Lowest": 0}
    table = pd.DataFrame({name: [50, end] for name, end in ends.items()})
    drawing = lines(table, "Five").update_layout(height=height)
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Five lines.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    plot = drawn(read(page, tmp_path, "t"))
    page.wait_for_timeout(200)  # the axis is known when it has been drawn once
    frame, axes = plot.bounding_box(), plot.locator(".nsewdrag").first.bounding_box()
    boxes = plot.evaluate(NAMES_SEEN)
    assert set(boxes) == set(ends)
    upwards = [boxes[name] for name in sorted(ends, key=ends.get)]
    assert all(above["bottom"] <= below["top"] + 4 for below, above in pairwise(upwards))
    assert frame["y"] <= upwards[-1]["top"]
    assert upwards[0]["bottom"] <= axes["y"] + axes["height"] + 1
    low, high = plot.evaluate("plot => plot._fullLayout.yaxis.range")
    alone = axes["y"] + axes["height"] * (high - 20) / (high - low)
    assert abs((boxes["Far below"]["top"] + boxes["Far below"]["bottom"]) / 2 - alone) < 10
    leaders = dict(plot.evaluate("plot => (plot._fullLayout.annotations ?? []).map(({ y, ay }) => [y, ay])"))
    for name, end in ends.items():
        middle = (boxes[name]["top"] + boxes[name]["bottom"]) / 2
        lift = middle - axes["y"] - axes["height"] * (high - end) / (high - low)
        assert (end in leaders) == (abs(lift) > 13), name  # beside its end, within half a line or so
        assert abs(leaders.get(end, lift) - lift) < 4, name


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_in_a_heat_map_are_read_on_every_colour(page, tmp_path, scheme):
    page.emulate_media(color_scheme=scheme)
    steps = [step / 44 for step in range(45)]
    drawing = figure("Five rows").add_heatmap(
        z=[steps[at : at + 9] for at in range(0, 45, 9)], texttemplate="7"
    )
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Cells.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    plot = drawn(read(page, tmp_path, "t"))
    inks = plot.locator(".heatmap-label text").evaluate_all("all => all.map((e) => getComputedStyle(e).fill)")
    assert len(inks) == 45
    scale = plot.evaluate("plot => plot._fullData[0].colorscale")
    grounds = sample_colorscale(scale, steps)
    assert min(contrast(ink, ground) for ink, ground in zip(inks, grounds, strict=True)) >= 3


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2 reckons it."""

    def light(colour):
        parts = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    return max(light(one), light(other)) / min(light(one), light(other))


@pytest.mark.browser
@pytest.mark.parametrize("ending", ["slides.html", "html"])
def test_a_chinese_term_stays_on_one_line(page, tmp_path, ending):
    terms = " ".join(f"{'word ' * n}*目标群体指数*" for n in range(9))
    exporter = SlidesExporter() if ending == "slides.html" else PageExporter()
    html, _ = exporter.from_notebook_node(new_notebook(cells=[new_markdown_cell(f"# T\n\n{terms}.")]))
    (tmp_path / f"t.{ending}").write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto((tmp_path / f"t.{ending}").as_uri())
    page.wait_for_selector(READY, state="attached")
    rows = page.locator("em:visible").evaluate_all("all => all.map((e) => e.getClientRects().length)")
    assert rows
    assert set(rows) == {1}


@pytest.mark.browser
def test_an_axis_name_beside_long_names_of_rows_is_seen_whole_on_a_phone(page, tmp_path):
    rows = pd.Series({"those who answered": 219, "all but the muted": 117})
    drawing = dots(rows, "Two rules", "yuan more than writing to nobody")
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Two dots.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": 340, "height": 800})
    plot = drawn(read(page, tmp_path, "t"))
    frame, name = plot.bounding_box(), plot.locator(".xtitle").bounding_box()
    assert frame["x"] <= name["x"]
    assert name["x"] + name["width"] <= frame["x"] + frame["width"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [280, 320, 390])
def test_slopes_between_long_names_keep_their_width_on_a_phone(page, tmp_path, width):
    rows = ["everybody who was asked twice", "those who were asked once"]
    drawing = slopes(
        pd.DataFrame({"before the change": [18, 26], "after the change": [33, 26]}, index=rows), "Two rules"
    )
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Two slopes.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 800})
    plot = drawn(read(page, tmp_path, "t"))
    assert plot.locator(".scatterlayer path.js-line").first.bounding_box()["width"] > 60
    frame = plot.bounding_box()
    for words in plot.locator(".textpoint text, .annotation-text").all():
        assert words.evaluate("words => parseFloat(getComputedStyle(words).fontSize)") >= 12
        box = words.bounding_box()
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("ends", "axis"),
    [
        ((-40_000, 36_000), {}),
        ((0.2, 3.1), {}),
        ((50, 320), {}),
        ((3, 90_000), {"type": "log", "range": [0, 5]}),
        ((3, 90_000), {"type": "log", "range": [0, 5], "dtick": 1}),
        ((0.2, 1), {"tickformat": ".0%", "range": [0, 1], "dtick": 0.1}),
        ((0.15, 0.24), {"tickformat": ".0%", "rangemode": "tozero"}),
    ],
)
def test_numbers_of_an_axis_stand_upright_on_a_phone(page, tmp_path, ends, axis):
    rows = pd.Series(dict(zip(("those who answered", "all but the muted"), ends, strict=True)))
    drawing = dots(rows, "Two rules", "yuan").update_xaxes(axis)
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Two dots.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": 320, "height": 800})
    ticks = drawn(read(page, tmp_path, "t")).locator(".xtick text")
    ways = ticks.evaluate_all("all => all.map((e) => e.getAttribute('transform'))")
    assert len(ways) > 1
    assert not any("rotate" in (way or "") for way in ways)


LINES_BELOW = """plot => [...plot.querySelectorAll(".xtick text")]
  .flatMap((name) => (name.children.length ? [...name.children] : [name]))
  .filter((line) => line.textContent.replace("\\u200b", ""))
  .map((line) => line.getBoundingClientRect().toJSON())"""


@pytest.mark.browser
def test_a_number_that_its_cell_cannot_hold_is_left_out(page, tmp_path):
    drawing = heatmap(pd.DataFrame([[1] + [0.4] * 17]), "Cells", share=True)
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "A grid.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    for width, seen in ((1024, {"100", "40"}), (620, {"40"})):
        page.set_viewport_size({"width": width, "height": 800})
        plot = drawn(read(page, tmp_path, "t"))
        assert {*plot.locator(".heatmap-label").all_text_contents()} - {""} == seen


@pytest.mark.browser
def test_the_scale_of_a_heat_map_stands_below_it_on_a_phone_and_its_names_upright(page, tmp_path):
    names = ["activity", "community", "word of mouth", "product", "partnership", "reception"]
    table = pd.DataFrame([[0.2, 0.5, 0, 0, 1, 0.3]] * 2, index=["2024-01", "2024-02"], columns=names)
    drawing = heatmap(table, "Cells", "month", "started in", share=True, unit="share of all")
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "A grid.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    plot = drawn(read(page, tmp_path, "t"))
    for width, below in ((1024, False), (390, True), (1000, False)):  # the window narrows, and is wide again
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(
            "([plot, below]) => plot.layout.width < 480 === below", arg=[plot.element_handle(), below]
        )
        frame, cells, scale, name = (
            plot.locator(part).first.bounding_box()
            for part in (".main-svg", ".nsewdrag", ".cbfills", ".cbtitle text")
        )
        assert (scale["y"] > cells["y"] + cells["height"]) is below
        assert name["y"] + name["height"] <= frame["y"] + frame["height"]
        assert "rotate" not in plot.locator(".xaxislayer-above").first.inner_html()
        rows = plot.evaluate(LINES_BELOW)
        assert len(rows) >= len(names)
        assert all(
            one["right"] <= other["left"] or one["bottom"] <= other["top"] + 1
            for one, other in combinations(sorted(rows, key=lambda row: (row["top"], row["left"])), 2)
        )
        if below:
            assert cells["width"] > frame["width"] / 2
            assert name["y"] >= scale["y"] + scale["height"]


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 27, 34)")])
def test_names_of_lines_have_a_tone_of_their_line_and_the_contrast_of_a_text(page, tmp_path, scheme, ground):
    page.emulate_media(color_scheme=scheme)
    heights = {"first": [1, 3], "second": [2, 2], "third": [4, 1], "fourth": [0, 4], "fifth": [3, 6]}
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(lines(pd.DataFrame(heights), "Five"), "Lines.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": 1024, "height": 800})
    plot = drawn(read(page, tmp_path, "t"))
    plot.locator(".scatterlayer text").first.wait_for()
    inks = plot.locator(".scatterlayer text").evaluate_all("all => all.map((e) => getComputedStyle(e).fill)")
    drawn_lines = plot.locator(".js-line").evaluate_all("all => all.map((e) => getComputedStyle(e).stroke)")
    assert len(set(inks)) == len(set(drawn_lines)) == 5
    assert min(contrast(ink, ground) for ink in inks) >= 4.5
    if scheme == "light":
        assert {"rgb(213, 94, 0)", "rgb(230, 159, 0)"} <= set(drawn_lines) - set(inks)


@pytest.mark.browser
def test_words_on_light_colours_are_dark_on_a_dark_ground_too(page, tmp_path):
    drawing = share_bar(pd.Series({"readers": 0.3, "clicks": 0.3, "sign-ups": 0.4}), "Doubt")
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "A bar.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page.emulate_media(color_scheme="dark")
    words = drawn(read(page, tmp_path, "t")).locator(".bartext")
    inks = words.evaluate_all("all => all.map((e) => getComputedStyle(e).fill)")
    assert len(inks) == 3
    assert set(inks) == {"rgb(17, 17, 17)"}


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hatched_bars_are_hatched_by_day_and_night(page, tmp_path, scheme):
    drawing = bars(pd.DataFrame({"kept": [3, 2], "new": [1, 2]}, index=["May", "June"]))
    cells = [code(figure_output(show(drawing, "Bars.").bundle))]
    html, _ = PageExporter().from_notebook_node(new_notebook(cells=cells))
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page.emulate_media(color_scheme=scheme)
    hatching = drawn(read(page, tmp_path, "t")).locator("pattern path, pattern circle")
    ink = "(e) => ['stroke', 'fill'].map((part) => getComputedStyle(e)[part]).find((one) => one !== 'none')"
    inks = set(hatching.evaluate_all(f"all => all.map({ink})"))
    assert len(inks) == 1
    assert "rgba(0, 0, 0, 0)" not in inks


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "who", "unit"),
    [
        (360, "Those who answered", 1),
        (390, "Those who answered", 1),
        (378, "Those who have answered", 1 / 2880),  # Plotly's own air would ask for a larger step
    ],
)
def test_on_a_phone_an_axis_has_its_whole_name_and_two_numbers(page, tmp_path, width, who, unit):
    gain, low, high = (unit * pd.Series(ends) for ends in ([219, -126], [60, -419], [381, 168]))
    gain.index = [who, "All"]
    name = "yuan more for each than writing to nobody"
    drawing = dots(gain, "C", name, low=low, high=high, share=unit < 1)
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Dots.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 800})
    plot = drawn(read(page, tmp_path, "t"))
    frame, name = plot.bounding_box(), plot.locator(".xtitle").bounding_box()
    assert frame["x"] <= name["x"] < name["x"] + name["width"] <= frame["x"] + frame["width"]
    assert plot.locator(".xtick text").count() >= 2


@pytest.mark.browser
@pytest.mark.parametrize("categories", [2, 5])
def test_numbers_on_bars_that_are_too_narrow_for_them_stand_upright_on_a_phone(page, tmp_path, categories):
    bars = [go.Bar(x=[*range(categories)], y=[9] * categories, text=["1,610"] * categories) for _ in "ab"]
    drawing = go.Figure(bars, layout={"barmode": "group"})
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(drawing, "Bars in pairs.").bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    for width, upright in ((1024, 0), (390, 2 * categories * (categories > 2))):
        page.set_viewport_size({"width": width, "height": 800})
        plot = drawn(read(page, tmp_path, "t"))
        ways = plot.locator(".bartext").evaluate_all("all => all.map((e) => e.getAttribute('transform'))")
        assert len(ways) == 2 * categories
        assert sum("rotate(-90" in way for way in ways) == upright


@pytest.mark.browser
@pytest.mark.parametrize(
    "text", ["all 12 of them\nby lot: 3", f"from the first to the last {'of us ' * 5}\nnone"]
)
def test_few_printed_lines_fill_their_slide_and_stay_whole(page, tmp_path, text):
    cells = [
        new_markdown_cell("# T"),
        new_markdown_cell("## Counted\n\nSaid."),
        code(new_output("stream", text=text)),
    ]
    html, _ = SlidesExporter().from_notebook_node(new_notebook(cells=cells))
    (tmp_path / "t.slides.html").write_text(html, encoding="utf-8")
    page = deck(page, tmp_path, "t")
    slide = go_to(page, "pre.output")
    printed = slide.locator("pre.output")
    assert printed.evaluate("e => getComputedStyle(e).whiteSpace") == "pre"
    assert printed.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.evaluate(SLIDE)["fill"] >= 0.45


@pytest.mark.browser
@pytest.mark.parametrize(
    ("axis", "shown", "place"),
    [
        ("share of all, the quiet ones first", "50\u00a0%", "0\u00a0% (share of all, the quiet ones first)"),
        ("week", "0.5", "week\u00a00"),
        ("week since sign-up", "0.5", "week\u00a00 since sign-up"),
        ("months since sign-up", "0.5", "0\u00a0months since sign-up"),
        ("messages to one group (%)", "0.5", "0\u00a0% (messages to one group)"),
    ],
)
def test_places_of_a_guess_are_said_in_words(page, tmp_path, axis, shown, place):
    line = lines(pd.Series([0, 0.1, 0.2, 0.4, 0.9], index=[0, 0.25, 0.5, 0.75, 1]), "Up", axis)
    if "share" in axis:
        line = shares(line, "x")
    asked = Guess("Draw it.", form="curve")
    html, _ = PageExporter().from_notebook_node(
        new_notebook(cells=[code(figure_output(show(line, "A line.", asked).bundle))])
    )
    (tmp_path / "t.html").write_text(html, encoding="utf-8")
    page = read(page, tmp_path, "t")
    drawn(page)
    assert page.locator(".opslab-guess .opslab-value").first.inner_text() == shown
    guess(page, page.query_selector("main"))
    assert f"off most at {place}, by" in page.locator(".opslab-guess output").inner_text()


def test_html_output_loses_its_scripts_with_a_warning_and_keeps_the_rest(caplog):
    output = html_output(
        "<p>Kept</p><script src='https://cdn.example/x.js'></script><iframe src='//e.x'></iframe>"
    )
    html, messages = export([code(output)], caplog)
    assert "<p>Kept</p>" in html
    assert "example" not in html
    assert ["cell-x" in text and "<iframe>, <script>" in text for text in messages] == [True]


def test_html_output_of_scripts_alone_falls_back_to_its_text(caplog):
    html, messages = export([code(html_output("<script>sell()</script>", "Chart of sales"))], caplog)
    assert "Chart of sales" in html
    assert "sell()" not in html
    assert len(messages) == 1


def test_a_widget_without_a_kernel_falls_back_to_its_text(caplog):
    output = new_output(
        "display_data", {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Dropdown()"}
    )
    html, messages = export([code(output)], caplog)
    assert "Dropdown()" in html
    assert ["cell-x" in text and "kernel" in text for text in messages] == [True]


def test_a_form_that_lives_in_a_kernel_is_told_in_a_sentence_and_has_no_slide(caplog):
    stored = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "[form] Four boxes."}
    cells = [new_markdown_cell("# T"), code(new_output("display_data", stored))]
    page, _ = export(cells, caplog, PageExporter)
    assert "in JupyterLab. Four boxes.</p>" in page
    assert "[form] " not in page
    deck, _ = export(cells, caplog)
    notes = BeautifulSoup(deck, "html.parser").select("aside.notes")
    assert any("Four boxes." in note.text for note in notes)
    assert "[form] " not in deck


def test_pictures_are_embedded_and_a_missing_description_is_named(caplog):
    png = base64.b64encode(b"picture").decode()
    described = new_output("display_data", {"image/png": png}, metadata={"image/png": {"alt": "A dog."}})
    html, messages = export(
        [code(described), code(new_output("display_data", {"image/png": png}), name="bare")], caplog
    )
    assert html.count("data:image/png;base64,") == 2
    assert 'alt="A dog."' in html
    assert ["cell bare" in text for text in messages] == [True]


def test_pictures_in_text_are_embedded_or_replaced_by_their_description(caplog, tmp_path):
    (tmp_path / "dog.png").write_bytes(b"picture")
    text = "![A dog](dog.png) ![A cat](cat.png) ![A bird](https://example.org/bird.png)"
    nbformat.write(new_notebook(cells=[new_markdown_cell(text, id="words")]), tmp_path / "t.ipynb")
    html, _ = PageExporter().from_filename(str(tmp_path / "t.ipynb"))
    body = html.partition("<body>")[2]
    assert body.count("<img") == 1
    assert "A cat" in body
    assert "A bird" in body
    assert "example.org" not in body
    assert [("cell words" in text, "cat.png" in text or "bird.png" in text) for text in caplog.messages] == [
        (True, True)
    ] * 2


@pytest.mark.parametrize("latex", [r"\frac{a", r"\nosuch x", "a_", "x & y", "}"])
def test_a_broken_formula_is_shown_as_typed_with_a_warning(caplog, latex):
    html, messages = export([new_markdown_cell(f"So ${latex}$ it is.", id="words")], caplog, PageExporter)
    assert 'class="broken"' in html
    assert len(messages) == 1
    assert "cell words" in messages[0]
    assert latex in messages[0]


def test_formulas_become_mathml_with_a_font_cut_to_their_letters(caplog):
    text = "$S(t) = \\prod_i r_i$\n\n$$\\begin{aligned} a &= b \\\\ c &= \\hat\\alpha \\end{aligned}$$"
    html, _ = PageExporter().from_notebook_node(new_notebook(cells=[new_markdown_cell(text)]))
    assert html.count("<math") == 2
    assert 'font-family: "opslab math"; src: url(data:font/woff' in html
    assert caplog.messages == []
    plain, _ = PageExporter().from_notebook_node(new_notebook(cells=[new_markdown_cell("No formula.")]))
    assert "data:font" not in plain
    assert len(html) - len(plain) < 20_000


def test_errors_and_streams_are_shown_as_text(caplog):
    outputs = [
        new_output("stream", name="stdout", text="counted <5>\n"),
        new_output("error", ename="E", evalue="no", traceback=["\x1b[31mE\x1b[0m: no"]),
    ]
    html, messages = export([code(*outputs)], caplog)
    assert "counted &lt;5&gt;" in html
    assert "\x1b" not in html
    assert messages == []


def test_a_link_to_a_file_that_stays_behind_leaves_its_text(caplog):
    html, _ = export(
        [new_markdown_cell("[its exercises](../exercises/06.ipynb), [Keep](06.ipynb), [law](https://x.org)")],
        caplog,
    )
    assert "its exercises, <em>Keep</em>, " in html
    assert 'href="https://x.org"' in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("QSCA 95 % in 3 weeks\n    How?\n", "{0}QSCA 95\u00a0% in 3\u00a0weeks</span>\n    {4}How?</span>"),
        ("one, of many words", "one, of many words"),  # no other line that it could be taken for
        ("a < b\n\nb > c", "{0}a &lt; b</span>\n\n{0}b &gt; c</span>"),
        ("\x1b[31mred\x1b[0m\nplain", '{0}<span class="ansi-red-fg">red</span></span>\n{0}plain</span>'),
        ("\x1b[31mred\nred\x1b[0m\nplain", '<span class="ansi-red-fg">red\nred</span>\n{0}plain</span>'),
    ],
)
def test_a_printed_line_that_wraps_is_seen_to_go_on(text, html):
    begins = re.sub(r"\{(\d)\}", r'<span class="hang" style="--by: \1ch">', html)
    assert printed(text) == f'<pre class="output" tabindex="0">{begins}</pre>'


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("From 25 % to `22 %`.", "From 25~% to <code>22 %</code>."),
        ("From lesson 04, in 30 days (article 23).", "From lesson~04, in 30~days (article~23)."),
        ("On 25 May 3 maybe came.", "On 25~May 3 maybe came."),
        ("It is 7,045 / 26 = 9.2 or 3 × 4.", "It is 7,045~/~26~= 9.2 or 3~×~4."),
        ("With p = .04 and P(alive) = 1.", "With p~=~.04 and P(alive)~= 1."),
        ("At K = 0.5.", "At K~=~0.5."),
        ("From 2 to 3 % to 5, to nobody.", "From 2 to~3~% to~5, to nobody."),
        ("06 · Keep them, or 04 · 05", "06~·~Keep them, or 04~· 05"),
        ("**Vote.** So? **A** no · **B**\n4 %", "<strong>A</strong>~no~· <strong>B</strong>~4~%"),
        ("| done |\n|---|\n| 0 of 12 |", "<td>0~of~12</td>"),
        ("By source S2: needs · hobbies.", "By source~S2: needs~· hobbies."),
        ("Up to 21\nyuan, by 2.5\npoints in week\n7.", "Up to 21~yuan, by 2.5~points in week~7."),
        ("That is 3 ^ (1 / 2) − 1 + 4, or a − b.", "That is 3~^~(1~/~2)~−~1~+~4, or a~−~b."),
        ("An A/B test is one.", 'An <span class="held">A/B</span> test'),
        ("| a cost (yuan a user) |\n|---|\n| a user |", '<th scope="col">a~cost (yuan a~user)</th>'),
        ("| Sign-ups & a |\n|---|\n| 1 |", '<th scope="col"><span class="held">Sign-ups</span> &amp; a</th>'),
        ("| 1 to 9 | Came in |\n|---|---|\n| 1 to 9 | in |", '1 to~9</th>\n<th scope="col">Came~in</th>'),
    ],
)
def test_what_belongs_together_stays_on_one_line(caplog, text, kept):
    html, _ = export([new_markdown_cell(text)], caplog)
    assert kept.replace("~", "\u00a0") in html


def test_short_words_with_a_slash_or_a_hyphen_stay_on_one_line_of_a_page():
    text = "An *e-mail* to everybody there.\n\n| To-do |\n|---|\n| it |"
    table = "<table><thead><tr><th>Re-opens</th></tr></thead></table>"
    cells = [new_markdown_cell(text), code(html_output(table))]
    html, _ = PageExporter().from_notebook_node(new_notebook(cells=cells))
    held = BeautifulSoup(html, "html.parser").select("main .held")
    assert [word.text for word in held] == ["e-mail", "everybody there.", "To-do", "Re-opens"]


def test_code_longer_than_a_phones_line_breaks_at_its_joints_on_a_page():
    words = "`a_desk(tickets, 1_000, 0.5).readers_gained` and `sample_size_means`"
    words += ", `worth(1_000, 0.16, churn2.mean())`"
    html, _ = PageExporter().from_notebook_node(new_notebook(cells=[new_markdown_cell(words)]))
    assert "<code>a_desk(<wbr/>tickets, 1_000, 0.5).readers_gained</code>" in html
    assert "<code>sample_size_means</code>" in html
    assert "<code>worth(<wbr/>1_000, 0.16, churn2.mean())</code>" in html


def test_tables_have_scoped_headers_and_the_index_name_above_its_column(caplog):
    table = pd.DataFrame({"users": [1, 2]}, index=pd.Index(["a", "b"], name="source"))
    html, _ = export([code(html_output(table._repr_html_()))], caplog)
    assert re.findall(r'<th scope="col">(\w+)</th>', html) == ["source", "users"]
    assert re.findall(r'<th scope="row">(\w+)</th>', html) == ["a", "b"]
    assert "<th></th>" not in html


def test_figures_that_need_webgl_are_allowed_to_compile_it():
    for kind, allowed in ((go.Scatter, False), (go.Scattergl, True), (go.Surface, True)):
        trace = kind(z=[[1, 2], [3, 4]]) if kind is go.Surface else kind(y=[1, 2])
        cell = code(figure_output(show(go.Figure(trace), alt="A thing in space that turns.").bundle))
        html, _ = PageExporter().from_notebook_node(new_notebook(cells=[cell]))
        assert ("'unsafe-eval'" in html) is allowed


def test_what_is_no_notebook_is_refused_and_the_old_export_stays(tmp_path):
    (tmp_path / "t.ipynb").write_text("not a notebook")
    (tmp_path / "t.slides.html").write_text("old")
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "opslab-slides", "t.ipynb"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "t.ipynb" in run.stderr
    assert (tmp_path / "t.slides.html").read_text() == "old"


def test_an_interrupted_export_leaves_the_old_file(tmp_path, monkeypatch):
    (tmp_path / "t.html").write_text("old")
    writer = WholeFilesWriter(build_directory=str(tmp_path))
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        writer.write("new", {"output_extension": ".html"}, "t")
    assert (tmp_path / "t.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["t.html"]
    monkeypatch.undo()
    writer.write("new 留存", {"output_extension": ".html"}, "t")
    assert (tmp_path / "t.html").read_text(encoding="utf-8") == "new 留存"


def test_a_server_that_lists_the_exporters_does_not_carry_what_exporting_takes():
    code = "import sys, nbconvert.exporters as all; all.get_exporter('opslab-page'); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "opslab.authoring.export" in loaded
    assert loaded & {"pandas", "numpy", "plotly", "opslab.charts"} == set()
