"""When each order serves: a small model of listeners who leave before they have heard the answer."""

import pandas as pd
import plotly.graph_objects as go

from opslab.charts import say, timeline
from opslab.ground.arguments import as_choice, as_number
from opslab.scqa.brief import ORDERS

# The sentence after which a listener stays more willingly, by what they come with.
AUDIENCES = {
    "wants a decision": "A",
    "sees no problem": "C",
    "has asked the question": "Q",
    "doubts you": "S",
}
# What they must have heard before the answer makes sense to them.
NEEDS = {"wants a decision": "", "sees no problem": "C", "has asked the question": "Q", "doubts you": "SC"}
LEAST = 50  # percent; below it hardly anybody hears an end
HELD = 0.5  # share of the usual losses after the hook; an assumption of the model

# Words
TITLE = "With a patience of {patience} most can act on “{best}”: {most}, with “{second}” {next}"
TIE = "With a patience of {patience} no order leads: {most} can act"
X, Y = "patience, %", "listeners who can act"


def acting(order: str, audience: str, patience: float) -> float:
    """Return the share of listeners who are there when they can act on the answer.

    A listener stays for each further sentence with the chance `patience`. After the sentence that they came
    for (`AUDIENCES`) half as many leave. They can act when they have heard the answer, if they have heard
    before it what they need (`NEEDS`); if not, only at the end of all four sentences.

    The model puts an opinion into numbers; it is no measurement.

    Raises
    ------
    ValueError
        If order or audience are unknown, or patience is no share.

    Examples
    --------
    >>> round(acting("direct", "wants a decision", patience=0.9), 2)
    0.9
    """
    letters = ORDERS[as_choice(order, "order", ORDERS)]
    hook = AUDIENCES[as_choice(audience, "audience", AUDIENCES)]
    patience = as_number(patience, "patience", least=0, most=1)
    place = letters.index("A")
    last = place if set(NEEDS[audience]) <= set(letters[:place]) else len(letters) - 1
    there, stays = 1.0, patience
    for letter in letters[: last + 1]:
        there *= stays
        if letter == hook:
            stays = 1 - HELD * (1 - patience)
    return there


def audience_chart(audience: str, patience: float) -> go.Figure:
    """Draw `acting` for the four orders as patience grows from 0.5 to 1, and where it stands now.

    The title names the best order and the next.

    Raises
    ------
    ValueError
        If `audience` is unknown, or `patience` lies outside the picture.

    Examples
    --------
    >>> audience_chart("wants a decision", patience=0.9).layout.title.text
    'With a patience of 90\xa0% most can act on “direct”: 90\xa0%, with “standard” 66\xa0%'
    """
    now = round(100 * as_number(patience, "patience", least=LEAST / 100, most=1))
    growing = range(LEAST, 101)
    table = pd.DataFrame(
        {
            f"{order} {letters}": [acting(order, audience, percent / 100) for percent in growing]
            for order, letters in ORDERS.items()
        },
        index=growing,
    )
    ranked = table.loc[now].set_axis(list(ORDERS)).sort_values(ascending=False, kind="stable")
    words = {
        "patience": say.share(now / 100, 0),
        "best": ranked.index[0],
        "second": ranked.index[1],
        "most": say.share(ranked.iloc[0], 0),
        "next": say.share(ranked.iloc[1], 0),
    }
    title = (TIE if ranked.iloc[0] - ranked.iloc[1] < 0.005 else TITLE).format(**words)
    drawing = timeline(table, title, X, Y, now=now, share=True)
    return drawing.update_yaxes(range=[0, 1.05]).update_xaxes(range=[LEAST, 100])
