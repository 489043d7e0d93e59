"""The desk as a widget: boxes that grow with their text, in the colours of the page around them."""

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

from opslab.scqa.brief import ORDER_NAMES, ORDERS

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
