"""Forms that fit a question: each takes a tidy table and returns a figure."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab.charts.annotations import (
    BREAK,
    END_GAP,
    LABEL_COLUMNS,
    LABEL_LINE,
    LABEL_SIZE,
    apart_from_end,
    cursor_dots,
    label_width,
    mark,
    moved_apart,
    reach,
    write_names,
)
from opslab.charts.look import (
    BLUE,
    FEW_BARS,
    GREY,
    HEIGHT,
    INK,
    PALETTE,
    PATTERNS,
    QUIET,
    SEQUENTIAL,
    SHARE_AXIS,
    SHARE_FORMAT,
    SHARE_HOVER,
    drawn,
    empty_layout,
    figure,
    name_colour,
    pale,
    series_style,
    wrap,
)
from opslab.ground import formatting as say
from opslab.ground.arguments import POSITIVE, as_choice, as_number, as_numbers, require_named

# Words
NOT_A_TABLE = "table is a {found}; expected a pandas DataFrame or Series, one column for each line or bar"
NO_CELLS = "table has {rows} rows and {columns} columns; a picture needs at least one of each"
NOT_NUMERIC = "column {column!r} of table holds {found}; a picture needs numbers"
HALF_AN_INTERVAL = "an interval needs both low and high, and a table of one column (it has {found})"
TOO_MANY = "table has {found} columns; at most {most} can be told apart, choose or group them first"
NOT_ONE = "table has {found} columns; dots show one value a row, slopes compare two columns"
NOT_TWO = "table has {found} columns; slopes go from one column to another, give two"
GAP = "table has a gap at {row!r}; {form} need a number in each cell"
NO_PARTS = "row {row!r} of table has {found}; shares that add up need numbers from 0 up, and one above 0"
PANELS = "tables of numbers with one index"
PER_CENT = "%"
FIGURE_SPACE = "\u2007"  # as wide as a digit

MOST_LABELS = 400  # cells of a heat map that have their numbers
MOST_STEPS = 10  # of a counted axis: each has its number
FEW_LINES = 5  # can be named at their ends; more want a legend
ONE_LINE = 0.005  # of the height: lines that are nowhere further apart are seen as one
STRIPE = 9  # px: so long each of such lines is seen, in turn
BAR = 0.38  # of a row's height: one bar of parts
BESIDE = (21, -21, 55)  # px from a bar's edge: where the words of small parts take turns
NAME_BELOW, NAME_BELOW_WORDS = -10, -46  # px from a bar's lower edge: what its parts are shares of
NAME_GAP = 6  # px between a row's name and the plot, where no tick stands
ROW = 44  # px of a row of dots, at least: its value stands above it
NAMES_APART = 12  # px between the names of two rows, where they take several lines
WIDE_PART = 0.25  # of a bar: a part of this share holds its words, smaller ones have them above or below
BESIDE_NUMBERS = 16  # px between the numbers of an axis and its name
AIR = 0.15  # of the height of slopes: above the highest and below the lowest
HEAD_COLUMNS = 8  # letters in a line of what names an end of slopes
HEAD_ROOM = 44  # px below slopes for two such lines
NAME_COLUMNS = 36  # letters in a line of the name below a bar of parts
PART_FONT = {"size": 12, "color": INK}
PART_COLUMNS = 9  # letters in a line of a part's words

Parts = tuple[list[dict[str, Any]], dict[str, Any]]  # of a figure: its traces, and its layout


def lines(
    table: pd.DataFrame | pd.Series,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    share: bool = False,
    markers: bool | None = None,
    focus: Hashable | None = None,
) -> go.Figure:
    """Draw each column of `table` as a line over its index, named at its end.

    Lines that lie on one another take turns in stripes, so that each is seen.

    Parameters
    ----------
    table
        Numbers; the index is the x axis. At most eight columns. A gap (NaN) breaks the line.
    share
        The values are shares of 1: the axis shows per cent from 0.
    markers
        Mark the points; by default if there are at most 16.
    focus
        The column that the title is about: it keeps its colour, the others are grey.

    Raises
    ------
    ValueError
        If `table` is no table, is empty, not numeric, or has too many columns to be told apart.

    Examples
    --------
    >>> import pandas as pd
    >>> kept = pd.DataFrame({"ads": [1, 0.4], "seo": [1, 0.7]})
    >>> lines(kept, "Ads lose more", share=True).layout.yaxis.tickformat
    '.0%'
    """
    frame = _numeric(table)
    marked = len(frame) <= 16 if markers is None else markers
    return drawn(*_lines(frame, title, x, y, share, marked, focus))


def bars(
    table: pd.DataFrame | pd.Series,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    share: bool = False,
    stacked: bool = False,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
) -> go.Figure:
    """Draw each column of `table` as bars over its index, beside one another or `stacked`.

    Bars are for counts and sums; levels are better seen as `dots`, before and after as `slopes`. Negative
    values of a stacked column go below zero. A few bars of one column carry their values. With one column,
    `low` and `high` (same length, in the unit of the values) draw an interval on each bar.

    Raises
    ------
    ValueError
        As for `lines`, or if `low` and `high` have another length.

    Examples
    --------
    >>> import pandas as pd
    >>> len(bars(pd.Series({"ads": 0.2, "seo": 0.5}), share=True).data)
    1
    """
    frame = _numeric(table)
    layout = _layout_of(frame, title, x, y)
    traces = [
        {
            "type": "bar",
            "x": _categories(frame.index),
            "y": values,
            "name": say.name(name),
            "marker": {
                "color": PALETTE[place],
                "pattern": {"shape": PATTERNS[place], "fillmode": "overlay", "fgcolor": "white", "size": 7},
            },
        }
        for place, (name, values) in enumerate(frame.items())
    ]
    ends = _interval(frame.iloc[:, 0].to_numpy(float), low, high, frame.shape[1])
    if ends is not None:
        below, above = ends
        traces[0]["error_y"] = {"type": "data", "array": above, "arrayminus": below, "color": INK}
    elif frame.shape[1] == 1 and len(frame) <= FEW_BARS:
        text = _written(frame.iloc[:, 0], share)
        traces[0].update(text=text, textposition="outside", cliponaxis=False)
    layout["barmode"] = "relative" if stacked else "group"
    if not isinstance(frame.index, pd.DatetimeIndex):
        layout["xaxis"]["type"] = "category"
    return drawn(*_in_shares(traces, layout)) if share else drawn(traces, layout)


def dots(
    table: pd.DataFrame | pd.Series,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    share: bool = False,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    focus: Hashable | None = None,
    reference: float | None = None,
    reference_name: str = "",
    ordered: bool = False,
) -> go.Figure:
    """Draw the one column of `table` as a dot in each row, with its value and, if given, its interval.

    Parameters
    ----------
    table
        One number for each name in the index.
    x
        The name of the values' axis, with its unit; `y` that of the rows.
    share
        The values are shares of 1.
    low, high
        Ends of the intervals, as long as the table.
    focus
        The row that the title is about: it keeps its colour, the others are grey.
    reference, reference_name
        A value to compare with, drawn as a dashed line, and its name.
    ordered
        The rows have an order of their own; else the largest value stands at the top.

    Raises
    ------
    ValueError
        As for `lines`; if the table has gaps or several columns, or the interval another length.

    Examples
    --------
    >>> import pandas as pd
    >>> worth = pd.Series({"search_ads": 23.4, "referral": 93.1})
    >>> drawing = dots(worth, "Invited users are worth most", "yuan", low=[19, 84], high=[27, 102])
    >>> drawing.data[0].y, drawing.data[0].text
    (('Referral', 'Search ads'), ('93.1', '23.4'))
    """
    frame = _complete(_numeric(table), "dots")
    if frame.shape[1] != 1:
        raise ValueError(NOT_ONE.format(found=frame.shape[1]))
    values = frame.iloc[:, 0].to_numpy(float)
    order = np.arange(len(values)) if ordered else np.argsort(-values, kind="stable")
    colours = np.array(_colours(list(frame.index), focus, "focus", one=BLUE))[order]
    texts = _written(values, share)
    names = [wrap(say.name(name), LABEL_COLUMNS) for name in frame.index[order]]
    row = max(ROW, *(LABEL_LINE * (name.count(BREAK) + 1) + NAMES_APART for name in names))
    trace = {
        "type": "scatter",
        "x": values[order],
        "y": names,
        "mode": "markers+text",
        "marker": {"size": 12, "color": colours.tolist()},
        "text": [texts[place] for place in order],
        "textposition": "top center",
        "textfont": {"size": LABEL_SIZE, "color": INK},
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    ends = _interval(values, low, high, frame.shape[1])
    if ends is not None:
        below, above = ends
        trace["error_x"] = {
            "type": "data", "array": above[order], "arrayminus": below[order],
            "color": GREY if focus is None else QUIET, "thickness": 2, "width": 5,
        }  # fmt: skip
    rows = len(values)
    layout = empty_layout(title, x, y)
    layout["xaxis"].update(rangemode="tozero", showgrid=True)
    if (values < 0).any():  # gain and loss lie on two sides of a line
        layout["xaxis"].update(zeroline=True, zerolinecolor=QUIET, zerolinewidth=1)
    layout["yaxis"].update(type="category", range=[rows - 0.5, -0.75], showgrid=False, showline=False)
    layout["yaxis"].update(ticks="", ticklabelstandoff=NAME_GAP)
    layout["height"] = layout["margin"]["t"] + 64 + row * rows
    drawing = drawn(*_in_shares([trace], layout, "x")) if share else drawn([trace], layout)
    return drawing if reference is None else mark(drawing, as_number(reference, "reference"), reference_name)


def slopes(
    table: pd.DataFrame,
    title: str = "",
    x: str = "",
    *,
    share: bool = False,
    focus: Hashable | None = None,
) -> go.Figure:
    r"""Draw each row of `table` as a line from its first column to its second: before and after.

    The value stands at both ends, the row's name at the right one. There is no scale to name: the title or
    `x` says what the values are.

    Raises
    ------
    ValueError
        As for `lines`; if the table has gaps, or not two columns.

    Examples
    --------
    >>> import pandas as pd
    >>> recall = pd.DataFrame({"before": [18, 26], "after": [33, 26]}, index=["Lantern", "rival C"])
    >>> slopes(recall, "Lantern's recall rose").data[0].text
    ('18\xa0\xa0', '\xa0\xa033  Lantern')
    """
    frame = _complete(_numeric(table), "slopes")
    if frame.shape[1] != 2:
        raise ValueError(NOT_TWO.format(found=frame.shape[1]))
    colours = _colours(list(frame.index), focus, "focus")
    first, last = frame.columns
    both = _written(frame.to_numpy(float).T.ravel(), share)
    before, after = both[: len(frame)], both[len(frame) :]
    words = {
        first: [number + END_GAP for number in before],
        last: [apart_from_end(_hanging(*row)) for row in zip(after, frame.index, strict=True)],
    }
    low, high = float(frame.to_numpy(float).min()), float(frame.to_numpy(float).max())
    span = (high - low) / (1 - 2 * AIR) or 1.0
    # Names do not go down to those of the columns.
    foot, head = low - AIR * span / 2, high + AIR * span
    texts = {end: moved_apart(frame[end].to_list(), words[end], span, foot, head) for end in frame.columns}
    traces = []
    for place, (name, row) in enumerate(frame.iterrows()):
        style = series_style(place)
        traces.append({
            "type": "scatter",
            "x": [say.name(first), say.name(last)],
            "y": row.to_list(),
            "name": say.name(name),
            "mode": "lines+markers+text",
            "line": {**style["line"], "color": colours[place], "dash": "solid"},
            "marker": {**style["marker"], "color": colours[place]},
            "text": [texts[first][place], texts[last][place]],
            "textposition": ["middle left", "middle right"],
            "textfont": {"size": LABEL_SIZE, "color": INK if focus is None else name_colour(colours[place])},
            "cliponaxis": False,
            "hovertemplate": "%{x}: %{y}",
        })  # fmt: skip
    # What names an end stands below its values, outside the slopes: between them a phone has no room.
    heads = {end: wrap(say.name(end), HEAD_COLUMNS) for end in frame.columns}
    layout = empty_layout(title, x)
    layout["annotations"] = [
        {
            **{"x": say.name(end), "y": 0, "yref": "paper", "xanchor": side, "yanchor": "top", "align": side},
            **{"text": heads[end], "showarrow": False, "font": {"size": LABEL_SIZE, "color": QUIET}},
        }
        for end, side in zip(frame.columns, ("right", "left"), strict=True)
    ]
    room = [label_width([*words[end], heads[end]]) + 14 for end in frame.columns]
    layout["margin"].update(l=room[0] + 8, r=room[1])
    layout["xaxis"].update(type="category", range=[-0.12, 1.05], showgrid=False, showline=False, ticks="")
    layout["xaxis"].update(showticklabels=False)
    layout["xaxis"]["title"]["standoff"] = HEAD_ROOM
    layout["yaxis"].update(showgrid=False, showticklabels=False, ticks="", showline=False)
    layout["yaxis"]["range"] = [low - AIR * span, high + AIR * span]
    return drawn(*_in_shares(traces, layout)) if share else drawn(traces, layout)


def share_bar(
    table: pd.DataFrame | pd.Series,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    focus: Hashable | None = None,
) -> go.Figure:
    """Draw shares that add up as one bar, its parts named where they lie.

    Parameters
    ----------
    table
        A Series: one bar of its parts. A DataFrame: one bar for each row, of its columns. Each row is divided
        by its sum.
    focus
        The part that the title is about: it keeps its colour, the others are grey.

    Up to five parts are told apart; those below a quarter are named above or below the bar.

    Raises
    ------
    ValueError
        As for `lines`; if a row has gaps, a number below 0, or adds up to 0.

    Examples
    --------
    >>> import pandas as pd
    >>> drawing = share_bar(pd.Series({"ads": 650, "search": 350}), "Two users in three come from ads")
    >>> [(part.name, part.x, part.text) for part in drawing.data]
    [('Ads', (0.65,), ('Ads<br>65.0\xa0%',)), ('Search', (0.35,), ('Search<br>35.0\xa0%',))]
    """
    frame = _complete(_numeric(table.to_frame("").T if isinstance(table, pd.Series) else table), "shares")
    for row, values in frame.iterrows():
        if min(values) < 0 or not sum(values):
            raise ValueError(NO_PARTS.format(row=row, found=values.to_list()))
    parts = frame.div(frame.sum(axis=1), axis=0)
    rows = [wrap(say.name(row), LABEL_COLUMNS) for row in parts.index]
    colours = _colours(list(parts.columns), focus, "focus")
    starts = parts.cumsum(axis=1) - parts
    traces, beside, turns = [], [], 0
    for place, part in enumerate(parts):
        words = [f"{wrap(say.name(part), PART_COLUMNS)}{BREAK}{say.share(share)}" for share in parts[part]]
        fits = [share >= WIDE_PART for share in parts[part]]
        traces.append({
            "type": "bar",
            "x": parts[part].to_list(),
            "y": list(range(len(rows))),
            "base": starts[part].to_list(),
            "orientation": "h",
            "name": say.name(part),
            "marker": {"color": colours[place], "line": {"color": "white", "width": 2}},
            "text": [text if inside else "" for text, inside in zip(words, fits, strict=True)],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "constraintext": "none",
            "hovertemplate": f"{say.name(part)}: %{{x:.1%}}<extra></extra>",
        })  # fmt: skip
        if all(fits):
            continue
        way, turns = BESIDE[turns % len(BESIDE)], turns + 1
        for row, (middle, text, inside) in enumerate(
            zip(starts[part] + parts[part] / 2, words, fits, strict=True)
        ):
            if not inside:
                edge = row - BAR / 2 if way > 0 else row + BAR / 2  # rows are counted downwards
                at = {"x": middle, "y": edge, "text": text, "yshift": way}
                beside.append({**at, "showarrow": False, "font": PART_FONT})
    if x:  # an axis has its name at the foot of the plot, which on a slide is far from the bar
        last = len(rows) - 1 + BAR / 2
        low = NAME_BELOW_WORDS if any(note["yshift"] < 0 for note in beside) else NAME_BELOW
        at = {"x": 0.5, "y": last, "yanchor": "top", "yshift": low, "text": wrap(x, NAME_COLUMNS)}
        beside.append({**at, "showarrow": False, "font": {"size": 14, "color": INK}})
    layout = empty_layout(title, "", y)
    layout.update(barmode="overlay", bargap=1 - BAR, height=layout["margin"]["t"] + 40 + 150 * len(rows))
    layout["yaxis"].update(tickvals=list(range(len(rows))), ticktext=rows, range=[len(rows) - 0.5, -0.5])
    layout["yaxis"].update(showgrid=False, showline=False, ticks="", ticklabelstandoff=NAME_GAP)
    layout["xaxis"].update(range=[0, 1], showticklabels=False, showline=False, ticks="")
    layout["margin"].update(l=64 if any(rows) else 24, b=32)
    layout["annotations"] = beside
    return drawn(*_in_shares(traces, layout, "x"))


def small_multiples(
    tables: Mapping[str, pd.DataFrame | pd.Series] | pd.DataFrame,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    share: bool = False,
    columns: int = 2,
) -> go.Figure:
    """Draw a panel for each series, all on the same axes: its own line in colour, the others grey behind it.

    Parameters
    ----------
    tables
        A table with a column for each panel; or the panel's name to its series, where indexes differ.
    columns
        Panels beside one another; two still read on a phone.

    Raises
    ------
    ValueError
        If there are no tables, one is no series of numbers, or `columns` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> both = {"ads": pd.Series([1, 0.4]), "search": pd.Series([1, 0.7])}
    >>> len(small_multiples(both, "Ads lose more", share=True).data)
    4
    """
    panels = dict(tables.items()) if isinstance(tables, pd.DataFrame) else tables
    require_named(panels, "tables", PANELS)
    series = {name: _one_column(table) for name, table in panels.items()}
    across = min(as_number(columns, "columns", least=1, most=4, whole=True), len(series))
    down = -(-len(series) // across)
    names = [say.name(name) for name in series]
    drawing = figure(title).set_subplots(
        down, across, shared_xaxes="all", shared_yaxes="all", subplot_titles=names,
        horizontal_spacing=0.06, vertical_spacing=0.24 / down, x_title=x, y_title=y,
    )  # fmt: skip
    for place, (own, values) in enumerate(series.items()):
        cell = {"row": place // across + 1, "col": place % across + 1}
        others = [one for name, one in series.items() if name != own]
        gapped = [part for one in others for part in (one, pd.Series([np.nan], index=one.index[-1:]))]
        behind = pd.concat(gapped) if gapped else pd.Series(dtype=float)
        drawing.add_scatter(
            x=behind.index, y=behind, mode="lines", line={"color": GREY, "width": 1}, opacity=0.5,
            hoverinfo="skip", **cell,
        )  # fmt: skip
        drawing.add_scatter(
            x=values.index,
            y=values,
            name=names[place],
            mode="lines",
            line={"color": BLUE, "width": 3},
            **cell,
        )
    drawing.update_annotations(font={"size": LABEL_SIZE, "color": INK})
    ends = reach(value for values in series.values() for value in values)
    aside = label_width(["100 %"] if share else [say.number(end) for end in ends]) + BESIDE_NUMBERS
    drawing.update_annotations({"xshift": -aside}, {"textangle": -90})
    drawing.update_layout(
        height=drawing.layout.margin.t + 60 + 170 * down,
        margin={"t": drawing.layout.margin.t + 16, "b": 64, "l": aside + 26},
        showlegend=False,
    )
    if share:
        drawing.update_yaxes(tickformat=SHARE_FORMAT, hoverformat=".1%")
    return drawing.update_yaxes(rangemode="tozero")


def timeline(
    table: pd.DataFrame | pd.Series,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    now: Any,
    share: bool = False,
) -> go.Figure:
    """Draw what happens over time: the whole way pale, as far as `now` strong, and a cursor there.

    Parameters
    ----------
    table
        Numbers; the index is the time. At most five columns.
    now
        Where the cursor stands: a value of the index.

    Raises
    ------
    ValueError
        As for `lines`; if `now` is not in the index.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.Series([100, 80, 70], index=[0, 1, 2], name="members")
    >>> drawing = timeline(members, "After 1 week: 80 members", "weeks", now=1)
    >>> [int(trace.x[-1]) for trace in drawing.data]
    [2, 1, 1]
    """
    frame = _numeric(table, FEW_LINES)
    times = list(frame.index)
    place = times.index(as_choice(now, "now", times))
    ways, layout = _lines(frame, title, x, y, share, marked=False)
    # As many points at every position: those after now lie on it, so that a step can glide.
    reached = [min(i, place) for i in range(len(times))]
    strong = [
        {
            **{key: way[key] for key in ("type", "line", "name")},
            **{"x": frame.index[reached], "y": values.iloc[reached], "mode": "lines"},
        }
        for way, (_, values) in zip(ways, frame.items(), strict=True)
    ]
    colours = [way["line"]["color"] for way in ways]
    here = cursor_dots(now, frame.iloc[place].to_list(), colours, np.ptp(reach(frame.to_numpy().ravel())))
    for way in ways:
        way["line"] = {**way["line"], "color": pale(way["line"]["color"], 0.35)}
    cursor = {"color": QUIET, "width": 1, "dash": "dot"}
    at_now = {"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "yref": "paper", "line": cursor}
    layout.update(shapes=[at_now], showlegend=False)
    return drawn([*ways, *strong, here], layout)


def heatmap(
    table: pd.DataFrame,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    share: bool = False,
    unit: str = "",
    top: float | None = None,
) -> go.Figure:
    """Draw `table` as a grid of colours, first row at the top; empty cells (NaN) stay blank.

    `unit` heads the colour scale, `top` is the value of its darkest colour (default: the largest one). A
    grid of at most 400 cells carries its numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> heatmap(pd.DataFrame([[1, 0.4], [1, 0.5]]), "Two cohorts", share=True).data[0].type
    'heatmap'
    """
    frame = _numeric(table, most=None)
    top = None if top is None else as_number(top, "top", least=POSITIVE)
    form, label = (SHARE_FORMAT, ".0f") if share else (",.4~g", ",.4g")
    known = frame.to_numpy(float)[frame.notna().to_numpy()]
    head = known.max(initial=0) if top is None else top  # of the scale, which begins at 0
    counted = not share and (known % 1 == 0).all() and head <= MOST_STEPS
    trace = {
        "type": "heatmap",
        "x": _labels(frame.columns) if frame.columns.dtype.kind == "O" else frame.columns,
        "y": _labels(frame.index),
        "z": frame.to_numpy(float),
        "zmin": 0,
        "zmax": top,
        "colorscale": SEQUENTIAL,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        # Without its sign a share fits into a narrow cell; the scale beside the cells has it.
        "text": (frame * 100 if share else frame).map(
            lambda value: "" if pd.isna(value) else f"{value:{label}}".replace("-", say.MINUS)
        ),
        "texttemplate": "%{text}" if frame.size <= MOST_LABELS else None,
        "hovertemplate": f"{y} %{{y}}<br>{x} %{{x}}<br>%{{z:{form}}} {unit}<extra></extra>",
        "textfont": {"size": 12},
        "colorbar": {
            "tickformat": form,
            "dtick": 1 if counted else None,  # what is counted has no halves
            "tickfont": {"size": 12, "color": QUIET},
            "title": {"text": unit, "side": "right", "font": {"size": 13}},
            "thickness": 14,
            "outlinewidth": 0,
        },
    }
    layout = empty_layout(title, x, y)
    layout["yaxis"].update(type="category", autorange="reversed", showgrid=False, nticks=24)
    layout["height"] = max(HEIGHT, min(720, 150 + 18 * len(frame)))
    return drawn([trace], layout)


def _written(values: Any, share: bool) -> list[str]:
    """Return the values of a picture, none with finer decimals than its largest, which its title may say."""
    return [say.number(value, PER_CENT) for value in values] if share else say.alike(values)


def _lines(
    frame: pd.DataFrame, title: str, x: str, y: str, share: bool, marked: bool, focus: Hashable | None = None
) -> Parts:
    """Return the traces of lines, named at their ends if they are few, and their layout."""
    colours = _colours(list(frame.columns), focus, "focus")
    styles = [series_style(place) for place in range(frame.shape[1])]
    for place, dash in _stripes(frame).items():
        styles[place]["line"]["dash"] = dash
    traces = [
        {
            "type": "scatter",
            "x": frame.index,
            "y": values.to_numpy(),
            "name": say.name(name),
            "mode": "lines+markers" if marked else "lines",
            **{part: {**style, "color": colours[place]} for part, style in styles[place].items()},
        }
        for place, (name, values) in enumerate(frame.items())
    ]
    named = 1 < frame.shape[1] <= FEW_LINES
    layout = empty_layout(title, x, y) if named else _layout_of(frame, title, x, y)
    if named:
        room = write_names(traces, reach(frame.to_numpy(float).ravel()))
        layout["margin"].update({"r": room} if room else {})
    if named and not marked and frame.index.dtype.kind in "iuf":
        layout["xaxis"]["range"] = [frame.index.min(), frame.index.max()]  # names begin where the lines end
    if frame.index.dtype.kind in "iu" and np.ptp(frame.index.to_numpy()) <= MOST_STEPS:
        layout["xaxis"]["dtick"] = 1  # what is counted has no halves
    return _in_shares(traces, layout) if share else (traces, layout)


def _hanging(number: str, name: Hashable) -> str:
    """Return a value and its name, whose further lines stand below its first."""
    first, *more = wrap(f"{number}  {say.name(name)}", LABEL_COLUMNS + 7).split(BREAK)
    return BREAK.join([first, *(FIGURE_SPACE * (len(number) + 2) + line for line in more)])


def _stripes(frame: pd.DataFrame) -> dict[int, str]:
    """Return the dashes of the columns that lie on others: in each period one stripe for each of them."""
    columns = frame.to_numpy(float).T
    known = np.isfinite(columns)
    columns = np.where(known, columns, np.nan)
    near = ONE_LINE * np.ptp(reach(columns.ravel()))
    gaps = ~known[:, None] & ~known
    alike = ((np.abs(columns[:, None] - columns) <= near) | gaps).all(axis=2)
    before, others = np.tril(alike, -1).sum(axis=1), alike.sum(axis=1) - 1
    return {
        place: f"0px,{STRIPE * before[place]}px,{STRIPE}px,{STRIPE * (others[place] - before[place])}px"
        for place in np.flatnonzero(others)
    }


def _in_shares(traces: list[dict], layout: dict, axis: str = "y") -> Parts:
    """Show an axis in per cent from 0."""
    layout[f"{axis}axis"].update(SHARE_AXIS)
    return [{**trace, f"{axis}hoverformat": SHARE_HOVER} for trace in traces], layout


def _layout_of(frame: pd.DataFrame, title: str, x: str, y: str) -> dict[str, Any]:
    """Return a layout with a legend for several columns."""
    layout = empty_layout(title, x, y, legend=frame.shape[1] > 1)
    if frame.columns.name is not None:
        layout["legend"] = {"title": {"text": str(frame.columns.name).replace("_", " ")}}
    return layout


def _numeric(table: pd.DataFrame | pd.Series, most: int | None = len(PALETTE)) -> pd.DataFrame:
    frame = table.to_frame() if isinstance(table, pd.Series) else table
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(NOT_A_TABLE.format(found=type(table).__name__))
    if not frame.size:
        raise ValueError(NO_CELLS.format(rows=len(frame), columns=frame.shape[1]))
    for column, dtype in frame.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype) or dtype.kind in "bc":
            raise ValueError(NOT_NUMERIC.format(column=column, found=dtype))
    if most is not None and frame.shape[1] > most:
        raise ValueError(TOO_MANY.format(found=frame.shape[1], most=most))
    return frame


def _labels(index: pd.Index) -> list[str]:
    if isinstance(index, pd.DatetimeIndex):
        return index.strftime("%Y-%m" if (index.day == 1).all() else "%Y-%m-%d").to_list()
    return [say.name(name) if isinstance(name, str) else str(name) for name in index]


def _categories(index: pd.Index) -> Any:
    """Return the names on an axis in words; numbers and dates stay what they are."""
    return [wrap(say.name(name), LABEL_COLUMNS) for name in index] if index.dtype.kind == "O" else index


def _interval(
    values: np.ndarray, low: Sequence[float] | None, high: Sequence[float] | None, columns: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return how far an interval reaches below and above each value."""
    if low is None and high is None:
        return None
    if low is None or high is None or columns > 1:
        raise ValueError(HALF_AN_INTERVAL.format(found=columns))
    ends = as_numbers(low, "low", length=len(values)), as_numbers(high, "high", length=len(values))
    return values - ends[0], ends[1] - values


def _colours(names: list, focus: Hashable | None, what: str, one: str | None = None) -> list[str]:
    """Return a colour for each name: the palette's, or grey for all but the one in focus."""
    if focus is None:
        return [one or PALETTE[place % len(PALETTE)] for place in range(len(names))]
    as_choice(focus, what, names)
    return [BLUE if name == focus else GREY for name in names]


def _complete(frame: pd.DataFrame, form: str) -> pd.DataFrame:
    known = np.isfinite(frame.to_numpy(float)).all(axis=1)
    if not known.all():
        raise ValueError(GAP.format(row=list(frame.index)[int(known.argmin())], form=form))
    return frame


def _one_column(table: Any) -> pd.Series:
    frame = _numeric(table)
    if frame.shape[1] != 1:
        raise ValueError(NOT_ONE.format(found=frame.shape[1]))
    return frame.iloc[:, 0]
