"""What an instructor's guide has for the speaker's notes: minutes, likely errors, advice after the vote."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import mistune
import nbformat
from bs4 import BeautifulSoup, Tag

from opslab.exercises.questions import read_sheet

# Words
NO_GUIDE = "{path} is not there; a deck takes its minutes and its advice from it: write one (CONTRIBUTING.md)"
NO_MINUTES = (
    "{path} has no minutes: found {found} below `## Minutes`, expected a table with the columns minutes, "
    "section and check; write a row such as `| 0–8 | Situation | **guess** for day 7 |` for each section"
)
NOTHING, ROW = "nothing", "the row {row}"
MINUTES = "<p><strong>Minutes {time}</strong> {check}</p>"
LIKELY_ERROR = "<p><strong>Likely error</strong> ({where}): {what}. <em>What helps:</em> {helps}.</p>"

TIMES = re.compile(r"\d+\s*[–-]\s*\d+")
QUESTION = re.compile(r"q\d+")
SECTIONS = " · "


@dataclass(frozen=True)
class Guide:
    """Pieces of HTML, by the heading of the section that they belong to."""

    minutes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # "0–8", what is checked
    errors: dict[str, list[str]] = field(default_factory=dict)
    opening: str = ""  # what stands below the minutes
    vote: str = ""  # what to do after it


def guide_of(root: Path, name: str) -> Guide:
    """Return the guide of a lesson in the course at `root`; an empty one for a notebook that is no lesson."""
    folder = root / "lessons" / name
    return read_guide(folder, root / "solutions" / f"{name}.ipynb") if name and folder.is_dir() else Guide()


def read_guide(folder: Path, solutions: Path) -> Guide:
    """Return the guide in a lesson's `folder`; errors in an exercise go where it is taught.

    Raises
    ------
    ValueError
        If there is no guide, or it has no minutes.
    """
    path = folder / "guide.md"
    if not path.is_file():
        raise ValueError(NO_GUIDE.format(path=path))
    part = _parts(str(mistune.html(path.read_text(encoding="utf-8"))))
    minutes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(part["Minutes"]):
        if len(row) != 3 or not TIMES.fullmatch(row[0]):
            raise ValueError(NO_MINUTES.format(path=path, found=ROW.format(row=row)))
        for section in unescape(row[1]).split(SECTIONS):
            minutes[section].append((row[0], row[2]))
    if not minutes:
        raise ValueError(NO_MINUTES.format(path=path, found=NOTHING))
    taught = _taught(solutions)
    errors: dict[str, list[str]] = defaultdict(list)
    for what, where, helps in _rows(part["Likely errors"]):
        asked = QUESTION.match(where)
        section = taught.get(asked[0], "") if asked else unescape(where).split(SECTIONS)[0]
        errors[section].append(LIKELY_ERROR.format(what=what, where=where, helps=helps.rstrip(".")))
    advice = part["The vote"].find("ul")
    opening = "".join(str(p) for p in part["Minutes"].find_all("p", recursive=False))
    return Guide(dict(minutes), dict(errors), opening, str(advice or ""))


def _parts(html: str) -> dict[str, BeautifulSoup]:
    """Return what stands below each heading of the second level."""
    pieces = re.split(r"<h2>(.*?)</h2>", html)
    parts = zip(pieces[1::2], pieces[2::2], strict=True)
    return defaultdict(BeautifulSoup, {name: BeautifulSoup(text, "html.parser") for name, text in parts})


def _rows(part: Tag) -> list[list[str]]:
    return [[cell.decode_contents() for cell in row.find_all("td")] for row in part.select("tbody tr")]


def _taught(solutions: Path) -> dict[str, str]:
    """Return the section that teaches what each exercise asks."""
    if not solutions.is_file():
        return {}
    return {name: asked.section for name, asked in read_sheet(nbformat.read(solutions, as_version=4)).items()}
