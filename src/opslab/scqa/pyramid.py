"""The pyramid: an answer, the reasons below it, the evidence below them; and whether the reasons are MECE."""

import html
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from opslab.ground.arguments import is_single
from opslab.scqa.alike import alike
from opslab.scqa.brief import on_one_line
from opslab.scqa.coach import is_blank
from opslab.scqa.remarks import Remark, Remarks
from opslab.scqa.wording import language

MOST_REASONS = 5
ALIKE = 0.6  # share of common words from which two lines say the same

# Words
NO_ANSWER = "the pyramid's answer is {found}; expected a sentence"
NOT_GROUPS = "{name} is {found}; expected a dict, each key a reason and each value a list of lines"
NOT_LINES = "{name}[{key!r}] is {found}; expected a list{extra}"
OF_TEXT = " of texts"
NO_GROUPS = "{name} is empty; give at least one group"
NOT_A_WHOLE = "whole is {found}; expected a list of everything that the groups should cover"
NOT_THINGS = "a group or the whole holds what cannot be compared ({cause}); give names or numbers"
EMPTY_WHOLE = "whole is empty; without it nobody can say what is left out"
DOUBLE_WHOLE = "whole holds {item!r} more than once; give each thing once"
COVERAGE = "Coverage of {size:,}: left_out {left_out}; twice {twice}; foreign {foreign}"
PLACES = {
    "en": {
        "answer": "the answer",
        "reason": "reason {number}",
        "line": "reason {number}, line {line}",
        "all": "all reasons",
    },
    "zh": {
        "answer": "回答",
        "reason": "第{number}个理由",
        "line": "第{number}个理由第{line}条",
        "all": "所有理由",
    },
}
SAME_REASON = {"en": "said in two lines", "zh": "写成两条"}
TWO_REASONS = {"en": "under two reasons", "zh": "放在两个理由下"}
WORDS = {
    "en": {
        "left_out": (
            "{count} of {all} are in no group.",
            "The groups are not collectively exhaustive: {examples}.",
        ),
        "twice": (
            "{count} of {all} are in more than one group.",
            "The groups are not mutually exclusive: {examples}.",
        ),
        "foreign": (
            "{count} things in the groups do not belong to the whole.",
            "Perhaps a slip of the pen: {examples}.",
        ),
        "overlap": (
            "Two lines say nearly the same.",
            "See “{other}” ({where}). One thing {spread} is counted twice.",
        ),
        "lonely": (
            "This reason stands on fewer than two lines.",
            "A group of one is no group: add evidence, or move it up.",
        ),
        "one_reason": ("There is one reason only.", "If it stands alone, say it in the answer."),
        "too_many": (
            "{count} reasons are more than a listener can hold.",
            "About four things fit in mind at once (Cowan 2001). Group them again.",
        ),
        "rest": (
            "A group for the rest hides what is in it.",
            "“Other” may hold the most important thing. Name it, or say how large it is.",
        ),
        "blank_heading": (
            "This line says nothing.",
            "It would fit any report. Write what you found, as a sentence.",
        ),
    },
    "zh": {
        "left_out": ("{all} 个里有 {count} 个不在任何一组。", "各组没有穷尽：{examples}。"),
        "twice": ("{all} 个里有 {count} 个在不止一组里。", "各组不互斥：{examples}。"),
        "foreign": ("各组里有 {count} 个不属于整体。", "也许是笔误：{examples}。"),
        "overlap": ("有两条说的几乎一样。", "见“{other}”（{where}）。同一件事{spread}，就算了两次。"),
        "lonely": ("这个理由下不到两条。", "一条不成组：补上证据，或者移到上一层。"),
        "one_reason": ("只有一个理由。", "如果它就够了，写进回答里。"),
        "too_many": ("{count} 个理由，听众记不住。", "一次大约记得住四件事（Cowan 2001）。请重新分组。"),
        "rest": ("“其他”看不出里面有什么。", "最重要的也许就在其中。说出它是什么，或者有多大。"),
        "blank_heading": ("这一条什么也没说。", "放在哪份报告上都行。把发现写成一句话。"),
    },
}
_REST = r"(?i)\W*(others?|misc\w*|the rest|everything else|and so on|etc\.?|其他|其它|其余|等等)\W*"
_SPECIAL = r"([\\`*_{}\[\]<>#|$~&])"
_LIST_MARK = r"^(\s*)(\d+)([.)])|^(\s*)([-+=])"
SLIDE = """<!DOCTYPE html>
<html lang="{tongue}"><head><meta charset="utf-8"><title>{answer}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{margin:0;color:#1F2933;background:#fff}}{style}</style></head><body>{body}</body></html>
"""
STYLE = (
    ".opslab-slide{font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;"
    "color:inherit;padding:2em;max-width:60em}"  # of the page around it, light or dark
    ".opslab-slide h2{font-size:1.5em;margin:0 0 .8em}"
    ".opslab-slide .groups{display:flex;flex-wrap:wrap;gap:1em}"
    ".opslab-slide .reason{flex:1 1 12em;border-top:4px solid #0072B2;padding:.4em .2em}"
    ".opslab-slide h3{font-size:1.1em;margin:.2em 0 .4em}.opslab-slide ul{margin:0;padding-left:1.2em}"
)


@dataclass(frozen=True, repr=False)
class Coverage:
    """How groups cover a whole: what is in none, in several, or does not belong.

    It shows itself by numbers and a few examples, since the lists may be long.
    """

    left_out: list
    twice: list
    foreign: list
    size: int

    def __repr__(self) -> str:
        lists = {"left_out": self.left_out, "twice": self.twice, "foreign": self.foreign}
        return COVERAGE.format(size=self.size, **{name: _counted(items) for name, items in lists.items()})

    @property
    def is_mece(self) -> bool:
        """Whether each thing of the whole is in exactly one group."""
        return not (self.left_out or self.twice or self.foreign)

    def findings(self) -> Remarks:
        """Return the faults in words, in the language of the things that are named."""
        faults = {"left_out": self.left_out, "twice": self.twice, "foreign": self.foreign}
        examples = {code: _listed(items) for code, items in faults.items() if items}
        tongue = _tongue(examples.values())
        place, size = PLACES[tongue]["all"], f"{self.size:,}"
        return Remarks(
            (
                _remark(
                    tongue, code, place, "", 1.0, count=f"{len(faults[code]):,}", all=size, examples=named
                )
                for code, named in examples.items()
            ),
            language=tongue,
        )


def mece(groups: Mapping[Hashable, Iterable[Hashable]], whole: Iterable[Hashable]) -> Coverage:
    """Return how `groups` cover `whole`: mutually exclusive, collectively exhaustive?

    Parameters
    ----------
    groups : each key a group, each value the things in it (user ids, tasks, amounts' names)
    whole : everything that should be in exactly one of them, each thing once

    Raises
    ------
    ValueError
        If a group is no list, or there are no groups, or the whole is empty or holds something twice.

    Examples
    --------
    >>> mece({"ads": [1, 2], "seo": [2, 3]}, whole=[1, 2, 3, 4])
    Coverage of 4: left_out 1 (4); twice 1 (2); foreign 0
    """
    read = _groups(groups, "groups")
    if isinstance(whole, str) or is_single(whole):
        raise ValueError(NOT_A_WHOLE.format(found=repr(whole)[:60]))
    things = list(whole)
    if not things:
        raise ValueError(EMPTY_WHOLE)
    try:
        counts = Counter(things)
        read = {key: dict.fromkeys(items) for key, items in read.items()}
    except TypeError as error:
        raise ValueError(NOT_THINGS.format(cause=error)) from error
    if len(counts) < len(things):
        raise ValueError(DOUBLE_WHOLE.format(item=counts.most_common(1)[0][0]))
    wanted = dict.fromkeys(things, 0)
    foreign = []
    for items in read.values():
        for item in items:
            if item in wanted:
                wanted[item] += 1
            else:
                foreign.append(item)
    left_out = [item for item, count in wanted.items() if count == 0]
    twice = [item for item, count in wanted.items() if count > 1]
    return Coverage(left_out, twice, foreign, len(wanted))


@dataclass(frozen=True)
class Pyramid:
    """An answer and the reasons for it, in the order in which you will say them.

    Attributes
    ----------
    answer : one sentence
    reasons : each key a reason in a sentence, each value its lines of evidence

    Raises
    ------
    ValueError
        If the answer is empty or the reasons are not lists of texts.

    Examples
    --------
    >>> Pyramid("Keep the onboarding.", {"It keeps more users.": ["25 % came back, before 22 %."]}).answer
    'Keep the onboarding.'
    """

    answer: str
    reasons: Mapping[str, list[str]]

    def __post_init__(self) -> None:
        if not isinstance(self.answer, str) or not self.answer.strip():
            raise ValueError(NO_ANSWER.format(found=repr(self.answer)[:60]))
        read = _groups(self.reasons, "reasons")
        for reason, lines in read.items():
            if not all(isinstance(line, str) for line in (reason, *lines)):
                raise ValueError(
                    NOT_LINES.format(name="reasons", key=reason, found=repr(lines)[:60], extra=OF_TEXT)
                )
        object.__setattr__(self, "reasons", read)

    def check(self) -> Remarks:
        """Return what speaks against the grouping, by its words, in the pyramid's language.

        Words tell near-repetition, lonely groups and empty headings. Two lines overlap if they share most
        words, and none tells them apart: a denial, an opposite, other numbers, a share of another whole, or
        two sides exchanged. A paraphrase in other words cannot be seen. Whether the reasons are exhaustive
        can only be told against a stated whole: see `mece`.

        Examples
        --------
        >>> pyramid = Pyramid("Keep the onboarding.", {"It keeps users.": ["25 % came back, before 22 %."]})
        >>> sorted(pyramid.check().codes())
        ['lonely', 'one_reason']
        """
        tongue = self._tongue
        places, remark = PLACES[tongue], partial(_remark, tongue)
        found = []
        if is_blank(self.answer):
            found.append(remark("blank_heading", places["answer"], self.answer, 0.85))
        if len(self.reasons) == 1:
            found.append(remark("one_reason", places["all"], "", 0.9))
        if len(self.reasons) > MOST_REASONS:
            found.append(remark("too_many", places["all"], "", 0.8, count=len(self.reasons)))
        seen: list[tuple[int, str, str]] = []
        for number, (reason, lines) in enumerate(self.reasons.items(), start=1):
            place = places["reason"].format(number=number)
            if re.fullmatch(_REST, reason):
                found.append(remark("rest", place, reason, 0.8))
            elif is_blank(reason):
                found.append(remark("blank_heading", place, reason, 0.85))
            if len(lines) < 2:
                found.append(remark("lonely", place, reason, 0.8))
            placed = [
                (places["line"].format(number=number, line=line), text) for line, text in enumerate(lines, 1)
            ]
            for here, text in [(place, reason), *placed]:
                for group, there, other in seen:
                    if (share := alike(text, other)) >= ALIKE:
                        sure = 0.5 + 0.4 * share
                        spread = (SAME_REASON if group == number else TWO_REASONS)[tongue]
                        found.append(
                            remark("overlap", here, text, sure, other=other, where=there, spread=spread)
                        )
                seen.append((number, here, text))
        return Remarks(found, language=tongue)

    def to_markdown(self) -> str:
        """Return the pyramid as Markdown; marks in the text are escaped, so that it reads as written.

        Examples
        --------
        >>> pyramid = Pyramid("Keep the onboarding.", {"It keeps users.": ["25 % came back, before 22 %."]})
        >>> pyramid.to_markdown().splitlines()[2:]
        ['1. **It keeps users.**', '    - 25 % came back, before 22 %.']
        """
        lines = [f"## {_escaped(self.answer)}", ""]
        for number, (reason, evidence) in enumerate(self.reasons.items(), start=1):
            lines.append(f"{number}. **{_escaped(reason)}**")
            lines += [f"    - {_escaped(line)}" for line in evidence]
        return "\n".join(lines) + "\n"

    def to_slide(self) -> str:
        """Return one slide as a whole HTML page that needs nothing else: the answer is its title.

        Examples
        --------
        >>> pyramid = Pyramid("Keep the onboarding.", {"It keeps users.": ["25 % came back, before 22 %."]})
        >>> "<title>Keep the onboarding.</title>" in pyramid.to_slide()
        True
        """
        return SLIDE.format(
            tongue=self._tongue, answer=html.escape(self.answer), style=STYLE, body=self._body()
        )

    @property
    def _tongue(self) -> str:
        return _tongue([self.answer, *self.reasons, *chain(*self.reasons.values())])

    def _repr_html_(self) -> str:
        return f"<style>{STYLE}</style>{self._body()}"

    def _body(self) -> str:
        groups = "".join(
            f'<div class="reason"><h3 class="mathjax_ignore tex2jax_ignore">{_shown(reason)}</h3>'
            f"<ul>{''.join(f'<li>{_shown(line)}</li>' for line in lines)}</ul></div>"
            for reason, lines in self.reasons.items()
        )
        title = f"<h2>{_shown(self.answer)}</h2>"
        return f'<div class="opslab-slide">{title}<div class="groups">{groups}</div></div>'


def _groups(groups: object, name: str) -> dict:
    if not isinstance(groups, Mapping):
        raise ValueError(NOT_GROUPS.format(name=name, found=repr(groups)[:60]))
    if not groups:
        raise ValueError(NO_GROUPS.format(name=name))
    for key, items in groups.items():
        if isinstance(items, str | bytes) or is_single(items):
            raise ValueError(NOT_LINES.format(name=name, key=key, found=repr(items)[:60], extra=""))
    return {key: list(items) for key, items in groups.items()}


def _escaped(text: str) -> str:
    plain = re.sub(_SPECIAL, r"\\\1", on_one_line(text))
    return re.sub(_LIST_MARK, lambda mark: (mark[2] + "\\" + mark[3]) if mark[2] else "\\" + mark[5], plain)


def _shown(text: str) -> str:
    # A formula's dollar, parted from the rest, is a dollar.
    return html.escape(text).replace("$", "<code>$</code>")


def _listed(items: list) -> str:
    shown = ", ".join(str(item)[:60] for item in items[:4])
    return shown + (", …" if len(items) > 4 else "")


def _counted(items: list) -> str:
    return f"{len(items):,} ({_listed(items)})" if items else "0"


def _tongue(lines: Iterable[str]) -> str:
    return language("\n".join(lines)) or "en"


def _remark(tongue: str, code: str, place: str, quote: str, confidence: float, **details: object) -> Remark:
    what, why = (words.format(**details) for words in WORDS[tongue][code])
    return Remark(code, what, "", place, quote, why, round(confidence, 2), tongue)
