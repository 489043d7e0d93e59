"""How far people who label the same posts agree beyond chance: kappa, Fleiss' kappa, Krippendorff's alpha."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_list, as_number, is_single
from opslab.ground.estimates import Z95
from opslab.listening.inputs import codes_of, paired_labels

LEVELS = ("nominal", "ordinal", "interval", "ratio")

# Words
ONE_LABEL = (
    "all labels are {found!r}: kappa and alpha divide by the disagreement that chance would leave, and there "
    "is none; give units on which more than one label is used"
)
NOT_CODERS = "labels is a {found}; expected one list of labels for each coder, all of one length"
UNEVEN = "labels[{place}] has {found} units; expected {expected}, as labels[0] has: fill gaps with None"
NO_PAIRS = "no unit has labels from two coders; at least one is needed"
NOT_LEVELS = "labels[{coder}][{unit}] is {found!r}; level {level!r} needs numbers"
BELOW_ZERO = "labels holds {found:g}; level 'ratio' needs numbers from 0 up"
NOT_COUNTS = "counts is no table of whole numbers: one row for each unit, one column for each label"
RATERS = "row {row} of counts adds up to {found:g}; expected {expected:g}, as in row 0"
ONE_RATER = "counts has one rating a unit; agreement needs two"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two coders agree: the plain share, by chance, kappa with its 95 % interval, alpha, units, table."""

    agreement: float
    by_chance: float
    kappa: float
    low: float
    high: float
    alpha: float
    units: int
    table: pd.DataFrame


def cohen_kappa(a: Any, b: Any) -> float:
    """Return Cohen's kappa of two lists of labels: (agreement - by chance) / (1 - by chance).

    By chance is what two coders would share who keep their own habits and do not read (Cohen 1960).

    Raises
    ------
    ValueError
        Lists of different lengths, gaps, or one and the same label everywhere.

    Examples
    --------
    >>> cohen_kappa(["good", "good", "bad", "bad"], ["good", "bad", "bad", "bad"])
    0.5
    """
    return label_agreement(a, b).kappa


def label_agreement(a: Any, b: Any) -> Agreement:
    """Return how two coders agree on the same units, given their labels in two lists.

    Kappa is Cohen's (1960), unweighted, with the large-sample interval of Fleiss, Cohen and Everitt (1969);
    alpha is Krippendorff's, nominal. `table` counts a's labels (rows) by b's (columns).

    Raises
    ------
    ValueError
        Lists of different lengths, gaps, or one and the same label everywhere.

    Examples
    --------
    >>> found = label_agreement(["good", "good", "bad", "bad"], ["good", "bad", "bad", "bad"])
    >>> found.agreement, found.kappa
    (0.75, 0.5)
    """
    one, other = paired_labels(a, b)
    labels, (rows, columns) = codes_of(one, other)
    counts = np.zeros((len(labels), len(labels)))
    np.add.at(counts, (rows, columns), 1)
    units = len(one)
    share = counts / units
    row, column = share.sum(axis=1), share.sum(axis=0)
    agreement, chance = float(np.trace(share)), float(row @ column)
    if len(labels) == 1:
        raise ValueError(ONE_LABEL.format(found=labels[0]))
    kappa = (agreement - chance) / (1 - chance)
    half = Z95 * _kappa_error(share, row, column, kappa, chance, units)
    table = pd.DataFrame(
        counts.astype(int), index=pd.Index(labels, name="a"), columns=pd.Index(labels, name="b")
    )
    alpha = krippendorff_alpha([one, other])
    low, high = max(-1.0, kappa - half), min(1.0, kappa + half)
    return Agreement(agreement, chance, kappa, low, high, alpha, units, table)


def _kappa_error(
    share: np.ndarray, row: np.ndarray, column: np.ndarray, kappa: float, chance: float, units: int
) -> float:
    """Return the standard error of kappa (Fleiss, Cohen and Everitt 1969, equation 13)."""
    lost = 1 - kappa
    diagonal = np.diag(share) @ (1 - (row + column) * lost) ** 2
    weights = (column[:, None] + row[None, :]) ** 2
    beside = lost**2 * ((share * weights).sum() - np.diag(share) @ np.diag(weights))
    variance = (diagonal + beside - (kappa - chance * lost) ** 2) / (units * (1 - chance) ** 2)
    return float(np.sqrt(max(variance, 0)))


def krippendorff_alpha(labels: Any, level: str = "nominal") -> float:
    """Return Krippendorff's alpha: 1 - disagreement seen / disagreement by chance; gaps are allowed.

    Parameters
    ----------
    labels
        One list of labels for each coder, all as long; None (or NaN) where a coder has not labelled a unit. A
        unit with fewer than two labels counts for nothing.
    level
        ``"nominal"`` labels are equal or not; ``"ordinal"``, ``"interval"`` and ``"ratio"`` take numbers,
        and a far label is a larger disagreement (Krippendorff 2011, "Computing Krippendorff's
        Alpha-Reliability").

    Raises
    ------
    ValueError
        Lists of different lengths, no unit with two labels, one and the same label everywhere, or labels that
        do not have the level.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 2, 3, 3], [1, 2, 3, 1]]), 3)
    0.667
    """
    as_choice(level, "level", LEVELS)
    coders = _coders(labels)
    if level != "nominal":
        _require_numbers(coders, level)
    units = [[label for label in unit if not _is_gap(label)] for unit in zip(*coders, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        raise ValueError(NO_PAIRS)
    known = sorted({label for unit in units for label in unit}, key=str if level == "nominal" else float)
    if len(known) == 1:
        raise ValueError(ONE_LABEL.format(found=known[0]))
    place = {label: number for number, label in enumerate(known)}
    counts = np.zeros((len(units), len(known)))
    for number, unit in enumerate(units):
        np.add.at(counts[number], [place[label] for label in unit], 1)
    return _alpha(counts, _distances(known, counts.sum(axis=0), level))


def fleiss_kappa(counts: Any) -> float:
    """Return Fleiss' kappa (1971) of several ratings a unit.

    `counts` has one row for each unit and one column for each label.

    Raises
    ------
    ValueError
        No table of counts, rows that do not add up to the same number, fewer than two ratings a unit, or one
        and the same label everywhere.

    Examples
    --------
    >>> round(fleiss_kappa([[3, 0], [0, 3], [2, 1]]), 3)
    0.55
    """
    try:
        table = np.array(counts, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(NOT_COUNTS) from error
    if (
        table.ndim != 2
        or not table.size
        or not np.isfinite(table).all()
        or (table < 0).any()
        or (table % 1).any()
    ):
        raise ValueError(NOT_COUNTS)
    raters = table.sum(axis=1)
    if (raters != raters[0]).any():
        row = int((raters != raters[0]).argmax())
        raise ValueError(RATERS.format(row=row, found=raters[row], expected=raters[0]))
    if raters[0] < 2:
        raise ValueError(ONE_RATER)
    share = table.sum(axis=0) / table.sum()
    if (share == 1).any():
        raise ValueError(ONE_LABEL.format(found=int(share.argmax())))
    seen = ((table * (table - 1)).sum(axis=1) / (raters[0] * (raters[0] - 1))).mean()
    chance = share @ share
    return float((seen - chance) / (1 - chance))


def expected_agreement(prevalence: float, accuracy: float) -> tuple[float, float]:
    """Return what two coders' plain agreement and alpha come to, for a yes-or-no label.

    Parameters
    ----------
    prevalence
        Share of posts that have the label, above 0 and below 1.
    accuracy
        Share of posts that each coder labels rightly, whatever the truth, without copying from the other.

    Examples
    --------
    >>> agreement, alpha = expected_agreement(prevalence=0.5, accuracy=0.95)
    >>> round(agreement, 3), round(alpha, 2)
    (0.905, 0.81)
    """
    share = as_number(prevalence, "prevalence", least=0, most=1)
    right = as_number(accuracy, "accuracy", least=0, most=1)
    agreement = right**2 + (1 - right) ** 2
    said = share * right + (1 - share) * (1 - right)
    chance = said**2 + (1 - said) ** 2
    if chance == 1:
        raise ValueError(ONE_LABEL.format(found=said == 1))
    return agreement, (agreement - chance) / (1 - chance)


def _alpha(counts: np.ndarray, distances: np.ndarray) -> float:
    """Return alpha from the labels of each unit (rows) and the distance of each pair of labels."""
    raters = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, np.arange(len(distances)), np.arange(len(distances))] -= counts
    seen = (pairs / (raters - 1)[:, None, None]).sum(axis=0)
    total, labels = raters.sum(), counts.sum(axis=0)
    chance = np.outer(labels, labels) / (total - 1)
    return float(1 - (seen * distances).sum() / (chance * distances).sum())


def _distances(known: list, totals: np.ndarray, level: str) -> np.ndarray:
    if level == "nominal":
        return 1 - np.eye(len(known))
    if level == "ordinal":
        middle = np.cumsum(totals) - totals / 2
        return (middle[:, None] - middle[None, :]) ** 2
    values = np.array(known, dtype=float)
    apart = (values[:, None] - values[None, :]) ** 2
    if level == "interval":
        return apart
    whole = (values[:, None] + values[None, :]) ** 2
    return np.divide(apart, whole, out=np.zeros_like(apart), where=whole > 0)


def _coders(labels: Any) -> list[list]:
    if is_single(labels) or isinstance(labels, str | pd.DataFrame):
        raise ValueError(NOT_CODERS.format(found=type(labels).__name__))
    coders = [
        as_list(one, f"labels[{place}]") if not isinstance(one, str) else None
        for place, one in enumerate(as_list(labels, "labels"))
    ]
    found = [one for one in coders if one is not None]
    if len(found) != len(coders) or len(found) < 2:
        raise ValueError(NOT_CODERS.format(found=type(labels).__name__))
    for place, one in enumerate(found):
        if len(one) != len(found[0]):
            raise ValueError(UNEVEN.format(place=place, found=len(one), expected=len(found[0])))
    return found


def _is_gap(label: Any) -> bool:
    return is_single(label) and pd.isna(label) is True


def _require_numbers(coders: list[list], level: str) -> None:
    for coder, labels in enumerate(coders):
        for unit, label in enumerate(labels):
            number = isinstance(label, int | float | np.number) and not isinstance(label, bool)
            if not _is_gap(label) and not (number and np.isfinite(label)):
                raise ValueError(NOT_LEVELS.format(coder=coder, unit=unit, found=label, level=level))
            if level == "ratio" and number and label < 0:
                raise ValueError(BELOW_ZERO.format(found=label))
