"""The marks as one CSV: a row for each student and question, safe in a spreadsheet."""

import csv
import io
import re

from opslab.exercises.answer_key import read_questions
from opslab.exercises.questions import Question
from opslab.grading.batch import Graded
from opslab.grading.marks import Mark

SCORES = "scores.csv"
COLUMNS = (
    "student", "question", "score", "level", "finding", "message", "answer", "text", "rubric", "comment",
)  # fmt: skip
LONGEST_CELL = 32_000  # letters in a cell of the CSV; common spreadsheets take 32,767
# What a spreadsheet reads as the beginning of a formula, in full width too, as Chinese keyboards write it.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# What is no letter: bytes that steer a terminal or end a text early, and halves of letters.
_NO_LETTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# Words
LEVELS = "{level}. {words}"
NOT_GRADED = "not-graded"
CUT = "… ({count:,} more letters stand on the student's page)"


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
    cell = only_letters(cell)
    if len(cell) > LONGEST_CELL:
        cell = cell[:LONGEST_CELL] + CUT.format(count=len(cell) - LONGEST_CELL)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def only_letters(text: str) -> str:
    """Return a text with a sign in place of all that is no letter."""
    return _NO_LETTER.sub("\ufffd", text)
