"""What speaks for each fault of a whole text: small decision trees that add up, for all faults and for none.

A feature is how far a reading with a part leads one without it, how likely its pieces play the part, how
hollow their words are, which cues stand in which part, what the parts share with each other, and whether an
answer has the form that its question asks for. `benchmarks/scqa_model.py` learns the trees (`doubts.npz`)
and the levels.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from opslab.scqa.brief import LETTERS, join
from opslab.scqa.cues import LINKED, QUESTIONS, RULES, simplified
from opslab.scqa.matching import content, matters, named_kinds, stems
from opslab.scqa.model import CLASSES, cues_in
from opslab.scqa.reading import NONE, whole
from opslab.scqa.splitting import Piece

DOUBTS = Path(__file__).with_name("doubts.npz")
MOST, LONG = 8.0, 50  # natural logarithms at which a feature ends; letters of a short part
FEW = 1e-3  # a chance that counts as none
_CHINESE = r"[\u4e00-\u9fff]"
_PAIRS = ("Q SC", "Q C", "Q S", "Q A", "A Q", "A C", "A SC", "A SCQ", "C S")
_PIECES = r"[?？]|[,，;；]? ?(?:\band\b|又|以及)"
_VERB = r"([\u4e00-\u9fff])不\1|要不要(.)|该不该(.)|能不能(.)|是否应?该?(.)|能否(.)"
_BEGINNING = 12  # letters of an answer in which it may say the question's verb again


class Trees(NamedTuple):
    """Trees of a few nodes: one for each class (column of `start`), again and again, each node in its place.

    A text goes left where its value of `feature` is at most `limit`, or unknown and `unknown` says so; a leaf
    leads to itself and has a `value`, by which the points of the class change.
    """

    start: np.ndarray
    feature: np.ndarray
    limit: np.ndarray
    unknown: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray

    def log_chances(self, values: np.ndarray) -> np.ndarray:
        """Return the logarithm of the chance of each class for one text's values (NaN where unknown)."""
        trees, node = np.arange(len(self.value)), np.zeros(len(self.value), dtype=int)
        for _ in range(self.value.shape[1] // 2):
            here = values[self.feature[trees, node]]
            goes_left = np.where(np.isnan(here), self.unknown[trees, node], here <= self.limit[trees, node])
            node = np.where(goes_left, self.left[trees, node], self.right[trees, node])
        points = self.start + self.value[trees, node].reshape(-1, len(self.start)).sum(axis=0)
        return points - np.logaddexp.reduce(points)


@dataclass(frozen=True)
class Learned:
    """The columns of the features, the trees, and the rules.

    `meant` tells which classes (columns) a rule (row) names. Each rule has two levels: from the first on it
    says that it found a fault, from the second on it asks.
    """

    columns: dict[str, int]
    trees: Trees
    rules: tuple[str, ...]
    meant: np.ndarray
    levels: np.ndarray


@cache
def learned() -> Learned:
    """Return what is kept."""
    with np.load(DOUBTS) as kept:
        names, rules = (tuple(bytes(kept[key]).decode().split("\n")) for key in ("names", "rules"))
        trees = Trees(*(kept[field] for field in Trees._fields))
        columns = {name: column for column, name in enumerate(names)}
        return Learned(columns, trees, rules, kept["meant"], kept["levels"])


def doubts(named: Mapping[str, float]) -> dict[str, bool]:
    """Return the rules that speak by these features, and whether each is sure enough to state it."""
    known = learned()
    return {
        rule: bool(point >= state)
        for rule, point, (state, ask) in zip(known.rules, points(named, known), known.levels, strict=True)
        if point >= min(state, ask)
    }


def points(named: Mapping[str, float], known: Learned) -> np.ndarray:
    """Return for each rule the logarithm of the odds that a text has a fault which it names.

    In a brief the parts are given: the leads of its reading over others are unknown.
    """
    values = np.zeros(len(known.columns))
    if not any(name.startswith("gap") for name in named):
        values[[column for name, column in known.columns.items() if name.startswith("gap")]] = np.nan
    told = [(known.columns[name], value) for name, value in named.items() if name in known.columns]
    values[[column for column, _ in told]] = [value for _, value in told]
    return log_odds(known.meant @ np.exp(known.trees.log_chances(values)))


def log_odds(chances: np.ndarray) -> np.ndarray:
    """Return the logarithms of odds, none beyond MOST."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log(chances) - np.log1p(-np.minimum(chances, 1.0)), -MOST, MOST)


def features(
    found: Sequence[Piece], chances: np.ndarray, letters: str, leads: Mapping[str, float]
) -> dict[str, float]:
    """Return what is read of a text, by name: its pieces, their chances, their letters, and the leads."""
    named = {f"gap {letter}": float(np.clip(lead, -MOST, MOST)) for letter, lead in leads.items()}
    texts = {}
    for letter in LETTERS:
        own = [place for place, played in enumerate(letters) if played == letter]
        texts[letter] = simplified(join([found[place].text for place in own]))
        if own and letter != "Q":
            named |= _hollow(letter, chances[own], [len(found[place].text) for place in own])
        cues = {cue for place in own for cue in cues_in(simplified(found[place].text))}
        named |= {f"{letter} {cue}": 1.0 for cue in cues}
        size = len(texts[letter]) * (2.5 if re.search(_CHINESE, texts[letter]) else 1)
        named |= {f"size {letter}": float(np.log1p(size / LONG)), f"no {letter}": float(not own)}
    named |= {"Chinese": float(bool(re.search(_CHINESE, "".join(texts.values()))))}
    for read in (stems, content, matters):
        named |= _shared(read.__name__, {letter: read(text) for letter, text in texts.items()})
    return named | _played(chances, letters) | _asked(texts["Q"], texts["A"])


def _played(chances: np.ndarray, letters: str) -> dict[str, float]:
    """Return how likely the pieces play each part, how many were read as it, and the order of the parts."""
    named = {"pieces": float(np.log1p(len(letters)))}
    named["order " + "".join(dict.fromkeys(letters.replace(NONE, "")))] = 1.0
    for letter, each in zip(LETTERS, np.exp(whole(chances))[:, 1:].T, strict=True):
        second, first = np.sort([0.0, 0.0, *each])[-2:]
        values = {
            "likeliest": log_odds(first),
            "second": np.log(second + FEW),
            "sum": each.sum(),
            "nowhere": np.log(1 + FEW - each).sum(),
            "count": letters.count(letter),
        }
        named |= {f"{name} {letter}": float(np.clip(value, -MOST, MOST)) for name, value in values.items()}
    return named


def _hollow(letter: str, chances: np.ndarray, sizes: list[int]) -> dict[str, float]:
    empty, full = (chances[:, CLASSES.index(one)] for one in (letter.lower(), letter))
    values = empty.max(), np.average(empty - full, weights=sizes), (empty - full).min()
    names = ("most", "mean", "least")
    return {
        f"hollow {letter} {name}": float(np.clip(value, -MOST, MOST))
        for name, value in zip(names, values, strict=True)
    }


def _shared(kind: str, texts: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Return how much of one part stands in others."""
    found = {}
    for pair in _PAIRS:
        one, others = pair.split()
        count = len(texts[one] & frozenset().union(*(texts[letter] for letter in others)))
        name = f"{kind} {pair}"
        found |= {name: float(np.log1p(count)), f"{name} share": count / (len(texts[one]) + 1)}
        found[f"{name} none"] = float(bool(texts[one]) and not count)
    return found


def _asked(question: str, answer: str) -> dict[str, float]:
    """Return what is asked, how often, and whether the answer has the form for it."""
    kinds = {kind for kind, pattern in QUESTIONS.items() if kind != "yes" and pattern.search(question)}
    each = [
        frozenset(kind for kind, pattern in QUESTIONS.items() if pattern.search(part))
        for part in re.split(_PIECES, question)
    ]
    yes = bool(QUESTIONS["yes"].search(answer))
    named = {f"asks {kind}": 1.0 for kind in kinds} | {"says yes or no": float(yes)}
    named |= {
        "questions": float(min(sum(map(bool, each)), 4)),
        "kinds asked": float(len({*each} - {frozenset()}) > 1),
        "marks": float(min(len(RULES["asked"].findall(question)), 3)),
        "Q points back": float(bool(LINKED["words"].search(question))),
        "A points back": float(bool(LINKED["words"].search(answer))),
    }
    if "whether" in kinds:
        named[f"whether, {yes}"] = 1.0
    named |= {f"{kind} named {there}": 1.0 for kind, there in named_kinds(question, answer).items()}
    if verb := re.search(_VERB, question):
        said = next(filter(None, verb.groups())) in answer[:_BEGINNING]
        named[f"verb again {said}"] = 1.0
    return named
