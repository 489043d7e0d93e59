"""Answers are judged by value: right by any road, known mistakes by name, others by their difference."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.judge import MARKS, Finding, judge, require_distinct, word_count
from opslab.sheets import Question, Wrong


def ask(kind: str, tolerance: str = "0", names: tuple[str, ...] = ()) -> Question:
    wrongs = tuple(Wrong(name, f"You made the mistake {name}.", "") for name in names)
    return Question("q1", kind, tolerance, wrongs=wrongs)


NUMBER = ask("number", "0.001", ("percent", "blended"))
MISTAKES = {"percent": 40.0, "blended": 0.25}
SHARES = pd.Series({"ads": 0.2, "seo": 0.5, "social": 0.3})
TABLE = ask("table", "0.001", ("sums",))


@pytest.mark.parametrize("blank", [..., None, "", "  ", [...], ["a", ...], {"a": ...}])
@pytest.mark.parametrize("kind", ["number", "table", "choice", "ordering", "written"])
def test_a_blank_is_not_answered_yet(kind, blank):
    assert judge(ask(kind), blank, 0.4, {}).status == "unanswered"


@pytest.mark.parametrize("value", [0.4, 0.4009, np.float64(0.4), np.array([0.4]), pd.Series([0.4])])
def test_a_number_within_tolerance_is_right_in_any_form(value):
    assert judge(NUMBER, value, 0.4, MISTAKES).is_right


def test_a_number_just_outside_tolerance_is_not_right():
    finding = judge(NUMBER, 0.4011, 0.4, MISTAKES)
    assert finding.status == "different"
    assert finding.text.startswith("Too high, but close")


def test_a_relative_tolerance_scales_with_the_answer():
    question = ask("number", "1%")
    assert judge(question, 1009, 1000, {}).is_right
    assert not judge(question, 1011, 1000, {}).is_right


@pytest.mark.parametrize(("value", "name"), [(40.0, "percent"), (0.2505, "blended")])
def test_a_known_mistake_is_named_and_explained(value, name):
    finding = judge(NUMBER, value, 0.4, MISTAKES)
    assert (finding.status, finding.mistake) == ("mistake", name)
    assert f"You made the mistake {name}." in finding.text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.9, "Too high."),
        (0.1, "Too low."),
        (-0.4, "sign"),
        (0.004, "100 times too low"),
        (40.05, "100 times"),
    ],
)
def test_an_unknown_number_is_described(value, words):
    finding = judge(ask("number", "0.001"), value, 0.4, {})
    assert finding.status == "different"
    assert words in finding.text


@pytest.mark.parametrize("value", ["0.4", True, pd.DataFrame({"a": [1, 2]}), float("nan"), float("inf")])
def test_what_is_no_number_says_what_was_received(value):
    finding = judge(NUMBER, value, 0.4, MISTAKES)
    assert finding.status == "uncheckable"
    assert "received" in finding.text or str(value) in finding.text


@pytest.mark.parametrize(
    "value",
    [
        SHARES,
        SHARES[::-1],
        SHARES.to_frame("share"),
        SHARES.to_dict(),
        [0.2, 0.5, 0.3],
        np.array([0.2, 0.5, 0.3]),
    ],
)
def test_a_table_is_right_in_any_form_and_order(value):
    assert judge(TABLE, value, SHARES, {"sums": SHARES * 2}).is_right


def test_a_table_says_how_many_values_are_right_and_which_is_off():
    finding = judge(TABLE, {"ads": 0.4, "seo": 0.5, "social": 0.3}, SHARES, {"sums": SHARES * 2})
    assert finding.text == "2 of 3 right; ads is too high."


def test_a_table_with_a_missing_row_names_it():
    finding = judge(TABLE, {"ads": 0.2, "seo": 0.5}, SHARES, {"sums": SHARES * 2})
    assert finding.status == "uncheckable"
    assert "social missing" in finding.text


def test_what_a_table_holds_beyond_the_question_does_no_harm():
    assert judge(TABLE, SHARES.to_dict() | {"all": 1.0}, SHARES, {"sums": SHARES * 2}).is_right


def test_a_tables_labels_may_differ_in_case_and_its_cells_may_be_series_of_one():
    answer = {"ADS": pd.Series([0.2]), "Seo": 0.5, "social": 0.3}
    assert judge(TABLE, answer, SHARES, {"sums": SHARES * 2}).is_right


def test_a_table_in_per_cent_is_told_so():
    finding = judge(ask("table", "0.001"), SHARES * 100, SHARES, {})
    assert "100 times too high" in finding.text


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gap_in_a_table_is_named(value):
    finding = judge(TABLE, SHARES.to_dict() | {"seo": value}, SHARES, {"sums": SHARES * 2})
    assert finding.status == "uncheckable"
    assert f"seo is {value}" in finding.text


def test_a_list_of_another_length_is_not_checkable():
    assert judge(TABLE, [0.2, 0.5], SHARES, {"sums": SHARES * 2}).status == "uncheckable"


def test_tables_compare_dates_texts_and_gaps():
    truth = pd.DataFrame(
        {"n": [1.0, np.nan], "note": ["a", "b"]}, index=pd.to_datetime(["2024-01-01", "2024-01-08"])
    )
    assert judge(ask("table"), truth.copy(), truth, {}).is_right
    assert not judge(ask("table"), truth.assign(note=["a", "c"]), truth, {}).is_right


CHOICE = ask("choice", names=("guess", "rumour"))
OPTIONS = {"guess": "a", "rumour": "c"}


def test_a_choice_ignores_case_and_space():
    assert judge(CHOICE, " B ", "b", OPTIONS).is_right


def test_each_distractor_earns_its_reason():
    assert judge(CHOICE, "c", "b", OPTIONS).mistake == "rumour"


@pytest.mark.parametrize("value", ["d", 2, ["b"]])
def test_what_is_no_option_lists_the_options(value):
    finding = judge(CHOICE, value, "b", OPTIONS)
    assert finding.status == "uncheckable"
    assert "a, b, c" in finding.text


ORDER = ask("ordering", names=("backwards",))


@pytest.mark.parametrize("value", [["c", "a", "b"], ("C", "A", "B"), "cab"])
def test_an_order_is_right_as_list_tuple_or_text(value):
    assert judge(ORDER, value, ["c", "a", "b"], {"backwards": ["b", "a", "c"]}).is_right


def test_an_order_says_from_where_it_is_off():
    def said(answer):
        return judge(ORDER, list(answer), list("cabd"), {"backwards": list("dbac")}).text

    assert said("acbd") == "Place 1 is not right yet: what has to come before everything else?"
    assert said("cbad") == "Place 1 is right; look at place 2."
    assert said("cadb") == "The first 2 of 4 are in place; look at place 3."


@pytest.mark.parametrize("value", [["c", "a"], ["c", "a", "a"], ["c", "a", "x"], 7])
def test_an_order_must_use_each_label_once(value):
    assert judge(ORDER, value, ["c", "a", "b"], {"backwards": ["b", "a", "c"]}).status == "uncheckable"


def test_a_short_text_is_asked_for_more():
    finding = judge(ask("written"), "too short", ..., {})
    assert finding.status == "uncheckable"
    assert "2 words so far" in finding.text
    assert "1 word so far" in judge(ask("written"), "short", ..., {}).text


def test_words_are_counted_in_both_languages():
    assert word_count("Users don't return on day 7.") == 6
    assert word_count("留存下降了") == 2


@pytest.mark.parametrize(
    ("mistakes", "other"),
    [({"percent": 0.4005}, "the answer"), ({"percent": 40.0, "blended": 40.0005}, "the wrong 'percent'")],
)
def test_a_wrong_that_cannot_be_told_apart_is_refused(mistakes, other):
    with pytest.raises(ValueError, match=f"q1: the wrong .* the same as {other}"):
        require_distinct(NUMBER, 0.4, mistakes)


def test_mistakes_that_differ_are_accepted():
    require_distinct(NUMBER, 0.4, MISTAKES)


@given(st.floats(-1e6, 1e6), st.floats(0.001, 100))
def test_every_number_is_right_against_itself_and_never_against_one_beyond_tolerance(value, tolerance):
    question = ask("number", f"{tolerance:.6f}")
    assert judge(question, value, value, {}).is_right
    assert not judge(question, value + 1.01 * tolerance + 1e-3, value, {}).is_right


@pytest.mark.parametrize("status", MARKS)
def test_findings_show_the_same_words_as_text_and_html(status):
    finding = Finding(status, "2 < 3 in `code`")
    assert repr(finding).endswith("2 < 3 in `code`")
    assert "2 &lt; 3 in <code>code</code>" in finding._repr_html_()
