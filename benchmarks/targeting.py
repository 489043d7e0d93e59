"""How fast `rfm` and `affinity_by` are beside the pandas idiom, on 5 million orders.

    .venv/bin/python benchmarks/targeting.py

Prints one table, measured in one run, and keeps it in benchmarks/targeting.md. Times are the processor's,
which do not count what else the machine does; the competitors take turns, and each ratio is the median of
the ratios within a turn, with the least of them beside it. The orders: 500,000 customers with whole-number
ids in 78 weeks, in order of time, as in the course's table `orders`; once with text ids.
"""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from opslab.targeting import affinity, affinity_by, rfm

ORDERS, CUSTOMERS, DAYS = 5_000_000, 500_000, 546
AS_OF = pd.Timestamp("2025-06-29")
TURNS = 7
RESULT = Path(__file__).with_suffix(".md")
TOPICS = ["career", "company", "family", "health", "home", "money"]
PERSONAS = ["career_changer", "first_job", "freelancer", "manager", "parent", "retiree", "student"]


def order_table() -> pd.DataFrame:
    """Return orders in order of time."""
    rng = np.random.default_rng(7)
    day = np.sort(rng.integers(0, DAYS, ORDERS))
    return pd.DataFrame(
        {
            "user_id": rng.integers(1, CUSTOMERS + 1, ORDERS),
            "date": (np.datetime64("2024-01-01") + day).astype("datetime64[us]"),
            "amount": rng.integers(1, 400, ORDERS),
            "topic": pd.Series(np.array(TOPICS)[rng.integers(0, len(TOPICS), ORDERS)], dtype="str"),
        }
    )


def user_table() -> pd.DataFrame:
    """Return one row for each customer."""
    persona = np.array(PERSONAS)[np.random.default_rng(8).integers(0, len(PERSONAS), CUSTOMERS)]
    return pd.DataFrame({"user_id": np.arange(1, CUSTOMERS + 1), "persona": pd.Series(persona, dtype="str")})


def rfm_idiom(orders: pd.DataFrame) -> pd.DataFrame:
    """Do what careful tutorials do; many pass Python functions to `agg`, which is slower by far."""
    past = orders[orders["date"] <= AS_OF]
    table = past.groupby("user_id").agg(
        last=("date", "max"), frequency=("date", "size"), monetary=("amount", "sum")
    )
    table["recency"] = (AS_OF - table.pop("last")).dt.days
    table["r"] = pd.qcut(table["recency"].rank(method="first"), 5, labels=[5, 4, 3, 2, 1])
    table["f"] = pd.qcut(table["frequency"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
    table["m"] = pd.qcut(table["monetary"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
    table["score"] = table["r"].astype(str) + table["f"].astype(str) + table["m"].astype(str)
    return table


def affinity_idiom(orders: pd.DataFrame) -> pd.DataFrame:
    share = pd.crosstab(orders["persona"], orders["topic"], normalize="index")
    return 100 * share / orders["topic"].value_counts(normalize=True)


def one_affinity_idiom(sample: pd.Series, base: pd.Series) -> pd.Series:
    return 100 * sample.value_counts(normalize=True) / base.value_counts(normalize=True)


def in_turns(runs: dict[str, Callable[[], object]]) -> dict[str, np.ndarray]:
    """Return the processor's seconds of each run in each turn, after one turn to warm up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(TURNS + 1):
        for name, run in runs.items():
            began = time.process_time()
            run()
            times[name].append(time.process_time() - began)
    return {name: np.array(seconds[1:]) for name, seconds in times.items()}


def compare(name: str, ours: Callable[[], object], idiom: Callable[[], object], budget: str) -> str:
    times = in_turns({"ours": ours, "idiom": idiom})
    ratios, seconds = times["idiom"] / times["ours"], np.median(times["ours"])
    return f"| {name} | {seconds:.2f} | {np.median(ratios):.1f} | {ratios.min():.1f} | {budget} |"


def main() -> None:
    orders = order_table()
    text = orders.assign(user_id="user-" + orders["user_id"].astype("str"))
    ours, idiom = rfm(orders, AS_OF), rfm_idiom(orders)
    for column in ("recency", "frequency", "monetary"):
        np.testing.assert_array_equal(ours[column], idiom[column])
    users, bought = user_table(), orders[["user_id", "topic"]]
    merged = bought.merge(users, on="user_id")
    np.testing.assert_allclose(affinity_by(bought, "persona", "topic", users=users), affinity_idiom(merged))
    sample = merged.loc[merged["persona"] == "parent", "topic"]
    rows = [
        compare("rfm, whole ids", lambda: rfm(orders, AS_OF), lambda: rfm_idiom(orders), "at least 3"),
        compare("rfm, text ids", lambda: rfm(text, AS_OF), lambda: rfm_idiom(text), "at least 2.5"),
        compare(
            "affinity_by, persona in users, topic in orders",
            lambda: affinity_by(bought, "persona", "topic", users=users),
            lambda: affinity_idiom(bought.merge(users, on="user_id")),
            "at least 3",
        ),
        compare(
            "affinity_by, both in one table",
            lambda: affinity_by(merged, "persona", "topic"),
            lambda: affinity_idiom(merged),
            "at least 3",
        ),
        compare(
            "affinity, one group",
            lambda: affinity(sample, orders["topic"]),
            lambda: one_affinity_idiom(sample, orders["topic"]),
            "",
        ),
    ]
    lines = [
        f"{ORDERS:,} orders of {CUSTOMERS:,} customers, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, pandas {pd.__version__}.",
        f"Medians of {TURNS} turns in one run of `benchmarks/targeting.py`, of the processor's time.",
        "",
        "| measured | ours, seconds | pandas idiom / ours | the least | budget |",
        "|---|---:|---:|---:|---|",
        *rows,
    ]
    print("\n".join(lines))
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
