"""What a student meets: check, hint and solution."""

import asyncio
import html
import re
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

from opslab import check
from opslab.exercises import answer_key, precompute
from opslab.exercises.mistake_report import offer, report
from opslab.exercises.reply_widget import MARKER, ReplyWidget
from tests.course import EXERCISES, solve


@pytest.fixture(autouse=True)
def course(tiny_course):
    return tiny_course


@pytest.fixture
def started():
    check.start("06-tiny", seed=0)


@pytest.mark.parametrize("seed", ["7", "007"])
def test_a_seed_as_text_is_refused_with_what_to_write(seed):
    with pytest.raises(ValueError, match="write `seed = 7`, without quotation marks and without zeros"):
        check.start("06-tiny", seed=seed)


def test_checks_before_the_start_say_what_to_run():
    with pytest.raises(ValueError, match="first run the cell with start"):
        check.check("q1", 2)


@pytest.mark.parametrize("seed", [-1, 1.5, "7", True, None])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(ValueError, match="whole number"):
        check.start("06-tiny", seed=seed)


def test_an_unknown_lesson_or_question_lists_what_there_is(started):
    with pytest.raises(ValueError, match="no exercises '09-none'; there are 06-tiny"):
        check.start("09-none")
    with pytest.raises(ValueError, match="06-tiny has no question 'q9'; it has q1, q2"):
        check.check("q9", 1)


@pytest.mark.parametrize(("seed", "mean"), [(0, 2), (3, 3), (30, 12)])
def test_the_answer_is_worked_out_on_the_students_own_world(seed, mean):
    check.start("06-tiny", seed=seed)
    assert check.check("q1", mean).is_right
    assert check.check("q1", mean * 3).mistake == "sum"
    assert check.check("q1", mean * 3 / 2).mistake == "off-by-one"
    assert "forgot to divide by the count" in check.check("q1", mean * 3).text


def test_answers_are_worked_out_while_the_kernel_has_nothing_to_do(monkeypatch):
    key = answer_key.read_key("06-tiny", 3)

    async def wait():
        precompute.work_ahead("06-tiny", 3)
        while key._mistakes.keys() < {"q1", "q2"}:
            await asyncio.sleep(0.01)

    monkeypatch.setattr(precompute, "IDLE", 0)
    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may keep a loop running in this thread
        pool.submit(asyncio.run, asyncio.wait_for(wait(), timeout=60)).result()
    monkeypatch.setattr(answer_key, "_execute", None)  # nothing is left to run
    assert key["q1"] == (3, {"sum": 9, "off-by-one": 4.5})
    assert not key.advance()


def test_right_says_why_and_what_comes_next(started):
    assert check.check("q1", 2).text == "Right. The mean shares the sum out evenly.\nNext: q2 · Why."
    text = "The mean is pulled up by one very large value."
    assert "Next:" not in check.check("q2", text).text  # first compare
    assert check.check("q2", text, level=4).text.endswith("That was the last question of this sheet.")


def test_a_wrong_answer_without_a_name_offers_what_to_report(started):
    told = ["Lesson: 06-tiny", "Question: q1", "World: 0", "Answer: 50.25", f"opslab: {version('opslab')}"]
    assert check.check("q1", 50.25).report.splitlines() == told
    shown = check.check("q1", 50.25)._repr_html_()
    assert "\n".join(told) in shown
    assert repr(check.check("q1", 50.25)) == "✘ Too high."


@pytest.mark.parametrize("answer", [2, 6, ..., "many"])
def test_what_is_right_or_named_or_no_answer_offers_no_report(started, answer):
    finding = check.check("q1", answer)
    assert not finding.report
    assert "opslab-report" not in finding._repr_html_()


def test_a_report_keeps_a_student_number_to_itself(tiny_course):
    check.start("06-tiny", seed=24187)
    told = check.check("q1", 50).report
    assert "World: not 0 (write your seed here, unless it says who you are)" in told
    assert "24187" not in told


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (0.1 + 0.2, "Answer: 0.3"),
        ({"a": 0.5, "b": "<new>"}, "Answer: a: 0.5, b: <new>"),
        (["c", "a", "b"], "Answer: c a b"),
    ],
)
def test_each_kind_of_answer_can_be_reported(read, told):
    words = report("06-tiny", "q1", 0, read)
    assert told in words.splitlines()
    assert html.unescape(offer(words)).count(told) == 1
    assert "<new>" not in offer(words)


def test_hints_go_from_one_to_three_and_stay(started):
    texts = [check.hint("q1").text for _ in range(4)]
    assert texts[0] == "**Hint 1 of 3.** What is asked?"
    assert "Look at `values`" in texts[1]
    assert "len(values)" in texts[2]
    assert texts[2] == texts[3]


def test_one_wrong_answer_does_not_open_the_solution_three_different_ones_do(started):
    for answer, opens in ((..., "."), (99, " (1 so far)."), (99.0, " (1 so far)."), ("many", " (1 so far).")):
        check.check("q1", answer)
        assert check.solution("q1").text.endswith(f"after 3 different answers{opens}")
    check.check("q1", 6)
    check.check("q1", 98)
    assert "mean = sum(values) / len(values)" in check.solution("q1").text


@pytest.mark.parametrize("opens", [lambda: check.hint("q1"), lambda: check.check("q1", 2)])
def test_a_hint_or_a_right_answer_opens_the_solution_and_it_says_why(started, opens):
    assert "opens after a hint" in check.solution("q1").text
    opens()
    told = check.solution("q1").text
    assert "mean = sum(values) / len(values)" in told
    assert "**Why?** The mean shares the sum out evenly." in told


def test_hints_and_attempts_belong_to_a_world(started):
    check.hint("q1")
    check.check("q1", 99)
    check.start("06-tiny", seed=5)
    assert check.solution("q1").text.endswith("3 different answers.")
    assert check.hint("q1").text.startswith("**Hint 1 of 3.**")
    check.start("06-tiny", seed=0)
    assert check.hint("q1").text.startswith("**Hint 2 of 3.**")


@pytest.mark.parametrize(
    ("kind", "answer", "wrongs", "lines"),
    [
        ("choice", '"c"', ('"a"', '"b"'), ["- `a`: You took the first.", "- `b`: You took the second."]),
        ("ordering", 'list("abc")', ('list("bac")', '"cba"'),
         ["- `b a c`: You took the first.", "- `c b a`: You took the second."]),
    ],
)  # fmt: skip
def test_the_solution_of_a_choice_or_an_order_says_why_each_other_fails(
    tiny_course, kind, answer, wrongs, lines
):
    text = EXERCISES.replace(":kind: number\n:tolerance: 0.001\n", f":kind: {kind}\n")
    for old, new in (
        ("mean = sum(values) / len(values)\n", f"mean = {answer}\n"),
        ("# You forgot to divide\n# by the count.\nmean = sum(values)\n",
         f"# You took the first.\nmean = {wrongs[0]}\n"),
        ("# You divided by one too few.\nmean = sum(values) / (len(values) - 1)\n",
         f"# You took the second.\nmean = {wrongs[1]}\n"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    (tiny_course / "lessons/06-tiny/exercises.md").write_text(text, encoding="utf-8")
    solve(tiny_course)
    check.start("06-tiny")
    check.hint("q1")
    told = check.solution("q1").text
    assert f"mean = {answer}" in told
    assert told.splitlines()[-2:] == lines


def test_what_check_gives_to_a_notebook_leaves_a_students_names_alone(started):
    names = {"answers": 7, "progress": 8, "replace": 9}
    exec("from opslab.check import *", names)
    assert (names["answers"], names["progress"], names["replace"]) == (7, 8, 9)
    assert names["check"] is check.check


def test_a_written_answer_is_compared_before_it_is_scored(started):
    text = "The mean is pulled up by one very large value."
    first = check.check("q2", text).text
    assert "The mean is {a number}." in first
    assert "One whale moves it." in first
    assert "level 4" not in first
    assert "1. says nothing" in first
    assert 'check("q2", …, level=2)' in first
    assert "1. says nothing\n2. names the mean\n" in first
    scored = check.check("q2", text, level=3).text
    assert "You gave yourself level 3: says that it moves\n\n" in scored
    assert "Answer A reaches level 2, answer B level 4." in scored
    assert "To reach level 4: says when it misleads" in scored
    assert "level 1: says nothing" in check.check("q2", text, level=1).text
    assert "To reach" not in check.check("q2", text, level=4).text
    for level in (0, 5):
        with pytest.raises(ValueError, match=f"level is {level}; expected 1, 2, 3 or 4"):
            check.check("q2", text, level=level)


def test_what_a_sheets_reader_asks_stands_beside_the_own_score(course):
    asking = "def ask(text):\n    return f'So what?\\nWhich {text.split()[0]}?'\n\nstart("
    exercises = EXERCISES.replace("start(", asking, 1).replace(":least_words:", ":reader: ask\n:least_words:")
    (course / "lessons/06-tiny/exercises.md").write_text(exercises, encoding="utf-8")
    solve(course)
    check.start("06-tiny", seed=0)
    text = "Whales pull the mean up."
    for told in (check.check("q2", text).text, check.check("q2", text, level=4).text):
        assert "**What a reader might ask you**\n\nSo what?\n\nWhich Whales?\n\n" in told
    assert "might ask" not in check.check("q2", "Too short").text


def run(*sources: str) -> list[nbformat.NotebookNode]:
    """Run cells in a kernel, over their errors, and return them."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    NotebookClient(nbformat.v4.new_notebook(cells=cells), allow_errors=True).execute()
    return cells


@pytest.mark.parametrize(
    "line", ["seed = 0123", "seed=00123  # mine", "seed: int = 0123; y = 2", "start('06', 0123)"]
)
def test_a_seed_that_begins_with_zero_is_refused_in_words(line):
    _, refused, kept = run("from opslab.check import *", f"x = 1\n{line}", "seed = 0  # or 0123\nseed")
    (written,) = re.findall(r"\b0\d+", line.partition("'06'")[2] or line)
    words = f"△ `seed = {written}`: Python takes no number that begins with 0; write `seed = 123`"
    assert refused.outputs[0]["traceback"] == [words]
    assert kept.outputs[0]["data"]["text/plain"] == "0"


# What came a moment later was missing where a slow page had drawn the reply by then.
def test_a_reply_opens_with_all_that_it_shows(monkeypatch):
    shown = {"html": "<p>Not yet.</p>", "read": {"label": "Read", "hints": []}, "state": {"next": "Next: q2"}}
    opened = []
    monkeypatch.setattr(ReplyWidget, "open", lambda reply: opened.append(reply.get_state(list(shown))))
    asked = SimpleNamespace(state=lambda _: shown["state"], read_before=lambda: shown["read"])
    ReplyWidget(shown["html"], asked)
    assert opened == [shown]


def test_a_reply_is_stored_as_words_that_need_no_kernel():
    (cell,) = run('from opslab.check import *\nstart("06-tiny")\ncheck("q1", 6)')
    data = cell.outputs[1]["data"]
    assert set(data) == {"text/plain", "text/html", MARKER, "application/vnd.jupyter.widget-view+json"}
    assert data[MARKER] == {"version": 1}
    assert "You forgot to divide by the count." in data["text/html"]


def test_a_message_in_the_middle_of_a_cell_is_shown_once():
    (cell,) = run('from opslab.check import *\nstart("06-tiny")\ncheck("q1", 6)\nhint("q1")\nhint("q9")')
    *told, error = cell.outputs
    texts = [output["data"]["text/plain"] for output in told]
    assert [text[:9] for text in texts] == ["06-tiny: ", "✘ Not yet", "**Hint 1 "]
    assert error["traceback"] == ["△ 06-tiny has no question 'q9'; it has q1, q2"]
