"""Project renewals under a contract: survivors from payments of dues, and the shifted beta geometric."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_labels, as_number, as_numbers, is_single
from opslab.ground.days import MOST_MONTHS, as_date, as_day, day_number, month_number, month_start
from opslab.ground.engine import DAY, counts_itself, settled
from opslab.ground.frames import in_words, kinds_of, native, one_row, read_table, small_table
from opslab.retention.event_log import BEFORE_LOG
from opslab.retention.inputs import whole_numbers

# Words
RISING = "survivors rise from {before:g} to {after:g} at place {place}; give how many are left each time"
TOO_FEW = "survivors has {found} values; two parameters need at least 3 (the start and two renewals)"
NOBODY_LEFT = "survivors stay at {start:g}: nobody left, so no churn can be estimated"
NO_START = "survivors starts at 0; the first value is the number (or 100 per cent) that started"
NOT_A_MONTH = "month_days is {found!r}; expected whole days such as 30, or None for calendar months"
NOBODY_WATCHED = (
    "nobody can be watched for {months} renewals: the first member paid on {first:%Y-%m-%d} and the log ends "
    "on {last:%Y-%m-%d}; choose fewer months"
)
NO_PRODUCT = "orders has no rows with {column} = {value!r}; it has {values}"

MONTH = "_month"  # name of a column
MONTH_DAYS = 30  # Lantern's billing month
MEAN_MONTH = 365.25 / 12  # days


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """Survival of contracts whose holders differ: shifted beta geometric (Fader and Hardie 2007).

    Each holder has an own chance to leave at each renewal, which never changes; over all holders it follows
    a beta distribution. Retention rises with age because those likely to leave do so first, not because
    anyone changes.

    Attributes
    ----------
    alpha, beta
        Parameters of the beta distribution, above 0. Its mean alpha / (alpha + beta) is the first period's
        churn.
    loglik
        Log-likelihood in the unit of the survivors given to `fit_sbg` (NaN if the model was not fitted).

    Examples
    --------
    >>> round(float(ShiftedBetaGeometric(alpha=0.7, beta=1.2).survival(1)), 3)      # after one renewal
    0.632
    """

    alpha: float
    beta: float
    loglik: float = math.nan

    def __post_init__(self) -> None:
        """Refuse parameters that are not above 0."""
        for name in ("alpha", "beta"):
            as_number(getattr(self, name), name, least=POSITIVE)

    def survival(self, t: Any) -> Any:
        """Return the share (of 1) still there after `t` renewals, one whole number or several; 1 at t = 0.

        Examples
        --------
        >>> ShiftedBetaGeometric(alpha=0.7, beta=1.2).survival([0, 1, 2]).round(3).tolist()
        [1.0, 0.632, 0.479]
        """
        from scipy.special import betaln

        times = whole_numbers(t, "t", 0)
        return _like(t, np.exp(betaln(self.alpha, self.beta + times) - betaln(self.alpha, self.beta)))

    def retention(self, t: Any) -> Any:
        """Return the share of those there after renewal t - 1 who make renewal `t` (1, 2, ...).

        Examples
        --------
        >>> ShiftedBetaGeometric(alpha=0.7, beta=1.2).retention([1, 2]).round(3).tolist()      # it rises
        [0.632, 0.759]
        """
        return _like(t, self._rates(whole_numbers(t, "t", 1)))

    def derl(self, renewals: Any, discount: float) -> Any:
        """Return discounted expected residual lifetime, in periods, of one about to decide on a renewal.

        The expected number of renewals to come of someone who has made `renewals` so far (0, 1, ...), the
        next one counted in full and each later one discounted by 1 / (1 + `discount`) a period more; times
        the net cash of a renewal it is residual value. Infinite at discount 0 if alpha is at most 1. Fader
        and Hardie (2010).

        Examples
        --------
        >>> model = ShiftedBetaGeometric(alpha=0.7, beta=1.2)
        >>> [round(float(model.derl(made, discount=0.1)), 1) for made in (0, 5)]      # who stayed will stay
        [3.0, 6.3]
        """
        rate = as_number(discount, "discount", least=0)
        made = whole_numbers(renewals, "renewals", 0).astype(float)
        if 1 + rate == 1:  # 0, or so near that a float knows no difference
            left = (self.beta + made) / (self.alpha - 1) if self.alpha > 1 else np.full(made.shape, math.inf)
            return _like(renewals, left)
        series = _hypergeometric(self.beta + made + 1, self.alpha + self.beta + made + 1, 1 / (1 + rate))
        return _like(renewals, self._rates(made + 1) * series)

    def _rates(self, t: np.ndarray) -> np.ndarray:
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)


def fit_sbg(survivors: Any) -> ShiftedBetaGeometric:
    """Fit a shifted beta geometric by maximum likelihood (Fader and Hardie 2007, appendix B).

    Parameters
    ----------
    survivors
        How many (or per cent, or shares) are still there at the start and after 1, 2, ... renewals; all
        from one cohort, at least three values, none above the one before. Estimates do not depend on the
        unit; `loglik` does.

    Notes
    -----
    Estimates lie at an end of the search in two corners. Where churn does not fall with age the data know no
    difference between holders: alpha + beta then grows to e^10 (about 22,000), and survival is that of one
    constant churn. Where whoever leaves does so at the first renewal, holders differ as much as they can,
    some leaving at once and the others never: alpha + beta then falls to e^-10 (about 0.00005), and survival
    stays where the first renewal left it. At either end the two parameters say no more than that.

    Examples
    --------
    >>> fitted = fit_sbg([1_000, 869, 743, 653, 593, 551, 517, 491])      # Fader and Hardie's "high end"
    >>> round(fitted.alpha, 3), round(fitted.beta, 3)
    (0.668, 3.806)
    """
    left = as_numbers(survivors, "survivors", least=0)
    _require_survivors(left)
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    scale = left[0]
    before, after = left[:-1] / scale, left[1:] / scale
    lost, age = before - after, np.arange(len(after))

    # Renewal rates (beta + age) / (alpha + beta + age) turn the likelihood into one binomial for each age.
    # Searched over the log-odds of the mean and log(alpha + beta): near constant churn is a straight ridge.
    def parameters(at: np.ndarray) -> tuple[float, float, float]:
        mean, total = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
        return mean * total, (1 - mean) * total, mean

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta, mean = parameters(at)
        stay, everyone = beta + age, alpha + beta + age
        value = lost.sum() * np.log(alpha) + after @ np.log(stay) - before @ np.log(everyone)
        pull = (before / everyone).sum()
        by_alpha, by_beta = lost.sum() / alpha - pull, (after / stay).sum() - pull
        slope = [(by_alpha - by_beta) * alpha * (1 - mean), by_alpha * alpha + by_beta * beta]
        return -value, -np.array(slope)

    tight = {"ftol": 1e-15, "gtol": 1e-10}
    with threadpool_limits(1):  # two parameters: on a busy machine threads wait for each other
        best = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-10, 10)] * 2, options=tight)
    alpha, beta, _ = parameters(best.x)
    return ShiftedBetaGeometric(float(alpha), float(beta), float(-best.fun * scale))


def renewal_survivors(
    orders: Any,
    months: int = 12,
    *,
    value: str = "dues",
    column: str = "product",
    month_days: float | None = MONTH_DAYS,
    user: str = "user_id",
    when: str = "date",
    until: Any = None,
) -> pd.Series:
    """Count members by renewals made, from payments of dues: a table of survivors for `fit_sbg`.

    Only members whose first payment lies so early that all `months` renewals would be in the log count, so
    each one can be watched to the end. A member with a gap is counted as there until the last payment.

    Parameters
    ----------
    orders
        One row for each payment; those with `value` in `column` are dues.
    months
        Renewals to follow (whole, 1 or more); the first payment is renewal 0.
    month_days
        Whole days from one payment to the next (30 at Lantern). None (or a mean such as 30.44) counts
        calendar months: due is the same day of a later month, or that month's last. A payment belongs to
        the renewal whose due day is nearest.
    until
        Last day of the log; by default the last day in orders.

    Returns
    -------
    Series
        Index `renewals` 0 to `months`; values members still paying.

    Examples
    --------
    >>> import pandas as pd
    >>> dates = pd.to_datetime(["2024-01-01", "2024-01-31", "2024-01-01", "2024-06-01"])
    >>> orders = pd.DataFrame({"user_id": [1, 1, 2, 3], "date": dates, "product": "dues"})
    >>> renewal_survivors(orders, months=2).to_list()
    [2, 1, 0]
    """
    months = as_number(months, "months", least=1, most=MOST_MONTHS, whole=True)
    due = _due_days(month_days)
    if counts_itself(orders):
        return _survivors(
            _made_in_engine(orders, months, value, column, month_days, user, when, until), months
        )
    bought = read_table(orders, kinds_of(key=[user, column], date=[when]), what="orders")
    dues = bought[bought[column].astype(object).isin(as_labels([value], "value"))]
    if dues.empty:
        raise _no_product(column, value, bought[column].unique())
    end = bought[when].max() if until is None else as_day(until, "until")
    if (dues[when] > end).all():
        raise ValueError(BEFORE_LOG.format(name="until", found=as_date(end), first=as_date(dues[when].min())))
    paid = dues[dues[when] <= end].groupby(user)[when].agg(["min", "max"])
    watched = paid[due(paid["min"].to_numpy(), months) <= end]
    if watched.empty:
        raise _nobody(months, paid["min"].min(), end)
    first, last = watched.to_numpy().T
    # The renewal whose due day is the nearest to the last payment; a lapse is longer than half a month.
    wait = np.stack([np.abs(due(first, made) - last) for made in range(months + 2)])
    return _survivors(np.bincount(np.minimum(wait.argmin(axis=0), months)), months)


@in_words()
def _made_in_engine(
    orders: Any,
    months: int,
    value: str,
    column: str,
    month_days: float | None,
    user: str,
    when: str,
    until: Any,
) -> np.ndarray:
    """Return how many members made 0, 1, ... renewals: one row for each leaves the engine."""
    as_labels([value], "value")
    bought = native(orders, kinds_of(key=[user, column], date=[when]), what="orders")
    bought = bought.lazy().select(user, column, day_number(when).alias(DAY), month_number(when).alias(MONTH))
    day = nw.col(DAY)
    dues = bought.filter(nw.col(column) == value)
    ends = one_row(dues.select(low=day.min(), rows=nw.len()))
    if not ends["rows"]:
        raise _no_product(column, value, small_table(bought.select(column).unique())[column])
    end = int(one_row(bought.select(high=day.max()))["high"]) if until is None else as_day(until, "until")
    if ends["low"] > end:
        raise ValueError(BEFORE_LOG.format(name="until", found=as_date(end), first=as_date(ends["low"])))
    month = nw.col(MONTH)
    spans = {"first": day.min(), "last": day.max(), "first_month": month.min(), "last_month": month.max()}
    paid = settled(dues.filter(day <= end).group_by(user).agg(**spans))
    due, made = _renewals_of(month_days, months)
    watched = paid.filter(due <= end).select(made=made.cast(nw.Int32))
    counts = small_table(watched.group_by("made").agg(members=nw.len())).astype(np.int64)
    if counts.empty:
        raise _nobody(months, ends["low"], end)
    return np.bincount(np.minimum(counts["made"], months), counts["members"]).astype(np.int64)


def _renewals_of(month_days: float | None, months: int) -> tuple[nw.Expr, nw.Expr]:
    """Return the day of the last renewal asked for, and the renewals made, from first and last payments."""
    first, last = nw.col("first"), nw.col("last")
    length = _whole_days(month_days)
    if length is not None:
        return first + months * length, -((length - 2 * (last - first)) / (2 * length)).floor()
    start, stop = nw.col("first_month"), nw.col("last_month")
    since = first - month_start(start)

    def due(month: nw.Expr) -> nw.Expr:
        return nw.min_horizontal(month_start(month) + since, month_start(month + 1) - 1)

    # The last payment belongs to its own month's due day, or to a neighbour's if that is nearer.
    later = [(2 * last > due(stop + k - 1) + due(stop + k)).cast(nw.Int32) for k in (0, 1)]
    return due(start + months), stop - start - 1 + later[0] + later[1]


def _survivors(made: np.ndarray, months: int) -> pd.Series:
    """Return how many are left after each renewal; `made` counts those who made 0, 1, ... of them."""
    left = np.pad(made, (0, months + 1 - len(made)))[::-1].cumsum()[::-1]
    return pd.Series(left, index=pd.RangeIndex(months + 1, name="renewals"), name="members")


def _no_product(column: str, value: str, known: Any) -> ValueError:
    return ValueError(
        NO_PRODUCT.format(column=column, value=value, values=", ".join(map(repr, sorted(known))))
    )


def _nobody(months: int, first: int, end: int) -> ValueError:
    return ValueError(NOBODY_WATCHED.format(months=months, first=as_date(first), last=as_date(end)))


def _due_days(month_days: float | None) -> Callable[[np.ndarray, int], np.ndarray]:
    """Return the function from the day of the first payment and a renewal to the day on which it is due."""
    length = _whole_days(month_days)
    return _same_day_later if length is None else lambda first, made: first + made * length


def _whole_days(month_days: float | None) -> int | None:
    """Return the days from one payment to the next; None for calendar months."""
    length = MEAN_MONTH if month_days is None else as_number(month_days, "month_days", least=1, most=366)
    if length % 1 == 0:
        return int(length)
    if not 30 < length < 31:
        raise ValueError(NOT_A_MONTH.format(found=month_days))
    return None


def _same_day_later(first: np.ndarray, months: int) -> np.ndarray:
    """Return the same day of the month so many months later; the month's last day where it is shorter."""
    month = first.astype("datetime64[D]").astype("datetime64[M]")
    day_of_month = first - month.astype("datetime64[D]").astype(np.int64)
    later = (month + np.timedelta64(count, "M") for count in (months, months + 1))
    start, stop = (day.astype("datetime64[D]").astype(np.int64) for day in later)
    return np.minimum(start + day_of_month, stop - 1)


def _hypergeometric(b: np.ndarray, c: np.ndarray, z: float) -> np.ndarray:
    """Return Gauss's 2F1(1, b; c; z), 0 < z < 1, by his continued fraction (scipy's is NaN for large b)."""
    terms = min(20 / math.sqrt(1 - z) + 20, 200_000)  # enough for 12 digits at discounts from 1e-8 up
    value = np.ones(np.shape(b))
    for term in range(int(terms), 0, -1):
        k = term // 2
        if term % 2:
            step = (b + k) * (c - 1 + k) / ((c + 2 * k - 1) * (c + 2 * k))
        else:
            step = k * (c - b + k - 1) / ((c + 2 * k - 2) * (c + 2 * k - 1))
        value = 1 - step * z / value
    return 1 / value


def _require_survivors(left: np.ndarray) -> None:
    if len(left) < 3:
        raise ValueError(TOO_FEW.format(found=len(left)))
    if left[0] == 0:
        raise ValueError(NO_START)
    rises = np.flatnonzero(np.diff(left) > 0)
    if len(rises):
        place = int(rises[0]) + 1
        raise ValueError(RISING.format(before=left[place - 1], after=left[place], place=place))
    if left[-1] == left[0]:
        raise ValueError(NOBODY_LEFT.format(start=left[0]))


def _like(given: Any, values: np.ndarray) -> Any:
    return float(values) if is_single(given) else values
