"""What to report of a wrong answer that got no name: a text to copy, with nothing personal in it."""

import html
from collections.abc import Mapping
from importlib.metadata import version

from opslab.exercises.comparisons import is_number

# Words
OFFER = "Your mistake got no name? Copy this into a report"
REPORT = "Lesson: {lesson}\nQuestion: {question}\nWorld: {world}\nAnswer: {answer}\nopslab: {version}"
OWN_WORLD = "not 0 (write your seed here, unless it says who you are)"  # it may be a student number
CELL = "{label}: {value}"


def report(lesson: str, question: str, world: int, read: object) -> str:
    """Return what finds the mistake again.

    Parameters
    ----------
    read : the answer as it was compared: a number, a table's cells by label, or letters in order
    """
    return REPORT.format(
        lesson=lesson,
        question=question,
        world=OWN_WORLD if world else 0,
        answer=_as_words(read),
        version=version("opslab"),
    )


def offer(words: str) -> str:
    """Return a closed line of HTML that holds a report."""
    text = html.escape(words, quote=False)
    return f'<details class="opslab-report"><summary>{OFFER}</summary><pre>{text}</pre></details>'


def _as_words(read: object) -> str:
    if isinstance(read, Mapping):
        return ", ".join(CELL.format(label=label, value=_as_words(cell)) for label, cell in read.items())
    if is_number(read):
        return f"{read:.12g}"
    return " ".join(read) if isinstance(read, list) else str(read)
