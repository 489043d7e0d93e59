"""The SCQA desk: a form for four parts that shows the brief in each order, and what the coach finds."""

from typing import Any

from opslab.ground.frames import as_choice
from opslab.scqa.brief import ORDERS, PARTS, Brief, as_text
from opslab.scqa.coach import coach

# Words
DESK_TEXT = (
    "[form] SCQA desk: four text boxes, an order to choose, the brief, and what the coach finds in it."
)
NOT_A_BRIEF = "desk received {found}; expected a Brief, or nothing for an empty desk"
ASKS = {
    "situation": "What would your listener say, too?",
    "complication": "What has changed, for whom, by how much?",
    "question": "What has to be decided? End with a question mark.",
    "answer": "What do you advise? With a number, and what is uncertain.",
}
ORDER = "Order"
ORDER_LABEL = "{name}: {letters}"
YOUR_BRIEF = "<b>Your brief</b>"
STATUS = '<div role="status">{text}</div>'


class Desk:
    """The form. `brief` is what stands in it now; it is shown when it ends a cell."""

    def __init__(self, brief: Brief, order: str):
        import ipywidgets as widgets  # heavy, and only a form needs it

        wide = widgets.Layout(width="100%", max_width="60em")
        style = {"description_width": "8em"}
        self.boxes = {
            part: widgets.Textarea(
                value=getattr(brief, part),
                description=part.capitalize(),
                placeholder=ASKS[part],
                rows=2,
                layout=wide,
                style=style,
            )
            for part in PARTS
        }
        names = [(ORDER_LABEL.format(name=name, letters=letters), name) for name, letters in ORDERS.items()]
        self.order = widgets.Dropdown(options=names, value=order, description=ORDER, style=style)
        self.shown, self.found = widgets.HTML(layout=wide), widgets.HTML(layout=wide)
        self.form = widgets.VBox(
            [*self.boxes.values(), self.order, widgets.HTML(YOUR_BRIEF), self.shown, self.found]
        )
        for shown, name in (
            (self.form, "opslab-desk"),
            (self.shown, "opslab-desk-brief"),
            (self.found, "opslab-desk-found"),
        ):
            shown.add_class(name)
        for control in (*self.boxes.values(), self.order):
            control.observe(self._answer, names="value")
        self._answer()

    @property
    def brief(self) -> Brief:
        """The four parts as they stand in the form."""
        return Brief(**{part: box.value for part, box in self.boxes.items()})

    def _answer(self, _: Any = None) -> None:
        self.shown.value = as_text(self.brief.arrange(self.order.value))
        self.found.value = STATUS.format(text=coach(self.brief)._repr_html_())

    def _repr_mimebundle_(self, **_: Any) -> dict:
        """Return the form for a running kernel, and one sentence for everything else."""
        return {**self.form._repr_mimebundle_(), "text/plain": DESK_TEXT}


def desk(brief: Brief | None = None, order: str = "standard") -> Desk:
    """Open the SCQA desk, empty or with a brief in it.

    Raises
    ------
    ValueError
        If `brief` is no Brief, or `order` none of the four.

    Examples
    --------
    >>> desk(order="direct").order.value
    'direct'
    """
    if brief is not None and not isinstance(brief, Brief):
        raise ValueError(NOT_A_BRIEF.format(found=type(brief).__name__))
    return Desk(brief or Brief("", "", "", ""), as_choice(order, "order", ORDERS))
