"""How many of thirty submissions `opslab grade`, otter-grader and nbgrader judge correctly, and how fast.

    .venv/bin/python benchmarks/grading.py            measure and print
    .venv/bin/python benchmarks/grading.py --keep     also write benchmarks/grading.md

One assignment of three questions (grading/exercises.md) stands in each grader's own form, and one set of
submissions (grading/submissions.py) is given to all three: the same cells, graded in the same world, of
another seed than the students saw. The graders are installed with pip into environments that are thrown away,
so a package index must be in reach. Their tests are hidden from the students; they hold the values that the
solution gives in the graded world, and compare as closely as `opslab` does.

A submission is judged correctly when each of its three questions gets the mark that it deserves. Each
grader is called as its documentation says, under one limit of memory; `opslab grade` then takes one
submission for each core at a time, and is measured one at a time, too. A cell may take ten seconds where
there is such a setting. `otter run` has none, so it is stopped from outside; `otter grade`, which has one
for a submission, needs a Docker server and is not measured.
"""

import argparse
import csv
import json
import os
import platform
import resource
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from opslab.authoring.build import Target, convert
from opslab.exercises.answer_key import AnswerKey
from opslab.exercises.questions import read_sheet, tags

REPOSITORY = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).with_suffix(".md")
FOLDER = Path(__file__).with_suffix("")
LESSON = "90-grading"
SEED = 7  # the world that is graded; students see world 0
CELL_SECONDS = 10
OTTER_SECONDS = 30  # for a whole submission, a cell's ten and what a run takes
MEMORY = 4 * 2**30  # bytes of address space for each process
CLASS = 300
NAMES = {"q1": "share", "q2": "paid", "q3": "wait"}
SUBMISSIONS = runpy.run_path(str(FOLDER / "submissions.py"))["SUBMISSIONS"]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
# Besides the grader itself: a kernel, and what the submissions' own code imports, as it is here.
SHARED = [
    f"{package}=={version(package)}"
    for package in ("ipykernel", "pandas", "numpy", "scipy", "narwhals", "platformdirs")
]

NUMBER_TEST = "assert math.isclose({name}, expected_{question}, abs_tol={tolerance})"
TABLE_TEST = """\
assert dict({name}).keys() == expected_{question}.keys()
for label, value in expected_{question}.items():
    assert math.isclose(dict({name})[label], value, abs_tol={tolerance})"""
OTTER_TEST = """\
import math
from otter.test_files import test_case

OK_FORMAT = False
name = {question!r}
points = 1

@test_case(points=0)
def test_kind({name}):
    {kind}

@test_case(points=1, hidden=True)
def test_value({name}):
    expected_{question} = {expected!r}
    {test}
"""
NBGRADER_TEST = """\
import math

{kind}
### BEGIN HIDDEN TESTS
expected_{question} = {expected!r}
{test}
### END HIDDEN TESTS"""
NBGRADER_SEED = "seed = 0\n### BEGIN HIDDEN TESTS\nseed = {seed}\n### END HIDDEN TESTS"
NBGRADER_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "course"
c.Execute.timeout = {seconds}
"""
NBGRADER_MARKS = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook(sys.argv[1]) as book:
    print(json.dumps([
        (submission.student_id, grade.name, grade.auto_score)
        for submission in book.assignment_submissions("assignment")
        for notebook in submission.notebooks
        for grade in notebook.grades
    ]))
"""

Marks = dict[str, dict[str, bool]]  # for each student and question, whether it was judged right


def run(command: list, folder: Path, seconds: float | None = None, **environment: str) -> float:
    """Run a grader under the limit of memory and return its wall time; stop it after `seconds`."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, "IPYTHONDIR": str(folder / ".ipython"), **environment},
        stdout=(folder / "log").open("ab"),
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return time.perf_counter() - began


def save(cells: list, path: Path) -> None:
    """Write a notebook of these cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), path)


class Assignment:
    """The three questions as the course's own code makes them, and what is right in the graded world."""

    def __init__(self, course: Path):
        text = course / "lessons" / LESSON / "exercises.md"
        text.parent.mkdir(parents=True)
        shutil.copy(FOLDER / text.name, text)
        text.with_name("lesson.md").write_text("# Counting\n", encoding="utf-8")
        (course / "datasets").symlink_to(REPOSITORY / "datasets")
        exercise, solution = (
            convert(course, Target(LESSON, kind, execute=False)) for kind in ("exercises", "solutions")
        )
        for notebook, kind in ((exercise, "exercises"), (solution, "solutions")):
            (course / kind).mkdir()
            nbformat.write(notebook, course / kind / f"{LESSON}.ipynb")
        self.course = course
        self.questions = read_sheet(solution)
        code = [cell for cell in exercise.cells if cell.cell_type == "code"]
        self.head = [cell for cell in code if "answer" not in tags(cell)]
        asked = [cell for cell in code if "answer" in tags(cell)]
        self.answers = dict(zip(self.questions, asked, strict=True))
        key = AnswerKey(solution, SEED)
        self.expected = {
            name: value.astype(float).to_dict() if question.kind == "table" else float(value)
            for name, question in self.questions.items()
            for value in [key[name][0]]
        }

    def peers_head(self) -> list:
        """Return the cells above the questions without those that only `opslab` needs."""
        return [new_code_cell(cell.source) for cell in self.head if "opslab.check" not in cell.source]

    def filled(self, template: str, question: str) -> str:
        """Return a peer's test of one question."""
        table = self.questions[question].kind == "table"
        fields = {
            "question": question,
            "name": NAMES[question],
            "tolerance": self.questions[question].absolute,
            "expected": self.expected[question],
            "kind": f"assert {NAMES[question]} is not None and {NAMES[question]} is not ...",
        }
        test = (TABLE_TEST if table else NUMBER_TEST).format(**fields)
        indent = "\n    " if template is OTTER_TEST else "\n"
        return template.format(test=test.replace("\n", indent), **fields)


class Grader:
    """A grader in an environment of its own."""

    package, requirement = "", ""

    def __init__(self, assignment: Assignment, folder: Path):
        self.assignment, self.folder = assignment, folder
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        wanted = self.requirement or self.package
        pip = [self.python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", wanted]
        if subprocess.run([*pip, *SHARED]).returncode:
            raise SystemExit(f"{self.package} cannot be installed: this benchmark needs a package index")
        code = f"from importlib.metadata import version; print(version({self.package!r}))"
        found = subprocess.run([self.python, "-c", code], capture_output=True, text=True, check=True)
        self.label = f"{self.package} {found.stdout.strip()}"

    @property
    def python(self) -> Path:
        return self.folder / "env" / "bin" / "python"

    def run(self, command: list, folder: Path, seconds: float | None = None) -> float:
        """Run a command in the environment, with the course's package in reach of the notebooks."""
        programs = self.python.parent
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        package = str(REPOSITORY / "src")
        course = str(self.assignment.course)
        words = [programs / command[0], *command[1:]]
        return run(words, folder, seconds, PATH=path, PYTHONPATH=package, OPSLAB_COURSE=course)


class Opslab(Grader):
    """`opslab grade`: one submission for each core at a time, unless told otherwise."""

    package, requirement = "opslab", f"{REPOSITORY}[grade]"

    def notebook(self, submission) -> list:
        cells = list(self.assignment.head)
        for question, code in submission.cells:
            cell = new_code_cell(code)
            if question:
                cell = self.assignment.answers[question].copy()
                cell.source = self.assignment.questions[question].code(code)
            cells.append(cell)
        return cells

    def grade(self, students: dict, jobs: int | None = None) -> tuple[Marks, float]:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        for student, submission in students.items():
            save(self.notebook(submission), folder / "submissions" / f"{student}.ipynb")
        command = ["opslab", "grade", LESSON, folder / "submissions", "--seed", SEED]
        command += ["--cell-seconds", CELL_SECONDS, "--output", folder / "graded"]
        command += ["--jobs", jobs] if jobs else []
        seconds = self.run(command, folder)
        scores = folder / "graded" / "scores.csv"
        if not scores.is_file():
            raise ValueError(f"opslab grade wrote no scores.csv: {(folder / 'log').read_text()[-500:]}")
        marks: Marks = {}
        with scores.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                marks.setdefault(row["student"], {})[row["question"]] = row["finding"] == "right"
        return marks, seconds


class Otter(Grader):
    """`otter run`, once for each submission."""

    package = "otter-grader"

    def __init__(self, assignment: Assignment, folder: Path):
        super().__init__(assignment, folder)
        (folder / "tests").mkdir()
        for question in NAMES:
            test = assignment.filled(OTTER_TEST, question)
            (folder / "tests" / f"{question}.py").write_text(test, encoding="utf-8")
        settings = {"seed": SEED, "seed_variable": "seed"}
        (folder / "otter_config.json").write_text(json.dumps(settings), encoding="utf-8")
        self.run(["otter", "generate", "-t", "tests", "-o", "autograder.zip"], folder)

    def notebook(self, submission) -> list:
        cells = [new_code_cell("import otter\n\ngrader = otter.Notebook()"), *self.assignment.peers_head()]
        for question, code in submission.cells:
            cells.append(new_code_cell(code))
            if question:
                cells.append(new_code_cell(f'grader.check("{question}")'))
        return cells

    def grade(self, students: dict) -> tuple[Marks, float]:
        marks, total = {}, 0.0
        for student, submission in students.items():
            folder = Path(tempfile.mkdtemp(dir=self.folder))
            save(self.notebook(submission), folder / f"{student}.ipynb")
            command = ["otter", "run", "-a", self.folder / "autograder.zip", "-o", folder, f"{student}.ipynb"]
            total += self.run(command, folder, OTTER_SECONDS)
            results = folder / "results.json"
            tests = json.loads(results.read_text())["tests"] if results.is_file() else []
            marks[student] = {test["name"]: test.get("score", 0) == 1 for test in tests}
        return marks, total


class Nbgrader(Grader):
    """`nbgrader autograde`, once for the class."""

    package = "nbgrader"

    def __init__(self, assignment: Assignment, folder: Path):
        super().__init__(assignment, folder)
        self.course = folder / "course"
        self.course.mkdir()
        config = NBGRADER_CONFIG.format(seconds=CELL_SECONDS)
        (self.course / "nbgrader_config.py").write_text(config, encoding="utf-8")
        solved = [(name, question.solution) for name, question in assignment.questions.items()]
        save(self.cells(solved), self.course / "source" / "assignment" / "assignment.ipynb")
        self.run(["nbgrader", "generate_assignment", "assignment"], self.course)
        released = nbformat.read(self.course / "release" / "assignment" / "assignment.ipynb", as_version=4)
        self.released = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells if cell.metadata}

    def cells(self, answers: list[tuple[str, str]]) -> list:
        """Return the instructor's cells: what the students get, with the answers and the hidden tests."""
        _, *others = self.assignment.peers_head()
        cells = [self.marked(NBGRADER_SEED.format(seed=SEED), "seed", grade=True, points=0), *others]
        for question, code in answers:
            test = self.assignment.filled(NBGRADER_TEST, question)
            cells.append(self.marked(code, question, solution=True))
            cells.append(self.marked(test, f"test-{question}", grade=True, points=1))
        return cells

    @staticmethod
    def marked(code: str, name: str, *, grade: bool = False, solution: bool = False, points: int = 0):
        marks = {"grade": grade, "solution": solution, "locked": grade, "grade_id": name, "schema_version": 3}
        marks |= {"task": False} | ({"points": points} if grade else {})
        return new_code_cell(code, metadata={"nbgrader": marks})

    def notebook(self, submission) -> list:
        cells = [self.released["seed"], *self.assignment.peers_head()[1:]]
        answered = [question for question, _ in submission.cells]
        for question, code in submission.cells:
            cell = new_code_cell(code)
            if question:
                cell = self.released[question].copy()
                cell.source = code
            cells.append(cell)
            if question:
                cells.append(self.released[f"test-{question}"])
        # A deleted answer leaves its test behind, for that one cannot be deleted.
        cells += [self.released[f"test-{question}"] for question in NAMES if question not in answered]
        return cells

    def grade(self, students: dict) -> tuple[Marks, float]:
        course = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.course, course, dirs_exist_ok=True)
        for student, submission in students.items():
            path = course / "submitted" / student / "assignment" / "assignment.ipynb"
            save(self.notebook(submission), path)
        seconds = self.run(["nbgrader", "autograde", "assignment"], course)
        command = [self.python, "-c", NBGRADER_MARKS, f"sqlite:///{course / 'gradebook.db'}"]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        marks: Marks = {student: {} for student in students}
        for student, cell, score in json.loads(found.stdout):
            marks[student][cell.removeprefix("test-")] = score == 1
        return marks, seconds


def given(marks: Marks, student: str) -> tuple[bool, ...]:
    """Return a student's three marks; a question without one was not judged right."""
    return tuple(marks.get(student, {}).get(question, False) for question in NAMES)


def shown(marks: tuple[bool, ...]) -> str:
    return " ".join("✔" if mark else "✘" for mark in marks)


def report(graders: list[Grader], students: dict) -> str:
    """Grade, and return the tables."""
    honest = {student: work for student, work in students.items() if all(work.truth)}
    ways = {grader.label: grader.grade for grader in graders}
    if isinstance(graders[0], Opslab):
        ways = {f"{graders[0].label}, one at a time": partial(graders[0].grade, jobs=1)} | ways
    rows, judged, speed = [], {}, {}
    for label, grade in ways.items():
        marks, seconds = grade(students)
        _, quiet = grade(honest)
        judged[label] = marks
        speed[label] = seconds / len(students), quiet / len(honest)
        correct = sum(given(marks, student) == work.truth for student, work in students.items())
        rows.append(
            f"| {label} | {correct} of {len(students)} | {speed[label][0]:.2f} | {speed[label][1]:.2f} |"
        )
        print(rows[-1], flush=True)
    lines = [
        "| grader | judged correctly | seconds a submission | of those all right |",
        "|---|---:|---:|---:|",
    ]
    lines += [*rows, "", *ratios(speed), "", f"| submission | truth | {' | '.join(judged)} |"]
    lines.append("|---" * (2 + len(judged)) + "|")
    for student, work in students.items():
        found = [given(marks, student) for marks in judged.values()]
        if not all(work.truth) or any(marks != work.truth for marks in found):
            cells = [shown(marks) if marks == work.truth else f"**{shown(marks)}**" for marks in found]
            lines.append(f"| {work.name} | {shown(work.truth)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ratios(speed: dict[str, tuple[float, float]]) -> list[str]:
    """Say how many times as fast as the faster of the peers this course's grader is."""
    own = {label: seconds for label, seconds in speed.items() if label.startswith("opslab")}
    peers = [seconds for label, seconds in speed.items() if label not in own]
    if not own or not peers:
        return []
    lines = []
    for label, seconds in own.items():
        every, honest = (min(peer[place] for peer in peers) / seconds[place] for place in (0, 1))
        lines.append(
            f"{label}: {every:.1f} times as fast as the faster of the two others, {honest:.1f} times on the "
            "right ones alone."
        )
    return [*lines, "Asked: all judged correctly, at least 3 times as fast."]


def whole_class(opslab: Opslab) -> str:
    """Grade a large class two at a time, and say how long it took."""
    students = {f"student-{place:03d}": SUBMISSIONS[place % len(SUBMISSIONS)] for place in range(CLASS)}
    marks, seconds = opslab.grade(students, jobs=2)
    correct = sum(given(marks, student) == work.truth for student, work in students.items())
    return (
        f"{opslab.label}, two at a time: {CLASS} submissions in {seconds:.0f} s, {correct} of them judged "
        "correctly. Asked: at most 300 s."
    )


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write grading.md")
    parser.add_argument("--only", nargs="+", choices=["opslab", "otter", "nbgrader"], help="leave others out")
    options = parser.parse_args()
    wanted = options.only or ["opslab", "otter", "nbgrader"]
    kinds = {"opslab": Opslab, "otter": Otter, "nbgrader": Nbgrader}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        assignment = Assignment(Path(folder, "course"))
        graders = []
        for name in wanted:
            Path(folder, name).mkdir()
            graders.append(kinds[name](assignment, Path(folder, name)))
        students = {f"student-{place:02d}": work for place, work in enumerate(SUBMISSIONS, start=1)}
        lines = [
            "# Three graders, one assignment, the same submissions",
            "",
            f"{os.cpu_count()} cores, Python {platform.python_version()}, each grader in its environment; "
            "`benchmarks/grading.py`. For the three questions: ✔ marked as right, ✘ as wrong or not at all; "
            "**bold** where that is not the truth. The endless loop takes a grader its limit: "
            f"{CELL_SECONDS} s for a cell, and {OTTER_SECONDS} s for `otter run`, which has none of its own.",
            "",
            report(graders, students),
        ]
        if "opslab" in wanted:
            lines += ["", whole_class(graders[0])]
        text = "\n".join(lines) + "\n"
        print(text, flush=True)
        if options.keep:
            RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
