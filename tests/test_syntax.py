"""The author's form is closed: a usual error is named with file, line, question, cell and the nearest."""

import re

import pytest

from opslab.authoring.build import BuildError, Target, build_all, convert
from opslab.authoring.syntax import KINDS, LESSON, SHEET, VALUES
from tests.course import EXERCISES, write_course
from tests.course import LESSON as LESSON_TEXT

FIRST_HINT = '+++ {"tags": ["hint"]}\n\nWhat is asked?\n'
LAST_HINT = '+++ {"tags": ["hint"]}\n\nThree.\n\n'
SUM = ":name: sum\n# You forgot to divide\n# by the count.\n"
LAST_WRONG = """```{code-cell}
:tags: [wrong]
:name: off-by-one
# You divided by one too few.
mean = sum(values) / (len(values) - 1)
```
"""
RUBRIC = '+++ {"tags": ["rubric"]}\n'
SUM_CELL = "```{code-cell}\n:tags: [wrong]\n:name: sum"
NUMBER = ":kind: number\n:tolerance: 0.001\n"

A1, A2 = "q1, the answer cell starting `#| student`", "q2, the answer cell starting `#| student`"
W1 = "q1, the wrong cell starting `# You forgot to divide`"
W2 = "q1, the wrong cell starting `# You divided by one too few.`"
H1 = "q1, the hint cell starting `What is asked?`"

# An author's slip: what was there, what stands there now, what is said.
SLIPS = {
    # tags
    "a tag misspelt": (":tags: [wrong]\n:name: sum", ":tags: [wrongs]\n:name: sum",
        "the wrongs cell starting `# You forgot to divide`: there is no tag 'wrongs' (did you mean 'wrong'?"),
    "a tag of a text cell misspelt": (FIRST_HINT, FIRST_HINT.replace("hint", "hnit"),
        "q1, the hnit cell starting `What is asked?`: there is no tag 'hnit' (did you mean 'hint'?)"),
    "a tag in capitals": (":tags: [wrong]\n:name: sum", ":tags: [Wrong]\n:name: sum",
        "there is no tag 'Wrong' (did you mean 'wrong'?)"),
    "a lesson's tag on a sheet": (":tags: [wrong]\n:name: sum", ":tags: [show-code]\n:name: sum",
        "there is no tag 'show-code'; expected one of parameters, answer, wrong"),
    "two tags on one cell": (":tags: [wrong]\n:name: sum", ":tags: [wrong, answer]\n:name: sum",
        "has the tags wrong, answer; give it one"),
    "a tag that is no list": (":tags: [wrong]\n:name: sum", ":tags: wrong\n:name: sum",
        "`:tags: wrong`: tags is a list: [wrong]"),
    "tags without their s": (":tags: [wrong]\n:name: sum", ":tag: [wrong]\n:name: sum",
        "the untagged code cell starting `# You forgot to divide`: there is no option 'tag' here"),
    "no tag on an answer": (":tags: [answer]\n:question: q1", ":question: q1",
        "`#| student` stands in a cell without the tag answer; students would see all of it"),
    # options
    "an option misspelt": (":tolerance: 0.001", ":tolerence: 0.001",
        f"{A1}: there is no option 'tolerence' here (did you mean 'tolerance'?)"),
    "an option in the plural": (":tolerance: 0.001", ":units: yuan",
        f"{A1}: there is no option 'units' here (did you mean 'unit'?)"),
    "an option below a comment": (":name: sum\n# You forgot to divide\n",
        "# You forgot to divide\n:name: sum\n",
        f"{W1}: `:name: sum` stands in the code; options stand at the top of their cell"),
    "an option twice": (":kind: number\n", ":kind: number\n:kind: table\n",
        "`" + "```{code-cell}" + "`: 'kind' stands twice on this cell"),
    "an option that a wrong cannot have": (":name: sum\n", ":name: sum\n:tolerance: 1\n",
        f"{W1}: there is no option 'tolerance' here; expected name, sometimes_same, label"),
    "a reason for a written answer": (":least_words: 5\n", ":because: It is.\n",
        f"{A2}: there is no option 'because' here; expected question, section, kind, least_words, reader"),
    "a tolerance for a choice": (NUMBER, NUMBER.replace("number", "choice"),
        f"{A1}: there is no option 'tolerance' here; expected question, section, kind, because"),
    "a unit for an ordering": (NUMBER, ":kind: ordering\n:unit: yuan\n",
        f"{A1}: there is no option 'unit' here; expected question, section, kind, because"),
    "a length for a number": (NUMBER, f"{NUMBER}:least_words: 50\n",
        f"{A1}: there is no option 'least_words' here"),
    "a wrong without a name": (":name: sum\n", "",
        f"{W1}: `name` is missing; expected small letters and digits, joined by dashes, such as off-by-one"),
    "an answer without a section": (":section: A tiny lesson\n:kind: number", ":kind: number",
        f"{A1}: `section` is missing; expected the heading of the lesson's section"),
    "an answer without a question": (":question: q1\n", "",
        "the answer cell starting `#| student`: `question` is missing; expected a short name such as q1"),
    "an answer without a reason": (":because: The mean shares the sum out evenly.\n", "",
        f"{A1}: `because` is missing; expected one sentence that says why the answer is right"),
    "an answer without a kind": (NUMBER, ":tolerance: 0.001\n",
        f"{A1}: `kind` is missing; expected one of number"),
    # values
    "a kind misspelt": (":kind: number", ":kind: numbr",
        f"{A1}: `kind` is 'numbr' (did you mean 'number'?); expected one of number, table"),
    "a tolerance with a comma": (":tolerance: 0.001", ":tolerance: 0,001",
        f"{A1}: `tolerance` is '0,001'; expected a number ≥ 0 such as 0.001, or a share such as 1%"),
    "a tolerance with a unit": (":tolerance: 0.001", ":tolerance: 1 yuan", f"{A1}: `tolerance` is '1 yuan'"),
    "a length in words": (":least_words: 5", ":least_words: fifty",
        f"{A2}: `least_words` is 'fifty'; expected a whole number of words, at least 1"),
    "a level beyond four": ('"level": 4}', '"level": 5}',
        "q2, the exemplar cell starting `One whale moves it.`: `level` is 5; expected 1, 2, 3 or 4"),
    "a level left out": (', "level": 4}', "}", "`level` is missing; expected 1, 2, 3 or 4"),
    "a level that is a truth value": ('"level": 4}',
        '"level": true}', "`level` is True; expected 1, 2, 3 or 4"),
    "a tolerance without end": (":tolerance: 0.001", ":tolerance: 1e400", f"{A1}: `tolerance` is '1e400'"),
    "a unit left empty": (":tolerance: 0.001\n", ":unit:\n", f"{A1}: `unit` is None; expected words"),
    "a unit of a blank": (":tolerance: 0.001\n", ':unit: " "\n', f"{A1}: `unit` is ' '; expected words"),
    "a label left empty": (":tolerance: 0.001\n", ':label: ""\n', f"{A1}: `label` is ''; expected small"),
    "a section left empty": (":section: A tiny lesson\n:kind: number", ":section:\n:kind: number",
        f"{A1}: `section` is missing; expected the heading"),
    "a name that is a number": (":name: sum\n", ":name: 5\n",
        "5 is not of type 'string'; a name is small letters"),
    "a name with a blank": (":name: sum\n", ":name: the sum\n",
        f"{W1}: `name` is 'the sum'; expected small letters"),
    "a reason that breaks off": (":because: The mean", ":because: The # mean",
        f"{A1}: `because` is 'The'; expected one sentence"),
    "a reason with a colon": (":because: The mean", ":because: The mean: it",
        "a value with a colon or a # stands between quotation marks"),
    "a unit that YAML reads as a truth value": (":tolerance: 0.001\n", ":unit: no\n",
        f"{A1}: `unit` is False; expected words, such as yuan"),
    "a section that is no heading": (":section: A tiny lesson\n:kind: number",
        ":section: A tiny leson\n:kind: number",
        f"{A1}: `section` is 'A tiny leson', which is no heading of lesson.md (did you mean "
        "'A tiny lesson'?)"),
    # names that must differ, or agree
    "two wrongs of one name": (":name: off-by-one\n", ":name: sum\n",
        f"{W2}: the name 'sum' stands twice; give each its own"),
    "two questions of one name": (":question: q2\n", ":question: q1\n",
        "the question 'q1' stands twice; give each its own"),
    "a copied heading": ("## q2 · Why", "## q1 · Why", f"{A2}: stands below the heading 'q1 · Why'"),
    "a copied check": ('check("q2", text)', 'check("q1", text)',
        f"{A2}: the part `#| both` below the solution does not call check(\"q2\", …)"),
    "a copied start": ('start("06-tiny", seed)', 'start("05-other", seed)',
        "starts '05-other', but this is the sheet of '06-tiny'"),
    "no cell for the seed": (":tags: [parameters]\n", "", "no cell has the tag parameters"),
    # above the first cell
    "a kernel's key misspelt": ("kernelspec:", "kernelspel:",
        "line 2, `kernelspel:`: there is no option 'kernelspel' here (did you mean 'kernelspec.name'?)"),
    "a kernel's part misspelt": ("  display_name:", "  displayname:",
        "`displayname: Python 3`: there is no option 'kernelspec.displayname' here (did you mean "
        "'kernelspec.display_name'?)"),
    "a kernel misspelt": ("name: python3", "name: pyton3",
        "line 3, `name: pyton3`: `kernelspec.name` is 'pyton3' (did you mean 'python3'?)"),
    "a kernel of another language": ("  display_name", "  language: R\n  display_name",
        "`language: R`: `kernelspec.language` is 'R'; expected one of python"),
    "a kernel without a name": ("  name: python3\n", "",
        "line 2, `kernelspec:`: `kernelspec.name` is missing"),
    "a key that is not read": ("---\nkernelspec", "---\ntitle: Tiny\nkernelspec",
        "line 2, `title: Tiny`: there is no option 'title' here; expected kernelspec.name"),
    "no key at all": ("kernelspec:\n  name: python3\n  display_name: Python 3\n", "Exercises\n",
        "line 1, `---`: above the first cell stand options, such as kernelspec, between --- and ---"),
    "a top that is not closed": ("Python 3\n---\n", "Python 3\n",
        "line 1, `---`: what begins here is not closed"),
    "a cell in another language": (SUM_CELL, SUM_CELL.replace("{code-cell}", "{code-cell} R"),
        "`" + "```{code-cell} R" + "`: cells are run as Python, not as 'R'; write ```{code-cell}"),
    # functions of the sheet
    "a measure that is not there": (NUMBER, f"{NUMBER}:measure: stat\n",
        f"{A1}: `measure` is 'stat', which no cell above defines or imports (did you mean 'start'?)"),
    "a measure that is made too late": (NUMBER, f"{NUMBER}:measure: mean\n",
        f"{A1}: `measure` is 'mean', which no cell above defines or imports"),
    "a reader that is not there": (":least_words: 5\n", ":least_words: 5\n:reader: coach\n",
        f"{A2}: `reader` is 'coach', which no cell above defines or imports"),
    # parts
    "a part misspelt": ("#| solution\nmean", "#| solutoin\nmean",
        f"{A1}: there is no part `#| solutoin` (did you mean 'solution'?); expected student, "),
    "a part left out": ("#| student\nmean = ...\n", "", "lacks its `#| student` part"),
    "no call of check": ('#| both\ncheck("q1", mean)\n', "", f"{A1}: lacks its `#| both` part"),
    "a part twice": ("#| solution\nmean", "#| solution\nx = 1\n#| solution\nmean",
        f"{A1}: has more than one `#| sol"),
    "a part in a wrong": (SUM, f"{SUM}#| solution\n",
        f"{W1}: `#| solution` stands in a cell without the tag answer"),
    "nothing to fill in": ("mean = ...\n", "mean = 0\n", f"{A1}: the student's part has no `...`"),
    "a wrong without a comment": ("# You divided by one too few.\n", "",
        "q1, the wrong cell starting `mean = sum(values) / (len(values) - 1)`: does not say what went wrong"),
    # cells
    "a hint as code": (FIRST_HINT, "```{code-cell}\n:tags: [hint]\nWhat is asked?\n```\n",
        f"{H1}: a hint cell is text: begin it with +++ {{\"tags\": [\"hint\"]}}"),
    "a wrong as text": (LAST_WRONG,
        '+++ {"tags": ["wrong"], "name": "off-by-one"}\n\n# You divided by one too few.\n\n',
        f"{W2}: a wrong cell is code: write it between ```{{code-cell}} and ```"),
    "a rubric for a number": (FIRST_HINT, f"{RUBRIC}\n- a\n- b\n- c\n- d\n\n{FIRST_HINT}",
        "q1, the rubric cell starting `- a`: a number question has no rubric; it has wrong, hint"),
    "a wrong for a written answer": (LAST_HINT, LAST_HINT + LAST_WRONG + "\n",
        "q2, the wrong cell starting `# You divided by one too few.`: a written question has no wrong"),
    "two hints": (LAST_HINT, "", f"{A2}: 2 hint cells below it, expected 3; restate the task"),
    "four hints": (LAST_HINT, 2 * LAST_HINT, f"{A2}: 4 hint cells below it, expected 3"),
    "one wrong": (LAST_WRONG, "",
        f"{A1}: 1 wrong cells below it, expected 2 or more; write plausible mistakes"),
    "one exemplar": ('+++ {"tags": ["exemplar"], "level": 4}\n\nOne whale moves it.\n', "",
        f"{A2}: 1 exemplar cells below it, expected 2"),
    "three levels": ("- says nothing\n", "",
        "q2, the rubric cell starting `- names the mean`: lists 3 levels"),
    "a hint above the first answer": ("## q1 · The mean\n", f"{FIRST_HINT}\n## q1 · The mean\n",
        "the hint cell starting `What is asked?`: stands before the first answer"),
    # the text that cells are read from
    "a directive misspelt": (SUM_CELL, SUM_CELL.replace("{code-cell}", "{code-cel}"),
        "`" + "```{code-cel}" + "`: there is no cell of that kind; write ```{code-cell}"),
    "a directive without braces": (SUM_CELL, SUM_CELL.replace("{code-cell}", "code-cell"),
        "`" + "```code-cell" + "`: there is no cell of that kind"),
    "a cell that is not closed": ("mean = sum(values)\n```\n", "mean = sum(values)\n",
        "this block is not closed; end it with a line of its own, ```"),
    "two plus signs": (FIRST_HINT, FIRST_HINT[1:], "begin the line with three plus signs"),
    "no quotation marks in a text cell's options": (FIRST_HINT, FIRST_HINT.replace('"', ""),
        'what follows +++ is JSON, such as {"tags": ["hint"]}'),
    "a text cell's tag that is no list": (FIRST_HINT, FIRST_HINT.replace('["hint"]', '"hint"'),
        'tags is a list: ["hint"]'),
}  # fmt: skip
LESSON_SLIPS = {
    "a slide's kind misspelt": ("\n+++\n", '\n+++ {"slideshow": {"slide_type": "sub-slide"}}\n',
        "the untagged markdown cell starting `## Another idea`: `slideshow.slide_type` is 'sub-slide' (did "
        "you mean 'subslide'?); expected one of slide, subslide, fragment, skip, notes"),
    "a slide's option misspelt": ("\n+++\n", '\n+++ {"slideshow": {"slidetype": "slide"}}\n',
        "there is no option 'slideshow.slidetype' here (did you mean 'slideshow.slide_type'?)"),
    "a slide's kind without its group": ("\n+++\n", '\n+++ {"slide_type": "slide"}\n',
        "there is no option 'slide_type' here (did you mean 'slideshow.slide_type'?)"),
    "a hidden output misspelt": (":label: half", "---\njupyter: {output_hidden: true}\n---",
        "there is no option 'jupyter.output_hidden' here (did you mean 'jupyter.outputs_hidden'?)"),
    "a hidden output that is no truth value": (":label: half", '---\njupyter: {outputs_hidden: "yes"}\n---',
        "`jupyter.outputs_hidden` is 'yes'; expected true or false"),
    "a hidden output left empty": (":label: half", '---\njupyter: {outputs_hidden: ""}\n---',
        "`jupyter.outputs_hidden` is ''; expected true or false"),
    "a hidden output without its name": (":label: half", ":jupyter: outputs_hidden",
        "'outputs_hidden' is not of type 'object'; jupyter has options of its own"),
    "a kernel's key misspelt": ("kernelspec:", "kernel_spec:",
        "line 2, `kernel_spec:`: there is no option 'kernel_spec' here (did you mean 'kernelspec.name'?)"),
    "a key that answers no question": ("print(1 + 1)", ":tags: [key]\n'two'",
        "A tiny lesson: the key starting `'two'` answers no question"),
    "a tag misspelt": (":label: half", ":tags: [show_code]",
        "the show_code cell starting `1 / 2`: there is no tag 'show_code' (did you mean 'show-code'?)"),
    "an exercise's tag": (":label: half", ":tags: [answer]",
        "there is no tag 'answer'; expected one of show-code"),
    "a label with a blank": (":label: half", ":label: a half",
        "`label` is 'a half'; expected small letters and digits"),
    "two labels of one name": ("```{code-cell}\nprint", "```{code-cell}\n:label: half\nprint",
        "the label 'half' stands twice; give each its own"),
    "a code cell's option on text": ("\n+++\n", '\n+++ {"jupyter": {"outputs_hidden": true}}\n',
        "there is no option 'jupyter.outputs_hidden' here; expected label, slideshow.slide_type"),
}  # fmt: skip


def refused(root, file: str, text: str) -> str:
    """Write a text that cannot be built, and return what the build says about it."""
    (root / "lessons/06-tiny" / file).write_text(text, encoding="utf-8")
    with pytest.raises(BuildError) as error:
        convert(root, Target("06-tiny", "notebooks" if file == "lesson.md" else "solutions", execute=True))
    return str(error.value)


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSLAB_COURSE", str(tmp_path))
    return write_course(tmp_path)


def test_a_text_without_faults_is_read(course):
    for folder in ("notebooks", "exercises", "solutions"):
        assert convert(course, Target("06-tiny", folder, execute=True)).cells


@pytest.mark.parametrize(
    ("file", "whole", "slip"),
    [pytest.param("exercises.md", EXERCISES, slip, id=name) for name, slip in SLIPS.items()]
    + [pytest.param("lesson.md",
        LESSON_TEXT, slip, id=f"lesson: {name}") for name, slip in LESSON_SLIPS.items()],
)  # fmt: skip
def test_a_usual_slip_is_named_with_its_place(course, file, whole, slip):
    old, new, words = slip
    assert whole.count(old) >= 1
    said = refused(course, file, whole.replace(old, new, 1))
    assert words in said
    assert all(line.startswith(f"lessons/06-tiny/{file}") for line in said.splitlines())


def test_what_jupyterlab_writes_above_the_first_cell_is_read(course):
    path = course / "lessons/06-tiny/lesson.md"
    written = (
        "---\njupytext:\n  text_representation:\n    extension: .md\nkernelspec:\n"
        "  display_name: Python 3 (ipykernel)\n  language: python\n  name: python3\n---\n"
    )
    for front in (written, ""):
        body = LESSON_TEXT.split("---\n", 2)[2].replace("{code-cell}", "{code-cell} ipython3")
        path.write_text(front + body, encoding="utf-8")
        assert convert(course, Target("06-tiny", "notebooks", execute=True)).cells


@pytest.mark.parametrize("tolerance", ["-1", "1 %", "narrow", "0.1yuan", ".", "1%%", "1e999%"])
def test_what_is_no_tolerance_is_refused(course, tolerance):
    said = refused(course, "exercises.md", EXERCISES.replace("0.001", f'"{tolerance}"'))
    assert f"`tolerance` is '{tolerance}'; expected a number" in said


def test_the_line_is_that_of_the_cell(course):
    said = refused(course, "exercises.md", EXERCISES.replace(":name: off-by-one", ":nam: off-by-one"))
    line = EXERCISES[: EXERCISES.index(LAST_WRONG)].count("\n") + 1
    assert re.findall(r", line (\d+), q1, the wrong cell starting `# You divided", said) == [str(line)] * 2


def test_all_faults_are_named_at_once_and_once(course, capsys):
    text = EXERCISES.replace(":tolerance:", ":tolerence:").replace(":least_words:", ":words:")
    (course / "lessons/06-tiny/exercises.md").write_text(text, encoding="utf-8")
    (said,) = set(build_all(course, [], jobs=1))
    assert len(said.splitlines()) == 2


def test_the_tables_know_each_others_names():
    forms = [*SHEET.values(), *LESSON.values(), *KINDS.values()]
    assert {option for form in forms for option in (*form.needs, *form.may)} <= VALUES.keys()
    assert {tag for kind in KINDS.values() for tag in kind.below} <= SHEET.keys()
