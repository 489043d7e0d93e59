"""A brief of four parts: told in one of four orders, filled with numbers from the data, shown as text."""

import html
import re
import string
from dataclasses import dataclass, fields, replace

from opslab.ground import formatting as say
from opslab.ground.arguments import as_choice

PARTS = ("situation", "complication", "question", "answer")
# Minto's four orders, by the parts' first letters.
ORDERS: dict[str, str] = {"standard": "SCQA", "direct": "ASCQ", "concerned": "CSQA", "confident": "QSCA"}
ORDER_NAMES = {
    "standard": "标准式",
    "direct": "开门见山式",
    "concerned": "突出忧虑式",
    "confident": "突出信心式",
}
# Where the listener asks the question unprompted, and it may stay unspoken.
IMPLIED = ("standard", "direct", "concerned")

# Words
NOT_TEXT = "{part} is {found}; expected text. Put it between quotation marks"
NO_VALUE = "the brief names {{{name}}}, and no value was given for it; write fill({name}=...)"
NO_PLACE = (
    "fill received {name}, but no part of the brief holds {{{name}}}; write it where the number belongs"
)
BAD_PLACE = "the {part} cannot be filled: {cause}; a literal brace is written twice, {{{{ or }}}}"
LETTERS: dict[str, str] = {part[0].upper(): part for part in PARTS}


@dataclass(frozen=True)
class Brief:
    """Four parts of text; a part may be empty (the coach will say so).

    Raises
    ------
    ValueError
        If a part is not text.

    Examples
    --------
    >>> brief = Brief(
    ...     situation="Lantern has 4,606 active users, more each month.",
    ...     complication="Of new users 22.3 % came back in the fifth week, against 25.2 % before.",
    ...     question="Should we stop the new onboarding?",
    ...     answer="No: keep it and halve the spend on feed ads until June.",
    ... )
    >>> brief.question
    'Should we stop the new onboarding?'
    """

    situation: str
    complication: str
    question: str
    answer: str

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str):
                raise ValueError(NOT_TEXT.format(part=field.name, found=repr(value)[:60]))

    def arrange(self, order: str = "standard", implied: bool = False) -> str:
        """Return the brief as one paragraph in an order of `ORDERS`; empty parts are passed over.

        With `implied` the question stays unspoken, as books often write these orders (S-C-A, A-S-C, C-S-A);
        only ``"confident"`` always speaks it.

        Raises
        ------
        ValueError
            If `order` is not one of `ORDERS`.

        Examples
        --------
        >>> brief = Brief("Lantern grows.", "Users leave.", "What now?", "Pause the push.")
        >>> brief.arrange("direct")
        'Pause the push. Lantern grows. Users leave. What now?'
        """
        return join(self.sentences(order, implied))

    def sentences(self, order: str = "standard", implied: bool = False) -> list[str]:
        """Return the parts as `arrange` tells them, each on one line, without empty ones.

        Examples
        --------
        >>> brief = Brief("Lantern grows.", "Users leave.", "What now?", "Pause the push.")
        >>> brief.sentences("direct", implied=True)
        ['Pause the push.', 'Lantern grows.', 'Users leave.']
        """
        letters = ORDERS[as_choice(order, "order", ORDERS)]
        if implied and order in IMPLIED:
            letters = letters.replace("Q", "")
        parts = (on_one_line(getattr(self, LETTERS[letter])) for letter in letters)
        return [part for part in parts if part]

    def fill(self, **values: object) -> "Brief":
        """Return the brief with its ``{name}`` and ``{name:.0%}`` replaced by values from the data.

        Raises
        ------
        ValueError
            If a name has no value, a value has no place, or a format does not fit its value.

        Examples
        --------
        >>> brief = Brief("We have {users:,} users.", "They leave.", "What now?", "Pause the push.")
        >>> brief.fill(users=4_606).situation
        'We have 4,606 users.'
        """
        formatter = _Spoken()
        filled, used = {}, set()
        for part in PARTS:
            text = getattr(self, part)
            try:
                names = {name for _, name, _, _ in formatter.parse(text) if name is not None}
            except ValueError as error:
                raise ValueError(BAD_PLACE.format(part=part, cause=error)) from error
            for name in sorted(names - values.keys()):
                raise ValueError(NO_VALUE.format(name=name))
            try:
                filled[part] = formatter.vformat(text, (), values)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                raise ValueError(BAD_PLACE.format(part=part, cause=error)) from error
            used |= names
        for name in sorted(values.keys() - used):
            raise ValueError(NO_PLACE.format(name=name))
        return replace(self, **filled)

    def __str__(self) -> str:
        return self.arrange()

    def _repr_html_(self) -> str:
        """Show the brief as text: nothing in it is run, and no formula is typeset."""
        return as_text(self.arrange())


class _Spoken(string.Formatter):
    """Formats as Python does, with a number and its per cent sign apart."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = super().format_field(value, format_spec)
        return text.replace(say.PERCENT, say.SPACE + say.PERCENT) if format_spec.endswith("%") else text


def join(parts: list[str]) -> str:
    """Join sentences: with a space, but none after Chinese punctuation."""
    text = ""
    for part in parts:
        text += ("" if not text or text[-1] in "。！？；：，" else " ") + part
    return text


def on_one_line(text: str) -> str:
    """Return text with a space for each break; what holds a number and its unit together stays."""
    return re.sub(rf"[^\S{say.SPACE}]+", " ", text).strip()


def as_text(text: str) -> str:
    """Return HTML that shows `text` letter by letter (MathJax leaves <pre> alone)."""
    style = (
        "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;"
        "font-family:inherit;font-size:inherit;line-height:1.5;margin:.4em 0"
    )
    return f'<pre style="{style}">{html.escape(text)}</pre>'
