"""Draw a community: one pure function from a table of this package to a Plotly figure for each.

Where no title is given, the title is the result, computed from what is drawn.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.community.meetings import MORE, UP_TO, ties_by_meetings
from opslab.community.plan import fund_ends
from opslab.community.simulation import ROLES
from opslab.community.talk import participation
from opslab.ground import formatting as say
from opslab.ground.arguments import NOT_THE_RESULT, as_choice, require_named, require_result
from opslab.ground.estimates import wilson
from opslab.ground.inequality import gini, lorenz

# Words
TWO_OF_A_ROLE = "table with two rows of one role"
WEEK = "week"
FUND_LASTS = "After {weeks} {fund} are in the fund, {trend}"
YUAN = "yuan"
AFTER = "Week {week}: {levels}"
TRENDS = {-1: "and falling", 0: "and steady", 1: "and growing"}
FUND_ENDS = "The fund ends in week {week}"
IN_FUND = "yuan in the fund"
EQUAL = "if all wrote<br>the same"
HELD = "The busiest 1\u00a0% wrote {most} of all answers, the quietest 90\u00a0% wrote {least}"
GINI = "Gini {number}"
FASTEST = "{role}s leave fastest: {share} a week"
MEETINGS, STRONG = "meetings", "share with strong ties"
APART = "With more than 3 meetings {share} have strong ties, {points} {way} the others"
WAYS = ("below", "above")
PEOPLE_AXIS, HELD_AXIS = "members, the quietest first", "share of all answers"
LEAVES_AXIS = "share that leaves in a week"
POINTS = 101  # of a curve: one for each per cent of the people
MANY = 10
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
    fund = say.number(round(last.fund), YUAN)
    return FUND_LASTS.format(weeks=say.count(len(ledger), WEEK), fund=fund, trend=trend)


def history_chart(
    histories: Mapping[str, pd.DataFrame] | pd.DataFrame, column: str = "members", title: str = ""
) -> go.Figure:
    """Draw one column of `simulate`'s table by week, the mean over runs: one line for each history.

    Examples
    --------
    >>> from opslab.community import Decision, simulate
    >>> history_chart(simulate(Decision(), weeks=4), "threads").layout.title.text
    'Week 4: 10 new threads a week'
    """
    as_choice(column, "column", AXES)
    named = histories if isinstance(histories, Mapping) else {column: histories}
    for history in named.values():
        require_result(history, "history", ["week", column], "simulate")
    table = pd.DataFrame({name: history.groupby("week")[column].mean() for name, history in named.items()})
    return charts.lines(table, title or _last_levels(table, column), WEEK, AXES[column], markers=False)


def _last_levels(table: pd.DataFrame, column: str) -> str:
    last = [
        (say.name(name, capital=False), say.number(_whole(level))) for name, level in table.iloc[-1].items()
    ]
    said = [level if len(last) == 1 else f"{name} {level}" for name, level in last]
    return AFTER.format(week=table.index[-1], levels=f"{', '.join(said)} {AXES[column]}")


def _whole(level: float) -> float:
    """Return a level of many without its decimals: a mean over runs knows no tenth of a member."""
    return round(level) if level >= MANY else level


def lorenz_chart(counts: Mapping[str, object], title: str = "") -> go.Figure:
    """Draw Lorenz curves, one for each name, with the line of equal shares.

    Examples
    --------
    >>> lorenz_chart({"2024": [0, 0, 1, 9], "2025": [5, 5, 5, 5]}).layout.title.text
    '2024: Gini 0.7, 2025: Gini 0'
    """
    require_named(counts, "counts", "numbers of answers")
    drawing = charts.figure(title or _inequality(counts), PEOPLE_AXIS, HELD_AXIS, legend=len(counts) > 1)
    for place, (name, values) in enumerate(counts.items()):
        curve = lorenz(values)
        if len(curve) > POINTS:
            people = np.linspace(0, 1, POINTS)
            curve = pd.Series(np.interp(people, curve.index, curve), index=people)
        drawing.add_scatter(
            x=curve.index,
            y=curve.to_numpy(),
            name=say.name(name),
            mode="lines",
            line=charts.series_style(place)["line"],
        )
    drawing.add_scatter(
        x=[0, 0.75, 1],
        y=[0, 0.75, 1],
        mode="lines+text",
        text=["", EQUAL, ""],
        textposition="top left",
        textfont={"color": charts.QUIET},
        line={"color": charts.QUIET, "dash": "dash"},
        showlegend=False,
        hoverinfo="skip",
    )
    return charts.shares(charts.shares(drawing), axis="x")


def _inequality(counts: Mapping[str, Any]) -> str:
    numbers = {
        name: GINI.format(number=say.number(gini(values), digits=2)) for name, values in counts.items()
    }
    if len(counts) > 1:
        return ", ".join(f"{say.name(name, capital=False)}: {number}" for name, number in numbers.items())
    (name, values) = next(iter(counts.items()))
    held = participation(values).share
    ends = HELD.format(most=say.share(held.iloc[0]), least=say.share(held.iloc[-1]))
    return f"{ends}; {numbers[name]}"


def leavers_chart(table: pd.DataFrame, title: str = "") -> go.Figure:
    """Draw `who_leaves`: for each role the weekly share that leaves, roles in one fixed order.

    Examples
    --------
    >>> from opslab.community import Decision, simulate, who_leaves
    >>> leavers_chart(who_leaves(simulate(Decision(), weeks=4))).data[0].y
    ('Big name', 'Answerer', 'Asker', 'Lurker', 'Moderator')
    """
    require_result(table, "table", ["leave_a_week"], "who_leaves")
    if table.index.has_duplicates:
        raise ValueError(NOT_THE_RESULT.format(name="table", found=TWO_OF_A_ROLE, maker="who_leaves"))
    shares = table.leave_a_week.reindex(list(ROLES))
    words = FASTEST.format(role=say.name(shares.idxmax()), share=say.share(shares.max()))
    return charts.dots(shares, title or words, LEAVES_AXIS, share=True, ordered=True)


def ties_chart(people: Any, title: str = "") -> go.Figure:
    """Draw the share with strong ties among people with few and with many `meetings`, with 95 % intervals.

    Examples
    --------
    >>> from opslab.community import meetings
    >>> ties_chart(meetings(effect=0, chosen_by="chance")).data[0].text
    ('23.2\\xa0%', '22.0\\xa0%')
    """
    table = ties_by_meetings(people)
    gap = table.share[MORE] - table.share[UP_TO]
    words = APART.format(share=say.share(table.share[MORE]), points=say.points(gap), way=WAYS[int(gap >= 0)])
    low, high = wilson(table.share, table.people)
    return charts.dots(
        table.share, title or words, STRONG, MEETINGS, share=True, low=low, high=high, ordered=True
    )
