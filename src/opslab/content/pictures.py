"""Draw content: one pure function from numbers or tables to a Plotly figure for each picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.charts import say
from opslab.content.luck import unpredictability, worlds
from opslab.content.page_order import best_order, clicks
from opslab.content.views import top_share
from opslab.ground.arguments import POSITIVE, as_number, as_numbers, require_result
from opslab.ground.inequality import lorenz

# Words
ITEMS, VIEWS = "items, most viewed first (%)", "share of all views"
TOP_HOLDS = "The top {top} of the items have {share} of the views"
HOURS, SO_FAR = "hours since publication", "views an item so far"
LEADS = "After {hours} {place} leads with {views} views an item, and {last} is last with {fewest}"
CLICKED = "clicks of 100 readers"
PAGE = "{total} clicks of 100 readers; the best order brings {best}"
QUALITY, CHOSEN = "quality", "share of all choices"
HITS = "The best piece is the hit in {wins} of {worlds} worlds; a piece's share differs by {apart}"
THE_BEST, OTHERS = "the best piece", "the others"


def views_chart(views: Any, top: float) -> go.Figure:
    """Draw which share of all views the most viewed items have, with the share at `top`.

    Parameters
    ----------
    views
        A number from 0 up for each item, those with none among them.
    top
        A share of the items, above 0 and at most 1.

    Examples
    --------
    >>> views_chart([70, 20, 10, 0], top=0.25).layout.title.text
    'The top 25\\xa0% of the items have 70.0\\xa0% of the views'
    """
    at = as_number(top, "top", least=POSITIVE, most=1)
    held = top_share(views, at) if at < 1 else 1.0
    curve = lorenz(views)
    # The Lorenz curve from its other end, at even steps: a figure must not weigh as much as the data.
    steps = np.linspace(0, 100, 201)
    line = pd.Series(1 - np.interp(1 - steps / 100, curve.index, curve), index=steps, name="views")
    title = TOP_HOLDS.format(top=say.level(at), share=say.share(held))
    drawing = charts.lines(line, title, ITEMS, VIEWS, share=True, markers=False)
    drawing.add_scatter(x=[100 * at], y=[held], mode="markers", marker={"size": 13, "color": charts.BLUE})
    return charts.mark(drawing, 100 * at, say.level(at)).update_layout(showlegend=False)


def life_chart(lives: pd.DataFrame, hours: float) -> go.Figure:
    """Draw how the views of an item add up at each place, and what has come by `hours`.

    Parameters
    ----------
    lives
        Index place; columns half_life (hours) and views (in all, of an item).
    hours
        When the views are counted.

    Examples
    --------
    >>> lives = pd.DataFrame({"half_life": [2, 48], "views": [80, 300]}, index=["moments", "app"])
    >>> life_chart(lives, hours=6).layout.title.text
    'After 6\\xa0hours Moments leads with 70 views an item, and App is last with 25'
    """
    require_result(lives, "lives", ["half_life", "views"], "a table of half-lives and views")
    now = as_number(hours, "hours", least=POSITIVE)
    as_numbers(lives.half_life, "half_life", least=POSITIVE)
    as_numbers(lives.views, "views", least=0)
    times = np.geomspace(0.25, 400, 60)
    so_far = {place: row.views * (1 - 2 ** (-times / row.half_life)) for place, row in lives.iterrows()}
    seen = lives.views * (1 - 2.0 ** (-now / lives.half_life))
    title = LEADS.format(
        hours=say.count(now, "hour"),
        place=say.name(seen.idxmax()),
        views=say.number(round(seen.max())),
        last=say.name(seen.idxmin()),
        fewest=say.number(round(seen.min())),
    )
    drawing = charts.lines(pd.DataFrame(so_far, index=times), title, HOURS, SO_FAR, markers=False)
    drawing.update_xaxes(type="log", tickvals=[1, 6, 24, 96, 384])
    colours = [trace.line.color for trace in drawing.data]
    drawing.add_trace(charts.cursor_dots(now, seen.to_list(), colours, lives.views.max()))
    return charts.mark(drawing, now)


def page_chart(
    order: Sequence[Any],
    attraction: pd.Series,
    examination: Any = None,
    model: str = "position",
    **reader: Any,
) -> go.Figure:
    """Draw the clicks of 100 readers on each block of a page in its order, beside what the best order brings.

    The arguments are those of `opslab.content.clicks`.

    Examples
    --------
    >>> page_chart(["a", "b"], pd.Series({"a": 0.1, "b": 0.4}), [1, 0.5]).layout.title.text
    '30 clicks of 100 readers; the best order brings 45'
    """
    now = 100 * clicks(order, attraction, examination, model, **reader)
    best = best_order(attraction, examination, model, **reader)
    most = 100 * clicks(best, attraction, examination, model, **reader).sum()
    title = PAGE.format(total=say.number(round(now.sum())), best=say.number(round(most)))
    return charts.dots(now.round(1), title, CLICKED, ordered=True)


def quality_chart(
    quality: Any, influence: float, ranked: bool = True, *, listeners: int = 1_000, seed: int = 0
) -> go.Figure:
    """Draw each item's share of the choices over its quality in eight worlds that differ by chance alone.

    The arguments are those of `opslab.content.worlds`.

    Examples
    --------
    >>> drawing = quality_chart([1, 2, 4], influence=0, ranked=False)
    >>> drawing.layout.title.text[:44]
    'The best piece is the hit in 8 of 8 worlds; '
    """
    pull = as_numbers(quality, "quality", least=0)
    chosen = worlds(pull, listeners, influence, 8, ranked=ranked, seed=seed)
    shares = chosen / chosen.sum()
    best = int(pull.argmax())
    wins = int((chosen.idxmax() == best).sum())
    apart = say.points(unpredictability(chosen).mean())
    title = HITS.format(wins=wins, worlds=chosen.shape[1], apart=apart)
    drawing = charts.figure(title, QUALITY, CHOSEN)
    for name, rows in ((OTHERS, pull != pull[best]), (THE_BEST, pull == pull[best])):
        drawing.add_scatter(
            x=np.repeat(pull[rows], chosen.shape[1]),
            y=shares[rows].to_numpy().ravel(),
            mode="markers",
            name=name,
            marker={"size": 9, "opacity": 0.7, "color": charts.ORANGE if name == THE_BEST else charts.GREY},
        )
    top = {
        "x": pull[best],
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "text": THE_BEST,
        "showarrow": False,
    }
    return charts.shares(drawing).add_annotation(top).update_layout(showlegend=False)
