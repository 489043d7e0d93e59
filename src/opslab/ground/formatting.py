"""Numbers and names as people read them: one way for tables, titles, labels and sentences.

A share is a number of 1 and is said in per cent: its unit is ``"%"``. Missing values are a dash.
A unit is given in the plural, and said in the singular behind a lone 1.
"""

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_list, as_number, is_single

# Words
NOT_TEXT = "{what} is {found!r}; expected text"
MISSING, ENDLESS, MINUS = "–", "∞", "−"
SPACE = "\u00a0"  # does not break: a number and its unit stay on one line
PERCENT = "%"
TO, POINTS = "{low} to {high}", ("point", "points")
UNDER, OVER = "under {bound}", "over {bound}"  # shares that rounding would call none or all
YES, NO = "yes", "no"
QUARTER = "%Y Q%q"
LARGE = ((1e9, "billion"), (1e6, "million"))
IRREGULAR = {"person": "people", "child": "children"}
SPELT = {
    "seo": "SEO",
    "kpi": "KPI",
    "dau": "DAU",
    "wau": "WAU",
    "mau": "MAU",
    "dau mau": "DAU/MAU",  # one divided by the other
    "cac": "CAC",
    "ltv": "LTV",
    "ltv cac": "LTV/CAC",
    "pocock": "Pocock",
    "obrien-fleming": "O’Brien–Fleming",
    "id": "ID",
    "url": "URL",
    "ios": "iOS",
    "android": "Android",
    "sbg": "sBG",
    "sem": "SEM",
    "wechat": "WeChat",
    "weibo": "Weibo",
    "signups": "sign-ups",
    "payoff": "pay-off",
    "en": "English",
    "zh": "Chinese",
}

DIGITS = 3  # significant ones, of a number that is not whole
FULL = 1000  # from here on the last figures of a number that is not whole mean little
EXACT = 12  # decimals of a share that are no dust of reckoning
UNITS = "%|yuan|points?|times|ml|days?|weeks?|months?|hours?|minutes?"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MEASURE = rf"(?<=\d) (?=(?:{UNITS}|{MONTHS})(?!\w))"  # between a number and its unit: no line ends there
# Code, or a measure; in a text, whose own lines end anywhere.
GAPS = re.compile(r"(```.*?```|`[^`]*`)|" + MEASURE.replace(" ", r"[ \n]"), re.DOTALL)
FAR_APART = 100  # times: cells of a column that differ by more each have their own decimals


def number(value: Any, unit: str = "", *, digits: int = DIGITS) -> str:
    """Return a number with its unit: whole ones in full up to a million, others to `digits` significant ones.

    With the unit ``"%"`` the number is a share of 1.

    Raises
    ------
    ValueError
        If `value` is no number, or `unit` no text.

    Examples
    --------
    >>> number(1586), number(16210.43, "yuan"), number(1.8e8), number(0.03608), number(0.2268, "%")
    ('1,586', '16,200\\xa0yuan', '180\\xa0million', '0.0361', '22.7\\xa0%')
    >>> number(1, "hours"), number(1.5, "hours")
    ('1\\xa0hour', '1.5\\xa0hours')
    """
    if unit == PERCENT:
        return share(value)
    places = as_number(digits, "digits", least=1, most=15, whole=True)
    text = _text(_float(value), places)
    return f"{text}{SPACE}{unit_of(text, _require_text(unit, 'unit'))}" if unit and text != MISSING else text


def share(value: Any, decimals: int = 1) -> str:
    """Return a share of 1 in per cent; what rounds to none or all, and is not, is said to be under or over.

    Examples
    --------
    >>> share(0.13571), share(1)
    ('13.6\\xa0%', '100\\xa0%')
    >>> share(0.0004), share(0.99996), share(0.004, 0)
    ('under 0.1\\xa0%', 'over 99.9\\xa0%', 'under 1\\xa0%')
    """
    places = as_number(decimals, "decimals", least=0, most=15, whole=True)
    known = _float(value)
    if not math.isfinite(known):
        return _text(known, DIGITS)
    known = round(known, EXACT)
    least, said = 10.0**-places, round(100 * known, places)
    bound, words = 100 * known, "{bound}"
    if 0 < known < 1 and said in (0, 100):
        bound, words = (100 - least, OVER) if said else (least, UNDER)
    text = _fixed(bound, 0 if known in (0, 1) else places)
    return words.format(bound=f"{text}{SPACE}{PERCENT}")


def level(chosen: Any) -> str:
    """Return a share of 1 that somebody chose, as on a slider: whole per cents stand without a decimal.

    Examples
    --------
    >>> level(0.9), level(0.975)
    ('90\\xa0%', '97.5\\xa0%')
    """
    return share(chosen, 0 if round(100 * _float(chosen), EXACT) % 1 == 0 else 1)


def points(difference: Any) -> str:
    """Return the size of a difference of two shares, in percentage points.

    Examples
    --------
    >>> points(0.25 - 0.223), points(-0.01)
    ('2.7\\xa0points', '1.0\\xa0point')
    """
    text = _fixed(100 * abs(as_number(difference, "difference")), 1)
    return f"{text}{SPACE}{POINTS[text != '1.0']}"


def between(low: Any, high: Any, unit: str = "", *, joined: str = TO) -> str:
    """Return a range from `low` to `high`, its unit said once, `joined` by other words if need be.

    Both ends have as many decimals, unless the smaller one would be nothing.

    Examples
    --------
    >>> between(84, 102), between(0.5, 1.87), between(0.201, 0.2449, "%")
    ('84 to 102', '0.50 to 1.87', '20.1 to 24.5\\xa0%')
    """
    if not isinstance(joined, str):
        raise ValueError(NOT_TEXT.format(what="joined", found=joined))
    if unit == PERCENT:
        shares = [share(end).removesuffix(f"{SPACE}{PERCENT}") for end in (low, high)]
        exact = all(said.isdigit() for said in shares)
        ends = [f"{said}.0" if said.isdigit() and not exact else said for said in shares]
    else:
        known = [_float(low), _float(high)]
        decimals = _decimals(known, math.inf)
        vanishes = decimals is not None and any(end and not round(end, decimals) for end in known)
        ends = _level(known, None if vanishes else decimals)
    first, last = ends
    behind = f"{SPACE}{unit_of(last, _require_text(unit, 'unit'))}" if unit and last != MISSING else ""
    return joined.format(low=first, high=f"{last}{behind}")


def count(value: Any, noun: str, plural: str | None = None) -> str:
    """Return a number of things: one in the singular, else the plural.

    `plural` is for what the rule for English nouns does not know.

    Examples
    --------
    >>> count(1, "week"), count(1586, "user"), count(3, "company"), count(2, "person")
    ('1\\xa0week', '1,586\\xa0users', '3\\xa0companies', '2\\xa0people')
    """
    one = _require_text(noun, "noun")
    many = _plural(one) if plural is None else _require_text(plural, "plural")
    text = number(value)
    return f"{text}{SPACE}{one if text == '1' else many}"


def together(text: str) -> str:
    """Return a text in Markdown in which no number stands at a line's end and its unit on the next.

    Examples
    --------
    >>> together("Keep 90 % for 30 days, or `share = 7 % 4`.")
    'Keep 90\\xa0% for 30\\xa0days, or `share = 7 % 4`.'
    """
    return GAPS.sub(lambda found: found[1] or SPACE, text)


def unit_of(value: str, unit: str) -> str:
    """Return `unit` as it stands behind the written number `value`: in the singular behind a lone 1.

    Examples
    --------
    >>> unit_of("1", "months ago"), unit_of("2", "days"), unit_of("65", "%")
    ('month ago', 'days', '%')
    """
    return re.sub(r"^([a-z]+)s\b", r"\1", unit) if value == "1" else unit


def name(value: Any, *, capital: bool = True) -> str:
    """Return a label for people: a column's or a category's name in words.

    Its first letter is large, unless it stands in a sentence (`capital` is False).

    What already holds capitals, digits or other signs keeps them, and so does a lone letter, a symbol.

    Examples
    --------
    >>> name("feed_ads"), name("seo"), name("Weeks seen"), name(pd.Timestamp("2024-09-30")), name(True)
    ('Feed ads', 'SEO', 'Weeks seen', '2024-09-30', 'Yes')
    >>> name("wechat"), name("signups"), name("net_signups", capital=False), name("p")
    ('WeChat', 'Sign-ups', 'net sign-ups', 'p')
    >>> name(pd.Period("2024-09", "Q")), name("payoff")
    ('2024 Q3', 'Pay-off')
    """
    if isinstance(value, bool | np.bool_):
        value = YES if value else NO
    if isinstance(value, pd.Timestamp | np.datetime64):
        return str(pd.Timestamp(value).strftime("%Y-%m-%d"))
    if isinstance(value, int | float | np.number):
        return number(value)
    if isinstance(value, pd.Period) and value.freqstr.startswith("Q"):
        return str(value.strftime(QUARTER))
    words = str(value)
    if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", words):
        words = words.replace("_", " ")
    spelt = SPELT.get(words) or " ".join(SPELT.get(word, word) for word in words.split(" "))
    first, *rest = spelt.split(" ")
    if capital and first.islower() and len(spelt) > 1:
        first = first[0].upper() + first[1:]
    return " ".join([first, *rest])


def column(values: Iterable[Any], unit: str = "") -> list[str]:
    """Return numbers that stand below one another, with as many decimals each; the header has the unit.

    Cells more than a hundred times apart each keep their own.

    Examples
    --------
    >>> column([43.2187, 9.94, 27.0]), column([0.5, 0.1357], "%"), column([12203, 81])
    (['43.2', '9.9', '27.0'], ['50.0', '13.6'], ['12,203', '81'])
    """
    known = [_float(value) for value in as_list(values, "values")]
    decimals = 1 if unit == PERCENT else _decimals(known)
    shown = [100 * value for value in known] if unit == PERCENT else known
    return [
        _text(value, DIGITS) if decimals is None or not math.isfinite(value) else _fixed(value, decimals)
        for value in shown
    ]


def alike(values: Iterable[Any]) -> list[str]:
    """Return numbers of one picture: the largest as `number` says it, the others with as many decimals.

    Cells more than a hundred times apart each keep their own decimals.

    Examples
    --------
    >>> alike([2.89, 0.0913, -0.6]), alike([12.3, 0.149]), alike([300, 0.149])
    (['2.89', '0.09', '−0.60'], ['12.3', '0.1'], ['300', '0.149'])
    """
    known = [_float(value) for value in as_list(values, "values")]
    return _level(known, _decimals(known))


def _level(known: list[float], decimals: int | None) -> list[str]:
    """Return numbers with `decimals` each, as far as one of them needs these; with their own where None."""
    if not decimals:
        own = [value if decimals is None or abs(value) >= FULL else round(value, 0) for value in known]
        return [_text(value, DIGITS) for value in own]
    texts = [_fixed(value, decimals) if math.isfinite(value) else _text(value, DIGITS) for value in known]
    written = [text for text in texts if text[-1].isdigit()]
    spare = min(len(text) - len(text.rstrip("0")) for text in written)
    return [text[: len(text) - spare].rstrip(".") if text in written else text for text in texts]


def _decimals(known: list[float], apart: float = FAR_APART) -> int | None:
    """Return how many decimals the largest number has; None where all are whole, very large or far apart."""
    sizes = [abs(value) for value in known if math.isfinite(value) and value]
    if all(size == int(size) for size in sizes) or max(sizes) >= LARGE[-1][0]:
        return None
    if max(sizes) > apart * min(sizes):
        return None
    return max(0, DIGITS - 1 - math.floor(math.log10(max(sizes))))


def _text(value: float, digits: int) -> str:
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return ENDLESS if value > 0 else MINUS + ENDLESS
    for least, word in LARGE:
        if abs(value) >= least:
            return f"{_significant(value / least, digits)}{SPACE}{word}"
    return _fixed(value, 0) if value == int(value) else _significant(value, digits)


def _significant(value: float, digits: int) -> str:
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    text = _fixed(round(value, decimals), max(0, decimals))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", MINUS)


def _float(value: Any) -> float:
    if is_single(value) and not isinstance(value, str | bytes) and pd.isna(value):
        return math.nan
    if isinstance(value, float | np.floating) and math.isinf(value):
        return float(value)
    return as_number(value, "value")


def _require_text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(NOT_TEXT.format(what=what, found=value))
    return value


def _plural(noun: str) -> str:
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
