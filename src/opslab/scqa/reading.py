"""Read an opening: part it into sentences and find which sentence plays which part."""

import itertools
import re
from dataclasses import dataclass

from opslab.scqa.brief import LETTERS, ORDERS
from opslab.scqa.cues import CUES, WEAK

PAGE = 6_000  # letters: what a coach reads of a text, about a page and a half
MOST_SENTENCES = 40
# A plain statement is background; a usual order is likelier than an unusual one, and a whole one than a part.
PLAIN = 0.5
USUAL = 1.0
# In a text as short as a brief each sentence is expected to play its own part; in a longer one parts run on.
SHORT = 5  # sentences
OWN_PART, NEW_PART = 0.6, -0.1
NOT_ASKED = -1.0
# Not after a single capital (an initial) nor within a number.
_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=\S)|(?<=[。！？])[”’）]*|\n+")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
_PATHS = tuple(itertools.permutations("SCQA"))


@dataclass(frozen=True)
class Sentence:
    """One sentence, the part that it plays (a letter of SCQA) and how sure that is (share of 1)."""

    text: str
    part: str
    confidence: float


@dataclass(frozen=True)
class Opening:
    """What was read: the sentences with their parts, the headings, and whether a page was too little."""

    sentences: tuple[Sentence, ...]
    headings: tuple[str, ...]
    cut: bool = False

    @property
    def parts(self) -> str:
        """The parts in the order of their first sentence, such as "SCQA"."""
        return "".join(dict.fromkeys(sentence.part for sentence in self.sentences))

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


def read_opening(text: str) -> Opening:
    """Part `text` (English, Chinese or both) into sentences and give each the part that fits best.

    Each sentence is scored for each part by its cues; then the order of parts is chosen, with any part left
    out, that gives the highest total. So a sentence without a cue is read by its neighbours. At most a page
    is read.
    """
    lines = text[:PAGE].splitlines()
    headings = tuple(match[1].strip() for line in lines if (match := _HEADING.match(line)))
    prose = "\n".join(line for line in lines if not _HEADING.match(line))
    found = [piece.strip() for piece in _END.split(prose) if piece and re.search(r"\w", piece)]
    read = found[:MOST_SENTENCES]
    cut = len(text) > PAGE or len(found) > MOST_SENTENCES
    scores = [_score(sentence) for sentence in read]
    parts = _best_path(scores)
    sentences = tuple(
        Sentence(sentence, part, _confidence(score, part))
        for sentence, score, part in zip(read, scores, parts, strict=True)
    )
    return Opening(sentences, headings, cut)


def score_parts(sentence: str) -> dict[str, float]:
    """Return how much speaks for each part, by its letter; a plain statement leans to the situation."""
    return _score(sentence.strip())


def _score(sentence: str) -> dict[str, float]:
    scores = {
        letter: max((weight for weight, cue in cues if cue.search(sentence)), default=0.0)
        for letter, cues in CUES.items()
    }
    if scores["Q"] > WEAK * 3:  # it ends with a question mark: "should" asks here and advises nothing
        return {"S": 0.0, "C": 0.0, "Q": scores["Q"], "A": 0.0}
    if scores["Q"] <= WEAK:
        scores["Q"] = NOT_ASKED
    if max(scores.values()) == 0:
        scores["S"] = PLAIN
    return scores


def _best_path(scores: list[dict[str, float]]) -> str:
    if not scores:
        return ""
    started = OWN_PART if len(scores) <= SHORT else NEW_PART
    options = []
    for path in _PATHS:
        total, parts = _along(scores, path, started)
        played = "".join(dict.fromkeys(parts))
        usual = any("".join(c for c in letters if c in played) == played for letters in ORDERS.values())
        options.append((total + USUAL * usual, parts))
    return max(options)[1]


def _along(scores: list[dict[str, float]], path: tuple[str, ...], started: float) -> tuple[float, str]:
    """Return the best total and its parts if the parts come in the order of `path`, any of them left out."""
    best: list[tuple[float, str]] = []
    for score in scores:
        reached = []
        for place, letter in enumerate(path):
            before, parts = max(best[:place], default=(0.0, ""))
            options = [(before + started, parts)] if parts or not best else []
            options += [best[place]] if best else []
            total, parts = max(options)
            reached.append((total + score[letter], parts + letter))
        best = reached
    return max(best)


def _confidence(scores: dict[str, float], part: str) -> float:
    rest = max(value for letter, value in scores.items() if letter != part)
    return min(0.95, max(0.4, 0.55 + 0.13 * (scores[part] - rest)))
