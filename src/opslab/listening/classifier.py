"""A small, honest classifier of posts: character n-grams, logistic regression, a test on held-back posts."""

import unicodedata
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_labels, as_number
from opslab.listening.inputs import as_texts, codes_of, paired_labels

# Words
LENGTHS = "texts has {found} posts and labels has {others}; give each post its label"
ONE_KIND = "all labels are {found!r}; there is nothing to tell apart"
SELDOM = (
    "label {found!r} occurs {times}; each needs {least} posts or more: gather more, or join it to another"
)
ONCE, TIMES = "once", "{count} times"
UNREADABLE = (
    "{count} of texts hold nothing that the training posts have, such as texts[{place}], {text!r}; "
    "label them by hand"
)
UNKNOWN_LABEL = "labels has {found!r}, which the training posts do not have; they have {known}"

NGRAMS, PENALTY, LEAST = (1, 3), 10.0, 2


@dataclass(frozen=True, slots=True)
class LabelTest:
    """How a classifier does on posts that it has not seen.

    `confusion` counts true labels (rows) by predicted ones (columns). `f1` has each label's F1, `macro_f1`
    their plain mean; `accuracy` is the share right, `majority` the share right for whoever always says the
    commonest label, and `majority_f1` the macro-F1 of that.
    """

    confusion: pd.DataFrame
    f1: pd.Series
    macro_f1: float
    accuracy: float
    majority: float
    majority_f1: float
    posts: int


@dataclass(frozen=True, slots=True)
class Labeller:
    """A trained classifier: `labels` it knows, `posts` it has read."""

    labels: list[Hashable]
    posts: int
    _reader: Any
    _model: Any

    def predict(self, texts: Any) -> np.ndarray:
        """Return a label for each post.

        Raises
        ------
        ValueError
            No posts, an empty post, one as long as a page, or one that has nothing in common with the
            training posts (a row of emoji that none of them has).

        Examples
        --------
        >>> labeller = train_labels(["so good", "good one", "so bad", "bad one"], ["+", "+", "-", "-"])
        >>> labeller.predict(["good, so good"]).tolist()
        ['+']
        """
        posts = as_texts(texts)
        seen = self._reader.transform(posts)
        blank = np.diff(seen.indptr) == 0
        if blank.any():
            place = int(blank.argmax())
            raise ValueError(UNREADABLE.format(count=int(blank.sum()), place=place, text=posts[place][:40]))
        return np.array(self.labels, dtype=object)[self._model.predict(seen)]

    def test(self, texts: Any, labels: Any) -> LabelTest:
        """Return how the predictions compare with `labels` given by people, on posts not trained on.

        Examples
        --------
        >>> labeller = train_labels(["so good", "good one", "so bad", "bad one"], ["+", "+", "-", "-"])
        >>> labeller.test(["good", "a bad one"], ["+", "-"]).accuracy
        1.0
        """
        posts, true = _pairs(texts, labels)
        for label in true:
            if label not in self.labels:
                known = ", ".join(map(repr, self.labels))
                raise ValueError(UNKNOWN_LABEL.format(found=label, known=known))
        return compare_labels(true, self.predict(posts))


def compare_labels(true: Any, predicted: Any) -> LabelTest:
    """Return how labels from a classifier, a language model or a second coder compare with the true ones.

    Raises
    ------
    ValueError
        Lists of different lengths, or gaps.

    Examples
    --------
    >>> round(compare_labels(["+", "+", "-"], ["+", "-", "-"]).macro_f1, 3)
    0.667
    """
    one, other = paired_labels(true, predicted, ("true", "predicted"))
    known, (rows, columns) = codes_of(one, other)
    counts = np.zeros((len(known), len(known)), dtype=int)
    np.add.at(counts, (rows, columns), 1)
    return _test(pd.DataFrame(counts, pd.Index(known, name="true"), pd.Index(known, name="predicted")))


def train_labels(texts: Any, labels: Any, *, penalty: float = PENALTY) -> Labeller:
    """Return a classifier of posts that learnt from `texts` with `labels` given by people.

    It sees character 1- to 3-grams (weighted by TF-IDF) and learns by logistic regression. Characters need no
    segmenter, which Chinese words do, and work for mixed languages, emoji and typing errors; a firm with many
    posts of its own would try a segmenter or a language model *beside* it and compare on the same held-back
    posts. Each label weighs the same, however common it is.

    Parameters
    ----------
    texts, labels
        Posts and their labels, as lists of one length. Split by post first: a repost in both halves is a
        question whose answer was shown.
    penalty
        How closely it follows the training posts (scikit-learn's C): smaller is smoother.

    Raises
    ------
    ValueError
        No posts, an empty post or one as long as a page, fewer than two labels, or one that occurs once.

    Examples
    --------
    >>> labeller = train_labels(["so good", "good one", "so bad", "bad one"], ["+", "+", "-", "-"])
    >>> labeller.predict(["bad"]).tolist()
    ['-']
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # slow to import
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    posts, given = _pairs(texts, labels)
    strength = as_number(penalty, "penalty", least=1e-6, most=1e6)
    known, (codes,) = codes_of(given)
    if len(known) < 2:
        raise ValueError(ONE_KIND.format(found=known[0]))
    for label, times in Counter(given).items():
        if times < LEAST:
            said = ONCE if times == 1 else TIMES.format(count=times)
            raise ValueError(SELDOM.format(found=label, times=said, least=LEAST))
    reader = TfidfVectorizer(
        analyzer="char", ngram_range=NGRAMS, sublinear_tf=True, preprocessor=plain_text, dtype=np.float32,
        min_df=2 if len(posts) > 100 else 1,
    )  # fmt: skip
    # One label against the rest, by dual coordinates: far quicker than all at once, and as good.
    model = OneVsRestClassifier(
        LogisticRegression(
            C=strength, class_weight="balanced", solver="liblinear", dual=True, tol=0.1, random_state=0
        )
    )
    model.fit(reader.fit_transform(posts), codes)
    return Labeller(known, len(posts), reader, model)


def plain_text(text: str) -> str:
    """Return a post in small letters and one form of each character: full-width letters become plain ones."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _pairs(texts: Any, labels: Any) -> tuple[list[str], list[Hashable]]:
    posts, given = as_texts(texts), as_labels(labels, "labels")
    if len(posts) != len(given):
        raise ValueError(LENGTHS.format(found=len(posts), others=len(given)))
    return posts, given


def _test(confusion: pd.DataFrame) -> LabelTest:
    counts = confusion.to_numpy(float)
    right, true, said = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    f1 = 2 * right / (true + said)  # each label is true or predicted at least once
    share, there = true.max() / counts.sum(), (true > 0).sum()
    return LabelTest(
        confusion, pd.Series(f1, confusion.index), float(f1.mean()), float(right.sum() / counts.sum()),
        float(share), float(2 * share / (1 + share) / there), int(counts.sum()),
    )  # fmt: skip
