"""Explorables are small, exact and repeatable on paper; test_jupyterlab.py looks at them on a screen."""

import base64
import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslab.explore import MARKER, MAX_BYTES, PLOTLY, Choice, Guess, Slider, explore, show
from opslab.explore.bundle import coarse_grid, encode

ALT = "The wave rises as the height grows."
X = np.linspace(0, 10, 400)


def wave(height=1, shape="sin"):
    """A figure where data, style and layout move, some properties come and go, and others never move."""
    y = height * getattr(np, shape)(X)
    marks = go.Scatter(
        x=["a", "b"], y=[height, 2], mode="markers", marker={"color": "red", "size": 5 + height}
    )
    figure = go.Figure([go.Scatter(x=X, y=y, name=shape), marks], layout={"title": f"Height {height}"})
    if height > 2:
        figure.add_annotation(x=1, y=height, text="high")
        figure.data[1].text = ["top", "end"]
    return figure


def lay_over(base, frame):
    """Return the picture of a frame, by Plotly's rules for frames; None removes."""

    def merge(tree, change):
        merged = dict(tree)
        for key, value in change.items():
            if value is None:
                merged.pop(key, None)
            elif isinstance(value, dict) and "bdata" not in value:
                branch = merged.get(key)
                merged[key] = merge(branch if isinstance(branch, dict) else {}, value)
            else:
                merged[key] = value
        return {key: value for key, value in merged.items() if value != {}}

    data = list(base["data"])
    for trace, change in zip(frame["traces"], frame["data"], strict=True):
        data[trace] = merge(data[trace], change)
    return without_ours({"data": data, "layout": merge(base["layout"], frame["layout"])})


def without_ours(picture):
    layout = {key: value for key, value in picture["layout"].items() if key not in ("meta", "sliders")}
    return {"data": picture["data"], "layout": layout}


def test_whole_numbers_to_choose_from_are_written_as_on_a_slider():
    assert Choice([500, 4_000, 0.5, "2025", True]).labels == ["500", "4,000", "0.5", "2025", "True"]
    persons = Choice(["career_changer", "all users", "SEO"])
    assert persons.labels == ["career changer", "all users", "SEO"]
    assert persons.values[0] == "career_changer"


# --- what is stored ---------------------------------------------------------------------------------------


def test_every_frame_gives_the_whole_picture_back():
    heights, shapes = Slider(0, 4, step=0.5, value=1.5), Choice(["sin", "cos"])
    bundle = explore(wave, height=heights, shape=shapes, alt=ALT).bundle
    frames = {frame["name"]: frame for frame in bundle["frames"]}
    assert len(frames) == 9 * 2
    for i, height in enumerate(heights.values):
        for j, shape in enumerate(shapes.values):
            assert lay_over(bundle, frames[f"{i},{j}"]) == encode(wave(height, shape))


def test_the_base_picture_is_the_opening_one():
    bundle = explore(wave, height=Slider(0, 4, value=3), alt=ALT).bundle
    assert without_ours(bundle) == encode(wave(3))


numbers = st.floats(-1e6, 1e6, allow_nan=False)
properties = st.dictionaries(
    st.sampled_from(["name", "opacity", "line", "y", "text", "meta"]),
    st.sampled_from([0.1, 0.5, 1]),
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(properties, st.lists(numbers, min_size=1, max_size=40)), min_size=3, max_size=3))
def test_any_three_pictures_come_back_from_any_other(pictures):
    def figure(k):
        chosen, y = pictures[k]
        own = {
            "name": "one",
            "opacity": chosen.get("opacity"),
            "line": {"width": chosen.get("line", 1) * 10},
            "y": y,
            "text": ["word"] * int(10 * chosen.get("text", 0)),
            "meta": {"deep": {"deeper": chosen.get("meta")}},
        }
        return go.Figure([go.Scatter({key: value for key, value in own.items() if key in chosen})])

    bundle = explore(figure, k=Slider(0, 2), alt=ALT).bundle
    for k, frame in enumerate(bundle["frames"]):
        expected = encode(figure(k))
        assert lay_over(bundle, frame) == expected
        for other in bundle["frames"]:  # Plotly's own sliders lay a frame over the one before
            before = {**bundle, **lay_over(bundle, other)}
            assert lay_over(before, frame) == expected


def test_two_calls_give_equal_bytes_and_valid_json():
    first, second = (json.dumps(explore(wave, height=Slider(0, 4), alt=ALT).bundle) for _ in range(2))
    assert first == second
    json.loads(first, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_what_never_changes_is_stored_once():
    bundle = explore(wave, height=Slider(0, 4), alt=ALT).bundle
    text = json.dumps(bundle)
    assert text.count(bundle["data"][0]["x"]["bdata"]) == 1
    assert text.count('"template"') == 1
    assert all("x" not in change for frame in bundle["frames"] for change in frame["data"])


def test_a_picture_stays_as_it_was_when_its_figure_is_changed():
    figure = go.Figure(
        [go.Scatter(y=[1, 2], meta={"of": ["one"]})], {"template": {"layout": {"margin": {"t": 9}}}}
    )
    before = encode(figure)
    kept = json.dumps(before)
    figure.data[0].meta["of"].append("other")
    figure.layout.template.layout.margin.t = 7
    assert json.dumps(before) == kept
    assert encode(figure)["layout"]["template"]["layout"]["margin"] == {"t": 7}


def test_forty_one_frames_of_four_hundred_points_stay_near_110_kilobytes():
    def line(k):
        return go.Figure([go.Scatter(x=X, y=np.sin(X * k))])

    assert len(json.dumps(explore(line, k=Slider(0, 4, step=0.1), alt=ALT).bundle)) < 120_000


def test_numbers_are_rounded_and_noise_is_dropped():
    figure = go.Figure([go.Scatter(x=[1.23456789, 1e-20, -0.0, np.nan, np.inf], y=[1.0 + 1e-12, 2, 3, 4, 5])])
    figure.update_layout(yaxis_range=[0.1 + 0.2, 1e9 / 3])
    picture = encode(figure)
    assert picture["data"][0]["x"] == [1.2346, 0.0, 0.0, None, None]
    zeros = encode(go.Figure([go.Scatter(x0=-0.0, y=[-0.0, -0.0])]))["data"][0]
    assert (str(zeros["x0"]), str(zeros["y"])) == ("0.0", "[0.0, 0.0]")
    assert picture["data"][0]["y"] == [1.0, 2, 3, 4, 5]
    assert picture["layout"]["yaxis"]["range"] == [0.3, 333330000.0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.arange(100), "i1"),
        (np.arange(200), "u1"),
        (np.arange(-500, 500), "i2"),
        (np.arange(100) * 10**6, "i4"),
        (np.arange(100) * 10**12, "f8"),
        (np.linspace(0, 1, 100), "f4"),
    ],
)
def test_long_arrays_travel_in_the_smallest_type_that_holds_them(values, kind):
    stored = encode(go.Figure([go.Scatter(y=values)]))["data"][0]["y"]
    assert stored["dtype"] == kind
    back = np.frombuffer(base64.b64decode(stored["bdata"]), dtype=f"<{kind}")
    np.testing.assert_allclose(back, values, rtol=1e-4)


def test_tables_dates_and_texts_survive():
    dates = pd.date_range("2024-01-01", periods=30)
    z = np.arange(60.0).reshape(6, 10)
    figure = go.Figure(
        [go.Scatter(x=dates, y=pd.Series(range(30)), customdata=np.linspace(0, 1, 30)), go.Heatmap(z=z)]
    )
    scatter, heatmap = encode(figure)["data"]
    assert [str(x)[:10] for x in scatter["x"][:2]] == ["2024-01-01", "2024-01-02"]
    assert scatter["customdata"][1] == 0.034483
    assert heatmap["z"]["shape"] == "6, 10"
    json.dumps([scatter, heatmap])


# --- controls ---------------------------------------------------------------------------------------------


def test_slider_values_are_exact_and_labels_carry_the_unit():
    spend = Slider(0, 100_000, step=5_000, unit="yuan")
    assert spend.values[1] == 5000
    assert isinstance(spend.values[1], int)
    assert spend.labels[1] == "5,000 yuan"
    assert Slider(0, 1, step=0.1).values[3] == 0.3
    assert Slider(0, 1, step=0.1, unit="%").labels[3] == "0.3 %"
    assert Slider(0, 2, unit="months ago").labels == ["0 months ago", "1 month ago", "2 months ago"]
    assert Slider(0, 1, step=0.25).labels == ["0.00", "0.25", "0.50", "0.75", "1.00"]
    assert Slider(-1, 1, step=0.5, value=0).opening == 2


@given(st.integers(-1000, 1000), st.integers(1, 50), st.sampled_from([1, 0.5, 0.1, 0.05, 2, 1_000]))
def test_a_slider_ends_where_it_says(start, steps, step):
    stop = start + steps * step
    values = Slider(start, round(stop, 2), step=step).values
    assert len(values) == steps + 1
    assert (values[0], values[-1]) == (start, round(stop, 2))


def test_the_controls_are_described_in_the_bundle():
    bundle = explore(
        wave, height=Slider(0, 2, unit="m"), shape=Choice({"Sine": "sin", "Cosine": "cos"}), alt=ALT
    )
    meta = bundle.bundle["layout"]["meta"]["opslab"]
    assert meta["alt"] == ALT
    height, shape = meta["controls"]
    assert height == {
        "parameter": "height",
        "kind": "slider",
        "label": "Height",
        "unit": "m",
        "values": [0, 1, 2],
        "labels": ["0 m", "1 m", "2 m"],
        "opening": 0,
    }
    assert (shape["kind"], shape["values"], shape["labels"]) == ("choice", ["sin", "cos"], ["Sine", "Cosine"])


def test_plotlys_own_sliders_lead_to_frames_that_exist():
    bundle = explore(wave, height=Slider(0, 3, value=1), shape=Choice(["sin", "cos"]), alt=ALT).bundle
    names = {frame["name"] for frame in bundle["frames"]}
    reached = [[step["args"][0][0] for step in slider["steps"]] for slider in bundle["layout"]["sliders"]]
    assert reached == [["0,0", "1,0", "2,0", "3,0"], ["1,0", "1,1"]]
    assert set(reached[0] + reached[1]) <= names


# --- beyond the cap ---------------------------------------------------------------------------------------


def test_beyond_the_cap_saved_copies_are_coarser_and_the_kernel_has_it_all():
    explorable = explore(
        wave, height=Slider(0, 400, value=7), shape=Choice(["sin", "cos"]), alt=ALT, max_frames=20
    )
    stored = explorable.bundle["layout"]["meta"]["opslab"]["controls"]
    assert len(explorable.bundle["frames"]) <= 20
    assert {0, 7, 400} <= set(stored[0]["values"])
    assert stored[0]["values"][stored[0]["opening"]] == 7
    assert stored[1]["values"] == ["sin", "cos"]
    assert len(explorable.fine[0]["values"]) == 401
    assert explorable.draw((123, 1)) == encode(wave(123, "cos"))
    assert without_ours(explorable.bundle) == encode(wave(7))


def test_a_heavy_explorable_is_stored_coarser_before_it_grows_large():
    explorable = explore(wave, height=Slider(0, 400), alt=ALT)
    assert len(json.dumps(explorable.bundle)) <= MAX_BYTES
    assert len(explorable.fine[0]["values"]) == 401


@given(
    st.lists(st.tuples(st.integers(2, 60), st.booleans(), st.floats(0, 0.999)), min_size=1, max_size=3),
    st.integers(2, 500),
)
def test_a_coarse_grid_fits_and_keeps_what_matters(controls, limit):
    sizes, thin = [size for size, _, _ in controls], [may for _, may, _ in controls]
    opening = tuple(int(size * share) for size, _, share in controls)
    grid = coarse_grid(sizes, opening, thin, limit)
    if grid is None:
        least = [3 if may else size for size, may in zip(sizes, thin, strict=True)]
        assert np.prod(least) > limit
        return
    assert np.prod([len(kept) for kept in grid]) <= limit
    for size, kept, start, may in zip(sizes, grid, opening, thin, strict=True):
        assert {0, start, size - 1} <= set(kept)
        assert kept == sorted(set(kept))
        assert may or len(kept) == size
    if np.prod(sizes) <= limit:
        assert [len(kept) for kept in grid] == sizes


class Sent(list):
    def __call__(self, content, buffers=None):
        self.append((content, buffers))


def test_the_widget_answers_with_pictures_errors_and_the_library():
    def picky(height):
        if height == 13:
            raise RuntimeError("thirteen")
        return wave(height)

    widget = explore(picky, height=Slider(0, 400), alt=ALT, max_frames=5).widget
    widget.send = sent = Sent()
    widget._answer({"id": "1", "ask": "picture", "place": [9]})
    widget._answer({"id": "2", "ask": "picture", "place": [13]})
    widget._answer({"id": "3", "ask": "plotly"})
    assert sent[0][0] == {"id": "1", "picture": encode(wave(9))}
    assert sent[1][0] == {
        "id": "2",
        "error": "picky cannot draw height=13: RuntimeError: thirteen; "
        "mend it there, or leave this position out",
    }
    assert sent[2][0] == {"id": "3"}
    assert len(sent[2][1][0]) < 2_000_000


# --- shown ------------------------------------------------------------------------------------------------


def test_one_output_carries_the_widget_plotly_our_marker_and_a_text():
    explorable = explore(wave, height=Slider(0, 2), alt=ALT)
    data, _ = explorable._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", MARKER, PLOTLY, "text/plain"}
    assert data["text/plain"] == f"[interactive figure] {ALT}" == repr(explorable)
    assert data[PLOTLY] == explorable.bundle
    again, _ = explorable._repr_mimebundle_()
    assert again == data


def test_a_plain_figure_has_its_alternative_text():
    shown = show(wave(2), ALT)
    assert repr(shown) == f"[figure] {ALT}"
    assert shown.bundle["layout"]["meta"]["opslab"] == {"alt": ALT, "controls": []}
    assert shown.bundle["frames"] == []
    assert "sliders" not in shown.bundle["layout"]


def test_plain_python_shows_the_text_and_importing_brings_no_widgets():
    code = (
        "import sys, plotly.graph_objects as go; from opslab.explore import show; "
        "print(show(go.Figure(), 'A bar.')); print('ipywidgets' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["[figure] A bar.", "False"]


def test_a_terminal_shows_the_text():
    code = "import plotly.graph_objects as go; from opslab.explore import show; show(go.Figure(), 'A bar.')"
    command = [
        sys.executable,
        "-m",
        "IPython",
        "--colors=NoColor",
        "--HistoryManager.enabled=False",
        "-c",
        code,
    ]
    ran = subprocess.run(
        [*command[:3], "--no-banner", *command[3:]], capture_output=True, text=True, check=True
    )
    assert "[figure] A bar." in ran.stdout


# --- what goes wrong --------------------------------------------------------------------------------------


def uneven(n):
    return go.Figure([go.Scatter(y=[1])] * n)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: explore(wave(), height=Slider(0, 2), alt=ALT), "a function .* found a Figure"),
        (lambda: explore(wave, height=Slider(0, 2), alt=""), "alt is ''; give one sentence"),
        (lambda: explore(wave, height=Slider(0, 2), alt=None), "alt is None"),
        (lambda: explore(wave, height=Slider(0, 2), alt="  "), "alt is '  '"),
        (lambda: explore(wave, alt=ALT), "needs a control"),
        (lambda: explore(wave, height=3, alt=ALT), "height is a int; give a Slider"),
        (lambda: explore(wave, heigth=Slider(0, 2), alt=ALT), "wave.*cannot be called with heigth"),
        (lambda: explore(lambda a, b: None, a=Slider(0, 2), alt=ALT), "missing a required argument: 'b'"),
        (
            lambda: explore(lambda a: a, a=Slider(0, 2), alt=ALT),
            "returned for a=0 is a int, not a plotly Figure",
        ),
        (lambda: explore(lambda a: None, a=Slider(0, 2), alt=ALT), "is None, not a plotly Figure"),
        (lambda: explore(uneven, n=Slider(1, 3), alt=ALT), "draws 1 traces for n=1 and 2 for n=2"),
        (lambda: explore(wave, height=Slider(0, 2), alt=ALT, max_frames=1), "max_frames is 1"),
        (lambda: explore(wave, height=Slider(0, 2), alt=ALT, max_frames="9"), "max_frames is '9'"),
        (lambda: explore(wave, height=Choice(range(30)), alt=ALT, max_frames=9), "make 30 pictures"),
        (lambda: show(wave, ALT), "what show received is a function, not a plotly Figure"),
        (lambda: show(wave(), ""), "alt is ''"),
        (lambda: Slider(0, 10, step=3), "does not divide .* stop at 9 or 12"),
        (lambda: Slider(5, 5), "no room to move"),
        (lambda: Slider(0, 5, step=0), "step above 0"),
        (lambda: Slider(0, 5, step=-1), "step above 0"),
        (lambda: Slider(0, "five"), r"Slider\(stop='five'\) is not a finite number"),
        (lambda: Slider(float("nan"), 5), "start=nan"),
        (lambda: Slider(0, float("inf")), "stop=inf"),
        (lambda: Slider(0, True), "stop=True"),
        (lambda: Slider(0, 10, step=2, value=3), "not one of its steps; the nearest is [24]"),
        (lambda: Choice(["one"]), "at least two options"),
        (lambda: Choice("ab"), "at least two options"),
        (lambda: Choice(7), "at least two options"),
        (lambda: Choice(["a", "a"]), "'a' twice"),
        (lambda: Choice([1, "1"]), "'1' twice"),
        (lambda: Choice(["a", "b"], value="c"), "'c' is not among its options"),
    ],
)
def test_wrong_input_is_answered_clearly(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_function_that_fails_at_one_position_is_told_which_and_why():
    def broken(height, shape):
        return wave(1 / (height - 2) if shape == "cos" else height, shape)

    with pytest.raises(
        ValueError, match="broken cannot draw height=2, shape='cos': ZeroDivisionError: div"
    ) as caught:
        explore(broken, height=Slider(0, 4), shape=Choice(["sin", "cos"]), alt=ALT)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_pictures_too_large_to_store_name_the_control_to_make_coarser():
    def noisy(height, seed):
        return go.Figure(go.Scatter(y=height * np.random.default_rng(seed).normal(size=6_000)))

    words = r"42 pictures need 1\.4 MB, .* 1 MB .*: make seed coarser, 10 in place of its 14 positions"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("opslab.explore.MOST_BYTES", 1_000_000)
        with pytest.raises(ValueError, match=words):
            explore(noisy, height=Slider(1, 3), seed=Slider(1, 14), alt=ALT)


def test_a_single_picture_too_large_to_store_says_how_large_it_is():
    with pytest.raises(ValueError, match=r"needs 3\.2 MB, at most 2 MB can be stored; draw fewer points"):
        show(go.Figure(go.Scatter(y=np.arange(600_000) / 7)), ALT)


def test_a_title_longer_than_a_phone_can_show_is_refused_where_it_stands():
    def wordy(n):
        return go.Figure(layout={"title": {"text": "<b>So many words</b> " * n}})

    words = "the title of what wordy returned for n=13 has 182 letters, and at most 180"
    with pytest.raises(ValueError, match=words):
        explore(wordy, n=Slider(11, 14), alt=ALT)
    with pytest.raises(ValueError, match="the title of what show received has 196 letters"):
        show(wordy(14), ALT)
    assert len(explore(wordy, n=Slider(11, 12), alt=ALT).bundle["frames"]) == 2


# --- guesses ----------------------------------------------------------------------------------------------


def hill(height=1):
    return go.Figure(
        go.Scatter(x=[0, 1, 2, 3], y=[0, 2 * height, 5 * height, 1]), {"xaxis": {"title": "week"}}
    )


@pytest.mark.parametrize(
    ("guess", "x", "truth"),
    [
        (Guess("How high in week 2?", at=2, high=9), [2], [5]),
        (Guess("When is it highest?", form="peak", high=3), [2], [5]),
        (Guess("Draw it.", form="curve", high=9), [0, 1, 2, 3], [0, 2, 5, 1]),
    ],
)
def test_a_guess_carries_the_truth_of_the_opening_picture(guess, x, truth):
    for shown in (explore(hill, height=Slider(1, 3), guess=guess, alt=ALT), show(hill(), ALT, guess)):
        asked = shown.bundle["layout"]["meta"]["opslab"]["guess"]
        assert (asked["x"], asked["truth"], asked["span"], asked["across"]) == (x, truth, [0, 3], "week")


def test_a_guess_reads_packed_numbers_and_skips_gaps():
    figure = go.Figure(
        go.Scatter(x=np.arange(30), y=np.where(np.arange(30) == 4, np.nan, np.arange(30) ** 2))
    )
    asked = show(figure, ALT, Guess("When?", form="peak", high=40)).bundle["layout"]["meta"]["opslab"][
        "guess"
    ]
    assert (asked["x"], asked["truth"]) == ([29], [841])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"prompt": ""}, "prompt is ''; say in one sentence"),
        ({"prompt": "How high?", "form": "vale"}, "form is 'vale'; expected one of value, peak, curve"),
        ({"prompt": "How high?"}, "give at=, a value on the x axis"),
        ({"prompt": "How high?", "at": 1, "low": 2, "high": 2}, "low=2 to high=2 leaves no room"),
        ({"prompt": "How high?", "at": 1, "high": "a lot"}, "not a finite number"),
        ({"prompt": "When?", "form": "peak", "at": 3}, "asks for no single place, and at is 3"),
        ({"prompt": "How high?", "at": 1, "trace": -1}, "Guess(trace=-1) is not a whole number from 0 on"),
        ({"prompt": "How high?", "at": 1, "decimals": 0.5}, "Guess(decimals=0.5) is not a whole number"),
        ({"prompt": "How high?", "at": 1, "unit": 5}, "Guess(unit=5) is not text"),
    ],
)
def test_a_guess_that_cannot_be_made_is_refused(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Guess(**arguments)


@pytest.mark.parametrize(
    ("guess", "words"),
    [
        (
            Guess("How high?", at=7),
            "at x = 7, and it is not there; the picture has 1 traces with x from 0 to 3",
        ),
        (
            Guess("Draw.", form="curve", trace=2),
            "looks for trace 2 of the opening picture, and it is not there",
        ),
        (0.4, "guess is a float; give a Guess(prompt, ...)"),
        (Guess("How high?", at=2), "from low=0 to high=1, and the truth is 5: nobody can come near it"),
        (Guess("Draw.", form="curve", low=1, high=9), "from low=1 to high=9, and the truth is 0"),
        (Guess("When?", form="peak", high=1.5), "from low=0 to high=1.5, and the truth is 2"),
    ],
)
def test_a_guess_without_a_truth_in_the_picture_is_refused(guess, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        show(hill(), ALT, guess)


@pytest.mark.parametrize(
    ("trace", "guess", "words"),
    [
        (
            go.Bar(x=[3, 5], y=["ads", "seo"], orientation="h"),
            Guess("How many?", at=3, high=9),
            "the y axis of trace 0",
        ),
        (go.Bar(x=["ads", "seo"], y=[3, 5]), Guess("Which?", form="peak", high=9), "the x axis of trace 0"),
    ],
)
def test_a_guess_needs_numbers_to_be_made_on(trace, guess, words):
    with pytest.raises(ValueError, match=f"guess needs numbers on {words}, found '"):
        show(go.Figure(trace), ALT, guess)
