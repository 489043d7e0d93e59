"""A year of Lantern: which simple plan is par, whether the game is worth playing, and how fast it runs.

    .venv/bin/python benchmarks/year.py

Prints the table and keeps it in benchmarks/year.md. Times are CPU seconds of one process, the best of five.
"""

import json
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from opslab.explore import Choice, explore
from opslab.year import NAIVE, PAR, Plan, State, compare, league, play, replay, score, tree, tree_chart
from opslab.year.league import HELD_BACK
from opslab.year.plan import LEVERS
from opslab.year.score import unkept

RESULT = Path(__file__).with_suffix(".md")
DRAWN = 200
SEARCHED = 77  # luck on which par is looked for; the league's is another
VARIED = ("ads", "own", "friends", "pushes", "recall", "clerks", "focus", "points")
SPENT = [
    (8_800, 700, 1_600),
    (3_000, 2_000, 2_000),
    (2_000, 3_500, 3_000),
    (0, 3_500, 3_000),
    (0, 2_000, 2_000),
]
SENT = [(3, "all"), (1, "answered"), (0, "answered"), (0, "nobody"), (1, "not muted")]
CARED = [
    (2, 0.3, 0),
    (3, 0.3, 0),
    (3, 0.6, 0.2),
    (4, 0.3, 0),
    (4, 0.6, 0.2),
    (4, 0.6, 0.4),
    (5, 0.6, 0.2),
    (3, 0.3, 0.2),
]
SIMPLE = [
    Plan(**dict(zip(VARIED, values, strict=True)))
    for values in ((*spent, *sent, *cared) for spent in SPENT for sent in SENT for cared in CARED)
]  # fmt: skip


def adaptive(state: State) -> Plan:
    """Let the desk follow the work, try the tour once, and send a push while few have said no."""
    clerks = 5 if state.within_day < 0.97 or state.active > 5_000 else 4
    trial = "welcome_tour" if state.week <= 4 else "none"
    return replace(PAR, clerks=clerks, test=trial, pushes=1 if state.said_no < 0.06 else 0)


def cpu(run: Callable[[], object]) -> float:
    run()
    best = np.inf
    for _ in range(5):
        began = time.process_time()
        run()
        best = min(best, time.process_time() - began)
    return best


def same_again(number: int) -> bool:
    """Play a drawn plan, and again with a drawn change from a drawn week on."""
    rng = np.random.default_rng(number)
    plan, other = (rng.choice(len(SIMPLE)) for _ in range(2))
    year, week = play(SIMPLE[plan], int(rng.integers(1 << 40))), int(rng.integers(1, 53))
    lever = str(rng.choice(LEVERS))
    again = replay(year, week, **{lever: getattr(SIMPLE[other], lever)}).table
    before = year.table.index.get_level_values("week") < week
    return replay(year, week).table.equals(year.table) and again[before].equals(year.table[before])


def par() -> tuple[Plan, np.ndarray]:
    """Return the best simple plan of those that keep the guardrails, and each plan's worth by run."""
    told = [score(play(plan, SEARCHED, runs=50)) for plan in SIMPLE]
    worth = np.array([table.worth.to_numpy() for table in told])
    kept = [not unkept(table) for table in told]
    best = max(range(len(SIMPLE)), key=lambda k: (kept[k], worth[k].mean()))
    return SIMPLE[best], worth


def main() -> None:
    best, worth = par()
    pairs = [spearmanr(worth[:, a], worth[:, b])[0] for a in range(12) for b in range(a)]
    rows = [
        ("simple plans tried", f"{len(SIMPLE)}", ""),
        ("par, as found here", f"{best}", f"as in the package: {best == PAR}"),
        ("rank correlation of two single runs, mean", f"{np.mean(pairs):.2f}", ".7 to .9"),
    ]
    table = league({"last year": NAIVE, "par": PAR, "adaptive": adaptive})
    for name, row in table.iterrows():
        rows.append((f"league: {name}", f"{row.on_par:.2f} ({row.low:.2f} to {row.high:.2f})",
                     f"grade {row.grade:.2f}, broken: {', '.join(row.broken) or 'none'}"))  # fmt: skip
    base, other = play(NAIVE, HELD_BACK, 200), play(NAIVE, HELD_BACK + 1, 200)
    changed = replay(base, 26, pushes=1)
    apart = score(replay(other, 26, pushes=1)).worth.to_numpy() - score(base).worth.to_numpy()
    paired = score(changed).worth.to_numpy() - score(base).worth.to_numpy()
    rows.append(
        (
            "variance of a replayed difference, independent / common luck",
            f"{apart.var() / paired.var():.0f}",
            "at least 20",
        )
    )
    gap = compare(play(Plan(pushes=1), HELD_BACK, 200), play(Plan(pushes=3), HELD_BACK, 200))["mean"]
    rows.append(
        (
            "third push a week: last week in which its cash is ahead",
            f"{gap.index[gap > 0].max()}",
            "about 10; behind by 26",
        )
    )
    rows.append(("1,000 years of one plan, s", f"{cpu(lambda: play(NAIVE, 1, 1_000)):.2f}", "at most 1"))
    rows.append(("a year under a policy, ms", f"{1_000 * cpu(lambda: play(adaptive, 1)):.1f}", "at most 10"))
    rows.append(
        ("the same, a year of 50 side by side, ms", f"{20 * cpu(lambda: play(adaptive, 1, 50)):.1f}", "")
    )
    years = tree(QUARTERLY, seed=0)
    options = Choice(list(QUARTERLY))
    picture = explore(
        lambda **named: tree_chart(years, tuple(named.values())),
        first=options, second=options, third=options, fourth=options, alt="256 years.",
    )  # fmt: skip
    rows.append(("the tree of 256 years, kB", f"{len(json.dumps(picture.bundle)) / 1000:.0f}", "at most 300"))
    same = sum(same_again(number) for number in range(DRAWN))
    rows.append(
        (
            "replays of drawn plans and seeds that are the year itself, bit by bit, up to their change",
            f"{same} of {DRAWN}",
            "all",
        )
    )
    lines = ["| what | measured | asked |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    text = "\n".join(lines)
    print(text)
    RESULT.write_text(
        f"# A year of Lantern\n\n`.venv/bin/python benchmarks/year.py`, Python {platform.python_version()}, "
        f"{platform.machine()}.\n\n{text}\n", "utf-8",
    )  # fmt: skip


QUARTERLY = {
    "as last year": Plan(),
    "buy users": Plan(ads=14_000),
    "press": Plan(pushes=7),
    "care": Plan(ads=2_000, own=2_500, friends=2_500, pushes=1, recall="answered", clerks=5, focus=0.5),
}


if __name__ == "__main__":
    main()
