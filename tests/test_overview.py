"""What a student sees of the own progress: one overview for the notebook and the terminal."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from opslab import check
from opslab.authoring.build import Target, convert
from opslab.exercises import answer_key, progress_file
from opslab.exercises.progress_overview import MOST, WIDTH, Item, Overview, overview
from opslab.exercises.repetition import Record, answered, emptied, helped, scored

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def course(tiny_course):
    return tiny_course


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def right(record: Record, days: float) -> Record:
    return answered(emptied(record, 0), days_ago(days), right=True)


def both(seen: Overview) -> tuple[str, str]:
    return seen._repr_markdown_(), repr(seen)


def item(place: int, record: Record) -> Item:
    return Item("06-tiny", answer_key.find_question("06-tiny", "q1"), f"q{place} · Title", "", record)


def test_with_no_progress_it_names_the_first_step_and_no_date():
    markdown, plain = both(overview(NOW))
    assert (
        "open [06-tiny · q1 · The mean](../exercises/06-tiny.ipynb#cell-id=06-tiny-exercise-004)" in markdown
    )
    assert "Your first step: open 06-tiny · q1 · The mean" in plain
    assert both(overview(days_ago(99))) == (markdown, plain)


def test_what_was_right_comes_back_with_its_reason_and_a_link():
    progress_file.update("06-tiny", "q1", lambda _: right(right(Record(), 8), 7))
    markdown, plain = both(overview(NOW))
    assert (
        "1. [06-tiny · q1 · The mean](../exercises/06-tiny.ipynb#cell-id=06-tiny-exercise-004): "
        "right 7 days ago; time to see whether it stays" in markdown
    )
    assert "1. 06-tiny · q1 · The mean: right 7 days ago; time to see whether it stays" in plain


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (answered(Record(), days_ago(3), right=False, mistake="sum"), "you met *sum* here 3 days ago"),
        (answered(Record(), days_ago(1), right=False), "not right yesterday"),
        (answered(Record(), days_ago(1), right=False, mistake="was-renamed"), "not right yesterday"),
        (right(helped(Record(), days_ago(2), 0), 2), "right with a hint 2 days ago; try it without one"),
    ],
)
def test_the_reason_says_what_happened_last(record, reason):
    progress_file.update("06-tiny", "q1", lambda _: record)
    assert f": {reason}\n" in overview(NOW)._repr_markdown_()


def test_what_is_not_due_waits_and_the_next_day_is_named():
    progress_file.update("06-tiny", "q1", lambda _: right(Record(), 0))
    for text in both(overview(NOW)):
        assert "nothing. The next comes back on 2025-03-21." in text.replace("**", "")


def test_once_begun_the_next_new_question_is_named():
    assert "new question" not in repr(overview(NOW))
    progress_file.update("06-tiny", "q1", lambda _: right(Record(), 0))
    markdown, plain = both(overview(NOW))
    assert "**Next, a new question:** [06-tiny · q2 · Why](../exercises/06-tiny.ipynb#cell-id=" in markdown
    assert "Next, a new question: 06-tiny · q2 · Why" in plain
    progress_file.update("06-tiny", "q2", lambda _: scored(answered(Record(), NOW, right=True), NOW, level=2))
    assert "no new question is left; you have tried all 2" in repr(overview(NOW))


def test_the_next_new_question_is_of_the_lesson_worked_in_last():
    question = answer_key.find_question("06-tiny", "q1")
    early, late = (
        [Item(lesson, question, f"{lesson} {place}", "", record) for place, record in enumerate(records)]
        for lesson, records in (
            ("04-early", [right(Record(), 9), Record()]),
            ("06-late", [right(Record(), 2), Record(), Record()]),
        )
    )
    assert Overview({"04-early": early, "06-late": late}, NOW).following == late[1]
    assert Overview({"04-early": early, "06-late": late[:1]}, NOW).following == early[1]


def test_ten_at_most_and_the_longest_due_first():
    items = [item(place, right(Record(), place)) for place in range(1, 14)]
    seen = Overview({"06-tiny": items}, NOW)
    listed = re.findall(r"^ *\d+\. .*(q\d+ ·)", repr(seen), re.M)
    assert listed == [f"q{place} ·" for place in range(13, 13 - MOST, -1)]
    assert "3 more wait for another day" in repr(seen)


def test_done_mastered_and_the_level_of_a_written_answer_are_counted():
    progress_file.update("06-tiny", "q1", lambda _: right(right(Record(), 8), 0))
    progress_file.update("06-tiny", "q2", lambda _: scored(Record(), NOW, level=3))
    markdown, plain = both(overview(NOW))
    assert "| [2 of 2 (q2 at level 3)](../exercises/06-tiny.ipynb) | 1 of 1 | 0 |" in markdown
    assert re.search(r"^06-tiny +2 of 2 \(q2 at level 3\) +1 of 1 +0$", plain, re.M)
    assert [item.question.name for item in overview(NOW + timedelta(days=99)).due] == ["q1"]


def test_the_map_says_what_is_done():
    assert overview(NOW).map_style() == ""
    progress_file.update("06-tiny", "q1", lambda _: right(Record(), 2))
    count = len(answer_key.read_questions("06-tiny"))
    assert (
        f'a[href*="06-tiny.ipynb"])::after {{content: " 1 of {count} questions done"'
        in overview(NOW).map_style()
    )
    for name in answer_key.read_questions("06-tiny"):
        progress_file.update("06-tiny", name, lambda _: right(Record(), 2))
    assert 'content: " ✓ done"' in overview(NOW).map_style()


def test_mistakes_are_told_in_words():
    progress_file.update(
        "06-tiny", "q1", lambda _: answered(Record(), days_ago(3), right=False, mistake="sum")
    )
    markdown, plain = both(overview(NOW))
    assert "- q1 *sum*, 3 days ago: You forgot to divide by the count." in markdown
    assert "  - q1 sum, 3 days ago: You forgot to divide by the count." in plain
    progress_file.update(
        "06-tiny", "q1", lambda _: Record(attempts=1, mistakes={"sum": None, "was-renamed": NOW})
    )
    assert "- q1 sum, earlier: You" in repr(overview(NOW))
    assert "was-renamed" not in repr(overview(NOW))


def test_a_notebook_names_a_lesson_as_people_do_and_a_terminal_as_its_files(monkeypatch):
    monkeypatch.setattr(answer_key, "read_title", lambda lesson: "06 · Keep them")
    progress_file.update(
        "06-tiny", "q1", lambda _: answered(Record(), days_ago(0), right=False, mistake="sum")
    )
    markdown, plain = both(overview(NOW))
    assert "[06 · Keep them · q2 · Why](../exercises/06-tiny.ipynb#cell-id=" in markdown
    assert "Mistakes you met in 06 · Keep them: 1" in markdown
    assert "| :--- |" in markdown  # a column's name stands over its cells
    assert "Keep them" not in plain


def test_the_terminals_text_is_plain_and_fits():
    progress_file.update(
        "06-tiny", "q1", lambda _: answered(Record(), days_ago(3), right=False, mistake="sum")
    )
    progress_file.update("99-gone", "q1", lambda _: right(Record(), 9))
    text = repr(overview(NOW))
    assert "gone" not in text
    assert "\x1b" not in text
    assert "*" not in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_link_leads_to_the_cell_with_the_questions_heading(course):
    exercise = convert(course, Target("06-tiny", "exercises", execute=False))
    cells = {cell.id: cell.source for cell in exercise.cells}
    for item in overview(NOW).items:
        assert cells[item.cell] == f"## {item.heading}"


def test_my_progress_is_the_overview():
    check.start("06-tiny")
    check.check("q1", 6)
    assert repr(check.my_progress()) == repr(overview())
