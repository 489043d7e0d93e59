"""How fast repeat purchase is fitted beside the package `lifetimes`, and whether intervals hold.

    .venv/bin/python benchmarks/lifetime.py [PEER/bin/python]

The peer ships the CDNOW rows (no copy of them is kept here); it stands in requirements.lock, so the same
Python will do. Prints one table and keeps it in benchmarks/lifetime.md.
Competitors take turns; each ratio is the median of the ratios within a turn.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from opslab.lifetime import BetaGeometricNBD, fit_bg_nbd, purchase_summary

ORDERS, CUSTOMERS, DAYS = 5_000_000, 500_000, 546
TURNS, WORLDS = 5, 200
RESULT = Path(__file__).with_suffix(".md")
TRUE = BetaGeometricNBD(0.8, 12.0, 0.8, 2.4)

# Run by the peer's Python, which may know another pandas.
PEER = """
import sys, time, warnings
sys.path.insert(0, {source!r})
warnings.simplefilter("ignore")
from lifetimes import BetaGeoFitter
from lifetimes.datasets import load_cdnow_summary
from opslab.lifetime import fit_bg_nbd
rows = load_cdnow_summary(index_col=[0])
columns = rows["frequency"], rows["recency"], rows["T"]
times = []
for turn in range({turns} + 1):
    began = time.perf_counter(); ours = fit_bg_nbd(*columns)
    middle = time.perf_counter(); theirs = BetaGeoFitter().fit(*columns)
    times.append((middle - began, time.perf_counter() - middle))
ratios = sorted(b / a for a, b in times[1:])
seconds = sorted(a for a, _ in times[1:])
off = max(abs(getattr(ours, name) / theirs.params_[name] - 1) for name in ("r", "alpha", "a", "b"))
print(len(rows), seconds[len(seconds) // 2], ratios[len(ratios) // 2], off, ours.loglik)
"""


def against_peer(python: str) -> list[str]:
    """Return the table's line for CDNOW."""
    source = str(Path(__file__).parents[1] / "src")
    code = PEER.format(source=source, turns=TURNS)
    told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    rows, seconds, ratio, off, loglik = map(float, told.split())
    return [
        f"| BG/NBD, CDNOW, {rows:,.0f} customers | {1000 * seconds:.1f} ms | "
        f"{ratio:.0f} × as fast as lifetimes | at least 5 |",
        f"| the same: parameters differ by at most; log-likelihood | {off:.1e}; {loglik:.3f} | | 4 digits |",
    ]


def customers(size: int, seed: int) -> pd.DataFrame:
    """Return histories by the story of the model: a rate and a chance each, purchase after purchase."""
    rng = np.random.default_rng(seed)
    rate, loss = rng.gamma(TRUE.r, 1 / TRUE.alpha, size), rng.beta(TRUE.a, TRUE.b, size)
    T = np.round(rng.uniform(39, 78, size) * 7) / 7
    x, t_x, now = np.zeros(size), np.zeros(size), np.zeros(size)
    there = np.ones(size, dtype=bool)
    while there.any():
        now = now + rng.exponential(1 / rate)
        there &= now <= T
        x, t_x = x + there, np.where(there, now, t_x)
        there &= rng.random(size) >= loss
    return pd.DataFrame({"x": x, "t_x": t_x, "T": T})


def growth() -> list[str]:
    """Return the lines that show how time grows with customers."""
    lines = []
    for size in (20_000, 200_000, 2_000_000):
        table = customers(size, 1)
        began = time.perf_counter()
        fit_bg_nbd(table["x"], table["t_x"], table["T"])
        seconds = time.perf_counter() - began
        lines.append(
            f"| BG/NBD, {size:,} customers, times to the moment | {seconds:.2f} s | "
            f"{1e6 * seconds / size:.2f} s a million | linear |"
        )
    return lines


def coverage() -> list[str]:
    """Return the lines that say how often 80 % intervals hold the truth, over drawn worlds."""
    true = np.array([TRUE.r, TRUE.alpha, TRUE.a, TRUE.b])
    held, totals = [], []
    for seed in range(WORLDS):
        table = customers(2_000, seed)
        columns = table["x"], table["t_x"], table["T"]
        fit = fit_bg_nbd(*columns)
        ends = fit.parameter_intervals(0.8)
        held.append((ends["low"] <= true) & (true <= ends["high"]))
        future = TRUE.draw_purchases(26, *columns, seed=10_000 + seed).sum()
        low, high = fit.total_interval(26, *columns, level=0.8, draws=200, seed=seed)
        totals.append(low <= future <= high)
    shares = ", ".join(f"{share:.1%}" for share in np.mean(held, axis=0))
    return [
        f"| 80 % intervals of r, alpha, a, b hold the truth, {WORLDS} worlds | {shares} | | 75 to 85 % |",
        f"| 80 % intervals of the total of 26 weeks hold it | {np.mean(totals):.1%} | | 75 to 85 % |",
    ]


def orders() -> pd.DataFrame:
    """Return orders in order of time."""
    rng = np.random.default_rng(7)
    day = np.sort(rng.integers(0, DAYS, ORDERS))
    return pd.DataFrame(
        {
            "user_id": rng.integers(1, CUSTOMERS + 1, ORDERS),
            "date": (np.datetime64("2024-01-01") + day).astype("datetime64[us]"),
            "amount": rng.integers(1, 400, ORDERS),
        }
    )


def idiom(table: pd.DataFrame) -> pd.DataFrame:
    """Do what careful tutorials do."""
    days = table.groupby(["user_id", "date"], as_index=False)["amount"].sum()
    days["first"] = days.groupby("user_id")["date"].transform("min")
    ends = days.groupby("user_id")["date"].agg(["min", "max", "size"])
    later = days[days["date"] > days["first"]].groupby("user_id")["amount"].mean()
    end = table["date"].max()
    return pd.DataFrame(
        {
            "frequency": ends["size"] - 1,
            "recency": (ends["max"] - ends["min"]).dt.days / 7,
            "T": (end - ends["min"]).dt.days / 7,
            "value": later.reindex(ends.index).fillna(0),
        }
    )


def summaries() -> list[str]:
    """Return the line for `purchase_summary`."""
    table = orders()
    runs: dict[str, Callable[[], pd.DataFrame]] = {
        "ours": lambda: purchase_summary(table),
        "idiom": lambda: idiom(table),
    }
    pd.testing.assert_frame_equal(runs["ours"](), runs["idiom"](), check_dtype=False)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(TURNS):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    ratio = np.median(np.array(times["idiom"]) / np.array(times["ours"]))
    return [
        f"| purchase_summary, {ORDERS:,} orders of {CUSTOMERS:,} customers | "
        f"{np.median(times['ours']):.2f} s | "
        f"{ratio:.1f} × as fast as the pandas idiom | at least 3 |"
    ]


def main() -> None:
    """Measure, print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "peer", nargs="?", default=sys.executable, help="the Python of an environment with lifetimes 0.11.3"
    )
    peer = parser.parse_args().peer
    lines = [
        f"{os.cpu_count()} cores, Python {platform.python_version()}, pandas {pd.__version__}, "
        f"NumPy {np.__version__}. One run of `benchmarks/lifetime.py`, medians of {TURNS} turns.",
        "",
        "| measured | result | beside | budget |",
        "|---|---:|---|---|",
        *against_peer(peer),
        *growth(),
        *coverage(),
        *summaries(),
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
