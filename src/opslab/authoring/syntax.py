"""The author's form: what may stand in a cell of `lesson.md` and `exercises.md`. All else is an error.

jupytext keeps whatever is written on a cell, so a misspelt tag or option would be ignored without a word. The
tables below say what there is; what is not there is named with its place and the nearest that is.
"""

import ast
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import yaml
from nbformat import NotebookNode

from opslab.authoring.course_map import PLACE
from opslab.exercises.questions import tags
from opslab.ground.arguments import nearest

# Words
HIDDEN = "Hidden until you run the cell."  # the first line of an output that JupyterLab shows collapsed
LINE = "line {line}, {what}: {fault}"
TEXT, CELL, UNTAGGED = "`{text}`", "the {kind} cell starting `{start}`", "untagged {cell_type}"
IN_QUESTION = "{question}, {cell}"
DIRECTIVE = "there is no cell of that kind; write ```{code-cell}"
OTHER_LANGUAGE = "cells are run as Python, not as {language!r}; write ```{{code-cell}}"
NOT_CLOSED = "this block is not closed; end it with a line of its own, ```"
FRONT_NOT_CLOSED = "what begins here is not closed; end it with a line of its own, ---"
NO_FRONT = "above the first cell stand options, such as kernelspec, between --- and ---"
BREAK = 'begin the line with three plus signs: +++ {"tags": ["hint"]}'
NO_LIST = "tags is a list: [{tag}]"
TWICE_IN_CELL = "{option!r} stands twice on this cell"
BAD_TAG = "there is no tag {tag!r}{nearest}; expected one of {known}"
TWO_TAGS = "has the tags {tags}; give it one"
CELL_TYPES = {
    "code": "a {tag} cell is code: write it between ```{{code-cell}} and ```",
    "markdown": 'a {tag} cell is text: begin it with +++ {{"tags": ["{tag}"]}}',
}
BAD_OPTION = "there is no option {option!r} here{nearest}; expected {known}"
NO_OPTION = "`{option}` is missing; expected {expected}"
BAD_VALUE = "`{option}` is {value!r}{nearest}; expected {expected}"
LATE_OPTION = "`{line}` stands in the code; options stand at the top of their cell"
STRAY_PART = "`{line}` stands in a cell without the tag answer; students would see all of it"
NO_ANSWER = "stands before the first answer; put it below the answer it belongs to"
BAD_PART = "there is no part `#| {part}`{nearest}; expected student, solution and both"
NO_PART = "lacks its `#| {part}` part; write one, even if it is a single line"
PART_TWICE = "has more than one `#| {part}` part; join them"
NO_DOTS = "the student's part has no `...` to be replaced by an answer"
NO_CHECK = 'the part `#| both` below the solution does not call check("{question}", …)'
NO_COMMENT = "does not say what went wrong; begin it with a comment"
FEW_LEVELS = "lists {found} levels; expected four, weakest first"
NO_HELPER = "a {kind} question has no {tag}; it has {known}"
COUNT = "{found} {tag} cells below it, expected {expected}; {advice}"
OR_MORE = "{least} or more"
TWICE = "the {option} {value!r} stands twice; give each its own"
NO_HEADING = "`section` is {section!r}, which is no heading of lesson.md{nearest}"
NO_FUNCTION = "`{option}` is {name!r}, which no cell above defines or imports{nearest}"
OTHER_HEADING = "stands below the heading {heading!r}"
OTHER_LESSON = "starts {found!r}, but this is the sheet of {lesson!r}"
NO_SEED = "no cell has the tag parameters; write one with `seed = 0`, where a student's number goes"
ADD_HINTS = "restate the task, locate the place, then nearly give it away"
ADD_RUBRIC = "write one list of four levels, weakest first"
ADD_EXEMPLARS = "write two answers, each with its `level`"
ADD_WRONGS = "write plausible mistakes as code"
A_SHORT_NAME = "a short name such as q1"
DASHED = "small letters and digits, joined by dashes, such as off-by-one"
A_TOLERANCE = "a number ≥ 0 such as 0.001, or a share such as 1%"
A_LENGTH = "a whole number of words, at least 1"
A_FUNCTION = "the name of a function that the sheet defines or imports above"
A_LEVEL = "1, 2, 3 or 4"
SOME_MARKS = "a whole number of marks, at least 1"
A_UNIT = "words, such as yuan"
A_LANGUAGE_NAME = "words, such as Python 3"
AN_ACCOUNT = "what JupyterLab writes there"
A_SECTION = "the heading of the lesson's section that teaches what is asked"
A_REASON = "one sentence that says why the answer is right, with its full stop"
ONE_OF = "one of {known}"
TRUE_FALSE = "true or false"


class Count(NamedTuple):
    """How many cells of a tag stand below an answer."""

    least: int
    most: int | None
    advice: str


@dataclass(frozen=True)
class CellForm:
    """What a cell with a certain tag is: code or markdown, and its options."""

    cell_type: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionForm:
    """What an answer of a certain kind has beside what all have: options, and cells below it."""

    below: Mapping[str, Count]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


HINTS = Count(3, 3, ADD_HINTS)
CHECKED = {"wrong": Count(2, None, ADD_WRONGS), "hint": HINTS}
WRITTEN = {"hint": HINTS, "rubric": Count(1, 1, ADD_RUBRIC), "exemplar": Count(2, 2, ADD_EXEMPLARS)}

KEY = "key"  # what a slider's question finds; see opslab.authoring.slider_keys

# The tables: tags of a lesson, tags of a sheet, kinds of question, what every cell may have.
LESSON = {
    "show-code": CellForm("code"),
    "nbval-ignore-output": CellForm("code"),
    KEY: CellForm("code"),
    PLACE: CellForm("markdown"),
}
SHEET = {
    "parameters": CellForm("code"),
    "answer": CellForm("code", needs=("question", "section", "kind")),
    "wrong": CellForm("code", needs=("name",), may=("sometimes_same",)),
    "hint": CellForm("markdown"),
    "rubric": CellForm("markdown"),
    "exemplar": CellForm("markdown", needs=("level",)),
}
KINDS = {
    "number": QuestionForm(CHECKED, needs=("because",), may=("tolerance", "unit", "measure", "marks")),
    "table": QuestionForm(CHECKED, needs=("because",), may=("tolerance", "unit", "measure", "marks")),
    "choice": QuestionForm(CHECKED, needs=("because",), may=("marks",)),
    "ordering": QuestionForm(CHECKED, needs=("because",), may=("marks",)),
    "written": QuestionForm(WRITTEN, may=("least_words", "reader", "marks")),
}
EVERY = {
    "markdown": ("label", "slideshow.slide_type"),
    "code": ("label", "slideshow.slide_type", "jupyter.source_hidden", "jupyter.outputs_hidden"),
}
ANY_KIND = QuestionForm(
    {}, may=("because", "tolerance", "unit", "least_words", "measure", "reader", "marks")
)  # until the kind is mended
NOTHING_MORE = QuestionForm({})
BELOW = {tag for kind in KINDS.values() for tag in kind.below}
PARTS = ("student", "solution", "both")
PART = r"#\|\s*(\w+)\s*"


class Value(NamedTuple):
    """What an option's value must be: a test, what it expects in words, and the choices if there are some."""

    fits: Callable[[object], bool]
    expected: str
    choices: tuple[str, ...] = ()


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: bool(re.fullmatch(pattern, str(value).strip(), re.S))


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_tolerance(value: object) -> bool:
    found = re.fullmatch(r"(\d+(\.\d+)?(e-?\d+)?)%?", str(value).strip())
    return bool(found) and math.isfinite(float(found[1]))


def _one_of(*choices: str) -> Value:
    return Value(lambda value: value in choices, ONE_OF.format(known=", ".join(choices)), choices)


NAME = r"[a-z0-9]+(-[a-z0-9]+)*"
FLAG = Value(lambda value: isinstance(value, bool), TRUE_FALSE)
VALUES = {
    "question": Value(_matches(r"[a-z]\w*"), A_SHORT_NAME),
    "name": Value(_matches(NAME), DASHED),
    "label": Value(_matches(NAME), DASHED),
    "section": Value(_is_words, A_SECTION),
    "kind": _one_of(*KINDS),
    "tolerance": Value(_is_tolerance, A_TOLERANCE),
    "unit": Value(_is_words, A_UNIT),
    "because": Value(_matches(r"\S.*[.?!…][\"”’)*`]*"), A_REASON),
    "measure": Value(lambda value: isinstance(value, str) and value.isidentifier(), A_FUNCTION),
    "reader": Value(lambda value: isinstance(value, str) and value.isidentifier(), A_FUNCTION),
    "least_words": Value(lambda value: type(value) is int and value > 0, A_LENGTH),
    "level": Value(lambda value: type(value) is int and 1 <= value <= 4, A_LEVEL),
    "marks": Value(lambda value: type(value) is int and value > 0, SOME_MARKS),
    "sometimes_same": FLAG,
    "slideshow.slide_type": _one_of("slide", "subslide", "fragment", "skip", "notes", "-"),
    "jupyter.source_hidden": FLAG,
    "jupyter.outputs_hidden": FLAG,
}
# What may stand above the first cell. JupyterLab writes it there; `jupytext` is its own account of the file.
FRONT = {
    "kernelspec.name": _one_of("python3"),
    "kernelspec.display_name": Value(_is_words, A_LANGUAGE_NAME),
    "kernelspec.language": _one_of("python"),
    "jupytext": Value(lambda value: isinstance(value, dict), AN_ACCOUNT),
}
FRONT_NEEDS = ("kernelspec.name", "kernelspec.display_name")
PYTHON = ("python", "python3", "ipython3")  # names of a cell's language


@dataclass(frozen=True)
class Authored:
    """One cell as its author wrote it, its line, and the question it belongs to (None above the first)."""

    cell: NotebookNode
    line: int
    question: str | None = None

    @property
    def tag(self) -> str:
        """The tag that says what the cell is, "" if it has none."""
        return next(iter(tags(self.cell)), "")

    @property
    def options(self) -> dict[str, object]:
        """The options on the cell; one of a group has the group's name before its own."""
        given = {name: value for name, value in self.cell.metadata.items() if name != "tags"}
        return _flat(given, ("slideshow", "jupyter"))

    def fault(self, words: str, **values: object) -> str:
        """Return a sentence that names the place and what is wrong there."""
        kind = self.tag or UNTAGGED.format(cell_type=self.cell.cell_type)
        cell = CELL.format(kind=kind, start=self.cell.source.partition("\n")[0])
        what = IN_QUESTION.format(question=self.question, cell=cell) if self.question else cell
        return LINE.format(line=self.line, what=what, fault=words.format(**values))


def text_faults(text: str) -> list[str]:
    """Name what would hide a cell or an option from whoever reads the text as cells."""
    found = (_front_faults(text), _fence_faults(text), _break_faults(text), _header_faults(text))
    faults = sorted(fault for some in found for fault in some)
    return [
        LINE.format(line=line, what=TEXT.format(text=found), fault=fault) for line, found, fault in faults
    ]


def lesson_faults(cells: Sequence[NotebookNode], lines: Sequence[int]) -> list[str]:
    """Name what is wrong on the cells of a `lesson.md`; `lines` says where each stands."""
    authored = [Authored(cell, line) for cell, line in zip(cells, lines, strict=True)]
    return [*_cell_faults(authored, LESSON), *_twice(authored, "label")]


def sheet_faults(
    cells: Sequence[NotebookNode], lines: Sequence[int], lesson: str, headings: Sequence[str]
) -> list[str]:
    """Name what is wrong on the cells of an `exercises.md`.

    Parameters
    ----------
    lines : the line of each cell in the text
    lesson : the lesson's name, such as "06-retention"
    headings : those of its `lesson.md`, one of which each question names as its section
    """
    authored = list(_with_questions(cells, lines))
    answers = [one for one in authored if one.tag == "answer"]
    faults = [*_cell_faults(authored, SHEET), *_twice(authored, "label"), *_twice(answers, "question")]
    for one in authored:
        faults += _answer_faults(one) if one.tag == "answer" else _helper_faults(one)
    faults += _function_faults(authored)
    for answer in answers:
        helpers = [one for one in authored if one.question == answer.question and one is not answer]
        faults += [*_section_faults(answer, headings), *_count_faults(answer, helpers)]
        faults += _twice([one for one in helpers if one.tag == "wrong"], "name")
    return [*faults, *_world_faults(authored, lesson), *_heading_faults(authored)]


def split_answer(source: str) -> dict[str, str]:
    """Return an answer cell's parts: student, solution, and what `#| both` holds above and below them."""
    part, lines = "both", {"above": [], "student": [], "solution": [], "below": []}
    for line in source.splitlines():
        if marker := re.fullmatch(PART, line):
            part = marker[1]
        elif part == "both":
            lines["below" if lines["solution"] else "above"].append(line)
        else:
            lines.setdefault(part, []).append(line)
    return {key: "\n".join(value) for key, value in lines.items()}


def split_wrong(source: str) -> tuple[str, str]:
    """Return what a wrong says in the comment at its top, as one line, and its code."""
    found = re.match(r"(?:#.*(?:\n|$))*", source)
    comment = found[0] if found else ""
    message = " ".join(line.lstrip("# ").strip() for line in comment.splitlines()).strip()
    return message, source[len(comment) :]


def list_items(markdown: str) -> list[str]:
    """Return the items of a markdown list, continuation lines joined."""
    return [" ".join(item.split()) for item in re.split(r"^(?:[-*]|\d+\.)\s+", markdown, flags=re.M)[1:]]


def find_headings(cells: Iterable[NotebookNode]) -> list[str]:
    """Return the headings in the text cells of a notebook, in order."""
    return [heading for cell in cells if cell.cell_type == "markdown" for heading in headings(cell.source)]


def headings(markdown: str) -> list[str]:
    """Return the headings in a text, in order."""
    return re.findall(r"^#+ +(.+?) *$", markdown, re.M)


def _flat(given: Mapping[str, object], groups: Sequence[str]) -> dict[str, object]:
    """Return options; one of a group has the group's name before its own."""
    flat: dict[str, object] = {}
    for name, value in given.items():
        if name in groups and isinstance(value, dict):
            flat |= {f"{name}.{inner}": innermost for inner, innermost in value.items()}
        else:
            flat[name] = value
    return flat


def _bad_value(option: str, value: object, allowed: Value) -> dict[str, object]:
    """Return what BAD_VALUE says of an option."""
    close = nearest(value, allowed.choices)
    return {"option": option, "value": value, "nearest": close, "expected": allowed.expected}


_Fault = tuple[int, str, str]  # line, what stands there, what is wrong with it


def _front_faults(text: str) -> Iterator[_Fault]:
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != "---":
        return
    end = next((place for place, line in enumerate(lines) if place and line.rstrip() == "---"), None)
    if end is None:
        yield 1, lines[0], FRONT_NOT_CLOSED
        return
    with suppress(yaml.YAMLError):  # whoever reads the whole text says what is no YAML
        for option, fault in _front_words(yaml.safe_load("\n".join(lines[1:end]))):
            key = f"{option.rpartition('.')[2]}:"
            number = next((n for n, line in enumerate(lines[:end], 1) if line.strip().startswith(key)), 1)
            yield number, lines[number - 1].strip(), fault


def _front_words(given: object) -> Iterator[tuple[str, str]]:
    """Yield the options above the first cell that are amiss, each with what is wrong."""
    if not isinstance(given, dict):
        yield "", NO_FRONT
        return
    options = _flat(given, ("kernelspec",))
    for option in FRONT_NEEDS if "kernelspec" in given else ():
        if option not in options:
            yield "kernelspec", NO_OPTION.format(option=option, expected=FRONT[option].expected)
    for option, value in options.items():
        if option not in FRONT:
            known = ", ".join(FRONT)
            yield option, BAD_OPTION.format(option=option, nearest=nearest(option, FRONT), known=known)
        elif not FRONT[option].fits(value):
            yield option, BAD_VALUE.format(**_bad_value(option, value, FRONT[option]))


def _fence_faults(text: str) -> Iterator[_Fault]:
    opened: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        fence = re.fullmatch(r"(?:`{3,}|~{3,})\s*(.*?)\s*", line)
        if not fence:
            continue
        if opened and fence[1]:
            yield (*opened, NOT_CLOSED)
        opened = (number, line) if fence[1] or not opened else None
        if re.match(r"\{|code.?cell", fence[1]) and not re.match(r"\{code-cell\}", fence[1]):
            yield number, line, DIRECTIVE
        elif (language := fence[1].removeprefix("{code-cell}").strip()) not in ("", fence[1], *PYTHON):
            yield number, line, OTHER_LANGUAGE.format(language=language)
    if opened:
        yield (*opened, NOT_CLOSED)


def _break_faults(text: str) -> Iterator[_Fault]:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(r"(\+{1,2}|\+{4,})\s*\{", line):
            yield number, line, BREAK
        elif tag := re.match(r'\+\+\+\s*\{.*"tags":\s*("[^"]*")', line):
            yield number, line, NO_LIST.format(tag=tag[1])


def _header_faults(text: str) -> Iterator[_Fault]:
    for header in re.finditer(r"^[`~]{3,}\{code-cell\}.*\n(---\n[^`]*?\n---\n|(?::.*\n)+)", text, re.M):
        number, options = text.count("\n", 0, header.start()) + 1, header[1]
        for option, count in Counter(re.findall(r"^:?([\w.-]+):", options, re.M)).items():
            if count > 1:
                yield number, header[0].partition("\n")[0], TWICE_IN_CELL.format(option=option)
        if tag := re.search(r"^:?tags: *([^\s\[].*)$", options, re.M):
            yield number, tag[0], NO_LIST.format(tag=tag[1])


def _with_questions(cells: Sequence[NotebookNode], lines: Sequence[int]) -> Iterator[Authored]:
    question = None
    for cell, line in zip(cells, lines, strict=True):
        if "answer" in tags(cell):
            question = str(cell.metadata.get("question", ""))
        yield Authored(cell, line, question if tags(cell) else None)


def _cell_faults(authored: Iterable[Authored], forms: Mapping[str, CellForm]) -> Iterator[str]:
    """Hold each cell against the table of tags."""
    for one in authored:
        unknown = [tag for tag in tags(one.cell) if tag not in forms]
        for tag in unknown:
            yield one.fault(BAD_TAG, tag=tag, nearest=nearest(tag, forms), known=", ".join(forms))
        if len(tags(one.cell)) > 1:
            yield one.fault(TWO_TAGS, tags=", ".join(tags(one.cell)))
        form = forms.get(one.tag, CellForm(one.cell.cell_type))
        if one.cell.cell_type != form.cell_type:
            yield one.fault(CELL_TYPES[form.cell_type], tag=one.tag)
        elif not unknown:
            yield from _option_faults(one, form)


def _option_faults(one: Authored, form: CellForm) -> Iterator[str]:
    kind = KINDS.get(str(one.options.get("kind")), ANY_KIND) if one.tag == "answer" else NOTHING_MORE
    needs = (*form.needs, *kind.needs)
    known = (*needs, *form.may, *kind.may, *EVERY[form.cell_type])
    missing = [option for option in needs if one.options.get(option) in ("", None)]
    for option in missing:
        yield one.fault(NO_OPTION, option=option, expected=VALUES[option].expected)
    for option, value in one.options.items():
        if option not in known:
            yield one.fault(BAD_OPTION, option=option, nearest=nearest(option, known), known=", ".join(known))
        elif option not in missing and not VALUES[option].fits(value):
            yield one.fault(BAD_VALUE, **_bad_value(option, value, VALUES[option]))
    if late := re.search(r"^:[\w-]+:( .*)?$", one.cell.source, re.M) if form.cell_type == "code" else None:
        yield one.fault(LATE_OPTION, line=late[0])


def _answer_faults(one: Authored) -> Iterator[str]:
    found = [match[1] for line in one.cell.source.splitlines() if (match := re.fullmatch(PART, line))]
    for part in found:
        if part not in PARTS:
            yield one.fault(BAD_PART, part=part, nearest=nearest(part, PARTS))
    for part in ("student", "solution"):
        if found.count(part) > 1:
            yield one.fault(PART_TWICE, part=part)
    parts = split_answer(one.cell.source)
    for part, key in (("student", "student"), ("solution", "solution"), ("both", "below")):
        if not parts[key].strip():
            yield one.fault(NO_PART, part=part)
    if parts["student"].strip() and "..." not in parts["student"]:
        yield one.fault(NO_DOTS)
    if parts["below"].strip() and not re.search(rf"""\bcheck\(\s*["']{one.question}["']""", parts["below"]):
        yield one.fault(NO_CHECK, question=one.question)


def _helper_faults(one: Authored) -> Iterator[str]:
    if part := re.search(rf"^{PART}$", one.cell.source, re.M) if one.cell.cell_type == "code" else None:
        yield one.fault(STRAY_PART, line=part[0].strip())
    if one.tag in BELOW and one.question is None:
        yield one.fault(NO_ANSWER)
    if one.tag == "wrong" and one.cell.cell_type == "code" and not split_wrong(one.cell.source)[0]:
        yield one.fault(NO_COMMENT)
    if one.tag == "rubric" and (found := len(list_items(one.cell.source))) != 4:
        yield one.fault(FEW_LEVELS, found=found)


def _function_faults(authored: Iterable[Authored]) -> Iterator[str]:
    """Name a `measure` or `reader` that no cell above has made."""
    made: set[str] = set()
    for one in authored:
        for option in ("measure", "reader"):
            name = one.options.get(option)
            if isinstance(name, str) and VALUES[option].fits(name) and name not in made:
                yield one.fault(NO_FUNCTION, option=option, name=name, nearest=nearest(name, made))
        if one.cell.cell_type == "code" and one.tag != "wrong":
            made |= _names_made(one.cell.source)


def _names_made(source: str) -> set[str]:
    """Return the names that code defines, imports or sets; none of code that Python cannot read."""
    made: set[str] = set()
    with suppress(SyntaxError):
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                    made.add(name)
                case ast.alias(name=name, asname=other):
                    made.add(other or name)
    return made


def _section_faults(answer: Authored, headings: Sequence[str]) -> Iterator[str]:
    section = answer.options.get("section")
    if section and section not in headings:
        yield answer.fault(NO_HEADING, section=section, nearest=nearest(section, headings))


def _count_faults(answer: Authored, helpers: Sequence[Authored]) -> Iterator[str]:
    """Hold the cells below an answer against the table of kinds."""
    kind = str(answer.options.get("kind"))
    if kind not in KINDS:
        return
    below = KINDS[kind].below
    for helper in helpers:
        if helper.tag in BELOW and helper.tag not in below:
            yield helper.fault(NO_HELPER, kind=kind, tag=helper.tag, known=", ".join(below))
    for tag, (least, most, advice) in below.items():
        found = sum(helper.tag == tag for helper in helpers)
        if found < least or found > (most or found):
            expected = least if most else OR_MORE.format(least=least)
            yield answer.fault(COUNT, found=found, tag=tag, expected=expected, advice=advice)


def _world_faults(authored: Sequence[Authored], lesson: str) -> Iterator[str]:
    if not any(one.tag == "parameters" for one in authored):
        yield NO_SEED
    for one in authored:
        started = re.search(r"""^start\(\s*["']([^"']*)["']""", one.cell.source, re.M)
        if one.cell.cell_type == "code" and started and started[1] != lesson:
            yield one.fault(OTHER_LESSON, found=started[1], lesson=lesson)


def _heading_faults(authored: Iterable[Authored]) -> Iterator[str]:
    heading = ""
    for one in authored:
        heading = next(reversed(find_headings([one.cell])), heading)
        named = re.match(r"(q\d+)\b", heading)
        if one.tag == "answer" and named and named[1] != one.question:
            yield one.fault(OTHER_HEADING, heading=heading)


def _twice(authored: Iterable[Authored], option: str) -> Iterator[str]:
    seen: set[object] = set()
    for one in authored:
        value = one.options.get(option)
        if value in seen:
            yield one.fault(TWICE, option=option, value=value)
        seen |= {value} if value else set()
