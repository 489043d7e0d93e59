"""Read an opening: which of its clauses plays which part."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from opslab.scqa.brief import LETTERS, ORDERS, join
from opslab.scqa.cues import CUES
from opslab.scqa.model import features, log_chances
from opslab.scqa.splitting import Unit, units

# Words
NOT_TEXT = "text is {found}; expected the opening as text, between quotation marks"

# What is expected before a word is read, in natural logarithms; chosen on the fields that the rules knew.
ABSENT = 3.0  # a whole text is likelier than one that lacks a part
UNUSUAL = 3.0  # one of the four orders is likelier than another
TURN = {True: 0.3, False: 4.0}  # most sentences hold one part; some words say that another begins
LED = 1.0  # few texts begin with the question or the answer
MOST_PARTS = 3  # in one sentence
AGAIN = 1.0  # few texts come back to an answer that came first,
SURE = 3.0  # and only to say what is uncertain about it
LABELLED = 30.0  # "Situation:" outweighs every word
NOT_ASKED = 2.0  # a question is marked as one
ASKING = {"=Q1", "=Q2", "=Q3", "=Q4", "=asked"}

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
    path: -ABSENT * len(set("SCQA") - set(path))
    - LED * (len(path) > 1 and path[0] in "QA")
    - UNUSUAL * (path.rstrip("U") not in _USUAL)
    - AGAIN * ("U" in path)
    for path in _PATHS
}

# By the number of a sentence's pieces: the paths that they may end, the paths before them, and their letters.
# The first piece goes on with the part before, or begins the next one.
_STEPS = {
    count: [
        (path, {path[: 1 - count or None], path[:-count]}, path[-count:])
        for path in _PATHS
        if len(path) >= count
    ]
    for count in range(1, MOST_PARTS + 1)
}
_points = itemgetter(0)
_Trail = tuple  # the trail before, the pieces of a sentence, their letters and its number; or ()


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
        """Return the clauses of one part."""
        return _joined([clause for clause in self.clauses if LETTERS[clause.part] == part])


def read_opening(text: str) -> Opening:
    """Part `text` (English, Chinese or both) into clauses and give each the part that fits best.

    Greetings, courtesies and signatures are passed over. The clauses are read together. A reading gets points
    for what the words of each clause say (`model`), and for what is expected of a text: all four parts, in
    one of the four orders, a whole sentence to a part. The reading with most points is taken, so a clause
    without telling words is read by its place. A label such as "Situation:" or "情境：" is followed. At most
    a page is read.

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
    sentences, headings, cut = units(text)
    if not sentences:
        return Opening((), tuple(headings), cut)
    return Opening(_best(sentences), tuple(headings), cut)


@lru_cache(512)
def _score(words: str, label: str) -> dict[str, float]:
    named = features(words)
    scores = log_chances(named)
    if not named & ASKING:
        scores["Q"] -= NOT_ASKED
    if label:
        scores[label] += LABELLED
    return scores | {"U": scores["A"] - (0 if "=A4" in named else SURE)}


def _options(unit: Unit) -> Iterator[tuple[list[str], list[dict[str, float]], float]]:
    """Yield the ways to part a sentence: its pieces, what each scores, and what parting costs."""
    for count in range(MOST_PARTS):
        for turns in itertools.combinations(unit.turns, count):
            places = [0, *(place for place, _ in turns), len(unit.text)]
            pieces = [unit.text[start:end].strip() for start, end in itertools.pairwise(places)]
            if all(map(str.strip, pieces)):
                yield (
                    pieces,
                    [_score(piece, unit.label) for piece in _marked(pieces)],
                    sum(TURN[marked] for _, marked in turns),
                )


def _marked(pieces: list[str]) -> list[str]:
    """Return pieces with the question mark where the question is: not after the cause that follows it."""
    *before, last = pieces
    if before and last[-1] in "?？" and CUES["because"].search(last):
        return [*before[:-1], before[-1].rstrip(",，;； ") + "?", last.rstrip("?？")]
    return pieces


def _best(sentences: list[Unit]) -> tuple[Clause, ...]:
    """Return the clauses of the reading with most points."""
    best: dict[str, tuple[float, _Trail]] = {"": (0.0, ())}  # by the path walked so far
    for number, unit in enumerate(sentences, start=1):
        reached: dict[str, tuple[float, _Trail]] = {}
        for pieces, scores, cost in _options(unit):
            for path, walked, letters in _STEPS[len(pieces)]:
                before = max((best[one] for one in walked if one in best), key=_points, default=None)
                if before is None:
                    continue
                points = before[0] - cost
                for score, letter in zip(scores, letters, strict=True):
                    points += score[letter]
                if path not in reached or points > reached[path][0]:
                    reached[path] = points, (before[1], pieces, letters, number)
        best = reached
    _, trail = max(((points + _PRIOR[path], trail) for path, (points, trail) in best.items()), key=_points)
    return tuple(_walked(trail))


def _walked(trail: _Trail) -> Iterator[Clause]:
    """Yield the clauses along a trail, the first one first."""
    steps = []
    while trail:
        trail, *step = trail
        steps.append(step)
    for pieces, letters, number in reversed(steps):
        for piece, letter in zip(pieces, letters, strict=True):
            yield Clause(piece, letter.replace("U", "A"), number)


forget_clauses = _score.cache_clear  # to measure the time of a first reading


def is_usual(parts: str) -> bool:
    """Whether parts come in one of the four orders, if some may be left out."""
    return parts in _USUAL


def _played(parts: Iterable[str]) -> str:
    return "".join(dict.fromkeys(parts))


def _joined(clauses: list[Clause]) -> str:
    return join([clause.text for clause in clauses])
