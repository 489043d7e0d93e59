"""How long a thousand years of a community take, and one year.

    .venv/bin/python benchmarks/community.py

Prints one table and keeps it in benchmarks/community.md. One process, one core.
"""

import os
import platform
import time
from pathlib import Path

from opslab.community import Decision, simulate
from opslab.community.simulation import State

RESULT = Path(__file__).with_suffix(".md")


def asked_weekly(state: State) -> Decision:
    """Decide anew each week, so that the policy's own calls are on the clock."""
    return Decision(reward=state.fund / 52, threads=4)


def best_of(times: int, policy, runs: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        simulate(policy, seed=0, runs=runs, members=500, weeks=52)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    simulate(Decision())  # so that no library is loaded while the clock runs
    rows = [
        ("1,000 runs, the same decision each week", best_of(2, Decision(), 1_000), 10),
        ("1,000 runs, a policy asked 52,000 times", best_of(2, asked_weekly, 1_000), 10),
        ("one run", best_of(20, Decision(), 1), 0.03),
    ]
    lines = [
        f"`opslab.community.simulate`, 500 members for 52 weeks, one of {os.cpu_count()} cores, "
        f"Python {platform.python_version()}. `benchmarks/community.py`, best of several.",
        "",
        "| what | seconds | budget, seconds |",
        "|---|---:|---:|",
    ]
    lines += [f"| {what} | {seconds:.3f} | {budget:g} |" for what, seconds, budget in rows]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
