"""What the instructor reads: one CSV, a page for each student, one report about the class."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from opslab.exercises.answer_key import read_headings, read_questions
from opslab.exercises.questions import Question
from opslab.grading.batch import Graded, read_graded
from opslab.grading.gradebook import GRADEBOOK, gradebook_csv, grades, standing
from opslab.grading.marks import Mark
from opslab.grading.rubric_levels import read_reviews, reviewed
from opslab.ground.paths import alone, write_whole

SCORES, STUDENTS, REPORT = "scores.csv", "students", "report.html"
COLUMNS = (
    "student", "question", "score", "level", "finding", "message", "answer", "text", "rubric", "comment",
)  # fmt: skip
FREQUENT = 2  # students who gave the same unmatched answer, at least
LONGEST_CELL = 32_000  # letters in a cell of the CSV; common spreadsheets take 32,767
# What a spreadsheet reads as the beginning of a formula, in full width too, as Chinese keyboards write it.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# What is no letter: bytes that steer a terminal or end a text early, and halves of letters.
_NO_LETTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# Words
LEVELS = "{level}. {words}"
NOT_GRADED = "not-graded"
CUT = "… ({count:,} more letters stand on the student's page)"


@dataclass(frozen=True)
class Tally:
    """One question in the whole class."""

    question: Question
    heading: str
    marks: list[Mark]

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(mark.score == 1 for mark in self.marks)

    @property
    def wrong(self) -> int:
        """How many tried and were not right; an empty answer is no sign of a misunderstanding."""
        return sum(mark.score == 0 and mark.finding not in ("unanswered", "missing") for mark in self.marks)

    @property
    def findings(self) -> list[tuple[str, str, list[Mark]]]:
        """Each finding other than right: its name, what it says, and whose it is, the most frequent first."""
        found = defaultdict(list)
        for mark in self.marks:
            if mark.finding not in ("right", "written", "reviewed"):
                found[mark.finding].append(mark)
        by_count = sorted(found.items(), key=lambda item: -len(item[1]))
        return [(name, _said(marks), marks) for name, marks in by_count]

    @property
    def levels(self) -> list[tuple[int, str, list[Mark]]]:
        """Each level of a written question: its number, the rubric's words, and who reached it."""
        return [
            (level, words, [mark for mark in self.marks if mark.level == level])
            for level, words in enumerate(self.question.rubric, start=1)
        ]

    @property
    def unmatched(self) -> list[tuple[str, list[str]]]:
        """Answers that no named mistake explains and that several students gave, the most frequent first."""
        alike = defaultdict(list)
        for mark in self.marks:
            if mark.finding == "different" and mark.answer:
                alike[mark.answer].append(mark.student)
        frequent = [item for item in alike.items() if len(item[1]) >= FREQUENT]
        return sorted(frequent, key=lambda item: -len(item[1]))


def _said(marks: Sequence[Mark]) -> str:
    """Return what all were told, or nothing where they were told different things."""
    return marks[0].message if len({mark.message for mark in marks}) == 1 else ""


@dataclass(frozen=True)
class ClassReport:
    """What the class got wrong, and where it was taught."""

    graded: Graded
    tallies: list[Tally]

    @cached_property
    def students(self) -> dict[str, list[Mark]]:
        """The marks of each student, in order."""
        marks = defaultdict(list)
        for mark in self.graded.marks:
            marks[mark.student].append(mark)
        return dict(marks)

    @cached_property
    def checked(self) -> set[str]:
        """The questions that a machine checks: all but the written ones."""
        return {tally.question.name for tally in self.tallies if tally.question.kind != "written"}

    @cached_property
    def to_reteach(self) -> list[tuple[str, int, list[Tally]]]:
        """Sections of the lesson, by how many answers to their questions were wrong."""
        asked = defaultdict(list)
        for tally in self.tallies:
            asked[tally.question.section].append(tally)
        counts = [
            (section, sum(tally.wrong for tally in tallies), tallies) for section, tallies in asked.items()
        ]
        return sorted((row for row in counts if row[1]), key=lambda row: -row[1])

    @cached_property
    def spread(self) -> list[tuple[int, int]]:
        """How many students had how many of the checked questions right."""
        counts = Counter(
            sum(mark.score == 1 for mark in marks if mark.question in self.checked)
            for marks in self.students.values()
        )
        return [(right, counts.get(right, 0)) for right in range(len(self.checked) + 1)]


def class_report(graded: Graded) -> ClassReport:
    """Count what a class was told."""
    headings = read_headings(graded.lesson)
    by_question = defaultdict(list)
    for mark in graded.marks:
        by_question[mark.question].append(mark)
    return ClassReport(
        graded,
        [
            Tally(question, headings[name].text, by_question[name])
            for name, question in read_questions(graded.lesson).items()
        ],
    )


def write_results(graded: Graded, folder: Path) -> list[Path]:
    """Write the CSV, the report and the students' pages, each whole or not at all; return where they are.

    A gradebook of an earlier run, which this one does not write again, is taken away.

    Levels that a reader gave, kept in the folder, are part of them; whoever writes last has read the last.
    """
    with alone(folder / SCORES):
        return _write_results(graded, folder)


def _write_results(graded: Graded, folder: Path) -> list[Path]:
    graded = reviewed(graded, read_reviews(folder), read_questions(graded.lesson))
    report = class_report(graded)
    pages = {folder / SCORES: scores_csv(graded), folder / REPORT: render("report.html", report=report)}
    by_question = {tally.question.name: tally for tally in report.tallies}
    for student, marks in report.students.items():
        page = render("student.html", student=student, report=report, marks=marks, tallies=by_question)
        pages[folder / STUDENTS / f"{student}.html"] = page
    book = graded.entries.gradebook
    for old in folder.glob(GRADEBOOK.format(format="*")):
        if not book or old != book.path(folder):
            old.unlink()  # an earlier run's, which knows nothing of these scores
    if book:
        questions = {name: tally.question for name, tally in by_question.items()}
        text = gradebook_csv(book, grades(graded.marks, questions))
        write_whole(book.path(folder), text.encode())
    for path, text in pages.items():
        write_whole(path, text.encode())
    return list(pages)


def gradebook_standing(folder: Path) -> str:
    """Say how far the gradebook is that was written last; nothing where none was asked for."""
    graded = read_graded(folder)
    questions = read_questions(graded.lesson)
    shares = grades(reviewed(graded, read_reviews(folder), questions).marks, questions)
    book = graded.entries.gradebook
    return standing(book, shares, folder) if book else ""


def scores_csv(graded: Graded) -> str:
    """Return the marks as CSV, one row for a student and question; written answers carry text and rubric.

    Submissions that could not be graded have rows without a score, so that nobody is forgotten.
    """
    questions = read_questions(graded.lesson)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for mark in graded.marks:
        writer.writerow(map(_harmless, _row(mark, questions[mark.question])))
    for student, problem in graded.problems.items():
        for name in questions:
            row = dict.fromkeys(COLUMNS, "") | {"student": student, "question": name}
            row |= {"finding": NOT_GRADED, "message": problem}
            writer.writerow(map(_harmless, row.values()))
    return "\ufeff" + out.getvalue()  # the mark that makes spreadsheets read UTF-8


def _row(mark: Mark, question: Question) -> tuple[str, ...]:
    score = "" if mark.score is None else f"{mark.score:g}"
    level = "" if mark.level is None else str(mark.level)
    written = question.kind == "written"
    rubric = "\n".join(
        LEVELS.format(level=level, words=words) for level, words in enumerate(question.rubric, start=1)
    )
    text, answer = (mark.answer, "") if written else ("", mark.answer)
    told = mark.finding, f"{mark.message} {mark.note}".strip()
    return mark.student, mark.question, score, level, *told, answer, text, rubric, mark.comment


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula, or from breaking on one that it cannot hold."""
    cell = _letters(cell)
    if len(cell) > LONGEST_CELL:
        cell = cell[:LONGEST_CELL] + CUT.format(count=len(cell) - LONGEST_CELL)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _letters(text: str) -> str:
    """Return a text with a sign in place of all that is no letter."""
    return _NO_LETTER.sub("\ufffd", text)


def render(template: str, **values: object) -> str:
    """Fill a template; nothing in the values can become part of the page's own code."""
    return _templates().get_template(template).render(**values)


@cache
def _templates() -> Environment:
    pages = Environment(
        loader=PackageLoader("opslab.grading"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: _letters(value) if type(value) is str else value,
    )  # fmt: skip
    pages.filters["address"] = lambda student: f"{STUDENTS}/{quote(student)}.html"
    return pages
