"""A submission finds in the sandbox what it had in JupyterLab: each cell ends as it does in a kernel."""

import os

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from opslab.grading.limits import Limits
from opslab.grading.sandbox import Sandbox
from opslab.ground.paths import course_root
from tests.classroom import require_bubblewrap

CELLS = {
    "pictures inline": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "sharp pictures": "%config InlineBackend.figure_format = 'retina'",
    "a picture saved": "import matplotlib.pyplot as plt\nplt.plot([1]); plt.savefig('picture.png')",
    "another backend": "import matplotlib\nmatplotlib.use('Agg')",
    "pylab": "%pylab inline",
    "plotly": "import plotly.express as px\npx.line(x=[1, 2], y=[1, 2]).show()",
    "saving": "%autosave 60",
    "its kernel": "get_ipython().kernel.session.session",
    "shown": "from IPython.display import HTML, clear_output\ndisplay(HTML('<b>x</b>')); clear_output()",
    "shown anew": "handle = display(1, display_id=True); handle.update(2)",
    "measured": "%%time\nx = 1",
    "measured often": "%timeit -n1 -r1 1 + 1",
    "caught": "%%capture caught\nprint(1)",
    "installing what is there": "%pip install -q pandas",
    "installing what is not there": "%pip install -q no-such-package-of-mine",
    "files": "!ls",
    "files as a list": "files = !ls ..\nassert {'datasets', 'exercises'} <= set(files), files",
    "another folder and back": "%cd ..\n%cd -",
    "a shell": "%%bash\necho hello",
    "a file written": "%%writefile mine.txt\nhello",
    "a file read": "assert open('mine.txt').read() == 'hello\\n'",
    "data beside the exercises": "import pandas as pd\nassert len(pd.read_csv('../datasets/users.csv.gz'))",
    "data that are not there": "pd.read_csv('../datasets/friends.csv')",
    "awaited": "import asyncio\nawait asyncio.sleep(0)\nawaited = 3",
    "begun": "task = asyncio.create_task(asyncio.sleep(0, 7))",
    "ended": "assert await task == 7",
    "a loop that runs": "asyncio.get_running_loop()",
    "a loop in a loop": "asyncio.run(asyncio.sleep(0))",
    "awaited with an error": "await asyncio.sleep(0)\n1 / 0",
    "who works": "import getpass\ngetpass.getuser()",
    "six": "6",
    "the last result": "assert _ == 6",
    "all results": "assert 6 in Out.values() and In[-1]",
    "a file that there is not": "__file__",
    "a name": "assert __name__ == '__main__'",
    "the module of names": "import __main__\n__main__.seven = 7\nassert seven == 7",
    "a class by its name": "import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))",
    "a source": "import inspect\ndef g(): return 1\ninspect.getsource(g)",
    "options": "pd.set_option('display.max_rows', None)\npd.DataFrame({'a': range(200)})",
    "reloading": "%load_ext autoreload\n%autoreload 2",
    "names": "%who\n%whos",
    "history": "%history -n 1-3",
    "help": "sum?",
    "a page of another kind": "%%html\n<b>x</b>",
    "text": "%%markdown\n# x",
    "a widget": "import ipywidgets\nslider = ipywidgets.IntSlider(); display(slider); slider.value = 3",
    "an output": "with ipywidgets.Output(): print(1)",
    "a function that answers": "@ipywidgets.interact(x=3)\ndef f(x): return x",
    "progress": "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass",
    "processes": "from concurrent.futures import ProcessPoolExecutor\n"
    "with ProcessPoolExecutor(2) as pool: assert list(pool.map(abs, [-1, 2])) == [1, 2]",
    "two streams": "import sys\nsys.stdout.write('x'); sys.stderr.write('y'); sys.stdout.flush()",
    "letters": "print('运营 😀')",
    "a flood": "print('x' * 10_000_000)",
    "leaving Python": "import sys\nsys.exit()",
    "not Python": "x = = 1",
    "moved to the right": "  x = 1\n  y = 2",
    "nothing": "",
    "without a sign": "ls",
    "a private folder": "from pathlib import Path\n(Path.home() / 'x.txt').write_text('x')",
    "a debugger": "import debugpy",
}


@pytest.fixture(scope="module")
def in_jupyterlab(tmp_path_factory):
    """Return whether each cell fails in a kernel that JupyterLab starts in the course's exercises."""
    root = tmp_path_factory.mktemp("course")
    (root / "exercises").mkdir()
    (root / "datasets").symlink_to(course_root() / "datasets")
    notebook = new_notebook(cells=list(map(new_code_cell, CELLS.values())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(root))
        patch.setenv("PIP_RETRIES", "0")
        patch.setenv("PIP_NO_INDEX", "1")
        NotebookClient(
            notebook, allow_errors=True, timeout=60, resources={"metadata": {"path": str(root / "exercises")}}
        ).execute()
    failed = [
        next((output.ename for output in cell.outputs if output.output_type == "error"), "")
        for cell in notebook.cells
    ]
    return dict(zip(CELLS, failed, strict=True))


def in_the_sandbox(cells, safe=True):
    """Return whether each cell fails in the sandbox."""
    if safe:
        require_bubblewrap(in_ci=bool(os.environ.get("CI")))
    sandbox = Sandbox(Limits(), [], 7, safe=safe)
    try:
        errors = sandbox.run(cells).errors
    finally:
        sandbox.close()
    return {name: errors.get(name, "").partition(":")[0] for name in cells}


def test_each_cell_ends_as_in_jupyterlab(in_jupyterlab):
    assert in_the_sandbox(CELLS) == in_jupyterlab
    assert {"FileNotFoundError", "NameError", ""} < set(in_jupyterlab.values())


def test_a_cell_that_waits_for_its_reader_goes_on_as_if_enter_were_pressed():
    cells = {
        "a pause": "input('Press Enter to go on')\nassert 1 + 1 == 2",
        "a default": "days = int(input('Days? ') or 28)\nassert days == 28",
        "a secret": "from getpass import getpass\nassert getpass(prompt='Key: ') == ''",
        "a number that nobody typed": "float(input('Your number? '))",
    }
    assert in_the_sandbox(cells) == dict.fromkeys(cells, "") | {"a number that nobody typed": "ValueError"}


def test_pictures_for_which_a_library_is_missing_cost_no_answer():
    backends = ("widget", "ipympl", "notebook", "qt", "tk", "nbagg")
    cells = {backend: f"%matplotlib {backend}\n6" for backend in backends}
    assert in_the_sandbox(cells) == dict.fromkeys(backends, "")


def test_without_the_sandbox_files_lie_in_the_same_places_and_none_in_the_course():
    cells = {name: source for name, source in CELLS.items() if "file" in name or "data beside" in name}
    assert in_the_sandbox(cells, safe=False) == {
        name: "NameError" * ("__file__" in source) for name, source in cells.items()
    }
    assert not (course_root() / "exercises" / "mine.txt").exists()
