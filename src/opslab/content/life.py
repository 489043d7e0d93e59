"""How long a piece lives: its half-life, and what a window that ends too soon makes of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from opslab.ground.arguments import POSITIVE, as_number, as_numbers
from opslab.ground.estimates import Z95

# Words
NO_WINDOW = (
    "half_life needs either views, the number seen by each of the hours, or window, how many hours the times "
    "of single views were watched"
)
NOT_RISING = "{name} falls at place {place} ({before:g} to {after:g}); give what was seen up to each hour"
SAME_HOUR = "hours has {hour:g} twice or out of order; give rising hours"
NOTHING_SEEN = "views has none before the last hour; a half-life needs views"
BELOW_SEEN = "total is {total:g}, and {seen:g} were seen by the last hour; give a total at least as large"
TOO_SHORT = (
    "in the {window:g} hours watched the views do not slow down, so no half-life can be told: watch longer, "
    "or give total"
)
NOT_TOLD = (
    "no half-life from {least:.2g} to {most:.2g} hours fits these views better than the others: count sooner "
    "after the publication, or watch longer"
)
LATE = "hours has {found:g}, after the window of {window:g} hours; give the times within it"
HALVES = np.log(2)
FARTHEST = 1e9  # times the hours watched, or as small a part of them: what half-lives are looked for


@dataclass(frozen=True)
class HalfLife:
    """How many hours pass until half of all views, now and later, have come.

    Views are taken to arrive at a rate that falls by the same share each hour (exponential arrivals).

    Attributes
    ----------
    half_life
        Hours until half of all views that will ever come.
    low, high
        Its 95 % interval (of the logarithm, from the curvature of the likelihood).
    rate
        The share by which the views still to come shrink in an hour: log 2 / `half_life`.
    naive
        What comes out if the end of the window is taken for the end of the piece's life: 0 if all views
        within it had come by the first of the hours.
    half_of_window
        Hours until half of the views *within the window* have come: short wherever the window is.
    """

    half_life: float
    low: float
    high: float
    rate: float
    naive: float
    half_of_window: float


def half_life(
    hours: Any, views: Any = None, total: float | None = None, *, window: float | None = None
) -> HalfLife:
    """Estimate how long a piece lives, by maximum likelihood of exponential arrivals.

    Parameters
    ----------
    hours
        With `views`: the hours since publication at which was counted. With `window`: the time of each view.
    views
        How many views had come by each of `hours`.
    total
        All views that the piece ever had. Without it the window's end is where our knowledge ends, and the
        likelihood is that of arrivals cut off there.
    window
        For how many hours single views were watched.

    Raises
    ------
    ValueError
        Views that fall, a total below what was seen, times after the window, and views that tell no
        half-life: they do not slow down within the window, or all had come by the first of the hours.

    Examples
    --------
    >>> by_total = half_life([1, 6, 24], [159, 646, 984], total=1000)
    >>> round(by_total.half_life, 1), round(by_total.half_of_window, 1)
    (4.0, 3.9)
    >>> round(half_life([0.2, 0.5, 0.9, 1.3, 2.2, 3.7, 5.5], window=6).half_life, 2)
    2.03
    """
    if (views is None) == (window is None):
        raise ValueError(NO_WINDOW)
    if views is None:
        end = as_number(window, "window", least=POSITIVE)
        times = as_numbers(hours, "hours", least=0)
        if (late := times.max()) > end:
            raise ValueError(LATE.format(found=late, window=end))
        if times.mean() >= end / 2:
            raise ValueError(TOO_SHORT.format(window=end))
        edges, counts, sums = np.array([0, end]), np.array([len(times)]), float(times.sum())
        return _fitted(edges, counts, sums, 0.0, truncated=True)
    edges, counts = _counted(hours, views)
    seen, end = counts.sum(), edges[-1]
    if total is None:
        # By the mean of arrivals spread evenly within each span: if it lies beyond the middle, nothing slows.
        if len(counts) < 2 or counts @ ((edges[1:] + edges[:-1]) / 2) >= seen * end / 2:
            raise ValueError(TOO_SHORT.format(window=end))
        return _fitted(edges, counts, None, 0.0, truncated=True)
    whole = as_number(total, "total", least=POSITIVE)
    if whole < seen:
        raise ValueError(BELOW_SEEN.format(total=whole, seen=seen))
    return _fitted(edges, counts, None, whole - seen, truncated=False)


def feed_life(contacts: float, posts_per_day: float, depth: float) -> float:
    """Return for how many hours a post can be found in a feed: until `depth` newer ones stand above it.

    Little's law: `depth` posts are in sight, and `contacts` times `posts_per_day` come in a day. More
    contacts shorten the life of each post.

    Parameters
    ----------
    contacts
        Whom the reader follows.
    posts_per_day
        Posts of each of them a day.
    depth
        How many posts down the reader goes.

    Examples
    --------
    >>> feed_life(contacts=300, posts_per_day=2, depth=30), feed_life(600, 2, 30)
    (1.2, 0.6)
    """
    newer = as_number(contacts, "contacts", least=POSITIVE) * as_number(
        posts_per_day, "posts_per_day", least=POSITIVE
    )
    return 24 * as_number(depth, "depth", least=POSITIVE) / newer


def _counted(hours: Any, views: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of the spans between counts, from 0 on, and the views within each."""
    ends = as_numbers(hours, "hours", least=POSITIVE)
    so_far = as_numbers(views, "views", least=0, length=len(ends))
    edges, counts = np.append(0, ends), np.diff(so_far, prepend=0)
    if (same := np.diff(edges) <= 0).any():
        raise ValueError(SAME_HOUR.format(hour=ends[int(same.argmax())]))
    if (counts < 0).any():
        place = int((counts < 0).argmax())
        raise ValueError(
            NOT_RISING.format(name="views", place=place, before=so_far[place - 1], after=so_far[place])
        )
    if not so_far[-1]:
        raise ValueError(NOTHING_SEEN)
    return edges, counts


def _fitted(
    edges: np.ndarray, counts: np.ndarray, sums: float | None, later: float, *, truncated: bool
) -> HalfLife:
    """Fit the rate to views in spans of time, or to single views with a sum of times; `later` came after."""
    from scipy.optimize import minimize_scalar

    end, seen = edges[-1], counts.sum()

    def loss(log_rate: float, cut: bool, after: float) -> float:
        rate = np.exp(log_rate)
        if sums is None:  # the logarithm of the share that falls into each span, and after the last
            spans = -rate * edges[:-1] + np.log(-np.expm1(-rate * np.diff(edges)))
            gain = counts @ spans - after * rate * end
        else:
            gain = seen * log_rate - rate * sums
        return float(cut * seen * np.log(-np.expm1(-rate * end)) - gain)

    bounds = np.log(1 / FARTHEST / end), np.log(FARTHEST / end)

    def best(*how: float) -> float:
        found = minimize_scalar(loss, bounds=bounds, args=how, method="bounded", options={"xatol": 1e-10})
        return float(found.x)

    how = (truncated, later)
    top, step = best(*how), 1e-3
    bend = (loss(top + step, *how) - 2 * loss(top, *how) + loss(top - step, *how)) / step**2
    doubt = Z95 / np.sqrt(bend) if bend > 0 else np.inf
    if doubt > np.log(FARTHEST) or not bounds[0] + step < top < bounds[1] - step:
        raise ValueError(NOT_TOLD.format(least=HALVES * end / FARTHEST, most=HALVES * end * FARTHEST))
    reach = np.exp(doubt)
    rate = float(np.exp(top))
    life = float(HALVES) / rate
    within = -float(np.log1p(np.expm1(-rate * end) / 2)) / rate
    at_once = sums is None and counts[0] == seen
    naive = 0.0 if at_once else float(HALVES / np.exp(best(False, 0.0)))
    return HalfLife(life, float(life / reach), float(life * reach), rate, naive, within)
