"""A tiny course to answer; JupyterLab on a free port and a real browser, to look at what a student sees."""

import gc
import inspect
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from opslab import check
from opslab.authoring.export.browser import NO_BROWSER, NO_FIREFOX, QUIET, browser_path, firefox_path
from tests.course import forget_lessons, solve, write_course

REPOSITORY = Path(__file__).parents[1]
LABEXTENSIONS = [
    REPOSITORY / "src" / "opslab" / wing / "labextensions"
    for wing in ("explore", "exercises", "authoring", "ground")
]
START_LIMIT = 60  # seconds
# A test's page lives for seconds: to optimize its scripts takes longer than they then save.
UNTUNED = "--js-flags=--no-opt"
# These take minutes each. With them first, what is left at the end is short, and all workers end together.
LONGEST = ("test_jupyterlab.py", "test_export.py", "test_exercises.py", "test_engines.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


# What is imported and collected lives to the end, and is a million objects: to look through them for garbage
# again and again takes a tenth of the tests' time.
gc.set_threshold(10_000, 50, 50)


def pytest_collection_finish():
    gc.freeze()


def pytest_sessionfinish():
    gc.unfreeze()


WINDOW = {"width": 1280, "height": 900}


@pytest.fixture(autouse=True, scope="module")
def own_home(tmp_path_factory):
    """Let no file of tests find what another one, or a kernel that it started, has kept for a student."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSLAB_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def tiny_course(tmp_path, monkeypatch):
    """Yield the root of a course of one lesson, 06-tiny, with its solution and an empty home."""
    root = write_course(tmp_path / "course")
    monkeypatch.setenv("OPSLAB_COURSE", str(root))
    monkeypatch.setenv("OPSLAB_HOME", str(tmp_path / "home"))
    solve(root)
    monkeypatch.setattr(check, "_session", {})
    yield root
    forget_lessons()


class JupyterLab:
    """A JupyterLab server of our own, with its files in one folder and no settings from the machine."""

    def __init__(self, folder: Path):
        self.root = folder / "notebooks"
        self.root.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.token = secrets.token_hex(16)
        self.address = f"http://127.0.0.1:{self.port}"
        own = {
            name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        }
        source = os.pathsep.join(filter(None, [str(REPOSITORY / "src"), os.environ.get("PYTHONPATH")]))
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
            *(f"--port={self.port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.root}"),
            *(f"--IdentityProvider.token={self.token}", "--LabApp.news_url="),
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.expose_app_in_browser=True",
            *(f"--LabApp.extra_labextensions_path={folder}" for folder in LABEXTENSIONS),
            f"--LabApp.workspaces_dir={folder / 'workspaces'}",
            f"--LabApp.user_settings_dir={folder / 'settings'}",
        ]
        notices = (
            folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        )
        notices.parent.mkdir(parents=True)
        notices.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **own, "PYTHONPATH": source}
            )

    def wait(self) -> None:
        """Return when the server answers; fail with its log if it never does."""
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/api?token={self.token}", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        pytest.fail(f"JupyterLab did not start:\n{self.log.read_text(errors='replace')}")

    def stop(self) -> None:
        """End the server and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """Yield a running JupyterLab server."""
    server = JupyterLab(tmp_path_factory.mktemp("jupyterlab"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def playwright():
    """Yield what drives the browsers; there is one for all of them."""
    from playwright.sync_api import sync_playwright

    # With each call Playwright asks `inspect` for the whole stack. A frame without a file, as pytest's start
    # has one, lets it look through all modules, for milliseconds each time. It is told that none is there.
    for frame in inspect.stack(0):
        if not Path(frame.filename).exists():
            inspect.modulesbyfile.setdefault(frame.filename, "")
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright):
    """Yield a Chromium driven by Playwright; skip where there is none, but never in CI."""
    path = browser_path()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BROWSER)
    browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, UNTUNED])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def lasting_page(chromium):
    """Yield the page that tests of all files share: what one has loaded, the next finds compiled."""
    with _quiet_page(chromium) as page:
        yield page


@pytest.fixture
def page(lasting_page):
    """Yield an empty page without motion; see `_noting` for what it notes."""
    yield lasting_page
    _forget(lasting_page)
    for opened in lasting_page.context.pages[1:]:
        opened.close()
    lasting_page.goto("about:blank")
    lasting_page.emulate_media(media="null", color_scheme="null", reduced_motion="reduce")
    lasting_page.set_viewport_size(WINDOW)
    lasting_page.mouse.move(0, 0)
    _begin_notes(lasting_page)


@pytest.fixture(scope="module")
def first_page(chromium):
    """Yield the page that the tests of a file share; pages beside it find in its cache what it loaded."""
    with _quiet_page(chromium) as page:
        yield page


@pytest.fixture
def shared_page(first_page):
    """Yield that page to one test after another, each time with nothing kept in it."""
    yield first_page
    _forget(first_page)


@pytest.fixture
def further_page(first_page):
    """Yield another page beside it."""
    page = _noting(first_page.context.new_page())
    yield page
    _forget(page)
    page.close()


def _forget(page):
    if page.url.startswith(("http", "file")):
        page.evaluate("localStorage.clear()")


@contextmanager
def _quiet_page(chromium):
    context = chromium.new_context(viewport=WINDOW, reduced_motion="reduce")
    page = _noting(context.new_page())
    page.on("dialog", lambda dialog: dialog.accept())  # who leaves unsaved work behind means it
    yield page
    context.close()


@pytest.fixture(scope="session")
def firefox(playwright):
    """Yield the machine's own Firefox, over WebDriver BiDi; skip where there is none, but never in CI."""
    path = firefox_path()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_FIREFOX)
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path=path)
    yield browser
    browser.close()


@pytest.fixture
def firefox_page(firefox):
    """Yield an empty page of Firefox; see `_noting` for what it notes."""
    context = firefox.new_context(viewport=WINDOW)
    yield _noting(context.new_page())
    context.close()


def _noting(page):
    """Let a page note what it loads, what of that from strangers, and what the browser complains about."""
    page.set_default_timeout(60_000)
    _begin_notes(page)

    def note(request):
        host = request.url.partition("://")[2].partition("/")[0].partition(":")[0]
        if request.url.startswith(("http", "ws")) and host not in ("127.0.0.1", "localhost"):
            page.strangers.append(request.url)
        if not request.url.startswith(("data:", "blob:", "about:")):
            page.files.add(request.url.partition("#")[0].partition("?")[0])

    page.on("request", note)
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def _begin_notes(page):
    page.files, page.strangers, page.complaints = set(), [], []
