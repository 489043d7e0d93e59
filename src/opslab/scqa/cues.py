"""The words by which the coach knows a part, a fault or a sentence. Written from general use.

They stand in cues.toml: words of rhetoric, so that a text on any subject can be read, and words that belong
to one matter. Most are alternatives of regular expressions; a list that several use is named there between
tildes.
"""

import re
import tomllib
from pathlib import Path

_SECTIONS = tomllib.loads(Path(__file__).with_name("cues.toml").read_text(encoding="utf-8"))

Patterns = dict[str, re.Pattern[str]]


def _joined(lines: str) -> str:
    return "".join(line.strip() for line in lines.splitlines())


def _patterns(section: str) -> Patterns:
    """Return the patterns of a section by their names."""
    found = {}
    for name, lines in _SECTIONS[section].items():
        pattern = _joined(lines)
        for shared, words in _SECTIONS["lists"].items():
            pattern = pattern.replace(f"~{shared}~", _joined(words))
        found[name] = re.compile(pattern, re.I)
    return found


RULES = _patterns("rules")
SENTENCES = _patterns("sentences")
ASKED_FOR, DUE = _patterns("asked_for"), _patterns("due")
LINKED = _patterns("linked")["words"]
# What speaks for a part; the model gives each its weight.
CUES = _patterns("parts") | {
    "Q2": RULES["indirect"],
    "A4": RULES["uncertain"],
    "same": RULES["same"],
}
# The same for small letters, read in two thirds of the time. One that needs a name's capital stays.
SMALL = {name: cue if "(?-i:" in cue.pattern else re.compile(cue.pattern) for name, cue in CUES.items()}
WORDS, TOPICS = (
    {name: frozenset(words.split()) for name, words in _SECTIONS[section].items()}
    for section in ("words", "topics")
)
