"""Rehearse a class on a JupyterHub: link, lesson, exercise; a new version, the link again; the work is there.

.venv/bin/python docs/hub/rehearse.py [--runs 10] [--students 5]

Builds all that it needs in a folder of its own and takes it away: the course's environment with JupyterHub
and nbgitpuller, the proxy from npm, a repository to pull from. Wants node with npm, git and a chromium. The
students' browsers run on this machine, too, so the seconds are more than on a hub alone.
"""

import argparse
import json
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import nbformat
import psutil
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
# The Python under this environment: the environment itself has no pip, with which the course is installed.
PYTHON = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "src")]

from opslab.exercises.answer_key import find_question  # noqa: E402
from tests.conftest import QUIET, browser_path  # noqa: E402

LESSON, QUESTION = "06-retention", "q1"
NOTEBOOK, SHEET = f"notebooks/{LESSON}.ipynb", f"exercises/{LESSON}.ipynb"
PATIENCE = 300  # seconds for one step
IDLE = "#jp-main-statusbar >> text=/\\| Idle/"
CALM = """() => document.querySelector('#jp-main-statusbar').innerText.includes('| Idle')
  && ![...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].some((e) => e.innerText === '[*]:')"""
# What the instructor's next version changes, as it stands in the files: a text of the lesson, and two lines
# that students changed.
NEWS = "# News\n\nLook at lesson 06 again.\n"
CHANGES = (
    (NOTEBOOK, "Now the growth.", "Now look at the growth."),
    (SHEET, '"seed = 0        # your student number', '"seed = 0        # the digits of your student number'),
    (
        SHEET,
        "day14 = ...         # a share between 0 and 1",
        "day14 = ...         # a share, between 0 and 1",
    ),
)

# Words
PREPARED = "prepared: environment {python:.0f} s, proxy {proxy:.0f} s, {versions}"
RUN = "run {run} of {runs}, load {load:.1f} on {cores} cores"
STUDENT = (
    "  {name}: slider {slider:.1f} s after the link, lesson run {lesson:.1f} s, exercise {exercise:.1f} s"
)
MEMORY = "  a student's memory: server {server:.0f} MB, a kernel {kernel:.0f} MB, all {both:.0f} MB"
AGAIN = "  {name}: {seconds:.1f} s after the link again; the answer is there, and so is what is new"
CONFLICT = "what a conflict looks like: both changed one line of {sheet}"
PASSED = "{passed} of {runs} runs passed; first slider for the last of {students}: {low:.1f} to {high:.1f} s"
NO_ANSWER = "the hub did not start:\n{log}"
LOST = "{name}: {what} is not in {file} after the new version came"
CLOSED = "{name}: the lesson did not open; the page says: {seen}"
STIFF = "{name}: the first slider does not move"
ERRORS = "{name}: a cell of {file} ended in {error}: {value}"


@dataclass
class Ready:
    """What all runs share: the environment, the proxy's command and the course's clone for it."""

    folder: Path

    @property
    def course(self) -> Path:
        """The clone where the package finds data and solutions, as /opt/opslab would be."""
        return self.folder / "opslab-of-the-hub"

    @property
    def bin(self) -> Path:
        """The folder of the environment's commands."""
        return self.folder / "environment" / "bin"

    @property
    def proxy(self) -> Path:
        """The proxy's command."""
        return self.folder / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"


def prepare(folder: Path) -> Ready:
    """Install the course from its lock file, the hub from PyPI and the proxy from npm."""
    ready, began = Ready(folder), time.monotonic()
    run("git", "clone", "-q", REPOSITORY, ready.course)
    run(PYTHON, "prepare.py", folder / "environment", cwd=ready.course)
    settings = runpy.run_path(str(REPOSITORY / "prepare.py"))
    indexes = {**settings["uv_settings"](settings["pip_settings"]()), **os.environ}
    install = [ready.bin / "uv", "pip", "install", "-q", "--python", folder / "environment"]
    run(*install, "--compile-bytecode", "jupyterhub", "nbgitpuller", env=indexes)
    python, began = time.monotonic() - began, time.monotonic()
    run(
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--prefix",
        folder / "proxy",
        "configurable-http-proxy",
    )
    proxy = time.monotonic() - began
    listed = run(ready.bin / "uv", "pip", "freeze", "--python", folder / "environment").splitlines()
    versions = ", ".join(line for line in listed if re.match(r"(jupyterhub|jupyterlab|nbgitpuller)==", line))
    print(PREPARED.format(python=python, proxy=proxy, versions=versions), flush=True)
    return ready


def run(*command: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run a command to its good end and return what it printed."""
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


class Hub:
    """A hub with its homes in a folder."""

    def __init__(self, ready: Ready, folder: Path, students: list[str]):
        self.folder, self.students = folder, students
        ports = free_ports(3)
        self.address = f"http://127.0.0.1:{ports[0]}"
        (folder / "homes").mkdir()
        for name in students:
            (folder / "homes" / name).mkdir()
        told = {
            "folder": str(folder),
            "students": students,
            "ports": ports,
            "proxy": str(ready.proxy),
            "server": str(ready.bin / "jupyterhub-singleuser"),
        }
        environment = os.environ | {
            "REHEARSAL": json.dumps(told),
            "PATH": f"{ready.bin}{os.pathsep}{os.environ['PATH']}",
        }
        config = Path(__file__).with_name("jupyterhub_config.py")
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(ready.bin / "jupyterhub"), "-f", str(config)],
                cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait(self) -> None:
        """Return when it answers.

        Raises
        ------
        RuntimeError
            With its log, if it never does.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/hub/login", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(NO_ANSWER.format(log=self.log.read_text(errors="replace")))

    def stop(self) -> None:
        """End the hub, its proxy, the students' servers and their kernels."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs([*family, psutil.Process(self.process.pid)], timeout=20)
        for process in alive:
            process.kill()

    def home(self, student: str) -> Path:
        """Return a student's clone."""
        return self.folder / "homes" / student / "opslab"

    def memory(self, student: str) -> tuple[float, list[float]]:
        """Return the megabytes that a student's server and each of the kernels hold now."""
        home = str(self.folder / "homes" / student)
        mine = [one for one in psutil.Process(self.process.pid).children(recursive=True)
                if one.environ().get("HOME") == home]  # fmt: skip
        held = {one.pid: one.memory_info().rss / 1e6 for one in mine}
        kernels = {one.pid for one in mine if "ipykernel_launcher" in one.cmdline()}
        return sum(held[pid] for pid in held.keys() - kernels), [held[pid] for pid in kernels]


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody uses."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def hub_running(ready: Ready, folder: Path, students: list[str]) -> Iterator[Hub]:
    """Yield a hub that answers, and end it whatever happens."""
    hub = Hub(ready, folder, students)
    try:
        hub.wait()
        yield hub
    finally:
        hub.stop()


def link(hub: str, repository: str, file: str) -> str:
    """Return the link that an instructor gives to the class."""
    asked = urlencode({"repo": repository, "branch": "main", "urlpath": f"lab/tree/opslab/{file}"})
    return f"{hub}/hub/user-redirect/git-pull?{asked}"


def click(page: Page, address: str, student: str) -> float:
    """Follow the link as a student, until the first slider of the lesson moves; return the seconds."""
    began = time.monotonic()
    page.goto(address)
    if page.locator("#username_input").count():
        page.fill("#username_input", student)
        page.fill("#password_input", "any")
        page.click("#login_submit")
    try:
        page.wait_for_selector(".jp-Notebook .jp-Cell")
    except TimeoutError as error:
        raise RuntimeError(CLOSED.format(name=student, seen=page.inner_text("body")[:400])) from error
    slider = page.locator("[role=group]:has(.main-svg) input[type=range]:visible").first
    page.mouse.move(700, 500)
    while not slider.count():  # two windows at a time, as fast as a hand
        page.mouse.wheel(0, 1800)
        page.wait_for_timeout(100)
    stood = slider.input_value()
    for _ in range(50):  # it is drawn anew when the kernel of an earlier visit is found
        slider.press("ArrowRight")
        if slider.input_value() != stood:
            return time.monotonic() - began
        page.wait_for_timeout(100)
    raise RuntimeError(STIFF.format(name=student))


def run_all(page: Page) -> float:
    """Run all cells; return the seconds until the kernel has nothing left to do."""
    page.wait_for_selector(IDLE)  # before that, a run is lost
    began = time.monotonic()
    page.click('li.lm-MenuBar-item:has-text("Run")')
    page.click('[data-command="runmenu:run-all"]')
    page.wait_for_timeout(500)
    calm = 0
    while calm < 5:
        page.wait_for_function(CALM)
        page.wait_for_timeout(100)
        calm = calm + 1 if page.evaluate(CALM) else 0
    return time.monotonic() - began


def save(page: Page) -> None:
    """Save the notebook that is open."""
    page.keyboard.press("Control+s")
    page.wait_for_selector(".jp-mod-current.jp-mod-dirty", state="detached")
    page.wait_for_timeout(500)


def rewrite(page: Page, holds: str, code: str) -> None:
    """Write code over the cell that holds a text, and run it."""
    cell = page.locator(".jp-Notebook:visible .jp-CodeCell", has_text=holds).first
    page.mouse.move(700, 500)
    while not cell.count():
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(50)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Control+Enter")


def work(hub: Hub, page: Page, student: str, seed: int, repository: str) -> dict[str, float]:
    """Do what a student does in class; return the seconds that each step took."""
    took = {"slider": click(page, link(hub.address, repository, NOTEBOOK), student)}
    took["lesson"] = run_all(page)
    save(page)
    require_no_errors(hub, student, NOTEBOOK)
    began = time.monotonic()
    page.goto(f"{hub.address}/user/{student}/lab/tree/opslab/{SHEET}")
    page.wait_for_selector(".jp-Notebook:visible .jp-Cell")
    page.wait_for_selector(IDLE)
    rewrite(page, "seed = 0", f"seed = {seed}")
    run_all(page)
    rewrite(page, f'check("{QUESTION}"', answer())
    reply = page.locator(".opslab-reply", has_text="Right.").first
    reply.get_by_role("button", name="Solution").wait_for()
    took["exercise"] = time.monotonic() - began
    save(page)
    return took


def answer() -> str:
    """Return the code of a right answer."""
    question = find_question(LESSON, QUESTION)
    return question.code(question.solution)


def require_no_errors(hub: Hub, student: str, file: str) -> None:
    """Refuse a notebook with a cell that ended in an error."""
    book = nbformat.read(hub.home(student) / file, as_version=4)
    for cell in book.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                words = {"name": student, "file": file, "error": output.ename, "value": output.evalue}
                raise RuntimeError(ERRORS.format(**words))


def publish(folder: Path, repository: Path) -> None:
    """Push a new version: a file more, other words in the lesson, and on lines that students changed."""
    desk = folder / "instructor"
    run("git", "clone", "-q", repository, desk)
    (desk / "NEWS.md").write_text(NEWS, encoding="utf-8")
    for file, old, new in CHANGES:
        path = desk / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise RuntimeError(LOST.format(name="the rehearsal", what=repr(old), file=file))
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    run("git", "add", "-A", cwd=desk)
    who = ("-c", "user.name=Instructor", "-c", "user.email=instructor@localhost")
    run("git", *who, "commit", "-q", "-m", "A new version", cwd=desk)
    run("git", "push", "-q", "origin", "HEAD:main", cwd=desk)


def come_back(hub: Hub, page: Page, student: str, seed: int, repository: str) -> float:
    """Click the link again and find one's own work beside what is new; return the seconds to the lesson."""
    seconds = click(page, link(hub.address, repository, NOTEBOOK), student)
    sheet = nbformat.read(hub.home(student) / SHEET, as_version=4)
    nbformat.validate(sheet)
    sources = {cell.source for cell in sheet.cells}
    wanted = {(SHEET, answer()): answer() in sources, (SHEET, f"seed = {seed}"): f"seed = {seed}" in sources}
    wanted["NEWS.md", NEWS] = (hub.home(student) / "NEWS.md").is_file()
    nbformat.validate(nbformat.read(hub.home(student) / NOTEBOOK, as_version=4))
    for (file, what), there in wanted.items():
        if not there:
            raise RuntimeError(LOST.format(name=student, what=what, file=file))
    return seconds


def rehearse(ready: Ready, browser: Browser, students: list[str]) -> float:
    """Hold one class with a fresh hub; return the seconds to the first slider of the last student."""
    with tempfile.TemporaryDirectory(dir=ready.folder) as scratch:
        folder = Path(scratch)
        repository = folder / "opslab"
        run("git", "clone", "-q", "--bare", ready.course, repository)
        run("git", "branch", "-f", "main", "HEAD", cwd=repository)
        with hub_running(ready, folder, students) as hub:
            pages = {name: new_page(browser) for name in students}
            took: dict[str, float] = {}
            for seed, (name, page) in enumerate(pages.items(), start=1):
                took = work(hub, page, name, seed, f"file://{repository}")
                print(STUDENT.format(name=name, **took), flush=True)
            print_memory(hub)
            publish(folder, repository)
            for seed, (name, page) in enumerate(pages.items(), start=1):
                seconds = come_back(hub, page, name, seed, f"file://{repository}")
                print(AGAIN.format(name=name, seconds=seconds), flush=True)
            print_conflict(hub, students[0])
            for page in pages.values():
                page.context.close()
    return took["slider"]


def new_page(browser: Browser) -> Page:
    """Return a page in a browser of its own, as another person's."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    return page


def print_memory(hub: Hub) -> None:
    """Print what the student with the most holds."""
    server, kernels = max(
        (hub.memory(name) for name in hub.students), key=lambda held: held[0] + sum(held[1])
    )
    print(MEMORY.format(server=server, kernel=max(kernels), both=server + sum(kernels)), flush=True)


def print_conflict(hub: Hub, student: str) -> None:
    """Print what git made of a line that both changed: the merge, and whose line stands there."""
    clone = hub.home(student)
    print(CONFLICT.format(sheet=SHEET))
    print(run("git", "log", "-4", "--format=    %an: %s", "--graph", cwd=clone).rstrip())
    lines = (clone / SHEET).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if '"seed = ' in line:
            print(f"    {line.strip()}", flush=True)


def main() -> int:
    """Rehearse as often as asked; return 1 unless every run passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--students", type=int, default=5)
    asked = parser.parse_args()
    students = [f"student-{number}" for number in range(1, asked.students + 1)]
    seconds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="opslab-hub-") as folder, sync_playwright() as playwright:
        ready = prepare(Path(folder))
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
        for number in range(1, asked.runs + 1):
            load = os.getloadavg()[0]
            print(RUN.format(run=number, runs=asked.runs, load=load, cores=os.cpu_count()), flush=True)
            try:
                seconds.append(rehearse(ready, browser, students))
            except Exception as error:  # the next run begins anew, and the last line counts
                print(f"  FAILED: {type(error).__name__}: {error}", flush=True)
        browser.close()
    told = {"low": min(seconds, default=0), "high": max(seconds, default=0)}
    print(PASSED.format(passed=len(seconds), runs=asked.runs, students=asked.students, **told))
    return int(len(seconds) < asked.runs)


if __name__ == "__main__":
    sys.exit(main())
