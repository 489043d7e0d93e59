"""Grading a class with a saboteur in it: the batch ends, the others keep their marks."""

import json
import os
import platform

import pytest

from opslab.__main__ import main
from opslab.exercises.questions import Wrong
from opslab.grading.batch import grade
from opslab.grading.forkserver import imported
from opslab.grading.limits import Limits
from opslab.grading.results import write_results
from opslab.grading.sandbox import Sandbox
from opslab.grading.scores_csv import scores_csv
from opslab.grading.submissions import (
    LARGEST_OLD,
    LONGEST_NAME,
    LONGEST_PROBLEM,
    code_cells,
    read_class,
)
from opslab.grading.syscalls import seccomp_filter
from tests.classroom import (
    LESSON,
    bare_notebook,
    forget_lessons,
    require_bubblewrap,
    submit,
    write_class_course,
)

SEED = 12
QUICK = Limits(cell_seconds=5, gigabytes=1)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The root of a course with three questions, which the package takes for its own meanwhile."""
    require_bubblewrap(in_ci=bool(os.environ.get("CI")))
    with pytest.MonkeyPatch.context() as patch:
        root = write_class_course(tmp_path_factory.mktemp("course"))
        patch.setenv("OPSLAB_COURSE", str(root))
        forget_lessons()
        yield root
    forget_lessons()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "submissions"


def graded_with(course, folder, tmp_path, source):
    """Grade a submission whose first answer cell is `source`; write all that the instructor reads."""
    submit(course, folder / "anna.ipynb", q1=source)
    graded = grade(LESSON, folder, seed=SEED, output=tmp_path / "grades", limits=QUICK)
    write_results(graded, tmp_path / "grades")
    assert scores_csv(graded).count("anna") == 3
    return {mark.question: mark for mark in graded.marks}


def forged(answers, error=""):
    """Return a cell that sends the line with which a cell ends, for whatever cell it is."""
    return (
        "import os, json, sys\nfor place in range(1, 20):\n"
        f"    line = {{'ended': str(place), 'answers': {answers!r}, 'changed': []}}\n"
        f"    line['error'] = {error!r} * 1000\n"
        "    os.write(int(sys.argv[1]), json.dumps(line).encode() + b'\\n')"
    )


DEEP = '{"array": [' + '{"a":' * 900 + "1" + "}" * 900 + "]}"
SABOTAGE = {
    "an error that is no text": ("raise ValueError('\\ud800')", "error"),
    "a question that is no text": ("check('\\ud800', 1)", "missing"),
    "an answer that is no text": (forged({"q1": "\ud800"}), "uncheckable"),
    "a number without end": (forged({"q1": '{"array": [[1, 1' + "0" * 400 + "]]}"}), "uncheckable"),
    "depth without end": (forged({"q1": DEEP}), "uncheckable"),
    "an error without end": (forged({}, "endless "), "error"),
    "a place that is no text": (
        "import os, sys\nos.write(int(sys.argv[1]), b'{\"begins\": [1]}\\n')", "missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SABOTAGE)
def test_what_a_submission_says_does_not_stop_the_batch(course, folder, tmp_path, name):
    source, finding = SABOTAGE[name]
    marks = graded_with(course, folder, tmp_path, source)
    assert {question: mark.finding for question, mark in marks.items()} == {
        "q1": finding, "q2": "written", "q3": "right",
    }  # fmt: skip
    assert all(len(mark.message) < 1000 for mark in marks.values())


HOARDS = {
    "memory without a process": "import os\nos.memfd_create('hoard')",
    "memory of System V": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "if libc.shmget(0, 4096, 0o1600) < 0: raise PermissionError(ctypes.get_errno())",
    "a file system of one's own": "import ctypes, os\nlibc = ctypes.CDLL(None)\nif os.fork() == 0:\n"
    "    os._exit(libc.unshare(0x10020000) == 0 and 7)\nif os.wait()[1] == 0: raise PermissionError",
    "a clone in a space of its own": "import ctypes\nlibc = ctypes.CDLL(None)\n"
    f"made = libc.syscall({56 if platform.machine() == 'x86_64' else 220}, 0x10000011, 0, 0, 0, 0)\n"
    "if made < 0: raise PermissionError",
}


TAKEOVERS = {
    "ptrace": "import ctypes, os\nchild = os.fork() or __import__('time').sleep(60)\n"
    "if ctypes.CDLL(None).ptrace(16, child, 0, 0) < 0: raise PermissionError",
    "memory of process 1": "import os\nif not os.path.exists('/proc/1/mem'): raise PermissionError\n"
    "check('q1', 1)",
}


INSIDE = {
    "rights": "status = open('/proc/self/status').read().splitlines()\n"
    "assert not any(int(line.split()[1], 16) for line in status if line.startswith('Cap')), status",
    "new rights": "status = open('/proc/self/status').read()\nassert 'NoNewPrivs:\\t1' in status",
    "files": "import os, stat\nfor place in range(256):\n"
    "    try: kind = os.fstat(place).st_mode\n"
    "    except OSError: continue\n"
    "    assert not stat.S_ISDIR(kind), place",
    "the world outside": "import os\nfrom opslab.ground.paths import course_root\n"
    "assert os.getppid() == 0 and not os.listdir('/proc/1')\n"
    "assert not (course_root() / 'solutions').exists()\n"
    "assert not any('opslab-' in name for name in os.listdir('/tmp'))",
}


def test_a_forked_worker_stands_where_a_started_one_would(course):
    sandbox = Sandbox(QUICK, [], SEED)
    try:
        assert sandbox.run(INSIDE).errors == {}
    finally:
        sandbox.close()


def test_the_fork_server_imports_what_cells_of_plain_python_import():
    cells = ["import a.b as c, d", "%matplotlib inline\nimport e", "from f.g import h\nif c: from . import i"]
    assert list(imported(cells)) == ["a.b", "d", "f.g"]


@pytest.mark.skipif(not seccomp_filter(), reason="no filter for this machine")
@pytest.mark.parametrize("name", [*HOARDS, *TAKEOVERS])
def test_no_call_to_the_kernel_leads_around_the_limits(course, folder, tmp_path, name):
    mark = graded_with(course, folder, tmp_path, (HOARDS | TAKEOVERS)[name])["q1"]
    assert "PermissionError" in mark.message


def test_memory_that_processes_share_is_counted(course):
    share = (
        "import mmap, os, time\n"
        "os.fork()\n"
        "shared = mmap.mmap(-1, 3 * 10**8)\n"
        "os.fork()\n"
        "for place in range(0, len(shared), 4096): shared[place] = 1\n"
        "time.sleep(60)"
    )
    sandbox = Sandbox(Limits(gigabytes=0.5), [], SEED)
    try:
        assert "of memory" in sandbox.run({"1": share}).errors["1"]
    finally:
        sandbox.close()


def test_a_machine_that_is_not_known_gets_no_filter(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    assert seccomp_filter() == b""


# Files


def refused(course, folder):
    """Return why each submission in a folder cannot be graded, by student."""
    sheet = code_cells((course / "exercises" / f"{LESSON}.ipynb").read_text("utf-8"))
    found = read_class(folder, LESSON, sheet)
    assert found.submissions == []
    return found.problems


def test_links_and_pipes_are_refused_unread(course, folder):
    elsewhere = submit(course, folder.parent / "elsewhere" / "right.ipynb")
    (folder / "inside").mkdir(parents=True)
    (folder / "file.ipynb").symlink_to(elsewhere)
    (folder / "whole").symlink_to(elsewhere.parent)
    (folder / "inside" / "mine.ipynb").symlink_to(elsewhere)
    (folder / "endless.ipynb").symlink_to("/dev/zero")
    (folder / "loop.ipynb").symlink_to("loop.ipynb")
    os.mkfifo(folder / "pipe.ipynb")
    found = refused(course, folder)
    assert found.keys() == {"file", "whole", "inside", "endless", "loop", "pipe"}
    assert all("is a link or no file at all" in words for words in found.values())


def test_odd_names_are_printed_harmlessly_and_stop_nothing(course, folder, tmp_path, capsys):
    submit(course, folder / "anna.ipynb")
    (folder / ("x" * 240)).mkdir()
    for name in (b"\xff", "\x1b[2J", "two\nlines", "\u202eright to left", "x" * 240 + "/a", "-rf", "<b>"):
        with open(os.fsencode(folder) + b"/" + os.fsencode(name) + b".ipynb", "w") as file:
            file.write(bare_notebook("1 + 1"))
    assert (
        main(["grade", LESSON, str(folder), "--seed", str(SEED), "--output", str(tmp_path / "grades")]) == 1
    )
    said = capsys.readouterr().out
    assert "7 not graded" in said
    assert f"longer than {LONGEST_NAME} bytes" in said
    assert not {"\x1b", "\u202e", "\udcff"} & set(said)
    assert "two\ufffdlines: holds no call" in said
    assert "<b>" not in (tmp_path / "grades" / "report.html").read_text("utf-8")


def test_a_problem_quotes_no_more_than_a_little_and_steers_no_terminal(course, folder):
    folder.mkdir()
    cell = json.loads(bare_notebook("1"))
    cell["cells"][0]["id"] = "\x1b[2J" + "x" * 10_000 + "-exercise-q1"
    (folder / "anna.ipynb").write_text(json.dumps(cell))
    words = refused(course, folder)["anna"]
    assert words.startswith("is the exercise of \ufffd[2J")
    assert len(words) == LONGEST_PROBLEM


def test_a_large_file_of_an_older_format_is_refused_before_it_eats_memory(course, folder):
    folder.mkdir()
    (folder / "anna.ipynb").write_text('{"nbformat": 3, "worksheets": []' + " " * LARGEST_OLD + "}")
    assert "an older format, and larger than 2 MB" in refused(course, folder)["anna"]


# Functions that are handed over

HANDED_OVER = {
    "doubles": "check('doubles', lambda given: 2 * given)",
    "knows": "check('knows', lambda given: sorted(set(globals()) & {'seed', 'held_back', 'secret'}))",
    "raises": "check('raises', lambda given: 1 / 0)",
    "record": "check('record', lambda given: given)",
    "withdrawn": "check('withdrawn', len)\ncheck('withdrawn', 3)",
    "zz_ends": "import os\ncheck('zz_ends', lambda given: os._exit(0))",
}


def test_a_function_is_asked_from_outside_and_its_faults_stay_its_own(course):
    secret = 42
    given = {"record": Wrong("off", "by one", "x = 1")}

    def measure(name, ask):
        try:
            return {"value": [ask(given.get(name, secret)), ask(given.get(name, 3))]}
        except ValueError as error:
            return {"fault": str(error)}

    sandbox = Sandbox(QUICK, ["from opslab.check import check"], SEED, measure=measure)
    found = sandbox.run(HANDED_OVER).measured
    sandbox.close()
    assert found["doubles"] == {"value": [84, 6]}
    assert found["knows"] == {"value": [["seed"], ["seed"]]}
    assert "ZeroDivisionError" in found["raises"]["fault"]
    told = {"name": "off", "message": "by one", "source": "x = 1", "sometimes_same": False}
    assert found["record"]["value"][0] == told
    assert "withdrawn" not in found
    assert "fault" in found["zz_ends"]


def test_a_function_that_loops_is_ended(course):
    sandbox = Sandbox(
        Limits(cell_seconds=1),
        ["from opslab.check import check"],
        SEED,
        measure=lambda _, ask: {"value": ask()},
    )
    cells = {"0": "def ever():\n    while True:\n        pass\ncheck('q1', ever)"}
    with pytest.raises(ValueError, match="longer than 1 seconds"):
        sandbox.run(cells)
    sandbox.close()
