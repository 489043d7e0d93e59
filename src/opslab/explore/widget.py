"""The explorable as a widget, which shows it outside JupyterLab too and reaches the kernel."""

import gzip
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import plotly
import traitlets

from opslab.ground.saved_input import keep, recall
from opslab.ground.scripts import as_one_module

# The drawing code lies once, where JupyterLab looks for its renderer; exported pages use it too.
SCRIPTS = Path(__file__).parent / "labextensions" / "opslab" / "static"
PARTS = ("controls", "dark", "guess", "numbers", "names", "width", "explore")  # each behind what it imports
SCRIPT = as_one_module(*(SCRIPTS / f"{name}.js" for name in PARTS))


class ExplorableWidget(anywidget.AnyWidget):
    """One explorable: `bundle` is what explore.js draws, `fine` the controls that need the kernel."""

    _esm = SCRIPT
    key = traitlets.Unicode().tag(sync=True)  # the widget's id, which its JavaScript is not told
    bundle = traitlets.Dict().tag(sync=True)
    fine = traitlets.List().tag(sync=True)
    kept = traitlets.Dict(allow_none=True).tag(sync=True)  # the reader's guess

    def __init__(self, bundle: dict, fine: list[dict], draw: Callable[[tuple[int, ...]], dict] | None):
        """Open the widget; `draw` answers for a place among the fine controls."""
        key = uuid.uuid4().hex
        meta = bundle["layout"]["meta"]["opslab"]
        name = f"guess: {meta['alt']} {meta.get('guess', {}).get('prompt')}"
        found = recall(name)
        kept = found if isinstance(found, dict) else None
        super().__init__(model_id=key, key=key, bundle=bundle, fine=fine, kept=kept)
        self.observe(lambda change: keep(name, change.new), names="kept")
        self._draw = draw
        self.on_msg(lambda _, question, __: self._answer(question))

    def _answer(self, question: dict[str, Any]) -> None:
        """Answer the page: plotly.js, if the page has none, or the picture at a place."""
        if question.get("ask") == "plotly":
            self.send({"id": question["id"]}, [plotly_script()])
            return
        if self._draw is None:  # the bundle is complete: no page asks
            return
        try:
            self.send({"id": question["id"], "picture": self._draw(tuple(question["place"]))})
        except Exception as error:  # whatever the author's function raises belongs beside the picture
            self.send({"id": question["id"], "error": str(error)})


@cache
def plotly_script() -> bytes:
    """Return plotly.js as installed with plotly, compressed."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return gzip.compress(script.read_bytes(), compresslevel=6, mtime=0)
