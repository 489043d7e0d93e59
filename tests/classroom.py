"""A tiny course with a class: submissions written as the cells that a student left behind."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from opslab.authoring.build import Target, convert
from opslab.grading.sandbox import NO_BUBBLEWRAP
from opslab.ground.paths import write_whole
from tests.course import EXERCISES, forget_lessons, write_course

LESSON = "06-tiny"
TOTAL = """

## q3 · The total

```{code-cell}
:tags: [answer]
:question: q3
:section: Another idea
:kind: number
:because: The sum counts every value once.
#| student
total = ...
#| solution
total = sum(values)
#| both
check("q3", total)
```

```{code-cell}
:tags: [wrong]
:name: count
# You counted.
total = len(values)
```

```{code-cell}
:tags: [wrong]
:name: largest
# That is the largest.
total = max(values)
```

+++ {"tags": ["hint"]}

One.

+++ {"tags": ["hint"]}

Two.

+++ {"tags": ["hint"]}

Three.
"""
RIGHT = {
    "q1": "mean = sum(values) / len(values)\ncheck('q1', mean)",
    "q2": "check('q2', 'One whale moves the whole mean.')",
    "q3": "check('q3', sum(values))",
}


def write_class_course(root: Path) -> Path:
    """Write a course with three questions, its exercise and its executed solution; return its root."""
    write_course(root, exercises=EXERCISES + TOTAL, name=LESSON)
    for kind, execute in (("exercises", False), ("solutions", True)):
        notebook = convert(root, Target(LESSON, kind, execute=execute))
        write_whole(root / kind / f"{LESSON}.ipynb", nbformat.writes(notebook).encode())
    return root


@contextmanager
def class_course(folder: Path) -> Iterator[Path]:
    """Give the root of such a course, which the package takes for its own meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        root = write_class_course(folder)
        patch.setenv("OPSLAB_COURSE", str(root))
        forget_lessons()
        yield root
    forget_lessons()


def submit(root: Path, path: Path, *extra: str, seed: int = 0, **cells: str | None) -> Path:
    """Write a submission: the exercise with the cells of `RIGHT`, others in their place, None for deleted.

    `setup` replaces the cell of imports; `extra` cells stand at the end.
    """
    notebook = nbformat.read(root / "exercises" / f"{LESSON}.ipynb", as_version=4)
    sources = RIGHT | cells
    kept = []
    for cell in notebook.cells:
        name = cell.id.rpartition("-")[2]
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f"seed = {seed}"
        elif name in sources:
            cell.source = sources[name]
        elif cell.source.startswith("from opslab.check") and "setup" in sources:
            cell.source = sources["setup"]
        if cell.source is not None:
            kept.append(cell)
    notebook.cells = [*kept, *map(new_code_cell, extra)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def bare_notebook(*cells: str) -> str:
    """Return a notebook of these code cells, as text, with ids of its own."""
    return nbformat.writes(new_notebook(cells=list(map(new_code_cell, cells))))


def require_bubblewrap(in_ci: bool) -> None:
    """Skip where submissions cannot be sandboxed, but never in CI."""
    if shutil.which("bwrap") is None:
        (pytest.fail if in_ci else pytest.skip)(NO_BUBBLEWRAP)
