"""A guide keeps its form and its promises: objectives exercised, no orphan, no 12 minutes without a check."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.guides import Lesson, problems, read_lesson

ROOT = Path(__file__).parents[1]
LESSONS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())

LESSON = Lesson(
    title="06 · Tiny: a lesson",
    objectives=["**count** users", "**warn** the quiet"],
    sections={
        "Situation": "Who agrees?",
        "Count": "**Your guess first.** How many?\n\n**Quick check.** Of whom?",
        "Warn": "**Only the slider can tell you:** when?\n\n**Vote.** Who to\nwarn? **A** all · **B** nobody",
    },
    questions={"q1": {"percent"}, "q2": {"swapped", "late"}, "q3": set()},
    taught={"q1": "Count", "q2": "Warn", "q3": "Warn"},
    sitting=15,
    sittings=2,
)
GUIDE = """\
# Guide: 06 · Tiny

## Objectives

1. **count** users;
2. **warn** the quiet.

## Minutes

| minutes | section | check |
|---|---|---|
| 0–5 | Situation | **aloud**: what would you count? |
| 5–15 | Count | **guess**; **quick check** |
| 15–20 | Warn | **slider** |
| 20–30 | Warn | **vote** |

## Objectives and exercises

| objective | sections | exercises |
|---|---|---|
| 1 counting | Situation · Count | q1 |
| 2 warning | Warn | q2, q3 |

## Likely errors

| what students do | where it shows | what helps |
|---|---|---|
| give percentages | q1 `percent` | ask for the unit |
| warn too late | Warn · q2 | look at the log |

## The vote

*Who to warn?* **A** all · **B** nobody

- **Most say A.** Ask what it costs.
- **Most say B.** Ask who is lost.

## What to cut

| minutes | leave out |
|---|---|
| 20 | Count · q1 |

Do not cut the vote.

## What is true in this world

Nothing is known.
"""


@cache
def lesson_of(name: str) -> Lesson:
    return read_lesson(ROOT, name)


@pytest.mark.parametrize("name", LESSONS)
def test_a_guide_keeps_its_form_and_agrees_with_its_lesson(name):
    guide = (ROOT / "lessons" / name / "guide.md").read_text(encoding="utf-8")
    assert problems(guide, lesson_of(name)) == []


@pytest.mark.parametrize("name", [name for name in LESSONS if name != "00-start-here"])
def test_a_lesson_states_its_objectives_and_its_time(name):
    lesson = lesson_of(name)
    assert 1 <= len(lesson.objectives) <= 3
    assert lesson.sitting


def test_a_whole_guide_passes():
    assert problems(GUIDE, LESSON) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("# Guide: 06", "# Guide: 07", "title"),
        ("## Likely errors", "## Errors", "headings"),
        ("2. **warn** the quiet", "2. **write** to the quiet", "objectives are"),
        ("2. **warn** the quiet.\n", "", "objectives are"),
        ("| 0–5 |", "| 1–5 |", "not contiguous"),
        ("| 15–20 |", "| 16–20 |", "not contiguous"),
        ("| 5–15 | Count", "| 5–10 | Count", "no row ends with sitting 1"),
        ("| 20–30 | Warn", "| 20–25 | Warn", "no row ends with sitting 2"),
        ("| 20–30 | Warn", "| 20–31 | Warn", "after the lesson's time"),
        ("| 0–5 | Situation", "| 0–2 | Situation", "not contiguous"),
        ("| 5–15 | Count |", "| 5–15 | Counting |", "sections are"),
        ("| 5–15 | Count | **guess**; **quick check** |\n", "", "sections are"),
        ("**guess**; **quick check**", "they listen", "minute 5: checks are []"),
        ("| **slider** |", "| **quick check** |", "minute 15: checks are"),
        ("| **slider** |", "| **song** |", "minute 15: checks are"),
        (
            "| 15–20 | Warn | **slider** |\n| 20–30 |",
            "| 15–28 | Warn | **slider** |\n| 28–30 |",
            "15 to 28 pass",
        ),
        ("| Situation · Count | q1 |", "| Situation · Count |  |", "objective 1 counting: ''"),
        ("q2, q3", "q2", "serve no objective: ['q3']"),
        ("q2, q3", "q2, q3, q4", "'q4' is not"),
        ("| Situation · Count | q1 |", "| Situation | q1 |", "q1: 'Count' is not a section"),
        ("| 2 warning | Warn | q2, q3 |\n", "", "other objectives"),
        ("| Situation · Count |", "| Situation · Counts |", "'Counts' is not"),
        ("q1 `percent`", "q1 `swapped`", "'q1 `swapped`' is not"),
        ("Warn · q2", "Warn · q5", "'q5' is not"),
        ("*Who to warn?*", "*Who to call?*", "question is not the lesson's"),
        ("· **B** nobody\n", "· **C** nobody\n", "advice for"),
        ("- **Most say B.** Ask who is lost.\n", "", "advice for"),
        ("| **vote** |", "| **aloud** |", "no vote"),
        ("| 20 | Count · q1 |", "| 19 | Count · q1 |", "cut to 19 minutes, 20 are left"),
        ("| 20 | Count · q1 |", "| 20 | Count · q9 |", "'q9' is not"),
        ("Do not cut the vote.", "", "what not to cut"),
    ],
)
def test_a_broken_guide_is_named(old, new, words):
    broken = GUIDE.replace(old, new)
    assert broken != GUIDE
    assert words in "\n".join(problems(broken, LESSON))


def test_a_vote_with_other_options_than_the_lessons_is_named():
    broken = GUIDE.replace("**B** nobody", "**C** nobody").replace("Most say B", "Most say C")
    assert "others than the lesson" in "\n".join(problems(broken, LESSON))


def test_what_stands_at_work_takes_no_minutes():
    sections = {**LESSON.sections, "At work": "More."}
    assert problems(GUIDE, replace(LESSON, sections=sections)) == problems(GUIDE, LESSON)
    assert problems(GUIDE, replace(LESSON, sections={**LESSON.sections, "More": "More."})) != []
