"""The course's site, built and served: nothing from outside, search, downloads, live explorables."""

import functools
import http.server
import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from opslab.authoring.export.site import build_site

REPOSITORY = Path(__file__).parents[1]
LESSON = "06-retention"
PICTURE = "plot => JSON.stringify([plot.data, plot.layout])"


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


def test_every_lesson_has_its_page_and_its_downloads(folder):
    for notebook in sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb")):
        page = (folder / "lessons" / f"{notebook.stem}.html").read_text(encoding="utf-8")
        found = {path.read_bytes() for path in (folder / "_downloads").rglob(notebook.name)}
        exercise = REPOSITORY / "exercises" / notebook.name
        assert {notebook.read_bytes(), exercise.read_bytes()} == found
        assert page.count("_downloads/") >= 2


def test_building_again_replaces_the_site_whole(folder):
    (folder / "stray.html").touch()
    assert build_site(REPOSITORY, folder) == 0
    assert not (folder / "stray.html").exists()
    assert (folder / "index.html").is_file()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["served", "from disk"])
def test_a_lesson_on_the_site_answers_and_loads_nothing_from_outside(page, folder, address, opened):
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    root = address if opened == "served" else folder.as_uri()
    for path in ("index.html", f"lessons/{LESSON}.html"):
        page.goto(f"{root}/{path}")
    place = page.locator(".opslab-figure:has(input)").first
    place.scroll_into_view_if_needed()
    plot = place.locator(".opslab-plot")
    plot.locator(".main-svg").first.wait_for()
    before = plot.evaluate(PICTURE)
    place.locator("input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"([plot, old]) => ({PICTURE})(plot) !== old", arg=[plot.element_handle(), before])
    found = Axe().run(page, context="article")
    assert found.violations_count == 0, found.generate_report()
    assert page.strangers == []
    assert complaints == []


@pytest.mark.browser
def test_search_finds_a_word_of_a_lesson(page, address):
    page.goto(f"{address}/search.html?q=cohort")
    page.locator("#search-results").get_by_role("link", name="06").first.wait_for()
    assert page.strangers == []
