"""Read a trial with a hold-out: what a message adds, to whom, and what a rule for sending is worth.

A trial is a table with one row for each person: whether they were sent the message (`treated`), and what
came of it (`outcome`). It may be pandas, Polars, DuckDB or whatever else Narwhals knows; it is counted by
its engine.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import (
    POSITIVE,
    as_flags,
    as_names,
    as_number,
    as_numbers,
    plain_value,
    require_result,
)
from opslab.ground.estimates import Z95
from opslab.ground.frames import Frame, kinds_of, native, small_table

# Words
TRIAL, EVERYONE = "trial", "everyone"
ONE_ARM = (
    "{where} has {treated:,} people with the message and {control:,} without it; "
    "what the message adds is the difference of two arms, so both must have at least {least}"
)
IN_TRIAL, IN_GROUP = "the trial", "the group {group!r}"
SENT_TO, NOT_SENT_TO = "the part that the rule sends to", "the part that the rule does not send to"
ALL_EQUAL = "score has the same value, {found!r}, for everyone; a ranking needs two different ones"
NO_EFFECT_SIZE = "uplift is 0; no trial is large enough to see nothing. Give the least that would be worth it"
BEYOND = "without + uplift is {found:g}; expected a share between 0 and 1"

LEAST = 2  # people in an arm: of one alone nobody knows how far others lie from it
KEY, TREATED, CONTROL, WON, WON_ANYWAY = "_key", "_treated", "_control", "_won", "_won_anyway"
SQUARES, SQUARES_ANYWAY = "_squares", "_squares_anyway"


def uplift(
    trial: Any,
    by: str | Sequence[str] | None = None,
    treated: str = "treated",
    outcome: str = "returned",
) -> pd.DataFrame:
    """Measure what a message adds: the mean outcome with it less that without it, with a 95 % interval.

    Parameters
    ----------
    trial
        One row for each person; the message was given by chance.
    by
        Columns to split people by. They must have been known *before* the message: a group that the message
        itself makes (who opened it) compares unlike people.
    treated
        True (1) for those who were sent the message, False (0) for the hold-out.
    outcome
        True and False (1 and 0), or an amount such as yuan.

    Returns
    -------
    DataFrame
        One row for each group, or the one row `everyone`. Columns: treated, control (people); with, without
        (mean outcomes); uplift; low, high: the normal interval of a difference of two independent means,
        with each arm's own variance (Wald's for shares, Welch's without degrees of freedom for amounts).

    Raises
    ------
    ValueError
        A bad table; a group without two people in each arm.

    Examples
    --------
    >>> import pandas as pd
    >>> trial = pd.DataFrame({"treated": [1, 1, 1, 1, 0, 0, 0, 0], "returned": [1, 1, 1, 0, 1, 0, 0, 0]})
    >>> uplift(trial)[["with", "without", "uplift"]].loc["everyone"].to_list()
    [0.75, 0.25, 0.5]
    """
    keys = [] if by is None else as_names(by)
    table = _read(trial, keys, treated, outcome)
    if keys:
        counts = _tallies(table, keys, treated, outcome).set_index(keys).sort_index()
    else:
        counts = _tallies(table.with_columns(nw.lit(EVERYONE).alias(KEY)), [KEY], treated, outcome)
        counts = counts.set_index(KEY).rename_axis(None)
    for group, (sent, held) in zip(counts.index, counts[[TREATED, CONTROL]].to_numpy(), strict=True):
        _require_arms(sent, held, IN_GROUP.format(group=group) if keys else IN_TRIAL)
    arms = _arms(counts)
    gain = arms["with"] - arms["without"]
    half = Z95 * np.sqrt(arms["error_with"] + arms["error_without"])
    columns = ["treated", "control", "with", "without"]
    return arms[columns].assign(uplift=gain, low=gain - half, high=gain + half)


def resized(table: pd.DataFrame, people: int) -> pd.DataFrame:
    """Return an `uplift` table as it would look had so many people taken part.

    The shares are the same. An interval's width goes with one divided by the root of the people; the groups
    keep their parts of the trial.

    Examples
    --------
    >>> import pandas as pd
    >>> trial = pd.DataFrame({"treated": [1, 1, 1, 1, 0, 0, 0, 0], "returned": [1, 1, 1, 0, 1, 0, 0, 0]})
    >>> small, large = uplift(trial), resized(uplift(trial), people=800)
    >>> round(float((large.high - large.low).iloc[0] / (small.high - small.low).iloc[0]), 3)
    0.1
    """
    require_result(table, "table", ["treated", "control", "uplift", "low", "high"], "uplift")
    count = as_number(people, "people", least=1, most=1e12, whole=True)
    ratio = count / float(table["treated"].sum() + table["control"].sum())
    ends = {end: table["uplift"] + (table[end] - table["uplift"]) / np.sqrt(ratio) for end in ("low", "high")}
    sizes = {arm: (table[arm] * ratio).round().astype(np.int64) for arm in ("treated", "control")}
    return table.assign(**sizes, **ends)


@dataclass(frozen=True, eq=False)
class Qini:
    """Result of `qini`.

    Attributes
    ----------
    x, y
        The curve: people written to, from the best score down, and the extra outcomes of those treated
        among them. It begins at (0, 0).
    area_over_random
        Area between the curve and the straight line from its beginning to its end (people x outcomes).
    normalised
        That area as a share of the one under the ranking of hindsight, which knows who returned: treated who
        returned first, held-out who returned last. It may be negative (worse than by lot), and is small even
        for a good score: hindsight counts luck as skill. Nor is 1 its bound: where few are treated, an order
        with the treated who did not return at its end can pass hindsight.
    """

    x: np.ndarray
    y: np.ndarray
    area_over_random: float
    normalised: float

    @property
    def best(self) -> int:
        """The number of people at which the curve is highest."""
        return int(self.x[self.y.argmax()])

    @property
    def curve(self) -> pd.Series:
        """Extra outcomes over the share of people written to (0 to 1)."""
        share = pd.Index(self.x / self.x[-1], name="share written to")
        return pd.Series(self.y, share, name="extra outcomes")


def qini(trial: Any, score: Any, treated: str = "treated", outcome: str = "returned") -> Qini:
    """Draw up the Qini curve of a score (Radcliffe 2007): the extra outcomes, the further down one writes.

    At each score the curve counts the people from there up: outcomes of the treated less those of the
    held-out, these scaled to as many people: Y_T - Y_C N_T / N_C. As long as nobody held out is among them,
    nothing is taken off. People of equal score share one point, so the curve does not hang on the order of
    rows.

    Parameters
    ----------
    score
        A column of `trial`, or one number for each of its rows: the higher, the sooner written to.
    treated, outcome
        As in `uplift`; the outcome must be True and False.

    Raises
    ------
    ValueError
        A bad table; one arm only; scores that are all equal.

    Examples
    --------
    >>> import pandas as pd
    >>> trial = pd.DataFrame({"score": [3, 3, 2, 2], "treated": [1, 0, 1, 0], "returned": [1, 0, 0, 1]})
    >>> qini(trial, "score").y.tolist()
    [0.0, 1.0, 0.0]
    """
    table, name = _with_column(trial, score, "score", as_numbers)
    checked = native(table, kinds_of(flag=[treated, outcome], number=[name]), what=TRIAL)
    counts = _tallies(checked, [name], treated, outcome).sort_values(name, ascending=False)
    steps = [counts[column].to_numpy() for column in (TREATED, CONTROL, WON, WON_ANYWAY)]
    totals = [float(step.sum()) for step in steps]
    _require_arms(totals[0], totals[1], IN_TRIAL)
    if len(counts) == 1:
        raise ValueError(ALL_EQUAL.format(found=plain_value(counts[name].iloc[0])))
    x, y = _curve(*steps)
    area, most = _over_random(x, y), _over_random(*_curve(*_in_hindsight(*totals)))
    return Qini(x.astype(np.int64), y, area, area / most if most else 0.0)


@dataclass(frozen=True)
class PolicyValue:
    """Result of `policy_value`: means a person, in the unit of the outcome.

    Attributes
    ----------
    value, low, high
        What the rule is worth, with its 95 % interval.
    everyone, nobody
        What sending to all, and to none, are worth: the two counterfactuals.
    sent
        Share of people whom the rule sends to.
    gain, gain_low, gain_high
        `value` less `nobody`: what the rule's messages add, with its 95 % interval.
    """

    value: float
    low: float
    high: float
    everyone: float
    nobody: float
    sent: float
    gain: float
    gain_low: float
    gain_high: float


def policy_value(
    trial: Any, rule: Any, cost: float = 0, treated: str = "treated", outcome: str = "returned"
) -> PolicyValue:
    """Value a rule for sending from a trial, without having tried the rule.

    Where the rule says send, the people who were sent the message tell what comes of it; where it says do
    not, the held-out tell. Each side's mean counts with the side's share of all people: inverse probability
    weighting with weights that add up to one on each side (Hajek). A rule that was chosen on the same trial
    flatters itself: choose on one half of the people, value on the other.

    Parameters
    ----------
    rule
        A column of `trial`, or True and False (1 and 0) for each of its rows: send to this person?
    cost
        Of one message, in the unit of the outcome.
    outcome
        True and False, or an amount such as yuan: what a return is worth less what an unsubscription costs.

    Raises
    ------
    ValueError
        A bad table; a side of the rule without two people in each arm.

    Examples
    --------
    >>> import pandas as pd
    >>> trial = pd.DataFrame({"rule": [1] * 4 + [0] * 4, "treated": [1, 1, 0, 0] * 2})
    >>> trial["returned"] = [1, 1, 0, 1, 0, 1, 1, 1]
    >>> found = policy_value(trial, "rule")
    >>> found.value, found.everyone, found.nobody
    (1.0, 0.75, 0.75)
    """
    price = as_number(cost, "cost", least=0)
    table, name = _with_column(trial, rule, "rule", as_flags)
    checked = _read(table, [], treated, outcome, [name])
    counts = _tallies(checked, [name], treated, outcome)
    send = counts[name].to_numpy(bool)
    for says, (sent, held) in zip(send, counts[[TREATED, CONTROL]].to_numpy(), strict=True):
        _require_arms(sent, held, SENT_TO if says else NOT_SENT_TO)
    sides = _arms(counts)
    people = (sides["treated"] + sides["control"]).to_numpy(float)
    weight = people / people.sum()
    with_it, without = sides["with"].to_numpy() - price, sides["without"].to_numpy()
    error_with, error_without = sides["error_with"].to_numpy(), sides["error_without"].to_numpy()
    value, nobody = weight @ np.where(send, with_it, without), weight @ without
    half = Z95 * np.sqrt(weight**2 @ np.where(send, error_with, error_without))
    gain, gain_half = (
        value - nobody,
        Z95 * np.sqrt(weight**2 @ np.where(send, error_with + error_without, 0.0)),
    )
    return PolicyValue(
        *map(float, (value, value - half, value + half, weight @ with_it, nobody, weight[send].sum())),
        *map(float, (gain, gain - gain_half, gain + gain_half)),
    )


def trial_size(without: float, uplift: float, held_out: float = 0.5, power: float = 0.8) -> int:
    """Return how many people a trial needs to see an uplift, at a two-sided error of 5 %.

    n = (z + z_power)^2 (p (1 - p) / share sent + q (1 - q) / share held out) / uplift^2, with p and q the
    shares that return with and without the message: each arm's own variance (Fleiss 1981). For an uplift of
    one group, that is the number of people needed *in that group*.

    Parameters
    ----------
    without
        Share that returns without a message.
    uplift
        What the message adds to that share; below 0 for sleeping dogs.
    held_out
        Share of people who are sent nothing.
    power
        The chance to see the uplift if it is there.

    Examples
    --------
    >>> trial_size(without=0.10, uplift=0.02)
    7677
    >>> trial_size(without=0.10, uplift=0.02, held_out=0.1)
    19963
    """
    from scipy.special import ndtri

    base = as_number(without, "without", least=0, most=1)
    gain = as_number(uplift, "uplift", least=-1, most=1)
    kept = as_number(held_out, "held_out", least=POSITIVE, most=1 - 1e-9)
    chance = as_number(power, "power", least=0.5, most=1 - 1e-9)
    if abs(gain) < POSITIVE:
        raise ValueError(NO_EFFECT_SIZE)
    share = base + gain
    if not 0 <= share <= 1:
        raise ValueError(BEYOND.format(found=share))
    spread = share * (1 - share) / (1 - kept) + base * (1 - base) / kept
    people = (Z95 + ndtri(chance)) ** 2 * spread / gain**2
    return int(np.ceil(as_number(float(people), "the trial", most=2**53)))


def _read(trial: Any, keys: Iterable[Any], treated: str, outcome: str, flags: Iterable[Any] = ()) -> Frame:
    """Return a trial, checked: the outcome may be flags or amounts."""
    dtype = None
    with suppress(TypeError, nw.exceptions.DuplicateError):  # which `native` answers in words
        dtype = nw.from_native(trial).collect_schema().get(outcome)
    kind = "flag" if dtype in (nw.Boolean, nw.Object) else "number"
    kinds = kinds_of(key=keys, flag=[treated, *flags])
    return native(trial, kinds | kinds_of(**{kind: [outcome]}), what=TRIAL)


def _with_column(trial: Any, values: Any, name: str, read: Callable[..., np.ndarray]) -> tuple[Any, str]:
    """Return the trial and the column that holds `values`: one of its own, or a new one."""
    if isinstance(values, str):
        return trial, values
    table = small_table(native(trial, [], what=TRIAL))
    return table.assign(**{KEY: read(values, name, length=len(table))}), KEY


def _tallies(table: Frame, keys: list[str], treated: str, outcome: str) -> pd.DataFrame:
    """Count people, outcomes and their squares by `keys`, for both arms: only these leave the engine."""
    sent, value = nw.col(treated).cast(nw.Float64), nw.col(outcome).cast(nw.Float64)
    parts = {TREATED: sent, CONTROL: 1 - sent, WON: value * sent, WON_ANYWAY: value * (1 - sent)}
    parts |= {SQUARES: value * value * sent, SQUARES_ANYWAY: value * value * (1 - sent)}
    lazy = table.select(*keys, *(part.alias(name) for name, part in parts.items()))
    return small_table(lazy.group_by(*keys).agg(*(nw.col(name).sum() for name in parts)))


def _arms(counts: pd.DataFrame) -> pd.DataFrame:
    """Return people and mean outcomes in both arms, with each mean's squared standard error."""
    arms = pd.DataFrame(index=counts.index)
    for size, total, squares, names in (
        (TREATED, WON, SQUARES, ("treated", "with", "error_with")),
        (CONTROL, WON_ANYWAY, SQUARES_ANYWAY, ("control", "without", "error_without")),
    ):
        people, mean = counts[size], counts[total] / counts[size]
        spread = np.maximum(counts[squares] / people - mean**2, 0)
        # The variance of shares is p (1 - p); amounts have Bessel's correction.
        shares = np.isclose(counts[squares], counts[total], rtol=0, atol=1e-12)
        arms[names[0]], arms[names[1]] = people.astype(np.int64), mean
        arms[names[2]] = spread / np.where(shares, people, people - 1)
    return arms


def _require_arms(treated: float, control: float, where: str) -> None:
    if min(treated, control) < LEAST:
        words = {"treated": int(treated), "control": int(control), "least": LEAST}
        raise ValueError(ONE_ARM.format(where=where, **words))


def _curve(*steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the curve's points from treated, held-out and the outcomes of both, by score from the top."""
    treated, control, won, anyway = (np.concatenate([[0.0], np.cumsum(step)]) for step in steps)
    scale = np.divide(treated, control, out=np.zeros_like(treated), where=control > 0)
    return treated + control, won - anyway * scale


def _in_hindsight(treated: float, control: float, won: float, anyway: float) -> tuple[np.ndarray, ...]:
    """Return the steps of the ranking that knows who returned: such treated first, such held-out last."""
    return (
        np.array([won, treated - won, 0]),
        np.array([0, control - anyway, anyway]),
        np.array([won, 0, 0]),
        np.array([0, 0, anyway]),
    )


def _over_random(x: np.ndarray, y: np.ndarray) -> float:
    return float(((y[1:] + y[:-1]) * np.diff(x)).sum() / 2 - x[-1] * y[-1] / 2)
