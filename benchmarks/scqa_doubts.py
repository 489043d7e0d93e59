"""Learn what speaks for a fault of a whole text, and from which level on to state it; `scqa_model.py` calls this.

What is learned from was read with weights that had not seen its field.
"""

# ruff: noqa: E501

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction import DictVectorizer

from benchmarks.scqa import NAMES, Case
from opslab.scqa import doubts
from opslab.scqa.reading import leads, read_pieces

RULES = (
    *("contested_situation", "idle_complication", "missing_A", "missing_C", "missing_Q", "missing_S"),
    *("off_question", "question_without_cause", "vague_answer"),
)
LEAVES, ROUNDS, RATE = (
    4,
    150,
    0.1,
)  # of a tree; trees for each class, and how much of what is left each one takes
# Right remarks that a wrong one outweighs, to state a fault and to ask; and the more where a good text is blamed.
STATE, ASK, BLAME = 1.0, 0.5, 3.0


@dataclass(frozen=True)
class Read:
    """What was read of an opening: its features and fault, and the fold in which it is left out."""

    named: dict[str, float]
    fault: str
    fold: int


def read(case: Case, fold: int) -> Read:
    """Read an opening with the weights that are set."""
    _, found, chances, letters = read_pieces(case.text)
    return Read(doubts.features(found, chances, letters, leads(found, chances)), case.fault, fold)


def learn(texts: Sequence[Read], levels: np.ndarray) -> doubts.Learned:
    """Return the trees that are learned from these readings."""
    reader = DictVectorizer(sparse=False)
    table = reader.fit_transform([text.named for text in texts])
    fitted = HistGradientBoostingClassifier(
        learning_rate=RATE, max_iter=ROUNDS, max_leaf_nodes=LEAVES, max_features=0.3, l2_regularization=5,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    fitted.fit(table, [text.fault for text in texts])
    columns = {name: column for column, name in enumerate(reader.feature_names_)}
    meant = np.array([[rule in NAMES.get(fault, ()) for fault in fitted.classes_] for rule in RULES])
    return doubts.Learned(columns, _trees(fitted), RULES, meant, levels)


def _trees(fitted: HistGradientBoostingClassifier) -> doubts.Trees:
    """Return the trees as arrays; scikit-learn has no public way to them."""
    trees = [tree.nodes for each in fitted._predictors for tree in each]
    shape = len(trees), 2 * LEAVES - 1
    own = np.arange(shape[1])
    found = doubts.Trees(
        fitted._baseline_prediction.ravel(), np.zeros(shape, np.int16), np.full(shape, np.inf, np.float32),
        np.ones(shape, bool), np.tile(own, (shape[0], 1)).astype(np.int8), np.tile(own, (shape[0], 1)).astype(np.int8),
        np.zeros(shape, np.float32),
    )  # fmt: skip
    for row, nodes in enumerate(trees):
        leaf, inner = nodes["is_leaf"].astype(bool), np.flatnonzero(nodes["is_leaf"] == 0)
        found.value[row, np.flatnonzero(leaf)] = nodes["value"][leaf]
        for field, name in (("feature", "feature_idx"), ("limit", "num_threshold"), ("unknown", "missing_go_to_left"),
                            ("left", "left"), ("right", "right")):  # fmt: skip
            getattr(found, field)[row, inner] = nodes[name][inner]
    return found


def crossed(texts: Sequence[Read]) -> dict[int, doubts.Learned]:
    """Return for each fold what is learned from the others, with the levels that all of them give."""
    never = np.full((len(RULES), 2), np.inf)
    folds = sorted({text.fold for text in texts})
    found = {fold: learn([text for text in texts if text.fold != fold], never) for fold in folds}
    points = np.array([doubts.points(text.named, found[text.fold]) for text in texts])
    good = np.array([not text.fault for text in texts])
    levels = np.array(
        [
            _levels(points[:, place], np.array([rule in NAMES.get(text.fault, ()) for text in texts]), good)
            for place, rule in enumerate(RULES)
        ]
    )
    return {fold: replace(one, levels=levels) for fold, one in found.items()}


def _levels(points: np.ndarray, meant: np.ndarray, good: np.ndarray) -> list[float]:
    """Return the points from which on a rule gains most, to state and to ask: right remarks less wrong ones."""
    order = np.argsort(-points, kind="stable")
    told = [np.cumsum(np.where(meant, 1, -wrong)[order]) for wrong in (STATE + BLAME * good, ASK)]
    return [float(points[order[gain.argmax()]]) if gain.max() > 0 else np.inf for gain in told]


def keep(known: doubts.Learned) -> None:
    """Write what was learned."""
    names, rules = (
        np.frombuffer("\n".join(words).encode(), dtype=np.uint8) for words in (known.columns, known.rules)
    )
    np.savez_compressed(
        doubts.DOUBTS,
        names=names,
        rules=rules,
        meant=known.meant,
        levels=known.levels,
        **known.trees._asdict(),
    )
