"""When each order serves: a small model of listeners who leave before they have heard the answer."""

import pandas as pd
import plotly.graph_objects as go

from opslab.charts import bars, shares
from opslab.ground.frames import as_choice, as_number
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
HELD = 0.5  # share of the usual losses after the hook; an assumption of the model

# Words
TITLE = "Most can act on “{best}”: {most:.0%}, with “{second}” {next:.0%}"
TIE = "No order leads: {most:.0%} can act"
Y = "listeners who can act"


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
    """Draw `acting` for the four orders; the title names the best and the next.

    Examples
    --------
    >>> audience_chart("wants a decision", patience=0.9).layout.title.text
    'Most can act on “direct”: 90%, with “standard” 66%'
    """
    table = pd.Series({order: acting(order, audience, patience) for order in ORDERS})
    ranked = table.sort_values(ascending=False, kind="stable")
    words = TIE if ranked.iloc[0] - ranked.iloc[1] < 0.005 else TITLE
    title = words.format(
        best=ranked.index[0], second=ranked.index[1], most=ranked.iloc[0], next=ranked.iloc[1]
    )
    drawing = bars(table.rename(index=lambda order: f"{order} {ORDERS[order]}"), title, y=Y, share=True)
    return shares(drawing).update_yaxes(range=[0, 1.1])
