"""The look of every picture in the course: one Plotly template, one palette, a few plain forms.

Importing this module registers the template "opslab" and makes it Plotly's default. The forms take a tidy
table (index along the x axis, one column for each series) and return a `plotly.graph_objects.Figure`; they
know no subject.

The palette is Okabe and Ito's (2008), safe for colour-blind readers; series differ in dash and marker as
well.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

from opslab.ground.frames import POSITIVE, as_choice, as_number, as_numbers

# Words
NOT_A_TABLE = "table is a {found}; expected a pandas DataFrame or Series, one column for each line or bar"
NOT_TEXT = "{name} is {found!r}; expected text"
NO_CELLS = "table has {rows} rows and {columns} columns; a picture needs at least one of each"
NOT_NUMERIC = "column {column!r} of table holds {found}; a picture needs numbers"
HALF_AN_INTERVAL = "an interval needs both low and high, and a table of one column (it has {found})"
TOO_MANY = "table has {found} columns; at most {most} can be told apart, choose or group them first"

# Okabe-Ito, those that stand out from white first.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, YELLOW = "#E69F00", "#56B4E9", "#000000", "#F0E442"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star", "triangle-down")
PATTERNS = ("", "/", ".", "x", "\\", "-", "+", "|")
INK, QUIET, GRID = "#1F2933", "#52606D", "#E4E7EB"
# White to deep blue, each step darker: reads in grey and by every eye.
SEQUENTIAL = ((0.0, "#FFFFFF"), (0.25, "#CFE3F1"), (0.5, "#8FBEDD"), (0.75, "#3D8DC0"), (1.0, "#004B76"))
FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Hiragino Sans GB", '
    '"Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'
)
TITLE_COLUMNS = 76  # half-width letters in a title line: fits a cell 700 pixels wide
TITLE_SIZE, LINE_HEIGHT = 17, 23
HEIGHT = 420
FEW_BARS = 8
SHARE_FORMAT = ".0%"


def _template() -> go.layout.Template:
    axis = {
        "gridcolor": GRID,
        "linecolor": QUIET,
        "showline": True,
        "zeroline": False,
        "ticks": "outside",
        "tickcolor": QUIET,
        "ticklen": 4,
        "tickfont": {"size": 13, "color": QUIET},
        "title": {"font": {"size": 14, "color": INK}, "standoff": 10},
        "automargin": True,
        "separatethousands": True,
        "exponentformat": "none",
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 14, "color": INK},
            "title": {
                "font": {"size": TITLE_SIZE, "color": INK, "weight": 600},
                "x": 0,
                "xanchor": "left",
                "xref": "container",
                "y": 1,
                "yanchor": "top",
                "yref": "container",
                "pad": {"l": 16, "t": 14},
            },
            "colorway": list(PALETTE),
            "colorscale": {"sequential": SEQUENTIAL},
            "paper_bgcolor": "white",
            "plot_bgcolor": "white",
            "height": HEIGHT,
            "margin": {"l": 64, "r": 24, "t": _top_margin(1), "b": 56},
            "xaxis": {**axis, "showgrid": False},
            "yaxis": {**axis, "rangemode": "tozero"},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "font": {"size": 13},
                "title": {"font": {"size": 13, "color": QUIET}},
                "itemwidth": 40,
                "traceorder": "normal",
            },
            "hovermode": "closest",
            "hoverlabel": {"font": {"family": FONT, "size": 13}},
            "bargap": 0.25,
        }
    )


def wrap(text: str, columns: int = TITLE_COLUMNS) -> str:
    """Break `text` into lines joined by ``<br>``, each at most `columns` half-width letters wide.

    Chinese characters count as two and may be parted anywhere, save before closing punctuation.

    Examples
    --------
    >>> wrap("Retention in the fifth week rose in all seven channels", columns=30)
    'Retention in the fifth week<br>rose in all seven channels'
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and text_width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
    return "<br>".join([*lines, line.rstrip()])


def figure(title: str = "", x: str = "", y: str = "", *, legend: bool = False) -> go.Figure:
    """Return an empty figure with a wrapped title and axis names (give them with their units).

    The upper margin grows with the title's lines, and with a legend if there is one, so that a whole
    sentence fits.

    Examples
    --------
    >>> figure("Users stay longer", x="week", y="users").layout.title.text
    'Users stay longer'
    """
    for name, text in (("title", title), ("x", x), ("y", y)):
        if not isinstance(text, str):
            raise ValueError(NOT_TEXT.format(name=name, found=text))
    words = wrap(title) if title else ""
    more_lines = words.count("<br>")
    return go.Figure(
        layout={
            # Named here as well as made the default: a figure shown elsewhere keeps its look.
            "template": "opslab",
            # Plotly hangs a title by its middle, not its first line: push it down by half of the rest.
            "title": {"text": words, "pad": {"t": 14 + more_lines * LINE_HEIGHT // 2}},
            "margin": {"t": _top_margin(more_lines + 1 if words else 0, legend)},
            "showlegend": legend,
            "xaxis": {"title": {"text": x}},
            "yaxis": {"title": {"text": y}},
        }
    )


def lines(
    table: pd.DataFrame | pd.Series,
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    share: bool = False,
    markers: bool | None = None,
) -> go.Figure:
    """Draw each column of `table` as a line over its index.

    Parameters
    ----------
    table
        Numbers; the index is the x axis. At most eight columns. A gap (NaN) breaks the line.
    share
        The values are shares of 1: the axis shows per cent from 0.
    markers
        Mark the points; by default if there are at most 16.

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
    drawing = _figure_of(frame, title, x, y)
    for place, (name, values) in enumerate(frame.items()):
        drawing.add_scatter(
            x=frame.index,
            y=values,
            name=str(name),
            mode="lines+markers" if marked else "lines",
            **series_style(place),
        )
    return shares(drawing) if share else drawing


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

    Negative values of a stacked column go below zero. A few bars of one column carry their values. With one
    column, `low` and `high` (same length, in the unit of the values) draw an interval on each bar.

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
    drawing = _figure_of(frame, title, x, y)
    for place, (name, values) in enumerate(frame.items()):
        drawing.add_bar(
            x=frame.index,
            y=values,
            name=str(name),
            marker={
                "color": PALETTE[place],
                "pattern": {"shape": PATTERNS[place], "fillmode": "overlay", "fgcolor": "white", "size": 7},
            },
        )
    if (low is None) != (high is None) or (low is not None and frame.shape[1] > 1):
        raise ValueError(HALF_AN_INTERVAL.format(found=frame.shape[1]))
    if low is not None:
        values = frame.iloc[:, 0].to_numpy()
        below = values - as_numbers(low, "low", length=len(values))
        above = as_numbers(high, "high", length=len(values)) - values
        drawing.data[0].error_y = {"type": "data", "array": above, "arrayminus": below, "color": INK}
    elif frame.shape[1] == 1 and len(frame) <= FEW_BARS:
        form = ".1%" if share else ",.4~g"
        drawing.update_traces(texttemplate=f"%{{y:{form}}}", textposition="outside", cliponaxis=False)
    drawing.update_layout(barmode="relative" if stacked else "group")
    if not isinstance(frame.index, pd.DatetimeIndex):
        drawing.update_xaxes(type="category")
    return shares(drawing) if share else drawing


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
    form = SHARE_FORMAT if share else ",.4~g"
    drawing = figure(title, x, y)
    drawing.add_heatmap(
        x=[str(name) for name in frame.columns] if frame.columns.dtype == object else frame.columns,
        y=_labels(frame.index),
        z=frame.to_numpy(float),
        zmin=0,
        zmax=top,
        colorscale=SEQUENTIAL,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        texttemplate=f"%{{z:{form}}}" if frame.size <= 400 else None,
        hovertemplate=f"{y} %{{y}}<br>{x} %{{x}}<br>%{{z:{form}}} {unit}<extra></extra>",
        textfont={"size": 11},
        colorbar={
            "tickformat": form,
            "tickfont": {"size": 12, "color": QUIET},
            "title": {"text": unit, "side": "right", "font": {"size": 13}},
            "thickness": 14,
            "outlinewidth": 0,
        },
    )
    drawing.update_yaxes(type="category", autorange="reversed", showgrid=False, nticks=24)
    drawing.update_layout(height=max(HEIGHT, min(720, 150 + 18 * len(frame))))
    return drawing


def _figure_of(frame: pd.DataFrame, title: str, x: str, y: str) -> go.Figure:
    drawing = figure(title, x, y, legend=frame.shape[1] > 1)
    if frame.columns.name is not None:
        drawing.update_layout(legend_title_text=str(frame.columns.name).replace("_", " "))
    return drawing


def shares(drawing: go.Figure, axis: str = "y") -> go.Figure:
    """Show `axis` of `drawing` in per cent from 0; returns the same figure.

    Examples
    --------
    >>> import pandas as pd
    >>> shares(lines(pd.Series([0.1, 0.2]))).layout.yaxis.tickformat
    '.0%'
    """
    as_choice(axis, "axis", ("x", "y"))
    drawing.update_layout({f"{axis}axis": {"tickformat": SHARE_FORMAT, "rangemode": "tozero"}})
    drawing.update_traces(**{f"{axis}hoverformat": ".1%"}, selector={"type": "scatter"})
    drawing.update_traces(**{f"{axis}hoverformat": ".1%"}, selector={"type": "bar"})
    return drawing


def series_style(place: int) -> dict[str, dict[str, Any]]:
    """Return the line and marker of the series in `place` (0, 1, ...): colour, dash and symbol all differ.

    Examples
    --------
    >>> series_style(1)["line"]["dash"]
    'dash'
    """
    turn = place % len(PALETTE)
    return {
        "line": {"color": PALETTE[turn], "dash": DASHES[turn], "width": 2.5},
        "marker": {"color": PALETTE[turn], "symbol": SYMBOLS[turn], "size": 8},
    }


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


def pale(colour: str, opacity: float = 0.16) -> str:
    """Return a colour of the palette (``"#RRGGBB"``) as a see-through one, for bands.

    Examples
    --------
    >>> pale("#0072B2")
    'rgba(0,114,178,0.16)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def _labels(index: pd.Index) -> list[str]:
    if isinstance(index, pd.DatetimeIndex):
        return index.strftime("%Y-%m" if (index.day == 1).all() else "%Y-%m-%d").to_list()
    return [str(name) for name in index]


def _top_margin(title_lines: int, legend: bool = False) -> int:
    return 28 + LINE_HEIGHT * title_lines + (26 if legend else 0)


def text_width(text: str) -> int:
    """Return how many half-width letters a text takes; a Chinese character takes two.

    Examples
    --------
    >>> text_width("ab"), text_width("留存")
    (2, 4)
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pieces(text: str) -> list[str]:
    """Split into parts that stay on one line: words with the space after them, single wide letters."""
    pieces: list[str] = []
    for letter in text:
        wide = text_width(letter) == 2
        closing = wide and unicodedata.category(letter) in ("Po", "Pe", "Pf")
        last = pieces[-1][-1] if pieces else " "
        joins = closing or not (wide or last == " " or text_width(last) == 2)
        if pieces and (joins or letter == " "):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


pio.templates["opslab"] = _template()
pio.templates.default = "opslab"
