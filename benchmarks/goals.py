"""How fast a KPI is counted: 5 million events, beside the pandas idiom.

    .venv/bin/python benchmarks/goals.py

Prints one table, measured in one run, and keeps it in benchmarks/goals.md. Times are the processor's, which
do not count what else the machine does; the competitors take turns, and each ratio is the median of the
ratios within a turn.
"""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from opslab.goals import kpi

EVENTS, USERS, DAYS, TURNS = 5_000_000, 500_000, 546, 7
RESULT = Path(__file__).with_suffix(".md")


def log() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return events in order of time, and the users with their day of sign-up."""
    rng = np.random.default_rng(7)
    start = rng.integers(0, DAYS, USERS)
    user = np.concatenate([np.arange(USERS), rng.integers(0, USERS, EVENTS - USERS)])
    day = np.minimum(start[user] + rng.exponential(60, EVENTS).astype(int), DAYS - 1)
    order = np.argsort(day, kind="stable")
    origin = np.datetime64("2024-01-01", "us")
    return (
        pd.DataFrame({"user_id": user[order], "date": origin + day[order].astype("timedelta64[D]")}),
        pd.DataFrame({"user_id": np.arange(USERS), "signup_date": origin + start.astype("timedelta64[D]")}),
    )


def dau_idiom(events: pd.DataFrame) -> float:
    return events.groupby(events["date"].dt.normalize())["user_id"].nunique().mean()


def stickiness_idiom(events: pd.DataFrame) -> float:
    day = events["date"].dt.normalize()
    month = events[day > day.max() - pd.Timedelta(days=30)]
    return dau_idiom(month) / month["user_id"].nunique()


def retention_idiom(events: pd.DataFrame, people: pd.DataFrame) -> float:
    joined = events.merge(people, on="user_id")
    age = (joined["date"].dt.normalize() - joined["signup_date"].dt.normalize()).dt.days
    watched = people["signup_date"] <= events["date"].max() - pd.Timedelta(days=7)
    back = joined.loc[age == 7, "user_id"].unique()
    return people.loc[watched, "user_id"].isin(back).mean()


def in_turns(runs: dict[str, Callable[[], float]]) -> dict[str, np.ndarray]:
    """Return the processor's seconds of each run in each turn, after one turn to warm up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(TURNS + 1):
        for name, run in runs.items():
            began = time.process_time()
            run()
            times[name].append(time.process_time() - began)
    return {name: np.array(seconds[1:]) for name, seconds in times.items()}


def compare(name: str, ours: Callable[[], float], idiom: Callable[[], float]) -> str:
    np.testing.assert_allclose(ours(), idiom())
    times = in_turns({"ours": ours, "idiom": idiom})
    ratio = np.median(times["idiom"] / times["ours"])
    return f"| {name} | {np.median(times['ours']):.2f} | {ratio:.1f} | at least 3 |"


def main() -> None:
    events, people = log()
    rows = [
        compare("dau", lambda: kpi("dau", events), lambda: dau_idiom(events)),
        compare("stickiness", lambda: kpi("stickiness", events), lambda: stickiness_idiom(events)),
        compare(
            "retention", lambda: kpi("retention", events, people), lambda: retention_idiom(events, people)
        ),
    ]
    lines = [
        f"{EVENTS:,} events of {USERS:,} users in {DAYS} days, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, pandas {pd.__version__}.",
        f"Medians of {TURNS} turns in one run of `benchmarks/goals.py`, of the processor's time.",
        "",
        "| measured | ours, seconds | pandas idiom / ours | budget |",
        "|---|---:|---:|---|",
        *rows,
    ]
    print("\n".join(lines))
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
