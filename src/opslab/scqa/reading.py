"""Read an opening: part it into sentences and find which sentence plays which part."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from opslab.scqa.brief import LETTERS, ORDERS, join
from opslab.scqa.cues import CUES, LABELS, STRONG, UNCERTAIN, WEAK

# Words
NOT_TEXT = "text is {found}; expected the opening as text, between quotation marks"

PAGE = 6_000  # letters: what a coach reads of a text, about a page and a half
MOST_SENTENCES = 40
WRAPPED = 40  # letters: a line at least so long that ends in mid-sentence goes on in the next

# What is expected before a word is read, in the points of the cues.
PLAIN = 0.5  # a plain statement is background
SHORT = 6  # sentences: in so short a text each is expected to play a part of its own
ABSENT, LEFT_OUT = 1.2, 0.3  # so a whole text is likelier than one that lacks a part; less so in a longer one
UNUSUAL = 3.0  # one of the four orders is likelier than another, by as much as a strong cue
NOT_ASKED = -3.0  # a question is marked as one
AGAIN = 1.0  # few texts come back to an answer that came first,
SURE = 3.0  # and only to say what is uncertain about it
LABELLED, RUNS_ON = 9.0, 3.0  # "Situation:" outweighs every cue; what follows on its line is likely the same

_END = re.compile(r"(?<=[.!?])[\"”’)*]*\s+(?=\S)|(?<=[。！？])[”’）*]*")
_ENDED = re.compile(r"[.!?。！？：；:;][\"”’)）*]*$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
_ITEM = re.compile(r"^([-*•]|\d+[.)])\s")
_USUAL = {
    "".join(letters)
    for order in ORDERS.values()
    for count in range(1, 5)
    for letters in itertools.combinations(order, count)
}
# The parts in every order, with any left out; U is a last word on an answer that came first.
_PATHS = (
    *("".join(path) for count in range(1, 5) for path in itertools.permutations("SCQA", count)),
    *sorted(f"{path}U" for path in _USUAL if path[0] == "A" and path != "A"),
)
_ODD = {path: UNUSUAL * (path.rstrip("U") not in _USUAL) + AGAIN * ("U" in path) for path in _PATHS}


@dataclass(frozen=True)
class Sentence:
    """One sentence and the part that it plays, a letter of SCQA."""

    text: str
    part: str


@dataclass(frozen=True)
class Opening:
    """What was read: the sentences with their parts, the headings, and whether a page was too little.

    `readings` holds the points and parts of the best reading for each order of parts that was weighed.
    """

    sentences: tuple[Sentence, ...]
    headings: tuple[str, ...]
    cut: bool = False
    readings: tuple[tuple[float, str], ...] = field(default=(), repr=False)

    @property
    def parts(self) -> str:
        """The parts in the order of their first sentence, such as "SCQA"."""
        return _played(sentence.part for sentence in self.sentences)

    @property
    def missing(self) -> list[str]:
        """The parts that no sentence plays."""
        return [part for letter, part in LETTERS.items() if letter not in self.parts]

    @property
    def order(self) -> str:
        """The name of the order, judged by the parts that are there; "" if it is none of the four."""
        for name, letters in ORDERS.items():
            if "".join(letter for letter in letters if letter in self.parts) == self.parts:
                return name
        return ""

    def text(self, part: str) -> str:
        """Return the sentences of one part."""
        return " ".join(sentence.text for sentence in self.sentences if LETTERS[sentence.part] == part)

    def lead(self, otherwise: Callable[[str], bool]) -> float:
        """Return the points by which the reading leads over the best one whose parts are `otherwise`."""
        rivals = [points for points, parts in self.readings if otherwise(_played(parts))]
        return max(self.readings)[0] - max(rivals) if rivals else float("inf")


def read_opening(text: str) -> Opening:
    """Part `text` (English, Chinese or both) into sentences and give each the part that fits best.

    The sentences are read together. A reading gets points for the cues in each sentence, and for what is
    expected of a text: all four parts, in one of the four orders, several sentences to a part if need be. The
    reading with most points is taken, so a sentence without a cue is read by its place. A label such as
    "Situation:" or "情境：" is followed. At most a page is read.

    Raises
    ------
    ValueError
        If it is no text.

    Examples
    --------
    >>> opening = read_opening("We sell bread in two shops. Since May fewer people come. What should we do?")
    >>> [sentence.part for sentence in opening.sentences]
    ['S', 'C', 'Q']
    """
    if not isinstance(text, str):
        raise ValueError(NOT_TEXT.format(found=repr(text)[:60]))
    lines = text[:PAGE].splitlines()
    headings = tuple(match[1].strip() for line in lines if (match := _HEADING.match(line)))
    prose = ("" if _HEADING.match(line) else line.strip() for line in lines)
    found = [piece for line in _unwrapped(prose) for piece in _sentences(line)]
    read = found[:MOST_SENTENCES]
    cut = len(text) > PAGE or len(found) > MOST_SENTENCES
    readings = _readings([_score(*piece) for piece in read])
    parts = max(readings)[1] if readings else ""
    sentences = tuple(Sentence(piece[0], part) for piece, part in zip(read, parts, strict=True))
    return Opening(sentences, headings, cut, readings)


def score_parts(sentence: str) -> dict[str, float]:
    """Return how much speaks for each part, by its letter; a plain statement leans to the situation."""
    scores = {
        letter: sum(weight for weight, cue in cues if cue.search(sentence)) for letter, cues in CUES.items()
    }
    if scores["Q"] > STRONG + WEAK:  # it asks, openly or indirectly: "should" advises nothing here
        return {"S": 0.0, "C": 0.0, "Q": scores["Q"], "A": 0.0}
    if scores["Q"] <= WEAK:
        scores["Q"] = NOT_ASKED
    if max(scores.values()) <= 0:
        scores["S"] = PLAIN
    return scores


def _unwrapped(lines: Iterable[str]) -> Iterator[str]:
    """Yield paragraphs: a long line that ends in mid-sentence, or a label alone, goes on in the next line."""
    held, open_ended = "", False
    for line in lines:
        if not (open_ended and line) or _ITEM.match(line) or LABELS.match(line):
            yield held
            held = ""
        held = join([held, line]) if held else line
        alone = (label := LABELS.match(line)) and label.end() == len(line)
        open_ended = bool(alone) or (len(line) >= WRAPPED and not _ENDED.search(line))
    yield held


def _sentences(paragraph: str) -> Iterator[tuple[str, str, float]]:
    """Yield the sentences of a paragraph, each with the letter that a label gives it and what that weighs."""
    letter = ""
    for piece in _END.split(paragraph):
        sentence, weight = piece.strip(), RUNS_ON
        if label := LABELS.match(sentence):
            sentence, letter, weight = sentence[label.end() :], label.lastgroup or "", LABELLED
        if re.search(r"\w", sentence):
            yield sentence, letter, weight


def _score(sentence: str, letter: str, weight: float) -> dict[str, float]:
    scores = score_parts(sentence)
    if letter:
        scores[letter] += weight
    return scores | {"U": scores["A"] - (0 if UNCERTAIN.search(sentence) else SURE)}


def _readings(scores: list[dict[str, float]]) -> tuple[tuple[float, str], ...]:
    """Return the points and parts of the best reading along each path."""
    best = {"": (0.0, "")}  # by the path walked so far
    for score in scores:
        reached = {}
        for path in _PATHS:
            before = [best[walked] for walked in (path, path[:-1]) if walked in best]
            if before:  # the same part goes on, or the path's last one begins
                points, parts = max(before)
                reached[path] = points + score[path[-1]], parts + path[-1]
        best = reached
    absent = ABSENT if len(scores) <= SHORT else LEFT_OUT
    return tuple(
        (points - absent * len(set("SCQA") - set(path)) - _ODD[path], parts.replace("U", "A"))
        for path, (points, parts) in best.items()
        if path
    )


def is_usual(parts: str) -> bool:
    """Whether parts come in one of the four orders, if some may be left out."""
    return parts in _USUAL


def _played(parts: Iterable[str]) -> str:
    return "".join(dict.fromkeys(parts))
