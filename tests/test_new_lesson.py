"""A new lesson's skeleton builds at the first try; its lesson, guide and exercises keep their laws."""

import nbformat
import pytest

from opslab.authoring.build import BuildError, build_all
from opslab.authoring.course_map import MARK
from opslab.authoring.new_lesson import begin, main
from opslab.exercises.answer_key import AnswerKey, read_solution
from opslab.exercises.judge import judge, require_distinct
from opslab.exercises.questions import read_sheet, tags
from tests.course import forget_lessons, write_course
from tests.exercise_laws import prompts, unoffered, unsaid
from tests.guides import problems, read_lesson

NAME = "05-new-things"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Yield the root of a course of one lesson."""
    monkeypatch.setenv("OPSLAB_COURSE", str(tmp_path))
    forget_lessons()
    yield write_course(tmp_path)
    forget_lessons()


def test_a_skeleton_builds_at_the_first_try_and_keeps_the_laws(course, capsys):
    assert main([NAME]) == 0
    assert f"`make build LESSON={NAME}`" in capsys.readouterr().out
    assert build_all(course, [NAME], jobs=1) == []

    guide = (course / "lessons" / NAME / "guide.md").read_text(encoding="utf-8")
    assert problems(guide, read_lesson(course, NAME)) == []

    solution, prompt = read_solution(NAME), prompts(NAME)
    key = AnswerKey(solution, seed=3)
    for name, question in read_sheet(solution).items():
        expected, mistakes = key[name]
        require_distinct(question, expected, mistakes)
        assert judge(question, expected, expected, mistakes).status in ("right", "written")
        assert [*unsaid(question, prompt[name]), *unoffered(question, prompt[name], expected, mistakes)] == []

    lesson = nbformat.read(course / f"notebooks/{NAME}.ipynb", as_version=4)
    text = "\n".join(
        cell.source for cell in lesson.cells if cell.cell_type == "markdown" and MARK not in tags(cell)
    )
    assert text.startswith("# 05 · New things: ")
    assert "$" not in text
    asked = {"Your guess first": 2, "Only the slider can tell you": 2, "Quick check": 3, "**Remember": 2}
    assert all(text.count(words) >= least for words, least in asked.items())
    assert sum("explore(" in cell.source for cell in lesson.cells) >= 4


@pytest.mark.parametrize("name", ["", "5-experiments", "05_experiments", "05-Experiments", "05-", "../05-x"])
def test_a_name_that_is_none_for_a_lesson_is_refused(course, name, capsys):
    before = sorted(course.rglob("*"))
    assert main([name]) == 1
    assert "two digits, a dash and a topic" in capsys.readouterr().err
    assert sorted(course.rglob("*")) == before


def test_what_is_there_stays_as_it_is(course):
    before = (course / "lessons/06-tiny/lesson.md").read_text(encoding="utf-8")
    with pytest.raises(BuildError, match="lessons/06-tiny is there already"):
        begin(course, "06-tiny")
    with pytest.raises(BuildError, match="lesson 06 is there already: 06-tiny"):
        begin(course, "06-other")
    assert (course / "lessons/06-tiny/lesson.md").read_text(encoding="utf-8") == before
    assert [folder.name for folder in (course / "lessons").iterdir()] == ["06-tiny"]
