"""What a student is told: shown once, at once, wherever in a cell it arises."""

from collections.abc import Callable
from functools import cache
from typing import Self

from IPython import get_ipython
from IPython.display import display

from opslab.ground import formatting as say


class Message:
    """Words for a student. A subclass gives `__repr__` and `_repr_html_` or `_repr_markdown_`."""

    told = False
    below: Callable[[str], dict] | None = None  # what a notebook with a kernel shows below it, given its HTML

    def tell(self) -> Self:
        """Show the message now, so that it is not lost in the middle of a cell, and return it."""
        if get_ipython() is not None:
            self._ipython_display_()
        return self

    def _repr_html_(self) -> str | None:
        return None

    def _repr_markdown_(self) -> str | None:
        return None

    def _ipython_display_(self) -> None:
        """Let a cell that ends with the message not show it a second time."""
        if self.told:
            return
        self.told = True
        forms = {"text/html": self._repr_html_(), "text/markdown": self._repr_markdown_()}
        data = {"text/plain": repr(self)} | {kind: text for kind, text in forms.items() if text is not None}
        if self.below and has_kernel():
            data.setdefault("text/html", to_html(data["text/plain"]))
            data |= self.below(data["text/html"])
        display(data, raw=True)


class Note(Message):
    """A message in markdown."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


class UsageError(ValueError):
    """A call that cannot be answered; a notebook shows its sentence without the way through our code."""

    def _render_traceback_(self) -> list[str]:
        return [f"△ {self}"]


def has_kernel() -> bool:
    """Whether a notebook's kernel runs this, and not a terminal or a plain script."""
    return getattr(get_ipython(), "kernel", None) is not None


def to_html(markdown: str) -> str:
    """Return markdown as HTML; what looks like HTML in it is shown as it was written."""
    return str(_converter()(say.together(markdown)))


@cache
def _converter() -> Callable[[str], object]:
    import mistune  # not needed before the first hint

    return mistune.create_markdown(escape=True)
