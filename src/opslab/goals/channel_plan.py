"""The resource table against the goal: what the channels bring together, and with which chance."""

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.goals.intervals import UPSIDE_DOWN, quantile
from opslab.ground.arguments import BELOW_ONE, POSITIVE, as_list, as_number, as_numbers
from opslab.ground.frames import ColumnKind, native, read_table, require_columns

# Words
NEEDS = (
    "table has neither the columns {low!r} and {high!r} (users that a channel brings, an interval) nor "
    "{factors} (what they are multiplied from); its columns are {columns}"
)
NO_TRAFFIC = (
    "row {row} of table has a {column} of {found:g}; a channel without it brings nobody: leave it out of "
    "the plan, or give what you expect"
)
NO_GOAL = "this plan has no goal; give one to channel_plan, or ask .chance(goal)"
NOT_CONFIRMED = "column {column!r} of table holds {found!r}; expected yes or no, or True or False"
TOO_MANY_ROWS = "table has {found:,} rows; a plan is drawn for at most {most} channels, add small ones up"

DRAWS, MOST = 1 << 14, 60  # Sobol's points come in powers of 2


@dataclass(frozen=True, eq=False, kw_only=True)
class ChannelPlan:
    """Result of `channel_plan`.

    Attributes
    ----------
    total, confirmed
        Users by the middle numbers: of all channels, and of the confirmed ones. Where numbers are given as
        intervals, these are sums of medians.
    median, low, high, mean
        Of the users that all channels bring together.
    goal, probability
        The users wanted (None without a goal), and the share of draws that reach it; NaN without a goal.
    level, correlation
        As given.
    table
        One row for each channel: median, low, high, mean (users), confirmed (True or False).
    draws
        Users together in each of 16,384 draws, sorted.
    """

    total: float
    confirmed: float
    median: float
    low: float
    high: float
    mean: float
    goal: float | None
    probability: float
    level: float
    correlation: float
    table: pd.DataFrame = field(repr=False)
    draws: np.ndarray = field(repr=False)

    def chance(self, goal: float) -> float:
        """Return the share of draws in which the channels together bring at least `goal` users.

        Examples
        --------
        >>> plan = channel_plan([(1_000, 4_000), (500, 5_000), (2_000, 6_000)])
        >>> round(plan.chance(8_000), 2)
        0.41
        """
        wanted = as_number(goal, "goal", least=POSITIVE)
        return float(1 - np.searchsorted(self.draws, wanted) / len(self.draws))

    def narrowed(self, by: float = 2, goal: float | None = None) -> pd.DataFrame:
        """Return what the chance would be if one channel's interval were `by` times narrower (in ratios).

        The medians stay. Index: the channels; columns: probability, gain over this plan.

        Examples
        --------
        >>> plan = channel_plan([(1_000, 4_000), (500, 5_000), (2_000, 6_000)], goal=6_000)
        >>> plan.narrowed().gain.idxmax()
        2
        """
        factor = as_number(by, "by", least=1)
        wanted = self.goal if goal is None else as_number(goal, "goal", least=POSITIVE)
        if wanted is None:
            raise ValueError(NO_GOAL)
        middles, spreads = self._logs()
        now = self.chance(wanted)
        chances = []
        for place in range(len(spreads)):
            tried = spreads.copy()
            tried[place] /= factor
            drawn = _draw(middles, tried, self.correlation)
            chances.append(float(1 - np.searchsorted(drawn, wanted) / len(drawn)))
        return pd.DataFrame({"probability": chances, "gain": np.array(chances) - now}, index=self.table.index)

    def correlated(self, correlation: float) -> "ChannelPlan":
        """Return the same plan with another correlation of the channels' errors.

        Examples
        --------
        >>> plan = channel_plan([(1_000, 4_000), (500, 5_000), (2_000, 6_000)], goal=12_000)
        >>> plan.correlated(0.5).probability > plan.probability
        True
        """
        shared = _correlation(correlation)
        middles, spreads = self._logs()
        return _summed(replace(self, correlation=shared, draws=_draw(middles, spreads, shared)))

    def _logs(self) -> tuple[np.ndarray, np.ndarray]:
        z = quantile(self.level)
        median, high = (self.table[name].to_numpy(float) for name in ("median", "high"))
        return np.log(median), np.log(high / median) / z


def channel_plan(
    table: Any,
    goal: float | None = None,
    *,
    channel: str | None = None,
    low: str = "low",
    high: str = "high",
    traffic: str = "traffic",
    ctr: str = "ctr",
    conversion: str = "conversion",
    confirmed: str = "confirmed",
    level: float = 0.9,
    correlation: float = 0.0,
) -> ChannelPlan:
    """Hold a table of channels against a goal: what they bring together, and the chance to reach it.

    Each channel's users are lognormal. The channels' errors share one cause: the logarithms of any two have
    the given `correlation`, as when one rival, season or wrong idea moves all of them.

    Parameters
    ----------
    table
        One row for each channel, with the users it brings as an interval in the columns `low` and `high`, or
        with the factors `traffic` (people), `ctr` and `conversion` (shares of 1), which are multiplied. A
        factor may have an interval of its own, in columns of its name with _low and _high behind it. A list
        of (low, high) will do, too.
    goal
        Users wanted in all.
    channel
        Column with the channels' names; by default "channel" or "source" if there is one.
    confirmed
        Column that says yes or no (True or False), if there is one: has whoever runs the channel agreed?
    level
        Share of 1: how often an interval holds the truth.
    correlation
        0 (each channel errs by itself) to below 1.

    Raises
    ------
    ValueError
        A bad table; a channel without traffic; an interval upside down; a goal that is not above 0.

    Examples
    --------
    >>> plan = channel_plan([(1_000, 4_000), (500, 5_000), (2_000, 6_000)], goal=8_000)
    >>> round(plan.total), round(plan.probability, 2)      # the medians add up to less, and yet
    (7045, 0.41)
    """
    wanted = None if goal is None else as_number(goal, "goal", least=POSITIVE)
    z = quantile(as_number(level, "level", least=POSITIVE, most=BELOW_ONE))
    shared = _correlation(correlation)
    frame = _pairs_as_table(table, low, high) if isinstance(table, list | tuple) else table
    known = native(frame, []).collect_schema().names()
    if low in known or high in known:
        require_columns(nw.from_native(frame), [low, high], what="table")
        starts, ends = _interval(frame, low, high)
        middles, spreads = np.log(starts * ends) / 2, np.log(ends / starts) / (2 * z)
    else:
        middles, spreads = _product(frame, (traffic, ctr, conversion), known, z, (low, high))
    if len(middles) > MOST:
        raise ValueError(TOO_MANY_ROWS.format(found=len(middles), most=MOST))
    names = _names(frame, channel, known, len(middles))
    rows = pd.DataFrame(
        {
            "median": np.exp(middles),
            "low": np.exp(middles - z * spreads),
            "high": np.exp(middles + z * spreads),
            "mean": np.exp(middles + spreads**2 / 2),
            "confirmed": _confirmed(frame, confirmed, known, len(middles)),
        },
        index=names,
    )
    drawn = _draw(middles, spreads, shared)
    sums = dict.fromkeys(("total", "confirmed", "median", "low", "high", "mean", "probability"), math.nan)
    return _summed(ChannelPlan(**sums, goal=wanted, level=level, correlation=shared, table=rows, draws=drawn))


def _summed(plan: ChannelPlan) -> ChannelPlan:
    """Return a plan with its sums and its chance, from its table and its draws."""
    tail = (1 - plan.level) / 2
    low, median, high = np.quantile(plan.draws, [tail, 0.5, 1 - tail])
    rows = plan.table
    return replace(
        plan,
        total=_tidy(rows["median"].sum()),
        confirmed=_tidy(rows["median"][rows["confirmed"]].sum()),
        mean=float(rows["mean"].sum()),
        median=float(median),
        low=float(low),
        high=float(high),
        probability=math.nan if plan.goal is None else plan.chance(plan.goal),
    )


def _tidy(users: float) -> float:
    """Return a sum of exponentials of logarithms without the last digits, which are rounding."""
    return float(f"{users:.12g}")


def _correlation(value: Any) -> float:
    return as_number(value, "correlation", least=0, most=BELOW_ONE)


def _pairs_as_table(pairs: Any, low: str, high: str) -> pd.DataFrame:
    rows = [
        as_numbers(as_list(pair, f"table[{place}]"), f"table[{place}]", length=2)
        for place, pair in enumerate(pairs)
    ]
    return pd.DataFrame(rows, columns=[low, high])


def _interval(frame: Any, low: str, high: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of each row's interval, above 0 and the right way round."""
    rows = read_table(frame, {low: "amount", high: "amount"})
    starts, ends = rows[low].to_numpy(float), rows[high].to_numpy(float)
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start > end:
            raise ValueError(UPSIDE_DOWN.format(name=f"row {row} of table", low=start, high=end))
        if not start:
            raise ValueError(NO_TRAFFIC.format(row=row, column=low, found=start))
    return starts, ends


def _product(
    frame: Any, factors: tuple[str, ...], known: list[str], z: float, ends: tuple[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return medians and spreads of the logarithm of traffic x click-through x conversion."""
    given = [name for name in factors if name in known or f"{name}_low" in known]
    if len(given) < len(factors):
        words = {"factors": ", ".join(map(repr, factors)), "columns": ", ".join(map(str, known))}
        raise ValueError(NEEDS.format(low=ends[0], high=ends[1], **words))
    middles: Any = 0.0
    variances: Any = 0.0
    for place, name in enumerate(factors):
        if f"{name}_low" in known:
            start, end = _interval(frame, f"{name}_low", f"{name}_high")
            middles = middles + np.log(start * end) / 2
            variances = variances + (np.log(end / start) / (2 * z)) ** 2
            continue
        kind: ColumnKind = "share" if place else "amount"
        values = read_table(frame, {name: kind})[name].to_numpy(float)
        if not values.all():
            row = int((values == 0).argmax())
            raise ValueError(NO_TRAFFIC.format(row=row, column=name, found=0))
        middles = middles + np.log(values)
    return middles, np.sqrt(np.broadcast_to(variances, np.shape(middles)))


def _names(frame: Any, channel: str | None, known: list[str], rows: int) -> pd.Index:
    named = channel or next((name for name in ("channel", "source") if name in known), None)
    if named is not None:
        return pd.Index(read_table(frame, [named], unique=[named])[named], name=named)
    return frame.index if isinstance(frame, pd.DataFrame) else pd.RangeIndex(rows)


def _confirmed(frame: Any, column: str, known: list[str], rows: int) -> np.ndarray:
    if column not in known:
        return np.ones(rows, dtype=bool)
    values = read_table(frame, {column: "any"})[column]
    plain = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
    flags = [plain.get(str(value).strip().lower().removesuffix(".0")) for value in values]
    for value, flag in zip(values, flags, strict=True):
        if flag is None:
            raise ValueError(NOT_CONFIRMED.format(column=column, found=value))
    return np.array(flags, dtype=bool)


def _draw(middles: np.ndarray, spreads: np.ndarray, correlation: float) -> np.ndarray:
    """Return the sum of all channels in each draw, sorted; the same luck for every plan of that size."""
    luck = _luck(len(middles) + 1)
    own, common = luck[:, 1:], luck[:, :1]
    errors = math.sqrt(correlation) * common + math.sqrt(1 - correlation) * own
    with np.errstate(over="ignore"):
        return np.sort(np.exp(middles + spreads * errors).sum(axis=1))


@lru_cache(maxsize=8)
def _luck(columns: int) -> np.ndarray:
    """Return standard normal numbers that fill the space evenly (Sobol), the same each time."""
    from scipy.special import ndtri
    from scipy.stats.qmc import Sobol  # slow to import

    even = Sobol(columns, scramble=True, rng=7).random(DRAWS)
    return ndtri(np.clip(even, 1e-9, 1 - 1e-9))
