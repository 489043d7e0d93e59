"""How pictures look: the template, the palette, titles that wrap, and an empty figure to draw on."""

import re
import unicodedata
from functools import cache
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

from opslab.ground.arguments import as_choice

# Words
NOT_TEXT = "{name} is {found!r}; expected text"

LOOK, PLOTLY_S_OWN = "opslab", "plotly"  # names of templates
# Okabe-Ito, those that stand out from white first.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, YELLOW = "#E69F00", "#56B4E9", "#000000", "#F0E442"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star", "triangle-down")
PATTERNS = ("", "/", ".", "x", "\\", "-", "+", "|")
INK, QUIET, GRID = "#1F2933", "#52606D", "#E4E7EB"
NAMED = 5  # colours of the palette that lines with a name at their end have
GREY = "#7B8794"  # of what a sentence is not about; seen on white and on dark
DIVERGING = ((0.0, "#F2B695"), (0.5, "#FFFFFF"), (1.0, "#8FBEDD"))  # letters in ink are read on each
# White to deep blue, each step darker: reads in grey and by every eye.
SEQUENTIAL = ((0.0, "#FFFFFF"), (0.25, "#CFE3F1"), (0.5, "#8FBEDD"), (0.75, "#3D8DC0"), (1.0, "#004B76"))
FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Hiragino Sans GB", '
    '"Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'
)
TITLE_COLUMNS = 76  # half-width letters in a title line: fits a cell 700 pixels wide
TITLE_SIZE, LINE_HEIGHT = 17, 23
LEGEND = 26  # px that it takes above the plot
HEIGHT = 420
FEW_BARS = 8
SEE_THROUGH = re.compile(r"rgba\((\d+),(\d+),(\d+),")
SHARE_FORMAT, SHARE_HOVER = ".0%", ".1%"
SHARE_AXIS = {"tickformat": SHARE_FORMAT, "rangemode": "tozero"}


def _template() -> go.layout.Template:
    axis = {
        "gridcolor": GRID,
        "linecolor": QUIET,
        "showline": True,
        "zeroline": False,
        "layer": "below traces",  # a name at a line's end, or a dot at 0, is seen whole
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
            "margin": {"l": 64, "r": 24, "t": top_margin(1), "b": 56},
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


@cache
def _use_look() -> None:
    """Register the template, and make it the default unless somebody has chosen another than Plotly's own.

    Plotly reads all its rules for that, so it waits for the first picture. Once is enough: whoever chooses
    another default later keeps it.
    """
    pio.templates[LOOK] = _template()
    if pio.templates.default == PLOTLY_S_OWN:
        pio.templates.default = LOOK


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
    return drawn([], empty_layout(title, x, y, legend=legend))


def empty_layout(title: str = "", x: str = "", y: str = "", *, legend: bool = False) -> dict[str, Any]:
    """Return the layout of `figure` as a dict, for a form that adds to it."""
    for name, text in (("title", title), ("x", x), ("y", y)):
        if not isinstance(text, str):
            raise ValueError(NOT_TEXT.format(name=name, found=text))
    words = wrap(title) if title else ""
    more_lines = words.count("<br>")
    return {
        # Plotly hangs a title by its middle, not its first line: push it down by half of the rest.
        "title": {"text": words, "pad": {"t": 14 + more_lines * LINE_HEIGHT // 2}},
        "margin": {"t": top_margin(more_lines + 1 if words else 0, legend)},
        "showlegend": legend,
        "xaxis": {"title": {"text": x}},
        "yaxis": {"title": {"text": y}},
    }


def drawn(traces: list[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    """Return the figure of some traces in the course's look.

    Plotly reads all its rules for each part that is added or changed: made at once, a chart takes a third.
    """
    _use_look()
    drawing = go.Figure(traces, layout)
    if pio.templates.default != LOOK:  # the default is in the figure already, and keeps its look elsewhere
        drawing.layout.template = LOOK
    return drawing


def shares(drawing: go.Figure, axis: str = "y") -> go.Figure:
    """Show `axis` of `drawing` in per cent from 0; returns the same figure.

    Examples
    --------
    >>> shares(figure("Half stay")).layout.yaxis.tickformat
    '.0%'
    """
    as_choice(axis, "axis", ("x", "y"))
    drawing.update_layout({f"{axis}axis": SHARE_AXIS})
    for kind in ("scatter", "bar"):
        drawing.update_traces(**{f"{axis}hoverformat": SHARE_HOVER}, selector={"type": kind})
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


def pale(colour: str, opacity: float = 0.16) -> str:
    """Return a colour of the palette (``"#RRGGBB"``) as a see-through one, for bands.

    Examples
    --------
    >>> pale("#0072B2")
    'rgba(0,114,178,0.16)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def name_colour(colour: str | None) -> str:
    """Return what to write the name of a line with: its own colour, where letters of it can be told apart.

    A screen shows the palette's colours darker in letters (`dark.js`).

    Examples
    --------
    >>> name_colour("rgba(204,121,167,0.35)"), name_colour("#7B8794")
    ('#CC79A7', '#52606D')
    """
    seen = SEE_THROUGH.match(colour or "")
    whole = "#{:02X}{:02X}{:02X}".format(*map(int, seen.groups())) if seen else colour
    return QUIET if whole == GREY else whole if whole in PALETTE[:NAMED] else INK


def top_margin(title_lines: int, legend: bool = False) -> int:
    """Return how many pixels a title of so many lines, and a legend, take above the plot."""
    return 28 + LINE_HEIGHT * title_lines + (LEGEND if legend else 0)


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
        joins = last != " " and (closing or not (wide or text_width(last) == 2))
        if pieces and (joins or letter == " "):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
