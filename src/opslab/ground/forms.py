"""Forms that a page shows without a kernel, too: what an output stores of them, and their scripts.

A form's words and state are its subject's. Its script lies beside forms.js, which it imports, here as in
JupyterLab: so it can be run where it lies.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

MARKER = "application/vnd.opslab.form+json"
FORMS = ("mail", "pyramid", "filing")
SCRIPTS = Path(__file__).parent / "labextensions" / "opslab-forms" / "static"


def script(form: str) -> str:
    """Return a form's script as one module: what all forms need, and its own."""
    own = (SCRIPTS / f"{form}.js").read_text(encoding="utf-8")
    return (SCRIPTS / "forms.js").read_text(encoding="utf-8") + re.sub(r"^import .*\n", "", own, count=1)


def opened(form: str, write: Callable[..., dict], state: dict[str, Any]) -> Any:
    """Return a form as a widget; `write` takes what is typed and returns what is said of it."""
    from opslab.ground.widget import StoredForm  # heavy, and only a form that is shown needs it

    return StoredForm(write, _esm=script(form), **state)


def stored(widget: Any, form: str, state: dict[str, Any], text: str) -> tuple[dict, dict]:
    """Return the mime bundle of a form: the widget for a kernel, its state for all else, and a text."""
    data, metadata = widget._repr_mimebundle_()
    return {**data, MARKER: {"version": 1, "form": form, "state": state}, "text/plain": text}, metadata
