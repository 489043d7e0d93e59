"""When a question comes back and what counts as mastered: a record and a time in, a record out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.exercises.repetition import (
    ENOUGH_TRIES,
    INTERVALS,
    Record,
    answered,
    days_since,
    emptied,
    from_json,
    helped,
    scored,
    to_json,
    tried,
)

START = datetime(2025, 3, 3, 20, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def play(*steps: tuple[float, str], record: Record | None = None) -> Record:
    """Play (day, what): right (a fresh answer), rerun (the old cell), hint, or the name of a mistake."""
    record = record or Record()
    for number, what in steps:
        if what == "hint":
            record = helped(record, day(number), 0, hint=1)
        elif what in ("right", "rerun"):
            record = answered(emptied(record, 0) if what == "right" else record, day(number), right=True)
        else:
            record = answered(record, day(number), right=False, mistake=what)
    return record


def waits(record: Record, number: float) -> int:
    """Return the days until it is due, counted from a day."""
    return (record.due(day(number)) - day(number).date()).days


def test_each_right_answer_waits_longer_than_the_one_before():
    record, number, gaps = Record(), 0, []
    for _ in range(6):
        record = play((number, "right"), record=record)
        gaps.append(waits(record, number))
        number += gaps[-1]
    assert gaps == [1, 3, 7, 16, 35, 35]


def test_a_mistake_moves_a_question_back_to_box_one_even_before_it_is_due():
    record = play((0, "right"), (1, "right"), (4, "right"))
    assert (record.box, waits(record, 4)) == (3, 7)
    record = play((6, "percent"), record=record)
    assert (record.box, waits(record, 6)) == (1, 1)
    assert record.mistakes == {"percent": day(6)}


def test_a_right_answer_before_the_due_day_moves_nothing():
    before = play((0, "right"), (1, "right"))
    after = play((2, "right"), (3, "right"), record=before)
    assert (after.box, after.answered, after.due(day(3))) == (before.box, before.answered, before.due(day(3)))
    assert (after.attempts, after.last) == (4, day(3))


def test_the_mended_answer_right_after_a_mistake_does_not_count_as_a_repetition():
    record = play((0, "percent"), (0, "rerun"))
    assert (record.right, record.box, record.outcome, record.first) == (True, 1, "wrong", None)
    assert play((1, "right"), record=record).box == 2


def test_running_the_old_answer_again_does_not_count():
    record = play((0, "right"), (1, "rerun"), (5, "rerun"))
    assert (record.box, record.answered, record.is_due(day(5))) == (1, day(0), True)
    assert play((5, "right"), record=record).box == 2


def test_an_answer_after_a_mistake_is_a_new_one_without_emptying_it():
    assert play((0, "percent"), (1, "rerun")).box == 2


def test_after_a_hint_a_question_waits_in_the_same_box_once_more():
    record = play((0, "right"), (1, "right"), (4, "hint"), (4, "right"))
    assert (record.box, record.outcome, waits(record, 4)) == (2, "helped", 3)
    assert play((7, "right"), record=record).box == 3


def test_a_hint_before_the_due_day_is_no_help_on_it():
    assert play((0, "right"), (0, "hint"), (1, "right")).outcome == "right"


def test_days_are_the_calendars_where_the_student_is():
    record = play((0, "right"))  # at 20:00
    assert not record.is_due(START.replace(hour=23, minute=59))
    assert record.is_due(datetime(2025, 3, 4, 0, 0, tzinfo=UTC))
    assert record.is_due(datetime(2025, 3, 5, 0, 30, tzinfo=timezone(timedelta(hours=8))))
    china = timezone(timedelta(hours=8))  # there the answer was given at 4 in the morning of the 4th
    assert not record.is_due(datetime(2025, 3, 4, 23, tzinfo=china))
    assert record.due(datetime(2025, 3, 4, 23, tzinfo=china)) == date(2025, 3, 5)
    assert days_since(START, START - timedelta(days=3)) == 0  # a clock that was set back


def test_an_unknown_mistake_has_no_name_to_keep():
    assert play((0, "")).mistakes == {}


def test_times_are_kept_in_utc_and_read_with_their_zone():
    china = datetime(2025, 3, 4, 4, tzinfo=timezone(timedelta(hours=8)))
    stored = to_json(answered(Record(), china, right=False, mistake="sum"))
    assert (stored["last"], stored["mistakes"]) == (START.isoformat(), {"sum": START.isoformat()})
    assert from_json(stored | {"last": "2025-03-04T04:00:00+08:00"}).last == START
    assert from_json(stored | {"last": "2025-03-03T20:00:00"}).last == START  # without a zone: UTC


@pytest.mark.parametrize(
    ("steps", "mastered"),
    [
        ([(0, "right")], False),
        ([(0, "right"), (1, "right"), (4, "right")], False),
        ([(0, "right"), (7, "right")], True),
        ([(0, "right"), (6, "right")], False),
        ([(0, "right"), (7, "rerun")], False),
        ([(0, "right"), (7, "hint"), (7, "right")], False),
        ([(0, "hint"), (0, "right"), (7, "right")], False),
        ([(0, "percent"), (0, "right"), (7, "right")], False),
        ([(0, "percent"), (1, "right"), (8, "right")], True),
        ([(0, "right"), (3, "percent"), (8, "right")], False),
        ([(0, "right"), (7, "right"), (9, "percent")], False),
        ([(0, "right"), (7, "right"), (9, "percent"), (10, "right"), (17, "right")], True),
        ([(0, "right"), (7, "right"), (10, "hint"), (10, "right")], True),
    ],
)
def test_mastered_is_right_twice_without_mistake_or_hint_a_week_apart(steps, mastered):
    assert play(*steps).mastered is mastered


def test_a_written_answer_is_done_with_the_level_given_and_does_not_come_back():
    record = scored(scored(Record(), day(0)), day(0), level=1)
    assert (record.right, record.level, record.attempts, record.mastered) == (True, 1, 2, False)
    assert record.last == day(0)
    assert record.due(day(90)) is None
    assert scored(record, day(1)).level == 1
    assert not scored(Record(), day(0)).right


def test_hints_begin_again_when_a_question_is_emptied_to_be_practised():
    assert emptied(play((0, "hint"), (0, "right")), 0).hints == {}
    assert emptied(play((0, "hint")), 0).hints == {0: 1}  # the first answer is still to come


def test_a_record_of_the_first_version_begins_in_box_one():
    old = {"attempts": 3, "hints": 1, "right": True, "mistakes": ["sum"], "last": "2025-03-03T20:00:00+00:00"}
    record = from_json(old)
    assert (record.attempts, record.hints, record.right, record.mistakes) == (3, {0: 1}, True, {"sum": None})
    assert (record.box, record.answered, record.fresh, record.first) == (1, START, False, None)
    assert (record.outcome, record.last) == ("right", START)
    assert record.due(START) == day(1).date()
    assert from_json(old | {"attempts": 1, "hints": 0, "mistakes": []}).first == START
    assert from_json(old | {"attempts": 3, "hints": 0}).first is None
    wrong = from_json(old | {"right": False})
    assert (wrong.fresh, wrong.outcome, wrong.first) == (True, "wrong", None)
    hinted = {"attempts": 0, "hints": 2, "right": False, "mistakes": [], "last": ""}
    assert from_json(hinted) == replace(Record(), hints={0: 2})
    assert from_json(hinted | {"last": "2025-03-03T20:00:00+00:00"}).answered is None  # only a hint was seen


def test_a_record_of_the_second_version_counted_hints_for_all_worlds_and_knew_no_tries():
    stored = to_json(play((0, "percent"), (0, "hint"))) | {"hints": 1}
    del stored["tries"]
    assert from_json(stored) == play((0, "percent"), (0, "hint"))


def test_hints_and_tries_belong_to_a_world():
    record = tried(tried(helped(Record(), day(0), 5, hint=2), 5, "a"), 0, "a")
    assert (record.hints, record.tries) == ({5: 2}, {5: ("a",), 0: ("a",)})
    assert [record.is_open(world) for world in (0, 5)] == [False, True]
    assert from_json(to_json(record)) == record
    emptied_there = emptied(answered(record, day(0), right=True), 5)
    assert (emptied_there.hints, emptied_there.tries) == ({}, {0: ("a",)})


def test_the_solution_opens_after_three_different_answers_or_a_right_one():
    record = Record()
    for digest, is_open in (("a", False), ("b", False), ("a", False), ("b", False), ("c", True), ("d", True)):
        record = tried(record, 0, digest)
        assert record.is_open(0) is is_open
    assert len(record.tries[0]) == ENOUGH_TRIES
    assert not record.is_open(1)
    right = play((0, "right"))
    assert right.is_open(0)
    assert not emptied(right, 0).is_open(0)  # to be practised anew


def test_a_record_in_the_last_box_is_kept():
    record = play((0, "right"), (1, "right"), (4, "right"), (11, "right"), (27, "right"))
    assert record.box == len(INTERVALS)
    assert from_json(to_json(record)) == record


@pytest.mark.parametrize(
    "damage",
    [
        {"box": len(INTERVALS) + 1},
        {"box": -1},
        {"box": 0},
        {"answered": None},
        {"last": "soon"},
        {"mistakes": 3},
        {"attempts": "x"},
    ],
)
def test_what_is_no_record_is_refused(damage):
    stored = to_json(play((0, "right"))) | damage
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        from_json(stored)


def test_a_box_without_an_answer_is_named():
    with pytest.raises(ValueError, match=r"box 9, answered datetime.*; expected a box from 1 to 5"):
        from_json(to_json(play((0, "right"))) | {"box": 9})


steps = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["right", "rerun", "hint", "percent", "sum"])), max_size=25
)


@given(steps)
def test_laws_of_the_boxes(history):
    record = Record()
    for number, what in sorted(history, key=lambda step: step[0]):
        before, record = record, play((number, what), record=record)
        now = day(number)
        assert 0 <= record.box <= len(INTERVALS)
        assert record.box <= before.box + 1
        assert (record.box == 0) == (record.due(now) is None)
        if record.answered:
            assert record.due(now) > record.answered.date()
        if record.answered != before.answered:
            assert record.due(now) > now.date()
        if what in ("percent", "sum"):
            assert (record.box, record.mastered) == (1, False)
        elif what == "hint":
            assert (record.box, record.answered) == (before.box, before.answered)
        if before.box and not before.is_due(now) and what in ("right", "rerun"):
            assert (record.box, record.mastered) == (before.box, before.mastered)
    assert from_json(to_json(record)) == record


@given(st.permutations(["right", "right", "rerun", "percent", "sum"]), st.integers(0, 40))
def test_at_one_instant_a_mistake_outweighs_right_answers_in_any_order(order, number):
    record = play((0, "right"), (1, "right"), *((number, what) for what in order))
    assert (record.box, record.mastered, waits(record, number)) == (1, False, 1)


@given(st.integers(2, 9))
def test_right_answers_at_one_instant_move_up_once(times):
    assert play(*[(0, "right")] * times).box == 1
