"""Whether an answer stays with its question, and a question with what led to it."""

import re
from functools import lru_cache

from opslab.scqa.cues import ASKED_FOR, DUE, LINKED, TOPICS, WORDS

BEGINNING = 4  # letters of a word that name its matter
NEW = 3  # words; fewer cannot tell of another matter


def unnamed_kind(question: str, answer: str) -> str:
    """Return what a question asks for and its answer does not name: "who", "how_many", "when", or ""."""
    asked = (kind for kind, pattern in ASKED_FOR.items() if pattern.search(question))
    return next((kind for kind in asked if not DUE[kind].search(answer)), "")


def is_strange(text: str, before: str) -> bool:
    """Whether a text shares no word, part of a word or matter (such as food) with what stands before it.

    One that points back ("it", "then") or is too short to tell of anything is not.
    """
    if LINKED.search(text) or len(_content(text)) < NEW:
        return False
    return not any(read(text) & read(before) for read in (_content, _parts, _matters))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-zé]{3,}", text.lower()) if word not in WORDS["small"]]


@lru_cache(64)
def _content(text: str) -> frozenset[str]:
    """Return the English words and the Chinese characters that tell of something."""
    return frozenset(_words(text)) | (frozenset(re.findall(r"[\u4e00-\u9fff]", text)) - WORDS["small"])


@lru_cache(64)
def _parts(text: str) -> frozenset[str]:
    return frozenset(
        word[place : place + BEGINNING] for word in _words(text) for place in range(len(word) - BEGINNING + 1)
    )


@lru_cache(64)
def _matters(text: str) -> frozenset[str]:
    """Return the topics that a text touches."""
    words = _words(text)
    return frozenset(
        topic for topic, stems in TOPICS.items() if any(_holds(text, words, stem) for stem in stems)
    )


def _holds(text: str, words: list[str], stem: str) -> bool:
    if stem > "\u2e80":
        return stem in text
    return any(
        word in (stem, f"{stem}s") or (len(stem) >= BEGINNING and word.startswith(stem)) for word in words
    )
