"""The filing desk: a form on which a student files cards under two taxonomies, beside the authors' filing."""

import hashlib
from typing import Any

import pandas as pd

from opslab.goals.taxonomies import TaxonomyAgreement, taxonomy_agreement
from opslab.ground import formatting as say
from opslab.ground.forms import PageForm
from opslab.ground.frames import kinds_of, read_table
from opslab.ground.saved_input import keep, recall

# Words
FILING_TEXT = "[form] File {cards} cards by {a} and by {b}, and see how far the two lists agree."
SAME = "a, b and text are {found}; give three different columns"
NOT_SOME = "cards has {found} rows; a form has room for 2 to {most}, such as cards.head(24)"
TWICE = "two cards say {text!r}; each text may be there once"
KEYS = (
    "columns {a!r} and {b!r} have {found} categories in all; expected 2 or more in each, and {most} "
    "together, one for each key"
)

MOST_CARDS, MOST_KEYS = 60, 9


class FilingDesk(PageForm):
    """The form, shown when it ends a cell. What was filed is kept beside the student's progress.

    Attributes
    ----------
    cards
        The cards, with the authors' filing.
    own
        The student's filing of the cards that have both: columns as in `cards`.
    shown
        Whether the authors' filing was asked for before all cards were filed.
    """

    form = "filing"

    def __init__(self, cards: pd.DataFrame, columns: tuple[str, str], text: str):
        self.cards, self._columns, self._text = cards, columns, text
        self._options = [sorted(cards[column].unique()) for column in columns]
        self._filed: dict[str, list[str]] = {}
        self.shown = False
        kept = recall(self._name)
        self._take(**kept if isinstance(kept, dict) else {})

    @property
    def own(self) -> pd.DataFrame:
        """The student's filing, card by card, of those that have both."""
        rows = [(text, *found) for text, found in self._filed.items() if all(found)]
        return pd.DataFrame(rows, columns=[self._text, *self._columns])

    @property
    def agreement(self) -> TaxonomyAgreement | None:
        """How far the student's two filings agree; None while one of them has a single category."""
        own = self.own
        several = all(own[column].nunique() > 1 for column in self._columns)
        return taxonomy_agreement(own, *self._columns) if several else None

    def write(self, filed: dict[str, list[str]], shown: bool = False) -> dict[str, Any]:
        """File cards as the form does: from a card's text to its two categories, "" for none yet.

        Examples
        --------
        >>> import pandas as pd
        >>> cards = pd.DataFrame({"text": ["ask", "post"], "branch": ["user", "market"], "view": ["a", "b"]})
        >>> form = filing_desk(cards, b="view")
        >>> told = form.write({"ask": ["user", "b"]})
        >>> form.own.to_numpy().tolist()
        [['ask', 'user', 'b']]
        """
        self._take(filed, shown)
        keep(self._name, self._typed if self._filed or self.shown else None)
        return {}

    def _take(self, filed: Any = None, shown: bool = False, **_: Any) -> None:
        given = filed if isinstance(filed, dict) else {}
        texts = set(self.cards[self._text])
        self._filed = {text: found for text, found in given.items() if text in texts and self._fits(found)}
        self.shown = shown is True

    def _fits(self, found: Any) -> bool:
        return (
            isinstance(found, list)
            and len(found) == len(self._options)
            and all(one == "" or one in options for one, options in zip(found, self._options, strict=True))
        )

    @property
    def _typed(self) -> dict[str, Any]:
        return {"filed": self._filed, "shown": self.shown}

    @property
    def _state(self) -> dict[str, Any]:
        sides = [
            {"name": say.name(column), "options": options,
             "said": [say.name(one, capital=False) for one in options]}
            for column, options in zip(self._columns, self._options, strict=True)
        ]  # fmt: skip
        cards = self.cards[[self._text, *self._columns]].to_numpy().tolist()
        given = {"sides": sides, "cards": [{"text": text, "ours": ours} for text, *ours in cards]}
        return {"given": given, "typed": self._typed, "said": {}}

    @property
    def _name(self) -> str:
        told = "\n".join([*self._columns, *self.cards[self._text]])
        return f"filing: {hashlib.sha256(told.encode()).hexdigest()[:16]}"

    @property
    def _in_words(self) -> str:
        a, b = (say.name(column, capital=False) for column in self._columns)
        return FILING_TEXT.format(cards=len(self.cards), a=a, b=b)


def filing_desk(cards: Any, a: str = "branch", b: str = "viewpoint", *, text: str = "text") -> FilingDesk:
    """Open the form on which cards are filed under two taxonomies; `.own` is what was filed.

    With each card the table of both filings grows, with Cramér's V and the adjusted Rand index as in
    `taxonomy_agreement`. When all are filed, or on request, the filing in the table stands beside it. All of
    it works without a kernel.

    Parameters
    ----------
    cards
        One row for each card, 2 to 60 of them, each text once.
    a, b
        Columns: where one and the other taxonomy puts it; at most 9 categories in all.
    text
        Column: what stands on the card.

    Raises
    ------
    ValueError
        A bad table; too many cards or categories; a column named twice.

    Examples
    --------
    >>> cards = pd.DataFrame({"text": ["ask", "post"], "branch": ["user", "market"], "viewpoint": list("ab")})
    >>> len(filing_desk(cards).cards)
    2
    """
    if len({a, b, text}) < 3:
        raise ValueError(SAME.format(found=", ".join(map(repr, (a, b, text)))))
    table = read_table(cards, kinds_of(key=[text, a, b]), what="cards")
    if not 2 <= len(table) <= MOST_CARDS:
        raise ValueError(NOT_SOME.format(found=len(table), most=MOST_CARDS))
    table = table.astype(dict.fromkeys((text, a, b), str))
    if table[text].duplicated().any():
        raise ValueError(TWICE.format(text=table[text][table[text].duplicated()].iloc[0][:60]))
    counts = [table[column].nunique() for column in (a, b)]
    if min(counts) < 2 or sum(counts) > MOST_KEYS:
        raise ValueError(KEYS.format(a=a, b=b, found=sum(counts), most=MOST_KEYS))
    return FilingDesk(table, (a, b), text)
