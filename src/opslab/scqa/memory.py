"""How much a mind holds at once: the game with digits, and the breadth and depth of a pyramid."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab.charts import dots, mark, say, timeline
from opslab.ground.arguments import as_number

SPAN = 4  # chunks; Cowan 2001
HOLD = 0.9  # share of 1: each further digit of a group is kept; an assumption of the model

# Words
NOT_TEXT = '{name} is {found}; expected text such as "4711"'
DIGITS_TITLE = "Groups of {size}, {span} of them in mind: {digits:.1f} digits kept"
DIGITS_X, DIGITS_Y = "digits in a group", "digits kept (model)"
MIND_TITLE = "{lines} lines: {lines} in mind ungrouped, {last} with the answer last, {first} with it first"
MIND_X, LIMIT = "sentences held in mind at once", "about four fit"
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
    """Draw the digits kept for the group sizes from 1 to 10, up to `size` strong, and mark it.

    The model: `span` groups fit in mind; a group of n digits is kept whole with the chance hold^(n(n-1)/2),
    since each further digit is harder than the one before. Kept digits = span * n * chance.

    Examples
    --------
    >>> digits_chart(4).layout.title.text
    'Groups of 4, 4 of them in mind: 8.5 digits kept'
    """
    sizes = np.arange(1, 11)
    hold = as_number(hold, "hold", least=0, most=1)
    size = as_number(size, "size", least=1, most=10, whole=True)
    span = as_number(span, "span", least=1, most=9, whole=True)
    kept = pd.Series(span * sizes * hold ** (sizes * (sizes - 1) / 2), index=sizes, name="kept")
    told = title or DIGITS_TITLE.format(size=size, span=span, digits=kept[size])
    drawing = timeline(kept, told, DIGITS_X, DIGITS_Y, now=size)
    return drawing.update_yaxes(range=[0, 16]).update_xaxes(dtick=1, range=[0.5, 10.5])


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
    >>> in_mind_chart(3, 2).layout.title.text
    '9 lines: 9 in mind ungrouped, 5 with the answer last, 5 with it first'
    """
    held = in_mind(breadth, depth)
    words = [say.number(count) for count in held]
    told = MIND_TITLE.format(lines=words[0], last=words[1], first=words[2])
    axis = {"type": "log", "range": [0, 4], "dtick": 1}
    start = dots(held, told, MIND_X, ordered=True).update_xaxes(axis)
    return mark(start, SPAN, LIMIT)
