"""Reads an instructor's guide and says where it leaves its form (CONTRIBUTING.md) or its lesson."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from opslab.authoring.build import Target, convert
from opslab.exercises.questions import read_sheet

HEADINGS = ("Objectives", "Minutes", "Objectives and exercises", "Likely errors", "The vote", "What to cut")
GLOSSARY = "Words of this lesson"
AT_WORK = "At work"  # what a practitioner needs beyond the lesson: outside its minutes
LONGEST = 12  # minutes without a check
COUNTS = {"": 1, "two": 2, "three": 3}
# What a check is called in a guide, and how its place in the lesson begins; a question aloud stands nowhere.
CHECKS = {
    "guess": "**Your guess first.",
    "slider": "can tell you",
    "quick check": "**Quick check.",
    "recall": "**Remember",
    "vote": "**Vote.",
    "aloud": "",
}


@dataclass(frozen=True)
class Lesson:
    """What a guide must agree with."""

    title: str
    objectives: list[str]
    sections: dict[str, str]  # heading -> text, in the order of teaching
    questions: dict[str, set[str]]  # exercise -> names of its wrongs
    taught: dict[str, str]  # exercise -> the section that teaches what it asks
    sitting: int = 0  # minutes; 0 where the lesson states none
    sittings: int = 1


@dataclass(frozen=True)
class Row:
    """One row of a guide's minutes."""

    begin: int
    end: int
    sections: list[str]
    checks: list[str] = field(default_factory=list)


def read_lesson(root: Path, name: str) -> Lesson:
    """Read a lesson's and its exercises' text."""
    cells = convert(root, Target(name, "notebooks", execute=False)).cells
    part = parts("\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown"))
    sheet = read_sheet(convert(root, Target(name, "solutions", execute=False)))
    title, opening = next(iter(part.items()))
    length = re.search(r"Take (?:(two|three) sittings of )?(\d+) minutes", " ".join(opening.split()))
    return Lesson(
        title,
        items(opening),
        {heading: text for heading, text in part.items() if text and heading not in (title, GLOSSARY)},
        {question.name: {wrong.name for wrong in question.wrongs} for question in sheet.values()},
        {question.name: question.section for question in sheet.values()},
        *((int(length[2]), COUNTS[length[1] or ""]) if length else ()),
    )


def problems(guide: str, lesson: Lesson) -> list[str]:
    """Name everything in a guide that leaves the form or the lesson."""
    part = parts(guide)
    title, *headings = part
    if tuple(headings[: len(HEADINGS)]) != HEADINGS:
        return [f"headings are {headings}; expected first {HEADINGS}"]
    plan = [_row(cells) for cells in rows(part["Minutes"])]
    found = [] if lesson.title.startswith(title.removeprefix("Guide: ")) else [f"title is {title!r}"]
    objectives = items(part["Objectives"])
    if lesson.objectives and objectives != lesson.objectives:
        found.append(f"objectives are {objectives}, in the lesson {lesson.objectives}")
    found += _minutes(plan, lesson)
    found += _exercises(rows(part["Objectives and exercises"]), len(objectives), lesson)
    found += _errors(rows(part["Likely errors"]), lesson)
    found += _vote(part["The vote"], plan, lesson)
    found += _cut(part["What to cut"], plan, lesson)
    return found


def parts(text: str) -> dict[str, str]:
    """Return the text below each heading, up to the next heading of any level."""
    lines = text.splitlines()
    heads = [node for node in _tree(text).children if node.type == "heading"]
    ends = [node.map[0] for node in heads[1:]] + [len(lines)]
    return {
        node.children[0].content: "\n".join(lines[node.map[1] : end]).strip()
        for node, end in zip(heads, ends, strict=True)
    }


def items(text: str) -> list[str]:
    """Return a list's items without the marks that end them."""
    nodes = [node for node in _tree(text).walk() if node.type == "list_item"]
    return [" ".join(node.children[0].children[0].content.split()).rstrip(";.") for node in nodes]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table's rows, without its head."""
    nodes = [node for node in _tree(text).walk() if node.type == "tr"]
    return [[cell.children[0].content for cell in node.children] for node in nodes[1:]]


def _tree(text: str) -> SyntaxTreeNode:
    return SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))


def _row(cells: list[str]) -> Row:
    minutes, sections, checks = cells
    begin, end = map(int, re.split("[–-]", minutes))
    return Row(begin, end, sections.split(" · "), re.findall(r"\*\*(.+?)\*\*", checks))


def _minutes(plan: list[Row], lesson: Lesson) -> Iterator[str]:
    ends = [row.end for row in plan]
    if [row.begin for row in plan] != [0, *ends[:-1]]:
        yield f"minutes are not contiguous from 0: {[(row.begin, row.end) for row in plan]}"
    for sitting in range(1, lesson.sittings + 1 if lesson.sitting else 0):
        if sitting * lesson.sitting not in ends:
            yield f"no row ends with sitting {sitting}, at minute {sitting * lesson.sitting}"
    if lesson.sitting and ends[-1] > lesson.sitting * lesson.sittings:
        yield f"the plan ends at minute {ends[-1]}, after the lesson's time"
    walked = [section for section, _ in groupby(section for row in plan for section in row.sections)]
    taught = [section for section in lesson.sections if section != AT_WORK]
    if walked != taught:
        yield f"sections are {walked}, in the lesson {taught}"
    for row in plan:
        text = "".join(lesson.sections.get(section, "") for section in row.sections)
        known = [
            check for check in row.checks if CHECKS.get(check, "\0") in text or check in lesson.questions
        ]
        if row.checks != known or not known:
            yield f"minute {row.begin}: checks are {row.checks}, of these in the section: {known}"
    # A check ends its row at the latest, so the longest time without one is the longest row.
    for last, end in pairwise([0, *ends]):
        if end - last > LONGEST:
            yield f"minutes {last} to {end} pass without a check"


def _exercises(table: list[list[str]], objectives: int, lesson: Lesson) -> Iterator[str]:
    if [number.split()[0] for number, *_ in table] != [str(n + 1) for n in range(objectives)]:
        yield f"the table has other objectives than the list of {objectives}"
    for number, sections, exercises in table:
        yield from _unknown(f"objective {number}", sections.split(" · "), lesson.sections)
        yield from _unknown(f"objective {number}", exercises.split(", "), lesson.questions)
    mapped: dict[str, set[str]] = defaultdict(set)
    for _, sections, exercises in table:
        for name in exercises.split(", "):
            mapped[name] |= set(sections.split(" · "))
    for name, section in lesson.taught.items():
        if name in mapped and section not in mapped[name] & lesson.sections.keys():
            yield f"{name}: {section!r} is not a section of its objectives ({sorted(mapped[name])})"
    if orphans := [name for name in lesson.questions if name not in mapped]:
        yield f"exercises that serve no objective: {orphans}"


def _errors(table: list[list[str]], lesson: Lesson) -> Iterator[str]:
    wrongs = {f"{name} `{wrong}`" for name, names in lesson.questions.items() for wrong in names}
    for what, where, _ in table:
        yield from _unknown(
            f"error {what!r}", where.split(" · "), {*wrongs, *lesson.questions, *lesson.sections}
        )


def _vote(text: str, plan: list[Row], lesson: Lesson) -> Iterator[str]:
    """A lesson without a vote leaves the question to its guide."""
    letters = re.findall(r"\*\*([A-Z])\*\*", text.partition("\n\n")[0])
    advice = re.findall(r"^- \*\*Most say ([A-Z])", text, re.M)
    if len(letters) < 2 or letters != advice:
        yield f"the vote has options {letters}, and advice for {advice}"
    question = re.search(r"(?<!\*)\*([^*]+)\*(?!\*)", text)
    voted = [" ".join(said.partition(CHECKS["vote"])[2].split()) for said in lesson.sections.values()]
    for said in filter(None, voted):
        if not question or " ".join(question[1].split()) not in said:
            yield f"the vote's question is not the lesson's: {said[:100]!r}"
        if letters != re.findall(r"\*\*([A-Z])\*\*", said):
            yield f"the vote has options {letters}, others than the lesson"
        if not any("vote" in row.checks for row in plan):
            yield "the minutes have no vote"


def _cut(text: str, plan: list[Row], lesson: Lesson) -> Iterator[str]:
    if "Do not cut" not in text or not rows(text):
        yield "the cut list lacks its table, or what not to cut"
    for minutes, listed in rows(text):
        left_out = listed.split(" · ")
        yield from _unknown(f"cut to {minutes}", left_out, {*lesson.sections, *lesson.questions})
        kept = sum(row.end - row.begin for row in plan if not set(row.sections) <= set(left_out))
        if kept > int(minutes):
            yield f"cut to {minutes} minutes, {kept} are left"


def _unknown(place: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{place}: {name!r} is not in the lesson or its exercises"
