"""Read an opening: which of its clauses plays which part."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from opslab.scqa.brief import LETTERS, ORDERS, join
from opslab.scqa.cues import CUES, UNCERTAIN
from opslab.scqa.model import log_chances
from opslab.scqa.splitting import units

# Words
NOT_TEXT = "text is {found}; expected the opening as text, between quotation marks"

# What is expected before a word is read, in natural logarithms; chosen on the fields that the rules were made with.
ABSENT = {"S": 3.0, "C": 3.0, "Q": 2.5, "A": 2.5}  # a whole text is likelier than one that lacks a part
UNUSUAL = 3.0  # one of the four orders is likelier than another
TURN = 0.7  # most sentences hold one part
AGAIN = 1.0  # few texts come back to an answer that came first,
SURE = 3.0  # and only to say what is uncertain about it
LABELLED = 30.0  # "Situation:" outweighs every word
NOT_ASKED = 3.0  # a question is marked as one
ASKING = ("Q1", "Q2", "Q3", "Q4", "asked")

# Situation and complication may change places: listeners follow that as well.
_USUAL = {
    "".join(letters)
    for order in (*ORDERS.values(), "ACSQ", "QCSA", "CQSA")
    for count in range(1, 5)
    for letters in itertools.combinations(order, count)
}
# The parts in every order, with any left out; U is a last word on an answer that came first.
_PATHS = (
    *("".join(path) for count in range(1, 5) for path in itertools.permutations("SCQA", count)),
    *sorted(f"{path}U" for path in _USUAL if path[0] == "A" and path != "A"),
)
_PRIOR = {
    path: -sum(ABSENT[part] for part in set("SCQA") - set(path)) - UNUSUAL * (path.rstrip("U") not in _USUAL) - AGAIN * ("U" in path)
    for path in _PATHS
}


@dataclass(frozen=True)
class Clause:
    """Words that play one part, a letter of SCQA, and the number of their sentence, from 1."""

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
    """What was read: the clauses with their parts, the headings, and whether a page was too little.

    `readings` holds the points and parts of the best reading for each order of parts that was weighed.
    """

    clauses: tuple[Clause, ...]
    headings: tuple[str, ...]
    cut: bool = False
    readings: tuple[tuple[float, str], ...] = field(default=(), repr=False)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences with their parts."""
        grouped = itertools.groupby(self.clauses, key=lambda clause: clause.sentence)
        told = [list(clauses) for _, clauses in grouped]
        return tuple(Sentence(_joined(clauses), _played(clause.part for clause in clauses)) for clauses in told)

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
        """Return the clauses of one part."""
        return _joined([clause for clause in self.clauses if LETTERS[clause.part] == part])

    def lead(self, otherwise: Callable[[str], bool]) -> float:
        """Return the points by which the reading leads over the best one whose parts are `otherwise`."""
        rivals = [points for points, parts in self.readings if otherwise(_played(parts))]
        return max(self.readings)[0] - max(rivals) if rivals else float("inf")


def read_opening(text: str) -> Opening:
    """Part `text` (English, Chinese or both) into clauses and give each the part that fits best.

    Greetings, courtesies and signatures are passed over. The clauses are read together. A reading gets points
    for what the words of each clause say (`model`), and for what is expected of a text: all four parts, in one
    of the four orders, a whole sentence to a part. The reading with most points is taken, so a clause without
    telling words is read by its place. A label such as "Situation:" or "情境：" is followed. At most a page is
    read.

    Raises
    ------
    ValueError
        If it is no text.

    Examples
    --------
    >>> opening = read_opening("We sell bread in two shops, but since May fewer people come. What should we do?")
    >>> [sentence.part for sentence in opening.sentences]
    ['SC', 'Q']
    >>> opening.missing
    ['answer']
    """
    if not isinstance(text, str):
        raise ValueError(NOT_TEXT.format(found=repr(text)[:60]))
    parted, headings, cut = units(text)
    if not parted:
        return Opening((), tuple(headings), cut)
    readings = _readings([number for number, _, _ in parted], [_score(*unit[1:]) for unit in parted])
    clauses: list[Clause] = []
    for (number, words, _), letter in zip(parted, max(readings)[1], strict=True):
        if clauses and (clauses[-1].sentence, clauses[-1].part) == (number, letter):
            words = _joined([clauses.pop(), Clause(words, letter, number)])
        clauses.append(Clause(words, letter, number))
    return Opening(tuple(clauses), tuple(headings), cut, readings)


def _score(words: str, label: str) -> dict[str, float]:
    scores = log_chances(words)
    if not any(CUES[name].search(words) for name in ASKING):
        scores["Q"] -= NOT_ASKED
    if label:
        scores[label] += LABELLED
    return scores | {"U": scores["A"] - (0 if UNCERTAIN.search(words) else SURE)}


def _readings(sentences: list[int], scores: list[dict[str, float]]) -> tuple[tuple[float, str], ...]:
    """Return the points and parts of the best reading along each path."""
    best = {"": (0.0, "")}  # by the path walked so far
    before = 0
    for sentence, score in zip(sentences, scores, strict=True):
        turn = TURN * (sentence == before)
        before = sentence
        reached = {}
        for path in _PATHS:
            going = [(best[path][0], best[path][1])] if path in best else []
            if path[:-1] in best:
                going.append((best[path[:-1]][0] - turn, best[path[:-1]][1]))
            if going:  # the same part goes on, or the path's last one begins
                points, parts = max(going)
                reached[path] = points + score[path[-1]], parts + path[-1]
        best = reached
    return tuple((points + _PRIOR[path], parts.replace("U", "A")) for path, (points, parts) in best.items() if path)


def is_usual(parts: str) -> bool:
    """Whether parts come in one of the four orders, if some may be left out."""
    return parts in _USUAL


def _played(parts: Iterable[str]) -> str:
    return "".join(dict.fromkeys(parts))


def _joined(clauses: list[Clause]) -> str:


    return join([clause.text for clause in clauses])
