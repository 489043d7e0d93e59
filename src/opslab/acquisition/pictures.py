"""Draw acquisition: one pure function from numbers or tables to a Plotly figure for each picture."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.acquisition.costs import payback_months
from opslab.acquisition.growth import funnel_users, trust_policy, viral_users
from opslab.acquisition.response_curves import Response, adstock, marginal_cac
from opslab.charts import say
from opslab.ground.arguments import POSITIVE, as_number, require_named, require_result
from opslab.ground.days import MOST_MONTHS, MOST_WEEKS
from opslab.ground.estimates import lifetime_value

# Words
SPEND, SIGNUPS = "spend (yuan a week)", "sign-ups a week"
COSTS = "At {spend}: average {average} a user, the next one {marginal}"
NOT_A_RESPONSE = "response is a {found}; expected a function such as fit_saturation gives"
RESPONSE, HERE, WEEKS_SEEN = "expected", "this spend", "weeks seen"
MONTHS, CUMULATED = "months since sign-up", "yuan a user, summed up"
PAID_BACK = "Lifetime value {value}; {cost} paid back after {months} months"
NEVER = "Lifetime value {value}; {cost} never paid back"
MARGIN, COST = "margin so far", "cost of the user"
WEEKS, USERS = "weeks", "users won so far"
FUNNEL, DIFFUSION = "paid funnel", "diffusion without pay"
BOTH_WAYS = "After {weeks}: the funnel has {funnel} users, the diffusion {viral}"
CREDIT = "sign-ups credited"
MOST_CREDIT = "Most credit: {name}, {credit} sign-ups"
MOVED = "From {before} to {after}: {name} from {old} to {new}, the largest step"
SAME = "Credit by {before}: most to {name}, {credit} sign-ups"
A_YUAN, A_WEEK = "yuan", "week"
YUAN = "yuan a week"
EFFECT, WEEKS_AFTER = "yuan still at work", "weeks after the spend"
WORKS_LATER = "1,000 yuan work like {total}, and {later} of that in later weeks"
RHYTHM, INCOME = "one offer every so many weeks", "yuan earned in 52 weeks"
TRUSTED = "One offer every {weeks}: {income} earned, {members} of 500 members still there"
RHYTHMS = range(1, 27)  # weeks


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
    costs = {"average": at / won, "marginal": marginal_cac(at, response)}
    told: dict[str, object] = {name: say.number(cost, A_YUAN) for name, cost in costs.items()}
    words = COSTS.format(spend=say.number(at, A_YUAN), **told)
    drawing = charts.figure(title or words, SPEND, SIGNUPS)
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
    '1,000 yuan work like 2,000, and 50\xa0% of that in later weeks'
    """
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    effect = adstock([1000.0] + [0.0] * length, decay)
    words = WORKS_LATER.format(total=say.number(round(1000 / (1 - decay), 9)), later=say.share(decay, 0))
    drawing = charts.bars(pd.Series(effect), words, WEEKS_AFTER, EFFECT)
    return drawing.update_yaxes(range=[0, 1100])


def trust_chart(offer_every: int) -> go.Figure:
    """Draw what each rhythm of a `trust_policy` earns in 52 weeks, with a cursor; the title tells the rest.

    Examples
    --------
    >>> trust_chart(4).layout.title.text.replace("\xa0", " ").replace("<br>", " ")
    'One offer every 4 weeks: 17,200 yuan earned, 301 of 500 members still there'
    """
    every = as_number(offer_every, "offer_every", least=RHYTHMS[0], most=RHYTHMS[-1], whole=True)
    ends = {rhythm: trust_policy(rhythm).iloc[-1] for rhythm in RHYTHMS}
    words = TRUSTED.format(
        weeks=say.count(every, A_WEEK) if every > 1 else A_WEEK,
        income=say.number(ends[every]["income"], A_YUAN),
        members=say.number(round(ends[every]["members"])),
    )
    income = pd.Series({rhythm: end["income"] for rhythm, end in ends.items()})
    return charts.timeline(income, words, RHYTHM, INCOME, now=every).update_yaxes(range=[0, 18000])


def payback_chart(cost: float, margin: float, churn: float, discount: float, months: int = 24) -> go.Figure:
    """Draw what a user has brought by each month beside the cost; the title tells when they meet.

    Examples
    --------
    >>> payback_chart(cost=150, margin=40, churn=0.05, discount=0.01).layout.title.text
    'Lifetime value 673\xa0yuan; 150\xa0yuan paid back after 4.1 months'
    """
    length = as_number(months, "months", least=1, most=MOST_MONTHS, whole=True)
    meet = payback_months(cost, margin, churn, discount)
    month = np.arange(length + 1)
    kept = (1 - churn) / (1 + discount)
    table = pd.DataFrame(
        {MARGIN: margin * np.append(0, np.cumsum(kept ** month[:-1])), COST: float(cost)}, index=month
    )
    words = (PAID_BACK if np.isfinite(meet) else NEVER).format(
        value=say.number(lifetime_value(margin, churn, discount), A_YUAN),
        cost=say.number(cost, A_YUAN),
        months=f"{meet:.1f}",
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
    """Draw the credit of each channel: dots for one rule, slopes from one rule to another for two.

    Examples
    --------
    >>> from opslab.acquisition import attribute
    >>> paths = [("ads>search", 3, 10), ("search", 2, 20)]
    >>> both = pd.DataFrame({rule: attribute(paths, rule) for rule in ("last", "first")})
    >>> attribution_chart(both).layout.title.text
    'From last to first: ads from 0 to 3, the largest step'
    """
    table = credits.to_frame() if isinstance(credits, pd.Series) else credits
    require_result(table, "credits", list(getattr(table, "columns", [])), "attribute")
    if table.shape[1] == 1:
        one = table.iloc[:, 0]
        words = MOST_CREDIT.format(name=say.name(one.idxmax(), capital=False), credit=say.number(one.max()))
        return charts.dots(one, title or words, CREDIT, focus=one.idxmax())
    return charts.slopes(table, title or _step(table), CREDIT, focus=_largest_step(table))


def _largest_step(table: pd.DataFrame) -> Any:
    steps = (table.iloc[:, -1] - table.iloc[:, 0]).abs()
    return steps.idxmax() if steps.any() else table.iloc[:, 0].idxmax()


def _step(table: pd.DataFrame) -> str:
    channel = _largest_step(table)
    old, new = table.loc[channel].iloc[[0, -1]]
    before, after = table.columns[[0, -1]]
    words = SAME if table.iloc[:, 0].equals(table.iloc[:, -1]) else MOVED
    return words.format(
        before=before,
        after=after,
        name=say.name(channel, capital=False),
        old=say.number(old),
        new=say.number(new),
        credit=say.number(old),
    )


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
    words = BOTH_WAYS.format(
        weeks=say.count(length, A_WEEK), funnel=say.number(funnel[-1]), viral=say.number(viral[-1])
    )
    table: Any = pd.DataFrame({FUNNEL: funnel, DIFFUSION: viral}, index=range(length + 1))
    return charts.lines(table, words, WEEKS, USERS, markers=False)
