"""Reads an exercise as a student does, and names what its check asks for and its prompt does not say."""

import re
from collections.abc import Iterator, Mapping

from opslab.exercises.answer_key import read_solution
from opslab.exercises.questions import Question, read_question

SHARE = "between 0 and 1"
SMALL_WORDS = {"a", "of", "to"}


def prompts(lesson: str) -> dict[str, str]:
    """Return the text that stands above each answer of a lesson, by question."""
    found, text = {}, ""
    for cell in read_solution(lesson).cells:
        if question := read_question(cell):
            found[question.name], text = text, ""
        elif cell.cell_type == "markdown":
            text += f"\n{cell.source}"
    return found


def unsaid(question: Question, prompt: str) -> Iterator[str]:
    """Name the tolerance, the unit or the length that the prompt does not state as the check has it."""
    prompt = " ".join(re.sub("[*`]", "", prompt).split())
    if question.kind in ("number", "table"):
        said = re.findall(r"\bwithin (\d[\d.]*\d|\d)( ?%)?", prompt)
        asked = float(question.tolerance.removesuffix("%")), "%" in question.tolerance
        if [(float(number), bool(share)) for number, share in said] != ([asked] if asked[0] else []):
            yield f"{question.name}: the tolerance is {question.tolerance}, the prompt says {said}"
    if question.kind == "number" and not _says(prompt.casefold(), question.unit.casefold()):
        yield f"{question.name}: the prompt does not say that the unit is {question.unit!r}"
    if question.kind == "written" and f"at least {question.least_words} words" not in prompt.casefold():
        yield f"{question.name}: the prompt does not ask for at least {question.least_words} words"


def _says(prompt: str, unit: str) -> bool:
    if not unit or "1" in unit.split():
        return bool(unit) and SHARE in prompt
    return all(word in prompt for word in re.findall(r"[\w-]+", unit) if word not in SMALL_WORDS)


def unoffered(
    question: Question, prompt: str, expected: object, mistakes: Mapping[str, object]
) -> Iterator[str]:
    """Name a difference between the options that the prompt lists and those that the check knows."""
    listed = sorted(re.findall(r"^- `(.+?)` —", prompt, re.M))
    known = {"choice": [expected, *mistakes.values()], "ordering": expected}.get(question.kind)
    if known is not None and listed != sorted(known):
        yield f"{question.name}: the prompt lists {listed}, the check knows {sorted(known)}"
