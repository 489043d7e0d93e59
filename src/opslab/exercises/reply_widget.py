"""Hint and Solution as buttons below a check's reply, a dot for each question of the sheet, and what is next.

Slow to import, for ipywidgets is. What is shown is what `hints` says; reply.js draws it.
"""

import uuid
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from opslab.exercises.display import to_html
from opslab.exercises.hints import Asked

# The drawing code lies once, where JupyterLab looks for its renderer.
SCRIPT = Path(__file__).parent / "labextensions" / "opslab-check" / "static" / "reply.js"
MARKER = "application/vnd.opslab.reply+json"

_live: dict[tuple[str, str], "ReplyWidget"] = {}  # by lesson and question, the last reply of each


class ReplyWidget(anywidget.AnyWidget):
    """What a notebook shows of one reply: its HTML, and in `state` what stands below it.

    `read` are the hints that were read before it, `said` those and the solution that its buttons have
    brought, as HTML. However often it is drawn, a hint stands in one of the two.
    """

    _esm = SCRIPT
    key = traitlets.Unicode().tag(sync=True)  # the widget's id, which its JavaScript is not told
    html = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    read = traitlets.Dict().tag(sync=True)
    said = traitlets.List().tag(sync=True)

    def __init__(self, html: str, asked: Asked):
        key = uuid.uuid4().hex
        self._asked, self._solution_shown = asked, False
        # All at once: a page draws it as soon as it opens, and what came a moment later would be missing.
        super().__init__(model_id=key, key=key, html=html, read=asked.read_before(), state=self._found(html))
        self.on_msg(lambda _, content, __: self._press(content.get("press")))

    def refresh(self) -> None:
        """Show what has changed since, here or elsewhere."""
        self.state = self._found(self.html)

    def _found(self, html: str) -> dict[str, Any]:
        state = self._asked.state(self._solution_shown)
        if state["next"] in html:  # a right answer has said so
            state["next"] = ""
        return state

    def _press(self, button: str) -> None:
        if button == "hint":
            words = self._asked.hint()
        else:
            self._solution_shown = self._asked.is_open
            words = self._asked.solution()
        self.said = [*self.said, to_html(words)]
        refresh()


def below(asked: Asked, html: str) -> dict[str, object]:
    """Return what a notebook shows in place of a reply's HTML, as a mime bundle."""
    name = asked.lesson, asked.question.name
    if name in _live:
        _live.pop(name).close()
    _live[name] = ReplyWidget(html, asked)
    shown = _live[name]._repr_mimebundle_()
    assert shown is not None  # but for widgets without a view
    data, _ = shown
    del data["text/plain"]
    return {**data, MARKER: {"version": 1}}


def refresh() -> None:
    """Bring all replies up to date: their dots show the whole sheet."""
    for widget in _live.values():
        widget.refresh()
