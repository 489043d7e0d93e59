"""Exercise sheets: one text becomes the exercise and the solution, and keeps its named mistakes.

An author writes `lessons/NN-topic/exercises.md`. Cells carry their role as a tag:

`answer`    code in parts: `#| student` (what the student finds), `#| solution`, `#| both`
`wrong`     code of a plausible mistake; its leading comment is what the student is told
`hint`      markdown; three of them follow each answer, from restating to nearly there
`rubric`    markdown list of four levels, weakest first (written answers only)
`exemplar`  markdown; two of them, with the level they reach (written answers only)

`compile_sheet` turns these cells into the exercise and the solution notebook. The solution's answer cells
keep the wrongs, hints and rubric in their metadata, and `read_sheet` finds them there again.
"""

import copy
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

KINDS = ("number", "table", "choice", "ordering", "written")
HELPERS = ("wrong", "hint", "rubric", "exemplar")
PARTS = ("student", "solution", "both")

# Words
NO_QUESTION = (
    "the {tag} cell starting {line!r} stands before the first answer; put it below the answer it belongs to"
)
NO_PART = "{question}: the answer cell lacks its `#| {part}` part; write one, even if it is a single line"
UNKNOWN_PART = "{question}: `#| {part}` is not a part of an answer cell; use student, solution and both"
NO_ID = "the answer cell starting {line!r} has no `question`; add `:question: q1` below its tags"
TWICE = "the question {question} stands twice; give each answer cell its own name"
BAD_KIND = "{question}: kind is {kind!r}; expected one of {kinds}"
BAD_TOLERANCE = (
    "{question}: tolerance is {tolerance!r}; expected a number ≥ 0 such as 0.001, or a share such as 1%"
)
NO_SECTION = "{question}: no `section`; add `:section: ` and the lesson's heading under which it is taught"
NO_COMMENT = "{question}: the wrong starting {line!r} does not say what went wrong; begin it with a comment"
NO_NAME = "{question}: the wrong starting {line!r} has no `name`; add `:name: percent` below its tags"
NO_LEVEL = "{question}: the exemplar starting {line!r} has no `level`; give it one from 1 to 4"
FEW = "{question}: {found} {role} cells found, expected {expected}; {advice}"
ADD_HINTS = "restate the task, locate the place, then nearly give it away"
ADD_RUBRIC = "write one markdown list of four levels, weakest first"
ADD_EXEMPLARS = "add two markdown cells, each with its `level`"
ADD_WRONGS = "write plausible mistakes as code"
TWO_OR_MORE = "two or more"


@dataclass(frozen=True)
class Wrong:
    """A plausible mistake: its short name, what the student is told, and the code that makes it."""

    name: str
    message: str
    source: str


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
    section: str = ""  # heading of the lesson's section that teaches what is asked
    because: str = ""  # one sentence that says why the answer is right
    wrongs: tuple[Wrong, ...] = ()
    hints: tuple[str, ...] = ()
    rubric: tuple[str, ...] = ()
    exemplars: tuple[Exemplar, ...] = ()
    before: str = field(default="", repr=False)  # code of `#| both` that stands above the student's part
    solution: str = field(default="", repr=False)
    after: str = field(default="", repr=False)  # ... and below it: the call of `check`

    @property
    def absolute(self) -> float:
        """Absolute tolerance, in the answer's unit."""
        return 0.0 if self.tolerance.endswith("%") else float(self.tolerance)

    @property
    def relative(self) -> float:
        """Relative tolerance, as a share of the expected value."""
        return float(self.tolerance[:-1]) / 100 if self.tolerance.endswith("%") else 0.0

    def looser(self, times: float) -> "Question":
        """Return the question with a tolerance so many times as wide."""
        number = self.tolerance.removesuffix("%")
        return replace(self, tolerance=f"{times * float(number):g}{self.tolerance[len(number) :]}")

    def code(self, answer: str) -> str:
        """Return the cell as if the student had written `answer`."""
        return "\n".join(part for part in (self.before, answer, self.after) if part)


def tags(cell: "NotebookNode") -> list[str]:
    """Return a cell's tags."""
    return cell.metadata.get("tags", [])


def compile_sheet(authored: "NotebookNode") -> "tuple[NotebookNode, NotebookNode]":
    """Return the exercise and the solution notebook of an authored sheet (neither executed).

    Raises
    ------
    ValueError
        If an answer lacks a part, a kind, a section, three hints or two wrongs, or a cell has no question to
        belong to.
    """
    questions = _questions(authored.cells)
    exercise, solution = copy.deepcopy(authored), copy.deepcopy(authored)
    exercise.cells = [_student_cell(cell) for cell in exercise.cells if not _is_helper(cell)]
    solution.cells = [_solution_cell(cell, questions) for cell in solution.cells if not _is_helper(cell)]
    return exercise, solution


def read_sheet(solution: "NotebookNode") -> dict[str, Question]:
    """Return the questions of a solution notebook, by name and in order."""
    return {question.name: question for cell in solution.cells if (question := read_question(cell))}


def read_question(cell: "NotebookNode") -> Question | None:
    """Return the question that a solution's cell answers, or None."""
    stored = cell.metadata.get("opslab")
    if not stored:
        return None
    values = dict(stored)
    values["wrongs"] = tuple(Wrong(**wrong) for wrong in values["wrongs"])
    values["exemplars"] = tuple(Exemplar(**exemplar) for exemplar in values["exemplars"])
    return Question(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    )


def _is_helper(cell: "NotebookNode") -> bool:
    return any(tag in HELPERS for tag in tags(cell))


def _student_cell(cell: "NotebookNode") -> "NotebookNode":
    if "answer" in tags(cell):
        before, parts, after = _parts(cell)
        cell.source = "\n".join(part for part in (before, parts["student"], after) if part)
        cell.metadata = {"tags": ["answer"]}
    return cell


def _solution_cell(cell: "NotebookNode", questions: dict[str, Question]) -> "NotebookNode":
    if "answer" in tags(cell):
        question = questions[cell.metadata["question"]]
        cell.source = question.code(question.solution)
        cell.metadata = {"tags": ["answer"], "opslab": asdict(question)}
    return cell


def _questions(cells: "Iterable[NotebookNode]") -> dict[str, Question]:
    """Group the helper cells under the answer that they follow."""
    groups: dict[str, list[NotebookNode]] = {}
    name = ""
    for cell in cells:
        if "answer" in tags(cell):
            name = cell.metadata.get("question") or ""
            if not name:
                raise ValueError(NO_ID.format(line=_first_line(cell)))
            if name in groups:
                raise ValueError(TWICE.format(question=name))
            groups[name] = [cell]
        elif _is_helper(cell):
            if not name:
                raise ValueError(NO_QUESTION.format(tag=tags(cell)[0], line=_first_line(cell)))
            groups[name].append(cell)
    return {name: _question(name, *group) for name, group in groups.items()}


def _question(name: str, answer: "NotebookNode", *helpers: "NotebookNode") -> Question:
    given = answer.metadata
    kind, tolerance = given.get("kind"), str(given.get("tolerance", 0))
    if kind not in KINDS:
        raise ValueError(BAD_KIND.format(question=name, kind=kind, kinds=", ".join(KINDS)))
    if not re.fullmatch(r"\d+(\.\d+)?(e-?\d+)?%?", tolerance):
        raise ValueError(BAD_TOLERANCE.format(question=name, tolerance=tolerance))
    if not given.get("section"):
        raise ValueError(NO_SECTION.format(question=name))
    before, parts, after = _parts(answer)
    role = {tag: [cell for cell in helpers if tag in tags(cell)] for tag in HELPERS}
    question = Question(
        name,
        kind,
        tolerance,
        unit=str(given.get("unit", "")),
        least_words=int(given.get("least_words", 15)),
        section=str(given["section"]),
        because=str(given.get("because", "")).strip(),
        wrongs=tuple(_wrong(name, cell) for cell in role["wrong"]),
        hints=tuple(cell.source for cell in role["hint"]),
        rubric=tuple(level for cell in role["rubric"] for level in _list_items(cell.source)),
        exemplars=tuple(_exemplar(name, cell) for cell in role["exemplar"]),
        before=before,
        solution=parts["solution"],
        after=after,
    )
    _require_enough(question)
    return question


def _require_enough(question: Question) -> None:
    written = question.kind == "written"
    needs = [("hint", question.hints, 3, ADD_HINTS)]
    if written:
        needs += [
            ("rubric", question.rubric, 4, ADD_RUBRIC),
            ("exemplar", question.exemplars, 2, ADD_EXEMPLARS),
        ]
    for role, found, expected, advice in needs:
        if len(found) != expected:
            raise ValueError(
                FEW.format(
                    question=question.name, found=len(found), role=role, expected=expected, advice=advice
                )
            )
    if not written and len(question.wrongs) < 2:
        found = len(question.wrongs)
        raise ValueError(
            FEW.format(
                question=question.name, found=found, role="wrong", expected=TWO_OR_MORE, advice=ADD_WRONGS
            )
        )


def _parts(cell: "NotebookNode") -> tuple[str, dict[str, str], str]:
    """Split an answer cell at its `#|` lines into (both above, student and solution, both below)."""
    question, part = cell.metadata["question"], "both"
    lines: dict[str, list[str]] = {"above": [], "student": [], "solution": [], "below": []}
    for line in cell.source.splitlines():
        marker = re.fullmatch(r"#\|\s*(\w+)\s*", line)
        if marker:
            part = marker[1]
            if part not in PARTS:
                raise ValueError(UNKNOWN_PART.format(question=question, part=part))
        elif part == "both":
            lines["below" if lines["solution"] else "above"].append(line)
        else:
            lines[part].append(line)
    text = {key: "\n".join(value) for key, value in lines.items()}
    for part, key in (("student", "student"), ("solution", "solution"), ("both", "below")):
        if not text[key].strip():
            raise ValueError(NO_PART.format(question=question, part=part))
    return text["above"], {"student": text["student"], "solution": text["solution"]}, text["below"]


def _wrong(question: str, cell: "NotebookNode") -> Wrong:
    comment = re.match(r"(?:#.*(?:\n|$))*", cell.source)[0]
    message = " ".join(line.lstrip("# ").strip() for line in comment.splitlines()).strip()
    if not message:
        raise ValueError(NO_COMMENT.format(question=question, line=_first_line(cell)))
    if not cell.metadata.get("name"):
        raise ValueError(NO_NAME.format(question=question, line=_first_line(cell)))
    return Wrong(str(cell.metadata["name"]), message, cell.source[len(comment) :])


def _exemplar(question: str, cell: "NotebookNode") -> Exemplar:
    if cell.metadata.get("level") not in (1, 2, 3, 4):
        raise ValueError(NO_LEVEL.format(question=question, line=_first_line(cell)))
    return Exemplar(cell.metadata["level"], cell.source)


def _list_items(markdown: str) -> list[str]:
    """Return the items of a markdown list, continuation lines joined."""
    return [" ".join(item.split()) for item in re.split(r"^(?:[-*]|\d+\.)\s+", markdown, flags=re.M)[1:]]


def _first_line(cell: "NotebookNode") -> str:
    return cell.source.partition("\n")[0]
