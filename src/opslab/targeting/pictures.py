"""Draw targeting: one pure function from a result of this package to a Plotly figure for each."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.charts import say
from opslab.ground.arguments import NOT_THE_RESULT, POSITIVE, as_number, require_result
from opslab.targeting.clusters import feature_table
from opslab.targeting.market import MarketSize
from opslab.targeting.prices import PriceSensitivity
from opslab.targeting.survey import PostStratified

# Words
NOW, BEFORE = "now", "first guesses"
PEOPLE_LOG = "people (tenfold steps)"
RANGE = "Between {range} people, middle {middle}{needed}"
NEEDED = "needed: {needed}"
VERDICTS = "; the {needed} needed lie below", "; the {needed} needed lie in between", "; {needed} are needed"
ANSWERS, USERS = "of all users", "of the answers"
FURTHEST = "{name}: {population} of all users, {answers} of the answers"
MONTHLY_PRICE, SHARE_SAYING = "monthly dues (yuan)", "share of people"
SAYING = {"too_cheap": "too cheap", "cheap": "a bargain", "dear": "dear", "too_dear": "too dear"}
AT_PRICE = "At {price}: too cheap for {too_cheap}, fine for {acceptable}, too dear for {too_dear}"
YUAN = "yuan"
AFFINITY, EVERYBODY = "affinity index", "100: as everybody"
STRONGEST = "Highest index: {name}, {index} ({range})"
STANDARD = "distance from the mean, in standard deviations"
QUALITY = (
    "{groups}: silhouette {silhouette:.2f} (shuffled {shuffled:.2f}), stability {stability:.2f}, "
    "smallest group {smallest}"
)
A_GROUP = "group"
NO_K = "quality has no row for {k} groups, as labels has; it has {found}"
GROUP = "group {number} ({size})"
AND = "{low} and {high}"

POINTS = 31  # of a curve of prices
FEATURE_COLUMNS, GROUP_COLUMNS = 6, 11  # letters in a line of a name: a phone shows four beside one another


def market_chart(
    size: MarketSize, needed: float | None = None, title: str = "", *, before: MarketSize | None = None
) -> go.Figure:
    """Draw the range of a `market_size` on a logarithmic axis, with the number of people needed.

    `before`, an earlier estimate, stays in grey below it.

    Examples
    --------
    >>> from opslab.targeting import market_size
    >>> size = market_size({"people": (900_000, 1_100_000), "share who would join": (0.01, 0.04)})
    >>> market_chart(size, needed=10_000).layout.title.text.replace("<br>", " ")
    'Between 9,880 and 40,100 people, middle 19,900; the 10,000 needed lie in between'
    """
    _require(size, MarketSize, "size", "market_size")
    line = None if needed is None else as_number(needed, "needed", least=POSITIVE)
    estimates = {NOW: size}
    if before is not None:
        _require(before, MarketSize, "before", "market_size")
        estimates[BEFORE] = before
    words = title or RANGE.format(
        range=say.between(size.low, size.high, joined=AND),
        middle=say.number(size.middle),
        needed=_verdict(size, line),
    )
    drawing = charts.dots(
        pd.Series({name: one.middle for name, one in estimates.items()}), words, PEOPLE_LOG,
        low=[one.low for one in estimates.values()], high=[one.high for one in estimates.values()],
        focus=NOW, ordered=True,
    )  # fmt: skip
    drawing.update_xaxes(type="log", dtick=1, rangemode="normal")
    return drawing if line is None else charts.mark(drawing, line, NEEDED.format(needed=say.number(line)))


def _verdict(size: MarketSize, needed: float | None) -> str:
    if needed is None:
        return ""
    return VERDICTS[(size.low < needed) + (size.high < needed)].format(needed=say.number(needed))


def strata_chart(survey: PostStratified, title: str = "") -> go.Figure:
    """Draw each group's share of all users beside its share of the answers; they part most in the title's.

    Examples
    --------
    >>> from opslab.targeting import poststratify
    >>> import pandas as pd
    >>> sample = pd.DataFrame({"persona": ["student", "student", "manager"], "dues": [5, 7, 20]})
    >>> survey = poststratify(sample, {"student": 60, "manager": 40}, by="persona")
    >>> strata_chart(survey).layout.title.text.replace("\xa0", " ")
    'Manager: 40.0 % of all users, 33.3 % of the answers'
    """
    _require(survey, PostStratified, "survey", "poststratify")
    table = survey.strata[["share_population", "share_answers"]].set_axis([ANSWERS, USERS], axis=1)
    furthest = (table[USERS] - table[ANSWERS]).abs().idxmax()
    words = title or FURTHEST.format(
        name=say.name(furthest),
        population=say.share(table.loc[furthest, ANSWERS]),
        answers=say.share(table.loc[furthest, USERS]),
    )
    return charts.slopes(table, words, share=True, focus=furthest)


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
    words = "" if at is None else _at_price(prices, at)
    top = prices.curves.index.to_numpy().max() if most is None else as_number(most, "most", least=1)
    grid = np.linspace(0, top, POINTS)
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
        charts.mark(drawing, at, say.number(at, YUAN))
    drawing.update_xaxes(range=[0, float(top)])
    return drawing.update_yaxes(range=[0, 1.02])


def _at_price(prices: PriceSensitivity, at: float) -> str:
    told: dict[str, object] = {str(name): say.share(value) for name, value in prices.shares(at).items()}
    return AT_PRICE.format(price=say.number(at, YUAN), **told)


def affinity_chart(table: pd.DataFrame, title: str = "", most: float = 300) -> go.Figure:
    """Draw an `affinity` table as dots with intervals beside the line of 100, the strongest at the top.

    Examples
    --------
    >>> from opslab.targeting import affinity
    >>> affinity_chart(affinity({"data": 30, "design": 10}, {"data": 100, "design": 100})).layout.title.text
    'Highest index: Data, 150 (120 to 172)'
    """
    require_result(table, "table", ("index", "low", "high"), "affinity")
    top = table["index"].idxmax()
    words = title or STRONGEST.format(
        name=say.name(top),
        index=say.number(table["index"][top]),
        range=say.between(table["low"][top], table["high"][top]),
    )
    drawing = charts.dots(
        table["index"], words, AFFINITY, low=table["low"], high=table["high"], focus=top,
        reference=100, reference_name=EVERYBODY,
    )  # fmt: skip
    return drawing.update_xaxes(range=[0, as_number(most, "most", least=100)])


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
    centres.index = [
        GROUP.format(number=number + 1, size=say.number(sizes[number])) for number in centres.index
    ]
    words = ""
    if quality is not None:
        columns = ["silhouette", "silhouette_shuffled", "stability", "smallest"]
        require_result(quality, "quality", columns, "compare_k")
        if len(sizes) not in quality.index:
            raise ValueError(NO_K.format(k=len(sizes), found=", ".join(map(str, quality.index))))
        row = quality.loc[len(sizes)]
        words = QUALITY.format(
            groups=say.count(len(sizes), A_GROUP),
            silhouette=row["silhouette"],
            shuffled=row["silhouette_shuffled"],
            stability=row["stability"],
            smallest=say.share(row["smallest"]),
        )
    drawing = charts.figure(words, x=STANDARD)
    largest = max(float(np.abs(centres.to_numpy()).max()), 2)
    drawing.add_heatmap(
        z=centres.to_numpy(),
        x=[charts.wrap(say.name(name), FEATURE_COLUMNS) for name in table.columns],
        y=[charts.wrap(say.name(group), GROUP_COLUMNS) for group in centres.index],
        zmid=0,
        zmin=-largest,
        zmax=largest,
        colorscale=charts.DIVERGING,
        text=[[_apart(value) for value in row] for row in centres.to_numpy()],
        texttemplate="%{text}",
        textfont={"color": charts.INK},
        xgap=2,
        ygap=2,
        showscale=False,
    )
    # Four names stay upright beside one another on a phone.
    drawing.update_xaxes(tickangle=0, tickfont={"size": 12}).update_layout(margin={"r": 8})
    return drawing.update_yaxes(autorange="reversed", showgrid=False)


def _require(value: Any, kind: type, name: str, maker: str) -> None:
    if not isinstance(value, kind):
        raise ValueError(NOT_THE_RESULT.format(name=name, found=type(value).__name__, maker=maker))


def _apart(value: float) -> str:
    return f"{value:+z.1f}".replace("+0.0", "0.0").replace("-", say.MINUS)
