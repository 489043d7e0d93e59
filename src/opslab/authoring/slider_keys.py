"""Keys to the questions that only a slider answers, computed with the lesson and kept in its guide.

Below such a question the author writes a code cell with the tag `key`; its last line is the answer in words.
No reader of the notebook sees it: the build runs it after the lesson's last cell, with everything that the
lesson has made, and writes what it says into `guide.md`.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from opslab.authoring.syntax import KEY, headings
from opslab.exercises.questions import tags

# Words
HEADING = "Keys to the sliders"
INTRODUCTION = (
    "Computed by `make build` in the lesson's world, from the cells of `lesson.md` that have the tag `key`."
)
HEAD = "| section | only the slider can tell | key |\n|---|---|---|"
NO_KEY = "{section}: nothing answers {question!r}; write a cell with the tag key below it"
NO_QUESTION = (
    "{section}: the key starting `{start}` answers no question; it stands below the one that it answers"
)
NOTHING = "nothing"
NOT_WORDS = "the last line of a key is its answer in words, a string; found {found}"

ASKED = re.compile(r"\*\*Only the \w+ can tell you:?\*\*:?\s*(.+?)(?=\n\s*\n|\Z)", re.S)


@dataclass(frozen=True)
class SliderKey:
    """One question and the code of its answer; `code` is None where the author has written none."""

    section: str
    question: str
    code: str | None = None


def is_key(cell: NotebookNode) -> bool:
    """Whether the cell answers a question in the guide, and belongs in no notebook."""
    return KEY in tags(cell)


def without_keys(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return the cells that readers see; a text that a key had parted is one again."""
    kept: list[NotebookNode] = []
    parted = False
    for cell in cells:
        if is_key(cell):
            parted = bool(kept) and kept[-1].cell_type == "markdown"
        elif parted and cell.cell_type == "markdown" and not tags(cell):
            kept[-1].source += f"\n\n{cell.source}"
            parted = False
        else:
            kept.append(cell)
            parted = False
    return kept


def read_keys(cells: Iterable[NotebookNode]) -> tuple[list[SliderKey], list[str]]:
    """Return a lesson's questions with their keys, and what is missing or stray among them."""
    found, faults, section = [], [], ""
    for cell in cells:
        if is_key(cell):
            if found and found[-1].code is None:
                found[-1] = SliderKey(found[-1].section, found[-1].question, cell.source)
            else:
                faults.append(NO_QUESTION.format(section=section, start=cell.source.partition("\n")[0]))
        elif cell.cell_type == "markdown":
            for text in re.split(r"^(?=#+ )", cell.source, flags=re.M):
                section = "".join(headings(text)) or section
                found += [SliderKey(section, " ".join(asked.split())) for asked in ASKED.findall(text)]
    faults += [NO_KEY.format(section=key.section, question=key.question) for key in found if key.code is None]
    return found, faults


def said(cell: NotebookNode) -> str:
    """Return the answer that an executed key gives.

    Raises
    ------
    ValueError
        If its last line is not a string.
    """
    shown = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
    if not shown or shown[-1][0] not in "'\"":  # anything but the repr of a string
        raise ValueError(NOT_WORDS.format(found=shown[-1] if shown else NOTHING))
    return ast.literal_eval(shown[-1])


def with_keys(guide: str, keys: Sequence[SliderKey], answers: Sequence[str]) -> str:
    """Return a guide with these keys as its last section, in place of those that it had."""
    before = guide.partition(f"\n## {HEADING}\n")[0].rstrip("\n")
    if not keys:
        return f"{before}\n"
    return "\n".join([before, "", f"## {HEADING}", "", INTRODUCTION, "", HEAD, *_rows(keys, answers), ""])


def _rows(keys: Sequence[SliderKey], answers: Sequence[str]) -> Iterator[str]:
    for key, answer in zip(keys, answers, strict=True):
        cells = (" ".join(words.split()).replace("|", r"\|") for words in (key.section, key.question, answer))
        yield f"| {' | '.join(cells)} |"
