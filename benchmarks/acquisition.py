"""How long the division of a budget and the rules of credit take, and how near the known optimum they come.

    .venv/bin/python benchmarks/acquisition.py

Prints one table, measured in one run, and keeps it in benchmarks/acquisition.md. Times are medians.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from opslab.acquisition import (
    Saturation,
    allocate_budget,
    attribute,
    evaluate_budget,
    removal_effects,
    shapley_values,
)

TURNS = 5
PATHS, CHANNELS = 100_000, 12
RESULT = Path(__file__).with_suffix(".md")


def seconds(run: Callable[[], object], turns: int = TURNS) -> float:
    """Return the median seconds of several runs, after one to warm up."""
    times = []
    for _ in range(turns + 1):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def roots(scales: list[float]) -> dict[int, Callable[[float], float]]:
    return {i: (lambda x, a=a: a * x**0.5) for i, a in enumerate(scales)}


def touches(paths: int = PATHS) -> pd.DataFrame:
    """Return paths of one to six touches on twelve channels, a fifth of them ending in a sign-up."""
    rng = np.random.default_rng(7)
    length = rng.integers(1, 7, paths)
    path = np.repeat(np.arange(paths), length)
    step = np.arange(len(path)) - np.repeat(np.cumsum(length) - length, length) + 1
    names = np.array([f"channel {number:02}" for number in range(CHANNELS)])
    won = rng.random(paths) < 0.2
    return pd.DataFrame(
        {
            "path_id": path,
            "step": step,
            "channel": names[rng.integers(0, CHANNELS, len(path))],
            "won": won[path],
        }
    )


def optimum() -> list[tuple[str, str, str]]:
    """Compare with closed forms: 50 square roots, and a corner where all goes to one channel."""
    scales = np.random.default_rng(3).uniform(0.5, 5, 50)
    best = 10_000 * scales**2 / (scales**2).sum()
    found = allocate_budget(roots(scales.tolist()), 10_000).spend.to_numpy()
    corner = {"strong": Saturation(1000, 1000), "weak": Saturation(1, 1000)}
    value = evaluate_budget(corner, [100, 0]).result.sum()
    reached = allocate_budget(corner, 100).result.sum()
    return [
        (
            "spend, worst of 50 channels / closed form - 1",
            f"{np.abs(found / best - 1).max():.1e}",
            "at most 0.001",
        ),
        ("result at a corner / optimum - 1", f"{abs(reached / value - 1):.1e}", "at most 0.001"),
    ]


def speed() -> list[tuple[str, str, str]]:
    curves = {i: Saturation(50 + i, 500 + 90 * i, 0.3) for i in range(50)}
    plain = roots([1.0 + i for i in range(50)])
    table = touches()
    rows = table.groupby("path_id").agg(path=("channel", tuple), won=("won", "first"))
    listed = [(path, int(won), int(not won)) for path, won in zip(rows.path, rows.won, strict=True)]

    def game(players: frozenset) -> float:
        return float(len(players)) ** 1.5

    sampled = shapley_values(game, range(20), permutations=500)
    return [
        (
            "50 saturated channels divided, seconds",
            f"{seconds(lambda: allocate_budget(curves, 50_000)):.4f}",
            "< 0.2",
        ),
        (
            "50 plain functions divided, seconds",
            f"{seconds(lambda: allocate_budget(plain, 50_000)):.3f}",
            "< 0.2",
        ),
        (
            f"Markov removal, {PATHS:,} paths, {len(table):,} touches, seconds",
            f"{seconds(lambda: removal_effects(table, converted='won')):.2f}",
            "< 2",
        ),
        (
            "the same, paths as a list, seconds",
            f"{seconds(lambda: removal_effects(listed)):.2f}",
            "< 2",
        ),
        (
            "Shapley of the same paths, exact, seconds",
            f"{seconds(lambda: attribute(table, 'shapley', converted='won')):.2f}",
            "",
        ),
        (
            "Shapley of any game of 12, exact, seconds",
            f"{seconds(lambda: shapley_values(game, range(12))):.3f}",
            "",
        ),
        ("Shapley of a game of 20, 500 orders: largest error stated", f"{sampled.error.max():.3f}", ""),
        (
            "the same: largest error made",
            f"{np.abs(sampled.values - 20**1.5 / 20).max():.3f}",
            "within about 3 errors stated",
        ),
    ]


def main() -> None:
    lines = [
        f"`opslab.acquisition`, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"pandas {pd.__version__}.",
        f"Medians of {TURNS} turns in one run of `benchmarks/acquisition.py`.",
        "",
        "| measured | value | budget |",
        "|---|---:|---|",
        *(f"| {' | '.join(row)} |" for row in (*optimum(), *speed())),
    ]
    print("\n".join(lines))
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
