"""Ids as numbers: who stands in each row, counted from 0, so that arrays can count people.

Nearly all the time of a count by people goes into the hash table of their ids, and text is hashed slowly.
Short ids are therefore read as the whole numbers that their letters are; and ids that are a number with the
same letters before it, such as "user-123", need no hash table at all.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

WORD = 8  # bytes in a whole number
BLOCK = 1 << 14  # rows at a time
# What is kept of a word if the text ends after so many bytes.
KEPT = np.array([2**64 - 2 ** (8 * (WORD - length)) for length in range(WORD + 1)], dtype=np.uint64)
EMPTY = np.arange(8 * WORD, -1, -8, dtype=np.uint64)  # bits that a text of so many bytes leaves in a word
ZEROS = np.array([sum(ord("0") << 8 * place for place in range(length)) for length in range(WORD + 1)], "u8")
# Numbers of each length begin after all shorter ones, so that "7" and "07" are two.
SHORTER = np.array([sum(10**less for less in range(length)) for length in range(WORD + 1)], dtype=np.uint64)
# Digits become pairs, pairs fours, fours eight: each is multiplied by what its neighbour counts, moved beside
# it and added, then read there.
NEIGHBOURS = np.array(
    [
        (10 + (1 << 8), 8, 0x00FF00FF00FF00FF),
        (100 + (1 << 16), 16, 0x0000FFFF0000FFFF),
        (10_000 + (1 << 32), 32, 0x00000000FFFFFFFF),
    ],
    dtype=np.uint64,
)
DIGIT, ABOVE_NINE, NO_DIGIT = np.array([0x0F, 0x06, 0xF0], "u8") * np.uint64(0x0101010101010101)
SPARSE = 4  # whole ids may leave this many places empty for each one used
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so products differ; Knuth's, so they fill a hash table evenly


def numbered(ids: pd.Series, *, sort: bool = False) -> tuple[np.ndarray, pd.Index]:
    """Return the number of each row's id (-1 for a gap), and the ids in order of appearance, or sorted."""
    keys = _keys(ids)
    if keys is None:
        codes, different = pd.factorize(ids, sort=sort)
        return codes, pd.Index(different)
    place = keys.places()
    if place is None:
        place, _ = pd.factorize(keys.of(slice(None)) * SPREAD)
    first = np.full(int(place.max()) + 1, -1)
    for rows in reversed(_blocks(len(place))):  # of several rows the last one written stays
        first[place[rows][::-1]] = np.arange(rows.start, rows.stop)[::-1]
    used = np.flatnonzero(first >= 0)
    found = first[used]
    order = np.argsort(keys.of(found) if sort else found)
    rank = np.empty_like(first)
    rank[used[order]] = np.arange(len(order))
    for rows in _blocks(len(place)):
        place[rows] = rank[place[rows]]
    return place, pd.Index(ids.iloc[found[order]])


def labelled(labels: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return the number of each row's label (-1 for a gap), and the labels, in a column that has few."""
    text = _arrow_text(labels)
    if text is None or text.null_count:
        codes, different = pd.factorize(labels)
        return codes, pd.Index(different)
    coded = text.dictionary_encode()
    return coded.indices.to_numpy(), pd.Index(
        coded.dictionary.to_numpy(zero_copy_only=False), dtype=labels.dtype
    )


def close_numbers(users: pd.Series) -> tuple[np.ndarray, pd.Index | int]:
    """Number the rows' users from 0 in their order, and return them, sorted.

    Whole ids that lie close together serve as they are, less the lowest, which is returned.
    """
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


class _Keys(NamedTuple):
    """A whole number for each text, in the order of the texts: the bytes after those that all share.

    Attributes
    ----------
    words
        The whole number that begins at each byte of all texts, one after another.
    starts, stops
        Where each text begins and ends.
    shared, least
        How many bytes of each text do not count; how many of the shortest do.
    """

    words: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    shared: int
    least: int

    def of(self, rows: slice | np.ndarray) -> np.ndarray:
        """Return the keys of some rows."""
        return _words(self.words, self.starts[rows] + self.shared) & KEPT[self.lengths(rows)]

    def lengths(self, rows: slice | np.ndarray) -> np.ndarray:
        """Return how many bytes of some rows' texts count (0 to 8)."""
        return self.stops[rows] - self.starts[rows] - self.shared

    def places(self) -> np.ndarray | None:
        """Return a whole number from 0 for each row, another one for another key, read from decimal digits.

        None unless all keys are digits after letters that they share, and the numbers lie close together.
        """
        head = self.of(np.array([0]))
        example = int(head[0]).to_bytes(WORD, "big").rstrip(b"\0")
        letters = len(example.rstrip(b"0123456789"))
        if self.least < letters:
            return None
        places = np.empty(len(self.starts), dtype=np.int64)
        for rows in _blocks(len(places)):
            key, length = self.of(rows), self.lengths(rows) - letters
            word = (key << np.uint64(8 * letters)) >> EMPTY[length]
            number = word & DIGIT
            if ((key ^ head) & KEPT[letters]).any() or (number + ZEROS[length] != word).any():
                return None
            if ((number + ABOVE_NINE) & NO_DIGIT).any():
                return None
            for both, bits, there in NEIGHBOURS:
                number = (number * both >> bits) & there
            places[rows] = number + SHORTER[length]
        low, high = int(places.min()), int(places.max())
        if high - low >= SPARSE * len(places) + 1000:
            return None
        places -= low
        return places


def _keys(ids: pd.Series) -> _Keys | None:
    """Return whole numbers for text in Arrow's memory; None for other ids.

    It is for text that differs in its last 8 bytes at most, such as "user-1234567".
    """
    text = _arrow_text(ids)
    if text is None or text.null_count or not len(text):
        return None
    _, ends, letters = text.buffers()
    stops = np.frombuffer(ends, dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    starts, stops = stops[:-1], stops[1:]
    lengths = (stops[rows] - starts[rows] for rows in _blocks(len(text)))
    shortest, longest = zip(*((int(length.min()), int(length.max())) for length in lengths), strict=True)
    least, common = min(shortest), max(*longest, WORD) - WORD  # bytes that all must share
    data = np.frombuffer(letters, dtype=np.uint8, count=stops[-1])
    if common > min(least, WORD) or len(data) < WORD or not data.all():
        return None  # a zero within would look like an end
    words = np.ndarray(len(data) - WORD + 1, dtype=">u8", buffer=data, strides=(1,))  # one from each byte on
    if common:
        head = _words(words, starts[:1]) & KEPT[common]
        for rows in _blocks(len(text)):
            if (_words(words, starts[rows]) & KEPT[common] != head).any():
                return None
    return _Keys(words, starts, stops, common, least - common)


def _blocks(rows: int) -> list[slice]:
    """Return so many rows in parts that stay in the processor's cache."""
    return [slice(begin, min(begin + BLOCK, rows)) for begin in range(0, rows, BLOCK)]


def _arrow_text(ids: pd.Series) -> Any:
    """Return a column of text that lies in Arrow's memory, in one piece; None for another."""
    if not isinstance(ids.dtype, pd.StringDtype) or ids.dtype.storage != "pyarrow":
        return None
    import pyarrow as pa

    whole = pa.array(ids.array)
    text = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    return text if text.type == pa.large_string() else None


def _words(words: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return the words that begin at `start`; one that would end after the text is shifted."""
    if start.max() < len(words):
        return words[start].astype(np.uint64)
    over = np.maximum(start - (len(words) - 1), 0)
    return words[start - over].astype(np.uint64) << (WORD * over).astype(np.uint64)
