"""Questions of an exercise sheet, as a solution notebook keeps them on the cells that answer them.

`opslab.authoring.sheets` writes them there, from what an author wrote; `read_sheet` finds them again.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from opslab.exercises.notebook_file import AnyCell, AnyNotebook


@dataclass(frozen=True)
class Wrong:
    """A plausible mistake: its short name, what the student is told, and the code that makes it."""

    name: str
    message: str
    source: str
    sometimes_same: bool = False  # in some worlds it gives the answer's very number, or another wrong's


@dataclass(frozen=True)
class Exemplar:
    """A written answer to compare one's own with, and the level from 1 to 4 that it reaches."""

    level: int
    text: str


@dataclass(frozen=True)
class Question:
    """One exercise item: what is compared, how closely, and what helps a student who is stuck."""

    name: str
    kind: str
    tolerance: str = "0"
    unit: str = ""
    least_words: int = 15
    measure: str = ""  # a function of the sheet, from what was handed over to what is compared
    marks: int = 1  # what it counts in a class's grades
    reader: str = (
        ""  # a function of the sheet that asks about a written answer, beside the student's own score
    )
    section: str = ""  # heading of the lesson's section that teaches what is asked
    because: str = ""  # one sentence that says why the answer is right
    options: dict[str, str] = field(default_factory=dict)  # the words of each letter, of a choice or an order
    wrongs: tuple[Wrong, ...] = ()
    hints: tuple[str, ...] = ()
    rubric: tuple[str, ...] = ()
    exemplars: tuple[Exemplar, ...] = ()
    before: str = field(default="", repr=False)  # code of `#| both` that stands above the student's part
    solution: str = field(default="", repr=False)
    after: str = field(default="", repr=False)  # ... and below it: the call of `check`

    @cached_property
    def absolute(self) -> float:
        """Absolute tolerance, in the answer's unit."""
        return 0.0 if self.tolerance.endswith("%") else float(self.tolerance)

    @cached_property
    def relative(self) -> float:
        """Relative tolerance, as a share of the expected value."""
        return float(self.tolerance[:-1]) / 100 if self.tolerance.endswith("%") else 0.0

    def code(self, answer: str) -> str:
        """Return the cell as if the student had written `answer`."""
        return "\n".join(part for part in (self.before, answer, self.after) if part)


def tags(cell: AnyCell) -> list[str]:
    """Return a cell's tags."""
    return cell.metadata.get("tags", [])


def read_sheet(solution: AnyNotebook) -> dict[str, Question]:
    """Return the questions of a solution notebook, by name and in order."""
    return {question.name: question for cell in solution.cells if (question := read_question(cell))}


def read_question(cell: AnyCell) -> Question | None:
    """Return the question that a solution's cell answers, or None."""
    stored = cell.metadata.get("opslab")
    if not stored:
        return None
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()
    }
    values["wrongs"] = tuple(Wrong(**wrong) for wrong in values["wrongs"])
    values["exemplars"] = tuple(Exemplar(**exemplar) for exemplar in values["exemplars"])
    return Question(**values)
