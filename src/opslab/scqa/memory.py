"""How much a mind holds at once: the game with digits, and the breadth and depth of a pyramid."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab.charts import INK, bars, lines
from opslab.ground.frames import as_number

SPAN = 4  # chunks; Cowan 2001
HOLD = 0.9  # share of 1: each further digit of a group is kept; an assumption of the model

# Words
NOT_TEXT = '{name} is {found}; expected text such as "4711"'
DIGITS_TITLE = "Groups of {size}: {digits:.1f} digits kept"
DIGITS_X, DIGITS_Y = "digits in a group", "digits kept (model)"
MIND_TITLE = "{lines:,} lines: ungrouped {lines:,} in mind, grouped {last} (answer last) or {first} (first)"
MIND_Y, LIMIT = "sentences held in mind at once", "about four fit"
WAYS = ("no groups", "groups, answer last", "groups, answer first")


def recalled(shown: str, written: str) -> int:
    """Return how many digits of `written` agree with `shown`, from the first up to the first error.

    Spaces and dashes do not count.

    Raises
    ------
    ValueError
        If one of the two is not text.

    Examples
    --------
    >>> recalled("2024 0930", "20240920")
    6
    """
    digits = []
    for name, text in (("shown", shown), ("written", written)):
        if not isinstance(text, str):
            raise ValueError(NOT_TEXT.format(name=name, found=repr(text)[:40]))
        digits.append([letter for letter in text if letter.isalnum()])
    pairs = list(zip(*digits, strict=False))
    return next((place for place, (a, b) in enumerate(pairs) if a != b), len(pairs))


def digits_chart(size: int, span: int = SPAN, hold: float = HOLD, title: str = "") -> go.Figure:
    """Draw the digits kept for the group sizes from 1 up to `size` (at most 10), and mark the last.

    The model: `span` groups fit in mind; a group of n digits is kept whole with the chance hold^(n(n-1)/2),
    since each further digit is harder than the one before. Kept digits = span * n * chance.

    Examples
    --------
    >>> len(digits_chart(4).data)
    2
    """
    sizes = np.arange(1, 11)
    hold = as_number(hold, "hold", least=0, most=1)
    size = as_number(size, "size", least=1, most=10, whole=True)
    kept = as_number(span, "span", least=1, most=9, whole=True) * sizes * hold ** (sizes * (sizes - 1) / 2)
    here = kept[size - 1]
    told = title or DIGITS_TITLE.format(size=size, digits=here)
    drawing = lines(pd.Series(kept, index=sizes, name="kept")[:size], told, DIGITS_X, DIGITS_Y)
    drawing.add_scatter(x=[size], y=[here], mode="markers", marker={"size": 16, "color": INK}, name="here")
    return (
        drawing.update_layout(showlegend=False)
        .update_yaxes(range=[0, 16])
        .update_xaxes(dtick=1, range=[0.5, 10.5])
    )


def in_mind(breadth: int, depth: int) -> pd.Series:
    """Return how many sentences a listener holds at once, for three ways to tell breadth ** depth lines.

    ``no groups``: every line waits for the answer at the end. ``groups, answer last``: each group is summed
    up by its reason when it is complete; at the worst moment, in the last group, breadth - 1 reasons are held
    on each level above, and the group itself. ``groups, answer first``: the answer, one reason on each level
    above the lines, and the group being heard.

    Raises
    ------
    ValueError
        If breadth is not a whole number from 2 to 9, or depth from 1 to 4.

    Examples
    --------
    >>> in_mind(breadth=3, depth=2).to_list()      # sentences held: no groups, answer last, answer first
    [9, 5, 5]
    """
    b = as_number(breadth, "breadth", least=2, most=9, whole=True)
    d = as_number(depth, "depth", least=1, most=4, whole=True)
    return pd.Series([b**d, d * (b - 1) + 1, d + b], index=WAYS)


def in_mind_chart(breadth: int, depth: int) -> go.Figure:
    """Draw `in_mind` with the usual limit as a line; the title holds the numbers.

    Examples
    --------
    >>> len(in_mind_chart(3, 2).data)
    1
    """
    held = in_mind(breadth, depth)
    told = MIND_TITLE.format(lines=held.iloc[0], last=held.iloc[1], first=held.iloc[2])
    drawing = bars(held, told, y=MIND_Y).add_hline(y=SPAN, line_dash="dash", line_color=INK)
    drawing.add_annotation(x=1, xref="paper", y=SPAN, text=LIMIT, showarrow=False, xanchor="left")
    drawing.update_layout(margin_r=110)  # room for the words beside their line, clear of the bars' numbers
    return drawing.update_yaxes(range=[0, max(1.15 * held.max(), 12)])
