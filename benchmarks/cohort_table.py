"""How fast `cohort_table` is beside pandas, Polars and DuckDB doing it themselves, and what memory it takes.

    .venv/bin/python benchmarks/cohort_table.py

Prints one table, measured in one run, and keeps it in benchmarks/cohort_table.md. The competitors take turns,
so that a busy moment of the machine hits them alike; each ratio is the median of the ratios within a turn.
The log: 5 million events of 500,000 users in 78 weeks, in order of time as logs are written; once shuffled,
which is the hardest for ids that must be hashed.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from opslab.retention import cohort_table

EVENTS, EVENTS_A_USER, DAYS = 5_000_000, 10, 546
TURNS = 7
RESULT = Path(__file__).with_suffix(".md")
KINDS = ("whole ids", "text ids")
SHUFFLED = "text ids, shuffled"
MEMORY = "memory"


def log(kind: str, events: int = EVENTS) -> pd.DataFrame:
    """Return events of users who start on any day and come ever less often."""
    rng = np.random.default_rng(7)
    user = rng.integers(0, events // EVENTS_A_USER, events)
    start = rng.integers(0, DAYS, events // EVENTS_A_USER)
    day = np.minimum(start[user] + rng.exponential(60, events).astype(int), DAYS - 1)
    if kind != SHUFFLED:
        order = np.argsort(day, kind="stable")
        user, day = user[order], day[order]
    date = (np.datetime64("2024-01-01") + day).astype("datetime64[us]")
    ids = pd.Series(user)
    return pd.DataFrame(
        {"user_id": ids if kind == "whole ids" else "user-" + ids.astype("str"), "date": date}
    )


def pandas_idiom(events: pd.DataFrame) -> pd.DataFrame:
    """Do what tutorials do: transform, nunique, unstack."""
    events = events.assign(week=events["date"].dt.to_period("W").dt.start_time)
    events["cohort"] = events.groupby("user_id")["week"].transform("min")
    events["age"] = (events["week"] - events["cohort"]).dt.days // 7
    return events.groupby(["cohort", "age"])["user_id"].nunique().unstack()


def polars_itself(events: pl.DataFrame) -> pl.DataFrame:
    """Count different pairs, joined to each user's first week: the fastest of three ways tried."""
    visits = events.lazy().select("user_id", week=pl.col("date").dt.truncate("1w")).unique()
    cohorts = visits.group_by("user_id").agg(cohort=pl.col("week").min())
    counts = visits.join(cohorts, on="user_id").group_by("cohort", "week").agg(users=pl.len())
    age = ((pl.col("week") - pl.col("cohort")).dt.total_days() // 7).alias("age")
    table = counts.with_columns(age).sort("age").collect()
    return table.pivot("age", index="cohort", values="users").sort("cohort")


DUCKDB_QUERY = """
    with visits as (select distinct user_id, date_trunc('week', date) as week from events),
    cohorts as (select user_id, min(week) as cohort from visits group by user_id)
    select cohort, date_diff('week', cohort, week) as age, count(*) as users
    from visits join cohorts using (user_id) group by cohort, age
"""


def duckdb_itself(database: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Do the same in SQL: the fastest of three ways tried."""
    return database.sql(DUCKDB_QUERY).df().pivot(index="cohort", columns="age", values="users")


def require_agreement(ours: pd.DataFrame, *others: pd.DataFrame) -> None:
    for other in others:
        np.testing.assert_array_equal(ours.fillna(0).to_numpy(), other.fillna(0).to_numpy(float))


def in_turns(runs: dict[str, Callable[[], object]], turns: int = TURNS) -> dict[str, np.ndarray]:
    """Return the seconds of each run in each turn, after one turn to warm up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    return {name: np.array(seconds[1:]) for name, seconds in times.items()}


def compare_speed(kind: str) -> list[tuple[str, str, str]]:
    frame = log(kind)
    polars, database = pl.from_pandas(frame), duckdb.connect()
    database.register("frame", polars.to_arrow())
    database.execute("create table events as select * from frame")
    relation = database.table("events")

    ours = cohort_table(frame)
    require_agreement(ours, cohort_table(polars), cohort_table(relation))
    require_agreement(
        ours, pandas_idiom(frame), duckdb_itself(database), polars_itself(polars).to_pandas().iloc[:, 1:]
    )
    times = in_turns(
        {
            "ours": lambda: cohort_table(frame),
            "ours, Polars": lambda: cohort_table(polars),
            "ours, DuckDB": lambda: cohort_table(relation),
            "pandas": lambda: pandas_idiom(frame),
            "polars": lambda: polars_itself(polars),
            "duckdb": lambda: duckdb_itself(database),
        }
    )

    def ratio(over: str, under: str) -> str:
        return f"{np.median(times[over] / times[under]):.2f}"

    return [
        (f"{kind}: pandas idiom / ours on pandas", ratio("pandas", "ours"), "at least 3"),
        (f"{kind}: ours on pandas / Polars itself", ratio("ours", "polars"), "at most 1.5"),
        (f"{kind}: ours on pandas / DuckDB itself", ratio("ours", "duckdb"), "at most 1.5"),
        (f"{kind}: ours on Polars / Polars itself", ratio("ours, Polars", "polars"), "at most 1.5"),
        (f"{kind}: ours on DuckDB / DuckDB itself", ratio("ours, DuckDB", "duckdb"), "at most 1.5"),
        (f"{kind}: ours on pandas, seconds", f"{np.median(times['ours']):.2f}", ""),
    ]


def compare_sizes(kind: str) -> list[tuple[str, str, str]]:
    """Compare the time an event takes with that in a log of 50,000: 1 is linear, below 1 is better."""
    sizes = (50_000, 500_000, 5_000_000)
    frames = {size: log(kind, size) for size in sizes}
    times = in_turns({str(size): lambda size=size: cohort_table(frames[size]) for size in sizes})
    each = {size: np.median(times[str(size)]) / size for size in sizes}
    return [
        (
            f"{kind}: time an event, {size:,} / {sizes[0]:,} events",
            f"{each[size] / each[sizes[0]]:.2f}",
            "about 1",
        )
        for size in sizes[1:]
    ]


def measure_memory(kind: str) -> float:
    """Return the extra memory at its peak over the bytes of the input (in a process of its own)."""
    frame = log(kind)
    cohort_table(frame.head(1000))  # imports and caches do not count
    size = frame.memory_usage(deep=True, index=False).sum()
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making the log
    cohort_table(frame)
    return (resident("VmHWM") - before) / size


def resident(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(field)).split()[1])


def compare_memory(kind: str) -> list[tuple[str, str, str]]:
    command = [sys.executable, __file__, MEMORY, kind]
    runs = [
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(3)
    ]
    return [(f"{kind}: extra memory at its peak / input", f"{statistics.median(runs):.2f}", "at most 2")]


def main() -> None:
    rows = [row for kind in (*KINDS, SHUFFLED) for row in compare_speed(kind)]
    rows += [row for kind in KINDS for row in compare_sizes(kind)]
    rows += [row for kind in KINDS for row in compare_memory(kind)]
    python = f"Python {platform.python_version()}"
    versions = f"pandas {pd.__version__}, Polars {pl.__version__}, DuckDB {duckdb.__version__}"
    lines = [
        f"`cohort_table` on {EVENTS:,} events, {os.cpu_count()} cores, {python}, {versions}.",
        f"Medians of {TURNS} turns in one run of `benchmarks/cohort_table.py`.",
        "",
        "| measured | value | budget |",
        "|---|---:|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    print("\n".join(lines))
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == [MEMORY]:
        print(measure_memory(sys.argv[2]))
    else:
        main()
