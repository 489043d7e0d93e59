"""The deck compiler: makes slides of a lesson's form, and speaker's notes of all that is prose.

A section of the lesson is a stack of slides. In its order: a *guess* stands in large letters, or above the
axes that it is made on; a *picture* fills its slide, with the question above it that only its slider
answers; a table, a result or short code that the lesson shows stands large; a *check* has its answer one
key away; a *vote* has its options in large letters. A section without any of these gets its first
sentences, in large letters, and so has each subject that is folded. A part that has only a name, such as
Situation, is claimed by the first sentence after what it shows, else by its first one. All else is said, not
shown: it goes into the notes, with the guide's minutes, likely errors and advice.

An author's marks go before these rules: what is marked `slide` or `subslide` stands on a slide as it is, a
`fragment` joins the slide before it and is shown by key, `notes` are only said, and `skip` is left out.
"""

import re
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from bs4 import BeautifulSoup, Tag

from opslab.authoring.export.blocks import Block, Lesson, Warn
from opslab.authoring.export.guide import MINUTES, Guide
from opslab.authoring.export.prose import (
    MOST_LARGE,
    MOST_ROWS,
    MOST_SHOWN,
    MOST_WORDS,
    clauses,
    clipped,
    count,
    cued,
    ended,
    fits,
    four_sentences,
    held,
    inside,
    large,
    sentences,
    shortened,
)
from opslab.charts import text_width, wrap
from opslab.charts.annotations import MOST_ABOVE

# Words
LABELS = ("Situation", "Complication", "Question", "Answer")  # headings that name a part and claim nothing
GUESS, SLIDER, EXPLAIN, VOTE = "Your guess first", "can tell you", "Explain", "Vote"
THINK = "Think"  # begins what an answer is folded under; another summary names a subject
CHECKED = {"guess": ["guess"], "picture": ["slider"], "check": ["quick check", "recall"], "vote": ["vote"]}
LONG_TITLE = (
    "cell {cell}: the heading {title!r} overflows its slide: it has {found} letters, and two lines "
    "hold {most}; shorten it"
)
FULL = (
    "cell {cell}: its slide has {found} words, and nobody reads more than {most} while listening; "
    "mark a part of it as notes"
)
NO_GUESS = "the lesson asks for no guess: no paragraph begins with **{guess}.**, and no figure has a Guess"

MOST_LINE, MOST_ASKED = 30, 20  # words of a question above a picture; of one that its axes repeat
LEAST_CODE, LEAST_RESULT = 3, 2  # lines that are worth a slide of their own
TITLE_LETTERS = 120  # half-width, in two lines
LEAST_TYPE = 13  # px before scaling, so that none is below 18 in the hall
MARKED = "markers+text"
AT_SIDE = {"top left": "middle left", "top center": "middle right", "top right": "middle right"}
LONGEST_NAME = 26  # letters in a line of a row's name
BREAK = "<br>"
TAKEN = {"quote": "_say", "table": "_output", "kernel": "_say"}  # kinds of blocks that are taken like others
SPEAKING = ("guess", "check", "vote", "words")  # slides whose words are large and need no title
UNFINISHED = re.compile(r"[^.?!\"”)>\s](</\w+>|[\"”)\s])*$")  # a sentence that a list goes on with
OPTION = re.compile(r"<strong>([A-Z])</strong>")


@dataclass
class Slide:
    """One slide: a claim, at most one thing to look at, and what is said about it. All texts are HTML."""

    kind: str  # opening, guess, picture, form, table, result, code, check, vote, words, terms
    anchor: str
    cell: str
    running: str = ""  # the section that goes on
    title: str = ""
    lines: list[str] = field(default_factory=list)  # questions above a picture, shown one after the other
    body: list[str] = field(default_factory=list)
    answer: str = ""  # shown by key
    figure: Block | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def words(self) -> int:
        """How many words a listener reads at once, without those in the picture; lines take turns."""
        longest = max(map(count, self.lines), default=0)
        return count(self.running, self.title, *self.body, self.answer) + longest


def lay_out(lesson: Lesson, guide: Guide, warn: Warn) -> list[list[Slide]]:
    """Return the slides, in a stack for each section of the lesson; `warn` is told what should be mended."""
    compiler = _Compiler(lesson, guide, warn)
    for block in lesson.blocks:
        compiler.take(block)
    compiler.end_section()
    for slide in [slide for stack in compiler.stacks for slide in stack]:
        slide.lines = [held(cued(line)) for line in slide.lines]
        slide.body = [held(ended(cued(part))) for part in slide.body]
        slide.title, slide.answer = held(slide.title), held(ended(slide.answer))
        if slide.words > MOST_WORDS:
            warn(FULL.format(cell=slide.cell, found=slide.words, most=MOST_WORDS))
    if guide.minutes and not compiler.guessed:
        warn(NO_GUESS.format(guess=GUESS))
    return compiler.stacks


class _Compiler:
    """Takes the blocks of a lesson in their order; the section that is being made stands in `stack`."""

    def __init__(self, lesson: Lesson, guide: Guide, warn: Warn):
        self.lesson, self.guide, self.warn = lesson, guide, warn
        self.stacks: list[list[Slide]] = []
        self.stack: list[Slide] = []
        self.heading: Block | None = None
        self.subject = ""  # of what was folded last
        self.unclaimed: Slide | None = None  # of a part that has only a name: waits for its claim
        self.said: list[Block] = []  # of the section, before its first slide
        self.lead: list[str] = []  # the sentence before what comes next
        self.guess: Block | None = None  # waits for its picture
        self.code: Block | None = None  # waits for its result
        self.own = ""  # the cell that its author put on a slide
        self.guessed = False

    def take(self, block: Block) -> None:
        """Put one block where it belongs."""
        if block.begins in ("slide", "subslide"):
            self.own = block.cell
            if block.kind == "heading":
                self._begin(block)
            elif block.begins == "slide":
                self.end_section()
            if not self.stack or block.kind != "heading":
                self._add("words", block)
        elif block.kind == "heading" and block.cell != self.own:
            self._begin(block)
        elif block.begins == "fragment":
            self._last(block).body.append(f'<div class="fragment">{block.html}</div>')
        if block.cell == self.own:
            self._as_it_is(block)
        elif block.kind == "notes":
            self._last(block).notes.append(block.html)
        elif block.kind != "heading" and not block.begins:
            getattr(self, TAKEN.get(block.kind, f"_{block.kind}"))(block)

    def end_section(self) -> None:
        """Close a section: what was said in it, and has no slide yet, gets one."""
        self._show_waiting()
        for slide in self.stack[1:]:
            if slide.lines and slide.title:
                slide.running, slide.title = slide.title, ""
        if self.said and not self.stack:
            self._add("words", self.said[0], body=[large(self._prose())])
        if self.stack:
            self._add_guide()
            self.stacks.append(self.stack)
        self.stack, self.said, self.lead = [], [], []
        self.subject, self.unclaimed = "", None

    # What a block becomes, by its kind ----------------------------------------------------------------------

    def _text(self, block: Block) -> None:
        soup = BeautifulSoup(block.html, "html.parser")
        cue = soup.select_one("p > strong")
        name = cue.get_text() if cue else ""
        last = self.stack[-1] if self.stack else None
        if GUESS in name:
            self._show_waiting()
            self.guess, self.guessed = block, True
        elif last and last.figure and (SLIDER in name or name.startswith(EXPLAIN)):
            last.lines.append(clipped(block.html[block.html.index(str(cue)) :], MOST_LINE))
            last.notes.append(block.html)
        elif name.startswith(VOTE):
            self._vote(block)
        elif soup.find(["ul", "ol"]):
            self._list(block, soup)
        elif soup.find(["math", "img"]) and count(block.html) <= MOST_LARGE:
            self._add("words", block, body=[block.html])
        elif len(brief := four_sentences(soup)) == len(LABELS):
            for label, sentence in zip(LABELS, brief, strict=True):
                self._add("words", block, body=[f'<p class="label">{label}</p>', *clauses(sentence)])
        else:
            self._say(block)

    def _vote(self, block: Block) -> None:
        question, *parts = OPTION.split(inside(block.html))
        options = zip(parts[::2], (sentences(text)[0].strip(" ·.\n") for text in parts[1::2]), strict=True)
        items = " ".join(f"<li><b>{letter}</b> <span>{text}</span></li>" for letter, text in options)
        slide = self._add("vote", block, body=[f"<p>{question}</p>", f'<ul class="options">{items}</ul>'])
        slide.notes += [block.html, self.guide.vote]

    def _list(self, block: Block, soup: BeautifulSoup) -> None:
        """Show a list; of long items only what stands before the first colon, of terms no other item."""
        if self.stack and self.stack[-1].kind == "opening" and not self.stack[-1].body:
            self.stack[-1].body.append(block.html)
            return
        items = soup.find_all("li")
        long = count(block.html) > MOST_LARGE
        for item in items if long else []:
            short = BeautifulSoup(item.decode_contents().partition(":")[0], "html.parser")
            item.clear()
            item.append(short)
        if long and any(item.find("strong") for item in items):
            for item in items:
                if not item.find("strong"):
                    item.extract()
        if len(items) > MOST_ROWS or count(str(soup)) > MOST_SHOWN:
            self._say(block)
        else:
            self._add("terms" if long else "words", block, body=[str(soup)]).notes.append(block.html)

    def _check(self, block: Block) -> None:
        soup = BeautifulSoup(block.html, "html.parser")
        details = soup.find("details")
        if not isinstance(details, Tag):
            return self._say(block)
        details.extract()
        summary = details.find("summary")
        name = summary.extract().get_text() if isinstance(summary, Tag) else ""
        if name and not name.startswith(THINK):
            return self._folded(block, soup, name, details.decode_contents())
        question, answer = large(str(soup)), details.decode_contents()
        shown = clipped(answer, min(MOST_LARGE, MOST_WORDS - 10 - count(question)))
        slide = self._add("check", block, body=[question], answer=f"<p>{shown}</p>")
        slide.notes += [str(soup), answer]

    def _folded(self, block: Block, before: BeautifulSoup, name: str, html: str) -> None:
        """Show a subject of its own under its name; what stands before it belongs elsewhere."""
        if before.get_text(strip=True):
            self._text(replace(block, html=str(before)))
        parted = bool(self.subject) or not self.stack  # the section is made of such subjects
        self.subject = ""
        inner = BeautifulSoup(html, "html.parser")
        tables = [str(table.extract()) for table in inner.select(".scroll")]
        shown = [table for table in tables[:1] if fits(table)]
        first = clipped(str(inner), 1 if shown else MOST_LARGE)
        slide = self._add("words", block, body=[f"<p>{first}</p>", *shown])
        slide.title = escape(name)
        self.subject = slide.title if parted else ""
        slide.running = inside(self.heading.html) if self.heading else ""
        slide.notes.append(html)

    def _code(self, block: Block) -> None:
        if self.code:
            self._show_waiting()
        self.code = replace(block, html=shortened(block.html)) if block.html else None

    def _output(self, block: Block) -> None:
        """Show what code put out, below its code if that is shown; what is long is only said."""
        if self.code and self.code.cell != block.cell:  # that cell puts nothing out
            self._show_waiting()
        code, self.code = self.code, None
        parts = [code.html, block.html] if code else [block.html]
        if len(parts) == 2 and not fits(*parts):
            self.code, parts = code, [block.html]
        kind = "code" if len(parts) == 2 else "table" if "<table" in block.html else "result"
        least = LEAST_RESULT if kind == "result" and not self.guess else 0
        if block.imports or not fits(*parts, least=least):
            self._say(block)
        else:
            self._add(kind, block, body=parts)

    def _figure(self, block: Block) -> None:
        meta = self.lesson.figures[block.figure or 0].get("layout", {}).get("meta")
        asked = self.guess if isinstance(meta, dict) and meta.get("opslab", {}).get("guess") else None
        if asked:
            self.guess = None
        slide = self._add("picture", block, figure=block)
        if asked:
            slide.lines.append(clipped(asked.html, MOST_ASKED))
            slide.notes.append(asked.html)

    def _form(self, block: Block) -> None:
        self._add("form", block, body=[block.html])

    # Helpers ------------------------------------------------------------------------------------------------

    def _begin(self, heading: Block) -> None:
        self.end_section()
        self.heading = heading
        if (found := text_width(heading.text)) > TITLE_LETTERS:
            words = {"title": heading.text, "found": found, "most": TITLE_LETTERS}
            self.warn(LONG_TITLE.format(cell=heading.cell, **words))
        if heading.level == 1:
            self._add("opening", heading).notes.append(self.guide.opening)

    def _show_waiting(self) -> None:
        """Give a guess that has no axes of its own, and code that has no result, their slides."""
        guess, code, self.guess, self.code = self.guess, self.code, None, None
        if guess:
            self._add("guess", guess, body=[large(guess.html)]).notes.append(guess.html)
        if code and (code.imports or not fits(code.html, least=LEAST_CODE)):
            self._say(code)
        elif code:
            self._add("code", code, body=[code.html])

    def _say(self, block: Block) -> None:
        """Put prose into the notes; its first sentence may claim what it follows, its last what comes."""
        if self.unclaimed and block.html.startswith("<p>"):
            claim = clipped(block.html, 1)
            if text_width(BeautifulSoup(claim, "html.parser").get_text()) <= TITLE_LETTERS:
                self.unclaimed.title = claim
            self.unclaimed = None
        final = sentences(inside(block.html))[-1:] if block.html.startswith("<p>") else []
        self.lead = final if count(*final) <= MOST_LINE else []
        last = self.stack[-1] if self.stack else None
        if last and last.kind == "opening" and not last.body and block.text.endswith("."):
            last.body.append(large(block.html))
        if last:
            last.notes.append(block.html)
        else:
            self.said.append(block)

    def _as_it_is(self, block: Block) -> None:
        if block.kind == "figure":
            self.stack[-1].figure = block
        elif block.kind == "notes":
            self.stack[-1].notes.append(block.html)
        elif block.kind != "heading":
            self.stack[-1].body.append(block.html)

    def _last(self, block: Block) -> Slide:
        return self.stack[-1] if self.stack else self._add("words", block)

    def _add(self, kind: str, block: Block, **parts: Any) -> Slide:
        """Begin a slide: the heading is its title if it is the first of a section or has no question."""
        self._show_waiting()
        said = "".join(self.lead)
        listed = kind == "words" and "<li>" in "".join(parts.get("body", []))
        announced = (
            kind == "code"
            or (kind in ("table", "result") and said.endswith(":"))
            or (listed and UNFINISHED.search(said))
        )
        lead = self.lead if announced else []
        slide = Slide(kind, self._anchor(block), block.cell, lines=lead, **parts)
        head = self.subject or (inside(self.heading.html) if self.heading else "")
        self.unclaimed = None
        if head in LABELS:
            slide.running = head
            if kind not in SPEAKING and not lead:
                slide.title, self.unclaimed = clipped(self._prose(), 1), slide
        elif not self.stack or not (lead or kind in SPEAKING):
            slide.title = head
        else:
            slide.running = head
        slide.notes += [one.html for one in self.said]
        self.said, self.lead = [], []
        self.stack.append(slide)
        return slide

    def _prose(self) -> str:
        """Return the first paragraph that was said."""
        return next((said.html for said in self.said if said.html.startswith("<p>")), "")

    def _anchor(self, block: Block) -> str:
        """Return an id that stays the same while other cells change."""
        taken = {slide.anchor for stack in [*self.stacks, self.stack] for slide in stack}
        names = (f"slide-{block.cell}{number}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
        return next(name for name in names if name not in taken)

    def _add_guide(self) -> None:
        """Write into the notes of each slide when it is due, into the first what may go wrong."""
        section = self.heading.text if self.heading else ""
        self.stack[0].notes += self.guide.errors.get(section, [])
        rows, place, told = self.guide.minutes.get(section, []), 0, set()
        for slide in self.stack if rows else []:
            names = [f"<strong>{name}</strong>" for name in CHECKED.get(slide.kind, [])]
            later = (i for i in range(place, len(rows)) if any(name in rows[i][1] for name in names))
            place = next(later, place)
            time, check = rows[place]
            slide.notes.insert(0, MINUTES.format(time=time, check="" if place in told else check))
            told.add(place)


def readable(node: Any, key: str = "") -> Any:
    """Return a figure's bundle as a hall needs it: type for the last row, names that fit a low, wide plot."""
    if isinstance(node, list):
        return [readable(one, key) for one in node]
    if isinstance(node, str) and key == "y":  # the name of a row was broken for a phone
        return wrap(node.replace(BREAK, " "), LONGEST_NAME)
    if not isinstance(node, dict):
        return node
    fit: dict[str, Any] = {name: readable(value, name) for name, value in node.items()}
    if key.endswith("font") and isinstance(fit.get("size"), int | float):
        fit["size"] = max(fit["size"], LEAST_TYPE)
    sides = fit.get("textposition", "")
    crowded = sides and len(fit.get("text", ())) > MOST_ABOVE and "error_x" not in fit
    if crowded and fit.get("mode", MARKED) == MARKED:  # a frame has only what changes
        each = [AT_SIDE.get(side, side) for side in ([sides] if isinstance(sides, str) else sides)]
        fit["textposition"] = each[0] if isinstance(sides, str) else each
    if "margin" in fit and not any(map(_is_shared_name, fit.get("annotations", ()))):
        fit["margin"]["b"] = 16  # an axis takes what it needs
    return fit


def _is_shared_name(note: dict[str, Any]) -> bool:
    """Tell whether a note names an axis that several panels share: nothing makes room for it."""
    return note.get("yref") == "paper" and note.get("yshift", 0) < 0
