"""How one medium follows another: substitution in shares, and generations in users."""

import math
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_choice, as_number, as_numbers, is_single, require_result

Substitution: TypeAlias = Literal["fisher-pry", "norton-bass"]

# Words
NEEDED = "model {model!r} needs {name}; it is {what}"
OUT_OF_ORDER = "third_at is {third:g}, before the second generation at {second:g}; give them in order"
WHAT = {
    "midpoint": "the time at which half has changed over",
    "takeover": "the time from 10 % to 90 %",
    "p": "the share who adopt by themselves in a period",
    "q": "how strongly adopters are imitated",
    "m1": "how many could use the first generation",
    "m2": "how many more could use the second one",
    "second_at": "the time at which the second generation comes out",
}

MAKER = "succession(..., model='norton-bass')"
ODDS = math.log(81)  # from 10 % to 90 %: the odds grow 81 times


def succession(
    t: Any,
    midpoint: float | None = None,
    takeover: float | None = None,
    *,
    model: Substitution = "fisher-pry",
    p: float | None = None,
    q: float | None = None,
    m1: float | None = None,
    m2: float | None = None,
    second_at: float | None = None,
    m3: float | None = None,
    third_at: float | None = None,
) -> Any:
    """Return how far a new medium has replaced the old one, or the users of its generations.

    ``"fisher-pry"``: the share of the new is logistic, half at `midpoint`, from 10 % to 90 % in `takeover`
    (Fisher and Pry 1971). ``"norton-bass"``: each generation spreads from its start by Bass's curve with `p`
    and `q`, and takes its users from the one before, too (Norton and Bass 1987).

    Parameters
    ----------
    t
        A time, or several, in the unit of the others (years, say).
    m1, m2, m3
        How many could use the first generation, and how many more the second and the third (if there is one).
    second_at, third_at
        When they come out; the first one at 0.

    Returns
    -------
    float, ndarray or DataFrame
        Fisher-Pry: the share (of 1) of the new. Norton-Bass: a table of users, index t, columns first, second
        (third).

    Raises
    ------
    ValueError
        A number that the model needs is missing or no number; generations out of order.

    Examples
    --------
    >>> succession([1946, 1951], midpoint=1951, takeover=10).round(2).tolist()
    [0.1, 0.5]
    >>> two = succession(12, model="norton-bass", p=0.01, q=0.4, m1=100, m2=50, second_at=8)
    >>> two.loc[12].round(1).to_list()
    [69.8, 11.7]
    """
    as_choice(model, "model", ("fisher-pry", "norton-bass"))
    times = as_numbers([t] if is_single(t) else t, "t", least=0, most=1e9)
    if model == "fisher-pry":
        half = _needed(midpoint, "midpoint", model, least=0)
        slope = ODDS / _needed(takeover, "takeover", model, least=1e-9)
        share = 1 / (1 + np.exp(np.clip(-slope * (times - half), -700, 700)))
        return float(share[0]) if is_single(t) else share
    alone = _needed(p, "p", model, least=1e-12, most=1)
    imitated = _needed(q, "q", model, least=0, most=100)
    sizes = [_needed(m1, "m1", model, least=0), _needed(m2, "m2", model, least=0)]
    starts = [0.0, _needed(second_at, "second_at", model, least=0)]
    if third_at is not None or m3 is not None:
        sizes.append(as_number(m3, "m3", least=0))
        starts.append(as_number(third_at, "third_at", least=POSITIVE))
        if starts[2] < starts[1]:
            raise ValueError(OUT_OF_ORDER.format(third=starts[2], second=starts[1]))
    spread = [_bass(times - start, alone, imitated) for start in starts] + [np.zeros(len(times))]
    columns, drawn = {}, np.zeros(len(times))
    for name, size, now, after in zip(("first", "second", "third"), sizes, spread, spread[1:], strict=False):
        drawn = now * (size + drawn)  # its own, and those of the generation before
        columns[name] = drawn * (1 - after)
    return pd.DataFrame(columns, index=pd.Index(times, name="t"))


def reach_when_moving(generations: pd.DataFrame, at: float, risk: float = 0.0) -> pd.Series:
    """Return whom a firm reaches at each time if it moves from the first generation to the second.

    In the first it reaches everybody who is there, until the move. In the second it reaches those who join
    after the move, as long as they stay: of old and new ones the same share leaves. A simplification of ours.

    Parameters
    ----------
    generations
        Their users, as `succession` returns them for ``"norton-bass"``.
    at
        The time of the move. After the last one of the table, the firm stays.
    risk
        The probability (0 to 1) that it reaches nobody in the second: the expected number is returned.

    Raises
    ------
    ValueError
        A table without first and second; a risk that is no share of 1.

    Examples
    --------
    >>> two = succession(range(13), model="norton-bass", p=0.02, q=0.6, m1=100, m2=60, second_at=3)
    >>> [round(reach_when_moving(two, at, risk=0.2).mean()) for at in (4, 8, 99)]
    [36, 29, 25]
    """
    require_result(generations, "generations", ["first", "second"], MAKER)
    moved = generations.index.to_numpy() >= as_number(at, "at", least=0)
    there = 1 - as_number(risk, "risk", least=0, most=1)
    size = generations["second"].to_numpy(float)
    joined = np.maximum(np.diff(size, prepend=0), 0)
    stay = (size - joined) / np.concatenate([[np.inf], np.where(size[:-1] > 0, size[:-1], np.inf)])
    reached, following = generations["first"].to_numpy(float, copy=True), 0.0
    for place in np.flatnonzero(moved):
        first_there = place > 0 and not moved[place - 1]  # they were there before the firm
        following = 0.0 if first_there else following * stay[place] + joined[place]
        reached[place] = there * following
    return pd.Series(reached, generations.index, name="reached")


def _bass(time: np.ndarray, p: float, q: float) -> np.ndarray:
    """Return Bass's share of adopters; none before the start."""
    decay = np.exp(-(p + q) * np.clip(time, 0, None))
    return (1 - decay) / (1 + q / p * decay)


def _needed(value: Any, name: str, model: str, *, least: float, most: float = 1e9) -> float:
    if value is None:
        raise ValueError(NEEDED.format(model=model, name=name, what=WHAT[name]))
    return as_number(value, name, least=least, most=most)
