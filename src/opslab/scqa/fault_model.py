"""What speaks for each fault of a whole text: a logistic regression of all faults and of none.

A feature is how far a reading with a part leads one without it, how likely its pieces play the part, how
hollow their words are, which words and cues stand in which part, what the parts share with each other and
what is new in them, and whether an answer has the form that its question asks for.
`benchmarks/scqa_model.py` learns the weights (`fault_model.npz`) and the levels.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np

from opslab.scqa.brief import LETTERS, join
from opslab.scqa.clause_model import CLASSES, words_in
from opslab.scqa.cues import LINKED, QUESTIONS, RULES, simplified
from opslab.scqa.matching import content, matters, named_kinds, stems
from opslab.scqa.reading import NONE, whole
from opslab.scqa.splitting import Piece

DOUBTS = Path(__file__).with_name("fault_model.npz")
MOST, LONG = 8.0, 50  # natural logarithms at which a feature ends; letters of a short part
FEW = 1e-3  # a chance that counts as none
STEP = " > "  # between the name of a number and the value above which it is a feature of its own
OTHERS = 0.3  # how much the chance of another fault weighs against one, beside the chance of none
_CHINESE = r"[\u4e00-\u9fff]"
_PAIRS = ("Q SC", "Q C", "Q S", "Q A", "A Q", "A C", "A SC", "A SCQ", "C S")
_PIECES = r"[?？]|[,，;；]? ?(?:\band\b|又|以及)"
_VERB = r"([\u4e00-\u9fff])不\1|要不要(.)|该不该(.)|能不能(.)|是否应?该?(.)|能否(.)"
_BEGINNING = {True: 12, False: 45}  # letters of a Chinese or English answer in which it takes up the question


@dataclass(frozen=True)
class Learned:
    """The row of each feature ("" is the constant), its weight for each class, and the rules.

    `steps` holds for a number the values above which it is another feature, with the rows of these. `meant`
    tells which classes (columns) a rule (row) names; no rule names that of no fault. Each rule has two
    levels: from the first on it says that it found a fault, from the second on it asks.
    """

    rows: dict[str, int]
    steps: dict[str, list[tuple[float, int]]]
    weights: np.ndarray
    rules: tuple[str, ...]
    meant: np.ndarray
    levels: np.ndarray


@cache
def learned() -> Learned:
    """Return what is kept."""
    with np.load(DOUBTS) as kept:
        names, rules = (tuple(bytes(kept[key]).decode().split("\n")) for key in ("names", "rules"))
        rows = {name: row for row, name in enumerate(names)}
        weights = kept["weights"].astype(float)
        return Learned(rows, steps(rows), weights, rules, kept["meant"], kept["levels"])


def steps(rows: Mapping[str, int]) -> dict[str, list[tuple[float, int]]]:
    """Return the steps of each number, with their rows."""
    found: dict[str, list[tuple[float, int]]] = {}
    for number, step, row in ((*name.split(STEP), row) for name, row in rows.items() if STEP in name):
        found.setdefault(number, []).append((float(step), row))
    return found


def doubts(named: Mapping[str, float], given: bool = False) -> dict[str, bool]:
    """Return the rules that speak by these features, and whether each is sure enough to state it.

    Where the parts are given, as in a brief, none can be missing.
    """
    known = learned()
    each = zip(known.rules, points(named, known, given), known.levels, strict=True)
    return {rule: bool(point >= state) for rule, point, (state, ask) in each if point >= min(state, ask)}


def points(named: Mapping[str, float], known: Learned, given: bool = False) -> np.ndarray:
    """Return for each rule the logarithm of the odds that a text has a fault which it names.

    Against it weighs the chance of no fault and, in part, that of any other.
    """
    told = {known.rows[name]: value for name, value in {"": 1.0, **named}.items() if name in known.rows}
    for name in named.keys() & known.steps.keys():
        told |= {row: 1.0 for step, row in known.steps[name] if named[name] > step}
    sums = np.array([*told.values()]) @ known.weights[[*told]]
    if given:
        missing = np.array([rule.startswith("missing") for rule in known.rules])
        sums[known.meant[missing].any(axis=0) & ~known.meant[~missing].any(axis=0)] = -np.inf
    chances = np.exp(sums - np.logaddexp.reduce(sums))
    fault, none = known.meant @ chances, chances[~known.meant.any(axis=0)].sum()
    against = none + OTHERS * np.maximum(1 - none - fault, 0)
    return np.clip(np.log(fault + FEW**3) - np.log(against + FEW**3), -MOST, MOST)


def log_odds(chances: np.ndarray) -> np.ndarray:
    """Return the logarithms of odds, none beyond MOST."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log(chances) - np.log1p(-np.minimum(chances, 1.0)), -MOST, MOST)


def features(
    found: Sequence[Piece], chances: np.ndarray, letters: str, leads: Mapping[str, float]
) -> dict[str, float]:
    """Return what is read of a text, by name: its pieces, their chances, their letters, and the leads."""
    numbers = {f"gap {letter}": float(np.clip(lead, -MOST, MOST)) for letter, lead in leads.items()}
    texts, words = {}, set()
    for letter in LETTERS:
        own = [place for place, played in enumerate(letters) if played == letter]
        each = [simplified(found[place].text) for place in own]
        texts[letter] = join(each)
        if own and letter != "Q":
            numbers |= _hollow(letter, chances[own], [len(found[place].text) for place in own])
        words |= {f"{letter} {word}" for word in chain.from_iterable(map(words_in, each))}
        words |= {f"{letter} is {'there' if own else 'missing'}"}
        size = len(texts[letter]) * (2.5 if re.search(_CHINESE, texts[letter]) else 1)
        numbers[f"size {letter}"] = float(np.log1p(size / LONG))
    chinese = bool(re.search(_CHINESE, "".join(texts.values())))
    words |= {"Chinese"} if chinese else set()
    for read in (stems, content, matters):
        told = {letter: read(text) for letter, text in texts.items()}
        told["begins"] = read(texts["A"][: _BEGINNING[chinese]])
        told["topic"] = read(topic[1] if (topic := LINKED[f"topic_{chinese}"].search(texts["A"])) else "")
        numbers |= {f"{read.__name__} {name}": value for name, value in _shared(told).items()}
    numbers |= _played(chances, letters)
    words.add("order " + "".join(dict.fromkeys(letters.replace(NONE, ""))))
    asked, kinds = _asked(texts["Q"], texts["A"], chinese)
    return numbers | asked | dict.fromkeys([*words, *kinds], 1.0)


def _played(chances: np.ndarray, letters: str) -> dict[str, float]:
    """Return how likely the pieces play each part, and how many were read as it."""
    named = {"pieces": float(np.log1p(len(letters)))}
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
    mean = np.average(empty - full, weights=sizes)
    values = {"most": empty.max(), "mean": mean, "least": (empty - full).min()}
    return {f"hollow {letter} {name}": float(np.clip(value, -MOST, MOST)) for name, value in values.items()}


def _shared(told: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Return how much of one part stands in others, and how much of it is new.

    So for the beginning of the answer, and its topic: what stands before its verb.
    """
    counts, shares = {}, {}
    for pair in _PAIRS:
        one, others = pair.split()
        before = frozenset().union(*(told[letter] for letter in others))
        shares[pair] = len(told[one] & before) / (len(told[one]) + 1)
        shares[f"{pair} none"] = float(bool(told[one]) and not told[one] & before)
        counts |= {pair: told[one] & before, f"{pair} new": told[one] - before}
    for letter in "QC":
        counts[f"A {letter}, not S"] = told["A"] & (told[letter] - told["S"])
    for start in ("begins", "topic"):
        counts |= {f"{start} {letter}": told[start] & told[letter] for letter in "SCQ"}
        counts[f"{start} new"] = told[start] - told["S"] - told["C"] - told["Q"]
    counted = {name: float(np.log1p(len(words))) for name, words in counts.items()}
    return counted | {f"{pair} share": share for pair, share in shares.items()}


def _asked(question: str, answer: str, chinese: bool) -> tuple[dict[str, float], set[str]]:
    """Return how often something is asked; and what, and whether the answer has the form for it."""
    kinds = {kind for kind, pattern in QUESTIONS.items() if kind != "yes" and pattern.search(question)}
    each = [
        frozenset(kind for kind, pattern in QUESTIONS.items() if pattern.search(part))
        for part in re.split(_PIECES, question)
    ]
    yes = bool(QUESTIONS["yes"].search(answer))
    numbers = {
        "questions": float(min(sum(map(bool, each)), 4)),
        "marks": float(min(len(RULES["asked"].findall(question)), 3)),
    }
    points_back = [bool(LINKED["words"].search(text)) for text in (question, answer)]
    named = {f"asks {kind}" for kind in kinds} | {f"says yes or no {yes}", f"points back {points_back}"}
    named |= {f"whether, {yes}"} if "whether" in kinds else set()
    named |= {"kinds asked"} if len({*each} - {frozenset()}) > 1 else set()
    named |= {f"{kind} named {there}" for kind, there in named_kinds(question, answer).items()}
    named |= {f"where, {bool(LINKED['place'].search(answer))}"} if "where" in kinds else set()
    named |= {"A gives a reason"} if LINKED["because"].search(answer) else set()
    if verb := re.search(_VERB, question):
        named.add(f"verb again {next(filter(None, verb.groups())) in answer[: _BEGINNING[chinese]]}")
    return numbers, named
