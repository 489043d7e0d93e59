"""The file that a learning platform imports: its own user list, with the grade of each who was graded.

Moodle takes the grading worksheet back as it is (*Upload grading worksheet*), or a table of participants with
a column of grades (*Grades*, *Import*, *CSV file*), whose columns one maps there. Canvas takes the columns of
a user and that of the assignment, under the line of points. Who has no grade has no line, so that an import
wipes nothing. Points are those of the platform, where its list tells them, else per cent.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opslab.exercises.display import UsageError
from opslab.exercises.questions import Question
from opslab.grading.marks import Mark
from opslab.grading.roster import GRADE, IDENTIFIER, MAXIMUM, SECTION, Roster, User
from opslab.grading.submissions import Submission

GRADEBOOK = "gradebook-{format}.csv"
PER_CENT = 100.0
EXTRA = "At work"  # the section of a lesson whose questions are extra

# Words
NO_ASSIGNMENT = (
    "{path} has no assignment {name!r}; it has {found}. Give one of them as --assignment, without its number"
)
SEVERAL = "{path} has several assignments for {name}: {found}. Give one of them as --assignment"
NO_POINTS = (
    "{path} says that {column} is worth {found!r}; expected a number above 0. Set its points, export again"
)
NOBODY = (
    "none of the {count} hand-ins belongs to a user of {path}: {hand_in} and others were sought, {user} and "
    "others are listed. Is it the list of another course, or of another platform than --format says?"
)
SAME_USER = (
    "{students} are one user of the list, {user}; move what does not count to another folder, and grade again"
)
STANDING = "Gradebook for {format}: {path}, {done} of {listed} users."
WAITING = " {count} wait for `opslab review`, which adds them."
SILENT = " {count} handed in nothing that was graded."


@dataclass(frozen=True)
class Gradebook:
    """A platform's list, ready for grades: the column that takes them, what it is worth, whose line is whose.

    `above` are lines that stand between the header and the users'; `lines` are theirs, by student.
    """

    format: str
    header: list[str]
    column: int
    points: float
    listed: int
    above: list[list[str]] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)

    def path(self, folder: Path) -> Path:
        """Where it lies among the results."""
        return folder / GRADEBOOK.format(format=self.format)


def find_users(roster: Roster, submissions: Sequence[Submission]) -> tuple[dict[str, User], dict[str, str]]:
    """Return the user whose hand-in each is, and why others belong to none.

    Raises
    ------
    UsageError
        If nobody is on the list.
    """
    found = {one.student: roster.user_of(one.student, one.hand_in) for one in submissions}
    users = {student: user for student, user in found.items() if not isinstance(user, str)}
    if not users:
        first, shown = submissions[0].student, roster.users[0].shown
        raise UsageError(NOBODY.format(count=len(found), path=roster.path, hand_in=first, user=shown))
    unlisted = {student: why for student, why in found.items() if isinstance(why, str)}
    of = defaultdict(list)
    for student, user in users.items():
        of[user.own].append(student)
    for students in of.values():
        if len(students) > 1:
            words = SAME_USER.format(user=users[students[0]].shown, students=" and ".join(students))
            unlisted |= dict.fromkeys(students, words)
    return {student: user for student, user in users.items() if student not in unlisted}, unlisted


def open_gradebook(
    roster: Roster, lesson: str, users: Mapping[str, User], assignment: str | None = None
) -> Gradebook:
    """Return the lines of these users, who are students of the list, without grades yet.

    Raises
    ------
    UsageError
        If the assignment is not to be found in the list, or is worth nothing.
    """
    columns, column, points = _columns(roster, lesson, assignment)

    def line(cells: Mapping[str, str]) -> list[str]:
        return [cells.get(name, "") for name in columns]

    above = (
        [line(roster.points | {column: roster.points.get(column) or f"{points:g}"})] if roster.points else []
    )
    in_order = sorted(users.items(), key=lambda item: roster.users.index(item[1]))
    return Gradebook(
        roster.format, columns, columns.index(column), points, len(roster.users), above,
        {student: line(user.cells) for student, user in in_order},
    )  # fmt: skip


def _columns(roster: Roster, lesson: str, assignment: str | None) -> tuple[list[str], str, float]:
    """Return the columns to write, the one of the grade, and what it is worth."""
    if roster.format == "moodle":
        if IDENTIFIER not in roster.header:
            column = assignment or lesson
            return [*roster.header, column], column, PER_CENT
        most = roster.users[0].cells.get(MAXIMUM, "")
        return roster.header, GRADE, _points(roster, GRADE, most) if most.strip() else PER_CENT
    place = roster.header.index(SECTION) + 1
    column = _assignment(roster, roster.header[place:], lesson, assignment)
    worth = roster.points.get(column, "")
    points = _points(roster, column, worth) if worth else PER_CENT
    return [*roster.header[:place], column], column, points


def _assignment(roster: Roster, columns: list[str], lesson: str, assignment: str | None) -> str:
    """Return Canvas's column of the assignment: the one of that name, or of the lesson's, or a new one."""
    known = {column: re.sub(r" \(\d+\)$", "", column).strip() for column in columns}
    name = (assignment or lesson).casefold()
    found = [column for column, title in known.items() if name in (title.casefold(), column.casefold())]
    if not found and assignment is None:
        found = [column for column in columns if name in column.casefold()]
    if len(found) > 1:
        raise UsageError(SEVERAL.format(path=roster.path, name=name, found=", ".join(found)))
    if not found and assignment is not None:
        shown = ", ".join(columns)[:300]
        raise UsageError(NO_ASSIGNMENT.format(path=roster.path, name=assignment, found=shown))
    return found[0] if found else lesson


def _points(roster: Roster, column: str, found: str) -> float:
    try:
        points = float(found.replace(",", "."))
    except ValueError:
        points = 0.0
    if not 0 < points < float("inf"):
        raise UsageError(NO_POINTS.format(path=roster.path, column=column, found=found))
    return points


def grades(marks: Iterable[Mark], questions: Mapping[str, Question]) -> dict[str, float | None]:
    """Return each student's grade as a share of 1; None while an answer waits for its reader.

    Each question counts what its author said, or 1; what is extra adds to the score, and not to what is
    asked for.
    """
    every = [question.marks for question in questions.values()]
    asked = sum(question.marks for question in questions.values() if question.section != EXTRA) or sum(every)
    scores: dict[str, list[float | None]] = {}
    for mark in marks:
        score = None if mark.score is None else mark.score * questions[mark.question].marks
        scores.setdefault(mark.student, []).append(score)
    return {
        student: None if None in found else min(1.0, sum(filter(None, found)) / asked)
        for student, found in scores.items()
    }


def gradebook_csv(book: Gradebook, shares: Mapping[str, float | None]) -> str:
    """Return the file to import: the lines of those who have a grade, in the order of the list."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([book.header, *book.above])
    for student, line in book.lines.items():
        share = shares.get(student)
        if share is not None:
            writer.writerow(
                f"{share * book.points:.2f}" if place == book.column else cell
                for place, cell in enumerate(line)
            )
    return out.getvalue()


def standing(book: Gradebook, shares: Mapping[str, float | None], folder: Path) -> str:
    """Say how many of the list have their grade, and what the others wait for."""
    of = [shares[student] for student in book.lines if student in shares]
    waiting, silent = of.count(None), book.listed - len(of)
    done = len(of) - waiting
    words = STANDING.format(format=book.format.title(), path=book.path(folder), done=done, listed=book.listed)
    return (
        words
        + (WAITING.format(count=waiting) if waiting else "")
        + (SILENT.format(count=silent) if silent else "")
    )
