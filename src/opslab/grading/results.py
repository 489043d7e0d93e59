"""Write what the instructor reads: one CSV, a page for each student, one report, the gradebook."""

from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from opslab.exercises.answer_key import read_questions
from opslab.grading.batch import Graded, read_graded
from opslab.grading.class_report import class_report
from opslab.grading.gradebook import GRADEBOOK, gradebook_csv, grades, standing
from opslab.grading.rubric_levels import read_reviews, reviewed
from opslab.grading.scores_csv import SCORES, only_letters, scores_csv
from opslab.ground.paths import alone, write_whole

STUDENTS, REPORT = "students", "report.html"


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


def render(template: str, **values: object) -> str:
    """Fill a template; nothing in the values can become part of the page's own code."""
    return _templates().get_template(template).render(**values)


@cache
def _templates() -> Environment:
    pages = Environment(
        loader=PackageLoader("opslab.grading"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: only_letters(value) if type(value) is str else value,
    )  # fmt: skip
    pages.filters["address"] = lambda student: f"{STUDENTS}/{quote(student)}.html"
    return pages
