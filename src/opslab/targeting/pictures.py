"""Draw targeting: one pure function from a result of this package to a Plotly figure for each."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.ground.frames import NOT_THE_RESULT, POSITIVE, as_number, require_result
from opslab.targeting.clusters import feature_table
from opslab.targeting.market import MarketSize
from opslab.targeting.prices import PriceSensitivity
from opslab.targeting.survey import PostStratified

# Words
MARKET, SHARE = "market", "share"
PEOPLE_LOG = "people (each step ten times the last)"
RANGE = "Between {low:,.0f} and {high:,.0f} people, middle {middle:,.0f}"
NEEDED = "needed: {needed:,.0f}"
ANSWERS, USERS = "of the answers", "of all users"
MONTHLY_PRICE, SHARE_SAYING = "monthly dues (yuan)", "share of people"
SAYING = {"too_cheap": "too cheap", "cheap": "a bargain", "dear": "dear", "too_dear": "too dear"}
AT_PRICE = (
    "At {price:g} yuan: too cheap for {too_cheap:.0%}, fine for {acceptable:.0%}, too dear for {too_dear:.0%}"
)
AFFINITY = "affinity index (100 = as everybody)"
STANDARD = "standard deviations from the mean"
QUALITY = (
    "k = {k}: silhouette {silhouette:.2f} (shuffled {shuffled:.2f}), stability {stability:.2f}, "
    "smallest group {smallest:.0%}"
)
NO_K = "quality has no row for {k} groups, as labels has; it has {found}"
GROUP = "group {number} ({size:,})"


def market_chart(size: MarketSize, needed: float | None = None, title: str = "") -> go.Figure:
    """Draw the range of a `market_size` on a logarithmic axis, with the number of people needed.

    Examples
    --------
    >>> from opslab.targeting import market_size
    >>> size = market_size({"people": (900_000, 1_100_000), "share who would join": (0.01, 0.04)})
    >>> market_chart(size, needed=10_000, title="Enough people").layout.title.text
    'Enough people'
    """
    _require(size, MarketSize, "size", "market_size")
    words = title or RANGE.format(low=size.low, high=size.high, middle=size.middle)
    drawing = charts.figure(words, PEOPLE_LOG, "")
    drawing.add_scatter(
        x=[size.low, size.middle, size.high],
        y=[MARKET] * 3,
        mode="lines+markers",
        line={"color": charts.BLUE, "width": 5},
        marker={
            "color": charts.BLUE,
            "size": [10, 16, 10],
            "symbol": ["line-ns-open", "circle", "line-ns-open"],
        },
    )
    if needed is not None:
        line = as_number(needed, "needed", least=POSITIVE)
        drawing.add_vline(line, line={"color": charts.VERMILLION, "dash": "dash"})
        drawing.add_annotation(
            x=np.log10(line),
            y=1,
            yref="paper",
            text=NEEDED.format(needed=line),
            showarrow=False,
            xanchor="left",
            xshift=4,
            font={"color": charts.VERMILLION},
        )
    drawing.update_xaxes(type="log", dtick=1)
    drawing.update_yaxes(showticklabels=False, showgrid=False)
    return drawing.update_layout(height=240)


def strata_chart(survey: PostStratified, title: str = "") -> go.Figure:
    """Draw each group's share of the answers beside its share of all users.

    Examples
    --------
    >>> from opslab.targeting import poststratify
    >>> import pandas as pd
    >>> sample = pd.DataFrame({"persona": ["student", "student", "manager"], "dues": [5, 7, 20]})
    >>> survey = poststratify(sample, {"student": 50, "manager": 50}, by="persona")
    >>> len(strata_chart(survey).data)
    2
    """
    _require(survey, PostStratified, "survey", "poststratify")
    table = survey.strata[["share_answers", "share_population"]].set_axis([ANSWERS, USERS], axis=1)
    return charts.bars(table, title, y=SHARE, share=True)


def price_chart(prices: PriceSensitivity, at: float | None = None, most: float | None = None) -> go.Figure:
    """Draw the four curves of `price_sensitivity`, and what people say of the price `at`.

    `most` (yuan) is the right end of the axis.

    Examples
    --------
    >>> from opslab.targeting import price_sensitivity
    >>> import pandas as pd
    >>> limits = {"too_cheap": [2, 4, 5], "cheap": [5, 8, 9], "dear": [12, 14, 15], "too_dear": [20, 22, 25]}
    >>> answers = pd.DataFrame(limits)
    >>> len(price_chart(price_sensitivity(answers), at=12).data)
    4
    """
    _require(prices, PriceSensitivity, "prices", "price_sensitivity")
    words = "" if at is None else AT_PRICE.format(price=at, **prices.shares(at))
    top = prices.curves.index.to_numpy().max() if most is None else as_number(most, "most", least=1)
    grid = np.arange(0, top + 1)
    curves = pd.DataFrame(
        {
            name: np.interp(
                grid, prices.curves.index, prices.curves[column], left=float(column in ("too_cheap", "cheap"))
            )
            for column, name in SAYING.items()
        },
        index=grid,
    )
    drawing = charts.lines(curves, words, MONTHLY_PRICE, SHARE_SAYING, share=True, markers=False)
    if at is not None:
        drawing.add_vline(at, line={"color": charts.INK, "dash": "dash", "width": 1.5})
    drawing.update_xaxes(range=[0, float(top)])
    return drawing.update_yaxes(range=[0, 1.02])


def affinity_chart(table: pd.DataFrame, title: str = "", most: float = 300) -> go.Figure:
    """Draw an `affinity` table as bars with intervals about the line of 100.

    Examples
    --------
    >>> from opslab.targeting import affinity
    >>> table = affinity({"data": 30, "design": 10}, {"data": 100, "design": 100})
    >>> affinity_chart(table, "They prefer data").layout.title.text
    'They prefer data'
    """
    require_result(table, "table", ("index", "low", "high"), "affinity")
    drawing = charts.bars(table["index"], title, "", AFFINITY, low=table["low"], high=table["high"])
    drawing.add_hline(100, line={"color": charts.INK, "dash": "dash", "width": 1.5})
    return drawing.update_yaxes(range=[0, as_number(most, "most", least=100)])


def segments_chart(
    features: pd.DataFrame, labels: pd.Series, quality: pd.DataFrame | None = None
) -> go.Figure:
    """Draw each group's centre: how far it lies from the mean, in standard deviations of each feature.

    With the table of `compare_k` the title states how far these groups can be trusted.

    Examples
    --------
    >>> from opslab.targeting import segment
    >>> import pandas as pd
    >>> two = pd.DataFrame({"days": [1, 2, 1, 30, 31], "yuan": [0, 0, 1, 90, 91]})
    >>> len(segments_chart(two, segment(two, k=2).labels).data)
    1
    """
    table = feature_table(features)
    if not isinstance(labels, pd.Series) or len(labels) != len(table):
        raise ValueError(NOT_THE_RESULT.format(name="labels", found=type(labels).__name__, maker="segment"))
    sizes = labels.value_counts().sort_index()
    centres = ((table - table.mean()) / table.std(ddof=0)).groupby(labels.to_numpy()).mean()
    centres.index = [GROUP.format(number=number + 1, size=sizes[number]) for number in centres.index]
    words = ""
    if quality is not None:
        columns = ["silhouette", "silhouette_shuffled", "stability", "smallest"]
        require_result(quality, "quality", columns, "compare_k")
        if len(sizes) not in quality.index:
            raise ValueError(NO_K.format(k=len(sizes), found=", ".join(map(str, quality.index))))
        row = quality.loc[len(sizes)]
        words = QUALITY.format(
            k=len(sizes),
            silhouette=row["silhouette"],
            shuffled=row["silhouette_shuffled"],
            stability=row["stability"],
            smallest=row["smallest"],
        )
    drawing = charts.figure(words)
    largest = float(np.abs(centres.to_numpy()).max())
    text = centres.to_numpy()
    drawing.add_heatmap(
        z=text,
        x=[str(name) for name in table.columns],
        y=list(centres.index),
        zmid=0,
        zmin=-max(largest, 2),
        zmax=max(largest, 2),
        colorscale=[[0, charts.ORANGE], [0.5, "#FFFFFF"], [1, charts.BLUE]],
        texttemplate="%{z:+.1f}",
        xgap=2,
        ygap=2,
        colorbar={"title": {"text": STANDARD, "side": "right", "font": {"size": 13}}, "thickness": 14},
    )
    return drawing.update_yaxes(autorange="reversed", showgrid=False)


def _require(value: Any, kind: type, name: str, maker: str) -> None:
    if not isinstance(value, kind):
        raise ValueError(NOT_THE_RESULT.format(name=name, found=type(value).__name__, maker=maker))
