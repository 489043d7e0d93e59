"""The course's site: Sphinx and myst-nb over the built lessons, explorables alive, nothing from outside."""

import json
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
import plotly
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from opslab.authoring.export.assets import start_script
from opslab.authoring.export.blocks import SHOWN, figure_place, scope_headers
from opslab.authoring.export.maths import FONT, to_mathml
from opslab.explore import PLOTLY

# Words
TITLE = "opslab · internet operations, taught on data"
OPEN, CLOSE = "Show the {type}", "Hide the {type}"  # myst-nb fills in source, output or content
DOWNLOADS = (
    "Take it with you: {{download}}`the notebook <../notebooks/{name}>` · "
    "{{download}}`its exercises <../exercises/{name}>`"
)
INDEX = """\
# Internet operations, taught on data

An open course on 互联网运营: find users, win them at an acceptable cost, keep them, stay in touch while they
are away, build their community, and explain the result so that people act.

Every lesson can be read here, and its sliders work. To run it, change it and do its exercises, download its
notebook or take the whole course from its repository: `make lab` opens it in JupyterLab.

```{toctree}
:maxdepth: 1
:glob:

lessons/*
```
"""

HERE = Path(__file__).parent
STATIC = "opslab"
OTHER_NOTEBOOK = re.compile(r"\[([^\]]+)\]\((\.\./[^)]+\.ipynb)\)")
STYLE = """
@font-face {{ font-family: "opslab math"; src: url({font}); }}
math {{ font-family: "opslab math", math; font-size: 1.1em; }}
.opslab-figure {{ margin: 1em 0; }}
.opslab-figure:not(:has(> div)) {{ min-height: 30rem; }}
.opslab-figure script {{ display: none; }}
.dataframe {{ border-collapse: collapse; border: 0; font-variant-numeric: tabular-nums; }}
.dataframe :is(th, td) {{ padding: 0.2em 0.7em; border: 0; text-align: right;
  border-bottom: 1px solid var(--color-background-border); white-space: nowrap; }}
.cell_output .text_html, .cell_output {{ overflow-x: auto; }}
div.cell details.above-input {{ border: 0; box-shadow: none; background: none; }}
div.cell details.above-input > summary {{ padding: 0; border: 0; background: none; }}
div.cell details.above-input > summary::before {{ display: none; }}
div.cell details.above-input > summary > p {{ display: inline; padding: 0; background: none;
  font-size: 0.85em; color: var(--color-foreground-secondary); }}
div.cell details.above-input > summary > p::before {{ display: none; }}
.download code {{ padding: 0; border: 0; background: none; font: inherit; }}
"""
SETTINGS = {
    "project": TITLE,
    "html_title": "opslab",
    "language": "en",
    "extensions": ["myst_nb", "opslab.authoring.export.site"],
    "html_theme": "furo",
    "html_theme_options": {
        "light_css_variables": {"color-brand-primary": "#005a9c", "color-brand-content": "#005a9c"},
        "dark_css_variables": {"color-brand-primary": "#7cc0f0", "color-brand-content": "#7cc0f0"},
    },
    "html_math_renderer": "mathml",
    "exclude_patterns": ["notebooks", "exercises"],
    "myst_enable_extensions": ["dollarmath", "amsmath"],
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},  # explorables need no widget manager, which would come from a network
    "nb_code_prompt_show": OPEN,
    "nb_code_prompt_hide": CLOSE,
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_css_files": [f"{STATIC}/site.css"],
    "html_js_files": [(f"{STATIC}/opslab.js", {"defer": "defer"})],
}


def build_site(root: Path, output: Path) -> int:
    """Build the site of the course at `root` into `output`; return 0 unless Sphinx found something wrong.

    The old site stays until the new one is complete.
    """
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".site-") as folder, docutils_namespace():
        work = Path(folder)
        source, built = work / "source", work / "built"
        _gather(root, source)
        _write_static(work / "static" / STATIC)
        app = Sphinx(
            *(source, None, built, work / "doctrees", "html"),
            confoverrides={**SETTINGS, "html_static_path": [str(work / "static")]},
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


def _gather(root: Path, source: Path) -> None:
    """Lay out Sphinx's source: the lessons as pages, and what a reader may download."""
    for folder in ("notebooks", "exercises"):
        shutil.copytree(root / folder, source / folder, ignore=shutil.ignore_patterns(".*"))
    (source / "lessons").mkdir()
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        title, _, rest = notebook.cells[0].source.partition("\n")
        notebook.cells[0].source = f"{title}\n\n{DOWNLOADS.format(name=path.name)}\n{rest}"
        for cell in notebook.cells:
            _adapt(cell)
        nbformat.write(notebook, source / "lessons" / path.name)
    (source / "index.md").write_text(INDEX, encoding="utf-8")


def _adapt(cell: nbformat.NotebookNode) -> None:
    """Say in Sphinx's words: which links lead to downloads, which code is folded, which output is shown."""
    if cell.cell_type == "markdown":
        cell.source = OTHER_NOTEBOOK.sub(r"{download}`\1 <\2>`", cell.source)
        return
    tags = cell.metadata.setdefault("tags", [])
    if SHOWN not in tags:
        tags.append("hide-input")
    if cell.metadata.get("jupyter", {}).get("outputs_hidden"):
        tags.append("hide-output")
    for output in cell.outputs:
        if PLOTLY in output.get("data", {}):
            output.data = {PLOTLY: output.data[PLOTLY]}
        elif "text/html" in output.get("data", {}):
            table = BeautifulSoup(output.data["text/html"], "html.parser")
            scope_headers(table)
            output.data["text/html"] = str(table)


def _write_static(folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copy(FONT, folder)
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", folder)
    (folder / "opslab.js").write_text(start_script(), encoding="utf-8")
    (folder / "site.css").write_text(STYLE.format(font=FONT.name), encoding="utf-8")


class FigureRenderer:
    """myst-nb's renderer of our figures: a place for the picture, with its bundle inside."""

    mime_priority_overrides = (("html", PLOTLY, 1),)

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Return the place of a figure, or None for other outputs."""
        if data.mime_type != PLOTLY:
            return None
        bundle = json.dumps(data.content).replace("<", "\\u003c")
        place = figure_place(data.content, f'<script type="application/json">{bundle}</script>')
        return [nodes.raw(text=place, format="html")]


def _visit_math(self, node):
    self.body.append(to_mathml(node.astext(), display=isinstance(node, nodes.math_block)))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict:
    """Teach Sphinx to write formulas as MathML, which needs no script from a network."""
    app.add_html_math_renderer("mathml", (_visit_math, None), (_visit_math, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
