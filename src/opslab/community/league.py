"""A league of policies: each plays the same held-back seeds, in a process of its own, with a time limit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from opslab.community.simulation import Policy, score, simulate
from opslab.ground.arguments import as_number, require_named
from opslab.ground.estimates import Z95
from opslab.ground.timed_process import LONGEST, NoResultError, timed_process

COLUMNS = ["policy", "score", "behind", "low", "high", "fund", "reason"]
HELD_BACK = 1_000  # a seed that no lesson and no exercise uses

# Words
POLICIES = "policies"


def league(
    policies: Mapping[str, Policy],
    seed: int = HELD_BACK,
    *,
    runs: int = 50,
    seconds: float = 10,
    **setting: Any,
) -> pd.DataFrame:
    """Rank policies by satisfied member-weeks on the same runs.

    A policy that raises, returns nonsense or does not end loses its turn and gets the reason; the others go
    on. Each plays in a child process, which cannot change this one and is ended after `seconds`. That guards
    against mistakes, not against malice.

    Parameters
    ----------
    policies
        Name to policy (or one Decision).
    seed, runs
        Which runs to play.
    seconds
        Time limit for each policy, of the processor's time.
    **setting
        Passed on to `simulate`.

    Returns
    -------
    One row for each policy, best first: `score` (mean over the runs), `behind` (how far behind the best, run
    by run), `low` and `high` (95 % interval of `behind`), `fund` (mean yuan left), `reason` (empty if
    it played).

    Examples
    --------
    >>> from opslab.community import Decision
    >>> table = league({"as planned": Decision(), "no reward": Decision(reward=0)}, runs=2, weeks=4)
    >>> sorted(table.index)
    ['as planned', 'no reward']
    """
    require_named(policies, "policies", POLICIES)
    seconds = as_number(seconds, "seconds", least=0.01, most=LONGEST)
    setting = {"seed": seed, "runs": runs, **setting}
    played = {name: _play(policy, seconds, setting) for name, policy in policies.items()}
    scores = [result.score for result in played.values() if isinstance(result, pd.DataFrame)]
    best = max(scores, key=np.mean, default=None)
    rows = [_row(name, result, best) for name, result in played.items()]
    table = pd.DataFrame(rows, columns=COLUMNS).set_index("policy")
    return table.sort_values("score", ascending=False, na_position="last", kind="stable")


def _row(name: str, result: pd.DataFrame | str, best: pd.Series | None) -> dict[str, Any]:
    if isinstance(result, str):
        return {"policy": name, "reason": result}
    gap = best - result.score
    reach = Z95 * gap.std() / np.sqrt(len(gap))
    return {
        "policy": name,
        "score": result.score.mean(),
        "behind": gap.mean(),
        "low": gap.mean() - reach,
        "high": gap.mean() + reach,
        "fund": result.fund.mean(),
        "reason": "",
    }


def _play(policy: Policy, seconds: float, setting: dict[str, Any]) -> pd.DataFrame | str:
    """Return score and fund at the end of each run, or the reason why there are none."""

    def play() -> dict[str, list[float]]:
        history = simulate(policy, **setting)
        return {"score": score(history).to_list(), "fund": history.groupby("run").fund.last().to_list()}

    try:
        with timed_process(play, seconds=seconds) as ask:
            return pd.DataFrame(ask(), dtype=float)
    except NoResultError as reason:
        return str(reason)
