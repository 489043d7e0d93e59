"""A Chromium, where the machine has one: it prints hand-outs and runs the tests."""

import os
import shutil

# Words
NO_BROWSER = "no browser found: install chromium, or set OPSLAB_BROWSER to its path"

NAMES = ("chromium", "chromium-browser", "google-chrome")
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
    named = os.environ.get("OPSLAB_BROWSER")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
