"""What leaves the house: one lesson as one HTML file, slides or page, that needs no network and no kernel.

    jupyter nbconvert --to slides notebooks/06-retention.ipynb     (or --to html)

The repository's `jupyter_nbconvert_config.py` gives nbconvert's own `slides` and `html` the settings below;
elsewhere the same exporters answer to `--to opslab-slides` and `--to opslab-page`. A preprocessor turns the
notebook into blocks of HTML (`blocks`), lays them out on slides (`slides`), and packs what a browser needs
(`assets`); the templates only put it on paper. The look is `theme.css`, which an instructor may change.

    python -m opslab.authoring.export slides|pages|handouts|site [lesson ...]     does it for all lessons

Every JupyterLab server makes one exporter of each kind, to list them. What exporting takes, pandas and Plotly
among it, is therefore imported where a notebook is exported: the server of a student never does.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters import SlidesExporter as StockSlidesExporter
from nbconvert.preprocessors import Preprocessor
from traitlets.config import Config

if TYPE_CHECKING:
    from opslab.authoring.export.blocks import Lesson

__all__ = ["PageExporter", "PagePreprocessor", "SlidesExporter", "SlidesPreprocessor", "configure"]

TEMPLATES = Path(__file__).parent / "templates"
PROSE = ("text", "quote", "check")  # kinds of blocks that are read line by line


class _Preprocessor(Preprocessor):
    """Reads the notebook into `resources["opslab"]`, where the template finds it."""

    deck: bool

    def preprocess(self, nb, resources):
        """Return the notebook as it is, and the resources with all that the template shows."""
        from opslab.authoring.export import assets
        from opslab.authoring.export.blocks import read_blocks

        where = Path(resources.get("metadata", {}).get("path") or ".")
        name = resources.get("metadata", {}).get("name", "")
        lesson = read_blocks(nb, where, self.log.warning)
        resources["opslab"] = {
            "title": lesson.title or name,
            **self.arranged(lesson, where.resolve().parent, name),
            **assets.pack(lesson.figures, lesson.formulas, lesson.forms, deck=self.deck),
        }
        return nb, resources

    def arranged(self, lesson: "Lesson", root: Path, name: str) -> dict[str, Any]:
        """Return the parts of the lesson as the template wants them; `root` is the course's folder."""
        raise NotImplementedError


class SlidesPreprocessor(_Preprocessor):
    """Prepares a notebook for the slides' template."""

    deck = True

    def arranged(self, lesson: "Lesson", root: Path, name: str) -> dict[str, Any]:
        """Return the slides, with notes from the lesson's guide if it is a lesson of the course."""
        from opslab.authoring.export.guide import guide_of
        from opslab.authoring.export.slides import lay_out, readable

        lesson.figures = [readable(figure) for figure in lesson.figures]
        return {"slides": lay_out(lesson, guide_of(root, name), self.log.warning)}


class PagePreprocessor(_Preprocessor):
    """Prepares a notebook for the page's template."""

    deck = False

    def preprocess(self, nb, resources):
        """Return the notebook as it is, and the resources with the map and the ways among what is shown."""
        from opslab.authoring.course_map import with_page_ways

        resources = super().preprocess(with_page_ways(nb), resources)[1]
        return nb, resources

    def arranged(self, lesson: "Lesson", root: Path, name: str) -> dict[str, Any]:
        """Return the blocks in their order, and the headings for a table of contents."""
        from opslab.authoring.export.prose import PHONE_LINE, ended, held

        for block in lesson.blocks:
            if block.kind in PROSE:
                block.html = held(ended(block.html), PHONE_LINE)
        headings = [block for block in lesson.blocks if block.kind == "heading" and block.level in (2, 3)]
        return {"blocks": [block for block in lesson.blocks if block.kind != "notes"], "headings": headings}


def _settings(template: str, preprocessor: type) -> Config:
    return Config(
        template_name=template,
        extra_template_basedirs=[str(TEMPLATES)],
        preprocessors=[preprocessor],
    )


PAGE = _settings("opslab-page", PagePreprocessor)
SLIDES = _settings("opslab-slides", SlidesPreprocessor)


def configure(config: Config) -> None:
    """Let nbconvert's `--to slides` and `--to html` export as this package does, and write files whole.

    Raises
    ------
    ImportError
        If a library is missing that exporting takes; the settings are as they were.
    """
    from opslab.authoring.export import assets  # noqa: F401

    config.HTMLExporter.merge(PAGE)
    config.SlidesExporter.merge(SLIDES)
    config.NbConvertApp.writer_class = "opslab.authoring.export.writer.WholeFilesWriter"


class PageExporter(HTMLExporter):
    """A lesson as one page for reading, `--to opslab-page`."""

    export_from_notebook = "opslab page"

    @property
    def default_config(self):
        """Return nbconvert's settings with ours."""
        config = super().default_config
        config.merge(Config(PageExporter=PAGE))
        return config


class SlidesExporter(StockSlidesExporter):
    """A lesson as one deck of slides, `--to opslab-slides`."""

    export_from_notebook = "opslab slides"

    @property
    def default_config(self):
        """Return nbconvert's settings with ours."""
        config = super().default_config
        config.merge(Config(SlidesExporter=SLIDES))
        return config
