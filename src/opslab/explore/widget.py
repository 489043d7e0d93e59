"""The explorable as a widget: what shows it in notebook programs other than JupyterLab, and reaches the kernel."""

import gzip
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import plotly
import traitlets

# Where JupyterLab finds its renderer; the drawing code lies there once, for the widget and for exported pages too.
SCRIPT = Path(__file__).parent / "labextensions" / "opslab" / "static" / "explore.js"


class ExplorableWidget(anywidget.AnyWidget):
    """One explorable. `bundle` is drawn by explore.js; `fine` are the controls whose pictures the kernel draws."""

    _esm = SCRIPT
    key = traitlets.Unicode().tag(sync=True)  # the widget's id, which its JavaScript is not told
    bundle = traitlets.Dict().tag(sync=True)
    fine = traitlets.List().tag(sync=True)

    def __init__(self, bundle: dict, fine: list[dict], picture: Callable[[tuple[int, ...]], dict] | None):
        key = uuid.uuid4().hex
        super().__init__(model_id=key, key=key, bundle=bundle, fine=fine)
        self._picture = picture
        self.on_msg(lambda _, question, __: self._answer(question))

    def _answer(self, question: dict[str, Any]) -> None:
        """Answer the page: plotly.js, if the page has none, or the picture at a place."""
        if question.get("ask") == "plotly":
            self.send({"id": question["id"]}, [plotly_script()])
            return
        try:
            self.send({"id": question["id"], "picture": self._picture(tuple(question["place"]))})
        except Exception as error:  # whatever the author's function raises belongs beside the picture
            self.send({"id": question["id"], "error": f"{type(error).__name__}: {error}"})


@cache
def plotly_script() -> bytes:
    """Return plotly.js as installed with plotly, compressed."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return gzip.compress(script.read_bytes(), compresslevel=6, mtime=0)
