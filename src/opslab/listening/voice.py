"""Volume, attitude, theme and source of posts, each with its base and its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_names, as_number
from opslab.ground.estimates import Z95, wilson
from opslab.listening.inputs import ATTITUDES, attitude_counts, counts_by

DENOMINATORS = ("all", "opinions")

# Words
NO_SALES = "sales has nothing for {missing}; it has {found}"
NO_UNITS = "sales of {name!r} are 0; leave the brand out, or take a longer time"
NO_POSTS = "mentions has no post of {name!r}: a ratio to nothing says nothing"
NO_OPINION = "no post is positive or negative: (positive - negative) / opinions divides by 0"
TOO_MANY_BOTH = (
    "both is {both:g}, more than found_a ({a:g}) or found_b ({b:g}); it counts posts on both lists"
)
NONE_IN_BOTH = "both is 0: two lists without a common post cannot tell how many neither has"


@dataclass(frozen=True, slots=True)
class NetSentiment:
    """Net sentiment of some posts, -1 to 1, with its standard error and 95 % interval."""

    value: float
    se: float
    low: float
    high: float
    posts: int


@dataclass(frozen=True, slots=True)
class VoiceRatio:
    """How many times as loud one brand is as another per unit sold, with a 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class UnseenMentions:
    """Posts that there are in all, by two lists that overlap; `unseen` is what neither has (Chapman)."""

    lincoln_petersen: float
    chapman: float
    unseen: float


def share_of_voice(
    mentions: Any, sales: Any = None, *, by: str = "brand", count: str | None = None
) -> pd.DataFrame:
    """Return each brand's share of all posts, and with `sales` its posts per unit sold.

    Parameters
    ----------
    mentions
        A table with one row for each post (or with the posts in the column `count`), or a dictionary of
        brands to numbers of posts.
    sales
        A dictionary of brands to units sold in the same time, or a table with `by` and `units`.

    Returns
    -------
    Table by brand: `posts`, `share` of all posts (of 1), `low`, `high` (95 %, Wilson 1927). With sales also
    `units`, `per_unit` (posts for one unit sold), `per_unit_low`, `per_unit_high` (95 %, exact Poisson,
    Garwood 1936), and `index`: share of voice divided by share of the units; 1 is as loud as it sells.

    Raises
    ------
    ValueError
        No posts; negative counts; a brand without sales, or with sales of 0.

    Examples
    --------
    >>> voice = share_of_voice({"B": 650, "C": 650}, {"B": 400, "C": 500})
    >>> voice.share.to_list(), voice.per_unit.to_list()
    ([0.5, 0.5], [1.625, 1.3])
    """
    posts = counts_by(mentions, by, "mentions", count)
    share = posts / posts.sum()
    low, high = wilson(share, posts.sum())
    table = pd.DataFrame({"posts": posts, "share": share, "low": low, "high": high})
    if sales is None:
        return table
    units = _units(sales, posts.index, by)
    least, most = _poisson_interval(posts.to_numpy())
    return table.assign(
        units=units,
        per_unit=posts / units,
        per_unit_low=least / units,
        per_unit_high=most / units,
        index=share / (units / units.sum()),
    )


def voice_ratio(mentions: Any, sales: Any, brand: Any, other: Any, *, count: str | None = None) -> VoiceRatio:
    """Return how many times as many posts per unit sold `brand` has as `other`.

    The interval is that of a ratio of two Poisson rates, on the scale of logarithms.

    Raises
    ------
    ValueError
        As for `share_of_voice`, or one of the two has no post.

    Examples
    --------
    >>> ratio = voice_ratio({"B": 650, "C": 650}, {"B": 400, "C": 500}, "B", "C")
    >>> round(ratio.value, 2), round(ratio.low, 2), round(ratio.high, 2)
    (1.25, 1.12, 1.39)
    """
    table = share_of_voice(mentions, sales, count=count)
    for argument, name in (("brand", brand), ("other", other)):
        if not table["posts"][as_choice(name, argument, table.index)]:
            raise ValueError(NO_POSTS.format(name=name))
    value = table["per_unit"][brand] / table["per_unit"][other]
    spread = np.exp(Z95 * np.sqrt(1 / table["posts"][brand] + 1 / table["posts"][other]))
    return VoiceRatio(float(value), float(value / spread), float(value * spread))


@overload
def net_sentiment(
    mentions: Any, by: None = None, *, of: str = ..., count: str | None = ...
) -> NetSentiment: ...


@overload
def net_sentiment(
    mentions: Any, by: str | Sequence[str], *, of: str = ..., count: str | None = ...
) -> pd.DataFrame: ...


def net_sentiment(
    mentions: Any, by: str | Sequence[str] | None = None, *, of: str = "all", count: str | None = None
) -> NetSentiment | pd.DataFrame:
    """Return (positive - negative) / all posts with its 95 % interval, for all posts or for each group.

    Two denominators are in use: ``of="all"`` counts neutral posts below the line, ``"opinions"`` leaves them
    out. Say which: the second lies further from 0. The variance is that of a multinomial share, as for a net
    promoter score; where all posts agree it would be 0, and the ends are Wilson's.

    Parameters
    ----------
    mentions
        A table with the column `attitude` (and the columns `by`; `count` if a row stands for several posts),
        or a dictionary such as ``{"positive": 90, "neutral": 60, "negative": 50}``.

    Returns
    -------
    `NetSentiment`; with `by` a table: `value`, `se`, `low`, `high`, `posts` of each group.

    Raises
    ------
    ValueError
        No posts, an unknown attitude, or (opinions) nothing but neutral posts.

    Examples
    --------
    >>> net = net_sentiment({"positive": 90, "neutral": 60, "negative": 50})
    >>> net.value, round(net.low, 3), round(net.high, 3)
    (0.2, 0.087, 0.313)
    """
    as_choice(of, "of", DENOMINATORS)
    table = _net(attitude_counts(mentions, [] if by is None else as_names(by), count), of)
    if by is not None:
        return table
    row = table.iloc[0]
    value, se, low, high = (float(row[name]) for name in ("value", "se", "low", "high"))
    return NetSentiment(value, se, low, high, int(row["posts"]))


def themes(mentions: Any, by: str | None = None) -> pd.DataFrame:
    """Return what posts are about: for each theme how many, their share, and their net sentiment.

    Parameters
    ----------
    mentions
        A table with `theme` and `attitude`, and the column `by` if shares are wanted within its groups.

    Returns
    -------
    Table by theme (or `by` and theme): `posts`, `share` with `low`, `high` (95 %, Wilson), `negative` (share
    of the theme's posts), `net`, `net_low`, `net_high` (positive - negative, of all).

    Examples
    --------
    >>> import pandas as pd
    >>> attitude = ["negative", "negative", "positive"]
    >>> posts = pd.DataFrame({"theme": ["price", "price", "staff"], "attitude": attitude})
    >>> themes(posts)[["posts", "net"]].to_dict("list")
    {'posts': [2, 1], 'net': [-1.0, 1.0]}
    """
    keys = ["theme"] if by is None else [*as_names(by), "theme"]
    counts = attitude_counts(mentions, keys)
    posts = counts.sum(axis=1)
    whole = posts.groupby(level=0).transform("sum") if by is not None else posts.sum()
    low, high = wilson(posts / whole, whole)
    net = _net(counts, "all")
    return pd.DataFrame(
        {
            "posts": posts.astype(int),
            "share": posts / whole,
            "low": low,
            "high": high,
            "negative": counts["negative"] / posts,
            "net": net["value"],
            "net_low": net["low"],
            "net_high": net["high"],
        }
    )


def source_influence(mentions: Any) -> pd.DataFrame:
    """Return where posts stand and who reads them: a loud place need not be an influential one.

    Parameters
    ----------
    mentions
        A table with `source`, `attitude` and `readers` (people who saw the post).

    Returns
    -------
    Table by source: `posts`, `readers`, `share_posts`, `share_readers`, `readers_per_post`, `influence`
    (share of readers divided by share of posts), `net` (each post counts once) and `net_read` (each reader
    does).

    Raises
    ------
    ValueError
        A column is missing, or nobody read anything.

    Examples
    --------
    >>> import pandas as pd
    >>> posts = pd.DataFrame({"source": ["forum", "forum", "video"], "readers": [10, 10, 180]})
    >>> source_influence(posts.assign(attitude="negative")).influence.round(2).to_list()
    [0.15, 2.7]
    """
    posts = attitude_counts(mentions, ["source"])
    read = attitude_counts(mentions, ["source"], count="readers")
    counts_by(read.sum(axis=1), "source", "readers")
    number, readers = posts.sum(axis=1), read.sum(axis=1)
    sign = np.array([1, 0, -1])
    share_posts, share_readers = number / number.sum(), readers / readers.sum()
    return pd.DataFrame(
        {
            "posts": number.astype(int),
            "readers": readers,
            "share_posts": share_posts,
            "share_readers": share_readers,
            "readers_per_post": readers / number,
            "influence": share_readers / share_posts,
            "net": posts @ sign / number,
            "net_read": (read @ sign / readers).where(readers > 0),
        }
    )


def unseen_mentions(found_a: float, found_b: float, both: float) -> UnseenMentions:
    """Return how many posts there are in all, by two search lists that found some in common.

    It takes the two lists for independent: each finds a post with a chance that does not depend on the other.
    Lists that share words overlap more, and the estimate is then too low. Chapman (1951) is the less biased
    of the two, and stands without a common post.

    Raises
    ------
    ValueError
        A negative count, more in both than on one list, or none in both.

    Examples
    --------
    >>> unseen_mentions(100, 80, 20).lincoln_petersen
    400.0
    """
    a, b = as_number(found_a, "found_a", least=0), as_number(found_b, "found_b", least=0)
    common = as_number(both, "both", least=0)
    if common > min(a, b):
        raise ValueError(TOO_MANY_BOTH.format(both=common, a=a, b=b))
    if not common:
        raise ValueError(NONE_IN_BOTH)
    chapman = (a + 1) * (b + 1) / (common + 1) - 1
    return UnseenMentions(a * b / common, chapman, chapman - (a + b - common))


def _net(counts: pd.DataFrame, of: str) -> pd.DataFrame:
    positive, neutral, negative = (counts[name] for name in ATTITUDES)
    posts = positive + negative + (neutral if of == "all" else 0)
    if (posts == 0).any():
        raise ValueError(NO_OPINION)
    value = (positive - negative) / posts
    se = np.sqrt(((positive + negative) / posts - value**2).clip(lower=0) / posts)
    low, high = (value - Z95 * se).clip(lower=-1), (value + Z95 * se).clip(upper=1)
    # Where all posts agree the variance says 0 and knows nothing: one share of the three is 1, take its ends.
    agreed = se < 1e-12
    least, _ = wilson(1.0, posts)
    low = low.mask(agreed, np.where(value > 0, 2 * least - 1, np.where(value < 0, -1, least - 1)))
    high = high.mask(agreed, np.where(value > 0, 1, np.where(value < 0, 1 - 2 * least, 1 - least)))
    return pd.DataFrame({"value": value, "se": se, "low": low, "high": high, "posts": posts.astype(int)})


def _units(sales: Any, brands: pd.Index, by: str) -> pd.Series:
    units = counts_by(sales, by, "sales", "units")
    missing = [name for name in brands if name not in units.index]
    if missing:
        words = {"missing": ", ".join(map(repr, missing)), "found": ", ".join(map(repr, units.index))}
        raise ValueError(NO_SALES.format(**words))
    units = units.reindex(brands)
    if (units == 0).any():
        raise ValueError(NO_UNITS.format(name=units.idxmin()))
    return units


def _poisson_interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import chdtri  # slow to import

    tail = 0.025
    low = np.where(counts > 0, chdtri(2 * np.maximum(counts, 1), 1 - tail) / 2, 0)
    return low, chdtri(2 * counts + 2, tail) / 2
