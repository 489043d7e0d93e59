"""A league of policies: each plays the same held-back years from a process that holds no future."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number, require_named
from opslab.ground.estimates import Z95
from opslab.ground.timed_process import LONGEST, NoResultError, timed_process
from opslab.year.plan import Plan, Policy, State, as_plan
from opslab.year.score import CAP, NAIVE, PAR, score, unkept
from opslab.year.simulation import ANSWER, History, as_setting, play, require_history

# Words
POLICIES = "policies"

HELD_BACK = 1_000  # a seed that no lesson and no exercise uses
COLUMNS = ["policy", "worth", "on_par", "low", "high", "grade", "broken", "reason"]


def league(
    policies: Mapping[str, Policy | Plan],
    seed: int = HELD_BACK,
    *,
    runs: int = 50,
    seconds: float = 30,
    world: int = 0,
) -> pd.DataFrame:
    """Rank policies by what the same years are worth under them, on the scale from last year's plan to par.

    A policy that raises, returns something else than a plan, or does not end loses its turn and gets the
    reason; the others go on. It runs in a process of its own, gets one `State` after another and gives the
    fields of a `Plan` back, and writes to no file. That guards against mistakes, not against malice: whoever
    searches the process can find the seed, so a class is graded in years of a secret number.

    Parameters
    ----------
    policies
        Name to policy (or one Plan).
    seed, runs
        Which luck, and how many years.
    seconds
        Time limit for each policy, of the processor's time.

    Returns
    -------
    DataFrame
        One row for each policy, best first. `worth`: mean yuan (see `score`). `on_par`: 0 for last year's
        plan, 1 for par, the best simple plan; (worth - last year's) / (par - last year's) over the runs, with
        its 95 % interval `low` to `high`, paired run by run. `grade`: `on_par` between 0 and 1; at most 0.6
        where a guardrail broke in more than one run of ten. `broken`: those guardrails.
        `reason`: empty if it played.

    Examples
    --------
    >>> league({"last year": Plan()}, runs=2).on_par.to_list()
    [0.0]
    """
    require_named(policies, "policies", POLICIES)
    seconds = as_number(seconds, "seconds", least=0.01, most=LONGEST)
    setting = as_setting(seed, runs, world)
    naive, par = _scale(**setting)
    rows = []
    for name, policy in policies.items():
        try:
            rows.append(_row(name, _play(policy, seconds, setting), naive, par))
        except NoResultError as reason:
            rows.append({"policy": name, "broken": (), "reason": str(reason)})
    table = pd.DataFrame(rows, columns=COLUMNS).set_index("policy")
    return table.sort_values("worth", ascending=False, na_position="last", kind="stable")


def standing(history: History) -> dict[str, Any]:
    """Return the league's row for years that were played: worth, on_par, low, high, grade, broken.

    Examples
    --------
    >>> standing(play(Plan(), seed=5, runs=2))["on_par"]
    0.0
    """
    require_history(history)
    return _row("", history, *_scale(seed=history.seed, runs=history.runs, world=history.world))


@lru_cache(maxsize=8)
def _scale(seed: int, runs: int, world: int) -> tuple[pd.Series, pd.Series]:
    """Return what last year's plan and par are worth, run by run."""
    naive, par = (score(play(plan, seed, runs, world=world)).worth for plan in (NAIVE, PAR))
    return naive, par


def _play(policy: Any, seconds: float, setting: dict[str, int]) -> History:
    try:
        if isinstance(policy, Plan) or not callable(policy):
            return play(policy, **setting)
        with timed_process(_in_fields(policy), seconds=seconds, fence=True) as ask:
            return play(ask, **setting)
    except ValueError as error:
        raise NoResultError(str(error)) from error


def _in_fields(policy: Policy) -> Policy:
    """Return what answers as a policy does, with the fields of its plan."""

    def answer(state: State) -> dict[str, Any]:
        return asdict(as_plan(policy(state), ANSWER.format(week=state.week)))

    return answer


def _row(name: str, history: History, naive: pd.Series, par: pd.Series) -> dict[str, Any]:
    told = score(history)
    scale = (par - naive).mean()
    on_par = (told.worth - naive).mean() / scale
    # The error of a ratio of means, from the run-by-run residuals (delta method).
    residual = (told.worth - naive) - on_par * (par - naive)
    reach = Z95 * residual.std() / np.sqrt(len(told)) / abs(scale) if len(told) > 1 else 0.0
    broken = unkept(told)
    return {
        "policy": name,
        "worth": float(told.worth.mean()),
        "on_par": float(on_par),
        "low": float(on_par - reach),
        "high": float(on_par + reach),
        "grade": float(min(max(on_par, 0.0), CAP if broken else 1.0)),
        "broken": broken,
        "reason": "",
    }
