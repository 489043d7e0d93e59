"""Draw goals: roads to one, the chance to reach it, intervals that hold, scores over a weight, links, KPIs.

Where no title is given, the title is the result, computed from what is drawn.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.charts.annotations import LABEL_SIZE
from opslab.goals.channel_plan import NO_GOAL, ChannelPlan
from opslab.goals.four_links import four_links
from opslab.goals.growth import growth_path, required_growth, required_intake
from opslab.goals.intervals import Calibration
from opslab.goals.kpis import KPIS
from opslab.goals.scores import weight_sweep
from opslab.goals.succession import reach_when_moving, succession
from opslab.ground import formatting as say
from opslab.ground.arguments import as_choice, as_number, require_named

# Words
PERIODS, USERS = "{unit}s from now", "users"
SAME_GROWTH, SAME_NUMBER = "same share each {unit}", "same number each {unit}"
ROADS = "From {start} to {goal} in {time}: {rate} growth each {unit}; halfway there are {half}"
NEW_EACH = "With {kept} active again a {unit} later, {intake} must come each {unit}"
NEW_AND_CAPACITY = (
    "With {kept} active again a {unit} later, {intake} must come each {unit}; at most {most} do"
)
GOAL, WITH_INTAKE, NO_ONE_LEAVES = "goal", "users", "if nobody left"
REACHED, CHANCE = "users reached", "chance of so many"
CHANCE_OF = "Chance to reach {goal}: {chance}; the medians add up to {total}"
THIS_PLAN = "this plan"
HELD = "{width}, {held} of {asked} intervals hold; promised: {promised}"
OWN_WIDTH, WIDENED = "At their own width", "At {widen} times their width"
QUESTION, TIMES_OFF = "question", "truth, in half widths from the middle"
NOT_A_CALIBRATION = "found is a {kind}; expected the result of calibration"
NOT_A_PLAN = "plan is a {kind}; expected the result of channel_plan"
WEIGHT, SCORE = "weight of {criterion}", "score"
LEADS = "At a weight of {weight} for {criterion}, {winner} leads"
WEEK = "week"
LINKS_AFTER = "After {weeks}: {active} active, {dormant} dormant"
YEAR, YOU = "year", "you reach"
MOVED = "Move in year {at} at a risk of {risk}: {reached} {unit} a year on average; who stays: {stays}"
OF_KPI, FEEDS, TOP = "{name} {chinese}: {meaning}; it feeds {parents}", " and so ", "no other"
NODE = "{name} {chinese}  {value}"
SHARE_UNIT = "share of 1"


def roads_chart(
    start: float, goal: float, periods: int, *, unit: str = "week", logarithmic: bool = False
) -> go.Figure:
    """Draw two roads from `start` to `goal`: the same share in each period, and the same number.

    Examples
    --------
    >>> roads_chart(1_000, 10_000, 52).layout.title.text.replace("<br>", " ")
    'From 1,000 to 10,000 in 52\\xa0weeks: 4.5\\xa0% growth each week; halfway there are 3,162'
    """
    table = growth_path(start, goal, periods)[["growth", "straight"]]
    words = {
        "start": say.number(round(start)), "goal": say.number(round(goal)), "time": say.count(periods, unit),
        "rate": say.share(required_growth(start, goal, periods)), "unit": unit,
        "half": say.number(round(float(start) * (goal / start) ** ((periods // 2) / periods))),
    }  # fmt: skip
    names = {"growth": SAME_GROWTH.format(unit=unit), "straight": SAME_NUMBER.format(unit=unit)}
    drawing = charts.lines(
        table.rename(columns=names), ROADS.format(**words), PERIODS.format(unit=unit), USERS,
        markers=False, focus=names["growth"],
    )  # fmt: skip
    if logarithmic:
        powers = range(math.floor(math.log10(min(start, goal))), math.ceil(math.log10(max(start, goal))) + 1)
        steps = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        drawing.update_yaxes(type="log", tickvals=steps)  # whole numbers: Plotly writes small digits
    return drawing


def intake_chart(
    start: float,
    goal: float,
    periods: int,
    retention: float,
    *,
    unit: str = "week",
    capacity: float | None = None,
) -> go.Figure:
    """Draw the users on the way to `goal` by a steady intake, and where that intake led if nobody left.

    `capacity`: the new users that all channels can bring in a period.

    Examples
    --------
    >>> intake_chart(2_000, 10_000, 26, 0.95).layout.title.text.replace("<br>", " ")
    'With 95\\xa0% active again a week later, 643 must come each week'
    """
    intake = required_intake(start, goal, periods, retention)
    path = growth_path(start, goal, periods, retention)["intake"]
    table = pd.DataFrame({WITH_INTAKE: path, NO_ONE_LEAVES: start + intake * np.arange(periods + 1)})
    words = {"kept": say.level(retention), "intake": say.number(round(intake)), "unit": unit}
    title = NEW_EACH.format(**words)
    if capacity is not None:
        most = as_number(capacity, "capacity", least=0)
        title = NEW_AND_CAPACITY.format(most=say.number(round(most)), **words)
    drawing = charts.lines(table, title, PERIODS.format(unit=unit), USERS, markers=False, focus=WITH_INTAKE)
    return charts.mark(drawing, goal, GOAL, axis="y")


def plan_chart(plan: ChannelPlan, goal: float | None = None, *, most: float | None = None) -> go.Figure:
    """Draw the chance that the channels of a plan together bring at least so many users.

    `most` is the axis' end, to compare plans; by default it shows nearly all draws.

    Examples
    --------
    >>> from opslab.goals import channel_plan
    >>> plan = channel_plan([(1_000, 4_000), (500, 5_000), (2_000, 6_000)], goal=8_000)
    >>> plan_chart(plan).layout.title.text.replace("<br>", " ")
    'Chance to reach 8,000: 41.0\\xa0%; the medians add up to 7,045'
    """
    if not isinstance(plan, ChannelPlan):
        raise ValueError(NOT_A_PLAN.format(kind=type(plan).__name__))
    wanted = plan.goal if goal is None else as_number(goal, "goal", least=1)
    if wanted is None:
        raise ValueError(NO_GOAL)
    end = float(np.quantile(plan.draws, 0.99)) if most is None else as_number(most, "most", least=1)
    places = np.linspace(0, max(end, wanted), 101)
    chance = 1 - np.searchsorted(plan.draws, places) / len(plan.draws)
    words = {
        "goal": say.number(round(wanted)), "chance": say.share(plan.chance(wanted)),
        "total": say.number(round(plan.total)),
    }  # fmt: skip
    drawing = charts.lines(
        pd.DataFrame({THIS_PLAN: chance}, index=places), CHANCE_OF.format(**words), REACHED, CHANCE,
        share=True, markers=False,
    )  # fmt: skip
    drawing.add_scatter(
        x=[wanted], y=[plan.chance(wanted)], mode="markers", marker={"size": 13, "color": charts.BLUE},
        showlegend=False, hovertemplate="%{y:.1%}<extra></extra>",
    )  # fmt: skip
    return charts.mark(drawing.update_yaxes(range=[0, 1.02]), wanted, GOAL)


def calibration_chart(found: Calibration, widen: float = 1) -> go.Figure:
    """Draw each question's truth against its interval, all intervals stretched by a factor.

    An interval reaches from -1 to 1 before it is stretched; a truth outside is a miss.

    Examples
    --------
    >>> from opslab.goals import calibration
    >>> found = calibration(pd.DataFrame({"low": [1, 5], "high": [3, 7], "truth": [2, 8]}))
    >>> calibration_chart(found, 2).layout.title.text.replace("<br>", " ")
    'At 2 times their width, 2 of 2 intervals hold; promised: 90\\xa0%'
    """
    if not isinstance(found, Calibration):
        raise ValueError(NOT_A_CALIBRATION.format(kind=type(found).__name__))
    factor = as_number(widen, "widen", least=0)
    table = found.table
    middle, half = (table["low"] + table["high"]) / 2, (table["high"] - table["low"]) / 2
    apart = (table["truth"] - middle) / half
    held = table["needs"] <= factor + 1e-12
    width = OWN_WIDTH if factor == 1 else WIDENED.format(widen=say.number(factor))
    words = {"width": width, "held": int(held.sum()), "asked": found.asked}
    drawing = charts.figure(HELD.format(promised=say.level(found.level), **words), TIMES_OFF, QUESTION)
    questions = [str(place + 1) for place in range(found.asked)]
    drawing.add_scatter(
        x=[0.0] * found.asked, y=questions, mode="markers", marker={"size": 1, "color": charts.GREY},
        error_x={"type": "constant", "value": factor, "color": charts.GREY, "thickness": 5, "width": 0},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    drawing.add_scatter(
        x=apart, y=questions, mode="markers", showlegend=False,
        marker={
            "size": 12,
            "color": [charts.BLUE if hit else charts.VERMILLION for hit in held],
            "symbol": ["circle" if hit else "x" for hit in held],
        },
        hovertemplate="%{x:.2f}<extra></extra>",
    )  # fmt: skip
    reach = max(5.0, float(apart.abs().max())) * 1.08
    drawing.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return drawing.update_xaxes(range=[-reach, reach])


def weight_chart(
    values: pd.DataFrame, weights: Any, scales: Any = "share", *, criterion: str, at: float
) -> go.Figure:
    """Draw each option's score over the weight of one criterion, with a cursor at the weight `at`, 0 to 1.

    Examples
    --------
    >>> firms = pd.DataFrame({"cases": [1, 9, 1], "team": [9, 1, 1]}, index=["Ai", "Bo", "Cy"])
    >>> weight_chart(firms, [1, 1], criterion="team", at=0.2).layout.title.text.replace("<br>", " ")
    'At a weight of 20\\xa0% for team, Bo leads'
    """
    sweep = weight_sweep(values, weights, scales, criterion=criterion)
    weight = as_number(at, "at", least=0, most=1)
    here = pd.Series({name: np.interp(weight, sweep.index, sweep[name]) for name in sweep})
    words = {"weight": say.level(weight), "criterion": say.name(criterion, capital=False)}
    title = LEADS.format(winner=say.name(here.round(12).idxmax()), **words)
    drawing = charts.lines(sweep, title, WEIGHT.format(criterion=words["criterion"]), SCORE, markers=False)
    colours = [trace.line.color for trace in drawing.data]
    drawing.add_trace(charts.cursor_dots(weight, here.to_list(), colours, sweep.to_numpy().max()))
    return charts.mark(charts.shares(drawing, "x"), weight)


def links_chart(
    reach: float, attract: float, keep: float, recall: float, weeks: int = 52, *, lost: float = 0.05
) -> go.Figure:
    """Draw active and dormant users week by week, from one rate for each of the four links.

    Examples
    --------
    >>> links_chart(1_000, 0.1, 0.9, 0.02).layout.title.text.replace("<br>", " ")
    'After 52\\xa0weeks: 1,278 active, 1,623 dormant'
    """
    made = four_links(reach, attract, keep, recall, weeks, lost=lost)
    words = {name: say.number(round(getattr(made, name))) for name in ("active", "dormant")}
    title = LINKS_AFTER.format(weeks=say.count(weeks, WEEK), **words)
    return charts.lines(made.table, title, WEEK, USERS, markers=False)


def generations_chart(
    t: Any, at: float, *, risk: float = 0.0, unit: str = USERS, **generations: Any
) -> go.Figure:
    """Draw the users of two or three generations, and whom a firm reaches that moves to the second one.

    Parameters
    ----------
    t
        The years.
    at
        The year of the move: `reach_when_moving`.
    risk
        The probability (0 to 1) that the firm reaches nobody in the second.
    unit
        What is counted, such as "million users".
    generations
        The arguments of `succession` for ``model="norton-bass"``.

    Examples
    --------
    >>> two = {"p": 0.02, "q": 0.6, "m1": 100, "m2": 60, "second_at": 3}
    >>> generations_chart(range(13), 4, risk=0.2, **two).layout.title.text.replace("<br>", " ")
    'Move in year 4 at a risk of 20\\xa0%: 36.5 users a year on average; who stays: 25.5'
    """
    users = succession(t, model="norton-bass", **generations)
    place = as_choice(at, "at", users.index)
    found = reach_when_moving(users, place, risk)
    words = {
        "at": say.number(place), "risk": say.share(risk, 0), "stays": say.number(users["first"].mean()),
        "reached": say.number(found.mean()), "unit": unit,
    }  # fmt: skip
    table = pd.concat([found.rename(YOU), users], axis=1)
    drawing = charts.lines(table, MOVED.format(**words), YEAR, unit, markers=False, focus=YOU)
    return charts.mark(drawing, float(place))


def kpi_tree_chart(name: str, found: Mapping[str, float] | None = None) -> go.Figure:
    """Draw the tree of `KPIS`, each under the one that it feeds, and the way from one of them to the top.

    Parameters
    ----------
    name
        One of `KPIS`.
    found
        The value of each KPI that has one, as `kpi` gives it.

    Examples
    --------
    >>> kpi_tree_chart("exposure", {"mau": 4_656}).layout.title.text.replace("<br>", " ")
    'Exposure 曝光: how often a message was shown in the window; it feeds acquisition and so MAU'
    """
    way = _way(as_choice(name, "name", KPIS))
    if found is not None:
        require_named(found, "found", "numbers")
    values = {as_choice(one, "found", KPIS): as_number(value, one) for one, value in (found or {}).items()}
    parents = FEEDS.join(say.name(one, capital=False) for one in way[1:]) or TOP
    words = {"name": say.name(name), "chinese": KPIS[name].chinese, "meaning": KPIS[name].meaning}
    drawing = charts.figure(OF_KPI.format(parents=parents, **words))
    depths = dict(_outline(None, 0))
    place = {one: (depth, row) for row, (one, depth) in enumerate(depths.items())}
    for shown, colour, width in ((list(place), charts.GREY, 1), (way, charts.BLUE, 3)):
        x, y = _elbows(shown, place)
        line = {"color": colour, "width": width}
        drawing.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    drawing.add_scatter(
        x=list(depths.values()), y=list(range(len(place))), mode="markers+text", textposition="middle right",
        text=[_node(one, values.get(one)) for one in place], hoverinfo="skip", showlegend=False,
        marker={"size": 11, "color": [charts.BLUE if one in way else charts.GREY for one in place]},
        textfont={"size": LABEL_SIZE},
    )  # fmt: skip
    drawing.update_layout(margin={"l": 20, "r": 10})  # no axis has words: the names need the room on a phone
    drawing.update_xaxes(visible=False, range=[-0.15, 7])
    return drawing.update_yaxes(visible=False, range=[len(place) - 0.5, -0.5])


def _way(name: str) -> list[str]:
    """Return a KPI and those that it feeds, up to the top of the tree."""
    parent = KPIS[name].parent
    return [name] if parent is None else [name, *_way(parent)]


def _outline(parent: str | None, depth: int) -> Iterator[tuple[str, int]]:
    """Walk the tree from the top: each KPI with its depth, its feeders right below it."""
    for one, entry in KPIS.items():
        if entry.parent == parent:
            yield one, depth
            yield from _outline(one, depth + 1)


def _elbows(shown: list[str], place: Mapping[str, tuple[int, int]]) -> tuple[list, list]:
    """Return the lines from each KPI down from the one that it feeds, parted by gaps."""
    x, y = [], []
    for one in shown:
        parent = KPIS[one].parent
        if parent is not None:
            (left, upper), (right, lower) = place[parent], place[one]
            x += [left, left, right, None]
            y += [upper, lower, lower, None]
    return x, y


def _node(name: str, value: float | None) -> str:
    unit = "%" if KPIS[name].unit == SHARE_UNIT else ""
    said = say.MISSING if value is None else say.number(value, unit)
    return NODE.format(name=say.name(name), chinese=KPIS[name].chinese, value=said)
