"""Build a pyramid: a form for an answer, its reasons and their lines, with what `Pyramid.check` finds."""

from typing import Any

from opslab.ground.forms import PageForm
from opslab.ground.saved_input import keep, recall
from opslab.scqa.pyramid import Pyramid

WAYS = ("induction", "deduction")

# Words
PYRAMID_TEXT = (
    "[form] Build a pyramid: an answer, its reasons and their lines; read it by its titles, and upwards."
)
NOT_A_PYRAMID = "pyramid_desk received {found}; expected a Pyramid, or nothing for an empty form"
NO_REASON = "There is no reason yet. Why should your listener believe the answer?"
NO_ANSWER = "There is no answer yet. What do you advise, in one sentence?"
TWICE = "Two reasons have the same words: {reason!r}. Write one of them anew."


class PyramidDesk(PageForm):
    """The form, shown when it ends a cell: `typed` is all that stands in it, `pyramid` the pyramid of it.

    What was typed is kept beside the student's progress: a form opened with the same pyramid has it.
    """

    form, _in_words = "pyramid", PYRAMID_TEXT

    def __init__(self, pyramid: Pyramid | None):
        self.given = _form_of(pyramid)
        self.typed = _readable(recall(self._name)) or self.given

    @property
    def pyramid(self) -> Pyramid:
        """What stands in the form; empty reasons and lines are passed over.

        Raises
        ------
        ValueError
            If there is no answer or no reason, or two reasons have the same words.
        """
        if not self.typed["answer"].strip():
            raise ValueError(NO_ANSWER)
        groups: dict[str, list[str]] = {}
        for reason in self.typed["reasons"]:
            text = reason["text"].strip()
            if text in groups:
                raise ValueError(TWICE.format(reason=text))
            if text:
                groups[text] = [line.strip() for line in reason["lines"] if line.strip()]
        if not groups:
            raise ValueError(NO_REASON)
        return Pyramid(self.typed["answer"].strip(), groups)

    @property
    def said(self) -> dict[str, Any]:
        """What is said of the pyramid: remarks, or in words why there is none yet."""
        try:
            return {"note": "", "remarks": [remark.told for remark in self.pyramid.check()]}
        except ValueError as error:
            return {"note": str(error), "remarks": []}

    def write(self, **typed: Any) -> dict[str, Any]:
        """Put texts into the form, as typing does; return what is said of the pyramid.

        Examples
        --------
        >>> PyramidDesk(None).write(answer="Keep it.")["note"]
        'There is no reason yet. Why should your listener believe the answer?'
        """
        self.typed = _readable({**self.typed, **typed}) or self.typed
        keep(self._name, None if self.typed == self.given else self.typed)
        return self.said

    @property
    def _state(self) -> dict[str, Any]:
        return {"given": self.given, "typed": self.typed, "said": self.said}

    @property
    def _name(self) -> str:
        reasons = (one["text"] for one in self.given["reasons"])
        return " ".join(["pyramid:", self.given["answer"], *reasons])


def _form_of(pyramid: Pyramid | None) -> dict[str, Any]:
    layer = {"way": WAYS[0], "noun": ""}
    groups = pyramid.reasons if pyramid else {"": [""]}
    reasons = [{**layer, "text": reason, "lines": list(lines)} for reason, lines in groups.items()]
    return {
        **layer,
        "question": "",
        "answer": pyramid.answer if pyramid else "",
        "whole": "",
        "reasons": reasons,
    }


def _readable(kept: Any) -> dict[str, Any] | None:
    """Return what was kept or typed, if it has the form's form; else None."""
    try:
        texts = [kept[name] for name in ("question", "answer", "whole")]
        for layer in (kept, *kept["reasons"]):
            texts += [layer["noun"], *(layer["lines"] + [layer["text"]] if layer is not kept else [])]
            if layer["way"] not in WAYS:
                return None
    except (KeyError, TypeError):
        return None
    return kept if all(isinstance(text, str) for text in texts) else None


def pyramid_desk(pyramid: Pyramid | None = None) -> PyramidDesk:
    """Open the form that builds a pyramid, empty or with one in it; `.pyramid` is what stands in it.

    The form asks *why?* and *so what?* between the layers, and whether a layer is a deduction or an
    induction; it shows the titles alone, and an issue tree. All but new remarks works without a kernel.

    Raises
    ------
    ValueError
        If `pyramid` is no Pyramid.

    Examples
    --------
    >>> pyramid_desk(Pyramid("Keep it.", {"It keeps more users.": ["25 %, before 22 %."]})).pyramid.answer
    'Keep it.'
    """
    if pyramid is not None and not isinstance(pyramid, Pyramid):
        raise ValueError(NOT_A_PYRAMID.format(found=repr(pyramid)[:60]))
    return PyramidDesk(pyramid)
