"""Learn what speaks for a fault of a whole text, and from which level on to state it; `scqa_model.py` calls this.

What is learned from was read with weights that had not seen its field.
"""

# ruff: noqa: E501

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import diags
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.scqa import NAMES, Case
from opslab.scqa import fault_model
from opslab.scqa.brief import LETTERS
from opslab.scqa.reading import leads, read_pieces

RULES = (
    *("contested_situation", "idle_complication", "missing_A", "missing_C", "missing_Q", "missing_S"),
    *("off_question", "question_without_cause", "several_questions", "vague_answer"),
)
STRENGTH = 0.06  # of the penalty: scikit-learn's C
SEEN = 3  # times, that a feature must be met
WORD, NUMBER = 1.5, 0.5  # how much a word and a number count before a step of a number does
STEPS, LEAST = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95), 10  # quantiles; texts on either side of a step
KEPT_FEATURES = 8_000  # those whose weights differ most between the faults
# Right remarks that a wrong one outweighs, to state a fault and to ask; and the more where a good text is blamed
# or a part that is there is called missing.
STATE, ASK, BLAME = 0.4, 0.5, 7.0


@dataclass(frozen=True)
class Read:
    """What was read of an opening: its features and fault, and the fold in which it is left out."""

    named: dict[str, float]
    fault: str
    fold: int


def read(case: Case, fold: int) -> Read:
    """Read an opening with the weights that are set."""
    _, found, chances, letters = read_pieces(case.text)
    return Read(fault_model.features(found, chances, letters, leads(found, chances)), case.fault, fold)


def learn(texts: Sequence[Read], levels: np.ndarray) -> fault_model.Learned:
    """Return the weights that are learned from these readings."""
    named = [text.named for text in texts]
    steps = fault_model.steps(dict.fromkeys(_steps(named), 0))
    reader = DictVectorizer(dtype=np.float32)
    table = reader.fit_transform(
        each
        | {
            f"{name}{fault_model.STEP}{step}": 1.0
            for name, value in each.items()
            for step, _ in steps.get(name, ())
            if value > step
        }
        for each in named
    )
    times = np.asarray((table != 0).sum(axis=0)).ravel()
    enough = (times >= SEEN) & (times < len(texts))
    names, table, times = np.array(reader.feature_names_)[enough], table[:, enough], times[enough]
    words = np.array([name[0] in LETTERS and name[1] == " " for name in names])
    stepped = np.array([fault_model.STEP in name for name in names])
    means = np.asarray(table.mean(axis=0)).ravel()
    spread = np.sqrt(np.maximum(np.asarray(table.power(2).mean(axis=0)).ravel() - means**2, 0))
    scale = np.where(words, WORD, np.where(stepped, 1.0, NUMBER / (spread + 0.05)))
    fitted = LogisticRegression(C=STRENGTH, max_iter=100, tol=5e-3)
    fitted.fit(table @ diags(scale), [text.fault for text in texts])
    weights = fitted.coef_.T * scale[:, None]
    says = np.ptp(fitted.coef_, axis=0) * np.sqrt(times)
    chosen = np.sort(np.argsort(-says, kind="stable")[:KEPT_FEATURES])
    rows = {name: row for row, name in enumerate(["", *names[chosen]])}
    kept = np.vstack([fitted.intercept_, weights[chosen]]).astype(np.float16)
    meant = np.array([[rule in NAMES.get(fault, ()) for fault in fitted.classes_] for rule in RULES])
    return fault_model.Learned(rows, fault_model.steps(rows), kept.astype(float), RULES, meant, levels)


def _steps(named: Sequence[dict[str, float]]) -> Iterator[str]:
    """Yield the steps of the numbers: values that part the texts well, each with its name."""
    for name in sorted({name for each in named for name, value in each.items() if value not in (0.0, 1.0)}):
        values = np.array([each.get(name, 0.0) for each in named])
        for step in np.unique(np.quantile(values, STEPS)):
            if LEAST < (values > step).sum() < len(values) - LEAST:
                yield f"{name}{fault_model.STEP}{step}"


def crossed(texts: Sequence[Read]) -> dict[int, fault_model.Learned]:
    """Return for each fold what is learned from the others, with the levels that all of them give."""
    never = np.full((len(RULES), 2), np.inf)
    folds = sorted({text.fold for text in texts})
    found = {fold: learn([text for text in texts if text.fold != fold], never) for fold in folds}
    points = np.array([fault_model.points(text.named, found[text.fold]) for text in texts])
    good = np.array([not text.fault for text in texts])
    levels = []
    for rule, each in zip(RULES, points.T, strict=True):
        meant = np.array([rule in NAMES.get(text.fault, ()) for text in texts])
        levels.append(_levels(each, meant, good | ~meant if rule.startswith("missing") else good))
    return {fold: replace(one, levels=np.array(levels)) for fold, one in found.items()}


def _levels(points: np.ndarray, meant: np.ndarray, grave: np.ndarray) -> list[float]:
    """Return the points from which on a rule gains most, to state and to ask: right remarks less wrong ones.

    A wrong remark is worse on a text that is `grave`.
    """
    order = np.argsort(-points, kind="stable")
    told = [np.cumsum(np.where(meant, 1, -wrong)[order]) for wrong in (STATE + BLAME * grave, ASK)]
    return [float(points[order[gain.argmax()]]) if gain.max() > 0 else np.inf for gain in told]


def keep(known: fault_model.Learned) -> None:
    """Write what was learned."""
    names, rules = (
        np.frombuffer("\n".join(words).encode(), dtype=np.uint8) for words in (known.rows, known.rules)
    )
    np.savez_compressed(
        fault_model.DOUBTS,
        names=names,
        weights=known.weights.astype(np.float16),
        rules=rules,
        meant=known.meant,
        levels=known.levels,
    )
