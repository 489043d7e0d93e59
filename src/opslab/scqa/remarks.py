"""What the coach and the pyramid say: a question with its place and its reason. Never a score."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

# Words
NOTHING_FOUND = {
    "en": "No rule found a fault. The coach cannot judge whether what you say is true.",
    "zh": "没有规则发现问题。教练判断不了你说的是不是真的。",
}
ALSO = {"en": "Ask yourself, too", "zh": "再问问自己"}
AT = {"en": "{place}: “{quote}”", "zh": "{place}：“{quote}”"}
MEASURED = {
    "en": "Such a question was right {right} of {said} times.",
    "zh": "这类提问在 {said} 次里有 {right} 次问对了。",
}
HEADINGS = {"en": ("Question", "Where", "Why it is asked"), "zh": ("提问", "位置", "为什么问")}
CAPTION = {"en": "What the coach asks", "zh": "教练的提问"}
QUOTED = 60
STATED = 0.75  # measured precision from which a rule may say that it found something

# Inside a widget a line is as high as a button, and <code> has letters of its own.
_CELL = (
    "text-align:left;vertical-align:top;white-space:normal;line-height:1.4;padding:.35em 1.2em .35em 0;"
    "border-bottom:1px solid rgba(128,128,128,.4)"
)
_CODE = '<code style="font-family:inherit;font-size:inherit;background:none;padding:0">{}</code>'
_CAPTION = '<caption style="text-align:left;font-weight:bold;line-height:1.4">{}</caption>'


@dataclass(frozen=True)
class Remark:
    """One question of the coach or the pyramid.

    Attributes
    ----------
    code : the rule's name, such as "missing" or "off_question"
    what : the question in words
    part : the part concerned, or "" if it concerns the whole
    place : where it stands, such as "sentence 2"
    quote : the words concerned, as written
    why : the reason, and how often such a question was right, where that is measured
    confidence : share of 1: measured on texts written without sight of the rules; 1 where there is no doubt
    language : "en" or "zh", the language of the brief
    rule : under which it is measured: the code, the part that is missing, and "?" if it was less than sure
    """

    code: str
    what: str
    part: str
    place: str
    quote: str
    why: str
    confidence: float
    language: str = "en"
    rule: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What a form shows of it."""
        return {"what": self.what, "where": self.where, "why": self.why}

    @property
    def where(self) -> str:
        """Place and quoted words."""
        short = self.quote if len(self.quote) <= QUOTED else self.quote[: QUOTED - 1] + "…"
        return AT[self.language].format(place=self.place, quote=short) if short else self.place

    def __str__(self) -> str:
        return f"{self.what} [{self.where}] {self.why}"


class Remarks(list[Remark]):
    """A list of remarks that shows itself as a table; text from the brief is shown, never run.

    `asks` holds what every answer may be asked: no rule has found a fault there.
    """

    def __init__(self, remarks: Iterable[Remark] = (), asks: Iterable[Remark] = (), language: str = "en"):
        super().__init__(sorted(remarks, key=lambda remark: -remark.confidence))
        self.asks, self.language = tuple(asks), language

    def codes(self) -> set[str]:
        """Return the names of the rules that found something.

        Examples
        --------
        >>> found = Remark("rest", "What is in it?", "", "reason 2", "Other", "It says nothing.", 0.8)
        >>> Remarks([found]).codes()
        {'rest'}
        """
        return {remark.code for remark in self}

    def __repr__(self) -> str:
        told = "\n".join(map(str, self)) or NOTHING_FOUND[self.language]
        return "\n".join([told, *([f"{ALSO[self.language]}:", *map(str, self.asks)] if self.asks else [])])

    def _repr_html_(self) -> str:
        language = self.language
        head = "".join(f'<th scope="col" style="{_CELL}">{head}</th>' for head in HEADINGS[language])
        rows = "".join(f"<tr>{_row(remark)}</tr>" for remark in self)
        table = (
            f'<table style="border-collapse:collapse">{_CAPTION.format(CAPTION[language])}'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )
        told = table if self else f'<p role="status">{html.escape(NOTHING_FOUND[language])}</p>'
        asked = "".join(f"<li>{html.escape(ask.what)} {html.escape(ask.why)}</li>" for ask in self.asks)
        return told + (f"<p>{ALSO[language]}:</p><ul>{asked}</ul>" if asked else "")


def _row(remark: Remark) -> str:
    quoted = _CODE.format(html.escape(remark.where))  # <code> keeps MathJax away from quoted formulas
    words = (html.escape(remark.what), quoted, html.escape(remark.why))
    return "".join(f'<td style="{_CELL}">{text}</td>' for text in words)
