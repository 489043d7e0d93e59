"""How long each lesson takes to execute, how large it is, and what importing opslab adds to its libraries.

    python benchmarks/lessons.py

Prints a table and keeps it in benchmarks/lessons.md. Budgets: a lesson 20 s and 1 MB, the import 0.1 s.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from opslab.ground.paths import course_root

HEAD = "| lesson | seconds to execute | kB |\n|---|---:|---:|"
ROW = "| {lesson} | {seconds:.1f} | {size:,.0f} |"
IMPORT = (
    "`import opslab` with every subject module adds {ours:.2f} s to its libraries' {libraries:.2f} s "
    "(medians of 5 fresh processes)."
)
LIBRARIES = "import pandas, plotly.graph_objects, narwhals, ipywidgets"
SUBJECTS = ("charts", "datasets", "explore", "targeting", "acquisition", "retention", "community", "scqa")
OURS = "import " + ", ".join(f"opslab.{name}" for name in SUBJECTS)
WHERE = "{cores} cores, Python {python}. Written by `python benchmarks/lessons.py`."


def seconds_to_execute(path: Path) -> float:
    """Execute a lesson in its own folder, as the build does."""
    notebook = nbformat.read(path, as_version=4)
    began = time.perf_counter()
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    return time.perf_counter() - began


def seconds_to_import(code: str) -> float:
    """Time an import inside five fresh processes and return the median."""
    script = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, check=True) for _ in range(5)]
    return statistics.median(float(run.stdout) for run in runs)


def main() -> None:
    """Measure, print and keep the table."""
    root = course_root()
    with tempfile.TemporaryDirectory() as home:
        os.environ["OPSLAB_HOME"] = home
        rows = [
            ROW.format(lesson=path.stem, seconds=seconds_to_execute(path), size=path.stat().st_size / 1000)
            for path in sorted((root / "notebooks").glob("*.ipynb"))
        ]
    libraries = seconds_to_import(LIBRARIES)
    ours = seconds_to_import(f"{LIBRARIES}, opslab; {OURS}") - libraries
    table = "\n".join([HEAD, *rows])
    where = WHERE.format(cores=os.cpu_count(), python=platform.python_version())
    text = "\n\n".join([where, table, IMPORT.format(ours=ours, libraries=libraries)]) + "\n"
    (root / "benchmarks" / "lessons.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
