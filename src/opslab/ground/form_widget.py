"""A form as a widget: apart from `forms`, for anywidget is slow to import, and only a shown form needs it."""

import uuid
from collections.abc import Callable

import anywidget
import traitlets


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
