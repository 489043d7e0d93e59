"""The words by which the coach knows a part, a fault or a sentence. Written from general use.

They stand in cues.toml: words of rhetoric, so that a text on any subject can be read, and words that belong
to one matter. Most are alternatives of regular expressions; a list that several use is named there between
tildes. They are read and compiled when they are first asked for: all of them take a while.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from pathlib import Path

_TELLING = ("same", "steady", "checkable", "empty_A", "empty_C", "contested", "firm", "quantity")
_ATOM = r"(?s)\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[\u4e00-\u9fff][?*{]?|."
_SIGN = r"[\u4e00-\u9fff]"

Texts = dict[str, tuple[str, re.RegexFlag]]  # by the name of a pattern: how it is written

_compiled = cache(re.compile)


class Patterns(Mapping[str, re.Pattern[str]]):
    """Patterns by their names."""

    def __init__(self, read: Callable[[], Texts]) -> None:
        self._read = read

    @cached_property
    def texts(self) -> Texts:
        """How the patterns are written."""
        return self._read()

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
    for found in re.finditer(_ATOM, pattern):
        atom = found[0]
        if atom == "|" and not depth:
            yield told, needs
            told, needs = "", False
            continue
        depth += (atom == "(") - (atom == ")")
        needs |= not depth and bool(re.fullmatch(_SIGN, atom))
        told += atom
    yield told, needs


def word_list(name: str) -> frozenset[str]:
    """Return a list of words."""
    return _word_lists("words")[name]


def topics() -> dict[str, frozenset[str]]:
    """Return the beginnings of the words of each matter."""
    return _word_lists("topics")


def simplified(text: str) -> str:
    """Return a text with traditional signs as the simplified ones."""
    return text.translate(_signs())


@cache
def _sections() -> dict[str, dict[str, str]]:
    import tomllib

    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@cache
def _word_lists(section: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(text.split()) for name, text in _sections()[section].items()}


@cache
def _signs() -> dict[int, str]:
    pairs = _joined(_sections()["signs"]["traditional"])
    return str.maketrans(dict(zip(pairs[::2], pairs[1::2], strict=True)))


def _joined(lines: str) -> str:
    return "".join(line.strip() for line in lines.splitlines())


def _texts(section: str) -> Texts:
    lists = {name: _joined(lines) for name, lines in _sections()["lists"].items()}
    found: Texts = {}
    for name, lines in _sections()[section].items():
        pattern = _joined(lines)
        for shared, alternatives in lists.items():
            pattern = pattern.replace(f"~{shared}~", alternatives)
        found[name] = (pattern, re.I)
    return found


def _telling() -> Texts:
    rules = {"Q2": "indirect", "A4": "uncertain", **{name: name for name in _TELLING}}
    return _texts("parts") | {name: RULES.texts[rule] for name, rule in rules.items()}


def _small() -> Texts:
    return {name: (text, flag if "(?-i:" in text else re.NOFLAG) for name, (text, flag) in CUES.texts.items()}


RULES, SENTENCES, ASKED_FOR, DUE, QUESTIONS, LINKED = (
    Patterns(partial(_texts, section))
    for section in ("rules", "sentences", "asked_for", "due", "questions", "linked")
)
CUES = Patterns(_telling)  # what speaks for a part; the model gives each its weight
# The same for small letters, read in two thirds of the time. One that needs a name's capital stays.
SMALL = Patterns(_small)
