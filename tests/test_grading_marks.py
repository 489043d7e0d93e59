"""From a submitted notebook to the cells that run, and from what a run handed over to marks; nothing runs."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from opslab.exercises import answer_key
from opslab.exercises.answer_key import read_key, read_questions
from opslab.exercises.common_mistakes import OTHER_WORLD
from opslab.grading import marks
from opslab.grading.marks import SHOWN, Key, Mark, marks_of, short
from opslab.grading.sandbox import Outcome
from opslab.grading.serialisation import Unreadable, encode
from opslab.grading.submissions import (
    LARGEST,
    CodeCell,
    Submission,
    SubmissionError,
    find_submissions,
    leading_setup,
    read_submission,
    with_setup,
)
from tests.classroom import bare_notebook

SEED = 12  # the world that the class is graded in: the values are 1, 2 and 15, their mean is 6
LESSON = "06-tiny"
TEXT = "One whale moves the whole mean."
CELLS = {"1": CodeCell("a", "", frozenset({"q1"})), "2": CodeCell("b", "", frozenset({"q2"}))}


@pytest.fixture
def key(tiny_course):
    return Key(LESSON, SEED, read_questions(LESSON), read_key(LESSON, SEED))


def marked(key, own=SEED, errors=(), **answers):
    """Return the marks for these answers of a student whose own world is `own`, by question."""
    coded = {name: value if isinstance(value, bytes) else encode(value) for name, value in answers.items()}
    outcome = Outcome({name: value.decode() if isinstance(value, bytes) else value
                       for name, value in coded.items()}, dict(errors))  # fmt: skip
    return {mark.question: mark for mark in marks_of(Submission("anna", CELLS, own, ""), outcome, key)}


# Marks


def test_a_right_answer_earns_1_and_a_written_one_waits_for_its_reader(key):
    assert marked(key, q1=6, q2=TEXT) == {
        "q1": Mark("anna", "q1", 1, "right", "Right.", "6"),
        "q2": Mark("anna", "q2", None, "written", marks.WRITTEN, TEXT),
    }


@pytest.mark.parametrize(
    ("answer", "finding", "words"),
    [
        (18, "sum", "You forgot to divide by the count."),
        (9, "off-by-one", "You divided by one too few."),
        (7.5, "different", "Too high."),
        (7, "one-apart", "One too many."),
        (..., "unanswered", "Not answered yet"),
        ("six", "uncheckable", "received 'six'"),
        (b"{", "uncheckable", "This cannot be checked: the answer did not arrive as data"),
    ],
)
def test_every_other_answer_earns_0_and_says_why(key, answer, finding, words):
    mark = marked(key, q1=answer)["q1"]
    assert (mark.student, mark.question, mark.score, mark.finding) == ("anna", "q1", 0, finding)
    assert words in mark.message


def test_a_cell_that_failed_says_why_and_a_lost_one_that_it_is_lost(key):
    found = marked(key, errors={"1": "ZeroDivisionError"})
    assert found["q1"] == Mark("anna", "q1", 0, "error", marks.ERROR.format(cause="ZeroDivisionError"))
    assert found["q2"] == Mark("anna", "q2", 0, "missing", marks.MISSING.format(question="q2"))


def test_a_value_that_breaks_the_comparison_costs_its_own_question(key, monkeypatch):
    assess = marks.assess

    def broken(lesson, key, question, *rest):
        if question.name == "q1":
            raise RecursionError
        return assess(lesson, key, question, *rest)

    monkeypatch.setattr(marks, "assess", broken)
    found = marked(key, q1=6, q2=TEXT)
    assert (found["q1"].student, found["q1"].score, found["q1"].finding) == ("anna", 0, "uncheckable")
    assert found["q1"].message == marks.NOT_DATA.format(cause="RecursionError")
    assert found["q2"].finding == "written"


@pytest.mark.parametrize(
    ("own", "answer", "finding"),
    [
        (0, 2, "other-world"),
        (3, 3, "other-world"),
        (3, 2, "different"),
        (SEED, 2, "different"),
        (0, 6, "right"),
    ],
)
def test_what_is_right_in_the_students_own_world_alone_was_typed_in(key, own, answer, finding):
    mark = marked(key, own, q1=answer)["q1"]
    assert (mark.finding, mark.score) == (finding, finding == "right")
    assert (OTHER_WORLD.format(other=own, seed=SEED) in mark.message) == (finding == "other-world")


def test_a_world_that_cannot_be_made_finds_nothing_out(key, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(answer_key, "read_key", lambda *asked: 1 / 0)
        assert marked(key, 3, q1=3)["q1"].finding == "different"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (..., ""),
        (None, ""),
        (0.123456, "0.1235"),
        (12, "12"),
        (True, "True"),
        (np.float64(0.25), "0.25"),
        (np.array([0.123456, 1]), "0.1235, 1"),
        ([1, "a", None], "1, a, "),
        ({"ads": 0.5, "seo": [1, 2]}, "ads: 0.5, seo: 1, 2"),
        (pd.Series([1.0], pd.to_datetime(["2024-01-01"])), "2024-01-01: 1"),
        (pd.DataFrame({"a": [1, 2, 3], "b": [3.5, 4, 5]}), "3 × 2: 1, 3.5, 2, 4, 3, 5"),
        (Unreadable("a set"), "a set"),
        ("x" * SHOWN, "x" * SHOWN),
        ("x" * (SHOWN + 1), "x" * (SHOWN - 1) + "…"),
        (list(range(10**6)), None),
    ],
)  # fmt: skip
def test_an_answer_is_shown_in_a_short_line(value, text):
    assert len(short(value)) <= SHOWN
    assert text is None or short(value) == text


# Submissions

SHEET = [
    CodeCell("s", "import", frozenset()),
    CodeCell("one", "", frozenset({"q1"})),
    CodeCell("t", "table", frozenset()),
    CodeCell("two", "", frozenset({"q2"})),
]
ONE, TWO = CodeCell("one", "1", frozenset({"q1"})), CodeCell("two", "2", frozenset({"q2"}))
OWN = CodeCell("own", "note", frozenset())
CHANGED = CodeCell("s", "import else", frozenset())
FOREIGN = CodeCell("x", "1", frozenset({"q1"}))
MERGED = CodeCell("one", "both", frozenset({"q1", "q2"}))
FOREIGN_MERGED = CodeCell("x", "both", frozenset({"q2", "q1"}))


@pytest.mark.parametrize(
    ("cells", "run"),
    [
        ([SHEET[0], ONE, SHEET[2], TWO], "1 table 2"),
        ([ONE, TWO], "1 table 2"),
        ([TWO], "table 2"),
        ([CHANGED, ONE, TWO], "import else 1 table 2"),
        ([TWO, ONE], "table 2 1"),
        ([OWN, ONE], "note 1"),
        ([FOREIGN, OWN], "1 note"),
        ([OWN], "table note"),
        ([MERGED], "table both"),
        ([OWN, FOREIGN_MERGED], "note table both"),
        ([], "table"),
    ],
)  # fmt: skip
def test_later_set_up_cells_run_before_what_builds_on_them_and_once(cells, run):
    assert " ".join(cell.source for cell in with_setup(cells, SHEET)) == run


def test_a_cell_belongs_to_the_questions_of_its_place_and_to_those_that_it_checks():
    emptied = CodeCell("one", "1 / 0", frozenset({"q2"}))
    assert [cell.questions for cell in with_setup([emptied], SHEET)] == [set(), {"q1", "q2"}]


def test_what_stands_before_the_first_question_is_run_for_every_submission():
    assert leading_setup(SHEET) == SHEET[:1]
    assert leading_setup(SHEET[1:]) == []


def read(folder, *sources, lesson=LESSON, name="anna.ipynb"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(bare_notebook(*sources), encoding="utf-8")
    return read_submission("anna", folder / name, lesson, SHEET)


@pytest.mark.parametrize(
    ("source", "questions"),
    [
        ("check('q1', 1)", {"q1"}),
        ('x = check( "q1" , 1); check("q2", 2)', {"q1", "q2"}),
        ("recheck('q1', 1)", set()),
        ("check(q1, 1)", set()),
    ],
)
def test_the_questions_of_a_cell_are_those_that_it_checks(tmp_path, source, questions):
    submission = read(tmp_path, "check('q2', 1)", source)
    assert [set(cell.questions) for cell in submission.cells.values()][-1] == questions
    assert list(submission.sources.values())[-1] == source


@pytest.mark.parametrize(
    ("source", "own"),
    [("seed = 7", 7), ("x = 1\n  seed=42  # mine", 42), ("seed = int(7)", 0), ("my_seed = 7", 0), ("", 0)],
)
def test_the_students_own_world_is_the_seed_of_the_notebook(tmp_path, source, own):
    assert read(tmp_path, source, "check('q1', 1)").own_seed == own


def test_another_version_of_a_notebook_has_another_digest(tmp_path):
    first, second = (read(tmp_path, f"check('q1', {value})").digest for value in (1, 2))
    assert first != second


def test_a_notebook_of_the_largest_size_is_read_and_a_larger_one_refused(tmp_path):
    text = bare_notebook("check('q1', 1)")
    path = tmp_path / "anna.ipynb"
    path.write_text(text + " " * (LARGEST - len(text)))
    assert read_submission("anna", path, LESSON, SHEET).cells
    path.write_text(text + " " * (LARGEST + 1 - len(text)))
    with pytest.raises(SubmissionError, match="20 MB, where 20 MB are the most"):
        read_submission("anna", path, LESSON, SHEET)


def test_a_file_that_cannot_be_opened_says_so(tmp_path):
    with pytest.raises(SubmissionError, match=r"cannot be read \(No such file"):
        read_submission("anna", tmp_path / "anna.ipynb", LESSON, SHEET)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["anna.ipynb", "anna.pdf"], {"anna": ["anna.ipynb"]}),
        (["anna.pdf", "anna.txt"], {"anna": ["anna.pdf"]}),
        (["anna (1).ipynb"], {"anna (1)": ["anna (1).ipynb"]}),
        (["anna/work.ipynb", "anna/notes.txt"], {"anna": ["work.ipynb"]}),
        (["anna/deep/work.ipynb", "anna/.ipynb_checkpoints/x.ipynb", "anna/__MACOSX/y.ipynb"],
         {"anna": ["work.ipynb"]}),
        (["anna/a.txt", "anna/b.txt"], {"anna": ["a.txt"]}),
        (["anna.ipynb", "ben/x.ipynb", "__MACOSX/z.ipynb", ".DS_Store"],
         {"anna": ["anna.ipynb"], "ben": ["x.ipynb"]}),
        (["anna.ipynb", "ben/.hidden"], {"anna": ["anna.ipynb"], "ben": [".hidden"]}),
        (["(1).ipynb"], {"(1)": ["(1).ipynb"]}),
    ],
)  # fmt: skip
def test_a_folder_gives_each_student_the_files_that_count(tmp_path, files, found):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    read, _ = find_submissions(tmp_path)
    assert {student: [path.name for path in paths] for student, paths in read.items()} == found


ORDERS = """
from opslab.grading.submissions import CodeCell, with_setup
from opslab.scqa import Brief
sheet = [CodeCell("s", "import", frozenset())]
for place in range(1, 14):
    sheet.append(CodeCell(f"a{place}", "", frozenset({f"q{place}"})))
    sheet.append(CodeCell(f"t{place}", f"t{place}", frozenset()))
merged = CodeCell("new", "merged", frozenset({f"q{place}" for place in range(7, 14)}))
print([cell.source for cell in with_setup([merged], sheet)])
try:
    Brief(*"SCQA").fill(**{f"value_{place}": place for place in range(9)})
except ValueError as error:
    print(error)
"""


def test_no_order_hangs_on_the_seed_of_pythons_hash():
    runs = [
        subprocess.run(
            [sys.executable, "-c", ORDERS],
            env={**os.environ, "PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in (0, 1, 2, 5)
    ]  # fmt: skip
    assert len(set(runs)) == 1
    assert "'t12', 'merged']" in runs[0]
    assert "value_0" in runs[0]
