"""The deck compiler: what of a lesson becomes a slide, what is only said, where an author knows better."""

from pathlib import Path
from statistics import median

import nbformat
import pandas as pd
import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from opslab.authoring.export.blocks import highlighted, read_blocks
from opslab.authoring.export.guide import Guide, guide_of
from opslab.authoring.export.prose import (
    MOST_WORDS,
    clauses,
    clipped,
    count,
    ended,
    held,
    sentences,
    shortened,
)
from opslab.authoring.export.slides import LEAST_TYPE, lay_out, readable
from opslab.charts import dots
from opslab.explore import PLOTLY, Guess, Slider, explore, show

REPOSITORY = Path(__file__).parents[1]
NAMES = [path.stem for path in sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb"))]
FIGURE = show(go.Figure(go.Bar(y=[1, 2])), alt="Two bars.").bundle
GUIDE = """\
# Guide: 06 · Tiny

## Minutes

| minutes | section | check |
|---|---|---|
| 0–5 | Situation · Question | **aloud**: who knows? |
| 5–9 | Counting | **guess** for day 7 |
| 9–15 | Counting | **quick check** & **vote** |

Two sittings.

## Likely errors

| what students do | where it shows | what helps |
|---|---|---|
| divide by everybody | Counting | cover the last row |

## The vote

*Who?* **A** all · **B** none

- **Most say A.** Ask what it costs.
"""


def text(source, **slideshow):
    return new_markdown_cell(source, metadata={"slideshow": slideshow} if slideshow else {})


def code(*outputs, tags=(), source="compute()"):
    return new_code_cell(source, outputs=list(outputs), execution_count=1, metadata={"tags": list(tags)})


def figure(bundle=FIGURE):
    return code(new_output("execute_result", {PLOTLY: bundle, "text/plain": "[figure]"}, execution_count=1))


def printed(words):
    return new_output("stream", text=words)


def compiled(*cells, guide=None, warn=pytest.fail):
    lesson = read_blocks(new_notebook(cells=list(cells)), Path(), warn)
    return lay_out(lesson, guide or Guide(), warn)


def test_a_cue_begins_a_paragraph_and_a_bold_letter_inside_one_is_none():
    words = "# A\n\n**Your guess first.** Which of **R**ecency and **F**requency?"
    guess = "".join(compiled(new_markdown_cell(words))[0][-1].body)
    assert guess.count('class="cue"') == 1
    assert '<strong class="cue">Your guess first.</strong>' in guess


def slides(*cells, **options):
    return [slide for stack in compiled(*cells, **options) for slide in stack]


def plain(*pieces):
    return " ".join(BeautifulSoup(" ".join(pieces), "html.parser").get_text().split())


def shown(slide):
    return plain(slide.running, slide.title, *slide.lines, *slide.body, slide.answer)


def said(slide):
    return plain(*slide.notes)


def test_the_opening_has_title_and_aims_and_the_rest_is_said():
    (opening,) = slides(
        text("# A title\n\nAfter it you can\n\n- **count**;\n- **warn**.\n\nYou need shares.")
    )
    assert (opening.kind, shown(opening)) == ("opening", "A title count; warn.")
    assert "You need shares." in said(opening)


def test_prose_is_said_and_a_section_without_a_picture_shows_its_first_sentences():
    prose = "One idea stands here. " + "Words that explain it go on and on. " * 12
    first, second = slides(text(f"# T\n\n- a\n\n## Ideas have heirs\n\n{prose}"))
    assert second.title == "Ideas have heirs"
    assert plain(*second.body).startswith("One idea stands here.")
    assert count(*second.body) < 50
    assert said(second) == prose.strip()
    assert first.kind == "opening"


def test_a_part_that_has_only_a_name_is_claimed_by_its_first_sentence():
    _, picture = slides(text("# T\n\n- a\n\n## Situation\n\nUsers leave. Nobody knows why."), figure())
    assert (picture.kind, picture.running, picture.title) == ("picture", "Situation", "Users leave.")


def test_a_part_that_has_only_a_name_is_claimed_by_the_sentence_after_what_it_shows():
    table = "| week | users |\n|---|---|\n| 1 | 20 |\n| 2 | 9 |"
    long = f"It {'really ' * 20}fell."
    for after, claim in (("Half have left. Why?", "Half have left."), (long, "Lantern sells.")):
        part = text(f"# T\n\n- a\n\n## Situation\n\nLantern sells. It grew.\n\n{table}\n\n{after}\n\nMore.")
        _, slide = slides(part)
        assert (slide.kind, slide.title) == ("table", claim)
        assert after in said(slide)


def test_a_guess_comes_before_its_picture_and_the_question_of_the_slider_above_it():
    cells = [
        text("## Half of them leave\n\n**Your guess first.** How many? Then run the cell."),
        figure(),
        text("**Only the slider can tell you:** where?\n\nAn explanation."),
    ]
    guess, picture = slides(*cells)
    assert (guess.kind, picture.kind) == ("guess", "picture")
    assert shown(guess) == "Half of them leave Your guess first. How many?"
    assert shown(picture) == "Half of them leave Only the slider can tell you: where?"
    assert "Then run the cell." in said(guess)
    assert "An explanation." in said(picture)


def test_a_guess_that_is_made_on_the_axes_stands_above_them():
    bundle = explore(
        lambda rate: go.Figure(go.Scatter(x=[1, 2], y=[rate, 1])),
        rate=Slider(1, 3),
        guess=Guess("How high?", at=1, low=0, high=4),
        alt="A line.",
    ).bundle
    question = "**Only the slider can tell you:** where?"
    (slide,) = slides(text("## Claim\n\n**Your guess first.** How high?"), figure(bundle), text(question))
    assert plain(*slide.lines) == "Your guess first. How high? Only the slider can tell you: where?"
    assert len(slide.lines) == 2


def test_a_quick_check_keeps_its_answer_for_a_key():
    check = "**Quick check.** Why?\n<details><summary>Think</summary>\n\nBecause it rained.\n</details>"
    _, slide = slides(text(f"## Claim\n\n{check}"), text(check))
    assert (slide.kind, plain(*slide.body), plain(slide.answer)) == (
        "check", "Quick check. Why?", "Because it rained.",
    )  # fmt: skip


def test_a_folded_subject_has_a_slide_of_its_own_and_answers_no_other_question():
    subject = "<details><summary>A number & its interval</summary>\n\nSay it.\n</details>"
    cell = f"**Only the slider can tell you:** where?\n\n{subject}"
    picture, subject = slides(text("## Claim"), figure(), text(cell))
    assert plain(*picture.lines) == "Only the slider can tell you: where?"
    assert (plain(subject.running), plain(subject.title)) == ("Claim", "A number & its interval")
    assert (plain(*subject.body), subject.answer) == ("Say it.", "")


def test_what_follows_a_folded_subject_stands_under_its_name_where_a_section_is_made_of_them():
    subject = "<details><summary>Tiers</summary>\n\nThey sort. {}\n</details>"
    table = "\n\n| tier | users |\n|---|---|\n| gold | 2 |\n"
    first, picture, second = slides(
        text("## At work\n\n" + subject.format("")), figure(), text(subject.format(table))
    )
    assert (plain(first.title), plain(picture.title), plain(picture.running)) == ("Tiers", "Tiers", "")
    assert plain(*second.body) == "They sort. tier users gold 2"
    *_, later = slides(text("## Claim"), figure(), text(subject.format("")), figure())
    assert plain(later.title) == "Claim"


@pytest.mark.parametrize(
    ("sentence", "is_shown"),
    [
        ("Then run the cell.", False),
        ("Drag the circle, then press <em>Show the answer</em>.", False),
        ("Click it and use the arrow keys.", False),
        ("Those who click are less interested.", True),
        ("A reader stops at the first click.", True),
        ("The darker a cell, the more of its cohort are there.", True),
        ("In which quarter is <em>press</em> the least harm?", True),
    ],
)
def test_what_only_a_desk_needs_is_left_out_and_what_users_do_is_shown(sentence, is_shown):
    assert (clipped(sentence, 40) == sentence) is is_shown


def test_a_cue_is_no_sentence_that_could_stand_alone():
    asked = f"<strong>Your guess first.</strong> Will {'really ' * 20}all come?"
    assert clipped(f"<p>{asked} Say it.</p>", 20) == asked


def test_a_short_word_with_a_hyphen_stays_on_its_line():
    words = '<p class="a-b">each sign-up, <b>Macro-F1</b>, 2025-04-01</p>'
    kept = [found.get_text() for found in BeautifulSoup(held(words), "html.parser").select(".held")]
    assert kept == ["sign-up", "Macro-F1", "2025-04-01"]
    assert plain(held(words)) == plain(words)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("<p>Ask who pays,\nand for how long.</p>", ["how long."]),
        ("<p>Say <em>what has</em> changed <em>since</em>.</p>", ["changed <em>since</em>."]),
        ("<ul>\n<li>add <em>if nothing moves</em>.</li>\n</ul>", ["nothing moves"]),
        ("Will it pay?", ["it pay?"]),
        ("<p>It takes an understanding of communities.</p>", []),  # too long for a phone's line
        ("<p>Read <code>a.b(c)</code> aloud.</p>", []),
        ("<table><tr><td>two words</td></tr></table>", []),
    ],
)
def test_a_paragraphs_last_word_is_not_alone_in_its_line(words, kept):
    found = BeautifulSoup(ended(words), "html.parser")
    assert [span.decode_contents() for span in found.select(".held")] == kept
    assert plain(ended(words)) == plain(words)


def test_code_in_a_sentence_breaks_at_its_brackets_and_only_a_long_name_within():
    parts = ["winners_curse(", "true_effect, probability_", "better=0.25)"]
    assert held(f"<code>{''.join(parts)}</code>")[6:-7].split("<wbr>") == parts


def test_what_is_remarked_beside_code_stands_above_it_on_a_slide():
    source = 'a = "#"   # 1 one\nfor b in a:\n    print(b)  # 2 two\n# alone\n'
    lines = BeautifulSoup(shortened(highlighted(source, "python")), "html.parser").get_text().rstrip()
    assert lines == '# 1 one\na = "#"\nfor b in a:\n    # 2 two\n    print(b)\n# alone'


def test_lines_of_code_that_wrap_are_seen_to_go_on_and_none_begins_far_from_the_left():
    source = "a = [1,\n     2]\nlong_name = list(map(f,\n                    a))"
    shown = BeautifulSoup(shortened(highlighted(source, "python")), "html.parser")
    lines = [line.get_text() for line in shown.select(".hang")]
    assert lines == ["a = [1,", "2]", "long_name = list(map(f,", "a))"]
    assert [line["style"][-3:] for line in shown.select(".hang")] == ["0ch", "5ch", "0ch", "8ch"]
    assert shown.get_text().splitlines()[3] == "        a))"


def test_code_that_does_not_fit_its_line_breaks_behind_a_dot_or_a_bracket():
    html = shortened(highlighted("seen.groupby(users.day).mean() + .5", "python"))
    parts = [BeautifulSoup(part, "html.parser").get_text().strip() for part in html.split("<wbr>")]
    assert parts == ["seen.", "groupby(", "users.", "day).", "mean() + .5"]


def test_a_list_that_goes_on_with_a_sentence_stands_below_it():
    begun, whole = (f"Read it. {words}\n\n- one;\n- two." for words in ("And it cannot tell", "Two things."))
    assert [[*map(plain, slide.lines)] for slide in slides(text(f"## A\n\n{begun}\n\n## B\n\n{whole}"))] == [
        ["And it cannot tell"],
        [],
    ]


def test_a_stop_in_brackets_parts_nothing():
    sentence = "It fell (95 % interval: 1 to 2; see p. 4) in May."
    assert sentences(f"{sentence} Why? (Ask them.)") == [sentence, "Why?", "(Ask them.)"]
    assert clauses("It fell (95 % interval: 1 to 2); it rose") == [
        "<p>It fell (95 % interval: 1 to 2).</p>", "<p>It rose</p>",
    ]  # fmt: skip


def test_of_a_sentence_that_is_too_long_whole_clauses_are_shown_and_it_ends():
    shown = clauses(f"Do this; count it so: {'word ' * MOST_WORDS}; and that")
    assert shown == ["<p>Do this.</p>", "<p>Count it so.</p>"]
    assert clauses("<em>no</em>: stop; `x` stays.") == ["<p><em>No</em>: stop.</p>", "<p>`x` stays.</p>"]


def test_a_vote_has_its_letters_large_and_its_advice_in_the_notes():
    vote = "**Vote.** Who pays? **A** all, of course · **B** none. Vote, argue, vote again."
    (slide,) = slides(text(f"## Claim\n\n{vote}"), guide=Guide(vote="<ul><li>Most say A: ask.</li></ul>"))
    assert plain(*slide.body) == "Vote. Who pays? A all, of course B none"
    assert "argue" in said(slide)
    assert said(slide).endswith("Most say A: ask.")


def test_code_is_shown_where_it_is_the_point_and_short():
    result, three = printed("41\n42"), "a = 1\nb = 2\na + b"
    long = "\n".join(f"x{i} = {i}" for i in range(20))
    marked = {"tags": ["show-code"]}
    with_code = slides(text("## Claim"), code(result, source=three, **marked))
    assert [(slide.kind, shown(slide)) for slide in with_code] == [("code", "Claim a = 1 b = 2 a + b 41 42")]
    without = slides(text("## Claim"), code(result, source=three), code(result, source=long, **marked))
    assert [shown(slide) for slide in without] == ["Claim 41 42", "Claim 41 42"]
    alone = slides(text("## Claim"), code(source=three, **marked), code(source="a = 1", **marked))
    assert [shown(slide) for slide in alone] == ["Claim a = 1 b = 2 a + b"]
    silent = slides(text("## Claim"), code(source=three, **marked), code(result, source=long))
    assert [(slide.kind, shown(slide)) for slide in silent] == [
        ("code", "Claim a = 1 b = 2 a + b"), ("result", "Claim 41 42"),
    ]  # fmt: skip


def test_a_long_table_and_a_long_list_are_said_and_of_long_items_only_the_term_is_shown():
    rows = "\n".join(f"| row {i} | value |" for i in range(40))
    (table,) = slides(text(f"## Claim\n\nA table.\n\n| a | b |\n|---|---|\n{rows}"))
    assert "row 39" in said(table)
    assert "row" not in shown(table)
    items = "\n".join(f"- **term {i}** 留存: " + "a word and another one " * 4 for i in range(5))
    (terms,) = slides(text(f"## Words\n\n{items}"))
    assert shown(terms) == "Words " + " ".join(f"term {i} 留存" for i in range(5))
    assert "a word and another" in said(terms)


def test_a_brief_stands_sentence_by_sentence():
    brief = slides(
        text("## Brief\n\n*We grow. But fewer stay. What now? Write to 25 % of them; stop in May.*")
    )
    assert [plain(*slide.body) for slide in brief] == [
        "Situation We grow.", "Complication But fewer stay.", "Question What now?",
        "Answer Write to 25 % of them. Stop in May.",
    ]  # fmt: skip


def test_an_authors_marks_go_before_the_rules():
    stacks = compiled(
        text("# Title"),
        text("Two words.", slide_type="subslide"),
        text("Step.", slide_type="fragment"),
        text("Hidden.", slide_type="skip"),
        text("Say this.", slide_type="notes"),
        text("Three.\n\nFour.", slide_type="slide"),
    )
    assert [[plain(*slide.body) for slide in stack] for stack in stacks] == [
        ["", "Two words. Step."],
        ["Three. Four."],
    ]
    assert 'class="fragment"' in stacks[0][1].body[1]
    assert said(stacks[0][1]) == "Say this."


def test_an_authors_own_slide_with_too_many_words_is_named():
    heard = []
    slides(text("# T"), text("word " * 90, slide_type="subslide"), warn=heard.append)
    assert len(heard) == 1
    assert "91 words" in heard[0]


def test_a_title_that_overflows_is_named_with_its_cell():
    heard = []
    slides(new_markdown_cell("## " + "留存 users " * 20, id="cell-long"), warn=heard.append)
    assert ["cell-long" in words and "overflows" in words for words in heard] == [True]


def test_a_notebook_may_begin_with_anything_or_have_nothing():
    assert slides() == []
    assert [slide.kind for slide in slides(code(), text("# Title\n\nWords."))] == ["opening"]
    assert [slide.kind for slide in slides(text("Say.", slide_type="notes"), figure())] == [
        "words",
        "picture",
    ]
    assert [shown(slide) for slide in slides(text("Words alone."))] == ["Words alone."]


PARAGRAPH = st.lists(st.sampled_from(["Retention", "留存", "a", "of users.", "%"]), min_size=1, max_size=80)


@settings(max_examples=40, deadline=None)
@given(st.lists(PARAGRAPH.map(" ".join), min_size=1, max_size=12))
def test_no_word_is_lost_and_no_slide_is_fuller_than_it_may_be(paragraphs):
    found = slides(text("# Title\n\n- aim\n\n## Claim\n\n" + "\n\n".join(paragraphs)))
    assert said(found[-1]).split() == " ".join(paragraphs).split()
    assert all(slide.words <= MOST_WORDS for slide in found)


# The guide ----------------------------------------------------------------------------------------------


def guide(folder, words):
    (folder / "lessons" / "06-tiny").mkdir(parents=True)
    if words is not None:
        (folder / "lessons" / "06-tiny" / "guide.md").write_text(words, encoding="utf-8")
    return guide_of(folder, "06-tiny")


def test_notes_tell_the_minutes_the_likely_errors_and_what_to_do_after_a_vote(tmp_path):
    lesson = (
        "# Tiny\n\n- count\n\n## Counting\n\n**Your guess first.** How many?"
        "\n\n**Vote.** Who? **A** all · **B** none."
    )
    opening, guess, vote = slides(text(lesson), guide=guide(tmp_path, GUIDE))
    assert said(opening) == "Two sittings."
    assert said(guess).startswith("Minutes 5–9 guess for day 7")
    assert "Likely error (Counting): divide by everybody. What helps: cover the last row." in said(guess)
    assert said(vote).startswith("Minutes 9–15 quick check & vote")
    assert said(vote).endswith("Most say A. Ask what it costs.")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (None, "is not there"),
        ("# Guide\n\n## Likely errors\n", "found nothing"),
        (GUIDE.replace("0–5", "first"), "'first'"),
    ],
)
def test_a_guide_without_minutes_is_an_error_that_names_it(tmp_path, words, found):
    with pytest.raises(ValueError, match=r"guide\.md") as caught:
        guide(tmp_path, words)
    assert found in str(caught.value)


def test_a_notebook_that_is_no_lesson_needs_no_guide(tmp_path):
    assert guide_of(tmp_path, "my-talk") == Guide()


def test_a_lesson_without_a_guess_is_named(tmp_path):
    heard = []
    slides(text("# T\n\n- a"), figure(), guide=guide(tmp_path, GUIDE), warn=heard.append)
    assert ["no guess" in words for words in heard] == [True]


# Figures and the lessons themselves ---------------------------------------------------------------------


def test_no_type_of_a_figure_is_too_small_for_a_hall():
    small = go.Figure(go.Bar(y=[1], textfont={"size": 9}), {"xaxis": {"tickfont": {"size": 30}}})
    large = readable(show(small, alt="A bar.").bundle)
    assert large["data"][0]["textfont"]["size"] == LEAST_TYPE
    assert large["layout"]["xaxis"]["tickfont"]["size"] == 30


@pytest.mark.parametrize(("rows", "side"), [(8, "top center"), (9, "middle right")])
def test_numbers_of_many_dots_stand_beside_them_on_a_slide(rows, side):
    many = dots(pd.Series(range(rows), index=[f"row {row}" for row in range(rows)]))
    assert readable(show(many, alt="Rows.").bundle)["data"][0]["textposition"] == side


def test_numbers_of_many_dots_that_clear_a_mark_do_so_on_a_slide():
    many = dots(pd.Series(range(9), index=[f"row {row}" for row in range(9)]), reference=4.5)
    sides = readable(show(many, alt="Rows.").bundle)["data"][0]["textposition"]
    assert sides == [*["middle right"] * 4, "middle left", *["middle right"] * 4]  # that of 4 would be cut


def test_the_name_of_a_row_that_a_phone_breaks_stands_on_one_line_of_a_slide():
    rows = dots(pd.Series({"share with the commonest": 1.1, "week": 2}), reference=1, reference_name="limit")
    slide = readable(show(rows, alt="Two rows.").bundle)
    assert slide["data"][0]["y"] == ["Week", "Share with the commonest"]


@pytest.mark.parametrize("name", NAMES)
def test_every_deck_is_shown_in_few_words_and_has_notes(name):
    book = nbformat.read(REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4)
    heard = []
    lesson = read_blocks(book, REPOSITORY / "notebooks", lambda warning: None)
    found = [slide for stack in lay_out(lesson, guide_of(REPOSITORY, name), heard.append) for slide in stack]
    assert heard == []
    words = [slide.words for slide in found]
    assert median(words) <= 40
    assert max(words) <= MOST_WORDS
    assert sum(bool(said(slide)) for slide in found) >= 0.8 * len(found)
    assert {"opening", "guess", "picture"} <= {slide.kind for slide in found} or any(
        len(slide.lines) == 2 for slide in found
    )
    assert not any("You need" in shown(slide) for slide in found)
    anchors = [slide.anchor for slide in found]
    assert len(set(anchors)) == len(anchors)
    assert all(anchor.startswith(f"slide-{name}-") for anchor in anchors)
