"""Posts and counts at the door: a table is counted by its own engine, a dictionary is taken as it is."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_labels, as_list, as_numbers, require_named
from opslab.ground.frames import kinds_of, native, small_table

ATTITUDES = ("positive", "neutral", "negative")

# Words
NOTHING_COUNTED = "{what} add up to 0: there is nothing to share out"
OTHER_ATTITUDE = "{where} has {found!r}; expected one of {options}"
LABELS_DIFFER = "{one} has {found} labels and {other} has {others}; give each unit a label from both"
NOT_A_TEXT = "{name}[{place}] is {found!r}; expected text"
EMPTY_TEXT = "{name}[{place}] is empty; leave posts without text out"
LONG_TEXT = (
    "{name}[{place}] has {found:,} letters; at most {most:,} are read: is it a page, and not a post? Cut it"
)
NO_TEXTS = "{name} is empty; give at least one post"

MOST_LETTERS = 10_000


def tally(table: Any, by: Sequence[str], what: str, count: str | None = None) -> pd.DataFrame:
    """Return `by` and `posts`, the rows of each group (or the sum of the column `count`), sorted by group."""
    kinds = kinds_of(key=by, amount=[] if count is None else [count])
    frame = native(table, kinds, what=what)
    names = dict.fromkeys(by)
    if count is None:
        groups = small_table(frame.group_by(*names).agg(posts=nw.len()))
    else:
        amounts = frame.select(*names, posts=nw.col(count).cast(nw.Float64))
        groups = small_table(amounts.group_by(*names).agg(nw.col("posts").sum()))
    groups = groups.assign(
        posts=groups["posts"].to_numpy(float if count else np.int64),
        **{name: groups[name].astype(object) for name in by},
    )
    return groups.sort_values(list(by), ignore_index=True)


def counts_by(values: Any, by: str, what: str, count: str | None = None) -> pd.Series:
    """Return counts by name, from a dictionary or Series of them, or from a table by its column `by`."""
    if isinstance(values, Mapping | pd.Series):
        named = dict(values)
        require_named(named, what, "counts")
        names = as_labels(named, what, unique=True)
        found = as_numbers(list(named.values()), what, least=0)
        counts = pd.Series(found, pd.Index(names, name=by))
    else:
        table = tally(values, [by], what, count)
        counts = table.set_index(by)["posts"].astype(float)
    if not counts.sum():
        raise ValueError(NOTHING_COUNTED.format(what=what))
    return counts


def attitude_counts(values: Any, by: Sequence[str] = (), count: str | None = None) -> pd.DataFrame:
    """Return one row for each group with the posts of each of `ATTITUDES`; without `by`, one row.

    Raises
    ------
    ValueError
        If an attitude is none of the three, or there is no post.
    """
    if isinstance(values, Mapping | pd.Series) and not by:
        table = pd.DataFrame([counts_by(values, "attitude", "mentions")])
    else:
        keys = [*by, "attitude"]
        posts = tally(values, keys, "mentions", count).set_index(keys)["posts"]
        table = posts.unstack("attitude", fill_value=0) if by else posts.to_frame().T
    for name in table.columns:
        if name not in ATTITUDES:
            where, options = "attitude of mentions", ", ".join(map(repr, ATTITUDES))
            raise ValueError(OTHER_ATTITUDE.format(where=where, found=name, options=options))
    return table.reindex(columns=list(ATTITUDES), fill_value=0).astype(float)


def paired_labels(a: Any, b: Any, names: tuple[str, str] = ("a", "b")) -> tuple[list, list]:
    """Return two lists of labels, one of each for the same unit; both as long, and not empty."""
    one, other = as_labels(a, names[0]), as_labels(b, names[1])
    if len(one) != len(other) or not one:
        words = {"one": names[0], "other": names[1], "found": len(one), "others": len(other)}
        raise ValueError(LABELS_DIFFER.format(**words))
    return one, other


def as_texts(values: Any, name: str = "texts") -> list[str]:
    """Return posts as a list of text; none may be empty, missing, or as long as a page."""
    texts = as_list(values, name) if not isinstance(values, str) else [values]
    if not texts:
        raise ValueError(NO_TEXTS.format(name=name))
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(NOT_A_TEXT.format(name=name, place=place, found=text))
        if not text.strip():
            raise ValueError(EMPTY_TEXT.format(name=name, place=place))
        if len(text) > MOST_LETTERS:
            raise ValueError(LONG_TEXT.format(name=name, place=place, found=len(text), most=MOST_LETTERS))
    return texts


def codes_of(*lists: Iterable[Hashable]) -> tuple[list[Hashable], list[np.ndarray]]:
    """Return the different labels, in order of their text, and each list as their places."""
    known = sorted({label for labels in lists for label in labels}, key=str)
    place = {label: number for number, label in enumerate(known)}
    return known, [np.array([place[label] for label in labels]) for labels in lists]
