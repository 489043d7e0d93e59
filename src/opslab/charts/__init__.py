"""The look of every picture and table in the course: one template, one palette, a few plain forms.

The first picture registers the template "opslab" and makes it Plotly's default. The forms take a tidy
table (names or times in the index, one column for each series) and return a `plotly.graph_objects.Figure`;
they know no subject. A form fits a question:

    dots             levels, with the interval of each         slopes     before and after
    lines, timeline  what happens over time, or along a scale  share_bar  shares that add up
    small_multiples  one line a panel, the others behind it    bars       counts
    heatmap          a value for each pair                     as_table   the numbers themselves

`label_ends`, `mark`, `cursor_dots` and `ghost` lay something over a figure; `say` writes numbers and names
for people.

The palette is Okabe and Ito's (2008), safe for colour-blind readers; series differ in dash and marker as
well. The rooms, each from the ones before it: look -> annotations -> chart_types · tables.
"""

from opslab.charts.annotations import cursor_dots, ghost, label_ends, mark
from opslab.charts.chart_types import bars, dots, heatmap, lines, share_bar, slopes, small_multiples, timeline
from opslab.charts.look import (
    BLACK,
    BLUE,
    DASHES,
    DIVERGING,
    GREEN,
    GREY,
    GRID,
    HEIGHT,
    INK,
    LINE_HEIGHT,
    ORANGE,
    PALETTE,
    PURPLE,
    QUIET,
    SEQUENTIAL,
    SKY,
    SYMBOLS,
    TITLE_COLUMNS,
    VERMILLION,
    YELLOW,
    figure,
    name_colour,
    pale,
    series_style,
    shares,
    text_width,
    wrap,
)
from opslab.charts.tables import ReadableTable, as_table
from opslab.ground import formatting as say

__all__ = [
    "BLACK",
    "BLUE",
    "DASHES",
    "DIVERGING",
    "GREEN",
    "GREY",
    "GRID",
    "HEIGHT",
    "INK",
    "LINE_HEIGHT",
    "ORANGE",
    "PALETTE",
    "PURPLE",
    "QUIET",
    "SEQUENTIAL",
    "SKY",
    "SYMBOLS",
    "TITLE_COLUMNS",
    "VERMILLION",
    "YELLOW",
    "ReadableTable",
    "as_table",
    "bars",
    "cursor_dots",
    "dots",
    "figure",
    "ghost",
    "heatmap",
    "label_ends",
    "lines",
    "mark",
    "name_colour",
    "pale",
    "say",
    "series_style",
    "share_bar",
    "shares",
    "slopes",
    "small_multiples",
    "text_width",
    "timeline",
    "wrap",
]
