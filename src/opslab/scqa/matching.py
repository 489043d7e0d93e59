"""Whether an answer stays with its question, and a question with what led to it."""

import re
from functools import cache, lru_cache

from opslab.scqa.cues import ASKED_FOR, DUE, LINKED, topics, word_list

BEGINNING, STEM = 4, 5  # letters of a word that name its matter; that two forms of a word share
NEW = 3  # words; fewer cannot tell of another matter


def named_kinds(question: str, answer: str) -> dict[str, bool]:
    """Return what a question asks for ("who", "how_many", "when"), and whether its answer names any."""
    asked = (kind for kind, pattern in ASKED_FOR.items() if pattern.search(question))
    return {kind: bool(DUE[kind].search(answer)) for kind in asked}


def unnamed_kind(question: str, answer: str) -> str:
    """Return what a question asks for and its answer does not name, or ""."""
    return next((kind for kind, named in named_kinds(question, answer).items() if not named), "")


def is_strange(text: str, before: str) -> bool:
    """Whether a text shares no word, part of a word or matter (such as food) with what stands before it.

    One that points back ("it", "then") or is too short to tell of anything is not.
    """
    if LINKED["words"].search(text) or len(content(text)) < NEW:
        return False
    return not any(read(text) & read(before) for read in (content, _parts, matters))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-zé]{3,}", text.lower()) if word not in word_list("small")]


@lru_cache(64)
def content(text: str) -> frozenset[str]:
    """Return the English words and the Chinese characters that tell of something."""
    return frozenset(_words(text)) | (frozenset(re.findall(r"[\u4e00-\u9fff]", text)) - word_list("small"))


@lru_cache(64)
def stems(text: str) -> frozenset[str]:
    """Return the beginnings of English words and the pairs of Chinese characters."""
    runs = re.findall(r"[\u4e00-\u9fff]+", text)
    return frozenset(word[:STEM] for word in _words(text)) | frozenset(
        run[place : place + 2] for run in runs for place in range(len(run) - 1)
    )


@lru_cache(64)
def _parts(text: str) -> frozenset[str]:
    return frozenset(
        word[place : place + BEGINNING] for word in _words(text) for place in range(len(word) - BEGINNING + 1)
    )


@lru_cache(64)
def matters(text: str) -> frozenset[str]:
    """Return the topics that a text touches."""
    words = _words(text)
    known = {*words, *(word.removesuffix("s") for word in words)}
    known |= {word[:size] for word in words for size in range(BEGINNING, len(word))}
    chinese = "".join(re.findall(r"[\u4e00-\u9fff]+", text))
    return frozenset(
        topic
        for topic, (english, signs) in _matters().items()
        if english & known or (chinese and any(sign in chinese for sign in signs))
    )


@cache
def _matters() -> dict[str, tuple[frozenset[str], list[str]]]:
    """Return the stems of each topic: English ones, and Chinese signs."""
    return {
        topic: (
            frozenset(stem for stem in stems if stem < "\u2e80"),
            [stem for stem in stems if stem > "\u2e80"],
        )
        for topic, stems in topics().items()
    }
