"""Make the README's picture again: a slider of lesson 06 in JupyterLab, below the map of the course.

make picture
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "src")]

from tests.conftest import QUIET, JupyterLab, browser_path  # noqa: E402

LESSON, FIGURE = "06-retention", "renewal_chart(regular, fitted=years"
SIZE = {"width": 1100, "height": 960}
RESULT = Path(__file__).with_name("lesson.png")

# Words
NO_FIGURE = "no cell of notebooks/{lesson}.ipynb holds {figure!r}; name in {file} another one to photograph"


def excerpt() -> nbformat.NotebookNode:
    """Return the lesson's map, its figure as it is stored, and the questions around it."""
    notebook = nbformat.read(REPOSITORY / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    place = next((place for place, cell in enumerate(notebook.cells) if FIGURE in cell.source), None)
    if place is None:
        raise ValueError(NO_FIGURE.format(lesson=LESSON, figure=FIGURE, file=Path(__file__).name))
    notebook.cells = [notebook.cells[0], *notebook.cells[place - 1 : place + 2]]
    return notebook


def main() -> None:
    """Photograph it in a JupyterLab of its own, which runs nothing."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = JupyterLab(Path(folder))
        try:
            lab.wait()
            nbformat.write(excerpt(), lab.root / f"{LESSON}.ipynb")
            browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{lab.address}/lab/tree/{LESSON}.ipynb?token={lab.token}&reset")
            page.locator(".opslab-plot .main-svg").first.wait_for()
            page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/")
            page.locator('.jp-SideBar .lm-TabBar-tab.lm-mod-current[title^="File Browser"]').click()
            page.wait_for_timeout(1000)  # the panel closes, and the figure takes its new width
            page.screenshot(path=RESULT)
            browser.close()
        finally:
            lab.stop()
    print(RESULT)


if __name__ == "__main__":
    main()
