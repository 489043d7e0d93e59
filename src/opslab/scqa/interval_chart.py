"""How a share and its interval settle as more people are seen."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from opslab.charts import BLUE, INK, figure, mark, pale, say, shares
from opslab.ground.arguments import as_flags, as_number
from opslab.ground.estimates import share_interval

STEPS = 30  # points of the picture

# Words
TITLE = "{size} users: {share} are back, interval {interval}; {reference} lies {place}"
ABOVE, INSIDE, BELOW = "above", "inside", "below"
X, Y, REFERENCE = "users seen", "share that is back", "once {share}"
SHARE, INTERVAL = "share", "95 % interval"


def sample_chart(hits: Sequence[bool], size: int, reference: float) -> go.Figure:
    """Draw the share of `hits` among the first 1, 2, ... up to `size`, with its 95 % interval (Wilson).

    Parameters
    ----------
    hits : whether each one was a hit, in the order in which they are seen
    size : how many are seen so far
    reference : share of 1 to compare with, drawn as a dashed line

    Raises
    ------
    ValueError
        If `hits` holds anything but 0 and 1, `size` is more than there are, or `reference` is no share.

    Examples
    --------
    >>> sample_chart([True, False] * 50, size=100, reference=0.7).layout.title.text
    '100 users: 50.0\\xa0% are back, interval 40.4 to 59.6\\xa0%; 70\\xa0% lies above'
    """
    flags = as_flags(hits, "hits")
    size = as_number(size, "size", least=1, most=len(flags), whole=True)
    reference = as_number(reference, "reference", least=0, most=1)
    found = np.cumsum(flags)
    # As many points at every size: those that are not seen yet lie on the last, so that a step can glide.
    seen = np.minimum(np.linspace(max(1, len(flags) // STEPS), len(flags), STEPS).astype(int), size)
    low, high = np.array([share_interval(found[n - 1], n) for n in seen]).T
    words = {
        "size": say.number(size),
        "share": say.share(found[size - 1] / size),
        "interval": say.between(low[-1], high[-1], "%"),
        "reference": say.level(reference),
        "place": ABOVE if reference > high[-1] else BELOW if reference < low[-1] else INSIDE,
    }
    drawing = figure(TITLE.format(**words), X, Y)
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawing.add_scatter(x=seen, y=low, **band)
    drawing.add_scatter(x=seen, y=high, fill="tonexty", fillcolor=pale(BLUE, 0.3), name=INTERVAL, **band)
    drawing.add_scatter(
        x=seen, y=found[seen - 1] / seen, name=SHARE, line={"color": BLUE, "width": 2.5}, mode="lines"
    )
    drawing.add_scatter(
        x=[size],
        y=[found[size - 1] / size],
        mode="markers",
        marker={"size": 10, "color": BLUE},
        error_y={
            "array": [high[-1] - found[size - 1] / size],
            "arrayminus": [found[size - 1] / size - low[-1]],
            "color": INK,
        },
    )
    mark(drawing, reference, REFERENCE.format(share=words["reference"]), axis="y")
    shares(drawing).update_yaxes(range=[0, 0.5 if high.max() < 0.5 else 1])
    return drawing.update_layout(showlegend=False).update_xaxes(range=[0, len(flags)])
