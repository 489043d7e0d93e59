"""Ids as numbers: who stands in each row, counted from 0, so that arrays can count people.

Nearly all the time of a count by people goes into the hash table of their ids, and text is hashed slowly.
Short ids are therefore read as the whole numbers that their letters are.
"""

import numpy as np
import pandas as pd

WORD = 8  # bytes in a whole number
BLOCK = 1 << 15  # rows at a time: they stay in the processor's cache
# What is kept of a word if the text ends after so many bytes.
KEPT = np.array([2**64 - 2 ** (8 * (WORD - length)) for length in range(WORD + 1)], dtype=np.uint64)
SPARSE = 4  # whole ids may leave this many places empty for each one used
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so products differ; Knuth's, so they fill a hash table evenly


def numbered(ids: pd.Series, *, sort: bool = False) -> tuple[np.ndarray, pd.Index]:
    """Return the number of each row's id (-1 for a gap), and the ids in order of appearance, or sorted."""
    keys = _keys(ids)
    if keys is None:
        codes, different = pd.factorize(ids, sort=sort)
        return codes, pd.Index(different)
    codes, spread = pd.factorize(keys * SPREAD)
    first = np.empty(len(spread), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # of several places the last one written stays
    if sort:
        order = np.argsort(keys[first])
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        codes, first = rank[codes], first[order]
    return codes, pd.Index(ids.iloc[first])


def close_numbers(users: pd.Series) -> tuple[np.ndarray, pd.Index | int]:
    """Number the rows' users from 0; whole ids that lie close together serve as they are, less the lowest."""
    if isinstance(users.dtype, np.dtype) and users.dtype.kind in "iu":
        low, high = int(users.min()), int(users.max())
        if high - low < SPARSE * len(users) + 1000:
            return users.to_numpy().astype(np.int64) - low, low
    return numbered(users, sort=True)


def close_places(ids: pd.Series | pd.Index, known: pd.Index) -> np.ndarray | None:
    """Return the place of each of `ids` among the different `known` ones, -1 for a stranger.

    None unless all are whole numbers and the known ones lie close together: then one look-up a row does.
    """
    if not all(isinstance(one.dtype, np.dtype) and one.dtype.kind in "iu" for one in (ids, known)):
        return None
    if not (len(ids) and len(known)):
        return None
    theirs, ours = known.to_numpy(), ids.to_numpy()
    low, high, most = int(theirs.min()), int(theirs.max()), int(ours.max())
    if high - low >= SPARSE * len(known) + 1000 or max(high, most) >= 2**63:
        return None
    places = np.full(high - low + 1, -1, dtype=np.int32)
    places[theirs.astype(np.int64) - low] = np.arange(len(known), dtype=np.int32)
    asked = ours.astype(np.int64) - low
    if low <= int(ours.min()) and most <= high:
        return places[asked]
    there = (asked >= 0) & (asked <= high - low)
    return np.where(there, places[np.where(there, asked, 0)], np.int32(-1))


def _keys(ids: pd.Series) -> np.ndarray | None:
    """Return a whole number for each id, in the order of the text; None if that is not to be had.

    It is for text in Arrow's memory whose ids differ in their last 8 bytes at most, such as "user-1234567".
    """
    if not isinstance(ids.dtype, pd.StringDtype) or ids.dtype.storage != "pyarrow":
        return None
    import pyarrow as pa

    whole = pa.array(ids.array)
    text = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    if text.type != pa.large_string() or text.null_count or not len(text):
        return None
    _, ends, letters = text.buffers()
    stops = np.frombuffer(ends, dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    lengths = np.diff(stops)
    common = max(int(lengths.max()) - WORD, 0)  # bytes that all must share
    data = np.frombuffer(letters, dtype=np.uint8, count=stops[-1])
    if common > min(lengths.min(), WORD) or len(data) < WORD or not data.all():
        return None  # a zero within would look like an end
    words = np.ndarray(len(data) - WORD + 1, dtype=">u8", buffer=data, strides=(1,))  # one from each byte on
    keys = np.empty(len(text), dtype=np.uint64)
    head = words[min(stops[0], len(words) - 1)] & KEPT[common]
    for block in range(0, len(text), BLOCK):
        start, length = stops[block : block + BLOCK][: len(text) - block], lengths[block : block + BLOCK]
        if common and (_words(words, start) & KEPT[common] != head).any():
            return None
        keys[block : block + BLOCK] = _words(words, start + common) & KEPT[length - common]
    return keys


def _words(words: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return the words that begin at `start`; one that would end after the text is shifted."""
    over = np.maximum(start - (len(words) - 1), 0)
    return words[start - over].astype(np.uint64) << (WORD * over).astype(np.uint64)
