"""A notebook's cells are read as nbformat reads them."""

from pathlib import Path

import nbformat
import pytest

from opslab.exercises.notebook_file import read_notebook

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*s/[0-9]*.ipynb")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_our_notebooks_are_read_as_nbformat_reads_them(path):
    there, here = nbformat.read(path, as_version=4), read_notebook(path.read_text("utf-8"))
    assert [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in here.cells] == [
        (cell.id, cell.cell_type, cell.source, cell.metadata) for cell in there.cells
    ]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", '{"nbformat": 3, "worksheets": []}', '{"nbformat": 4}', '{"nbformat": 4, "cells": 7}',
     '{"nbformat": 4, "cells": [{}]}', '{"nbformat": 4, "cells": ["x"]}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_notebook_is_refused(text):
    with pytest.raises(ValueError, match=r"notebook|JSON|char"):
        read_notebook(text)
