"""Learn what speaks for a fault of a whole text, and from which level on to state it; `scqa_model.py` calls this.

What is learned from was read with weights that had not seen its field. Beside the openings stand changed ones: a good
opening without one of its parts, with the answer, or question and answer, of another opening of its field.
"""

# ruff: noqa: E501

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.scqa import NAMES, Case
from opslab.scqa import doubts
from opslab.scqa.brief import LETTERS, join
from opslab.scqa.reading import leads, read_pieces

RULES = (
    *("contested_situation", "idle_complication", "missing_A", "missing_C", "missing_Q", "missing_S"),
    *("off_question", "question_without_cause", "vague_answer"),
)
STRENGTH, CHANGED = 0.02, 0.02  # of the penalty: scikit-learn's C; weight of a changed opening
SWAPS = 2  # openings whose parts are taken
# Right remarks that a wrong one outweighs, to state a fault and to ask; and the more where a good text is blamed.
STATE, ASK, BLAME = 1.5, 0.5, 7.0


@dataclass(frozen=True)
class Read:
    """What was read of an opening: its features and fault, its weight, and the fold in which it is left out."""

    named: dict[str, float]
    fault: str
    weight: float
    fold: int


def read(case: Case, weight: float, fold: int) -> Read:
    """Read an opening with the weights that are set."""
    _, found, chances, letters = read_pieces(case.text)
    return Read(doubts.features(found, chances, letters, leads(found, chances)), case.fault, weight, fold)


def readings(cases: Sequence[Case], fold: int) -> list[Read]:
    """Return what is read of a field's openings, and of what becomes of the good ones when they are changed."""
    return [read(case, 1.0, fold) for case in cases] + [read(case, CHANGED, fold) for case in changed(cases)]


def changed(cases: Sequence[Case]) -> Iterator[Case]:
    """Yield good openings with a part left out, or with parts of another of the field."""
    luck = random.Random(1)
    answered = [case for case in cases if _is_whole(case) and case.fault not in _ASTRAY]
    for case in (case for case in cases if not case.fault and _is_whole(case)):
        for letter, part in LETTERS.items():
            yield _made(case, [clause for clause in case.clauses if clause[1] != letter], f"missing-{part}")
        others = [other for other in answered if other is not case and other.language == case.language]
        for letters, fault in (("A", "answer-elsewhere"), ("QA", "question-without-cause")):
            for other in luck.sample(others, min(SWAPS, len(others))):
                yield _made(case, _swapped(case, other, letters), fault)


_ASTRAY = ("vague-answer", "answer-elsewhere", "question-without-cause")


def _is_whole(case: Case) -> bool:
    return {*LETTERS} <= {part for _, part in case.clauses}


def _made(case: Case, clauses: list[tuple[str, str]], fault: str) -> Case:
    return Case(join([words for words, _ in clauses]), tuple(clauses), fault, case.field, case.language)


def _swapped(case: Case, other: Case, letters: str) -> list[tuple[str, str]]:
    """Return the clauses of an opening, those of `letters` replaced at their first place by another's."""
    told, done = [], set()
    for clause in case.clauses:
        if clause[1] not in letters or not clause[1]:
            told.append(clause)
        elif clause[1] not in done:
            done.add(clause[1])
            told += [theirs for theirs in other.clauses if theirs[1] == clause[1]]
    return told


def learn(texts: Sequence[Read], levels: np.ndarray) -> doubts.Learned:
    """Return the weights that are learned from these readings."""
    reader = DictVectorizer(sparse=False)
    table = reader.fit_transform([text.named for text in texts])
    scaler = StandardScaler().fit(table)
    names = reader.feature_names_
    fitted = LogisticRegression(C=STRENGTH, max_iter=500)
    fitted.fit(scaler.transform(table), [text.fault for text in texts], [text.weight for text in texts])
    weights = fitted.coef_.T / scaler.scale_[:, None]
    rows = {name: row for row, name in enumerate(names)}
    meant = np.array([[rule in NAMES.get(fault, ()) for fault in fitted.classes_] for rule in RULES])
    return doubts.Learned(rows, scaler.mean_, weights, fitted.intercept_, RULES, meant, levels)


def crossed(texts: Sequence[Read]) -> dict[int, doubts.Learned]:
    """Return for each fold what is learned from the others, with the levels that all of them give."""
    never = np.full((len(RULES), 2), np.inf)
    folds = sorted({text.fold for text in texts})
    found = {fold: learn([text for text in texts if text.fold != fold], never) for fold in folds}
    asked = [text for text in texts if text.weight == 1]
    points = np.array([doubts.points(text.named, found[text.fold]) for text in asked])
    good = np.array([not text.fault for text in asked])
    levels = np.array(
        [
            _levels(points[:, place], np.array([rule in NAMES.get(text.fault, ()) for text in asked]), good)
            for place, rule in enumerate(RULES)
        ]
    )
    return {fold: doubts.Learned(**{**vars(one), "levels": levels}) for fold, one in found.items()}


def _levels(points: np.ndarray, meant: np.ndarray, good: np.ndarray) -> list[float]:
    """Return the points from which on a rule gains most, to state and to ask: right remarks less wrong ones."""
    order = np.argsort(-points, kind="stable")
    told = [np.cumsum(np.where(meant, 1, -wrong)[order]) for wrong in (STATE + BLAME * good, ASK)]
    return [float(points[order[gain.argmax()]]) if gain.max() > 0 else np.inf for gain in told]


def keep(known: doubts.Learned) -> None:
    """Write the weights."""
    names, rules = (
        np.frombuffer("\n".join(words).encode(), dtype=np.uint8) for words in (known.rows, known.rules)
    )
    np.savez_compressed(
        doubts.DOUBTS,
        names=names,
        rules=rules,
        usual=known.usual.astype(np.float32),
        weights=known.weights.astype(np.float32),
        constant=known.constant,
        meant=known.meant,
        levels=known.levels,
    )
