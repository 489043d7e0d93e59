"""Draw lifetimes: one pure function to a Plotly figure for each; the title is the result."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.ground import formatting as say
from opslab.ground.arguments import as_number, as_numbers, require_result
from opslab.lifetime.bg_nbd import BetaGeometricNBD
from opslab.lifetime.inputs import MOST_TIME
from opslab.lifetime.membership import PointsLedger

# Words
NOT_A_MODEL = "model is a {found}; expected a BetaGeometricNBD, the result of fit_bg_nbd"
NOT_A_LEDGER = "ledger is a {found}; expected the result of points_ledger"
LATER_THAN_TODAY = "a purchase lies at {found:g}, after today, {today:g}; choose a later today"
ALIVE = "P(alive) {alive} today, after {repeats}, the last one {ago} ago"
NO_REPEAT = "P(alive) {alive} today, without a repeat purchase"
REPEAT, WEEK = "repeat", "week"
SINCE_FIRST, STILL_THERE = "weeks since the first purchase", "P(alive)"
PURCHASES = "purchases"
STEPS = 160
ACTUAL, FORETOLD, MEAN_RATE = "actual", "BG/NBD", "mean rate"
FORETOLD_TITLE = "In truth {bought} purchases; BG/NBD foretold {model}, the mean rate {mean}"
NO_FIT = "; the fit did not converge"
CLASSES, BOUGHT_LATER = "repeats so far ({most}: so many or more)", "purchases a customer later"
WEEKS, POINTS = "week", "points outstanding"
OWED = "After {weeks}: {owed} owed; {share} are never redeemed"


def alive_chart(model: BetaGeometricNBD, purchases: Any, today: float, *, most: float = 60) -> go.Figure:
    """Draw one customer's purchases as ticks, and the chance that she is still there, up to `today`.

    Parameters
    ----------
    model
        The result of `fit_bg_nbd`, with weeks as unit of time.
    purchases
        Weeks of the *repeat* purchases since the first one (which lies at 0); may be empty.
    today
        Weeks since the first purchase.
    most
        The right end of the axis, so that pictures can be compared.

    Examples
    --------
    >>> model = BetaGeometricNBD(r=0.8, alpha=12, a=0.8, b=2.4)
    >>> alive_chart(model, [10, 20], today=30).layout.title.text
    'P(alive) 66.5\\xa0% today, after 2\\xa0repeats, the last one 10\\xa0weeks ago'
    """
    if not isinstance(model, BetaGeometricNBD):
        raise ValueError(NOT_A_MODEL.format(found=type(model).__name__))
    now = as_number(today, "today", least=0, most=MOST_TIME)
    end = as_number(most, "most", least=1, most=MOST_TIME)
    empty = isinstance(purchases, list | tuple) and not purchases
    bought = (
        np.array([]) if empty else np.sort(as_numbers(purchases, "purchases", least=1e-6, most=MOST_TIME))
    )
    if bought.size and bought[-1] > now:
        raise ValueError(LATER_THAN_TODAY.format(found=bought[-1], today=now))
    times = np.unique(np.concatenate([np.linspace(0, now, STEPS), bought, [now]]))
    repeats = np.searchsorted(bought, times, side="right")
    last = np.concatenate([[0.0], bought])[repeats]
    alive = pd.Series(model.probability_alive(repeats, last, times), times, name=STILL_THERE)
    words = {"alive": say.share(alive.iloc[-1]), "repeats": say.count(len(bought), REPEAT)}
    title = ALIVE if bought.size else NO_REPEAT
    ago = say.count(round(now - last[-1], 1), WEEK)
    drawing = charts.lines(
        alive, title.format(**words, ago=ago), SINCE_FIRST, STILL_THERE, share=True, markers=False
    )
    ticks = np.concatenate([[0.0], bought])
    drawing.add_scatter(
        x=ticks,
        y=np.full(len(ticks), 0.02),
        mode="markers",
        name=PURCHASES,
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": charts.VERMILLION}},
        showlegend=False,
    )
    drawing.update_xaxes(range=[-0.02 * end, 1.02 * max(end, now)])
    return drawing.update_yaxes(range=[0, 1.05])


def hold_out_chart(table: pd.DataFrame, model: BetaGeometricNBD, *, classes: int = 5) -> go.Figure:
    """Draw what customers bought after the split, by repeats before it, and what two rules foretold.

    Parameters
    ----------
    table
        The result of `hold_out`.
    model
        A fit on its columns frequency, recency and T; its rival lets everybody go on at the mean rate so far.
    classes
        Repeats from here on are one class.

    Examples
    --------
    >>> model = BetaGeometricNBD(r=0.8, alpha=12, a=0.8, b=2.4)
    >>> history = {"frequency": [0, 3], "recency": [0, 36.0], "T": 40.0, "actual": [0, 2], "ahead": 26.0}
    >>> hold_out_chart(pd.DataFrame(history), model).layout.title.text
    'In truth 2 purchases; BG/NBD foretold 2, the mean rate 2'
    """
    if not isinstance(model, BetaGeometricNBD):
        raise ValueError(NOT_A_MODEL.format(found=type(model).__name__))
    most = as_number(classes, "classes", least=1, most=50, whole=True)
    require_result(table, "table", ["frequency", "recency", "T", "actual", "ahead"], "hold_out")
    history = [table[name].to_numpy(float) for name in ("frequency", "recency", "T")]
    counts, ahead = history[0], table["ahead"].to_numpy(float)
    rules = pd.DataFrame(
        {
            ACTUAL: table["actual"].to_numpy(float),
            FORETOLD: model.expected_purchases(ahead, *history),
            MEAN_RATE: ahead * counts.sum() / max(history[2].sum(), 1e-9),
        }
    )
    totals = [say.number(total) for total in rules.sum().round()]
    title = FORETOLD_TITLE.format(bought=totals[0], model=totals[1], mean=totals[2])
    by_class = rules.groupby(np.minimum(counts, most).astype(int)).mean()
    title += "" if model.converged else NO_FIT
    return charts.lines(by_class, title, CLASSES.format(most=most), BOUGHT_LATER)


def points_chart(
    ledger: PointsLedger, *, other: PointsLedger | None = None, names: tuple[str, str] = ("now", "before")
) -> go.Figure:
    """Draw what a firm owes in points week by week; `other` is a ledger to compare with.

    Examples
    --------
    >>> from opslab.lifetime import points_ledger
    >>> points_chart(points_ledger(1_000, 0.02, 0.01, weeks=52)).layout.title.text
    'After 52\\xa0weeks: 26,500\\xa0points owed; 33.3\\xa0% are never redeemed'
    """
    for one in (ledger, other):
        if not isinstance(one, PointsLedger) and one is not other:
            raise ValueError(NOT_A_LEDGER.format(found=type(one).__name__))
    owed = say.number(ledger.outstanding, "points")
    weeks = say.count(len(ledger.table), WEEK)
    title = OWED.format(weeks=weeks, owed=owed, share=say.share(ledger.breakage))
    lines = pd.DataFrame({names[0]: ledger.table["outstanding"]})
    if other is not None:
        lines[names[1]] = other.table["outstanding"].reindex(lines.index)
    return charts.lines(lines, title, WEEKS, POINTS, markers=False, focus=names[0])
