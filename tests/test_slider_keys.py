"""Each question that only a slider answers has a key, computed by the build, in its lesson's guide."""

from pathlib import Path

import pytest

from opslab.authoring.build import BuildError, Target, _read_text, build, convert
from opslab.authoring.slider_keys import HEADING, SliderKey, read_keys, with_keys
from tests.course import LESSON, write_course
from tests.guides import parts, rows
from tests.test_guides import LESSONS, ROOT

TINY = Target("06-tiny", "notebooks", execute=True)
QUESTION = "**Only the slider can tell you:** what is\nhalf of {one}?\n\nIt is near."
CELL = "```{code-cell}\n:tags: [key]\nf'half of {whole} | 1'\n```"


def asked(lesson: str) -> tuple[list[SliderKey], list[str]]:
    return read_keys(_read_text(ROOT, f"lessons/{lesson}/lesson.md")[0].cells)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_question_to_a_slider_has_its_key_in_the_guide(lesson):
    keys, faults = asked(lesson)
    assert keys
    assert faults == []
    kept = rows(parts((ROOT / "lessons" / lesson / "guide.md").read_text(encoding="utf-8"))[HEADING])
    assert [row[:2] for row in kept] == [[key.section, key.question] for key in keys]
    assert all(answer.strip() for *_, answer in kept)


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("OPSLAB_COURSE", str(tmp_path))
    return write_course(tmp_path)


def write(course: Path, key: str) -> None:
    text = LESSON.replace("print(1 + 1)", "whole = 3").replace("It halves.", f"{QUESTION}\n\n{key}")
    (course / "lessons/06-tiny/lesson.md").write_text(text, encoding="utf-8")


def test_the_build_computes_a_key_into_the_guide_and_out_of_the_notebook(course):
    plain = [cell.id for cell in convert(course, TINY).cells]
    write(course, CELL)
    assert [cell.id for cell in convert(course, TINY).cells] == plain
    for _ in range(2):  # the second build finds the first one's keys, and replaces them
        build(course, TINY)
        guide = (course / "lessons/06-tiny/guide.md").read_text(encoding="utf-8")
        assert guide.count(HEADING) == 1
        assert rows(parts(guide)[HEADING]) == [["Another idea", "what is half of {one}?", "half of 3 | 1"]]
    assert "half of" not in "".join(map(str, convert(course, TINY).cells)).replace("half of {one}", "")


@pytest.mark.parametrize(
    ("last", "found"), [("whole", "found 3"), ("None", "found nothing"), ("['a']", "found [")]
)
def test_a_key_that_is_no_sentence_is_refused(course, last, found):
    write(course, CELL.replace("f'half of {whole} | 1'", last))
    with pytest.raises(BuildError, match=found.replace("[", r"\[")):
        build(course, TINY)


def test_a_missing_key_and_a_stray_one_are_named(course):
    write(course, "")
    assert "nothing answers 'what is half of {one}?'" in read_keys(_cells(course))[1][0]
    write(course, f"{CELL}\n\n{CELL}")
    assert "answers no question" in read_keys(_cells(course))[1][0]


def _cells(course: Path) -> list:
    return _read_text(course, "lessons/06-tiny/lesson.md")[0].cells


def test_keys_go_when_the_questions_go():
    key = SliderKey("Here", "when?", "'now'")
    assert with_keys(with_keys("# Guide\n", [key], ["now"]), [], []) == "# Guide\n"
