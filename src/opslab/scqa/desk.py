"""The SCQA desk: a form for four parts that shows the brief in each order, and what the coach finds."""

from functools import cached_property
from typing import Any

from opslab.ground.arguments import as_choice
from opslab.ground.saved_input import keep, recall
from opslab.scqa.brief import ORDERS, PARTS, Brief, as_text
from opslab.scqa.coach import coach

# Words
DESK_TEXT = (
    "[form] SCQA desk: four text boxes, an order to choose, the brief, and what the coach finds in it."
)
REMARKS = "Remarks of the coach: {count}"
NOT_A_BRIEF = "desk received {found}; expected a Brief, or nothing for an empty desk"


class Desk:
    """The form. `brief` is what stands in it now, told in `order`; it is shown when it ends a cell.

    What was typed is kept beside the student's progress: a desk opened with the same brief again has it.
    """

    def __init__(self, brief: Brief, order: str):
        self.given, self.order = brief, order
        self.brief = _typed(self._name) or brief

    @property
    def answer(self) -> dict[str, str]:
        """What the form answers: the brief and the coach's remarks as HTML, and how many there are."""
        remarks = coach(self.brief)
        return {
            "shown": as_text(self.brief.arrange(self.order)),
            "found": remarks._repr_html_(),
            "told": REMARKS.format(count=len(remarks)) if remarks else "",
        }

    def write(self, order: str | None = None, **parts: str) -> dict[str, str]:
        """Put texts into the form's parts, as typing does; return the answer to them."""
        self.order = as_choice(order or self.order, "order", ORDERS)
        self.brief = Brief(**{part: parts.get(part, getattr(self.brief, part)) for part in PARTS})
        keep(self._name, None if self.brief == self.given else _parts(self.brief))
        return self.answer

    @cached_property
    def widget(self) -> Any:
        """The form as a widget."""
        from opslab.scqa.desk_widget import DeskForm  # heavy, and only a form needs it

        state = {"given": _parts(self.given), "brief": _parts(self.brief), "order": self.order}
        return DeskForm(self.write, answer=self.answer, **state)

    @property
    def _name(self) -> str:
        return f"desk: {' '.join(_parts(self.given).values())}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """Return the form for a running kernel, and one sentence for everything else."""
        data, metadata = self.widget._repr_mimebundle_()
        return {**data, "text/plain": DESK_TEXT}, metadata


def _parts(brief: Brief) -> dict[str, str]:
    return {part: getattr(brief, part) for part in PARTS}


def _typed(name: str) -> Brief | None:
    """Return the brief that was typed over the one of that name; None if there is none that can be read."""
    kept = recall(name)
    readable = isinstance(kept, dict) and all(isinstance(kept.get(part), str) for part in PARTS)
    return Brief(**{part: kept[part] for part in PARTS}) if readable else None


def desk(brief: Brief | None = None, order: str = "standard") -> Desk:
    """Open the SCQA desk, empty or with a brief in it.

    Raises
    ------
    ValueError
        If `brief` is no Brief, or `order` none of the four.

    Examples
    --------
    >>> desk(order="direct").order
    'direct'
    """
    if brief is not None and not isinstance(brief, Brief):
        raise ValueError(NOT_A_BRIEF.format(found=type(brief).__name__))
    return Desk(brief or Brief("", "", "", ""), as_choice(order, "order", ORDERS))
