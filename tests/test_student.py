"""What a student does: `make lab`, a link to the exercise, a wrong answer that is named, the right one."""

import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
START_LIMIT = 60  # seconds


@pytest.fixture
def course(tmp_path):
    """Yield the address of the course as `make lab` opens it; the token is part of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    options = f"LAB=--no-browser --ip=127.0.0.1 --port={port} --IdentityProvider.token={token}"
    own = {
        name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "OPSLAB_HOME")
    }
    log = tmp_path / "log.txt"
    with log.open("wb") as out:
        lab = subprocess.Popen(
            ["make", "lab", options],
            cwd=ROOT, env=os.environ | own, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/lab/tree/notebooks/00-start-here.ipynb?token={token}"
    end = time.monotonic() + START_LIMIT
    try:
        while True:
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except OSError:
                if lab.poll() is not None or time.monotonic() > end:
                    pytest.fail(f"make lab did not start:\n{log.read_text(errors='replace')}")
                time.sleep(0.2)
        yield address
    finally:
        os.killpg(lab.pid, signal.SIGTERM)
        lab.wait(20)


def answer(page, code: str) -> None:
    """Write an answer over the first question's cell and run it."""
    cell = page.locator(".jp-Notebook:visible .jp-CodeCell", has_text='check("q1"')
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f'{code}\ncheck("q1", users)')
    page.keyboard.press("Control+Enter")


@pytest.mark.browser
def test_from_make_lab_to_a_named_mistake(course, page):
    page.goto(course)
    page.get_by_role("link", name="the exercise of this page").click()
    page.get_by_role("heading", name="Exercise: 00 · Start here").wait_for()
    page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/")  # before that, a run is lost
    page.click('li.lm-MenuBar-item:has-text("Run")')
    page.click('[data-command="runmenu:run-all"]')
    finding = page.locator(".opslab-finding").first
    finding.get_by_text("Not answered yet").wait_for()
    answer(page, "users = 100 * 104")
    finding.get_by_text("everyone who ever signed up").wait_for()
    answer(page, "users = active_users(100, 0.90, 104)")
    finding.get_by_text("Right.").wait_for()
    assert page.strangers == []
