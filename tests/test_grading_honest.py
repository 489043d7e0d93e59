"""Forty honest submissions that look odd: each question gets the mark that its answer deserves."""

import copy
import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from opslab.exercises.answer_key import read_questions
from opslab.grading.batch import grade
from opslab.grading.limits import Limits
from tests.classroom import LESSON, RIGHT, class_course, require_bubblewrap, submit

SEED = 12  # the world that the class is graded in: values are 1, 2 and 15
ALL = {"q1": "right", "q2": "written", "q3": "right"}


def cells(*sources, **answers):
    """Put further cells at the end, and other sources into the answer cells."""

    def change(notebook):
        for cell in notebook["cells"]:
            name = cell["id"].rpartition("-")[2]
            if name in answers:
                cell["source"] = answers[name]
        notebook["cells"] += [dict(new_code_cell(source)) for source in sources]
        return notebook

    return change


def merged(*names):
    """Merge answer cells into the first of them, as JupyterLab does."""

    def change(notebook):
        chosen = [cell for cell in notebook["cells"] if cell["id"].rpartition("-")[2] in names]
        chosen[0]["source"] = "\n\n".join(cell["source"] for cell in chosen)
        notebook["cells"] = [cell for cell in notebook["cells"] if cell not in chosen[1:]]
        return notebook

    return change


def all_in_one(notebook):
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[0]["source"] = "\n".join(cell["source"] for cell in code)
    notebook["cells"] = code[:1]
    return notebook


def reordered(notebook):
    notebook["cells"].reverse()
    return notebook


def only(*kinds):
    def change(notebook):
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] in kinds]
        return notebook

    return change


def without_setup(notebook):
    notebook["cells"] = [
        cell for cell in notebook["cells"] if "import" not in cell["source"] and "seed" not in cell["source"]
    ]
    return notebook


def without_ids(minor):
    """Write the notebook in an older format, as other programs save it."""

    def change(notebook):
        notebook["nbformat_minor"] = minor
        for cell in notebook["cells"]:
            del cell["id"]
        return notebook

    return change


def colab(notebook):
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU",
        "kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"},
    }  # fmt: skip
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost:8080/"}}
        cell["source"] = cell["source"].splitlines(keepends=True)
    notebook["cells"].insert(
        1, {"cell_type": "code", "metadata": {"id": "Xy12ab34cdEf"}, "outputs": [], "execution_count": None,
            "source": ["from google.colab import drive\n", "drive.mount('/content/drive')"]},
    )  # fmt: skip
    return notebook


def vs_code(notebook):
    notebook["metadata"] = {
        "kernelspec": {"display_name": ".venv (3.12.3)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.12.3", "codemirror_mode": {"name": "ipython"}},
    }
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
        cell["id"] = "a1b2c3d4"[: 4 + len(cell["id"]) % 4]
    return notebook


def kernel(name):
    def change(notebook):
        notebook["metadata"] = {"kernelspec": {"name": name, "display_name": name, "language": "python"}}
        return notebook

    return change


def outputs(*found):
    def change(notebook):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = copy.deepcopy(list(found)), 999
        return notebook

    return change


def widgets(notebook):
    state = {"state": {f"w{i}": {"model_name": "IntSliderModel", "state": {"value": i}} for i in range(500)}}
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    return notebook


def format_3(notebook):
    return json.loads(nbformat.writes(nbformat.convert(nbformat.from_dict(notebook), 3)))


def others(*made):
    def change(notebook):
        notebook["cells"] += [dict(cell) for cell in made]
        return notebook

    return change


def written_as_text(notebook):
    notebook["cells"] = [
        dict(new_markdown_cell("My answer: the mean is 6.")) if cell["id"].endswith("q1") else cell
        for cell in notebook["cells"]
    ]
    return notebook


def text(encode):
    return lambda notebook: encode(json.dumps(notebook, ensure_ascii=False, indent=1))


MEAN = "mean = sum(values) / len(values)\ncheck('q1', mean)"
FAILURE = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
STREAM = {"output_type": "stream", "name": "stdout", "text": "x" * 1_500_000}
SUBMISSIONS = {
    # What a student writes
    "other names": (cells(q1="schnitt_值 = sum(values) / len(values)\ncheck('q1', schnitt_值)"), ALL),
    "a function": (cells(q1="def f(v):\n    return sum(v) / len(v)\ncheck('q1', f(values))"), ALL),
    "a class": (cells(q1="class M:\n    def m(self): return sum(values) / 3\ncheck('q1', M().m())"), ALL),
    "awaited": (cells(q1="async def f(): return sum(values) / 3\ncheck('q1', await f())"), ALL),
    "imports of one's own": (cells(q1="import statistics as st\ncheck('q1', st.mean(values))"), ALL),
    "an import that is missing": (cells(q1="check('q1', np.mean(values))"), ALL | {"q1": "error"}),
    "an import in a later cell": (cells("import numpy as np", q1="check('q1', np.mean(values))"),
                                  ALL | {"q1": "error"}),
    "numpy": (cells(q1="import numpy as np\ncheck('q1', np.float32(np.mean(values)))"), ALL),
    "pandas": (cells(q1="import pandas as pd\ncheck('q1', pd.Series(values).mean())"), ALL),
    "a fraction": (cells(q1="from fractions import Fraction\ncheck('q1', Fraction(sum(values), 3))"), ALL),
    "check by another name": (cells(q1="import opslab.check as oc\noc.check('q1', sum(values) / 3)"), ALL),
    "named arguments": (cells(q1="check(question='q1', answer=sum(values) / 3)"), ALL),
    "in a loop": (cells(q1="for name, value in {'q1': 6.0, 'q3': 18}.items(): check(name, value)"), ALL),
    "many prints": (cells(q1=f"print('x' * 10_000_000)\n{MEAN}"), ALL),
    "many plots": (cells(q1="%matplotlib inline\nimport matplotlib.pyplot as plt\n"
                         f"for i in range(5):\n    plt.figure(); plt.plot(values)\n{MEAN}"), ALL),
    "a bigger font": (cells(q1=f"import matplotlib as mpl\nmpl.rcParams['font.size'] = 20\n{MEAN}"), ALL),
    "timed": (cells(q1=f"%%time\n{MEAN}"), ALL),
    "installed": (cells(q1=f"%pip install -q pandas\n!ls\n{MEAN}"), ALL),
    "asked for a name": (cells("who = input('Your name? ')"), ALL),
    "a warning": (cells(q1=f"import warnings\nwarnings.warn('old', DeprecationWarning)\n{MEAN}"), ALL),
    "an assertion that fails": (cells(q1=f"{MEAN}\nassert mean == 2, 'in my world'"), ALL),
    "an error before": (cells(q1=f"1 / 0\n{MEAN}"), ALL | {"q1": "error"}),
    "tried twice": (cells(q1=f"check('q1', 1)\n{MEAN}"), ALL),
    "an own copy of the data": (cells(q1="mine = sorted(values)\ncheck('q1', sum(mine) / 3)"), ALL),
    "one changes what all use": (cells(q1=f"{MEAN}\nvalues.append(9)"), ALL | {"q3": "different"}),
    "text as Chinese": (cells(q2="check('q2', '平均数会随着每一个数值而变动，一个大户就能改变它。')"), ALL),
    "text of several lines": (cells(q2="check('q2', '''The mean\n\nmoves with — every\tvalue.''')"), ALL),
    # What a student does to cells
    "two merged": (merged("q1", "q3"), ALL),
    "all merged": (all_in_one, ALL),
    "the other way around": (reordered, ALL),
    "no text": (only("code"), ALL),
    "no set-up": (without_setup, ALL),
    "an answer as text": (written_as_text, ALL | {"q1": "missing"}),
    "raw and text cells": (others(new_raw_cell("check('q1', 1)"), new_markdown_cell("check('q3', 1)")), ALL),
    "empty cells": (others(*(new_code_cell("\n" * n) for n in range(9))), ALL),
    "untouched": (cells(q1="mean = ...\ncheck('q1', mean)"), ALL | {"q1": "unanswered"}),
    # What programs make of a notebook
    "Colab": (colab, ALL),
    "VS Code": (vs_code, ALL),
    **{f"format 4.{minor}": (without_ids(minor), ALL) for minor in range(5)},
    "format 3": (format_3, ALL),
    "an R kernel's name": (kernel("ir"), ALL),
    "conda's kernel": (kernel("conda-env-course-py"), ALL),
    "a mark at its beginning": (text(lambda notebook: notebook.encode("utf-8-sig")), ALL),
    "UTF-16": (text(lambda notebook: notebook.encode("utf-16")), ALL),
    "lines of Windows": (text(lambda notebook: notebook.replace("\n", "\r\n").encode()), ALL),
    "lines of Windows in cells": (text(lambda notebook: notebook.replace("\\n", "\\r\\n").encode()), ALL),
    "large outputs": (outputs(STREAM), ALL),
    "errors in outputs": (outputs(FAILURE), ALL),
    "widgets": (widgets, ALL),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade all of them at once, as a class; return each one's findings by question."""
    require_bubblewrap(in_ci=bool(os.environ.get("CI")))
    folder = tmp_path_factory.mktemp("class")
    with class_course(tmp_path_factory.mktemp("course")) as root:
        right = json.loads(json.dumps(nbformat.read(submit(root, folder / "right.ipynb"), as_version=4)))
        (folder / "right.ipynb").unlink()
        for name, (change, _) in SUBMISSIONS.items():
            found = change(copy.deepcopy(right))
            content = found if isinstance(found, bytes) else json.dumps(found).encode()
            (folder / "submissions" / name).mkdir(parents=True)
            (folder / "submissions" / name / f"{LESSON}.ipynb").write_bytes(content)
        limits = Limits(cell_seconds=20, gigabytes=1.5)
        result = grade(
            LESSON, folder / "submissions", seed=SEED, output=folder / "grades", jobs=2, limits=limits
        )
    assert result.problems == {}
    found = {}
    for mark in result.marks:
        found.setdefault(mark.student, {})[mark.question] = mark.finding
    return found


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_an_odd_submission_is_judged_by_its_answers(graded, name):
    assert graded[name] == SUBMISSIONS[name][1]


def test_there_are_forty_of_them():
    assert len(SUBMISSIONS) >= 40
    assert sum(expected != ALL for _, expected in SUBMISSIONS.values()) >= 6
    assert RIGHT.keys() == ALL.keys()


ROOT = Path(__file__).parents[1]
# The other lessons' answers are data: `test_grading_serialisation` judges each out of the sandbox.
ASKED = [
    lesson.parent.name
    for lesson in sorted(ROOT.glob("lessons/*/exercises.md"))
    if any(question.measure for question in read_questions(lesson.parent.name).values())
]


@pytest.mark.parametrize("lesson", ASKED)
def test_a_solution_that_hands_over_functions_is_right_in_the_sandbox(lesson, tmp_path):
    require_bubblewrap(in_ci=bool(os.environ.get("CI")))
    hand_in = tmp_path / "class" / "solved.ipynb"
    hand_in.parent.mkdir()
    shutil.copy(ROOT / "solutions" / f"{lesson}.ipynb", hand_in)
    graded = grade(lesson, hand_in.parent, seed=4711, output=tmp_path / "grades")
    assert not graded.problems
    found = {mark.question: mark.finding for mark in graded.marks}
    assert set(found) == set(read_questions(lesson))
    assert set(found.values()) <= {"right", "written"}, found
