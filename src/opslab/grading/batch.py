"""Grade a class: every submission once, results kept one by one, so that an interruption loses nothing."""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from opslab.datasets import describe, load
from opslab.exercises.answer_key import AnswerKey, read_questions, read_solution
from opslab.exercises.comparisons import comparison_of
from opslab.exercises.display import UsageError
from opslab.exercises.judge import require_wrong
from opslab.grading.archive import unpacked
from opslab.grading.class_lists import Entries, Register, entries
from opslab.grading.gradebook import Gradebook
from opslab.grading.limits import Limits
from opslab.grading.marks import Key, Mark, marks_of
from opslab.grading.sandbox import Outcome, Sandbox, SandboxError
from opslab.grading.submissions import (
    ClassFolder,
    CodeCell,
    Submission,
    code_cells,
    leading_setup,
    read_class,
)
from opslab.ground.paths import course_root, write_whole

# Words
BAD_JOBS = "jobs is {jobs!r}; expected a whole number from 1"
UNLUCKY = "world {seed} does not tell every mistake from the answer ({cause}); grade with another --seed"
INSIDE = "the results would lie in {output}, among the submissions; give an --output outside {submissions}"
GRADING = "graded"
NONE_FITS = "none of the {count} hand-ins in {submissions} can be graded as {lesson}. {examples}"
NONE = "{student}: {problem}"
NO_GRADES = (
    "{folder} holds no grades; run `opslab grade LESSON SUBMISSIONS --output {folder}` first, or give the "
    "folder that it wrote"
)
STALE = (
    "{path} is damaged, or the exercises have changed since; run `opslab grade` again with this --output. "
    "Nothing that is unchanged runs anew, and reviews are kept"
)

GRADED = "graded.json"
EXAMPLES = 3
LONGEST_FAULT = 300  # letters kept of why a function cannot be measured
HELD_BACK = "held-back.txt"  # a number that no submission can know, for what is played in luck of its own
KEPT = "answers"  # folder of what the runs handed over


@dataclass(frozen=True)
class Graded:
    """A class's marks, the submissions that could not be graded, with the reason, and worked answers.

    `worked` has the solution's text in world `seed` for each written question, `aside` each file that was not
    taken for a submission, with the reason. `entries` is what the platform's list and the deadlines say.
    """

    lesson: str
    seed: int
    marks: list[Mark]
    problems: dict[str, str]
    worked: dict[str, str] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    entries: Entries = field(default_factory=Entries)


def grade(
    lesson: str,
    submissions: Path,
    *,
    seed: int,
    output: Path,
    jobs: int = 1,
    limits: Limits | None = None,
    safe: bool = True,
    register: Register | None = None,
) -> Graded:
    """Grade every submission in a folder or a zip, on the data of world `seed`.

    Parameters
    ----------
    lesson : such as "06-retention"
    submissions : one notebook, or one folder with a notebook, for each student; or a platform's zip of them
    seed : the world to grade in; one that the students have not seen finds typed-in numbers out
    output : folder for the results; a submission that was run before, unchanged, is not run again
    jobs : how many run side by side
    limits : what one submission may use
    safe : run in the sandbox; False runs other people's code with your own rights
    register : the platform's user list and the deadlines, where there are any

    Raises
    ------
    UsageError
        If there is no such lesson, no submission of it, or no sandbox, or a list does not fit the class.
    NotWrittenError
        If the output folder cannot be written; found out before anything runs.
    """
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise UsageError(BAD_JOBS.format(jobs=jobs))
    if output.resolve().is_relative_to(submissions.resolve()):
        raise UsageError(INSIDE.format(output=output, submissions=submissions))
    read_questions(lesson)  # so that an unknown lesson is told first
    handed_out = course_root() / "exercises" / f"{lesson}.ipynb"
    sheet = code_cells(handed_out.read_text("utf-8"))
    found = _hand_ins(submissions, lesson, sheet)
    known = entries(register or Register(), lesson, found.submissions)
    held_back = _held_back(output)
    key = _answer_key(lesson, seed, held_back)
    limits = limits or Limits()
    store = _Store(output / KEPT, f"{[cell.source for cell in sheet]} {seed} {limits} {held_back}")
    outcomes, failed = _outcomes(found.submissions, store, _sandboxes(key, sheet, limits, safe), jobs)
    done = sorted((one for one in found.submissions if one.student in outcomes), key=lambda one: one.student)
    marks = [mark for one in done for mark in marks_of(one, outcomes[one.student], key)]
    problems = dict(sorted((found.problems | failed).items()))
    graded = Graded(lesson, seed, marks, problems, _worked(key), found.aside, known)
    write_whole(output / GRADED, json.dumps(asdict(graded), indent=1).encode())
    return graded


def read_graded(folder: Path) -> Graded:
    """Return what `grade` found last in a folder of results.

    Raises
    ------
    UsageError
        If nothing was graded there, or the file does not fit the exercises of today.
    """
    path = folder / GRADED
    try:
        kept = json.loads(path.read_text("utf-8"))
        known = kept.get("entries", {})
        book = known.get("gradebook")
        known |= {"gradebook": book and Gradebook(**book)}
        marks = [Mark(**mark) for mark in kept["marks"]]
        graded = Graded(**kept | {"marks": marks, "entries": Entries(**known)})
        questions = read_questions(graded.lesson)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(NO_GRADES.format(folder=folder)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(STALE.format(path=path)) from error
    if not {mark.question for mark in graded.marks} <= questions.keys():
        raise UsageError(STALE.format(path=path))
    return graded


def _hand_ins(submissions: Path, lesson: str, sheet: Sequence[CodeCell]) -> ClassFolder:
    """Return a folder's or a zip's hand-ins; refuse one of which none is of this lesson."""
    with unpacked(submissions) as folder:
        found = read_class(folder, lesson, sheet)
    if not found.submissions:
        examples = "; ".join(
            NONE.format(student=student, problem=problem)
            for student, problem in list(found.problems.items())[:EXAMPLES]
        )
        words = {"count": len(found.problems), "submissions": submissions, "lesson": lesson}
        raise UsageError(NONE_FITS.format(**words, examples=examples))
    return found


def _sandboxes(
    key: Key, sheet: Sequence[CodeCell], limits: Limits, safe: bool
) -> Callable[[int, int], Sandbox]:
    """Return what makes a sandbox for so many hand-ins, of which so many run side by side."""
    setup = [cell.source for cell in leading_setup(sheet)]

    def sandbox(count: int, jobs: int) -> Sandbox:
        return Sandbox(
            limits,
            setup,
            key.seed,
            tables=_tables(key.lesson, key.seed) if count else {},
            ahead=min(jobs, count - 1),
            safe=safe,
            measure=lambda name, function: _found(key, name, function),
        )

    return sandbox


def _outcomes(
    submissions: Sequence[Submission], store: "_Store", sandbox: Callable[[int, int], Sandbox], jobs: int
) -> tuple[dict[str, Outcome], dict[str, str]]:
    """Return what each hand-in handed over, kept from before or run now, and why the sandbox ran some not."""
    outcomes = {one.student: kept for one in submissions if (kept := store.read(one)) is not None}
    waiting = [one for one in submissions if one.student not in outcomes]
    failed = {}
    with tqdm(total=len(submissions), initial=len(outcomes), desc=GRADING, disable=None) as bar:
        for submission, outcome in _side_by_side(waiting, sandbox(len(waiting), jobs), jobs):
            if isinstance(outcome, SandboxError):
                failed[submission.student] = str(outcome)
            else:
                store.write(submission, outcome)
                outcomes[submission.student] = outcome
            bar.update()
    return outcomes, failed


def _worked(key: Key) -> dict[str, str]:
    """Return the solution's text for each written question."""
    written = [name for name, question in key.questions.items() if question.kind == "written"]
    return {name: str(key.answers[name][0]) for name in written}


def _side_by_side(
    waiting: Sequence[Submission], sandbox: Sandbox, jobs: int
) -> Iterator[tuple[Submission, Outcome | SandboxError]]:
    """Yield each submission's outcome as it is ready. Threads wait for the workers; judging stays outside."""
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(sandbox.run, submission.sources): submission for submission in waiting}
        try:
            for future in as_completed(running):
                error = future.exception()
                if error is not None and not isinstance(error, SandboxError):
                    raise error
                yield running[future], error or future.result()
        finally:
            sandbox.close()
            pool.shutdown(cancel_futures=True)


def _held_back(output: Path) -> int:
    """Return the number that is kept beside the results, so that grading again is the same; or a new one."""
    path = output / HELD_BACK
    if not path.is_file():
        write_whole(path, str(secrets.randbits(40)).encode())
    return int(path.read_text("utf-8"))


def _found(key: Key, name: str, function: Callable[..., object]) -> dict[str, Any] | None:
    """Return what the author's measure makes of a function, or why it cannot be measured."""
    question = key.questions.get(name)
    if question is None or not question.measure:
        return None
    try:
        return {"value": key.answers.measured(question, function)}
    except Exception as error:  # a function answers what it likes, and the measure may stumble over it
        return {"fault": str(error)[:LONGEST_FAULT]}


def _answer_key(lesson: str, seed: int, held_back: int) -> Key:
    """Work out what is right, and refuse a world in which a mistake happens to be right."""
    questions, answers = read_questions(lesson), AnswerKey(read_solution(lesson), seed, held_back)
    for name, question in questions.items():
        try:
            if question.kind != "written":
                require_wrong(comparison_of(question, *answers[name]))
        except ValueError as error:
            raise UsageError(UNLUCKY.format(seed=seed, cause=error)) from error
    return Key(lesson, seed, questions, answers)


def _tables(lesson: str, seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables that a lesson's solution loads; its answers were worked out on them already."""
    code = "".join(cell.source for cell in read_solution(lesson).cells if cell.cell_type == "code")
    return {name: load(name, seed) for name in describe().index if f'"{name}"' in code}


class _Store:
    """What each run handed over, in a file for each student, with what it depends on.

    Answers are kept, not marks: whoever names a new mistake finds it in the report without running anything
    again.
    """

    def __init__(self, folder: Path, settings: str):
        self._folder = folder
        self._settings = settings
        write_whole(folder / ".writable", b"")

    def read(self, submission: Submission) -> Outcome | None:
        """Return what this very submission handed over under these settings, or None."""
        try:
            kept = json.loads(self._path(submission).read_text("utf-8"))
            if kept["of"] == self._key(submission):
                return Outcome(kept["answers"], kept["errors"], kept["changed"], kept["measured"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return None

    def write(self, submission: Submission, outcome: Outcome) -> None:
        """Keep what one run handed over."""
        kept = {"of": self._key(submission)} | asdict(outcome)
        write_whole(self._path(submission), json.dumps(kept, indent=1).encode())

    def _path(self, submission: Submission) -> Path:
        return self._folder / f"{submission.student}.json"

    def _key(self, submission: Submission) -> str:
        return sha256(f"{submission.digest} {self._settings}".encode()).hexdigest()
