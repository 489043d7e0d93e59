"""What a customer is worth from today on: by models of repeat purchase, by states, after failed payments."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from opslab.ground.arguments import NOT_THE_RESULT, as_number, as_numbers, require_few
from opslab.ground.frames import read_table
from opslab.lifetime.bg_nbd import BetaGeometricNBD
from opslab.lifetime.purchases import COLUMNS
from opslab.lifetime.spend import GammaGamma

# Words
NOT_SQUARE = (
    "transitions is {found}; expected a square table of chances, one row and one column for each state"
)
NOT_ONE = "row {place} of transitions adds up to {total:g}; the chances of all ways from a state add up to 1"
ENDLESS = "discount is 0 and periods is None: without an end the value may have none; give one of the two"

MOST_STATES = 1_000
MOST_PERIODS = 10_000
HORIZON = 2_000  # units of time ahead


class ChurnByCause(NamedTuple):
    """Shares of members lost in a period (of 1): in all, by their own will, by a payment that failed."""

    total: float
    chosen: float
    failed: float


def residual_value(
    purchases: BetaGeometricNBD,
    spend: GammaGamma,
    summary: Any,
    horizon: int = 52,
    *,
    margin: float = 1.0,
    discount: float = 0.0,
) -> pd.Series:
    """Return what each customer is expected to bring from today up to the horizon (yuan).

    Expected purchases (BG/NBD) of each unit of time, times the expected value of one (gamma-gamma), times the
    margin, discounted to today from the end of that unit. What the customer has brought so far is not in
    it, nor anybody who has not yet bought.

    Parameters
    ----------
    summary
        The result of `purchase_summary`: frequency, recency, T, value.
    horizon
        Units of time ahead, 1 or more: weeks, if the summary counts weeks.
    margin
        Share of a payment that is left after the costs of serving (0 to 1).
    discount
        By how much less a yuan is worth one unit of time later.

    Examples
    --------
    >>> import pandas as pd
    >>> purchases = BetaGeometricNBD(r=0.8, alpha=12, a=0.8, b=2.4)
    >>> spend = GammaGamma(p=6, q=4, gamma=60)
    >>> history = pd.DataFrame({"frequency": [0, 3], "recency": [0, 36.0], "T": 40.0, "value": [0, 90.0]})
    >>> residual_value(purchases, spend, history, 52).round().to_list()
    [80.0, 226.0]
    """
    for model, name, kind, maker in (
        (purchases, "purchases", BetaGeometricNBD, "fit_bg_nbd"),
        (spend, "spend", GammaGamma, "fit_gamma_gamma"),
    ):
        if not isinstance(model, kind):
            raise ValueError(NOT_THE_RESULT.format(name=name, found=type(model).__name__, maker=maker))
    ahead = as_number(horizon, "horizon", least=1, most=HORIZON, whole=True)
    kept = as_number(margin, "margin", least=0, most=1)
    rate = as_number(discount, "discount", least=0, most=1e6)
    table = read_table(summary, dict.fromkeys(COLUMNS, "amount"), what="summary")
    history = [table[name].to_numpy(float) for name in COLUMNS[:3]]
    # Up to 52 steps: a discount changes little within one of them.
    ends = np.unique(np.rint(np.linspace(0, ahead, min(ahead, 52) + 1)))
    bought = np.array([purchases.expected_purchases(end, *history) for end in ends])
    worth = np.diff(bought, axis=0).T @ (1 + rate) ** -ends[1:]
    value = spend.expected_value(history[0], table["value"].to_numpy(float))
    index = summary.index if isinstance(summary, pd.DataFrame) else table.index
    return pd.Series(kept * worth * value, index=index, name="worth")


def markov_value(
    transitions: Any, rewards: Any, discount: float = 0.0, periods: int | None = None
) -> np.ndarray | pd.Series:
    """Return what a customer in each state is worth, if states follow one another by fixed chances.

    Pfeifer and Carraway (2000), *J. Interactive Marketing* 14(2).

    Parameters
    ----------
    transitions
        Square table of chances (0 to 1): row the state now, column the state one period later; rows add up
        to 1.
    rewards
        Yuan of one period in each state, received at its start; negative where it costs.
    discount
        By how much less a yuan is worth one period later.
    periods
        The horizon: periods *after* the one that starts now, so 4 adds up five rewards. None is for ever,
        which needs a discount above 0.

    Returns
    -------
    One value for each state (yuan), as a Series if `transitions` is a DataFrame.

    Examples
    --------
    >>> stays = [[0.8, 0.2], [0.0, 1.0]]                              # a member, and one who has left
    >>> markov_value(stays, [10, 0], discount=0.1).round(2).tolist()
    [36.67, 0.0]
    """
    chances = _chances(transitions)
    reward = as_numbers(rewards, "rewards", least=-1e50, most=1e50, length=len(chances))
    rate = as_number(discount, "discount", least=0, most=1e6)
    step = chances / (1 + rate)
    if periods is None:
        if rate < 1e-9:
            raise ValueError(ENDLESS)
        value = np.linalg.solve(np.eye(len(chances)) - step, reward)
    else:
        value = reward.copy()
        for _ in range(as_number(periods, "periods", least=0, most=MOST_PERIODS, whole=True)):
            value = reward + step @ value
    return pd.Series(value, transitions.index) if isinstance(transitions, pd.DataFrame) else value


def churn_by_cause(chosen: float, failed: float, recovered: float = 0.0) -> ChurnByCause:
    """Return churn of a period by cause: members who decide to leave, and those whose payment failed.

    Parameters
    ----------
    chosen
        Share of members (0 to 1) who cancel.
    failed
        Share of the remaining members' payments that fail: an expired card, an empty account.
    recovered
        Share of these that a reminder or a second try brings back. The failures fall on those who wanted to
        stay, so each one prevented keeps a member.

    Examples
    --------
    >>> churn = churn_by_cause(chosen=0.05, failed=0.04, recovered=0.5)
    >>> round(churn.total, 3), round(churn.failed, 3)
    (0.069, 0.019)
    """
    leaving = as_number(chosen, "chosen", least=0, most=1)
    broken = as_number(failed, "failed", least=0, most=1)
    mended = as_number(recovered, "recovered", least=0, most=1)
    by_failure = (1 - leaving) * broken * (1 - mended)
    return ChurnByCause(leaving + by_failure, leaving, by_failure)


def _chances(transitions: Any) -> np.ndarray:
    rows = transitions.to_numpy() if isinstance(transitions, pd.DataFrame) else transitions
    require_few(rows, "transitions")
    found = type(transitions).__name__
    if not isinstance(rows, list | tuple | np.ndarray) or not 1 <= len(rows) <= MOST_STATES:
        raise ValueError(NOT_SQUARE.format(found=found))
    if any(np.ndim(row) != 1 or len(row) != len(rows) for row in rows):
        raise ValueError(NOT_SQUARE.format(found=found))
    chances = np.array(
        [as_numbers(row, f"transitions[{place}]", least=0, most=1) for place, row in enumerate(rows)]
    )
    off = np.abs(chances.sum(axis=1) - 1) > 1e-6
    if off.any():
        place = int(off.argmax())
        raise ValueError(NOT_ONE.format(place=place, total=chances[place].sum()))
    return chances
