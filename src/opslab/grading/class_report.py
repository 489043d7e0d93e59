"""What the class got wrong, and where that was taught: what the instructor's report says."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from opslab.exercises.answer_key import read_headings, read_questions
from opslab.exercises.questions import Question
from opslab.grading.batch import Graded
from opslab.grading.marks import Mark

FREQUENT = 2  # students who gave the same unmatched answer, at least


@dataclass(frozen=True)
class Tally:
    """One question in the whole class."""

    question: Question
    heading: str
    marks: list[Mark]

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(mark.score == 1 for mark in self.marks)

    @property
    def wrong(self) -> int:
        """How many tried and were not right; an empty answer is no sign of a misunderstanding."""
        return sum(mark.score == 0 and mark.finding not in ("unanswered", "missing") for mark in self.marks)

    @property
    def findings(self) -> list[tuple[str, str, list[Mark]]]:
        """Each finding other than right: its name, what it says, and whose it is, the most frequent first."""
        found = defaultdict(list)
        for mark in self.marks:
            if mark.finding not in ("right", "written", "reviewed"):
                found[mark.finding].append(mark)
        by_count = sorted(found.items(), key=lambda item: -len(item[1]))
        return [(name, _said(marks), marks) for name, marks in by_count]

    @property
    def levels(self) -> list[tuple[int, str, list[Mark]]]:
        """Each level of a written question: its number, the rubric's words, and who reached it."""
        return [
            (level, words, [mark for mark in self.marks if mark.level == level])
            for level, words in enumerate(self.question.rubric, start=1)
        ]

    @property
    def unmatched(self) -> list[tuple[str, list[str]]]:
        """Answers that no named mistake explains and that several students gave, the most frequent first."""
        alike = defaultdict(list)
        for mark in self.marks:
            if mark.finding == "different" and mark.answer:
                alike[mark.answer].append(mark.student)
        frequent = [item for item in alike.items() if len(item[1]) >= FREQUENT]
        return sorted(frequent, key=lambda item: -len(item[1]))


def _said(marks: Sequence[Mark]) -> str:
    """Return what all were told, or nothing where they were told different things."""
    return marks[0].message if len({mark.message for mark in marks}) == 1 else ""


@dataclass(frozen=True)
class ClassReport:
    """What the class got wrong, and where it was taught."""

    graded: Graded
    tallies: list[Tally]

    @cached_property
    def students(self) -> dict[str, list[Mark]]:
        """The marks of each student, in order."""
        marks = defaultdict(list)
        for mark in self.graded.marks:
            marks[mark.student].append(mark)
        return dict(marks)

    @cached_property
    def checked(self) -> set[str]:
        """The questions that a machine checks: all but the written ones."""
        return {tally.question.name for tally in self.tallies if tally.question.kind != "written"}

    @cached_property
    def to_reteach(self) -> list[tuple[str, int, list[Tally]]]:
        """Sections of the lesson, by how many answers to their questions were wrong."""
        asked = defaultdict(list)
        for tally in self.tallies:
            asked[tally.question.section].append(tally)
        counts = [
            (section, sum(tally.wrong for tally in tallies), tallies) for section, tallies in asked.items()
        ]
        return sorted((row for row in counts if row[1]), key=lambda row: -row[1])

    @cached_property
    def spread(self) -> list[tuple[int, int]]:
        """How many students had how many of the checked questions right."""
        counts = Counter(
            sum(mark.score == 1 for mark in marks if mark.question in self.checked)
            for marks in self.students.values()
        )
        return [(right, counts.get(right, 0)) for right in range(len(self.checked) + 1)]


def class_report(graded: Graded) -> ClassReport:
    """Count what a class was told."""
    headings = read_headings(graded.lesson)
    by_question = defaultdict(list)
    for mark in graded.marks:
        by_question[mark.question].append(mark)
    return ClassReport(
        graded,
        [
            Tally(question, headings[name].text, by_question[name])
            for name, question in read_questions(graded.lesson).items()
        ],
    )
