"""Divide a budget so that the next yuan brings the same everywhere."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from opslab.acquisition.response_curves import STEP, Response, Saturation, slope
from opslab.ground.arguments import (
    LARGEST,
    POSITIVE,
    as_choice,
    as_labels,
    as_number,
    as_numbers,
    require_result,
)
from opslab.ground.estimates import Z95

# Words
EMPTY, OF_TYPE = "empty", "a {type}"
NO_RESPONSES = "responses is {found}; expected a dictionary of channel to response, or a list of responses"
NOT_A_RESPONSE = "the response of {channel!r} is a {found}; expected a function such as fit_saturation gives"
NOT_A_CURVE = (
    "the response of {channel!r} is a {found}; expected a Saturation such as fit_saturation gives: only a "
    "fitted curve knows its error"
)
NOT_A_RESULT = "the response of {channel!r} gives {found!r} at spend {spend:g}; expected a number"
RISING_RETURNS = (
    "the response of {channel!r} brings more for the next yuan at spend {later:g} than at {earlier:g}; equal "
    "marginal cost is best only where returns fall, so give a response that bends down and has no steps"
)
FALLING = (
    "the response of {channel!r} falls from {before:g} at spend {earlier:g} to {after:g} at {later:g}; "
    "more money must not bring less, so cap this channel there or mend the response"
)
NOT_LIMITS = "{name} is a {found}; expected one number, or a dictionary of channel to number"
NO_WORTH = "worth has no value for {channel!r}; give one for each channel"
FLOORS_ABOVE = "floors add up to {floors:,.0f} yuan, above the budget of {budget:,.0f}; lower them"
CAPS_BELOW = "caps add up to {caps:,.0f} yuan, below the budget of {budget:,.0f}; spend less or raise them"
CROSSED = "the floor of {channel!r} ({floor:,.0f}) lies above its cap ({cap:,.0f})"
NO_SPEND = "spend has no value for {channel!r}; give one for each channel, 0 if nothing is spent"

# Parts of the range at which returns are compared: close together near its start, where curves bend most.
PROBES = np.unique(np.concatenate([[0], np.geomspace(1e-9, 1, 64), np.linspace(0, 1, 257)]))
NEAR = 1e-7  # in the logarithm of a return: both sides of the one that spends the budget
LOWEST, HIGHEST = math.log(POSITIVE), math.log(LARGEST)  # of returns
TIGHT = 1e-12  # share of the budget that floors and caps may miss it by: a third, thrice, is not always 1
SLACK = 1e-4  # by which slopes found from differences may err


def allocate_budget(
    responses: Mapping[str, Response] | Sequence[Response],
    budget: float,
    *,
    worth: Mapping[str, float] | float | None = None,
    floors: Mapping[str, float] | float = 0,
    caps: Mapping[str, float] | float | None = None,
) -> pd.DataFrame:
    """Divide the whole `budget` so that no yuan would bring more elsewhere.

    At the best division the next yuan brings the same in every channel, save in those that stand at their
    floor (there it would bring less) or at their cap (more): the Karush-Kuhn-Tucker conditions. Returns must
    fall with spend in each channel; then no other division brings more. Where all channels are full, what
    is left of the budget is shared out in proportion to the room below their caps.

    Parameters
    ----------
    responses
        Channel to response: `Saturation`, or any function from yuan to result that rises and bends down.
    budget
        Yuan, above 0; all of it is spent.
    worth
        What one result is worth (yuan), one number or one for each channel; without it results count alike.
    floors, caps
        Least and most yuan for a channel: one number for all, or a dictionary (others: 0 and the budget).

    Returns
    -------
    DataFrame
        Index channel; the columns of `evaluate_budget`.

    Examples
    --------
    >>> from math import sqrt
    >>> plan = allocate_budget({"ads": lambda yuan: sqrt(yuan), "search": lambda yuan: 2 * sqrt(yuan)}, 1_000)
    >>> plan.spend.round().to_dict()
    {'ads': 200.0, 'search': 800.0}
    """
    named = _named(responses)
    total = as_number(budget, "budget", least=POSITIVE)
    values = _worths(1 if worth is None else worth, named)
    low = _limits(floors, "floors", named, 0.0)
    high = np.minimum(_limits(caps, "caps", named, total), total)
    _require_room(low, high, total, list(named))
    for full in (low, high):
        if abs(full.sum() - total) <= TIGHT * total:
            return evaluate_budget(named, full * (total / full.sum()), worth=worth)
    parts = list(zip(named.values(), values, low, high, strict=True))
    from scipy.optimize import brentq

    for channel, (response, _, a, b) in zip(named, parts, strict=True):
        _require_falling(channel, response, a, b)

    def spend(log_return: float) -> np.ndarray:
        target = math.exp(log_return)
        return np.array(
            [
                _spend_at(response, np.clip(target / value, POSITIVE, LARGEST), a, b)
                for response, value, a, b in parts
            ]
        )

    less, more = spend(LOWEST), high  # all that still brings anything, and the caps
    if less.sum() > total:
        steepest = max(value * slope(response, a + TIGHT * total) for response, value, a, _ in parts)
        dear = math.log(max(steepest, POSITIVE)) + 1
        dear = dear if spend(dear).sum() < total else HIGHEST
        root = brentq(lambda at: spend(at).sum() - total, LOWEST, dear, xtol=1e-13, rtol=1e-13)
        # Straight pieces jump from floor to cap at one return: what lies between is shared out in proportion.
        less, more = spend(root + NEAR), spend(root - NEAR)
    gap = (more - less).sum()
    best = less + (more - less) * ((total - less.sum()) / gap if gap > 0 else 0.0)
    return evaluate_budget(named, dict(zip(named, best, strict=True)), worth=worth)


def equal_split(
    channels: Sequence[Any], budget: float, *, caps: Mapping[Any, float] | float | None = None
) -> pd.Series:
    """Return the same spend for each channel; what a cap turns away goes in equal parts to the others.

    Examples
    --------
    >>> equal_split(["ads", "search", "seo"], 900, caps={"seo": 100}).round().to_dict()
    {'ads': 400.0, 'search': 400.0, 'seo': 100.0}
    """
    named = dict.fromkeys(as_labels(channels, "channels", unique=True))
    total = as_number(budget, "budget", least=POSITIVE)
    high = np.minimum(_limits(caps, "caps", named, total), total)
    _require_room(np.zeros(len(named)), high, total, list(named))
    if high.sum() <= total * (1 + TIGHT):
        return pd.Series(high, index=pd.Index(named, name="channel"), name="spend")
    from scipy.optimize import brentq

    level = brentq(lambda at: np.minimum(at, high).sum() - total, 0, total, xtol=1e-9)
    return pd.Series(np.minimum(level, high), index=pd.Index(named, name="channel"), name="spend")


def evaluate_budget(
    responses: Mapping[str, Response] | Sequence[Response],
    spend: Mapping[str, float] | Sequence[float],
    *,
    worth: Mapping[str, float] | float | None = None,
) -> pd.DataFrame:
    """Return what a division of money brings, channel by channel.

    Returns
    -------
    DataFrame
        Index channel; columns spend (yuan), result, average_cost and marginal_cost (yuan for one result; NaN
        where nothing is won) and, with `worth`, value and profit (yuan).

    Examples
    --------
    >>> table = evaluate_budget({"ads": lambda yuan: yuan**0.5}, {"ads": 400}, worth=50)
    >>> table.loc["ads", ["result", "average_cost", "marginal_cost", "profit"]].round().to_list()
    [20.0, 20.0, 40.0, 600.0]
    """
    named = _named(responses)
    values = _worths(1 if worth is None else worth, named)
    if not isinstance(spend, Mapping | pd.Series):
        spend = dict(zip(named, as_numbers(spend, "spend", least=0, length=len(named)), strict=True))
    for channel in named:
        if channel not in spend:
            raise ValueError(NO_SPEND.format(channel=channel))
    yuan = np.array([as_number(spend[channel], f"spend[{channel!r}]", least=0) for channel in named])
    result = np.array([_result(*one, x) for one, x in zip(named.items(), yuan, strict=True)])
    steep = np.array([slope(response, x) for response, x in zip(named.values(), yuan, strict=True)])
    table = pd.DataFrame({"spend": yuan, "result": result}, index=pd.Index(named, name="channel"))
    table["average_cost"] = np.divide(yuan, result, out=np.full(len(yuan), np.nan), where=result > 0)
    table["marginal_cost"] = np.divide(1, steep, out=np.full(len(yuan), np.nan), where=steep > 0)
    if worth is not None:
        table["value"] = values * result
        table["profit"] = table["value"] - yuan
    return table


def profit_interval(
    responses: Mapping[str, Saturation], spend: Mapping[str, float], worth: pd.DataFrame
) -> pd.Series:
    """Return what a division earns, worth less spend, with its 95 % interval (yuan a week).

    Two errors reach it: that of each channel's worth, and that of each fitted curve. They are taken as
    independent of each other and between channels, so that they partly cancel; what both leave out (spend
    that follows demand, a worth that falls with spend) is in neither.

    Parameters
    ----------
    responses
        Channel to `Saturation`, as `fit_saturation` gives; spends within what was seen.
    spend
        Yuan a week for each channel.
    worth
        Table of `worth_by`: columns worth, low and high, the last two at the level of 95 %.

    Returns
    -------
    Series
        profit, low, high.

    Examples
    --------
    >>> from opslab.acquisition import fit_saturation
    >>> weeks = [100, 200, 400, 800, 1_600, 200, 800, 100, 400, 1_600]
    >>> ads = fit_saturation(weeks, [round(100 * yuan / (yuan + 500)) for yuan in weeks], carry_over=0)
    >>> worth = pd.DataFrame({"worth": [40], "low": [36], "high": [44]}, index=["ads"])
    >>> profit_interval({"ads": ads}, {"ads": 500}, worth).round(-1).to_dict()
    {'profit': 1510.0, 'low': 1310.0, 'high': 1710.0}
    """
    require_result(worth, "worth", ["worth", "low", "high"], "worth_by")
    plan = evaluate_budget(responses, spend, worth=worth["worth"])
    for channel, response in responses.items():
        if not isinstance(response, Saturation):
            raise ValueError(NOT_A_CURVE.format(channel=channel, found=type(response).__name__))
    of_curves = np.array([responses[channel].result_error(plan.spend[channel]) for channel in plan.index])
    of_worth = (worth["high"] - worth["low"]).reindex(plan.index) / (2 * Z95)
    error = Z95 * np.hypot(plan.value * of_curves, plan.result * of_worth)
    reach, profit = float(np.hypot.reduce(error)), float(plan.profit.sum())
    return pd.Series({"profit": profit, "low": profit - reach, "high": profit + reach})


def tipping_budget(
    responses: Mapping[str, Response] | Sequence[Response],
    worth: Mapping[str, float] | float,
    *,
    most: float = 1e6,
) -> pd.DataFrame:
    """Return for each channel the spend at which the next result costs what it is worth.

    Below it another yuan brings more than a yuan; above it, less, however good the average looks. 0 where
    already the first result costs more; at most `most` yuan. Columns as in `evaluate_budget`.

    Examples
    --------
    >>> tipping_budget({"ads": lambda yuan: yuan**0.5}, worth=50).spend.round().to_dict()
    {'ads': 625.0}
    """
    named = _named(responses)
    limit = as_number(most, "most", least=POSITIVE)
    values = _worths(worth, named)
    for channel, response in named.items():
        _require_falling(channel, response, 0.0, limit)
    spend = [_spend_at(r, 1 / value, 0.0, limit) for r, value in zip(named.values(), values, strict=True)]
    return evaluate_budget(named, dict(zip(named, spend, strict=True)), worth=worth)


def _spend_at(response: Response, target: float, low: float, high: float) -> float:
    """Return the spend between two limits at which the next yuan brings `target`."""
    own = getattr(response, "spend_at", None)
    if own is not None:
        return min(max(own(target), low), high)
    from scipy.optimize import brentq

    # A slope looks to both sides: at the very end it would see what lies beyond.
    bottom, top = max(low, 1e-12 * high), max(low, high * (1 - 2 * STEP))
    if slope(response, top) >= target:
        return high
    if slope(response, bottom) <= target:
        # The very first yuan may bring much at once, such as a subsidy for whoever takes part.
        jumps = bottom > low and response(bottom) - response(low) > target * (bottom - low)
        return bottom if jumps else low
    return float(brentq(lambda at: slope(response, at) - target, bottom, top, xtol=1e-9, rtol=1e-10))


def _named(responses: Any) -> dict[Any, Response]:
    if isinstance(responses, pd.Series):
        responses = responses.to_dict()
    if isinstance(responses, Sequence) and not isinstance(responses, str):
        responses = dict(enumerate(responses))
    if not isinstance(responses, Mapping) or not responses:
        found = EMPTY if isinstance(responses, Mapping) else OF_TYPE.format(type=type(responses).__name__)
        raise ValueError(NO_RESPONSES.format(found=found))
    for channel, response in responses.items():
        if not callable(response):
            raise ValueError(NOT_A_RESPONSE.format(channel=channel, found=type(response).__name__))
    return dict(responses)


def _worths(worth: Any, named: Mapping[Any, Response]) -> np.ndarray:
    if not isinstance(worth, Mapping | pd.Series):
        return np.full(len(named), as_number(worth, "worth", least=POSITIVE))
    for channel in named:
        if channel not in worth:
            raise ValueError(NO_WORTH.format(channel=channel))
    return np.array([as_number(worth[channel], f"worth[{channel!r}]", least=POSITIVE) for channel in named])


def _limits(given: Any, name: str, named: Collection[Any], otherwise: float) -> np.ndarray:
    if given is None:
        return np.full(len(named), otherwise)
    if isinstance(given, Mapping | pd.Series):
        for channel in list(given.keys()):
            as_choice(channel, name, named)
        return np.array(
            [as_number(given.get(c, otherwise), f"{name}[{c!r}]", least=0) for c in named], dtype=float
        )
    if isinstance(given, Sequence | np.ndarray):
        raise ValueError(NOT_LIMITS.format(name=name, found=type(given).__name__))
    return np.full(len(named), as_number(given, name, least=0))


def _require_room(low: np.ndarray, high: np.ndarray, budget: float, channels: list[Any]) -> None:
    if low.sum() > budget * (1 + TIGHT):
        raise ValueError(FLOORS_ABOVE.format(floors=low.sum(), budget=budget))
    for channel, floor, cap in zip(channels, low, high, strict=True):
        if floor > cap:
            raise ValueError(CROSSED.format(channel=channel, floor=floor, cap=cap))
    if high.sum() < budget * (1 - TIGHT):
        raise ValueError(CAPS_BELOW.format(caps=high.sum(), budget=budget))


def _result(channel: Any, response: Response, spend: float) -> float:
    found = response(spend)
    try:
        return float(as_number(np.asarray(found).item(), "result"))
    except ValueError as error:
        raise ValueError(NOT_A_RESULT.format(channel=channel, found=found, spend=spend)) from error


def _require_falling(channel: Any, response: Response, low: float, high: float) -> None:
    """Refuse a response that falls between two spends, or whose returns rise there."""
    if isinstance(response, Saturation) or low == high:
        return
    at = low + (high - low) * PROBES
    result = np.array([_result(channel, response, x) for x in at])
    steps, rounding = np.diff(at), 1e-15 * np.abs(result).max()
    falls = np.diff(result) < -4 * rounding
    if falls.any():
        place = int(falls.argmax())
        before, after = result[place : place + 2]
        words = {"earlier": at[place], "later": at[place + 1], "before": before, "after": after}
        raise ValueError(FALLING.format(channel=channel, **words))
    slopes, noise = np.diff(result) / steps, 4 * rounding / steps
    rises = slopes[1:] > slopes[:-1] * (1 + SLACK) + noise[1:] + noise[:-1]
    if rises.any():
        place = int(rises.argmax())
        raise ValueError(RISING_RETURNS.format(channel=channel, earlier=at[place], later=at[place + 1]))
