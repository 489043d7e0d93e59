"""Every picture has one look, holds a sentence as its title, and says in words what it cannot draw."""

import re
import subprocess
import sys
from itertools import combinations

import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import plotly.io as pio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab import charts
from opslab.charts import (
    annotations,
    as_table,
    bars,
    dots,
    figure,
    ghost,
    heatmap,
    label_ends,
    lines,
    mark,
    pale,
    series_style,
    share_bar,
    shares,
    slopes,
    small_multiples,
    timeline,
    wrap,
)
from opslab.explore.widget import SCRIPTS
from opslab.ground import formatting as say

LONG = "Week-4 retention fell from 31 % to 26 % after the mix moved to ads, although each channel's rate rose"
CHINESE = "第四周留存率从三成降到两成六，虽然每个渠道各自都上升了，因为用户来源的组合变了。这是辛普森悖论"


def width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(colour: str, ground: str = "#FFFFFF") -> float:
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def oklab(colour: str) -> np.ndarray:
    """Return a colour in Oklab, where equal distances look equally large."""
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    cones = [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]
    opponent = [[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]
    return np.array(opponent) @ np.cbrt(np.array(cones) @ linear)


def table(columns: int = 3, rows: int = 4) -> pd.DataFrame:
    return pd.DataFrame(
        np.arange(rows * columns).reshape(rows, columns), columns=list("abcdefghij")[:columns]
    )


def test_the_first_picture_makes_the_template_the_default():
    charts.figure()
    assert pio.templates.default == "opslab"
    assert px.scatter(x=[1], y=[1]).layout.template.layout.colorway == charts.PALETTE
    assert go.Figure().layout.template.layout.title.x == 0


DRAWN_FIRST = ("charts.figure()", "charts.small_multiples({'ads': pd.Series([1.0])}, 'One')")


@pytest.mark.parametrize("draws", DRAWN_FIRST)
@pytest.mark.parametrize(("chosen", "default"), [("plotly", "opslab"), ("plotly_dark", "plotly_dark")])
def test_the_first_picture_has_the_look_and_a_chosen_default_stays(draws, chosen, default):
    code = f"""
import pandas as pd, plotly.io as pio
from opslab import charts
pio.templates.default = {chosen!r}
drawing = {draws}
assert drawing.layout.template == pio.templates["opslab"]
assert pio.templates.default == {default!r}
pio.templates.default = "seaborn"
charts.figure()
assert pio.templates.default == "seaborn"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_fonts_come_from_the_reader_s_machine_and_know_chinese():
    family = figure().layout.template.layout.font.family
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


def on_dark(colour: str) -> str:
    """Return what stands for a colour on a dark ground."""
    script = (SCRIPTS / "dark.js").read_text(encoding="utf-8")
    return re.findall(rf'"{colour}": "(#\w{{6}})"', script)[0]


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_any_two_colours_of_the_palette_are_told_apart(ground):
    shown = [on_dark(colour) if ground == "dark" else colour for colour in charts.PALETTE]
    apart = {pair: np.linalg.norm(oklab(pair[0]) - oklab(pair[1])) for pair in combinations(shown, 2)}
    assert min(apart.values()) > 0.13, min(apart, key=apart.get)


def test_what_moves_a_picture_has_the_blue_of_its_lines():
    script = (SCRIPTS / "explore.js").read_text(encoding="utf-8")
    accents = re.findall(r"--opslab-accent: (#\w+)", script)
    assert accents == [charts.BLUE.lower(), on_dark(charts.BLUE)]


def test_a_title_parts_no_number_from_its_unit_as_no_sentence_does():
    script = (SCRIPTS / "controls.js").read_text(encoding="utf-8")
    assert dict(re.findall(r'^const (UNITS|MONTHS) = "(.*)";$', script, re.M)) == {
        "UNITS": say.UNITS,
        "MONTHS": say.MONTHS,
    }


def test_names_of_lines_are_read_on_a_dark_ground():
    assert all(contrast(on_dark(colour), "#161b22") >= 4.5 for colour in charts.PALETTE)


def test_letters_are_read_on_both_sides_of_a_mean():
    sides = [colour for _, colour in charts.DIVERGING]
    assert all(contrast(charts.INK, colour) >= 7 for colour in sides)
    assert all(contrast(on_dark(charts.INK), on_dark(colour)) >= 4.5 for colour in sides)


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


def test_lines_draw_a_column_each_named_at_its_end_or_in_a_legend_with_gaps():
    frame = table().astype(float)
    frame.columns.name = "pushes_per_week"
    frame.iloc[1, 1] = np.nan
    drawing = lines(frame, "A finding", "week", "days", markers=False)
    assert [trace.name for trace in drawing.data] == ["a", "b", "c"]
    assert not drawing.layout.showlegend
    many = lines(table(6).rename_axis("pushes_per_week", axis=1))
    assert many.layout.legend.title.text == "pushes per week"
    assert many.layout.showlegend
    assert (drawing.layout.xaxis.title.text, drawing.layout.yaxis.title.text) == ("week", "days")
    assert np.isnan(drawing.data[1].y[1])
    assert {trace.mode for trace in drawing.data} == {"lines+text"}
    assert lines(frame).data[0].mode == "lines+markers+text"


def test_lines_that_lie_on_one_another_take_turns():
    up, down = [0.0, 50, np.nan, 100], [100.0, 50, 0, 0]
    drawing = lines(pd.DataFrame({"a": up, "down": down, "b": up, "c": [0.2, 50, np.nan, 99.8]}))
    dashes = {trace.name: trace.line.dash for trace in drawing.data}
    assert dashes.pop("Down") == "dash"
    stripes = np.array([[int(part[:-2]) for part in dash.split(",")] for dash in dashes.values()])
    gaps, seen = stripes[:, 0] + stripes[:, 1], stripes[:, 2]
    assert (stripes.sum(axis=1) == stripes[0].sum()).all()  # in step
    assert gaps.tolist() == [0, seen[0], seen[:2].sum()]  # each begins where the one before ends
    assert seen.sum() == stripes[0].sum()


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
    named = heatmap(pd.DataFrame([[1, 2]], index=["feed_ads"], columns=["user", "2024"])).data[0]
    assert (*named.y, *named.x) == ("Feed ads", "User", "2024")
    weekly = frame.set_index(pd.to_datetime(["2024-01-01", "2024-01-08"]))
    assert list(heatmap(weekly).data[0].y) == ["2024-01-01", "2024-01-08"]


def test_shares_and_pale_are_what_they_say():
    assert shares(figure(), "x").layout.xaxis.tickformat == ".0%"
    assert pale("#0072B2", 0.5) == "rgba(0,114,178,0.5)"


WORTH = pd.Series({"search_ads": 23.4, "referral": 93.1, "seo": 44.0})
RECALL = pd.DataFrame(
    {"before": [18, 26, 26], "after": [33, 26, 25]}, index=["lantern", "rival_b", "rival_c"]
)


def test_a_name_stands_at_the_last_known_point_of_its_line():
    frame = pd.DataFrame({"feed_ads": [3.0, 5.0, np.nan], "seo": [1.0, 2.0, 90.0]})
    ads, seo = lines(frame).data
    assert [text.strip() for text in ads.text] == ["", "Feed ads", ""]
    assert [text.strip() for text in seo.text] == ["", "", "SEO"]
    plain = go.Figure(
        [go.Scatter(x=[1], y=[2], mode="markers", name="dot"), go.Bar(x=[1], y=[2], name="bar")]
    )
    assert [trace.text for trace in label_ends(plain).data] == [None, None]


def test_names_are_placed_again_for_the_range_that_an_axis_gets_later():
    drawing = timeline(pd.DataFrame({"a": [1, 1], "b": [2, 3]}), now=1)
    assert [trace.text[-1].count("<br>") for trace in drawing.data[:2]] == [0, 0]
    label_ends(drawing.update_yaxes(range=[0, 100]))
    assert [trace.mode for trace in drawing.data] == ["lines+text"] * 2 + ["lines"] * 2 + ["markers"]
    assert min(trace.text[-1].count("<br>") for trace in drawing.data[:2]) > 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=5))
def test_names_at_one_height_are_moved_apart_and_keep_their_order(heights):
    words = list("abcde")[: len(heights)]
    padded = annotations.moved_apart(heights, words, span=100)
    assert [text.replace("<br>", "").strip() for text in padded] == words
    ways = [1 if text.startswith(word) else -1 for text, word in zip(padded, words, strict=True)]
    half_lines = annotations.PLOT_SHARE * charts.HEIGHT / (annotations.LABEL_LINE / 2) / 100
    places = [
        height * half_lines + way * text.count("<br>")
        for height, text, way in zip(heights, padded, ways, strict=True)
    ]
    ranked = [places[i] for i in np.argsort(heights, kind="stable")]
    assert all(apart > 1.3 for apart in np.diff(ranked))  # half lines: letters are that high


@pytest.mark.parametrize("low", [0, -10])
def test_no_name_is_moved_to_the_numbers_below_the_axis(low):
    words = ["a<br>a", "b", "c"]
    lowest, *_, highest = annotations.moved_apart([low, low, low + 1], words, 100, low)
    assert lowest == "a<br>a<br> <br> "  # stands on the axis, though its middle was there
    assert highest.count("<br>") > 3


def test_no_name_is_moved_out_of_the_picture_above_its_axis():
    words = ["a<br>a", "b", "c<br>c"]
    padded = annotations.moved_apart([100, 100, 100], words, 100, 0, 100)
    highest = next(text for text in padded if not text.startswith(" "))
    assert highest.count("<br>") == 1  # its own; a line of it stands above the axis
    assert sum(text.startswith(" ") for text in padded) == 2


POINTS = st.tuples(*[st.floats(0, 1)] * 4).map(lambda p: (p[0], p[1], min(p[0], p[2]), max(p[0], p[3])))


@given(st.lists(POINTS, min_size=1, max_size=5))
def test_a_name_stands_behind_its_interval_unless_another_mark_is_there(points):
    placed = annotations.clear_sides(["group"] * len(points), points, (190, 190))
    for (x, side), (middle, _, low, high) in zip(placed, points, strict=True):
        assert x == {"middle right": high, "middle left": low}.get(side, middle)
    if len(points) == 1 and points[0][3] < 0.7:
        assert placed[0][1] == "middle right" or points[0][1] <= 0.05


def test_no_name_of_a_group_stands_on_another_s_interval():
    above = (0.2, 0.26, 0.05, 0.55)  # below it its name would lie on the other's interval
    placed = annotations.clear_sides(
        ["Answered long ago", "Silent"], [above, (0.1, 0.16, 0.02, 0.2)], (190, 190)
    )
    assert placed == [(0.2, "top right"), (0.2, "middle right")]


def test_what_names_the_ends_of_slopes_stands_outside_them():
    table = pd.DataFrame({"of_all_users": [3, 4], "answers": [5, 3]}, index=["a", "b"])
    drawing = slopes(table)
    names = [(one.text, one.x, one.xanchor) for one in drawing.layout.annotations]
    assert names == [
        ("Of all<br>users", "Of all users", "right"),
        ("Answers", "Answers", "left"),
    ]
    assert drawing.layout.margin.l >= annotations.label_width(["Of all"])


@pytest.mark.parametrize(
    ("cells", "share", "top", "step"),
    [
        ([[1, 3], [np.nan, 10]], False, None, 1),
        ([[1, 2.5]], False, None, None),
        ([[0, 1]], True, None, None),
        ([[1, 40]], False, None, None),
        ([[1, 3]], False, 5_000, None),  # or the scale would have 5,000 numbers
        ([[1, 40]], False, 8, 1),
    ],
)
def test_a_scale_of_counts_has_no_halves(cells, share, top, step):
    assert heatmap(pd.DataFrame(cells), share=share, top=top).data[0].colorbar.dtick == step


def test_the_lowest_names_of_slopes_stay_above_those_of_the_columns():
    crowded = slopes(pd.DataFrame({"before": [1, 1, 1, 1, 99], "after": [1, 2, 3, 1, 99]}))
    texts = [text for line in crowded.data for text in line.text]
    lowered = max(len(text) - len(text.lstrip("<br> ")) for text in texts) / len(" <br>")
    assert lowered == 1  # half a line; two reach down to the foot of the plot


def test_a_name_and_a_dot_on_an_axis_are_seen_whole():
    drawing = timeline(pd.Series([0, 0, 2], name="members"), now=0)
    axis = drawing.layout.template.layout
    assert {axis.xaxis.layer, axis.yaxis.layer} == {"below traces"}
    assert drawing.data[-1].cliponaxis is False


def test_only_what_the_title_is_about_has_a_colour():
    lined = (lines(table(), focus="b"), slopes(RECALL, focus="rival_b"))
    colours = [[trace.line.color for trace in drawing.data] for drawing in lined]
    colours.append([part.marker.color for part in share_bar(RECALL.T, focus="rival_b").data])
    colours.append(list(dots(WORTH, focus="seo").data[0].marker.color))
    assert colours == [[charts.GREY, charts.BLUE, charts.GREY]] * 4


def test_a_counted_axis_of_few_steps_has_no_halves():
    counted, measured = pd.Series([3, 5, 4], [0, 1, 2]), pd.Series([3, 5, 4], [0.5, 1.0, 1.5])
    assert [lines(table).layout.xaxis.dtick for table in (counted, measured)] == [1, None]
    assert lines(pd.Series(range(40))).layout.xaxis.dtick is None


def test_labels_have_the_digits_of_titles_and_counts_stay_whole():
    values = {"now": 1676.4, "before": 97.3, "at first": 12.34}
    told = tuple(say.number(value) for value in values.values())
    assert dots(pd.Series(values), ordered=True).data[0].text == told == ("1,680", "97.3", "12.3")
    assert dots(pd.Series({"now": 1676, "before": 9})).data[0].text == ("1,676", "9")


def test_what_is_below_zero_has_a_minus_in_its_cell():
    assert heatmap(pd.DataFrame([[-1.5, 2.0]])).data[0].text[0][0] == "−1.5"


def test_dots_stand_in_the_order_of_their_values_with_number_and_interval():
    drawing = dots(WORTH, low=[19, 84, 40], high=[27, 102, 50], reference=50, reference_name="mean")
    row = drawing.data[0]
    assert row.y == ("Referral", "SEO", "Search ads")
    assert row.text == ("93.1", "44.0", "23.4")
    assert np.allclose(row.error_x.array, [8.9, 6, 3.6])
    assert np.allclose(row.error_x.arrayminus, [9.1, 4, 4.4])
    assert drawing.layout.yaxis.range[0] > drawing.layout.yaxis.range[1]
    assert (drawing.layout.shapes[0].x0, drawing.layout.annotations[0].text) == (50, "mean")
    assert dots(WORTH, ordered=True).data[0].y == ("Search ads", "Referral", "SEO")
    assert dots(WORTH / 100, share=True).data[0].text == ("93.1\u00a0%", "44.0\u00a0%", "23.4\u00a0%")


def test_slopes_carry_their_values_at_both_ends_and_their_name_at_one():
    drawing = slopes(RECALL / 100, share=True)
    first, last = zip(*(trace.text for trace in drawing.data), strict=True)
    assert [text.replace("<br>", " ").split() for text in first] == [
        ["18.0", "%"],
        ["26.0", "%"],
        ["26.0", "%"],
    ]
    assert "\u00a0\u00a033.0\u00a0%  Lantern" in last
    assert drawing.data[0].x == ("Before", "After")


def test_parts_of_a_share_bar_follow_each_other_and_are_named_in_it_or_beside_it():
    drawing = share_bar(
        pd.DataFrame({"ads": [6, 1], "seo": [3, 1], "invited": [1, 2]}, index=["then", "now"])
    )
    assert np.allclose([part.base for part in drawing.data], [(0, 0), (0.6, 0.25), (0.9, 0.5)])
    assert np.allclose([part.x for part in drawing.data], [(0.6, 0.25), (0.3, 0.25), (0.1, 0.5)])
    assert drawing.data[2].text == ("", "Invited<br>50.0\u00a0%")
    assert [note.text for note in drawing.layout.annotations] == ["Invited<br>10.0\u00a0%"]


def test_what_is_written_around_a_share_bar_keeps_to_its_edges_however_high_it_is_drawn():
    drawing = share_bar(pd.Series({"a": 4, "b": 2, "c": 2, "d": 2}), x="doubt")
    half = (1 - drawing.layout.bargap) / 2
    notes = {note.text.partition("<br>")[0]: note for note in drawing.layout.annotations}
    assert {name: round(note.y / half) for name, note in notes.items()} == {
        "b": -1,
        "c": 1,
        "d": -1,
        "doubt": 1,
    }
    assert notes["doubt"].yshift < notes["c"].yshift < 0 < notes["b"].yshift < notes["d"].yshift
    assert not drawing.layout.xaxis.title.text
    (alone,) = share_bar(pd.Series({"a": 1, "b": 1}), x="doubt").layout.annotations
    assert notes["doubt"].yshift < alone.yshift < 0


def test_the_name_of_a_small_panel_has_room_below_the_panel_above_it():
    drawing = small_multiples(dict.fromkeys("abcd", WORTH))
    below, above = drawing.layout.yaxis3.domain, drawing.layout.yaxis.domain
    lowest = 195  # px of the plot on a slide of 4 by 3 below three lines of words
    assert (above[0] - below[1]) * lowest >= 13 + 4 + 4  # its letters, ticks and air


def test_panels_share_their_axes_and_show_the_others_behind():
    drawing = small_multiples({"a_b": WORTH, "b": WORTH * 2, "c": WORTH / 2}, "Three", columns=2)
    assert len(drawing.data) == 6
    assert [trace.name for trace in drawing.data if trace.name] == ["A b", "b", "c"]
    assert {note.text for note in drawing.layout.annotations} >= {"A b", "b", "c"}
    assert drawing.layout.title.text == "Three"
    assert len(small_multiples({"alone": WORTH}).data) == 2


def test_the_name_beside_small_panels_stands_outside_their_numbers():
    short, long = (
        next(
            one
            for one in small_multiples({"a": values}, y="users").layout.annotations
            if one.textangle == -90
        )
        for values in (pd.Series([1, 9]), pd.Series([1, 90_000]))
    )
    assert long.xshift < short.xshift < -20


def test_a_timeline_has_as_many_points_wherever_its_cursor_stands():
    frame = table(2).astype(float)
    for now in frame.index:
        drawing = timeline(frame, now=now)
        assert [len(trace.x) for trace in drawing.data] == [4, 4, 4, 4, 2]
        assert [trace.x[-1] for trace in drawing.data[2:]] == [now] * 3
        assert list(drawing.data[4].y) == frame.loc[now].to_list()
        assert drawing.layout.shapes[0].x0 == now


def test_where_a_cursor_s_dots_lie_on_one_another_those_below_are_rings():
    frame = pd.DataFrame({"a": [5, 60, 100], "b": [5, 60.5, 70], "c": [6, 80, 70]}, index=[0, 1, 2])
    sizes = {now: list(timeline(frame, now=now).data[-1].marker.size) for now in frame.index}
    assert sizes == {0: [27, 20, 13], 1: [20, 13, 13], 2: [13, 20, 13]}


def test_a_ghost_is_grey_wordless_and_behind():
    drawing = ghost(lines(table(2)), lines(table(2) / 2))
    assert len(drawing.data) == 4
    pale = drawing.data[:2]
    assert {trace.line.color for trace in pale} == {charts.QUIET}
    assert {trace.text for trace in pale} == {None}
    assert {trace.mode for trace in pale} == {"lines+markers"}
    assert [trace.name for trace in drawing.data[2:]] == ["a", "b"]
    bar, outline = ghost(bars(WORTH), bars(WORTH / 2)).data
    assert bar.offsetgroup == outline.offsetgroup
    assert list(outline.y) == list(WORTH / 2)


def test_a_mark_lies_on_a_logarithmic_axis_where_its_number_is():
    drawing = mark(figure().update_xaxes(type="log"), 1000, "needed")
    assert (drawing.layout.shapes[0].x0, drawing.layout.annotations[0].x) == (1000, 3)
    assert mark(figure(), 5, axis="y").layout.shapes[0].x1 == 1


def test_the_name_of_a_limit_stands_where_no_line_has_its_name():
    assert mark(figure(), 5, "goal", axis="y").layout.annotations[0].x == 1
    named = lines(pd.DataFrame({"users": [1, 5], "others": [2, 3]}))  # their names stand at the right
    assert mark(named, 5, "goal", axis="y").layout.annotations[0].x == 0


@pytest.mark.parametrize(
    ("values", "place", "sides"),
    [
        ([80, 52.5, 47], 50, ["top center", "top right", "top left"]),
        ([10, 30], 50, "top center"),
        ([0, 0], 0, ["top right", "top right"]),
        ([99, 98], 100, ["top left", "top left"]),
        ([100, 30], 97, "top center"),  # beside it the picture ends
    ],
)
def test_no_number_is_crossed_by_a_mark(values, place, sides):
    rows = dots(pd.Series(values, index=[f"row {i}" for i in range(len(values))]), ordered=True)
    text = mark(rows, place).data[0].textposition
    assert (list(text) if isinstance(text, tuple) else text) == sides


def test_on_a_logarithmic_axis_numbers_clear_a_mark_by_their_powers():
    rows = dots(pd.Series({"a": 1.1, "b": 9}), ordered=True).update_xaxes(type="log", range=[-1, 2])
    assert mark(rows, 1).data[0].textposition == ("top right", "top center")


@pytest.mark.parametrize(("heights", "side"), [([40, 20, 9], 0), ([9, 20, 40], 1), ([3, None, np.nan], 1)])
def test_the_name_of_a_mark_stands_where_the_lines_leave_room(heights, side):
    curve = go.Figure(go.Scatter(x=[0, 1, 2], y=heights, mode="lines"))
    assert mark(curve, 6, "goal", axis="y").layout.annotations[0].x == side


def test_rows_are_as_high_as_their_tallest_name():
    long = "Market: new members a year, in all cities"
    low, high = (dots(pd.Series({"ads": 1, name: 2})).layout.height for name in ("seo", long))
    assert high - low == 2 * (
        4 * charts.annotations.LABEL_LINE + charts.chart_types.NAMES_APART - charts.chart_types.ROW
    )


def test_a_rows_name_does_not_touch_the_plot():
    for drawing in (dots(WORTH), share_bar(pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=["x", "y"]))):
        assert drawing.layout.yaxis.ticks or drawing.layout.yaxis.ticklabelstandoff >= 4


def test_the_name_of_a_mark_stands_in_the_legend_where_it_would_lie_on_bars():
    marked, plain = mark(bars(WORTH), 3, "alarm", axis="y"), mark(lines(WORTH), 3, "alarm", axis="y")
    assert (marked.data[-1].name, marked.layout.showlegend, marked.layout.annotations) == ("Alarm", True, ())
    assert [name.text for name in plain.layout.annotations] == ["alarm"]
    assert (
        marked.layout.margin.t - bars(WORTH).layout.margin.t
        == bars(pd.concat([WORTH, WORTH], axis=1, keys=["a", "b"])).layout.margin.t
        - bars(WORTH).layout.margin.t
    )
    assert mark(go.Figure(go.Bar(y=[1, 2])), 1.5, "alarm", axis="y").data[1].name == "Alarm"


SAID = [
    (say.number(999_999.7), "1,000,000"),
    (say.number(-1234.5), "\u22121,230"),
    (say.number(0.1 + 0.2), "0.3"),
    (say.number(2_117), "2,117"),
    (say.number(1.25e9, "yuan"), "1.25\u00a0billion\u00a0yuan"),
    (say.number(None) + say.number(float("nan")) + say.number(pd.NA), "\u2013" * 3),
    (say.number(float("inf"), "weeks"), "\u221e\u00a0weeks"),
    (say.number(0.00012345), "0.000123"),
    (say.number(-0.0001, "%"), "0.0\u00a0%"),
    (say.share(0), "0\u00a0%"),
    (say.share(1e-17) + say.share(1 - 1e-15), "0\u00a0%100\u00a0%"),
    (say.share(0.0005) + say.share(0.9994), "0.1\u00a0%99.9\u00a0%"),
    (say.share(0.9996, 0), "over 99\u00a0%"),
    (say.level(0.29) + say.level(1) + say.level(0.005), "29\u00a0%100\u00a0%0.5\u00a0%"),
    (say.level(float("nan")), "\u2013"),
    (say.between(0.0001, 0.02, "%"), "under 0.1 to 2.0\u00a0%"),
    (say.between(1, 3, "hours"), "1 to 3\u00a0hours"),
    (say.between(0, 0.6, "%"), "0.0 to 60.0\u00a0%"),
    (say.between(0, 1, "%"), "0 to 100\u00a0%"),
    (say.between(1.95, 3.6, "minutes"), "1.95 to 3.60\u00a0minutes"),
    (say.between(-2.41, 2446.5), "\u22122 to 2,450"),
    (say.between(0.0721, 0.106), "0.072 to 0.106"),
    (say.between(0.0001, 1.5), "0.0001 to 1.5"),
    (say.between(float("nan"), 1.5, "days"), "\u2013 to 1.5\u00a0days"),
    (say.number(1, "times") + say.number(1.25, "times"), "1\u00a0time1.25\u00a0times"),
    (say.between(9200, 12_500, "yuan"), "9,200 to 12,500\u00a0yuan"),
    (say.count(0, "box"), "0\u00a0boxes"),
    (say.count(1.0, "day"), "1\u00a0day"),
    (say.count(2, "key"), "2\u00a0keys"),
    (say.count(1, "a of them", "b of them"), "1\u00a0a of them"),
    (say.name("career_changer"), "Career changer"),
    (say.name("sBG model"), "sBG model"),
    (say.name("ads from SEO"), "Ads from SEO"),
    (say.name("feed_ads", capital=False), "feed ads"),
    (say.name("seo", capital=False), "SEO"),
    (say.name("wechat_weibo"), "WeChat Weibo"),
    (say.name("signups"), "Sign-ups"),
    (say.name("signups", capital=False), "sign-ups"),
    (say.name("zh"), "Chinese"),
    (say.name("ltv_cac"), "LTV/CAC"),
    (say.name("monthly_cac"), "Monthly CAC"),
    (say.name("dau_mau", capital=False), "DAU/MAU"),
    (say.name("fallen"), "Fallen"),
    (say.name("r") + say.name("K") + say.name("a b"), "rKA b"),
    (say.name(1586), "1,586"),
    (say.name(""), ""),
]


@pytest.mark.parametrize(("said", "expected"), SAID)
def test_numbers_and_names_are_said_for_people(said, expected):
    assert said == expected


def test_numbers_below_one_another_have_one_number_of_decimals_unless_far_apart():
    assert say.column([1.5, 22.26, np.nan]) == ["1.5", "22.3", "\u2013"]
    assert say.column([0.03, 180e6]) == ["0.03", "180\u00a0million"]
    assert say.column([0.002, 3.0]) == ["0.002", "3"]
    assert say.column([0.0, -0.04]) == ["0.0000", "\u22120.0400"]
    assert say.column([]) == []


def test_numbers_of_one_picture_have_the_decimals_of_the_largest_as_far_as_one_needs_them():
    assert say.alike([0.233, -0.0333]) == ["0.233", "\u22120.033"]
    assert say.alike([2.4, 2.64, 40]) == ["2.4", "2.6", "40.0"]
    assert say.alike([92.8, 35, -12]) == ["92.8", "35.0", "\u221212.0"]
    assert say.alike([92.9, 0.5]) == ["92.9", "0.5"]
    assert say.alike([0.5, 51]) == ["0.5", "51"]
    assert say.alike([0.3, 0.0, -0.1]) == ["0.3", "0.0", "\u22120.1"]
    assert say.alike([1676.4, 97.3]) == ["1,680", "97"]
    assert say.alike([0.0001, 1.5, np.nan]) == ["0.0001", "1.5", "\u2013"]
    assert say.alike([]) == []


def test_a_table_for_people_has_names_units_and_no_index_that_counts():
    frame = pd.DataFrame(
        {
            "persona": ["first_job", "student"],
            "paid": [True, False],
            "since": pd.to_datetime(["2024-09-30", None]),
            "spend": [1586, 12_203],
            "right": [0.226789, 1],
        }
    )
    shown = as_table(frame, {"spend": "yuan", "right": "%"})
    assert list(shown.cells.columns) == ["Persona", "Paid", "Since", "Spend (yuan)", "Right (%)"]
    assert shown.cells.iloc[0].to_list() == ["First job", "Yes", "2024-09-30", "1,586", "22.7"]
    assert shown.cells.iloc[1].to_list() == ["Student", "No", "\u2013", "12,203", "100.0"]
    html = shown._repr_html_()
    assert html.count("<tr>") == 3
    assert "dtype" not in html + repr(shown)
    assert html.count('scope="row"') == 0
    assert re.findall("nowrap[^>]*>([^<]*)<", html) == ["2024-09-30"]  # a date is never parted
    named = as_table(frame.set_index(["persona", "paid"])[["spend"]])._repr_html_()
    assert named.count('scope="row"') == 4
    assert re.findall("nowrap[^>]*>([^<]*)<", named) == ["First job"]  # nor is a short name of a row
    assert "&lt;b&gt;" in as_table(pd.DataFrame({"<b>": [1]}))._repr_html_()


def test_numbers_that_were_written_before_stand_at_the_right_as_numbers_do():
    written = {
        "low": ["180 million", "3.0 %"],
        "lift": ["−0.4", "+0.6"],
        "p": ["below 0.0001", "0.39"],
        "day": ["2025-06-29", "2025-06-30"],
        "ages": ["1–2", "3–5"],
        "when": ["week 13", "2"],
        "cost": ["at most 3", "over 1,000"],
    }
    shown = [True, True, True, False, False, False, True]
    assert as_table(pd.DataFrame(written)).numeric == shown
    assert as_table(pd.DataFrame({"users": [1]}, index=["2024"])).numeric == [False, True]


def test_a_number_may_stand_above_its_unit_but_not_above_a_per_cent_sign():
    shown = as_table(pd.DataFrame({"low": [say.number(180e6), say.share(0.1)]}))._repr_html_()
    assert "180 million" in shown
    assert "10.0\xa0%" in shown


def test_numbers_that_are_names_are_not_parted():
    shown = as_table(pd.DataFrame({"user_id": [18_847], "paid": [18_847]}))
    assert shown.cells.iloc[0].to_list() == ["18847", "18,847"]


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
    "dots of a list": (lambda: dots([1]), "table is a list"),
    "dots of two columns": (lambda: dots(RECALL), "2 columns; dots show one"),
    "a gap among dots": (lambda: dots(pd.Series({"a": 1.0, "b": np.nan})), "gap at 'b'"),
    "half an interval of dots": (lambda: dots(WORTH, high=[1, 2, 3]), "low and high"),
    "an unknown focus": (lambda: dots(WORTH, focus="referal"), "focus is 'referal'.*mean 'referral'"),
    "a word as reference": (lambda: dots(WORTH, reference="mean"), "reference is 'mean'"),
    "slopes of three": (lambda: slopes(table(3)), "3 columns; slopes go from one"),
    "a gap among slopes": (lambda: slopes(RECALL.where(RECALL > 20)), "gap at 'lantern'"),
    "a part below 0": (lambda: share_bar(pd.Series({"a": 2, "b": -1})), r"\[2, -1\]; shares that add up"),
    "nothing to share": (lambda: share_bar(pd.Series({"a": 0, "b": 0})), "one above 0"),
    "no panels": (lambda: small_multiples({}), "tables is a dict"),
    "a panel of two": (lambda: small_multiples({"a": table(2)}), "2 columns"),
    "no columns of panels": (lambda: small_multiples({"a": WORTH}, columns=0), "columns is 0"),
    "a time that is not there": (lambda: timeline(WORTH, now="ads"), "now is 'ads'"),
    "six lines in time": (lambda: timeline(table(6), now=0), "6 columns; at most 5"),
    "a ghost of nothing": (lambda: ghost(None, figure()), "drawing is a NoneType"),
    "a ghost of another": (lambda: ghost(lines(table(2)), lines(table(1))), "start has 1 traces"),
    "names on a table": (lambda: label_ends(table()), "drawing is a DataFrame"),
    "a mark nowhere": (lambda: mark(figure(), None), "at is None"),
    "a mark named by a number": (lambda: mark(figure(), 1, 7), "text is 7; expected words"),
    "a column of one number": (lambda: say.column(3.0), "values is a float"),
    "a picture of one number": (lambda: say.alike(3.0), "values is a float"),
    "a word as level": (lambda: say.level("12"), "value is '12'"),
    "no table for people": (lambda: as_table([1]), "table is a list"),
    "units as text": (lambda: as_table(WORTH, "yuan"), "units is a str"),
    "a unit of nothing": (lambda: as_table(RECALL, {"befor": "%"}), "units is 'befor'.*mean 'before'"),
    "a word as number": (lambda: say.number("12"), "value is '12'"),
    "a flag as number": (lambda: say.number(True), "value is True"),
    "a number as unit": (lambda: say.number(1, 2), "unit is 2"),
    "a number as noun": (lambda: say.count(1, 2), "noun is 2"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_drawn_is_answered_in_words(bad):
    call, words = BAD[bad]
    with pytest.raises(ValueError, match=words):
        call()
