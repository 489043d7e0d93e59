"""How long a thousand years of a community take, and one year; and which findings hang on the guesses.

    .venv/bin/python benchmarks/community.py

Prints two tables and keeps them in benchmarks/community.md. One process, one core. The second changes one
constant of the simulation at a time and asks again what the lesson says.
"""

import os
import platform
import time
from pathlib import Path

from opslab.community import FAULTS, Decision, Policy, score, simulate, simulation
from opslab.community.simulation import State

RESULT = Path(__file__).with_suffix(".md")
LIMITS = (0, 1, 2, 3, 4, 6, 8, 10, 14)
# Each constant is taken this share lower and higher.
GUESSES = {
    "ASKS": 0.3,
    "AT_EASE": 0.15,
    "CROWD": 0.3,
    "FAIR_PAY": 0.3,
    "FAIR_TIP": 0.3,
    "HASTE_LOSS": 0.3,
    "LEAVE_SLOPE": 0.3,
    "MATCH_GAIN": 0.3,
    "MEMORY": 0.3,
    "SKILL": 0.1,
    "WRITES": 0.3,
}


def asked_weekly(state: State) -> Decision:
    """Decide anew each week, so that the policy's own calls are on the clock: the lesson's lasting rule."""
    return Decision(reward=state.fund / 52, threads=3)


def best_of(times: int, policy, runs: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        simulate(policy, seed=0, runs=runs, members=500, weeks=52)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def worth(policy: Policy | Decision, *faults: str, years: int = 1) -> float:
    return score(simulate(policy, seed=0, runs=10, weeks=52 * years, faults=faults)).mean()


def findings(change: str) -> str:
    """Return one row of the second table."""
    by_limit = {limit: worth(Decision(threads=limit)) for limit in LIMITS}
    by_fault = {fault: worth(Decision(), fault) for fault in FAULTS}
    number = worth(Decision(paid_by="answers")) / by_limit[10] - 1
    plan, few, lasting = (worth(rule, years=5) for rule in (Decision(), Decision(threads=3), asked_weekly))
    worst, mildest = min(by_fault, key=by_fault.get), max(by_fault, key=by_fault.get)
    best = max(by_limit, key=by_limit.get)
    rules = f"{few / plan - 1:+.1%} | {lasting / few - 1:+.1%}"
    return f"| {change} | {best} | {number:+.0%} | {worst} | {mildest} | {rules} |"


def sensitivity() -> list[str]:
    rows = [findings("none")]
    for name, share in GUESSES.items():
        usual = getattr(simulation, name)
        for factor in (1 - share, 1 + share):
            setattr(simulation, name, usual * factor)
            rows.append(findings(f"`{name}` × {factor:.2f}"))
        setattr(simulation, name, usual)
    return rows


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
    lines += [
        "",
        "| change | best limit on threads | pay by number against the plan | worst fault | mildest fault | "
        "three threads against the plan, five years | a 52nd of the fund against all, five years |",
        "|---|---:|---:|---|---|---:|---:|",
        *sensitivity(),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
