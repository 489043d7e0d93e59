"""The user list of a learning platform: who is in the class, and by what each may be recognised.

Three lists are read: from Moodle the table of participants, or the grading worksheet of an assignment; from
Canvas the gradebook, as it is exported.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from opslab.exercises.display import UsageError
from opslab.grading.hand_in_names import HandIn

EMAIL, USERNAME, NUMBER = "Email address", "Username", "ID number"
IDENTIFIER, GRADE, MAXIMUM, MODIFIED = "Identifier", "Grade", "Maximum grade", "Last modified (submission)"
FULL, FIRST, LAST = "Full name", ("First name", "FirstName"), ("Last name", "Surname", "LastName")
STUDENT, ID, SIS, LOGIN, SECTION = "Student", "ID", "SIS User ID", "SIS Login ID", "Section"
POINTS = "Points Possible"
# Columns whose values are one user's alone, by platform.
_UNIQUE = {"moodle": (IDENTIFIER, EMAIL, USERNAME, NUMBER), "canvas": (ID, SIS, LOGIN)}
FORMATS = tuple(_UNIQUE)
_SEPARATORS = ",;\t"

# Words
NO_FILE = "there is no file {path}; expected {what}"
LIST = "the user list that you exported from {platform}"
NOT_CSV = "{path} is no CSV ({cause}); export the list as comma separated values, or save it as CSV (UTF-8)"
WORKBOOK = "it is a workbook or a zip"
COLUMNS = (
    "{path} has the columns {found}; expected {expected}, as {platform} writes them in English. Is it the "
    "list of another platform (--format), or exported in another language?"
)
EXPECTED = {
    "moodle": "First name, Last name, Email address (participants), or Identifier, Grade (grading worksheet)",
    "canvas": "Student, ID and Section (gradebook export)",
}
EMPTY_HEADER = "none"
EMPTY = "{path} has a header and nobody below it; export the list of the whole class"
DOUBLES = (
    "{path} has {value!r} more than once as {column}, in lines {lines}; expected each user once. Export the "
    "list again, or take one of the lines out"
)
NOT_LISTED = "is not on the list {path}; add the user there, or enter the grade by hand"
SEVERAL = (
    "{count} users of {path} have this name: {found}. Give a list with numbers (Moodle: the assignment's "
    "grading worksheet), or enter the grade by hand"
)


@dataclass(frozen=True)
class User:
    """A line of the list: its cells, by column, the values that are this user's alone, and the names."""

    cells: dict[str, str]
    own: frozenset[str]
    names: frozenset[str]

    @property
    def shown(self) -> str:
        """What tells this user from others in a message."""
        return " · ".join(filter(None, list(self.cells.values())[:3]))


@dataclass(frozen=True)
class Roster:
    """The users of a class, and the line of Canvas's list that says what each assignment is worth."""

    path: Path
    format: str
    header: list[str]
    users: list[User]
    points: dict[str, str]

    def user_of(self, student: str, hand_in: HandIn) -> User | str:
        """Return the user whose hand-in it is, or why there is none."""
        sought = [{f"#{hand_in.id}"} if hand_in.id else set(), {plain(student), plain(hand_in.name)}]
        found = next((by for keys in sought if (by := [user for user in self.users if keys & user.own])), [])
        found = found or [user for user in self.users if sought[1] & user.names]
        if len(found) == 1:
            return found[0]
        if not found:
            return NOT_LISTED.format(path=self.path)
        return SEVERAL.format(
            count=len(found), path=self.path, found=", ".join(user.shown for user in found[:3])
        )


def plain(name: str) -> str:
    """Return a name or number in the form in which it is compared."""
    return " ".join(name.casefold().split())


def read_roster(path: Path, format: str) -> Roster:
    """Read a user list.

    Raises
    ------
    UsageError
        If it is no list of that platform, is empty, or lists a user twice.
    """
    lines = read_table(path, LIST.format(platform=format.title()))
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    known = {plain(name): name for name in header}
    if not _is_list(format, known):
        found = ", ".join(header)[:200] or EMPTY_HEADER
        raise UsageError(
            COLUMNS.format(path=path, found=found, expected=EXPECTED[format], platform=format.title())
        )
    rows = [
        (line, dict(zip(header, [*cells, *[""] * len(header)], strict=False))) for line, cells in lines[1:]
    ]
    first = header[0]
    points = next((cells for _, cells in rows if format == "canvas" and POINTS in cells[first]), {})
    people = [(line, cells) for line, cells in rows if _is_person(format, cells, known)]
    if not people:
        raise UsageError(EMPTY.format(path=path))
    _require_single(path, format, people, known)
    users = [_user(format, cells, known) for _, cells in people]
    return Roster(path, format, header, users, points)


def read_table(path: Path, what: str) -> list[tuple[int, list[str]]]:
    """Return the filled lines of a CSV with their numbers, whatever separates the cells; as UTF-8 or GBK.

    Raises
    ------
    UsageError
        If there is no such file, or it is none.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UsageError(NO_FILE.format(path=path, what=what)) from error
    if content.startswith(b"PK"):
        raise UsageError(NOT_CSV.format(path=path, cause=WORKBOOK))
    try:
        text = _decoded(content)
        top = text.partition("\n")[0]
        separator = max(_SEPARATORS, key=top.count)
        reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
        return [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except (csv.Error, UnicodeDecodeError) as error:
        raise UsageError(NOT_CSV.format(path=path, cause=error)) from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")  # as spreadsheets in China save CSV


def _is_list(format: str, known: dict[str, str]) -> bool:
    def has(*names: str) -> bool:
        return all(plain(name) in known for name in names)

    named = any(map(has, FIRST)) and any(map(has, LAST))
    if format == "canvas":
        return has(ID, SECTION) and (has(STUDENT) or named)
    return has(IDENTIFIER, GRADE) or (named and any(map(has, (EMAIL, NUMBER, USERNAME))))


def _is_person(format: str, cells: dict[str, str], known: dict[str, str]) -> bool:
    """Whether a line is a user's: Canvas has lines on assignments too."""
    return format != "canvas" or cells[known[plain(ID)]].strip().isdigit()


def _require_single(
    path: Path, format: str, people: Iterable[tuple[int, dict[str, str]]], known: dict[str, str]
) -> None:
    for column in _UNIQUE[format]:
        seen = defaultdict(list)
        for line, cells in people:
            seen[plain(cells.get(known.get(plain(column), ""), ""))].append(line)
        for value, lines in seen.items():
            if value and len(lines) > 1:
                words = ", ".join(map(str, lines))
                raise UsageError(DOUBLES.format(path=path, value=value, column=column, lines=words))


def _user(format: str, cells: dict[str, str], known: dict[str, str]) -> User:
    def cell(name: str) -> str:
        return cells.get(known.get(plain(name), ""), "").strip()

    own = {plain(cell(name)) for name in _UNIQUE[format]}
    own |= {value.partition("@")[0] for value in own if "@" in value}
    number = re.search(r"\d+$", cell(ID if format == "canvas" else IDENTIFIER))
    if number:
        own.add(f"#{number[0]}")
    return User(cells, frozenset(own - {""}), frozenset(filter(None, map(plain, _names(cell)))))


def _names(cell: Callable[[str], str]) -> Iterator[str]:
    """Yield the forms in which a platform writes a user's name."""
    yield cell(FULL)
    last, _, first = cell(STUDENT).partition(", ")
    first = first or next(filter(None, map(cell, FIRST)), "")
    last = last or next(filter(None, map(cell, LAST)), "")
    yield f"{first} {last}"
    yield f"{last} {first}"
    yield re.sub(r"\W", "", f"{last}{first}")  # as in the names of Canvas's files
