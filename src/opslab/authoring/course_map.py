"""The course as a whole: its map, and the ways from one notebook to the next.

What is written is read from the lessons themselves; `PLAN` tells of those that are not there yet, and in
which part of the course each number stands. The build puts a strip of the map and the ways into every
notebook, as HTML that reads well without any style; `labextensions/opslab-map/static/map.css` draws it.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from opslab.exercises.questions import tags

# Words
PLAN = {
    "Begin": {
        "00-start-here": "make a first prediction, move a picture, and see a mistake named",
        "01-four-links": "see which of four rates decides how many users are left after a year",
    },
    "Find": {
        "02-goals": "turn a goal into a time frame, a table of resources, and a growth rate",
        "03-targeting": "decide whom to serve, from a survey and from behaviour",
    },
    "Win": {
        "04-acquisition": "say what a user may cost, and divide a budget",
        "05-experiments": "find out whether a change worked, without fooling yourself",
    },
    "Keep": {
        "06-retention": "measure who stays, project who will, and notice early who is leaving",
        "07-lifetime-value": "say what a user is worth, and how sure you are",
    },
    "Stay in touch": {
        "08-staying-in-touch": "call back those who left, without driving others away",
        "09-listening": "hear what users say, to you and elsewhere",
        "10-content-and-brand": "see what is read, how long it lives, and whether a brand has one point",
    },
    "Community": {"11-community": "run a group for a year, and try to break it"},
    "Explain": {"12-scqa": "explain a result in one minute so that people act"},
    "Year": {"13-capstone": "decide quarter by quarter, and say beforehand what each will bring"},
}
MAP, STRIP, WAYS = "Map of the course", "Where you are in the course", "Ways on from here"
PLANNED, HERE, MINUTES = "planned", "you are here", "{minutes}\u00a0minutes"
NOW_EXERCISES = "Now the exercises: {title}"
BACK_TO_LESSON = "Back to the lesson: {title}"
PREVIOUS, NEXT = "Before: {title}", "Next: {title}"
STILL_PLANNED = "{title} ({numbers} planned)"
PROGRESS = "Start here: the map, your progress, what to practise again"
SOURCES = "The course's sources"

MARK = "course"  # the tag of the cells that are put in
PLACE = "course-map"  # the tag of the authored cell that the whole map follows
LINKS = ("Find", "Win", "Keep", "Stay in touch")
SHEET_OF_SOURCES = "docs/sources.md"
PLANNED_NUMBERS = {
    name[:2]: (name, part, promise) for part, lessons in PLAN.items() for name, promise in lessons.items()
}


@dataclass(frozen=True)
class Station:
    """One lesson on the map, written or planned."""

    name: str  # such as 06-retention
    part: str
    title: str  # such as Keep them
    promise: str  # what a student will be able to do
    minutes: int | None = None
    written: bool = False

    @property
    def number(self) -> str:
        """The two digits."""
        return self.name[:2]

    @property
    def full_title(self) -> str:
        """Number and title."""
        return f"{self.number} · {self.title}"


@dataclass(frozen=True)
class Course:
    """All lessons, in their order."""

    stations: tuple[Station, ...]

    @cached_property
    def written(self) -> list[Station]:
        """Those that are there."""
        return [station for station in self.stations if station.written]

    def find(self, name: str) -> Station | None:
        """Return the written lesson of that name, or None."""
        return next((station for station in self.written if station.name == name), None)

    def before(self, here: Station) -> Station | None:
        """Return the written lesson before this one."""
        return max((one for one in self.written if one.name < here.name), key=_name, default=None)

    def after(self, here: Station) -> Station | None:
        """Return the written lesson after this one."""
        return min((one for one in self.written if one.name > here.name), key=_name, default=None)

    def between(self, one: Station, other: Station) -> list[Station]:
        """Return the planned lessons between two written ones."""
        first, last = sorted([one.name, other.name])
        return [station for station in self.stations if first < station.name < last and not station.written]


_name = attrgetter("name")


def read_course(root: Path) -> Course:
    """Return the course whose lessons lie below `root`: those that are written and those that are planned."""
    folders = [guide.parent for guide in (root / "lessons").glob("[0-9][0-9]-*/guide.md")]
    written = [_read_station(folder) for folder in folders if (folder / "lesson.md").is_file()]
    taken = {station.number for station in written}
    planned = [
        Station(name, part, _topic(name), promise)
        for number, (name, part, promise) in PLANNED_NUMBERS.items()
        if number not in taken
    ]
    return Course(tuple(sorted([*written, *planned], key=_name)))


def _read_station(folder: Path) -> Station:
    text, guide = ((folder / file).read_text(encoding="utf-8") for file in ("lesson.md", "guide.md"))
    heading = re.search(r"^# (?:\d\d · )?(.+)$", text, re.M)
    title, _, rest = (heading[1] if heading else _topic(folder.name)).partition(":")
    ends = [int(end) for end in re.findall(r"^\| *\d+[–-](\d+) *\|", guide, re.M)]
    _, part, promise = PLANNED_NUMBERS.get(folder.name[:2], ("", next(reversed(PLAN)), rest.strip()))
    return Station(folder.name, part, title.strip(), promise, max(ends, default=None), written=True)


def _topic(name: str) -> str:
    return name[3:].replace("-", " ").capitalize()


def with_ways(notebook: NotebookNode, course: Course, folder: str, lesson: str) -> NotebookNode:
    """Return a notebook with its strip, map and ways as they are today; those it had are replaced."""
    cells = [cell for cell in notebook.cells if MARK not in tags(cell)]
    here = course.find(lesson)
    if here and folder == "notebooks":
        cells = [
            _cell("strip", strip(course, here)),
            *_with_map(cells, course, here),
            _cell("ways", _lesson_ways(course, here)),
        ]
    elif here and folder == "exercises":
        cells = [_cell("back", _way_back(here)), *cells, _cell("ways", _sheet_ways(course, here))]
    return NotebookNode({**notebook, "cells": cells})


def with_page_ways(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook whose map and ways are shown, and lead to the pages that lie beside its own."""
    copied = deepcopy(notebook)
    for cell in copied.cells:
        if MARK in tags(cell):
            cell.metadata.pop("slideshow", None)
            cell.source = re.sub(r'href="([\w-]+)\.ipynb"', r'href="\1.html"', cell.source)
    return copied


def _with_map(cells: Sequence[NotebookNode], course: Course, here: Station) -> Iterator[NotebookNode]:
    for cell in cells:
        yield cell
        if PLACE in tags(cell):
            yield _cell("map", whole_map(course, here))


def _cell(name: str, html: str) -> NotebookNode:
    metadata = {"tags": [MARK], "slideshow": {"slide_type": "skip"}}
    return new_markdown_cell(html, id=f"course-{name}", metadata=metadata)


def strip(course: Course, here: Station) -> str:
    """Return the course in one line, with links to the lessons that are there."""
    parts = [
        f'<span class="opslab-part"><b>{part}</b> {" ".join(_stop(one, here) for one in stations)}</span>'
        for part, stations in groupby(course.stations, key=attrgetter("part"))
    ]
    return _nav("opslab-strip", STRIP, parts)


def _stop(station: Station, here: Station) -> str:
    state = HERE if station == here else "" if station.written else PLANNED
    said = f"<i> {escape(station.title)}{f' ({state})' if state else ''}</i>"
    if station == here:
        return f'<b class="opslab-here">{station.number}{said}</b>'
    if not station.written:
        return f"<span>{station.number}{said}</span>"
    return _link(f"{station.name}.ipynb", f"{station.number}{said}")


def whole_map(course: Course, here: Station | None = None) -> str:
    """Return the map: the four links as a chain, what begins before it and what stands upon it."""
    parts = []
    for part, stations in groupby(course.stations, key=attrgetter("part")):
        kind = "opslab-chain" if part in LINKS else "opslab-bar"
        parts += [f'<li class="{kind}"><b>{part}</b>', "<ul>", *(_entry(one, here) for one in stations)]
        parts += ["</ul>", "</li>"]
    return _nav("opslab-map", MAP, ["<ol>", *parts, "</ol>"])


def _entry(station: Station, here: Station | None) -> str:
    title, promise = escape(station.full_title), escape(station.promise)
    if station == here:
        kind, name, state = "opslab-here", f"<b>{title}</b>", HERE
    elif station.written:
        minutes = MINUTES.format(minutes=station.minutes) if station.minutes else ""
        kind, name, state = "opslab-there", _link(f"{station.name}.ipynb", title), minutes
    else:
        kind, name, state = "opslab-planned", f"<span>{title}</span>", PLANNED
    told = f" <i>({state})</i>" if state else ""
    return f'<li class="{kind}">{name}: {promise}{told}</li>'


def _lesson_ways(course: Course, here: Station) -> str:
    exercises = NOW_EXERCISES.format(title=escape(here.full_title))
    return _nav(
        "opslab-ways",
        WAYS,
        [
            _way(f"../exercises/{here.name}.ipynb", exercises, "opslab-now"),
            *_turns(course, here),
            _way(f"../{SHEET_OF_SOURCES}", SOURCES),
        ],
    )


def _way_back(here: Station) -> str:
    title = BACK_TO_LESSON.format(title=escape(here.full_title))
    return _nav("opslab-ways", BACK_TO_LESSON.partition(":")[0], [_way(_lesson(here), title)])


def _sheet_ways(course: Course, here: Station) -> str:
    back = BACK_TO_LESSON.format(title=escape(here.full_title))
    following = course.after(here)
    ways = [_way(_lesson(here), back)]
    if following:
        ways.append(_way(_lesson(following), _passing(course, here, following, NEXT), "opslab-turn"))
    return _nav("opslab-ways", WAYS, [*ways, _way("../notebooks/00-start-here.ipynb", PROGRESS)])


def _turns(course: Course, here: Station) -> list[str]:
    """Return the ways to the lessons before and after this one."""
    turns = [(course.before(here), PREVIOUS), (course.after(here), NEXT)]
    return [
        _way(f"{one.name}.ipynb", _passing(course, here, one, words), "opslab-turn")
        for one, words in turns
        if one
    ]


def _passing(course: Course, here: Station, other: Station, words: str) -> str:
    """Name another lesson, and the numbers that are passed over on the way there."""
    title = words.format(title=escape(other.full_title))
    planned = [station.number for station in course.between(here, other)]
    return STILL_PLANNED.format(title=title, numbers=", ".join(planned)) if planned else title


def _lesson(station: Station) -> str:
    return f"../notebooks/{station.name}.ipynb"


def _way(address: str, words: str, kind: str = "opslab-way") -> str:
    return f'<p class="{kind}">{_link(address, words)}</p>'


def _link(address: str, words: str) -> str:
    return f'<a href="{address}">{words}</a>'


def _nav(kind: str, name: str, lines: Sequence[str]) -> str:
    """Return a landmark; JupyterLab keeps its title, which names it, and drops an aria-label."""
    return "\n".join([f'<nav class="{kind}" title="{name}">', *lines, "</nav>"])
