"""Draw retention: one pure function from a table of this package to a Plotly figure for each.

Where no title is given, the title is the result, computed from what is drawn.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.ground import formatting as say
from opslab.ground.arguments import as_choice, as_number, as_numbers, require_result
from opslab.ground.days import MOST_MONTHS, MOST_WEEKS
from opslab.retention.event_log import PERIODS, Period
from opslab.retention.growth import active_users
from opslab.retention.renewals import ShiftedBetaGeometric, fit_sbg

# Words
NO_TABLES = "no tables to draw: expected the result of {maker}, or a dictionary of names to such tables"
BEFORE_THE_FIRST = "at is {at!r}; the curves begin at {first:g}"
AGE, SINCE_START = "age ({unit} since the first event)", "{unit} since the start"
ACTIVE_AFTER = "After {week} weeks: {users:,} active users"
UNITS = {"D": "days", "W": "weeks", "M": "months"}
COHORT = "started in the {unit} of"
UNIT_OF = {"D": "day", "W": "week", "M": "month"}
SHARE_BACK = "share of the cohort active"
COHORTS_BACK = "After {age}, {shares} of a cohort are active"
SHARE_RETURNED = "share of users who came back"
CAME_BACK, STILL_AFTER = "Back on day {day}: {shares}", "Still there after {time}: {shares}"
SHARE_STILL_THERE = "share still there"
RENEWALS = "renewals since joining"
PEOPLE = "users"
FORETOLD = "Foretold after {age} renewals: sBG {model}, constant churn {constant}"
IN_TRUTH = "; in truth {truth}"
DATA_USED, DATA_LATER, MODEL, CONSTANT = (
    "Used for the fit",
    "What happened later",
    "sBG model",
    "Constant churn",
)
NEW, RESURRECTED, RETAINED, CHURNED = "new", "resurrected", "retained", "churned"
PERIOD = "period"
GREW = "From {first} to {last} active users; more won than lost in {times} of {steps}"
PRECISION, RECALL = "precision", "recall"
QUIET = "warn after so many quiet days"
WARNED = "Warned after {days}: precision {precision}, recall {recall}"
SHARE = "share"
CHURN_CHANCE = "chance to leave in a period"
DENSITY = "density of members"
STILL_HERE = "after {renewals}"
AT_START = "at the start"
MEAN_CHANCE = "Mean chance to leave: {start} at the start, {now} after {renewals}"

FEW_LINES = 5  # can be named at their ends
ACTIVE_MOST = 42  # the axis' upper end in weeks' arrivals, fixed so that curves can be compared


def cohort_chart(table: pd.DataFrame, title: str = "", *, period: Period = "W") -> go.Figure:
    """Draw a `cohort_table` as a heat map of shares: each row divided by the cohort's size at age 0.

    Examples
    --------
    >>> from opslab.retention import cohort_table
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> cohort_chart(cohort_table(events), "Two users, three weeks").layout.title.text
    'Two users, three weeks'
    """
    as_choice(period, "period", PERIODS)
    ages = list(table.columns) if isinstance(table, pd.DataFrame) else []
    require_result(table, "table", [0, *ages], "cohort_table")
    rates = table.astype(float).div(table[0].astype(float), axis=0)
    later = rates.drop(columns=0).to_numpy()
    return charts.heatmap(
        rates,
        title or _cohorts_back(rates, UNIT_OF[period]),
        AGE.format(unit=UNITS[period]),
        COHORT.format(unit=UNIT_OF[period]),
        share=True,
        unit=SHARE_BACK,
        # Age 0 is 100 % by definition; the colours are for what can differ.
        top=float(np.nanmax(later)) if np.isfinite(later).any() else 1.0,
    )


def _cohorts_back(rates: pd.DataFrame, unit: str) -> str:
    """Return how many of a cohort are active at the first age, from the worst cohort to the best."""
    known = rates[1].dropna() if 1 in rates else rates[0]
    shares = say.between(known.min(), known.max(), "%")
    return COHORTS_BACK.format(age=say.count(1 if 1 in rates else 0, unit), shares=shares)


def retention_chart(curves: pd.DataFrame | Mapping[str, pd.DataFrame], title: str = "") -> go.Figure:
    """Draw one or several `retention_curve` tables (name to table), share over days.

    Examples
    --------
    >>> from opslab.retention import retention_curve
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> retention_chart(retention_curve(events, range(8)), "Back on day 7").layout.title.text
    'Back on day 7'
    """
    named = _named(curves, ["rate"], "retention_curve")
    rates = pd.DataFrame({name: curve["rate"] for name, curve in named.items()})
    return charts.lines(
        rates,
        title or CAME_BACK.format(day=rates.index[-1], shares=_in_words(rates.iloc[-1])),
        SINCE_START.format(unit="days"),
        SHARE_RETURNED,
        share=True,
    )


def survival_chart(
    curves: pd.DataFrame | Mapping[str, pd.DataFrame],
    title: str = "",
    *,
    unit: str = "days",
    at: float | None = None,
) -> go.Figure:
    """Draw one or several `kaplan_meier` tables (name to table) as steps with their 95 % bands.

    The title says which share is left `at` a time; by default at the last one that all curves know.

    Examples
    --------
    >>> from opslab.retention import kaplan_meier
    >>> survival_chart(kaplan_meier([1, 2, 2, 3]), at=1).layout.title.text
    'Still there after 1\\xa0day: 75.0\\xa0%'
    """
    named = _named(curves, ["survival", "low", "high"], "kaplan_meier")
    words = title or _still_after(named, unit, at)
    drawing = charts.figure(words, SINCE_START.format(unit=unit), SHARE_STILL_THERE, legend=len(named) > 1)
    for place, (name, curve) in enumerate(named.items()):
        style = charts.series_style(place)
        steps = {"shape": "hv"}
        drawing.add_scatter(
            x=curve.index,
            y=curve["low"],
            mode="lines",
            line={"width": 0, **steps},
            showlegend=False,
            hoverinfo="skip",
        )
        drawing.add_scatter(
            x=curve.index,
            y=curve["high"],
            mode="lines",
            line={"width": 0, **steps},
            fill="tonexty",
            fillcolor=charts.pale(style["line"]["color"]),
            showlegend=False,
            hoverinfo="skip",
        )
        drawing.add_scatter(
            x=curve.index,
            y=curve["survival"],
            name=say.name(name),
            mode="lines",
            line={**style["line"], **steps},
        )
    drawing.update_yaxes(range=[0, 1.02])
    return charts.shares(charts.label_ends(drawing) if len(named) <= FEW_LINES else drawing)


def _still_after(named: Mapping[str, pd.DataFrame], unit: str, at: float | None) -> str:
    time = min(curve.index[-1] for curve in named.values()) if at is None else as_number(at, "at")
    first = max(curve.index[0] for curve in named.values())
    if time < first:
        raise ValueError(BEFORE_THE_FIRST.format(at=at, first=first))
    left = pd.Series({name: curve["survival"].loc[:time].iloc[-1] for name, curve in named.items()})
    return STILL_AFTER.format(time=say.count(time, unit.removesuffix("s")), shares=_in_words(left))


def renewal_chart(survivors: Any, fitted: int = 7, horizon: int = 12, title: str = "") -> go.Figure:
    """Fit an sBG on the first `fitted` renewals, project it to `horizon`, and draw it beside what happened.

    The line of constant churn, fitted on the same renewals, shows what ignoring differences would foretell.
    The title says both foretold shares, and the true one where `survivors` reach that far.

    Examples
    --------
    >>> chart = renewal_chart([1_000, 869, 743, 653, 593, 551, 517, 491], fitted=4, horizon=7)
    >>> [line.name for line in chart.data]
    ['sBG model', 'Constant churn', 'Used for the fit', 'What happened later']
    """
    left = as_numbers(survivors, "survivors", least=0)
    fitted = as_number(fitted, "fitted", least=2, most=len(left) - 1, whole=True)
    horizon = as_number(horizon, "horizon", least=fitted, most=MOST_MONTHS, whole=True)
    model = fit_sbg(left[: fitted + 1])
    share, ages = left / left[0], np.arange(len(left))
    future = np.arange(horizon + 1)
    churn = (left[0] - left[fitted]) / left[:fitted].sum()
    ends = {"model": say.share(model.survival(horizon)), "constant": say.share((1 - churn) ** horizon)}
    foretold = FORETOLD.format(age=horizon, **ends)
    if horizon < len(left):
        foretold += IN_TRUTH.format(truth=say.share(share[horizon]))
    drawing = charts.figure(title or foretold, RENEWALS, SHARE_STILL_THERE, legend=True)
    for place, (name, values) in enumerate(
        ((MODEL, model.survival(future)), (CONSTANT, (1 - churn) ** future))
    ):
        style = charts.series_style(place)
        drawing.add_scatter(x=future, y=values, name=name, mode="lines", showlegend=False, **style)
    # The lines are named at their ends; the legend is for the two kinds of dots.
    charts.label_ends(drawing).update_layout(showlegend=True)
    for name, chosen, symbol in (
        (DATA_USED, ages <= fitted, "circle"),
        (DATA_LATER, (ages > fitted) & (ages <= horizon), "circle-open"),
    ):
        drawing.add_scatter(
            x=ages[chosen],
            y=share[chosen],
            name=name,
            mode="markers",
            marker={"color": charts.BLACK, "symbol": symbol, "size": 9, "line": {"width": 2}},
        )
    drawing.update_yaxes(range=[0, 1.02])
    drawing.update_xaxes(range=[-0.2, horizon + 0.2])
    return charts.shares(drawing)


def active_users_chart(weekly_retention: float, *, new_per_week: float = 100, weeks: int = 52) -> go.Figure:
    """Draw `active_users` week by week, with the last level in the title.

    Examples
    --------
    >>> active_users_chart(0.9).layout.title.text
    'After 52 weeks: 996 active users'
    """
    weeks = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    curve = pd.Series({week: active_users(new_per_week, weekly_retention, week) for week in range(weeks + 1)})
    title = ACTIVE_AFTER.format(week=weeks, users=round(curve[weeks]))
    drawing = charts.lines(curve, title, SINCE_START.format(unit="weeks"), PEOPLE, markers=False)
    return drawing.update_yaxes(range=[0, ACTIVE_MOST * new_per_week])


def churn_mix_chart(alpha: float, beta: float, renewals: int = 4, title: str = "") -> go.Figure:
    """Draw how chances to leave are spread at the start, and among those left after some `renewals`.

    Examples
    --------
    >>> churn_mix_chart(0.7, 1.2, renewals=1).layout.title.text
    'Mean chance to leave: 36.8\\xa0% at the start, 24.1\\xa0% after 1\\xa0renewal'
    """
    model = ShiftedBetaGeometric(alpha, beta)
    made = as_number(renewals, "renewals", least=0, whole=True)
    later = say.count(made, "renewal")
    means = {"start": model.alpha / (model.alpha + model.beta)}
    means["now"] = model.alpha / (model.alpha + model.beta + made)
    chance = np.linspace(0.005, 0.995, 199)
    words = MEAN_CHANCE.format(renewals=later, **{when: say.share(mean) for when, mean in means.items()})
    drawing = charts.figure(title or words, CHURN_CHANCE, DENSITY)
    still_here = STILL_HERE.format(renewals=later)
    # Both lines end low at the right: each is named where it stands alone.
    for left, line, words, place, side in (
        (0, {"color": charts.GREY, "dash": "dash"}, f"{say.name(AT_START)}<br> ", 160, "top center"),
        (made, {"color": charts.BLUE}, f"{2 * say.SPACE}{say.name(still_here)}", 0, "middle right"),
    ):
        drawing.add_scatter(
            x=chance,
            y=_beta_density(chance, model.alpha, model.beta + left),
            mode="lines+text",
            line={**line, "width": 2.5},
            text=[words if i == place else "" for i in range(len(chance))],
            textposition=side,
            textfont={"color": charts.name_colour(line["color"])},
            cliponaxis=False,
        )
    return charts.shares(drawing, "x")


def growth_chart(table: pd.DataFrame, title: str = "") -> go.Figure:
    """Draw a `growth_accounting` table: where active users came from above zero, who was lost below.

    Examples
    --------
    >>> from opslab.retention import growth_accounting
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> len(growth_chart(growth_accounting(events, "W")).data)
    4
    """
    require_result(table, "table", ["new", "resurrected", "retained", "churned"], "growth_accounting")
    parts = pd.DataFrame(
        {
            RETAINED: table["retained"],
            NEW: table["new"],
            RESURRECTED: table["resurrected"],
            CHURNED: -table["churned"],
        }
    )
    return charts.bars(parts, title or _grew(table), "", PEOPLE, stacked=True)


def _grew(table: pd.DataFrame) -> str:
    """Return from where to where the active users went, and how often a period won more than it lost."""
    active = table["new"] + table["resurrected"] + table["retained"]
    unit = PERIOD
    if isinstance(table.index, pd.DatetimeIndex):
        days = (table.index[-1] - table.index[0]).days / max(len(table) - 1, 1)
        unit = UNIT_OF["D" if days < 2 else "W" if days < 8 else "M"]
    return GREW.format(
        first=say.number(active.iloc[0]),
        last=say.number(active.iloc[-1]),
        times=int((active.diff() > 0).sum()),
        steps=say.count(len(table) - 1, unit),
    )


def warning_chart(table: pd.DataFrame, title: str = "", *, at: int | None = None) -> go.Figure:
    """Draw precision and recall of an `early_warning` table over quiet days, with a cursor `at` one of them.

    Examples
    --------
    >>> from opslab.retention import early_warning
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> table = early_warning(events, as_of="2024-01-08", quiet_days=[0, 5], horizon=7)
    >>> warning_chart(table, at=0).layout.title.text
    'Warned after 0\\xa0quiet days: precision 50.0\\xa0%, recall 100\\xa0%'
    """
    require_result(table, "table", ["precision", "recall"], "early_warning")
    parts = pd.DataFrame({PRECISION: table["precision"], RECALL: table["recall"]})
    if at is None:
        drawing = charts.lines(parts, title, QUIET, SHARE, share=True)
    else:
        days = as_choice(at, "at", list(parts.index))
        said = {name: say.share(value) for name, value in parts.loc[days].items()}
        words = title or WARNED.format(days=say.count(days, "quiet day"), **said)
        drawing = charts.timeline(parts, words, QUIET, SHARE, now=days, share=True)
    return drawing.update_yaxes(range=[0, 1.02])


def _beta_density(x: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    scale = math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta)
    return np.exp(scale + (alpha - 1) * np.log(x) + (beta - 1) * np.log1p(-x))


def _in_words(shares: pd.Series) -> str:
    """Return named shares, the largest first; one without a name stands alone."""
    ranked = shares.sort_values(ascending=False, kind="stable")
    return ", ".join(
        f"{say.name(name, capital=False)} {say.share(share)}".strip() for name, share in ranked.items()
    )


def _named(
    curves: pd.DataFrame | Mapping[str, pd.DataFrame], columns: list[str], maker: str
) -> dict[str, pd.DataFrame]:
    named = {"": curves} if isinstance(curves, pd.DataFrame) else curves
    if not isinstance(named, Mapping) or not named:
        raise ValueError(NO_TABLES.format(maker=maker))
    for name, curve in named.items():
        require_result(curve, repr(name), columns, maker)
    return dict(named)
