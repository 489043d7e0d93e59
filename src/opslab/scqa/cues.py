"""The words by which the coach knows a part, a fault or a sentence. Written from general use.

They stand in cues.toml: words of rhetoric, so that a text on any subject can be read, and words that belong
to one matter. Most are alternatives of regular expressions; a list that several use is named there between
tildes.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

_SECTIONS = tomllib.loads(Path(__file__).with_name("cues.toml").read_text(encoding="utf-8"))

_compiled = cache(re.compile)


class Patterns(Mapping[str, re.Pattern[str]]):
    """Patterns by their names. Each is compiled when it is first asked for: all of them take a while."""

    def __init__(self, texts: Mapping[str, tuple[str, re.RegexFlag]]) -> None:
        self.texts = dict(texts)

    def __getitem__(self, name: str) -> re.Pattern[str]:
        return _compiled(*self.texts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


def without_chinese(pattern: str) -> str:
    """Return a pattern for texts without Chinese signs: without the alternatives that need one."""
    kept = [told for told, needs in _alternatives(pattern) if not needs]
    return "|".join(kept) or "(?!)"


def _alternatives(pattern: str) -> Iterator[tuple[str, bool]]:
    """Yield the outer alternatives of a pattern, and whether each holds a Chinese sign that must be there."""
    depth, told, needs = 0, "", False
    for found in _ATOM.finditer(pattern):
        atom = found[0]
        if atom == "|" and not depth:
            yield told, needs
            told, needs = "", False
            continue
        depth += (atom == "(") - (atom == ")")
        needs |= not depth and bool(_SIGN.fullmatch(atom))
        told += atom
    yield told, needs


_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[\u4e00-\u9fff][?*{]?|.", re.S)
_SIGN = re.compile(r"[\u4e00-\u9fff]")


def _joined(lines: str) -> str:
    return "".join(line.strip() for line in lines.splitlines())


_LISTS = {name: _joined(lines) for name, lines in _SECTIONS["lists"].items()}


def _patterns(section: str) -> Patterns:
    """Return the patterns of a section by their names."""
    found = {}
    for name, lines in _SECTIONS[section].items():
        pattern = _joined(lines)
        for shared, words in _LISTS.items():
            pattern = pattern.replace(f"~{shared}~", words)
        found[name] = (pattern, re.I)
    return Patterns(found)


RULES = _patterns("rules")
SENTENCES = _patterns("sentences")
ASKED_FOR, DUE = _patterns("asked_for"), _patterns("due")
QUESTIONS = _patterns("questions")
LINKED = _patterns("linked")["words"]
_TELLING = ("same", "steady", "checkable", "empty_A", "empty_C", "contested", "firm", "quantity")
# What speaks for a part; the model gives each its weight.
CUES = Patterns(
    _patterns("parts").texts
    | {name: RULES.texts[rule] for name, rule in (("Q2", "indirect"), ("A4", "uncertain"))}
    | {name: RULES.texts[name] for name in _TELLING}
)
# The same for small letters, read in two thirds of the time. One that needs a name's capital stays.
SMALL = Patterns(
    {name: (text, flag if "(?-i:" in text else re.NOFLAG) for name, (text, flag) in CUES.texts.items()}
)
WORDS, TOPICS = (
    {name: frozenset(words.split()) for name, words in _SECTIONS[section].items()}
    for section in ("words", "topics")
)
# Traditional signs are read as the simplified ones.
_SIGNS = _joined(_SECTIONS["signs"]["traditional"])
SIMPLIFIED = str.maketrans(dict(zip(_SIGNS[::2], _SIGNS[1::2], strict=True)))
