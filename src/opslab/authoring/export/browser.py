"""Browsers, where there are any: a Chromium prints hand-outs and runs the tests, a Firefox some of them."""

import os
import shutil

# Words
NO_BROWSER = "no browser found: install chromium, or set OPSLAB_BROWSER to its path"

NO_FIREFOX = "no Firefox found: install firefox-esr, or set OPSLAB_FIREFOX to its path"

# The first draws the same, pixel by pixel, with three quarters of the work: it has no window of its own.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FIREFOX = ("firefox-esr", "firefox")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_path() -> str | None:
    """Return the path of a Chromium, or None."""
    return _found("OPSLAB_BROWSER", NAMES)


def firefox_path() -> str | None:
    """Return the path of a Firefox, or None."""
    return _found("OPSLAB_FIREFOX", FIREFOX)


def _found(variable: str, names: tuple[str, ...]) -> str | None:
    named = os.environ.get(variable)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, names)), None)
