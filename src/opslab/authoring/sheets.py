"""An author's sheet becomes the exercise and the solution notebook.

In `lessons/NN-topic/exercises.md`, cells carry their role as a tag:

`answer`    code in parts: `#| student` (what the student finds), `#| solution`, `#| both`
`wrong`     code of a plausible mistake; its leading comment is what the student is told
`hint`      text; three of them follow each answer, from restating to nearly there
`rubric`    list of four levels, weakest first (written answers only)
`exemplar`  text; two of them, with the level they reach (written answers only)

What each may carry is told in `syntax`. The solution's answer cells keep the wrongs, hints and rubric in
their metadata, where `opslab.exercises.questions` finds them.
"""

import copy
import re
from collections.abc import Iterable
from dataclasses import asdict

from nbformat import NotebookNode

from opslab.authoring.syntax import BELOW, list_items, split_answer, split_wrong
from opslab.exercises.questions import Exemplar, Question, Wrong, tags


def compile_sheet(authored: NotebookNode) -> tuple[NotebookNode, NotebookNode]:
    """Return the exercise and the solution notebook of a sheet without faults (neither executed)."""
    questions = _questions(authored.cells)
    exercise, solution = copy.deepcopy(authored), copy.deepcopy(authored)
    exercise.cells = [_student_cell(cell) for cell in exercise.cells if not _is_helper(cell)]
    solution.cells = [_solution_cell(cell, questions) for cell in solution.cells if not _is_helper(cell)]
    return exercise, solution


def _is_helper(cell: NotebookNode) -> bool:
    return any(tag in BELOW for tag in tags(cell))


def _student_cell(cell: NotebookNode) -> NotebookNode:
    if "answer" in tags(cell):
        parts = split_answer(cell.source)
        cell.source = "\n".join(filter(None, [parts["above"], parts["student"], parts["below"]]))
        cell.metadata = NotebookNode(tags=["answer"])
    return cell


def _solution_cell(cell: NotebookNode, questions: dict[str, Question]) -> NotebookNode:
    if "answer" in tags(cell):
        question = questions[cell.metadata["question"]]
        cell.source = question.code(question.solution)
        cell.metadata = NotebookNode(tags=["answer"], opslab=_stored(question))
    return cell


def _stored(question: Question) -> dict[str, object]:
    """Return what a solution's cell keeps of its question; one mark and no flag go without saying."""
    stored = {name: value for name, value in asdict(question).items() if name != "marks" or value != 1}
    wrongs = [
        {name: value for name, value in wrong.items() if value is not False} for wrong in stored["wrongs"]
    ]
    return stored | {"wrongs": wrongs}


def _questions(cells: Iterable[NotebookNode]) -> dict[str, Question]:
    """Group the helper cells under the answer that they follow, and that under the text that asks for it."""
    groups: list[tuple[str, list[NotebookNode]]] = []
    prompt = ""
    for cell in cells:
        if "answer" in tags(cell):
            groups.append((prompt, [cell]))
        elif _is_helper(cell):
            groups[-1][1].append(cell)
        elif cell.cell_type == "markdown":
            prompt = cell.source
    return {question.name: question for question in (_question(prompt, *cells) for prompt, cells in groups)}


def _question(prompt: str, answer: NotebookNode, *helpers: NotebookNode) -> Question:
    given, parts = answer.metadata, split_answer(answer.source)
    tagged = {tag: [cell for cell in helpers if tag in tags(cell)] for tag in BELOW}
    return Question(
        given["question"],
        given["kind"],
        tolerance=str(given.get("tolerance", 0)),
        unit=given.get("unit", ""),
        least_words=given.get("least_words", 15),
        measure=given.get("measure", ""),
        marks=given.get("marks", 1),
        reader=given.get("reader", ""),
        section=given["section"],
        because=given.get("because", "").strip(),
        options=_options(prompt) if given["kind"] in ("choice", "ordering") else {},
        wrongs=tuple(_wrong(cell) for cell in tagged["wrong"]),
        hints=tuple(cell.source for cell in tagged["hint"]),
        rubric=tuple(level for cell in tagged["rubric"] for level in list_items(cell.source)),
        exemplars=tuple(Exemplar(cell.metadata["level"], cell.source) for cell in tagged["exemplar"]),
        before=parts["above"],
        solution=parts["solution"],
        after=parts["below"],
    )


def _wrong(cell: NotebookNode) -> Wrong:
    given = cell.metadata
    return Wrong(given["name"], *split_wrong(cell.source), sometimes_same=given.get("sometimes_same", False))


def _options(prompt: str) -> dict[str, str]:
    """Return the words of each letter: a list item such as "- `a` — classic: answered on day 28"."""
    found = (re.match(r"`(\w)` [—–-] (.+)", item) for item in list_items(prompt))
    return {option[1]: option[2] for option in found if option}
