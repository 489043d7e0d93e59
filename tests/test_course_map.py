"""The course's map and the ways between notebooks: read from the lessons, in every notebook, never stale."""

import re
from pathlib import Path

import nbformat
import pytest

from opslab.authoring.build import Target, build, convert, renew_ways
from opslab.authoring.course_map import HERE, MARK, PLAN, PLANNED, read_course, whole_map
from opslab.exercises.questions import tags
from tests.course import write_course

ROOT = Path(__file__).parents[1]
COURSE = read_course(ROOT)
BUILT = [path for kind in ("notebooks", "exercises") for path in sorted((ROOT / kind).glob("*.ipynb"))]


def ways(path: Path) -> list[str]:
    """Return the HTML of the cells that the build put into a notebook."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if MARK in tags(cell)]


def said(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_the_map_names_every_lesson_once_and_says_which_are_planned():
    text = said(whole_map(COURSE))
    assert [station.number for station in COURSE.stations] == [
        name[:2] for part in PLAN.values() for name in part
    ]
    assert all(text.count(station.full_title) == 1 for station in COURSE.stations)
    assert text.count(f"({PLANNED})") == len(COURSE.stations) - len(COURSE.written)
    assert {station.name for station in COURSE.written} == {
        path.name for path in (ROOT / "lessons").glob("*/")
    }
    assert all(station.minutes for station in COURSE.written)


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_notebook_leads_on_and_every_link_leads_somewhere(path):
    first, *_, last = ways(path)
    links = re.findall(r'href="([^"]+)"', first + last)
    assert [link for link in links if not (path.parent / link).exists()] == []
    other = "exercises" if path.parent.name == "notebooks" else "notebooks"
    assert f"../{other}/{path.name}" in links
    assert path.parent.name == "exercises" or (HERE in first and "../docs/sources.md" in links)


def test_the_first_lesson_has_the_whole_map_and_others_have_a_strip():
    assert sum("opslab-map" in html for html in ways(ROOT / "notebooks/00-start-here.ipynb")) == 1
    assert not any("opslab-map" in html for html in ways(ROOT / "notebooks/06-retention.ipynb"))


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_landmarks_of_a_notebook_have_names_of_their_own(path):
    names = re.findall(r'<nav class="[^"]+" title="([^"]+)"', "".join(ways(path)))
    assert len(names) == len(ways(path)) == len(set(names))
    assert not re.search("[?!.],", " ".join(map(said, ways(path))))  # a title may end with a sign of its own


def test_a_new_lesson_takes_its_place_and_renews_the_others_without_running_them(tmp_path):
    root = write_course(tmp_path)
    build(root, Target("06-tiny", "notebooks", execute=True))
    before = (root / "notebooks/06-tiny.ipynb").read_bytes()
    assert renew_ways(root) == []
    write_course(root, name="08-news")
    assert [path.name for path in renew_ways(root)] == ["06-tiny.ipynb"]
    strip, last = ways(root / "notebooks/06-tiny.ipynb")
    assert 'href="08-news.ipynb"' in strip
    assert "08-staying-in-touch" not in strip
    assert "Next: 08 · A tiny lesson (07 planned)" in said(last)
    first = nbformat.read(root / "notebooks/06-tiny.ipynb", as_version=4)
    assert first.cells[2].outputs == nbformat.reads(before.decode(), as_version=4).cells[2].outputs
    lesson = convert(root, Target("08-news", "notebooks", execute=True))
    assert "Before: 06 · A tiny lesson (07 planned)" in said(lesson.cells[-1].source)


def test_a_lesson_that_the_plan_does_not_know_stands_at_the_end(tmp_path):
    write_course(tmp_path, name="21-late", lesson="# 21 · Late & <small>: what it gives\n")
    late = read_course(tmp_path).stations[-1]
    assert (late.name, late.title, late.promise) == ("21-late", "Late & <small>", "what it gives")
    assert (late.part, late.minutes) == (list(PLAN)[-1], None)
    assert "21 · Late &amp; &lt;small&gt;" in whole_map(read_course(tmp_path))


def test_a_folder_that_is_begun_only_is_still_planned(tmp_path):
    write_course(tmp_path)
    (tmp_path / "lessons/07-value").mkdir()
    (tmp_path / "lessons/07-value/lesson.md").write_text("# 07 · Value\n")
    assert "07" not in {station.number for station in read_course(tmp_path).written}
