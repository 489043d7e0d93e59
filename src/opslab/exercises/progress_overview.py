"""How far a student is: done and mastered in each lesson, what to practise again today, the mistakes met.

One overview, as markdown for a notebook and as plain text for a terminal. It lists the lessons that have a
solution notebook; what the saved progress knows beyond them is left alone.
"""

import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import itemgetter

from IPython.display import HTML, display

from opslab.exercises import answer_key, progress_file
from opslab.exercises.common_mistakes import SLIPS
from opslab.exercises.display import Message, has_kernel
from opslab.exercises.questions import Question
from opslab.exercises.repetition import Record, days_since
from opslab.ground.paths import solutions_folder

MOST = 10  # questions to practise in one day
WIDTH = 88  # characters of a line in a terminal

# Words
FIRST_STEP = (
    "**Your first step:** open {question} in the folder `exercises`, answer it and run its cell. "
    "Then come back and run this again."
)
NEXT_NEW = "**Next, a new question:** {question}"
ALL_TRIED = "**Next:** no new question is left; you have tried all {count}."
PRACTISE = "**Practise again today**"
NONE_DUE = "**Practise again today:** nothing."
NEXT_DUE = "The next comes back on {day}."
MORE_DUE = "{count} more wait for another day; these have waited longest."
HOW = (
    "Open the question in the folder `exercises`, write `...` in place of your answer and run the cells from "
    "the top. Then answer afresh. Running an old answer again does not count."
)
RIGHT_BEFORE = "right {ago}; time to see whether it stays"
RIGHT_WITH_HELP = "right with a hint {ago}; try it without one"
MISTAKE_BEFORE = "you met *{mistake}* here {ago}"
WRONG_BEFORE = "not right {ago}"
EARLIER, TODAY, YESTERDAY, DAYS_AGO = "earlier", "today", "yesterday", "{days} days ago"
COLUMNS = ("Lesson", "Questions done", "Mastered", "Mistakes met")
SOME_OF = "{some} of {count}"
LEVEL = "{question} at level {level}"
LEGEND = (
    "*Done*: right once, or a written answer that you scored yourself. *Mastered*: right twice without a "
    "mistake or a hint, at least a week apart. No machine checks a written answer, so it is never mastered "
    "and does not come back."
)
ON_THE_MAP = "✓ done", "{some} of {count} questions done"
MISTAKES = "Mistakes you met in {lesson}: {count}"
MISTAKE = "{question} *{mistake}*, {ago}: {message}"

# The map is text of the notebook, which no output can change; a style can say more beside its entries.
MARKED = '.opslab-map li:has(> a[href*="{lesson}.ipynb"])::after {{content: " {words}"; font-weight: bold}}'


@dataclass(frozen=True)
class Met:
    """A mistake that a student met: its name, what it says, and when it came up last (None: not known)."""

    name: str
    message: str
    when: datetime | None


@dataclass(frozen=True)
class Item:
    """One question of one lesson, and what is known of it."""

    lesson: str
    question: Question
    heading: str
    cell: str  # id of the cell that holds the heading, the same in exercise and solution
    record: Record

    @property
    def comes_back(self) -> bool:
        """Whether a machine checks it, so that it can be practised and mastered."""
        return self.question.kind != "written"

    @property
    def address(self) -> str:
        """Where its heading is, seen from a notebook; JupyterLab finds no heading that has "·" in it."""
        return f"../exercises/{self.lesson}.ipynb#cell-id={self.cell}"

    @property
    def met(self) -> list[Met]:
        """The mistakes met that the question still knows, in its own order."""
        when = self.record.mistakes
        known = {wrong.name: wrong.message for wrong in self.question.wrongs}
        known |= {name: slip.about for name, slip in SLIPS.items() if name not in known}
        return [Met(name, message, when[name]) for name, message in known.items() if name in when]

    def reason(self, now: datetime) -> str:
        """Say why it comes back."""
        ago = _ago(self.record.answered, now)
        if self.record.outcome == "right":
            return RIGHT_BEFORE.format(ago=ago)
        if self.record.outcome == "helped":
            return RIGHT_WITH_HELP.format(ago=ago)
        named = [met.name for met in self.met if met.when == self.record.answered]
        return MISTAKE_BEFORE.format(mistake=named[0], ago=ago) if named else WRONG_BEFORE.format(ago=ago)


class _Markdown:
    """A notebook's form: links, a table, and mistakes folded away, for they tell much of the answer."""

    @staticmethod
    def title(name: str) -> str:
        return answer_key.read_title(name)

    @staticmethod
    def lesson(name: str) -> str:
        return f"[{_Markdown.title(name)}](../notebooks/{name}.ipynb)"

    @staticmethod
    def link(text: str, address: str) -> str:
        return f"[{text}]({address})"

    @staticmethod
    def paragraph(text: str) -> str:
        return text

    @staticmethod
    def numbered(items: list[tuple[str, str]]) -> str:
        return "\n".join(f"{place}. {what}: {why}" for place, (what, why) in enumerate(items, start=1))

    @staticmethod
    def table(rows: list[tuple[str, ...]]) -> str:
        rule = (":---",) * len(COLUMNS)
        return "\n".join(f"| {' | '.join(row)} |" for row in (COLUMNS, rule, *rows))

    @staticmethod
    def section(title: str, lines: list[str]) -> str:
        listed = "\n".join(f"- {line}" for line in lines)
        return f"<details><summary>{title}</summary>\n\n{listed}\n\n</details>"


class _Plain:
    """A terminal's form: no colours, no marks, lines that fit; a lesson is named as its files are."""

    @staticmethod
    def title(name: str) -> str:
        return name

    lesson = title

    @staticmethod
    def link(text: str, address: str) -> str:
        return text

    @staticmethod
    def paragraph(text: str, indent: str = "") -> str:
        bare = re.sub(r"(\*\*?)(?=\S)([^*]+?)(?<=\S)\1", r"\2", text)
        return textwrap.fill(
            bare, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )

    @staticmethod
    def numbered(items: list[tuple[str, str]]) -> str:
        return "\n".join(
            _Plain.paragraph(f"{place:>3}. {what}: {why}", indent="     ")
            for place, (what, why) in enumerate(items, start=1)
        )

    @staticmethod
    def table(rows: list[tuple[str, ...]]) -> str:
        widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
        lines = [map(str.ljust, row, widths) for row in (COLUMNS, *rows)]
        return "\n".join("  ".join(line).rstrip() for line in lines)

    @staticmethod
    def section(title: str, lines: list[str]) -> str:
        return "\n".join([title, *(_Plain.paragraph(f"  - {line}", indent="    ") for line in lines)])


_Form = type[_Markdown] | type[_Plain]


@dataclass
class Overview(Message):
    """What `my_progress()` and `opslab progress` show: the items of each lesson, in order, and the time."""

    lessons: dict[str, list[Item]]
    now: datetime

    @cached_property
    def items(self) -> list[Item]:
        """All questions of all lessons."""
        return [item for items in self.lessons.values() for item in items]

    @cached_property
    def waiting(self) -> list[Item]:
        """The questions that come back, the longest due first."""
        days = [(day, item) for item in self.items if item.comes_back and (day := item.record.due(self.now))]
        return [item for _, item in sorted(days, key=itemgetter(0))]

    @cached_property
    def due(self) -> list[Item]:
        """The questions to practise today, the longest due first."""
        return [item for item in self.waiting if item.record.is_due(self.now)]

    @property
    def following(self) -> Item | None:
        """The next question that was not tried yet: of the lesson worked in last, or else of all."""
        new = [item for item in self.items if not item.record.attempts]
        last = max(self.items, key=_moment, default=None)
        return next((item for item in new if last and item.lesson == last.lesson), next(iter(new), None))

    def __repr__(self) -> str:
        return _in_form(self, _Plain)

    def map_style(self) -> str:
        """Return the style that says on the course's map how much of each lesson is done, or ""."""
        begun = {
            lesson: (done, len(items))
            for lesson, items in self.lessons.items()
            if (done := sum(item.record.right for item in items))
        }
        rules = [
            MARKED.format(lesson=lesson, words=ON_THE_MAP[some < count].format(some=some, count=count))
            for lesson, (some, count) in begun.items()
        ]
        return f"<style>{' '.join(rules)}</style>" if rules else ""

    def _ipython_display_(self) -> None:
        if not self.told and has_kernel() and (style := self.map_style()):
            display(HTML(style))
        super()._ipython_display_()

    def _repr_markdown_(self) -> str:
        return _in_form(self, _Markdown)


def overview(now: datetime | None = None) -> Overview:
    """Return how far the student is.

    Parameters
    ----------
    now : the time to count from, with its zone; the clock's time unless given
    """
    lessons = sorted(path.stem for path in solutions_folder().glob("*.ipynb"))
    return Overview({lesson: _items(lesson) for lesson in lessons}, now or progress_file.now())


def _items(lesson: str) -> list[Item]:
    """Return a lesson's questions, each with the heading that it stands under."""
    records, headings = progress_file.records_of(lesson), answer_key.read_headings(lesson)
    return [
        Item(lesson, question, *headings[name], records.get(name, Record()))
        for name, question in answer_key.read_questions(lesson).items()
    ]


def _in_form(seen: Overview, form: _Form) -> str:
    """Return the whole overview in one form."""
    mistakes = [form.section(title, lines) for title, lines in _mistakes(seen, form)]
    rows = [_row(lesson, items, form) for lesson, items in seen.lessons.items()]
    return "\n\n".join(
        [*_practice(seen, form), *_new(seen, form), form.table(rows), form.paragraph(LEGEND), *mistakes]
    )


def _practice(seen: Overview, form: _Form) -> list[str]:
    """Return what to do today: a first step, the questions that are due, or when the next one will be."""
    if not any(item.record.attempts for item in seen.items):
        return [form.paragraph(FIRST_STEP.format(question=_link(item, form))) for item in seen.items[:1]]
    if not seen.due:
        coming = [NEXT_DUE.format(day=item.record.due(seen.now)) for item in seen.waiting[:1]]
        return [form.paragraph(" ".join([NONE_DUE, *coming]))]
    listed = [form.numbered([(_link(item, form), item.reason(seen.now)) for item in seen.due[:MOST]])]
    more = [form.paragraph(MORE_DUE.format(count=len(seen.due) - MOST))] if len(seen.due) > MOST else []
    return [form.paragraph(PRACTISE), *listed, *more, form.paragraph(HOW)]


def _new(seen: Overview, form: _Form) -> list[str]:
    """Return which new question comes next, once something was tried."""
    if not any(item.record.attempts for item in seen.items):
        return []
    if seen.following is None:
        return [form.paragraph(ALL_TRIED.format(count=len(seen.items)))]
    return [form.paragraph(NEXT_NEW.format(question=_link(seen.following, form)))]


def _link(item: Item, form: _Form) -> str:
    return form.link(f"{form.title(item.lesson)} · {item.heading}", item.address)


def _row(lesson: str, items: list[Item], form: _Form) -> tuple[str, ...]:
    """Return a lesson's cells of the table."""
    checked = [item for item in items if item.comes_back]
    levels = ", ".join(
        LEVEL.format(question=item.question.name, level=item.record.level)
        for item in items
        if item.record.level and not item.comes_back
    )
    done = SOME_OF.format(some=sum(item.record.right for item in items), count=len(items))
    return (
        form.lesson(lesson),
        form.link(f"{done} ({levels})" if levels else done, f"../exercises/{lesson}.ipynb"),
        SOME_OF.format(some=sum(item.record.mastered for item in checked), count=len(checked)),
        str(sum(len(item.met) for item in items)),
    )


def _mistakes(seen: Overview, form: _Form) -> list[tuple[str, list[str]]]:
    """Return a title and the mistakes in words, for each lesson where one was met."""
    told = []
    for lesson, items in seen.lessons.items():
        lines = [
            MISTAKE.format(
                question=item.question.name,
                mistake=met.name,
                ago=_ago(met.when, seen.now),
                message=met.message,
            )
            for item in items
            for met in item.met
        ]
        if lines:
            told.append((MISTAKES.format(lesson=form.title(lesson), count=len(lines)), lines))
    return told


def _moment(item: Item) -> float:
    """Return when a question was answered last, in seconds; before all others where it never was."""
    return item.record.answered.timestamp() if item.record.answered else float("-inf")


def _ago(then: datetime | None, now: datetime) -> str:
    if then is None:
        return EARLIER
    days = days_since(then, now)
    return {0: TODAY, 1: YESTERDAY}.get(days, DAYS_AGO.format(days=days))
