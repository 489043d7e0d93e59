"""Draw a year: what a change did to it, and the tree of all the years that might have been.

The title is the result, computed from what is drawn.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.charts.annotations import LABEL_SIZE
from opslab.charts.look import BLUE, GREY, INK, drawn, empty_layout, pale
from opslab.ground import formatting as say
from opslab.ground.arguments import as_choice
from opslab.year.plan import WEEKS
from opslab.year.score import compare
from opslab.year.simulation import ORDINALS, History

# Words
WEEK = "week"
COURT = "By week 52 the change makes a difference of {gain} {what} ({low} to {high} over {runs})"
NOTHING = "up to week 52 the two years are the same"
LEAF = "{worth} thousand yuan in cash and what is still to come, {gap} the grey year; {no} said no"
MORE, LESS, SAME = "{gap} more than", "{gap} less than", "as in"
NOT_A_TREE = "years is a {found}; expected the result of tree"
NO_PATH = "path is {found!r}; expected four names of plans, one a quarter, such as {first!r}"
UNITS = {
    "users": "users", "cash": "thousand yuan of cash", "true_trust": "per cent of trust",
    "said_no": "per cent who said no", "sentiment": "per cent of net sentiment", "members": "members",
    "tickets": "tickets waiting", "fund": "thousand yuan in the members' fund",
    "newcomers": "newcomers a week",
}  # fmt: skip
SCALE = {"cash": 1e-3, "fund": 1e-3, "true_trust": 100, "said_no": 100, "sentiment": 100}
PANELS = ("users", "cash", "true_trust", "said_no")
BESIDE, ABOVE = ([0, 0.38], [0.62, 1]), ([0, 0.38], [0.58, 0.96])  # where the panels stand, shares of 1
OVER_NUMBERS = 36  # px: a panel's name begins there; beside its plot a phone has no room for it
HALF_NUMBER = 6  # px: so far the number at a panel's head reaches above it
PANEL_NAMES = {
    "users": "Users",
    "cash": "Cash, 1,000 yuan",
    "true_trust": "Trust, %",
    "said_no": "Said no, %",
}
WEEK_NUMBERS = list(range(1, WEEKS + 1))


def court_chart(before: History, after: History, column: str = "cash") -> go.Figure:
    """Draw by how much a replay differs from the year it replays, with its 95 % band over the runs.

    Examples
    --------
    >>> from opslab.year import Plan, play, replay
    >>> year = play(Plan(), seed=7, runs=20)
    >>> drawing = court_chart(year, replay(year, 20, pushes=0), "users")
    >>> drawing.layout.title.text.startswith("By week 52 the change makes a difference of")
    True
    """
    column = as_choice(column, "column", UNITS)
    gap = compare(before, after, column) * SCALE.get(column, 1)
    if gap["mean"].any():
        gain, low, high = say.alike(gap.iloc[-1][["mean", "low", "high"]])
        runs = say.count(before.runs, "run")
        title = COURT.format(gain=gain, what=UNITS[column], low=low, high=high, runs=runs)
    else:
        title = say.name(NOTHING)
    drawing = charts.figure(title, WEEK, UNITS[column])
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawing.add_scatter(x=gap.index, y=gap["low"], **band)
    drawing.add_scatter(x=gap.index, y=gap["high"], fill="tonexty", fillcolor=pale(BLUE, 0.3), **band)
    return drawing.add_scatter(x=gap.index, y=gap["mean"], mode="lines", line={"color": BLUE, "width": 3})


def tree_chart(years: pd.DataFrame, path: Sequence[str]) -> go.Figure:
    """Draw one of the years of a `tree` in four panels, the year of its first plan all along in grey.

    Parameters
    ----------
    years
        The result of `tree`.
    path
        Four names of plans, one a quarter.

    Examples
    --------
    >>> from opslab.year import Plan, tree
    >>> years = tree({"as last year": Plan(), "no pushes": Plan(pushes=0)}, seed=7)
    >>> len(tree_chart(years, ["no pushes"] * 4).data)
    8
    """
    if not isinstance(years, pd.DataFrame) or list(years.index.names) != [*ORDINALS, WEEK]:
        raise ValueError(NOT_A_TREE.format(found=type(years).__name__))
    names = list(years.index.unique(ORDINALS[0]))
    wanted = tuple(path) if isinstance(path, list | tuple) else path
    if not isinstance(wanted, tuple) or len(wanted) != len(ORDINALS) or not set(wanted) <= set(names):
        raise ValueError(NO_PATH.format(found=path, first=(names[0],) * len(ORDINALS)))
    own, usual = (_year(years, names, one) for one in (wanted, (names[0],) * len(ORDINALS)))
    ends = {name: _ends(years[name]) for name in PANELS}
    worth, gap = (_worth(own), _worth(own) - _worth(usual))
    title = LEAF.format(
        worth=say.number(round(worth)), gap=_against(round(gap)),
        no=say.share(own.said_no.iloc[-1], 0),
    )  # fmt: skip
    traces, names_of_panels, layout = [], [], empty_layout(title)
    font = {"size": LABEL_SIZE, "color": INK}
    for place, name in enumerate(PANELS):
        scale, number = SCALE.get(name, 1), str(place + 1) if place else ""
        for year, colour, width in ((usual, GREY, 1.5), (own, BLUE, 3)):
            # Whole numbers travel in a third of the space.
            height = np.rint(year[name].to_numpy() * scale).astype(int)
            traces.append({
                "type": "scatter", "x": WEEK_NUMBERS, "y": height, "mode": "lines",
                "line": {"color": colour, "width": width}, "xaxis": f"x{number}", "yaxis": f"y{number}",
            })  # fmt: skip
        across, up = BESIDE[place % 2], ABOVE[1 - place // 2]
        low, high = ends[name]
        layout[f"xaxis{number}"] = {"domain": across, "anchor": f"y{number}", "showticklabels": place > 1,
                                   "title": {"text": WEEK if place > 1 else ""}}  # fmt: skip
        layout[f"yaxis{number}"] = {
            "domain": up,
            "anchor": f"x{number}",
            "range": [low * scale, high * scale],
            "nticks": 4,
        }
        names_of_panels.append(
            {"text": PANEL_NAMES[name], "x": across[0], "y": up[1], "xref": "paper", "yref": "paper",
             "xanchor": "left", "xshift": -OVER_NUMBERS, "yanchor": "bottom", "yshift": HALF_NUMBER,
             "showarrow": False, "font": font}
        )  # fmt: skip
    top = layout["margin"]["t"]
    return drawn(traces, layout | {
        "annotations": names_of_panels, "height": top + 460,
        "margin": {"t": top + 16, "b": 56, "l": 56},
    })  # fmt: skip


def _year(years: pd.DataFrame, names: list[str], path: tuple[str, ...]) -> pd.DataFrame:
    """Return the weeks of one path: they stand in the order of `itertools.product`."""
    place = 0
    for name in path:
        place = place * len(names) + names.index(name)
    return years.iloc[place * WEEKS : (place + 1) * WEEKS]


def _against(gap: int) -> str:
    """Say how a year's worth compares with that of the grey year."""
    return (MORE if gap > 0 else LESS if gap else SAME).format(gap=say.number(abs(gap)))


def _ends(values: pd.Series) -> tuple[float, float]:
    """Return the ends of an axis that holds every year, so that years can be compared by eye."""
    return min(values.min(), 0) * 1.05, values.max() * 1.05


def _worth(year: pd.DataFrame) -> float:
    """Return thousand yuan at the year's end, as in `score`."""
    end = year.iloc[-1]
    return float(end.cash + end.ahead - end.points_owed - year.unpaid.sum()) / 1000
