"""When people cannot be randomised: regions before and after, some of them held out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number, as_numbers, is_single
from opslab.ground.days import as_day
from opslab.ground.frames import kinds_of, read_table

# Words
DIFFERENT = "{first} has {found} values, {second} {expected}; expected one of each for every region"
ONE_EACH = "{name} is one number; expected one number for each of the four, or several regions for all"
ALL_OR_NONE = (
    "{dark} of {regions} regions are held out (spend is 0 from {start} on); expected some, and some not"
)
PARTLY = "region {region!r} has weeks with spend and weeks without from {start} on; expected one or the other"
ONE_SIDE = "all weeks lie {side} {start}; expected weeks before the test and weeks in it"
NO_SIGNUPS = "region {region!r} has no {outcome} {side} the test; its change cannot be told"


@dataclass(frozen=True, slots=True)
class Differences:
    """The change of the treated less the change of the others.

    Attributes
    ----------
    effect, low, high
        The difference, and its 95 % interval (Welch's t over regions); nan where there is but one of each.
    se
        Its standard error.
    """

    effect: float
    low: float
    high: float
    se: float


def difference_in_differences(
    before_treated: Any, after_treated: Any, before_control: Any, after_control: Any
) -> Differences:
    """Return what the treated changed by, less what the others changed by.

    The counterfactual: without the treatment both would have changed alike (parallel trends). Give
    logarithms where changes are shares.

    Parameters
    ----------
    before_treated, after_treated, before_control, after_control
        One number each, or one for each region (in the same order before and after).

    Raises
    ------
    ValueError
        Numbers that are missing, or lists whose lengths differ.

    Examples
    --------
    >>> round(difference_in_differences(20.44, 21.03, 23.33, 21.17).effect, 2)   # Card and Krueger (1994)
    2.75
    """
    from scipy.special import stdtrit

    names = ("before_treated", "after_treated", "before_control", "after_control")
    given = dict(zip(names, (before_treated, after_treated, before_control, after_control), strict=True))
    single = [is_single(values) for values in given.values()]
    if any(single) and not all(single):
        raise ValueError(ONE_EACH.format(name=names[single.index(True)]))
    if all(single):
        a, b, c, d = (as_number(value, name) for name, value in given.items())
        return Differences(b - a - (d - c), np.nan, np.nan, np.nan)
    changes = []
    for before, after in (names[:2], names[2:]):
        first, second = as_numbers(given[before], before), as_numbers(given[after], after)
        if len(first) != len(second):
            raise ValueError(
                DIFFERENT.format(first=after, found=len(second), second=before, expected=len(first))
            )
        changes.append(second - first)
    effect = float(changes[0].mean() - changes[1].mean())
    if min(map(len, changes)) < 2:
        return Differences(effect, np.nan, np.nan, np.nan)
    squares = np.array([change.var(ddof=1) / len(change) for change in changes])
    se = float(np.sqrt(squares.sum()))
    if se == 0:
        return Differences(effect, effect, effect, 0.0)
    freedom = squares.sum() ** 2 / sum(
        square**2 / (len(change) - 1) for square, change in zip(squares, changes, strict=True)
    )
    half = float(stdtrit(freedom, 0.975)) * se
    return Differences(effect, effect - half, effect + half, se)


@dataclass(frozen=True, slots=True)
class HoldOut:
    """What spending added, seen from regions without it.

    Attributes
    ----------
    lift, low, high
        Extra outcome where money was spent, a share of what came without it, and its 95 % interval.
    regions
        By region: `before` and `after` (a week's mean), `change` (of the logarithm), `held_out`.
    """

    lift: float
    low: float
    high: float
    regions: pd.DataFrame


def regional_hold_out(
    region_weeks: Any,
    start: Any,
    outcome: str = "signups",
    spend: str = "spend",
    region: str = "region",
    week: str = "week",
) -> HoldOut:
    """Return the lift of spending in a test in which some regions were held out from `start` on.

    Difference in differences of the logarithm of each region's weekly mean. Each region counts once: regions
    were drawn by chance, not users.

    Parameters
    ----------
    region_weeks
        One row for each region and week.
    start
        First day of the test.
    outcome, spend, region, week
        Columns; a region without spend in the test is held out.

    Raises
    ------
    ValueError
        All regions or none held out, negative spend, a region that is both, no weeks on one side.

    Examples
    --------
    >>> rows = pd.DataFrame({"region": list("aabbccdd"), "week": ["2025-01-06", "2025-01-13"] * 4,
    ...     "spend": [9, 9, 9, 0, 9, 9, 9, 0], "signups": [50, 66, 40, 48, 30, 39, 20, 25]})
    >>> round(regional_hold_out(rows.assign(week=pd.to_datetime(rows.week)), "2025-01-13").lift, 3)
    0.07
    """
    first = as_day(start, "start")
    kinds = kinds_of(key=[region], date=[week], amount=[spend, outcome])
    table = read_table(region_weeks, kinds, what="region_weeks", unique=(region, week))
    late = table[week].to_numpy() >= first
    if late.all() or not late.any():
        raise ValueError(ONE_SIDE.format(side="after" if late.all() else "before", start=start))
    tested = table[late].assign(on=table[spend] > 0).groupby(region, sort=True)["on"]
    held, partly = ~tested.max(), tested.max() != tested.min()
    if partly.any():
        raise ValueError(PARTLY.format(region=partly.idxmax(), start=start))
    if held.all() or not held.any():
        raise ValueError(ALL_OR_NONE.format(dark=int(held.sum()), regions=len(held), start=start))
    means = pd.DataFrame(
        {
            "before": table[~late].groupby(region)[outcome].mean(),
            "after": table[late].groupby(region)[outcome].mean(),
        }
    ).fillna(0)
    for side, column in (("before", "before"), ("in", "after")):
        if (means[column] <= 0).any():
            raise ValueError(NO_SIGNUPS.format(region=means[column].idxmin(), outcome=outcome, side=side))
    logs = np.log(means)
    held = held.reindex(means.index)
    found = difference_in_differences(
        logs["before"][~held], logs["after"][~held], logs["before"][held], logs["after"][held]
    )
    shares = np.expm1([found.effect, found.low, found.high])
    return HoldOut(*map(float, shares), means.assign(change=logs["after"] - logs["before"], held_out=held))


def smallest_visible_lift(
    regions: int, held_out: int, weeks: int, signups: float, before: int = 26, power: float = 0.8
) -> float:
    """Return the smallest lift that such a hold-out sees, as a share, if counts vary by chance alone.

    A region's count varies as Poisson's does; two-sided at 5 %.

    Parameters
    ----------
    regions, held_out
        Regions in all, alike in size, and those without the spending.
    weeks, before
        Weeks of the test, and before it.
    signups
        A week, in each region.

    Examples
    --------
    >>> round(smallest_visible_lift(20, 10, weeks=12, signups=20), 3)
    0.103
    """
    from scipy.special import ndtri

    count = as_number(regions, "regions", least=2, whole=True)
    dark = as_number(held_out, "held_out", least=1, most=count - 1, whole=True)
    each = as_number(signups, "signups", least=0.01)
    spans = 1 / as_number(weeks, "weeks", least=1) + 1 / as_number(before, "before", least=1)
    se = np.sqrt(spans / each * (1 / dark + 1 / (count - dark)))
    return float(np.expm1((ndtri(0.975) + ndtri(as_number(power, "power", least=0.5, most=0.9999))) * se))
