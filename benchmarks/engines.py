"""The same calls on a large log: how many rows leave each engine, how long it takes, and with what memory.

    .venv/bin/python benchmarks/engines.py            # 1 million events
    .venv/bin/python benchmarks/engines.py 40         # 40 million: hours, up to 8 GB

Prints one table and keeps it in benchmarks/engines.md (with 40: engines-40.md). The log is a world of
`opslab.world.stream`, written to a temporary folder as Parquet. Each engine has a process of its own, two
cores and 8 GB, and each call 10 minutes; what takes more is stopped, the table says so, and a new process
goes on with the next call. Every call reads the files anew, but for pandas, which reads them once.
Seconds are those on the clock and, in brackets, the processor's,
which do not count what else the machine does. Memory is the highest sum so far over the process and its
children (Spark's Java). Rows that left are counted where all of them pass: what Narwhals collects.
"""

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import psutil

ENGINES = ("pandas", "duckdb", "spark", "dask")
USERS_A_MILLION = 58_750  # events: so many users have a million
MOST_MEMORY, MOST_SECONDS = 8e9, 600  # of a process; of a call
MILLIONS = 1  # events, where no other number is asked for
AS_OF, WARNED = "2026-06-30", "2025-03-31"
SPARK = {
    "spark.ui.enabled": False,
    "spark.ui.showConsoleProgress": False,
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.sql.shuffle.partitions": 8,
    "spark.sql.execution.arrow.pyspark.enabled": True,
    "spark.sql.session.timeZone": "UTC",
}


def calls(read: Callable[[str], Any]) -> dict[str, Callable[[], Any]]:
    """Return the calls by name; `read` gives a table of the engine by its name."""
    from opslab.acquisition import worth_by
    from opslab.goals import kpi
    from opslab.retention import (
        cohort_table,
        early_warning,
        growth_accounting,
        retention_by,
        retention_curve,
    )
    from opslab.targeting import rfm

    return {
        "rfm(orders, as_of)": lambda: rfm(read("orders"), AS_OF),
        'worth_by(users, orders, "channel")': lambda: worth_by(read("users"), read("orders"), "channel"),
        'cohort_table(activity, period="M")': lambda: cohort_table(read("activity"), period="M"),
        "retention_curve(activity, [1, 7, 28])": lambda: retention_curve(read("activity"), [1, 7, 28]),
        'retention_by(activity, users, "channel", day=7)': lambda: retention_by(
            read("activity"), read("users"), "channel", day=7
        ),
        "growth_accounting(activity)": lambda: growth_accounting(read("activity")),
        'kpi("stickiness", activity)': lambda: kpi("stickiness", read("activity")),
        'kpi("retention", activity, users)': lambda: kpi("retention", read("activity"), read("users")),
        "early_warning(activity, day, [7, 14, 21])": lambda: early_warning(
            read("activity"), WARNED, [7, 14, 21]
        ),
    }


def reader(engine: str, folder: Path) -> Callable[[str], Any]:
    """Return the function that opens one of the world's tables on an engine."""
    path = lambda name: str(folder / f"{name}.parquet")  # noqa: E731
    if engine == "pandas":
        columns = {"activity": ["user_id", "date"], "users": ["user_id", "channel", "signup_date"]}
        tables = {
            name: pd.read_parquet(path(name), columns=columns.get(name, ["user_id", "date", "amount"]))
            for name in ("activity", "users", "orders")
        }
        return tables.__getitem__
    if engine == "duckdb":
        import duckdb

        database = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
        return lambda name: database.read_parquet(path(name))
    if engine == "dask":
        import dask
        import dask.dataframe as dd

        dask.config.set(scheduler="threads", num_workers=2)
        return lambda name: dd.read_parquet(path(name), split_row_groups=4)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in SPARK.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return lambda name: session.read.parquet(path(name))


def measure(engine: str, folder: Path, done: Sequence[str]) -> None:
    """Print one line for each call: seconds, rows that left, rows of the result, and a sum to compare."""
    left: list[int] = []
    collect = nw.LazyFrame.collect

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = collect(self, *args, **kwargs)
        left.append(len(found))
        return found

    nw.LazyFrame.collect = counted
    began = time.perf_counter()
    read = reader(engine, folder)
    print(json.dumps({"call": "to start", "seconds": time.perf_counter() - began}), flush=True)
    for name, call in calls(read).items():
        if name in done:
            continue
        left.clear()
        began = time.perf_counter()
        try:
            result = call()
        except ValueError as error:  # in words, such as those of an engine without memory
            print(json.dumps({"call": name, "why": "failed", "said": str(error)}), flush=True)
            continue
        seconds = time.perf_counter() - began
        line = {
            "call": name,
            "seconds": seconds,
            "left": sum(left),
            "has": rows_of(result),
            "sum": total(result),
        }
        print(json.dumps(line), flush=True)


def rows_of(result: Any) -> int:
    """Return a result's rows; of a cohort table its values: a query has one row for each cohort and age."""
    if not isinstance(result, pd.DataFrame):
        return 1
    return int(result.notna().to_numpy().sum()) if result.columns.name == "age" else len(result)


def total(result: Any) -> float:
    """Return the sum of all numbers of a result: engines that agree have the same."""
    if not isinstance(result, pd.DataFrame):
        return float(result)
    numbers = result.select_dtypes("number").to_numpy(float)
    return float(numbers[abs(numbers) < float("inf")].sum())


def watched(engine: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the lines of `measure` by call; after a call that was stopped a new process does the others."""
    lines: dict[str, dict[str, Any]] = {}
    names = ("to start", *calls(lambda name: None))
    while why := _run(engine, folder, lines):
        stopped = next((name for name in names if name not in lines), "")
        if not stopped:
            break
        lines[stopped] = {"call": stopped, "why": why}
        if stopped == "to start":
            break
    return lines


def _run(engine: str, folder: Path, lines: dict[str, dict[str, Any]]) -> str:
    """Run `measure` in a process of its own, add its lines and the peak of memory; return why it ended."""
    run = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__, "--one", engine, str(folder), *lines],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    seen: dict[str, Any] = {"peak": 0.0, "why": "failed", "began": time.perf_counter()}
    watch = threading.Thread(target=_watch, args=(run.pid, seen), daemon=True)
    watch.start()
    busy = 0.0
    for text in run.stdout or ():
        line, before, busy = json.loads(text), busy, _busy(run.pid)
        seen["began"] = time.perf_counter()
        lines.setdefault(line["call"], line | {"peak": seen["peak"], "busy": busy - before})
        print(engine, lines[line["call"]], flush=True)
    run.wait()
    return seen["why"] if run.returncode else ""


def _watch(pid: int, seen: dict[str, Any]) -> None:
    """Note the highest memory of a process with its children; end them all above the limits."""
    while family := _family(pid):
        seen["peak"] = max(seen["peak"], sum(_of(one, lambda one: one.memory_info().rss) for one in family))
        late = time.perf_counter() - seen["began"] > MOST_SECONDS
        if seen["peak"] > MOST_MEMORY or late:
            seen["why"] = f"stopped after {MOST_SECONDS // 60} minutes" if late else "stopped at 8 GB"
            for one in reversed(family):
                _of(one, lambda one: one.kill() or 0.0)
            return
        time.sleep(0.2)


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return (
            [] if process.status() == psutil.STATUS_ZOMBIE else [process, *process.children(recursive=True)]
        )
    except psutil.NoSuchProcess:
        return []


def _busy(pid: int) -> float:
    """Return the processor's seconds of a process and its children so far."""
    return sum(_of(one, lambda one: sum(one.cpu_times()[:2])) for one in _family(pid))


def _of(process: psutil.Process, measure: Callable[[psutil.Process], float]) -> float:
    try:
        return measure(process)
    except psutil.NoSuchProcess:
        return 0.0


def cell(engine: str, lines: dict[str, dict[str, Any]], call: str) -> str:
    line = lines.get(call, lines["to start"])  # what did not start answers nothing
    if "why" in line:
        return line["why"]
    rows = f"{line['left']:,} rows, " if engine != "pandas" and "left" in line else ""
    return f"{rows}{line['seconds']:.1f} s ({line['busy']:.1f}), {line['peak'] / 1e9:.1f} GB"


def commit() -> str:
    """Return which state of the package is measured; `-dirty` if it is no commit's."""
    run = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return run.stdout.strip() or "unknown"


def main(millions: int) -> None:
    from opslab import world

    with tempfile.TemporaryDirectory() as folder:
        rows = world.stream(folder, millions * USERS_A_MILLION)
        measured = {engine: watched(engine, Path(folder)) for engine in ENGINES}
    libraries = ("pandas", "duckdb", "dask", "pyspark")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in libraries)
    names = [name for name in measured["duckdb"] if name != "to start"]
    for name in names:
        found = [lines[name]["sum"] for lines in measured.values() if "sum" in lines.get(name, {})]
        assert max(found) - min(found) <= 1e-6 * abs(max(found)), (name, found)

    def row(name: str, has: str) -> str:
        return f"| {has} | {' | '.join(cell(engine, lines, name) for engine, lines in measured.items())} |"

    lines = [
        f"Rows: {rows['activity']:,} of activity, {rows['orders']:,} of orders, {rows['users']:,} of users,",
        f"as Parquet. {os.cpu_count()} cores, Python {platform.python_version()}, {versions}.",
        f"One run of `benchmarks/engines.py {millions}` on {date.today()}, package at commit {commit()}:",
        "rows that left the engine, seconds on the clock (and the processor's), highest memory so far.",
        "All engines gave the same results.",
        "",
        f"| call | rows of the result | {' | '.join(measured)} |",
        "|---|---:" + "|---:" * len(measured) + "|",
        "| to start; pandas reads the files" + row("to start", ""),
        *(f"| `{name}` {row(name, format(measured['duckdb'][name]['has'], ','))}" for name in names),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    table_of(millions).write_text(text, encoding="utf-8")


def table_of(millions: int) -> Path:
    """Return where the table of a size is kept: each has its own."""
    return Path(__file__).with_name("engines.md" if millions == MILLIONS else f"engines-{millions}.md")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else MILLIONS)
