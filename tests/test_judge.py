"""Answers are judged by value: right by any road, known mistakes by name, others by their difference."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.exercises.judge import MARKS, Finding, judge, require_distinct, word_count
from opslab.exercises.questions import Question, Wrong


def ask(kind: str, tolerance: str = "0", names: tuple[str, ...] = ()) -> Question:
    wrongs = tuple(Wrong(name, f"You made the mistake {name}.", "") for name in names)
    return Question("q1", kind, tolerance, wrongs=wrongs)


NUMBER = ask("number", "0.001", ("percent", "blended"))
MISTAKES = {"percent": 40.0, "blended": 0.25}
HUGE = 10**400  # more than a float can hold
ODD = [
    HUGE, -HUGE, 1j, {}, [], (), set(), object, "", b"a", range(3), {None: 1}, pd.NA, pd.NaT,
    [[1, 2], [3]], ["a", ["b"], "c"], [[..., 1], 2, 3], [0.2, HUGE, 0.3],
    {"ads": [1, 2], "seo": 1, "social": 1}, {"ads": pd.NA, "seo": 1, "social": 1}, np.array([]),
    {"ads": HUGE, "seo": 1, "social": 1}, np.zeros((2, 2)), pd.Series([...]),
    pd.Series(dtype=float), pd.DataFrame(),
    [None, None, None],
    pd.DataFrame({"a": [HUGE], "b": [2]}), pd.Series([1, 2, 3], index=["ads", "ads", "seo"]),
]  # fmt: skip
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
    ],
)
def test_an_unknown_number_is_described(value, words):
    finding = judge(ask("number", "0.001"), value, 0.4, {})
    assert finding.status == "different"
    assert words in finding.text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1050, "Too high, but close"), (951, "Too low, but close"), (1060, "Too high."), (900, "Too low.")],
)
def test_close_is_within_5_per_cent_of_the_answer(value, text):
    assert judge(ask("number", "1"), value, 1000, {}).text.startswith(text)


def test_a_relative_tolerance_is_a_share_of_the_answer_and_not_of_what_was_received():
    assert not judge(ask("number", "1%"), 1010.05, 1000, {}).is_right


def test_what_was_received_is_shown_and_cut_where_it_is_long():
    said = judge(ask("number"), "x" * 100, 1, {}).text
    assert f"received 'x{'x' * 55}…, expected" in said
    assert f"received '{'x' * 58}', expected" in judge(ask("number"), "x" * 58, 1, {}).text
    assert "a DataFrame of shape (1, 2)" in judge(ask("number"), pd.DataFrame([[1, 2]]), 1, {}).text


@pytest.mark.parametrize("value", ["about", True, pd.DataFrame({"a": [1, 2]}), float("nan"), float("inf")])
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
    assert (finding.mistake, finding.text) == (
        "one-off",
        "Not yet. 2 of 3 right. Only ads is off: it is too high.",
    )


@pytest.mark.parametrize(
    ("value", "status"), [(0.2009, "right"), (0.1991, "right"), (0.2011, "mistake"), (0.1989, "mistake")]
)
def test_each_value_of_a_table_is_right_within_tolerance(value, status):
    assert judge(TABLE, SHARES.to_dict() | {"ads": value}, SHARES, {"sums": SHARES * 2}).status == status


def test_a_table_of_several_columns_or_levels_is_labelled_by_both():
    truth = pd.DataFrame({"n": [1, 2], "m": [3, 4]}, index=["ads", "seo"])
    assert judge(ask("table"), truth[["m", "n"]][::-1], truth, {}).is_right
    off = truth.copy()
    off.loc["seo", "n"] = 9
    for told, right in ((off, truth), (off.stack(), truth.stack())):
        assert judge(ask("table"), told, right, {}).text.endswith("Only seo, n is off: it is too high.")
    assert judge(ask("table"), [1, 5], [1, 2], {}).text == "1 of 2 right; place 2 is too high."


def test_what_is_no_table_says_what_is_expected():
    asked = "ads, seo, social"
    assert judge(TABLE, 7, SHARES, {}).text.startswith(
        f"This cannot be checked: received 7, expected a table with 3 values ({asked})."
    )
    assert judge(TABLE, [1, 2], SHARES, {}).text == (
        f"This cannot be checked: received 2 values, expected 3 ({asked})."
    )
    assert judge(TABLE, {"ads": 1}, SHARES, {}).text == (
        f"This cannot be checked: nothing stands under seo, social. Expected 3 values: {asked}."
    )
    long = dict.fromkeys("abcdefg", 1)
    assert "(a, b, c, d, e, f and 1 more)" in judge(ask("table"), 7, long, {}).text


def test_what_is_no_number_is_told_the_unit_that_is_asked_for():
    question = Question("q1", "number", unit="yuan")
    assert judge(question, "x", 1, {}).text == (
        "This cannot be checked: received 'x', expected one number in yuan. Write the number without words."
    )
    assert "expected one number. " in judge(ask("number"), "x", 1, {}).text


@pytest.mark.parametrize(
    ("kind", "expected", "mistakes"),
    [
        ("number", 0.4, MISTAKES),
        ("table", SHARES, {"sums": SHARES * 2}),
        ("table", [0.2, 0.5, 0.3], {}),
        ("choice", "b", {"guess": "a"}),
        ("ordering", ["c", "a", "b"], {"backwards": ["b", "a", "c"]}),
        ("written", ..., {}),
    ],
)
@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_whatever_is_received_is_answered_and_is_not_right(kind, expected, mistakes, value):
    finding = judge(ask(kind, names=tuple(mistakes)), value, expected, mistakes)
    assert finding.status in ("unanswered", "uncheckable", "different")
    assert finding.text


def test_a_text_is_judged_by_its_words():
    question = Question("q1", "written", least_words=3)
    assert judge(question, "three words here", ..., {}).status == "written"
    assert judge(question, "two words", ..., {}).text.startswith("2 words so far; write at least 3 ")
    assert judge(question, 7, ..., {}).text == (
        "This cannot be checked: received 7, expected a text between quotation marks."
    )


def test_a_table_with_several_values_off_names_the_first_and_counts_the_rest():
    finding = judge(TABLE, {"ads": 0.1, "seo": 0.4, "social": 0.3}, SHARES, {"sums": SHARES * 2})
    assert finding.text == "1 of 3 right; ads is too low; 1 more to mend."
    weeks = judge(ask("table"), {6: 1, 39: 2}, {6: 3, 39: 2}, {})
    assert weeks.text == "1 of 2 right; the value of 6 is too low."


@pytest.mark.parametrize(("received", "shown"), [("b", "'b'"), (7, "7")])
def test_a_text_in_a_table_that_is_off_is_shown(received, shown):
    finding = judge(ask("table"), {"n": 1, "note": received}, {"n": 1, "note": "a"}, {})
    assert finding.text == f"1 of 2 right; note is {shown}, which is not it."


@pytest.mark.parametrize("received", ["long tale", "tail", "long"])
def test_a_word_that_is_none_of_those_asked_for_is_told_from_a_wrong_one(received):
    truth, mistakes = {"n": 1, "note": "long tail"}, {"short": {"n": 1, "note": "short head"}}
    told = judge(ask("table"), {"n": 1, "note": received}, truth, mistakes).text
    assert f"note is '{received}', which is none of the words asked for (did you mean 'long tail'?)" in told
    assert "words asked for" not in judge(ask("table"), {"n": 2, "note": "short head"}, truth, mistakes).text
    vague = judge(ask("table"), {"n": 1, "note": "x"}, {"n": 1, "note": "vague answer"}, {}).text
    assert "did you mean" not in vague
    short = judge(ask("table"), {"n": 1, "note": "vague"}, {"n": 1, "note": "vague answer"}, {}).text
    assert short.endswith("(did you mean 'vague answer'?).")
    two = {1: "no answer", 2: "vague answer"}
    assert "did you mean" not in judge(ask("table"), two | {1: "unclear answer"}, two, {}).text


def test_a_text_where_a_number_belongs_is_shown():
    assert "n is 'many'" in judge(ask("table"), {"n": "many", "m": 2}, {"n": 1, "m": 2}, {}).text


def test_a_table_with_a_missing_row_names_it():
    finding = judge(TABLE, {"ads": 0.2, "seo": 0.6}, SHARES, {"sums": SHARES * 2})
    assert finding.status == "uncheckable"
    assert "nothing stands under social." in finding.text


def test_a_column_beyond_the_question_does_no_harm():
    truth = pd.DataFrame({"n": [1, 2], "m": [3, 4]}, index=["ads", "seo"])
    assert judge(ask("table"), truth.assign(more=7), truth, {}).is_right


def test_a_tables_labels_may_differ_in_case_and_its_cells_may_be_series_of_one():
    answer = {"ADS": pd.Series([0.2]), "Seo": 0.5, "social": 0.3}
    assert judge(TABLE, answer, SHARES, {"sums": SHARES * 2}).is_right


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


@pytest.mark.parametrize(
    ("kind", "expected", "value"),
    [
        ("number", 0.4, pl.Series([0.4])),
        ("number", 0.4, pl.DataFrame({"share": [0.4]}).lazy()),
        ("number", 0.4, pa.table({"share": [0.4]})),
        ("number", 0.4, Decimal("0.4")),
        ("number", 0.4, "４０％"),
        ("table", SHARES, pl.DataFrame({"channel": [*SHARES.index], "share": SHARES.to_list()})),
        ("table", SHARES, {name: Decimal(str(share)) for name, share in SHARES.items()}),
        ("table", {9: 1.5, 7: 2.5}, pd.DataFrame({"week": [7, 9], "share": [2.5, 1.5]})),
        ("choice", "b", "Ｂ"),
        ("choice", "b", pl.Series(["b"])),
        ("ordering", ["c", "a", "b"], pl.Series(["c", "a", "b"])),
        ("ordering", ["c", "a", "b"], "ｃ、ａ、ｂ"),
        ("ordering", ["c", "a", "b"], ["c, a, b"]),
    ],
)
def test_an_answer_may_come_from_another_library_a_database_or_a_chinese_keyboard(kind, expected, value):
    assert judge(ask(kind), value, expected, {}).is_right


CHOICE = ask("choice", names=("guess", "rumour"))
OPTIONS = {"guess": "a", "rumour": "c"}


def test_a_choice_ignores_case_and_space():
    assert judge(CHOICE, " B ", "b", OPTIONS).is_right


def test_each_distractor_earns_its_reason():
    assert judge(CHOICE, "c", "b", OPTIONS).mistake == "rumour"


@pytest.mark.parametrize("value", ["d", 2, ["b", "c"]])
def test_what_is_no_option_lists_the_options(value):
    finding = judge(CHOICE, value, "b", OPTIONS)
    assert finding.status == "uncheckable"
    assert f"received {value!r}, expected one of a, b, c." in finding.text


ORDER = ask("ordering", names=("backwards",))


@pytest.mark.parametrize("value", [["c", "a", "b"], ("C", "A", "B"), "cab"])
def test_an_order_is_right_as_list_tuple_or_text(value):
    assert judge(ORDER, value, ["c", "a", "b"], {"backwards": ["b", "a", "c"]}).is_right


def test_an_order_says_from_where_it_is_off():
    def said(answer):
        return judge(ORDER, list(answer), list("cabde"), {"backwards": list("edbac")}).text

    assert said("cbaed") == "Place 1 is right; look at place 2."
    assert said("bcaed") == "Place 1 is not right yet: what has to come before everything else?"


@pytest.mark.parametrize("value", [["c", "a"], ["c", "a", "a"], ["c", "a", "x"], 7])
def test_an_order_must_use_each_label_once(value):
    assert judge(ORDER, value, ["c", "a", "b"], {"backwards": ["b", "a", "c"]}).text.startswith(
        f"This cannot be checked: received {value!r}, expected each of a, b, c once, in your order."
    )


def test_a_short_text_is_asked_for_more():
    finding = judge(ask("written"), "too short", ..., {})
    assert finding.status == "uncheckable"
    assert "2 words so far" in finding.text
    assert "1 word so far" in judge(ask("written"), "short", ..., {}).text


def test_words_are_counted_in_both_languages():
    assert word_count("Users don't return on day 7.") == 6
    assert word_count("留存下降了") == 3
    assert word_count("第14周起 one push a week") == 7
    short = judge(ask("written"), "留存下降了", ..., {}).text
    assert "3 words so far" in short
    assert "Chinese" in short


@pytest.mark.parametrize(
    ("mistakes", "other"),
    [
        ({"percent": 0.4005}, "the answer"),
        ({"percent": 0.4019}, "the answer"),
        ({"percent": 40.0, "blended": 40.0005}, "the wrong 'percent'"),
        ({"percent": 40.0, "blended": 39.9981}, "the wrong 'percent'"),
    ],
)
def test_a_wrong_that_cannot_be_told_apart_is_refused(mistakes, other):
    name, value = list(mistakes.items())[-1]
    with pytest.raises(ValueError, match=f"q1: the wrong '{name}' gives {value}, the same as {other}"):
        require_distinct(NUMBER, 0.4, mistakes)


def test_numbers_that_numpy_made_are_told_as_numbers():
    with pytest.raises(ValueError, match=r"'percent' gives 0\.4005, the same"):
        require_distinct(NUMBER, 0.4, {"percent": np.float64(0.4005)})
    told = judge(NUMBER, {"ads": np.float64(0.5), "seo": np.int64(3)}, 0.4, {}).text
    assert "received {'ads': 0.5, 'seo': 3}, expected one number" in told


def test_a_wrong_that_cannot_be_checked_is_named_with_what_it_gave():
    with pytest.raises(ValueError, match="received 'none', expected one number"):
        require_distinct(NUMBER, 0.4, {"percent": "none"})
    with pytest.raises(ValueError, match="received 'none', expected one number"):
        require_distinct(NUMBER, "none", {})


def test_mistakes_that_differ_are_accepted():
    require_distinct(NUMBER, 0.4, MISTAKES)
    require_distinct(NUMBER, 0.4, {"percent": 0.4021, "blended": 0.3979})


def test_what_several_mistakes_say_is_said_once():
    wrongs = [Wrong("cap", "You kept a cap.", ""), Wrong("limit", "You kept a cap.", "")]
    question = Question("q1", "number", "0.001", wrongs=(*wrongs, Wrong("sum", "You added up.", "")))
    told = judge(question, 4.0, 4.0, dict.fromkeys(("cap", "limit", "sum"), 4.0)).text
    assert told == (
        "Right. In your world a known mistake gives the same number. Make sure that it is not yours: "
        "You kept a cap. Or: You added up."
    )


def test_a_wrong_that_is_sometimes_the_same_is_right_with_a_word():
    capped = Wrong("capped", "You kept within the cap.", "", sometimes_same=True)
    question = Question("q1", "number", "0.001", wrongs=(Wrong("cap", "That is the cap.", ""), capped))
    same, other = {"cap": 9.0, "capped": 4.0}, {"cap": 9.0, "capped": 9.0}
    require_distinct(question, 4.0, same)
    require_distinct(question, 4.0, other)
    finding = judge(question, 4.0, 4.0, same)
    assert finding.is_right
    assert "same number" in finding.text
    assert capped.message in finding.text
    assert judge(question, 2.5, 4.0, same).status == "different"
    with pytest.raises(ValueError, match=r"'capped' gives 4\.0005"):
        require_distinct(question, 4.0, same | {"capped": 4.0005})


@given(st.floats(-1e6, 1e6), st.floats(0.001, 100))
def test_every_number_is_right_against_itself_and_never_against_one_beyond_tolerance(value, tolerance):
    question = ask("number", f"{tolerance:.6f}")
    assert judge(question, value, value, {}).is_right
    assert not judge(question, value + 1.01 * tolerance + 1e-3, value, {}).is_right


@pytest.mark.parametrize("status", MARKS)
def test_findings_show_the_same_words_as_text_and_html(status):
    finding = Finding(status, "2 < 3 in `code`")
    assert repr(finding) == f"{MARKS[status][0]} 2 < 3 in `code`"
    assert f"{MARKS[status][0]} 2 &lt; 3 in <code>code</code>" in finding._repr_html_()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The *next* user, **or** none.", "The <em>next</em> user, <strong>or</strong> none."),
        ("2*3*4 and 2 * 3 * 4, or 2 ** 3", "2*3*4 and 2 * 3 * 4, or 2 ** 3"),
        (
            "`e ** x - 1`, then `**group` and `a*b`",
            "<code>e ** x - 1</code>, then <code>**group</code> and <code>a*b</code>",
        ),
        ("*unfinished, and *<b>*", "*unfinished, and <em>&lt;b&gt;</em>"),
    ],
)
def test_what_an_author_stresses_is_shown_so_and_code_stays_code(text, shown):
    assert shown in Finding("mistake", text)._repr_html_()
