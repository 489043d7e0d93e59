"""Every picture has one look, holds a sentence as its title, and says in words what it cannot draw."""

import re

import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import plotly.io as pio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab import charts
from opslab.charts import bars, figure, heatmap, lines, pale, series_style, shares, wrap

LONG = "Week-4 retention fell from 31 % to 26 % after the mix moved to ads, although each channel's rate rose"
CHINESE = "第四周留存率从三成降到两成六，虽然每个渠道各自都上升了，因为用户来源的组合变了。这是辛普森悖论"


def width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(colour: str) -> float:
    return 1.05 / (luminance(colour) + 0.05)


def table(columns: int = 3, rows: int = 4) -> pd.DataFrame:
    return pd.DataFrame(
        np.arange(rows * columns).reshape(rows, columns), columns=list("abcdefghij")[:columns]
    )


def test_the_template_is_registered_and_the_default():
    assert pio.templates.default == "opslab"
    assert px.scatter(x=[1], y=[1]).layout.template.layout.colorway == charts.PALETTE
    assert go.Figure().layout.template.layout.title.x == 0


def test_fonts_come_from_the_reader_s_machine_and_know_chinese():
    family = pio.templates["opslab"].layout.font.family
    assert family.startswith("system-ui")
    assert family.endswith("sans-serif")
    for name in ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"):
        assert name in family


def test_the_palette_is_okabe_and_ito_s_and_the_first_colours_stand_out_from_white():
    assert set(charts.PALETTE) == {
        "#000000",
        "#E69F00",
        "#56B4E9",
        "#009E73",
        "#F0E442",
        "#0072B2",
        "#D55E00",
        "#CC79A7",
    }
    assert all(contrast(colour) >= 3 for colour in charts.PALETTE[:3])
    assert contrast(charts.INK) >= 7
    assert contrast(charts.QUIET) >= 4.5


def test_series_differ_by_more_than_colour():
    styles = [series_style(place) for place in range(8)]
    assert len({style["marker"]["symbol"] for style in styles}) == 8
    assert len({style["line"]["color"] for style in styles}) == 8
    assert len({style["line"]["dash"] for style in styles[:6]}) == 6
    assert series_style(8) == series_style(0)


def test_shades_of_the_heat_map_grow_darker_all_the_way():
    shades = [luminance(colour) for _, colour in charts.SEQUENTIAL]
    assert shades == sorted(shades, reverse=True)


@pytest.mark.parametrize("title", [LONG, CHINESE, LONG + " " + CHINESE])
def test_a_long_title_wraps_and_makes_room_for_itself(title):
    drawing = figure(title)
    rows = drawing.layout.title.text.split("<br>")
    assert len(rows) > 1
    assert all(width(row) <= charts.TITLE_COLUMNS for row in rows)
    assert drawing.layout.margin.t >= figure("Short").layout.margin.t + charts.LINE_HEIGHT * (len(rows) - 1)
    assert not any(row[0] in "，。" for row in rows)


@given(st.text(alphabet="ab cde留存率，。", max_size=120), st.integers(10, 40))
def test_wrapping_loses_no_letter(text, columns):
    wrapped = wrap(text, columns)
    assert re.sub(r"\s", "", wrapped.replace("<br>", "")) == re.sub(r"\s", "", text)
    for row in wrapped.split("<br>"):
        longest = max(map(width, re.findall(r"[abcde]+[，。]*|.[，。]*", row)), default=0)
        assert width(row) <= max(columns, longest)


def test_an_untitled_figure_wastes_no_room():
    assert figure().layout.margin.t < figure("A finding").layout.margin.t
    assert not figure().layout.title.text


def test_lines_draw_a_column_each_with_legend_title_and_gaps():
    frame = table().astype(float)
    frame.columns.name = "pushes_per_week"
    frame.iloc[1, 1] = np.nan
    drawing = lines(frame, "A finding", "week", "days", markers=False)
    assert [trace.name for trace in drawing.data] == ["a", "b", "c"]
    assert drawing.layout.legend.title.text == "pushes per week"
    assert drawing.layout.showlegend
    assert (drawing.layout.xaxis.title.text, drawing.layout.yaxis.title.text) == ("week", "days")
    assert np.isnan(drawing.data[1].y[1])
    assert {trace.mode for trace in drawing.data} == {"lines"}
    assert lines(frame).data[0].mode == "lines+markers"


def test_a_series_is_a_table_of_one_column_without_legend():
    drawing = lines(pd.Series([0.1, 0.4], index=[1, 7], name="rate"), share=True)
    assert len(drawing.data) == 1
    assert not drawing.layout.showlegend
    assert drawing.layout.yaxis.tickformat == ".0%"
    assert drawing.layout.yaxis.rangemode == "tozero"


def test_bars_stand_on_categories_and_carry_intervals():
    frame = pd.DataFrame({"mean": [3.0, 5.0]}, index=[0, 7])
    drawing = bars(frame["mean"], low=[2.0, 4.5], high=[4.5, 5.5])
    assert drawing.layout.xaxis.type == "category"
    assert list(drawing.data[0].error_y.array) == [1.5, 0.5]
    assert list(drawing.data[0].error_y.arrayminus) == [1.0, 0.5]
    dates = pd.DataFrame({"new": [1, 2]}, index=pd.to_datetime(["2024-01-01", "2024-02-01"]))
    assert bars(dates).layout.xaxis.type is None


def test_stacked_bars_let_losses_hang_below_and_differ_by_pattern():
    drawing = bars(pd.DataFrame({"won": [3], "lost": [-2]}), stacked=True)
    assert drawing.layout.barmode == "relative"
    assert len({trace.marker.pattern.shape for trace in drawing.data}) == 2


def test_a_heat_map_reads_from_the_top_and_leaves_gaps_blank():
    frame = pd.DataFrame([[1.0, 0.5], [1.0, np.nan]], index=pd.to_datetime(["2024-01-01", "2024-02-01"]))
    drawing = heatmap(frame, share=True, x="age", y="cohort", unit="share")
    cells = drawing.data[0]
    assert list(cells.y) == ["2024-01", "2024-02"]
    assert drawing.layout.yaxis.autorange == "reversed"
    assert np.isnan(cells.z[1][1])
    assert cells.hoverongaps is False
    assert cells.texttemplate
    assert heatmap(table(9, 60)).data[0].texttemplate is None
    weekly = frame.set_index(pd.to_datetime(["2024-01-01", "2024-01-08"]))
    assert list(heatmap(weekly).data[0].y) == ["2024-01-01", "2024-01-08"]


def test_shares_and_pale_are_what_they_say():
    assert shares(figure(), "x").layout.xaxis.tickformat == ".0%"
    assert pale("#0072B2", 0.5) == "rgba(0,114,178,0.5)"


BAD = {
    "a list": (lambda: lines([1, 2]), "table is a list; expected a pandas DataFrame"),
    "no rows": (lambda: lines(table(rows=0)), "0 rows and 3 columns"),
    "no columns": (lambda: bars(table()[[]]), "4 rows and 0 columns"),
    "text": (lambda: lines(pd.DataFrame({"channel": ["seo"]})), "column 'channel' of table holds str"),
    "flags": (lambda: bars(pd.DataFrame({"muted": [True]})), "column 'muted' of table holds bool"),
    "text in a heat map": (lambda: heatmap(pd.DataFrame({"channel": ["seo"]})), "'channel'"),
    "too many lines": (lambda: lines(table(9)), "9 columns; at most 8"),
    "short interval": (lambda: bars(table(1), low=[1], high=[2]), "low has 1 values; expected 4"),
    "half an interval": (lambda: bars(table(1), low=[0, 0, 0, 0]), "low and high"),
    "interval on two": (lambda: bars(table(2), low=[0] * 4, high=[9] * 4), "one column"),
    "no such axis": (lambda: shares(figure(), "z"), "axis is 'z'"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_drawn_is_answered_in_words(bad):
    call, words = BAD[bad]
    with pytest.raises(ValueError, match=words):
        call()
