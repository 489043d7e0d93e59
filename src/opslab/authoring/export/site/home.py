"""The site's first page: what this is, a picture to try, three doors, the lessons, the map."""

from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from string import Template

from jinja2 import Environment, FileSystemLoader
from nbformat import NotebookNode

from opslab.authoring.course_map import LINKS, Course, Station, whole_map
from opslab.authoring.export.site.stills import THUMB, figure_html, name_of
from opslab.explore import PLOTLY

# Words
TITLE = "Internet operations, taught on data"
LEAD = (
    "An open course on internet operations (互联网运营): how to find users, win them at an acceptable cost, "
    "keep them and stay in touch, by moving things and seeing what happens."
)
BEGIN = "Begin with lesson {number}: {minutes} minutes"
TRY_IT = "Guess first, then look"
TRY_TEXT = (
    "Lantern, an invented company, wins 100 new users each week. Of those who are active in one week, 90 % "
    "are active in the next. How many active users will it have after a year? Then move the slider: from "
    "which share on are there 2,000?"
)
WHO_ARE_YOU = "Three doors"
DOORS = (
    ("lessons/00-start-here.html", "I want to learn", "Ten minutes with Start here: a guess, a slider, and "
     "an exercise that names your mistake. Read lessons here, work them in JupyterLab."),
    ("teach.html", "I teach", "Slides, hand-outs and a guide for each lesson; a class is graded in a world "
     "that no student has seen. The first hour, minute by minute."),
    ("write.html", "I write", "A lesson is a folder with three texts. Notebooks, exercises, slides and this "
     "site are built from them."),
)  # fmt: skip
GET_IT = "The whole course, to run on your own machine with `make lab`:"
LESSONS = "Lessons"
LESSONS_TEXT = (
    "{written} of {all} lessons are written: {numbers}. The others are planned; the map below names them."
)
EVERY_LESSON = "{all} lessons, each with its exercises. Most take an hour."
STATE = "{minutes} minutes, and exercises"
WHOLE = "The whole course on one map"
SOURCES = "What the course takes from practitioners, and what it does with it: [its sources](sources.md)."
CAPTIONS = (LESSONS, "About the course")
SOME_WRITTEN = " ({written} of {all} written)"

HERE = Path(__file__).parent
FEW_VALUES = 4  # a picture of fewer says nothing without its words


def home(
    course: Course,
    notebooks: dict[str, NotebookNode],
    stills: str | None,
    own_cards: Mapping[str, str],
    repository: str,
) -> str:
    """Return the first page as MyST text.

    `stills` is the address of the pictures, if there are some; `own_cards` those of lessons' own thumbnails.
    """
    words = {"written": len(course.written), "all": len(course.stations)}
    numbers = ", ".join(station.number for station in course.written)
    whole = len(course.written) == len(course.stations)
    told, state = (EVERY_LESSON, "") if whole else (LESSONS_TEXT, SOME_WRITTEN.format(**words))
    lessons, about = CAPTIONS
    first = course.written[0]
    template = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=False).get_template(
        "home.md.j2"
    )
    return template.render(
        title=TITLE,
        lead=LEAD,
        begin=BEGIN.format(number=first.number, minutes=first.minutes) if first.minutes else first.full_title,
        first=first.name,
        try_it=TRY_IT,
        try_text=TRY_TEXT,
        figure=_try_it(notebooks, stills),
        who_are_you=WHO_ARE_YOU,
        doors=[{"address": address, "name": name, "text": text} for address, name, text in DOORS],
        repository=repository,
        get_it=GET_IT,
        lessons=LESSONS,
        lessons_text=told.format(numbers=numbers, **words),
        cards=[
            _card(station, own_cards.get(station.name) or _thumb(notebooks[station.name], stills))
            for station in course.written
        ],
        whole=WHOLE,
        map=whole_map(course).replace('href="', 'href="lessons/').replace(".ipynb", ".html"),
        sources=SOURCES,
        contents={
            f"{lessons}{state}": [
                f"{station.full_title} <lessons/{station.name}>" for station in course.written
            ],
            about: ["sources", "teach", "write"],
        },
    )


def figures(notebook: NotebookNode) -> list[dict]:
    """Return the Plotly bundles of a notebook."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data[PLOTLY] for output in outputs if PLOTLY in output.get("data", {})]


def social_page(course: Course) -> str:
    """Return the page that is photographed for the picture that is shared."""
    parts = [station.part for station in course.stations if station.part in LINKS]
    icon = (HERE / "icon.svg").read_text(encoding="utf-8")
    listed = "".join(f"<li>{part}</li>" for part in dict.fromkeys(parts))
    return Template((HERE / "social.html").read_text(encoding="utf-8")).substitute(
        icon=icon, title=TITLE, lead=LEAD, parts=listed
    )


def _asks(bundle: dict) -> bool:
    """Tell whether a figure asks for a guess before it shows itself."""
    return "guess" in bundle["layout"].get("meta", {}).get("opslab", {})


def _try_it(notebooks: dict[str, NotebookNode], stills: str | None) -> str:
    """Return the first lesson's first figure that asks for a guess, or else its first."""
    found = figures(next(iter(notebooks.values())))
    if not found:
        return ""
    bundle = max(found, key=_asks)
    return figure_html(bundle, f"{stills}/{name_of(bundle)}.png" if stills else "")


def on_card(notebook: NotebookNode) -> dict | None:
    """Return the figure on a lesson's card: the first that shows much, no guess if there is another."""
    return min(
        figures(notebook), key=lambda bundle: (_values(bundle) < FEW_VALUES, _asks(bundle)), default=None
    )


def _values(bundle: dict) -> int:
    """Return how many values a figure shows."""
    return sum(_length(trace.get("z", trace.get("y", []))) for trace in bundle["data"])


def _length(row: list | dict) -> int:
    """Return how many values a row has; Plotly packs numbers as text."""
    if isinstance(row, dict):
        return len(b64decode(row["bdata"])) // int(row["dtype"][1:])
    return len(row)


def _thumb(notebook: NotebookNode, stills: str | None) -> str:
    """Return the address of a lesson's thumbnail, "" where there is none."""
    found = on_card(notebook)
    return f"{stills}/{THUMB.format(name=name_of(found))}" if stills and found else ""


def _card(station: Station, thumb: str) -> dict:
    """Return what a lesson's card shows."""
    state = STATE.format(minutes=station.minutes) if station.minutes else ""
    return {"station": station, "thumb": thumb, "state": state}
