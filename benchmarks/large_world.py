"""How long a world of 2 million users takes to write, and what memory: both for three sizes.

    .venv/bin/python benchmarks/large_world.py

Prints one table and keeps it in benchmarks/large_world.md. Each size runs in a process of its own, so that
its peak of memory is its own; the files (about 100 MB for 2 million users) go to a temporary folder. The
processor's seconds do not count what else the machine does: they show whether time grows as the world does.
"""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (200_000, 600_000, 2_000_000)
HEADINGS = (
    "| users | rows | MB written | seconds | processor's seconds | the same, for a million users "
    "| peak memory, GB (budget 2) |"
)
RESULT = Path(__file__).with_suffix(".md")


def measure(size: int) -> None:
    """Print seconds, those of the processor, peak memory in GB, rows, and MB of all files for one world."""
    from opslab import world

    with tempfile.TemporaryDirectory() as folder:
        world.stream(folder, world.SMALLEST)  # so that no library is loaded while the clock runs
        start, busy = time.perf_counter(), time.process_time()
        rows = sum(world.stream(folder, size).values())
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        written = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(seconds, busy, peak, rows, written)


def main() -> None:
    measured = []
    for size in SIZES:
        run = subprocess.run(
            [sys.executable, __file__, str(size)], capture_output=True, text=True, check=True
        )
        measured.append((size, *map(float, run.stdout.split())))
    lines = [
        f"`opslab.world.stream` on {os.cpu_count()} cores, Python {platform.python_version()}: users,",
        "activity, orders, coins and life events as Parquet. One run of `benchmarks/large_world.py`.",
        "",
        HEADINGS,
        "|---:" * 7 + "|",
    ]
    lines += [
        f"| {size:,} | {rows:,.0f} | {written:.0f} | {seconds:.1f} | {busy:.1f} | {busy / size * 1e6:.1f} "
        f"| {peak:.2f} |"
        for size, seconds, busy, peak, rows, written in measured
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    measure(int(sys.argv[1])) if len(sys.argv) > 1 else main()
