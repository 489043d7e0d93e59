"""Draw trials: who returns with and without a message, and how far down a ranking it pays to write.

Where no title is given, the title is the result, computed from what is drawn.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.charts.annotations import clear_sides
from opslab.ground import formatting as say
from opslab.ground.arguments import as_number, require_named, require_result
from opslab.outreach.trials import Qini

# Words
WITH, WITHOUT = "return with a message", "return without it"
NO_EFFECT = "no effect"
MOST_AND_LEAST = "Most is added in the group {most} ({gain}), least in {least} ({loss})"
SHARE_WRITTEN, EXTRA = "share written to, best score first, %", "extra returns among those written to"
AT_RANDOM = "By lot"
RANKED = "Write to {share}: {extra} by {name}, {all} if all are written to"
EXTRA_RETURN = "extra return"
NOT_A_QINI = "curves[{name!r}] is a {found}; expected the result of qini"
CURVES = "results of qini"

NAMES_ROOM = 1.8  # times the furthest group: room for the names at its right
SMALLEST = (190, 190)  # px: width of a plot on a phone, and height of one on a slide
POINTS = 51  # of a drawn curve: as many at each position of a control


def people_chart(table: pd.DataFrame, title: str | None = None) -> go.Figure:
    """Draw an `uplift` table: groups as dots, where they return with and without a message.

    On the diagonal a message changes nothing. The bar through a dot is the 95 % interval of its uplift: where
    it misses the diagonal, the effect is seen. A group's name stands at the end of its bar, or where else no
    other group's bar is.

    Examples
    --------
    >>> table = pd.DataFrame({"with": [0.3, 0.1], "without": [0.1, 0.2]}, index=["answered", "muted"])
    >>> table = table.assign(uplift=[0.2, -0.1], low=[0.1, -0.3], high=[0.3, 0.1])
    >>> len(people_chart(table).data)      # the diagonal, the groups, their names
    3
    """
    require_result(table, "table", ["with", "without", "uplift", "low", "high"], "uplift")
    names = [say.name(name) for name in table.index]
    most, least = table["uplift"].to_numpy().argmax(), table["uplift"].to_numpy().argmin()
    words = {
        "most": say.name(table.index[most], capital=False), "gain": _points(table["uplift"].iloc[most]),
        "least": say.name(table.index[least], capital=False), "loss": _points(table["uplift"].iloc[least]),
    }  # fmt: skip
    drawing = charts.figure(MOST_AND_LEAST.format(**words) if title is None else title, WITH, WITHOUT)
    uplift, returned, alone = table["uplift"], table["with"], table["without"]
    across = NAMES_ROOM * float(returned.max()) or 1.0
    up = min(across, 1.25 * float(alone.max())) or across
    drawing.add_scatter(
        x=[0, up], y=[0, up], mode="lines", name=NO_EFFECT, hoverinfo="skip",
        line={"color": charts.GREY, "dash": "dash", "width": 1.5},
    )  # fmt: skip
    colours = [_colour(low, high) for low, high in zip(table["low"], table["high"], strict=True)]
    drawing.add_scatter(
        x=returned,
        y=alone,
        mode="markers",
        marker={"size": 13, "color": colours},
        error_x={
            "type": "data", "array": table["high"] - uplift, "arrayminus": uplift - table["low"],
            "color": charts.GREY, "thickness": 2, "width": 5,
        },
        cliponaxis=False,
        hovertext=names,
        hovertemplate="%{hovertext}: %{x:.1%}, %{y:.1%}<extra></extra>",
    )  # fmt: skip
    lows, highs = ((returned + table[end] - uplift) / across for end in ("low", "high"))
    points = list(zip(returned / across, alone / up, lows, highs, strict=True))
    places, sides = zip(*clear_sides(names, points, SMALLEST), strict=True)
    drawing.add_scatter(
        x=np.array(places) * across,
        y=alone,
        mode="markers+text",
        marker={"size": 9, "color": "rgba(0,0,0,0)"},  # unseen: it keeps a name off its bar
        text=names,
        textposition=sides,
        textfont={"size": 13, "color": charts.INK},
        cliponaxis=False,
        hoverinfo="skip",
    )
    charts.shares(charts.shares(drawing), "x")
    return drawing.update_xaxes(range=[0, across]).update_yaxes(range=[0, up])


def qini_chart(curves: Mapping[str, Qini], at: float, title: str | None = None) -> go.Figure:
    """Draw Qini curves over the share of people written to, with a cursor at the share `at`, 0 to 1.

    The grey line is a ranking by lot: it ends where all curves end, at "write to all". The title speaks of
    the first curve.

    Examples
    --------
    >>> from opslab.outreach import qini
    >>> trial = pd.DataFrame({"score": [3, 3, 2, 2], "treated": [1, 0, 1, 0], "returned": [1, 0, 0, 1]})
    >>> qini_chart({"score": qini(trial, "score")}, at=0.5).layout.title.text
    'Write to 50\\xa0%: 1\\xa0extra return by score, 0 if all are written to'
    """
    require_named(curves, "curves", CURVES)
    share = as_number(at, "at", least=0, most=1)
    for name, curve in curves.items():
        if not isinstance(curve, Qini):
            raise ValueError(NOT_A_QINI.format(name=name, found=type(curve).__name__))
    places = np.linspace(0, 1, POINTS)
    drawn = {
        say.name(name): np.interp(places, curve.x / curve.x[-1], curve.y) for name, curve in curves.items()
    }
    table = pd.DataFrame(drawn, index=np.round(100 * places, 6))
    first, curve = next(iter(curves.items()))
    extra, every = (
        round(float(value)) for value in (np.interp(share, curve.x / curve.x[-1], curve.y), curve.y[-1])
    )
    words = {"share": say.share(share, 0), "extra": say.count(extra, EXTRA_RETURN), "all": say.number(every)}
    words["name"] = say.name(first, capital=False)
    table[AT_RANDOM] = curve.y[-1] * places
    drawing = charts.lines(
        table, RANKED.format(**words) if title is None else title, SHARE_WRITTEN, EXTRA, markers=False
    )
    drawing.data[-1].update(line={"color": charts.GREY, "dash": "dash", "width": 1.5})
    charts.label_ends(drawing)
    here = [float(np.interp(share, places, values)) for values in drawn.values()]
    colours = [trace.line.color for trace in drawing.data[: len(drawn)]]
    drawing.add_trace(charts.cursor_dots(100 * share, here, colours, np.ptp(table.to_numpy())))
    return charts.mark(drawing, 100 * share)


def _points(gain: float) -> str:
    return ("+" if gain > 0 else say.MINUS if gain < 0 else "") + say.points(gain)


def _colour(low: float, high: float) -> str:
    """Return blue for a gain that is seen, red for a loss that is seen, grey for neither."""
    return charts.BLUE if low > 0 else charts.VERMILLION if high < 0 else charts.GREY
