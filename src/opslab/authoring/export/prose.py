"""Prose as HTML, cut to what can be read while somebody speaks."""

import re

from bs4 import BeautifulSoup, Tag

# Words
# Sentences that make sense only before a notebook; what users press and click is the lesson's own matter.
AT_A_DESK = re.compile(
    r"\b(the\s+cell\b|drag\b|click\s+(it|into|the\s+bar)\b|press\s+<|open\s+the\s+(picture|output)\b"
    r"|write\s+(it|them|both)\s+down\b)",
    re.I,
)

MOST_WORDS = 80  # on a slide
MOST_LARGE = 37  # in large letters
MOST_SHOWN = 60  # of a table, a result or code
MOST_ROWS = 12
LONGEST_INDENT = 8  # of code
IN_BRACKETS = r"[^()]*\)"  # follows a stop that ends nothing
SENTENCE = re.compile(
    r'.+?[.?!]["”)]*(?:</\w+>)*(?=\s+(?:<\w+>|["“(])*[A-Z0-9\u4e00-\u9fff]|\s*$)'
    rf"(?!{IN_BRACKETS})|.+$",
    re.DOTALL,
)
CLAUSE = re.compile(rf"(?<=[;:])\s+(?!{IN_BRACKETS})")
CLAUSE_END = re.compile(r"[;:]$")
FIRST_LETTER = re.compile(r"^((?:<(?!code)[^>]*>)*)([a-z])")
BOLD = re.compile(r"<strong>[^<]*</strong>")
CUE = re.compile(r"(^|<p>)\s*<strong>")
JOINED = re.compile(  # a date, or short enough for a line
    r'(?<![\w/-])(?<!class="held">)(?:\w{1,8}[-/]\w{1,8}|\d{4}-\d\d-\d\d)(?![\w/-])(?![^<]*>)'
)
HELD = r'<span class="held">\g<0></span>'
LAST = r'<span class="held last">\g<0></span>'
# The last word of a paragraph and a short one before it: Firefox would leave one alone in the last line.
LAST_WORDS = re.compile(
    r"(?<![^\s>])[^\s<>]{1,9}\s(?:<(em|strong|code)>[^\s<>]{1,9}</\1>[^\s<>]{0,3}|[^\s<>]{1,9})"
    r"(?=(?:</(?:em|strong|b|a)>[.?!:;]*)?\s*(?:</(?:p|li)>|\Z))"
)
REMARKED = re.compile(r'^(<.*?<span></span>)?( *)(\S.*?) +(<span class="c1">#[^\n]*</span>)$', re.M)
LONG_CODE = 16  # letters of code that may break on a slide
PHONE_LINE = 30  # on a page, where a phone's line holds fewer
NAME = re.compile(r"[\w.]+")
JOINT = re.compile(r"(?<=\w[_.])(?<!\d[_.])(?=\w)")  # where a long name may break
CALLED = re.compile(r"(?<=\w\()(?=\w)")  # and where a call may
ALIGNED = re.compile(rf"^ {{{LONGEST_INDENT + 1},}}", re.M)  # below a bracket, far from the left
CODE_JOINT = re.compile(r'<span class="[op]">[.(]+</span>(?=<span)')
LINE = re.compile(r"^(<div.*<span></span>)?( *)(?!</)(\S.*)$", re.M)  # of code, or of what it prints
HANGING = '{start}{indent}<span class="hang" style="--by: {by}ch">{text}</span>'
INLINE = re.compile(r"</?(span|em|strong|code|b|a|wbr)\b[^>]*>")


def count(*pieces: str) -> int:
    """Return the number of words in pieces of HTML."""
    return sum(len(re.sub(r"<[^>]+>", " ", INLINE.sub("", piece)).split()) for piece in pieces)


def cued(html: str) -> str:
    """Mark what is bold at the beginning of a paragraph: it says what is to be done."""
    return CUE.sub(r'\1<strong class="cue">', html)


def joined(html: str) -> str:
    """Keep short words with a hyphen or a slash on one line."""
    return JOINED.sub(HELD, html)


def ended(html: str) -> str:
    """Keep the last two words of a paragraph on one line."""
    return LAST_WORDS.sub(LAST, html)


def held(html: str, least: int = LONG_CODE) -> str:
    """Keep short words with a hyphen or a slash on one line, and let long code break at its joints."""
    long_code = rf"(?<=<code>)[^<]{{{least},}}(?=</code>)"

    def jointed(name: re.Match[str]) -> str:
        return JOINT.sub("<wbr>", name[0]) if len(name[0]) >= least else name[0]

    return re.sub(long_code, lambda code: CALLED.sub("<wbr>", NAME.sub(jointed, code[0])), joined(html))


def shortened(html: str) -> str:
    """Return highlighted code with what is remarked beside a line above it: short lines stand larger.

    Where a line does not fit even so, it breaks behind a dot or a bracket, and is seen to go on.
    """
    short = ALIGNED.sub(" " * LONGEST_INDENT, REMARKED.sub(r"\1\2\4\n\2\3", html))
    return hung(CODE_JOINT.sub(r"\g<0><wbr>", short))


def hung(html: str) -> str:
    """Let each line wrap behind its own beginning, unless its colours go on in the next one."""

    def hanging(line: re.Match[str]) -> str:
        start, indent, text = line.groups(default="")
        if text.count("<span") != text.count("</span"):
            return line[0]
        return HANGING.format(start=start, indent=indent, by=len(indent), text=text)

    return LINE.sub(hanging, html)


def inside(html: str) -> str:
    """Return what stands in the first element of a piece of HTML."""
    first = BeautifulSoup(html, "html.parser").find(True)
    return first.decode_contents() if isinstance(first, Tag) else html


def sentences(html: str) -> list[str]:
    """Split HTML without blocks into sentences."""
    return [found.strip() for found in SENTENCE.findall(html) if found.strip()]


def clipped(html: str, most: int) -> str:
    """Return the first sentences of paragraphs, without tags: one after a cue, more up to `most` words."""
    flat = re.sub(r"</?(p|ul|ol|li|div)\b[^>]*>", " ", html)
    kept: list[str] = []
    for sentence in sentences(flat.strip()):
        if AT_A_DESK.search(sentence):
            continue
        if kept and not BOLD.fullmatch(kept[-1]) and count(*kept, sentence) > most:
            break
        kept.append(sentence)
    return str(BeautifulSoup(" ".join(kept), "html.parser"))  # closes what a cut left open


def large(html: str) -> str:
    """Return as much of some paragraphs as can be read in large letters."""
    return f"<p>{clipped(html, MOST_LARGE)}</p>"


def fits(*pieces: str, least: int = 0) -> bool:
    """Tell whether code and results are short enough to be read on one slide."""
    rows = 0
    for piece in pieces:
        soup = BeautifulSoup(piece, "html.parser")
        rows += len(soup.find_all("tr")) or len(soup.get_text().strip().splitlines())
    return least <= rows <= MOST_ROWS and count(*pieces) <= MOST_SHOWN


def four_sentences(soup: BeautifulSoup) -> list[str]:
    """Return the sentences of a brief, which stands in italics; nothing for other prose."""
    whole = soup.select_one("p > em")
    brief = whole is not None and whole.get_text().strip() == soup.get_text().strip()
    return sentences(whole.decode_contents()) if whole is not None and brief else []


def clauses(sentence: str) -> list[str]:
    """Return the clauses of a long sentence as sentences, as far as they can be read on a slide."""
    parts = CLAUSE.split(sentence)
    if len(parts) > 1 and count(parts[0]) == 1:  # "No:" says nothing alone
        parts[:2] = [" ".join(parts[:2])]
    shown = next(n for n in range(len(parts), -1, -1) if count(*parts[:n]) <= MOST_WORDS - 10)
    whole = [FIRST_LETTER.sub(lambda found: found[1] + found[2].upper(), part) for part in parts[:shown]]
    return [f"<p>{CLAUSE_END.sub('.', part)}</p>" for part in whole]
