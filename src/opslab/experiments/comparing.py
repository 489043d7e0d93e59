"""What two arms differ by: shares, means, ratios, and means freed of what was known before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_list, as_number, as_numbers
from opslab.ground.engine import counts_itself
from opslab.ground.frames import Frame, in_words, kinds_of, native, read_table, small_table
from opslab.ground.ids import numbered

# Words
TWO_ARMS = "{name} has {found} arms; expected two: control first, then treatment"
NO_TRIALS = "trials[{place}] is {found:g}; expected at least one trial in each arm"
TOO_MANY = "successes[{place}] is {found:g}, of {trials:g} trials; expected no more successes than trials"
WHOLE = "{name}[{place}] is {found:g}; expected whole numbers"
NO_SPREAD = "{name} has no variance: all values are {found:g}; a test needs values that differ"
ALL_ALIKE = "the arms have {hits:g} successes in {trials:g} trials; a test needs some, and some failures"
FEW = "{name} has {found} values; expected at least {least}"
NO_DENOMINATOR = "arm {arm!r}: the column {name!r} adds up to 0; expected a denominator above 0"
NO_SUCH_ARM = "control is {found!r}; the arms are {arms}"


@dataclass(frozen=True, slots=True)
class TwoArms:
    """Two arms, control first, and their difference: treatment less control.

    Attributes
    ----------
    values
        The measure in each arm.
    difference, low, high
        Its difference and the ends of the interval (95 % if no other `level` was asked for).
    se
        Standard error of the difference.
    z, p
        Test statistic and two-sided p-value of "no difference".
    ses
        Standard error of each arm's value.
    sd
        Standard deviation for one user, both arms together: for `sample_size_means`.
    """

    values: tuple[float, float]
    difference: float
    low: float
    high: float
    se: float
    z: float
    p: float
    ses: tuple[float, float]
    sd: float


def compare_proportions(successes: Sequence[float], trials: Sequence[float], level: float = 0.95) -> TwoArms:
    """Return the difference of two shares, with interval and test.

    The test pools both arms ("nothing works" makes them one); the interval does not (Wald).

    Parameters
    ----------
    successes, trials
        Two counts each, control first.
    level
        Of the interval, a share of 1.

    Raises
    ------
    ValueError
        Not two arms, no trials, more successes than trials, nobody or everybody successful.

    Examples
    --------
    >>> found = compare_proportions([8502, 8279], [44700, 45489])   # Cookie Cats, day 7
    >>> round(found.difference, 4), round(found.z, 2), round(found.p, 4)
    (-0.0082, -3.16, 0.0016)
    """
    hits, n = counts(successes, trials)
    share, whole = hits / n, hits.sum() / n.sum()
    if whole in (0, 1):
        raise ValueError(ALL_ALIKE.format(hits=hits.sum(), trials=n.sum()))
    ses = np.sqrt(share * (1 - share) / n)
    null = np.sqrt(whole * (1 - whole) * (1 / n).sum())
    return _compared(share, ses, null, level, np.sqrt(whole * (1 - whole)))


def compare_means(control: Any, treatment: Any, level: float = 0.95) -> TwoArms:
    """Return the difference of two means with Welch's interval and test (`z` is his t).

    Parameters
    ----------
    control, treatment
        One value for each user.
    level
        Of the interval, a share of 1.

    Raises
    ------
    ValueError
        Fewer than two values in an arm, or values that do not differ.

    Examples
    --------
    >>> round(compare_means([1, 2, 3, 4], [2, 3, 4, 7]).difference, 2)
    1.5
    """
    arms = [as_numbers(values, name) for name, values in (("control", control), ("treatment", treatment))]
    for name, values in zip(("control", "treatment"), arms, strict=True):
        _require_several(values, name)
    _require_spread(np.concatenate([values - values.mean() for values in arms]), "control and treatment")
    squares = np.array([values.var(ddof=1) / len(values) for values in arms])
    freedom = squares.sum() ** 2 / sum(
        square**2 / (len(values) - 1) for square, values in zip(squares, arms, strict=True)
    )
    sizes = np.array([len(values) for values in arms])
    sd = np.sqrt((squares * sizes * (sizes - 1)).sum() / (sizes.sum() - 2))
    means = np.array([values.mean() for values in arms])
    return _compared(means, np.sqrt(squares), np.sqrt(squares.sum()), level, sd, freedom)


def compare_ratios(
    data: Any, numerator: str, denominator: str, arm: str, control: Any = None, level: float = 0.95
) -> TwoArms:
    """Return the difference of a ratio of sums, such as clicks by views, where *users* were randomised.

    One user's views are not independent, so their number is no sample size: the delta method reckons with
    users (Deng, Knoblich and Lu 2018). This is the ratio of sums, not the mean of users' own ratios.

    Parameters
    ----------
    data
        One row for each user: pandas, or another table that Narwhals knows.
    numerator, denominator, arm
        Columns; the arm has two values.
    control
        Which of them is the control; by default the first in order.
    level
        Of the interval, a share of 1.

    Raises
    ------
    ValueError
        Other than two arms, an arm with one user, a denominator that adds up to 0.

    Examples
    --------
    >>> import pandas as pd
    >>> users = pd.DataFrame({"arm": list("AAABBB")})
    >>> users = users.assign(clicks=[1, 0, 3, 2, 2, 4], views=[9, 4, 12, 9, 6, 13])
    >>> compare_ratios(users, "clicks", "views", "arm").values
    (0.16, 0.2857142857142857)
    """
    kinds = kinds_of(number=[numerator], amount=[denominator], key=[arm])
    if counts_itself(data):
        sums = _sums_in_engine(native(data, kinds, what="data"), numerator, denominator, arm)
    else:
        table = read_table(data, kinds, what="data")
        place, found = numbered(table[arm], sort=True)
        x, y = table[numerator].to_numpy(float), table[denominator].to_numpy(float)
        parts = {name: np.bincount(place, part) for name, part in _products(x, y).items()}
        sums = pd.DataFrame({arm: found, "n": np.bincount(place), **parts})
    arms = sums[arm].tolist()
    if len(arms) != 2:
        raise ValueError(TWO_ARMS.format(name=arm, found=len(arms)))
    if control is not None:
        if control not in arms:
            raise ValueError(NO_SUCH_ARM.format(found=control, arms=arms))
        sums = sums.iloc[[arms.index(control), 1 - arms.index(control)]]
    ratios, ses, sds = [], [], []
    for row in sums.to_dict("records"):
        if row["n"] < 2:
            raise ValueError(FEW.format(name=f"arm {row[arm]!r}", found=row["n"], least=2))
        if row["y"] <= 0:
            raise ValueError(NO_DENOMINATOR.format(arm=row[arm], name=denominator))
        ratio, n = row["x"] / row["y"], row["n"]
        left = max(row["xx"] - 2 * ratio * row["xy"] + ratio**2 * row["yy"], 0.0)  # residuals add up to 0
        sds.append(np.sqrt(left / (n - 1)) / (row["y"] / n))
        ratios.append(ratio)
        ses.append(sds[-1] / np.sqrt(n))
    if not any(ses):
        raise ValueError(NO_SPREAD.format(name=numerator, found=ratios[0]))
    return _compared(
        np.array(ratios), np.array(ses), float(np.hypot(*ses)), level, float(np.sqrt(np.mean(np.square(sds))))
    )


def _products(x: Any, y: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "xx": x * x, "yy": y * y, "xy": x * y}


@in_words()
def _sums_in_engine(table: Frame, numerator: str, denominator: str, arm: str) -> pd.DataFrame:
    """Return each arm's users and sums: one row an arm leaves the engine."""
    products = _products(nw.col(numerator).cast(nw.Float64), nw.col(denominator).cast(nw.Float64))
    rows = table.lazy().select(arm, n=nw.lit(1), **products)
    return small_table(rows.group_by(arm).agg(nw.col("n", *products).sum())).sort_values(arm)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What `cuped` found.

    Attributes
    ----------
    theta
        The slope of `y` on `x`, all arms together.
    adjusted
        `y` less what `x` foretold, one value for each user.
    variance_left
        Share of the variance of `y` that is left: 1 less the squared correlation.
    raw_difference, difference
        Treatment less control, before and after; nan without arms.
    se_raw, se
        Their standard errors (Welch); nan without arms.
    """

    theta: float
    adjusted: np.ndarray
    variance_left: float
    raw_difference: float
    difference: float
    se_raw: float
    se: float


def cuped(y: Any, x: Any, arm: Any = None) -> Adjusted:
    """Return `y` freed of what `x`, measured *before* the assignment, foretold (Deng and others 2013).

    theta = cov(y, x) / var(x), pooled over all arms. A covariate measured after the start takes a part of the
    effect away with it.

    Parameters
    ----------
    y, x
        One value for each user: the measure, and the covariate.
    arm
        One of two values for each user, control first in order; None for no comparison.

    Raises
    ------
    ValueError
        Different lengths, fewer than three users, a covariate or measure without variance, other than two
        arms.

    Examples
    --------
    >>> found = cuped([5, 11, 2, 15, 12, 4], [3, 8, 1, 12, 7, 2], arm=[0, 0, 0, 1, 1, 1])
    >>> round(found.theta, 3), round(found.variance_left, 3)
    (1.201, 0.042)
    """
    after = as_numbers(y, "y")
    before = as_numbers(x, "x", length=len(after))
    _require_several(after, "y", 3)
    _require_spread(before, "x")
    _require_spread(after, "y")
    table = np.cov(after, before)
    theta = float(table[0, 1] / table[1, 1])
    adjusted = after - theta * (before - before.mean())
    left = max(float(1 - table[0, 1] ** 2 / (table[0, 0] * table[1, 1])), 0.0)
    if arm is None:
        return Adjusted(theta, adjusted, left, np.nan, np.nan, np.nan, np.nan)
    treated = _second_of_two(arm, len(after))
    raw, fine = (_plain_difference(values, treated) for values in (after, adjusted))
    return Adjusted(theta, adjusted, left, raw[0], fine[0], raw[1], fine[1])


def counts(successes: Any, trials: Any, arms: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return two arms' successes and trials after checking them."""
    n = as_numbers(trials, "trials", least=0)
    hits = as_numbers(successes, "successes", least=0)
    for name, values in (("trials", n), ("successes", hits)):
        if len(values) != arms:
            raise ValueError(TWO_ARMS.format(name=name, found=len(values)))
        broken = values != np.rint(values)
        if broken.any():
            raise ValueError(WHOLE.format(name=name, place=broken.argmax(), found=values[broken][0]))
    if (n < 1).any():
        place = int((n < 1).argmax())
        raise ValueError(NO_TRIALS.format(place=place, found=n[place]))
    if (hits > n).any():
        place = int((hits > n).argmax())
        raise ValueError(TOO_MANY.format(place=place, found=hits[place], trials=n[place]))
    return hits, n


def _second_of_two(arm: Any, length: int) -> np.ndarray:
    given = as_list(arm, "arm")
    if len(given) != length:
        raise ValueError(FEW.format(name="arm", found=len(given), least=length))
    try:
        arms = sorted(set(given))
    except TypeError:
        arms = sorted(set(given), key=str)
    if len(arms) != 2:
        raise ValueError(TWO_ARMS.format(name="arm", found=len(arms)))
    treated = np.array([one == arms[1] for one in given])
    for name, size in ((arms[0], (~treated).sum()), (arms[1], treated.sum())):
        if size < 2:
            raise ValueError(FEW.format(name=f"arm {name!r}", found=size, least=2))
    return treated


def _plain_difference(values: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    a, b = values[~treated], values[treated]
    return float(b.mean() - a.mean()), float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))


def _compared(
    values: np.ndarray, ses: np.ndarray, null: float, level: float, sd: float, freedom: float = np.inf
) -> TwoArms:
    """Put a comparison together; `null` is the standard error that the test uses."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    share = as_number(level, "level", least=0.5, most=0.999999)
    normal = np.isinf(freedom)
    wide = ndtri(0.5 + share / 2) if normal else stdtrit(freedom, 0.5 + share / 2)
    difference, se = float(values[1] - values[0]), float(np.hypot(*ses))
    z = difference / float(null)
    p = 2 * (ndtr(-abs(z)) if normal else stdtr(freedom, -abs(z)))
    return TwoArms(
        (float(values[0]), float(values[1])), difference, float(difference - wide * se),
        float(difference + wide * se), se, z, float(p), (float(ses[0]), float(ses[1])), float(sd),
    )  # fmt: skip


def _require_several(values: np.ndarray, name: str, least: int = 2) -> None:
    if len(values) < least:
        raise ValueError(FEW.format(name=name, found=len(values), least=least))


def _require_spread(values: np.ndarray, name: str) -> None:
    if np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        raise ValueError(NO_SPREAD.format(name=name, found=values[0]))
