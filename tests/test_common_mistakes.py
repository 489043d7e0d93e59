"""Everybody's mistakes are named for every question, where they can be true, and never taken for right."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.exercises.common_mistakes import ROUNDED_EARLY, SLIPS
from opslab.exercises.comparisons import as_number
from opslab.exercises.judge import judge, require_distinct
from opslab.exercises.questions import Question, Wrong


def asked(kind: str = "number", tolerance: str = "0.001", unit: str = "", *wrongs: str) -> Question:
    named = tuple(Wrong(name, f"You made the mistake {name}.", "") for name in wrongs)
    return Question("q1", kind, tolerance, unit, wrongs=named)


SHARE = asked(unit="share of 1")
YUAN = asked(tolerance="0.01", unit="yuan")
PERCENT = asked(tolerance="0.1", unit="per cent")
COUNT = asked(tolerance="0", unit="users")


NUMBER_SLIPS = [
    (SHARE, 0.2374, 23.74, "percent-for-share"),
    (SHARE, 0.2374, 23.7, "percent-for-share"),
    (PERCENT, 23.74, 0.2374, "share-for-percent"),
    (SHARE, 0.2374, 0.7626, "the-rest"),
    (PERCENT, 23.74, 76.26, "the-rest"),
    (SHARE, 0.2374, 0.2374 / 0.7626, "odds"),
    (SHARE, 0.8, 4.0, "odds"),
    (PERCENT, 23.74, 31.13, "odds"),
    (SHARE, -0.2374, 0.2374, "turned-sign"),
    (YUAN, 31.4159, 1 / 31.4159, "turned-division"),
    (SHARE, 0.2374, 1 / 0.2374, "turned-division"),
    (SHARE, 0.2374, 0.24, "rounded-early"),
    (SHARE, 0.2374, 0.23, "rounded-early"),
    (YUAN, 1586.4, 1590, "rounded-early"),
    (YUAN, 7.3812, 7, "rounded-early"),
    (YUAN, 1100.11, 1100, "rounded-early"),
    (COUNT, 412, 398.5, "not-whole"),
    (COUNT, 412, 430.5, "not-whole"),
    (YUAN, 31.4159, 31.4159 * 7, "span-of-time"),
    (YUAN, 31.4159, 31.4159 / 12, "span-of-time"),
    (SHARE, 0.2374, 0.2374 / 52, "span-of-time"),
    (YUAN, 31.4159, 942.5, "span-of-time"),
    (YUAN, 300 / 26, 600, "span-of-time"),
    (YUAN, 31.4159, 3141.59, "decimal-point"),
    (YUAN, 31.4159, 3.14159, "decimal-point"),
    (YUAN, 31.4159, 0.314159, "decimal-point"),  # no percentage is asked for
    (COUNT, 412, 413, "one-apart"),
    (COUNT, 412, 411, "one-apart"),
    (COUNT, 412, 824, "factor-two"),
    (YUAN, 31.4159, 15.708, "factor-two"),
    (SHARE, 0.2374, 0, "nothing-there"),
    (YUAN, -31.4159, 0.0, "nothing-there"),
    (SHARE, 0.2374, 1.31, "no-share"),
    (SHARE, 0.2374, -0.31, "no-share"),
    (YUAN, 1000, 10, "power-of-ten"),
    (YUAN, 3, 0.3, "power-of-ten"),
    (YUAN, 3, 30, "power-of-ten"),
    (SHARE, 0.3, 30, "percent-for-share"),
]


@pytest.mark.parametrize(("question", "truth", "received", "slip"), NUMBER_SLIPS)
def test_a_slip_in_a_number_is_named(question, truth, received, slip):
    finding = judge(question, received, truth, {})
    assert (finding.status, finding.mistake) == ("mistake", slip), finding.text
    assert finding.text.startswith("Not yet. ")


NO_SLIPS = [
    (YUAN, 31.4159, 1 - 31.4159),  # no share is asked for
    (YUAN, 0.2374, 0.7626),
    (SHARE, 0.2374, 0.31),
    (YUAN, 0.2374, 0.2374 / 0.7626),
    (SHARE, 0.2374, 0.8),
    (SHARE, 0.2374, 1),  # a share may be the whole
    (YUAN, 0.2374, 1.31),
    (SHARE, 1.2, 1.31),  # a growth by more than the whole
    (SHARE, -0.2, -0.31),
    (COUNT, 3, 6),  # one digit is twice many numbers
    (YUAN, 47.619, 50),  # one digit is many numbers
    (SHARE, 0.62, 1),  # a whole number far off is no rounding
    (YUAN, 31.4159, 31.4159 * 8),
    (YUAN, 31.4159, 31.4159 * 7.1),
    (COUNT, 412, 415),
    (YUAN, 412.0, 398.5),  # 412 yuan are whole by accident
    (asked(tolerance="1", unit="people"), 412, 398.5),  # a size that is rounded up, perhaps
    (YUAN, 11.53, 600),  # one digit is near 52 times of some
    (COUNT, 2.5, 3.5),  # nothing is counted
    (asked(tolerance="5%", unit="yuan"), 31.4159, 31.4159 * 7.14),  # near seven times is not seven times
]


def test_a_count_that_is_off_beside_right_values_is_not_called_rounded():
    truth = {"days": 11, "then": 4258.714, "later": 4107.333}
    assert judge(asked("table", "0.1"), truth | {"days": 10}, truth, {}).mistake == "one-off"


def test_a_share_and_its_interval_that_are_moved_alike_are_not_called_off_by_a_factor():
    """Numbers so close to one another do not tell a factor from a shift: of days one too many, say."""
    truth = {"share": 0.25, "low": 0.239, "high": 0.2614}
    finding = judge(
        asked("table", "0.0005"), {name: value + 0.007 for name, value in truth.items()}, truth, {}
    )
    assert (finding.status, finding.mistake) == ("different", ""), finding.text


def test_what_is_right_in_a_table_is_not_called_off_by_the_factor_of_the_others():
    truth = {"days": 9, "now": 3152.36, "then": 3018.64, "later": 3301.7}
    received = {name: value if value == 9 else 0.9996 * value for name, value in truth.items()}
    assert "factor" not in judge(TABLE, received, truth, {}).text


@pytest.mark.parametrize(("question", "truth", "received"), NO_SLIPS)
def test_what_is_no_slip_is_not_called_one(question, truth, received):
    finding = judge(question, received, truth, {})
    assert (finding.status, finding.mistake) == ("different", ""), finding.text


TWO = asked("number", "0.01", "yuan", "mean", "median")
TOLD = asked("number", "0.01", "yuan", "rounded")
NAMED = asked("table", "0.0001", "", "none-lost")
LOST = {"none-lost": {"a": 0.23784, "b": 0.46123}}
KEPT = {"a": 0.6, "b": 0.3}
ROUNDINGS = [
    (TWO, 31.4159, {"mean": 27.383, "median": 29.1}, 27.4, "mean", "mistake mean."),
    (TWO, 31.4159, {"mean": 27.383, "median": 27.421}, 27.4, "mean", "Or: You made the mistake median."),
    (TWO, 31.4159, {"mean": 31.383, "median": 29.1}, 31.4, ROUNDED_EARLY, "only. Known mistakes are rounded"),
    (TWO, 31.4159, {"mean": 31.4, "median": 31.383}, 31.4, "mean", "Or: That is the answer, rounded or"),
    (TOLD, 31.4159, {"rounded": 31}, 31, "rounded", "mistake rounded. Other slips may"),
    (TOLD, 31.4159, {"rounded": 29.1}, 31, ROUNDED_EARLY, "rounded or cut to a whole number."),
    (TWO, 8.2, {"mean": 8, "median": 29.1}, 8, "mean", "mistake mean. Other slips may"),  # of one digit
    (TWO, 31.4159, {"mean": 27.4, "median": 27.383}, 27.395, "mean", " slips may end there"),  # much like it
    (TWO, 31.4159, {"mean": 31.4159, "median": 27.383}, 27.395, "median", " slips may end there"),
    (TWO, 31.4159, {"mean": np.inf, "median": 27.383}, 27.395, "median", " slips may end there"),
    (TWO, 31.4159, {"mean": 27.383, "median": 29.1}, 27.4049, "", "Too low."),
    (TWO, 31.4159, {"mean": 2.383, "median": 0}, 2.4049, "", "Too low."),
    (TWO, 31.4159, {"mean": 27.383, "median": 29.1}, 27, "", "Too low."),  # two digits are many numbers
    (TWO, 31.4159, {"mean": 8, "median": 8}, 7.999999999999999, "mean", " slips may end there"),
    (TWO, 31.4159, {"mean": 27.383, "median": 29.1}, 27.3835, "mean", " slips may end there"),  # near it
    (TWO, 31.4159, {"mean": 2000, "median": 29.1}, 2000, "mean", " slips may end there"),
    (TWO, 31.4159, {"mean": 27.383, "median": 29.1}, 27.5, "", "Too low."),
    (NAMED, KEPT, LOST, {"a": 0.237811, "b": 0.461192}, "none-lost", " slips may end there"),  # near, in all
    (NAMED, KEPT, {"none-lost": KEPT | {"b": 7}}, KEPT | {"b": 7}, "none-lost", " slips may end there"),
    (NAMED, KEPT, {"none-lost": KEPT | {"b": 7}}, {"a": 3.1, "b": 7}, "none-lost", "slips may end there"),
    (NAMED, KEPT, LOST, {"a": 0.238, "b": 0.461}, "none-lost", "mistake none-lost."),
    (NAMED, KEPT, LOST, {"a": 0.238, "b": 0.463}, "", "0 of 2 right"),
    (NAMED, KEPT, LOST, {"a": 0.24, "b": 0.46}, "", "0 of 2 right"),
    (NAMED, KEPT | {"a": "x"}, {"none-lost": {"a": "y", "b": 0.4612}}, {"a": "y", "b": 0.461}, "", "0 of 2"),
    (
        NAMED,
        KEPT | {"a": np.inf},
        {"none-lost": {"a": np.inf, "b": 0.4612}},
        {"a": np.inf, "b": 0.46},
        "",
        "",
    ),
]


@pytest.mark.parametrize(("question", "truth", "mistakes", "received", "name", "end"), ROUNDINGS)
def test_what_is_rounded_to_the_number_of_a_mistake_is_told_all_that_it_may_be(
    question, truth, mistakes, received, name, end
):
    finding = judge(question, received, truth, mistakes)
    assert finding.mistake == name, finding.text
    assert end in finding.text


def test_a_number_of_many_digits_is_its_mistakes_alone():
    mistakes = {"mean": 27.4, "median": 29.1}
    for exact in (27.4, 27.400000000000002):
        assert judge(TWO, exact, 31.4159, mistakes).text == "Not yet. You made the mistake mean."
    cell = pd.Series({"a": 0.6, "b": 0.2345})
    assert judge(NAMED, cell, KEPT, {"none-lost": cell}).text == "Not yet. You made the mistake none-lost."
    coded = replace(TWO, measure="code")  # the number is a code that the student never sees
    assert judge(coded, 8, 31.4159, {"mean": 8, "median": 9}).text == "Not yet. You made the mistake mean."
    assert judge(coded, 27.395, 31.4159, {"mean": 27.383, "median": 9}).text == "Too low."
    table = judge(NAMED, {"a": 8, "b": 8}, KEPT, {"none-lost": {"a": 8, "b": 8}}).text
    assert table == "Not yet. You made the mistake none-lost."


def test_a_table_that_holds_a_mistake_of_the_authors_and_more_is_told_both():
    wrongs = asked("table", "0.001", "", "blended")
    mistakes = {"blended": changed(ads=0.3, seo=0.2)}
    finding = judge(wrongs, changed(ads=0.3, seo=0.2, social=0.7), GROUPS, mistakes)
    assert finding.mistake == "blended"
    more = "And 1 more to mend: social. If you made one slip only, it may be another one."
    assert finding.text == f"Not yet. You made the mistake blended. {more}"
    assert judge(wrongs, changed(ads=0.3, seo=0.25, social=0.7), GROUPS, mistakes).mistake == ""


WHOLE_SLIPS = [(-1, "turned-sign"), (100, "decimal-point"), (7, "span-of-time")]


@pytest.mark.parametrize(("factor", "slip"), WHOLE_SLIPS)
def test_what_explains_every_value_comes_before_a_mistake_that_explains_a_part(factor, slip):
    truth = {"ads": 31.4, "seo": -2.7, "social": 8.3}
    received = {name: factor * value for name, value in truth.items()}
    mistakes = {"one-group": truth | {"seo": received["seo"]}}
    assert judge(asked("table", "0.001", "", "one-group"), received, truth, mistakes).mistake == slip


def test_close_is_said_without_a_guess_at_the_reason():
    assert judge(YUAN, 32.03, 31.4159, {}).text == "Too high, but close: within 5 % of the answer."


GROUPS = {"ads": 0.2143, "seo": 0.1021, "social": 0.5515, "content": 0.1321}
TABLE = asked("table")
CASES = {"launch": "E", "orders": "B", "charity": "D", "branches": "A"}
KINDS = {"launch": "social", "orders": "topic", "charity": "topic", "branches": "media"}
SPLIT = pd.Series(0.2, pd.MultiIndex.from_product([GROUPS, ["before", "after"]]))
FRAME = pd.DataFrame({"n": [12.0, 31, 54], "m": [3.5, 4.5, 5.5]}, index=["ads", "seo", "social"])


def changed(**values: float) -> dict[str, float]:
    return GROUPS | values


TABLE_SLIPS = [
    (GROUPS, {name: 100 * value for name, value in GROUPS.items()}, "percent-for-share"),
    (GROUPS, {name: round(100 * value, 1) for name, value in GROUPS.items()}, "percent-for-share"),
    (GROUPS, {name: 1 - value for name, value in GROUPS.items()}, "the-rest"),
    (GROUPS, {name: round(value, 1) for name, value in GROUPS.items()}, "rounded-early"),
    ({"a": 0.0, "b": 458.25, "c": 652.25}, {"a": 0.0, "b": 460.0, "c": 650.0}, "rounded-early"),
    ({"a": 0.2374, "b": 12.827, "c": 31.4}, {"a": 0.24, "b": 12.8, "c": 31.4}, "rounded-early"),
    ({"days": 9, "now": 3152.36, "then": 3018.64}, {"days": 9, "now": 3150, "then": 3020}, "rounded-early"),
    (GROUPS, {name: 10_000 * value for name, value in GROUPS.items()}, "amounts"),
    (GROUPS, changed(ads=0.1021, seo=0.2143), "swapped-names"),
    (GROUPS, dict(zip(GROUPS, sorted(GROUPS.values()), strict=True)), "swapped-names"),
    (GROUPS, dict(zip(GROUPS, [0.9, 0.2143, 0.1021, 0.5515], strict=True)), "shifted-names"),
    (GROUPS, dict(zip(GROUPS, np.cumsum([*GROUPS.values()]), strict=True)), "added-up"),
    (dict(zip(GROUPS, np.cumsum([*GROUPS.values()]), strict=True)), GROUPS, "not-added-up"),
    ({"a": 20, "b": 30, "c": 45}, {"a": 20 / 95, "b": 30 / 95, "c": 45 / 95}, "divided"),
    (GROUPS, changed(social=0.4), "one-off"),
    (GROUPS, changed(social=0.4485), "part-off"),
    (GROUPS, changed(social=55.15, seo=10.21), "part-off"),
    ({"write": 0.3582, "answers": 12.827}, {"write": 0.6418, "answers": 12.827}, "part-off"),
    (FRAME, FRAME.assign(m=FRAME.m * 12), "part-off"),
    (GROUPS, dict.fromkeys(GROUPS, 0.25), "all-alike"),
    (GROUPS, dict.fromkeys(GROUPS, 0), "nothing-there"),
    (FRAME, 1.3 * FRAME, "one-factor"),
    (FRAME, 0.7 * FRAME, "one-factor"),
    (FRAME, FRAME.assign(m=FRAME.m * [2, 3, 2.5]), "one-part-off"),
    (CASES, CASES | {"launch": "b", "orders": "E"}, "swapped-words"),
    (CASES, dict(zip(CASES, "BDAE", strict=True)), "swapped-words"),
    (GROUPS, changed(all=1.0), "group-too-many"),
    (GROUPS, {name: GROUPS[name] for name in ("ads", "seo", "social")}, "group-missing"),
    (GROUPS, pd.DataFrame({"users": 7, "rate": GROUPS}), "whole-table"),
    (GROUPS, pd.DataFrame({"users": 7, "spend": 9}, index=list(GROUPS)), "whole-table"),
]


@pytest.mark.parametrize(("truth", "received", "slip"), TABLE_SLIPS)
def test_a_slip_in_a_table_is_named(truth, received, slip):
    finding = judge(TABLE, received, truth, {})
    assert (finding.status, finding.mistake) == ("mistake", slip), finding.text


ORDER = asked("ordering", "0")
EXCHANGED = (
    "Or: The values are right, but they stand under the wrong names."  # what is each other's rest or sign
)
SAID = [
    (TABLE, GROUPS, changed(ads=0.1021, seo=0.2143), "ads and seo are exchanged"),
    (TABLE, GROUPS, dict(zip(GROUPS, sorted(GROUPS.values()), strict=True)), "under the wrong names"),
    (TABLE, {"ads": 0.2, "seo": 0.5}, {"ads": 0.5, "seo": 0.2}, "under the wrong names"),
    (
        TABLE,
        CASES,
        CASES | {"orders": "A", "branches": "B"},
        "All values are right, but orders and branches are",
    ),
    (TABLE, {"ios": 0.3, "seo": 0.7}, {"ios": 0.7, "seo": 0.3}, f"Asked is the other part. {EXCHANGED}"),
    (TABLE, {"ios": -0.0041, "seo": 0.0041}, {"ios": 0.0041, "seo": -0.0041}, f"left out? {EXCHANGED}"),
    (TABLE, CASES, dict(zip(CASES, "BEAD", strict=True)), "under the wrong names"),
    (TABLE, {"launch": "E", "orders": "B"}, {"launch": "B", "orders": "E"}, "under the wrong names"),
    (TABLE, CASES, CASES | {"launch": "B"}, "3 of 4 right; launch is 'B'"),
    (TABLE, KINDS, KINDS | {"launch": "topic", "orders": "social"}, "2 of 4 right; launch is 'topic'"),
    (TABLE, GROUPS, changed(social=0.4), "Only social is off: it is too low"),
    (TABLE, GROUPS, changed(social=0.4485), "3 of 4 right. Under social: That is the rest: 1"),
    (TABLE, GROUPS, changed(social=55.15, seo=10.21), "2 of 4 right. Under seo, social: You gave a per"),
    (TABLE, GROUPS, changed(social=55.15, seo=0.3), "A share cannot be above 1, as social is."),
    (TABLE, GROUPS, changed(social=0.4, seo=0.3), "2 of 4 right; seo is too high"),
    (YUAN, 20.49, 20, "rounded or cut to a whole number"),
    (YUAN, 20.49, 21, "Too high, but close"),
    (YUAN, 3, 30, "10 times too high: does the decimal point stand in its place?"),
    (TABLE, GROUPS, changed(social=1.3), "3 of 4 right. Under social: A share cannot be above 1"),
    (YUAN, 1100.11, 1100, "rounded or cut to a whole number"),
    (YUAN, 1103.11, 1100, "rounded or cut to multiples of 10."),
    (YUAN, 1586.4, 1600, "rounded or cut to multiples of 100."),
    (COUNT, 4534, 4500, "rounded or cut to multiples of 100. Give at least a whole number"),
    (COUNT, 412, 398.5, "Too low. And the answer is a whole number"),
    (COUNT, 412, 430.5, "Too high. And the answer is a whole number"),
    (TABLE, GROUPS, changed(social=0.7), "Only social is off: it is too high"),
    (TABLE, GROUPS, changed(all=1.0), "all is one too many"),
    (TABLE, GROUPS, changed(all=1.0, none=0), "all, none are too many"),
    (
        TABLE,
        GROUPS,
        pd.DataFrame({"users": 7, "rate": GROUPS}),
        "One column of it is asked for: add `['rate']`.",
    ),
    (TABLE, {"m": 4.5, "n": 31.0}, FRAME, "One row of it is asked for: add `.loc['seo']`."),
    (TABLE, {"m": 4.5, "n": 31.0}, FRAME.set_index(pd.Index([13, 14, 15])), "add `.loc[14]`."),
    (TABLE, {"m": 9.0, "n": 40.0}, FRAME, "a table with 3 rows, expected one value for each of m, n. Choose"),
    (TABLE, GROUPS, pd.DataFrame({"users": 7, "rest": 8}, GROUPS), "a table with the columns users, rest"),
    (TABLE, FRAME, FRAME.assign(m=FRAME.m * [2, 3, 2.5]), "3 of 6 right. All that is off belongs to m."),
    (TABLE, FRAME, FRAME.mul([2, 1, 1], axis=0), "4 of 6 right. All that is off belongs to ads."),
    (TABLE, GROUPS, {"ads": 0.3}, "This cannot be checked: nothing stands under seo, social, content."),
    (TABLE, {"ads": 2, "seo": 5}, {"ads": 2.6, "seo": 6.5}, "0 of 2 right"),
    (TABLE, {"ads": 2, "seo": 2}, {"ads": 3, "seo": 3}, "0 of 2 right"),
    (TABLE, {"ads": 2, "seo": -3, "social": 1}, {"ads": 2.6, "seo": -3.9, "social": 1.3}, "0 of 3 right"),
    (TABLE, FRAME, 1.3 * FRAME, "All are too high, by the same factor"),
    (TABLE, FRAME, 0.7 * FRAME, "All are too low, by the same factor"),
    (COUNT, 412, 824, "Too high by a factor of 2."),
    (COUNT, 412, 206, "Too low by a factor of 2."),
    (SHARE, 0.2374, 1.31, "A share cannot be above 1, as the result is."),
    (SHARE, 0.2374, -0.31, "A share cannot be below 0, as the result is."),
    (COUNT, 412, 413, "One too many."),
    (COUNT, 412, 411, "One too few."),
    (SHARE, 0.2174, 0.22, "rounded or cut to 2 decimals. Give at least 3 decimals"),
    (SHARE, 0.2174, 0.2, "Near: one digit may be the answer, rounded, or a guess. Give at least 3 decimals"),
    (YUAN, 7.3812, 7, "Near: one digit may be the answer, rounded, or a guess. Give at least 2 decimals"),
    (TABLE, {"a": 0.2374, "b": 12.82}, {"a": 0.24, "b": 12.8}, "cut to different numbers of decimals"),
    (YUAN, 1586.4, 1590, "rounded or cut to multiples of 10. Give at least 2 decimals"),
    (asked(tolerance="0"), 0.2512345678, 0.25, "Give all decimals"),
    (ORDER, list("ABCDE"), "ABDCE", "neighbours: exchange places 3 and 4."),
    (ORDER, list("ABCDE"), "EBCDA", "exchanged, at places 1 and 5."),
    (ORDER, list("ABCDE"), "BCDAE", "in their order: A belongs somewhere else."),
    (ORDER, list("ABCDE"), "ADBCE", "in their order: D belongs somewhere else."),
]


@pytest.mark.parametrize(("question", "truth", "received", "words"), SAID)
def test_the_words_name_the_place(question, truth, received, words):
    assert words in judge(question, received, truth, {}).text


ODD_TABLES = [
    (pd.Series(GROUPS).rename_axis("channel").reset_index(), "from the column `channel`"),
    (pd.DataFrame([GROUPS]), "exchanged"),
    ({name: f"{value:.4f}" for name, value in GROUPS.items()}, "taken as the numbers"),
    ({name.title(): value for name, value in GROUPS.items()}, ""),
]


@pytest.mark.parametrize(("received", "note"), ODD_TABLES)
def test_another_form_of_a_right_table_is_right_with_a_word(received, note):
    finding = judge(TABLE, received, GROUPS, {})
    assert finding.is_right, finding.text
    assert note in finding.text


@pytest.mark.parametrize("label", ["feed_ads", "Feed ads", "feed-ads", "FEED ADS "])
def test_a_name_counts_in_any_spelling(label):
    assert judge(TABLE, {label: 0.5, "seo": 0.1}, {"feed_ads": 0.5, "seo": 0.1}, {}).is_right


@pytest.mark.parametrize(
    ("text", "number"), [("0.2374", 0.2374), (" 23.74 %", 0.2374), ("1,586.4 yuan", 1586.4), ("−3", -3)]
)
def test_a_number_in_a_text_is_taken_with_a_word(text, number):
    finding = judge(asked(tolerance="0.00001"), text, number, {})
    assert finding.is_right
    assert "You gave a text; it was taken as the number" in finding.text


@pytest.mark.parametrize(
    ("unit", "text", "number"),
    [
        ("months", "6.2 days", None),
        ("yuan", "12 thousand", None),
        ("yuan", "5k", None),
        ("thousand yuan", "12 thousand yuan", 12),
        ("days", "1 day", 1),
        ("yuan", "¥", None),
        ("yuan", "31.5元", 31.5),
        ("per cent", "64 %", 64),
        ("share of 1", "64 %", 0.64),
        ("", "0,237", None),
    ],
)
def test_a_number_in_text_has_the_unit_that_is_asked_for(unit, text, number):
    assert as_number(text, unit) == number


def test_one_too_many_is_no_rounding():
    users = asked(tolerance="0", unit="users")
    assert judge(users, 20, 19, {}).mistake == "one-apart"


@pytest.mark.parametrize("text", ["about 3", "3 to 5", "1,23", "b", "%", "yuan"])
def test_other_texts_are_no_numbers(text):
    assert judge(YUAN, text, 3, {}).status == "uncheckable"


@dataclass
class Estimate:
    value: float
    low: float


@dataclass
class Lists:
    left_out: list
    twice: list


@dataclass
class Scores:
    scores: pd.Series | dict[str, float]
    leader: str = "ads"


class Fit(NamedTuple):
    alpha: float
    beta: float


LIKES = replace(asked("choice", "0", "", "guess"), options={"a": "red as wine", "b": "red as a rose"})
STEPS = replace(asked("ordering", "0"), options={"A": "eat it", "B": "weigh the flour", "C": "bake it"})
FORM_SLIPS = [
    (Estimate(0.2374, 0.2), "whole-result", "its `.value`"),
    (Estimate(0.3, 0.2), "whole-result", "the parts `.low`, `.value`"),
    (Fit(0.7, 0.2374), "whole-result", "its `.beta`"),
    (len, "not-called", "`len(…)`"),
    (pd.Series([0.1, 0.2374, 0.9]), "whole-table", "One value of it is asked for"),
    ({"a": 0.2, "b": 0.0374}, "not-summed", "add them up"),
    ([0.1, 0.3748], "not-averaged", "average them"),
]


@pytest.mark.parametrize(("received", "slip", "words"), FORM_SLIPS)
def test_what_holds_the_answer_is_told_how_to_give_it(received, slip, words):
    finding = judge(SHARE, received, 0.2374, {})
    assert (finding.status, finding.mistake) == ("mistake", slip)
    assert words in finding.text


UNREADABLE = [
    (asked(), pd.Series([1.0, 2.0, 4.0]), 31.4, "several-values", "You gave 3 values"),
    (asked(), "about thirty", 31.4, "in-words", "without words"),
    (asked(), True, 31.4, "yes-or-no", "no yes or no"),
    (asked("table"), 31.4, GROUPS, "one-value", "wants its own"),
    (asked("table"), pd.Index(GROUPS), GROUPS, "names-alone", "You gave the names"),
    (asked("table"), "Social", GROUPS, "names-alone", "You gave one of the names"),
    (asked("table"), "nobody", GROUPS, "", "expected a table with 4 values"),
    (asked("table"), Scores(pd.Series(GROUPS) / 2), GROUPS, "", "expected a table with 4 values"),
    (asked("table"), Scores(pd.Series(GROUPS).iloc[1:]), GROUPS, "", "expected a table with 4 values"),
    (
        asked("table"),
        Lists([3, 8], [5]),
        {"left_out": 2, "twice": 1},
        "several-values",
        "left_out is [3, 8], e",
    ),
    (asked("table"), GROUPS | {"seo": np.nan}, GROUPS, "missing-value", "seo is nan. A missing value"),
    (asked("table"), GROUPS | {"seo": np.inf}, GROUPS, "infinite", "seo is infinite (inf)"),
    (asked(), np.nan, 31.4, "missing-value", "the result is nan. A missing value"),
    (asked(), -np.inf, 31.4, "infinite", "the result is infinite (-inf). Something is divided by 0"),
    (asked("table"), {"rest": 1.0}, GROUPS, "other-names", "nothing stands under"),
    (asked("table"), SPLIT, GROUPS, "split-further", "split once more, by after, before. Expected 4 values"),
    (asked("table"), SPLIT.swaplevel(), GROUPS, "split-further", "by after, before"),
    (asked("table"), SPLIT.iloc[2:], GROUPS, "other-names", "nothing stands under"),
    (asked("table"), [1.0], pd.Series(GROUPS), "another-length", "received 1 values"),
    (
        asked("table"),
        {"ads": [1, 3, 4], "seo": [3]},
        {"ads": 3, "seo": 1},
        "several-values",
        "ads is [1, 3, 4]",
    ),
    (LIKES, ["b", "a"], "b", "several-letters", "one letter"),
    (LIKES, "b or a", "b", "several-letters", "one letter"),
    (LIKES, 1, "b", "place-for-letter", "from 0 or from 1"),
    (LIKES, "the second", "b", "place-for-letter", "the letter that stands before"),
    (LIKES, 0.47, "b", "value-for-letter", "Which option says this?"),
    (LIKES, "green, or perhaps red", "b", "words-for-letter", "its letter alone"),
    (STEPS, [2, 3, 1], list("BCA"), "places-for-letters", "the letters themselves"),
    (STEPS, [["B"], ["C", "A"]], list("BCA"), "in-groups", "without lists inside"),
    (STEPS, ["B", "B", "C"], list("BCA"), "letter-twice", "More than once: B."),
    (STEPS, "BCX", list("BCA"), "no-such-letter", "Not among them: X."),
    (STEPS, "BC", list("BCA"), "letter-missing", "A missing."),
    (STEPS, "bc", list("bca"), "letter-missing", " a missing."),
    (STEPS, {"B": 2, "C": 3, "A": 4}, list("BCA"), "", "each of A, B, C once"),
    (STEPS, {"B": 1, "C": 3, "A": 4}, list("BCA"), "", "each of A, B, C once"),
]


@pytest.mark.parametrize(("question", "received", "expected", "slip", "words"), UNREADABLE)
def test_what_cannot_be_read_is_told_what_it_is(question, received, expected, slip, words):
    finding = judge(question, received, expected, {"guess": "a"} if question.kind == "choice" else {})
    assert (finding.status, finding.mistake) == ("uncheckable", slip), finding.text
    assert finding.text.startswith("This cannot be checked: ")
    assert words in finding.text


OTHER_FORMS = [
    (LIKES, "red as a rose", "b"),
    (LIKES, "Red, as a", "b"),
    (LIKES, {"b"}, "b"),
    (LIKES, "option b", "b"),
    (LIKES, "(Option B)", "b"),
    (LIKES, "The answer is b.", "b"),
    (LIKES, "选项b", "b"),
    (STEPS, ["option B", "option C", "option A"], list("BCA")),
    (SHARE, {"rate": 0.2374}, 0.2374),
    (SHARE, {"rate": "0.2374"}, 0.2374),
    (STEPS, ["weigh", "bake it", "eat it"], list("BCA")),
    (STEPS, {"B": 1, "C": 2, "A": 3}, list("BCA")),
    (STEPS, {0: "B", 1: "C", 2: "A"}, list("BCA")),
]


@pytest.mark.parametrize(("question", "received", "expected"), OTHER_FORMS)
def test_an_option_counts_in_its_own_words_and_an_order_by_its_places(question, received, expected):
    assert judge(question, received, expected, {"guess": "a"} if question.kind == "choice" else {}).is_right


@pytest.mark.parametrize(
    ("question", "received", "expected", "words"),
    [
        (LIKES, "option b", "b", "Right. You gave words; they were taken as `b`."),
        (
            SHARE,
            {"rate": 0.2374},
            0.2374,
            "Right. You gave a value under a name, 'rate'; it was taken alone.",
        ),
        (SHARE, {"rate": 0.23}, 0.2374, "You gave a value under a name, 'rate'; it was taken alone."),
        (SHARE, {"a": "0.2374"}, 0.2374, "it was taken alone. You gave a text; it was taken as the number "),
        (SHARE, {"a": {"b": 0.2374}}, 0.2374, "received {'b': 0.2374}, expected one number"),
    ],
)
def test_what_was_made_of_an_odd_form_is_said(question, received, expected, words):
    assert words in judge(question, received, expected, {"guess": "a"} if question is LIKES else {}).text


@pytest.mark.parametrize(
    "received", ["option z", "option", "red", "r", "as a rose", "red as a rose, or red as wine"]
)
def test_words_that_no_one_option_begins_with_are_no_choice(received):
    assert judge(LIKES, received, "b", {"guess": "a"}).mistake == "words-for-letter"


def test_the_parts_of_a_result_count_as_the_values_of_a_table():
    assert judge(asked("table"), Fit(0.7, 0.2), {"alpha": 0.7, "beta": 0.2}, {}).is_right


def test_a_result_that_holds_the_table_is_told_how_to_give_it():
    finding = judge(asked("table"), Scores(pd.Series(GROUPS)), GROUPS, {})
    assert (finding.status, finding.mistake) == ("mistake", "whole-result")
    assert "its `.scores`" in finding.text


def test_a_table_that_was_not_called_is_told_so():
    assert judge(TABLE, pd.Series(GROUPS).mean, GROUPS, {}).mistake == "not-called"


CHOICE = asked("choice", "0", "", "guess")


@pytest.mark.parametrize("received", ["b and a", "b, a", "b/a", "b or a", ["b", "a"], "ba"])
def test_who_names_two_letters_has_not_chosen(received):
    assert judge(CHOICE, received, "b", {"guess": "a"}).status == "uncheckable"


@pytest.mark.parametrize(
    "received", ["b)", "(b)", "B.", " b ", "b — the option's words", ["b"], np.array(["b"])]
)
def test_a_letter_counts_in_any_form(received):
    assert judge(CHOICE, received, "b", {"guess": "a"}).is_right


ORDER_SLIPS = [
    ("EDCBA", "turned-order"),
    ("A B D C E", "exchanged"),
    (["E", "B", "C", "D", "A"], "exchanged"),
    ("B, C, D, A, E", "misplaced"),
    ("B D A C E", ""),
]


@pytest.mark.parametrize(("received", "slip"), ORDER_SLIPS)
def test_a_slip_in_an_order_is_named(received, slip):
    assert judge(asked("ordering", "0"), received, list("ABCDE"), {}).mistake == slip


def test_the_printed_order_is_named():
    assert judge(asked("ordering", "0"), "ABCDE", list("CEBAD"), {}).mistake == "printed-order"
    assert judge(asked("ordering", "0"), "ABECD", list("CEBAD"), {}).mistake == ""


@pytest.mark.parametrize("received", ["ABC", "A, B, C", "a > b > c", ["a)", "b)", "c)"], ("A", "B", "C")])
def test_an_order_counts_in_any_form(received):
    assert judge(asked("ordering", "0"), received, list("ABC"), {}).is_right


OTHERS = {"q2": 31.4159, "q3": 3, "q4": 212, "q5": GROUPS}
OTHER_ANSWERS = [(31.42, "q2"), (31.4159, "q2"), (212, "q4"), (31.4, ""), (3, ""), (31.5, "")]


@pytest.mark.parametrize(("received", "name"), OTHER_ANSWERS)
def test_the_answer_of_another_question_is_named_where_it_is_no_common_number(received, name):
    finding = judge(YUAN, received, 0.2374, {}, OTHERS)
    assert finding.mistake == ("answer-of-another" if name else "")
    assert name in finding.text


def test_no_order_or_table_is_called_the_answer_of_another_question():
    assert judge(TABLE, changed(ads=31.4159, seo=5), GROUPS, {}, OTHERS).mistake != "answer-of-another"


# No mistake passes as right.

NEAR = asked("number", "0.005", "share of 1", "accuracy")


NEAR_MISTAKES = [
    (0.7880, "right"),
    (0.7884, "right"),
    (0.7859, "mistake"),
    (0.7820, "mistake"),
    (0.7872, "different"),
    (0.7868, "mistake"),
    (0.79, "different"),
]


@pytest.mark.parametrize(("received", "status"), NEAR_MISTAKES)
def test_where_a_mistake_lies_within_the_tolerance_the_nearer_one_counts(received, status):
    finding = judge(NEAR, received, 0.7880, {"accuracy": 0.7859})
    assert finding.status == status, finding.text


def test_where_nothing_tells_them_apart_a_word_says_so():
    finding = judge(NEAR, 0.788, 0.7880, {"accuracy": 0.7880})
    assert finding.is_right
    assert "You made the mistake accuracy." in finding.text


@given(st.floats(0.05, 0.95), st.floats(-0.02, 0.02))
def test_a_mistake_is_never_taken_for_right_without_a_word(truth, gap):
    finding = judge(NEAR, truth + gap, truth, {"accuracy": truth + gap})
    assert not finding.is_right or "You made the mistake accuracy." in finding.text
    right = judge(NEAR, truth, truth, {"accuracy": truth + gap})
    assert right.is_right


HALF = asked("number", "0.005", "share of 1")
LOOK_ALIKES = [
    (HALF, 0.5004, 0.5004, ""),
    (HALF, 0.5004, 0.4996, "the-rest"),
    (HALF, 0.5004, 0.5, "different"),
    (asked("number", "0.5", "per cent"), 50.2, 49.8, "the-rest"),
    (asked("number", "0.5", "yuan"), 50.2, 49.8, ""),
    (YUAN, 0.004, -0.004, "turned-sign"),
    (YUAN, 1.004, 1 / 1.004, "turned-division"),
    (YUAN, 0.0, 0.0, ""),
    (YUAN, 1.0, 1.0, ""),
    (asked("number", "2", "yuan"), 0.8, -0.8, "turned-sign"),
]


@pytest.mark.parametrize(("question", "truth", "received", "found"), LOOK_ALIKES)
def test_everybodys_mistake_is_not_taken_for_right_where_it_lies_within_the_tolerance(
    question, truth, received, found
):
    finding = judge(question, received, truth, {})
    assert ("" if finding.is_right else finding.mistake or finding.status) == found
    assert not found or finding.text != "Right."


def test_where_the_rest_is_the_answer_itself_a_word_says_so():
    assert judge(HALF, 0.5, 0.5, {}).text.startswith("Right. In your world a known mistake gives the same")
    assert judge(asked("number", "0.5", "per cent"), 50, 50, {}).text.endswith(
        "That is the rest: 100 minus the answer. Asked is the other part."
    )
    for question, truth in ((YUAN, 0), (YUAN, 1), (COUNT, 1), (COUNT, 0)):
        assert judge(question, truth, truth, {}).text == "Right."


def test_a_wrong_may_not_bear_the_name_of_a_slip():
    question = asked("number", "0.001", "", "one-off")
    with pytest.raises(
        ValueError, match="'one-off' is the name of a mistake that is known for every question"
    ):
        require_distinct(question, 1, {"one-off": 2})


def test_every_slip_says_what_it_is():
    assert all(slip.about and not slip.about.endswith(".") for slip in SLIPS.values())
