"""Where slides break: at headings, figures and checks, where an author says so, before they overflow."""

from pathlib import Path

import nbformat
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from opslab.authoring.export.blocks import read_blocks
from opslab.authoring.export.slides import ROOM, lay_out
from opslab.explore import PLOTLY, show

REPOSITORY = Path(__file__).parents[1]
FIGURE = show(go.Figure(go.Bar(y=[1, 2])), alt="Two bars, the second is higher.").bundle


def text(source, **slideshow):
    return new_markdown_cell(source, metadata={"slideshow": slideshow} if slideshow else {})


def code(*outputs, tags=()):
    return new_code_cell("compute()", outputs=list(outputs), execution_count=1, metadata={"tags": list(tags)})


def figure():
    return code(new_output("execute_result", {PLOTLY: FIGURE, "text/plain": "[figure]"}, execution_count=1))


def slides(*cells):
    lesson = read_blocks(new_notebook(cells=list(cells)), Path(), lambda warning: pytest.fail(warning))
    return lay_out(lesson.blocks, lesson.figures)


def shown(slide):
    return [block.text for block in [*slide.headings, *slide.blocks]]


def flat(stacks):
    return [shown(slide) for stack in stacks for slide in stack]


def test_each_heading_begins_a_slide_and_a_lone_one_takes_the_next_along():
    stacks = slides(text("# Title\n\nWords.\n\n## Part\n\n### Detail\n\nMore."))
    assert flat(stacks) == [["Title", "Words."], ["Part", "Detail", "More."]]
    assert len(stacks) == 2


def test_a_figure_begins_a_slide_with_its_question_at_its_side_and_its_code_folded():
    stacks = slides(
        text("# Title\n\nPredict!"), figure(), text("**Only the slider:** where?\n\n**Vote.** Now.")
    )
    assert flat(stacks) == [["Title", "Predict!"], ["Only the slider: where?"], ["Vote. Now."]]
    pictured = stacks[0][1]
    assert pictured.figure
    assert pictured.running == "Title"
    assert "data-height" in pictured.figure.html
    assert ["compute" in folded for folded in pictured.codes] == [True]


def test_a_quick_check_stays_with_its_answer_on_a_slide_of_its_own():
    check = "**Quick check.** Why?\n<details><summary>Think</summary>\n\nBecause.\n</details>"
    assert flat(slides(text(f"# Title\n\nWords.\n\n{check}"))) == [
        ["Title", "Words."],
        ["Quick check. Why?Think Because."],
    ]


def test_code_is_shown_where_the_lesson_marks_it_and_folded_elsewhere():
    result = new_output("stream", text="42")
    stacks = slides(text("# Title"), code(result), code(result, tags=["show-code"]))
    slide = stacks[0][0]
    assert shown(slide) == ["Title", "42", "compute()", "42"]
    assert len(slide.codes) == 1


def test_a_result_that_the_notebook_hides_stays_folded():
    cell = code(new_output("stream", text="42"), tags=["show-code"])
    cell.metadata["jupyter"] = {"outputs_hidden": True}
    blocks = slides(text("# Title"), cell)[0][0].blocks
    assert [block.folded.startswith("<details><summary>Result") for block in blocks] == [False, True]


def test_an_authors_marks_go_before_the_rules():
    stacks = slides(
        text("# Title"),
        text("One."),
        text("Two.", slide_type="subslide"),
        text("Step.", slide_type="fragment"),
        text("Hidden.", slide_type="skip"),
        text("Say this.", slide_type="notes"),
        text("Three.", slide_type="slide"),
    )
    assert flat(stacks) == [["Title", "One."], ["Two.", "Step."], ["Three."]]
    assert [len(stack) for stack in stacks] == [2, 1]
    assert stacks[0][1].blocks[1].begins == "fragment"
    assert "Say this." in stacks[0][1].notes[0]


def test_a_notebook_may_begin_with_anything_or_have_nothing():
    assert flat(slides()) == []
    assert flat(slides(code(), text("# Title\n\nWords."))) == [["Title", "Words."]]
    stacks = slides(text("Say this.", slide_type="notes"), text("# Title"), figure())
    assert flat(stacks) == [["Title"]]
    assert stacks[0][0].figure
    assert len(stacks[0][0].notes) == 1


def test_a_long_list_and_a_long_table_go_on_where_they_stopped():
    rows = "\n".join(f"| row {i} | value |" for i in range(40))
    items = "\n".join(f"{i}. item number {i}" for i in range(1, 41))
    stacks = slides(text(f"# Title\n\n{items}\n\n| a | b |\n|---|---|\n{rows}"))
    htmls = [block.html for slide in stacks[0] for block in slide.blocks]
    assert all(slide.used <= ROOM for slide in stacks[0])
    assert [f"item number {i}<" in "".join(htmls) for i in range(1, 41)] == [True] * 40
    assert [f"row {i}<" in "".join(htmls) for i in range(40)] == [True] * 40
    tables = [html for html in htmls if "<table" in html]
    assert len(tables) > 1
    assert all("<thead" in html for html in tables)
    second = next(html for html in htmls[1:] if "<ol" in html)
    first_item = second.partition("item number ")[2].partition("<")[0]
    assert f'start="{first_item}"' in second


def test_a_text_that_announces_a_table_goes_with_it():
    filler = "Many words stand here, one after the other. " * 28
    rows = "\n".join(f"| row {i} | value |" for i in range(5))
    stacks = slides(text(f"# T\n\n{filler}\n\nHere it is:\n\n| a | b |\n|---|---|\n{rows}"))
    assert flat(stacks)[1][0] == "Here it is:"


PARAGRAPH = st.lists(
    st.sampled_from(["retention", "留存", "a", "of users who", "%"]), min_size=1, max_size=80
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PARAGRAPH.map(" ".join), min_size=1, max_size=12))
def test_no_word_is_lost_and_no_slide_is_fuller_than_it_may_be(paragraphs):
    stacks = slides(text("# Title\n\n" + "\n\n".join(paragraphs)))
    assert [words for slide in flat(stacks) for words in slide] == ["Title", *paragraphs]
    assert all(slide.used <= ROOM for stack in stacks for slide in stack if len(slide.blocks) > 1)


def test_anchors_of_slides_are_unique_and_come_from_the_cells():
    book = nbformat.read(REPOSITORY / "notebooks" / "06-retention.ipynb", as_version=4)
    lesson = read_blocks(book, REPOSITORY / "notebooks", pytest.fail)
    anchors = [slide.anchor for stack in lay_out(lesson.blocks, lesson.figures) for slide in stack]
    assert len(set(anchors)) == len(anchors)
    assert all(anchor.startswith("slide-06-retention-") for anchor in anchors)
