"""Read an opening: which of its clauses plays which part."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from opslab.scqa.brief import LETTERS, ORDERS, join
from opslab.scqa.clause_model import CLASSES, features, log_chances
from opslab.scqa.splitting import Piece, pieces, units

# Words
NOT_TEXT = "text is {found}; expected the opening as text, between quotation marks"

NONE = CLASSES[0]  # the part of a greeting or a deadline
# What is expected before a word is read, in natural logarithms; chosen with each field left out once.
ABSENT = {"S": 1.5, "C": 1.5, "Q": 1.5, "A": 1.2}  # a whole text is likelier than one that lacks a part
TURN = {"": 0.0, "mark": 0.3, "pause": 0.5}  # most sentences hold one part; some words begin another
BACK = 1.0  # few texts come back to a part
LABELLED = 30.0  # "Situation:" outweighs every word

# Situation and complication may change places: listeners follow that as well.
_USUAL = {
    "".join(letters)
    for order in (*ORDERS.values(), "ACSQ", "QCSA", "CQSA")
    for count in range(1, 5)
    for letters in itertools.combinations(order, count)
}

# A state of reading: the parts that were read, one bit each, and the last piece's place in CLASSES.
_STATES = [(read, last) for read in range(16) for last in range(5) if not last or read >> (last - 1) & 1]
_READ, _LAST = np.array(_STATES).T
_ABSENT = sum(cost * (_READ >> place & 1 == 0) for place, cost in enumerate(ABSENT.values()))


def _steps(turn: float) -> np.ndarray:
    """Return the cost of going from each state (row) to each (column)."""
    costs = np.full((len(_STATES), len(_STATES)), np.inf)
    for row, (read, last) in enumerate(_STATES):
        for now in range(5):
            part = 1 << (now - 1) if now else 0
            back = BACK if now != last and read & part else 0.0
            costs[row, _STATES.index((read | part, now))] = (turn if now != last else 0.0) + back
    return costs


_STEPS = {junction: _steps(turn) for junction, turn in TURN.items()}


@dataclass(frozen=True)
class Clause:
    """Words that play one part, a letter of SCQA or – for none, and the number of their sentence, from 1."""

    text: str
    part: str
    sentence: int


@dataclass(frozen=True)
class Sentence:
    """One sentence and the part that it plays, a letter of SCQA; two letters if its clauses play two."""

    text: str
    part: str


@dataclass(frozen=True)
class Opening:
    """What was read: the clauses with their parts, the headings, and whether a page was too little."""

    clauses: tuple[Clause, ...]
    headings: tuple[str, ...]
    cut: bool = False

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences with their parts."""
        grouped = itertools.groupby(self.clauses, key=lambda clause: clause.sentence)
        told = [list(clauses) for _, clauses in grouped]
        return tuple(
            Sentence(_joined(clauses), _played(clause.part for clause in clauses)) for clauses in told
        )

    @property
    def parts(self) -> str:
        """The parts in the order of their first clause, such as "SCQA"."""
        return _played(clause.part for clause in self.clauses)

    @property
    def missing(self) -> list[str]:
        """The parts that no clause plays."""
        return [part for letter, part in LETTERS.items() if letter not in self.parts]

    @property
    def order(self) -> str:
        """The name of the order, judged by the parts that are there; "" if it is none of the four."""
        for name, letters in ORDERS.items():
            if "".join(letter for letter in letters if letter in self.parts) == self.parts:
                return name
        return ""

    def text(self, part: str) -> str:
        """Return the clauses of one part.

        Examples
        --------
        >>> read_opening("We run two shops. Since May fewer people come. What should we do?").text("question")
        'What should we do?'
        """
        return _joined([clause for clause in self.clauses if LETTERS.get(clause.part) == part])


def read_opening(text: str) -> Opening:
    """Part `text` (English, Chinese or both) into clauses and give each the part that fits best.

    Greetings, courtesies and signatures are passed over, or play no part (–). The clauses are read together.
    A reading gets points for what the words of each clause and its neighbours say (`clause_model`), and for
    what is expected of a text: all four parts, each in one place, a whole sentence to a part. The reading
    with most points is taken. A label such as "Situation:" or "情境：" is followed. At most a page is read.

    Raises
    ------
    ValueError
        If it is no text.

    Examples
    --------
    >>> opening = read_opening("We run two shops, but since May fewer people come. What should we do?")
    >>> [sentence.part for sentence in opening.sentences]
    ['SC', 'Q']
    >>> opening.missing
    ['answer']
    """
    if not isinstance(text, str):
        raise ValueError(NOT_TEXT.format(found=repr(text)[:60]))
    return read_pieces(text)[0]


def read_pieces(text: str) -> tuple[Opening, list[Piece], np.ndarray, str]:
    """Return what was read of a text; its pieces, the logarithms of their chances, and the part of each."""
    sentences, headings, cut = units(text)
    found = pieces(sentences)
    chances = log_chances(features(found))
    letters = played(found, chances)
    return Opening(clauses(found, letters), tuple(headings), cut), found, chances, letters


def played(found: Sequence[Piece], chances: np.ndarray) -> str:
    """Return a letter for each piece: the part that it plays in the reading with most points."""
    points, trail = _points(found, chances)
    state = int(np.argmax(points))
    letters = []
    for before in reversed(trail):
        letters.append(CLASSES[_LAST[state]])
        state = before[state]
    return "".join(reversed(letters))


def leads(found: Sequence[Piece], chances: np.ndarray) -> dict[str, float]:
    """Return for each part by how many points the best reading with it leads the best one without it."""
    points, _ = _points(found, chances)
    there = [_READ >> place & 1 == 1 for place in range(len(LETTERS))]
    return {
        letter: np.max(points[has], initial=-LABELLED) - np.max(points[~has], initial=-LABELLED)
        for letter, has in zip(LETTERS, there, strict=True)
    }


def _points(found: Sequence[Piece], chances: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the points of the best reading that ends in each state, and from where each step came."""
    points, trail = np.where((_READ == 0) & (_LAST == 0), 0.0, -np.inf), []
    for piece, each in zip(found, whole(chances), strict=True):
        if piece.label:
            each = np.where([letter == piece.label for letter in CLASSES[:5]], each, each - LABELLED)
        reached = points[:, None] - _STEPS[piece.junction]
        trail.append(reached.argmax(axis=0))
        points = reached.max(axis=0) + each[_LAST]
    return points - _ABSENT, trail


def whole(chances: np.ndarray) -> np.ndarray:
    """Return the logarithms of chances of no part and of the four, hollow or not."""
    both = chances[:, :5].copy()
    for place, letter in enumerate(CLASSES[5:], start=5):
        part = CLASSES.index(letter.upper())
        both[:, part] = np.logaddexp(both[:, part], chances[:, place])
    return both


def clauses(found: Sequence[Piece], letters: str) -> tuple[Clause, ...]:
    """Return neighbours in a sentence that play the same part as one clause."""
    grouped = itertools.groupby(
        zip(found, letters, strict=True), key=lambda pair: (pair[0].sentence, pair[1])
    )
    return tuple(
        Clause(join([piece.text for piece, _ in same]), letter, number) for (number, letter), same in grouped
    )


def is_usual(parts: str) -> bool:
    """Whether parts come in one of the four orders, if some may be left out."""
    return parts in _USUAL


def _played(parts: Iterable[str]) -> str:
    return "".join(part for part in dict.fromkeys(parts) if part != NONE)


def _joined(told: Sequence[Clause]) -> str:
    return join([clause.text for clause in told])
