"""How long each lesson takes to execute, and how large it is.

    python benchmarks/lessons.py

Prints a table and keeps it in benchmarks/lessons.md. Budgets: 20 s and 1 MB a lesson.
"""

import os
import platform
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from opslab.ground.paths import course_root

HEAD = "| lesson | seconds to execute | kB |\n|---|---:|---:|"
ROW = "| {lesson} | {seconds:.1f} | {size:,.0f} |"
WHERE = "{cores} cores, Python {python}. Written by `python benchmarks/lessons.py`."


def seconds_to_execute(path: Path) -> float:
    """Execute a lesson in its own folder, as the build does."""
    notebook = nbformat.read(path, as_version=4)
    began = time.perf_counter()
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    return time.perf_counter() - began


def main() -> None:
    """Measure, print and keep the table."""
    root = course_root()
    with tempfile.TemporaryDirectory() as home:
        os.environ["OPSLAB_HOME"] = home
        rows = [
            ROW.format(lesson=path.stem, seconds=seconds_to_execute(path), size=path.stat().st_size / 1000)
            for path in sorted((root / "notebooks").glob("*.ipynb"))
        ]
    table = "\n".join([HEAD, *rows])
    where = WHERE.format(cores=os.cpu_count(), python=platform.python_version())
    text = "\n\n".join([where, table]) + "\n"
    (root / "benchmarks" / "lessons.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
