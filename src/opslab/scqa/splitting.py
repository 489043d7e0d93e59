"""Part a mail into sentences, without its greeting and signature, and find where inside them a new part may begin."""

# ruff: noqa: E501
# A list of words is read as one line for each kind.

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opslab.scqa.brief import join

PAGE = 6_000  # letters: what a coach reads of a text, about a page and a half
MOST_SENTENCES = 40
MOST_TURNS, LEAST = 2, 2  # places looked at in a sentence; words on either side of one
WRAPPED = 40  # letters: a line at least so long that ends in mid-sentence goes on in the next

# Labels that a writer may put before a part.
LABELS = re.compile(
    r"[\W_]{0,4}(?:"
    r"(?P<S>S|situation|background|context|情[境景]|背景|现状)"
    r"|(?P<C>C|complication|problem|conflict|冲突|矛盾)"
    r"|(?P<Q>Q|question|疑问|问题)"
    r"|(?P<A>A|answer|proposal|recommendation|advice|回答|答案|方案|建议|对策)"
    r")[\W_]{0,2}[:：][\s*_]*",
    re.I,
)
_END = re.compile(r"(?<=[.!?])[\"”’)*]*\s+(?=\S)|(?<=[。！？])[”’）*]*")
_ENDED = re.compile(r"[.!?。！？：；:;][\"”’)）*]*$")
_TITLE = re.compile(
    r"(^|[\s(])(mr|mrs|ms|dr|prof|st|sr|jr|rev|capt|messrs|approx|ca|vs|e\.g|i\.e|cf|incl|nos?(?= ?\d))\.$",
    re.I,
)
_INITIAL = re.compile(r"(^|\b(mr|mrs|ms|dr|prof)\. )[A-Z]\.$", re.I)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$|^(?:subject|re|betreff|主题|标题)\s*[:：]\s*(.*)$", re.I)
_ITEM = re.compile(r"^([-*•]|\d+[.)])\s")

_PEOPLE_ZH = (
    r"总|经理|主任|老师|校长|院长|店长|厂长|馆长|书记|主管|领导|同事们?|同学们?|家长们?|伙伴们?|先生|女士"
)
_GREETING = re.compile(
    r"^(?:(?:dear|hi|hello|hey|greetings)\b[^.!?,:\n]{0,40}[,:!.]|(?:dear|hi|hello|hey)(?: [\w.&]+){1,4}$"
    r"|good (?:morning|afternoon|evening|day)\b[^.!?,:\n]{0,30}(?:[,:!.]|$)|to whom it may concern\W*"
    r"|(?:all|team|everyone|everybody|colleagues|folks)[,:]"
    rf"|(?:各位|大家|[\u4e00-\u9fff]{{0,6}}(?:{_PEOPLE_ZH}))?[\u4e00-\u9fff]{{0,3}}[，, ]?(?:你|您|你们|大家|早上|上午|中午|下午|晚上)好[，,！!。：:～~]+"
    rf"|(?:各位|大家)(?:{_PEOPLE_ZH})?(?:早|好)?[，,！!：:]"
    rf"|[\u4e00-\u9fff]{{2,6}}[：:]$"
    rf"|(?:尊敬的|亲爱的)[^：:，,。！!]{{1,15}}[：:，,！!]|[\u4e00-\u9fff]{{1,3}}(?:{_PEOPLE_ZH})[：:，,])\s*",
    re.I,
)
# A whole sentence of courtesy says nothing of the matter.
_COURTESY = re.compile(
    r"^(?:(?:i )?hope (?:you|this|all)\b.{0,60}|(?:many )?thank(?:s| you)\b.{0,60}|(?:please )?let me know\b.{0,60}|(?:i(?:'m| am)? )?look(?:ing)? forward to\b.{0,60}"
    r"|(?:i am |i'm )?happy to (?:discuss|talk|explain|answer)\b.{0,60}|sent from my\b.*|best wishes.{0,30}|(?:have a|enjoy) .{0,20}(?:day|week|weekend)"
    r"|(?:a )?(?:quick|short) (?:note|update|word)\b.{0,40}|sorry (?:for|to)\b.{0,60}"
    r"|(?:希望|祝|顺祝|预祝)(?:您|你|大家|各位).{0,14}|(?:非常|十分)?(?:谢谢|感谢|多谢|辛苦)(?:您|你|大家|各位|了|支持|阅读|配合|！)*.{0,8}|盼(?:复|回复|指示)|(?:期待|等待|等|盼)(?:您|你|大家|各位)?.{0,6}(?:回复|反馈|答复|批示)"
    r"|以上|(?:妥否|当否)?[，,]?请(?:批示|指示|审阅|知悉)|打扰了|如有(?:疑问|问题).{0,12})[\s.!。！~～]*$",
    re.I,
)
# What comes after such a line is a name.
_CLOSING = re.compile(
    r"^(?:(?:with )?(?:best|kind|kindest|warm|warmest|many)(?: (?:regards|wishes|thanks))?|regards|thanks(?: (?:in advance|a lot|again|all))?|thank you|cheers|(?:yours )?(?:sincerely|truly|faithfully)"
    r"|yours|respectfully|all the best|谢谢|多谢|此致|敬礼|祝好|顺颂.{0,4}|敬上|谨上|祝.{1,6})[\s,.!，。！]*$",
    re.I,
)
_SIGNATURE = re.compile(
    r"^(?:[-—–]{1,3} ?\S.{0,40}|(?:[A-Z][\w.'’-]*[, ]*){1,4}|[\u4e00-\u9fff]{2,4}|.{2,16}(?:敬上|谨上|部|组|办公室|中心)|\d{2,4}[年./-]\d{1,2}[月./-]\d{1,2}日?)$"
)

# Where inside a sentence another part may begin; whether it does, the reader decides.
_ASKS_EN = (
    r"(?:what|which|who|whom|whose|how|when|where|why|should|shall|can|could|do|does|is|are|will|would)\b"
)
_TURN = re.compile(
    rf"[,;:—–-]+\s+(?=(?:and |so |but |yet )?{_ASKS_EN}[^,;]*\?)"
    r"|(?:[,;]\s*|\s[—–-]+\s+)(?=(?:but|yet|however|whereas|while|though|although|still|only|nevertheless|nonetheless|except that|so|therefore|hence|thus"
    r"|which is why|and so|and yet|and now|now|and (?:i|we) (?:propose|suggest|recommend|would|advise)|i (?:propose|suggest|recommend|would)|we (?:propose|suggest|recommend|should|would|must|need)|let us|let's|and (?:since|as of|now|last|this|yesterday|today|from)|since|because|for|as|now that|given that|if only)\b)"
    r"|;\s+|\s[—–]\s|—"
    r"|(?<!问)(?<!问我)(?<!知道)(?<!问我们)[，；：,]\s*(?!再|然后|接着)(?=[^，。]{0,4}(?:但|可(?![以能])|然而|不过|却|而(?![且是])|只是|偏偏|谁知|结果|因为|由于|毕竟|没想到|如今|现在|最近|今年|上个?月|这个月|所以|因此|于是|为此|故|建议|我(?:们)?(?:建议|提议|想|主张|打算)|应该?|不如|请|最好"
    r"|是否|要不要|该不该|能不能|怎么|怎样|如何|谁|哪|到底|究竟|问题是|那么))|；|——"
    r"|，(?=[^，；。]*[？?][”’）]*$)"
)
_PAUSE = re.compile(
    r"[,;:]\s+|\s[—–-]+\s|—+|[，；：]|\s(?=(?:because|since|now that|so that|until|unless|although|though|after|when|while|whereas|if|but|yet|so)\b)",
    re.I,
)
_CONCESSION = re.compile(
    r"^(?:虽然|尽管|既然|由于|因为|自从)[^，。]{4,}，|^(?:although|though|even though|while|whereas|despite|in spite of|as|since|now that|because|given that|with)\b[^,]{8,}?,\s+",
    re.I,
)


@dataclass(frozen=True)
class Unit:
    """A sentence: its words, the letter of a label or "", and where another part may begin: the place, and whether a word says so."""

    text: str
    label: str
    turns: tuple[tuple[int, bool], ...]


def units(text: str) -> tuple[list[Unit], list[str], bool]:
    """Return the sentences of a page, its headings, and whether it was cut."""
    lines = text[:PAGE].splitlines()
    headings = [found[1] or found[2] or "" for found in map(_HEADING.match, lines) if found]
    body = [line.strip() for line in lines if not _HEADING.match(line)]
    capital = next((letter for letter in " ".join(body) if letter.isalpha()), "").isupper()
    sentences = [
        Unit(sentence, label, _turns(sentence))
        for paragraph in _unwrapped(_without_signature(body))
        for sentence, label in _sentences(paragraph, capital)
        if re.search(r"\w", sentence) and not _COURTESY.match(sentence)
    ]
    return sentences[:MOST_SENTENCES], headings, len(text) > PAGE or len(sentences) > MOST_SENTENCES


def _without_signature(lines: list[str]) -> list[str]:
    """Return the lines up to a closing, without a name at the end."""
    for place, line in enumerate(lines):
        after = [later for later in lines[place + 1 :] if later]
        if place and _CLOSING.match(line) and all(len(later) < WRAPPED for later in after):
            return lines[:place]
    kept = list(lines)
    while kept and (not kept[-1] or (_SIGNATURE.match(kept[-1]) and any(map(_ENDED.search, kept[:-1])))):
        kept.pop()
    return kept


def _unwrapped(lines: Iterable[str]) -> Iterator[str]:
    """Yield paragraphs: a long line that ends in mid-sentence, or a label alone, goes on in the next line."""
    held, open_ended = "", False
    for line in lines:
        if not (open_ended and line) or _ITEM.match(line) or LABELS.match(line):
            yield held
            held = ""
        held = join([held, line]) if held else line
        alone = (label := LABELS.match(line)) and label.end() == len(line)
        open_ended = bool(alone) or (len(line) >= WRAPPED and not _ENDED.search(line))
    yield held


def _sentences(paragraph: str, capital: bool) -> Iterator[tuple[str, str]]:
    """Yield the sentences of a paragraph, each with the letter that a label gives it."""
    letter, held = "", ""
    pieces = [piece.strip() for piece in _END.split(paragraph)]
    for piece, later in zip(pieces, [*pieces[1:], ""], strict=True):
        held = f"{held} {piece}".strip()
        if later and (
            _TITLE.search(held)
            or _INITIAL.search(held)
            or (capital and held[-1] == "." and later[0].islower())
        ):
            continue
        sentence, held = held, ""
        if label := LABELS.match(sentence):
            sentence, letter = sentence[label.end() :], label.lastgroup or ""
        else:
            sentence = _GREETING.sub("", sentence, count=1)
        yield sentence, letter


def _turns(sentence: str) -> tuple[tuple[int, bool], ...]:
    """Return at most MOST_TURNS places; those that a word marks come first."""
    first = _CONCESSION.match(sentence)
    marked = {found.end() for found in _TURN.finditer(sentence)} | ({first.end()} if first else set())
    paused = {found.end() for found in _PAUSE.finditer(sentence)} - marked
    ranked = [(place, True) for place in sorted(marked)] + [(place, False) for place in sorted(paused)]
    ranked = ranked if not marked else [turn for turn in ranked if turn[1]]
    enough = [
        (place, mark)
        for place, mark in ranked
        if min(map(_size, (sentence[:place], sentence[place:]))) >= LEAST
    ]
    return tuple(sorted(enough[:MOST_TURNS]))


def _size(words: str) -> int:
    return len(re.findall(r"[a-z0-9’']+|[\u4e00-\u9fff]", words, re.I))
