"""Twelve mails with one fault each, to mend, and two mended versions of each, to compare."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from opslab.scqa.brief import as_text

STORE = Path(__file__).with_name("sample_mails.toml")

# Words
FAULTS = {
    "no complication": "nothing has changed, so things may stay as they are",
    "idle complication": "a mood or a complaint without how many, since when, or what follows",
    "disputed situation": "somebody in the room would object to the first sentence",
    "two questions at once": "more than one thing has to be decided",
    "no answer": "nothing is advised",
    "vague answer": "something is advised, and nobody could check in a month whether it was done",
    "answers another question": "something that can be checked is advised, for a question that was not asked",
}
NO_MAIL = "there is no mail {found!r}; the mails have the numbers 1 to {count}"
TITLE = "Mail {number}"


@dataclass(frozen=True)
class Mail:
    """A mail with a fault, two mended versions, which of them can be acted on, and what the other lacks."""

    number: int
    fault: str
    text: str
    a: str
    b: str
    better: str
    why: str


@dataclass(frozen=True, repr=False)
class Shown:
    """Texts below a title each, one beside the other where there is room."""

    rows: tuple[tuple[str, dict[str, str]], ...]

    def __repr__(self) -> str:
        return "\n\n".join(
            "\n".join([title, *(f"{name}: {text}" if name else text for name, text in texts.items())])
            for title, texts in self.rows
        )

    def _repr_html_(self) -> str:
        return "".join(
            f'<p style="margin:1em 0 0"><b>{title}</b></p>'
            f'<div style="display:flex;flex-wrap:wrap;gap:0 2em">{_columns(texts)}</div>'
            for title, texts in self.rows
        )


def bad_mails(*numbers: int) -> Shown:
    """Show mails to mend: those of the numbers given, or all twelve.

    Each has one of the `FAULTS`. The mails are invented.

    Raises
    ------
    ValueError
        If there is no mail of such a number.

    Examples
    --------
    >>> print(str(bad_mails(6))[:42])
    Mail 6
    The museum is open until six. Visit
    """
    return Shown(tuple((TITLE.format(number=mail.number), {"": mail.text}) for mail in _mails(numbers)))


def mended_pairs(*numbers: int) -> Shown:
    """Show two mended versions of each mail, a and b, to be compared; one of them keeps the mail's fault.

    Raises
    ------
    ValueError
        If there is no mail of such a number.

    Examples
    --------
    >>> print(str(mended_pairs(6))[:42])
    Mail 6
    a: As most of you will remember, th
    """
    return Shown(
        tuple((TITLE.format(number=mail.number), {"a": mail.a, "b": mail.b}) for mail in _mails(numbers))
    )


@cache
def read_mails() -> tuple[Mail, ...]:
    """Return the twelve mails with what is known of them."""
    import tomllib

    stored = tomllib.loads(STORE.read_text(encoding="utf-8"))["mail"]
    return tuple(
        Mail(number, **{name: text.strip() for name, text in mail.items()})
        for number, mail in enumerate(stored, start=1)
    )


def _mails(numbers: Iterable[int]) -> list[Mail]:
    known = {mail.number: mail for mail in read_mails()}
    for number in numbers:
        if not isinstance(number, int) or number not in known:
            raise ValueError(NO_MAIL.format(found=number, count=len(known)))
    return [known[number] for number in numbers or known]


def _columns(texts: dict[str, str]) -> str:
    heads = {name: f"<code>{name}</code>" if name else "" for name in texts}
    return "".join(
        f'<div style="flex:1 1 18em">{heads[name]}{as_text(text)}</div>' for name, text in texts.items()
    )
