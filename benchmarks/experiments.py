"""How fast tests are reckoned: looks against simulation, ratios on large tables.

    .venv/bin/python benchmarks/experiments.py

Prints one table, measured in one run, and keeps it in benchmarks/experiments.md.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from opslab.experiments import compare_ratios, peeking_error, sequential_bounds

TURNS = 5
USERS = 1_000_000


def simulated(looks: int) -> float:
    """Return the peeking error by 100,000 simulated tests: the usual way, good to about 0.001."""
    steps = np.random.default_rng(1).standard_normal((100_000, looks))
    z = steps.cumsum(axis=1) / np.sqrt(np.arange(1, looks + 1))
    return float((abs(z) > 1.96).any(axis=1).mean())


def by_groups(data: pd.DataFrame) -> list[float]:
    """Return the ratios and delta-method errors in the pandas idiom."""
    found = []
    for _, rows in data.groupby("arm"):
        ratio = rows["clicks"].sum() / rows["views"].sum()
        left = rows["clicks"] - ratio * rows["views"]
        found += [ratio, left.std() / rows["views"].mean() / np.sqrt(len(rows))]
    return found


def seconds(call: Callable[[], object]) -> float:
    """Return the processor's time of one call, which does not count what else the machine does."""
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Measure in turns, print and keep the table."""
    chance = np.random.default_rng(2)
    views = chance.integers(1, 20, USERS)
    arms, clicks = chance.integers(0, 2, USERS), chance.binomial(views, 0.1)
    data = pd.DataFrame({"arm": arms, "views": views, "clicks": clicks})
    alphas = iter(np.linspace(0.05, 0.051, 2 * TURNS))  # a bound is kept once it is found
    calls: dict[str, Callable[[], object]] = {
        "peeking_error(50), exact": lambda: peeking_error(50),
        "peeking error of 50 looks, 100,000 simulated tests": lambda: simulated(50),
        "sequential_bounds(10), exact": lambda: sequential_bounds(10, alpha=next(alphas)),
        f"compare_ratios, {USERS:,} users": lambda: compare_ratios(data, "clicks", "views", "arm"),
        f"pandas, group by group, {USERS:,} users": lambda: by_groups(data),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(TURNS):
        for name, call in calls.items():
            times[name].append(seconds(call))
    rows = [f"| {name} | {1000 * median(taken):.1f} |" for name, taken in times.items()]
    text = "\n".join(
        [
            f"Medians of {TURNS} turns in one run of `benchmarks/experiments.py`, of the processor's time.",
            "",
            "| call | milliseconds |",
            "|---|---|",
            *rows,
        ]
    )
    print(text)
    Path(__file__).with_suffix(".md").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
