"""How fast trials are counted: 1 million people, scored and split, beside the pandas idiom.

    .venv/bin/python benchmarks/outreach.py

Prints one table, measured in one run, and keeps it in benchmarks/outreach.md. The competitors take turns, so
that a busy moment of the machine hits them alike; each ratio is the median of the ratios within a turn.
"""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from opslab.outreach import policy_value, qini, uplift

PEOPLE, TURNS = 1_000_000, 7
RESULT = Path(__file__).with_suffix(".md")


def trial_table() -> pd.DataFrame:
    """Return a trial: scores without ties, scores of 50 groups, half of the people treated."""
    rng = np.random.default_rng(7)
    group = rng.integers(0, 50, PEOPLE)
    treated = rng.random(PEOPLE) < 0.5
    return pd.DataFrame(
        {
            "score": rng.random(PEOPLE),
            "group": group,
            "rule": group < 20,
            "treated": treated,
            "returned": rng.random(PEOPLE) < 0.08 + 0.002 * (25 - group) * treated,
        }
    )


def qini_idiom(trial: pd.DataFrame, score: str) -> pd.Series:
    """Sum up over the sorted rows, and keep the last of each score."""
    ranked = trial.sort_values(score, ascending=False)
    treated, returned = ranked["treated"].astype(int), ranked["returned"].astype(int)
    people, others = treated.cumsum(), (1 - treated).cumsum()
    curve = (returned * treated).cumsum() - (returned * (1 - treated)).cumsum() * people / others.clip(
        lower=1
    )
    return curve[~ranked[score].duplicated(keep="last")]


def uplift_idiom(trial: pd.DataFrame) -> pd.Series:
    rates = trial.groupby(["group", "treated"])["returned"].mean().unstack()
    return rates[True] - rates[False]


def in_turns(runs: dict[str, Callable[[], object]]) -> dict[str, np.ndarray]:
    """Return the seconds of each run in each turn, after one turn to warm up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(TURNS + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    return {name: np.array(seconds[1:]) for name, seconds in times.items()}


def compare(name: str, ours: Callable[[], object], idiom: Callable[[], object] | None, budget: str) -> str:
    times = in_turns({"ours": ours} | ({"idiom": idiom} if idiom else {}))
    ratio = f"{np.median(times['idiom'] / times['ours']):.1f}" if idiom else ""
    return f"| {name} | {np.median(times['ours']):.2f} | {ratio} | {budget} |"


def main() -> None:
    trial = trial_table()
    engine = pl.from_pandas(trial)
    for score in ("score", "group"):
        np.testing.assert_allclose(qini(trial, score).y[1:], qini_idiom(trial, score))
    np.testing.assert_allclose(uplift(trial, "group")["uplift"], uplift_idiom(trial))
    budget = "less than 1 second"
    rows = [
        compare("qini, no ties", lambda: qini(trial, "score"), lambda: qini_idiom(trial, "score"), budget),
        compare("qini, 50 scores", lambda: qini(trial, "group"), lambda: qini_idiom(trial, "group"), budget),
        compare("qini, no ties, Polars", lambda: qini(engine, "score"), None, budget),
        compare("uplift by 50 groups", lambda: uplift(trial, "group"), lambda: uplift_idiom(trial), ""),
        compare("policy_value", lambda: policy_value(trial, "rule"), None, ""),
    ]
    lines = [
        f"{PEOPLE:,} people, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"pandas {pd.__version__}.",
        f"Medians of {TURNS} turns in one run of `benchmarks/outreach.py`.",
        "",
        "| measured | ours, seconds | pandas idiom / ours | budget |",
        "|---|---:|---:|---|",
        *rows,
    ]
    print("\n".join(lines))
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
