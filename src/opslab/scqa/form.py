"""The forms as widgets: boxes that grow with their text, in the colours of the page around them."""

import uuid
from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

from opslab.scqa.brief import ORDER_NAMES, ORDERS
from opslab.scqa.forms import script

# Words
ASKS = {
    "situation": "What would your listener say, too?",
    "complication": "What has changed, for whom, by how much?",
    "question": "What has to be decided? End with a question mark.",
    "answer": "What do you advise? With a number, and what is uncertain.",
}
ORDER_LABEL = "{name}: {letters} {chinese}"


class DeskForm(anywidget.AnyWidget):
    """The form: `brief` and `order` come from the page, `answer` goes there."""

    _esm = Path(__file__).with_name("desk.js")
    _css = Path(__file__).with_name("desk.css")
    asks = traitlets.Dict(ASKS).tag(sync=True)
    orders = traitlets.Dict(
        {
            name: ORDER_LABEL.format(name=name, letters=letters, chinese=ORDER_NAMES[name])
            for name, letters in ORDERS.items()
        }
    ).tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    brief = traitlets.Dict().tag(sync=True)
    order = traitlets.Unicode().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(self, write: Callable[..., dict[str, str]], **state: object):
        """Open the form; `write` takes what is typed and returns the answer to it."""
        super().__init__(**state)
        self._take = write
        self.observe(self._write, names=["brief", "order"])

    def _write(self, _: object) -> None:
        self.answer = self._take(self.order, **self.brief)


class StoredForm(anywidget.AnyWidget):
    """A form that works from what an output stores, too: `typed` comes from the page, `said` goes there."""

    key = traitlets.Unicode().tag(sync=True)  # the widget's id, which its JavaScript is not told
    given = traitlets.Any().tag(sync=True)
    typed = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)

    def __init__(self, write: Callable[..., dict], **state: object):
        """Open the form; `write` takes what is typed and returns what is said of it."""
        key = uuid.uuid4().hex
        super().__init__(model_id=key, key=key, **state)
        self._take = write
        self.observe(self._write, names="typed")

    def _write(self, _: object) -> None:
        self.said = self._take(**self.typed)


class MailForm(StoredForm):
    """The form that takes a mail."""

    _esm = script("mail")


class PyramidForm(StoredForm):
    """The form that builds a pyramid."""

    _esm = script("pyramid")
