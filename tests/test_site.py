"""The course's site, built and served: nothing from outside, search, downloads, live figures, first page."""

import functools
import http.server
import re
import threading
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from nbformat.v4 import new_code_cell, new_notebook, new_output

from opslab.authoring.course_map import PLANNED, read_course
from opslab.authoring.export import site
from opslab.authoring.export.browser import browser_path
from opslab.authoring.export.site import build_site, read_addresses
from opslab.authoring.export.site.home import LEAD, on_card
from opslab.authoring.syntax import HIDDEN
from opslab.charts import bars, lines
from opslab.explore import PLOTLY, Guess, Slider, explore, show

REPOSITORY = Path(__file__).parents[1]
COURSE = read_course(REPOSITORY)
LESSON = "06-retention"
PAGES = ["index.html", f"lessons/{LESSON}.html", f"exercises/{LESSON}.html", "sources.html"]
PICTURE = "plot => JSON.stringify([plot.data, plot.layout])"
READY = "html[data-opslab=ready]"
# The most letters that stand on one line of running text.
UNDERLINES = "all => all.map((e) => getComputedStyle(e).textDecorationLine)"
LONGEST_LINE = """() => {
  const range = document.createRange();
  let longest = 0;
  for (const element of document.querySelectorAll("article p, article li, main p, main li")) {
    if (element.closest("table, nav, details:not([open])")) continue;
    const lines = {};
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let place = 0; place < node.length; place++) {
        range.setStart(node, place);
        range.setEnd(node, place + 1);
        const { bottom, width } = range.getBoundingClientRect();
        if (width) lines[Math.round(bottom / 8)] = (lines[Math.round(bottom / 8)] ?? 0) + 1;
      }
    }
    longest = Math.max(longest, ...Object.values(lines));
  }
  return longest;
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Build the site once."""
    folder = tmp_path_factory.mktemp("site") / "built"
    assert build_site(REPOSITORY, folder) == 0
    return folder


@pytest.fixture(scope="module")
def address(folder):
    """Serve it, as GitHub Pages would, below the server's root."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=folder.parent)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{folder.name}"
    server.shutdown()


def read(path: Path) -> BeautifulSoup:
    return parsed(path.read_text(encoding="utf-8"))


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_every_lesson_has_its_page_and_its_downloads(folder):
    for notebook in sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb")):
        page = (folder / "lessons" / f"{notebook.stem}.html").read_text(encoding="utf-8")
        found = {path.read_bytes() for path in (folder / "_downloads").rglob(notebook.name)}
        exercise = REPOSITORY / "exercises" / notebook.name
        assert {notebook.read_bytes(), exercise.read_bytes()} == found
        assert page.count("_downloads/") >= 2


def test_every_link_and_picture_of_every_page_is_there(folder):
    lost = [
        (page.name, target)
        for page in folder.rglob("*.html")
        for tag in read(page).find_all(["a", "img", "link", "script"])
        for target in [str(tag.get("href") or tag.get("src") or "").partition("#")[0].partition("?")[0]]
        if target and "://" not in target and not (page.parent / unquote(target)).exists()
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("kind", "told"), [("text", "3 of 4\n"), ("text/plain", "0.75"), ("text/html", "<p>3 of 4</p>")]
)
def test_whatever_kind_of_answer_was_hidden_the_site_leaves_off_the_placeholder(kind, told):
    hidden = f"{HIDDEN}\n{told}"
    output = (
        new_output("stream", text=hidden)
        if kind == "text"
        else new_output("execute_result", data={kind: hidden})
    )
    cell = new_code_cell("answer", outputs=[output], metadata={"jupyter": {"outputs_hidden": True}})
    site._adapt(cell, fold=True)
    assert parsed(cell.outputs[0].data["text/html"]).text == parsed(told).text.strip()


@pytest.mark.parametrize("kind", ["text", "text/html"])
def test_the_search_of_the_site_finds_each_word_of_a_table_and_of_what_is_printed(kind):
    table = "<table><tr><th>Ads</th><td>Dormant</td></tr><tr><td>Lost</td></tr></table>"
    output = (
        new_output("stream", text="Ads\nDormant Lost\n")
        if kind == "text"
        else new_output("display_data", data={kind: table})
    )
    cell = new_code_cell("tell()", outputs=[output])
    site._adapt(cell, fold=True)
    indexed = re.sub(r"<[^<]+?>", "", cell.outputs[0].data["text/html"])  # as Sphinx does
    assert indexed.split() == ["Ads", "Dormant", "Lost"]


def test_short_words_with_a_slash_or_a_hyphen_are_held_together_on_the_site():
    held = [
        node.astext() for node in site._held("An A/B test, by e-mail, and/or of 2024-05-01.") if node.children
    ]
    assert held == ["A/B", "e-mail", "and/or", "2024-05-01"]


def test_a_paragraphs_last_word_is_not_alone_in_its_line_on_the_site():
    page = new_document("a page")
    page += nodes.paragraph(
        "", "", nodes.Text("Is "), nodes.emphasis("", "it good"), nodes.Text("? Will\nit pay?")
    )
    page += nodes.literal_block("", "it pay?")
    site._hold_together(None, page, "")
    assert page.astext() == "Is it good? Will\nit\u00a0pay?\n\nit pay?"


@pytest.mark.parametrize(
    ("word", "held"),
    [("--seed", " held"), ("&quot;2025-04-01&quot;,", " held"), ("opslab.authoring.export", "")],
)
def test_short_words_of_code_are_held_together_on_the_site(word, held):
    assert site._whole(f'<span class="pre">{word}</span>') == f'<span class="pre{held}">{word}</span>'


def test_printed_lines_wrap_on_the_site_as_on_a_page():
    cell = new_code_cell("tell()", outputs=[new_output("stream", text="QSCA\n    How?\n")])
    site._adapt(cell, fold=True)
    lines = parsed(cell.outputs[0].data["text/html"]).select("pre.output > .hang")
    assert [line["style"] for line in lines] == ["--by: 0ch", "--by: 4ch"]


def test_the_first_page_says_what_this_is_and_has_three_doors_and_every_lesson(folder):
    page = read(folder / "index.html")
    assert page.title.text == "opslab: internet operations, taught on data"
    assert page.find("meta", attrs={"name": "description"})["content"] == LEAD
    assert page.select_one("h1 + p").text == LEAD
    assert page.find("link", rel="shortcut icon")["href"].endswith("icon.svg")
    assert len(page.select(".opslab-doors a")) == 3
    cards = page.select(".opslab-cards > li")
    assert [card.b.text for card in cards] == [station.full_title for station in COURSE.written]
    assert all(
        f"{station.minutes} minutes" in card.text for card, station in zip(cards, COURSE.written, strict=True)
    )
    lessons = [path.parent.name for path in REPOSITORY.glob("lessons/*/card.svg")]
    brought = [folder / f"_static/opslab/cards/{name}.svg" for name in lessons]
    assert brought
    assert {folder / card.img["src"] for card in cards if card.img} >= set(brought)
    assert all(path.is_file() for path in brought)
    assert page.select_one(".opslab-map").text.count(f"({PLANNED})") == len(COURSE.stations) - len(
        COURSE.written
    )
    footer = page.footer.text
    assert "© The opslab authors" in footer
    assert "CC BY 4.0" in footer


def test_a_lesson_leads_to_its_exercises_and_these_to_the_next_lesson(folder):
    for station in COURSE.written[:-1]:
        lesson = read(folder / "lessons" / f"{station.name}.html")
        sheet = read(folder / "exercises" / f"{station.name}.html")
        assert lesson.select_one(".next-page")["href"] == f"../exercises/{station.name}.html"
        assert sheet.select_one(".next-page")["href"] == f"../lessons/{COURSE.after(station).name}.html"
        assert sheet.select_one(".prev-page")["href"] == f"../lessons/{station.name}.html"
        assert lesson.select_one(".opslab-ways a[href='../sources.html']")
        assert station.promise in lesson.find("meta", attrs={"name": "description"})["content"]


def test_a_card_shows_a_picture_of_many_values_before_one_that_spares_a_guess(folder):
    bar = show(bars(pd.Series([517, 0], index=["none", "both"]), "Two"), "Bars.").bundle
    line = lines(pd.Series(range(9)), "Nine")
    guess = Guess("How many?", at=3, high=9)
    asked = explore(lambda n: line, n=Slider(0, 1), alt="A line.", guess=guess).bundle
    free = show(line, "A line.").bundle
    for shown, expected in (([bar, asked], asked), ([bar, asked, free], free), ([bar], bar)):
        outputs = [new_output("display_data", {PLOTLY: bundle}) for bundle in shown]
        assert on_card(new_notebook(cells=[new_code_cell("1", outputs=outputs)])) == expected
    assert not (folder / "genindex.html").exists()


@pytest.mark.skipif(browser_path() is None, reason="pictures are drawn by a browser")
def test_pictures_are_drawn_for_cards_for_sharing_and_for_readers_without_scripts(folder):
    home, lesson = read(folder / "index.html"), read(folder / f"lessons/{LESSON}.html")
    assert (folder / home.find("meta", property="og:image")["content"]).stat().st_size > 10_000
    assert len(home.select(".opslab-cards img")) == len(COURSE.written)
    assert len(lesson.select(".opslab-figure noscript img")) == len(lesson.select(".opslab-figure"))


def test_building_again_replaces_the_site_whole(tmp_path, monkeypatch):
    """Of one page: what stands on the pages of all lessons is looked at in the site that is built once."""

    def one_page(_root, source, *_):
        source.mkdir()
        (source / "index.md").write_text("# Again\n", encoding="utf-8")

    monkeypatch.setattr("opslab.authoring.export.site._gather", one_page)
    monkeypatch.setattr("opslab.authoring.export.site._draw", lambda *_: False)
    folder = tmp_path / "site" / "built"
    (folder / "lessons").mkdir(parents=True)
    (folder / "stray.html").touch()
    assert build_site(REPOSITORY, folder) == 0
    assert not (folder / "stray.html").exists()
    assert "Again" in read(folder / "index.html").h1.text
    assert not (folder / "lessons").exists()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_addresses_come_from_the_project_or_from_the_workflow(tmp_path, monkeypatch):
    file = tmp_path / "pyproject.toml"
    file.write_text('[project]\nname = "x"\n')
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert read_addresses(tmp_path).repository == ""
    monkeypatch.setenv("GITHUB_REPOSITORY", "Some-School/course")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    assert read_addresses(tmp_path).repository == "https://github.com/Some-School/course"
    assert read_addresses(tmp_path).site == "https://some-school.github.io/course/"
    file.write_text('[project]\nname = "x"\n[project.urls]\nRepository = "https://example.org/own"\n')
    assert read_addresses(tmp_path).repository == "https://example.org/own"


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["served", "from disk"])
def test_a_lesson_on_the_site_answers_and_loads_nothing_from_outside(page, folder, address, opened):
    root = address if opened == "served" else folder.as_uri()
    for path in ("index.html", f"lessons/{LESSON}.html"):
        page.goto(f"{root}/{path}")
    place = page.locator(".opslab-figure:has(input):not(:has(.opslab-guess))").first
    place.scroll_into_view_if_needed()
    plot = place.locator(".opslab-plot")
    plot.locator(".main-svg").first.wait_for()
    before = plot.evaluate(PICTURE)
    place.locator("input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"([plot, old]) => ({PICTURE})(plot) !== old", arg=[plot.element_handle(), before])
    assert page.strangers == []
    assert page.complaints == []


@pytest.mark.browser
def test_in_firefox_the_site_from_disk_leads_to_a_lesson_whose_slider_answers(firefox_page, folder):
    page = firefox_page
    page.goto(f"{folder.as_uri()}/index.html")
    page.locator(".opslab-cards a[href*='06-retention']").first.click()
    page.wait_for_url(f"**/lessons/{LESSON}.html")
    place = page.locator(".opslab-figure:has(input):not(:has(.opslab-guess))").first
    place.scroll_into_view_if_needed()
    place.locator(".opslab-plot .main-svg").first.wait_for()
    title, slider = place.locator(".opslab-title"), place.locator("input").first
    before = title.inner_text(), slider.input_value()
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([title, old]) => title.innerText !== old", arg=[title.element_handle(), before[0]]
    )
    assert slider.input_value() != before[1]
    assert page.strangers == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "scheme"),
    [*((path, scheme) for path in PAGES[:2] for scheme in ("light", "dark")), (PAGES[2], "dark")],
)
def test_everyone_can_read_a_page_by_day_and_by_night(page, folder, path, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{folder.as_uri()}/{path}")
    page.wait_for_selector(READY, state="attached")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    lines = page.locator(".highlight .nn").evaluate_all(UNDERLINES)  # the name of a module is no link
    assert {*lines} <= {"none"}


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_a_page_fits_its_window_and_a_line_has_80_letters_at_most(page, folder, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        page.goto(f"{folder.as_uri()}/{path}")
        page.wait_for_selector(READY, state="attached")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert 20 < page.evaluate(LONGEST_LINE) <= 80, path


@pytest.mark.browser
def test_without_scripts_a_picture_and_its_sentence_stand_there(chromium, folder):
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{folder.as_uri()}/lessons/{LESSON}.html")
    place = page.locator(".opslab-figure").first
    place.scroll_into_view_if_needed()
    assert place.locator("img").bounding_box()["height"] > 200
    assert re.match(r"\[\S+( \S+){5,}\]", place.inner_text())
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["served", "from disk"])
def test_search_finds_a_word_of_a_lesson(page, folder, address, opened):
    root = address if opened == "served" else folder.as_uri()
    page.goto(f"{root}/search.html?q=cohort")
    page.locator("#search-results").get_by_role("link", name="06").first.wait_for()
    assert page.strangers == []
