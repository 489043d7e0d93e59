"""Text becomes notebooks: stable, whole, and with an error that names the place."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from opslab.authoring.build import BuildError, Target, _run, build, build_all, convert, main, stale, targets
from opslab.authoring.course_map import MARK
from opslab.exercises.questions import tags
from opslab.ground.paths import write_whole
from tests.course import EXERCISES, LESSON, write_course

LESSON_TARGET = Target("06-tiny", "notebooks", execute=True)


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSLAB_COURSE", str(tmp_path))
    return write_course(tmp_path)


@pytest.fixture(scope="module")
def once_built(tmp_path_factory):
    """Build the course once, for all tests that begin with a built one."""
    root = write_course(tmp_path_factory.mktemp("built"))
    assert build_all(root, [], jobs=1) == []
    return root


@pytest.fixture
def built_course(course, once_built):
    shutil.copytree(once_built, course, dirs_exist_ok=True)
    return course


def with_lesson(root, code):
    path = root / "lessons" / "06-tiny" / "lesson.md"
    path.write_text(LESSON.replace("print(1 + 1)", code), encoding="utf-8")


def authored_ids(root, target):
    """Return the ids of a notebook's cells, without the map and the ways."""
    return [cell.id for cell in convert(root, target).cells if MARK not in tags(cell)]


def test_one_folder_gives_three_notebooks(built_course):
    assert [target.path for target in targets(built_course)] == [
        "exercises/06-tiny.ipynb",
        "solutions/06-tiny.ipynb",
        "notebooks/06-tiny.ipynb",
    ]
    exercise, solution, lesson = (
        nbformat.read(built_course / target.path, as_version=4) for target in targets(built_course)
    )
    assert lesson.cells[2].outputs[0].text == "2\n"
    assert all(not cell.outputs for cell in exercise.cells if cell.cell_type == "code")
    assert "✔ Right." in str(solution.cells)
    sources = "\n".join(cell.source for cell in exercise.cells)
    assert "mean = ..." in sources
    assert "sum(values)" not in sources
    assert "whale" not in json.dumps(exercise)


PICTURE = (
    "import plotly.graph_objects as go; from opslab.explore import show; "
    "show(go.Figure(), alt='An empty picture.')"
)


@pytest.mark.parametrize("code", ["print(2)", PICTURE])
def test_a_rebuild_changes_no_byte(course, code):
    with_lesson(course, code)
    build(course, LESSON_TARGET)
    first = (course / LESSON_TARGET.path).read_bytes()
    build(course, LESSON_TARGET)
    assert (course / LESSON_TARGET.path).read_bytes() == first


def test_what_a_cell_prints_in_pieces_is_one_output(course):
    with_lesson(course, "print(1, end=' ', flush=True); import time; time.sleep(0.3); print(2)")
    build(course, LESSON_TARGET)
    cells = nbformat.read(course / LESSON_TARGET.path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.output_type == "stream"] == ["1 2\n"]


def test_each_trace_of_a_picture_is_one_line_of_the_file(course):
    trace = "go.Figure(go.Scatter(y=[1, 2, 4], text=['', '', 'ads']))"
    with_lesson(course, PICTURE.replace("go.Figure()", trace))
    build(course, LESSON_TARGET)
    lines = (course / LESSON_TARGET.path).read_text(encoding="utf-8").splitlines()
    assert any('"ads"' in line and '"y": [ 1, 2, 4' in line for line in lines)
    assert '   "metadata": {' in lines  # all else keeps its lines


def test_cell_ids_come_from_label_or_place(course):
    ids = authored_ids(course, LESSON_TARGET)
    assert ids == ["06-tiny-001", "06-tiny-002", "06-tiny-003", "06-tiny-half"]


def test_exercise_and_solution_share_their_cell_ids(course):
    ids = [authored_ids(course, Target("06-tiny", folder, True)) for folder in ("exercises", "solutions")]
    assert ids[0] == ids[1]
    assert "06-tiny-exercise-q1" in ids[0]


def test_only_what_changed_is_built_again(built_course, capsys):
    build_all(built_course, [], jobs=1)
    assert "up to date" in capsys.readouterr().out
    with_lesson(built_course, "print(3)")
    build_all(built_course, [], jobs=1)
    built = capsys.readouterr().out
    assert "notebooks/06-tiny.ipynb" in built
    assert "solutions/06-tiny.ipynb" not in built


def test_a_reader_that_is_no_function_is_named_with_its_question(course):
    text = EXERCISES.replace(":least_words: 5\n", ":least_words: 5\n:reader: values\n")
    (course / "lessons/06-tiny/exercises.md").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match="q2: TypeError: 'list' object is not callable"):
        build(course, Target("06-tiny", "solutions", execute=True))


def test_check_names_what_is_stale(built_course, capsys):
    assert stale(built_course) == []
    with_lesson(built_course, "print(3)")
    assert main(["--check"]) == 1
    assert "notebooks/06-tiny.ipynb: differs from its text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import os; os._exit(1)", "the kernel stopped"),
        ("import sys; print('careful', file=sys.stderr)", "no warning: careful"),
    ],
)
def test_a_failing_cell_is_named_and_the_old_notebook_stays(built_course, code, cause):
    before = (built_course / LESSON_TARGET.path).read_bytes()
    with_lesson(built_course, code)
    with pytest.raises(BuildError) as error:
        build(built_course, LESSON_TARGET)
    assert "lessons/06-tiny/lesson.md" in str(error.value)
    assert f"`{code}`" in str(error.value)
    assert cause in str(error.value)
    assert (built_course / LESSON_TARGET.path).read_bytes() == before


def test_what_a_kernel_says_beside_its_cells_does_not_reach_the_authors_screen(course, capfd):
    beside = "from ipykernel.kernelapp import IPKernelApp\nIPKernelApp.instance().log.error('late')"
    with_lesson(course, beside)
    build(course, LESSON_TARGET)
    assert capfd.readouterr().err == ""


def test_a_cell_without_end_is_stopped(course, monkeypatch):
    monkeypatch.setattr("opslab.authoring.build.SECONDS_PER_CELL", 1)
    with_lesson(course, "while True: pass")
    began = time.monotonic()
    with pytest.raises(BuildError, match="longer than 1 seconds"):
        build(course, LESSON_TARGET)
    assert time.monotonic() - began < 30
    assert not (course / LESSON_TARGET.path).exists()


def test_one_failing_lesson_does_not_stop_the_others(course, capsys):
    with_lesson(course, "1 / 0")
    errors = build_all(course, [], jobs=1)
    assert len(errors) == 1
    assert (course / "solutions/06-tiny.ipynb").exists()
    assert "notebooks/06-tiny.ipynb  FAILED" in capsys.readouterr().out


@pytest.mark.parametrize("file", ["lesson.md", "exercises.md", "guide.md"])
def test_a_missing_file_is_named(course, file):
    (course / "lessons/06-tiny" / file).unlink()
    with pytest.raises(BuildError, match=rf"lessons/06-tiny: {file} not found"):
        targets(course)


def test_a_misnamed_folder_and_an_unknown_lesson_are_named(course):
    with pytest.raises(BuildError, match="there is no lesson 07-other; there are 06-tiny"):
        targets(course, ["07-other"])
    with pytest.raises(BuildError, match=r"no lesson 06-tinny \(did you mean '06-tiny'\?\)"):
        targets(course, ["06-tinny"])
    (course / "lessons/Retention").mkdir()
    with pytest.raises(BuildError, match="lessons/Retention: the folder's name"):
        targets(course)


def test_unreadable_text_is_named(course):
    (course / "lessons/06-tiny/lesson.md").write_text("---\nkernelspec: [\n---\n# x\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"lessons/06-tiny/lesson\.md: cannot be read"):
        convert(course, LESSON_TARGET)


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("mean = sum(values)\n```\n\n```{code-cell}\n:tags: [wrong]\n:name: off",
         "mean = sum(values) / len(values)\n```\n\n```{code-cell}\n:tags: [wrong]\n:name: off",
         "exercises.md, q1: ValueError: q1: the wrong 'sum' gives"),
        ("mean = sum(values)\n```\n\n```{code-cell}\n:tags: [wrong]\n:name: off",
         "mean = nothing\n```\n\n```{code-cell}\n:tags: [wrong]\n:name: off",
         "exercises.md, q1, the wrong 'sum': NameError: name 'nothing' is not defined"),
    ],
)  # fmt: skip
def test_a_wrong_that_equals_the_answer_or_fails_is_named(course, old, new, cause):
    assert old in EXERCISES
    path = course / "lessons/06-tiny/exercises.md"
    path.write_text(EXERCISES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BuildError) as error:
        build(course, Target("06-tiny", "solutions", execute=True))
    assert "lessons/06-tiny/exercises.md" in str(error.value)
    assert cause in str(error.value)


def test_a_solution_that_fails_is_named_with_its_question(course):
    text = EXERCISES.replace("mean = sum(values) / len(values)\n#| both", "mean = sum(value) / 3\n#| both")
    (course / "lessons/06-tiny/exercises.md").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r"exercises\.md, q1.*: NameError: name 'value' is not defined"):
        build(course, Target("06-tiny", "solutions", execute=True))


def test_a_killed_build_leaves_the_old_notebook(built_course):
    before = (built_course / LESSON_TARGET.path).read_bytes()
    running = built_course / "running"
    with_lesson(built_course, f"import pathlib, time; pathlib.Path({str(running)!r}).touch(); time.sleep(60)")
    killed = subprocess.Popen(
        [sys.executable, "-m", "opslab.authoring.build"],
        env=os.environ | {"OPSLAB_COURSE": str(built_course)},
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not running.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert (built_course / LESSON_TARGET.path).read_bytes() == before
    assert sorted(path.name for path in (built_course / "notebooks").iterdir()) == ["06-tiny.ipynb"]


def built(course, limit=None):
    """Build the course with the command line, in a process that may write files of `limit` bytes at most."""

    def narrow():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "opslab.authoring.build", "--jobs", "2"],
        env=os.environ | {"OPSLAB_COURSE": str(course)}, capture_output=True, text=True, check=False,
        preexec_fn=narrow,
    )  # fmt: skip


@pytest.mark.parametrize("limit", [0, 900])
def test_a_full_disk_is_answered_in_one_line(course, limit):
    run = built(course, limit)
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert "File too large" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_a_folder_that_may_not_be_written_is_named_in_one_line(course):
    (course / "notebooks").write_text("a file stands where the folder should be")
    run = built(course)
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert f"{course / 'notebooks'}: File exists; make room" in run.stderr


def built_as_if(root, target):
    write_whole(root / target.path, b"{}")
    return 0.0


@pytest.mark.parametrize(
    "damage", ["{", "[1]", "3", "\udcff", "[" * 100_000, '{"exercises/06-tiny.ipynb": 3}']
)
def test_a_damaged_fingerprint_file_is_built_anew(course, monkeypatch, damage):
    monkeypatch.setattr("opslab.authoring.build.build", built_as_if)
    known = course / ".build" / "fingerprints.json"
    known.parent.mkdir()
    known.write_text(damage, errors="surrogateescape")
    assert build_all(course, [], jobs=1) == []
    assert json.loads(known.read_text()).keys() == {target.path for target in targets(course)}
    assert all((course / target.path).read_bytes() == b"{}" for target in targets(course))


def test_a_kernel_that_never_came_up_is_started_once_more():
    class Client:
        started = 0

        def execute(self, **start):
            self.started += 1
            if self.started == 1:
                raise RuntimeError("Kernel died before replying to kernel_info")

    client = Client()
    _run(client, {})
    assert client.started == 2
