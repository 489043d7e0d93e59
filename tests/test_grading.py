"""Grading a class: hostile submissions harm nobody, every question counts by itself, and nothing is lost."""

import csv
import os
import re
from pathlib import Path

import pytest

from opslab.__main__ import main
from opslab.exercises.answer_key import assess, read_questions
from opslab.exercises.display import UsageError
from opslab.grading.batch import KEPT, Graded, _answer_key, grade
from opslab.grading.limits import Limits
from opslab.grading.marks import SEVERAL, Mark
from opslab.grading.results import write_results
from opslab.grading.sandbox import SILENT, Outcome, Sandbox, SandboxError
from opslab.grading.scores_csv import CUT, LONGEST_CELL
from opslab.grading.submissions import (
    BESIDE,
    EMPTY,
    HELPER,
    SAME,
    TWO,
    code_cells,
    find_submissions,
    read_class,
)
from opslab.ground.paths import NotWrittenError
from tests.classroom import (
    LESSON,
    RIGHT,
    bare_notebook,
    class_course,
    require_bubblewrap,
    submit,
)
from tests.course import EXERCISES, solve, write_course

SEED = 12  # the world that the class is graded in: values are 1, 2 and 15
QUICK = Limits(cell_seconds=3, gigabytes=1)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The root of a course with three questions, which the package takes for its own meanwhile."""
    require_bubblewrap(in_ci=bool(os.environ.get("CI")))
    with class_course(tmp_path_factory.mktemp("course")) as root:
        yield root


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "submissions"


def key_with(wrong, seed, tmp_path, monkeypatch):
    """Return the answers of the tiny course, one of whose wrongs gives something else."""
    root = write_course(tmp_path, exercises=EXERCISES.replace("sum(values) / (len(values) - 1)", wrong))
    monkeypatch.setenv("OPSLAB_COURSE", str(root))
    solve(root)
    return _answer_key("06-tiny", seed, held_back=1).answers


def test_a_world_in_which_a_mistake_is_right_grades_no_class(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match=r"world 3 .*q1: the wrong 'off-by-one' gives 3, .* another --seed"):
        key_with("seed", 3, tmp_path, monkeypatch)


def test_a_world_in_which_two_mistakes_give_the_same_grades_a_class_and_whoever_makes_one_reads_both(
    tmp_path, monkeypatch
):
    answers = key_with("2 * seed", 6, tmp_path, monkeypatch)
    finding = assess("06-tiny", answers, read_questions("06-tiny")["q1"], 12, other=6)
    assert finding.mistake == "sum"
    told = "Not yet. You forgot to divide by the count. Or: You divided by one too few. Other slips may"
    assert finding.text.startswith(told)


def findings(course, folder, tmp_path, **options):
    """Grade a folder; return for each student the findings by question."""
    options = {"seed": SEED, "output": tmp_path / "grades", "limits": QUICK} | options
    graded = grade(LESSON, folder, **options)
    found = {}
    for mark in graded.marks:
        found.setdefault(mark.student, {})[mark.question] = mark.finding
    return found


ALL_RIGHT = {"q1": "right", "q2": "written", "q3": "right"}
BROKEN = {
    "crash": ("1 / 0", "error"),
    "endless loop": ("while True: pass", "error"),
    "stubborn loop": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", "error",
    ),
    "exit of a kernel": ("exit()", "missing"),
    "exit": ("import sys; sys.exit()", "error"),
    "hard exit": ("import os; os._exit(0)", "error"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "error"),
    "crash below Python": ("import ctypes; ctypes.string_at(0)", "error"),
    "memory": ("eaten = bytearray(5 * 10**9)", "error"),
    "memory by many": (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        eaten = b'x' * (4 * 10**8); time.sleep(60)\ntime.sleep(60)", "error",
    ),
    "file": ("open('/tmp/large', 'wb').write(bytes(10**8))", "error"),
    "processes": (
        "import os\nwhile True:\n    if os.fork() == 0:\n        import time; time.sleep(60)", "error",
    ),
    "deleted": (None, "missing"),
    "not Python": ("mean = = 3", "error"),
    "flood": ("import os, sys\nwhile True:\n    os.write(int(sys.argv[1]), b'x' * 60000)", "error"),
    "broken reporter": ("import json\njson.dumps = None", "error"),
    "untouched": ("mean = ...\ncheck('q1', mean)", "unanswered"),
    "a value that says yes to all": (
        "class Yes(float):\n    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda *a: True\n"
        "    __hash__ = None\ncheck('q1', Yes(3))", "count-me-wrong",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def harmed(course, tmp_path_factory):
    """The findings of a class in which each student breaks something else, and ben nothing."""
    room = tmp_path_factory.mktemp("harmed")
    for name, (source, _) in BROKEN.items():
        submit(course, room / "submissions" / f"{name}.ipynb", q1=source)
    submit(course, room / "submissions" / "ben.ipynb")
    return findings(course, room / "submissions", room)


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_one_question_costs_that_question_alone(harmed, name):
    finding = BROKEN[name][1]
    expected = "different" if finding == "count-me-wrong" else finding
    assert harmed[name] == ALL_RIGHT | {"q1": expected}


def test_what_others_break_costs_nothing(harmed):
    assert harmed["ben"] == ALL_RIGHT
    assert harmed.keys() == {*BROKEN, "ben"}


FORGERIES = {
    "own check": "import opslab.check\nopslab.check.check = lambda *a, **k: print('Right.')",
    "own judge": (
        "import opslab.exercises.judge as j\nimport opslab.exercises.answer_key as a\n"
        "j.judge = lambda *a: j.Finding('right', 'Right.')\n"
        "a.AnswerKey.__getitem__ = lambda *a: (0, {})"
    ),
    "forged lines": (
        "import os, json, sys\nline = {'score': 1, 'finding': 'right', 'answers': {'q1': '{\"score\": 1}'}}\n"
        "os.write(int(sys.argv[1]), json.dumps(line).encode() + b'\\n')\ncheck('q1', 0.5)"
    ),
    "frames": (
        "import gc\nfor thing in gc.get_objects():\n"
        "    if isinstance(thing, dict) and 'expected' in thing:\n        thing['expected'] = 0.5\n"
        "check('q1', 0.5)"
    ),
    "payload": (
        "class P:\n    def __reduce__(self): return (print, ('x',))\ncheck('q1', P())"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_result_is_no_result(course, folder, tmp_path, name):
    submit(course, folder / "anna.ipynb", q1=FORGERIES[name], q3="check('q3', -1)")
    found = findings(course, folder, tmp_path)["anna"]
    assert "right" not in (found["q1"], found["q3"])


def test_a_submission_sees_no_solution_no_other_submission_and_no_network(course, folder, tmp_path):
    looks = {
        "solutions": f"import os\nos.listdir({str(course / 'solutions')!r})",
        "lesson": f"open({str(course / 'lessons' / LESSON / 'exercises.md')!r})",
        "others": f"open({str(folder / 'ben.ipynb')!r})",
        "home": f"open({str(Path(__file__))!r})",
        "network": "import socket\nsocket.create_connection(('127.0.0.1', 9), 1)\n",
        "outside": "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)\n",
        "write": f"open({str(course / 'datasets' / 'x')!r}, 'w')",
        "processes": "import os\nassert len([p for p in os.listdir('/proc') if p.isdigit()]) > 4, 'alone'",
        "environment": "import os\nprint(os.environ['OPSLAB_TEST_SECRET'])",
    }
    submit(course, folder / "ben.ipynb")
    for name, source in looks.items():
        submit(course, folder / f"{name}.ipynb", q1=f"{source}\ncheck('q1', 6.0)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSLAB_TEST_SECRET", "x")
        found = findings(course, folder, tmp_path, jobs=2)
    assert {name: found[name]["q1"] for name in looks} == dict.fromkeys(looks, "error")


def test_typed_in_numbers_and_a_world_of_ones_own_are_found_out(course, folder, tmp_path):
    submit(course, folder / "typed.ipynb", seed=3, q1="check('q1', 3.0)")  # right in world 3
    submit(course, folder / "worked.ipynb", seed=3)
    found = findings(course, folder, tmp_path)
    assert found["typed"]["q1"] == "other-world"
    assert found["worked"] == ALL_RIGHT


def test_a_named_mistake_is_named(course, folder, tmp_path):
    submit(course, folder / "anna.ipynb", q1="check('q1', sum(values))", q3="check('q3', 3)")
    assert findings(course, folder, tmp_path)["anna"] == ALL_RIGHT | {"q1": "sum", "q3": "count"}


@pytest.mark.parametrize("setup", [None, "from opslab.chekc import check", "values = None"])
def test_a_lost_or_broken_set_up_cell_costs_nothing(course, folder, tmp_path, setup):
    submit(course, folder / "anna.ipynb", setup=setup)
    assert findings(course, folder, tmp_path)["anna"] == (
        ALL_RIGHT if setup != "values = None" else {"q1": "error", "q2": "written", "q3": "error"}
    )


def test_cells_whose_ids_were_lost_are_graded_by_what_they_check(course, folder, tmp_path):
    folder.mkdir()
    (folder / "anna.ipynb").write_text(bare_notebook(*RIGHT.values()))
    assert findings(course, folder, tmp_path)["anna"] == ALL_RIGHT


def test_the_last_answer_counts_and_hints_do_no_harm(course, folder, tmp_path):
    extra = "hint('q1')\nsolution('q1')\ncheck('q1', 1)\ncheck('q1', sum(values) / len(values))"
    submit(course, folder / "anna.ipynb", extra, q1="check('q1', 5)")
    assert findings(course, folder, tmp_path)["anna"] == ALL_RIGHT


def test_a_cell_that_fails_leaves_no_process_to_the_next(course, folder, tmp_path):
    left = "import subprocess\nsubprocess.Popen(['sleep', '60'])\n1 / 0"
    look = f"import psutil\nassert not psutil.Process().children()\n{RIGHT['q3']}"
    submit(course, folder / "anna.ipynb", q1=left, q3=look)
    assert findings(course, folder, tmp_path)["anna"] == ALL_RIGHT | {"q1": "error"}


def test_a_notebook_that_never_ends_is_cut_off_and_keeps_what_it_had(course, folder, tmp_path):
    loops = ["while True: pass"] * 4
    submit(course, folder / "anna.ipynb", *loops, q3="while True: pass")
    limits = Limits(cell_seconds=2, notebook_seconds=5)
    found = findings(course, folder, tmp_path, limits=limits)["anna"]
    assert found == ALL_RIGHT | {"q3": "error"}


@pytest.mark.parametrize(
    ("below", "q1"),
    [
        ("check('q1', ...)", "right"),
        ("mean = ...\ncheck('q1', mean)", "right"),
        ("check('q1', None); check('q1', '')", "right"),
        ("check('q1', [...])", "right"),
        ("check('q1', sum(values))", "sum"),
    ],
)
def test_an_empty_copy_below_an_answer_wipes_nothing(course, folder, tmp_path, below, q1):
    submit(course, folder / "anna.ipynb", below)
    submit(course, folder / "ben.ipynb", q1=f"{RIGHT['q1']}\n{below}")
    found = findings(course, folder, tmp_path)
    assert found == dict.fromkeys(("anna", "ben"), ALL_RIGHT | {"q1": q1})
    marks = [mark for mark in grade(LESSON, folder, seed=SEED, output=tmp_path / "grades").marks if mark.note]
    assert [(mark.student, mark.question, mark.note) for mark in marks] == (
        [] if q1 == "right" else [(student, "q1", SEVERAL) for student in ("anna", "ben")]
    )


def test_the_students_page_and_the_scores_say_that_the_last_of_several_answers_counts(
    course, folder, tmp_path
):
    submit(course, folder / "anna.ipynb", "check('q2', 'Another view of it.')", "check('q3', 3)")
    assert command(folder, tmp_path) == 0
    assert (tmp_path / "grades" / "students" / "anna.html").read_text("utf-8").count(SEVERAL) == 2
    assert [SEVERAL in row["message"] for row in scores(tmp_path)] == [False, True, True]
    assert scores(tmp_path)[1]["text"] == "Another view of it."


def test_an_answer_is_what_it_was_when_it_was_checked(course, folder, tmp_path):
    submit(course, folder / "anna.ipynb", q1="mean = [6.0]\ncheck('q1', mean[0])\nmean[0] = 1")
    submit(course, folder / "ben.ipynb", q1="found = {'mean': 6.0}\ncheck('q1', found)\nfound['mean'] = ...")
    found = findings(course, folder, tmp_path)
    assert [found[student]["q1"] for student in found] == ["right", "right"]


ENDS = {
    "import os; os._exit(3)": "exit code 3",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": "SIGKILL: it ended itself, or this machine",
    "import os, signal; os.kill(os.getpid(), signal.SIGABRT)": "SIGABRT",
    "import os, sys, time; os.close(int(sys.argv[1])); time.sleep(9)": SILENT,
    # A library's thread may see first that its files are gone, and ends the process.
    "import os, time; os.closerange(3, 250); time.sleep(9)": f"{SILENT}|SIGABRT",
}


@pytest.mark.parametrize("source", ENDS)
def test_it_is_said_who_ended_a_process(course, source):
    for safe in (True, False):
        sandbox = Sandbox(QUICK, [], SEED, safe=safe)
        try:
            assert re.search(ENDS[source], sandbox.run({"1": source}).errors["1"])
        finally:
            sandbox.close()


# Files


def test_both_usual_layouts_are_read(course, folder):
    submit(course, folder / "anna.ipynb")
    submit(course, folder / "ben" / "deep" / "my homework.ipynb")
    submit(course, folder / "ben" / ".ipynb_checkpoints" / "my homework-checkpoint.ipynb")
    (folder / "ben" / "notes.txt").write_text("x")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "._anna.ipynb").write_bytes(b"\0\5\x16\7")
    found, aside = find_submissions(folder)
    assert {student: len(files) for student, files in found.items()} == {"anna": 1, "ben": 1}
    assert aside == {
        "__MACOSX/._anna.ipynb": HELPER,
        "ben/.ipynb_checkpoints/my homework-checkpoint.ipynb": HELPER,
        "ben/notes.txt": BESIDE.format(notebook="my homework.ipynb"),
    }


def class_in(course, folder):
    sheet = code_cells((course / "exercises" / f"{LESSON}.ipynb").read_text("utf-8"))
    return read_class(folder, LESSON, sheet)


def students_in(course, folder):
    return sorted(submission.student for submission in class_in(course, folder).submissions)


def unusable(course, folder, student="anna"):
    return class_in(course, folder).problems[student]


def test_two_of_one_student_are_both_named_and_none_is_to_be_deleted(course, folder):
    submit(course, folder / "anna.ipynb")
    submit(course, folder / "anna" / "x.ipynb", q1="check('q1', 3)")
    words = unusable(course, folder)
    assert all(name in words for name in ("2 notebooks", "anna.ipynb", "anna/x.ipynb", "to another folder"))
    assert students_in(course, folder) == []


NAMES = ["j.smith", "j.doe", "wang.ai", "wang.me", "Team (1)", "Team (2)", "__x", ".x", "anna-Copy2"]
NAMES += ["M. Müller", "a..b", "李 雷"]


def test_every_name_that_a_student_may_have_is_a_student_of_its_own(course, folder, tmp_path):
    for place, name in enumerate(NAMES):
        submit(course, folder / f"{name}.ipynb", seed=place)
        (folder / f"{name}.pdf").touch()
    assert sorted(findings(course, folder, tmp_path, safe=True)) == sorted(NAMES)
    assert class_in(course, folder).aside == {
        f"{name}.pdf": BESIDE.format(notebook=f"{name}.ipynb") for name in NAMES
    }


@pytest.mark.parametrize("copy", ["anna (1)", "anna-Copy1", "anna - Copy", "anna copy 2", "anna - 副本"])
def test_a_copy_is_one_only_if_its_cells_show_it(course, folder, copy):
    submit(course, folder / "anna.ipynb", seed=3)
    submit(course, folder / f"{copy}.ipynb", seed=4)
    assert students_in(course, folder) == sorted(["anna", copy])
    submit(course, folder / f"{copy}.ipynb", seed=3)
    assert students_in(course, folder) == ["anna"]
    assert class_in(course, folder).aside == {f"{copy}.ipynb": SAME.format(other="anna")}
    submit(course, folder / f"{copy}.ipynb", seed=3, q1="check('q1', 7)")  # the same student number
    words = TWO.format(count=2, files=f"anna, {copy}")
    assert class_in(course, folder).problems == {"anna": words, copy: words}


def test_a_copy_without_its_original_and_two_untouched_sheets_are_students(course, folder):
    submit(course, folder / "ben (1).ipynb")
    for name in ("Group", "Group (1)"):
        (folder / f"{name}.ipynb").write_bytes((course / "exercises" / f"{LESSON}.ipynb").read_bytes())
    assert students_in(course, folder) == ["Group", "Group (1)", "ben (1)"]


def test_a_cell_of_ones_own_shows_a_later_version(course, folder):
    submit(course, folder / "anna.ipynb", "my_note = 1")
    later = (folder / "anna.ipynb").read_text("utf-8").replace("my_note = 1", "my_note = 2")
    (folder / "anna (1).ipynb").write_text(later, encoding="utf-8")
    assert students_in(course, folder) == []
    assert "2 notebooks that seem to be one student's: anna, anna (1)" in unusable(course, folder)


def test_of_a_students_notebooks_the_one_of_the_lesson_counts(course, folder):
    submit(course, folder / "anna" / "mine.ipynb")
    submit(course, folder / "anna" / "mine (1).ipynb")
    (folder / "anna" / "scratch.ipynb").write_text(bare_notebook("1 + 1"))
    (folder / "ben").mkdir()
    found = class_in(course, folder)
    assert students_in(course, folder) == ["anna"]
    assert found.aside == {
        "anna/mine.ipynb": SAME.format(other="anna/mine (1).ipynb"),
        "anna/scratch.ipynb": f"holds no call of check(…): is it the exercise notebook of {LESSON}?",
        "ben": EMPTY,
    }


def test_every_file_that_was_not_graded_is_told(course, folder, tmp_path, capsys):
    submit(course, folder / "anna.ipynb")
    (folder / "anna.docx").touch()
    assert command(folder, tmp_path) == 0
    assert "anna.docx: lies beside anna.ipynb" in capsys.readouterr().out
    assert "anna.docx" in (tmp_path / "grades" / "report.html").read_text("utf-8")


FILES = {
    "renamed": ("anna.txt", b"{}", "rename it to anna.ipynb"),
    "no suffix": ("anna", b"{}", "rename it to anna.ipynb"),
    "double suffix": ("anna.ipynb.txt", b"{}", "rename it to anna.ipynb"),
    "a picture": ("anna.ipynb", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not a notebook"),
    "empty": ("anna.ipynb", b"", "not a notebook"),
    "half": ("anna.ipynb", b'{"cells": [', "not a notebook"),
    "other JSON": ("anna.ipynb", b'{"cells": 7, "nbformat": 4, "nbformat_minor": 5}', "not a notebook"),
    "deep": ("anna.ipynb", b"[" * 100_000, "not a notebook"),
    "50 MB": ("anna.ipynb", b" " * 50_000_000, "50 MB, where 20 MB are the most"),
    "no checks": ("anna.ipynb", bare_notebook("1 + 1").encode(), "holds no call of check"),
    "another course's checks": (
        "anna.ipynb",
        bare_notebook("import otter\ngrader = otter.Notebook()", 'mean = 6\ngrader.check("q1")').encode(),
        "holds no call of check",
    ),
    "another course's questions": (
        "anna.ipynb",
        bare_notebook("from checks import check", 'check("lab2_1", 6)').encode(),
        "holds no call of check",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_graded_says_why(course, folder, name):
    file, content, words = FILES[name]
    folder.mkdir()
    (folder / file).write_bytes(content)
    assert words in unusable(course, folder)


def test_the_exercise_of_another_lesson_is_recognised(course, folder):
    submit(course, folder / "anna.ipynb")
    text = (folder / "anna.ipynb").read_text().replace(f"{LESSON}-exercise", "04-acquisition-exercise")
    (folder / "anna.ipynb").write_text(text)
    assert "is the exercise of 04-acquisition, expected 06-tiny" in unusable(course, folder)


def test_one_unusable_file_does_not_stop_the_class(course, folder, tmp_path):
    submit(course, folder / "anna.ipynb")
    (folder / "ben.ipynb").write_text("nothing")
    graded = grade(LESSON, folder, seed=SEED, output=tmp_path / "grades")
    write_results(graded, tmp_path / "grades")
    assert list(graded.problems) == ["ben"]
    rows = scores(tmp_path)
    assert [row["finding"] for row in rows if row["student"] == "ben"] == ["not-graded"] * 3


def test_a_missing_or_empty_folder_is_named(course, folder):
    with pytest.raises(UsageError, match="there is no folder"):
        find_submissions(folder)
    folder.mkdir()
    (folder / ".DS_Store").write_text("x")
    with pytest.raises(UsageError, match="holds no submissions"):
        find_submissions(folder)


# The batch


def test_a_second_run_goes_on_where_the_first_was_interrupted(course, folder, tmp_path, monkeypatch):
    for student in ("anna", "ben", "chen"):
        submit(course, folder / f"{student}.ipynb")
    ran = []
    run = Sandbox.run

    def interrupted(self, cells):
        ran.append(cells)
        if len(ran) == 3:
            raise KeyboardInterrupt
        return run(self, cells)

    monkeypatch.setattr(Sandbox, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        findings(course, folder, tmp_path)
    found = findings(course, folder, tmp_path)
    assert len(ran) == 4
    assert found == dict.fromkeys(("anna", "ben", "chen"), ALL_RIGHT)


def test_what_changed_is_run_again(course, folder, tmp_path, monkeypatch):
    submit(course, folder / "anna.ipynb")
    assert findings(course, folder, tmp_path)["anna"]["q1"] == "right"
    submit(course, folder / "anna.ipynb", q1="check('q1', 1)")
    assert findings(course, folder, tmp_path)["anna"]["q1"] == "different"
    monkeypatch.setattr(Sandbox, "run", lambda *asked: Outcome())
    assert findings(course, folder, tmp_path)["anna"]["q1"] == "different"
    assert findings(course, folder, tmp_path, seed=SEED + 1)["anna"]["q1"] == "missing"


def test_a_damaged_kept_result_is_made_again(course, folder, tmp_path):
    submit(course, folder / "anna.ipynb")
    findings(course, folder, tmp_path)
    (tmp_path / "grades" / KEPT / "anna.json").write_text("{")
    assert findings(course, folder, tmp_path)["anna"] == ALL_RIGHT


def test_a_sandbox_that_fails_costs_no_score(course, folder, tmp_path, monkeypatch):
    submit(course, folder / "anna.ipynb")

    def fail(self, cells):
        raise SandboxError("no memory left")

    monkeypatch.setattr(Sandbox, "run", fail)
    graded = grade(LESSON, folder, seed=SEED, output=tmp_path / "grades")
    assert graded.problems == {"anna": "no memory left"}
    assert graded.marks == []


def test_without_bubblewrap_nothing_runs_unless_asked(course, folder, tmp_path, monkeypatch):
    submit(course, folder / "anna.ipynb", q1="1 / 0", q3="import os; os._exit(0)")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(UsageError, match=r"apt-get install bubblewrap.*--unsafe-no-sandbox"):
        findings(course, folder, tmp_path)
    found = findings(course, folder, tmp_path, safe=False)
    assert found["anna"] == {"q1": "error", "q2": "written", "q3": "error"}


def test_a_sandbox_that_cannot_be_made_says_so(course, folder, tmp_path, monkeypatch):
    submit(course, folder / "anna.ipynb")
    monkeypatch.setattr("opslab.grading.sandbox._separation", lambda: ["--no-such-option"])
    with pytest.raises(UsageError, match=r"cannot make a sandbox here: .*no-such-option"):
        findings(course, folder, tmp_path)


def test_a_folder_that_cannot_be_written_is_found_out_first(course, folder, tmp_path, monkeypatch):
    submit(course, folder / "anna.ipynb")
    (tmp_path / "grades").write_text("a file stands where the folder should be")
    monkeypatch.setattr(Sandbox, "run", lambda *asked: pytest.fail("it ran"))
    with pytest.raises(NotWrittenError, match="cannot be written"):
        findings(course, folder, tmp_path)


@pytest.mark.parametrize("jobs", [0, -1, 1.5, True])
def test_a_bad_number_of_jobs_is_refused(course, folder, tmp_path, jobs):
    with pytest.raises(UsageError, match="expected a whole number from 1"):
        findings(course, folder, tmp_path, jobs=jobs)


@pytest.mark.parametrize(
    "limit", [{"cell_seconds": 0}, {"gigabytes": -1}, {"notebook_seconds": float("nan")}]
)
def test_limits_that_leave_nothing_are_refused(limit):
    with pytest.raises(UsageError, match="expected at least"):
        Limits(**limit)


def test_results_do_not_go_among_the_submissions(course, folder, tmp_path):
    submit(course, folder / "anna.ipynb")
    with pytest.raises(UsageError, match="outside"):
        findings(course, folder, tmp_path, output=folder / "grades")


def test_an_unknown_lesson_and_a_bad_seed_are_named(course, folder, tmp_path, capsys):
    submit(course, folder / "anna.ipynb")
    assert main(["grade", "99-none", str(folder), "--seed", "5"]) == 2
    assert "there are no exercises '99-none'; there are 06-tiny" in capsys.readouterr().err


# What the instructor reads


def scores(tmp_path):
    with (tmp_path / "grades" / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def command(folder, tmp_path, *more):
    return main(
        ["grade", LESSON, str(folder), "--seed", str(SEED), "--output", str(tmp_path / "grades"), *more]
    )


def test_the_command_writes_scores_pages_and_the_report(course, folder, tmp_path, capsys):
    submit(
        course,
        folder / "anna.ipynb",
        q1="check('q1', sum(values))",
        q2="check('q2', '=1+1 is what I think of it')",
    )
    submit(course, folder / "ben.ipynb", q3="check('q3', 99)")
    submit(
        course, folder / "chen.ipynb", q3="check('q3', 99.0)", q1="check('q1', '<script>alert(1)</script>')"
    )
    assert command(folder, tmp_path) == 0
    rows = scores(tmp_path)
    assert [(row["student"], row["question"], row["score"], row["finding"]) for row in rows[:3]] == [
        ("anna", "q1", "0", "sum"), ("anna", "q2", "", "written"), ("anna", "q3", "1", "right"),
    ]  # fmt: skip
    assert rows[1]["text"] == "'=1+1 is what I think of it"
    assert "says when it misleads" in rows[1]["rubric"]
    report = (tmp_path / "grades" / "report.html").read_text("utf-8")
    assert "You forgot to divide by the count." in report
    assert '<tr><td>Another idea</td><td class="number">2</td>' in report  # q3 alone, twice wrong
    assert "Given by several" in report
    page = (tmp_path / "grades" / "students" / "chen.html").read_text("utf-8")
    assert "<script>" not in page + report
    assert "&lt;script&gt;" in page
    assert "Read again in the lesson: Another idea" in page
    assert "2 graded" not in capsys.readouterr().out


ODD_CELLS = {
    "＝1+1": "'＝1+1",
    "＋86 13": "'＋86 13",
    "－x": "'－x",
    "＠SUM(A1)": "'＠SUM(A1)",
    "a\0b\x1b[2Jc\x7f\x9b": "a\ufffdb\ufffd[2Jc\ufffd\ufffd",
    "two\nlines\tand\r\n": "two\nlines\tand\r\n",
    "half \ud83d of it": "half \ufffd of it",
    "字" * 450_000: "字" * LONGEST_CELL + CUT.format(count=450_000 - LONGEST_CELL),
}


@pytest.mark.parametrize("text", ODD_CELLS, ids=range(len(ODD_CELLS)))
def test_no_text_of_a_student_breaks_scores_or_pages(course, text, tmp_path):
    mark = Mark("anna", "q2", None, "written", "", text, comment=text)
    write_results(Graded(LESSON, SEED, [mark], {"ben": text}), tmp_path / "grades")
    written, problem = (row for row in scores(tmp_path) if row["question"] == "q2")
    assert (written["text"], problem["message"]) == (ODD_CELLS[text], ODD_CELLS[text])
    page = (tmp_path / "grades" / "students" / "anna.html").read_text("utf-8")
    report = (tmp_path / "grades" / "report.html").read_text("utf-8")
    assert not set("\0\x1b\x7f\x9b") & set(page + report)
    assert len(page) > len(text)


def test_the_command_tells_what_was_not_graded(course, folder, tmp_path, capsys):
    submit(course, folder / "anna.ipynb")
    (folder / "ben.ipynb").write_text("nothing")
    assert command(folder, tmp_path) == 1
    assert "ben: not a notebook" in capsys.readouterr().out
    assert "not a notebook" in (tmp_path / "grades" / "report.html").read_text("utf-8")


def test_a_new_named_mistake_is_found_without_running_again(course, folder, tmp_path, monkeypatch):
    submit(course, folder / "anna.ipynb", q3="check('q3', max(values))")
    assert findings(course, folder, tmp_path)["anna"]["q3"] == "largest"
    monkeypatch.setattr(Sandbox, "run", lambda *asked: pytest.fail("it ran again"))
    assert findings(course, folder, tmp_path)["anna"]["q3"] == "largest"


def test_a_worker_that_outlives_its_end_is_not_waited_for(course, monkeypatch):
    sandbox = Sandbox(QUICK, [], SEED, ahead=1)
    monkeypatch.setattr(os, "killpg", lambda *process: None)  # as where bubblewrap has just begun
    sandbox._worker().end()
    sandbox.close()
