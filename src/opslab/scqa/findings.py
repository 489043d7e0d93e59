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


@dataclass(frozen=True)
class Finding:
    """One remark.

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


class Findings(list[Finding]):
    """A list of findings that shows itself as a table; text from the brief is shown, never run."""

    def __init__(self, findings: Iterable[Finding] = ()):
        super().__init__(sorted(findings, key=lambda finding: -finding.confidence))

    def codes(self) -> set[str]:
        """Return the names of the rules that found something."""
        return {finding.code for finding in self}

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or NOTHING_FOUND

    def _repr_html_(self) -> str:
        if not self:
            return f'<p role="status">{html.escape(NOTHING_FOUND)}</p>'
        heads = "".join(f'<th scope="col" style="text-align:left">{head}</th>' for head in HEADINGS)
        cell = '<td style="text-align:left;white-space:normal;vertical-align:top">{}</td>'
        rows = "".join(
            "<tr>"
            + "".join(
                # <code> keeps MathJax away from quoted formulas.
                cell.format(html.escape(words) if place != 1 else f"<code>{html.escape(words)}</code>")
                for place, words in enumerate(
                    (finding.what, finding.where, finding.why, f"{finding.sure}, {finding.confidence:.0%}")
                )
            )
            + "</tr>"
            for finding in self
        )
        caption = f'<caption style="text-align:left">{CAPTION}</caption>'
        return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
