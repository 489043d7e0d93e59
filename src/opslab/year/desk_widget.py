"""The desk of the year as a widget: native inputs for plan and forecast, in the colours of the page."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from opslab.ground import formatting as say
from opslab.year.firm import CLERK, FORUM_COST
from opslab.year.plan import LIMITS, Limit

# Words
LABELS = {
    "ads": "Ads, yuan a week",
    "own": "Own channels, yuan a week",
    "friends": "Friends and partners, yuan a week",
    "pushes": "Pushes a week",
    "recall": "Write to those away (all: to those who said no, too)",
    "clerks": f"Clerks, each {say.number(round(CLERK), 'yuan')} a week of cash",
    "forum": f"Forum open, {say.number(round(FORUM_COST), 'yuan')} a week (word of mouth follows slowly)",
    "focus": "Share of messages on one image, 0 to 1 (more: more trust, fewer reached; a year tells)",
    "points": "Points for an answer, yuan (above 0.5 trust falls)",
    "test": "Test on newcomers",
}

STEPS = {"focus": 0.1, "points": 0.1, "ads": 100, "own": 100, "friends": 100}


class YearForm(anywidget.AnyWidget):
    """The form: `draft` and `asked` come from the page, `answer` goes there."""

    _esm = Path(__file__).with_name("desk.js")
    _css = Path(__file__).with_name("desk.css")
    levers = traitlets.Dict().tag(sync=True)
    draft = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(
        self, take: Callable[[Mapping[str, Any]], dict[str, Any]], note: Callable[..., None], **state: object
    ):
        """Open the form; `take` does what is asked for and answers, `note` keeps what is typed."""
        super().__init__(levers={name: _control(name, LIMITS[name]) for name in LABELS}, **state)
        self.observe(lambda change: note(change["new"]), names="draft")
        self.observe(lambda change: self.set_trait("answer", take(change["new"])), names="asked")


def _control(name: str, limit: Limit) -> dict[str, Any]:
    """Return what the page needs to draw a lever."""
    kind = "choice" if limit.options else "number" if limit.most else "flag"
    return {
        "label": LABELS[name], "kind": kind, "options": list(limit.options), "least": limit.least,
        "most": limit.most, "step": STEPS.get(name, 1),
    }  # fmt: skip
