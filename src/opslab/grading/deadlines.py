"""Late and extended hand-ins: what a student's page says of them. They cost no score here.

A deadline is the class's; a small table, `deadlines.csv`, gives single students more minutes. When a hand-in
came is told by Moodle's grading worksheet, or by a file that no platform has named: those of a platform have
the time of the download. Canvas writes into the name that a file came late.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

from opslab.exercises.display import UsageError
from opslab.grading.roster import MODIFIED, User, plain, read_table
from opslab.grading.submissions import Submission

COLUMNS = ("student", "minutes")
MOST = 527_040  # minutes of a year
# As Moodle writes a time in English, with the name of the day and without, and in the American order.
_TIMES = ("%A, %d %B %Y, %I:%M %p", "%d %B %Y, %I:%M %p", "%A, %B %d, %Y, %I:%M %p", "%A, %d %B %Y, %H:%M")

# Words
BAD_DEADLINE = "the deadline is {found!r}; expected a day or a time such as 2026-11-27 or '2026-11-27 18:00'"
TABLE = "a table with the columns student and minutes"
HEADER = "{path} has the columns {found}; expected student, minutes"
BAD_MINUTES = (
    "{path}, line {line}: {found!r} minutes for {student}; expected a whole number from 0 to {most:,}: the "
    "minutes that this student has more than the class"
)
TWICE = "{path} names {student} twice, in lines {first} and {line}; take one of them out"
SEVERAL = "{path}, line {line}: {student} may be {found}; write the number, the address or the whole name"
BAD_TIME = (
    "the list says that {student} handed in {found!r}, which cannot be read; expected a time such as "
    "'Friday, 27 November 2026, 3:12 PM'. Set Moodle to English and export the worksheet again"
)
ALL_LATE = (
    "each of the {count} hand-ins came after its deadline, the first at {first}; the class's deadline is "
    "{deadline}. Expected one that somebody met: is it the right day? A file that was copied may have the "
    "time of that; then leave --deadline out"
)
NO_TIME = (
    "nothing tells when the {count} hand-ins came: a platform's files have the time of the download. Give "
    "Moodle's grading worksheet as --users, or leave --deadline out: Canvas marks late files by their names"
)
NO_HAND_IN = "{path} names {student}, who handed in nothing that can be graded"
MARKED = "Your learning platform marks it as handed in late."
LATE = "Handed in {late} after the deadline."
EXTENDED = "You were given {more} more than the class."
IN_EXTENSION = "Handed in {late} after the class's deadline, within the {more} more that you were given."
BEYOND = "Handed in {late} after your deadline, which was {more} later than the class's."
UNITS = (("day", 1440), ("hour", 60), ("minute", 1))
DAY_END = time(23, 59, 59)


def read_deadline(text: str) -> datetime:
    """Return a deadline on this machine's clock; a day alone lasts until its end.

    >>> read_deadline("2026-11-27")
    datetime.datetime(2026, 11, 27, 23, 59, 59)
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(BAD_DEADLINE.format(found=text)) from error
    with suppress(ValueError):  # unless it is more than a day
        found = datetime.combine(date.fromisoformat(text.strip()), DAY_END)
    return found.astimezone().replace(tzinfo=None) if found.tzinfo else found


def read_extensions(path: Path) -> dict[str, tuple[int, int]]:
    """Return the minutes that `deadlines.csv` gives to each student, and the line where.

    Raises
    ------
    UsageError
        If a line names no student, no such number of minutes, or a student named before.
    """
    (_, header), *lines = read_table(path, TABLE) or [(0, [])]
    if [plain(cell) for cell in header] != list(COLUMNS):
        raise UsageError(HEADER.format(path=path, found=", ".join(header) or "none"))
    found: dict[str, tuple[int, int]] = {}
    for line, cells in lines:
        student, minutes = (*map(str.strip, cells), "", "")[:2]
        if not (student and minutes.isascii() and minutes.isdigit() and int(minutes) <= MOST):
            raise UsageError(
                BAD_MINUTES.format(path=path, line=line, found=minutes, student=student, most=MOST)
            )
        if plain(student) in found:
            first = found[plain(student)][1]
            raise UsageError(TWICE.format(path=path, student=student, first=first, line=line))
        found[plain(student)] = int(minutes), line
    return found


def timeliness(
    submissions: Sequence[Submission],
    users: Mapping[str, User],
    deadline: datetime | None,
    extensions: Path | None,
) -> tuple[dict[str, str], list[str]]:
    """Return what each late or extended student is told, and what in `deadlines.csv` belongs to nobody.

    Raises
    ------
    UsageError
        If a table or a time cannot be read, or all hand-ins are late.
    """
    more, stray = _granted(submissions, users, extensions) if extensions else ({}, [])
    granted = {one.student: timedelta(minutes=more.get(one.student, 0)) for one in submissions}
    late = _lateness(submissions, users, deadline) if deadline else {}
    if deadline and all(by > granted[student] for student, by in late.items()):
        first = deadline + min(late.values())
        words = {"first": f"{first:%Y-%m-%d %H:%M}", "deadline": f"{deadline:%Y-%m-%d %H:%M}"}
        raise UsageError(ALL_LATE.format(count=len(late), **words))
    told = {
        one.student: _sentence(late.get(one.student, timedelta()), granted[one.student], one.hand_in.late)
        for one in submissions
    }
    return {student: words for student, words in told.items() if words}, stray


def _lateness(
    submissions: Sequence[Submission], users: Mapping[str, User], deadline: datetime
) -> dict[str, timedelta]:
    """Return how long after the class's deadline each hand-in came, of which that is known."""
    came = {one.student: _came(one, users.get(one.student)) for one in submissions}
    late = {student: at - deadline for student, at in came.items() if at is not None}
    if not late:
        raise UsageError(NO_TIME.format(count=len(came)))
    return late


def _sentence(late: timedelta, more: timedelta, marked: bool) -> str:
    """Return what is said of a hand-in so late, to whom so much more was given."""
    if late > more > timedelta():
        return BEYOND.format(late=span(late - more), more=span(more))
    if late > more:
        return LATE.format(late=span(late))
    if late > timedelta():
        return IN_EXTENSION.format(late=span(late), more=span(more))
    return " ".join(
        filter(None, (MARKED if marked else "", EXTENDED.format(more=span(more)) if more else ""))
    )


def span(length: timedelta) -> str:
    """Return a length in its two largest units.

    >>> span(timedelta(minutes=95))
    '1 hour 35 minutes'
    """
    left, parts = max(1, round(length.total_seconds() / 60)), []
    for unit, minutes in UNITS:
        count, left = divmod(left, minutes)
        if count:
            parts.append(f"{count} {unit}{'s' * (count > 1)}")
    return " ".join(parts[:2])


def _granted(
    submissions: Iterable[Submission], users: Mapping[str, User], path: Path
) -> tuple[dict[str, int], list[str]]:
    known = {one.student: _names(one, users.get(one.student)) for one in submissions}
    granted, stray = {}, []
    for name, (minutes, line) in read_extensions(path).items():
        found = [student for student, names in known.items() if name in names]
        if len(found) > 1:
            raise UsageError(SEVERAL.format(path=path, line=line, student=name, found=" or ".join(found)))
        if found:
            granted[found[0]] = minutes
        else:
            stray.append(NO_HAND_IN.format(path=path, student=name))
    return granted, stray


def _names(one: Submission, user: User | None) -> set[str]:
    """Return by what `deadlines.csv` may name a student."""
    own = {plain(name) for name in (one.student, one.hand_in.name, one.hand_in.id)}
    return own | user.own | user.names if user else own


def _came(one: Submission, user: User | None) -> datetime | None:
    """Return when a hand-in came: as the list says, else as a file does that no platform has named."""
    said = " ".join(user.cells.get(MODIFIED, "").split()) if user else ""
    if said in ("", "-"):
        return None if one.hand_in.id else datetime.fromtimestamp(one.came)
    for form in _TIMES:
        try:
            return datetime.strptime(said, form)
        except ValueError:
            continue
    raise UsageError(BAD_TIME.format(student=one.student, found=said))
