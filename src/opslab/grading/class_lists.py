"""What an instructor knows of the class beside its hand-ins: the platform's list, and the deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opslab.exercises.display import UsageError
from opslab.grading.deadlines import read_deadline, timeliness
from opslab.grading.gradebook import Gradebook, find_users, open_gradebook
from opslab.grading.roster import FORMATS, read_roster
from opslab.grading.submissions import Submission

# Words
ALONE = "--format {format} needs --users, and --users needs --format; a gradebook is written by both"
FORMAT = "--format is {found!r}; expected {expected}"


@dataclass(frozen=True)
class Register:
    """What was given: the user list and whose form it has, the assignment's name there, the deadlines."""

    format: str | None = None
    users: Path | None = None
    assignment: str | None = None
    deadline: str | None = None
    extensions: Path | None = None

    def __post_init__(self) -> None:
        if (self.format is None) != (self.users is None):
            raise UsageError(ALONE.format(format="|".join(FORMATS)))
        if self.format not in (None, *FORMATS):
            raise UsageError(FORMAT.format(found=self.format, expected=" or ".join(FORMATS)))


@dataclass(frozen=True)
class Entries:
    """What follows for the hand-ins: the gradebook, who is not in it and why, what is said of lateness."""

    gradebook: Gradebook | None = None
    unlisted: dict[str, str] = field(default_factory=dict)
    lateness: dict[str, str] = field(default_factory=dict)
    stray: list[str] = field(default_factory=list)  # what of the deadlines belongs to no hand-in


def entries(register: Register, lesson: str, submissions: Sequence[Submission]) -> Entries:
    """Look each hand-in up, before anything runs.

    Raises
    ------
    UsageError
        If the list or the deadlines cannot be read, or do not fit the class.
    """
    deadline = read_deadline(register.deadline) if register.deadline else None
    book, users, unlisted = None, {}, {}
    if register.users and register.format:
        roster = read_roster(register.users, register.format)
        users, unlisted = find_users(roster, submissions)
        book = open_gradebook(roster, lesson, users, register.assignment)
    lateness, stray = timeliness(submissions, users, deadline, register.extensions)
    return Entries(book, unlisted, lateness, stray)
