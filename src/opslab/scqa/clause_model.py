"""What the words of a clause and of its neighbours say of its part: a logistic regression of eight classes.

The classes are the four parts, what plays none (a greeting, a deadline), and three parts that are there and
say nothing: a judgement for a situation, a complication in which nothing happens, a wish for an answer.
Features are words and runs of words (in Chinese, characters), the cues of `cues` in the clause, its sentence
and its neighbours, and the place. `benchmarks/scqa_model.py` learns the weights (`clause_model.npz`); NumPy
reads with them.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from opslab.scqa.cues import SMALL, simplified, without_chinese
from opslab.scqa.splitting import Piece

CLASSES = "–SCQAsca"  # none, the parts, and the hollow ones of situation, complication and answer
WEIGHTS = Path(__file__).with_name("clause_model.npz")
SCALE = 50  # a weight is a whole number of fiftieths of a natural logarithm
STEM, LONG = 5, 4  # letters
_TOKEN = r"[a-z]+(?:['’][a-z]+)?|\d[\d.,:]*|[\u4e00-\u9fff]|[?？!！%;；:：]"
_NAME = r"(?<=[a-z,] )[A-Z][a-z]+"
_ASKS = "[?？]"
_CHINESE = r"[\u4e00-\u9fff]"


def features(pieces: Sequence[Piece]) -> list[set[str]]:
    """Return for each piece of a text the names of what is in it and around it."""
    texts = [simplified(piece.text) for piece in pieces]
    asking = [place for place, text in enumerate(texts) if re.search(_ASKS, text)]
    last = pieces[-1].sentence if pieces else 0
    found = []
    for place, (piece, text) in enumerate(zip(pieces, texts, strict=True)):
        named = {*words_in(text), f"junction {piece.junction}"}
        if piece.whole != piece.text:
            named |= {f"s={cue}" for cue in cues_in(simplified(piece.whole))}
        for side, near in (("p", place - 1), ("n", place + 1)):
            if 0 <= near < len(texts):
                named |= {f"{side}={cue}" for cue in cues_in(texts[near])}
                named.add(f"{side}^{' '.join(_tokens(texts[near])[:1])}")
        ends = place + 1 == len(pieces) or pieces[place + 1].sentence != piece.sentence
        after = min(last - piece.sentence, 3)
        asked = not asking or (asking[-1] < place) - (asking[0] > place)
        named |= {f"ends {ends}", f"place {min(piece.sentence, 5)}", f"after {after}", f"of {min(last, 7)}"}
        named |= {f"asked {asked if asking else 'never'}", f"after {min(after, 2)} asked {asked > 0}"}
        found.append(named)
    return found


@lru_cache(512)
def _tokens(text: str) -> tuple[str, ...]:
    found = re.findall(_TOKEN, text.lower())
    return tuple("#" if token[0].isdigit() else token.replace("’", "'") for token in found)


@lru_cache(512)
def cues_in(text: str) -> frozenset[str]:
    """Return the names of the cues in a text."""
    texts, chinese = (text.lower(), text), bool(re.search(_CHINESE, text))
    return frozenset(name for name, search, as_written in _searches(chinese) if search(texts[as_written]))


@cache
def _searches(chinese: bool) -> list[tuple[str, Callable[[str], object], bool]]:
    """Return each cue's name, how it is looked for, and whether in the letters as they are written."""
    cues = [(name, cue, cue.flags & re.I) for name, cue in SMALL.items()]
    if not chinese:
        cues = [(name, re.compile(without_chinese(cue.pattern), flag), flag) for name, cue, flag in cues]
    return [(name, cue.search, bool(flag)) for name, cue, flag in cues]


@lru_cache(512)
def words_in(text: str) -> frozenset[str]:
    """Return the words and runs of words in a text, its beginning and end, and its cues."""
    tokens = _tokens(text)
    runs = {" ".join(tokens[at : at + count]) for count in (1, 2, 3) for at in range(len(tokens) - count + 1)}
    ends = {f"^{' '.join(tokens[:count])}" for count in (1, 2, 3)} | {
        f"{' '.join(tokens[-count:])}$" for count in (1, 2)
    }
    parts = {f"{token[:STEM]}-" for token in tokens if len(token) > STEM} | {
        f"-{token[-3:]}" for token in tokens if len(token) > LONG
    }
    kinds = {"short"} if len(tokens) < LONG else set()
    kinds |= {"a name"} if re.search(_NAME, text) else set()
    return frozenset(runs | ends | parts | kinds | {f"={cue}" for cue in cues_in(text)})


@cache
def weights() -> tuple[dict[str, int], np.ndarray]:
    """Return the row of each feature ("" is the constant), and the rows: a weight for each class."""
    with np.load(WEIGHTS) as kept:
        names = bytes(kept["names"]).decode("utf-8").split("\n")
        return {name: row for row, name in enumerate(names)}, kept["weights"].astype(float) / SCALE


def log_chances(named: Sequence[set[str]]) -> np.ndarray:
    """Return for each piece (row) the logarithm of the chance of each of the CLASSES (column)."""
    rows, learned = weights()
    points = np.zeros((len(named), len(CLASSES)))
    for place, names in enumerate(named):
        points[place] = learned[[rows[""], *(rows[name] for name in names if name in rows)]].sum(axis=0)
    return points - np.logaddexp.reduce(points, axis=1, keepdims=True)


def forget_words() -> None:
    """Forget the texts that were read, to measure the time of a first reading."""
    for remembered in (_tokens, cues_in, words_in):
        remembered.cache_clear()
