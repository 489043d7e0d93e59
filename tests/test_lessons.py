"""What makes a lesson readable for everyone: short cells, honest words, alternative text, working links."""

import itertools
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

from opslab.authoring.build import FILES, HIDDEN, WIDGET, stale
from opslab.authoring.course_map import MARK
from opslab.charts import HEIGHT
from opslab.charts.annotations import LABEL_LINE, PLOT_SHARE
from opslab.exercises.questions import tags
from opslab.explore.bundle import decode
from opslab.ground.formatting import together

ROOT = Path(__file__).parents[1]
LESSONS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())
TAUGHT = [lesson for lesson in LESSONS if lesson != "00-start-here"]
BUILT = sorted(
    path for kind in ("notebooks", "exercises", "solutions") for path in (ROOT / kind).glob("*.ipynb")
)
BELITTLING = r"\b(simply|just|obviously|easy|easily|clearly|of course)\b"
PLOTLY = "application/vnd.plotly.v1+json"


@cache
def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def lesson_cells(lesson: str, kind: str) -> list[nbformat.NotebookNode]:
    """Return a lesson's cells of a kind, without the map and the ways that the build puts in."""
    cells = read(ROOT / "notebooks" / f"{lesson}.ipynb").cells
    return [cell for cell in cells if cell.cell_type == kind and MARK not in tags(cell)]


def prose(lesson: str) -> str:
    return "\n\n".join(cell.source for cell in lesson_cells(lesson, "markdown"))


def test_built_notebooks_are_those_of_their_text():
    assert stale(ROOT) == []


def test_every_built_notebook_has_its_lesson():
    assert {path.stem for path in BUILT} == set(LESSONS)
    assert len(BUILT) == 3 * len(LESSONS)


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notebook_is_small_and_tells_nothing_of_the_machine(path):
    assert path.stat().st_size <= 1_000_000
    text = path.read_text(encoding="utf-8")
    assert str(Path.home()) not in text
    assert str(ROOT) not in text
    assert "widgets" not in read(path).metadata


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_headings_do_not_skip_a_level(path):
    text = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", text, flags=re.S), re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_figure_has_a_sentence_as_alternative_text(path):
    for cell in read(path).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert "image/png" not in data
            if PLOTLY in data:
                text = data["text/plain"]
                assert re.search(r"^\[(interactive )?figure\] \S+( \S+){5,}", text, re.M), cell.source


def explorables(path):
    """Yield the bundles of a notebook's figures."""
    for cell in read(path).cells:
        for output in cell.get("outputs", []):
            if "opslab" in output.get("data", {}).get(PLOTLY, {}).get("layout", {}).get("meta", {}):
                yield output["data"][PLOTLY]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_title_says_the_result_and_changes_with_the_controls(lesson):
    for bundle in explorables(ROOT / "notebooks" / f"{lesson}.ipynb"):
        base = bundle["layout"].get("title", {}).get("text", "")
        titles = [frame["layout"].get("title", {}).get("text", base) for frame in bundle["frames"]] or [base]
        name = bundle["layout"]["meta"]["opslab"]["alt"]
        assert all(titles), name
        assert len(titles) == 1 or len(set(titles)) > 1, name


LEAST_LETTER = 12  # px
WORDS = ("title", "annotations", "xaxis", "yaxis")  # parts of a layout that hold some
UNREADABLE = {
    "one of many": r"(?<![\d.,\w\u2013\u2212-])1[\s\u00a0]"
    r"(?:hours|days|weeks|months|years|times|points|users|people|posts)\b",
    "more than six decimals": r"\d\.\d{7,}",
    "a number as a machine has it": r"\d\.?\d*e[+-]?\d",
    "a relation said twice": r"= (?:under|over|below|above|fewer)\b",
    "a signed nothing": r"^[+\u2212-]0(?:\.0+)?$",
}


def strings(value):
    """Yield all texts in nested lists and dictionaries."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def told(path):
    """Yield what a notebook says: printed texts; titles, names and labels of figures at all positions."""
    for cell in read(path).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if PLOTLY not in data:
                yield from strings([output.get("text", ""), data.get("text/plain", "")])
                continue
            for state in [data[PLOTLY], *data[PLOTLY].get("frames", [])]:
                layout = state.get("layout", {})
                yield from strings([layout.get(part, {}) for part in WORDS])
                yield from strings([[trace.get("name"), trace.get("text")] for trace in state["data"]])


RANGE = re.compile(r"([\d,]*\.?\d+)(?:\s%)? to \u2212?([\d,]*\.?\d+)")


def uneven(text):
    """Return whether the ends of a range have another number of decimals each."""
    ranges = [[len(end.partition(".")[2]) for end in ends] for ends in RANGE.findall(text)]
    return any(low != high for low, high in ranges)


def unreadable(text):
    words = re.sub("<[^>]+>", " ", text)
    found = [name for name, pattern in UNREADABLE.items() if re.search(pattern, words)]
    return [*found, "two precisions"] if uneven(words) else found


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_a_notebook_says_is_read_as_people_say_it(path):
    assert {text: names for text in told(path) if (names := unreadable(text))} == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a post for 1\u00a0hours", ["one of many"]),
        ("1 times the pieces", ["one of many"]),
        ("0.0000000000194 false alarms", ["more than six decimals"]),
        ("1.8e+08", ["a number as a machine has it"]),
        ("p = under 0.0001", ["a relation said twice"]),
        ("\u22120.0", ["a signed nothing"]),
        ("95 % interval 0.5 to 1.87", ["two precisions"]),
        ("0 to 60.0\u00a0%", ["two precisions"]),
        ("0.50 to 1.87, 9.2\u00a0% to 12.0\u00a0%, \u22124 to \u22122, 9,200 to 12,500, .6 to 1.6", []),
        ("1 hour, 1.1 hours, 2\u20131 days, 0.1 points, 21 days, p = 0.0013, \u22120.05", []),
    ],
)
def test_an_unreadable_number_is_named(text, names):
    assert unreadable(text) == names


def positions(bundle):
    """Yield a figure's traces and its vertical axis, at each position of its controls."""
    for frame in [{"data": [], "layout": {}}, *bundle["frames"]]:
        changes = dict(zip(frame.get("traces", itertools.count()), frame["data"], strict=False))
        traces = [trace | changes.get(place, {}) for place, trace in enumerate(bundle["data"])]
        yield traces, bundle["layout"].get("yaxis", {}) | frame["layout"].get("yaxis", {})


def names_at_ends(traces, low, high):
    """Return from where to where each line's name reaches above the axis' foot, in lines of type, sorted."""
    reaches = []
    for trace in traces:
        texts = trace.get("text")
        if {"lines", "text"} <= {*trace.get("mode", "").split("+")} and sum(map(bool, texts)) == 1:
            place = next(place for place, text in enumerate(texts) if text)
            rows = [bool(row.strip()) for row in texts[place].split("<br>")]  # empty ones move it
            height = (list(decode(trace).values())[place] - low) / (high - low)
            top = height * PLOT_SHARE * HEIGHT / LABEL_LINE + len(rows) / 2 - rows.index(True)
            reaches.append((top - sum(rows), top))
    return sorted(reaches)


@pytest.mark.parametrize("lesson", LESSONS)
def test_names_at_the_ends_of_lines_lie_apart_and_above_the_axis(lesson):
    for bundle in explorables(ROOT / "notebooks" / f"{lesson}.ipynb"):
        for traces, axis in positions(bundle):
            if "range" in axis and axis.get("type") != "log":
                names = names_at_ends(traces, *axis["range"])
                gaps = [upper[0] - lower[1] for lower, upper in itertools.pairwise([(0, 0), *names])]
                alt = bundle["layout"]["meta"]["opslab"]["alt"]
                assert min(gaps, default=0) >= -0.5, f"{alt} Call label_ends once the axis has its range."


def sizes(value, within=""):
    """Yield the sizes of all letters in a picture's nested lists and dictionaries."""
    if isinstance(value, dict):
        if within.endswith("font") and "size" in value:
            packed = value["size"] if isinstance(value["size"], dict | list) else [value["size"]]
            yield from filter(None, decode({"x": packed, "y": packed}))
        for name, part in value.items():
            yield from sizes(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from sizes(part, within)


@pytest.mark.parametrize("lesson", LESSONS)
def test_letters_of_a_picture_are_large_enough_to_be_read(lesson):
    for bundle in explorables(ROOT / "notebooks" / f"{lesson}.ipynb"):
        assert min(sizes(bundle), default=LEAST_LETTER) >= LEAST_LETTER


def test_letters_that_a_phone_gets_are_large_enough_to_be_read():
    fitted = (ROOT / "src/opslab/explore/labextensions/opslab/static/width.js").read_text(encoding="utf-8")
    given = [int(size) for size in re.findall(r"_SIZE = (\d+)", fitted)]
    assert len(given) > 1
    assert min(given) >= LEAST_LETTER


@pytest.mark.parametrize("lesson", LESSONS)
def test_names_in_a_legend_begin_with_a_large_letter(lesson):
    for bundle in explorables(ROOT / "notebooks" / f"{lesson}.ipynb"):
        if bundle["layout"].get("showlegend"):
            named = [
                trace.get("name", "") for trace in bundle["data"] if trace.get("showlegend") is not False
            ]
            assert not [name for name in named if name[:1].islower()]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_asks_for_a_guess_on_empty_axes(lesson):
    bundles = explorables(ROOT / "notebooks" / f"{lesson}.ipynb")
    assert any("guess" in bundle["layout"]["meta"]["opslab"] for bundle in bundles)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_guess_of_a_value_is_as_fine_as_what_it_is_compared_with(lesson):
    """An alpha of 0.45 is not answered by "It is 0.4"."""
    asked = [
        bundle["layout"]["meta"]["opslab"].get("guess")
        for bundle in explorables(ROOT / "notebooks" / f"{lesson}.ipynb")
    ]
    for guess in filter(None, asked):
        if guess["form"] == "value" and guess["unit"] != "%":
            assert (guess["high"] - guess["low"]) * 10 ** guess["decimals"] >= 25, guess["prompt"]


def test_a_number_stays_with_its_unit_and_code_as_it_is():
    text = "Up to 21\nyuan by 3 May, `7 % 4` times.\n\n```\n5 days\n```"
    assert together(text) == text.replace("21\nyuan", "21\u00a0yuan").replace("3 May", "3\u00a0May")


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_number_ends_a_line_whose_unit_begins_the_next(path):
    texts = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert [text for text in texts if together(text) != text] == []


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_table_shown_is_one_for_people(path):
    shown = [output for cell in read(path).cells for output in cell.get("outputs", []) if "data" in output]
    raw = '<table border="1" class="dataframe">'  # as pandas shows it: show it with `as_table`
    assert not any(raw in output["data"].get("text/html", "") for output in shown)


@pytest.mark.parametrize("lesson", LESSONS)
def test_names_of_a_tables_columns_stand_over_their_cells(lesson):
    """JupyterLab centres a name whose column does not say where it stands."""
    rules = re.findall(r"^\|[-:| ]+\|$", prose(lesson), re.M)
    assert all(":" in column for rule in rules for column in rule.strip("|").split("|")), rules


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_links_and_pictures_lead_somewhere(path):
    text = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []
    assert re.findall(r"!\[\]\(", text) == []


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("file", FILES)
def test_a_number_below_one_is_written_as_the_course_prints_it(lesson, file):
    text = (ROOT / "lessons" / lesson / file).read_text(encoding="utf-8")
    assert re.findall(r"(?<=[\s(=<>+−±])(?<!:\+)\.\d+.{,20}", text) == []  # 0.16, not .16


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("file", FILES)
def test_no_word_makes_a_stuck_reader_feel_stupid(lesson, file):
    text = (ROOT / "lessons" / lesson / file).read_text(encoding="utf-8")
    assert re.findall(BELITTLING, text, flags=re.I) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_cells_are_few_and_short(lesson):
    code = lesson_cells(lesson, "code")
    assert len(code) + len(lesson_cells(lesson, "markdown")) <= 45
    assert max(len(cell.source.splitlines()) for cell in code) <= 15
    assert [line for cell in code for line in cell.source.splitlines() if len(line) > 100] == []
    assert sum(bool(re.search(r"^(import|from) ", cell.source, re.M)) for cell in code) == 1


@pytest.mark.parametrize("lesson", TAUGHT)
def test_a_lesson_has_the_form_of_scqa(lesson):
    parts = [prose(lesson).find(f"## {part}") for part in ("Situation", "Complication", "Question", "Answer")]
    assert -1 not in parts
    assert parts == sorted(parts)


@pytest.mark.parametrize("lesson", TAUGHT)
def test_new_terms_are_few_and_stand_in_the_lessons_glossary(lesson):
    text, _, glossary = prose(lesson).partition("## Words of this lesson")
    terms = set(re.findall(r"\*([^*]+)\* \([\u4e00-\u9fff/ ]+\)", text))
    assert 1 <= len(terms) <= 7
    assert [term for term in terms if f"**{term}**".casefold() not in glossary.casefold()] == []


@pytest.mark.parametrize("lesson", TAUGHT)
def test_a_lesson_explores_asks_and_checks(lesson):
    explored = [cell for cell in lesson_cells(lesson, "code") if "explore(" in cell.source]
    text = prose(lesson)
    assert len(explored) >= 4
    assert text.count("Your guess first") >= len(explored) // 2
    assert text.count("Only the slider can tell you") >= len(explored) // 2
    assert text.count("Quick check") >= 3
    assert "Vote" in text
    assert text.count("**Remember") >= 2


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_explorable_stands_beside_a_question(lesson):
    cells = read(ROOT / "notebooks" / f"{lesson}.ipynb").cells
    for place, cell in enumerate(cells):
        if cell.cell_type == "code" and "explore(" in cell.source:
            around = cells[place - 1].source + cells[place + 1].source
            assert "?" in around, cell.source


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_collapsed_answer_begins_with_words_that_give_nothing_away(lesson):
    for cell in lesson_cells(lesson, "code"):
        if cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            first = cell.outputs[0]
            shown = first.get("text") or first.data.get("text/html") or first.data["text/plain"]
            assert shown.splitlines()[0] == HIDDEN


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_where_no_widget_can_be_drawn_a_sentence_stands_for_it(path):
    outputs = [output for cell in read(path).cells for output in cell.get("outputs", [])]
    fallbacks = [output.data["text/plain"] for output in outputs if WIDGET in output.get("data", {})]
    assert [text for text in fallbacks if not text.strip() or re.match(r"<|\w+\(", text)] == []


def test_the_teaching_page_names_the_lessons_whose_answers_vs_code_does_not_fold():
    hidden = {
        lesson: [
            cell
            for cell in lesson_cells(lesson, "code")
            if cell.metadata.get("jupyter", {}).get("outputs_hidden")
            and any(PLOTLY not in output.get("data", {}) for output in cell.outputs)
        ]
        for lesson in LESSONS
    }
    found = [lesson[:2] for lesson, cells in hidden.items() if cells]
    page = " ".join((ROOT / "docs/teaching.md").read_text(encoding="utf-8").split())
    told = re.search(r"in lessons ([\d, and]+) (\w+) answers in numbers stand open", page)
    assert told is not None
    assert re.findall(r"\d\d", told[1]) == found
    assert told[2] == "nine"
    assert sum(map(len, hidden.values())) == 9
