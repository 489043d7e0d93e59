"""What a clause's words say of its part: a small logistic regression, learned by `benchmarks/scqa_model.py`.

Its features are words, pairs of words, the first words, and the cues of `cues`; in Chinese, characters. The
weights are data (`parts.json`, hundredths of a natural logarithm); no library is needed to read with them.
"""

import json
import re
from functools import cache
from itertools import pairwise
from math import exp, log
from pathlib import Path

from opslab.scqa.cues import SMALL

LETTERS = "SCQA"
WEIGHTS = Path(__file__).with_name("parts.json")
STEM = 5  # letters: what longer words have in common
_TOKEN = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d[\d.,:]*|[\u4e00-\u9fff]|[?？!！%]")


def features(clause: str) -> set[str]:
    """Return the names of what is in a clause."""
    small = clause.lower()
    tokens = ["#" if token[0].isdigit() else token.replace("’", "'") for token in _TOKEN.findall(small)]
    named = {f"={name}" for name, cue in SMALL.items() if cue.search(clause if cue.flags & re.I else small)}
    start = {f"^{' '.join(tokens[:count])}" for count in (1, 2)} | {
        f"{token[:5]}-" for token in tokens if len(token) > STEM
    }
    return named | start | set(tokens) | {f"{a} {b}" for a, b in pairwise(tokens)}


@cache
def weights() -> dict[str, list[int]]:
    """Return the learned weights, in hundredths of a natural logarithm."""
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))


def log_chances(named: set[str]) -> dict[str, float]:
    """Return for each letter of SCQA the logarithm of the chance that such a clause plays that part."""
    learned = weights()
    rows = [learned[""], *(learned[name] for name in named if name in learned)]
    sums = [sum(column) / 100 for column in zip(*rows, strict=True)]
    whole = log(sum(map(exp, sums)))
    return {letter: points - whole for letter, points in zip(LETTERS, sums, strict=True)}
