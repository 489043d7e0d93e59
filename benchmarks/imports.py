"""What importing all subjects takes beyond their libraries.

    .venv/bin/python benchmarks/imports.py

Prints one table and keeps it in benchmarks/imports.md. Times are the processor's, medians of fresh processes
with compiled modules. Plotly loads a chart's parts when it first draws one; so there are two measures: beyond
the four libraries as they are imported, and beyond every module that is not ours. Budget: 0.1 s.
"""

import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

TIMES = 7
SUBJECTS = [
    "goals",
    "targeting",
    "acquisition",
    "experiments",
    "retention",
    "lifetime",
    "outreach",
    "listening",
]
SUBJECTS += ["content", "community", "scqa", "year"]
OURS = "import " + ", ".join(f"opslab.{name}" for name in SUBJECTS)
LIBRARIES = "import pandas, plotly.graph_objects, narwhals, ipywidgets"
LOADED = f"import sys; {LIBRARIES}; {OURS}; print(*(name for name in sys.modules if name[:6] != 'opslab'))"
PRELOAD = (
    "import importlib, contextlib\n"
    "for name in {names!r}:\n"
    "    with contextlib.suppress(Exception):\n"
    "        importlib.import_module(name)\n"
)


def run(code: str) -> str:
    """Run code in a fresh process that may keep compiled modules; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout


def seconds(before: str, code: str) -> float:
    """Return the processor's seconds of `code` after `before`."""
    timed = f"{before}\nimport time; t = time.process_time(); {code}; print(time.process_time() - t)"
    return statistics.median(float(run(timed)) for _ in range(TIMES))


def main() -> None:
    names = run(LOADED).split()
    rows = {
        "the libraries: pandas, Plotly, Narwhals, ipywidgets": seconds("", LIBRARIES),
        "all subjects beyond them": seconds(LIBRARIES, OURS),
        "all subjects beyond every module that is not ours": seconds(PRELOAD.format(names=names), OURS),
    }
    lines = [
        f"{os.cpu_count()} cores, Python {platform.python_version()}. One run of `benchmarks/imports.py`,",
        f"the processor's seconds, medians of {TIMES} fresh processes.",
        "",
        "| imported | seconds |",
        "|---|---:|",
        *(f"| {name} | {value:.2f} |" for name, value in rows.items()),
    ]
    print("\n".join(lines))
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
