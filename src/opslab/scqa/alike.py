"""Whether two lines say nearly the same, as far as their words tell."""

import re
from collections.abc import Iterable

# Words that carry no meaning of their own in a line, and those that deny it.
_LIGHT = (
    r"(?:a|an|the|th[ieo]se?|that|its?|is|are|was|were|be|been|being|am|do|does|did|ha[sd]|have|will|would|of|in|on"
    r"|at|to|for|from|with|by|as|and|or|so|we|us|our|they|them|their|s?he|his|her|you|your|i|my|who|which|what"
    r"|than|then|also|too|now|t?here|just|still|very|anybody|anyone|nobody|no|not|never|none|[的了是就也在都很着过没有不未人])"
)
_DENIED = r"(?i)\b(not|no|never|nobody|none|nothing|without|cannot)\b|n['’]t\b|[不没未无非]"
_OPPOSITES = (
    (
        "up rise rose risen grow grew grown more higher high gain improve 升 涨 增 多 高",
        "down fall fell fallen shrink shrank less fewer lower low lose lost drop decline 降 跌 减 少 低",
    ),
    ("first early earlier before 先 早 前", "last late later after 后 晚"),
    ("new 新", "old 旧 老"),
    ("best most", "worst least"),
    ("increase", "decrease"),
    ("inside 内", "outside 外"),
)
# The whole of which a share is told: "of those who leave", "流失的人里".
_BASES = (
    r"(?i)\b(?:of|among)\s+(?:(?:all|the|those|them|who|that|are|were|our|us)\s+)*([a-z]+)",
    r"([\u4e00-\u9fff]+?)的?[人用户客]*(?:里|中|当中)(?:面)?有",
)
_PASSIVE = r"(?i)\b(?:is|are|was|were|be|been)\b.*\bby\b|被"
_WORD = r"\d+(?:[.,]\d+)*|(?i:[a-z][a-z'’]*)|[\u4e00-\u9fff]"


def alike(one: str, other: str) -> float:
    """Return the share of words (of signs in Chinese) that two lines have in common; 0 if each says its own.

    They do where one denies what the other says, names the opposite, has other numbers and other words,
    tells a share of another whole, or has the two sides of a relation exchanged. One number in place of
    another makes two claims about one thing. A paraphrase with other words is not seen.
    """
    a, b = _words(one), _words(other)
    if not a or not b or _says_another(one, other, a, b):
        return 0.0
    common, only = len({*a} & {*b}), [{*a} - {*b}, {*b} - {*a}]
    one_number = all(len(words) == 1 and _numbers(words) for words in only)
    return common / (common + (1 if one_number else sum(map(len, only))))


def _words(line: str) -> list[str]:
    """Return what carries a line's meaning, in its order: words without their endings, signs, numbers."""
    found = (word.lower().replace("’", "'") for word in re.findall(_WORD, line))
    return [_stem(word) for word in found if not re.fullmatch(_LIGHT, word)]


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|e)$", "", word) if len(word) > 3 and word.isascii() else word


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if word[0].isdigit()}


def _says_another(one: str, other: str, a: list[str], b: list[str]) -> bool:
    numbers = [_numbers(a), _numbers(b)]
    bases = [
        {_stem(base.lower()) for found in _BASES for base in re.findall(found, line)} for line in (one, other)
    ]
    return (
        bool(re.search(_DENIED, one)) != bool(re.search(_DENIED, other))
        or _opposed({*a} - {*b}, {*b} - {*a})
        or (_are_apart(*numbers) and {*a} - numbers[0] != {*b} - numbers[1])
        or _are_apart(*bases)
        or (_exchanged(a, b) and bool(re.search(_PASSIVE, one)) == bool(re.search(_PASSIVE, other)))
    )


def _are_apart(mine: set[str], theirs: set[str]) -> bool:
    return bool(mine and theirs) and not mine & theirs


def _opposed(mine: set[str], theirs: set[str]) -> bool:
    pairs = [[{_stem(word) for word in side.split()} for side in pair] for pair in _OPPOSITES]
    return any((mine & one and theirs & other) or (mine & other and theirs & one) for one, other in pairs)


def _exchanged(a: list[str], b: list[str]) -> bool:
    """Whether two sides have changed places around what stands between them: "A invites B", "B invites A"."""
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    left, right = _moved(a, b), _moved(b, a)
    between = {*a[left : len(a) - right]} & {*b[right : len(b) - left]}
    return bool(left and right and between)


def _moved(a: list[str], b: list[str]) -> int:
    """Return how many of the first words of `a` are the last of `b`."""
    return next((count for count in range(min(len(a), len(b)), 0, -1) if a[:count] == b[-count:]), 0)
