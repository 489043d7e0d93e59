"""Find the submitted notebooks of a class, and make each runnable again as far as it goes.

A folder holds either one notebook for each student (`submissions/anna.ipynb`) or one folder for each student
with a notebook in it (`submissions/anna/anything.ipynb`), as learning platforms hand them out.
"""

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

from opslab.exercises.cells import read_notebook
from opslab.exercises.messages import UsageError

LARGEST = 20_000_000  # bytes of a notebook
LARGEST_OLD = 2_000_000  # letters of one in an older format; to bring it up to date takes 200 times its size
LONGEST_NAME = 200  # bytes; a file system takes 255, ending and all
LONGEST_PROBLEM = 500  # letters

# Words
NO_FOLDER = "there is no folder {folder}; give the folder that holds the submitted notebooks"
NOTHING = (
    "{folder} holds no submissions; expected one notebook for each student (anna.ipynb), or one folder for "
    "each student with a notebook in it (anna/06-retention.ipynb)"
)
TWO = "{count} notebooks of one student: {files}; keep the one that counts and grade again"
TOO_LARGE = (
    "{size:.0f} MB, where {most:.0f} MB are the most; clear its outputs (Edit, Clear Outputs of All Cells) "
    "and grade again"
)
NOT_A_NOTEBOOK = "not a notebook ({cause}); ask for the .ipynb file as JupyterLab saves it"
NOT_READ = "cannot be read ({cause})"
NO_FILE = "is a link or no file at all; put the notebook itself in its place"
LONG_NAME = "the name is longer than {most} bytes; shorten it and grade again"
OLD_AND_LARGE = "an older format, and larger than {most:.0f} MB"
WRONG_ENDING = "ends in {ending!r}; if it is the notebook, rename it to {name}.ipynb and grade again"
OTHER_LESSON = "is the exercise of {found}, expected {lesson}"
NO_CHECKS = "holds no call of check(…): is it the exercise notebook of {lesson}?"

# Calls of check as students write them: check("q1", ...) or check('q1', ...).
_CHECK = re.compile(r"""\bcheck\s*\(\s*["'](\w+)["']""")
# What would steer a terminal, turn the direction of writing around, or stand for no letter at all.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SEED = re.compile(r"\bseed\s*=\s*(\d{1,9})\b")


class SubmissionError(ValueError):
    """A submission that cannot be graded; the sentence says why and what to do.

    It may quote the submission, and is safe to print nevertheless.
    """

    def __init__(self, words: str):
        super().__init__(_printable(words)[:LONGEST_PROBLEM])


@dataclass(frozen=True)
class CodeCell:
    """A code cell: its id in the notebook, its source, and the questions whose answers belong there."""

    id: str
    source: str
    questions: frozenset[str]


def _cell(id: str, source: str) -> CodeCell:
    return CodeCell(id, source, frozenset(_CHECK.findall(source)))


@dataclass(frozen=True)
class Submission:
    """One student's notebook: the cells to run, by their place, and what tells this version from another."""

    student: str
    cells: dict[str, CodeCell]
    own_seed: int
    digest: str

    @property
    def sources(self) -> dict[str, str]:
        """The cells' sources, by their place."""
        return {place: cell.source for place, cell in self.cells.items()}


def find_submissions(folder: Path) -> dict[str, list[Path]]:
    """Return each student's candidate files; exactly one notebook is what one hopes for.

    Raises
    ------
    UsageError
        If the folder is missing or holds nothing that could be a submission.
    """
    if not folder.is_dir():
        raise UsageError(NO_FOLDER.format(folder=folder))
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        if path.is_dir() and not path.is_symlink():
            inside = sorted(
                file for file in path.rglob("*") if not os.path.isdir(file) and not _is_hidden(file, path)
            )
            notebooks = [file for file in inside if file.suffix == ".ipynb"]
            found[_student(path.name)] += notebooks or inside[:1]
        else:
            found[_student(path.name.partition(".")[0])].append(path)
    found = {student: _preferred(files) for student, files in found.items() if files}
    if not found:
        raise UsageError(NOTHING.format(folder=folder))
    return found


def read_submission(
    student: str, files: Sequence[Path], lesson: str, sheet: Sequence[CodeCell]
) -> Submission:
    """Return a student's submission, its set-up cells put back.

    Raises
    ------
    SubmissionError
        If there are two notebooks, or the file is none, is too large, or is of another lesson.
    """
    if len(files) > 1:
        raise SubmissionError(TWO.format(count=len(files), files=", ".join(_shown(path) for path in files)))
    path = files[0]
    if len(student.encode()) > LONGEST_NAME:
        raise SubmissionError(LONG_NAME.format(most=LONGEST_NAME))
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):  # a link leads out of the folder, a pipe never ends
            raise SubmissionError(NO_FILE)
        if path.suffix != ".ipynb":
            raise SubmissionError(WRONG_ENDING.format(ending=path.suffix, name=student))
        size = found.st_size
        if size > LARGEST:
            raise SubmissionError(TOO_LARGE.format(size=size / 1e6, most=LARGEST / 1e6))
        content = path.read_bytes()
    except OSError as error:
        raise SubmissionError(NOT_READ.format(cause=error.strerror)) from error
    cells = _cells_of(content)
    _require_lesson(cells, lesson, sheet)
    own = _SEED.search("\n".join(cell.source for cell in cells))
    runnable = {str(place): cell for place, cell in enumerate(with_setup(cells, sheet), start=1)}
    return Submission(student, runnable, int(own[1]) if own else 0, sha256(content).hexdigest())


def code_cells(text: str) -> list[CodeCell]:
    """Return the code cells of a notebook's text; ValueError if it is none.

    A notebook of an older format is brought to the present one first.
    """
    try:
        notebook = read_notebook(text)
    except ValueError:
        if len(text) > LARGEST_OLD:
            raise ValueError(OLD_AND_LARGE.format(most=LARGEST_OLD / 1e6)) from None
        import nbformat  # slow to import, and seldom needed

        notebook = nbformat.reads(text, as_version=4)
    return [
        _cell(getattr(cell, "id", "") or str(place), cell.source)
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]


def leading_setup(sheet: Sequence[CodeCell]) -> list[CodeCell]:
    """Return the cells before the first question, with which every submission begins as it was handed out."""
    return list(takewhile(lambda cell: not cell.questions, sheet))


def with_setup(cells: Sequence[CodeCell], sheet: Sequence[CodeCell]) -> Iterator[CodeCell]:
    """Yield a student's cells, and among them the later set-up cells of the sheet that they build on.

    A set-up cell runs as it was handed out (the leading ones have run already), and then as the student left
    it if it was changed: whoever deleted or broke an import loses no question by that.
    """
    done = len(leading_setup(sheet))
    places = {cell.id: place for place, cell in enumerate(sheet)}
    asked = {name: place for place, cell in enumerate(sheet) for name in cell.questions}
    anchors = [
        places.get(cell.id, next((asked[name] for name in cell.questions if name in asked), None))
        for cell in cells
    ]
    if all(anchor is None for anchor in anchors):
        yield from (cell for cell in sheet[done:] if not cell.questions)
    for cell, anchor in zip(cells, anchors, strict=True):
        if anchor is not None:
            yield from (before for before in sheet[done : anchor + 1] if not before.questions)
            done = max(done, anchor + 1)
        if anchor is None:
            yield cell
        elif cell.source != sheet[anchor].source or cell.questions:
            yield replace(cell, questions=cell.questions | sheet[anchor].questions)


def _cells_of(content: bytes) -> list[CodeCell]:
    try:
        return code_cells(content.decode("utf-8"))
    except Exception as error:  # whatever a broken file makes the reader raise
        cause = str(error).partition("\n")[0][:100] or type(error).__name__
        raise SubmissionError(NOT_A_NOTEBOOK.format(cause=cause)) from error


def _require_lesson(cells: Sequence[CodeCell], lesson: str, sheet: Sequence[CodeCell]) -> None:
    if any(cell.id in {known.id for known in sheet} for cell in cells):
        return
    others = {cell.id.partition("-exercise-")[0] for cell in cells if "-exercise-" in cell.id} - {lesson}
    if others:
        raise SubmissionError(OTHER_LESSON.format(found=", ".join(sorted(others)), lesson=lesson))
    if not any(cell.questions for cell in cells):
        raise SubmissionError(NO_CHECKS.format(lesson=lesson))


def _student(name: str) -> str:
    """Return whose a file or folder is; `anna (1)`, a browser's second download, is anna's."""
    name = _printable(name)
    return re.sub(r"\s*(\(\d+\)|-checkpoint)$", "", name).strip() or name


def _printable(text: str) -> str:
    return _UNSAFE.sub("\ufffd", text)


def _preferred(files: list[Path]) -> list[Path]:
    """Drop what lies beside a notebook: a PDF of it, data, notes."""
    return [path for path in files if path.suffix == ".ipynb"] or files[:1]


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith((".", "__")) for part in file.relative_to(folder).parts)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
