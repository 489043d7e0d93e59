"""Paste a mail: its reader labels the sentences first, then the coach says how it reads them."""

from functools import lru_cache
from typing import Any

from opslab.ground.forms import PageForm
from opslab.ground.saved_input import keep, recall
from opslab.scqa.coach import coach
from opslab.scqa.reading import Opening, read_opening
from opslab.scqa.remarks import NOTHING_FOUND, Remarks

LABELS = "SCQA–"  # the last stands for none of these
AT_ONCE = {"other_language", "too_long", "too_short"}  # told before the labels: they give none away

# Words
MAIL_TEXT = "[form] Paste a mail: label each sentence, then compare with the coach's reading."
NOT_A_MAIL = "mail_desk received {found}; expected the mail as text, between quotation marks, or nothing"


class MailDesk(PageForm):
    """The form, shown when it ends a cell: `text` is what stands in it, `labels` its reader's by sentence.

    What was typed and labelled is kept beside the student's progress: a form opened on the same text has it.
    Without a kernel the browser keeps it.
    """

    form, _in_words = "mail", MAIL_TEXT

    def __init__(self, text: str):
        self.given, self.text = text, text
        self.labels: dict[str, str] = {}
        self.asked = False
        if kept := _readable(recall(self._name)):
            self.text, self.labels, self.asked = kept["text"], kept["labels"], kept["asked"]

    @property
    def opening(self) -> Opening:
        """How the coach reads the text."""
        return read_opening(self.text)

    @property
    def remarks(self) -> Remarks:
        """What the coach asks about the text."""
        return coach(self.text)

    def write(
        self, text: str | None = None, labels: dict[str, str] | None = None, asked: bool = False
    ) -> dict:
        """Put a text and labels into the form, as typing does; return what the coach says of the text.

        Examples
        --------
        >>> form = MailDesk("We run two shops.")
        >>> [clause["part"] for clause in form.write("Should we close one?")["clauses"]]
        ['Q']
        """
        self.text = self.text if text is None else text
        self.labels = self.labels if labels is None else labels
        self.asked = asked
        keep(self._name, None if self.typed == _untouched(self.given) else self.typed)
        return _said(self.text)

    @property
    def typed(self) -> dict[str, Any]:
        """What its reader has made: text, labels, and whether the coach was asked before all had one."""
        return {"text": self.text, "labels": self.labels, "asked": self.asked}

    @property
    def _state(self) -> dict[str, Any]:
        return {"given": self.given, "typed": self.typed, "said": _said(self.text)}

    @property
    def _name(self) -> str:
        return f"mail: {self.given}"


def _untouched(text: str) -> dict[str, Any]:
    return {"text": text, "labels": {}, "asked": False}


def _readable(kept: object) -> dict[str, Any]:
    """Return what was kept, if it has the form of what is typed; else nothing."""
    if not isinstance(kept, dict) or not isinstance(kept.get("text"), str):
        return {}
    labels = kept.get("labels")
    if not isinstance(labels, dict) or not all(label in list(LABELS) for label in labels.values()):
        return {}
    return {"text": kept["text"], "labels": labels, "asked": kept.get("asked") is True}


@lru_cache(8)  # labels come one by one, and the text stays
def _said(text: str) -> dict[str, Any]:
    remarks = coach(text)
    codes = remarks.codes()
    clauses = [
        # What the coach cannot read it gives no part.
        {"text": one.text, "sentence": one.sentence, "part": "" if "other_language" in codes else one.part}
        for one in read_opening(text).clauses
    ]
    return {
        "text": text,
        "clauses": clauses,
        "note": " ".join(f"{one.what} {one.why}" for one in remarks if one.code in AT_ONCE),
        "remarks": [one.told for one in remarks if one.code not in AT_ONCE],
        "asks": [one.told for one in remarks.asks],
        "nothing": "" if codes & AT_ONCE else NOTHING_FOUND[remarks.language],
    }


def mail_desk(text: str = "") -> MailDesk:
    """Open the form that takes a mail, empty or with a text in it.

    Its reader says of each sentence which part it plays (`read_opening` splits them); then the form shows how
    the coach reads it, on how many both agree, and what the coach asks. Without a running kernel it does so
    for the text that it was opened with; another text needs one.

    Raises
    ------
    ValueError
        If `text` is no text.

    Examples
    --------
    >>> form = mail_desk("We run two shops. Since May fewer people come. Should we close one?")
    >>> [clause.part for clause in form.opening.clauses]
    ['S', 'C', 'Q']
    """
    if not isinstance(text, str):
        raise ValueError(NOT_A_MAIL.format(found=repr(text)[:60]))
    return MailDesk(text)
