"""A notebook as a list of blocks: pieces of clean HTML that belong together and are never parted.

Whatever cannot be shown without a network, a kernel or a script is replaced as well as can be, and a warning
names the cell.
"""

import base64
import json
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag
from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from opslab.authoring.export.maths import to_mathml
from opslab.authoring.export.prose import held, hung
from opslab.authoring.syntax import HIDDEN
from opslab.explore import PLOTLY
from opslab.ground.formatting import MEASURE, SPACE
from opslab.ground.forms import MARKER

# Words
IN_CELL = "cell {cell}: {cause}"
NOT_RUN = "the notebook has not been run, so it has no results to show; run it, save it, and export again"
NO_ALT = "{what} has no alternative text; readers who cannot see it are told only that it is there"
UNKNOWN_FIGURE = "A figure without a description"
UNKNOWN_IMAGE = "A picture without a description"
NO_FILE = "the picture {source} is not there; its description is shown instead"
REMOTE = "{what} is loaded from a network; its text is shown instead"
NO_SCRIPT = "its HTML holds {tags}, which an export cannot run; the rest is shown"
NEEDS_KERNEL = "its output lives only in a kernel or a browser script ({kinds}); its text is shown instead"
KERNEL_FORM = "Here stands a form that needs a kernel: run this cell of the lesson in JupyterLab. {what}"
TABLE_LABEL = "Table {number}"
CODE_LABEL = "Code"
RESULT_LABEL = "Result"

FORM = re.compile(r"^\[form\] ")  # how a form's sentence begins
# Before a number that is a name.
COUNTED = ("lesson", "lessons", "Lesson", "week", "Week", "day", "Day", "year", "Mail", r"art\.", "article")
TO = r"(?<=[\d%] to) (?=[−\d])"  # before the end of a range
BETWEEN = r"[ \n]"  # a text's own lines end anywhere
TOGETHER = re.compile(  # what the end of a line may not part
    (
        "".join(rf"(?<=\b{word}) (?=\d)|" for word in COUNTED)
        + rf"{MEASURE}|{TO}|(?<=\bsource) (?=S\d)| (?=· )"
        r"|(?<=[\d.)]) (?=[×/^+] [\d.(])|(?<=[\d.)] [×/^+]) (?=[\d.(])"  # a product, a sum
        r"|(?<=\b\d\d ·) (?=[A-Z])"  # a lesson's number and its name
        r"|(?<=\d) (?=of \d)|(?<=\d of) (?=\d)"  # a part and its whole
        r"| (?=[=−×] )|(?<= −) |(?<=\b[A-Za-zα-ω] =) (?=[\d.−])"  # a sign and what stands before it: p = 0.04
    ).replace(" ", BETWEEN)
)
LETTER = re.compile(r"^[A-E]$")  # of an option, in bold before its words
# In the head of a narrow column no article, "to" or "in" has a line of its own.
UNPARTED = re.compile(r"(?<=\ba) (?=\w)|(?<=\bto) (?=\d)| (?=(?:in|out|on)\b)")
DETAILS = re.compile(r"(?<=\S)\n<details", re.I)
FOLDED = "<details data-result><summary>{label}</summary>{html}</details>"
IMPORTS = re.compile(r"^(from|import) ", re.M)
SHOWN = "show-code"
IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
FORBIDDEN = ("script", "style", "link", "iframe", "object", "embed", "base", "meta")
TEXTS = ("text/html", "text/markdown", *IMAGES, "text/latex", "text/plain")

Warn = Callable[[str], None]


@dataclass
class Block:
    """A piece of HTML. `begins` says what the author wants: "slide", "subslide", "fragment" or nothing."""

    kind: str  # heading, text, quote, check, table, code, output, figure, form, kernel, notes
    html: str
    cell: str
    level: int = 0  # of a heading
    begins: str = ""
    code: str = ""  # the folded code that made this output
    figure: int | None = None  # its place among the figures
    anchor: str = ""  # the id of a heading
    hidden: bool = False  # an answer to a guess: its reader opens it
    imports: bool = False  # it belongs to the lesson's import cell

    @property
    def folded(self) -> str:
        """The HTML, inside something to open if it is hidden."""
        return FOLDED.format(label=RESULT_LABEL, html=self.html) if self.hidden else self.html

    @property
    def text(self) -> str:
        """The words that a reader sees."""
        return " ".join(BeautifulSoup(self.html, "html.parser").get_text().split())


@dataclass
class Lesson:
    """The blocks of a notebook, and what they refer to by number."""

    blocks: list[Block] = field(default_factory=list)
    figures: list[dict] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    forms: set[str] = field(default_factory=set)
    tables: int = 0

    @property
    def title(self) -> str:
        """The text of the first heading."""
        return next((block.text for block in self.blocks if block.kind == "heading"), "")


def read_blocks(notebook: NotebookNode, folder: Path, warn: Warn) -> Lesson:
    """Return the blocks of a notebook that lies in `folder`; `warn` receives what could not be kept."""
    lesson = Lesson()
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    run = any(cell.execution_count is not None or cell.outputs for cell in code)
    for place, cell in enumerate(notebook.cells, start=1):
        reader = _CellReader(lesson, cell, place, folder, warn)
        if code and not run and cell is code[0]:
            reader.warn(NOT_RUN)
        lesson.blocks += reader.blocks(_language(notebook), fold=run)
    return lesson


def _language(notebook: NotebookNode) -> str:
    return notebook.metadata.get("language_info", {}).get("name", "python")


class _CellReader:
    """Reads one cell; pictures, tables and formulas are numbered in the lesson."""

    def __init__(self, lesson: Lesson, cell: NotebookNode, place: int, folder: Path, warn: Warn):
        self.lesson, self.cell, self.folder = lesson, cell, folder
        self.name = cell.get("id") or f"cell-{place}"
        self._warn = warn

    def warn(self, cause: str) -> None:
        self._warn(IN_CELL.format(cell=self.name, cause=cause))

    def blocks(self, language: str, *, fold: bool) -> list[Block]:
        kind = self.cell.metadata.get("slideshow", {}).get("slide_type", "")
        if kind == "skip" or self.cell.cell_type == "raw" or not self.cell.source.strip():
            return []
        found = self._markdown() if self.cell.cell_type == "markdown" else self._code(language, fold)
        if kind == "notes":
            return [Block("notes", "".join(block.html for block in found), self.name)]
        imports = bool(IMPORTS.search(self.cell.source))
        for number, block in enumerate(found):
            block.imports = imports
            if kind == "fragment" or (kind and number == 0):
                block.begins = kind
        return found

    def _markdown(self) -> list[Block]:
        soup = self._render(self.cell.source)
        blocks: list[Block] = []
        for element in [child for child in soup.children if not _blank(child)]:
            kind, level = _kind(element)
            anchor = ""
            if isinstance(element, Tag) and kind == "heading":
                element["id"] = anchor = self.name + (f"-{len(blocks)}" if blocks else "")
            html = str(element)
            if kind == "check" and blocks and blocks[-1].kind == "text":
                html = blocks.pop().html + html  # a question stays with its answer
            blocks.append(Block(kind, html, self.name, level, anchor=anchor))
        return blocks

    def _code(self, language: str, fold: bool) -> list[Block]:
        code = f'<div class="code">{highlighted(self.cell.source, language)}</div>'
        outputs = _joined([block for output in self.cell.outputs if (block := self._output(output))])
        if self.cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            for block in outputs:
                block.hidden = True
        if SHOWN in self.cell.metadata.get("tags", []) or not fold:
            return [Block("code", code, self.name), *outputs]
        folded = f'<details class="folded"><summary>{CODE_LABEL}</summary>{code}</details>'
        if not outputs:
            return [Block("code", "", self.name, code=folded)]
        outputs[0].code = folded
        return outputs

    def _output(self, output: NotebookNode) -> Block | None:
        if output.output_type == "stream":
            return self._text_block(output.text)
        if output.output_type == "error":
            return self._text_block("\n".join(output.traceback))
        data = output.data
        if PLOTLY in data:
            return self._figure(data)
        if MARKER in data:
            self.lesson.forms.add(data[MARKER]["form"])
            return Block("form", form_place(data[MARKER], data["text/plain"]), self.name)
        kind = next((kind for kind in TEXTS if kind in data), None)
        others = [name for name in data if name not in TEXTS]
        if kind in (None, "text/plain") and others:
            self.warn(NEEDS_KERNEL.format(kinds=", ".join(others)))
        if kind is None:
            return None
        if kind == "text/plain" and FORM.match(data[kind]):
            return Block("kernel", kernel_form(data[kind]), self.name)
        if kind == "text/html":
            return self._html(data)
        if kind in IMAGES:
            return self._image(kind, data[kind], output.get("metadata", {}))
        if kind in ("text/markdown", "text/latex"):
            return Block("output", f'<div class="output">{self._render(data[kind])}</div>', self.name)
        return self._text_block(data[kind])

    def _text_block(self, text: str) -> Block | None:
        return Block("output", printed(text.removeprefix(HIDDEN)), self.name)

    def _figure(self, data: dict) -> Block:
        bundle = data[PLOTLY]
        if not alternative_text(bundle):
            self.warn(NO_ALT.format(what="a figure"))
        number = len(self.lesson.figures)
        self.lesson.figures.append(bundle)
        return Block("figure", figure_place(bundle, number=number), self.name, figure=number)

    def _html(self, data: dict) -> Block | None:
        soup = self._tidy(BeautifulSoup(data["text/html"].removeprefix(HIDDEN), "html.parser"))
        if not soup.get_text(strip=True) and not soup.find(["img", "svg"]):
            return self._text_block(data["text/plain"]) if "text/plain" in data else None
        kind = "table" if soup.find("table") else "output"
        return Block(kind, f'<div class="output">{soup}</div>', self.name)

    def _image(self, kind: str, data: str, metadata: dict) -> Block:
        alt = metadata.get(kind, {}).get("alt") or metadata.get("alt")
        if not alt:
            self.warn(NO_ALT.format(what="a picture"))
        coded = (
            base64.b64encode(data.encode()).decode() if kind == "image/svg+xml" else data.replace("\n", "")
        )
        image = BeautifulSoup("", "html.parser").new_tag("img")
        image.attrs = {"src": f"data:{kind};base64,{coded}", "alt": alt or UNKNOWN_IMAGE}
        return Block("output", f'<div class="output">{image}</div>', self.name)

    def _render(self, markdown: str) -> BeautifulSoup:
        markdown = DETAILS.sub("\n\n<details", markdown)  # on a line of its own, or it ends up in a paragraph
        renderer = _Renderer(
            self, escape=False, attachments=self.cell.get("attachments"), exclude_anchor_links=True
        )
        return self._tidy(BeautifulSoup(MarkdownWithMath(renderer=renderer).render(markdown), "html.parser"))

    def formula(self, latex: str, *, display: bool) -> str:
        try:
            mathml = to_mathml(latex, display=display)
        except ValueError as error:
            self.warn(str(error))
            return f'<code class="broken">{latex}</code>'
        self.lesson.formulas.append(mathml)
        return f'<div class="display">{mathml}</div>' if display else mathml

    def _tidy(self, soup: BeautifulSoup) -> BeautifulSoup:
        """Make HTML self-contained and readable for everyone."""
        forbidden = soup.find_all(FORBIDDEN)
        names = sorted({tag.name for tag in forbidden} - {"style"})  # pandas' own style is no loss
        if names:
            self.warn(NO_SCRIPT.format(tags=", ".join(f"<{name}>" for name in names)))
        for tag in forbidden:
            tag.decompose()
        for image in soup.find_all("img"):
            self._embed(image)
        for link in soup.find_all("a", href=True):
            _unlink(link)
        scope_headers(soup)
        for text in soup.find_all(string=TOGETHER):
            if not text.find_parent(["code", "pre"]):
                text.replace_with(TOGETHER.sub(SPACE, text))
        for letter in soup.find_all("strong", string=LETTER):
            if isinstance(words := letter.next_sibling, NavigableString):
                words.replace_with(re.sub(r"^\s", SPACE, words))
        for table in soup.find_all("table"):
            self._hold(table)
        return soup

    def _embed(self, image: Tag) -> None:
        source = str(image.get("src", ""))
        if not image.get("alt"):
            self.warn(NO_ALT.format(what="a picture"))
            image["alt"] = UNKNOWN_IMAGE
        if source.startswith("data:"):
            return
        file = self.folder / unquote(source)
        if "://" in source or source.startswith("//") or not file.is_file():
            cause = REMOTE.format(what=source) if "//" in source else NO_FILE.format(source=source)
            self.warn(cause)
            image.replace_with(str(image["alt"]))
            return
        kind = mimetypes.guess_type(file.name)[0]
        image["src"] = f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode('ascii')}"

    def _hold(self, table: Tag) -> None:
        """Put a table into a frame in which a wide one scrolls, by keyboard too."""
        self.lesson.tables += 1
        frame = BeautifulSoup("", "html.parser").new_tag("div")
        label = TABLE_LABEL.format(number=self.lesson.tables)
        frame.attrs = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}
        table.wrap(frame)


class _Renderer(IPythonRenderer):
    """nbconvert's renderer of Markdown, with formulas drawn by the browser."""

    def __init__(self, reader: _CellReader, **options):
        super().__init__(**options)
        self.reader = reader

    def inline_math(self, body: str) -> str:
        return self.reader.formula(body, display=False)

    def block_math(self, body: str) -> str:
        return self.reader.formula(body, display=True)

    def latex_environment(self, name: str, body: str) -> str:
        return self.reader.formula(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True)


def alternative_text(bundle: dict) -> str:
    """Return the alternative text of a Plotly bundle that this course made, else nothing."""
    meta = bundle.get("layout", {}).get("meta")
    ours = meta.get("opslab", {}) if isinstance(meta, dict) else {}
    return ours.get("alt", "")


def figure_place(bundle: dict, inside: str = "", *, number: int | str = "") -> str:
    """Return the HTML that `start.js` draws a figure into; without scripts it holds the alternative text."""
    alt = escape(alternative_text(bundle) or UNKNOWN_FIGURE)
    return f'<div class="opslab-figure" data-figure="{number}" data-alt="{alt}">[{alt}]{inside}</div>'


def form_place(form: dict, text: str) -> str:
    """Return the HTML that `start.js` builds a form into; without scripts it holds the form's text."""
    state = escape(json.dumps(form["state"], ensure_ascii=False))
    return f'<div class="opslab-place" data-form="{form["form"]}" data-state="{state}">{escape(text)}</div>'


def kernel_form(text: str) -> str:
    """Return what a page says where a form stands that lives in a kernel alone."""
    return f'<p class="opslab-kernel">{escape(KERNEL_FORM.format(what=FORM.sub("", text)))}</p>'


def printed(text: str) -> str:
    """Return what a cell has printed as HTML; of several lines, one that wraps is seen to go on."""
    html = re.sub(f"{MEASURE}|{TO}", SPACE, ansi2html(text.strip("\n").rstrip()))
    if "\n" in html:
        html = hung(html)
    return f'<pre class="output" tabindex="0">{html}</pre>'


def highlighted(source: str, language: str) -> str:
    """Return code as HTML, its tokens marked by pygments' classes."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    html = highlight(source, lexer, HtmlFormatter(cssclass="highlight"))
    return html.replace("<pre>", '<pre tabindex="0">', 1)


def _joined(outputs: list[Block]) -> list[Block]:
    """Return what a cell put out with everything between two figures in one block."""
    joined: list[Block] = []
    for block in outputs:
        if joined and not {block.kind, joined[-1].kind} & {"figure", "form"}:
            joined[-1].html += block.html
        else:
            joined.append(block)
    return joined


def scope_headers(soup: BeautifulSoup) -> None:
    """Give the headers of tables their direction; pandas leaves empty ones and a style of 1999."""
    for table in soup.find_all("table"):
        _join_headers(table)
        for header in table.find_all("th"):
            for name in header.find_all(string=True):
                name.replace_with(*_whole(name))
            if not header.get_text(strip=True):
                header.name = "td"
                header.attrs.pop("scope", None)
            else:
                header["scope"] = "col" if header.find_parent("thead") else "row"
        for attribute in ("border", "style"):
            table.attrs.pop(attribute, None)


def _whole(name: str) -> list[PageElement]:
    """Return a header's text in which a narrow column parts nothing that belongs together."""
    return BeautifulSoup(held(escape(UNPARTED.sub(SPACE, name), quote=False)), "html.parser").contents


def _join_headers(table: Tag) -> None:
    """Put the name of pandas' index, which stands in a row of its own, above its column."""
    rows = table.select("thead tr")
    if len(rows) != 2:
        return
    upper, lower = (row.find_all("th") for row in rows)
    if (
        upper
        and len(upper) == len(lower)
        and not any(cell.get_text(strip=True) for cell in [upper[0], *lower[1:]])
    ):
        upper[0].string = lower[0].get_text(strip=True)
        rows[1].decompose()


def _blank(node: object) -> bool:
    return type(node) is not Tag and not (isinstance(node, NavigableString) and node.strip())


def _kind(element: PageElement) -> tuple[str, int]:
    name = element.name if isinstance(element, Tag) else ""
    if name in ("h1", "h2", "h3"):
        return "heading", int(name[1])
    if isinstance(element, Tag) and name == "div" and "scroll" in element.get_attribute_list("class"):
        return "table", 0
    return {"details": "check", "blockquote": "quote"}.get(name, "text"), 0


def _unlink(link: Tag) -> None:
    """Replace a link to a file by its text, a lesson's name: one file is carried away without the others."""
    target = str(link["href"])
    if target.startswith(("#", "mailto:")) or "://" in target:
        return
    path = target.partition("#")[0]
    if link.find_parent("nav"):  # leads to the pages that are exported beside this one, and nowhere else
        if not path.endswith(".html"):
            (link.find_parent("p") or link).extract()
    elif path.endswith(".ipynb") and "/" not in path:  # beside this one
        link.name, link.attrs = "em", {}
    else:
        link.unwrap()
