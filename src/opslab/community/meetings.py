"""Do meetings make strong ties? A claim from practice as a small world in which the truth is known."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_number
from opslab.ground.engine import read_unordered

# Words
ONE_SIDE = "everybody in people has {found} meetings; a comparison needs both sides"
UP_TO, MORE = "up to 3", "more than 3"

CHOSEN_BY = ("members", "chance")
MOST_PEOPLE = 10_000_000
MANY_MEETINGS = 3  # the claim: more than three offline meetings make a strong tie


def meetings(
    effect: float = 0.0,
    chosen_by: Literal["members", "chance"] = "members",
    seed: int = 0,
    people: int = 2_000,
) -> pd.DataFrame:
    """Return people with their number of offline `meetings` (0 to 6) and whether the tie became `strong`.

    A person is warm or not, by degrees. Warm people form strong ties, and they also go to meetings, if it
    is the members who choose. Each meeting adds `effect` (share of 1) to the chance of a strong tie.

    Examples
    --------
    >>> strong_share(meetings(effect=0, chosen_by="chance")).round(2).to_dict()
    {'up to 3': 0.23, 'more than 3': 0.22}
    """
    effect = as_number(effect, "effect", least=0, most=0.1)
    as_choice(chosen_by, "chosen_by", CHOSEN_BY)
    count = as_number(people, "people", least=2, most=MOST_PEOPLE, whole=True)
    chance = np.random.default_rng(as_number(seed, "seed", least=0, whole=True)).random((3, count))
    warm, wish, bond = chance
    willing = (warm + wish) / 2 if chosen_by == "members" else wish
    met = np.minimum((7 * willing).astype(int), 6)
    strong = bond < 0.05 + 0.35 * warm + effect * met
    return pd.DataFrame({"meetings": met, "strong": strong})


def strong_share(people: Any) -> pd.Series:
    """Return the share of strong ties among those with up to three meetings, and with more.

    Examples
    --------
    >>> people = meetings(effect=0, chosen_by="members")
    >>> shares = strong_share(people)      # who goes to meetings was warm before
    >>> bool(shares.iloc[1] > shares.iloc[0])
    True
    """
    return ties_by_meetings(people)["share"].rename("strong")


def ties_by_meetings(people: Any) -> pd.DataFrame:
    """Return the `share` of strong ties and the number of `people`: up to three meetings, and more."""
    table = read_unordered(people, {"meetings": "number", "strong": "flag"}, what="people")
    many = table["meetings"] > MANY_MEETINGS
    if many.all() or not many.any():
        raise ValueError(ONE_SIDE.format(found=MORE if many.all() else UP_TO))
    groups = table["strong"].groupby(many.map({False: UP_TO, True: MORE}))
    return groups.agg(share="mean", people="size").loc[[UP_TO, MORE]]
