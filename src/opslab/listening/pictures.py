"""Draw listening: one pure function from results of this package to a Plotly figure for each."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.charts import say
from opslab.ground.arguments import NOT_THE_RESULT, as_choice, as_number, require_named, require_result
from opslab.listening.ai_answers import AnswerShare
from opslab.listening.alarms import AlarmOdds
from opslab.listening.coder_agreement import expected_agreement
from opslab.listening.correction import reported_share
from opslab.listening.inputs import counts_by

VOICES = ("share", "per_unit")

# Words
VOICE_X = {"share": "share of all posts", "per_unit": "posts for each unit sold"}
LOUDEST = "Loudest: {name}, {value} ({range})"
NET_X = "net sentiment: (positive − negative) / all posts"
PAIR, PAIRS = "pair of brands", "pairs of brands"
NET_ZERO = "as many for as against"
APART = "Of {pairs}, {apart} can be told apart at these numbers of posts"
TRUE_X, REPORTED_Y = "truly negative, %", "reported negative"
PERFECT, EAR = "a perfect ear", "{name}'s posts"
REPORTED = "{name}: truly {true}, reported {said}"
SAME_ORDER, OTHER_ORDER = "same order as the truth", "the opposite order"
PREVALENCE, AGREEMENT, ALPHA = "posts that have the label, %", "agreement", "alpha"
TWO_CODERS = "{prevalence} have the label: coders agree on {agreement}, alpha {alpha:.2f}"
DAY, POSTS_Y = "day", "negative posts"
WINDOW_Y = "negative posts in {window} days"
ALARM = "{false} false alarms a quarter; a real crisis is heard after {days}"
UNHEARD = "{false} false alarms a quarter; {share} of real crises are not heard in 60 days"
A_DAY, FEWER = "day", "fewer than {least}"
THRESHOLD = "alarm from {threshold} on"
QUIET, RINGING = "Quiet", "Alarm"
ANSWERS_X = "share of answers that name the brand"
BY_RUNS, BY_PROMPTS = "counting {runs} answers", "counting {prompts} prompts"
HONEST = "{share} name it: {naive} by counting answers, {honest} by counting prompts"
NOT_SERIES = "pandas Series of posts by day"
LONG_WINDOW = "window is {window} days, and posts has {found}; take a shorter window"

SHARES = range(0, 101, 2)  # per cent
LEAST = 0.01  # false alarms a quarter that are told: less is a chance that nobody can picture


def voice_chart(
    table: pd.DataFrame, column: str = "share", title: str = "", *, focus: Hashable | None = None
) -> go.Figure:
    """Draw a `share_of_voice` table as dots with intervals: shares of posts, or posts per unit sold.

    Examples
    --------
    >>> from opslab.listening import share_of_voice
    >>> voice_chart(share_of_voice({"B": 81, "C": 182})).layout.title.text.replace("\\xa0", " ")
    'Loudest: C, 69.2 % (63.4 to 74.5 %)'
    """
    as_choice(column, "column", VOICES)
    low, high = ("low", "high") if column == "share" else (f"{column}_low", f"{column}_high")
    require_result(table, "table", (column, low, high), "share_of_voice, with sales for per_unit")
    top, unit = table[column].idxmax(), "%" if column == "share" else ""
    told = dict(zip(table.index, say.alike(table[column]), strict=True))
    words = title or LOUDEST.format(
        name=say.name(top),
        value=say.number(table[column][top], unit) if unit else told[top],
        range=say.between(table[low][top], table[high][top], unit),
    )
    return charts.dots(
        table[column], words, VOICE_X[column], low=table[low], high=table[high],
        focus=top if focus is None else focus, share=column == "share",
    )  # fmt: skip


def sentiment_chart(table: pd.DataFrame, title: str = "") -> go.Figure:
    """Draw a `net_sentiment` table by group as dots with intervals; the title counts pairs that lie apart.

    Two groups are taken as told apart if the interval of their difference leaves 0 out.

    Examples
    --------
    >>> import pandas as pd
    >>> from opslab.listening import net_sentiment
    >>> posts = pd.DataFrame({"brand": list("BBCC"), "attitude": ["positive", "negative"] * 2})
    >>> sentiment_chart(net_sentiment(posts, by="brand")).layout.title.text.replace("\\xa0", " ")
    'Of 1 pair of brands, 0 can be told apart at these numbers of posts'
    """
    require_result(table, "table", ("value", "se", "low", "high"), "net_sentiment with by")
    value, se = table["value"].to_numpy(), table["se"].to_numpy()
    one, other = np.triu_indices(len(value), 1)
    apart = np.abs(value[one] - value[other]) > 1.96 * np.hypot(se[one], se[other])
    words = title or APART.format(pairs=say.count(len(one), PAIR, PAIRS), apart=int(apart.sum()))
    drawing = charts.dots(
        table["value"],
        words,
        NET_X,
        low=table["low"],
        high=table["high"],
        reference=0,
        reference_name=NET_ZERO,
    )
    return drawing.update_xaxes(range=[-1.05, 1.05])


def noisy_ear_chart(
    true: Mapping[Any, float], sensitivity: Mapping[Any, float], specificity: float, title: str = ""
) -> go.Figure:
    """Draw what a classifier reports against what is true: a line for each brand, and where the brands stand.

    Parameters
    ----------
    true, sensitivity
        By brand: the true share of negative posts, and the share of those that the classifier finds. Brands
        may differ in it: irony is harder than anger.
    specificity
        The share of other posts that it leaves alone.

    Examples
    --------
    >>> drawing = noisy_ear_chart({"B": 0.4, "C": 0.25}, {"B": 0.3, "C": 0.8}, specificity=0.9)
    >>> drawing.layout.title.text.replace("\\xa0", " ").replace("<br>", " ")
    'B: truly 40 %, reported 18.0 %; C: truly 25 %, reported 27.5 %: the opposite order'
    """
    require_named(true, "true", "shares")
    require_named(sensitivity, "sensitivity", "shares")
    found = {name: reported_share(share, sensitivity[name], specificity) for name, share in true.items()}
    told = "; ".join(
        REPORTED.format(name=name, true=say.level(share), said=say.share(found[name]))
        for name, share in true.items()
    )
    same = sorted(true, key=lambda name: true[name]) == sorted(found, key=lambda name: found[name])
    ears = pd.DataFrame(
        {
            EAR.format(name=name): [reported_share(x / 100, sensitivity[name], specificity) for x in SHARES]
            for name in true
        },
        index=list(SHARES),
    )
    ears[PERFECT] = ears.index / 100
    words = title or f"{told}: {SAME_ORDER if same else OTHER_ORDER}"
    drawing = charts.lines(ears, words, TRUE_X, REPORTED_Y, share=True, markers=False)
    drawing.data[-1].update(line={"color": charts.GREY, "dash": "dot"})
    charts.label_ends(drawing)
    drawing.add_scatter(
        x=[100 * share for share in true.values()],
        y=list(found.values()),
        mode="markers+text",
        showlegend=False,
        text=list(map(str, true)),
        textposition="top left",
        marker={"size": 13, "color": charts.INK},
    )
    return drawing.update_xaxes(range=[0, 100]).update_yaxes(range=[0, 1])


def coders_chart(prevalence: float, accuracy: float, title: str = "") -> go.Figure:
    """Draw two coders' plain agreement and alpha over the share of posts that have the label.

    `accuracy` is the share that each labels rightly; the cursor stands at `prevalence`.

    Examples
    --------
    >>> title = coders_chart(prevalence=0.5, accuracy=0.95).layout.title.text
    >>> title.replace("\\xa0", " ").replace("<br>", " ")
    '50 % have the label: coders agree on 90.5 %, alpha 0.81'
    """
    grid = [1, 3, *range(5, 96, 5), 97, 99]
    table = pd.DataFrame(
        [expected_agreement(share / 100, accuracy)[::-1] for share in grid],
        index=grid,
        columns=[ALPHA, AGREEMENT],
    )
    agreement, alpha = expected_agreement(prevalence, accuracy)
    words = title or TWO_CODERS.format(
        prevalence=say.level(prevalence), agreement=say.share(agreement), alpha=alpha
    )
    drawing = charts.timeline(table, words, PREVALENCE, "", now=round(100 * prevalence))
    return drawing.update_yaxes(range=[0, 1.02]).update_xaxes(range=[0, 100])


def alarm_chart(
    posts: pd.Series, threshold: float, odds: AlarmOdds, title: str = "", *, window: int = 1
) -> go.Figure:
    """Draw posts day by day with an alarm's threshold; what the rule costs and finds is the title.

    Parameters
    ----------
    posts
        Posts a day, a Series by date or day.
    threshold
        Posts in the last `window` days that ring.
    odds
        The result of `alarm_odds` for this rule.

    Examples
    --------
    >>> import pandas as pd
    >>> from opslab.listening import alarm_odds
    >>> odds = alarm_odds(baseline=10, crisis=2, threshold=20)
    >>> len(alarm_chart(pd.Series([9, 12, 21]), threshold=20, odds=odds).data)  # two sorts of days, a line
    3
    """
    if not isinstance(posts, pd.Series):
        raise ValueError(NOT_THE_RESULT.format(name="posts", found=type(posts).__name__, maker=NOT_SERIES))
    if not isinstance(odds, AlarmOdds):
        raise ValueError(NOT_THE_RESULT.format(name="odds", found=type(odds).__name__, maker="alarm_odds"))
    counts = counts_by(posts, "day", "posts")
    limit = as_number(threshold, "threshold", least=1)
    days = as_number(window, "window", least=1, whole=True)
    if days > len(counts):
        raise ValueError(LONG_WINDOW.format(window=days, found=len(counts)))
    total = counts.rolling(days).sum().dropna()
    false = say.number(odds.false_alarms) if odds.false_alarms >= LEAST else FEWER.format(least=LEAST)
    unheard = UNHEARD.format(false=false, share=say.share(1 - odds.heard))
    heard = ALARM.format(false=false, days=say.count(round(odds.days_to_detect, 1), A_DAY))
    drawing = charts.figure(
        title or (heard if odds.heard > 0.95 else unheard), DAY,
        POSTS_Y if days == 1 else WINDOW_Y.format(window=days), legend=True,
    )  # fmt: skip
    rings = total >= limit
    for name, shown, colour in ((QUIET, ~rings, charts.GREY), (RINGING, rings, charts.VERMILLION)):
        drawing.add_bar(x=total.index, y=total.where(shown), name=name, marker={"color": colour})
    drawing.update_layout(barmode="overlay")
    return charts.mark(drawing, limit, THRESHOLD.format(threshold=say.number(limit)), axis="y")


def answers_chart(found: AnswerShare, title: str = "") -> go.Figure:
    """Draw a share of an assistant's answers with two intervals: counting answers, and counting prompts.

    Examples
    --------
    >>> from opslab.listening import clustered_share
    >>> len(answers_chart(clustered_share(0.37, prompts=40, runs=10, icc=0.6)).data)
    1
    """
    if not isinstance(found, AnswerShare):
        words = {"name": "found", "found": type(found).__name__, "maker": "share_of_answers"}
        raise ValueError(NOT_THE_RESULT.format(**words))
    half = 1.96 * found.se_naive
    naive = max(found.share - half, 0), min(found.share + half, 1)
    names = (
        BY_RUNS.format(runs=say.number(found.prompts * found.runs)),
        BY_PROMPTS.format(prompts=say.number(found.prompts)),
    )
    words = title or HONEST.format(
        share=say.share(found.share),
        naive=say.between(*naive, "%"),
        honest=say.between(found.low, found.high, "%"),
    )
    drawing = charts.dots(
        pd.Series([found.share] * 2, index=names), words, ANSWERS_X, low=[naive[0], found.low],
        high=[naive[1], found.high], focus=names[1], ordered=True, share=True,
    )  # fmt: skip
    return drawing.update_xaxes(range=[0, 1])
