"""Draw what tests do: a factory of ideas, looks at a running test, a split that lost users, CUPED, hold-outs.

Where no title is given, the title is the result, computed from what is drawn.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.experiments.comparing import cuped
from opslab.experiments.ideas import VERDICTS
from opslab.experiments.regions import smallest_visible_lift
from opslab.experiments.sequential import KINDS, sequential_bounds
from opslab.experiments.splits import sample_ratio_mismatch
from opslab.ground import formatting as say
from opslab.ground.arguments import as_choice, as_flags, as_number, as_numbers, require_result

# Words
TRUE, ESTIMATE = "true effect, percentage points", "estimate, percentage points"
OF_SHIPPED = "{shipped} of {ideas} ideas ship, {real} of them real; {missed} good ones are missed"
USERS, Z = "users in each arm", "z"
BOUND, MINUS_BOUND = "bound", "bound below"
PEEKED = "{crossed} of {paths} tests of nothing stop as a win or a loss ({share})"
FOUND = "{found} of the tests of a real effect stop, after {users} users in each arm (median)"
NEVER = "no"
BOUNDS = ("none", *KINDS, "e-value")
COUNTED = "{low} users against {high}: p {p} for the split, false difference {lift}"
BELOW = "below 0.0001"
ARMS = ("control", "treatment")
COUNT_AXIS = "users recorded"
DIFFERENCE = "difference of means, {unit}"
LEFT = "θ = {theta}: difference {difference} (95\u00a0% interval {interval}), {share} of the variance left"
BEFORE, ADJUSTED = "as measured", "adjusted"
VISIBLE = "With {dark} of {regions} regions held out for {weeks}, a lift of {lift} can be seen"
VISIBLE_AXES = ("regions in the test", "smallest lift to be seen, %")
TRUE_LIFT = "true lift"
NO_VERDICTS = "table has no column 'verdict'; expected the result of ideas_factory"
TOO_SHORT = "before and after hold {found} users; expected at least 3 in each arm"

PATHS, MOST_USERS = 200, 4_000
COLOURS = (charts.BLUE, charts.VERMILLION, charts.ORANGE, charts.GREY)


def ideas_chart(table: pd.DataFrame, title: str | None = None) -> go.Figure:
    """Draw the result of `ideas_factory`: each idea as a dot, its true effect and its estimate.

    Examples
    --------
    >>> from opslab.experiments import ideas_factory
    >>> len(ideas_chart(ideas_factory(0.1, 4_000)).data)      # one for each verdict, and the diagonal
    5
    """
    require_result(table, "table", ["effect", "estimate"], "ideas_factory")
    if "verdict" not in table.columns:
        raise ValueError(NO_VERDICTS)
    counted = table["verdict"].value_counts()
    real, false, missed = (int(counted.get(verdict, 0)) for verdict in VERDICTS[:3])
    words = OF_SHIPPED.format(shipped=real + false, ideas=len(table), real=real, missed=missed)
    drawing = charts.figure(words if title is None else title, TRUE, ESTIMATE, legend=True)
    top = 100 * max(float(table[["effect", "estimate"]].to_numpy().max()), 0.01)
    drawing.add_scatter(
        x=[0, top], y=[0, top], mode="lines", showlegend=False, hoverinfo="skip",
        line={"color": charts.GREY, "dash": "dash", "width": 1.5},
    )  # fmt: skip
    # Ideas that do nothing would lie on one another: they are spread a little to the left of 0.
    aside = np.where(table["effect"] == 0, -0.12 * (np.arange(len(table)) % 17) / 17, 0)
    for verdict, colour in zip(VERDICTS, COLOURS, strict=True):
        rows = (table["verdict"] == verdict).to_numpy()
        drawing.add_scatter(
            x=(100 * table["effect"] + aside)[rows].round(3), y=(100 * table["estimate"])[rows].round(3),
            mode="markers", name=say.name(verdict), marker={"color": colour, "size": 7, "opacity": 0.75},
            hovertemplate="%{x:.2f}, %{y:.2f}<extra></extra>",
        )  # fmt: skip
    return drawing


def peeking_chart(
    looks: int, bound: str = "none", effect: float = 0.0, *, seed: int = 1, title: str | None = None
) -> go.Figure:
    """Draw 200 tests as paths of z over users, with the bound at each look; those that cross are coloured.

    Parameters
    ----------
    looks
        Equal looks at the running test, 1 to 40.
    bound
        ``"none"`` (1.96 at each look), ``"pocock"``, ``"obrien-fleming"``, or ``"e-value"``: an always-valid
        test.
    effect
        True effect, in standard deviations of one user; 0 draws tests of nothing.
    seed
        Of the luck, which is the same at each setting.

    Examples
    --------
    >>> peeking_chart(1).layout.title.text.split(" (")[0]
    '11 of 200 tests of nothing stop as a win or a loss'
    """
    from scipy.special import ndtri

    count = as_number(looks, "looks", least=1, most=40, whole=True)
    kind = as_choice(bound, "bound", BOUNDS)
    size = as_number(effect, "effect", least=-1, most=1)
    steps = 40
    chance = np.random.default_rng(as_number(seed, "seed", least=0, whole=True)).random((PATHS, steps))
    users = MOST_USERS * np.arange(1, steps + 1) / steps
    z = np.cumsum(ndtri(chance), axis=1) / np.sqrt(np.arange(1, steps + 1)) + size * np.sqrt(users / 2)
    at = np.ceil(np.arange(1, count + 1) * steps / count).astype(int) - 1
    limits = _limits(kind, count, users[at])
    crossed = np.abs(z[:, at]) >= limits
    stopped = crossed.any(axis=1)
    when = users[at][crossed.argmax(axis=1)][stopped]
    share = say.share(stopped.mean())
    words = PEEKED.format(crossed=int(stopped.sum()), paths=PATHS, share=share)
    if size:
        words = FOUND.format(found=share, users=say.number(float(np.median(when))) if len(when) else NEVER)
    drawing = charts.figure(words if title is None else title, USERS, Z)
    order = np.argsort(stopped)
    for place, stops in ((order[~stopped[order]], False), (order[stopped[order]], True)):
        shown = place[:: 1 if stops else 3][:70]
        x = np.tile(np.append(users[3::4], np.nan), len(shown))
        y = np.column_stack([z[shown][:, 3::4], np.full(len(shown), np.nan)]).ravel()
        drawing.add_scatter(
            x=x, y=np.round(y, 2), mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": charts.VERMILLION if stops else charts.GREY, "width": 1 if stops else 0.7},
            opacity=0.6,
        )  # fmt: skip
    for sign, name in ((1, BOUND), (-1, MINUS_BOUND)):
        drawing.add_scatter(
            x=users[at], y=np.round(sign * limits, 3), mode="lines+markers", name=name, showlegend=False,
            line={"color": charts.BLUE, "width": 2.5}, marker={"size": 7},
        )  # fmt: skip
    return drawing.update_xaxes(range=[0, MOST_USERS * 1.02]).update_yaxes(range=[-6, 6])


def _limits(kind: str, looks: int, users: np.ndarray, alpha: float = 0.05) -> np.ndarray:
    from scipy.special import ndtri

    if kind == "none":
        return np.full(looks, ndtri(1 - alpha / 2))
    if kind in KINDS:
        return sequential_bounds(looks, kind, alpha)
    variance, mixed = 2 / users, 0.1**2
    edge = 2 * variance * (variance + mixed) / mixed * np.log(np.sqrt((variance + mixed) / variance) / alpha)
    return np.sqrt(edge / variance)


def mismatch_chart(
    counts: pd.DataFrame, loss: float, device: str, shares: Sequence[float], title: str | None = None
) -> go.Figure:
    """Draw how many users each arm records by device, when a share of the treated of one device is lost.

    Nothing was done to anybody: the difference in the title comes from who is missing.

    Parameters
    ----------
    counts
        Users by device (index) in the control arm and in the treated arm, before any loss: columns control,
        treatment.
    loss
        Share of the treated of `device` that go unrecorded.
    shares
        Each device's share of successes, in either arm.

    Examples
    --------
    >>> counts = pd.DataFrame({"control": [600, 400], "treatment": [600, 400]}, index=["android", "ios"])
    >>> len(mismatch_chart(counts, 0.2, "android", [0.2, 0.5]).data)
    2
    """
    require_result(counts, "counts", ARMS, "a count of users by device and arm")
    name = as_choice(device, "device", list(counts.index))
    gone = as_number(loss, "loss", least=0, most=0.99)
    success = as_numbers(shares, "shares", least=0, most=1, length=len(counts))
    seen = counts[list(ARMS)].astype(float).copy()
    seen.loc[name, "treatment"] = round(seen.loc[name, "treatment"] * (1 - gone))
    totals = seen.sum()
    lift = float((seen["treatment"] * success).sum() / totals["treatment"]) - float(
        (seen["control"] * success).sum() / totals["control"]
    )
    split = sample_ratio_mismatch(totals.round().tolist())
    words = COUNTED.format(
        low=say.number(int(totals["control"])), high=say.number(int(totals["treatment"])),
        p=f"= {say.number(split.p, digits=2)}" if split.p >= 0.0001 else BELOW, lift=_signed(lift),
    )  # fmt: skip
    drawing = charts.figure(words if title is None else title, "", COUNT_AXIS)
    for place, arm in enumerate(ARMS):
        drawing.add_bar(
            x=[say.name(one) for one in seen.index], y=seen[arm], name=say.name(arm),
            text=[say.number(int(count)) for count in seen[arm]],
            textposition="outside", marker={"color": (charts.GREY, charts.BLUE)[place]}, cliponaxis=False,
        )  # fmt: skip
    drawing.update_layout(barmode="group", showlegend=True, margin={"t": 90})
    return drawing.update_yaxes(range=[0, 1.15 * float(counts[list(ARMS)].to_numpy().max())])


def cuped_chart(
    before: Sequence[float],
    after: Sequence[float],
    treated: Sequence[bool],
    theta: float,
    unit: str = "minutes",
    title: str | None = None,
) -> go.Figure:
    """Draw the difference of two arms as measured, and with `theta` times the covariate taken off.

    Parameters
    ----------
    before, after
        The covariate and the measure, one for each user.
    treated
        Which users were treated.
    theta
        The slope to take off; 0 takes off nothing.

    Examples
    --------
    >>> len(cuped_chart([1, 2, 3, 1, 2, 3], [2, 4, 6, 4, 6, 8], [0, 0, 0, 1, 1, 1], theta=2).data)
    1
    """
    y = as_numbers(after, "after")
    x = as_numbers(before, "before", length=len(y))
    arm = as_flags(treated, "treated", length=len(y))
    if min(arm.sum(), (~arm).sum()) < 3:
        raise ValueError(TOO_SHORT.format(found=len(y)))
    cuped(y, x)  # refuses a covariate without variance
    slope = as_number(theta, "theta")
    rows = []
    for values in (y, y - slope * (x - x.mean())):
        a, b = values[~arm], values[arm]
        se = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
        rows.append((b.mean() - a.mean(), 1.96 * se, values.var(ddof=1)))
    (_, _, whole), (difference, half, left) = rows
    words = LEFT.format(
        theta=f"{slope:.2f}", difference=f"{difference:.2f}", share=say.share(left / whole),
        interval=say.between(round(difference - half, 2), round(difference + half, 2)),
    )  # fmt: skip
    table = pd.Series([row[0] for row in rows], index=[BEFORE, ADJUSTED])
    return charts.dots(
        table, words if title is None else title, DIFFERENCE.format(unit=unit), ordered=True, focus=ADJUSTED,
        low=[row[0] - row[1] for row in rows], high=[row[0] + row[1] for row in rows], reference=0,
    )  # fmt: skip


def visible_lift_chart(
    held_out: float,
    weeks: int,
    signups: float = 20,
    lift: float = 0.06,
    most: int = 60,
    at: int = 20,
    title: str | None = None,
) -> go.Figure:
    """Draw the smallest lift that a regional hold-out sees (power 0.8), over the number of regions.

    Parameters
    ----------
    held_out
        Share of the regions without spending.
    weeks, signups
        Weeks of the test, and sign-ups a week in each region.
    lift
        The true lift, a share, drawn as a line.
    most, at
        Regions at the end of the axis, and those of the title.

    Examples
    --------
    >>> len(visible_lift_chart(0.5, 12, at=20).data)      # the curve, and the test chosen
    2
    """
    share = as_number(held_out, "held_out", least=0.01, most=0.99)
    end = as_number(most, "most", least=4, most=1_000, whole=True)
    here = as_number(at, "at", least=2, most=end, whole=True)

    def seen(count: int) -> tuple[int, float]:
        dark = min(max(round(share * count), 1), count - 1)
        return dark, smallest_visible_lift(count, dark, weeks, signups)

    table = pd.Series(
        {count: 100 * seen(count)[1] for count in range(4, end + 1, 2)}, name="smallest lift seen"
    )
    dark, smallest = seen(here)
    words = VISIBLE.format(regions=here, dark=dark, weeks=say.count(weeks, "week"), lift=say.share(smallest))
    drawing = charts.lines(table, words if title is None else title, *VISIBLE_AXES, markers=False)
    drawing.add_scatter(
        x=[here], y=[100 * smallest], mode="markers", marker={"size": 13, "color": charts.BLUE},
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    return charts.mark(drawing, 100 * as_number(lift, "lift", least=0, most=5), TRUE_LIFT, "y")


def _signed(difference: float) -> str:
    return ("+" if difference > 0 else say.MINUS if difference < 0 else "") + say.points(difference)
