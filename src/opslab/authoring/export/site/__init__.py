"""The course's site: Sphinx and myst-nb over the built notebooks, explorables alive, nothing from outside."""

import os
import re
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat
import plotly
from bs4 import BeautifulSoup
from docutils import nodes
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from opslab.authoring.course_map import MARK, SHEET_OF_SOURCES, Course, read_course
from opslab.authoring.export.assets import LINES, MAP_STYLE, start_script
from opslab.authoring.export.blocks import (
    FORM,
    LETTER,
    SHOWN,
    TOGETHER,
    form_place,
    kernel_form,
    printed,
    scope_headers,
)
from opslab.authoring.export.maths import FONT, to_mathml
from opslab.authoring.export.prose import JOINED, LAST_WORDS
from opslab.authoring.export.site.home import LEAD, TITLE, figures, home, on_card, social_page
from opslab.authoring.export.site.stills import SOCIAL, STILL, draw, figure_html, name_of
from opslab.authoring.syntax import HIDDEN
from opslab.exercises.questions import tags
from opslab.explore import PLOTLY
from opslab.ground.forms import FORMS, MARKER

# Words
SITE_TITLE = "opslab: internet operations, taught on data"
OPEN, CLOSE = "Show the {type}", "Hide the {type}"  # myst-nb fills in source, output or content
LESSON_FILES = (
    "Here you read, guess and move the pictures. To run the code, take it with you: "
    "{{download}}`the notebook <../files/notebooks/{name}>` · "
    "{{download}}`its exercises <../files/exercises/{name}>`"
)
SHEET_FILES = (
    "Read the questions here. To answer them, open {{download}}`this notebook <../files/exercises/{name}>` "
    "in the course's JupyterLab (`make lab`): there each answer is checked, and a mistake is told by name."
)
NO_STILLS = "no browser found: without JavaScript, figures will be sentences without pictures"
SHARED_ALT = "The course's title above its four links: find, win, keep, stay in touch"

HERE = Path(__file__).parent
STATIC, STILLS = "opslab", "_static/opslab/stills"
OWN_CARD, CARDS = "card.svg", "_static/opslab/cards"  # a lesson's own thumbnail: its file, the site's folder
CELL_ENDS = re.compile(r"(?<=</t[dh]>)")  # the search takes tags away: cells would become one word
SHORT_CODE = re.compile(
    r'<span class="pre">((?:&\w+;|[^<&]){1,20})</span>'
)  # longer words may break on a phone
SETTINGS = {
    "project": TITLE,
    "html_title": SITE_TITLE,
    "language": "en",
    "extensions": ["myst_nb", "opslab.authoring.export.site"],
    "templates_path": [str(HERE / "templates")],
    "html_theme": "furo",
    "html_theme_options": {
        "light_css_variables": {"color-brand-primary": "#005a9c", "color-brand-content": "#005a9c"},
        "dark_css_variables": {"color-brand-primary": "#7cc0f0", "color-brand-content": "#7cc0f0"},
    },
    "html_logo": str(HERE / "icon.svg"),
    "html_favicon": str(HERE / "icon.svg"),
    "html_math_renderer": "mathml",
    "exclude_patterns": ["files"],
    "myst_enable_extensions": ["dollarmath", "amsmath"],
    "nb_execution_mode": "off",
    "nb_render_markdown_format": "gfm",  # tables in an output
    "nb_ipywidgets_js": {},  # explorables need no widget manager, which would come from a network
    "nb_code_prompt_show": OPEN,
    "nb_code_prompt_hide": CLOSE,
    "html_use_index": False,  # it has no entries
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_css_files": [f"{STATIC}/{name}.css" for name in ("map", "lines", "site")],
    "html_js_files": [(f"{STATIC}/opslab.js", {"defer": "defer"})],
}


@dataclass(frozen=True)
class Addresses:
    """Where the course's repository and its site are on the web; "" where nobody knows."""

    repository: str = ""
    site: str = ""


def read_addresses(root: Path) -> Addresses:
    """Return the addresses in pyproject.toml, `[project.urls]`, or those of the workflow that is running."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls, running = project.get("urls", {}), os.environ.get("GITHUB_REPOSITORY", "")
    owner, _, name = running.partition("/")
    repository = f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{running}" if running else ""
    site = f"https://{owner.lower()}.github.io/{name}/" if running else ""
    return Addresses(urls.get("Repository", repository), urls.get("Homepage", site))


def build_site(root: Path, output: Path) -> int:
    """Build the site of the course at `root` into `output`; return 0 unless Sphinx found something wrong.

    The old site stays until the new one is complete.
    """
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".site-") as folder, docutils_namespace():
        work = Path(folder)
        source, built, static = work / "source", work / "built", work / "static"
        course, addresses = read_course(root), read_addresses(root)
        notebooks = {
            station.name: nbformat.read(root / "notebooks" / f"{station.name}.ipynb", as_version=4)
            for station in course.written
        }
        _write_static(root, static / STATIC)
        own_cards = _own_cards(root, course, static / STATIC / "cards")
        drawn = _draw(root, course, notebooks, own_cards, static / STATIC)
        first_page = home(course, notebooks, STILLS if drawn else None, own_cards, addresses.repository)
        _gather(root, source, notebooks, first_page)
        app = Sphinx(
            *(source, None, built, work / "doctrees", "html"),
            confoverrides={
                **SETTINGS,
                "copyright": _authors(root),
                "html_static_path": [str(static)],
                "html_baseurl": addresses.site,
                "html_context": _shared(addresses, drawn),
                "opslab_promises": {station.name: station.promise for station in course.written},
            },
            warningiserror=True,
            status=None,
        )
        app.build()
        if app.statuscode == 0:
            (built / ".nojekyll").touch()  # GitHub Pages would drop folders that begin with an underscore
            shutil.rmtree(output, ignore_errors=True)
            built.rename(output)
            print(output / "index.html")
    return app.statuscode


def _authors(root: Path) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return ", ".join(author["name"] for author in project["authors"])


def _shared(addresses: Addresses, drawn: bool) -> dict[str, str]:
    """Return what every page's template is told."""
    picture = f"{addresses.site}{STILLS}/{SOCIAL}" if drawn else ""
    return {"repository": addresses.repository, "shared_picture": picture, "shared_alt": SHARED_ALT}


def _own_cards(root: Path, course: Course, folder: Path) -> dict[str, str]:
    """Copy the thumbnails that lessons bring themselves; return the address of each."""
    folder.mkdir()
    brought = {
        station.name: path
        for station in course.written
        if (path := root / "lessons" / station.name / OWN_CARD).is_file()
    }
    for name, path in brought.items():
        shutil.copy(path, folder / f"{name}.svg")
    return {name: f"{CARDS}/{name}.svg" for name in brought}


def _draw(
    root: Path, course: Course, notebooks: dict[str, NotebookNode], own_cards: dict[str, str], static: Path
) -> bool:
    bundles = [bundle for notebook in notebooks.values() for bundle in figures(notebook)]
    kept = root / ".build" / "stills"
    cards = [bundle for name in notebooks.keys() - own_cards.keys() if (bundle := on_card(notebooks[name]))]
    drawn = draw(bundles, cards, social_page(course), static, kept, static / "stills")
    if not drawn:
        print(NO_STILLS)
    return drawn


def _gather(root: Path, source: Path, notebooks: dict[str, NotebookNode], first_page: str) -> None:
    """Lay out Sphinx's source: lessons, sheets and texts as pages, and what a reader may download."""
    for folder in ("notebooks", "exercises"):
        shutil.copytree(root / folder, source / "files" / folder, ignore=shutil.ignore_patterns(".*"))
        (source / ("lessons" if folder == "notebooks" else folder)).mkdir()
    for name, notebook in notebooks.items():
        sheet = nbformat.read(root / "exercises" / f"{name}.ipynb", as_version=4)
        _lay_out(notebook, LESSON_FILES.format(name=f"{name}.ipynb"), fold=True)
        _lay_out(sheet, SHEET_FILES.format(name=f"{name}.ipynb"), fold=False)
        # Below its lesson: so the theme leads from one to the other and on to the next lesson.
        notebook.cells.append(new_markdown_cell(f"```{{toctree}}\n:hidden:\n\n../exercises/{name}\n```"))
        nbformat.write(notebook, source / "lessons" / f"{name}.ipynb")
        nbformat.write(sheet, source / "exercises" / f"{name}.ipynb")
    texts = {"sources": SHEET_OF_SOURCES, "teach": "docs/teaching.md", "write": "CONTRIBUTING.md"}
    for name, path in texts.items():
        text = (root / path).read_text(encoding="utf-8")
        (source / f"{name}.md").write_text(_without_files(text), encoding="utf-8")
    (source / "index.md").write_text(first_page, encoding="utf-8")


def _lay_out(notebook: NotebookNode, files: str, *, fold: bool) -> None:
    """Turn a notebook into a page: files below its title, links that lead to pages, outputs for Sphinx."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source = _to_pages(cell.source)
            cell.source = re.sub(r'\.(ipynb|md)"', '.html"', source) if MARK in tags(cell) else source
        else:
            _adapt(cell, fold=fold)
    title = next(cell for cell in notebook.cells if cell.source.startswith("# "))
    heading, _, rest = title.source.partition("\n")
    title.source = f"{heading}\n\n{files}\n{rest}"


def _to_pages(text: str) -> str:
    """Let links to the folders of notebooks and texts lead to the folders of their pages."""
    return text.replace("../notebooks/", "../lessons/").replace(f"../{SHEET_OF_SOURCES}", "../sources.md")


def _without_files(text: str) -> str:
    """Leave of links to files of the repository, which are not on the site, their words."""
    return re.sub(r"\[([^\]]+)\]\((?!https?://|#)[^)]+\)", r"\1", text)


def _adapt(cell: NotebookNode, *, fold: bool) -> None:
    """Say in Sphinx's words which code is folded and which output is shown."""
    tagged = cell.metadata.setdefault("tags", [])
    if fold and SHOWN not in tagged:
        tagged.append("hide-input")
    if cell.metadata.get("jupyter", {}).get("outputs_hidden"):
        tagged.append("hide-output")
    for output in cell.outputs:
        _uncover(output)
        if PLOTLY in output.get("data", {}):
            output.data = {PLOTLY: output.data[PLOTLY]}
        elif MARKER in output.get("data", {}):
            output.data = {MARKER: output.data[MARKER] | {"text": output.data["text/plain"]}}
        elif FORM.match(output.get("data", {}).get("text/plain", "")):
            output.data = {"text/html": kernel_form(output.data["text/plain"])}
        elif "text/markdown" in output.get("data", {}):
            told = _to_pages(output.data["text/markdown"])
            output.data["text/markdown"] = re.sub(r"\.ipynb(#[^)]*)?\)", ".html)", told)
        elif "text/html" in output.get("data", {}):
            table = BeautifulSoup(output.data["text/html"], "html.parser")
            scope_headers(table)
            output.data["text/html"] = CELL_ENDS.sub("\n", str(table))
    cell.outputs = [_as_printed(output) for output in cell.outputs]


def _as_printed(output: NotebookNode) -> NotebookNode:
    """Return text alone as the HTML that pages have for it, another output as it is."""
    data = output.get("data", {})
    text = output.get("text") or (data.get("text/plain") if len(data) == 1 else None)
    return new_output("display_data", data={"text/html": printed(text)}) if text else output


def _uncover(output: NotebookNode) -> None:
    """Take away the line that stands before what is hidden in JupyterLab: the page folds it up itself."""
    texts = output if "text" in output else output.get("data", {})
    for kind in texts.keys() & {"text", "text/plain", "text/html"}:
        texts[kind] = texts[kind].removeprefix(f"{HIDDEN}\n")


def _write_static(root: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    scripts = Path(plotly.__file__).parent / "package_data"
    for file in (FONT, scripts / "plotly.min.js", MAP_STYLE, LINES, HERE / "site.css"):
        shutil.copy(file, folder)
    for name in ("LICENSE", "LICENSE-TEXTS"):
        shutil.copy(root / name, folder / f"{name}.txt")
    (folder / "opslab.js").write_text(start_script(*FORMS), encoding="utf-8")


class FigureRenderer:
    """myst-nb's renderer of our figures and forms: a place for one, with its bundle or state inside."""

    mime_priority_overrides = (("html", PLOTLY, 1), ("html", MARKER, 1))

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Return the place of a figure or form, or None for other outputs."""
        if data.mime_type == MARKER:
            return [nodes.raw(text=form_place(data.content, data.content["text"]), format="html")]
        if data.mime_type != PLOTLY:
            return None
        env = renderer.renderer.sphinx_env
        still = f"{STILLS}/{STILL.format(name=name_of(data.content))}"
        there = (Path(env.config.html_static_path[0]) / still.removeprefix("_static/")).is_file()
        address = "../" * env.docname.count("/") + still if there else ""
        return [nodes.raw(text=figure_html(data.content, address), format="html")]


def _visit_math(self, node):
    self.body.append(to_mathml(node.astext(), display=isinstance(node, nodes.math_block)))
    raise nodes.SkipNode


def _describe(app: Sphinx, page: str, _template, context: dict, _doctree) -> None:
    """Tell a page's template what the page is about."""
    context["body"] = _whole(context.get("body", ""))
    promise = app.config.opslab_promises.get(page.removeprefix("lessons/"))
    context["description"] = f"{context.get('title', '')}: {promise}." if promise else LEAD
    context["shared_title"] = context.get("title") or TITLE
    context["shared_picture"] = context["shared_picture"] and (
        context["shared_picture"]
        if "://" in context["shared_picture"]
        else context["pathto"](context["shared_picture"], 1)
    )


def _whole(html: str) -> str:
    """Keep short words of code on one line, such as --seed."""
    return SHORT_CODE.sub(r'<span class="pre held">\1</span>', html)


def _hold_together(_app: Sphinx, page: nodes.document, _name: str) -> None:
    """Keep on one line what belongs together: a number and its unit, A/B, a paragraph's last two words."""
    for letter in page.findall(nodes.strong):
        words = letter.next_node(nodes.Text, descend=False, siblings=True)
        if LETTER.match(letter.astext()) and words is not None and words.startswith((" ", "\n")):
            words.parent.replace(words, nodes.Text(f"\u00a0{words[1:]}"))
    for text in list(page.findall(nodes.Text)):
        if isinstance(text.parent, (nodes.literal, nodes.literal_block, nodes.raw)):
            continue
        words = TOGETHER.sub("\u00a0", text)
        if isinstance(text.parent, nodes.paragraph) and text.parent[-1] is text:
            words = LAST_WORDS.sub(lambda last: re.sub(r"\s", "\u00a0", last[0]), words)
        if words != text or JOINED.search(words):
            text.parent.replace(text, _held(words))


def _held(text: str) -> list[nodes.Node]:
    parts: list[nodes.Node] = []
    end = 0
    for word in JOINED.finditer(text):
        parts += [nodes.Text(text[end : word.start()]), nodes.inline("", word[0], classes=["held"])]
        end = word.end()
    return [*parts, nodes.Text(text[end:])]


def setup(app: Sphinx) -> dict:
    """Teach Sphinx to write formulas as MathML, which needs no script, and to describe pages."""
    app.add_html_math_renderer("mathml", (_visit_math, None), (_visit_math, None))
    app.add_config_value("opslab_promises", {}, "html")
    app.connect("html-page-context", _describe)
    app.connect("doctree-resolved", _hold_together)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
