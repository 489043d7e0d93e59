"""Draw acquisition: one pure function from numbers or tables to a Plotly figure for each picture."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.acquisition.costs import lifetime_value, payback_months
from opslab.acquisition.growth import funnel_users, trust_policy, viral_users
from opslab.acquisition.responses import Response, adstock, marginal_cac
from opslab.ground.days import MOST_MONTHS, MOST_WEEKS
from opslab.ground.frames import POSITIVE, as_number, require_named, require_result

# Words
SPEND, SIGNUPS = "spend (yuan a week)", "sign-ups a week"
COSTS = "At {spend:,.0f} yuan: average {average:,.1f} yuan a user, the next one {marginal:,.1f} yuan"
NOT_A_RESPONSE = "response is a {found}; expected a function such as fit_saturation gives"
RESPONSE, HERE, WEEKS_SEEN = "expected", "this spend", "weeks seen"
MONTHS, CUMULATED = "months since sign-up", "yuan a user, summed up"
PAID_BACK = "Lifetime value {value:,.0f} yuan; {cost:,.0f} yuan paid back after {months:.1f} months"
NEVER = "Lifetime value {value:,.0f} yuan; {cost:,.0f} yuan never paid back"
MARGIN, COST = "margin so far", "cost of the user"
WEEKS, USERS = "weeks", "users won so far"
FUNNEL, DIFFUSION = "paid funnel", "diffusion without pay"
BOTH_WAYS = "After {weeks} weeks: the funnel has {funnel:,.0f} users, the diffusion {viral:,.0f}"
CREDIT = "sign-ups credited"
YUAN = "yuan a week"
EFFECT, WEEKS_AFTER = "yuan still at work", "weeks after the spend"
WORKS_LATER = "1,000 yuan work like {total:,.0f}, and {later:.0%} of that in later weeks"
INCOME, TRUSTED = (
    "income so far (yuan)",
    "After 52 weeks: {income:,.0f} yuan earned, {members:,.0f} of 500 members still there",
)


def response_chart(
    response: Response, spend: float, most: float, *, weeks: pd.DataFrame | None = None, title: str = ""
) -> go.Figure:
    """Draw sign-ups over spend up to `most` yuan, with the average and the next user's cost at `spend`.

    `weeks`, a table with the columns spend and signups, adds the weeks that were seen.

    Examples
    --------
    >>> response_chart(lambda yuan: yuan**0.5, spend=400, most=1_000).layout.xaxis.title.text
    'spend (yuan a week)'
    """
    if not callable(response):
        raise ValueError(NOT_A_RESPONSE.format(found=type(response).__name__))
    top = as_number(most, "most", least=POSITIVE)
    at = as_number(spend, "spend", least=POSITIVE, most=top)
    line = np.linspace(0, top, 81)
    won = float(response(at))
    words = COSTS.format(spend=at, average=at / won, marginal=marginal_cac(at, response))
    drawing = charts.figure(title or words, SPEND, SIGNUPS, legend=True)
    if weeks is not None:
        drawing.add_scatter(
            x=weeks["spend"],
            y=weeks["signups"],
            name=WEEKS_SEEN,
            mode="markers",
            marker={"color": charts.SKY, "symbol": "circle-open", "size": 7},
        )
    drawing.add_scatter(
        x=line, y=[float(response(x)) for x in line], name=RESPONSE, mode="lines", **charts.series_style(0)
    )
    style = {"color": charts.VERMILLION, "symbol": "diamond", "size": 13}
    drawing.add_scatter(x=[at], y=[won], name=HERE, mode="markers", marker=style)
    return drawing.update_xaxes(range=[0, top * 1.02])


def carry_over_chart(decay: float, weeks: int = 8) -> go.Figure:
    """Draw what 1,000 yuan spent once still do in the weeks after, if the share `decay` carries over.

    Examples
    --------
    >>> carry_over_chart(0.5, weeks=4).layout.title.text
    '1,000 yuan work like 2,000, and 50% of that in later weeks'
    """
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    effect = adstock([1000.0] + [0.0] * length, decay)
    words = WORKS_LATER.format(total=1000 / (1 - decay), later=decay)
    drawing = charts.bars(pd.Series(effect), words, WEEKS_AFTER, EFFECT)
    return drawing.update_yaxes(range=[0, 1100])


def trust_chart(offer_every: int) -> go.Figure:
    """Draw the income of a `trust_policy` over 52 weeks; the title tells its end.

    Examples
    --------
    >>> trust_chart(4).layout.title.text
    'After 52 weeks: 17,156 yuan earned, 301 of 500 members still there'
    """
    table = trust_policy(offer_every)
    words = TRUSTED.format(income=table["income"].iloc[-1], members=table["members"].iloc[-1])
    drawing = charts.lines(table["income"], words, WEEKS, INCOME, markers=False)
    return drawing.update_yaxes(range=[0, 18000])


def payback_chart(cost: float, margin: float, churn: float, discount: float, months: int = 24) -> go.Figure:
    """Draw what a user has brought by each month beside the cost; the title tells when they meet.

    Examples
    --------
    >>> payback_chart(cost=150, margin=40, churn=0.05, discount=0.01).layout.title.text
    'Lifetime value 673 yuan; 150 yuan paid back after 4.1 months'
    """
    length = as_number(months, "months", least=1, most=MOST_MONTHS, whole=True)
    meet = payback_months(cost, margin, churn, discount)
    month = np.arange(length + 1)
    kept = (1 - churn) / (1 + discount)
    table = pd.DataFrame(
        {MARGIN: margin * np.append(0, np.cumsum(kept ** month[:-1])), COST: float(cost)}, index=month
    )
    words = (PAID_BACK if np.isfinite(meet) else NEVER).format(
        value=lifetime_value(margin, churn, discount), cost=cost, months=meet
    )
    return charts.lines(table, words, MONTHS, CUMULATED, markers=False)


def budget_chart(plans: Mapping[str, pd.DataFrame], title: str = "") -> go.Figure:
    """Draw the spend of several plans (name to table of `allocate_budget`), channel by channel.

    Examples
    --------
    >>> from opslab.acquisition import allocate_budget
    >>> plan = allocate_budget({"ads": lambda yuan: yuan**0.5, "search": lambda yuan: 2 * yuan**0.5}, 1_000)
    >>> len(budget_chart({"best": plan, "equal": plan}).data)
    2
    """
    require_named(plans, "plans", "tables of allocate_budget")
    for name, plan in plans.items():
        require_result(plan, f"plans[{name!r}]", ["spend"], "allocate_budget or evaluate_budget")
    return charts.bars(pd.DataFrame({name: plan["spend"] for name, plan in plans.items()}), title, "", YUAN)


def attribution_chart(credits: pd.Series | pd.DataFrame, title: str = "") -> go.Figure:
    """Draw the credit of each channel, one column for each model.

    Examples
    --------
    >>> from opslab.acquisition import attribute
    >>> credits = attribute([("ads>search", 3, 10), ("search", 2, 20)], "last")
    >>> attribution_chart(credits, "The last touch takes all").layout.title.text
    'The last touch takes all'
    """
    return charts.bars(credits, title, "", CREDIT)


def growth_paths_chart(
    k: float, *, budget: float = 1000, cost: float = 20, start: float = 50, weeks: int = 26
) -> go.Figure:
    """Draw a paid funnel beside a diffusion of factor `k` a week that starts once with `start` users.

    Examples
    --------
    >>> [line.name for line in growth_paths_chart(1.1).data]
    ['Paid funnel', 'Diffusion without pay']
    """
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    funnel, viral = funnel_users(budget, cost, length), viral_users(start, k, range(length + 1))
    words = BOTH_WAYS.format(weeks=length, funnel=funnel[-1], viral=viral[-1])
    table: Any = pd.DataFrame({FUNNEL: funnel, DIFFUSION: viral}, index=range(length + 1))
    return charts.lines(table, words, WEEKS, USERS, markers=False)
