"""The cells of a notebook file, read as the JSON that it is.

nbformat does this with checks that take longer to import than all else that a student's first cell needs.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from nbformat import NotebookNode

# Words
NOT_CELLS = "expected a notebook of format 4 with a list of cells"


@dataclass(frozen=True)
class Cell:
    """One cell: its id ("" in older files), "code" or "markdown", its text, and what is noted about it."""

    id: str
    cell_type: str
    source: str
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook, in order."""

    cells: list[Cell]


# What builds and what checks both read: nbformat's cells and notebooks have the same names.
AnyCell: TypeAlias = "Cell | NotebookNode"
AnyNotebook: TypeAlias = "Notebook | NotebookNode"


def read_notebook(text: str) -> Notebook:
    """Return the notebook in a file's text.

    Raises
    ------
    ValueError
        If it is not JSON, or not a notebook of format 4.
    """
    try:
        stored = json.loads(text)
        if stored["nbformat"] != 4:
            raise ValueError(NOT_CELLS)
        return Notebook([_cell(cell) for cell in stored["cells"]])
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(NOT_CELLS) from error


def _cell(stored: dict) -> Cell:
    return Cell(
        str(stored.get("id", "")),
        str(stored["cell_type"]),
        "".join(stored["source"]),
        dict(stored["metadata"]),
    )
