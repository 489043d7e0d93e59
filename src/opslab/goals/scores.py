"""Weighted scores of options: one number from several criteria, and what it hides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_labels, as_list, as_number, as_numbers

# Words
NOT_A_TABLE = "values is a {found}; expected a pandas DataFrame: options in rows, criteria in columns"
FEW = "values has {rows} options and {columns} criteria; expected at least two options and one criterion"
BAD_COLUMN = "criterion {criterion!r} of values: {problem}"
NO_WEIGHT = "weights names {found}; expected one weight for each criterion: {criteria}"
NO_SUM = "weights sum to 0; give at least one criterion a weight above 0"
NO_SCALE = "scales names {found}; expected one scale for each criterion: {criteria}"
NOT_SHARES = (
    "criterion {criterion!r} goes down to {low:g}; a scale of shares needs numbers from 0 up, one above"
)
ALL_EQUAL = (
    "criterion {criterion!r} is {found:g} for every option; a scale by range needs two different values"
)
SAME_ENDS = "scales[{criterion!r}] is from {found:g} to {found:g}; give two different anchors, worst first"
NOT_A_SCALE = "scales[{criterion!r}] is {found!r}; expected 'share', 'range' or two anchors such as (0, 100)"
THERE = "option {found!r} is in values already; give the new one another name"


@dataclass(frozen=True, eq=False)
class Scores:
    """Result of `score_options`.

    Attributes
    ----------
    scores
        By option, the best first.
    winner, ranking
        The option with the highest score; all of them, best first. Of equal ones the first listed leads.
    table
        The values on their scales, options in rows; `weights` as used, adding up to 1.
    """

    scores: pd.Series
    winner: Any
    ranking: list
    table: pd.DataFrame = field(repr=False)
    weights: pd.Series = field(repr=False)


def score_options(values: pd.DataFrame, weights: Any, scales: Any = "share") -> Scores:
    """Score options by a weighted sum of criteria that were put on one scale.

    Parameters
    ----------
    values
        Options in rows, criteria in columns; more is better, except where anchors say otherwise.
    weights
        One number from 0 up for each criterion (list, or by name); they are divided by their sum.
    scales
        For all criteria, or by name: ``"share"`` of the column's sum; ``"range"`` from the worst option (0)
        to the best (1); or two fixed anchors (worst, best), turned round where less is better.

    The first two depend on *which options are there*: an option more can crown another one (rank reversal,
    Belton and Gear 1983). Fixed anchors do not.

    Raises
    ------
    ValueError
        No table of numbers; weights that are missing, negative or sum to 0; a scale that cannot be made.

    Examples
    --------
    >>> firms = pd.DataFrame({"cases": [1, 9, 1], "team": [9, 1, 1], "growth": [8, 9, 1]}, index=list("ABC"))
    >>> score_options(firms, [1, 1, 1]).ranking
    ['B', 'A', 'C']
    """
    table = _numbers(values)
    share = _weights(weights, list(table.columns))
    on_scale = pd.DataFrame(
        {
            name: _scaled(table[name], scale, name)
            for name, scale in _scales(scales, list(table.columns)).items()
        }
    )
    total = pd.Series(on_scale.to_numpy() @ share.to_numpy(), index=table.index, name="score")
    order = total.round(12).sort_values(ascending=False, kind="stable").index
    return Scores(total[order], order[0], list(order), on_scale, share)


def rank_reversal(
    values: pd.DataFrame, weights: Any, scales: Any = "share", *, like: Any, name: str = "clone"
) -> pd.DataFrame:
    """Return the scores without and with a copy of one option, `like`; index: the options.

    Where the winner changes although nothing about the others did, the scale made it.

    Examples
    --------
    >>> firms = pd.DataFrame({"cases": [1, 9, 1], "team": [9, 1, 1], "growth": [8, 9, 1]}, index=list("ABC"))
    >>> table = rank_reversal(firms, [1, 1, 1], like="B")
    >>> table["without"].idxmax(), table["with"].idxmax()
    ('B', 'A')
    """
    table = _numbers(values)
    as_choice(like, "like", table.index)
    if name in table.index:
        raise ValueError(THERE.format(found=name))
    more = pd.concat([table, table.loc[[like]].rename({like: name})])
    before, after = score_options(table, weights, scales), score_options(more, weights, scales)
    return pd.DataFrame({"without": before.scores, "with": after.scores}).reindex(more.index)


def weight_sweep(
    values: pd.DataFrame, weights: Any, scales: Any = "share", *, criterion: str, steps: int = 51
) -> pd.DataFrame:
    """Return each option's score (columns) over the weight of one criterion, 0 to 1 (index).

    The other criteria keep their proportions and share what is left.

    Examples
    --------
    >>> firms = pd.DataFrame({"cases": [1, 9, 1], "team": [9, 1, 1], "growth": [8, 9, 1]}, index=list("ABC"))
    >>> weight_sweep(firms, [1, 1, 1], criterion="team", steps=3).idxmax(axis=1).to_dict()
    {0.0: 'B', 0.5: 'A', 1.0: 'A'}
    """
    table = _numbers(values)
    as_choice(criterion, "criterion", table.columns)
    count = as_number(steps, "steps", least=2, most=1_001, whole=True)
    share = _weights(weights, list(table.columns))
    others = share.drop(criterion)
    others = others / others.sum() if others.sum() else others + 1 / max(len(others), 1)
    # A score is linear in the weight, so its two ends tell all.
    scaled = score_options(table, share, scales).table
    alone = scaled[criterion].to_numpy()
    without = (scaled[others.index] @ others).to_numpy() if len(others) else alone
    weight = np.linspace(0, 1, count)[:, None]
    scores = without * (1 - weight) + alone * weight
    return pd.DataFrame(scores, pd.Index(weight[:, 0].round(6), name="weight"), table.index)


def _numbers(values: Any) -> pd.DataFrame:
    if not isinstance(values, pd.DataFrame):
        raise ValueError(NOT_A_TABLE.format(found=type(values).__name__))
    if len(values) < 2 or not values.shape[1]:
        raise ValueError(FEW.format(rows=len(values), columns=values.shape[1]))
    as_labels(values.index, "values.index", unique=True)
    as_labels(values.columns, "values.columns", unique=True)
    made = {}
    for criterion in values.columns:
        try:
            made[criterion] = as_numbers(values[criterion], str(criterion))
        except ValueError as error:
            raise ValueError(BAD_COLUMN.format(criterion=criterion, problem=error)) from error
    return pd.DataFrame(made, index=values.index)


def _weights(weights: Any, criteria: list) -> pd.Series:
    named = weights.to_dict() if isinstance(weights, pd.Series) else weights
    if isinstance(named, Mapping):
        if set(named) != set(criteria):
            raise ValueError(NO_WEIGHT.format(found=list(named), criteria=criteria))
        named = [named[criterion] for criterion in criteria]
    numbers = as_numbers(named, "weights", least=0, length=len(criteria))
    if not numbers.sum():
        raise ValueError(NO_SUM)
    return pd.Series(numbers / numbers.sum(), index=criteria)


def _scales(scales: Any, criteria: list) -> dict[Any, Any]:
    if isinstance(scales, Mapping):
        if set(scales) != set(criteria):
            raise ValueError(NO_SCALE.format(found=list(scales), criteria=criteria))
        return {criterion: scales[criterion] for criterion in criteria}
    return dict.fromkeys(criteria, scales)


def _scaled(values: pd.Series, scale: Any, criterion: Any) -> pd.Series:
    if isinstance(scale, str) and scale == "share":
        if values.min() < 0 or not values.sum():
            raise ValueError(NOT_SHARES.format(criterion=criterion, low=values.min()))
        return values / values.sum()
    if isinstance(scale, str) and scale == "range":
        if values.max() == values.min():
            raise ValueError(ALL_EQUAL.format(criterion=criterion, found=values.iloc[0]))
        return (values - values.min()) / (values.max() - values.min())
    if isinstance(scale, str | bytes | Mapping) or len(as_list(scale, f"scales[{criterion!r}]")) != 2:
        raise ValueError(NOT_A_SCALE.format(criterion=criterion, found=scale))
    worst, best = as_numbers(scale, f"scales[{criterion!r}]")
    if worst == best:
        raise ValueError(SAME_ENDS.format(criterion=criterion, found=worst))
    return (values - worst) / (best - worst)
