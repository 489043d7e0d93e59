"""Forms that a page shows without a kernel, too: what an output stores of them, and their scripts.

A form's words and state are its subject's. Its script lies beside forms.js, which it imports, here as in
JupyterLab: so it can be run where it lies.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

from opslab.ground.scripts import as_one_module

MARKER = "application/vnd.opslab.form+json"
FORMS = ("mail", "pyramid", "filing")
SCRIPTS = Path(__file__).parent / "labextensions" / "opslab-forms" / "static"


def script(form: str) -> str:
    """Return a form's script as one module: what all forms need, and its own."""
    return as_one_module(SCRIPTS / "forms.js", SCRIPTS / f"{form}.js")


class PageForm:
    """A form that shows itself when it ends a cell: with a kernel as a widget, elsewhere from what is stored.

    A subclass is one of `FORMS` by its `form`, and has `write`, which takes what is typed and returns what is
    said of it.
    """

    form: str
    write: Any

    @property
    def _state(self) -> dict[str, Any]:
        """What its script shows: `given`, `typed` and `said`."""
        raise NotImplementedError

    @property
    def _in_words(self) -> str:
        """One sentence for whoever can show neither."""
        raise NotImplementedError

    @cached_property
    def widget(self) -> Any:
        """The form as a widget."""
        from opslab.ground.form_widget import StoredForm  # heavy, and only a form that is shown needs it

        return StoredForm(self.write, _esm=script(self.form), **self._state)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """Return the form for a kernel, its state for a page without one, and one sentence for all else."""
        data, metadata = self.widget._repr_mimebundle_()
        shown = {"version": 1, "form": self.form, "state": self._state}
        return {**data, MARKER: shown, "text/plain": self._in_words}, metadata
