"""Find the submitted notebooks of a class, and make each runnable again as far as it goes.

A folder holds either one notebook for each student (`submissions/anna.ipynb`) or one folder for each student
with a notebook in it (`submissions/anna/anything.ipynb`). Names that learning platforms give are understood.
"""

import json
import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import takewhile
from mimetypes import MimeTypes
from pathlib import Path

from opslab.exercises.display import UsageError
from opslab.exercises.notebook_file import read_notebook
from opslab.grading.hand_in_names import HandIn, hand_ins

LARGEST = 20_000_000  # bytes of a notebook
LARGEST_OLD = 2_000_000  # letters of one in an older format; to bring it up to date takes 200 times its size
LONGEST_NAME = 200  # bytes; a file system takes 255, ending and all
LONGEST_PROBLEM = 500  # letters
SHORTEST_ID = 8  # letters of a cell's id that no other notebook has by chance
NOTEBOOK = ".ipynb"

# Words
NO_FOLDER = "there is no folder {folder}; give the folder that holds the submitted notebooks"
NOTHING = (
    "{folder} holds no submissions; expected one notebook for each student (anna.ipynb), or one folder for "
    "each student with a notebook in it (anna/06-retention.ipynb)"
)
TWO = (
    "{count} notebooks that seem to be one student's: {files}. Move those that do not count to another "
    "folder, or, if they are the work of several, give them names unlike those of copies; then grade again"
)
SAME = "holds the same cells as {other}, which is graded"
EARLIER = "an earlier hand-in; {later} came later and is graded"
BESIDE = "lies beside {notebook}; only notebooks are graded"
HELPER = "put there by a program, not by the student"
EMPTY = "an empty folder"
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

# Calls of check as students write them: check("q1", ...); grader.check("q1") is another course's.
_CHECK = re.compile(r"""(?<![\w.])check\s*\(\s*["'](\w+)["']""")
# What would steer a terminal, turn the direction of writing around, or stand for no letter at all.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# How browsers, JupyterLab and file managers name copies: anna (1), anna-Copy1, anna copy 2, anna - 副本.
_COPY = re.compile(r"\s*(\(\d+\)|-Copy\d*|-checkpoint|( -)? (copy|副本)( \d+| \(\d+\))?)$", re.IGNORECASE)
_HELPERS = {".ipynb_checkpoints", "__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}
# Python's own list, not the machine's.
_ENDINGS = {*MimeTypes().types_map[True], NOTEBOOK, ".docx", ".md", ".zip"}
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
    own: tuple[str, ...] = ()  # the sources as they were handed in
    ids: frozenset[str] = frozenset()
    came: float = 0.0  # when its file was written, seconds since 1970
    hand_in: HandIn = field(default_factory=HandIn)

    @property
    def sources(self) -> dict[str, str]:
        """The cells' sources, by their place."""
        return {place: cell.source for place, cell in self.cells.items()}


@dataclass(frozen=True)
class ClassFolder:
    """A folder of submissions: what can be graded, what cannot and why, and which files were left aside."""

    submissions: list[Submission]
    problems: dict[str, str]
    aside: dict[str, str]


def read_class(folder: Path, lesson: str, sheet: Sequence[CodeCell]) -> ClassFolder:
    """Read every student's submission, with its set-up cells put back. No file is passed over in silence.

    Raises
    ------
    UsageError
        If the folder is missing or holds nothing that could be a submission.
    """
    found, aside = find_submissions(folder)
    names = _hand_ins(folder)
    read: dict[str, Submission] = {}
    problems = {}
    for student, files in found.items():
        try:
            of = {path: names[path.relative_to(folder).parts[0]] for path in files}
            read[student] = _one_of(student, of, folder, lesson, sheet, aside)
        except SubmissionError as error:
            problems[student] = str(error)
    versions: dict[str, list[str]] = defaultdict(list)
    for student in list(read):
        original = _original(student)
        if original not in read:
            continue
        one, other = read[original], read[student]
        if one.own == other.own != _code(sheet):
            aside[_shown(found[student][0], folder)] = SAME.format(other=original)
            del read[student]
        elif _same_hand(one, other, sheet):
            versions[original].append(student)
    for original, copies in versions.items():
        names = [original, *copies]
        problems |= dict.fromkeys(names, TWO.format(count=len(names), files=", ".join(names)))
    submissions = [submission for student, submission in read.items() if student not in problems]
    return ClassFolder(submissions, problems, dict(sorted(aside.items())))


def find_submissions(folder: Path) -> tuple[dict[str, list[Path]], dict[str, str]]:
    """Return each student's candidate files, by the name of the file or folder, and what was left aside.

    Raises
    ------
    UsageError
        If the folder is missing or holds nothing that could be a submission.
    """
    if not folder.is_dir():
        raise UsageError(NO_FOLDER.format(folder=folder))
    found: dict[str, list[Path]] = defaultdict(list)
    aside: dict[str, str] = {}
    names = _hand_ins(folder)
    for path in sorted(folder.iterdir()):
        files = [path]
        if path.is_dir() and not path.is_symlink():
            files = sorted(file for file in path.rglob("*") if not os.path.isdir(file))
        kept = [file for file in files if not _is_helper(file.relative_to(folder))]
        aside |= {_shown(file, folder): HELPER for file in files if file not in kept}
        if kept:
            student = names[path.name].student
            found[_printable(student).strip() or path.name] += kept
        elif files == [] and not _is_helper(path.relative_to(folder)):
            aside[_shown(path, folder)] = EMPTY
    for student, files in found.items():
        notebooks = [file for file in files if file.suffix == NOTEBOOK] or files[:1]
        aside |= {
            _shown(file, folder): BESIDE.format(notebook=_printable(notebooks[0].name))
            for file in files
            if file not in notebooks
        }
        found[student] = notebooks
    if not found:
        raise UsageError(NOTHING.format(folder=folder))
    return dict(found), aside


def _one_of(
    student: str,
    files: Mapping[Path, HandIn],
    folder: Path,
    lesson: str,
    sheet: Sequence[CodeCell],
    aside: dict[str, str],
) -> Submission:
    """Return the one submission among a student's files; the rest of them is told in `aside`.

    Of several notebooks those count that are the exercise of the lesson, equal ones count as one, and where a
    platform numbers its files, the latest.
    """
    read: dict[Path, Submission] = {}
    refused: dict[Path, SubmissionError] = {}
    for path in files:
        try:
            read[path] = read_submission(student, path, lesson, sheet)
        except SubmissionError as error:
            refused[path] = error
    if not read:
        raise next(iter(refused.values()))
    differ = len({submission.own for submission in read.values()}) > 1
    if differ and any(files[path].number is None for path in read):
        names = ", ".join(_shown(path, folder) for path in read)
        raise SubmissionError(TWO.format(count=len(read), files=names))
    chosen, *others = sorted(read, key=lambda path: -(files[path].number or 0))
    later = _shown(chosen, folder)
    aside |= {_shown(path, folder): str(error) for path, error in refused.items()}
    for path in others:
        same = read[path].own == read[chosen].own
        aside[_shown(path, folder)] = SAME.format(other=later) if same else EARLIER.format(later=later)
    return replace(read[chosen], hand_in=files[chosen])


def read_submission(student: str, path: Path, lesson: str, sheet: Sequence[CodeCell]) -> Submission:
    """Return what one file holds, its set-up cells put back.

    Raises
    ------
    SubmissionError
        If the file is no notebook, is too large, or is of another lesson.
    """
    if len(student.encode()) > LONGEST_NAME:
        raise SubmissionError(LONG_NAME.format(most=LONGEST_NAME))
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):  # a link leads out of the folder, a pipe never ends
            raise SubmissionError(NO_FILE)
        if path.suffix != NOTEBOOK:
            raise SubmissionError(WRONG_ENDING.format(ending=path.suffix, name=student))
        size, came = found.st_size, found.st_mtime
        if size > LARGEST:
            raise SubmissionError(TOO_LARGE.format(size=size / 1e6, most=LARGEST / 1e6))
        content = path.read_bytes()
    except OSError as error:
        raise SubmissionError(NOT_READ.format(cause=error.strerror)) from error
    cells = _cells_of(content)
    _require_lesson(cells, lesson, sheet)
    seed = _SEED.search("\n".join(cell.source for cell in cells))
    runnable = {str(place): cell for place, cell in enumerate(with_setup(cells, sheet), start=1)}
    return Submission(
        student, runnable, int(seed[1]) if seed else 0, sha256(content).hexdigest(), _code(cells),
        frozenset(cell.id for cell in cells), came,
    )  # fmt: skip


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
        _cell(getattr(cell, "id", "") or str(cell.metadata.get("id", "")) or str(place), cell.source)
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
    homes = [places.get(cell.id) for cell in cells]
    # A cell into which several were merged needs what the last of them builds on.
    needs = [
        max((place for place in (home, *map(asked.get, cell.questions)) if place is not None), default=None)
        for home, cell in zip(homes, cells, strict=True)
    ]
    if all(need is None for need in needs):
        yield from (cell for cell in sheet[done:] if not cell.questions)
    for home, need, cell in zip(homes, needs, cells, strict=True):
        if need is not None:
            yield from (before for before in sheet[done : need + 1] if not before.questions)
            done = max(done, need + 1)
        if home is None:
            yield cell
        elif cell.source != sheet[home].source or cell.questions:
            yield replace(cell, questions=cell.questions | sheet[home].questions)


def _cells_of(content: bytes) -> list[CodeCell]:
    try:
        return code_cells(content.decode(json.detect_encoding(content)))
    except Exception as error:  # whatever a broken file makes the reader raise
        cause = str(error).partition("\n")[0][:100] or type(error).__name__
        raise SubmissionError(NOT_A_NOTEBOOK.format(cause=cause)) from error


def _require_lesson(cells: Sequence[CodeCell], lesson: str, sheet: Sequence[CodeCell]) -> None:
    if any(cell.id in {known.id for known in sheet} for cell in cells):
        return
    others = {cell.id.partition("-exercise-")[0] for cell in cells if "-exercise-" in cell.id} - {lesson}
    if others:
        raise SubmissionError(OTHER_LESSON.format(found=", ".join(sorted(others)), lesson=lesson))
    known = frozenset[str]().union(*(cell.questions for cell in sheet))
    if not any(cell.questions & known for cell in cells):
        raise SubmissionError(NO_CHECKS.format(lesson=lesson))


def _hand_ins(folder: Path) -> dict[str, HandIn]:
    """Return what the name of each file and folder tells of the hand-in that it is."""
    stems = {path.name: _stem(path) for path in folder.iterdir()}
    read = hand_ins(set(stems.values()))
    return {name: read[stem] for name, stem in stems.items()}


def _stem(path: Path) -> str:
    """Return the name of a file or folder without an ending that tells the kind of file."""
    name = path.name
    if (path.is_symlink() or not path.is_dir()) and path.suffix.lower() in _ENDINGS:
        # One ending, and a notebook's below it: "wang.ai" is a name, though .ai is an ending, too.
        return name.removesuffix(path.suffix).removesuffix(NOTEBOOK) or name
    return name


def _original(student: str) -> str | None:
    """Return the name of which this one is a copy, as browsers and file managers name copies."""
    stem = _COPY.sub("", student)
    return stem if stem and stem != student else None


def _same_hand(one: Submission, other: Submission, sheet: Sequence[CodeCell]) -> bool:
    """Whether two submissions are one student's: the same student number, or a cell of the student's own."""
    own = {id for id in one.ids & other.ids if len(id) >= SHORTEST_ID} - {cell.id for cell in sheet}
    return bool(own) or (one.own_seed == other.own_seed != 0)


def _code(cells: Sequence[CodeCell]) -> tuple[str, ...]:
    return tuple(source for cell in cells if (source := cell.source.strip()))


def _printable(text: str) -> str:
    return _UNSAFE.sub("\ufffd", text)


def _is_helper(path: Path) -> bool:
    """Whether a program has put a file there beside the notebook: JupyterLab, macOS, Windows."""
    return path.name.startswith("._") or not _HELPERS.isdisjoint(path.parts)


def _shown(path: Path, folder: Path) -> str:
    return _printable(str(path.relative_to(folder)))
