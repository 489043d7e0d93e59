"""Part a mail into sentences, without greeting and signature, and find where a new part may begin."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opslab.scqa.brief import join
from opslab.scqa.cues import SENTENCES

PAGE = 6_000  # letters: what a coach reads of a text, about a page and a half
MOST_SENTENCES = 40
ADDRESS = 6  # words of a first line that names somebody
GREETINGS = 2  # before a sentence, such as a title and a good morning
MOST_TURNS, LEAST = 2, 2  # places looked at in a sentence; words on either side of one
WRAPPED = 40  # letters: a line at least so long that ends in mid-sentence goes on in the next

_END = r"(?<=[.!?])[\"”’)*]*\s+(?=\S)|(?<=[。！？])[”’）*]*"
_ENDED = r"[.!?。！？：；:;][\"”’)）*]*$"
_TITLE = r"(?i)(^|[\s(])(mr|mrs|ms|dr|prof|st|sr|jr|rev|capt|messrs|approx|ca|vs|e\.g|i\.e|cf|incl)\.$"
_COUNTED = r"(?i)\bnos?\.$"  # followed by a number
_INITIAL = r"(?i)(^|\b(mr|mrs|ms|dr|prof)\. )[A-Z]\.$"
_HEADING = r"(?i)^\s{0,3}#{1,6}\s+(.*)$|^(?:subject|re|betreff|主题|标题)\s*[:：]\s*(.*)$"
_ITEM = r"^([-*•]|\d+[.)])\s"


@dataclass(frozen=True)
class Unit:
    """A sentence: its words, the letter of a label or "", and where another part may begin.

    A turn is the place, and whether a word says so.
    """

    text: str
    label: str
    turns: tuple[tuple[int, bool], ...]


@dataclass(frozen=True)
class Piece:
    """Words between two turns, the number of their sentence (from 1), its label and all its words.

    The junction is "" where a sentence begins, "mark" where a word says that something new begins, and else
    "pause".
    """

    text: str
    sentence: int
    label: str
    junction: str
    whole: str


def pieces(sentences: Iterable[Unit], before: int = 0) -> list[Piece]:
    """Return the pieces of sentences; `before` is how many sentences came before."""
    found = []
    for number, unit in enumerate(sentences, start=before + 1):
        starts = [(0, ""), *((place, "mark" if marked else "pause") for place, marked in unit.turns)]
        for (start, junction), end in zip(starts, [*(place for place, _ in unit.turns), None], strict=True):
            if words := unit.text[start:end].strip():
                found.append(Piece(words, number, unit.label, junction, unit.text))
    return found


def units(text: str) -> tuple[list[Unit], list[str], bool]:
    """Return the sentences of a page, its headings, and whether it was cut."""
    lines = text[:PAGE].splitlines()
    headings = [found[1] or found[2] or "" for line in lines if (found := re.match(_HEADING, line))]
    body = _without_address([line.strip() for line in lines if not re.match(_HEADING, line)])
    capital = next((letter for letter in " ".join(body) if letter.isalpha()), "").isupper()
    sentences = [
        Unit(sentence, label, _turns(sentence))
        for paragraph in _unwrapped(_without_signature(body))
        for sentence, label in _sentences(paragraph, capital)
        if re.search(r"\w", sentence) and not SENTENCES["courtesy"].match(sentence)
    ]
    return sentences[:MOST_SENTENCES], headings, len(text) > PAGE or len(sentences) > MOST_SENTENCES


def _without_address(lines: list[str]) -> list[str]:
    """Return the lines without a first one that names somebody: a few words, no end, before a sentence."""
    told = [line for line in lines if line]
    short = len(told) > 1 and _size(told[0]) <= ADDRESS and not SENTENCES["label"].match(told[0])
    if short and [_has_ended(line) for line in told[:2]] == [False, True]:
        return lines[lines.index(told[0]) + 1 :]
    return lines


def _without_signature(lines: list[str]) -> list[str]:
    """Return the lines up to a closing, without a name at the end."""
    for place, line in enumerate(lines):
        after = [later for later in lines[place + 1 :] if later]
        if place and SENTENCES["closing"].match(line) and all(len(later) < WRAPPED for later in after):
            return lines[:place]
    kept = list(lines)
    while kept and (
        not kept[-1] or (SENTENCES["signature"].match(kept[-1]) and any(map(_has_ended, kept[:-1])))
    ):
        kept.pop()
    return kept


def _unwrapped(lines: Iterable[str]) -> Iterator[str]:
    """Yield paragraphs: a long line that ends in mid-sentence, or a label alone, goes on in the next line."""
    held, open_ended = "", False
    for line in lines:
        if not (open_ended and line) or re.match(_ITEM, line) or SENTENCES["label"].match(line):
            yield held
            held = ""
        held = join([held, line]) if held else line
        alone = (label := SENTENCES["label"].match(line)) and label.end() == len(line)
        open_ended = bool(alone) or (len(line) >= WRAPPED and not _has_ended(line))
    yield held


def _sentences(paragraph: str, capital: bool) -> Iterator[tuple[str, str]]:
    """Yield the sentences of a paragraph, each with the letter that a label gives it."""
    letter, held = "", ""
    pieces = [piece.strip() for piece in re.split(_END, paragraph)]
    for piece, later in zip(pieces, [*pieces[1:], ""], strict=True):
        held = f"{held} {piece}".strip()
        if later and (
            re.search(_TITLE, held)
            or re.search(_INITIAL, held)
            or (re.search(_COUNTED, held) and later[0].isdigit())
            or (capital and held[-1] == "." and later[0].islower())
        ):
            continue
        sentence, held = held, ""
        if label := SENTENCES["label"].match(sentence):
            sentence, letter = sentence[label.end() :], label.lastgroup or ""
        else:
            for _ in range(GREETINGS):
                sentence = SENTENCES["greeting"].sub("", sentence, count=1)
        yield sentence, letter


def _turns(sentence: str) -> tuple[tuple[int, bool], ...]:
    """Return at most MOST_TURNS places; those that a word marks come first."""
    first = SENTENCES["concession"].match(sentence)
    marked = {found.end() for found in SENTENCES["turn"].finditer(sentence)} | (
        {first.end()} if first else set()
    )
    paused = {found.end() for found in SENTENCES["pause"].finditer(sentence)} - marked
    ranked = [(place, True) for place in sorted(marked)] + [(place, False) for place in sorted(paused)]
    ranked = ranked if not marked else [turn for turn in ranked if turn[1]]
    enough = [
        (place, mark)
        for place, mark in ranked
        if min(map(_size, (sentence[:place], sentence[place:]))) >= LEAST
    ]
    return tuple(sorted(enough[:MOST_TURNS]))


def _has_ended(line: str) -> bool:
    return re.search(_ENDED, line) is not None


def _size(words: str) -> int:
    return len(re.findall(r"[a-z0-9’']+|[\u4e00-\u9fff]", words, re.I))
