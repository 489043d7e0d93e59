"""What is laid over a drawing: names at the lines' ends, a marked value, the ghost of where it started."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from opslab.charts.look import GREY, HEIGHT, LEGEND, QUIET, name_colour, text_width, wrap
from opslab.ground import formatting as say
from opslab.ground.arguments import as_choice, as_number

# Words
NOT_A_FIGURE = "{name} is a {found}; expected a Plotly figure, such as lines(table) returns"
NOT_TEXT = "text is {found!r}; expected words, or an empty text"
UNLIKE_START = "start has {start} traces and the drawing {drawing}; draw both with the same function"

LABEL_SIZE, LABEL_LINE, LETTER = 13, 17, 7.4  # px: type, line height and mean letter of a label
LABEL_COLUMNS = 13  # letters in a label's line: a phone keeps more than half of its width for the plot
PLOT_SHARE = 0.45  # of a figure's height: what its margins leave for the plot on a slide, where it is lowest
ROUNDING = 0.6  # of a half line: what moving by whole half lines may take from a gap
ROUNDS = 40  # of moving neighbours apart: enough for the few labels of a picture
GHOST_OPACITY = 0.4
CURSOR_DOT, RING = 13, 7  # px: a cursor's dot, and how much wider one is that another lies on
ONE_DOT = 0.015  # of the height: dots no further apart lie on one another
BESIDE_AXIS = 6  # px from the axis to the name of a mark
END_GAP = 2 * say.SPACE  # parts a name from its line, and from a dot or ring that stands at its end
RIGHT, LEFT = "middle right", "middle left"
DOT = 8  # px from a point to where a name beside it begins
LEAST_PLOT = 180  # px: the narrowest plot, a phone's beside the names of rows
ABOVE = "top center"
MOST_ABOVE = 8  # rows whose dots have their numbers above them on a slide: more are too low for that
BESIDE_PLOT = 20  # px at the right of a plot that a name may reach into
BREAK, NO_COLOUR = "<br>", "rgba(0,0,0,0)"

Point = tuple[float, float, float, float]  # x, y, and the ends of the interval
Box = tuple[float, float, float, float]  # left, right, foot, head


def label_ends(drawing: go.Figure) -> go.Figure:
    """Write each line's name at its end in place of a legend; returns the same figure.

    Names that would lie on each other are moved apart, and none stands on the numbers below the axis. For
    fewer than six lines; more want a legend. Where the axis gets its range later, name them again then.

    Examples
    --------
    >>> import pandas as pd
    >>> drawing = label_ends(go.Figure([go.Scatter(x=[0, 1], y=[3, 5], name="ads", mode="lines")]))
    >>> drawing.data[0].text, drawing.layout.showlegend
    (('', '\\xa0\\xa0ads'), False)
    """
    able = [trace for trace in _traces(drawing, "drawing") if _is_line(trace) and trace.name]
    named = [trace for trace in able if "text" in (trace.mode or "")] or able
    room = write_names(named, _seen(drawing))
    if room:
        drawing.update_layout(margin={"r": room})
    return drawing.update_layout(showlegend=False)


def write_names(named: Sequence[Any], seen: tuple[float, float]) -> int:
    """Write the names of lines at their ends; return the right margin they need, 0 if there are none.

    The lines are traces, or the dicts that traces are made of; `seen` are the ends of the y axis.
    """
    ends = [(trace, known[-1]) for trace in named if (known := _known(trace["y"]))]
    words = [apart_from_end(wrap(trace["name"], LABEL_COLUMNS)) for trace, _ in ends]
    low, high = seen
    heights = [float(trace["y"][place]) for trace, place in ends]
    texts = moved_apart(heights, words, (high - low) or 1.0, low, high)
    for (trace, place), text in zip(ends, texts, strict=True):
        trace.update(
            mode=f"{(trace['mode'] or 'lines').removesuffix('+text')}+text",
            text=[text if i == place else "" for i in range(len(trace["y"]))],
            textposition=RIGHT,
            textfont={"size": LABEL_SIZE, "color": name_colour(trace["line"]["color"])},
            cliponaxis=False,
            hovertemplate="%{x}, %{y}",
        )
    return 24 + label_width(words) if words else 0


def mark(drawing: go.Figure, at: float, text: str = "", axis: str = "x") -> go.Figure:
    """Draw a dashed line across at a value of `axis`, with its name; returns the same figure.

    Give a logarithmic axis its type before. A value of y has its name at the right, or at the left where
    the drawing's own lines have their names at the right, or end nearer to it there than they begin. Among
    bars, which would lie below it, the name stands in the legend. Words above points that a line at a value
    of x would cross stand beside it.

    Examples
    --------
    >>> mark(go.Figure(), 100, "as everybody").layout.annotations[0].text
    'as everybody'
    """
    _traces(drawing, "drawing")
    if not isinstance(text, str):
        raise ValueError(NOT_TEXT.format(found=text))
    as_choice(axis, "axis", ("x", "y"))
    place = as_number(at, "at")
    logarithmic = drawing.layout[f"{axis}axis"].type == "log"
    line = {"color": GREY, "dash": "dash", "width": 2}  # seen on a line of the grid, too
    other = "y" if axis == "x" else "x"
    drawing.add_shape(
        type="line",
        line=line,
        layer="below",
        **{f"{axis}0": place, f"{axis}1": place, f"{other}0": 0, f"{other}1": 1, f"{other}ref": "paper"},
    )
    if text and axis == "y" and any(trace.type == "bar" for trace in drawing.data):
        across = drawing.data[0].x
        first = [None] if across is None else across[:1]  # a bar's own place leaves the axis as it is
        drawing.add_scatter(x=first, y=[None], mode="lines", line=line, name=say.name(text), hoverinfo="skip")
        if not drawing.layout.showlegend and drawing.layout.margin.t is not None:
            drawing.layout.margin.t += LEGEND  # which the title left no room for
        return drawing.update_layout(showlegend=True)
    if axis == "x":
        for trace in drawing.data:
            if trace.type == "scatter" and trace.textposition == ABOVE and not isinstance(trace.text, str):
                sides = _clear_of(trace, place, drawing.layout.xaxis)
                trace.textposition = sides if set(sides) != {ABOVE} else ABOVE
        beside = {"y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": "center"}
    else:
        left = text and _is_crowded_right(drawing, place)
        beside = {"x": 0 if left else 1, "xref": "paper", "xanchor": "left" if left else "right"}
        beside |= {"yanchor": "bottom", "xshift": BESIDE_AXIS if left else 0}
    return drawing.add_annotation(
        **{axis: math.log10(place) if logarithmic else place},
        **beside,
        text=text,
        showarrow=False,
        font={"size": LABEL_SIZE, "color": QUIET},
    )


def cursor_dots(at: Any, heights: Sequence[float], colours: Sequence[str], span: float) -> dict[str, Any]:
    """Return the trace of a cursor's dots, one on each line; those that others lie on are rings around them.

    `span` is what the whole y axis shows, from its foot to its head.

    Examples
    --------
    >>> cursor_dots(4, [30, 50, 30], ["blue", "red", "green"], span=100)["marker"]["size"]
    [20, 13, 13]
    """
    near = ONE_DOT * span
    above = [sum(abs(one - other) <= near for other in heights[i + 1 :]) for i, one in enumerate(heights)]
    return {
        "type": "scatter",
        "x": [at] * len(heights),
        "y": heights,
        "mode": "markers",
        "marker": {"size": [CURSOR_DOT + RING * dots for dots in above], "color": colours},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def ghost(drawing: go.Figure, start: go.Figure) -> go.Figure:
    """Lay the picture where it started behind the current one, in pale grey; returns the same figure.

    Lines and dots stay what they are, and come first among the traces; of bars the outline stays, and comes
    last. Both are drawn by one function, so that their traces correspond; the number of traces doubles at
    every position of a control.

    Raises
    ------
    ValueError
        If one is no figure, or they have another number of traces.

    Examples
    --------
    >>> import pandas as pd
    >>> now, before = (go.Figure(go.Bar(x=["ads"], y=[height])) for height in (5, 3))
    >>> [(trace.type, trace.y) for trace in ghost(now, before).data]
    [('bar', (5,)), ('bar', (3,))]
    """
    current, former = _traces(drawing, "drawing"), _traces(start, "start")
    if len(current) != len(former):
        raise ValueError(UNLIKE_START.format(start=len(former), drawing=len(current)))
    for place, trace in enumerate(current):
        if trace.type == "bar":
            trace.offsetgroup = str(place)  # bars of one group stand in one place
    drawing.add_traces(
        [
            _outline(earlier, place) if earlier.type == "bar" else _paled(earlier)
            for place, earlier in enumerate(former)
        ]
    )
    pales = drawing.data[len(current) :]
    behind = [pale for pale in pales if pale.type != "bar"]
    drawing.data = [*behind, *current, *(pale for pale in pales if pale.type == "bar")]
    return drawing


def apart_from_end(name: str) -> str:
    """Return a name that stands at the right of its line's end, apart from it: a picture draws a line there.

    Examples
    --------
    >>> apart_from_end("Search<br>ads")
    '\\xa0\\xa0Search<br>\\xa0\\xa0ads'
    """
    return END_GAP + name.replace(BREAK, BREAK + END_GAP)


def moved_apart(
    heights: Sequence[float],
    words: Sequence[str],
    span: float,
    low: float = -math.inf,
    high: float = math.inf,
) -> list[str]:
    """Return labels padded with empty lines, so that those at nearly one height do not lie on each other.

    A label is centred on its height: each empty line below it lifts it by half a line. None is moved
    below `low`, the foot of the axis, where the other axis has its numbers, and none further than a line
    above `high`, the axis's head, where the picture ends.
    """
    half = LABEL_LINE / 2
    order = np.argsort(heights, kind="stable")
    scale = PLOT_SHARE * HEIGHT / half / span
    at = np.array(heights, float)[order] * scale
    tall = np.array([words[i].count(BREAK) + 1 for i in order])
    least, most = low * scale + tall, high * scale + 2 - tall
    place = at.copy()
    for _ in range(ROUNDS):
        place = np.maximum(np.minimum(place, most), least)
        for i in range(len(place) - 1):
            short = (tall[i] + tall[i + 1] + ROUNDING - (place[i + 1] - place[i])) / 2
            if short > 0:
                place[i : i + 2] += -short, short
    padded = list(words)
    for i, lift in zip(order, np.round(place - at).astype(int), strict=True):
        padded[i] = f"{words[i]}{f'{BREAK} ' * lift}" if lift > 0 else f"{f' {BREAK}' * -lift}{words[i]}"
    return padded


def clear_sides(
    names: Sequence[str], points: Sequence[Point], least: tuple[float, float]
) -> list[tuple[float, str]]:
    """Return for each name beside a point with an interval where it stands clear of the others: x and side.

    A point is (x, y, low, high) in shares of the plot, `low` and `high` the ends of its interval. A name
    stands behind the interval's end, above or below the point, or before the interval; where nothing is
    clear, where it covers least. `least` is the size in px of the smallest plot that it is seen in: what is
    clear there is clear in a larger one.

    Examples
    --------
    >>> clear_sides(["ads", "search"], [(0.5, 0.5, 0.4, 0.6), (0.5, 0.55, 0.4, 0.7)], (190, 190))
    [(0.5, 'bottom center'), (0.7, 'middle right')]
    """
    width, height = least
    inside = (0.0, width + BESIDE_PLOT, 0.0, height + LABEL_LINE)
    taken = [(low * width, high * width, y * height - DOT, y * height + DOT) for _, y, low, high in points]
    chosen = []
    for name, point in zip(names, points, strict=True):
        places = _beside(point, LETTER * text_width(name), least)
        covered = [sum(_common(box, other) for other in taken) for _, _, box in places]
        outside = [_common(box, box) - _common(box, inside) for _, _, box in places]
        x, side, box = places[int(np.argmin(np.round(np.add(covered, outside), 6)))]
        taken.append(box)
        chosen.append((x, side))
    return chosen


def _beside(point: Point, wide: float, size: tuple[float, float]) -> list[tuple[float, str, Box]]:
    """Return the places for a name beside a point, the best first: x, side, and the box that it fills."""
    x, y, low, high = point
    across, up = x * size[0], y * size[1]
    starts = {"center": across - wide / 2, "right": across, "left": across - wide}
    feet = {"top": up + DOT, "bottom": up - DOT - LABEL_LINE}
    places = [
        (high, RIGHT, high * size[0] + DOT, up - LABEL_LINE / 2),
        *((x, f"{side} {way}", starts[way], feet[side]) for side in feet for way in starts),
        (low, LEFT, low * size[0] - DOT - wide, up - LABEL_LINE / 2),
    ]
    return [(at, side, (left, left + wide, foot, foot + LABEL_LINE)) for at, side, left, foot in places]


def _common(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    across = min(one[1], other[1]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[2], other[2])
    return max(across, 0.0) * max(up, 0.0)


def label_width(words: Sequence[str]) -> int:
    """Return how many pixels the widest line of some labels takes."""
    return round(LETTER * max(text_width(line) for text in words for line in text.split(BREAK)))


def reach(values: Iterable[float]) -> tuple[float, float]:
    """Return the ends of an axis from 0 that shows all of `values`."""
    values = [0.0, *values]
    return float(np.nanmin(values)), float(np.nanmax(values))


def _is_line(trace: Any) -> bool:
    return trace.type == "scatter" and "lines" in (trace.mode or "lines")


def _is_crowded_right(drawing: go.Figure, height: float) -> bool:
    """Whether lines have their names at the right, or end nearer to a height than they begin."""
    drawn = [trace for trace in drawing.data if _is_line(trace)]
    known = [[trace.y[i] for i in _known(trace.y)] for trace in drawn if trace.y is not None]
    begun, ended = (min((abs(ys[i] - height) for ys in known if ys), default=math.inf) for i in (0, -1))
    return ended < begun or any("text" in (trace.mode or "") for trace in drawn)


def _clear_of(trace: Any, place: float, axis: Any) -> list[str]:
    """Return where the words above points stand, so that the line at `place` crosses none."""
    values = np.asarray(trace.x, float)
    sizes = [0.0 if size is None else size for size in (trace.error_x.array, trace.error_x.arrayminus)]
    seen = np.concatenate([[place], values + sizes[0], values - sizes[1]])
    scaled = np.log10 if axis.type == "log" else np.asarray
    low, high = axis.range or reach(scaled(seen))
    line, *points = (scaled(np.array([place, *values])) - low) * LEAST_PLOT / ((high - low) or 1.0)
    widths = [LETTER * text_width(text) for text in trace.text]
    beside = len(points) > MOST_ABOVE and trace.error_x.array is None
    return [_side(at - line, at, wide, beside) for at, wide in zip(points, widths, strict=True)]


def _side(apart: float, at: float, wide: float, beside: bool) -> str:
    """Return the side for a point's words: above, or aside where a line so far `apart` would cross them.

    Words that a slide puts `beside` their point reach further to the right.
    """
    if apart > wide / 2 or -apart > (DOT + wide if beside else wide / 2):
        return ABOVE
    if apart < 0:
        return "top left" if at - DOT - wide >= 0 else ABOVE
    return "top right" if at + DOT + wide <= LEAST_PLOT + BESIDE_PLOT else ABOVE


def _known(values: Any) -> list[int]:
    return [i for i, value in enumerate(values) if value is not None and math.isfinite(value)]


def _seen(drawing: go.Figure) -> tuple[float, float]:
    """Return what is seen of the y axis: its range, or from the least to the most of what is drawn."""
    if drawing.layout.yaxis.range:
        low, high = drawing.layout.yaxis.range
        return float(low), float(high)
    drawn = [trace.y for trace in drawing.data if _is_line(trace)]
    return reach(value for values in drawn for value in values if value is not None)


def _traces(drawing: Any, name: str) -> tuple:
    if not isinstance(drawing, go.Figure):
        raise ValueError(NOT_A_FIGURE.format(name=name, found=type(drawing).__name__))
    return drawing.data


def _paled(trace: Any) -> dict[str, Any]:
    """Return a trace in grey, without words."""
    own = trace.to_plotly_json()
    mode = "+".join(part for part in (trace.mode or "lines").split("+") if part != "text") or "none"
    grey = {part: {**own.get(part, {}), "color": QUIET} for part in ("line", "marker", "error_x", "error_y")}
    kept = {name: value for name, value in own.items() if name not in ("text", "hovertemplate")}
    rest = {"mode": mode, "opacity": GHOST_OPACITY, "showlegend": False, "hoverinfo": "skip"}
    return {**kept, **grey, **rest}


def _outline(trace: Any, place: int) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": trace.x,
        "y": trace.y,
        "orientation": trace.orientation,
        "offsetgroup": str(place),
        "marker": {"color": NO_COLOUR, "line": {"color": QUIET, "width": 1.5}},
        "showlegend": False,
        "hoverinfo": "skip",
    }
