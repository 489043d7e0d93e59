"""What the coach says: what, where, why, and how sure it is. Never a score."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

# Words
NOTHING_FOUND = "No rule found a fault. The coach cannot judge whether what you say is true."
SURE = ((0.85, "sure"), (0.65, "likely"), (0.0, "perhaps"))
AT = "{place}: “{quote}”"
LINE = "{what} [{where}; {sure}, {confidence:.0%}] {why}"
HEADINGS = ("Finding", "Where", "Why", "Confidence")
CAPTION = "What the coach found"
QUOTED = 60

# Inside a widget a line is as high as a button, and <code> has letters of its own.
_CELL = (
    "text-align:left;vertical-align:top;white-space:{space};line-height:1.4;padding:.35em 1.2em .35em 0;"
    "border-bottom:1px solid rgba(128,128,128,.4)"
)
_CODE = '<code style="font-family:inherit;font-size:inherit;background:none;padding:0">{}</code>'
_CAPTION = '<caption style="text-align:left;font-weight:bold;line-height:1.4">{}</caption>'


@dataclass(frozen=True)
class Remark:
    """One thing that the coach or the pyramid remarks on.

    Attributes
    ----------
    code : the rule's name, such as "missing" or "off_question"
    what : the remark in words
    part : the part concerned, or "" if it concerns the whole
    place : where it stands, such as "sentence 2"
    quote : the words concerned, as written
    why : the reason, and what would help
    confidence : share of 1; how often the author of the rule expects it to be right
    """

    code: str
    what: str
    part: str
    place: str
    quote: str
    why: str
    confidence: float

    @property
    def sure(self) -> str:
        """The confidence in a word."""
        return next(word for least, word in SURE if self.confidence >= least)

    @property
    def where(self) -> str:
        """Place and quoted words."""
        short = self.quote if len(self.quote) <= QUOTED else self.quote[: QUOTED - 1] + "…"
        return AT.format(place=self.place, quote=short) if short else self.place

    def __str__(self) -> str:
        return LINE.format(
            what=self.what, where=self.where, sure=self.sure, confidence=self.confidence, why=self.why
        )


class Remarks(list[Remark]):
    """A list of remarks that shows itself as a table; text from the brief is shown, never run."""

    def __init__(self, remarks: Iterable[Remark] = ()):
        super().__init__(sorted(remarks, key=lambda remark: -remark.confidence))

    def codes(self) -> set[str]:
        """Return the names of the rules that found something."""
        return {remark.code for remark in self}

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or NOTHING_FOUND

    def _repr_html_(self) -> str:
        if not self:
            return f'<p role="status">{html.escape(NOTHING_FOUND)}</p>'
        style = _CELL.format(space="normal")
        heads = "".join(f'<th scope="col" style="{style}">{head}</th>' for head in HEADINGS)
        rows = "".join(f"<tr>{_row(remark)}</tr>" for remark in self)
        head = f"{_CAPTION.format(CAPTION)}<thead><tr>{heads}</tr></thead>"
        return f'<table style="border-collapse:collapse">{head}<tbody>{rows}</tbody></table>'


def _row(remark: Remark) -> str:
    quoted = _CODE.format(html.escape(remark.where))  # <code> keeps MathJax away from quoted formulas
    words = (html.escape(remark.what), quoted, html.escape(remark.why))
    cells = [f'<td style="{_CELL.format(space="normal")}">{text}</td>' for text in words]
    sure = f"{remark.sure}, {remark.confidence:.0%}"
    return "".join([*cells, f'<td style="{_CELL.format(space="nowrap")}">{sure}</td>'])
