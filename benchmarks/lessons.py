"""How long each lesson takes to execute, and how large it is.

    python benchmarks/lessons.py

Prints a table and keeps it in benchmarks/lessons.md. Budgets: 20 s and 1 MB a lesson. Processor seconds are
those of the kernel and of what it starts: they hardly grow while other work waits for the same processors.
"""

import os
import platform
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from opslab.ground.paths import course_root

HEAD = "| lesson | seconds to execute | processor seconds | kB |\n|---|---:|---:|---:|"
ROW = "| {lesson} | {seconds:.1f} | {busy:.1f} | {size:,.0f} |"
WHERE = (
    "{cores} cores, {load:.1f} processes ready to run on the average of the minute before, Python {python}. "
    "Written by `python benchmarks/lessons.py`."
)


def seconds_to_execute(path: Path) -> tuple[float, float]:
    """Execute a lesson in its own folder, as the build does: seconds by the clock and of the processors."""
    notebook = nbformat.read(path, as_version=4)
    began, busy = time.perf_counter(), _children()
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    return time.perf_counter() - began, _children() - busy


def _children() -> float:
    """Return the processor seconds of all processes that were started here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    """Measure, print and keep the table."""
    root, load = course_root(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as home:
        os.environ["OPSLAB_HOME"] = home
        rows = [
            ROW.format(lesson=path.stem, seconds=seconds, busy=busy, size=path.stat().st_size / 1000)
            for path in sorted((root / "notebooks").glob("*.ipynb"))
            for seconds, busy in [seconds_to_execute(path)]
        ]
    table = "\n".join([HEAD, *rows])
    where = WHERE.format(cores=os.cpu_count(), load=load, python=platform.python_version())
    text = "\n\n".join([where, table]) + "\n"
    (root / "benchmarks" / "lessons.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
