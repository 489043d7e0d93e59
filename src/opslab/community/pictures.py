"""Draw a community: one pure function from a table of this package to a Plotly figure for each."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.community.plan import fund_ends
from opslab.community.simulation import ROLES
from opslab.ground.frames import NOT_THE_RESULT, as_choice, require_named, require_result
from opslab.ground.inequality import lorenz

# Words
TWO_OF_A_ROLE = "table with two rows of one role"
WEEK = "week"
FUND_LASTS = "After {weeks} weeks {fund:,.0f} yuan are in the fund, {trend}"
TRENDS = {-1: "and falling", 0: "and steady", 1: "and growing"}
FUND_ENDS = "The fund ends in week {week}"
IN_FUND = "yuan in the fund"
EQUAL = "if all wrote the same"
PEOPLE_AXIS, HELD_AXIS = "share of members, the quietest first", "share of all answers"
LEAVES_AXIS = "share that leaves in a week"
AXES = {
    "members": "members",
    "answers": "answers a week",
    "reward": "reward, yuan a week",
    "quality": "mean quality of an answer (1 to 5)",
    "fund": "yuan in the fund",
    "purse": "yuan in the moderators' purse",
    "satisfaction": "mean satisfaction (0 to 1)",
    "threads": "new threads a week",
}


def ledger_chart(ledger: pd.DataFrame, title: str = "") -> go.Figure:
    """Draw the fund of a `fund_ledger`; the title says whether it lasts, and where it is going.

    Examples
    --------
    >>> from opslab.community import fund_ledger
    >>> ledger_chart(fund_ledger(joins=0)).layout.title.text
    'The fund ends in week 52'
    """
    require_result(ledger, "ledger", ["fund", "fees", "reward"], "fund_ledger")
    end = fund_ends(ledger)
    words = FUND_ENDS.format(week=end) if end else _lasts(ledger)
    return charts.lines(ledger.fund.rename("fund"), title or words, WEEK, IN_FUND, markers=False)


def _lasts(ledger: pd.DataFrame) -> str:
    last = ledger.iloc[-1]
    trend = TRENDS[int(np.sign(round(last.fees - last.reward, 6)))]
    return FUND_LASTS.format(weeks=len(ledger), fund=last.fund, trend=trend)


def history_chart(
    histories: Mapping[str, pd.DataFrame] | pd.DataFrame, column: str = "members", title: str = ""
) -> go.Figure:
    """Draw one column of `simulate`'s table by week, the mean over runs: one line for each history.

    Examples
    --------
    >>> from opslab.community import Decision, simulate
    >>> history_chart(simulate(Decision(), weeks=4), title="Four weeks").layout.title.text
    'Four weeks'
    """
    as_choice(column, "column", AXES)
    named = histories if isinstance(histories, Mapping) else {column: histories}
    for history in named.values():
        require_result(history, "history", ["week", column], "simulate")
    table = pd.DataFrame({name: history.groupby("week")[column].mean() for name, history in named.items()})
    return charts.lines(table, title, WEEK, AXES[column], markers=False)


def lorenz_chart(counts: Mapping[str, object], title: str = "") -> go.Figure:
    """Draw Lorenz curves, one for each name, with the line of equal shares.

    Examples
    --------
    >>> [line.name for line in lorenz_chart({"answers": [0, 0, 1, 9]}).data]
    ['answers', 'if all wrote the same']
    """
    require_named(counts, "counts", "numbers of answers")
    drawing = charts.figure(title, PEOPLE_AXIS, HELD_AXIS, legend=True)
    for place, (name, values) in enumerate(counts.items()):
        curve = lorenz(values)
        drawing.add_scatter(
            x=curve.index,
            y=curve.to_numpy(),
            name=name,
            mode="lines",
            line=charts.series_style(place)["line"],
        )
    drawing.add_scatter(
        x=[0, 1], y=[0, 1], name=EQUAL, mode="lines", line={"color": charts.QUIET, "dash": "dot"}
    )
    return charts.shares(charts.shares(drawing), axis="x")


def leavers_chart(table: pd.DataFrame, title: str = "") -> go.Figure:
    """Draw `who_leaves`: for each role the weekly share that leaves, roles in one fixed order.

    Examples
    --------
    >>> from opslab.community import Decision, simulate, who_leaves
    >>> len(leavers_chart(who_leaves(simulate(Decision(), weeks=4))).data)
    1
    """
    require_result(table, "table", ["leave_a_week"], "who_leaves")
    if table.index.has_duplicates:
        raise ValueError(NOT_THE_RESULT.format(name="table", found=TWO_OF_A_ROLE, maker="who_leaves"))
    shares = table.leave_a_week.reindex(list(ROLES))
    return charts.bars(shares, title, y=LEAVES_AXIS, share=True)
