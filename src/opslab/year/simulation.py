"""A year of Lantern, week by week, under a plan or a policy; and the same year again with one thing changed.

Runs are computed side by side: one place of an array for each. Mechanisms are those of the lessons, with the
parameters of `world.truth`; what is guessed beyond them stands in `firm`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number, require_named
from opslab.year.arithmetic import rows
from opslab.year.effects import Decided
from opslab.year.firm import firm
from opslab.year.plan import LEVERS, RECALL, TESTS, WEEKS, Plan, Policy, State, as_plan
from opslab.year.week import COLUMNS, Books

# Words
NOT_PLANS = (
    "plans is a {found}; expected a table with the fields of Plan as columns, such as `play(...).plans`"
)
WRONG_CHOICES = "choices has {found} plans; give 2 to {most}"
CHOICE = "choices[{name!r}]"
NOT_A_POLICY = "policy is {found!r}; expected a function from State to Plan, or one Plan for all weeks"
ANSWER = "in week {week} the policy's answer"
NOT_A_HISTORY = "history is a {found}; expected the result of play or replay"

MOST_RUNS = 10_000
QUARTERS, MOST_CHOICES = 4, 6
ORDINALS = ("first", "second", "third", "fourth")
CODES = {"recall": RECALL, "test": TESTS}
KINDS = {"recall": int, "test": int, "clerks": int, "forum": bool}  # of the levers that are no measures


@dataclass(frozen=True, eq=False)
class History:
    """A year, or several, as it was played.

    Attributes
    ----------
    table
        One row for each run and week (both from 1): the plan's fields, and what came of them. `need` (share
        of the newcomers with the need), `true_trust` and `points_owed` are what nobody at Lantern could see.
    seed, runs, world
        Whose luck, how many runs, and in which world.
    """

    table: pd.DataFrame = field(repr=False)
    seed: int
    runs: int
    world: int

    @property
    def plans(self) -> pd.DataFrame:
        """What was decided in each run and week: one column for each field of `Plan`."""
        return self.table[list(LEVERS)]

    @property
    def end(self) -> pd.DataFrame:
        """The last week of each run."""
        return self.table.xs(WEEKS, level="week")


def play(policy: Policy | Plan, seed: int = 0, runs: int = 1, *, world: int = 0) -> History:
    """Play Lantern's year.

    Parameters
    ----------
    policy
        A function from `State` to `Plan` (or to a dictionary of its fields), asked on each of 52 Mondays; or
        one `Plan` for all of them.
    seed
        Which luck. Two policies with the same seed meet the same luck.
    runs
        How many years of different luck. Run k is the same whatever their number.
    world
        Which of the parallel worlds' truth.

    Raises
    ------
    ValueError
        No policy, or one that returns something else than a Plan. What a policy raises is passed on.

    Examples
    --------
    >>> year = play(Plan(pushes=1), seed=7)
    >>> year.table.shape[0], bool(year.end.users.iloc[0] > 0)
    (52, True)
    """
    if not isinstance(policy, Plan) and not callable(policy):
        raise ValueError(NOT_A_POLICY.format(found=policy))
    seed, runs, world = as_setting(seed, runs, world).values()
    if isinstance(policy, Plan):
        fixed = _coded([as_plan(policy, "policy")] * runs)
        return _played(lambda week, books: fixed, seed, runs, world)
    return _played(_asking(policy), seed, runs, world)


def as_setting(seed: int, runs: int, world: int) -> dict[str, int]:
    """Return whose luck, how many runs and which world, by these names.

    Raises
    ------
    ValueError
        If one of them is no whole number in its limits.
    """
    return {
        "seed": as_number(seed, "seed", least=0, whole=True),
        "runs": as_number(runs, "runs", least=1, most=MOST_RUNS, whole=True),
        "world": as_number(world, "world", least=0, whole=True),
    }


def replay(history: History, week: int, **change: Any) -> History:
    """Play a year again with its own luck and plans, but for a change from `week` on, to the year's end.

    A change for a single week would fade to nothing; this one stays. The weeks before it are the same bit by
    bit, and what differs afterwards is the change's doing. The plans of a policy are those it made the first
    time: it is not asked again.

    Parameters
    ----------
    history
        From `play` or `replay`.
    week
        The first week that is changed, 1 to 52.
    **change
        Fields of `Plan` and what they are from then on.

    Examples
    --------
    >>> year = play(Plan(), seed=7)
    >>> other = replay(year, 40, pushes=7)
    >>> bool((other.table.users[:39] == year.table.users[:39]).all())
    True
    """
    require_history(history)
    first = as_number(week, "week", least=1, most=WEEKS, whole=True)
    changed = as_plan(change, "change")
    told = {
        name: _codes(name, history.table[name].to_numpy()).reshape(history.runs, WEEKS) for name in LEVERS
    }
    for name in change:
        told[name][:, first - 1 :] = _codes(name, [getattr(changed, name)])
    return _played(_as_told(told), history.seed, history.runs, history.world)


def rerun(plans: Any, seed: int = 0, *, world: int = 0) -> History:
    """Play the years in which these plans were decided, whoever decided them.

    Parameters
    ----------
    plans
        Like `History.plans`: 52 rows for each run, one column for each field of `Plan`. Rows with run and
        week as their index may come in any order; others are taken as they stand.

    Examples
    --------
    >>> year = play(lambda state: Plan(clerks=1 + state.week % 2), seed=7)
    >>> bool((rerun(year.plans, seed=7).table.cash == year.table.cash).all())
    True
    """
    if not isinstance(plans, pd.DataFrame) or not set(LEVERS) <= set(plans.columns):
        raise ValueError(NOT_PLANS.format(found=type(plans).__name__))
    runs = as_number(len(plans) / WEEKS, "the number of runs in plans", least=1, most=MOST_RUNS, whole=True)
    if list(plans.index.names) == ["run", "week"]:
        plans = plans.sort_index()
    coded = _coded([Plan(**row) for row in plans[list(LEVERS)].to_dict("records")])
    by_run = {name: values.reshape(runs, WEEKS) for name, values in coded.items()}
    seed = as_number(seed, "seed", least=0, whole=True)
    world = as_number(world, "world", least=0, whole=True)
    return _played(_as_told(by_run), seed, runs, world)


def tree(choices: Mapping[str, Plan], seed: int = 0, *, world: int = 0) -> pd.DataFrame:
    """Play every year that can be made of a few plans, one for each quarter, all with the same luck.

    Parameters
    ----------
    choices
        Name to plan, two to six of them: with four there are 4 x 4 x 4 x 4 = 256 years.

    Returns
    -------
    DataFrame
        Index first, second, third, fourth (the plan of each quarter) and week; columns as in `History.table`.

    Examples
    --------
    >>> years = tree({"as last year": Plan(), "no pushes": Plan(pushes=0)}, seed=7)
    >>> len(years) == 2**4 * 52
    True
    """
    require_named(choices, "choices", "plans")
    if not 2 <= len(choices) <= MOST_CHOICES:
        raise ValueError(WRONG_CHOICES.format(found=len(choices), most=MOST_CHOICES))
    plans = {name: as_plan(plan, CHOICE.format(name=name)) for name, plan in choices.items()}
    seed = as_number(seed, "seed", least=0, whole=True)
    world = as_number(world, "world", least=0, whole=True)
    paths = list(product(choices, repeat=QUARTERS))
    coded = [_coded([plans[path[quarter]] for path in paths]) for quarter in range(QUARTERS)]
    weeks = WEEKS // QUARTERS
    history = _played(lambda week, books: coded[week // weeks], seed, len(paths), world, alike=True)
    of_path = [np.repeat([path[quarter] for path in paths], WEEKS) for quarter in range(QUARTERS)]
    week = np.tile(np.arange(1, WEEKS + 1), len(paths))
    return history.table.set_index(pd.MultiIndex.from_arrays([*of_path, week], names=[*ORDINALS, "week"]))


def require_history(history: Any) -> None:
    """Refuse what is not the result of `play` or `replay`."""
    if not isinstance(history, History):
        raise ValueError(NOT_A_HISTORY.format(found=type(history).__name__))


def _coded(plans: Sequence[Plan]) -> Decided:
    if len(plans) == 1:
        return {name: _code(name, getattr(plans[0], name)) for name in LEVERS}
    return {name: _codes(name, [getattr(plan, name) for plan in plans]) for name in LEVERS}


def _code(name: str, value: Any) -> float:
    return CODES[name].index(value) if name in CODES else float(value)


def _codes(name: str, values: Any) -> np.ndarray:
    if name in CODES:
        return np.array([_code(name, value) for value in values], dtype=int)
    return np.array(values, dtype=float)


def _as_told(told: Mapping[str, np.ndarray]) -> Callable[[int, Books], Decided]:
    """Return what plays plans by run and week; while the plans stay, they are the same object."""
    stays = np.all([(values[:, 1:] == values[:, :-1]).all(axis=0) for values in told.values()], axis=0)
    since = np.maximum.accumulate(np.where(np.append(False, stays), 0, np.arange(WEEKS)))
    plans = {
        week: {
            name: values[:, week] if len(values) > 1 else values.item(week) for name, values in told.items()
        }
        for week in set(since.tolist())
    }
    return lambda week, books: plans[since[week]]


def _asking(policy: Policy) -> Callable[[int, Books], Decided]:
    """Return what asks a policy in each run; while the plans stay, they are the same object."""
    last: list[Plan] = []
    coded: Decided = {}

    def asked(week: int, books: Books) -> Decided:
        nonlocal last, coded
        plans = []
        for run, seen in enumerate(books.known()):
            plan = policy(_state(week, seen))
            if not last or type(plan) is not Plan or plan != last[run]:
                plan = as_plan(plan, ANSWER.format(week=week + 1))
            plans.append(plan)
        if plans != last:
            last, coded = plans, _coded(plans)
        return coded

    return asked


def _state(week: int, seen: dict[str, float]) -> State:
    return State(week=week + 1, test=TESTS[int(seen.pop("test"))], **seen)


def _played(
    plans: Callable[[int, Books], Decided],
    seed: int,
    runs: int,
    world: int,
    alike: bool = False,
) -> History:
    books = Books(firm(world), seed, runs, alike)
    written = np.empty((WEEKS, len(COLUMNS), runs))
    decided: list[tuple[int, Decided]] = []  # from which week on
    for week in range(WEEKS):
        plan = plans(week, books)
        if not decided or plan is not decided[-1][1]:
            decided.append((week, plan))
        written[week] = np.array(books.live(week, plan)).reshape(len(COLUMNS), runs)
    since, told = zip(*decided, strict=True)
    lasted = np.diff([*since, WEEKS])
    columns = {
        name: rows(*(plan[name] for plan in told)).astype(KINDS.get(name, float)).repeat(lasted, axis=1)
        for name in LEVERS
    }
    for name, options in CODES.items():
        columns[name] = np.array(options, dtype=object)[columns[name]]
    columns |= dict(zip(COLUMNS, written.transpose(1, 2, 0), strict=True))
    run, week = np.repeat(np.arange(runs), WEEKS), np.tile(np.arange(WEEKS), runs)
    index = pd.MultiIndex(
        [np.arange(1, runs + 1), np.arange(1, WEEKS + 1)], [run, week], names=["run", "week"]
    )
    table = pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)
    return History(table, seed, runs, world)
